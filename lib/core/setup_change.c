#include "core/setup_change.h"

#include "base/json_tree.h"

bool setup_may(struct work *work, const struct command *command, unsigned roles,
               struct outcome *outcome)
{
    if (uuid_is_nil(command->caller.key) || (command->caller.roles & roles))
        return true;
    outcome_refuse(work, outcome, ERR_FORBIDDEN, "This key lacks the role that it takes");
    return false;
}

struct chain_row *setup_chain(struct work *work, struct uuid subject)
{
    enum find found;

    return work_find(work, KIND_CHAIN, &subject, &found);
}

struct chain_row *setup_new_chain(struct work *work, struct uuid subject)
{
    struct chain_row *chain = ARENA_NEW(work->arena, struct chain_row);

    if (chain == NULL)
        return NULL;
    chain->subject = subject;
    return work_put(work, KIND_CHAIN, &chain->subject, chain) ? chain : NULL;
}

void setup_append(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                  const struct caller *caller)
{
    if (chain != NULL)
        work_append_to(work, chain, kind, caller_actor(caller), caller->team);
}

bool setup_note_chain(struct work *work, struct work_keys *keys, struct uuid subject)
{
    struct uuid *key = ARENA_NEW(work->arena, struct uuid);

    if (key == NULL)
        return false;
    *key = subject;
    return list_add(&keys->of[KIND_CHAIN], work->arena, key);
}

bool setup_tag_fits(struct work *work, const char *if_match, struct outcome *outcome)
{
    char tag[ETAG_LEN + 1];

    if (arena_failed(work->arena))
        return false;
    etag_of_text(work->scratch.written.text, work->scratch.written.len, tag);
    if (etag_matches(if_match, tag))
        return true;
    outcome_refuse(work, outcome, ERR_PRECONDITION_FAILED,
                   "It was changed since you read it: read it again and send its new ETag");
    return false;
}

const struct team *setup_team(struct work *work, const char *name, const char *pointer,
                              struct outcome *outcome)
{
    const struct team *team = config_team_named(work->config, name);

    if (team != NULL && team->active)
        return team;
    outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, pointer, "unknown_team",
                      "There is no active team \"%s\"; GET /v1/teams lists them", name);
    return NULL;
}

void setup_reveal(struct work *work, json_t *answer, const char *member, const char *secret,
                  struct outcome *outcome)
{
    if (json_object_set_new(answer, member, json_string(secret)) != 0) {
        arena_fail(work->arena);
        return;
    }
    json_tree_write(answer, outcome_begin(work));
    outcome_answer(work, outcome, outcome->status);
}
