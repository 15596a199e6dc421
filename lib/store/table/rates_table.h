/* Rows of the table rates: one for each workspace that keeps them. */
#ifndef BATON_STORE_RATES_TABLE_H
#define BATON_STORE_RATES_TABLE_H

#include "core/setup/rates_change.h"
#include "store/pg/pg_scope.h"

extern const struct statement RATES_SAVE;

/** Asks for it, locked; returns the index. */
int rates_table_queue_lock(const struct pg_scope *scope, const void *id);

struct rates_row *rates_table_read(const struct pg_result *result, int row, struct arena *arena);

#endif
