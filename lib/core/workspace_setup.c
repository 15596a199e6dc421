#include "core/workspace_setup.h"

#include "base/json_tree.h"
#include "core/agreement/agreement_change.h"
#include "core/agreement/agreement_sign.h"
#include "core/setup/shape_setup.h"

#include <string.h>

/* What has been made so far, for the answer. */
struct made {
    const struct team *teams[WORKSPACE_TEAMS_MAX];
    struct chain_row *chains[WORKSPACE_TEAMS_MAX];
    struct json_out keys; /* the array's items */
};

#define KEYS_MAX_BYTES (1u << 20)

static void append_created(struct work *work, const struct command *command,
                           struct chain_row *chain, const char *name)
{
    json_out_member_text(work_body(work), "name", name);
    setup_append(work, chain, LEDGER_WORKSPACE_CREATED, &command->caller);
}

static void make_team(struct work *work, const struct command *command,
                      const struct workspace_team *wanted, struct made *made, size_t i)
{
    struct team_create_input input = {wanted->name, wanted->title, wanted->function};

    made->teams[i] = team_make(work, &command->caller, &input);
    if (made->teams[i] != NULL)
        made->chains[i] = setup_chain(work, made->teams[i]->id);
}

static void make_key(struct work *work, const struct command *command, struct made *made, size_t i,
                     const struct member *member, unsigned roles)
{
    const struct team *team = made->teams[i];
    struct key_create_input input = {
        .title = member == NULL ? team->name : member->email,
        .roles = team->function == FUNCTION_OTHER ? roles & ~(unsigned)ROLE_SIGN : roles,
    };
    struct made_key key = key_make(work, &command->caller, team, made->chains[i], member, &input);
    char id[PUBLIC_ID_LEN + 1];

    if (key.token == NULL)
        return;
    public_id_format(work->config->workspace, key.key->id, id);
    json_out_begin_object(&made->keys);
    json_out_member_text(&made->keys, "id", id);
    json_out_member_text(&made->keys, "team", team->name);
    json_out_member_text(&made->keys, "member", member == NULL ? NULL : member->email);
    json_out_key(&made->keys, "roles");
    shape_roles(key.key->roles, &made->keys);
    json_out_member_text(&made->keys, "token", key.token);
    json_out_end_object(&made->keys);
}

static const char *name_of(struct work *work, const char *email)
{
    return arena_copy(work->arena, email, strcspn(email, "@"));
}

static void make_members(struct work *work, const struct command *command,
                         const struct workspace_team *wanted, struct made *made, size_t i)
{
    for (size_t at = 0; at < wanted->email_count; at++) {
        struct member_create_input input = {
            .name = name_of(work, wanted->emails[at]),
            .email = wanted->emails[at],
        };
        const struct member *member =
            member_make(work, &command->caller, made->teams[i], made->chains[i], &input);
        if (member != NULL)
            make_key(work, command, made, i, member,
                     WORKSPACE_MEMBER_ROLES | (at == 0 ? ROLE_ADMIN : 0));
    }
    if (wanted->key_roles != 0)
        make_key(work, command, made, i, NULL, wanted->key_roles);
}

static json_t *route_json(const struct workspace_route *route)
{
    json_t *gates = json_array();

    for (size_t i = 0; i < route->gate_count; i++)
        json_array_append_new(gates, json_string(term_name(route->gates[i])));
    return json_pack("{s:s, s:s, s:o, s:b}", "from", route->from, "to", route->to, "gates", gates,
                     "automatic", 1);
}

/* In force at once: before both sides have agreed on something else, somebody has to get leads. */
static void make_routes(struct work *work, const struct command *command,
                        const struct workspace_setup_input *input)
{
    json_t *routes = json_array();
    json_t *document = json_pack("{s:o}", "routes", routes);

    for (size_t i = 0; document != NULL && i < input->route_count; i++) {
        if (json_array_append_new(routes, route_json(&input->routes[i])) != 0) {
            json_decref(document);
            document = NULL;
        }
    }
    if (document == NULL || !agreement_impose(work, &command->caller, AGREEMENT_ROUTES, document))
        arena_fail(work->arena);
    json_decref(document);
}

static void make_draft(struct work *work, const struct command *command,
                       const struct workspace_starter *starter)
{
    json_t *document =
        json_tree_read(work->arena, starter->document, strlen(starter->document), 0, NULL);

    if (document == NULL)
        arena_fail(work->arena);
    else
        agreement_make(work, &command->caller, (enum agreement_kind)starter->term, 1, document);
    json_decref(document);
}

static enum decision answer(struct work *work, const struct workspace_setup_input *input,
                            const struct made *made, struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_key(out, "workspace");
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", work->config->workspace);
    json_out_member_text(out, "name", input->name);
    json_out_end_object(out);
    json_out_key(out, "teams");
    json_out_begin_array(out);
    for (size_t i = 0; i < input->team_count; i++)
        shape_team(made->teams[i], out);
    json_out_end_array(out);
    json_out_key(out, "keys");
    json_out_raw(out, made->keys.written.text, made->keys.written.len);
    json_out_key(out, "definitions");
    json_out_begin_array(out);
    for (size_t i = 0; i < input->starter_count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "term", term_name(input->starters[i].term));
        json_out_member_int(out, "version", 1);
        json_out_end_object(out);
    }
    json_out_end_array(out);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 201);
}

static enum decision make_all(struct work *work, const struct command *command,
                              struct chain_row *chain, struct made *made, struct outcome *outcome)
{
    const struct workspace_setup_input *input = command->input;

    append_created(work, command, chain, input->name);
    json_out_begin_array(&made->keys);
    for (size_t i = 0; i < input->team_count; i++) {
        make_team(work, command, &input->teams[i], made, i);
        if (made->teams[i] == NULL)
            return DECIDED;
        make_members(work, command, &input->teams[i], made, i);
    }
    json_out_end_array(&made->keys);
    if (input->route_count > 0)
        make_routes(work, command, input);
    for (size_t i = 0; i < input->starter_count; i++)
        make_draft(work, command, &input->starters[i]);
    if (arena_failed(work->arena))
        return DECIDED;
    return answer(work, input, made, outcome);
}

enum decision workspace_setup(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    struct made made = {0};

    if (work->config->team_count > 0)
        return outcome_refuse(work, outcome, ERR_ALREADY_EXISTS,
                              "The workspace \"%s\" exists already", work->config->name);
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    json_out_init(&made.keys, work->arena, KEYS_MAX_BYTES);
    enum decision decision = make_all(work, command, chain, &made, outcome);
    return decision;
}
