#include "store/table/background_table.h"

#include "store/pg/columns.h"

#define STEP_MEMORY_BYTES (4u << 20) /* of one renewal or end, with its result */

/* ---- columns ---- */

static const struct column_form as_background_kind =
    COLUMN_WORD(background_kind_name, BACKGROUND_KIND_COUNT);
static const struct column_form as_background_state =
    COLUMN_WORD(background_state_name, BACKGROUND_STATE_COUNT);

/* clang-format off */

#define IN(name) MEMBER(struct background_job, name)
#define OF_ITS_RUNNER .unsaved = "written by who runs it"
#define FOR_ITS_RUNNER .unread = "for who runs it"

/* When a job exists already, a command can only cancel it: everything else belongs to the server
 * that runs it. */
static const struct column background_list[] = {
    {"job_id",      &as_uuid,             IN(id),             COLUMN_KEY},
    {"kind",        &as_background_kind,  IN(kind)},
    {"state",       &as_background_state, IN(state),          COLUMN_CHANGES},
    {"request",     &as_json_len,         IN(request),
        .beside = offsetof(struct background_job, request_len)},
    {"done",        &as_int8,             IN(done)},
    {"total",       &as_int8,             IN(total)},
    {"place",       &as_uuid,             .use = COLUMN_NULL, OF_ITS_RUNNER, FOR_ITS_RUNNER},
    {"tally",       &as_json,             .use = COLUMN_NULL, OF_ITS_RUNNER, FOR_ITS_RUNNER},
    {"result",      &as_json_len,         IN(result),         COLUMN_NULL, OF_ITS_RUNNER,
        .beside = offsetof(struct background_job, result_len)},
    {"movers",      &as_bytea_len,        .use = COLUMN_NULL, OF_ITS_RUNNER,
        .unread = "read piece by piece: mover_read.h"},
    {"error",       &as_text,             IN(error),          COLUMN_NULL, OF_ITS_RUNNER},
    {"asked_by",    &as_uuid,             IN(asked_by),       COLUMN_NULL},
    {"team_id",     &as_uuid,             IN(team),           COLUMN_NULL},
    {"created_at",  &as_instant,          IN(created_at)},
    {"started_at",  &as_instant,          IN(started_at),     COLUMN_NULL, OF_ITS_RUNNER},
    {"ended_at",    &as_instant,          IN(ended_at),       COLUMN_CHANGES | COLUMN_NULL},
    {"lease_until", &as_instant,          .use = COLUMN_NULL, OF_ITS_RUNNER, FOR_ITS_RUNNER},
    {"slot",        &as_int4,             IN(slot),           COLUMN_CHANGES | COLUMN_NULL},
    {"kept",        &as_bool,             .unsaved = "set by a signature that rests on it",
        .unread = "for what drops jobs in their time"},
};
#undef FOR_ITS_RUNNER
#undef OF_ITS_RUNNER
#undef IN

const struct columns background_columns =
    COLUMNS("background_job", background_list, struct background_job, PROOF_FREE,
            "how far a job has come, and what it found: what it changed stands in entries");

#define IN(name) MEMBER(struct background_claim, name)

static const struct column claim_list[] = {
    {"workspace_id", &as_uuid,            IN(workspace)},
    {"job_id",       &as_uuid,            IN(job)},
    {"kind",         &as_background_kind, IN(kind)},
    {"place",        &as_uuid,            IN(place),    COLUMN_NULL},
    {"done",         &as_int8,            IN(done)},
    {"request",      &as_json_len,        IN(request),
        .beside = offsetof(struct background_claim, request_len)},
    {"tally",        &as_json_len,        IN(tally),    COLUMN_NULL,
        .beside = offsetof(struct background_claim, tally_len)},
    {"asked_by",     &as_uuid,            IN(asked_by), COLUMN_NULL},
    {"team_id",      &as_uuid,            IN(team),     COLUMN_NULL},
    {"created_at",   &as_instant,         IN(created_at)},
    {"lease_until",  &as_instant,         IN(lease_until), COLUMN_NULL},
};
#undef IN

const struct columns background_claim_columns =
    COLUMNS_PART("background_claim", "background_job", claim_list, struct background_claim);

/* ---- statements ---- */

/* $1 workspace, $2 job */
const struct statement BACKGROUND_LOCK = {
    .name = "background_lock",
    .sql = "SELECT {background_job} "
           "FROM background_job "
           "WHERE workspace_id = $1 AND job_id = $2 "
           "FOR NO KEY UPDATE",
    .index = "background_job_pkey",
    .hot = true,
};

