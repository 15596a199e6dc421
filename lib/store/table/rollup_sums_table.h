/* The sums of rollups, as core/attribution/rollup.h makes them: added to what stands, and gone. */
#ifndef BATON_STORE_ROLLUP_SUMS_TABLE_H
#define BATON_STORE_ROLLUP_SUMS_TABLE_H

#include "core/attribution/rollup.h"
#include "store/pg/pg_scope.h"

/* Each queues statements. */

/** Adds the changes of each table. */
void rollup_sums_queue_add(const struct pg_scope *scope,
                           const struct rollup_changes changes[ROLLUP_TABLES]);

/** Of what is counted a part goes: of a version of a setup, or of all when it is NULL. Each returns
 *  the index of a row that says how many sums that was. */
int rollup_sums_queue_drop(const struct pg_scope *scope, const struct rollup_setup *setup,
                           enum rollup_table table, int64_t limit);

#endif
