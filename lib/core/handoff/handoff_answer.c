#include "core/handoff/handoff_answer.h"

#include "core/handoff/handoff_walk.h"

/* Accepting and withdrawing are what their rules say, and a note. */
static enum decision answer(struct work *work, const struct command *command,
                            enum handoff_action action, struct outcome *outcome)
{
    const struct handoff_note_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    if (!handoff_step_begin(&step, input->handoff, action))
        return step.decision;
    if (input->note != NULL)
        step.handoff->note = input->note;
    handoff_walk(&step);
    return handoff_step_answer(&step);
}

enum decision handoff_accept(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    return answer(work, command, ACTION_ACCEPT, outcome);
}

enum decision handoff_withdraw(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    return answer(work, command, ACTION_WITHDRAW, outcome);
}
