#include "store/table/rollup_cursor.h"

#include "core/attribution/rollup.h"

#include <string.h>

/* clang-format off */

/* A workspace that was there before its rollups begins at its present: all its leads are gone through.
 * $1 workspace, $2 format, $3 id before all */
static const struct statement CURSOR_MAKE = {
    .name = "rollup_cursor_make",
    .sql = "INSERT INTO rollup_cursor (workspace_id, pos, format, stage, filled) "
           "SELECT h.workspace_id, h.pos, $2::int4, 'filling', $3::uuid "
           "FROM workspace_head h "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT DO NOTHING",
};

/* The setup that is there from the beginning.
 * $1 workspace, $2 name, $3 record */
static const struct statement SETUP_MAKE = {
    .name = "rollup_setup_make",
    .sql = "INSERT INTO attribution_setup "
           "  (workspace_id, setup_id, version, name, record, state, created_at) "
           "SELECT h.workspace_id, 0, 1, $2::text, $3::json, 'counted', now() "
           "FROM workspace_head h "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT DO NOTHING",
};

/* $1 workspace */
static const struct statement CURSOR_LOCK = {
    .name = "rollup_cursor_lock",
    .sql = "SELECT pos, format, stage::text, filled "
           "FROM rollup_cursor "
           "WHERE workspace_id = $1 "
           "FOR UPDATE SKIP LOCKED",
    .index = "rollup_cursor_pkey",
};

static const struct statement CURSOR_WAIT = {
    .name = "rollup_cursor_wait",
    .sql = "SELECT pos, format, stage::text, filled "
           "FROM rollup_cursor "
           "WHERE workspace_id = $1 "
           "FOR UPDATE",
    .index = "rollup_cursor_pkey",
};

/* The subjects of the next entries, each with its last one, and whether it is a lead.
 * $1 workspace, $2 limit, $3 end of the kinds of leads */
static const struct statement ENTRIES = {
    .name = "rollup_entries",
    .sql = "SELECT e.subject_id, max(e.pos), bool_or(e.kind < $3::int2), count(*) "
           "FROM ("
           "  SELECT pos, kind, subject_id "
           "  FROM ledger "
           "  WHERE workspace_id = $1 AND pos > ("
           "    SELECT pos FROM rollup_cursor WHERE workspace_id = $1"
           "  ) "
           "  ORDER BY pos "
           "  LIMIT $2"
           ") e "
           "GROUP BY e.subject_id",
    .index = "ledger_pkey",
    .hot = true,
};

/* $1 workspace, $2 position, $3 stage, $4 filled up to, $5 format */
static const struct statement CURSOR_MOVE = {
    .name = "rollup_cursor_move",
    .sql = "UPDATE rollup_cursor SET pos = greatest(pos, $2), stage = $3, filled = $4, format = $5 "
           "WHERE workspace_id = $1",
    .index = "rollup_cursor_pkey",
};

/* $1 workspace */
static const struct statement FORGET = {
    .name = "rollup_forget",
    .sql = "UPDATE rollup_cursor SET stage = 'clearing' WHERE workspace_id = $1",
    .index = "rollup_cursor_pkey",
};

/* $1 limit */
static const struct statement BEHIND = {
    .name = "rollup_behind",
    .role = STATEMENT_JOB,
    .sql = "SELECT h.workspace_id "
           "FROM workspace_head h "
           "LEFT JOIN rollup_cursor c ON c.workspace_id = h.workspace_id "
           "WHERE c.pos IS NULL OR h.pos > c.pos OR c.stage <> 'current' "
           "OR h.workspace_id IN ("
           "  SELECT workspace_id FROM attribution_setup WHERE state IN ('clearing', 'building', 'retiring')"
           ") "
           "LIMIT $1",
};

/* clang-format on */

const struct statement *const rollup_cursor_statements[] = {
    &CURSOR_MAKE, &SETUP_MAKE, &CURSOR_LOCK, &CURSOR_WAIT, &ENTRIES,
    &CURSOR_MOVE, &FORGET,     &BEHIND,      NULL,
};

static const char *const stage_names[] = {"clearing", "filling", "current"};

void rollup_cursor_queue_make(const struct pg_scope *scope)
{
    struct pg_params params;
    struct json_out record;

    pg_scope_params(scope, &params);
    pg_params_int4(&params, ROLLUP_FORMAT);
    pg_params_uuid(&params, ROLLUP_ID_BEGIN);
    pg_queue(scope->pg, &CURSOR_MAKE, &params);

    json_out_init(&record, scope->arena, 4096);
    json_out_begin_object(&record);
    attribution_setup_write_members(&ATTRIBUTION_SETUP_USUAL, &record);
    json_out_end_object(&record);
    pg_scope_params(scope, &params);
    pg_params_text(&params, ATTRIBUTION_SETUP_DEFAULT);
    pg_params_json(&params, record.written.text, record.written.len);
    pg_queue(scope->pg, &SETUP_MAKE, &params);
}

int rollup_cursor_queue_lock(const struct pg_scope *scope, bool wait)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    return pg_queue(scope->pg, wait ? &CURSOR_WAIT : &CURSOR_LOCK, &params);
}

struct rollup_cursor rollup_cursor_read(const struct pg_result *result)
{
    const char *stage = pg_get_text(result, 0, 2, &(size_t){0});
    struct rollup_cursor cursor = {
        .pos = pg_get_int8(result, 0, 0),
        .stage = ROLLUP_CURRENT,
        .filled = pg_get_uuid(result, 0, 3),
    };

    for (int i = 0; i < ROLLUP_CURRENT; i++)
        if (strcmp(stage, stage_names[i]) == 0)
            cursor.stage = (enum rollup_stage)i;
    if (pg_get_int4(result, 0, 1) != ROLLUP_FORMAT)
        cursor.stage = ROLLUP_CLEARING;
    return cursor;
}

void rollup_cursor_queue_move(const struct pg_scope *scope, const struct rollup_cursor *cursor)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, cursor->pos);
    pg_params_text(&params, stage_names[cursor->stage]);
    pg_params_uuid(&params, cursor->filled);
    pg_params_int4(&params, ROLLUP_FORMAT);
    pg_queue(scope->pg, &CURSOR_MOVE, &params);
}

void rollup_cursor_queue_forget(const struct pg_scope *scope)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_queue(scope->pg, &FORGET, &params);
}

int rollup_cursor_queue_entries(const struct pg_scope *scope, size_t limit)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, (int64_t)limit);
    pg_params_int2(&params, LEDGER_LEAD_KINDS_END);
    return pg_queue(scope->pg, &ENTRIES, &params);
}

enum pg_status rollup_behind(struct pg *pg, struct arena *arena, int64_t deadline,
                             struct behind *out)
{
    return behind_read(pg, &BEHIND, arena, deadline, out);
}
