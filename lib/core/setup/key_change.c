#include "core/setup/key_change.h"

#include "base/json_tree.h"
#include "core/authority.h"
#include "core/setup/quota.h"
#include "core/setup/shape_setup.h"

#include <string.h>

static void append_entry(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                         const struct caller *caller, const struct api_key *key)
{
    struct json_out *body = work_body(work);

    json_out_member_uuid(body, "key", key->id);
    if (!uuid_is_nil(key->member))
        json_out_member_uuid(body, "member", key->member);
    json_out_member_int(body, "roles", key->roles);
    setup_append(work, chain, kind, caller);
}

/* ---- create ---- */

static void make_secret(struct work *work, struct uuid key, const char *idempotency_key,
                        char secret[API_KEY_SECRET_LEN + 1])
{
    uint8_t random[API_KEY_SECRET_BYTES];

    if (idempotency_key != NULL) {
        api_key_secret_again(work->config, key, idempotency_key, secret);
        return;
    }
    work->random(random, sizeof random);
    api_key_secret(random, secret);
}

struct made_key key_make(struct work *work, const struct caller *caller, const struct team *team,
                         struct chain_row *chain, const struct member *member,
                         const struct key_create_input *input)
{
    struct api_key *key = ARENA_NEW(work->arena, struct api_key);
    char *token = arena_alloc(work->arena, API_KEY_TEXT_LEN + 1);
    struct api_key_text text;

    if (key == NULL || token == NULL)
        return (struct made_key){0};
    *key = (struct api_key){
        .id = work_new_id(work),
        .team = team->id,
        .title = input->title,
        .roles = input->roles,
        .rate_limit = (int32_t)input->rate_limit,
        .made_by = caller_actor(caller),
        .created_at = work->now,
        .revoked_at = INSTANT_NONE,
    };
    if (member != NULL)
        key->member = member->id;
    text.workspace = work->config->workspace;
    text.key = key->id;
    make_secret(work, key->id, input->idempotency_key, text.secret);
    api_key_hash(text.secret, key->secret_hash);
    api_key_format(&text, token);
    append_entry(work, chain, LEDGER_KEY_CREATED, caller, key);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_KEY, .is_new = true, .key = key});
    return (struct made_key){key, token};
}

/* By id, or by an email that only one active member has. */
static const struct member *find_member(struct work *work, const char *named,
                                        struct outcome *outcome)
{
    const struct member *found = NULL;
    struct uuid id;

    if (strlen(named) == UUID_TEXT_LEN && uuid_parse(named, &id))
        found = config_member(work->config, id);
    for (size_t i = 0; found == NULL && i < work->config->member_count; i++) {
        const struct member *member = &work->config->members[i];
        if (member->active && member->email != NULL && strcmp(member->email, named) == 0)
            found = member;
    }
    for (size_t i = 0; found != NULL && i < work->config->member_count; i++) {
        const struct member *member = &work->config->members[i];
        if (member != found && member->active && member->email != NULL &&
            strcmp(member->email, named) == 0) {
            outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/member", "ambiguous",
                              "Members of several teams have this email address: give the id");
            return NULL;
        }
    }
    if (found != NULL && found->active)
        return found;
    outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/member", "unknown_member",
                      "There is no active member with this id or email address");
    return NULL;
}

/* A signer who is not an admin can give no more roles than the signer's own key has. */
static bool may_give(struct work *work, const struct command *command, const struct team *team,
                     unsigned roles, struct outcome *outcome)
{
    const struct caller *caller = &command->caller;
    enum deed deed = roles & ROLE_SIGN ? DEED_SIGNING_KEY : DEED_KEY;

    if (!authority_check(work, command, deed, team->function, outcome))
        return false;
    if (uuid_is_nil(caller->key) || (caller->roles & ROLE_ADMIN) || !(roles & ~caller->roles))
        return true;
    outcome_refuse(work, outcome, ERR_FORBIDDEN,
                   "A signer who is no admin gives the roles that the signer's own key has");
    return false;
}

static enum decision check_roles(struct work *work, const struct team *team,
                                 const struct member *member, unsigned roles,
                                 struct outcome *outcome)
{
    if (!(roles & ROLE_SIGN))
        return DECIDED;
    if (member == NULL)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/roles", "members_only",
                                 "Only a member's key can have the role sign");
    if (team->function == FUNCTION_OTHER)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/roles", "no_side",
                                 "Only members of marketing and sales teams sign");
    return DECIDED;
}

