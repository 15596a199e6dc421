#include "core/intake/inbound_change.h"

#include "core/authority.h"
#include "core/handoff/handoff_outcome.h"
#include "core/handoff/judge.h"
#include "core/handoff/lead_absorb.h"
#include "core/intake/completion.h"
#include "core/intake/lead_change.h"
#include "core/intake/lead_erase.h"

#include <string.h>

static enum find fail(const struct inbound_change *change, enum mapped_error error)
{
    change->result->effect = ITEM_FAILED;
    change->result->error = mapped_error_code(error);
    change->item->detail = mapped_error_detail(error);
    return FIND_FOUND;
}

static enum find fail_as(const struct inbound_change *change, enum err err)
{
    change->result->effect = ITEM_FAILED;
    change->result->error = error_code(err);
    return FIND_FOUND;
}

static enum find done(const struct inbound_change *change, const struct lead *lead)
{
    change->result->effect = ITEM_APPLIED;
    change->result->lead = lead->id;
    return FIND_FOUND;
}

/* ---- who it is ---- */

/* *out is NULL when nobody has this identity, or who had it was erased. */
static enum find find_one(struct work *work, const struct identity *identity, struct lead **out)
{
    struct uuid id;
    enum find found = work_find_identity(work, identity, &id);

    *out = NULL;
    if (found == FIND_FOUND)
        found = work_find_lead(work, id, out);
    if (found == FIND_FOUND && (*out)->status != LEAD_ACTIVE)
        *out = NULL;
    return found == FIND_NEEDED ? FIND_NEEDED : FIND_FOUND;
}

/* An external id beats an email, an email an anonymous id. *out is NULL when nobody is known. */
static enum find find_lead(const struct inbound_change *change, struct lead **out)
{
    const struct capture_input *who = &change->item->capture;
    enum find all = FIND_FOUND;

    *out = NULL;
    for (int kind = IDENTITY_EXTERNAL; kind <= IDENTITY_ANONYMOUS; kind++)
        for (size_t i = 0; i < who->identity_count; i++) {
            struct lead *lead;
            if (who->identities[i].kind != (enum identity_kind)kind)
                continue;
            if (find_one(change->work, &who->identities[i], &lead) == FIND_NEEDED)
                all = FIND_NEEDED;
            else if (*out == NULL)
                *out = lead;
        }
    return all;
}

static bool note_all(const struct identity *identities, size_t count, struct work *work,
                     struct work_keys *keys)
{
    for (size_t i = 0; i < count; i++)
        if (!list_add(&keys->of[KIND_IDENTITY], work->arena, (void *)&identities[i]))
            return false;
    return true;
}

bool inbound_change_note_keys(const struct mapped *item, struct work *work, struct work_keys *keys)
{
    return note_all(item->capture.identities, item->capture.identity_count, work, keys) &&
           note_all(item->merged, item->merged_count, work, keys);
}

void inbound_change_note_needs(const struct mapped *item, struct work *work)
{
    struct lead *lead;

    for (size_t i = 0; i < item->capture.identity_count; i++)
        find_one(work, &item->capture.identities[i], &lead);
    for (size_t i = 0; i < item->merged_count; i++)
        find_one(work, &item->merged[i], &lead);
}

/* ---- facts ---- */

static bool is_known_fact(const struct lead *lead, const struct fact_input *fact)
{
    const struct attribute *known = attribute_find(&lead->facts, fact->name);

    return known != NULL && value_equal(&known->observations[0].value, &fact->value);
}

static enum find apply_facts(const struct inbound_change *change)
{
    struct work *work = change->work;
    const struct mapped *item = change->item;
    struct fact_input *news = ARENA_ARRAY(work->arena, struct fact_input, item->fact_count + 1);
    struct lead *lead;
    size_t count = 0;

