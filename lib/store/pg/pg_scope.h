/* Where the statements of a workspace are queued, and what their parameters are made in: what the
 * functions of lib/store/table that queue rows are given. */
#ifndef BATON_STORE_PG_SCOPE_H
#define BATON_STORE_PG_SCOPE_H

#include "store/pg/pg.h"

struct pg_scope {
    struct pg *pg;
    struct arena *arena;
    struct uuid workspace; /* $1 of each of them */
};

/** Begins parameters with the workspace. */
void pg_scope_params(const struct pg_scope *scope, struct pg_params *params);

/* Each queues a statement and returns its index, as pg_queue(). */

/** $2 is this id. */
int pg_scope_queue_id(const struct pg_scope *scope, const struct statement *statement,
                      struct uuid id);
/** $2 is an array of these ids. */
int pg_scope_queue_ids(const struct pg_scope *scope, const struct statement *statement,
                       const struct uuid *ids, size_t count);

#endif
