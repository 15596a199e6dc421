#include "store/read/rates_read.h"

#include "store/table/rates_table.h"

/* clang-format off */

/* $1 workspace, $2 which */
static const struct statement RATES_GET = {
    .name = "rates_get",
    .sql = "SELECT {rates} "
           "FROM rates "
           "WHERE workspace_id = $1 AND rates_id = $2",
    .index = "rates_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const rates_read_statements[] = {&RATES_GET, NULL};

enum err rates_read_kept(const struct read *read, const struct rates_row **out)
{
    struct read_query query = {.statement = &RATES_GET};

    *out = NULL;
    read_params(&query, read);
    pg_params_int8(&query.params, RATES_KEPT);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE) {
        *out = rates_table_read(query.result, 0, read->arena);
        err = *out == NULL ? ERR_INTERNAL : ERR_NONE;
    }
    return read_end(read, err);
}
