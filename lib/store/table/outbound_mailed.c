#include "store/table/outbound_mailed.h"

#include "store/pg/statements.h"

/* clang-format off */

/* It begins on Monday at six. */
#define THIS_WEEK "date_trunc('week', now() - interval '6 hours', 'UTC')"

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
           "ON CONFLICT (workspace_id) DO UPDATE SET mails = true, "
           "week = " THIS_WEEK,
};

/* $1 limit */
static const struct statement OUTBOUND_WEEKS = {
    .name = "outbound_weeks",
    .role = STATEMENT_JOB,
    .sql = "SELECT workspace_id, " THIS_WEEK " "
           "FROM outbound_cursor "
           "WHERE mails AND week < " THIS_WEEK " "
           "LIMIT $1",
};

/* $1 workspace, $2 end */
static const struct statement CURSOR_WEEK = {
    .name = "outbound_cursor_week",
    .sql = "UPDATE outbound_cursor SET week = greatest(week, $2) WHERE workspace_id = $1",
    .index = "outbound_cursor_pkey",
};

/* clang-format on */

const struct statement *const outbound_mailed_statements[] = {&OUTBOUND_UNMAILED, &CURSOR_MAIL,
                                                              &OUTBOUND_WEEKS, &CURSOR_WEEK, NULL};

enum pg_status outbound_unmailed(struct pg *pg, struct arena *arena, int64_t deadline,
                                 struct behind *out)
{
    return behind_read(pg, &OUTBOUND_UNMAILED, arena, deadline, out);
}

/* In a transaction of its own; at: INSTANT_NONE, or $2. */
static enum pg_status change_cursor(const struct pg_scope *scope, const struct statement *statement,
                                    instant at, int64_t deadline)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    if (status != PG_OK)
        return status;
    pg_queue_begin(scope->pg, scope->workspace);
    pg_scope_params(scope, &params);
    if (at != INSTANT_NONE)
        pg_params_instant(&params, at);
    pg_queue(scope->pg, statement, &params);
    pg_queue_commit(scope->pg);
    status = pg_pipeline_run(scope->pg, deadline);
    pg_pipeline_end(scope->pg);
    return status;
}

enum pg_status outbound_begin_mail(const struct pg_scope *scope, int64_t deadline)
{
    return change_cursor(scope, &CURSOR_MAIL, INSTANT_NONE, deadline);
}

/* ---- weeks ---- */

enum pg_status outbound_weeks(struct pg *pg, struct arena *arena, int64_t deadline,
                              struct outbound_weeks *out)
{
    struct pg_params params;

    out->count = 0;
    pg_params_init(&params, arena);
    pg_params_int8(&params, BEHIND_WORKSPACES_MAX);
    enum pg_status status = pg_run(pg, &OUTBOUND_WEEKS, &params, deadline);
    const struct pg_result *found = status == PG_OK ? pg_result(pg, 0) : NULL;
    for (int i = 0; i < pg_rows(found) && out->count < BEHIND_WORKSPACES_MAX; i++)
        out->items[out->count++] =
            (struct outbound_week){pg_get_uuid(found, i, 0), pg_get_instant(found, i, 1)};
    pg_pipeline_end(pg);
    return status;
}

enum pg_status outbound_week_said(const struct pg_scope *scope, instant end, int64_t deadline)
{
    return change_cursor(scope, &CURSOR_WEEK, end, deadline);
}
