#include "store/read/outbound_read.h"

#include "store/pg/columns.h"
#include "store/table/merged.h"

/* clang-format off */

/* Of all: $1 workspace, $2 subscription, $3 position, $4 limit */

#define SELECTED                                                       \
           "SELECT {outbound} "                                        \
           "FROM outbound "                                            \
           "WHERE workspace_id = $1 AND subscription_id = $2 AND pos < $3 "

#define NEWEST_FIRST                                                   \
           "ORDER BY pos DESC "                                        \
           "LIMIT $4"

static const struct statement OUTBOUND_PAGE = {
    .name = "outbound_page",
    .sql = SELECTED
           NEWEST_FIRST,
    .index = "outbound_pkey",
    .hot = true,
};

static const struct statement OUTBOUND_PAGE_PENDING = {
    .name = "outbound_page_pending",
    .sql = SELECTED
           "AND state = 'pending' "
           NEWEST_FIRST,
    .hot = true,
};

static const struct statement OUTBOUND_PAGE_DELIVERED = {
    .name = "outbound_page_delivered",
    .sql = SELECTED
           "AND state = 'delivered' "
           NEWEST_FIRST,
    .index = "outbound_pkey",
    .hot = true,
};

static const struct statement OUTBOUND_PAGE_FAILED = {
    .name = "outbound_page_failed",
    .sql = SELECTED
           "AND state = 'failed' "
           NEWEST_FIRST,
    .hot = true,
};

/* $1 workspace, $2 lead, $3 limit */
static const struct statement OUTBOUND_OF_LEAD = {
    .name = "outbound_of_lead",
    .sql = "WITH RECURSIVE "
           MERGED_ALL
           "SELECT {o.outbound} "
           "FROM all_of "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM outbound "
           "  WHERE workspace_id = $1 AND subject_id = all_of.id "
           "  ORDER BY pos DESC, subscription_id "
           "  LIMIT $3"
           ") o "
           "ORDER BY o.pos DESC, o.subscription_id "
           "LIMIT $3",
    .index = "outbound_subject",
    .hot = true,
};

/* A page of each subscription's index, of which the newest are kept: no index has them by position
 * alone, and one more would cost every delivery. A moment is made a position first, since all that
 * is made in one gathering is made at one moment, and later ones have later positions. What bounds
 * the index scans is worked out before them: under row-level security only a bare value reaches an
 * index.
 * $1 workspace, $2 subscriptions, $3 position, $4 subscription, $5 from, $6 to, $7 limit */
#define ALL_OF(state)                                                  \
           "WITH bounds AS MATERIALIZED ("                             \
           "  SELECT id, "                                             \
           "    CASE WHEN $5::timestamptz IS NULL THEN 0 "             \
           "    ELSE coalesce(("                                       \
           "      SELECT min(pos) "                                    \
           "      FROM outbound "                                      \
           "      WHERE workspace_id = $1 AND made_at = ("             \
           "        SELECT min(made_at) "                              \
           "        FROM outbound "                                    \
           "        WHERE workspace_id = $1 AND made_at >= $5)"        \
           "    ), $3) END AS first, "                                 \
           "    least($3::int8 - (id >= $4::uuid)::int4, "             \
           "    CASE WHEN $6::timestamptz IS NULL THEN $3 "            \
           "    ELSE coalesce(("                                       \
           "      SELECT max(pos) "                                    \
           "      FROM outbound "                                      \
           "      WHERE workspace_id = $1 AND made_at = ("             \
           "        SELECT max(made_at) "                              \
           "        FROM outbound "                                    \
           "        WHERE workspace_id = $1 AND made_at <= $6)"        \
           "    ), 0) END) AS last "                                   \
           "  FROM unnest($2::uuid[]) id"                              \
           "), newest AS MATERIALIZED ("                               \
           "  SELECT b.id, p.pos "                                     \
           "  FROM bounds b "                                          \
           "  CROSS JOIN LATERAL ("                                    \
           "    SELECT pos "                                           \
           "    FROM outbound "                                        \
           "    WHERE workspace_id = $1 AND subscription_id = b.id "   \
           "    AND pos >= b.first AND pos <= b.last " state           \
           "    ORDER BY pos DESC "                                    \
           "    LIMIT $7"                                              \
           "  ) p "                                                    \
           "  ORDER BY p.pos DESC, b.id DESC "                         \
           "  LIMIT $7"                                                \
           ") "                                                        \
           "SELECT {o.outbound} "                                      \
           "FROM newest n "                                            \
           "CROSS JOIN LATERAL ("                                      \
           "  SELECT * "                                               \
           "  FROM outbound "                                          \
           "  WHERE workspace_id = $1 AND subscription_id = n.id "     \
           "  AND pos = n.pos "                                        \
           "  LIMIT 1"                                                 \
           ") o "                                                      \
           "ORDER BY n.pos DESC, n.id DESC"

