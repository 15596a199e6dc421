/* Rows of the table dimension. */
#ifndef BATON_STORE_DIMENSION_TABLE_H
#define BATON_STORE_DIMENSION_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"

/** Inserts those that do not exist yet. */
void dimension_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                                  struct dimension_row *const *rows, size_t count);

#endif