/* {key, token}; the stored answer has an empty token. */
static enum decision answer_created(struct work *work, const struct team *team,
                                    const struct made_key *made, struct outcome *outcome)
{
    for (int shown = 0; shown < 2; shown++) {
        struct json_out *out = outcome_begin(work);
        json_out_begin_object(out);
        json_out_key(out, "key");
        shape_key(work->config, made->key, team, out);
        json_out_member_text(out, "token", shown ? made->token : "");
        json_out_end_object(out);
        outcome_answer(work, outcome, 201);
        if (!shown) {
            outcome->kept = outcome->body;
            outcome->kept_len = outcome->body_len;
        }
    }
    return DECIDED;
}

enum decision key_create(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct key_create_input *input = command->input;
    const struct member *member = NULL;
    const struct team *team;

    if (!setup_may(work, command, ROLE_ADMIN | ROLE_SIGN, outcome))
        return DECIDED;
    if (input->member != NULL) {
        member = find_member(work, input->member, outcome);
        team = member == NULL ? NULL : config_team(work->config, member->team);
    } else {
        team = setup_team(work, input->team, "/team", outcome);
    }
    if (team == NULL || !may_give(work, command, team, input->roles, outcome))
        return DECIDED;
    check_roles(work, team, member, input->roles, outcome);
    if (outcome->err != ERR_NONE || !quota_leaves(work, QUOTA_KEYS, outcome))
        return DECIDED;
    struct chain_row *chain = setup_chain(work, team->id);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct made_key made = key_make(work, &command->caller, team, chain, member, input);
    if (made.token == NULL)
        return DECIDED;
    return answer_created(work, team, &made, outcome);
}

/* ---- repeat ---- */

static const char *token_again(struct work *work, const json_t *answer, const char *idempotency_key)
{
    const json_t *id = json_object_get(json_object_get(answer, "key"), "id");
    char *token = arena_alloc(work->arena, API_KEY_TEXT_LEN + 1);
    struct api_key_text text;

    if (token == NULL || id == NULL ||
        !public_id_parse(json_string_value(id), json_string_length(id), &text.workspace, &text.key))
        return NULL;
    api_key_secret_again(work->config, text.key, idempotency_key, text.secret);
    api_key_format(&text, token);
    return token;
}

void key_create_reveal(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct key_create_input *input = command->input;
    json_t *answer = json_tree_read(work->arena, outcome->body, outcome->body_len, 0, NULL);
    const char *token = answer == NULL || input->idempotency_key == NULL
                            ? NULL
                            : token_again(work, answer, input->idempotency_key);

    if (token != NULL)
        setup_reveal(work, answer, "token", token, outcome);
    json_decref(answer);
}

/* ---- revoke ---- */

static enum decision revoke(struct work *work, const struct command *command,
                            const struct api_key *old, const struct team *team,
                            struct outcome *outcome)
{
    struct chain_row *chain = setup_chain(work, team->id);
    struct api_key *key = ARENA_NEW(work->arena, struct api_key);

    if (chain == NULL)
        return DECIDE_AGAIN;
    if (key == NULL)
        return DECIDED;
    *key = *old;
    key->revoked_at = work->now;
    append_entry(work, chain, LEDGER_KEY_REVOKED, &command->caller, key);
    work_add(work, KIND_CONFIG_CHANGE, &(struct config_change){.kind = CHANGE_KEY, .key = key});
    shape_key(work->config, key, team, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}

enum decision key_revoke(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct key_revoke_input *input = command->input;
    const struct api_key *key = config_key(work->config, input->key);
    const struct team *team = key == NULL ? NULL : config_team(work->config, key->team);

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    if (key == NULL || team == NULL)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no key with this id");
    if (!authority_check(work, command, DEED_KEY, team->function, outcome) ||
        !authority_keeps_signer(work, command, key->id, outcome))
        return DECIDED;
    if (key->revoked_at == INSTANT_NONE)
        return revoke(work, command, key, team, outcome);
    shape_key(work->config, key, team, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}
