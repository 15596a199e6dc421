/*
 * What the ledger is to hold of the rows that a group leaves behind: a salted commitment to each,
 * in the last entry that the group has written of the row's subject. So that who changes a row past
 * Baton is found, and nothing of it can be read from the ledger (docs/ledger.md, "Rows").
 */
#ifndef BATON_STORE_WORK_HOLD_H
#define BATON_STORE_WORK_HOLD_H

#include "core/work.h"

/** Before the work set is saved: writes more into entries that are open, and closes all of them. A
 *  shortage of memory marks its arena. */
void work_hold(struct work *work);

#endif
