#include "store/table/behind.h"

enum pg_status behind_read(struct pg *pg, const struct statement *statement, struct arena *arena,
                           int64_t deadline, struct behind *out)
{
    struct pg_params params;

    out->count = 0;
    pg_params_init(&params, arena);
    pg_params_int8(&params, BEHIND_WORKSPACES_MAX);
    enum pg_status status = pg_run(pg, statement, &params, deadline);
    const struct pg_result *found = status == PG_OK ? pg_result(pg, 0) : NULL;
    for (int i = 0; i < pg_rows(found) && out->count < BEHIND_WORKSPACES_MAX; i++)
        out->workspaces[out->count++] = pg_get_uuid(found, i, 0);
    pg_pipeline_end(pg);
    return status;
}
