/* Decides commands: the table of operations, and what all of them have in common. */
#ifndef BATON_CORE_COMMAND_DECIDE_H
#define BATON_CORE_COMMAND_DECIDE_H

#include "core/command.h"

/** Notes the rows that a command is known to need. */
bool command_keys(const struct command *command, struct work *work, struct work_keys *keys);

/** Whether it changes the configuration, and so needs a group for itself. */
bool command_is_solo(const struct command *command);

/**
 * Decides one command on the work set: replays a stored answer, checks that the caller's key is
 * still valid, decides, keeps or undoes the changes, and notes the answer for its idempotency row.
 */
enum decision command_decide(struct work *work, const struct command *command,
                             struct outcome *outcome);

#endif
