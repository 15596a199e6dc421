/* Rows of the table delivery. */
#ifndef BATON_STORE_DELIVERY_TABLE_H
#define BATON_STORE_DELIVERY_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"

/** Drops a batch of the bodies received before this; INSTANT_NONE drops nothing. */
void delivery_table_queue_drop(struct pg *pg, struct arena *arena, struct uuid workspace,
                               instant before);

/** Answers (delivery_id, source_id, received_at, content_type, body, status, error), locked. */
int delivery_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                              struct uuid id);

struct delivery_row *delivery_table_read(const struct pg_result *result, int row,
                                         struct arena *arena);

void delivery_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                               const struct delivery_row *row);

#endif
