#include "core/intake/lead_erase.h"

#include "core/authority.h"
#include "core/handoff/handoff_walk.h"

#include <string.h>

/* The reason code of a handoff that an erasure closes. */
#define REASON_ERASED "erased"

static void withdraw_open(struct work *work, struct lead *lead, const struct command *command)
{
    if (lead->open == NULL)
        return;
    work_change_handoff(work, lead->open);
    lead->open->reason = REASON_ERASED;
    handoff_walk(&(struct handoff_step){
        .work = work,
        .caller = &command->caller,
        .handoff = lead->open,
        .lead = lead,
        .rule = life_rule(ACTION_ERASE),
        .reason = REASON_ERASED,
    });
}

static void forget(struct work *work, struct lead *lead)
{
    work_drop_identities(work, lead);
    lead->status = LEAD_ERASED;
    lead->owner_team = (struct uuid){{0}};
    lead_end_next(lead);
    lead->attributes = (struct attribute_set){0};
    lead->facts = (struct attribute_set){0};
    memset(lead->overrides, 0, sizeof lead->overrides);
    memset(lead->salt, 0, sizeof lead->salt);
    lead_lift_hold(lead);
    work_save_row(work, KIND_ERASED, lead);
}

/* The answer speaks of nobody any more, so it is stored without the lead and can be repeated. */
static enum decision answer(struct work *work, const struct lead *lead, struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_member_uuid(out, "id", lead->id);
    json_out_member_instant(out, "erased_at", work->now);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}

enum decision lead_erase(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct erase_input *input = command->input;
    struct actor actor = caller_actor(&command->caller);
    struct lead *lead;
    enum find found = work_find_lead(work, input->lead, &lead);

    if (found == FIND_NEEDED ||
        (found == FIND_FOUND && work_find_identities(work, lead) == FIND_NEEDED))
        return DECIDE_AGAIN;
    if (found == FIND_ABSENT)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no lead with this id");
    if (lead->status == LEAD_ERASED)
        return outcome_refuse(work, outcome, ERR_GONE, "This lead was erased");
    if (!authority_over_lead(work, command, DEED_LEAD_ERASE, lead, outcome))
        return DECIDED;
    work_change_lead(work, lead);
    withdraw_open(work, lead, command);
    struct json_out *body = work_body(work);
    json_out_member_text(body, "stage", stage_name(lead->stage));
    work_append(work, lead, LEDGER_LEAD_ERASED, actor, command->caller.team);
    forget(work, lead);
    return answer(work, lead, outcome);
}