    if (find_lead(change, &lead) == FIND_NEEDED)
        return FIND_NEEDED;
    if (lead == NULL)
        return fail(change, MAPPED_UNKNOWN_LEAD);
    if (!lead_team_confirms(work->config, change->source->team))
        return fail(change, MAPPED_NOT_RECEIVER);
    for (size_t i = 0; news != NULL && i < item->fact_count; i++)
        if (!is_known_fact(lead, &item->facts[i]))
            news[count++] = item->facts[i];
    if (count == 0)
        return done(change, lead);
    work_change_lead(work, lead);
    enum err err = lead_facts_apply(work, lead, change->caller,
                                    &(struct confirmed_input){
                                        .items = news,
                                        .count = count,
                                        .occurred_at = item->capture.occurred_at,
                                    });
    if (err != ERR_NONE)
        return fail_as(change, err);
    judge_lead(work, lead, change->caller);
    return done(change, lead);
}

/* ---- outcomes ---- */

/* A reason that the definitions do not know is the CRM's own word, and is left out. */
static const char *reason_of(const struct inbound_change *change, const struct handoff *handoff)
{
    const struct mapped_outcome *said = &change->item->outcome;

    if (said->kind != OUTCOME_LOST || said->reason == NULL)
        return NULL;
    if (handoff_outcome_knows(change->work, handoff, said->reason))
        return said->reason;
    mapped_note(change->item, "outcome.reason", MAPPED_REASON, change->work->arena);
    return NULL;
}

static enum find apply_outcome(const struct inbound_change *change)
{
    struct work *work = change->work;
    const struct mapped *item = change->item;
    struct outcome refusal = {0};
    struct lead *lead;
    enum find found;

    if (find_lead(change, &lead) == FIND_NEEDED)
        return FIND_NEEDED;
    if (lead == NULL)
        return fail(change, MAPPED_UNKNOWN_LEAD);
    if (uuid_is_nil(lead->last_handoff))
        return fail(change, MAPPED_NO_HANDOFF);
    const struct handoff *handoff = work_find(work, KIND_HANDOFF, &lead->last_handoff, &found);
    if (found == FIND_NEEDED)
        return FIND_NEEDED;
    if (handoff == NULL)
        return fail(change, MAPPED_NO_HANDOFF);
    struct handoff_outcome_input input = {
        .handoff = handoff->id,
        .outcome = item->outcome.kind,
        .amount = item->outcome.amount,
        .occurred_at = item->capture.occurred_at,
    };
    enum outcome_news news = handoff_outcome_news(lead, handoff, &input);
    if (news == OUTCOME_IS_OLDER)
        mapped_note(change->item, "outcome", MAPPED_OLDER, work->arena);
    if (news != OUTCOME_IS_NEW)
        return done(change, lead);
    input.reason = reason_of(change, handoff);
    input.occurred_at = lead_moment(work, input.occurred_at);
    found = handoff_outcome_by_source(work, change->caller, &input, &refusal);
    if (found == FIND_NEEDED)
        return FIND_NEEDED;
    return refusal.err == ERR_NONE ? done(change, lead) : fail_as(change, refusal.err);
}

/* ---- erasure ---- */

static enum find ignored(const struct inbound_change *change)
{
    change->result->effect = ITEM_IGNORED;
    return FIND_FOUND;
}

static enum find apply_erasure(const struct inbound_change *change)
{
    struct work *work = change->work;
    struct lead *lead;

    if (find_lead(change, &lead) == FIND_NEEDED)
        return FIND_NEEDED;
    if (lead == NULL)
        return ignored(change);
    if (!change->source->erases)
        return fail(change, MAPPED_NOT_CONFIRMED);
    if (authority_of_team(work, lead->owner_team) != authority_of_team(work, change->source->team))
        return fail(change, MAPPED_OTHER_SIDE);
    if (work_find_identities(work, lead) == FIND_NEEDED)
        return FIND_NEEDED;
    lead_erase_apply(work, lead, change->caller);
    return done(change, lead);
}

/* ---- one person ---- */

/* Whatever is refused by a human's merge is refused here. */
static enum find join(const struct inbound_change *change, struct lead *survivor,
                      struct lead *absorbed)
{
    struct work *work = change->work;

