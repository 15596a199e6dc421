#include "core/handoff/leads_due.h"

#include "core/calendar/calendar.h"
#include "core/handoff/handoff_deal.h"
#include "core/handoff/handoff_request.h"
#include "core/handoff/handoff_walk.h"
#include "core/handoff/judge.h"
#include "core/handoff/reminder.h"

/* ---- reminders ---- */

/* The entry is the reminder: who follows the event feed passes it on to the owner. */
static void remind(struct work *work, struct lead *lead, instant again)
{
    struct json_out *body = work_body(work);

    json_out_member_text(body, "step", lead_step_name(lead->next.step));
    lead->next.at = again;
    caller_append(NULL, work, lead, LEDGER_LEAD_REMINDED);
}

static void ask_for_review(struct work *work, struct lead *lead, const char *why)
{
    lead_set_next(lead, STEP_REVIEW, work->now, why);
    if (lead->next.step != STEP_NONE)
        remind(work, lead, work->now);
}

/* ---- with a handoff open ---- */

/* False when the rules do not allow it. */
static bool take_step(struct work *work, struct lead *lead, const struct command *command,
                      enum handoff_action action)
{
    struct life_refusal refusal;
    struct handoff_step step = {
        .work = work, .caller = &command->caller, .handoff = lead->open, .lead = lead};
    struct life_situation situation = handoff_step_situation(&step);

    step.rule = life_find(&situation, action, &refusal);
    if (step.rule == NULL)
        return false;
    /* The entry names nobody but the date that has passed. */
    step.cause = step.rule->states & 1u << HANDOFF_OFFERED ? "respond_by" : "decide_by";
    step.caller = NULL;
    handoff_walk(&step);
    return true;
}

/* It is offered along another route that is open to it. When there is none, its owner says what
 * becomes of it, and until then nothing is offered: the same route would be. */
static void offer_elsewhere(struct work *work, struct lead *lead, const struct handoff *late)
{
    struct offer_again again = {.previous = late->id, .except = late->to_team};
    bool met_srl = lead_meets_srl(work, lead);

    judge_once_more(work, lead, NULL, &again);
    if (handoff_is_under_way(lead))
        return;
    lead_hold(work, lead, &(struct lead_hold){.criterion = -1, .met_srl = met_srl});
    ask_for_review(work, lead, "expired");
}

/* A member has not answered in their time: another one has it, if there is one; else it is in the
 * queue, where their lease has lapsed. False: it stays as it is. */
static bool deal_again(struct work *work, struct lead *lead)
{
    struct handoff *handoff = lead->open;

    if (uuid_is_nil(handoff->dealt_to) || handoff_is_claimed(handoff, work->now))
        return false;
    struct dealing *dealing = handoff_dealing(work, handoff->to_team);
    if (dealing == NULL || dealing->by->reassign_minutes == 0)
        return false;
    const struct handoff before = *handoff;
    handoff_deal(work, lead, handoff, dealing);
    if (uuid_is_nil(handoff->dealt_to)) {
        *handoff = before;
        return false;
    }
    handoff_walk(&(struct handoff_step){
        .work = work,
        .handoff = handoff,
        .lead = lead,
        .rule = life_rule(ACTION_DEAL),
        .cause = "reassign_after",
    });
    return true;
}

/* When an offer that is given back ends: after as much time again, of the receiving team's working
 * time if it has a calendar. */
static instant end_of_second_span(const struct work *work, const struct handoff *handoff)
{
    const struct team *team = config_team(work->config, handoff->to_team);
    const struct calendar *calendar = team == NULL ? NULL : team->working_time;
    int64_t span = calendar == NULL ? 0
                                    : calendar_between(calendar, handoff->offered_at,
                                                       handoff->respond_by, NULL, 0);
    instant end = span == 0
                      ? INSTANT_NONE
                      : calendar_due(calendar, handoff->respond_by, span / INSTANT_MINUTE, NULL, 0);

    return end == INSTANT_NONE ? handoff->respond_by + (handoff->respond_by - handoff->offered_at)
                               : end;
}

