/* One lead takes another into itself: touches, identities, what is known, and the open handoff. */
#ifndef BATON_CORE_LEAD_ABSORB_H
#define BATON_CORE_LEAD_ABSORB_H

#include "core/command.h"

/** The survivor must be open for change, at most one of the two may be offered or accepted, and the
 *  identities of the absorbed one must be loaded. Its id answers with the survivor from then on. */
void lead_absorb(struct work *work, struct lead *survivor, struct lead *absorbed,
                 const struct caller *caller);

#endif
