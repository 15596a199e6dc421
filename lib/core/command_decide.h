/* Deciding a command: the table of operations, and what all of them have in common. */
#ifndef BATON_CORE_COMMAND_DECIDE_H
#define BATON_CORE_COMMAND_DECIDE_H

#include "core/command.h"

/** Notes what a command is known to need. */
bool command_keys(const struct command *command, struct work *work, struct work_keys *keys);

/** Whether it changes the configuration, and so needs a group of its own. */
bool command_is_solo(const struct command *command);

/**
 * Decides one command on the work set: replays a stored answer, checks that the caller's key still
 * stands, decides, keeps or undoes, and notes the answer for its idempotency row.
 */
enum decision command_decide(struct work *work, const struct command *command,
                             struct outcome *outcome);

#endif
