#include "store/table/background_table.h"

#include <string.h>

#define STEP_MEMORY_BYTES (4u << 20) /* of one renewal or end, its result included */

#define COLUMNS                                                                                    \
    "job_id, kind, state, request::text, done, total, result::text, error, asked_by, team_id, "    \
    "created_at, started_at, ended_at, slot"

static const struct statement BACKGROUND_LOCK = {
    .name = "background_lock",
    .sql = "SELECT " COLUMNS " FROM background_job WHERE workspace_id = $1 AND job_id = $2 "
           "FOR NO KEY UPDATE",
    .index = "background_job_pkey",
    .hot = true,
};

static const struct statement BACKGROUND_SLOTS_TAKEN = {
    .name = "background_slots",
    .sql = "SELECT slot FROM background_job WHERE workspace_id = $1 "
           "AND slot IS NOT NULL ORDER BY slot",
    .index = "background_job_slot",
    .hot = true,
};

static const struct statement BACKGROUND_GET = {
    .name = "background_get",
    .sql = "SELECT " COLUMNS " FROM background_job WHERE workspace_id = $1 AND job_id = $2",
    .index = "background_job_pkey",
    .hot = true,
};

static const struct statement BACKGROUND_PAGE = {
    .name = "background_page",
    .sql = "SELECT " COLUMNS " FROM background_job WHERE workspace_id = $1 AND job_id < $2 "
           "ORDER BY job_id DESC LIMIT $3",
    .index = "background_job_pkey",
    .hot = true,
};

/* Of a job that is there, only a cancellation is saved: the rest belongs to who runs it. */
static const struct statement BACKGROUND_SAVE = {
    .name = "background_save",
    .sql =
        "INSERT INTO background_job (workspace_id, job_id, kind, state, request, done, total, "
        "asked_by, team_id, created_at, ended_at, slot) SELECT h.workspace_id, $2::uuid, $3::text, "
        "$4::text, $5::json, 0, 0, $6::uuid, $7::uuid, $8::timestamptz, $9::timestamptz, "
        "$10::int4 FROM workspace_head h WHERE h.workspace_id = $1 "
        "ON CONFLICT (workspace_id, job_id) DO UPDATE SET state = excluded.state, "
        "ended_at = excluded.ended_at, slot = excluded.slot",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement BACKGROUND_DROP = {
    .name = "background_drop",
    .sql = "DELETE FROM background_job WHERE workspace_id = $1 AND ended_at < $2",
};

static const struct statement BACKGROUND_CLAIM = {
    .name = "background_claim",
    .role = STATEMENT_JOB,
    .sql = "WITH due AS MATERIALIZED (SELECT workspace_id, job_id FROM background_job "
           "WHERE state IN ('queued', 'running') AND (state = 'queued' OR lease_until < now()) "
           "ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED) "
           "UPDATE background_job b SET state = 'running', "
           "started_at = coalesce(b.started_at, now()), "
           "lease_until = now() + make_interval(secs => $1::int4) FROM due "
           "WHERE b.workspace_id = due.workspace_id AND b.job_id = due.job_id "
           "RETURNING b.workspace_id, b.job_id, b.kind, b.place, b.done, b.request::text, "
           "b.tally::text, b.asked_by, b.team_id, b.created_at",
};

#define CLAIMED                                                                                    \
    "workspace_id, job_id, kind, place, done, request::text, tally::text, asked_by, team_id, "     \
    "created_at"

static const struct statement BACKGROUND_CLAIM_ONE = {
    .name = "background_claim_one",
    .sql = "UPDATE background_job SET state = 'running', started_at = coalesce(started_at, now()), "
           "lease_until = now() + make_interval(secs => $3::int4) "
           "WHERE workspace_id = $1 AND job_id = $2 AND (state = 'queued' OR (state = 'running' "
           "AND lease_until < now())) RETURNING " CLAIMED,
    .index = "background_job_pkey",
    .hot = true,
};

static const struct statement BACKGROUND_RENEW = {
    .name = "background_renew",
    .sql = "UPDATE background_job SET done = $3::int8, total = greatest($4::int8, $3::int8), place "
           "= $5::uuid, "
           "tally = $6::json, lease_until = now() + make_interval(secs => $7::int4) "
           "WHERE workspace_id = $1 AND job_id = $2 AND state = 'running' RETURNING true",
    .index = "background_job_pkey",
    .hot = true,
};

static const struct statement BACKGROUND_END = {
    .name = "background_end",
    .sql = "UPDATE background_job SET state = CASE WHEN $3::json IS NULL THEN 'failed' ELSE 'done' "
           "END, result = $3::json, error = $4::text, done = $5::int8, total = $5::int8, ended_at "
           "= now(), "
           "lease_until = NULL, slot = NULL WHERE workspace_id = $1 AND job_id = $2 AND state = "
           "'running'",
    .index = "background_job_pkey",
    .hot = true,
};

const struct statement *const background_table_statements[] = {
    &BACKGROUND_LOCK,
    &BACKGROUND_SLOTS_TAKEN,
    &BACKGROUND_GET,
    &BACKGROUND_PAGE,
    &BACKGROUND_SAVE,
    &BACKGROUND_DROP,
    &BACKGROUND_CLAIM,
    &BACKGROUND_CLAIM_ONE,
    &BACKGROUND_RENEW,
    &BACKGROUND_END,
    NULL,
};

/* ---- for the lane ---- */

static void begin_params(struct pg_params *params, struct arena *arena, struct uuid workspace,
                         struct uuid job)
{
    pg_params_init(params, arena);
    pg_params_uuid(params, workspace);
    pg_params_uuid(params, job);
}

int background_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                                struct uuid id)
{
    struct pg_params params;

    begin_params(&params, arena, workspace, id);
    return pg_queue(pg, &BACKGROUND_LOCK, &params);
}

