/* Who is not to come back. */
#ifndef BATON_STORE_BLOCK_TABLE_H
#define BATON_STORE_BLOCK_TABLE_H

#include "core/intake/block.h"
#include "store/pg/pg_scope.h"

/** Queues the look-up of these HMACs. Returns the statement's index. */
int block_table_queue_find(const struct pg_scope *scope, const uint8_t *const *macs, size_t count);

/** NULL when memory is short. */
struct block_row *block_table_read(const struct pg_result *result, int row, struct arena *arena);

void block_table_queue_add(const struct pg_scope *scope, const struct block_row *row);

/** All of the person whom the row is of. */
void block_table_queue_lift(const struct pg_scope *scope, const struct block_row *row);

#endif
