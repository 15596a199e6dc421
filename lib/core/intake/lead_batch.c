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

static void write_refusal(const struct problem *problem, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "status", error_status(problem->err));
    json_out_key(out, "problem");
    problem_write(problem, out);
    json_out_end_object(out);
}

/* One item, whose JSON goes into the answer that is being gathered; its lead, nil when it was
 * refused. FIND_NEEDED: load more. */
static enum find take_item(struct work *work, const struct caller *caller,
                           const struct capture_input *item, struct json_out *out,
                           struct uuid *lead)
{
    struct outcome outcome = {0};
    struct captured captured;
    struct work_mark mark;

    *lead = (struct uuid){{0}};
    work_mark(work, &mark);
    if (lead_capture_apply(work, caller, item, &captured) == FIND_NEEDED)
        return FIND_NEEDED;
    if (captured.err != ERR_NONE || captured.lead == NULL) {
        work_return(work, &mark);
        if (captured.err != ERR_NONE)
            lead_capture_refuse(work, &captured, &outcome);
        else
            outcome.problem.err = ERR_OUT_OF_MEMORY;
        write_refusal(&outcome.problem, out);
        return FIND_FOUND;
    }
    *lead = captured.lead->id;
    json_out_begin_object(out);
    json_out_member_int(out, "status", captured.created ? 201 : 200);
    json_out_key(out, "result");
    json_out_begin_object(out);
    lead_capture_write(work, &captured, out);
    json_out_end_object(out);
    json_out_end_object(out);
    return FIND_FOUND;
}

enum decision lead_batch(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct batch_input *input = command->input;
    struct uuid *leads = ARENA_ARRAY(work->arena, struct uuid, input->count + 1);
    size_t lead_count = 0;
    bool needed = false;
    struct json_out out;

    if (leads == NULL)
        return DECIDED;
    json_out_init(&out, work->arena, BATCH_ANSWER_MAX_BYTES);
    for (size_t i = 0; i < input->count; i++) {
        if (input->items[i] == NULL)
            write_refusal(&input->refusals[i], &out);
        else if (needed)
            lead_capture_note_needs(work, input->items[i]);
        else if (take_item(work, &command->caller, input->items[i], &out, &leads[lead_count]) ==
                 FIND_NEEDED)
            needed = true;
        else if (!uuid_is_nil(leads[lead_count]))
            lead_count++;
    }
    outcome->body = out.written.text;
    outcome->body_len = out.written.len;
    outcome->status = 200;
    outcome->leads = leads;
    outcome->lead_count = lead_count;
    return needed ? DECIDE_AGAIN : DECIDED;
}
