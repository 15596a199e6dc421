#include "core/handoff/handoff_expire.h"

#include "core/handoff/handoff_answer.h"

bool handoff_expire_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    (void)command;
    (void)work;
    keys->expired = true;
    return true;
}

static bool is_overdue(const struct handoff *handoff, instant now)
{
    return handoff->state == HANDOFF_OFFERED && handoff->respond_by <= now;
}

static void expire(struct work *work, struct lead *lead, struct handoff *handoff)
{
    static const struct actor system = {ACTOR_SYSTEM, {{0}}};

    work_change_lead(work, lead);
    work_change_handoff(work, handoff);
    handoff_drop_lapsed(handoff, work->now);
    handoff->state = HANDOFF_EXPIRED;
    handoff->closed_at = work->now;
    handoff->claimed_until = INSTANT_NONE;
    work_close_handoff(work, lead, handoff);
    lead_set_due(lead, work->now);
    struct json_out *body = work_body(work);
    json_out_member_text(body, "cause", "respond_by");
    json_out_member_uuid(body, "handoff", handoff->id);
    json_out_member_int(body, "respond_by", handoff->respond_by);
    handoff_write_tail(body, handoff, lead->stage, lead->stage);
    work_append(work, lead, LEDGER_HANDOFF_EXPIRED, system, (struct uuid){{0}});
}

enum decision handoff_expire(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    int64_t count = 0;

    (void)command;
    for (size_t i = 0; i < work->expired.count; i++) {
        struct handoff *handoff = work->expired.items[i];
        struct lead *lead;
        if (!is_overdue(handoff, work->now) ||
            work_find_lead(work, handoff->lead, &lead) != FIND_FOUND)
            continue;
        expire(work, lead, handoff);
        count++;
    }
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_int(out, "expired", count);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
