#include "store/table/head_table.h"

/* clang-format off */

/* $1 workspace */
static const struct statement HEAD_READ = {
    .name = "head_read",
    .sql = "SELECT config_version, clock_timestamp() "
           "FROM workspace_head "
           "WHERE workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* $1 workspace, $2 entries, $3 configuration as read, $4 changes of it */
static const struct statement HEAD_MOVE = {
    .name = "head_move",
    .sql = "UPDATE workspace_head SET "
           "pos = pos + $2, "
           "config_version = config_version + $4, "
           "config_changed_at = CASE $4 WHEN 0 THEN config_changed_at ELSE clock_timestamp() END "
           "WHERE workspace_id = $1 AND config_version = $3",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* The COMMIT is already in the pipeline behind it: a head that did not move must be an error here.
 * $1 workspace, $2 configuration */
static const struct statement HEAD_GUARD = {
    .name = "head_guard",
    .sql = "SELECT 1 / count(*) "
           "FROM workspace_head "
           "WHERE workspace_id = $1 AND config_version = $2",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* With a synchronous standby it writes something, so that its COMMIT waits for the standby; without
 * one it writes nothing.
 * $1 workspace */
static const struct statement HEAD_CONFIRM = {
    .name = "head_confirm",
    .sql = "UPDATE workspace_head SET pos = pos "
           "WHERE workspace_id = $1 "
           "AND current_setting('synchronous_standby_names') <> ''",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const head_table_statements[] = {&HEAD_READ, &HEAD_MOVE, &HEAD_GUARD,
                                                         &HEAD_CONFIRM, NULL};

int head_table_queue_read(const struct pg_scope *scope)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    return pg_queue(scope->pg, &HEAD_READ, &params);
}

void head_table_queue_move(const struct pg_scope *scope, size_t count, int64_t config_version,
                           bool config_changed)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, (int64_t)count);
    pg_params_int8(&params, config_version);
    pg_params_int8(&params, config_changed);
    pg_queue(scope->pg, &HEAD_MOVE, &params);
    pg_scope_params(scope, &params);
    pg_params_int8(&params, config_version + config_changed);
    pg_mark_guard(scope->pg, pg_queue(scope->pg, &HEAD_GUARD, &params));
}

void head_table_queue_confirm(const struct pg_scope *scope)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_queue(scope->pg, &HEAD_CONFIRM, &params);
}
