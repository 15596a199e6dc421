#include "api/attribution_setups_api.h"

#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/reading.h"

#include "base/time/time_zone.h"
#include "core/setup/attribution_setup_change.h"
#include "store/read/attribution_setup_read.h"

#define ANSWER_MAX_BYTES 65536

static const struct reading_places setups_places = READING_PLACES("as");

/* ---- which ---- */

/* Into its name, and the number beside it. */
static bool read_name(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    const char *name = input_text(in, at);

    if (name == NULL)
        return true;
    *(const char **)((char *)base + field->offset) = name;
    *(int64_t *)((char *)base + field->count) = attribution_setup_id(name);
    return true;
}

static const struct input_type setup_name_type = {
    .kind = INPUT_LINE, .min = 1, .max = ATTRIBUTION_SETUP_NAME_CHARS, .read = read_name};

/* ---- its next version ---- */

static const struct input_field setup_fields[] = {
    {"setup", &setup_name_type, AT(struct attribution_setup_input, name),
     COUNT(struct attribution_setup_input, id), .place = INPUT_PATH},
    {"record", &attribution_setup_type, AT(struct attribution_setup_input, setup),
     .place = INPUT_WHOLE},
};
const struct input_spec attribution_setup_spec =
    INPUT_SPEC(setup_fields, struct attribution_setup_input);

enum err attribution_setups_fill(struct request *r, void *filled)
{
    const struct attribution_setup_input *input = filled;

    if (time_zone_find(input->setup.timezone, r->arena) != NULL)
        return ERR_NONE;
    struct faults *faults = request_faults(r);
    if (faults != NULL)
        faults_add(faults, "/timezone", "timezone", "There is no time zone of this name");
    return request_refuse(r, ERR_INVALID_VALUE, "There is no time zone of this name");
}

/* ---- reading them ---- */

struct list_input {
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    PAGE_LIMIT_FIELD(struct list_input, page),
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", setups_places),
};
const struct input_spec attribution_setups_list_input = INPUT_SPEC(list_fields, struct list_input);

enum err attribution_setups_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct attribution_setup_page found;
    struct reading_page page;
    struct cursor place = {0};
    enum err err = attribution_setups_read(read, reading_begin_at(&input->page).text,
                                           (int)input->page.limit, &found);

    if (err != ERR_NONE)
        return err;
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found.count; i++) {
        attribution_setup_write(found.items[i], &page.json);
        place.text = found.items[i]->name;
    }
    return reading_page_end(r, &page, &setups_places, found.more ? &place : NULL);
}

struct get_input {
    const char *name;
    int64_t id;
    int32_t version; /* 0: the newest */
};

static const struct input_field get_fields[] = {
    {"setup", &setup_name_type, AT(struct get_input, name), COUNT(struct get_input, id),
     .place = INPUT_PATH},
    {"version", &asked_version_type, AT(struct get_input, version)},
};
const struct input_spec attribution_setups_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err attribution_setups_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    const struct attribution_setup_row *found;
    struct json_out out;
    enum err err = attribution_setup_read_one(read, input->id, input->version, &found);

    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, ANSWER_MAX_BYTES);
    attribution_setup_write(found, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}
