#include "core/intake/import_deal.h"

#include "core/handoff/handoff_outcome.h"
#include "core/handoff/handoff_reject.h"
#include "core/handoff/handoff_walk.h"

#include <string.h>

/* A step with what its names mean here. */
struct step {
    const struct mapped_step *said;
    struct uuid handoff;
    const struct team *from;
    const struct team *to;
    struct uuid member; /* nil: none is named */
};

/* A deal while it is taken or refused. */
struct deal {
    struct work *work;
    const struct caller *caller;
    const struct mapped *row;
    struct lead *lead;
    struct step steps[MAPPING_STEPS_MAX];
};

/* The same step of the same deal has the same id for ever: that is how a repeat is known. */
static struct uuid step_id(struct uuid workspace, const struct mapped *row, size_t index)
{
    static const char label[] = "imported handoff";
    const struct identity *lead = &row->capture.identities[0];
    const char *event = row->deal->event_id == NULL ? "" : row->deal->event_id;
    uint8_t number = (uint8_t)index;
    uint8_t hash[DIGEST_BYTES];
    struct digest_part parts[] = {
        {label, sizeof label},
        {workspace.b, sizeof workspace.b},
        {lead->source, strlen(lead->source) + 1},
        {lead->value, strlen(lead->value) + 1},
        {event, strlen(event) + 1},
        {&number, 1},
    };

    digest_sha256(parts, sizeof parts / sizeof *parts, hash);
    return uuid_v8(hash);
}

bool import_deal_note_keys(const struct mapped *row, struct work *work, struct uuid workspace,
                           struct work_keys *keys)
{
    if (!list_add(&keys->of[KIND_IDENTITY], work->arena, (void *)&row->capture.identities[0]))
        return false;
    for (size_t i = 0; i < row->deal->steps_max; i++) {
        struct uuid *id = ARENA_NEW(work->arena, struct uuid);
        if (id == NULL)
            return false;
        *id = step_id(workspace, row, i);
        if (!list_add(&keys->of[KIND_HANDOFF], work->arena, id))
            return false;
    }
    return true;
}

/* ---- what is refused ---- */

static enum find find_lead(struct deal *deal)
{
    struct uuid id;
    enum find found = work_find_identity(deal->work, &deal->row->capture.identities[0], &id);

    if (found == FIND_FOUND)
        found = work_find_lead(deal->work, id, &deal->lead);
    if (found == FIND_FOUND && deal->lead->status != LEAD_ACTIVE)
        return FIND_ABSENT;
    return found;
}

static enum import_refusal resolve(const struct work *work, const struct mapped_step *said,
                                   const struct team *from, struct step *out)
{
    const struct config *config = work->config;

    *out = (struct step){.said = said, .from = from, .to = config_team_named(config, said->team)};
    if (out->to == NULL || !out->to->active || from == NULL)
        return IMPORT_UNKNOWN_TEAM;
    if (said->at > work->now)
        return IMPORT_FUTURE;
    if (said->member == NULL)
        return IMPORT_TAKEN;
    const struct member *member =
        config_member_by_external(config, out->to->id, said->member_source, said->member);
    if (member == NULL)
        return IMPORT_UNKNOWN_MEMBER;
    out->member = member->id;
    return IMPORT_TAKEN;
}

/* Whose codes a rejection names, as for one that a team answers; NULL: none, any code is taken. */
static const struct definition *reasons_of(const struct work *work)
{
    const struct agreement_version *version = handoff_reasons(work, &(struct handoff){0});

    return version == NULL ? NULL : version->compiled;
}

static enum import_refusal check_reason(const struct work *work, const struct mapped_deal *said)
{
    const struct definition *definition = reasons_of(work);

    if (said->outcome != OUTCOME_LOST && !said->rejected)
        return IMPORT_TAKEN;
    if (said->reason == NULL)
        return IMPORT_REASON;
    return said->rejected && definition != NULL &&
                   definition_reason(definition, said->reason) == NULL
               ? IMPORT_UNKNOWN_REASON
               : IMPORT_TAKEN;
}

/* Each step hands the lead on from the team that had it after the step before. */
static enum import_refusal check(struct deal *deal)
{
    const struct mapped_deal *said = deal->row->deal;
    const struct work *work = deal->work;
    const struct team *from = config_team(work->config, deal->caller->team);
    enum import_refusal reason = check_reason(work, said);

    if (deal->lead->open != NULL)
        return IMPORT_OPEN_HANDOFF;
    if (said->outcome_at != INSTANT_NONE && said->outcome_at > work->now)
        return IMPORT_FUTURE;
    if (reason != IMPORT_TAKEN)
        return reason;
    for (size_t i = 0; i < said->step_count; i++) {
        struct step *step = &deal->steps[i];
        enum import_refusal refusal = resolve(work, &said->steps[i], from, step);
        if (refusal != IMPORT_TAKEN)
            return refusal;
        step->handoff = step_id(work->config->workspace, deal->row, i);
        from = step->to;
    }
    return IMPORT_TAKEN;
}

