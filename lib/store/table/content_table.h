/* Rows of the table content. */
#ifndef BATON_STORE_CONTENT_TABLE_H
#define BATON_STORE_CONTENT_TABLE_H

#include "core/setup/content_change.h"
#include "store/pg/pg_scope.h"

extern const struct statement CONTENT_SAVE;

/** Asks for one, locked; returns the index. */
int content_table_queue_lock(const struct pg_scope *scope, const void *id);

struct content *content_table_read(const struct pg_result *result, int row, struct arena *arena);

#endif
