#include "core/agreement/agreement_sign.h"

#include "base/hex.h"
#include "base/json_tree.h"
#include "core/agreement/agreement_change.h"
#include "core/background_job.h"

#include <string.h>

/* ---- in force ---- */

/* What ends when this version comes into force: the previous one in force, and earlier ones that
 * wait. */
static bool ends_with(const struct agreement_version *version, const struct agreement_version *by)
{
    if (version->kind != by->kind || version->version == by->version)
        return false;
    return version->state == AGREEMENT_IN_FORCE || version->state == AGREEMENT_SUSPENDED ||
           (version->state == AGREEMENT_SIGNED && version->version < by->version);
}

/* False: decide again. */
static bool enforce(struct work *work, struct chain_row *chain, struct agreement_version *version,
                    struct actor actor, struct uuid team, const char *cause)
{
    bool loaded = true;

    version->state = AGREEMENT_IN_FORCE;
    version->in_force_from = work->now;
    for (size_t i = 0; i < work->config->agreement_count; i++)
        if (ends_with(&work->config->agreements[i], version))
            loaded =
                agreement_supersede(work, &work->config->agreements[i], version, actor, team) &&
                loaded;
    struct json_out *body = agreement_body(work);
    json_out_member_text(body, "cause", cause);
    json_out_key(body, "hash");
    json_out_hex(body, version->hash, DIGEST_BYTES);
    agreement_append(work, chain, LEDGER_DEFINITION_IN_FORCE, actor, team, version);
    return loaded;
}

const struct agreement_version *agreement_due(const struct config *config, instant now)
{
    for (size_t i = 0; i < config->agreement_count; i++)
        if (config->agreements[i].state == AGREEMENT_SIGNED &&
            config->agreements[i].effective_from <= now)
            return &config->agreements[i];
    return NULL;
}

static enum decision answer_enforced(struct work *work, struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}

enum decision agreement_enforce(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    const struct agreement_version *old = agreement_due(work->config, work->now);

    (void)command;
    if (old == NULL)
        return answer_enforced(work, outcome);
    struct chain_row *chain = setup_chain(work, old->id);
    struct agreement_version *version = agreement_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL)
        return DECIDED;
    if (!enforce(work, chain, version, (struct actor){ACTOR_SYSTEM, {{0}}}, (struct uuid){{0}},
                 "effective_from"))
        return DECIDE_AGAIN;
    agreement_save(work, version);
    return answer_enforced(work, outcome);
}

/* ---- sign ---- */

static bool check_hash(struct work *work, const struct agreement_version *version,
                       const uint8_t hash[DIGEST_BYTES], struct outcome *outcome)
{
    uint8_t made[DIGEST_BYTES];

    if (memcmp(hash, version->hash, DIGEST_BYTES) != 0) {
        outcome_refuse_at(work, outcome, ERR_NOT_SIGNABLE, "/content_hash", "other_content",
                          "This is not the content hash of version %d: read it again",
                          version->version);
        return false;
    }
    json_t *document =
        json_tree_read(work->arena, version->document, strlen(version->document), 0, NULL);
    enum err err = document == NULL ? ERR_OUT_OF_MEMORY
                                    : definition_hash(document, version->effective_from, made);
    json_decref(document);
    if (err != ERR_NONE) {
        arena_fail(work->arena);
        return false;
    }
    if (memcmp(made, version->hash, DIGEST_BYTES) == 0)
        return true;
    outcome_refuse(work, outcome, ERR_NOT_SIGNABLE,
                   "The stored document is not the one that was proposed; run baton verify");
    return false;
}

/* ---- what it rests on ---- */

/* Whether the job's question was about this very document: the request says the document's hash. */
static bool is_of_document(struct work *work, const struct background_job *job,
                           const uint8_t hash[DIGEST_BYTES])
{
    char hex[2 * DIGEST_BYTES + 1];
    json_t *request = json_tree_read(work->arena, job->request, job->request_len, 0, NULL);
    const char *tested = json_string_value(json_object_get(request, "document_hash"));

    hex_encode(hash, DIGEST_BYTES, hex);
    bool same = tested != NULL && strcmp(tested, hex) == 0;
    json_decref(request);
    return same;
}

