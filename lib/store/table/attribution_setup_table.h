/* Rows of the table attribution_setup. */
#ifndef BATON_STORE_ATTRIBUTION_SETUP_TABLE_H
#define BATON_STORE_ATTRIBUTION_SETUP_TABLE_H

#include "core/setup/attribution_setup_change.h"
#include "store/pg/pg_scope.h"

/** Answers one row for attribution_setup_table_read_newest(); id: a pointer to its int64_t. */
int attribution_setup_table_queue_newest(const struct pg_scope *scope, const void *id);

/** The newest version, and how many names there are; version 0 where there is none of the name.
 *  NULL when memory is short or the row is damaged. */
struct attribution_setup_row *attribution_setup_table_read_newest(const struct pg_result *result,
                                                                  struct arena *arena);

/** {attribution_setup}; NULL likewise. */
struct attribution_setup_row *attribution_setup_table_read(const struct pg_result *result, int row,
                                                           struct arena *arena);

extern const struct statement ATTRIBUTION_SETUP_INSERT;

#endif
