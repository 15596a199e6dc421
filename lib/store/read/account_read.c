#include "store/read/account_read.h"

#include "store/table/account_table.h"

/* clang-format off */

/* $1 workspace, $2 account */
static const struct statement ACCOUNT_GET = {
    .name = "account_get",
    .sql = "SELECT {account} "
           "FROM account "
           "WHERE workspace_id = $1 AND account_id = $2",
    .index = "account_pkey",
    .hot = true,
};

/* $1 workspace, $2 the last account of the page before (null: from the first), $3 limit */
static const struct statement ACCOUNT_PAGE = {
    .name = "account_page",
    .sql = "SELECT {account} "
           "FROM account "
           "WHERE workspace_id = $1 AND account_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000'::uuid) "
           "ORDER BY account_id "
           "LIMIT $3",
    .index = "account_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const account_read_statements[] = {&ACCOUNT_GET, &ACCOUNT_PAGE, NULL};

enum err account_read(const struct read *read, struct uuid id, const struct account **out)
{
    struct read_query query = {.statement = &ACCOUNT_GET};

    *out = NULL;
    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE) {
        *out = account_table_read(query.result, 0, read->arena);
        err = *out == NULL ? ERR_INTERNAL : ERR_NONE;
    }
    return read_end(read, err);
}

enum err account_read_page(const struct read *read, struct uuid after, int limit,
                           struct account_page *out)
{
    struct read_query query = {.statement = &ACCOUNT_PAGE};

    *out = (struct account_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, after);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err != ERR_NONE)
        return read_end(read, err);
    int rows = pg_rows(query.result);
    out->more = rows > limit;
    out->count = (size_t)(out->more ? limit : rows);
    out->items = ARENA_ARRAY(read->arena, const struct account *, out->count + 1);
    for (size_t i = 0; out->items != NULL && i < out->count; i++) {
        out->items[i] = account_table_read(query.result, (int)i, read->arena);
        if (out->items[i] == NULL)
            err = ERR_INTERNAL;
    }
    return read_end(read, err);
}