/* The hash of the version's document without a date, which a back-test of it has. */
static bool hash_document(struct work *work, const struct agreement_version *version,
                          uint8_t out[DIGEST_BYTES])
{
    json_t *document =
        json_tree_read(work->arena, version->document, strlen(version->document), 0, NULL);
    bool fine = document != NULL && definition_hash(document, INSTANT_NONE, out) == ERR_NONE;

    json_decref(document);
    if (!fine)
        arena_fail(work->arena);
    return fine;
}

enum evidence { EVIDENCE_FINE, EVIDENCE_AGAIN, EVIDENCE_REFUSED };

static enum evidence refuse_evidence(struct work *work, struct outcome *outcome, size_t at,
                                     const char *code, const char *detail)
{
    outcome_refuse_at(work, outcome, ERR_INVALID_VALUE,
                      arena_printf(work->arena, "/evidence/%zu", at), code, "%s", detail);
    return EVIDENCE_REFUSED;
}

static enum evidence check_evidence(struct work *work, const struct agreement_sign_input *input,
                                    const struct agreement_version *version,
                                    struct outcome *outcome)
{
    enum evidence result = EVIDENCE_FINE;
    uint8_t hash[DIGEST_BYTES];

    if (input->evidence_count > 0 && !hash_document(work, version, hash))
        return EVIDENCE_REFUSED;
    for (size_t i = 0; i < input->evidence_count && result != EVIDENCE_REFUSED; i++) {
        enum find found;
        const struct background_job *job =
            work_find(work, KIND_BACKGROUND, &input->evidence[i], &found);
        if (found == FIND_NEEDED)
            result = EVIDENCE_AGAIN;
        else if (job == NULL || job->kind != BACKGROUND_BACKTEST)
            result = refuse_evidence(work, outcome, i, "unknown_backtest",
                                     "There is no back-test with this id");
        else if (job->state != BACKGROUND_DONE)
            result = refuse_evidence(work, outcome, i, "not_done",
                                     "This back-test is not done: wait until it is");
        else if (!is_of_document(work, job, hash))
            result =
                refuse_evidence(work, outcome, i, "other_content",
                                "This back-test is of another text than the one that is signed");
    }
    return result;
}

/* As the signature keeps it; saving that keeps the jobs, too. NULL: there is none, or memory is
 * short. */
static const char *write_evidence(struct work *work, const struct agreement_sign_input *input)
{
    struct json_out *out = outcome_begin(work);

    if (input->evidence_count == 0)
        return NULL;
    json_out_begin_array(out);
    for (size_t i = 0; i < input->evidence_count; i++)
        json_out_uuid(out, input->evidence[i]);
    json_out_end_array(out);
    return json_out_keep(out, work->arena, NULL);
}

/* NULL: memory is short. */
static const struct signature *add_signature(struct work *work, const struct command *command,
                                             struct agreement_version *version, enum side side)
{
    const struct api_key *key = config_key(work->config, command->caller.key);
    const char *evidence = write_evidence(work, command->input);
    struct signature *all =
        ARENA_ARRAY(work->arena, struct signature, version->signature_count + 1);

    if (all == NULL)
        return NULL;
    if (version->signature_count > 0)
        memcpy(all, version->signatures, version->signature_count * sizeof *all);
    struct signature *own = &all[version->signature_count];
    *own = (struct signature){
        .side = side,
        .member = command->caller.member,
        .key = key->id,
        .key_made_by = key->made_by,
        .signed_at = work->now,
        .evidence = evidence,
    };
    memcpy(own->hash, version->hash, DIGEST_BYTES);
    version->signatures = all;
    version->signature_count++;
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){.kind = CHANGE_SIGNATURE,
                                     .is_new = true,
                                     .signature = {version->kind, version->version, *own}});
    return own;
}

static void append_signed(struct work *work, const struct command *command, struct chain_row *chain,
                          const struct agreement_version *version,
                          const struct signature *signature)
{
    struct json_out *body = agreement_body(work);

    if (signature->evidence != NULL) {
        json_out_key(body, "evidence");
        json_out_raw(body, signature->evidence, strlen(signature->evidence));
    }
    json_out_key(body, "hash");
    json_out_hex(body, signature->hash, DIGEST_BYTES);
    json_out_member_uuid(body, "key", signature->key);
    if (!uuid_is_nil(signature->key_made_by.id))
        json_out_member_uuid(body, "key_made_by", signature->key_made_by.id);
    json_out_member_text(body, "key_made_by_kind", actor_kind_name(signature->key_made_by.kind));
    json_out_member_text(body, "side", side_name(signature->side));
    agreement_append(work, chain, LEDGER_DEFINITION_SIGNED, caller_actor(&command->caller),
                     command->caller.team, version);
}

