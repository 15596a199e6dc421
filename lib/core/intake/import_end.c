#include "core/intake/import_end.h"

#include "core/setup_change.h"

#include <string.h>

struct command import_end_command(const struct caller *caller, const struct import_end_input *input)
{
    static const char label[] = "import end";
    struct command command = {
        .kind = COMMAND_IMPORT_END, .caller = *caller, .keyed = true, .input = input};
    const struct digest_part parts[] = {{label, sizeof label}, {input->job.b, sizeof input->job.b}};

    digest_sha256(parts, 2, command.key);
    memcpy(command.body_mac, command.key, DIGEST_BYTES);
    return command;
}

enum decision import_end(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct import_end_input *input = command->input;
    struct chain_row *chain = setup_chain(work, command->caller.workspace);

    if (chain == NULL)
        return DECIDE_AGAIN;
    struct json_out *body = work_body(work);
    if (input->error != NULL)
        json_out_member_text(body, "error", input->error);
    json_out_member_uuid(body, "job", input->job);
    setup_append(work, chain, LEDGER_IMPORT_ENDED, &command->caller);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_uuid(out, "job", input->job);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
