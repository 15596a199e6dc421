/* Two teams at the same lead at the same time. */
#ifndef BATON_CORE_COLLISION_H
#define BATON_CORE_COLLISION_H

#include "core/command.h"

/**
 * The team in whose way another does something of its own (an outbound touch) with a lead: the one
 * that has it, unless that is the same team, or it is offered to or accepted by the same team. Only
 * teams of the two sides collide. Nil: nobody's.
 */
struct uuid collision_with(const struct config *config, const struct lead *lead, struct uuid team,
                           const struct touch *touch);

/** Appends the entry of a collision, if this touch is one, to a lead that is open for change. */
void collision_note(struct work *work, struct lead *lead, const struct caller *caller,
                    const struct touch *touch);

#endif