int background_table_queue_slots(struct pg *pg, struct arena *arena, struct uuid workspace)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    return pg_queue(pg, &BACKGROUND_SLOTS_TAKEN, &params);
}

uint32_t background_table_slots(const struct pg_result *result)
{
    uint32_t taken = 0;

    for (int row = 0; row < pg_rows(result); row++)
        taken |= 1u << (pg_get_int4(result, row, 0) - 1);
    return taken;
}

struct background_job *background_table_read(const struct pg_result *result, int row,
                                             struct arena *arena)
{
    struct background_job *job = ARENA_NEW(arena, struct background_job);

    if (job == NULL)
        return NULL;
    *job = (struct background_job){
        .id = pg_get_uuid(result, row, 0),
        .request = pg_copy_text(result, row, 3, arena),
        .done = pg_get_int8(result, row, 4),
        .total = pg_get_int8(result, row, 5),
        .result = pg_copy_text(result, row, 6, arena),
        .error = pg_copy_text(result, row, 7, arena),
        .asked_by = pg_get_uuid(result, row, 8),
        .team = pg_get_uuid(result, row, 9),
        .created_at = pg_get_instant(result, row, 10),
        .started_at = pg_get_instant(result, row, 11),
        .ended_at = pg_get_instant(result, row, 12),
        .slot = pg_get_int4(result, row, 13),
    };
    if (!background_kind_parse(pg_get_text(result, row, 1, NULL), &job->kind) ||
        !background_state_parse(pg_get_text(result, row, 2, NULL), &job->state))
        return NULL;
    job->request_len = job->request == NULL ? 0 : strlen(job->request);
    job->result_len = job->result == NULL ? 0 : strlen(job->result);
    return job;
}

void background_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                                 const struct background_job *job)
{
    struct pg_params params;

    begin_params(&params, arena, workspace, job->id);
    pg_params_text(&params, background_kind_name(job->kind));
    pg_params_text(&params, background_state_name(job->state));
    pg_params_json(&params, job->request, job->request_len);
    pg_params_uuid(&params, job->asked_by);
    pg_params_uuid(&params, job->team);
    pg_params_instant(&params, job->created_at);
    pg_params_instant(&params, job->ended_at);
    if (job->slot == 0)
        pg_params_null(&params);
    else
        pg_params_int4(&params, job->slot);
    pg_queue(pg, &BACKGROUND_SAVE, &params);
}

void background_table_queue_drop(struct pg *pg, struct arena *arena, struct uuid workspace,
                                 instant before)
{
    struct pg_params params;

    if (before == INSTANT_NONE)
        return;
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_instant(&params, before);
    pg_queue(pg, &BACKGROUND_DROP, &params);
}

/* ---- for reads ---- */

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
        err = *out == NULL ? ERR_INTERNAL : read_checked(read);
    }
    read_end(read);
    return err;
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
    if (err == ERR_NONE)
        err = read_checked(read);
    read_end(read);
    return err;
}

/* ---- for whoever runs it ---- */