static const struct statement OUTBOUND_ALL = {
    .name = "outbound_all",
    .sql = ALL_OF(""),
    .hot = true,
};

static const struct statement OUTBOUND_ALL_PENDING = {
    .name = "outbound_all_pending",
    .sql = ALL_OF("AND state = 'pending' "),
    .hot = true,
};

static const struct statement OUTBOUND_ALL_DELIVERED = {
    .name = "outbound_all_delivered",
    .sql = ALL_OF("AND state = 'delivered' "),
    .hot = true,
};

static const struct statement OUTBOUND_ALL_FAILED = {
    .name = "outbound_all_failed",
    .sql = ALL_OF("AND state = 'failed' "),
    .hot = true,
};

/* clang-format on */

const struct statement *const outbound_read_statements[] = {
    &OUTBOUND_PAGE,
    &OUTBOUND_PAGE_PENDING,
    &OUTBOUND_PAGE_DELIVERED,
    &OUTBOUND_PAGE_FAILED,
    &OUTBOUND_ALL,
    &OUTBOUND_ALL_PENDING,
    &OUTBOUND_ALL_FAILED,
    &OUTBOUND_ALL_DELIVERED,
    &OUTBOUND_OF_LEAD,
    NULL,
};

static const struct statement *const by_state[] = {
    [OUTBOUND_PENDING] = &OUTBOUND_PAGE_PENDING,
    [OUTBOUND_DELIVERED] = &OUTBOUND_PAGE_DELIVERED,
    [OUTBOUND_FAILED] = &OUTBOUND_PAGE_FAILED,
    [OUTBOUND_STATE_COUNT] = &OUTBOUND_PAGE,
};

static const struct statement *const all_by_state[] = {
    [OUTBOUND_PENDING] = &OUTBOUND_ALL_PENDING,
    [OUTBOUND_DELIVERED] = &OUTBOUND_ALL_DELIVERED,
    [OUTBOUND_FAILED] = &OUTBOUND_ALL_FAILED,
    [OUTBOUND_STATE_COUNT] = &OUTBOUND_ALL,
};

/* One more than the limit was asked for. */
static enum err run_page(const struct read *read, struct read_query *query, int limit,
                         struct outbound_page *out)
{
    enum err err = read_run(read, query, 1);

    if (err == ERR_NONE) {
        out->items = columns_read_all(&outbound_columns, query->result, read->arena, &out->count);
        out->more = out->count > (size_t)limit;
        out->count = out->more ? (size_t)limit : out->count;
        err = out->items == NULL ? ERR_INTERNAL : ERR_NONE;
    }
    return read_end(read, err);
}

enum err outbound_read_page(const struct read *read, struct uuid subscription,
                            enum outbound_state state, int64_t before, int limit,
                            struct outbound_page *out)
{
    struct read_query query = {.statement = by_state[state]};

    *out = (struct outbound_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, subscription);
    pg_params_int8(&query.params, before);
    pg_params_int8(&query.params, limit + 1);
    return run_page(read, &query, limit, out);
}

enum err outbound_read_of_lead(const struct read *read, struct uuid lead, int limit,
                               struct outbound_page *out)
{
    struct read_query query = {.statement = &OUTBOUND_OF_LEAD};

    *out = (struct outbound_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, lead);
    pg_params_int8(&query.params, limit + 1);
    return run_page(read, &query, limit, out);
}

enum err outbound_read_all(const struct read *read, const struct outbound_filter *filter, int limit,
                           struct outbound_page *out)
{
    struct read_query query = {.statement = all_by_state[filter->state]};

    *out = (struct outbound_page){0};
    read_params(&query, read);
    pg_params_uuids(&query.params, filter->subscriptions, filter->subscription_count);
    pg_params_int8(&query.params, filter->before);
    pg_params_uuid(&query.params, filter->before_of);
    pg_params_instant(&query.params, filter->from);
    pg_params_instant(&query.params, filter->to);
    pg_params_int8(&query.params, limit + 1);
    return run_page(read, &query, limit, out);
}
