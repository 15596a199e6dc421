/*
 * What an item of a delivery does to a lead that is there: facts, the outcome of its deal, erasure,
 * a merge. A sender repeats itself and mixes up the order: what is known already, or is older than
 * what is known, changes nothing.
 */
#ifndef BATON_CORE_INBOUND_CHANGE_H
#define BATON_CORE_INBOUND_CHANGE_H

#include "core/command.h"
#include "core/intake/delivery_report.h"

struct inbound_change {
    struct work *work;
    const struct caller *caller; /* of the source's team */
    const struct source *source;
    struct uuid delivery; /* nil: it is only tried */
    int place;            /* of the item */
    struct mapped *item;
    struct delivery_outcome *result; /* filled in */
};

/** FIND_NEEDED: load more; else FIND_FOUND. What a refused item has changed is for the caller to
 *  undo. */
enum find inbound_change_apply(const struct inbound_change *change);

/** The identities that it will look for. */
bool inbound_change_note_keys(const struct mapped *item, struct work *work, struct work_keys *keys);
/** After FIND_NEEDED, for the items that were not tried yet: asks for what they name. */
void inbound_change_note_needs(const struct mapped *item, struct work *work);

#endif
