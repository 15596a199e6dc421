/* Rows of the table campaign. */
#ifndef BATON_STORE_CAMPAIGN_TABLE_H
#define BATON_STORE_CAMPAIGN_TABLE_H

#include "core/setup/campaign_change.h"
#include "store/pg/pg_scope.h"

extern const struct statement CAMPAIGN_SAVE;

/** Asks for one, locked; returns the index. */
int campaign_table_queue_lock(const struct pg_scope *scope, const void *id);

struct campaign *campaign_table_read(const struct pg_result *result, int row, struct arena *arena);

#endif