/* $1 workspace */
static const struct statement BACKGROUND_SLOTS_TAKEN = {
    .name = "background_slots",
    .sql = "SELECT slot "
           "FROM background_job "
           "WHERE workspace_id = $1 AND slot IS NOT NULL "
           "ORDER BY slot",
    .index = "background_job_slot",
    .hot = true,
};

const struct statement BACKGROUND_SAVE = {
    .name = "background_save",
    .makes = STATEMENT_SAVES,
    .of = &background_columns,
    .tuples = 1,
    .index = "background_job_pkey",
    .hot = true,
};

/* $1 workspace, $2 ended before this */
static const struct statement BACKGROUND_DROP = {
    .name = "background_drop",
    .sql = "DELETE FROM background_job "
           "WHERE workspace_id = $1 AND ended_at < $2 AND NOT kept",
};

/* $1 seconds of the lease, $2 whether imports or the others */
static const struct statement BACKGROUND_CLAIM = {
    .name = "background_claim",
    .role = STATEMENT_JOB,
    .sql = "WITH due AS MATERIALIZED ("
           "  SELECT workspace_id, job_id "
           "  FROM background_job "
           "  WHERE state IN ('queued', 'running') "
           "  AND (state = 'queued' OR lease_until < now()) "
           "  AND (kind = 'import') = $2::bool "
           "  ORDER BY created_at "
           "  LIMIT 1 "
           "  FOR UPDATE SKIP LOCKED"
           ") "
           "UPDATE background_job b SET "
           "state = 'running', "
           "started_at = coalesce(b.started_at, now()), "
           "lease_until = now() + make_interval(secs => $1::int4) "
           "FROM due "
           "WHERE b.workspace_id = due.workspace_id AND b.job_id = due.job_id "
           "RETURNING {b.background_claim}",
};

/* $1 workspace, $2 job, $3 seconds of the lease */
static const struct statement BACKGROUND_CLAIM_ONE = {
    .name = "background_claim_one",
    .sql = "UPDATE background_job SET "
           "state = 'running', "
           "started_at = coalesce(started_at, now()), "
           "lease_until = now() + make_interval(secs => $3::int4) "
           "WHERE workspace_id = $1 AND job_id = $2 "
           "AND (state = 'queued' OR (state = 'running' AND lease_until < now())) "
           "RETURNING {background_claim}",
    .index = "background_job_pkey",
    .hot = true,
};

/* Who has a job is known by the end of its lease: another server that takes it over, or this one
 * when it renews, sets another one.
 * $1 workspace, $2 job, $3 done, $4 total, $5 place, $6 tally, $7 seconds of the lease, $8 its end */
static const struct statement BACKGROUND_RENEW = {
    .name = "background_renew",
    .sql = "UPDATE background_job SET "
           "done = $3::int8, "
           "total = greatest($4::int8, $3::int8), "
           "place = $5::uuid, "
           "tally = $6::json, "
           "lease_until = now() + make_interval(secs => $7::int4) "
           "WHERE workspace_id = $1 AND job_id = $2 AND state = 'running' AND lease_until = $8 "
           "RETURNING lease_until",
    .index = "background_job_pkey",
    .hot = true,
};

/* $1 workspace, $2 job, $3 result or null, $4 error or null, $5 done, $6 end of the lease,
 * $7 movers or null */
static const struct statement BACKGROUND_END = {
    .name = "background_end",
    .sql = "UPDATE background_job SET "
           "state = CASE WHEN $3::json IS NULL THEN 'failed' ELSE 'done' END, "
           "result = $3::json, "
           "movers = $7::bytea, "
           "error = $4::text, "
           "done = $5::int8, "
           "total = $5::int8, "
           "ended_at = now(), "
           "lease_until = NULL, "
           "slot = NULL "
           "WHERE workspace_id = $1 AND job_id = $2 AND state = 'running' AND lease_until = $6 "
           "RETURNING lease_until",
    .index = "background_job_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const background_table_statements[] = {
    &BACKGROUND_LOCK,  &BACKGROUND_SLOTS_TAKEN, &BACKGROUND_SAVE,
    &BACKGROUND_DROP,  &BACKGROUND_CLAIM,       &BACKGROUND_CLAIM_ONE,
    &BACKGROUND_RENEW, &BACKGROUND_END,         NULL,
};

/* ---- for the lane ---- */

int background_table_queue_slots(const struct pg_scope *scope)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    return pg_queue(scope->pg, &BACKGROUND_SLOTS_TAKEN, &params);
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

    if (job == NULL || !columns_read(&background_columns, result, row, 0, arena, job))
        return NULL;
    return job;
}

void background_table_queue_drop(const struct pg_scope *scope, instant before)
{
    struct pg_params params;

    if (before == INSTANT_NONE)
        return;
    pg_scope_params(scope, &params);
    pg_params_instant(&params, before);
    pg_queue(scope->pg, &BACKGROUND_DROP, &params);
}

