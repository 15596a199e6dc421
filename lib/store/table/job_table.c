#include "store/table/job_table.h"

#define CLAIM_MEMORY_BYTES 65536

/* clang-format off */

/* Seconds: clocks of one cluster may differ by a little. */
#define GRACE "60"

/* A job is due by what it has to do: one whose time lies further off than a period was set by a clock
 * that was wrong, and is due at once. One that is put off to infinity is switched off by hand.
 * $1 names, $2 seconds between two times of each */
static const struct statement JOB_PULL_BACK = {
    .name = "job_pull_back",
    .role = STATEMENT_JOB,
    .sql = "WITH late AS ("
           "  UPDATE job j SET due_at = now() "
           "  FROM unnest($1::text[], $2::int4[]) u(name, every) "
           "  WHERE j.name = u.name "
           "  AND j.due_at > now() + make_interval(secs => u.every + " GRACE ") AND j.due_at < 'infinity' "
           "  RETURNING 1"
           ") "
           "SELECT now(), (SELECT count(*) FROM late)",
    .index = "job_due",
};

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
           "RETURNING j.workspace_id, now(), j.sound_at",
};

/* $1 workspace, $2 name, $3 up to when it has counted */
static const struct statement JOB_SOUND = {
    .name = "job_sound",
    .role = STATEMENT_JOB,
    .sql = "UPDATE job SET sound_at = $3 "
           "WHERE workspace_id = $1 AND name = $2",
};

/* $1 workspace, $2 name */
static const struct statement JOB_AGAIN = {
    .name = "job_again",
    .role = STATEMENT_JOB,
    .sql = "UPDATE job SET due_at = now() "
           "WHERE workspace_id = $1 AND name = $2",
};

/* clang-format on */

const struct statement *const job_table_statements[] = {&JOB_PULL_BACK, &JOB_CLAIM, &JOB_SOUND,
                                                        &JOB_AGAIN, NULL};

enum pg_status job_table_pull_back(struct pg *pg, const struct job_period *periods, size_t count,
                                   int64_t deadline, struct job_clock *out)
{
    struct arena *arena = arena_new(CLAIM_MEMORY_BYTES);
    struct pg_array names, every;
    struct pg_params params;

    *out = (struct job_clock){0};
    if (arena == NULL)
        return PG_OTHER;
    pg_array_begin(&names, arena, PG_TEXT, count);
    pg_array_begin(&every, arena, PG_INT4, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_text(&names, periods[i].name);
        pg_array_int4(&every, periods[i].seconds);
    }
    pg_params_init(&params, arena);
    pg_params_array(&params, &names);
    pg_params_array(&params, &every);
    enum pg_status status = pg_run(pg, &JOB_PULL_BACK, &params, deadline);
    if (status == PG_OK && pg_rows(pg_result(pg, 0)) == 1)
        *out = (struct job_clock){.now = pg_get_instant(pg_result(pg, 0), 0, 0),
                                  .pulled_back = pg_get_int8(pg_result(pg, 0), 0, 1)};
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}

enum pg_status job_table_sound(struct pg *pg, const char *name, int64_t deadline,
                               const struct job_turn *turn)
{
    struct arena *arena = arena_new(CLAIM_MEMORY_BYTES);
    struct pg_params params;

    if (arena == NULL)
        return PG_OTHER;
    pg_params_init(&params, arena);
    pg_params_uuid(&params, turn->workspace);
    pg_params_text(&params, name);
    pg_params_instant(&params, turn->sound_at);
    enum pg_status status = pg_run(pg, &JOB_SOUND, &params, deadline);
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}

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

enum pg_status job_table_claim(struct pg *pg, const struct job_period *period, int64_t deadline,
                               struct job_turn *out)
{
    struct arena *arena = arena_new(CLAIM_MEMORY_BYTES);
    struct pg_params params;

    *out = (struct job_turn){.sound_at = INSTANT_NONE};
    if (arena == NULL)
        return PG_OTHER;
    pg_params_init(&params, arena);
    pg_params_text(&params, period->name);
    pg_params_int4(&params, period->seconds);
    enum pg_status status = pg_run(pg, &JOB_CLAIM, &params, deadline);
    if (status == PG_OK && pg_rows(pg_result(pg, 0)) == 1)
        *out = (struct job_turn){
            .workspace = pg_get_uuid(pg_result(pg, 0), 0, 0),
            .now = pg_get_instant(pg_result(pg, 0), 0, 1),
            .sound_at = pg_get_instant(pg_result(pg, 0), 0, 2),
        };
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}