static void answer_is_overdue(struct work *work, struct lead *lead, const struct command *command)
{
    struct handoff *late = lead->open;
    const struct route_rule *route =
        config_route_of(work->config, late->from_team, late->to_team, late->gated, late->term);
    enum overdue_then then = route == NULL ? OVERDUE_KEEP : route->overdue;
    const struct team *other =
        then == OVERDUE_ESCALATE ? config_team(work->config, route->escalate_to) : NULL;
    instant end = end_of_second_span(work, late);

    if (late->respond_by > work->now) {
        if (!deal_again(work, lead))
            lead->next.at = late->respond_by;
    } else if (other != NULL && other->active) {
        if (take_step(work, lead, command, ACTION_EXPIRE))
            offer_pass_on(work, lead, late, other->id);
    } else if (then == OVERDUE_GIVE_BACK && end <= work->now) {
        if (take_step(work, lead, command, ACTION_EXPIRE))
            offer_elsewhere(work, lead, late);
    } else if (take_step(work, lead, command, ACTION_REMIND) && then == OVERDUE_GIVE_BACK &&
               end < lead->next.at) {
        lead->next.at = end;
    }
}

/* ---- without ---- */

static void try_to_offer(struct work *work, struct lead *lead)
{
    judge_once_more(work, lead, NULL, &(struct offer_again){.previous = lead->last_handoff});
    if (lead->next.step == STEP_OFFER)
        lead->next.at = work->now + OFFER_RETRY;
}

/* The wait is over: by what is known now, with what has faded since, it is offered again, waits
 * another time, or its owner is asked. */
static void end_of_nurture(struct work *work, struct lead *lead)
{
    int round = lead->next.round + 1;

    lead_lift_hold(lead);
    try_to_offer(work, lead);
    if (handoff_is_under_way(lead) || lead->next.step != STEP_NURTURE)
        return;
    if (round == NURTURE_ROUNDS_MAX) {
        ask_for_review(work, lead, "nurtured_in_vain");
        return;
    }
    lead_set_next(lead, STEP_NURTURE, lead_next_date(work), lead->next.why);
    lead->next.round = round;
}

/* ---- the command ---- */

/* Another command of the group may have moved it. What is to be offered is tried whenever it was
 * loaded: its date does not count when the configuration has changed. A review is
 * due as long as nobody has done it: its owner was asked at its date, and is reminded a day later.
 */
static bool is_due(const struct work *work, const struct lead *lead)
{
    const struct lead_next *next = &lead->next;

    if (lead->status != LEAD_ACTIVE || next->step == STEP_NONE)
        return false;
    return next->step == STEP_OFFER ||
           next->at + (next->step == STEP_REVIEW ? REMIND_EVERY : 0) <= work->now;
}

static void act(struct work *work, struct lead *lead, const struct command *command)
{
    switch (lead->next.step) {
    case STEP_ANSWER:
    case STEP_DECIDE:
        if (!handoff_is_under_way(lead)) /* nobody would ever be asked */
            ask_for_review(work, lead, "no_handoff");
        else if (lead->open->state == HANDOFF_OFFERED)
            answer_is_overdue(work, lead, command);
        else
            take_step(work, lead, command, ACTION_REMIND);
        break;
    case STEP_NURTURE:
        end_of_nurture(work, lead);
        break;
    case STEP_OFFER:
        try_to_offer(work, lead);
        break;
    case STEP_REVIEW:
        remind(work, lead, work->now);
        break;
    case STEP_FOLLOW_UP:
        remind(work, lead, lead_next_date(work));
        lead->next.round = 1;
        break;
    case STEP_NONE:
    case STEP_COUNT:
        break;
    }
}

static const struct due_batch *batch_of(const struct command *command)
{
    const struct leads_due_input *input = command->input;

    return input == NULL ? &due_batch_first : &input->batch;
}

bool leads_due_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    return list_add(&keys->of[KIND_DUE], work->arena, (void *)batch_of(command));
}

enum decision leads_due(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct due_batch *batch = batch_of(command);
    enum find found;
    const struct list *due = work_find(work, KIND_DUE, batch, &found);
    int64_t done = 0;

    if (due == NULL)
        return DECIDE_AGAIN;
    for (size_t i = 0; i < due->count; i++) {
        struct lead *lead = due->items[i];
        bool asked = handoff_request_is_due(lead, work->now);
        bool acts = is_due(work, lead);
        bool reminds = reminder_is_due(lead, work->now);
        if (!asked && !acts && !reminds)
            continue;
        work_change_lead(work, lead);
        if (asked)
            handoff_request_unanswered(work, lead);
        if ((acts || reminds) && lead->open != NULL)
            work_change_handoff(work, lead->open);
        if (reminds)
            reminder_send(work, lead);
        if (acts)
            act(work, lead, command);
        done++;
    }
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_int(out, "done", done);
    /* a full batch of which nothing was due must not be loaded again and again */
    json_out_member_bool(out, "more", done > 0 && due->count >= (size_t)batch->limit);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
