#include "store/read/campaign_read.h"

#include "store/table/campaign_table.h"

/* clang-format off */

/* $1 workspace, $2 campaign */
static const struct statement CAMPAIGN_GET = {
    .name = "campaign_get",
    .sql = "SELECT {campaign} "
           "FROM campaign "
           "WHERE workspace_id = $1 AND campaign_id = $2",
    .index = "campaign_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const campaign_read_statements[] = {&CAMPAIGN_GET, NULL};

enum err campaign_read(const struct read *read, int64_t id, const struct campaign **out)
{
    struct read_query query = {.statement = &CAMPAIGN_GET};

    *out = NULL;
    read_params(&query, read);
    pg_params_int8(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE) {
        *out = campaign_table_read(query.result, 0, read->arena);
        err = *out == NULL ? ERR_INTERNAL : ERR_NONE;
    }
    return read_end(read, err);
}
