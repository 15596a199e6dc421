#include "core/command_decide.h"

#include "core/account/account_change.h"
#include "core/agreement/agreement_change.h"
#include "core/agreement/agreement_sign.h"
#include "core/agreement/definition_apply.h"
#include "core/agreement/routes_try.h"
#include "core/background_change.h"
#include "core/command_keys.h"
#include "core/evidence/backtest_request.h"
#include "core/handoff/distribution_try.h"
#include "core/handoff/feedback.h"
#include "core/handoff/handoff_answer.h"
#include "core/handoff/handoff_claim.h"
#include "core/handoff/handoff_offer.h"
#include "core/handoff/handoff_outcome.h"
#include "core/handoff/handoff_qualify.h"
#include "core/handoff/handoff_reject.h"
#include "core/handoff/handoff_request.h"
#include "core/handoff/leads_due.h"
#include "core/intake/block.h"
#include "core/intake/import.h"
#include "core/intake/import_end.h"
#include "core/intake/import_request.h"
#include "core/intake/inbound.h"
#include "core/intake/lead_batch.h"
#include "core/intake/lead_change.h"
#include "core/intake/lead_erase.h"
#include "core/intake/lead_merge.h"
#include "core/intake/lead_review.h"
#include "core/intake/lead_try.h"
#include "core/intake/lead_unmerge.h"
#include "core/lead/lead_words.h"
#include "core/setup/attribution_setup_change.h"
#include "core/setup/campaign_change.h"
#include "core/setup/content_change.h"
#include "core/setup/key_change.h"
#include "core/setup/member_change.h"
#include "core/setup/rates_change.h"
#include "core/setup/retention.h"
#include "core/setup/signing_key_change.h"
#include "core/setup/source_change.h"
#include "core/setup/source_rotate.h"
#include "core/setup/stage_change.h"
#include "core/setup/subscription_change.h"
#include "core/setup/team_change.h"
#include "core/setup/week_end.h"
#include "core/workspace_setup.h"

#include <string.h>

/* The words in which COMMAND_TABLE names the rows that a command needs. */
#define NONE                                                                                       \
    {                                                                                              \
        0                                                                                          \
    }
#define ONE(kind, type, member)                                                                    \
    {                                                                                              \
        note_one, KIND_##kind, offsetof(struct type, member), 0, NULL                              \
    }
#define ALL(kind, type, member, count)                                                             \
    {                                                                                              \
        note_all, KIND_##kind, offsetof(struct type, member), offsetof(struct type, count), NULL   \
    }
#define WHOLE(kind)                                                                                \
    {                                                                                              \
        note_whole, KIND_##kind, 0, 0, NULL                                                        \
    }
#define OF_CALLER(kind, member)                                                                    \
    {                                                                                              \
        note_of_caller, KIND_##kind, offsetof(struct caller, member), 0, NULL                      \
    }
#define TEAM(type, member)                                                                         \
    {                                                                                              \
        note_team, KIND_CHAIN, offsetof(struct type, member), 0, NULL                              \
    }
#define TEAM_OF_MEMBER(type, member)                                                               \
    {                                                                                              \
        note_team_of_member, KIND_CHAIN, offsetof(struct type, member), 0, NULL                    \
    }
#define TEAM_OF_KEY(type, member)                                                                  \
    {                                                                                              \
        note_team_of_key, KIND_CHAIN, offsetof(struct type, member), 0, NULL                       \
    }
#define VERSION(type)                                                                              \
    {                                                                                              \
        note_version, KIND_CHAIN, offsetof(struct type, kind), offsetof(struct type, version),     \
            NULL                                                                                   \
    }
#define VERSION_AND_ENDED(type)                                                                    \
    {                                                                                              \
        note_version_and_ended, KIND_CHAIN, offsetof(struct type, kind),                           \
            offsetof(struct type, version), NULL                                                   \
    }
#define DEALS                                                                                      \
    {                                                                                              \
        note_dealings, KIND_DEALING, 0, 0, NULL                                                    \
    }
#define OWN(function)                                                                              \
    {                                                                                              \
        note_own, KIND_COUNT, 0, 0, function                                                       \
    }

static const struct {
    enum decision (*decide)(struct work *, const struct command *, struct outcome *);
    bool solo;
    struct command_key keys[COMMAND_KEYS_MAX];
} operations[COMMAND_COUNT] = {
#define X(name, function, solo, ...) [COMMAND_##name] = {function, solo, {__VA_ARGS__}},
    COMMAND_TABLE(X)
#undef X
};

/* Puts back what a stored answer leaves out because it is secret. */
static void (*const reveals[COMMAND_COUNT])(struct work *, const struct command *,
                                            struct outcome *) = {
    [COMMAND_KEY_CREATE] = key_create_reveal,
    [COMMAND_SOURCE_CREATE] = source_create_reveal,
    [COMMAND_SOURCE_ROTATE] = source_rotate_reveal,
    [COMMAND_SUBSCRIPTION_CREATE] = subscription_reveal,
    [COMMAND_SUBSCRIPTION_ROTATE] = subscription_reveal,
};

