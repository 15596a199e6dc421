/* Walking a rule of a handoff's life: what it does to the handoff and its lead, and the entry. */
#ifndef BATON_CORE_HANDOFF_WALK_H
#define BATON_CORE_HANDOFF_WALK_H

#include "core/handoff/handoff_step.h"

/** Does what step->rule says to handoff and lead, both open for change, and appends the entry; then
 *  the same by the rule that follows at once, if any. Afterwards step->rule is NULL.
 *  What the rule leaves to the command (a lease, the reason on the handoff, what follows) is not
 *  done here. */
void handoff_walk(struct handoff_step *step);

/** The entry of step->rule alone, of a lead whose stage was before: for what is history. */
void handoff_walk_entry(struct handoff_step *step, enum stage before);

#endif
