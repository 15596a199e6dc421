#include "core/handoff/handoff_walk.h"

static struct uuid member_of(const struct handoff_step *step)
{
    return step->caller == NULL ? (struct uuid){{0}} : step->caller->member;
}

/* ---- the handoff ---- */

static int32_t decide_days(const struct work *work, const struct handoff *handoff)
{
    const struct agreement_version *gate =
        handoff->version == 0 ? NULL
                              : config_definition(work->config, handoff->term, handoff->version);

    return gate == NULL || gate->compiled == NULL ? DECIDE_DAYS_DEFAULT
                                                  : gate->compiled->decide_days;
}

static void enter_state(struct handoff_step *step)
{
    struct handoff *handoff = step->handoff;
    instant now = step->work->now;

    if (step->rule->dispute != DISPUTE_NONE)
        handoff->dispute = step->rule->dispute;
    if (step->rule->to == LIFE_STAYS)
        return;
    handoff_drop_lapsed(handoff, now); /* nobody was at it when it changed its state */
    handoff->state = step->rule->to;
    if (handoff->state != HANDOFF_OFFERED)
        handoff->remind_at = INSTANT_NONE;
    if (handoff->state == HANDOFF_ACCEPTED) {
        /* whoever asked for it, or gave it back before a referee decided, has it already */
        if (uuid_is_nil(handoff->assignee))
            handoff->assignee = member_of(step);
        handoff->accepted_by = handoff->assignee;
        handoff->accepted_at = now;
        handoff->decide_by = now + decide_days(step->work, handoff) * INSTANT_DAY;
        handoff->claimed_until = INSTANT_NONE;
    } else if (!handoff_is_open(handoff)) {
        handoff->closed_at = now;
        handoff->closed_by = member_of(step);
        handoff->claimed_until = INSTANT_NONE;
        work_close_handoff(step->work, step->lead, handoff);
    }
}

/* ---- the lead ---- */

static void move_owner(struct handoff_step *step)
{
    const struct handoff *handoff = step->handoff;
    struct lead *lead = step->lead;

    switch (step->rule->owner) {
    case OWNER_RECEIVER:
        lead->owner_team = handoff->to_team;
        break;
    case OWNER_OFFERER:
        lead->owner_team = handoff->from_team;
        break;
    case OWNER_FIRST:
        lead->owner_team = uuid_is_nil(lead->first_team) ? handoff->from_team : lead->first_team;
        break;
    case OWNER_STAYS:
    case OWNER_BY_HISTORY:
    case OWNER_COUNT:
        break;
    }
}

/* Only sales makes a lead sales' own. Another team ends its waiting at least. */
static void move_to_taker(const struct work *work, struct lead *lead, const struct handoff *handoff)
{
    const struct team *team = config_team(work->config, handoff->to_team);

    if (team != NULL && team->function == FUNCTION_SALES) {
        lead_raise(lead, STAGE_SAL);
        lead_reach(lead, MILESTONE_SAL, work->now);
    } else if (stage_is_aside(lead->stage)) {
        lead->stage = lead->reached[MILESTONE_MQL] == INSTANT_NONE ? STAGE_INQUIRY : STAGE_MQL;
    }
}

static void move_stage(struct handoff_step *step)
{
    struct lead *lead = step->lead;

    switch (step->rule->stage) {
    case MOVE_SAL:
        move_to_taker(step->work, lead, step->handoff);
        break;
    case MOVE_SQL:
        lead_raise(lead, STAGE_SQL);
        lead_reach(lead, MILESTONE_SQL, step->work->now);
        break;
    case MOVE_OPPORTUNITY:
        lead_raise(lead, STAGE_OPPORTUNITY);
        lead_reach(lead, MILESTONE_OPPORTUNITY, step->handoff->outcome_at);
        break;
    case MOVE_CUSTOMER:
        lead_raise(lead, STAGE_CUSTOMER);
        lead_reach(lead, MILESTONE_CUSTOMER, step->handoff->outcome_at);
        break;
    case MOVE_NURTURE:
        lead->stage = STAGE_NURTURE;
        break;
    case MOVE_BY_REASON: /* a customer, and one with an opportunity, stays what it is */
        if (lead->stage != STAGE_OPPORTUNITY && lead->stage != STAGE_CUSTOMER)
            lead->stage = life_after_reason(step->then)->stage;
        break;
    case MOVE_STAYS:
    case MOVE_BY_HISTORY:
    case MOVE_COUNT:
        break;
    }
}

