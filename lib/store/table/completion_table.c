#include "store/table/completion_table.h"

#include "store/pg/columns.h"
#include "store/table/merged.h"

#define DROP_BATCH 5000

static const char *name_of(unsigned state)
{
    return completion_state_name((enum completion_state)state);
}

static const struct column_form as_completion_state = COLUMN_WORD(name_of, COMPLETION_STATE_COUNT);

/* Its statements name no index: on an empty table all that begin with the workspace look alike. */

/* clang-format off */

#define IN(name) MEMBER(struct completion, name)

static const struct column completion_list[] = {
    {"completion_id", &as_uuid,             IN(id),       COLUMN_KEY},
    {"source_id",     &as_uuid,             IN(source)},
    {"delivery_id",   &as_uuid,             IN(delivery)},
    {"item",          &as_int4,             IN(item)},
    {"url",           &as_text,             IN(url)},
    {"headers",       &as_text,             IN(headers),  COLUMN_NULL},
    {"state",         &as_completion_state, IN(state),    COLUMN_CHANGES},
    {"tries",         &as_int4,             IN(tries),    COLUMN_CHANGES},
    {"made_at",       &as_instant,          IN(made_at)},
    {"next_at",       &as_instant,          IN(next_at),  COLUMN_CHANGES | COLUMN_NULL},
    {"tried_at",      &as_instant,          IN(tried_at), COLUMN_CHANGES | COLUMN_NULL},
    {"status",        &as_int4,             IN(status),   COLUMN_CHANGES | COLUMN_NULL},
    {"failure",       &as_text,             IN(failure),  COLUMN_CHANGES | COLUMN_NULL},
    {"result_id",     &as_uuid,             IN(result),   COLUMN_CHANGES | COLUMN_NULL},
    {"lease",         &as_uuid,             IN(lease),    COLUMN_CHANGES | COLUMN_NULL},
    {"lease_until",   &as_instant,          IN(lease_until), COLUMN_CHANGES | COLUMN_NULL},
};
#undef IN

const struct columns completion_columns =
    COLUMNS("completion", completion_list, struct completion, PROOF_FREE,
            "what is asked of a sender next: what came of it is a delivery");

static const struct statement COMPLETION_ADD = {
    .name = "completion_add",
    .makes = STATEMENT_ADDS,
    .of = &completion_columns,
};

/* $1 workspace, $2 completion */
static const struct statement COMPLETION_AGAIN = {
    .name = "completion_again",
    .sql = "UPDATE completion SET state = 'pending', next_at = now(), tries = 0, failure = NULL "
           "WHERE workspace_id = $1 AND completion_id = $2 AND state = 'failed'",
};

/* $1 workspace, $2 completion, $3 delivery */
static const struct statement COMPLETION_IS_DONE = {
    .name = "completion_is_done",
    .sql = "UPDATE completion SET state = 'done', result_id = $3, next_at = NULL, "
           "tried_at = now(), tries = tries + 1, failure = NULL, lease = NULL, lease_until = NULL "
           "WHERE workspace_id = $1 AND completion_id = $2 AND state <> 'done'",
};

/* $1 workspace, $2 older than this, $3 limit */
static const struct statement COMPLETION_DROP = {
    .name = "completion_drop",
    .sql = "DELETE FROM completion "
           "WHERE workspace_id = $1 "
           "AND completion_id IN ("
           "  SELECT completion_id "
           "  FROM completion "
           "  WHERE workspace_id = $1 AND made_at < $2 AND next_at IS NULL "
           "  ORDER BY made_at "
           "  LIMIT $3)",
};

/* $1 workspace, $2 lead */
const struct statement COMPLETION_ERASE = {
    .name = "completion_erase",
    .sql = "WITH RECURSIVE "
           MERGED_ALL
           ", gone AS ("
           "  DELETE FROM completion c "
           "  USING delivery_lead l "
           "  WHERE c.workspace_id = $1 AND l.workspace_id = $1 "
           "  AND l.lead_id IN (SELECT id FROM all_of) AND c.result_id = l.delivery_id "
           "  RETURNING c.delivery_id"
           ") "
           "UPDATE delivery SET body = NULL, headers = NULL, salt = NULL "
           "WHERE workspace_id = $1 AND delivery_id IN (SELECT delivery_id FROM gone)",
};

/* $1 lease, $2 seconds, $3 limit */
static const struct statement COMPLETION_CLAIM = {
    .name = "completion_claim",
    .role = STATEMENT_JOB,
    .sql = "WITH due AS MATERIALIZED ("
           "  SELECT workspace_id, completion_id "
           "  FROM completion "
           "  WHERE next_at <= now() AND (lease_until IS NULL OR lease_until < now()) "
           "  ORDER BY next_at "
           "  LIMIT $3 "
           "  FOR UPDATE SKIP LOCKED"
           ") "
           "UPDATE completion c "
           "SET lease = $1, lease_until = now() + make_interval(secs => $2::int4) "
           "FROM due "
           "WHERE c.workspace_id = due.workspace_id AND c.completion_id = due.completion_id "
           "RETURNING c.workspace_id, c.completion_id",
};

