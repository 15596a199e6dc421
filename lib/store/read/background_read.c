#include "store/read/background_read.h"

#include "store/table/background_table.h"

/* clang-format off */

/* $1 workspace, $2 job */
static const struct statement BACKGROUND_GET = {
    .name = "background_get",
    .sql = "SELECT {background_job} "
           "FROM background_job "
           "WHERE workspace_id = $1 AND job_id = $2",
    .index = "background_job_pkey",
    .hot = true,
};

/* $1 workspace, $2 the last job of the page before, $3 limit */
static const struct statement BACKGROUND_PAGE = {
    .name = "background_page",
    .sql = "SELECT {background_job} "
           "FROM background_job "
           "WHERE workspace_id = $1 AND job_id < $2 "
           "ORDER BY job_id DESC "
           "LIMIT $3",
    .index = "background_job_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const background_read_statements[] = {&BACKGROUND_GET, &BACKGROUND_PAGE,
                                                              NULL};

enum err background_read(const struct read *read, struct uuid id, const struct background_job **out)
{
    struct read_query query = {.statement = &BACKGROUND_GET};

    *out = NULL;
    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE) {
        *out = background_table_read(query.result, 0, read->arena);
        err = *out == NULL ? ERR_INTERNAL : ERR_NONE;
    }
    return read_end(read, err);
}

enum err background_read_page(const struct read *read, struct uuid before, int limit,
                              struct background_page *out)
{
    struct read_query query = {.statement = &BACKGROUND_PAGE};

    *out = (struct background_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, uuid_is_nil(before) ? READ_ID_MAX : before);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    int rows = err == ERR_NONE ? pg_rows(query.result) : 0;
    out->more = rows > limit;
    out->items = ARENA_ARRAY(read->arena, const struct background_job *, (size_t)limit + 1);
    for (int row = 0; out->items != NULL && row < rows && row < limit; row++) {
        const struct background_job *job = background_table_read(query.result, row, read->arena);
        if (job != NULL)
            out->items[out->count++] = job;
    }
    return read_end(read, err);
}
