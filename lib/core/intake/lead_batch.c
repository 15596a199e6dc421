#include "core/intake/lead_batch.h"

#include <string.h>

bool lead_batch_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    const struct batch_input *input = command->input;

    for (size_t i = 0; i < input->count; i++)
        if (input->items[i] != NULL &&
            !lead_capture_note_keys(input->items[i], work, command->caller.workspace, keys))
            return false;
    return true;
}

/* One item of a batch; its JSON goes into the answer that is being gathered. */
static enum find batch_item(struct work *work, const struct command *command,
                            const struct capture_input *item, struct json_out *out,
                            struct uuid *lead)
{
    struct outcome outcome = {0};
    struct captured captured;
    struct work_mark mark;

    work_mark(work, &mark);
    if (lead_capture_apply(work, &command->caller, item, &captured, &outcome) == FIND_NEEDED)
        return FIND_NEEDED;
    json_out_begin_object(out);
    if (outcome.err != ERR_NONE || captured.lead == NULL) {
        work_return(work, &mark);
        enum err err = outcome.err == ERR_NONE ? ERR_OUT_OF_MEMORY : outcome.err;
        json_out_member_int(out, "status", error_status(err));
        json_out_key(out, "problem");
        outcome.problem.err = err;
        problem_write(&outcome.problem, out);
    } else {
        *lead = captured.lead->id;
        json_out_member_int(out, "status", captured.created ? 201 : 200);
        json_out_key(out, "result");
        json_out_begin_object(out);
        lead_capture_write(work, &captured, out);
        json_out_end_object(out);
    }
    json_out_end_object(out);
    return FIND_FOUND;
}

static void batch_refusal(const struct problem *problem, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "status", error_status(problem->err));
    json_out_key(out, "problem");
    problem_write(problem, out);
    json_out_end_object(out);
}

static void note_needs_after(struct work *work, const struct batch_input *input, size_t at)
{
    for (size_t i = at + 1; i < input->count; i++)
        if (input->items[i] != NULL)
            lead_capture_note_needs(work, input->items[i]);
}

static enum find batch_items(struct work *work, const struct command *command, struct uuid *leads,
                             size_t *lead_count, struct json_out *out)
{
    const struct batch_input *input = command->input;

    for (size_t i = 0; i < input->count; i++) {
        struct uuid lead = {{0}};
        if (input->items[i] == NULL) {
            batch_refusal(&input->refusals[i], out);
            continue;
        }
        if (batch_item(work, command, input->items[i], out, &lead) == FIND_NEEDED) {
            note_needs_after(work, input, i);
            return FIND_NEEDED;
        }
        if (!uuid_is_nil(lead))
            leads[(*lead_count)++] = lead;
    }
    return FIND_FOUND;
}

enum decision lead_batch(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct batch_input *input = command->input;
    struct uuid *leads = ARENA_ARRAY(work->arena, struct uuid, input->count + 1);
    size_t lead_count = 0;
    struct json_out out;

    if (leads == NULL)
        return DECIDED;
    json_out_init(&out, BATCH_ANSWER_MAX_BYTES);
    enum find found = batch_items(work, command, leads, &lead_count, &out);
    if (out.failed)
        arena_fail(work->arena);
    else if (found != FIND_NEEDED)
        outcome->body = arena_copy(work->arena, out.text, out.len);
    outcome->body_len = out.len;
    json_out_release(&out);
    outcome->status = 200;
    outcome->leads = leads;
    outcome->lead_count = lead_count;
    return found == FIND_NEEDED ? DECIDE_AGAIN : DECIDED;
}
