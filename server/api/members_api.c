#include "api/members_api.h"

#include "api/capture_input.h"
#include "api/setup_input.h"
#include "api/setup_page.h"

#include "base/email.h"
#include "core/lead/lead.h"
#include "core/setup/member_change.h"
#include "core/setup/shape_setup.h"

#include <string.h>

/* ---- list ---- */

struct members_query {
    const char *team;
    struct setup_page page;
};

static const struct input_field query_fields[] = {
    {.name = "team",
     .type = INPUT_LINE,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct members_query, team)},
    {.name = "limit",
     .type = INPUT_INT,
     .min = 1,
     .max = SETUP_PAGE_MAX,
     .otherwise = SETUP_PAGE_DEFAULT,
     .offset = offsetof(struct members_query, page.limit)},
    {.name = "cursor",
     .type = INPUT_LINE,
     .min = 1,
     .max = 512,
     .offset = offsetof(struct members_query, page.cursor)},
};

const struct input_spec members_query = INPUT_SPEC(query_fields, struct members_query);

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

enum err members_list(struct request *r, struct reader *reader)
{
    const struct members_query *query = r->query;
    struct members_shown shown = {r->config, NULL};
    struct faults *faults = request_faults(r);
    const char *more = "";

    (void)reader;
    if (query->team != NULL) {
        shown.team = config_team_named(r->config, query->team);
        more = arena_printf(r->arena, "team=%s&", query->team);
    }
    if (query->team != NULL && shown.team == NULL && faults != NULL) {
        faults_add_in(faults, "query", "team", "unknown_team", "There is no team of this name");
        return request_refuse(r, ERR_INVALID_PARAMETER, "GET /v1/teams lists the teams");
    }
    struct setup_list list = {r->config->member_count, id_of, is_shown, write_one, &shown};
    return setup_page_answer(r, &query->page, &list, "/v1/members", more);
}

/* ---- writes ---- */

struct member_body {
    const char *team;
    const char *name;
    const char *email;
    struct external_id_body external_id;
    enum input_presence external_id_given;
    enum input_presence active_given;
    bool active;
};

static const struct input_field create_fields[] = {
    {.name = "team",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct member_body, team)},
    {.name = "name",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = SETUP_TITLE_MAX_CHARS,
     .offset = offsetof(struct member_body, name)},
    {.name = "email",
     .type = INPUT_LINE,
     .min = 3,
     .max = EMAIL_MAX_BYTES,
     .offset = offsetof(struct member_body, email)},
    {.name = "external_id",
     .type = INPUT_OBJECT,
     .of = &external_id_spec,
     .presence = offsetof(struct member_body, external_id_given),
     .offset = offsetof(struct member_body, external_id)},
};

static const struct input_spec create_spec = INPUT_SPEC(create_fields, struct member_body);

static void check_identity(struct request *r, const struct member_body *body)
{
    struct faults *faults = request_faults(r);

    if (faults == NULL)
        return;
    if (json_is_object(r->json) && json_object_get(r->json, "email") == NULL &&
        body->external_id_given != INPUT_GIVEN)
        faults_add(faults, "", "required", "An email or an external_id is needed");
}

enum err members_create(struct request *r, struct command *command)
{
    struct member_create_input *input = setup_new_input(r, sizeof *input);
    struct member_body body;

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = request_gather(r, &create_spec, &body);
    if (err != ERR_NONE)
        return err;
    check_identity(r, &body);
    bool external = body.external_id_given == INPUT_GIVEN && body.external_id.source != NULL;
    *input = (struct member_create_input){
        .team = body.team,
        .name = body.name,
        .email = setup_email(r, body.email, "/email"),
        .external_source = external ? capture_source_read(&body.external_id, "/external_id",
                                                          r->arena, request_faults(r))
                                    : NULL,
        .external_id = external ? body.external_id.id : NULL,
    };
    command->kind = COMMAND_MEMBER_CREATE;
    command->input = input;
    return request_settle(r);
}

static const struct input_field update_fields[] = {
    {.name = "name",
     .type = INPUT_LINE,
     .min = 1,
     .max = SETUP_TITLE_MAX_CHARS,
     .offset = offsetof(struct member_body, name)},
    {.name = "email",
     .type = INPUT_LINE,
     .min = 3,
     .max = EMAIL_MAX_BYTES,
     .offset = offsetof(struct member_body, email)},
    {.name = "active",
     .type = INPUT_BOOL,
     .presence = offsetof(struct member_body, active_given),
     .offset = offsetof(struct member_body, active)},
};

static const struct input_spec update_spec = INPUT_SPEC(update_fields, struct member_body);

enum err members_update(struct request *r, struct command *command)
{
    struct member_update_input *input = setup_new_input(r, sizeof *input);
    struct member_body body;

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = request_param_uuid(r, "member_id", &input->member);
    if (err == ERR_NONE)
        err = setup_read_change(r, &update_spec, &body);
    if (err != ERR_NONE)
        return err;
    input->if_match = r->if_match;
    input->name = body.name;
    input->email = setup_email(r, body.email, "/email");
    input->active = setup_optional_bool(r, body.active_given, body.active);
    command->kind = COMMAND_MEMBER_UPDATE;
    command->input = input;
    return request_settle(r);
}
