/* How rows that are loaded, changed and saved are written: each by the cheapest statement that
 * writes all that has changed. */
#ifndef BATON_STORE_CHANGED_ROWS_H
#define BATON_STORE_CHANGED_ROWS_H

#include "store/pg/pg_scope.h"

/** The statements of a table, and where its struct has what they are chosen by. */
struct changed_rows {
    const struct statement *inserts; /* new rows */
    const struct statement *saves;   /* changed rows, if there are many */
    const struct statement *updates; /* a changed row: all columns that are updated … */
    const struct statement *steps;   /* … or those with COLUMN_OFTEN alone */
    bool changed_first;              /* changed rows are written before new ones */
    size_t row;                      /* offset of its enum row_state */
    size_t stored;                   /* offset of the pointer to what was loaded */
};

/** Queues what has to be saved of these rows, in their order within each statement. */
void changed_rows_queue(const struct pg_scope *scope, const struct changed_rows *how,
                        const void *const *rows, size_t count);

#endif
