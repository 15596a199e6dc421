#include "core/agreement/definition_sign.h"

#include "base/json_tree.h"
#include "core/agreement/definition_change.h"

#include <string.h>

/* ---- in force ---- */

/* What ends when this version comes into force: the previous one in force, and earlier ones that
 * wait. */
static bool ends_with(const struct definition_version *version, const struct definition_version *by)
{
    if (version->term != by->term || version->version == by->version)
        return false;
    return version->state == DEFINITION_IN_FORCE ||
           (version->state == DEFINITION_SIGNED && version->version < by->version);
}

/* False: decide again. */
static bool enforce(struct work *work, struct chain_row *chain, struct definition_version *version,
                    struct actor actor, struct uuid team, const char *cause)
{
    bool loaded = true;

    version->state = DEFINITION_IN_FORCE;
    version->in_force_from = work->now;
    for (size_t i = 0; i < work->config->definition_count; i++)
        if (ends_with(&work->config->definitions[i], version))
            loaded =
                definition_supersede(work, &work->config->definitions[i], version, actor, team) &&
                loaded;
    struct json_out *body = definition_body(work);
    json_out_member_text(body, "cause", cause);
    json_out_key(body, "hash");
    json_out_hex(body, version->hash, DIGEST_BYTES);
    definition_append(work, chain, LEDGER_DEFINITION_IN_FORCE, actor, team, version);
    return loaded;
}

const struct definition_version *definition_due(const struct config *config, instant now)
{
    for (size_t i = 0; i < config->definition_count; i++)
        if (config->definitions[i].state == DEFINITION_SIGNED &&
            config->definitions[i].effective_from <= now)
            return &config->definitions[i];
    return NULL;
}

static enum decision answer_enforced(struct work *work, struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}

enum decision definition_enforce(struct work *work, const struct command *command,
                                 struct outcome *outcome)
{
    const struct definition_version *old = definition_due(work->config, work->now);

    (void)command;
    if (old == NULL)
        return answer_enforced(work, outcome);
    struct chain_row *chain = setup_chain(work, old->id);
    struct definition_version *version = definition_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL)
        return DECIDED;
    if (!enforce(work, chain, version, (struct actor){ACTOR_SYSTEM, {{0}}}, (struct uuid){{0}},
                 "effective_from"))
        return DECIDE_AGAIN;
    definition_save(work, version);
    return answer_enforced(work, outcome);
}

/* ---- sign ---- */

static enum err signer_error(enum signer signer)
{
    if (signer == SIGNER_NO_MEMBER)
        return ERR_ACTOR_REQUIRED;
    if (signer == SIGNER_NO_ROLE)
        return ERR_FORBIDDEN;
    return signer == SIGNER_SIDE_HAS_SIGNED ? ERR_ALREADY_EXISTS : ERR_NOT_SIGNABLE;
}

static bool check_hash(struct work *work, const struct definition_version *version,
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

static void add_signature(struct work *work, const struct command *command,
                          struct definition_version *version, enum side side)
{
    const struct api_key *key = config_key(work->config, command->caller.key);

    version->signatures[side] = (struct signature){
        .given = true,
        .member = command->caller.member,
        .key = key->id,
        .key_made_by = key->made_by,
        .signed_at = work->now,
    };
    memcpy(version->signatures[side].hash, version->hash, DIGEST_BYTES);
    work_add(work, KIND_CONFIG_CHANGE,
             &(struct config_change){
                 .kind = CHANGE_SIGNATURE,
                 .is_new = true,
                 .signature = {version->term, version->version, side, version->signatures[side]}});
}

static void append_signed(struct work *work, const struct command *command, struct chain_row *chain,
                          const struct definition_version *version, enum side side)
{
    const struct signature *signature = &version->signatures[side];
    struct json_out *body = definition_body(work);

    json_out_key(body, "hash");
    json_out_hex(body, signature->hash, DIGEST_BYTES);
    json_out_member_uuid(body, "key", signature->key);
    if (!uuid_is_nil(signature->key_made_by.id))
        json_out_member_uuid(body, "key_made_by", signature->key_made_by.id);
    json_out_member_text(body, "key_made_by_kind", actor_kind_name(signature->key_made_by.kind));
    json_out_member_text(body, "side", side_name(side));
    definition_append(work, chain, LEDGER_DEFINITION_SIGNED, caller_actor(&command->caller),
                      command->caller.team, version);
}

/* False: decide again. */
static bool take_effect(struct work *work, const struct command *command, struct chain_row *chain,
                        struct definition_version *version)
{
    if (!version->signatures[SIDE_MARKETING].given || !version->signatures[SIDE_SALES].given)
        return true;
    if (version->effective_from != INSTANT_NONE && version->effective_from > work->now) {
        version->state = DEFINITION_SIGNED;
        return true;
    }
    return enforce(work, chain, version, caller_actor(&command->caller), command->caller.team,
                   "second_signature");
}

enum decision definition_sign(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct definition_sign_input *input = command->input;
    const struct definition_version *old =
        definition_for_command(work, input->term, input->version, outcome);
    enum side side;

    if (old == NULL || !definition_may(work, command, old, DEFINITION_SIGN, outcome))
        return DECIDED;
    enum signer signer = definition_signer(work->config, old, &command->caller, &side);
    if (signer != SIGNER_MAY)
        return outcome_refuse(work, outcome, signer_error(signer), "%s", signer_detail(signer));
    if (!check_hash(work, old, input->hash, outcome))
        return DECIDED;
    struct chain_row *chain = setup_chain(work, old->id);
    struct definition_version *version = definition_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL)
        return DECIDED;
    add_signature(work, command, version, side);
    append_signed(work, command, chain, version, side);
    if (!take_effect(work, command, chain, version))
        return DECIDE_AGAIN;
    if (version->state != old->state)
        definition_save(work, version);
    return definition_answer(work, command, version, NULL, 200, outcome);
}

