#include "core/handoff/handoff_request.h"

#include "core/handoff/handoff_walk.h"
#include "core/handoff/offer.h"
#include "core/handoff/shape.h"
#include "core/lead/lead_find.h"

#define REASON_UNANSWERED "unanswered"

/* ---- asking ---- */

static enum decision check_team(struct work *work, const struct command *command,
                                struct outcome *outcome)
{
    const struct handoff_request_input *input = command->input;
    const struct team *own = config_team(work->config, command->caller.team);

    if (uuid_is_nil(command->caller.member))
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    if (own == NULL || own->function != FUNCTION_SALES)
        return outcome_refuse(work, outcome, ERR_FORBIDDEN,
                              "Sales teams ask for leads; others offer what they have");
    if (input->team != NULL && config_team_named(work->config, input->team) != own)
        return outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/team", "not_self",
                                 "A member asks for their own team, %s", own->name);
    return DECIDED;
}

static enum decision check_lead(struct work *work, const struct command *command, struct lead *lead,
                                struct outcome *outcome)
{
    if (lead->open != NULL) {
        struct handoff_step step = handoff_step_of(work, command, outcome);
        step.handoff = lead->open;
        step.lead = lead;
        return handoff_step_conflict(&step, lead->open->state == HANDOFF_REQUESTED
                                                ? "The lead is asked for already"
                                                : "The lead has an open handoff already");
    }
    if (uuid_equal(lead->owner_team, command->caller.team) || lead->stage == STAGE_CUSTOMER) {
        outcome->problem.state = stage_name(lead->stage);
        return outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "%s",
                              lead->stage == STAGE_CUSTOMER ? "It is a customer: nothing is to come"
                                                            : "The team has the lead already");
    }
    return DECIDED;
}

enum decision handoff_request(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct handoff_request_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);
    enum decision decision;

    check_team(work, command, outcome);
    if (outcome->err != ERR_NONE)
        return DECIDED;
    step.lead = lead_for_command(work, input->lead, outcome, &decision);
    if (step.lead == NULL)
        return decision;
    check_lead(work, command, step.lead, outcome);
    if (outcome->err != ERR_NONE)
        return DECIDED;
    work_change_lead(work, step.lead);
    struct uuid previous = step.lead->last_handoff;
    struct handoff *handoff = work_add_handoff(work, step.lead, life_rule(ACTION_REQUEST)->to);
    if (handoff == NULL)
        return DECIDED;
    handoff->kind = HANDOFF_KIND_REQUESTED;
    handoff->from_team = step.lead->owner_team;
    handoff->to_team = command->caller.team;
    handoff->assignee = command->caller.member;
    handoff->offer_note = input->note;
    handoff->previous = previous;
    int32_t minutes = work->config->route_terms.unanswered_minutes;
    handoff->respond_by =
        offer_answer_due(work, handoff->from_team, minutes == 0 ? REQUEST_ANSWER_MINUTES : minutes);
    step.handoff = handoff;
    step.rule = life_rule(ACTION_REQUEST);
    handoff_walk(&step);
    handoff_step_answer(&step);
    outcome->status = 201;
    outcome->location = shape_handoff_path(handoff->id, work->arena);
    return DECIDED;
}

/* ---- answering ---- */

/* What is granted goes back to whoever gave it first, should it be lost. */
static void grant_or_decline(struct handoff_step *step)
{
    if (step->rule->to == HANDOFF_ACCEPTED && uuid_is_nil(step->lead->first_team))
        step->lead->first_team = step->handoff->from_team;
    handoff_walk(step);
}

enum decision handoff_grant(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct handoff_grant_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    if (!handoff_step_begin(&step, input->handoff, ACTION_GRANT))
        return step.decision;
    if (input->note != NULL)
        step.handoff->note = input->note;
    grant_or_decline(&step);
    return handoff_step_answer(&step);
}

enum decision handoff_decline(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct handoff_decline_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    if (!handoff_step_begin(&step, input->handoff, ACTION_DECLINE))
        return step.decision;
    if (input->note != NULL)
        step.handoff->note = input->note;
    step.reason = step.handoff->reason = arena_strdup(work->arena, input->reason);
    handoff_walk(&step);
    return handoff_step_answer(&step);
}

/* ---- for want of an answer ---- */

bool handoff_request_is_due(const struct lead *lead, instant now)
{
    return lead->open != NULL && lead->open->state == HANDOFF_REQUESTED &&
           lead->open->respond_by <= now;
}

void handoff_request_unanswered(struct work *work, struct lead *lead)
{
    struct handoff *handoff = lead->open;
    bool grants = work->config->route_terms.grants_unanswered &&
                  uuid_equal(handoff->from_team, lead->owner_team);
    struct handoff_step step = {
        .work = work,
        .handoff = handoff,
        .lead = lead,
        .rule = life_rule(grants ? ACTION_GRANT_UNANSWERED : ACTION_DECLINE_UNANSWERED),
        .cause = "respond_by",
        .reason = grants ? NULL : REASON_UNANSWERED,
    };

    work_change_handoff(work, handoff);
    handoff->reason = step.reason;
    grant_or_decline(&step);
}