/* $1 workspace, $2 completion, $3 lease */
static const struct statement COMPLETION_GET = {
    .name = "completion_get",
    .sql = "SELECT {completion} "
           "FROM completion "
           "WHERE workspace_id = $1 AND completion_id = $2 AND lease = $3 AND state = 'pending'",
};

/* $1 workspace, $2 completion, $3 lease, $4 tries, $5 status, $6 failure, $7 seconds or null */
static const struct statement COMPLETION_ENDED = {
    .name = "completion_ended",
    .sql = "UPDATE completion SET tries = $4, status = $5, failure = $6, tried_at = now(), "
           "next_at = now() + make_interval(secs => $7::int4), "
           "state = CASE WHEN $7::int4 IS NULL THEN 'failed' ELSE 'pending' END, "
           "lease = NULL, lease_until = NULL "
           "WHERE workspace_id = $1 AND completion_id = $2 AND lease = $3 AND state = 'pending'",
};

/* clang-format on */

const struct statement *const completion_table_statements[] = {
    &COMPLETION_ADD,  &COMPLETION_AGAIN, &COMPLETION_IS_DONE,
    &COMPLETION_DROP, &COMPLETION_ERASE, &COMPLETION_CLAIM,
    &COMPLETION_GET,  &COMPLETION_ENDED, NULL,
};

void completion_table_queue_add(const struct pg_scope *scope, const struct completion *row)
{
    pg_scope_queue_id(scope, &COMPLETION_AGAIN, row->id);
    columns_queue(scope, &COMPLETION_ADD, &(const void *){row}, 1);
}

void completion_table_queue_done(const struct pg_scope *scope, const struct completion *row)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, row->id);
    pg_params_uuid(&params, row->result);
    pg_queue(scope->pg, &COMPLETION_IS_DONE, &params);
}

void completion_table_queue_drop(const struct pg_scope *scope, instant before)
{
    struct pg_params params;

    if (before == INSTANT_NONE)
        return;
    pg_scope_params(scope, &params);
    pg_params_instant(&params, before);
    pg_params_int8(&params, DROP_BATCH);
    pg_queue(scope->pg, &COMPLETION_DROP, &params);
}

enum pg_status completion_claim(struct pg *pg, const struct lease_claim *claim, struct leased *out,
                                size_t *count)
{
    return lease_take(pg, &COMPLETION_CLAIM, COMPLETION_LEASE_SECONDS, claim, out, count);
}

enum pg_status completion_load(const struct pg_scope *scope, struct uuid id, struct uuid lease,
                               int64_t deadline, struct completion **out)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    *out = NULL;
    if (status != PG_OK)
        return status;
    pg_queue_begin(scope->pg, scope->workspace);
    pg_scope_params(scope, &params);
    pg_params_uuid(&params, id);
    pg_params_uuid(&params, lease);
    int found = pg_queue(scope->pg, &COMPLETION_GET, &params);
    pg_queue_commit(scope->pg);
    status = pg_pipeline_run(scope->pg, deadline);
    const struct pg_result *result = status == PG_OK ? pg_result(scope->pg, found) : NULL;
    if (pg_rows(result) == 1) {
        *out = ARENA_NEW(scope->arena, struct completion);
        if (*out == NULL || !columns_read(&completion_columns, result, 0, 0, scope->arena, *out))
            status = pg_fail(scope->pg, PG_MEMORY, "a completion cannot be read");
    }
    pg_pipeline_end(scope->pg);
    return status;
}

void completion_end(const struct pg_scope *scope, const struct completion *row, struct uuid lease,
                    int next_in_s, int64_t deadline)
{
    struct pg_params params;

    if (pg_pipeline_begin(scope->pg, deadline) != PG_OK)
        return;
    pg_queue_begin(scope->pg, scope->workspace);
    pg_scope_params(scope, &params);
    pg_params_uuid(&params, row->id);
    pg_params_uuid(&params, lease);
    pg_params_int4(&params, row->tries);
    if (row->status == 0)
        pg_params_null(&params);
    else
        pg_params_int4(&params, row->status);
    pg_params_text(&params, row->failure);
    if (next_in_s < 0)
        pg_params_null(&params);
    else
        pg_params_int4(&params, next_in_s);
    pg_queue(scope->pg, &COMPLETION_ENDED, &params);
    pg_queue_commit(scope->pg);
    enum pg_status status = pg_pipeline_run(scope->pg, deadline);
    (void)status;
    pg_pipeline_end(scope->pg);
}
