#include "core/setup/signing_key_change.h"

#include "core/setup_change.h"

#include <string.h>

struct command signing_key_command(struct uuid workspace, const struct signing_key_input *input)
{
    static const char what[] = "signing key";
    struct command command = {
        .kind = COMMAND_SIGNING_KEY_REPLACE,
        .caller = {.workspace = workspace},
        .keyed = true,
        .input = input,
    };
    struct digest_part parts[] = {
        {what, sizeof what},
        {workspace.b, sizeof workspace.b},
        {input->previous, KEY_ID_BYTES},
        {&input->size, sizeof input->size},
        {input->public_key, PUBLIC_KEY_BYTES},
    };

    digest_sha256(parts, sizeof parts / sizeof *parts, command.key);
    memcpy(command.body_mac, command.key, DIGEST_BYTES);
    return command;
}

static void write_hex(struct json_out *out, const char *name, const uint8_t *bytes, size_t len)
{
    json_out_key(out, name);
    json_out_hex(out, bytes, len);
}

enum decision signing_key_replace(struct work *work, const struct command *command,
                                  struct outcome *outcome)
{
    const struct signing_key_input *input = command->input;
    struct chain_row *chain = setup_chain(work, command->caller.workspace);

    if (chain == NULL)
        return DECIDE_AGAIN;
    struct json_out *body = work_body(work);
    write_hex(body, "key_id", input->key_id, KEY_ID_BYTES);
    write_hex(body, "previous", input->previous, KEY_ID_BYTES);
    write_hex(body, "public_key", input->public_key, PUBLIC_KEY_BYTES);
    setup_append(work, chain, LEDGER_SIGNING_KEY_REPLACED, &command->caller);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    write_hex(out, "key_id", input->key_id, KEY_ID_BYTES);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}