    if (handoff_is_under_way(survivor) && handoff_is_under_way(absorbed))
        return fail(change, MAPPED_OPEN_HANDOFFS);
    if (!authority_may(work->config, change->caller, DEED_LEAD_MERGE,
                       authority_of_team(work, survivor->owner_team)) ||
        !authority_may(work->config, change->caller, DEED_LEAD_MERGE,
                       authority_of_team(work, absorbed->owner_team)))
        return fail(change, MAPPED_OTHER_SIDE);
    if (work_find_identities(work, absorbed) == FIND_NEEDED)
        return FIND_NEEDED;
    if (survivor->identity_count + absorbed->identity_count > IDENTITIES_PER_LEAD_MAX)
        return fail_as(change, ERR_LIMIT_REACHED);
    work_change_lead(work, survivor);
    lead_absorb(work, survivor, absorbed, change->caller);
    return done(change, survivor);
}

/* Events by any of the ids are about the survivor from now on, also by those nobody had yet. */
static enum err give(const struct inbound_change *change, struct lead *lead,
                     const struct identity *identities, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct uuid holder;
        if (work_find_identity(change->work, &identities[i], &holder) == FIND_FOUND)
            continue;
        if (lead->identity_count >= IDENTITIES_PER_LEAD_MAX)
            return ERR_LIMIT_REACHED;
        work_change_lead(change->work, lead);
        work_give_identity(change->work, lead, &identities[i]);
    }
    return ERR_NONE;
}

static void append_given(const struct inbound_change *change, struct lead *lead)
{
    struct json_out *body = work_body(change->work);

    if (lead->next.at != INSTANT_NONE)
        json_out_member_int(body, "next_at", lead->next.at);
    caller_append(change->caller, change->work, lead, LEDGER_LEAD_UPDATED);
}

static enum find apply_merge(const struct inbound_change *change)
{
    const struct mapped *item = change->item;
    struct work *work = change->work;
    struct lead *survivor;
    bool joined = false;
    enum find all = find_lead(change, &survivor);

    for (size_t i = 0; i < item->merged_count; i++) {
        struct lead *other;
        if (find_one(work, &item->merged[i], &other) == FIND_NEEDED)
            all = FIND_NEEDED;
        if (all == FIND_NEEDED || other == NULL || other == survivor)
            continue;
        if (survivor == NULL) {
            survivor = other;
        } else if (join(change, survivor, other) == FIND_NEEDED) {
            all = FIND_NEEDED;
        } else if (change->result->error != NULL) {
            return FIND_FOUND;
        } else {
            joined = true;
        }
    }
    if (all == FIND_NEEDED)
        return FIND_NEEDED;
    if (survivor == NULL)
        return ignored(change);
    size_t before = survivor->identity_count;
    enum err err = give(change, survivor, item->capture.identities, item->capture.identity_count);
    if (err == ERR_NONE)
        err = give(change, survivor, item->merged, item->merged_count);
    if (err != ERR_NONE)
        return fail_as(change, err);
    if (survivor->identity_count > before)
        append_given(change, survivor);
    if (joined)
        judge_lead(work, survivor, change->caller);
    return done(change, survivor);
}

/* ---- what is fetched ---- */

static enum find apply_fetch(const struct inbound_change *change)
{
    const struct mapped *item = change->item;
    const struct completion row = {
        .id = completion_id(change->delivery, change->place),
        .source = change->source->id,
        .delivery = change->delivery,
        .item = change->place,
        .url = item->fetch_url,
        .headers = item->fetch_headers,
        .state = COMPLETION_PENDING,
        .made_at = change->work->now,
        .next_at = change->work->now,
        .tried_at = INSTANT_NONE,
        .lease_until = INSTANT_NONE,
    };

    if (item->fetch_headers != NULL && strstr(item->fetch_headers, "{secret}") != NULL &&
        change->source->fetch_secret == NULL)
        return fail(change, MAPPED_NO_SECRET);
    change->result->effect = ITEM_WAITING;
    if (!uuid_is_nil(change->delivery))
        work_add(change->work, KIND_COMPLETION, &row);
    return FIND_FOUND;
}

enum find inbound_change_apply(const struct inbound_change *change)
{
    switch (change->item->effect) {
    case MAPPING_FACTS:
        return apply_facts(change);
    case MAPPING_OUTCOME:
        return apply_outcome(change);
    case MAPPING_ERASURE:
        return apply_erasure(change);
    case MAPPING_FETCH:
        return apply_fetch(change);
    default:
        return apply_merge(change);
    }
}