static void move_hold(struct handoff_step *step)
{
    if (step->rule->hold == HOLD_ENDS)
        lead_lift_hold(step->lead);
    else if (step->rule->hold == HOLD_BEGINS)
        lead_hold(step->work, step->lead, &step->hold);
}

static const char *why_next(const struct handoff_step *step)
{
    const char *why = step->rule->why;

    return step->reason == NULL || !(step->rule->says & SAYS_REASON)
               ? why
               : arena_printf(step->work->arena, "%s: %s", why, step->reason);
}

static void set_next(struct handoff_step *step)
{
    const struct work *work = step->work;
    const struct handoff *handoff = step->handoff;
    struct lead *lead = step->lead;
    enum life_next next = step->rule->next;

    switch (next == NEXT_BY_REASON ? life_after_reason(step->then)->next : next) {
    case NEXT_ANSWER: /* of a customer too: somebody is to answer */
        lead_set_next(lead, STEP_ANSWER, handoff_answer_date(handoff), why_next(step));
        break;
    case NEXT_DECIDE:
        lead_set_next(lead, STEP_DECIDE, handoff->decide_by, why_next(step));
        break;
    case NEXT_NURTURE:
        lead_set_next(lead, STEP_NURTURE, lead_nurture_date(work, step->hold.definition),
                      why_next(step));
        break;
    case NEXT_UNTIL:
        lead_set_next(lead, STEP_NURTURE, step->until, why_next(step));
        break;
    case NEXT_REVIEW:
        lead_set_next(lead, STEP_REVIEW, work->now, why_next(step));
        break;
    case NEXT_FOLLOW_UP:
        lead_set_next(lead, STEP_FOLLOW_UP, lead_next_date(work), why_next(step));
        break;
    case NEXT_AGAIN:
        lead->next.at = work->now + REMIND_EVERY;
        lead->next.why = why_next(step);
        break;
    case NEXT_NONE:
        lead_end_next(lead);
        break;
    case NEXT_STAYS:
    case NEXT_BY_REASON:
    case NEXT_COUNT:
        break;
    }
}

/* ---- the entry ---- */

static void say_uuid(struct json_out *body, const char *name, struct uuid id)
{
    if (!uuid_is_nil(id))
        json_out_member_uuid(body, name, id);
}

static void say_text(struct json_out *body, const char *name, const char *text)
{
    if (text != NULL)
        json_out_member_text(body, name, text);
}

static void say_int(struct json_out *body, const char *name, bool given, int64_t number)
{
    if (given)
        json_out_member_int(body, name, number);
}

static void say_amount(struct json_out *body, const struct amount *amount)
{
    if (amount == NULL || !amount->given)
        return;
    json_out_key(body, "amount");
    json_out_begin_object(body);
    json_out_member_text(body, "currency", amount->currency);
    json_out_member_int(body, "minor", amount->minor);
    json_out_end_object(body);
}

