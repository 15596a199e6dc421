/* A team's queue: the offers that wait for it and that nobody has claimed, first due first. */
#ifndef BATON_STORE_QUEUE_TABLE_H
#define BATON_STORE_QUEUE_TABLE_H

#include "core/work.h"
#include "store/pg/pg_scope.h"

/**
 * Locks the leads of as many offers as are wanted and some more, passing over those that somebody
 * else has locked, reads what hangs on them, and counts what waits, up to WAITING_COUNT_MAX beyond
 * these. Several statements, for queue_table_take() with the index of the first.
 */
int queue_table_queue(const struct pg_scope *scope, const struct queue *queue);

/** How many statements that is. */
#define QUEUE_STATEMENTS 5

/** What was read of a queue. The handoff and its lead stand at the same place. */
struct queue_rows {
    struct handoff **handoffs; /* with the body of their verdict; the first with what they carry */
    struct lead **leads;       /* without their touches */
    size_t count;
    int64_t waiting;
    const struct pg_result *logs; /* for touch_table_read(), as of touch_table_queue_logs() */
    bool moved; /* an offer came into the queue or went out of it between the statements */
};

/** False when memory is short or a row is damaged. */
bool queue_table_take(const struct pg *pg, int first, struct arena *arena, struct queue_rows *out);

#endif