bool command_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct noting noting = {command, work, keys};
    const struct command_key *key = operations[command->kind].keys;

    /* A key that was made for this command has no stored answer, unless the group is run again and
     * the first run was committed. */
    bool may_be_stored = command->keyed && (!command->key_is_new || work->rerun);

    if (may_be_stored && !list_add(&keys->of[KIND_ANSWER], work->arena, (void *)command->key))
        return false;
    for (int i = 0; i < COMMAND_KEYS_MAX && key[i].note != NULL; i++)
        if (!key[i].note(&noting, &key[i]))
            return false;
    return true;
}

bool command_is_solo(const struct command *command)
{
    return operations[command->kind].solo;
}

/* The body of a refusal. */
static enum decision write_problem(struct work *work, struct outcome *outcome)
{
    struct json_out *out = &work->scratch;

    json_out_clear(out);
    problem_write(&outcome->problem, out);
    outcome->status = error_status(outcome->err);
    outcome->body = json_out_keep(out, work->arena, &outcome->body_len);
    return DECIDED;
}

static enum decision replay(struct work *work, const struct answer_row *answer,
                            const struct command *command, struct outcome *outcome)
{
    if (!digest_equal(answer->body_mac, command->body_mac, DIGEST_BYTES)) {
        outcome_refuse(work, outcome, ERR_KEY_REUSED,
                       "This Idempotency-Key came with another request; use a new key");
        return write_problem(work, outcome);
    }
    outcome->replayed = true;
    if (answer->body == NULL) {
        outcome_refuse(work, outcome, ERR_GONE, "The lead that the answer spoke of was erased");
        return write_problem(work, outcome);
    }
    outcome->status = answer->status;
    outcome->body = answer->body;
    outcome->body_len = answer->body_len;
    outcome->location = answer->location;
    if (reveals[command->kind] != NULL && outcome->status < 300)
        reveals[command->kind](work, command, outcome);
    return DECIDED;
}

static void note_answer(struct work *work, const struct command *command,
                        const struct outcome *outcome)
{
    struct answer_row *answer = ARENA_NEW(work->arena, struct answer_row);

    if (answer == NULL)
        return;
    memcpy(answer->key, command->key, DIGEST_BYTES);
    memcpy(answer->body_mac, command->body_mac, DIGEST_BYTES);
    answer->status = outcome->status;
    answer->location = outcome->location;
    answer->body = outcome->kept == NULL ? outcome->body : outcome->kept;
    answer->body_len = outcome->kept == NULL ? outcome->body_len : outcome->kept_len;
    answer->leads = uuid_is_nil(outcome->lead) ? outcome->leads : &outcome->lead;
    answer->lead_count = uuid_is_nil(outcome->lead) ? outcome->lead_count : 1;
    work_save_row(work, KIND_ANSWER, answer);
    work_put(work, KIND_ANSWER, answer->key, answer);
}

/* Whether a refusal is a decision on the state, to be repeated under its key. Others may be
 * corrected and sent again with the same key. */
static bool is_decided(enum err err)
{
    return err == ERR_NONE || (error_status(err) >= 404 && error_status(err) < 500);
}

static bool caller_stands(const struct work *work, const struct caller *caller)
{
    if (uuid_is_nil(caller->key))
        return true;
    const struct api_key *key = config_key(work->config, caller->key);
    if (key != NULL)
        return config_key_stands(work->config, key);
    return config_source(work->config, caller->key) != NULL; /* inbound, by signature */
}

static enum decision give_up(struct work *work, struct outcome *outcome, enum err err)
{
    work_undo(work);
    *outcome = (struct outcome){.err = err, .problem.err = err, .status = error_status(err)};
    return DECIDED;
}

enum decision command_decide(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct answer_row *answer =
        command->keyed ? work_peek(work, KIND_ANSWER, command->key) : NULL;

    *outcome = (struct outcome){.status = 200};
    if (answer != NULL)
        return replay(work, answer, command, outcome);
    if (!caller_stands(work, &command->caller))
        return give_up(work, outcome, ERR_UNAUTHENTICATED);
    work_begin(work);
    enum decision decision = operations[command->kind].decide(work, command, outcome);
    if (decision == DECIDE_AGAIN || work->again) {
        work_undo(work);
        return DECIDE_AGAIN;
    }
    if (arena_failed(work->arena))
        return give_up(work, outcome, ERR_OUT_OF_MEMORY);
    if (outcome->err != ERR_NONE) {
        work_undo(work);
        write_problem(work, outcome);
    } else {
        work_keep(work);
    }
    if (command->keyed && is_decided(outcome->err))
        note_answer(work, command, outcome);
    return DECIDED;
}
