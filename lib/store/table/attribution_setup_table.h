/* Rows of the table attribution_setup. */
#ifndef BATON_STORE_ATTRIBUTION_SETUP_TABLE_H
#define BATON_STORE_ATTRIBUTION_SETUP_TABLE_H

#include "core/setup/attribution_setup_change.h"
#include "store/pg/pg_scope.h"

/** Answers {attribution_setup}: the newest version; id: a pointer to its int64_t. */
int attribution_setup_table_queue_newest(const struct pg_scope *scope, const void *id);

/** A row that answers it; NULL when memory is short or the row is damaged. */
struct attribution_setup_row *attribution_setup_table_read(const struct pg_result *result, int row,
                                                           struct arena *arena);

extern const struct statement ATTRIBUTION_SETUP_INSERT;

#endif
