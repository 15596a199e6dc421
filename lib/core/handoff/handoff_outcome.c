#include "core/handoff/handoff_outcome.h"

#include "core/handoff/feedback.h"
#include "core/handoff/handoff_reject.h"
#include "core/handoff/handoff_walk.h"

#include <string.h>

/* ---- what is refused ---- */

bool handoff_outcome_knows(struct work *work, const struct handoff *handoff, const char *code)
{
    const struct agreement_version *gate = handoff_reasons(work, handoff);
    const struct agreement_version *sql =
        handoff->qualified_version == 0
            ? NULL
            : config_definition(work->config, TERM_SQL, handoff->qualified_version);

    if (gate == NULL && sql == NULL)
        return true;
    if (gate != NULL && definition_reason(gate->compiled, code) != NULL)
        return true;
    return sql != NULL && sql->compiled != NULL && definition_reason(sql->compiled, code) != NULL;
}

static bool check_reason(struct work *work, const struct handoff *handoff,
                         const struct handoff_outcome_input *input, struct outcome *outcome)
{
    if (input->outcome != OUTCOME_LOST)
        return true;
    if (input->reason == NULL) {
        outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/reason", "required",
                          "A reason is needed when it is lost");
        return false;
    }
    if (handoff_outcome_knows(work, handoff, input->reason))
        return true;
    const struct agreement_version *version = handoff_reasons(work, handoff);
    if (version == NULL)
        version = config_definition(work->config, TERM_SQL, handoff->qualified_version);
    handoff_refuse_reason(work, outcome, version);
    return false;
}

/* ---- the command ---- */

/* What is said, on handoff and lead, and what the rule asks for. */
static void record(struct handoff_step *step, const struct handoff_outcome_input *input)
{
    struct work *work = step->work;
    struct handoff *handoff = step->handoff;
    const struct agreement_version *reasons = handoff_reasons(work, handoff);

    handoff->outcome = input->outcome;
    handoff->outcome_at = input->occurred_at == INSTANT_NONE ? work->now : input->occurred_at;
    handoff->outcome_reason =
        input->reason == NULL ? NULL : arena_strdup(work->arena, input->reason);
    if (input->amount.given)
        step->lead->amount = input->amount;
    if (input->note != NULL)
        step->feedback = feedback_add(step, FEEDBACK_GIVEN, 0, input->note);
    step->amount = &input->amount;
    step->reason = handoff->outcome_reason;
    if (step->rule->hold == HOLD_BEGINS)
        step->hold = (struct lead_hold){
            .definition = reasons == NULL ? NULL : reasons->compiled,
            .criterion = -1,
            .met_srl = lead_meets_srl(work, step->lead),
        };
}

enum decision handoff_outcome(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct handoff_outcome_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    step.became = input->outcome;
    if (!handoff_step_begin(&step, input->handoff, ACTION_OUTCOME))
        return step.decision;
    if (input->occurred_at != INSTANT_NONE && input->occurred_at > work->now)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/occurred_at", "range",
                                 "An outcome cannot lie in the future");
    if (!check_reason(work, step.handoff, input, outcome))
        return DECIDED;
    record(&step, input);
    handoff_walk(&step);
    return handoff_step_answer(&step);
}

static bool is_same_amount(const struct amount *a, const struct amount *b)
{
    return a->minor == b->minor && strcmp(a->currency, b->currency) == 0;
}

enum outcome_news handoff_outcome_news(const struct lead *lead, const struct handoff *handoff,
                                       const struct handoff_outcome_input *said)
{
    bool earlier = said->occurred_at < handoff->outcome_at;

    if (handoff->outcome == OUTCOME_NONE)
        return OUTCOME_IS_NEW;
    if (handoff->outcome == said->outcome)
        return said->outcome != OUTCOME_OPPORTUNITY || earlier || !said->amount.given ||
                       is_same_amount(&said->amount, &lead->amount)
                   ? OUTCOME_IS_KNOWN
                   : OUTCOME_IS_NEW;
    if (said->outcome != OUTCOME_OPPORTUNITY && handoff->outcome == OUTCOME_OPPORTUNITY)
        return OUTCOME_IS_NEW; /* what ends it counts, even if its clock is slow */
    return earlier ? OUTCOME_IS_OLDER : OUTCOME_IS_NEW;
}

enum find handoff_outcome_by_source(struct work *work, const struct caller *caller,
                                    const struct handoff_outcome_input *input,
                                    struct outcome *refusal)
{
    struct handoff_step step = {.work = work,
                                .caller = caller,
                                .outcome = refusal,
                                .until = INSTANT_NONE,
                                .became = input->outcome,
                                .by_source = true};

    if (!handoff_step_begin(&step, input->handoff, ACTION_OUTCOME))
        return step.decision == DECIDE_AGAIN ? FIND_NEEDED : FIND_FOUND;
    record(&step, input);
    handoff_walk(&step);
    return FIND_FOUND;
}
