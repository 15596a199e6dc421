#include "core/intake/import_deal.h"

#include "core/handoff/handoff_walk.h"

#include <string.h>

#define COMMITMENTS_MAX_BYTES (256u << 10)

/* A step with what its names mean here. */
struct step {
    const struct mapped_step *told;
    struct uuid handoff;
    const struct team *from;
    const struct team *to;
    struct uuid member; /* nil: not told */
};

struct chain_of_steps {
    const struct mapped_deal *deal;
    struct step items[MAPPING_STEPS_MAX];
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
    for (size_t i = 0; i < row->deal->step_count; i++) {
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

static enum find find_lead(struct work *work, const struct mapped *row, struct lead **lead)
{
    struct uuid id;
    enum find found = work_find_identity(work, &row->capture.identities[0], &id);

    if (found == FIND_FOUND)
        found = work_find_lead(work, id, lead);
    if (found == FIND_FOUND && (*lead)->status != LEAD_ACTIVE)
        return FIND_ABSENT;
    return found;
}

static enum import_refusal resolve(const struct work *work, const struct mapped_step *told,
                                   const struct team *from, struct step *out)
{
    const struct config *config = work->config;

    *out = (struct step){.told = told, .from = from, .to = config_team_named(config, told->team)};
    if (out->to == NULL || !out->to->active || from == NULL)
        return IMPORT_UNKNOWN_TEAM;
    if (told->at > work->now)
        return IMPORT_FUTURE;
    if (told->member == NULL)
        return IMPORT_TAKEN;
    const struct member *member =
        config_member_by_external(config, out->to->id, told->member_source, told->member);
    if (member == NULL)
        return IMPORT_UNKNOWN_MEMBER;
    out->member = member->id;
    return IMPORT_TAKEN;
}

static enum import_refusal check(const struct work *work, const struct caller *caller,
                                 const struct mapped *row, const struct lead *lead,
                                 struct chain_of_steps *chain)
{
    const struct mapped_deal *deal = row->deal;
    const struct team *from = config_team(work->config, caller->team);

    chain->deal = deal;
    if (lead->open != NULL)
        return IMPORT_OPEN_HANDOFF;
    if (deal->outcome_at != INSTANT_NONE && deal->outcome_at > work->now)
        return IMPORT_FUTURE;
    if (deal->outcome == OUTCOME_LOST && deal->reason == NULL)
        return IMPORT_REASON;
    for (size_t i = 0; i < deal->step_count; i++) {
        enum import_refusal refusal = resolve(work, &deal->steps[i], from, &chain->items[i]);
        if (refusal != IMPORT_TAKEN)
            return refusal;
        chain->items[i].handoff = step_id(work->config->workspace, row, i);
        from = chain->items[i].to;
    }
    return IMPORT_TAKEN;
}

/* ---- what is done ---- */

static struct handoff *add_handoff(struct work *work, struct lead *lead, const struct step *step)
{
    struct handoff *handoff =
        work_add_handoff_as(work, lead, step->handoff, life_rule(ACTION_IMPORT)->to);
    instant at = step->told->at;

    if (handoff == NULL)
        return NULL;
    handoff->kind = HANDOFF_KIND_IMPORTED;
    handoff->from_team = step->from->id;
    handoff->to_team = step->to->id;
    handoff->offered_at = handoff->respond_by = handoff->accepted_at = handoff->closed_at = at;
    handoff->assignee = handoff->accepted_by = handoff->closed_by = step->member;
    return handoff;
}

/* Only sales makes a lead sales' own. */
static void take_step(struct lead *lead, const struct step *step)
{
    lead->owner_team = step->to->id;
    if (step->to->function != FUNCTION_SALES)
        return;
    lead_raise(lead, STAGE_SQL);
    lead_reach(lead, MILESTONE_SAL, step->told->at);
    lead_reach(lead, MILESTONE_SQL, step->told->at);
}

static void end_deal(struct work *work, struct lead *lead, struct handoff *handoff,
                     const struct mapped_deal *deal)
{
    handoff->outcome = deal->outcome;
    if (deal->outcome == OUTCOME_NONE)
        return;
    handoff->outcome_at = deal->outcome_at;
    if (deal->outcome == OUTCOME_OPPORTUNITY) {
        lead_raise(lead, STAGE_OPPORTUNITY);
        lead_reach(lead, MILESTONE_OPPORTUNITY, deal->outcome_at);
    } else if (deal->outcome == OUTCOME_WON) {
        lead_raise(lead, STAGE_CUSTOMER);
        lead_reach(lead, MILESTONE_CUSTOMER, deal->outcome_at);
    } else if (deal->outcome == OUTCOME_LOST) {
        handoff->outcome_reason = arena_strdup(work->arena, deal->reason);
        lead->owner_team = lead->first_team;
        if (lead->stage != STAGE_CUSTOMER)
            lead->stage = STAGE_NURTURE;
    }
}

/* The commitments of what the deal tells of the lead, told with its last step. */
static enum err tell(struct work *work, struct lead *lead, const struct capture_input *capture,
                     struct json_out *commitments, size_t *changed)
{
    const struct observation how = {
        .occurred_at = capture->occurred_at,
        .known_from = work->now,
        .source = SOURCE_IMPORT,
    };

    return lead_tell(work, lead, capture->attributes, capture->attribute_count, &how, commitments,
                     changed);
}

static void add_steps(struct work *work, struct lead *lead, const struct caller *caller,
                      const struct chain_of_steps *chain, const struct json_out *commitments)
{
    const struct mapped_deal *deal = chain->deal;

    for (size_t i = 0; i < deal->step_count; i++) {
        bool last = i + 1 == deal->step_count;
        enum stage before = lead->stage;
        struct handoff *handoff = add_handoff(work, lead, &chain->items[i]);
        if (handoff == NULL)
            return;
        take_step(lead, &chain->items[i]);
        if (last)
            end_deal(work, lead, handoff, deal);
        handoff_walk_entry(
            &(struct handoff_step){
                .work = work,
                .caller = caller,
                .handoff = handoff,
                .lead = lead,
                .rule = life_rule(ACTION_IMPORT),
                .cause = "import",
                .reason = handoff->outcome_reason,
                .attributes = last ? commitments : NULL,
            },
            before);
    }
}

static enum err take_deal(struct work *work, const struct caller *caller, const struct mapped *row,
                          struct lead *lead, const struct chain_of_steps *chain)
{
    struct json_out commitments;
    size_t changed = 0;

    work_change_lead(work, lead);
    json_out_init(&commitments, COMMITMENTS_MAX_BYTES);
    json_out_begin_object(&commitments);
    enum err err = tell(work, lead, &row->capture, &commitments, &changed);
    json_out_end_object(&commitments);
    if (json_out_failed(&commitments)) {
        arena_fail(work->arena);
    } else if (err == ERR_NONE) {
        lead_lift_hold(lead);
        if (uuid_is_nil(lead->first_team))
            lead->first_team = caller->team;
        add_steps(work, lead, caller, chain, changed > 0 ? &commitments : NULL);
        lead_set_due(lead, lead_next_date(work));
    }
    json_out_release(&commitments);
    return err;
}

enum find import_deal(struct work *work, const struct caller *caller, const struct mapped *row,
                      struct import_result *result)
{
    struct chain_of_steps chain;
    struct lead *lead;
    enum find found = find_lead(work, row, &lead);

    *result = (struct import_result){IMPORT_REFUSED, IMPORT_UNKNOWN_LEAD};
    if (found != FIND_FOUND)
        return found;
    struct uuid first = step_id(work->config->workspace, row, 0);
    work_find(work, KIND_HANDOFF, &first, &found);
    if (found == FIND_NEEDED)
        return found;
    if (found == FIND_FOUND) {
        *result = (struct import_result){IMPORT_UNCHANGED, IMPORT_TAKEN};
        return found;
    }
    result->refusal = check(work, caller, row, lead, &chain);
    if (result->refusal != IMPORT_TAKEN)
        return FIND_FOUND;
    if (take_deal(work, caller, row, lead, &chain) == ERR_LIMIT_REACHED)
        result->refusal = IMPORT_LIMIT;
    else
        result->effect = IMPORT_NEW;
    return FIND_FOUND;
}
