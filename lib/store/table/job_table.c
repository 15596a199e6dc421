#include "store/table/job_table.h"

#define CLAIM_MEMORY_BYTES 65536

/* clang-format off */

/* $1 name, $2 seconds to its next time */
static const struct statement JOB_CLAIM = {
    .name = "job_claim",
    .role = STATEMENT_JOB,
    .sql = "WITH due AS MATERIALIZED ("
           "  SELECT workspace_id, name "
           "  FROM job "
           "  WHERE name = $1 AND due_at <= now() "
           "  ORDER BY due_at "
           "  LIMIT 1 "
           "  FOR UPDATE SKIP LOCKED"
           ") "
           "UPDATE job j SET due_at = now() + make_interval(secs => $2::int4) "
           "FROM due "
           "WHERE j.workspace_id = due.workspace_id AND j.name = due.name "
           "RETURNING j.workspace_id",
};

/* $1 workspace, $2 name */
static const struct statement JOB_AGAIN = {
    .name = "job_again",
    .role = STATEMENT_JOB,
    .sql = "UPDATE job SET due_at = now() "
           "WHERE workspace_id = $1 AND name = $2",
};

/* clang-format on */

const struct statement *const job_table_statements[] = {&JOB_CLAIM, &JOB_AGAIN, NULL};

enum pg_status job_table_again(struct pg *pg, const char *name, int64_t deadline,
                               struct uuid workspace)
{
    struct arena *arena = arena_new(CLAIM_MEMORY_BYTES);
    struct pg_params params;

    if (arena == NULL)
        return PG_OTHER;
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_text(&params, name);
    enum pg_status status = pg_run(pg, &JOB_AGAIN, &params, deadline);
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}

enum pg_status job_table_claim(struct pg *pg, const char *name, int32_t every_seconds,
                               int64_t deadline, struct uuid *workspace)
{
    struct arena *arena = arena_new(CLAIM_MEMORY_BYTES);
    struct pg_params params;

    *workspace = (struct uuid){{0}};
    if (arena == NULL)
        return PG_OTHER;
    pg_params_init(&params, arena);
    pg_params_text(&params, name);
    pg_params_int4(&params, every_seconds);
    enum pg_status status = pg_run(pg, &JOB_CLAIM, &params, deadline);
    if (status == PG_OK && pg_rows(pg_result(pg, 0)) == 1)
        *workspace = pg_get_uuid(pg_result(pg, 0), 0, 0);
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}
