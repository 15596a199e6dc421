#include "store/table/outbound_mailed.h"

#include "store/pg/statements.h"

/* clang-format off */

/* $1 limit */
static const struct statement OUTBOUND_UNMAILED = {
    .name = "outbound_unmailed",
    .role = STATEMENT_JOB,
    .sql = "SELECT h.workspace_id "
           "FROM workspace_head h "
           "LEFT JOIN outbound_cursor c ON c.workspace_id = h.workspace_id AND c.mails "
           "WHERE c.workspace_id IS NULL "
           "LIMIT $1",
};

/* The last hour too: the workspace, its first proposal even, may be older than the first look at it.
 * $1 workspace */
static const struct statement CURSOR_MAIL = {
    .name = "outbound_cursor_mail",
    .sql = "INSERT INTO outbound_cursor AS c (workspace_id, pos, mails) "
           "SELECT h.workspace_id, coalesce(("
           "  SELECT e.pos "
           "  FROM ledger e "
           "  WHERE e.workspace_id = $1 AND e.at < now() - interval '1 hour' "
           "  ORDER BY e.pos DESC "
           "  LIMIT 1"
           "), 0), true "
           "FROM workspace_head h "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id) DO UPDATE SET mails = true",
};

/* clang-format on */

const struct statement *const outbound_mailed_statements[] = {&OUTBOUND_UNMAILED, &CURSOR_MAIL,
                                                              NULL};

enum pg_status outbound_unmailed(struct pg *pg, struct arena *arena, int64_t deadline,
                                 struct uuid *out, size_t max, size_t *count)
{
    struct pg_params params;

    *count = 0;
    pg_params_init(&params, arena);
    pg_params_int8(&params, (int64_t)max);
    enum pg_status status = pg_run(pg, &OUTBOUND_UNMAILED, &params, deadline);
    const struct pg_result *found = status == PG_OK ? pg_result(pg, 0) : NULL;
    for (int i = 0; i < pg_rows(found) && *count < max; i++)
        out[(*count)++] = pg_get_uuid(found, i, 0);
    pg_pipeline_end(pg);
    return status;
}

enum pg_status outbound_begin_mail(const struct pg_scope *scope, int64_t deadline)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    if (status != PG_OK)
        return status;
    pg_queue_begin(scope->pg, scope->workspace);
    pg_scope_params(scope, &params);
    pg_queue(scope->pg, &CURSOR_MAIL, &params);
    pg_queue_commit(scope->pg);
    status = pg_pipeline_run(scope->pg, deadline);
    pg_pipeline_end(scope->pg);
    return status;
}
