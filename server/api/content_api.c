#include "api/content_api.h"

#include "http/etag_reply.h"
#include "http/reply.h"

#include "api/reading.h"
#include "api/values.h"

#include "base/name.h"
#include "core/definition/touch.h"
#include "core/setup/content_change.h"
#include "store/read/content_read.h"

#include <string.h>

#define CONTENT_MAX_BYTES (16u << 10)

static const struct reading_places content_places = READING_PLACES("cn");

/* ---- which ---- */

/* Into its name, and the id beside it. */
static bool read_name(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    const char *name = input_text(in, at);

    if (name == NULL)
        return true;
    if (dimension_looks_personal(name))
        return input_fault(in, at, "personal", "This looks like an address or number of a person");
    *(const char **)((char *)base + field->offset) = name;
    *(int64_t *)((char *)base + field->count) = dimension_id(DIMENSION_CONTENT, name);
    return true;
}

static const struct input_type content_name_type = {
    .kind = INPUT_LINE, .min = 1, .max = CONTENT_NAME_MAX_CHARS, .read = read_name};

/* ---- its record ---- */

/* It becomes a link on pages: nothing that a browser would run. */
static bool is_web_address(const char *text)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

static const struct input_type link_type = {
    .kind = INPUT_LINE,
    .min = 8,
    .max = CONTENT_LINK_MAX_BYTES,
    .fits = is_web_address,
    .code = "url",
    .wanted = "An address that begins with https:// or http:// is wanted",
};

static const struct input_field put_fields[] = {
    {"content", &content_name_type, AT(struct content_put_input, name),
     COUNT(struct content_put_input, content), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct content_put_input, if_match), .place = INPUT_HEADER},
    {"title", &title_type, AT(struct content_put_input, title), .required = true},
    {"owner_team", &name_type, AT(struct content_put_input, owner_team), .required = true},
    {"link", &link_type, AT(struct content_put_input, link), .nullable = true},
};
const struct input_spec content_put_spec = INPUT_SPEC(put_fields, struct content_put_input);

/* ---- reading it ---- */

struct get_input {
    const char *name;
    int64_t content;
};

static const struct input_field get_fields[] = {
    {"content", &content_name_type, AT(struct get_input, name), COUNT(struct get_input, content),
     .place = INPUT_PATH},
};
const struct input_spec content_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err content_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    const struct content *content;
    struct json_out out;
    enum err err = content_read(read, input->content, &content);

    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, CONTENT_MAX_BYTES);
    content_write(r->config, content, &out);
    reply_json(r, 200, &out);
    etag_reply_body(r);
    return ERR_NONE;
}

/* ---- all ---- */

struct list_input {
    const char *owner_team;
    struct uuid owner; /* of owner_team; nil: any */
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    {"owner_team", &name_type, AT(struct list_input, owner_team)},
    PAGE_LIMIT_FIELD(struct list_input, page),
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", content_places),
};
const struct input_spec content_list_input = INPUT_SPEC(list_fields, struct list_input);

enum err content_list_fill(struct request *r, void *filled)
{
    struct list_input *input = filled;
    const struct team *team =
        input->owner_team == NULL ? NULL : config_team_named(r->config, input->owner_team);

    if (team != NULL)
        input->owner = team->id;
    else if (input->owner_team != NULL)
        reading_fault(r, "owner_team", "unknown_team", "There is no team of this name");
    return ERR_NONE;
}

enum err content_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct cursor place = reading_begin_at(&input->page);
    struct content_page found;
    struct reading_page page;
    struct content_filter filter = {
        .owner_team = input->owner,
        .after = input->page.place == NULL ? NULL : &place.number,
    };
    enum err err = content_read_page(read, &filter, (int)input->page.limit, &found);

    if (err != ERR_NONE)
        return err;
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found.count; i++) {
        content_write(r->config, found.items[i], &page.json);
        place.number = found.items[i]->id;
    }
    return reading_page_end(r, &page, &content_places, found.more ? &place : NULL);
}
