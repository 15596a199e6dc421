#include "api/teams_api.h"

#include "api/setup_input.h"
#include "http/reading.h"

#include "core/setup/shape_setup.h"
#include "core/setup/team_change.h"
#include "store/read/handoff_read.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX_BYTES (1u << 20)

static const char *const function_names[] = {"marketing", "sales", "other", NULL};

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct team *const *)a)->name, (*(const struct team *const *)b)->name);
}

enum err teams_list(struct request *r, struct reader *reader)
{
    const struct config *config = r->config;
    const struct team **teams = ARENA_ARRAY(r->arena, const struct team *, config->team_count + 1);
    struct json_out out;

    (void)reader;
    if (teams == NULL)
        return request_refuse(r, ERR_OUT_OF_MEMORY, "Try again in a moment");
    for (size_t i = 0; i < config->team_count; i++)
        teams[i] = &config->teams[i];
    qsort(teams, config->team_count, sizeof *teams, by_name);
    json_out_init(&out, LIST_MAX_BYTES);
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

struct team_body {
    const char *name;
    const char *title;
    enum input_presence function_given;
    int function;
    enum input_presence active_given;
    bool active;
};

static const struct input_field create_fields[] = {
    {.name = "name",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct team_body, name)},
    {.name = "title",
     .type = INPUT_LINE,
     .min = 1,
     .max = SETUP_TITLE_MAX_CHARS,
     .offset = offsetof(struct team_body, title)},
    {.name = "function",
     .type = INPUT_ENUM,
     .required = true,
     .values = function_names,
     .offset = offsetof(struct team_body, function)},
};

static const struct input_spec create_spec = INPUT_SPEC(create_fields, struct team_body);

enum err teams_create(struct request *r, struct command *command)
{
    struct team_create_input *input = setup_new_input(r, sizeof *input);
    struct team_body body;

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = request_gather(r, &create_spec, &body);
    if (err != ERR_NONE)
        return err;
    setup_check_name(r, body.name, "/name");
    *input = (struct team_create_input){body.name, body.title, (enum team_function)body.function};
    command->kind = COMMAND_TEAM_CREATE;
    command->input = input;
    return request_settle(r);
}

static const struct input_field update_fields[] = {
    {.name = "title",
     .type = INPUT_LINE,
     .min = 1,
     .max = SETUP_TITLE_MAX_CHARS,
     .offset = offsetof(struct team_body, title)},
    {.name = "function",
     .type = INPUT_ENUM,
     .values = function_names,
     .presence = offsetof(struct team_body, function_given),
     .offset = offsetof(struct team_body, function)},
    {.name = "active",
     .type = INPUT_BOOL,
     .presence = offsetof(struct team_body, active_given),
     .offset = offsetof(struct team_body, active)},
};

static const struct input_spec update_spec = INPUT_SPEC(update_fields, struct team_body);

enum err teams_update(struct request *r, struct command *command)
{
    struct team_update_input *input = setup_new_input(r, sizeof *input);
    enum team_function *function = setup_new_input(r, sizeof *function);
    struct team_body body;

    if (input == NULL || function == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = setup_read_change(r, &update_spec, &body);
    if (err != ERR_NONE)
        return err;
    *function = (enum team_function)body.function;
    *input = (struct team_update_input){
        .name = request_param(r, "team"),
        .if_match = r->if_match,
        .title = body.title,
        .function = body.function_given == INPUT_GIVEN ? function : NULL,
        .active = setup_optional_bool(r, body.active_given, body.active),
    };
    command->kind = COMMAND_TEAM_UPDATE;
    command->input = input;
    return request_settle(r);
}

enum err teams_update_used(struct request *r, struct reader *reader)
{
    struct team_update_input *input = (void *)r->command->input;
    const struct team *team = config_team_named(r->config, input->name);
    struct read read;

    if (input->function == NULL || team == NULL)
        return ERR_NONE;
    enum err err = reading_begin(r, reader, &read);
    if (err != ERR_NONE)
        return err;
    err = handoff_read_has_team(&read, team->id, &input->handed_off);
    if (err != ERR_NONE)
        err = reading_refuse(r, err, "team");
    reading_end(&read);
    return err;
}
