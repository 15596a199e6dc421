/* Another key signs checkpoints from now on: the ledger records it before the key's first
 * checkpoint. A command of the service itself. */
#ifndef BATON_CORE_SIGNING_KEY_CHANGE_H
#define BATON_CORE_SIGNING_KEY_CHANGE_H

#include "core/command.h"
#include "core/ledger/signing_key.h"

/** The command, with an idempotency key that is derived from the input: however often and by
 *  however many servers it is run, there is one entry. */
struct command signing_key_command(struct uuid workspace, const struct signing_key_input *input);

enum decision signing_key_replace(struct work *work, const struct command *command,
                                  struct outcome *outcome);

#endif
