#include "core/setup/week_end.h"

#include "base/json_tree.h"
#include "core/setup_change.h"

#include <string.h>

struct command week_end_command(struct uuid workspace, const struct week_end_input *input)
{
    static const char label[] = "week end";
    struct command command = {.kind = COMMAND_WEEK_END,
                              .caller = {.workspace = workspace},
                              .keyed = true,
                              .input = input};
    const struct digest_part parts[] = {{label, sizeof label}, {&input->end, sizeof input->end}};

    digest_sha256(parts, 2, command.key);
    memcpy(command.body_mac, command.key, DIGEST_BYTES);
    return command;
}

enum decision week_end(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct week_end_input *input = command->input;
    struct chain_row *chain = setup_chain(work, command->caller.workspace);

    if (chain == NULL)
        return DECIDE_AGAIN;
    json_out_member_int(work_body(work), "end", input->end);
    setup_append(work, chain, LEDGER_WEEK_ENDED, &command->caller);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_instant(out, "end", input->end);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}

instant week_end_read(const struct ledger_entry *entry, struct arena *arena)
{
    json_t *body = json_tree_read(arena, entry->body, entry->body_len, 0, NULL);
    const json_t *end = json_object_get(body, "end");
    instant at = json_is_integer(end) ? json_integer_value(end) : INSTANT_NONE;

    json_decref(body);
    return at;
}
