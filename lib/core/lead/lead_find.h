/* Finding the lead that a command is about. */
#ifndef BATON_CORE_LEAD_FIND_H
#define BATON_CORE_LEAD_FIND_H

#include "core/command.h"

/** The lead, or its survivor. NULL: *decision is what decide is to answer (load again; 404, 410).
 */
struct lead *lead_for_command(struct work *work, struct uuid id, struct outcome *outcome,
                              enum decision *decision);

#endif
