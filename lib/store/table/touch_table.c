#include "store/table/touch_table.h"

#include "store/pg/columns.h"
#include "store/table/column_words.h"

/* clang-format off */

#define IN(name) MEMBER(struct touch_row, name)

static const struct column touch_list[] = {
    {"touch_id",    &as_uuid,          IN(touch.id), COLUMN_KEY},
    {"lead_id",     &as_uuid,          IN(lead)},
    {"kind",        &as_text,          IN(touch.kind)},
    {"occurred_at", &as_instant,       IN(touch.occurred_at)},
    {"recorded_at", &as_instant,       IN(touch.recorded_at)},
    {"channel",     &as_int8,          IN(touch.dimensions[DIMENSION_CHANNEL]), COLUMN_NULL},
    {"source",      &as_int8,          IN(touch.dimensions[DIMENSION_SOURCE]), COLUMN_NULL},
    {"medium",      &as_int8,          IN(touch.dimensions[DIMENSION_MEDIUM]), COLUMN_NULL},
    {"campaign",    &as_int8,          IN(touch.dimensions[DIMENSION_CAMPAIGN]), COLUMN_NULL},
    {"content",     &as_int8,          IN(touch.dimensions[DIMENSION_CONTENT]), COLUMN_NULL},
    {"term",        &as_int8,          IN(touch.dimensions[DIMENSION_TERM]), COLUMN_NULL},
    {"direction",   &as_direction,     IN(touch.direction)},
    {"function",    &as_team_function, IN(touch.function)},
    {"team",        &as_uuid,          IN(touch.team), COLUMN_NULL},
    {"cost_minor",  &as_int8,          IN(touch.cost.minor), COLUMN_NULL,
        .beside = offsetof(struct touch_row, touch.cost.given)},
    {"cost_currency", &as_currency,    IN(touch.cost.currency), COLUMN_NULL},
};
#undef IN

const struct columns touch_columns =
    COLUMNS("touch", touch_list, struct touch_row, PROOF_VERIFIED, "the entry that recorded it");

/* $1 workspace, $2 touches */
const struct statement TOUCH_FIND = {
    .name = "touch_find",
    .sql = "SELECT t.touch_id, t.lead_id "
           "FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL ("
           TOUCH_BY_ID("u.id")
           ") t",
    .index = "touch_pkey",
    .hot = true,
};

/* $1 workspace, $2 leads, $3 handoffs, $4 how many of each lead */
static const struct statement TOUCH_LOGS = {
    .name = "touch_logs",
    .sql = "SELECT t.lead_id, {t.touch} "
           "FROM "
           CONCERNED
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM touch "
           "  WHERE workspace_id = $1 AND lead_id = u.id "
           "  ORDER BY occurred_at DESC, touch_id DESC "
           "  LIMIT $4"
           ") t",
    .index = "touch_of_lead",
    .hot = true,
};

/* $1 workspace, $2 lead, $3 and $4 moment and id of the last that was loaded */
static const struct statement TOUCH_OLDER = {
    .name = "touch_older",
    .sql = "SELECT kind, floor(extract(epoch FROM occurred_at) / 86400)::int8, count(*) "
           "FROM touch "
           "WHERE workspace_id = $1 AND lead_id = $2 "
           "AND (occurred_at, touch_id) < ($3, $4) "
           "GROUP BY 1, 2 "
           "ORDER BY 2 DESC, 1",
    .index = "touch_of_lead",
    .hot = true,
};

const struct statement TOUCH_INSERT =
    STATEMENT_OF_ROWS("touch_insert", STATEMENT_INSERTS, touch_columns);

/* clang-format on */

const struct statement *const touch_table_statements[] = {&TOUCH_FIND, &TOUCH_LOGS, &TOUCH_OLDER,
                                                          &TOUCH_INSERT, NULL};

int touch_table_queue_logs(const struct pg_scope *scope, const struct concerned *concerned)
{
    struct pg_params params;

    concerned_params(scope, &params, concerned);
    pg_params_int8(&params, TOUCHES_LOADED_MAX);
    return pg_queue(scope->pg, &TOUCH_LOGS, &params);
}

bool touch_table_read(const struct pg_result *result, int row, int column, struct arena *arena,
                      struct touch *out)
{
    struct touch_row read = {0};

    if (!columns_read(&touch_columns, result, row, column, arena, &read))
        return false;
    *out = read.touch;
    return true;
}

int touch_table_queue_older(const struct pg_scope *scope, struct uuid lead,
                            const struct touch *last)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, lead);
    pg_params_instant(&params, last->occurred_at);
    pg_params_uuid(&params, last->id);
    return pg_queue(scope->pg, &TOUCH_OLDER, &params);
}
