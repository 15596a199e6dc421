/* Rows of the table idempotency: stored answers, and the leads that they are about. */
#ifndef BATON_STORE_ANSWER_TABLE_H
#define BATON_STORE_ANSWER_TABLE_H

#include "core/work.h"
#include "store/pg/pg_scope.h"

/** Answers rows for answer_table_read(). */
int answer_table_queue_find(const struct pg_scope *scope,
                            const uint8_t (*const *keys)[DIGEST_BYTES], size_t count);

struct answer_row *answer_table_read(const struct pg_result *result, int row, struct arena *arena);

void answer_table_queue_insert(const struct pg_scope *scope, struct answer_row *const *rows,
                               size_t count, instant now);

/** Drops a batch of rows older than this; INSTANT_NONE drops nothing. */
void answer_table_queue_drop(const struct pg_scope *scope, instant before);

#endif
