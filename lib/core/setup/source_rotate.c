#include "core/setup/source_rotate.h"

#include "base/json_tree.h"
#include "base/public_id.h"
#include "core/authority.h"
#include "core/setup/shape_setup.h"
#include "core/setup/source_auth.h"

#include <string.h>

static bool has_two(const struct work *work, const struct source *source)
{
    return source->old_until != INSTANT_NONE && work->now < source->old_until;
}

/* The source, when the caller may change it and its deliveries are signed; NULL: refused. */
static const struct source *signed_source(struct work *work, const struct command *command,
                                          struct uuid id, struct outcome *outcome)
{
    const struct source *source = config_source(work->config, id);
    struct source_auth auth;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return NULL;
    if (source == NULL) {
        outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no source with this id");
        return NULL;
    }
    if (!authority_check(work, command, DEED_SOURCE, authority_of_team(work, source->team),
                         outcome))
        return NULL;
    enum err err = source_auth_of(source, work->arena, &auth);
    if (err != ERR_NONE) {
        outcome_refuse(work, outcome, err == ERR_OUT_OF_MEMORY ? err : ERR_INTERNAL, "Try again");
        return NULL;
    }
    if (source_auth_has_secret(&auth))
        return source;
    outcome_refuse(work, outcome, ERR_UNPROCESSABLE,
                   "This source's deliveries are not signed: their sender has a key of the team");
    return NULL;
}

static void append_entry(struct work *work, struct chain_row *chain, enum ledger_kind kind,
                         const struct caller *caller, const struct source *source)
{
    struct json_out *body = work_body(work);

    if (source->old_until != INSTANT_NONE)
        json_out_member_int(body, "old_until", source->old_until);
    json_out_member_uuid(body, "source", source->id);
    setup_append(work, chain, kind, caller);
}

static void save(struct work *work, const struct source *source)
{
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_SOURCE, .source = {source, true}});
}

/* A copy that may be changed. */
static struct source *copy_of(struct work *work, const struct source *source)
{
    struct source *copy = ARENA_NEW(work->arena, struct source);

    if (copy != NULL) {
        *copy = *source;
        copy->revision++;
    }
    return copy;
}

static void forget_old(struct source *source)
{
    source->old_secret = NULL;
    source->old_until = INSTANT_NONE;
}

/* ---- rotate ---- */

static const char *made_secret(struct work *work, struct uuid source, instant since,
                               const char *idempotency_key)
{
    char *secret = arena_alloc(work->arena, SOURCE_SECRET_LEN + 1);

    if (secret != NULL)
        source_auth_make_secret(work->config, source, since, idempotency_key, secret);
    return secret;
}

static enum decision refuse_third(struct work *work, const struct source *source,
                                  struct outcome *outcome)
{
    static const char *const allowed[] = {"retire"};
    char until[INSTANT_TEXT_MAX];

    instant_format(source->old_until, until);
    outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                   "The secret before counts until %s: retire it first, or rotate with "
                   "overlap_seconds 0, which ends both",
                   until);
    outcome->problem.state = "rotating";
    outcome->problem.allowed = allowed;
    outcome->problem.allowed_count = 1;
    return DECIDED;
}

/* {source, secret}; the stored answer has an empty secret. */
static enum decision answer_rotated(struct work *work, const struct source *source,
                                    struct outcome *outcome)
{
    const char *const shown[] = {"", source->secret};

    for (size_t i = 0; i < 2; i++) {
        struct json_out *out = outcome_begin(work);
        json_out_begin_object(out);
        json_out_key(out, "source");
        shape_source(work->config, source, out);
        json_out_member_text(out, "secret", shown[i]);
        json_out_end_object(out);
        outcome_answer(work, outcome, 200);
        if (i == 0) {
            outcome->kept = outcome->body;
            outcome->kept_len = outcome->body_len;
        }
    }
    return DECIDED;
}

enum decision source_rotate(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct source_rotate_input *input = command->input;
    const struct source *old = signed_source(work, command, input->source, outcome);

    if (old == NULL)
        return DECIDED;
    if (has_two(work, old) && input->overlap_seconds > 0)
        return refuse_third(work, old, outcome);
    if (input->secret != NULL && old->secret != NULL && strcmp(input->secret, old->secret) == 0)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/secret", "same",
                                 "This is the secret that the source has");
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct source *source = copy_of(work, old);
    if (source == NULL)
        return DECIDED;
    forget_old(source);
    if (old->secret != NULL && input->overlap_seconds > 0) {
        source->old_secret = old->secret;
        source->old_until = work->now + input->overlap_seconds * INSTANT_SECOND;
    }
    source->secret_since = work->now;
    source->secret = input->secret != NULL
                         ? input->secret
                         : made_secret(work, source->id, work->now, input->idempotency_key);
    append_entry(work, chain, LEDGER_SOURCE_SECRET_ROTATED, &command->caller, source);
    save(work, source);
    return answer_rotated(work, source, outcome);
}

/* A secret of the sender's came with the request again; one that Baton made is derived again from
 * what the answer says of it. */
static const char *secret_again(struct work *work, const json_t *answer,
                                const struct source_rotate_input *input)
{
    const json_t *source = json_object_get(answer, "source");
    const char *since = json_string_value(json_object_get(source, "secret_since"));
    instant at;

    if (input->secret != NULL)
        return input->secret;
    if (since == NULL || !instant_parse(since, &at))
        return NULL;
    return made_secret(work, input->source, at, input->idempotency_key);
}

void source_rotate_reveal(struct work *work, const struct command *command, struct outcome *outcome)
{
    json_t *answer = json_tree_read(work->arena, outcome->body, outcome->body_len, 0, NULL);
    const char *secret = answer == NULL ? NULL : secret_again(work, answer, command->input);

    if (secret != NULL)
        setup_reveal(work, answer, "secret", secret, outcome);
    json_decref(answer);
}

/* ---- retire ---- */

enum decision source_retire(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    static const char *const allowed[] = {"rotate"};
    const struct source_retire_input *input = command->input;
    const struct source *old = signed_source(work, command, input->source, outcome);

    if (old == NULL)
        return DECIDED;
    if (!has_two(work, old)) {
        outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "Only one secret of this source counts");
        outcome->problem.state = "settled";
        outcome->problem.allowed = allowed;
        outcome->problem.allowed_count = 1;
        return DECIDED;
    }
    struct chain_row *chain = setup_chain(work, work->config->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct source *source = copy_of(work, old);
    if (source == NULL)
        return DECIDED;
    forget_old(source);
    append_entry(work, chain, LEDGER_SOURCE_SECRET_RETIRED, &command->caller, source);
    save(work, source);
    shape_source(work->config, source, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}

/* ---- retention ---- */

/* It makes no ledger entry: that of the rotation says until when the old secret was accepted. */
void source_drop_old_secrets(struct work *work)
{
    for (size_t i = 0; i < work->config->source_count; i++) {
        const struct source *old = &work->config->sources[i];
        struct source *source;
        if (old->old_until == INSTANT_NONE || has_two(work, old) ||
            (source = copy_of(work, old)) == NULL)
            continue;
        forget_old(source);
        save(work, source);
    }
}
