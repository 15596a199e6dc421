/* Expiry: offered handoffs that nobody answered in time. A command of the service itself. */
#ifndef BATON_CORE_HANDOFF_EXPIRE_H
#define BATON_CORE_HANDOFF_EXPIRE_H

#include "core/command.h"

/** {expired}: how many. The lead stays with the offering team and is due at once. */
enum decision handoff_expire(struct work *work, const struct command *command,
                             struct outcome *outcome);

#endif
