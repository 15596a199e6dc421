#include "core/intake/block.h"

#include "core/authority.h"
#include "core/setup_change.h"

#include <string.h>

/* The HMACs of idempotency keys are made with the same secret, of other parts. */
#define BLOCK_LABEL "block"

/* ---- one identity ---- */

static uint8_t *mac_of(struct work *work, const struct identity *identity)
{
    const char *source = identity_source_key(identity, work->arena);
    uint8_t *mac = arena_alloc(work->arena, DIGEST_BYTES);

    if (source == NULL || mac == NULL)
        return NULL;
    const struct digest_part parts[] = {{BLOCK_LABEL, sizeof BLOCK_LABEL},
                                        {source, strlen(source) + 1},
                                        {identity->value, strlen(identity->value)}};
    digest_hmac(work->config->secret, sizeof work->config->secret, parts, 3, mac);
    return mac;
}

enum find block_find(struct work *work, const struct identity *identities, size_t count,
                     const struct block_row **row)
{
    enum find all = FIND_ABSENT;

    for (size_t i = 0; work->config->has_blocks && i < count; i++) {
        const uint8_t *mac = mac_of(work, &identities[i]);
        enum find found = FIND_ABSENT;
        if (mac == NULL)
            return FIND_ABSENT; /* memory is short, which the arena remembers */
        const struct block_row *known = work_find(work, KIND_BLOCK, mac, &found);
        if (found == FIND_FOUND && row != NULL)
            *row = known;
        if (found == FIND_NEEDED || all == FIND_ABSENT)
            all = found;
    }
    return all;
}

bool block_note_keys(struct work *work, const struct identity *identities, size_t count,
                     struct work_keys *keys)
{
    for (size_t i = 0; work->config->has_blocks && i < count; i++)
        if (!list_add(&keys->of[KIND_BLOCK], work->arena, mac_of(work, &identities[i])))
            return false;
    return true;
}

/* ---- erasing ---- */

size_t block_lead(struct work *work, const struct lead *lead, const struct caller *caller)
{
    for (size_t i = 0; i < lead->identity_count; i++) {
        struct block_row *row = ARENA_NEW(work->arena, struct block_row);
        const uint8_t *mac = mac_of(work, &lead->identities[i]);
        if (row == NULL || mac == NULL)
            return 0;
        *row = (struct block_row){.lead = lead->id, .team = caller->team, .made_at = work->now};
        memcpy(row->mac, mac, DIGEST_BYTES);
        work_add(work, KIND_CONFIG_CHANGE,
                 &(struct config_change){.kind = CHANGE_BLOCK, .block = {row, false}});
    }
    return lead->identity_count;
}

/* ---- lifting ---- */

bool block_lift_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct lift_input *input = command->input;

    return setup_note_chain(work, keys, command->caller.workspace) &&
           block_note_keys(work, input->identities, input->identity_count, keys);
}

static bool may_lift(struct work *work, const struct command *command, const struct block_row *row,
                     struct outcome *outcome)
{
    return authority_check(work, command, DEED_LEAD_ERASE, authority_of_team(work, row->team),
                           outcome);
}

enum decision block_lift(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct lift_input *input = command->input;
    const struct block_row *row = NULL;
    enum find found = block_find(work, input->identities, input->identity_count, &row);
    struct chain_row *chain = setup_chain(work, command->caller.workspace);

    if (found == FIND_NEEDED || chain == NULL)
        return DECIDE_AGAIN;
    if (found == FIND_FOUND && !may_lift(work, command, row, outcome))
        return DECIDED;
    if (found == FIND_FOUND) {
        work_add(work, KIND_CONFIG_CHANGE,
                 &(struct config_change){.kind = CHANGE_BLOCK, .block = {row, true}});
        struct json_out *body = work_body(work);
        json_out_member_uuid(body, "lead", row->lead);
        setup_append(work, chain, LEDGER_BLOCK_LIFTED, &command->caller);
    }
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_bool(out, "lifted", found == FIND_FOUND);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
