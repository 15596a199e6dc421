/* What sales says it can take: the offers that distribution gives its members in a week. */
#ifndef BATON_CORE_CAPACITY_H
#define BATON_CORE_CAPACITY_H

#include "core/config.h"

/** Of the active members of sales teams that say how many offers of a day they take, as many for
 *  each day of the week on which they work by their hours, or their team's, or every day. -1: none
 *  of them says it. The arena is for parsing. */
int64_t capacity_per_week(const struct config *config, struct arena *arena);

#endif
