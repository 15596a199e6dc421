#include "core/handoff/handoff_answer.h"

#include "core/handoff/handoff_walk.h"

/* What came through the gate sql was qualified by the team before: nobody is asked twice. */
static void qualify_at_once(struct handoff_step *step)
{
    if (step->handoff->gated && step->handoff->term == TERM_SQL)
        step->handoff->qualified_version = step->handoff->version;
}

enum decision handoff_accept(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct handoff_note_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    if (!handoff_step_begin(&step, input->handoff, ACTION_ACCEPT))
        return step.decision;
    if (input->note != NULL)
        step.handoff->note = input->note;
    qualify_at_once(&step);
    handoff_walk(&step);
    return handoff_step_answer(&step);
}

enum decision handoff_withdraw(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct handoff_withdraw_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    step.until = input->until;
    if (!handoff_step_begin(&step, input->handoff, ACTION_WITHDRAW))
        return step.decision;
    if (input->until != INSTANT_NONE && step.handoff->state == HANDOFF_REQUESTED)
        return outcome_refuse_at(work, outcome, ERR_UNPROCESSABLE, "/until", "not_offered",
                                 "Whoever asked for the lead does not say how long it waits");
    if (input->until != INSTANT_NONE && input->until <= work->now)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/until", "range",
                                 "A date to come is wanted");
    if (input->note != NULL)
        step.handoff->note = input->note;
    step.hold = (struct lead_hold){.criterion = -1, .met_srl = lead_meets_srl(work, step.lead)};
    handoff_walk(&step);
    return handoff_step_answer(&step);
}
