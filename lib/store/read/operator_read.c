#include "store/read/operator_read.h"

#include "store/pg/pg_scope.h"

#include <string.h>

#define READ_MEMORY_BYTES 65536

static const struct statement OPERATOR_HANDOFFS = {
    .name = "operator_handoffs",
    .sql = "SELECT count(*), count(*) FILTER (WHERE respond_by < now()) FROM (SELECT respond_by "
           "FROM handoff WHERE workspace_id = $1 AND state = 'offered' ORDER BY to_team LIMIT "
           "$2::int8) h",
    .index = "handoff_queue",
    .hot = true,
};

static const struct statement OPERATOR_DELIVERIES = {
    .name = "operator_deliveries",
    .sql = "SELECT count(*) FILTER (WHERE status = 'failed'), "
           "count(*) FILTER (WHERE status = 'partial') "
           "FROM (SELECT status FROM delivery WHERE workspace_id = $1 "
           "AND status IN ('failed', 'partial') LIMIT $2::int8) d",
    .index = "delivery_failed",
    .hot = true,
};

/* Without a checkpoint the age counts from the first entry. */
static const struct statement OPERATOR_CHECKPOINT = {
    .name = "operator_checkpoint",
    .sql = "SELECT h.pos - j.cursor, CASE WHEN h.pos > j.cursor THEN greatest(extract(epoch FROM "
           "now() - coalesce((SELECT c.at FROM checkpoint c WHERE c.workspace_id = $1 "
           "ORDER BY c.size DESC LIMIT 1), (SELECT l.at FROM ledger l WHERE l.workspace_id = $1 "
           "AND l.pos = 1))), 0) ELSE 0 END::int8 FROM workspace_head h, job j "
           "WHERE h.workspace_id = $1 AND j.workspace_id = $1 AND j.name = 'checkpoint'",
    .index = "checkpoint_pkey",
    .hot = true,
};

static const struct statement OPERATOR_ROLLUP = {
    .name = "operator_rollup",
    .sql = "SELECT h.pos - coalesce(c.pos, 0) FROM workspace_head h "
           "LEFT JOIN rollup_cursor c ON c.workspace_id = $1 WHERE h.workspace_id = $1",
    .index = "rollup_cursor_pkey",
    .hot = true,
};

const struct statement *const operator_read_statements[] = {
    &OPERATOR_HANDOFFS, &OPERATOR_DELIVERIES, &OPERATOR_CHECKPOINT, &OPERATOR_ROLLUP, NULL};

static int queue(const struct pg_scope *scope, const struct statement *statement, bool capped)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    if (capped)
        pg_params_int8(&params, OPERATOR_COUNT_MAX);
    return pg_queue(scope->pg, statement, &params);
}

enum pg_status operator_read(struct pg *pg, struct uuid workspace, int64_t deadline,
                             struct operator_state *out)
{
    struct arena *arena = arena_new(READ_MEMORY_BYTES);
    const struct pg_scope scope = {pg, arena, workspace};
    enum pg_status status = arena == NULL ? PG_MEMORY : pg_pipeline_begin(pg, deadline);

    memset(out, 0, sizeof *out);
    if (status == PG_OK) {
        pg_queue_begin_read(pg, workspace);
        int handoffs = queue(&scope, &OPERATOR_HANDOFFS, true);
        int deliveries = queue(&scope, &OPERATOR_DELIVERIES, true);
        int checkpoint = queue(&scope, &OPERATOR_CHECKPOINT, false);
        int rollup = queue(&scope, &OPERATOR_ROLLUP, false);
        pg_queue_commit(pg);
        status = pg_pipeline_run(pg, deadline);
        if (status == PG_OK) {
            out->waiting = pg_get_int8(pg_result(pg, handoffs), 0, 0);
            out->overdue = pg_get_int8(pg_result(pg, handoffs), 0, 1);
            out->failed = pg_get_int8(pg_result(pg, deliveries), 0, 0);
            out->partial = pg_get_int8(pg_result(pg, deliveries), 0, 1);
        }
        if (status == PG_OK && pg_rows(pg_result(pg, checkpoint)) == 1) {
            out->uncovered = pg_get_int8(pg_result(pg, checkpoint), 0, 0);
            out->checkpoint_age = pg_get_int8(pg_result(pg, checkpoint), 0, 1);
        }
        if (status == PG_OK && pg_rows(pg_result(pg, rollup)) == 1)
            out->uncounted = pg_get_int8(pg_result(pg, rollup), 0, 0);
        pg_pipeline_end(pg);
    }
    arena_free(arena);
    return status;
}
