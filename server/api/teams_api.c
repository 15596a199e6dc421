#include "api/teams_api.h"

#include "http/etag_reply.h"
#include "http/reply.h"

#include "api/values.h"

#include "base/name.h"
#include "core/distribution/distribution.h"
#include "core/handoff/distribution_try.h"
#include "core/setup/shape_setup.h"
#include "core/setup/team_change.h"
#include "store/read/handoff_read.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX_BYTES (1u << 20)

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct team *const *)a)->name, (*(const struct team *const *)b)->name);
}

enum err teams_list(struct request *r, struct read *read)
{
    const struct config *config = r->config;
    const struct team **teams = ARENA_ARRAY(r->arena, const struct team *, config->team_count + 1);
    struct json_out out;

    (void)read;
    if (teams == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < config->team_count; i++)
        teams[i] = &config->teams[i];
    qsort(teams, config->team_count, sizeof *teams, by_name);
    json_out_init(&out, r->arena, LIST_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (size_t i = 0; i < config->team_count; i++)
        shape_team(teams[i], &out);
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

static const struct input_field create_fields[] = {
    {"name", &new_name_type, AT(struct team_create_input, name), .required = true},
    {"title", &title_type, AT(struct team_create_input, title)},
    {"function", &team_function_type, AT(struct team_create_input, function), .required = true},
};
const struct input_spec team_create_spec = INPUT_SPEC(create_fields, struct team_create_input);

static const struct input_field update_fields[] = {
    {"team", &name_type, AT(struct team_update_input, name), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct team_update_input, if_match), .place = INPUT_HEADER},
    {"title", &title_type, AT(struct team_update_input, title)},
    {"function", &team_function_type, AT(struct team_update_input, function), .boxed = true},
    {"active", &input_bool, AT(struct team_update_input, active), .boxed = true},
};
const struct input_spec team_update_spec =
    INPUT_SPEC(update_fields, struct team_update_input, .check = input_changes);

enum err teams_update_used(struct request *r, struct read *read)
{
    struct team_update_input *input = r->input;
    const struct team *team = config_team_named(r->config, input->name);

    if (input->function == NULL || team == NULL)
        return ERR_NONE;
    return handoff_read_has_team(read, team->id, &input->handed_off);
}

/* ---- working time ---- */

static bool read_calendar(struct input *in, const struct input_node *at,
                          const struct input_field *field, void *base)
{
    return value_keep_calendar(in, at, field, base, CALENDAR_MAX_BYTES);
}

static const struct input_type calendar_type = {.kind = INPUT_MAP, .read = read_calendar};

static const struct input_field calendar_fields[] = {
    {"team", &name_type, AT(struct team_calendar_input, name), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct team_calendar_input, if_match), .place = INPUT_HEADER},
    {"calendar", &calendar_type, AT(struct team_calendar_input, calendar), .place = INPUT_WHOLE},
};
const struct input_spec team_calendar_spec =
    INPUT_SPEC(calendar_fields, struct team_calendar_input);

static const struct input_field calendar_get_fields[] = {
    {"team", &name_type, AT(struct team_calendar_input, name), .place = INPUT_PATH},
};
const struct input_spec team_calendar_get_spec =
    INPUT_SPEC(calendar_get_fields, struct team_calendar_input);

static const struct input_field calendar_remove_fields[] = {
    {"team", &name_type, AT(struct team_calendar_input, name), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct team_calendar_input, if_match), .place = INPUT_HEADER},
};
const struct input_spec team_calendar_remove_spec =
    INPUT_SPEC(calendar_remove_fields, struct team_calendar_input);

enum err teams_calendar(struct request *r, struct read *read)
{
    const struct team_calendar_input *input = r->input;
    const struct team *team = config_team_named(r->config, input->name);
    struct json_out out;

    (void)read;
    if (team == NULL || team->calendar == NULL)
        return ERR_NOT_FOUND;
    json_out_init(&out, r->arena, CALENDAR_MAX_BYTES);
    json_out_raw(&out, team->calendar, strlen(team->calendar));
    reply_json(r, 200, &out);
    etag_reply_body(r);
    return ERR_NONE;
}

/* ---- how its offers are dealt ---- */

/* Its form; core, which knows the members, compiles it. */
static bool read_distribution(struct input *in, const struct input_node *at,
                              const struct input_field *field, void *base)
{
    const struct distribution *compiled;

    return distribution_compile(at->json, NULL, (struct uuid){{0}}, in->arena, in->faults, NULL,
                                &compiled) == ERR_NONE &&
           value_keep_json(in, at, field, base, DISTRIBUTION_MAX_BYTES);
}

static const struct input_type distribution_type = {.kind = INPUT_MAP, .read = read_distribution};

static const struct input_field distribution_fields[] = {
    {"team", &name_type, AT(struct team_distribution_input, name), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct team_distribution_input, if_match), .place = INPUT_HEADER},
    {"distribution", &distribution_type, AT(struct team_distribution_input, distribution),
     .place = INPUT_WHOLE},
};
const struct input_spec team_distribution_spec =
    INPUT_SPEC(distribution_fields, struct team_distribution_input);

static const struct input_field distribution_remove_fields[] = {
    {"team", &name_type, AT(struct team_distribution_input, name), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct team_distribution_input, if_match), .place = INPUT_HEADER},
};
const struct input_spec team_distribution_remove_spec =
    INPUT_SPEC(distribution_remove_fields, struct team_distribution_input);

static const struct input_field distribution_get_fields[] = {
    {"team", &name_type, AT(struct team_distribution_input, name), .place = INPUT_PATH},
};
const struct input_spec team_distribution_get_spec =
    INPUT_SPEC(distribution_get_fields, struct team_distribution_input);

enum err teams_distribution(struct request *r, struct read *read)
{
    const struct team_distribution_input *input = r->input;
    const struct team *team = config_team_named(r->config, input->name);
    struct json_out out;

    (void)read;
    if (team == NULL || team->deals == NULL)
        return ERR_NOT_FOUND;
    json_out_init(&out, r->arena, 2 * DISTRIBUTION_MAX_BYTES);
    distribution_show(team->deals, &out);
    reply_json(r, 200, &out);
    etag_reply_body(r);
    return ERR_NONE;
}

static const struct input_field try_fields[] = {
    {"team", &name_type, AT(struct distribution_try_input, name), .place = INPUT_PATH},
    {"lead_id", &input_uuid, AT(struct distribution_try_input, lead), .required = true},
};
const struct input_spec distribution_try_spec =
    INPUT_SPEC(try_fields, struct distribution_try_input);
