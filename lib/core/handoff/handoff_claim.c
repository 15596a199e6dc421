#include "core/handoff/handoff_claim.h"

#include "base/defect.h"
#include "base/email.h"
#include "core/handoff/shape.h"

#include <string.h>

/* ---- claim ---- */

bool handoff_claim_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct claim_input *input = command->input;
    struct queue *queue = ARENA_NEW(work->arena, struct queue);

    if (queue == NULL)
        return false;
    queue->team = command->caller.team;
    queue->wanted = (size_t)input->limit;
    return list_add(&keys->queues, work->arena, queue);
}

static void lease(struct work *work, struct handoff *handoff, struct uuid member,
                  int64_t lease_seconds)
{
    work_change_handoff(work, handoff);
    handoff->assignee = member;
    handoff->claimed_until = work->now + lease_seconds * INSTANT_SECOND;
}

static void record_claim(struct work *work, struct lead *lead, const struct handoff *handoff,
                         const struct caller *caller, enum ledger_kind kind)
{
    struct json_out *body = work_body(work);

    if (DEFECT(entry_skipped) && kind == LEDGER_HANDOFF_RELEASED)
        return;
    if (!uuid_is_nil(handoff->assignee))
        json_out_member_uuid(body, "assignee", handoff->assignee);
    if (handoff->claimed_until != INSTANT_NONE)
        json_out_member_int(body, "claimed_until", handoff->claimed_until);
    json_out_member_uuid(body, "handoff", handoff->id);
    work_append(work, lead, kind, caller_actor(caller), caller->team);
}

/* The next of the queue that is still free; what an earlier command of the group took is not, nor
 * what is overdue and only waits to be expired. */
static struct handoff *deal(struct work *work, struct queue *queue, struct lead **lead)
{
    while (queue->dealt < queue->handoffs.count) {
        struct handoff *handoff = queue->handoffs.items[queue->dealt++];
        bool free = handoff->state == HANDOFF_OFFERED && handoff->respond_by > work->now &&
                    (handoff->claimed_until == INSTANT_NONE || handoff->claimed_until <= work->now);
        if (free && work_find_lead(work, handoff->lead, lead) == FIND_FOUND &&
            (*lead)->status == LEAD_ACTIVE)
            return handoff;
    }
    return NULL;
}

static void write_item(const struct work *work, const struct caller *caller,
                       const struct handoff *handoff, const struct lead *lead, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "handoff");
    handoff_write(work, caller, handoff, lead, out);
    json_out_key(out, "lead");
    shape_lead(work->config, lead, handoff->id, out);
    json_out_key(out, "verdict");
    if (handoff->verdict_body == NULL)
        json_out_null(out);
    else
        json_out_raw(out, handoff->verdict_body, handoff->verdict_body_len);
    json_out_end_object(out);
}

static enum decision answer_claim(struct work *work, const struct caller *caller,
                                  struct handoff *const *handoffs, struct lead *const *leads,
                                  size_t count, int64_t waiting, struct outcome *outcome)
{
    struct uuid *ids = ARENA_ARRAY(work->arena, struct uuid, count + 1);
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_key(out, "data");
    json_out_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        write_item(work, caller, handoffs[i], leads[i], out);
        if (ids != NULL)
            ids[i] = leads[i]->id;
    }
    json_out_end_array(out);
    json_out_member_int(out, "waiting", waiting);
    json_out_end_object(out);
    if (count == 1)
        outcome->lead = leads[0]->id;
    outcome->leads = ids;
    outcome->lead_count = ids == NULL ? 0 : count;
    return outcome_answer(work, outcome, 200);
}

static bool may_claim(struct work *work, const struct caller *caller,
                      const struct claim_input *input, struct outcome *outcome)
{
    const struct team *team = config_team_named(work->config, input->team);

    if (uuid_is_nil(caller->member)) {
        outcome_refuse(work, outcome, ERR_ACTOR_REQUIRED,
                       "Name the member with Baton-Actor, or use a member's key");
        return false;
    }
    if (team == NULL) {
        outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/team", "not_found",
                          "There is no team with this name");
        return false;
    }
    if (!uuid_equal(team->id, caller->team)) {
        outcome_refuse(work, outcome, ERR_NOT_YOUR_HANDOFF, "Only a member of %s may claim for it",
                       team->name);
        return false;
    }
    return true;
}

