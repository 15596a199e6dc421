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

/* clang-format on */

const struct statement *const outbound_read_statements[] = {
    &OUTBOUND_PAGE,        &OUTBOUND_PAGE_PENDING, &OUTBOUND_PAGE_DELIVERED,
    &OUTBOUND_PAGE_FAILED, &OUTBOUND_OF_LEAD,      NULL};

static const struct statement *const by_state[] = {
    [OUTBOUND_PENDING] = &OUTBOUND_PAGE_PENDING,
    [OUTBOUND_DELIVERED] = &OUTBOUND_PAGE_DELIVERED,
    [OUTBOUND_FAILED] = &OUTBOUND_PAGE_FAILED,
    [OUTBOUND_STATE_COUNT] = &OUTBOUND_PAGE,
};

static enum err take(const struct read *read, const struct pg_result *result, int limit,
                     struct outbound_page *out)
{
    out->items = columns_read_all(&outbound_columns, result, read->arena, &out->count);
    out->more = out->count > (size_t)limit;
    out->count = out->more ? (size_t)limit : out->count;
    return out->items == NULL ? ERR_INTERNAL : ERR_NONE;
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
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take(read, query.result, limit, out);
    return read_end(read, err);
}

enum err outbound_read_of_lead(const struct read *read, struct uuid lead, int limit,
                               struct outbound_page *out)
{
    struct read_query query = {.statement = &OUTBOUND_OF_LEAD};

    *out = (struct outbound_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, lead);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take(read, query.result, limit, out);
    return read_end(read, err);
}
