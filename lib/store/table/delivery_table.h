/* Rows of the table delivery. */
#ifndef BATON_STORE_DELIVERY_TABLE_H
#define BATON_STORE_DELIVERY_TABLE_H

#include "core/work.h"
#include "store/pg/pg_scope.h"

/** Drops a batch of the bodies received before this; INSTANT_NONE drops nothing. */
void delivery_table_queue_drop(const struct pg_scope *scope, instant before);

/** Answers (delivery_id, source_id, received_at, content_type, body, status, error), locked. */
extern const struct statement DELIVERY_LOCK;

struct delivery_row *delivery_table_read(const struct pg_result *result, int row,
                                         struct arena *arena);

void delivery_table_queue_save(const struct pg_scope *scope, const struct delivery_row *row);

#endif
