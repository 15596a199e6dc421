#include "core/handoff/handoff_answer.h"

#include "base/defect.h"
#include "core/handoff/handoff_actions.h"
#include "core/handoff/judge.h"

void handoff_write_tail(struct json_out *body, const struct handoff *handoff, enum stage before,
                        enum stage after)
{
    if (before != after) {
        json_out_member_text(body, "stage_from", stage_name(before));
        json_out_member_text(body, "stage_to", stage_name(after));
    }
    if (handoff->version != 0) {
        json_out_member_text(body, "term", term_name(handoff->term));
        json_out_member_int(body, "version", handoff->version);
    }
}

/* ---- accept ---- */

static int32_t decide_days(const struct work *work, const struct handoff *handoff)
{
    const struct definition_version *gate =
        handoff->version == 0 ? NULL
                              : config_definition(work->config, handoff->term, handoff->version);

    return gate == NULL || gate->compiled == NULL ? DECIDE_DAYS_DEFAULT
                                                  : gate->compiled->decide_days;
}

/* Whoever takes a lead ends its waiting. */
static void take_stage(const struct work *work, struct lead *lead, const struct handoff *handoff)
{
    const struct team *team = config_team(work->config, handoff->to_team);

    lead_lift_hold(lead);
    if (team != NULL && team->function == FUNCTION_SALES) {
        lead_raise(lead, STAGE_SAL);
        if (DEFECT(stage_lowered))
            lead->stage = STAGE_SAL;
        lead_reach(lead, MILESTONE_SAL, work->now);
    } else if (stage_is_aside(lead->stage)) {
        lead->stage = lead->reached[MILESTONE_MQL] == INSTANT_NONE ? STAGE_INQUIRY : STAGE_MQL;
    }
}

enum stage handoff_take(struct work *work, struct lead *lead, struct handoff *handoff,
                        struct uuid member)
{
    enum stage before = lead->stage;

    handoff->state = HANDOFF_ACCEPTED;
    handoff->assignee = handoff->accepted_by = member;
    handoff->claimed_until = INSTANT_NONE;
    handoff->accepted_at = work->now;
    handoff->decide_by = work->now + decide_days(work, handoff) * INSTANT_DAY;
    if (!DEFECT(owner_kept))
        lead->owner_team = handoff->to_team;
    take_stage(work, lead, handoff);
    lead_set_due(lead, handoff->decide_by);
    return before;
}

void handoff_append_accepted(struct work *work, struct lead *lead, const struct handoff *handoff,
                             const struct caller *caller, enum stage before)
{
    struct json_out *body = work_body(work);

    json_out_member_int(body, "decide_by", handoff->decide_by);
    json_out_member_uuid(body, "handoff", handoff->id);
    json_out_member_uuid(body, "owner", lead->owner_team);
    if (!uuid_is_nil(handoff->previous))
        json_out_member_uuid(body, "previous", handoff->previous);
    handoff_write_tail(body, handoff, before, lead->stage);
    work_append(work, lead, LEDGER_HANDOFF_ACCEPTED, caller_actor(caller), caller->team);
}

bool handoff_accept_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct handoff_note_input *input = command->input;

    return list_add(&keys->handoffs, work->arena, (void *)&input->handoff);
}

enum decision handoff_accept(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct handoff_note_input *input = command->input;
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!handoff_for_action(work, &command->caller, input->handoff, ACTION_ACCEPT, &handoff, &lead,
                            outcome, &decision))
        return decision;
    work_change_lead(work, lead);
    work_change_handoff(work, handoff);
    if (input->note != NULL)
        handoff->note = input->note;
    enum stage before = handoff_take(work, lead, handoff, command->caller.member);
    handoff_append_accepted(work, lead, handoff, &command->caller, before);
    return handoff_answer(work, &command->caller, handoff, lead, outcome);
}

/* ---- withdraw ---- */

void handoff_drop_lapsed(struct handoff *handoff, instant now)
{
    if (handoff->state == HANDOFF_OFFERED && handoff->claimed_until != INSTANT_NONE &&
        handoff->claimed_until <= now)
        handoff->assignee = (struct uuid){{0}};
}

void handoff_close(struct work *work, struct lead *lead, struct handoff *handoff,
                   enum handoff_state state, struct uuid member)
{
    handoff_drop_lapsed(handoff, work->now);
    handoff->state = state;
    handoff->claimed_until = INSTANT_NONE;
    handoff->closed_at = work->now;
    handoff->closed_by = member;
    work_close_handoff(work, lead, handoff);
}

bool handoff_withdraw_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct handoff_note_input *input = command->input;

    return list_add(&keys->handoffs, work->arena, (void *)&input->handoff);
}

enum decision handoff_withdraw(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct handoff_note_input *input = command->input;
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!handoff_for_action(work, &command->caller, input->handoff, ACTION_WITHDRAW, &handoff,
                            &lead, outcome, &decision))
        return decision;
    work_change_lead(work, lead);
    work_change_handoff(work, handoff);
    if (input->note != NULL)
        handoff->note = input->note;
    handoff_close(work, lead, handoff, HANDOFF_WITHDRAWN, command->caller.member);
    lead_set_due(lead, work->now);
    struct json_out *body = work_body(work);
    json_out_member_uuid(body, "handoff", handoff->id);
    handoff_write_tail(body, handoff, lead->stage, lead->stage);
    work_append(work, lead, LEDGER_HANDOFF_WITHDRAWN, caller_actor(&command->caller),
                command->caller.team);
    return handoff_answer(work, &command->caller, handoff, lead, outcome);
}
