#include "core/handoff/feedback.h"

#include "core/handoff/handoff_actions.h"
#include "core/handoff/handoff_answer.h"
#include "core/handoff/shape.h"

void feedback_add(struct work *work, const struct handoff *handoff, const struct caller *caller,
                  enum feedback_kind kind, int rating, const char *note)
{
    struct feedback_row row = {
        .id = work_new_id(work),
        .handoff = handoff->id,
        .lead = handoff->lead,
        .kind = kind,
        .rating = rating,
        .note = note,
        .member = caller->member,
        .given_at = work->now,
    };

    json_out_member_uuid(&work->scratch, "feedback", row.id);
    work_add_feedback(work, &row);
}

static bool note_handoff(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct feedback_input *input = command->input;

    return list_add(&keys->handoffs, work->arena, (void *)&input->handoff);
}

static bool begin(struct work *work, const struct command *command, enum handoff_action action,
                  struct handoff **handoff, struct lead **lead, struct outcome *outcome,
                  enum decision *decision)
{
    const struct feedback_input *input = command->input;

    if (!handoff_for_action(work, &command->caller, input->handoff, action, handoff, lead, outcome,
                            decision))
        return false;
    work_change_lead(work, *lead);
    work_change_handoff(work, *handoff);
    return true;
}

/* The feedback row and the ledger entry that names it. */
static void say(struct work *work, const struct command *command, struct lead *lead,
                const struct handoff *handoff, enum feedback_kind kind, enum ledger_kind entry)
{
    const struct feedback_input *input = command->input;
    struct json_out *body = work_body(work);

    feedback_add(work, handoff, &command->caller, kind, input->rating, input->note);
    json_out_member_uuid(body, "handoff", handoff->id);
    if (input->rating != 0)
        json_out_member_int(body, "rating", input->rating);
    handoff_write_tail(body, handoff, lead->stage, lead->stage);
    work_append(work, lead, entry, caller_actor(&command->caller), command->caller.team);
}

/* ---- feedback ---- */

bool feedback_give_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    return note_handoff(command, work, keys);
}

enum decision feedback_give(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct feedback_input *input = command->input;
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!begin(work, command, ACTION_FEEDBACK, &handoff, &lead, outcome, &decision))
        return decision;
    handoff->rating = input->rating;
    say(work, command, lead, handoff, FEEDBACK_GIVEN, LEDGER_FEEDBACK_GIVEN);
    return handoff_answer(work, &command->caller, handoff, lead, outcome);
}

/* ---- dispute ---- */

bool feedback_dispute_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    return note_handoff(command, work, keys);
}

enum decision feedback_dispute(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!begin(work, command, ACTION_DISPUTE, &handoff, &lead, outcome, &decision))
        return decision;
    handoff->dispute = DISPUTE_OPEN;
    say(work, command, lead, handoff, FEEDBACK_DISPUTED, LEDGER_HANDOFF_DISPUTED);
    return handoff_answer(work, &command->caller, handoff, lead, outcome);
}

bool feedback_uphold_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    return note_handoff(command, work, keys);
}

enum decision feedback_uphold(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!begin(work, command, ACTION_UPHOLD, &handoff, &lead, outcome, &decision))
        return decision;
    handoff->dispute = DISPUTE_UPHELD;
    say(work, command, lead, handoff, FEEDBACK_UPHELD, LEDGER_HANDOFF_UPHELD);
    return handoff_answer(work, &command->caller, handoff, lead, outcome);
}

/* ---- concede ---- */

bool feedback_concede_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    return note_handoff(command, work, keys);
}

/* The same offer once more, and taken: it was right the first time. */
static struct handoff *repeat(struct work *work, struct lead *lead, const struct handoff *disputed)
{
    struct handoff *again = work_add_handoff(work, lead, HANDOFF_ACCEPTED);

    if (again == NULL)
        return NULL;
    again->kind = disputed->kind;
    again->from_team = disputed->from_team;
    again->to_team = disputed->to_team;
    again->gated = disputed->gated;
    again->term = disputed->term;
    again->version = disputed->version;
    again->verdict_seq = disputed->verdict_seq;
    again->verdict_lead = disputed->verdict_lead;
    again->verdict_body = disputed->verdict_body;
    again->verdict_body_len = disputed->verdict_body_len;
    again->offer_note = disputed->offer_note;
    again->previous = disputed->id;
    again->respond_by = work->now;
    return again;
}

static enum decision answer_conceded(struct work *work, const struct caller *caller,
                                     const struct handoff *handoff, const struct handoff *again,
                                     const struct lead *lead, struct outcome *outcome)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_key(out, "handoff");
    handoff_write(work, caller, handoff, lead, out);
    json_out_key(out, "lead");
    shape_lead_short(work->config, lead, out);
    json_out_key(out, "new_handoff");
    handoff_write(work, caller, again, lead, out);
    json_out_end_object(out);
    outcome->lead = lead->id;
    return outcome_answer(work, outcome, 200);
}

enum decision feedback_concede(struct work *work, const struct command *command,
                               struct outcome *outcome)
{
    const struct caller *caller = &command->caller;
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!begin(work, command, ACTION_CONCEDE, &handoff, &lead, outcome, &decision))
        return decision;
    handoff->dispute = DISPUTE_CONCEDED;
    say(work, command, lead, handoff, FEEDBACK_CONCEDED, LEDGER_HANDOFF_CONCEDED);
    struct handoff *again = repeat(work, lead, handoff);
    if (again == NULL)
        return DECIDED;
    enum stage before = handoff_take(work, lead, again, caller->member);
    handoff_append_accepted(work, lead, again, caller, before);
    return answer_conceded(work, caller, handoff, again, lead, outcome);
}
