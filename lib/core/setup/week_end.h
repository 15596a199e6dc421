/* A week is over: the entry from which each side is written its page (server/delivery/week_page.h).
 */
#ifndef BATON_CORE_WEEK_END_H
#define BATON_CORE_WEEK_END_H

#include "core/command.h"

#define WEEK (7 * INSTANT_DAY)

struct week_end_input {
    instant end; /* the first moment of the next one */
};

/** By Baton itself, and keyed by the week: it is said once. */
struct command week_end_command(struct uuid workspace, const struct week_end_input *input);

enum decision week_end(struct work *work, const struct command *command, struct outcome *outcome);

/** When the week of such an entry ended; INSTANT_NONE: it is no such entry. */
instant week_end_read(const struct ledger_entry *entry, struct arena *arena);

#endif
