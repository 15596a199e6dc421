/* The spreads of rollups (core/attribution/spread.h): read, changed, and written. */
#ifndef BATON_STORE_ROLLUP_SPREAD_TABLE_H
#define BATON_STORE_ROLLUP_SPREAD_TABLE_H

#include "core/attribution/rollup.h"
#include "store/pg/pg_scope.h"

/** Reads those that the changes are of, in the order of their keys. Returns its index. */
int rollup_spreads_queue_read(const struct pg_scope *scope, const struct rollup_changes *changes);

/** The spreads after the changes, to be written. */
struct rollup_spreads {
    struct pg_array keys[5]; /* what, cut, grain, day, value */
    struct pg_array bytes;
    size_t count;
};

/** Makes them of what was read. False when memory is short. */
bool rollup_spreads_change(const struct pg_result *read, const struct rollup_changes *changes,
                           struct arena *arena, struct rollup_spreads *out) MUST_USE;

void rollup_spreads_queue_save(const struct pg_scope *scope, struct rollup_spreads *spreads);

/** Deletes so many, and says in a row how many there were. Returns its index. */
int rollup_spreads_queue_clear(const struct pg_scope *scope, int64_t limit);

#endif
