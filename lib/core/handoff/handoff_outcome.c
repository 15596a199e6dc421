#include "core/handoff/handoff_outcome.h"

#include "core/handoff/feedback.h"
#include "core/handoff/handoff_actions.h"
#include "core/handoff/handoff_answer.h"
#include "core/handoff/handoff_reject.h"
#include "core/handoff/judge.h"

static const enum ledger_kind entry_kinds[] = {
    [OUTCOME_OPPORTUNITY] = LEDGER_OUTCOME_OPPORTUNITY,
    [OUTCOME_WON] = LEDGER_OUTCOME_WON,
    [OUTCOME_LOST] = LEDGER_OUTCOME_LOST,
};

/* ---- what is refused ---- */

static bool is_known_reason(struct work *work, const struct handoff *handoff, const char *code)
{
    const struct definition_version *gate = handoff_reasons(work, handoff);
    const struct definition_version *sql =
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
    if (is_known_reason(work, handoff, input->reason))
        return true;
    const struct definition_version *version = handoff_reasons(work, handoff);
    if (version == NULL)
        version = config_definition(work->config, TERM_SQL, handoff->qualified_version);
    handoff_refuse_reason(work, outcome, version);
    return false;
}

/* ---- what follows ---- */

/* A customer who does not buy again is a customer still. */
static void lose(struct work *work, struct lead *lead, const struct handoff *handoff)
{
    const struct definition_version *version = handoff_reasons(work, handoff);

    if (lead->stage == STAGE_CUSTOMER)
        return;
    lead->owner_team = uuid_is_nil(lead->first_team) ? handoff->from_team : lead->first_team;
    lead->stage = STAGE_NURTURE;
    lead_hold(work, lead,
              &(struct lead_hold){
                  .definition = version == NULL ? NULL : version->compiled,
                  .criterion = -1,
                  .met_srl = lead_meets_srl(work, lead),
              });
    lead->due_at = lead->hold_until;
}

static void apply(struct work *work, struct lead *lead, const struct handoff *handoff, instant at)
{
    switch (handoff->outcome) {
    case OUTCOME_OPPORTUNITY:
        lead_raise(lead, STAGE_OPPORTUNITY);
        lead_reach(lead, MILESTONE_OPPORTUNITY, at);
        lead_set_due(lead, lead_next_date(work));
        break;
    case OUTCOME_WON:
        lead_raise(lead, STAGE_CUSTOMER);
        lead_reach(lead, MILESTONE_CUSTOMER, at);
        lead->due_at = INSTANT_NONE;
        break;
    case OUTCOME_LOST:
        lose(work, lead, handoff);
        break;
    case OUTCOME_NONE:
        break;
    }
}

/* ---- the command ---- */

static void write_amount(const struct amount *amount, struct json_out *body)
{
    if (!amount->given)
        return;
    json_out_key(body, "amount");
    json_out_begin_object(body);
    json_out_member_text(body, "currency", amount->currency);
    json_out_member_int(body, "minor", amount->minor);
    json_out_end_object(body);
}

static void append_outcome(struct work *work, struct lead *lead, const struct handoff *handoff,
                           const struct command *command, enum stage before)
{
    const struct handoff_outcome_input *input = command->input;
    struct json_out *body = work_body(work);

    write_amount(&input->amount, body);
    if (input->note != NULL)
        feedback_add(work, handoff, &command->caller, FEEDBACK_GIVEN, 0, input->note);
    json_out_member_uuid(body, "handoff", handoff->id);
    json_out_member_int(body, "occurred_at", handoff->outcome_at);
    json_out_member_uuid(body, "owner", lead->owner_team);
    if (handoff->outcome_reason != NULL)
        json_out_member_text(body, "reason", handoff->outcome_reason);
    handoff_write_tail(body, handoff, before, lead->stage);
    work_append(work, lead, entry_kinds[handoff->outcome], caller_actor(&command->caller),
                command->caller.team);
}

static void record(struct work *work, struct lead *lead, struct handoff *handoff,
                   const struct command *command)
{
    const struct handoff_outcome_input *input = command->input;
    enum stage before = lead->stage;

    work_change_lead(work, lead);
    work_change_handoff(work, handoff);
    handoff->outcome = input->outcome;
    handoff->outcome_at = input->occurred_at == INSTANT_NONE ? work->now : input->occurred_at;
    handoff->outcome_reason =
        input->reason == NULL ? NULL : arena_strdup(work->arena, input->reason);
    if (input->amount.given)
        lead->amount = input->amount;
    apply(work, lead, handoff, handoff->outcome_at);
    append_outcome(work, lead, handoff, command, before);
}

bool handoff_outcome_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct handoff_outcome_input *input = command->input;

    return list_add(&keys->handoffs, work->arena, (void *)&input->handoff);
}

enum decision handoff_outcome(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct handoff_outcome_input *input = command->input;
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!handoff_for_action(work, &command->caller, input->handoff, ACTION_OUTCOME, &handoff, &lead,
                            outcome, &decision))
        return decision;
    if (input->occurred_at != INSTANT_NONE && input->occurred_at > work->now)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/occurred_at", "range",
                                 "An outcome cannot lie in the future");
    if (!check_reason(work, handoff, input, outcome))
        return DECIDED;
    record(work, lead, handoff, command);
    return handoff_answer(work, &command->caller, handoff, lead, outcome);
}
