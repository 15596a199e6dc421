/*
 * Rows of a queue that servers take from each other's way for a while: whoever has a lease works on
 * the row, and when it is not given back in time, because the server died, others take it.
 */
#ifndef BATON_STORE_LEASE_H
#define BATON_STORE_LEASE_H

#include "store/pg/pg.h"

/** A row that was taken. */
struct leased {
    struct uuid workspace;
    struct uuid id;
};

struct lease_claim {
    struct uuid lease;
    int64_t deadline;
    size_t max; /* rows, for which out has room */
};

/**
 * Takes what is due. The statement: $1 lease, $2 how many seconds it lasts, $3 how many rows at
 * most; it locks them with SKIP LOCKED in a materialized CTE, since a subquery may be run more than
 * once, and answers workspace and id of each. As baton_job. None when it fails.
 */
enum pg_status lease_take(struct pg *pg, const struct statement *statement, int seconds,
                          const struct lease_claim *claim, struct leased *out,
                          size_t *count) MUST_USE;

#endif