/* ---- decline ---- */

/* A side that has signed may still decline until the other one has signed too. */
static bool may_decline(struct work *work, const struct command *command,
                        const struct definition_version *version, enum side *side,
                        struct outcome *outcome)
{
    enum signer signer = definition_signer(work->config, version, &command->caller, side);

    if (signer == SIGNER_MAY || signer == SIGNER_SIDE_HAS_SIGNED)
        return true;
    outcome_refuse(work, outcome, signer_error(signer), "%s", signer_detail(signer));
    return false;
}

enum decision definition_decline(struct work *work, const struct command *command,
                                 struct outcome *outcome)
{
    const struct definition_decline_input *input = command->input;
    const struct definition_version *old =
        definition_for_command(work, input->term, input->version, outcome);
    enum side side;

    if (old == NULL || !definition_may(work, command, old, DEFINITION_DECLINE, outcome) ||
        !may_decline(work, command, old, &side, outcome))
        return DECIDED;
    struct chain_row *chain = setup_chain(work, old->id);
    struct definition_version *version = definition_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL)
        return DECIDED;
    version->state = DEFINITION_DECLINED;
    version->declined_by = command->caller.member;
    version->declined_at = work->now;
    version->decline_reason = input->note;
    json_out_member_text(definition_body(work), "side", side_name(side));
    definition_append(work, chain, LEDGER_DEFINITION_DECLINED, caller_actor(&command->caller),
                      command->caller.team, version);
    definition_save(work, version);
    return definition_answer(work, command, version, NULL, 200, outcome);
}

/* ---- acknowledge ---- */

static bool knows(const struct definition_version *version, struct uuid member)
{
    for (size_t i = 0; i < version->acknowledged_count; i++)
        if (uuid_equal(version->acknowledged_by[i], member))
            return true;
    return false;
}

static bool add_acknowledgement(struct work *work, struct definition_version *version,
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
                        .acknowledgement = {version->term, version->version, member, work->now}});
}

enum decision definition_acknowledge(struct work *work, const struct command *command,
                                     struct outcome *outcome)
{
    const struct definition_named *input = command->input;
    struct uuid member = command->caller.member;

    if (!setup_may(work, command, ROLE_WORK | ROLE_SIGN | ROLE_ADMIN, outcome))
        return DECIDED;
    if (config_member(work->config, member) == NULL)
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Use a member's own key, or name the member in Baton-Actor");
    const struct definition_version *old =
        definition_for_command(work, input->term, input->version, outcome);
    if (old == NULL || !definition_may(work, command, old, DEFINITION_ACKNOWLEDGE, outcome))
        return DECIDED;
    if (knows(old, member))
        return definition_answer(work, command, old, NULL, 200, outcome);
    struct chain_row *chain = setup_chain(work, old->id);
    struct definition_version *version = definition_copy(work, old);
    if (chain == NULL)
        return DECIDE_AGAIN;
    if (version == NULL || !add_acknowledgement(work, version, member))
        return DECIDED;
    definition_body(work);
    definition_append(work, chain, LEDGER_DEFINITION_ACKNOWLEDGED, caller_actor(&command->caller),
                      command->caller.team, version);
    return definition_answer(work, command, version, NULL, 200, outcome);
}
