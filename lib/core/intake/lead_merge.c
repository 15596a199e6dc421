#include "core/intake/lead_merge.h"

#include "core/authority.h"
#include "core/handoff/judge.h"
#include "core/handoff/lead_absorb.h"
#include "core/intake/lead_result.h"

static enum decision refuse_merge(struct work *work, struct outcome *outcome,
                                  const struct lead *survivor, const struct lead *absorbed)
{
    if (survivor->status == LEAD_ERASED)
        return outcome_refuse(work, outcome, ERR_GONE, "This lead was erased");
    if (absorbed->status == LEAD_ERASED)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/from", "erased",
                                 "The lead to absorb was erased");
    if (survivor == absorbed)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/from", "same_lead",
                                 "Both ids answer with the same lead already");
    outcome->problem.state = "open_handoffs";
    return outcome_refuse(work, outcome, ERR_STATE_CONFLICT,
                          "Both leads have an open handoff: close one of them first");
}

enum decision lead_merge(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct merge_input *input = command->input;
    struct lead *survivor, *absorbed;
    enum find first = work_find_lead(work, input->survivor, &survivor);
    enum find second = work_find_lead(work, input->absorbed, &absorbed);

    if (first == FIND_NEEDED || second == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (uuid_is_nil(command->caller.member))
        return outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                              "Name the member with Baton-Actor, or use a member's key");
    if (first == FIND_ABSENT)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no lead with this id");
    if (second == FIND_ABSENT)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/from", "not_found",
                                 "There is no lead with this id");
    if (survivor->status != LEAD_ACTIVE || absorbed->status != LEAD_ACTIVE ||
        survivor == absorbed || (handoff_is_under_way(survivor) && handoff_is_under_way(absorbed)))
        return refuse_merge(work, outcome, survivor, absorbed);
    if (!authority_over_lead(work, command, DEED_LEAD_MERGE, survivor, outcome) ||
        !authority_over_lead(work, command, DEED_LEAD_MERGE, absorbed, outcome))
        return DECIDED;
    if (work_find_identities(work, absorbed) == FIND_NEEDED)
        return DECIDE_AGAIN;
    work_change_lead(work, survivor);
    lead_absorb(work, survivor, absorbed, &command->caller);
    struct judgement *judgement = judge_lead(work, survivor, &command->caller);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    lead_result_write(work, survivor, judgement, false, out);
    json_out_end_object(out);
    outcome->lead = survivor->id;
    return outcome_answer(work, outcome, 200);
}