/* False: decide again. */
static bool take_effect(struct work *work, const struct command *command, struct chain_row *chain,
                        struct agreement_version *version)
{
    if (!agreement_is_complete(work->config, version))
        return true;
    if (version->effective_from != INSTANT_NONE && version->effective_from > work->now) {
        version->state = AGREEMENT_SIGNED;
        return true;
    }
    return enforce(work, chain, version, caller_actor(&command->caller), command->caller.team,
                   "second_signature");
}

enum decision agreement_sign(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct agreement_sign_input *input = command->input;
    const struct agreement_version *old =
        agreement_for_command(work, input->kind, input->version, outcome);
    enum side side;

    if (old == NULL || !agreement_may(work, command, old, AGREEMENT_SIGN, outcome))
        return DECIDED;
    enum signer signer = agreement_signer(work->config, old, &command->caller, &side);
    if (signer != SIGNER_MAY)
        return outcome_refuse(work, outcome, signer_error(signer), "%s", signer_detail(signer));
    if (!check_hash(work, old, input->hash, outcome))
        return DECIDED;
    enum evidence evidence = check_evidence(work, input, old, outcome);
    if (evidence != EVIDENCE_FINE)
        return evidence == EVIDENCE_AGAIN ? DECIDE_AGAIN : DECIDED;
    struct chain_row *chain = setup_chain(work, old->id);
    struct agreement_version *version = agreement_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL)
        return DECIDED;
    const struct signature *signature = add_signature(work, command, version, side);
    if (signature == NULL)
        return DECIDED;
    append_signed(work, command, chain, version, signature);
    if (!take_effect(work, command, chain, version))
        return DECIDE_AGAIN;
    if (version->state != old->state)
        agreement_save(work, version);
    return agreement_answer(work, command, version, NULL, 200, outcome);
}

/* ---- what a side does alone ---- */

/* The version with its chain, when its state allows the step and the caller speaks for a side that
 * may take it. *version NULL: decide again if *again, else it is refused or memory is short. */
struct step {
    struct chain_row *chain;
    struct agreement_version *version; /* a copy, to change */
    enum side side;
    bool again;
};

static struct step step_of(struct work *work, const struct command *command,
                           enum agreement_kind kind, int number, enum agreement_action action,
                           struct outcome *outcome)
{
    const struct agreement_version *old = agreement_for_command(work, kind, number, outcome);
    struct step step = {0};

    if (old == NULL || !agreement_may(work, command, old, action, outcome))
        return step;
    enum signer signer = agreement_stepper(work->config, old, &command->caller, action, &step.side);
    if (signer != SIGNER_MAY) {
        outcome_refuse(work, outcome, signer_error(signer), "%s", signer_detail(signer));
        return step;
    }
    step.chain = setup_chain(work, old->id);
    step.again = step.chain == NULL;
    step.version = step.again ? NULL : agreement_copy(work, old);
    return step;
}

static enum decision end_step(struct work *work, const struct command *command,
                              const struct step *step, enum ledger_kind entry,
                              struct outcome *outcome)
{
    json_out_member_text(agreement_body(work), "side", side_name(step->side));
    agreement_append(work, step->chain, entry, caller_actor(&command->caller), command->caller.team,
                     step->version);
    agreement_save(work, step->version);
    return agreement_answer(work, command, step->version, NULL, 200, outcome);
}

/* Either side ends what is not in force yet: a proposal, or what both had signed. */
static enum decision end_by(struct work *work, const struct command *command,
                            enum agreement_action action, struct outcome *outcome)
{
    const struct agreement_decline_input *input = command->input;
    bool revokes = action == AGREEMENT_REVOKE;
    struct step step = step_of(work, command, input->kind, input->version, action, outcome);

    if (step.version == NULL)
        return step.again ? DECIDE_AGAIN : DECIDED;
    step.version->state = revokes ? AGREEMENT_REVOKED : AGREEMENT_DECLINED;
    step.version->declined_by = command->caller.member;
    step.version->declined_at = work->now;
    step.version->decline_reason = input->note;
    return end_step(work, command, &step,
                    revokes ? LEDGER_AGREEMENT_REVOKED : LEDGER_DEFINITION_DECLINED, outcome);
}