static void read_claim(const struct pg_result *result, struct arena *arena,
                       struct background_claim *out)
{
    if (pg_rows(result) != 1 || !background_kind_parse(pg_get_text(result, 0, 2, NULL), &out->kind))
        return;
    out->workspace = pg_get_uuid(result, 0, 0);
    out->job = pg_get_uuid(result, 0, 1);
    out->place = pg_get_uuid(result, 0, 3);
    out->done = pg_get_int8(result, 0, 4);
    out->request = pg_copy_text(result, 0, 5, arena);
    out->request_len = out->request == NULL ? 0 : strlen(out->request);
    out->tally = pg_copy_text(result, 0, 6, arena);
    out->tally_len = out->tally == NULL ? 0 : strlen(out->tally);
    out->asked_by = pg_get_uuid(result, 0, 7);
    out->team = pg_get_uuid(result, 0, 8);
    out->created_at = pg_get_instant(result, 0, 9);
}

enum pg_status background_claim(struct pg *pg, struct arena *arena, int64_t deadline,
                                struct background_claim *out)
{
    struct pg_params params;

    *out = (struct background_claim){0};
    pg_params_init(&params, arena);
    pg_params_int4(&params, BACKGROUND_LEASE_SECONDS);
    enum pg_status status = pg_run(pg, &BACKGROUND_CLAIM, &params, deadline);
    const struct pg_result *result = status == PG_OK ? pg_result(pg, 0) : NULL;
    read_claim(result, arena, out);
    pg_pipeline_end(pg);
    return arena_failed(arena) ? PG_OTHER : status;
}

enum pg_status background_claim_one(struct pg *pg, struct uuid workspace, struct uuid job,
                                    struct arena *arena, int64_t deadline,
                                    struct background_claim *out)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    *out = (struct background_claim){0};
    if (status != PG_OK)
        return status;
    begin_params(&params, arena, workspace, job);
    pg_params_int4(&params, BACKGROUND_LEASE_SECONDS);
    pg_queue_begin(pg, workspace);
    int index = pg_queue(pg, &BACKGROUND_CLAIM_ONE, &params);
    pg_queue_commit(pg);
    status = pg_pipeline_run(pg, deadline);
    if (status == PG_OK)
        read_claim(pg_result(pg, index), arena, out);
    pg_pipeline_end(pg);
    return arena_failed(arena) ? PG_OTHER : status;
}

/* One statement in a transaction with the workspace's context. */
static enum pg_status run_step(struct pg *pg, struct uuid workspace,
                               const struct statement *statement, const struct pg_params *params,
                               int64_t deadline, int *rows)
{
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    pg_queue_begin(pg, workspace);
    int index = pg_queue(pg, statement, params);
    pg_queue_commit(pg);
    status = pg_pipeline_run(pg, deadline);
    *rows = status == PG_OK ? pg_rows(pg_result(pg, index)) : 0;
    pg_pipeline_end(pg);
    return status;
}

enum pg_status background_renew(struct pg *pg, const struct background_claim *claim,
                                const struct background_progress *progress, int64_t deadline,
                                bool *ours)
{
    struct arena *arena = arena_new(STEP_MEMORY_BYTES);
    struct pg_params params;
    int rows = 0;

    if (arena == NULL)
        return PG_OTHER;
    begin_params(&params, arena, claim->workspace, claim->job);
    pg_params_int8(&params, progress->done);
    pg_params_int8(&params, progress->total);
    pg_params_uuid(&params, progress->place);
    pg_params_json(&params, progress->tally, progress->tally_len);
    pg_params_int4(&params, BACKGROUND_LEASE_SECONDS);
    enum pg_status status =
        run_step(pg, claim->workspace, &BACKGROUND_RENEW, &params, deadline, &rows);
    *ours = rows == 1;
    arena_free(arena);
    return status;
}

enum pg_status background_end(struct pg *pg, const struct background_claim *claim,
                              const char *result, size_t result_len, const char *error,
                              int64_t deadline)
{
    struct arena *arena = arena_new(STEP_MEMORY_BYTES);
    struct pg_params params;
    int rows;

    if (arena == NULL)
        return PG_OTHER;
    begin_params(&params, arena, claim->workspace, claim->job);
    pg_params_json(&params, result, result_len);
    pg_params_text(&params, result == NULL ? error : NULL);
    pg_params_int8(&params, claim->done);
    enum pg_status status =
        run_step(pg, claim->workspace, &BACKGROUND_END, &params, deadline, &rows);
    arena_free(arena);
    return status;
}
