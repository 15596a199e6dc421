#include "store/read/account_read.h"

#include "store/table/account_table.h"

/* What of the accounts is asked for. */
enum { ANY = 0, OF_OWNER = 1, NAMED_ONES = 2, OTHERS = 4 };

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

#define AFTER "account_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000'::uuid) "
#define NAMED "named_by_marketing AND named_by_sales "
#define PAGE(condition)                                   \
           "SELECT {account} "                            \
           "FROM account "                                \
           "WHERE workspace_id = $1 AND " AFTER condition \
           "ORDER BY account_id "                         \
           "LIMIT $3"

/* Of all of these: $1 workspace, $2 the last account of the page before (null: from the first), $3
 * limit, $4 owning team where one is asked for. By what is asked for, as each has its index; those
 * that are not named are most, and picked out of all. */
static const struct statement ACCOUNT_PAGE = {
    .name = "account_page",
    .sql = PAGE(""),
    .index = "account_pkey",
    .hot = true,
};

static const struct statement ACCOUNT_PAGE_OF_OWNER = {
    .name = "account_page_of_owner",
    .sql = PAGE("AND owner_team = $4 "),
    .index = "account_of_owner",
    .hot = true,
};

static const struct statement ACCOUNT_PAGE_NAMED = {
    .name = "account_page_named",
    .sql = PAGE("AND " NAMED),
    .index = "account_named",
    .hot = true,
};

static const struct statement ACCOUNT_PAGE_NAMED_OF_OWNER = {
    .name = "account_page_named_of_owner",
    .sql = PAGE("AND " NAMED "AND owner_team = $4 "),
    .index = "account_named_of_owner",
    .hot = true,
};

static const struct statement ACCOUNT_PAGE_OTHERS = {
    .name = "account_page_others",
    .sql = PAGE("AND NOT (" NAMED ") "),
    .index = "account_pkey",
    .hot = true,
};

static const struct statement ACCOUNT_PAGE_OTHERS_OF_OWNER = {
    .name = "account_page_others_of_owner",
    .sql = PAGE("AND NOT (" NAMED ") AND owner_team = $4 "),
    .index = "account_of_owner",
    .hot = true,
};

/* clang-format on */

const struct statement *const account_read_statements[] = {&ACCOUNT_GET,
                                                           &ACCOUNT_PAGE,
                                                           &ACCOUNT_PAGE_OF_OWNER,
                                                           &ACCOUNT_PAGE_NAMED,
                                                           &ACCOUNT_PAGE_NAMED_OF_OWNER,
                                                           &ACCOUNT_PAGE_OTHERS,
                                                           &ACCOUNT_PAGE_OTHERS_OF_OWNER,
                                                           NULL};

static const struct statement *const pages[] = {
    [ANY] = &ACCOUNT_PAGE,
    [OF_OWNER] = &ACCOUNT_PAGE_OF_OWNER,
    [NAMED_ONES] = &ACCOUNT_PAGE_NAMED,
    [NAMED_ONES | OF_OWNER] = &ACCOUNT_PAGE_NAMED_OF_OWNER,
    [OTHERS] = &ACCOUNT_PAGE_OTHERS,
    [OTHERS | OF_OWNER] = &ACCOUNT_PAGE_OTHERS_OF_OWNER,
};

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

enum err account_read_page(const struct read *read, const struct account_filter *filter, int limit,
                           struct account_page *out)
{
    bool of_owner = !uuid_is_nil(filter->owner_team);
    int asked = (filter->named == NULL ? ANY
                 : *filter->named      ? NAMED_ONES
                                       : OTHERS) |
                (of_owner ? OF_OWNER : ANY);
    struct read_query query = {.statement = pages[asked]};

    *out = (struct account_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, filter->after);
    pg_params_int8(&query.params, limit + 1);
    if (of_owner)
        pg_params_uuid(&query.params, filter->owner_team);
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
