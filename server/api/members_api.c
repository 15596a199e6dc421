#include "api/members_api.h"

#include "api/setup_page.h"

#include "api/values.h"

#include "base/name.h"
#include "core/calendar/absence.h"
#include "core/lead/lead.h"
#include "core/setup/member_change.h"
#include "core/setup/notify.h"
#include "core/setup/shape_setup.h"

#include <string.h>

/* ---- list ---- */

struct members_input {
    const char *team;
    const struct team *of; /* only of this team; NULL: all */
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    {"team", &name_type, AT(struct members_input, team)},
    PAGE_LIMIT_FIELD(struct members_input, page),
    {"cursor", &setup_place_type, AT(struct members_input, page.place)},
};
const struct input_spec members_list_input = INPUT_SPEC(list_fields, struct members_input);

struct members_shown {
    const struct config *config;
    const struct team *team; /* NULL: of all */
};

static struct uuid id_of(const void *list, size_t index)
{
    return ((const struct members_shown *)list)->config->members[index].id;
}

static bool is_shown(const void *list, size_t index)
{
    const struct members_shown *shown = list;

    return shown->team == NULL || uuid_equal(shown->config->members[index].team, shown->team->id);
}

static void write_one(const void *list, size_t index, struct json_out *out)
{
    const struct config *config = ((const struct members_shown *)list)->config;
    const struct member *member = &config->members[index];

    shape_member(member, config_team(config, member->team), out);
}

enum err members_list_fill(struct request *r, void *filled)
{
    struct members_input *input = filled;

    if (input->team == NULL)
        return ERR_NONE;
    input->of = config_team_named(r->config, input->team);
    if (input->of == NULL)
        reading_fault(r, "team", "unknown_team",
                      "There is no team of this name; GET /v1/teams lists them");
    return ERR_NONE;
}

enum err members_list(struct request *r, struct read *read)
{
    const struct members_input *input = r->input;
    struct members_shown shown = {r->config, input->of};
    struct setup_list list = {r->config->member_count, id_of, is_shown, write_one, &shown};
    const char *more = input->team == NULL ? "" : arena_printf(r->arena, "team=%s&", input->team);

    (void)read;
    return setup_page_answer(r, &input->page, &list, "/v1/members", more);
}

/* ---- writes ---- */

/* Two members of the command's own input. */
static const struct input_field external_id_fields[] = {
    {"source", &identity_source_type, AT(struct member_create_input, external_source),
     .required = true},
    {"id", &foreign_id_type, AT(struct member_create_input, external_id), .required = true},
};
static const struct input_spec external_id_spec =
    INPUT_SPEC(external_id_fields, struct member_create_input);
static const struct input_type external_id_type = {.kind = INPUT_OBJECT, .of = &external_id_spec};

static const struct input_field create_fields[] = {
    {"team", &name_type, AT(struct member_create_input, team), .required = true},
    {"name", &title_type, AT(struct member_create_input, name), .required = true},
    {"email", &input_email, AT(struct member_create_input, email)},
    {"external_id", &external_id_type, .offset = 0},
};

static bool check_identity(struct input *in, const struct input_node *at, void *out)
{
    (void)out;
    return json_object_get(at->json, "email") != NULL ||
           json_object_get(at->json, "external_id") != NULL ||
           input_fault(in, at, "required", "An email or an external_id is needed");
}

const struct input_spec member_create_spec =
    INPUT_SPEC(create_fields, struct member_create_input, .check = check_identity);

static bool read_hours(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    return value_keep_calendar(in, at, field, base, HOURS_MAX_BYTES);
}

static const struct input_type hours_type = {.kind = INPUT_MAP, .read = read_hours};

/* Compiled to find its faults; its text is kept. */
static bool read_absent(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    const struct absence *compiled;
    size_t count;

    return absence_compile(at->json, input_pointer(at, in->arena), in->arena, in->faults, &compiled,
                           &count) == ERR_NONE &&
           value_keep_json(in, at, field, base, ABSENT_MAX_BYTES);
}

static const struct input_type absent_type = {
    .kind = INPUT_LIST, .max = ABSENCES_MAX, .read = read_absent};

/* A limit is a number, or null: without one. */
static bool read_most(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    (void)in;
    if (json_is_null(at->json))
        return true;
    *(int *)((char *)base + field->offset) = (int)json_integer_value(at->json);
    *(bool *)((char *)base + field->count) = true;
    return true;
}

static const struct input_type most_type = {
    .kind = INPUT_INT32, .max = CAPACITY_MAX, .read = read_most};

static const struct input_field capacity_fields[] = {
    {"per_day", &most_type, AT(struct capacity, per_day), COUNT(struct capacity, per_day_limited),
     .nullable = true},
    {"open", &most_type, AT(struct capacity, open_limit), COUNT(struct capacity, open_limited),
     .nullable = true},
};
static const struct input_spec capacity_spec = INPUT_SPEC(capacity_fields, struct capacity);
static const struct input_type capacity_type = {.kind = INPUT_OBJECT, .of = &capacity_spec};

/* Null: what everybody gets who has not said anything. */
static bool read_notify(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    int *wanted = ARENA_NEW(in->arena, int);
    bool fine = true;

    if (wanted == NULL)
        return true;
    *wanted = json_is_null(at->json) ? 0 : NOTIFY_CHOSEN;
    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        int which;
        if (input_value(in, &item, &notify_type, &which))
            *wanted |= 1 << which;
        else
            fine = false;
    }
    memcpy((char *)base + field->offset, &wanted, sizeof wanted);
    return fine;
}

static const struct input_type notify_list_type = {
    .kind = INPUT_LIST, .max = NOTIFY_COUNT, .read = read_notify};

/* An id, or "me". */
static bool read_member_place(struct input *in, const struct input_node *at,
                              const struct input_field *field, void *base)
{
    bool *self = (bool *)((char *)base + field->count);

    *self = strcmp(at->word, "me") == 0;
    return *self || uuid_parse(at->word, (struct uuid *)((char *)base + field->offset)) ||
           input_fault(in, at, "uuid", "A member's id is wanted, or me");
}

static const struct input_type member_place_type = {
    .kind = INPUT_LINE, .min = 2, .max = UUID_TEXT_LEN, .read = read_member_place};

static const struct input_field update_fields[] = {
    {"member_id", &member_place_type, AT(struct member_update_input, member),
     COUNT(struct member_update_input, self), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct member_update_input, if_match), .place = INPUT_HEADER},
    {"name", &title_type, AT(struct member_update_input, name)},
    {"email", &input_email, AT(struct member_update_input, email)},
    {"active", &input_bool, AT(struct member_update_input, active), .boxed = true},
    {"hours", &hours_type, AT(struct member_update_input, hours), .nullable = true},
    {"absent", &absent_type, AT(struct member_update_input, absent)},
    {"capacity", &capacity_type, AT(struct member_update_input, capacity), .boxed = true},
    {"notify", &notify_list_type, AT(struct member_update_input, notify), .boxed = true,
     .nullable = true},
};
const struct input_spec member_update_spec =
    INPUT_SPEC(update_fields, struct member_update_input, .check = input_changes);
