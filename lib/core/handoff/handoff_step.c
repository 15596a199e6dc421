#include "core/handoff/handoff_step.h"

#include "core/handoff/shape.h"
#include "core/handoff/shape_handoff.h"

struct handoff_step handoff_step_of(struct work *work, const struct command *command,
                                    struct outcome *outcome)
{
    return (struct handoff_step){
        .work = work, .caller = &command->caller, .outcome = outcome, .until = INSTANT_NONE};
}

struct life_situation handoff_step_situation(const struct handoff_step *step)
{
    static const struct caller baton;
    const struct caller *caller = step->caller == NULL ? &baton : step->caller;

    return (struct life_situation){
        .handoff = step->handoff,
        .lead_with = handoff_lead_with(step->lead),
        .now = step->work->now,
        .team = caller->team,
        .member = caller->member,
        .referee = step->work->config->route_terms.referee,
        .stage = step->lead->stage,
        .outcome = step->became,
        .until = step->until,
        .by_source = step->by_source,
    };
}

/* ---- refusing ---- */

/* How things are, and what is left to the caller. */
static void show_state(struct handoff_step *step)
{
    struct problem *problem = &step->outcome->problem;
    struct life_situation situation = handoff_step_situation(step);
    const char **allowed = ARENA_ARRAY(step->work->arena, const char *, ACTION_COUNT);

    problem->state = handoff_state_name(step->handoff->state);
    problem->allowed = allowed;
    problem->allowed_count = allowed == NULL ? 0 : life_allowed(&situation, allowed);
}

enum decision handoff_step_conflict(struct handoff_step *step, const char *detail)
{
    show_state(step);
    return outcome_refuse(step->work, step->outcome, ERR_STATE_CONFLICT, "%s", detail);
}

static void refuse(struct handoff_step *step, enum handoff_action action,
                   const struct life_refusal *refusal)
{
    struct work *work = step->work;

    switch (refusal->err) {
    case ERR_ACTOR_REQUIRED:
        outcome_refuse(work, step->outcome, refusal->err,
                       "Name the member with Baton-Actor, or use a member's key");
        break;
    case ERR_NOT_YOUR_HANDOFF:
        outcome_refuse(work, step->outcome, refusal->err, "Only a member of %s may %s it",
                       config_team_name(work->config, refusal->team), handoff_action_name(action));
        break;
    default:
        show_state(step);
        outcome_refuse(work, step->outcome, refusal->err, "%s", refusal->detail);
    }
}

/* ---- beginning ---- */

bool handoff_step_begin(struct handoff_step *step, struct uuid handoff, enum handoff_action action)
{
    struct work *work = step->work;
    struct life_refusal refusal;
    enum find found;

    step->handoff = work_find(work, KIND_HANDOFF, &handoff, &found);
    step->decision = DECIDED;
    if (found == FIND_FOUND)
        found = work_find_lead(work, step->handoff->lead, &step->lead);
    if (found == FIND_NEEDED) {
        step->decision = DECIDE_AGAIN;
        return false;
    }
    if (found == FIND_ABSENT) {
        outcome_refuse(work, step->outcome, ERR_NOT_FOUND, "There is no handoff with this id");
        return false;
    }
    if (step->lead->status == LEAD_ERASED) {
        outcome_refuse(work, step->outcome, ERR_GONE, "The lead of this handoff was erased");
        return false;
    }
    struct life_situation situation = handoff_step_situation(step);
    step->rule = life_find(&situation, action, &refusal);
    if (step->rule == NULL) {
        refuse(step, action, &refusal);
        return false;
    }
    work_change_lead(work, step->lead);
    work_change_handoff(work, step->handoff);
    return true;
}

/* ---- answering ---- */

void handoff_step_write(const struct handoff_step *step, struct json_out *out)
{
    struct life_situation situation = handoff_step_situation(step);
    const char *actions[ACTION_COUNT];
    size_t count = life_allowed(&situation, actions);

    shape_handoff(step->work->config, step->handoff, step->work->now, actions, count, out);
}

enum decision handoff_step_answer(struct handoff_step *step)
{
    struct json_out *out = outcome_begin(step->work);

    json_out_begin_object(out);
    json_out_key(out, "handoff");
    handoff_step_write(step, out);
    json_out_key(out, "lead");
    shape_lead_short(step->work->config, step->lead, out);
    json_out_end_object(out);
    step->outcome->lead = step->lead->id;
    return outcome_answer(step->work, step->outcome, 200);
}
