#include "store/table/workspace_table.h"

#include "store/pg/entropy.h"
#include "store/table/config_columns.h"
#include "store/table/sealed_table.h"

#define INSERT_MEMORY_BYTES 65536

/* clang-format off */

/* $1 name */
static const struct statement WORKSPACE_FIND = {
    .name = "workspace_find",
    .role = STATEMENT_JOB,
    .sql = "SELECT workspace_id "
           "FROM workspace "
           "WHERE name = $1 "
           "ORDER BY workspace_id "
           "LIMIT 1",
};

static const struct statement WORKSPACE_LIST = {
    .name = "workspace_list",
    .role = STATEMENT_JOB,
    .sql = "SELECT workspace_id, name "
           "FROM workspace "
           "ORDER BY name, workspace_id",
};

/* $1 workspace, then its name */
static const struct statement WORKSPACE_INSERT = {
    .name = "workspace_insert",
    .sql = "INSERT INTO workspace (workspace_id, {workspace}, created_at) "
           "VALUES ($1, {workspace $2}, now())",
};

/* $1 workspace */
static const struct statement WORKSPACE_HEAD_INSERT = {
    .name = "workspace_head_insert",
    .sql = "INSERT INTO workspace_head (workspace_id, pos, config_version) "
           "VALUES ($1, 0, 1)",
};

/* $1 workspace, $2 names */
static const struct statement WORKSPACE_JOBS_INSERT = {
    .name = "workspace_jobs_insert",
    .sql = "INSERT INTO job (workspace_id, name, due_at, cursor) "
           "SELECT h.workspace_id, u.name, now(), 0 "
           "FROM workspace_head h, unnest($2::text[]) u(name) "
           "WHERE h.workspace_id = $1",
};

/* clang-format on */

const struct statement *const workspace_table_statements[] = {
    &WORKSPACE_FIND,        &WORKSPACE_LIST,        &WORKSPACE_INSERT,
    &WORKSPACE_HEAD_INSERT, &WORKSPACE_JOBS_INSERT, NULL,
};

enum pg_status workspace_table_find(struct pg *pg, const char *name, int64_t deadline,
                                    struct uuid *out)
{
    struct arena *arena = arena_new(INSERT_MEMORY_BYTES);
    struct pg_params params;

    *out = (struct uuid){{0}};
    if (arena == NULL)
        return PG_OTHER;
    pg_params_init(&params, arena);
    pg_params_text(&params, name);
    enum pg_status status = pg_run(pg, &WORKSPACE_FIND, &params, deadline);
    if (status == PG_OK && pg_rows(pg_result(pg, 0)) == 1)
        *out = pg_get_uuid(pg_result(pg, 0), 0, 0);
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}

enum pg_status workspace_table_list(struct pg *pg, struct arena *arena, int64_t deadline,
                                    struct workspace_row **out, size_t *count)
{
    enum pg_status status = pg_run(pg, &WORKSPACE_LIST, NULL, deadline);
    const struct pg_result *rows = status == PG_OK ? pg_result(pg, 0) : NULL;

    *count = 0;
    *out = ARENA_ARRAY(arena, struct workspace_row, (size_t)pg_rows(rows) + 1);
    for (int i = 0; *out != NULL && i < pg_rows(rows); i++)
        (*out)[(*count)++] =
            (struct workspace_row){pg_get_uuid(rows, i, 0), pg_copy_text(rows, i, 1, arena)};
    pg_pipeline_end(pg);
    return status == PG_OK && arena_failed(arena) ? PG_MEMORY : status;
}

static void queue_insert(const struct pg_scope *scope, struct keyring *keyring,
                         const struct workspace_made *row)
{
    struct seal_place place = {row->id, row->id, SEALED_WORKSPACE_SECRET};
    struct config made = {.name = row->name};
    struct pg_params params;
    struct pg_array names;

    entropy_fill(made.salt, sizeof made.salt);
    pg_scope_params(scope, &params);
    columns_put_tuples(&params, &workspace_columns, 0, &(const void *){&made}, 1);
    pg_queue(scope->pg, &WORKSPACE_INSERT, &params);
    sealed_table_queue_save(scope, keyring, &place,
                            (struct seal_bytes){row->secret, WORKSPACE_SECRET_BYTES});

    pg_scope_params(scope, &params);
    pg_queue(scope->pg, &WORKSPACE_HEAD_INSERT, &params);

    pg_array_begin(&names, scope->arena, PG_TEXT, row->job_count);
    for (size_t i = 0; i < row->job_count; i++)
        pg_array_text(&names, row->jobs[i]);
    pg_params_array(&params, &names);
    pg_queue(scope->pg, &WORKSPACE_JOBS_INSERT, &params);
}

enum pg_status workspace_table_insert(struct pg *pg, struct keyring *keyring,
                                      const struct workspace_made *row, int64_t deadline)
{
    const struct pg_scope scope = {pg, arena_new(INSERT_MEMORY_BYTES), row->id};

    if (scope.arena == NULL)
        return PG_OTHER;
    enum pg_status status = pg_pipeline_begin(pg, deadline);
    if (status == PG_OK) {
        pg_queue_begin(pg, row->id);
        queue_insert(&scope, keyring, row);
        pg_queue_commit(pg);
        status = arena_failed(scope.arena) ? PG_MEMORY : pg_pipeline_run(pg, deadline);
        pg_pipeline_end(pg);
    }
    arena_free(scope.arena);
    return status;
}
