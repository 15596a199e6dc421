/* Finding the lead that a command is about. */
#ifndef BATON_CORE_LEAD_FIND_H
#define BATON_CORE_LEAD_FIND_H

#include "core/command.h"

/**
 * Finds an active lead for a command: FIND_FOUND with *lead; else *decision is what decide is to
 * answer (load again, 404, 410).
 */
bool lead_for_command(struct work *work, struct uuid id, struct lead **lead,
                      struct outcome *outcome, enum decision *decision);

#endif