enum decision agreement_decline(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    return end_by(work, command, AGREEMENT_DECLINE, outcome);
}

enum decision agreement_revoke(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    return end_by(work, command, AGREEMENT_REVOKE, outcome);
}

enum decision agreement_suspend(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    const struct agreement_decline_input *input = command->input;
    struct step step =
        step_of(work, command, input->kind, input->version, AGREEMENT_SUSPEND, outcome);

    if (step.version == NULL)
        return step.again ? DECIDE_AGAIN : DECIDED;
    step.version->state = AGREEMENT_SUSPENDED;
    step.version->suspended_by = command->caller.member;
    step.version->suspended_at = work->now;
    step.version->suspend_reason = input->note;
    return end_step(work, command, &step, LEDGER_AGREEMENT_SUSPENDED, outcome);
}

/* That it was suspended stands in the ledger. */
enum decision agreement_resume(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct agreement_named *input = command->input;
    struct step step =
        step_of(work, command, input->kind, input->version, AGREEMENT_RESUME, outcome);

    if (step.version == NULL)
        return step.again ? DECIDE_AGAIN : DECIDED;
    step.version->state = AGREEMENT_IN_FORCE;
    step.version->suspended_by = (struct uuid){{0}};
    step.version->suspended_at = INSTANT_NONE;
    step.version->suspend_reason = NULL;
    return end_step(work, command, &step, LEDGER_AGREEMENT_RESUMED, outcome);
}

/* ---- by operator ---- */

/* Of a new workspace, whose sides have nothing agreed on yet. */
bool agreement_impose(struct work *work, const struct caller *caller, enum agreement_kind kind,
                      const json_t *document)
{
    const struct agreement_version *draft = agreement_make(work, caller, kind, 1, document);
    struct agreement_version *version = draft == NULL ? NULL : agreement_copy(work, draft);
    struct chain_row *chain = version == NULL ? NULL : setup_chain(work, version->id);

    if (chain == NULL ||
        definition_hash(document, version->effective_from, version->hash) != ERR_NONE)
        return false;
    if (!enforce(work, chain, version, caller_actor(caller), caller->team, "workspace_created"))
        return false;
    agreement_save(work, version);
    return true;
}

/* ---- acknowledge ---- */

static bool add_acknowledgement(struct work *work, struct agreement_version *version,
                                struct uuid member)
{
    size_t count = version->acknowledged_count;
    struct uuid *members = ARENA_ARRAY(work->arena, struct uuid, count + 1);
    instant *moments = ARENA_ARRAY(work->arena, instant, count + 1);

    if (members == NULL || moments == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        members[i] = version->acknowledged_by[i];
        moments[i] = version->acknowledged_at[i];
    }
    members[count] = member;
    moments[count] = work->now;
    version->acknowledged_by = members;
    version->acknowledged_at = moments;
    version->acknowledged_count++;
    return work_add(work, KIND_CONFIG_CHANGE,
                    &(struct config_change){
                        .kind = CHANGE_ACKNOWLEDGEMENT,
                        .is_new = true,
                        .acknowledgement = {version->kind, version->version, member, work->now}});
}

enum decision agreement_acknowledge(struct work *work, const struct command *command,
                                    struct outcome *outcome)
{
    const struct agreement_named *input = command->input;
    struct uuid member = command->caller.member;

    if (!setup_may(work, command, ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, outcome))
        return DECIDED;
    if (config_member(work->config, member) == NULL)
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Use a member's own key, or name the member in Baton-Actor");
    const struct agreement_version *old =
        agreement_for_command(work, input->kind, input->version, outcome);
    if (old == NULL || !agreement_may(work, command, old, AGREEMENT_ACKNOWLEDGE, outcome))
        return DECIDED;
    if (agreement_is_acknowledged(old, member))
        return agreement_answer(work, command, old, NULL, 200, outcome);
    struct chain_row *chain = setup_chain(work, old->id);
    struct agreement_version *version = agreement_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL || !add_acknowledgement(work, version, member))
        return DECIDED;
    agreement_body(work);
    agreement_append(work, chain, LEDGER_DEFINITION_ACKNOWLEDGED, caller_actor(&command->caller),
                     command->caller.team, version);
    return agreement_answer(work, command, version, NULL, 200, outcome);
}
