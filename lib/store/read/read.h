/*
 * One read: its statements run in a read-only transaction of their own with the workspace's
 * context, BEGIN and COMMIT included in one round trip. What hides in `struct read` is borrowed.
 *
 *     struct read_query query = {.statement = &LEAD_GET};
 *     read_params(&query, read);                        $1 is the workspace
 *     pg_params_uuid(&query.params, id);
 *     enum err err = read_run(read, &query, 1);
 *     … query.result …
 *     return read_end(read, err);                       also after an error
 */
#ifndef BATON_STORE_READ_H
#define BATON_STORE_READ_H

#include "base/arena.h"
#include "store/pg/pg.h"

/** The memory that one read may fill with its results. */
#define READ_MEMORY_MAX_BYTES ((size_t)64 << 20)

#define READ_LIMIT_DEFAULT 50
#define READ_LIMIT_MAX     500

/** How many entries of the ledger one read of a feed looks at; the next read continues there. */
#define FEED_SCAN_MAX 5000

struct read {
    struct pg *pg;
    struct arena *arena; /* results live here */
    struct uuid workspace;
    int64_t deadline; /* in terms of pg_now_ms() */
};

struct read_query {
    const struct statement *statement;
    struct pg_params params;
    const struct pg_result *result; /* until read_end() */
};

/** Begins the parameters with the workspace as $1. */
void read_params(struct read_query *query, const struct read *read);

/** Runs them in order. ERR_UNAVAILABLE when the database is away or takes too long;
 *  ERR_INVALID_PARAMETER when it refuses a value, see pg_error(); ERR_INTERNAL,
 *  ERR_OUT_OF_MEMORY. */
enum err read_run(const struct read *read, struct read_query *queries, size_t count) MUST_USE;

/** Likewise, in a transaction that may change rows: only those that no command of the lane reads,
 *  such as sessions. */
enum err read_change(const struct read *read, struct read_query *queries, size_t count) MUST_USE;

/** Gives the results back. What became of the read: err, or ERR_OUT_OF_MEMORY when its arena has
 * failed, whatever the read seemed to find then. */
enum err read_end(const struct read *read, enum err err) MUST_USE;

/** For keys in descending order: above every id; for those in ascending order: below every one. */
extern const struct uuid READ_ID_MAX;
extern const struct uuid READ_ID_MIN;

/* Before and after every moment that a row has. Bounds that are not asked for are sent as these:
 * under row-level security a comparison with coalesce() in it reaches no index. */
#define READ_INSTANT_MIN INT64_C(-62135596800000000) /* 0001-01-01 */
#define READ_INSTANT_MAX INT64_C(253402300800000000) /* 10000-01-01 */

static inline instant read_or(instant at, instant otherwise)
{
    return at == INSTANT_NONE ? otherwise : at;
}

#endif
