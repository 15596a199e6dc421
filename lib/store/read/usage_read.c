#include "store/read/usage_read.h"

#include <string.h>

/* clang-format off */

/* $1 workspace */
static const struct statement JOBS = {
    .name = "usage_jobs",
    .sql = "SELECT count(*) "
           "FROM background_job "
           "WHERE workspace_id = $1 "
           "AND state IN ('queued', 'running')",
};

/* $1 workspace */
static const struct statement VALUES = {
    .name = "usage_values",
    .sql = "SELECT dimension, count(*) "
           "FROM dimension "
           "WHERE workspace_id = $1 "
           "GROUP BY dimension",
};

/* clang-format on */

const struct statement *const usage_read_statements[] = {&JOBS, &VALUES, NULL};

enum err usage_read(const struct read *read, struct usage *out)
{
    struct read_query queries[] = {{.statement = &JOBS}, {.statement = &VALUES}};

    *out = (struct usage){0};
    read_params(&queries[0], read);
    read_params(&queries[1], read);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE)
        out->jobs = pg_get_int8(queries[0].result, 0, 0);
    for (int row = 0; err == ERR_NONE && row < pg_rows(queries[1].result); row++) {
        const char *name = pg_copy_text(queries[1].result, row, 0, read->arena);
        for (int i = 0; name != NULL && i < DIMENSION_COUNT; i++)
            if (strcmp(name, dimension_name((enum dimension)i)) == 0)
                out->values[i] = pg_get_int8(queries[1].result, row, 1);
    }
    return read_end(read, err);
}
