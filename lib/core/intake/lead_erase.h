/* Erasing a person: row, identities, salt and facts go; the chain stays and verifies; credit stays
 * where it was. The id answers 410 from then on. */
#ifndef BATON_CORE_LEAD_ERASE_H
#define BATON_CORE_LEAD_ERASE_H

#include "core/command.h"

struct erase_input {
    struct uuid lead;
    bool block; /* the person is not to come back */
};

/**
 * By an admin of the side that has the lead. One of the other side asks for it (202), which the
 * ledger says to both; when the owner's side has neither erased it nor declined within
 * ERASURE_WAIT, the next request of whoever asked erases it.
 */
enum decision lead_erase(struct work *work, const struct command *command, struct outcome *outcome);

/** Whether this caller's erasure would be done now, and not merely asked for. */
bool lead_erase_may(const struct config *config, const struct caller *caller,
                    const struct lead *lead, instant now);

/** The erasure itself, of a lead that is active and whose identities are loaded, by somebody who
 * may. */
void lead_erase_apply(struct work *work, struct lead *lead, const struct caller *caller);

struct keep_input {
    struct uuid lead;
    const char *reason; /* a code */
};

/** Declines what the other side asked for: the lead stays. */
enum decision lead_keep(struct work *work, const struct command *command, struct outcome *outcome);

#endif