enum decision handoff_claim(struct work *work, const struct command *command,
                            struct outcome *outcome)
{
    const struct claim_input *input = command->input;
    struct handoff *handoffs[CLAIM_LIMIT_MAX];
    struct lead *leads[CLAIM_LIMIT_MAX];
    struct queue *queue;
    size_t count = 0;

    if (!may_claim(work, &command->caller, input, outcome))
        return DECIDED;
    if (work_find_queue(work, command->caller.team, &queue) == FIND_NEEDED)
        return DECIDE_AGAIN;
    work_remember(work, queue, sizeof *queue);
    while (count < (size_t)input->limit && count < CLAIM_LIMIT_MAX &&
           (handoffs[count] = deal(work, queue, &leads[count])) != NULL) {
        work_change_lead(work, leads[count]);
        lease(work, handoffs[count], command->caller.member, input->lease_seconds);
        record_claim(work, leads[count], handoffs[count], &command->caller, LEDGER_HANDOFF_CLAIMED);
        count++;
    }
    queue->waiting -= (int64_t)count < queue->waiting ? (int64_t)count : queue->waiting;
    return answer_claim(work, &command->caller, handoffs, leads, count, queue->waiting, outcome);
}

/* ---- release ---- */

bool handoff_release_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct release_input *input = command->input;

    return list_add(&keys->handoffs, work->arena, (void *)&input->handoff);
}

enum decision handoff_release(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct release_input *input = command->input;
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!handoff_for_action(work, &command->caller, input->handoff, ACTION_RELEASE, &handoff, &lead,
                            outcome, &decision))
        return decision;
    work_change_lead(work, lead);
    work_change_handoff(work, handoff);
    handoff->assignee = (struct uuid){{0}};
    handoff->claimed_until = INSTANT_NONE;
    if (input->note != NULL)
        handoff->note = input->note;
    record_claim(work, lead, handoff, &command->caller, LEDGER_HANDOFF_RELEASED);
    return handoff_answer(work, &command->caller, handoff, lead, outcome);
}

/* ---- assign ---- */

bool handoff_assign_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct assign_input *input = command->input;

    return list_add(&keys->handoffs, work->arena, (void *)&input->handoff);
}

static const struct member *find_member(struct work *work, struct uuid team, const char *named)
{
    const struct member *member = NULL;
    const char *email;
    struct uuid id;

    if (uuid_parse(named, &id))
        member = config_member(work->config, id);
    else if (email_normalize(named, work->arena, &email) == ERR_NONE)
        member = config_member_by_email(work->config, team, email);
    return member != NULL && member->active && uuid_equal(member->team, team) ? member : NULL;
}

enum decision handoff_assign(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct assign_input *input = command->input;
    struct handoff *handoff;
    struct lead *lead;
    enum decision decision;

    if (!handoff_for_action(work, &command->caller, input->handoff, ACTION_ASSIGN, &handoff, &lead,
                            outcome, &decision))
        return decision;
    const struct member *member = find_member(work, handoff->to_team, input->member);
    if (member == NULL)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/member", "not_found",
                                 "The receiving team has no active member with this id or email");
    work_change_lead(work, lead);
    lease(work, handoff, member->id, input->lease_seconds);
    if (handoff->state == HANDOFF_ACCEPTED)
        handoff->claimed_until = INSTANT_NONE; /* an accepted one is owned, not leased */
    if (input->note != NULL)
        handoff->note = input->note;
    record_claim(work, lead, handoff, &command->caller, LEDGER_HANDOFF_ASSIGNED);
    return handoff_answer(work, &command->caller, handoff, lead, outcome);
}