/* Every member that an entry of a handoff may have, sorted by name, as the ledger wants it. */
void handoff_walk_entry(struct handoff_step *step, enum stage before)
{
    static const struct actor baton = {ACTOR_SYSTEM, {{0}}};
    const struct handoff *handoff = step->handoff;
    const struct lead *lead = step->lead;
    unsigned says = step->rule->says;
    bool history = says & SAYS_HISTORY;
    struct json_out *body = work_body(step->work);

    if (says & (SAYS_OUTCOME | SAYS_HISTORY))
        say_amount(body, step->amount);
    if (says & SAYS_LEASE)
        say_uuid(body, "assignee", handoff->assignee);
    if (step->attributes != NULL && step->attributes->count > 0) {
        json_out_key(body, "attributes");
        json_out_raw(body, step->attributes->commitments, step->attributes->commitments_len);
    }
    if (says & SAYS_DEALT && handoff->dealt)
        json_out_member_text(body, "by", deal_by_name(handoff->dealt_by));
    say_text(body, "cause", step->cause);
    if (says & SAYS_LEASE)
        say_int(body, "claimed_until", handoff->claimed_until != INSTANT_NONE,
                handoff->claimed_until);
    if (says & SAYS_CLASS) {
        json_out_member_text(body, "class", rejection_class_name(handoff->klass));
        say_text(body, "criterion", step->criterion);
    }
    if (says & SAYS_DECIDE_BY)
        json_out_member_int(body, "decide_by", handoff->decide_by);
    if (says & SAYS_FEEDBACK)
        say_uuid(body, "feedback", step->feedback);
    if (says & SAYS_OFFER)
        json_out_member_uuid(body, "from", handoff->from_team);
    json_out_member_uuid(body, "handoff", handoff->id);
    if (says & SAYS_STATE)
        json_out_member_text(body, "handoff_state", handoff_state_name(handoff->state));
    if (says & SAYS_OFFER)
        json_out_member_text(body, "kind", handoff_kind_name(handoff->kind));
    if (history)
        say_uuid(body, "member", handoff->accepted_by);
    if (says & (SAYS_OUTCOME | SAYS_HISTORY))
        json_out_member_int(body, "occurred_at",
                            history ? handoff->closed_at : handoff->outcome_at);
    if (history && handoff->outcome != OUTCOME_NONE) {
        json_out_member_text(body, "outcome", outcome_kind_name(handoff->outcome));
        json_out_member_int(body, "outcome_at", handoff->outcome_at);
    }
    if (says & SAYS_OWNER)
        json_out_member_uuid(body, "owner", lead->owner_team);
    if (says & SAYS_SHARE)
        json_out_member_int(body, "percent", step->percent);
    if (says & SAYS_PREVIOUS)
        say_uuid(body, "previous", handoff->previous);
    if (says & SAYS_FEEDBACK)
        say_int(body, "rating", step->rating != 0, step->rating);
    if (says & SAYS_REASON)
        say_text(body, "reason", step->reason);
    if (says & SAYS_RESPOND_BY)
        json_out_member_int(body, "respond_by", handoff->respond_by);
    if (says & SAYS_DEALT)
        say_int(body, "rule", handoff->dealt, handoff->dealt_rule);
    if (before != lead->stage) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(lead->stage));
    }
    int version = says & SAYS_GATE  ? handoff->version
                  : says & SAYS_SQL ? handoff->qualified_version
                                    : 0;
    if (version != 0)
        json_out_member_text(body, "term", term_name(says & SAYS_SQL ? TERM_SQL : handoff->term));
    if (says & SAYS_OFFER) {
        json_out_member_uuid(body, "to", handoff->to_team);
        say_int(body, "verdict_seq", handoff->verdict_seq != 0, handoff->verdict_seq);
    }
    say_int(body, "version", version != 0, version);
    work_append(step->work, step->lead, step->rule->entry,
                step->caller == NULL ? baton : caller_actor(step->caller),
                step->caller == NULL ? (struct uuid){{0}} : step->caller->team);
}

void handoff_walk(struct handoff_step *step)
{
    for (; step->rule != NULL; step->rule = life_rule_after(step->rule, step->handoff)) {
        enum stage before = step->lead->stage;
        enter_state(step);
        move_owner(step);
        move_hold(step);
        move_stage(step);
        set_next(step);
        handoff_walk_entry(step, before);
    }
}