/* ---- what is done ---- */

static struct handoff *add_handoff(struct work *work, struct lead *lead, const struct step *step,
                                   enum handoff_state state)
{
    struct handoff *handoff = work_add_handoff_as(work, lead, step->handoff, state);
    instant at = step->said->at;

    if (handoff == NULL)
        return NULL;
    handoff->kind = HANDOFF_KIND_IMPORTED;
    handoff->from_team = step->from->id;
    handoff->to_team = step->to->id;
    handoff->offered_at = handoff->respond_by = handoff->accepted_at = handoff->closed_at = at;
    handoff->assignee = handoff->accepted_by = handoff->closed_by = step->member;
    return handoff;
}

/* The team never had the lead. What comes of it is up to the reason, as when a team rejects. */
static void reject_deal(const struct deal *deal, struct handoff *handoff)
{
    const struct mapped_deal *said = deal->row->deal;
    const struct definition *definition = reasons_of(deal->work);
    const struct reason *reason =
        definition == NULL ? NULL : definition_reason(definition, said->reason);
    struct lead *lead = deal->lead;

    handoff->accepted_at = INSTANT_NONE;
    handoff->accepted_by = (struct uuid){{0}};
    handoff->closed_at = said->outcome_at;
    handoff->reason = arena_strdup(deal->work->arena, said->reason);
    if (lead->stage != STAGE_OPPORTUNITY && lead->stage != STAGE_CUSTOMER)
        lead->stage = life_after_reason(reason == NULL ? THEN_NURTURE : reason->then)->stage;
}

/* Only sales makes a lead sales' own. */
static void take_step(struct lead *lead, const struct step *step)
{
    lead->owner_team = step->to->id;
    if (step->to->function != FUNCTION_SALES)
        return;
    lead_raise(lead, STAGE_SQL);
    lead_reach(lead, MILESTONE_SAL, step->said->at);
    lead_reach(lead, MILESTONE_SQL, step->said->at);
}

static void end_deal(const struct deal *deal, struct handoff *handoff)
{
    const struct mapped_deal *said = deal->row->deal;
    struct lead *lead = deal->lead;

    handoff->outcome = said->outcome;
    if (said->outcome == OUTCOME_NONE)
        return;
    handoff->outcome_at = said->outcome_at;
    if (said->amount.given)
        lead->amount = said->amount;
    if (said->outcome == OUTCOME_OPPORTUNITY) {
        lead_raise(lead, STAGE_OPPORTUNITY);
        lead_reach(lead, MILESTONE_OPPORTUNITY, said->outcome_at);
    } else if (said->outcome == OUTCOME_WON) {
        lead_raise(lead, STAGE_CUSTOMER);
        lead_reach(lead, MILESTONE_CUSTOMER, said->outcome_at);
    } else if (said->outcome == OUTCOME_LOST) {
        handoff->outcome_reason = arena_strdup(deal->work->arena, said->reason);
        lead->owner_team = lead->first_team;
        if (lead->stage != STAGE_CUSTOMER)
            lead->stage = STAGE_NURTURE;
    }
}

/* A handoff for each step, with its entry; the last one's says what the deal has changed of the
 * lead's attributes. */
static void add_steps(struct deal *deal, const struct attribute_changes *changes)
{
    size_t count = deal->row->deal->step_count;
    struct lead *lead = deal->lead;

    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count;
        bool rejected = last && deal->row->deal->rejected;
        enum stage before = lead->stage;
        struct handoff *handoff = add_handoff(deal->work, lead, &deal->steps[i],
                                              rejected ? HANDOFF_REJECTED : HANDOFF_QUALIFIED);
        if (handoff == NULL)
            return;
        if (rejected)
            reject_deal(deal, handoff);
        else
            take_step(lead, &deal->steps[i]);
        if (last && !rejected)
            end_deal(deal, handoff);
        handoff_walk_entry(
            &(struct handoff_step){
                .work = deal->work,
                .caller = deal->caller,
                .handoff = handoff,
                .lead = lead,
                .rule = life_rule_making(ACTION_IMPORT, handoff),
                .cause = "import",
                .reason = rejected ? handoff->reason : handoff->outcome_reason,
                .amount = last ? &deal->row->deal->amount : NULL,
                .attributes = last ? changes : NULL,
            },
            before);
    }
}

static enum err take(struct deal *deal)
{
    const struct capture_input *capture = &deal->row->capture;
    struct lead *lead = deal->lead;
    struct attribute_changes changes;

