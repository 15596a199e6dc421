#include "core/handoff/handoff_claim.h"

#include "core/handoff/handoff_walk.h"
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
    queue->order = input->order;
    queue->wanted = (size_t)input->limit;
    return list_add(&keys->of[KIND_QUEUE], work->arena, queue);
}

static void lease(const struct handoff_step *step, struct uuid member, int64_t lease_seconds)
{
    step->handoff->assignee = member;
    step->handoff->claimed_until = step->work->now + lease_seconds * INSTANT_SECOND;
}

/* The next of the queue that may still be claimed: not what an earlier command of the group took.
 */
static bool deal(struct handoff_step *step, struct queue *queue)
{
    while (queue->dealt < queue->handoffs.count) {
        struct life_refusal refusal;
        step->handoff = queue->handoffs.items[queue->dealt++];
        if (work_find_lead(step->work, step->handoff->lead, &step->lead) != FIND_FOUND ||
            step->lead->status != LEAD_ACTIVE)
            continue;
        struct life_situation situation = handoff_step_situation(step);
        step->rule = life_find(&situation, ACTION_CLAIM, &refusal);
        if (step->rule != NULL)
            return true;
    }
    return false;
}

static void write_item(const struct handoff_step *step, struct json_out *out)
{
    struct handoff whole = *step->handoff;
    struct handoff_step shown = *step;
    const struct handoff *handoff = shown.handoff = &whole;

    /* not of one that came up because an earlier command of the group took those before it */
    whole.carries = whole.is_carried ? step->lead : NULL;
    json_out_begin_object(out);
    json_out_key(out, "handoff");
    handoff_step_write(&shown, out);
    json_out_key(out, "lead");
    shape_lead(step->work->config, step->lead, handoff->id, out);
    json_out_key(out, "verdict");
    if (handoff->verdict_body == NULL)
        json_out_null(out);
    else
        json_out_raw(out, handoff->verdict_body, handoff->verdict_body_len);
    json_out_end_object(out);
}

static enum decision answer_claim(struct work *work, const struct handoff_step *claimed,
                                  size_t count, int64_t waiting, struct outcome *outcome)
{
    struct uuid *ids = ARENA_ARRAY(work->arena, struct uuid, count + 1);
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_key(out, "data");
    json_out_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        write_item(&claimed[i], out);
        if (ids != NULL)
            ids[i] = claimed[i].lead->id;
    }
    json_out_end_array(out);
    json_out_member_int(out, "waiting", waiting);
    json_out_end_object(out);
    if (count == 1)
        outcome->lead = claimed[0].lead->id;
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
    struct handoff_step claimed[CLAIM_LIMIT_MAX];
    size_t count = 0;
    enum find found;

    if (!may_claim(work, &command->caller, input, outcome))
        return DECIDED;
    struct queue wanted = {
        .team = command->caller.team, .order = input->order, .wanted = (size_t)input->limit};
    struct queue *queue = work_find(work, KIND_QUEUE, &wanted, &found);
    if (queue == NULL)
        return DECIDE_AGAIN;
    work_remember(work, queue, sizeof *queue);
    while (count < (size_t)input->limit && count < CLAIM_LIMIT_MAX) {
        struct handoff_step *step = &claimed[count];
        *step = handoff_step_of(work, command, outcome);
        if (!deal(step, queue))
            break;
        work_change_lead(work, step->lead);
        work_change_handoff(work, step->handoff);
        lease(step, command->caller.member, input->lease_seconds);
        handoff_walk(step);
        count++;
    }
    queue->waiting -= (int64_t)count < queue->waiting ? (int64_t)count : queue->waiting;
    return answer_claim(work, claimed, count,
                        queue->waiting < WAITING_COUNT_MAX ? queue->waiting : WAITING_COUNT_MAX,
                        outcome);
}

/* ---- release ---- */

enum decision handoff_release(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    const struct release_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    if (!handoff_step_begin(&step, input->handoff, ACTION_RELEASE))
        return step.decision;
    step.handoff->assignee = (struct uuid){{0}};
    step.handoff->claimed_until = INSTANT_NONE;
    if (input->note != NULL)
        step.handoff->note = input->note;
    handoff_walk(&step);
    return handoff_step_answer(&step);
}

/* ---- assign ---- */

enum decision handoff_assign(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct assign_input *input = command->input;
    struct handoff_step step = handoff_step_of(work, command, outcome);

    if (!handoff_step_begin(&step, input->handoff, ACTION_ASSIGN))
        return step.decision;
    const struct member *member =
        config_member_known_as(work->config, step.handoff->to_team, input->member, work->arena);
    if (member == NULL)
        return outcome_refuse_at(work, outcome, ERR_INVALID_VALUE, "/member", "not_found",
                                 "The receiving team has no active member with this id or email");
    lease(&step, member->id, input->lease_seconds);
    if (step.handoff->state == HANDOFF_ACCEPTED)
        step.handoff->claimed_until = INSTANT_NONE; /* an accepted one is owned, not leased */
    if (input->note != NULL)
        step.handoff->note = input->note;
    handoff_walk(&step);
    return handoff_step_answer(&step);
}