/* ---- for the server that runs it ---- */

static void begin_params(struct pg_params *params, struct arena *arena,
                         const struct background_claim *claim)
{
    pg_params_init(params, arena);
    pg_params_uuid(params, claim->workspace);
    pg_params_uuid(params, claim->job);
}

/* The claim's workspace stays nil when no job is due. */
static void read_claim(const struct pg_result *result, struct arena *arena,
                       struct background_claim *out)
{
    if (pg_rows(result) == 1 && !columns_read(&background_claim_columns, result, 0, 0, arena, out))
        *out = (struct background_claim){0};
}

enum pg_status background_claim(struct pg *pg, struct arena *arena, bool imports, int64_t deadline,
                                struct background_claim *out)
{
    struct pg_params params;

    *out = (struct background_claim){0};
    pg_params_init(&params, arena);
    pg_params_int4(&params, BACKGROUND_LEASE_SECONDS);
    pg_params_bool(&params, imports);
    enum pg_status status = pg_run(pg, &BACKGROUND_CLAIM, &params, deadline);
    const struct pg_result *result = status == PG_OK ? pg_result(pg, 0) : NULL;
    read_claim(result, arena, out);
    pg_pipeline_end(pg);
    return arena_failed(arena) ? PG_MEMORY : status;
}

enum pg_status background_claim_one(const struct pg_scope *scope, struct uuid job, int64_t deadline,
                                    struct background_claim *out)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    *out = (struct background_claim){0};
    if (status != PG_OK)
        return status;
    pg_scope_params(scope, &params);
    pg_params_uuid(&params, job);
    pg_params_int4(&params, BACKGROUND_LEASE_SECONDS);
    pg_queue_begin(scope->pg, scope->workspace);
    int index = pg_queue(scope->pg, &BACKGROUND_CLAIM_ONE, &params);
    pg_queue_commit(scope->pg);
    status = pg_pipeline_run(scope->pg, deadline);
    if (status == PG_OK)
        read_claim(pg_result(scope->pg, index), scope->arena, out);
    pg_pipeline_end(scope->pg);
    return arena_failed(scope->arena) ? PG_MEMORY : status;
}

/* One statement in a transaction with the workspace's context. Moves the claim's lease to what it
 * is then: INSTANT_NONE when the statement did not find the job, or ended it. */
static enum pg_status run_step(struct pg *pg, struct background_claim *claim,
                               const struct statement *statement, const struct pg_params *params,
                               int64_t deadline)
{
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    pg_queue_begin(pg, claim->workspace);
    int index = pg_queue(pg, statement, params);
    pg_queue_commit(pg);
    status = pg_pipeline_run(pg, deadline);
    if (status == PG_OK)
        claim->lease_until = pg_rows(pg_result(pg, index)) == 1
                                 ? pg_get_instant(pg_result(pg, index), 0, 0)
                                 : INSTANT_NONE;
    pg_pipeline_end(pg);
    return status;
}

enum pg_status background_renew(struct pg *pg, struct background_claim *claim,
                                const struct background_progress *progress, int64_t deadline,
                                bool *ours)
{
    struct arena *arena = arena_new(STEP_MEMORY_BYTES);
    struct pg_params params;

    if (arena == NULL)
        return PG_OTHER;
    begin_params(&params, arena, claim);
    pg_params_int8(&params, progress->done);
    pg_params_int8(&params, progress->total);
    pg_params_uuid(&params, progress->place);
    pg_params_json(&params, progress->tally, progress->tally_len);
    pg_params_int4(&params, BACKGROUND_LEASE_SECONDS);
    pg_params_instant(&params, claim->lease_until);
    enum pg_status status = run_step(pg, claim, &BACKGROUND_RENEW, &params, deadline);
    *ours = status == PG_OK && claim->lease_until != INSTANT_NONE;
    arena_free(arena);
    return status;
}

enum pg_status background_end(struct pg *pg, struct background_claim *claim,
                              const struct background_end *end, int64_t deadline)
{
    struct arena *arena = arena_new(STEP_MEMORY_BYTES);
    struct pg_params params;

    if (arena == NULL)
        return PG_OTHER;
    begin_params(&params, arena, claim);
    pg_params_json(&params, end->result, end->result_len);
    pg_params_text(&params, end->result == NULL ? end->error : NULL);
    pg_params_int8(&params, claim->done);
    pg_params_instant(&params, claim->lease_until);
    pg_params_bytea(&params, end->movers, end->movers_len);
    enum pg_status status = run_step(pg, claim, &BACKGROUND_END, &params, deadline);
    arena_free(arena);
    return status;
}
