#include "core/intake/lead_erase.h"

#include "core/authority.h"
#include "core/handoff/handoff_walk.h"
#include "core/intake/block.h"
#include "core/intake/lead_result.h"
#include "core/lead/lead_find.h"

#include <string.h>

/* The reason code of a handoff that an erasure closes. */
#define REASON_ERASED "erased"

static void withdraw_open(struct work *work, struct lead *lead, const struct caller *caller)
{
    if (lead->open == NULL)
        return;
    work_change_handoff(work, lead->open);
    lead->open->reason = REASON_ERASED;
    handoff_walk(&(struct handoff_step){
        .work = work,
        .caller = caller,
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
    lead->erasure_asked_at = INSTANT_NONE;
    lead->erasure_asked_by = (struct uuid){{0}};
    lead_forget_salt(lead);
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

/* ---- by the other side ---- */

static enum team_function side_of(const struct config *config, struct uuid team)
{
    const struct team *of = config_team(config, team);

    return of == NULL ? FUNCTION_OTHER : of->function;
}

bool lead_erase_may(const struct config *config, const struct caller *caller,
                    const struct lead *lead, instant now)
{
    enum team_function side = side_of(config, caller->team);

    if (authority_may(config, caller, DEED_LEAD_ERASE, side_of(config, lead->owner_team)))
        return true;
    return side != FUNCTION_OTHER && (caller->roles & ROLE_ADMIN) &&
           lead->erasure_asked_at != INSTANT_NONE &&
           side_of(config, lead->erasure_asked_by) == side &&
           lead->erasure_asked_at + ERASURE_WAIT <= now;
}

/* The other side asks first; it erases when the owner's has not answered in time. False: *decision
 * is what decide is to answer. */
static bool may_erase(struct work *work, const struct command *command, struct lead *lead,
                      struct outcome *outcome, enum decision *decision)
{
    const struct caller *caller = &command->caller;
    enum team_function side = side_of(work->config, caller->team);
    bool asked = lead->erasure_asked_at != INSTANT_NONE &&
                 side_of(work->config, lead->erasure_asked_by) == side;

    *decision = DECIDED;
    if (lead_erase_may(work->config, caller, lead, work->now))
        return true;
    if (side == FUNCTION_OTHER || !(caller->roles & ROLE_ADMIN))
        return authority_over_lead(work, command, DEED_LEAD_ERASE, lead, outcome);
    if (!asked) {
        work_change_lead(work, lead);
        lead->erasure_asked_at = work->now;
        lead->erasure_asked_by = caller->team;
        struct json_out *body = work_body(work);
        json_out_member_int(body, "due_at", work->now + ERASURE_WAIT);
        caller_append(caller, work, lead, LEDGER_LEAD_ERASURE_ASKED);
    }
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", lead->id);
    json_out_member_instant(out, "asked_at", lead->erasure_asked_at);
    json_out_member_instant(out, "due_at", lead->erasure_asked_at + ERASURE_WAIT);
    json_out_end_object(out);
    outcome->lead = lead->id;
    *decision = outcome_answer(work, outcome, 202);
    return false;
}

enum decision lead_keep(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct keep_input *input = command->input;
    enum decision decision;
    struct lead *lead = lead_for_command(work, input->lead, outcome, &decision);

    if (lead == NULL || !authority_over_lead(work, command, DEED_LEAD_ERASE, lead, outcome))
        return decision;
    if (lead->erasure_asked_at == INSTANT_NONE) {
        outcome->problem.state = stage_name(lead->stage);
        return outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "Nobody asks for its erasure");
    }
    work_change_lead(work, lead);
    lead->erasure_asked_at = INSTANT_NONE;
    lead->erasure_asked_by = (struct uuid){{0}};
    struct json_out *body = work_body(work);
    json_out_member_text(body, "reason", input->reason);
    caller_append(&command->caller, work, lead, LEDGER_LEAD_ERASURE_DECLINED);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    lead_result_write(work, lead, NULL, false, out);
    json_out_end_object(out);
    outcome->lead = lead->id;
    return outcome_answer(work, outcome, 200);
}

/* ---- the command ---- */

static void erase(struct work *work, struct lead *lead, const struct caller *caller, bool block)
{
    work_change_lead(work, lead);
    withdraw_open(work, lead, caller);
    size_t blocked = block ? block_lead(work, lead, caller) : 0;
    struct json_out *body = work_body(work);
    if (blocked > 0)
        json_out_member_int(body, "blocked", (int64_t)blocked);
    json_out_member_text(body, "stage", stage_name(lead->stage));
    work_append(work, lead, LEDGER_LEAD_ERASED, caller_actor(caller), caller->team);
    forget(work, lead);
}

void lead_erase_apply(struct work *work, struct lead *lead, const struct caller *caller)
{
    erase(work, lead, caller, false);
}

enum decision lead_erase(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct erase_input *input = command->input;
    struct lead *lead;
    enum find found = work_find_lead(work, input->lead, &lead);

    if (found == FIND_NEEDED ||
        (found == FIND_FOUND && work_find_identities(work, lead) == FIND_NEEDED))
        return DECIDE_AGAIN;
    if (found == FIND_ABSENT)
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no lead with this id");
    if (lead->status == LEAD_ERASED)
        return outcome_refuse(work, outcome, ERR_GONE, "This lead was erased");
    enum decision decision;
    if (!may_erase(work, command, lead, outcome, &decision))
        return decision;
    erase(work, lead, &command->caller, input->block);
    return answer(work, lead, outcome);
}
