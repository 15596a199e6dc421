/* What takes a merge back. */
#ifndef BATON_STORE_MERGE_TABLE_H
#define BATON_STORE_MERGE_TABLE_H

#include "core/handoff/lead_before.h"
#include "store/pg/pg_scope.h"

/** Queues the look-up of the merge of an absorbed lead (struct uuid), with what stands in the way
 * of taking it back. Returns the statement's index. */
int merge_table_queue_find(const struct pg_scope *scope, const void *absorbed);

/** The row that was found; NULL when memory is short. */
struct merge_row *merge_table_read(const struct pg_result *result, struct arena *arena);

/** A merge that was made or taken back. */
void merge_table_queue_save(const struct pg_scope *scope, const struct merge_row *row);

/** What is the absorbed lead's goes back to it: touches that were recorded of it and of those that
 *  it had absorbed itself, and these. */
void merge_table_queue_restore(const struct pg_scope *scope, const struct merge_row *row);

#endif
