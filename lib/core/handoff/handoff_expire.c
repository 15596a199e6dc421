#include "core/handoff/handoff_expire.h"

#include "core/handoff/handoff_walk.h"

enum decision handoff_expire(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    enum find found;
    const struct list *expired = work_find(work, KIND_EXPIRED, &work_whole, &found);
    int64_t count = 0;

    if (expired == NULL)
        return DECIDE_AGAIN;
    for (size_t i = 0; i < expired->count; i++) {
        struct handoff_step step = handoff_step_of(work, command, outcome);
        struct life_refusal refusal;
        step.handoff = expired->items[i];
        if (work_find_lead(work, step.handoff->lead, &step.lead) != FIND_FOUND)
            continue;
        struct life_situation situation = handoff_step_situation(&step);
        step.rule = life_find(&situation, ACTION_EXPIRE, &refusal);
        if (step.rule == NULL)
            continue; /* answered since it was found overdue */
        work_change_lead(work, step.lead);
        work_change_handoff(work, step.handoff);
        step.caller = NULL;
        step.cause = "respond_by";
        handoff_walk(&step);
        count++;
    }
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_int(out, "expired", count);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