    work_change_lead(deal->work, lead);
    enum err err = lead_attributes_apply(deal->work, lead,
                                         &(struct attributes_input){
                                             .items = capture->attributes,
                                             .count = capture->attribute_count,
                                             .occurred_at = capture->occurred_at,
                                             .source = SOURCE_IMPORT,
                                         },
                                         &changes);
    if (err != ERR_NONE)
        return err;
    lead_lift_hold(lead);
    if (uuid_is_nil(lead->first_team))
        lead->first_team = deal->caller->team;
    add_steps(deal, &changes);
    lead_set_next(lead, STEP_FOLLOW_UP, lead_next_date(deal->work), "imported");
    return ERR_NONE;
}

/* ---- a deal that is known: only what became of it can be news ---- */

static enum find take_outcome(const struct deal *deal, const struct handoff *handoff,
                              const struct handoff_outcome_input *input,
                              struct import_result *result)
{
    struct caller receiver = *deal->caller;
    struct outcome refusal = {0};

    if (input->outcome == OUTCOME_NONE ||
        handoff_outcome_news(deal->lead, handoff, input) != OUTCOME_IS_NEW)
        return FIND_FOUND;
    *result = (struct import_result){IMPORT_REFUSED, IMPORT_DECIDED};
    if (input->occurred_at > deal->work->now)
        result->refusal = IMPORT_FUTURE;
    else if (input->outcome == OUTCOME_LOST && input->reason == NULL)
        result->refusal = IMPORT_REASON;
    else if (deal->lead->open != NULL)
        result->refusal = IMPORT_OPEN_HANDOFF;
    if (result->refusal != IMPORT_DECIDED)
        return FIND_FOUND;
    receiver.team = handoff->to_team;
    enum find found = handoff_outcome_by_source(deal->work, &receiver, input, &refusal);
    if (found != FIND_NEEDED && refusal.err == ERR_NONE)
        *result = (struct import_result){IMPORT_UPDATED, IMPORT_TAKEN};
    return found;
}

/* What was taken up before it was rejected is lost by it: nobody can reject what they have. */
static enum find move_on(const struct deal *deal, const struct handoff *last,
                         struct import_result *result)
{
    const struct mapped_deal *said = deal->row->deal;
    enum outcome_kind outcome = said->rejected ? OUTCOME_LOST : said->outcome;
    const struct handoff_outcome_input input = {
        .handoff = last->id,
        .outcome = outcome,
        .amount = said->amount,
        .reason = outcome == OUTCOME_LOST ? said->reason : NULL,
        .occurred_at = said->outcome_at,
    };

    *result = (struct import_result){IMPORT_UNCHANGED, IMPORT_TAKEN};
    if (last->state == HANDOFF_REJECTED) {
        if (!said->rejected && said->outcome_at > last->closed_at)
            *result = (struct import_result){IMPORT_REFUSED, IMPORT_DECIDED};
        return FIND_FOUND;
    }
    if (said->rejected && said->outcome_at < last->accepted_at)
        return FIND_FOUND;
    if (said->rejected)
        result->refusal = check_reason(deal->work, said);
    if (result->refusal != IMPORT_TAKEN) {
        result->effect = IMPORT_REFUSED;
        return FIND_FOUND;
    }
    return take_outcome(deal, last, &input, result);
}

/* The step that it had come to; NULL: the deal is not known. */
static enum find find_last(const struct deal *deal, struct handoff **last)
{
    struct work *work = deal->work;
    enum find found = FIND_FOUND;

    *last = NULL;
    for (size_t i = 0; found == FIND_FOUND && i < deal->row->deal->steps_max; i++) {
        struct uuid id = step_id(work->config->workspace, deal->row, i);
        struct handoff *step = work_find(work, KIND_HANDOFF, &id, &found);
        *last = step == NULL ? *last : step;
    }
    return found == FIND_NEEDED ? FIND_NEEDED : FIND_FOUND;
}

enum find import_deal(struct work *work, const struct caller *caller, const struct mapped *row,
                      struct import_result *result)
{
    struct deal deal = {.work = work, .caller = caller, .row = row};
    struct handoff *last;
    enum find found = find_lead(&deal);

    *result = (struct import_result){IMPORT_REFUSED, IMPORT_UNKNOWN_LEAD};
    if (found != FIND_FOUND)
        return found;
    found = find_last(&deal, &last);
    if (found == FIND_NEEDED)
        return found;
    if (last != NULL)
        return move_on(&deal, last, result);
    result->refusal = check(&deal);
    if (result->refusal != IMPORT_TAKEN)
        return FIND_FOUND;
    if (take(&deal) == ERR_LIMIT_REACHED)
        result->refusal = IMPORT_LIMIT;
    else
        result->effect = IMPORT_NEW;
    return FIND_FOUND;
}
