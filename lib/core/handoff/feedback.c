#include "core/handoff/feedback.h"

#include "core/handoff/handoff_walk.h"
#include "core/handoff/offer.h"
#include "core/handoff/shape.h"

struct uuid feedback_add(const struct handoff_step *step, enum feedback_kind kind, int rating,
                         const char *note)
{
    struct feedback_row row = {
        .id = work_new_id(step->work),
        .handoff = step->handoff->id,
        .lead = step->handoff->lead,
        .kind = kind,
        .rating = rating,
        .note = note,
        .member = step->caller->member,
        .given_at = step->work->now,
    };

    work_add(step->work, KIND_FEEDBACK, &row);
    return row.id;
}

/* What is said of the handoff, kept and named in the entry of the step. */
static void say_it(struct handoff_step *step, const struct feedback_input *input,
                   enum feedback_kind kind)
{
    if (kind == FEEDBACK_GIVEN)
        step->handoff->rating = input->rating;
    step->rating = input->rating;
    step->feedback = feedback_add(step, kind, input->rating, input->note);
    handoff_walk(step);
}

static enum decision say_and_answer(struct work *work, const struct command *command,
                                    enum handoff_action action, enum feedback_kind kind,
                                    struct outcome *outcome)
{
    const struct feedback_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    if (!handoff_step_begin(&step, input->handoff, action))
        return step.decision;
    say_it(&step, input, kind);
    return handoff_step_answer(&step);
}

/* ---- feedback ---- */

enum decision feedback_give(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    return say_and_answer(work, command, ACTION_FEEDBACK, FEEDBACK_GIVEN, outcome);
}

/* ---- dispute ---- */

enum decision feedback_dispute(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    return say_and_answer(work, command, ACTION_DISPUTE, FEEDBACK_DISPUTED, outcome);
}

enum decision feedback_uphold(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    return say_and_answer(work, command, ACTION_UPHOLD, FEEDBACK_UPHELD, outcome);
}

enum decision feedback_appeal(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    return say_and_answer(work, command, ACTION_APPEAL, FEEDBACK_APPEALED, outcome);
}

/* ---- concede ---- */

/* The same offer once more: it was right the first time. */
static struct handoff *repeat(struct work *work, struct lead *lead, const struct handoff *disputed,
                              bool by_referee)
{
    offer_overtake(work, lead);
    struct handoff *again = work_add_handoff(work, lead, life_rule(ACTION_RETAKE)->to);

    if (again == NULL)
        return NULL;
    again->kind = disputed->kind;
    again->from_team = disputed->from_team;
    again->to_team = disputed->to_team;
    again->gated = disputed->gated;
    again->term = disputed->term;
    again->version = disputed->version;
    again->verdict_seq = disputed->verdict_seq;
    again->score = disputed->score;
    again->verdict_lead = disputed->verdict_lead;
    again->verdict_body = disputed->verdict_body;
    again->verdict_body_len = disputed->verdict_body_len;
    again->offer_note = disputed->offer_note;
    again->previous = disputed->id;
    if (by_referee)
        again->assignee = disputed->closed_by;
    again->respond_by = work->now;
    return again;
}

static enum decision answer_conceded(const struct handoff_step *step,
                                     const struct handoff_step *again)
{
    struct json_out *out = outcome_begin(step->work);

    json_out_begin_object(out);
    json_out_key(out, "handoff");
    handoff_step_write(step, out);
    json_out_key(out, "lead");
    shape_lead_short(step->work->config, step->lead, out);
    json_out_key(out, "new_handoff");
    handoff_step_write(again, out);
    json_out_end_object(out);
    step->outcome->lead = step->lead->id;
    return outcome_answer(step->work, step->outcome, 200);
}

enum decision feedback_concede(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct feedback_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);
    struct handoff_step again = step;

    if (!handoff_step_begin(&step, input->handoff, ACTION_CONCEDE))
        return step.decision;
    bool by_referee = step.rule->who == WHO_REFEREE;
    say_it(&step, input, FEEDBACK_CONCEDED);
    again.lead = step.lead;
    again.handoff = repeat(work, step.lead, step.handoff, by_referee);
    again.rule = life_rule(ACTION_RETAKE);
    if (again.handoff == NULL)
        return DECIDED;
    handoff_walk(&again);
    return answer_conceded(&step, &again);
}
