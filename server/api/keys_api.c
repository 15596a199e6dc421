#include "api/keys_api.h"

#include "api/setup_input.h"
#include "api/setup_page.h"

#include "base/email.h"
#include "core/setup/key_change.h"
#include "core/setup/shape_setup.h"

#include <string.h>

/* ---- list ---- */

static const struct input_field query_fields[] = {
    {.name = "limit",
     .type = INPUT_INT,
     .min = 1,
     .max = SETUP_PAGE_MAX,
     .otherwise = SETUP_PAGE_DEFAULT,
     .offset = offsetof(struct setup_page, limit)},
    {.name = "cursor",
     .type = INPUT_LINE,
     .min = 1,
     .max = 512,
     .offset = offsetof(struct setup_page, cursor)},
};

const struct input_spec keys_query = INPUT_SPEC(query_fields, struct setup_page);

static struct uuid id_of(const void *list, size_t index)
{
    return ((const struct config *)list)->keys[index].id;
}

static void write_one(const void *list, size_t index, struct json_out *out)
{
    const struct config *config = list;
    const struct api_key *key = &config->keys[index];

    shape_key(config, key, config_team(config, key->team), out);
}

enum err keys_list(struct request *r, struct reader *reader)
{
    struct setup_list list = {r->config->key_count, id_of, NULL, write_one, r->config};

    (void)reader;
    return setup_page_answer(r, r->query, &list, "/v1/keys", "");
}

/* ---- writes ---- */

struct key_body {
    const char *title;
    const char *team;
    const char *member;
    const char **roles;
    size_t role_count;
};

static const struct input_field create_fields[] = {
    {.name = "title",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = SETUP_TITLE_MAX_CHARS,
     .offset = offsetof(struct key_body, title)},
    {.name = "team",
     .type = INPUT_LINE,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct key_body, team)},
    {.name = "member",
     .type = INPUT_LINE,
     .min = 3,
     .max = EMAIL_MAX_BYTES,
     .offset = offsetof(struct key_body, member)},
    {.name = "roles",
     .type = INPUT_TEXTS,
     .required = true,
     .min = 1,
     .max = ROLE_COUNT,
     .item_max = 32,
     .offset = offsetof(struct key_body, roles),
     .count_offset = offsetof(struct key_body, role_count)},
};

static const struct input_spec create_spec = INPUT_SPEC(create_fields, struct key_body);

static unsigned read_roles(struct request *r, const struct key_body *body)
{
    struct faults *faults = request_faults(r);
    unsigned roles = 0;

    for (size_t i = 0; faults != NULL && i < body->role_count; i++) {
        if (body->roles[i] == NULL)
            continue;
        unsigned role = role_parse(body->roles[i]);
        const char *pointer = pointer_index(r->arena, "/roles", i);
        if (role == 0)
            faults_add(faults, pointer, "enum",
                       "One of capture, work, sign, report, read, admin is wanted");
        else if (roles & role)
            faults_add(faults, pointer, "repeated", "It stands above already");
        roles |= role;
    }
    return roles;
}

/* An id as it is, an email in its normal form. */
static const char *read_member(struct request *r, const char *member)
{
    if (member == NULL || strchr(member, '@') == NULL)
        return member;
    return setup_email(r, member, "/member");
}

static bool has(const struct request *r, const char *member)
{
    return json_object_get(r->json, member) != NULL;
}

enum err keys_create(struct request *r, struct command *command)
{
    struct key_create_input *input = setup_new_input(r, sizeof *input);
    struct faults *faults = request_faults(r);
    struct key_body body;

    if (input == NULL || faults == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = request_gather(r, &create_spec, &body);
    if (err != ERR_NONE)
        return err;
    if (json_is_object(r->json) && has(r, "team") == has(r, "member"))
        faults_add(faults, "", "one_of", "Either a team or a member is needed, not both");
    *input = (struct key_create_input){
        .title = body.title,
        .team = body.team,
        .member = read_member(r, body.member),
        .roles = read_roles(r, &body),
        .idempotency_key = r->idempotency_key,
    };
    command->kind = COMMAND_KEY_CREATE;
    command->input = input;
    return request_settle(r);
}

enum err keys_revoke(struct request *r, struct command *command)
{
    struct key_revoke_input *input = setup_new_input(r, sizeof *input);

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    command->kind = COMMAND_KEY_REVOKE;
    command->input = input;
    return setup_param_id(r, "key_id", &input->key);
}
