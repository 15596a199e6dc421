#include "store/table/touch_table.h"

#include <string.h>

static const struct statement TOUCH_FIND = {
    .name = "touch_find",
    .sql = "SELECT t.touch_id FROM unnest($2::uuid[]) u(id) CROSS JOIN LATERAL ("
           "SELECT touch_id FROM touch WHERE workspace_id = $1 AND touch_id = u.id LIMIT 1) t",
    .index = "touch_pkey",
    .hot = true,
};

int touch_table_queue_find(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *ids, size_t count)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuids(&params, ids, count);
    return pg_queue(pg, &TOUCH_FIND, &params);
}

static const struct statement TOUCH_LOGS = {
    .name = "touch_logs",
    .sql = "SELECT t.lead_id, t.touch_id, t.kind, t.occurred_at, t.recorded_at, t.channel, "
           "t.source, t.medium, t.campaign, t.content, t.direction, t.function "
           "FROM unnest($2::uuid[]) u(id) CROSS JOIN LATERAL (SELECT * FROM touch "
           "WHERE workspace_id = $1 AND lead_id = u.id "
           "ORDER BY occurred_at DESC, touch_id DESC LIMIT $3) t",
    .index = "touch_of_lead",
    .hot = true,
};

int touch_table_queue_logs(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *leads, size_t count)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuids(&params, leads, count);
    pg_params_int8(&params, TOUCHES_LOADED_MAX);
    return pg_queue(pg, &TOUCH_LOGS, &params);
}

bool touch_table_read(const struct pg_result *result, int row, struct arena *arena,
                      struct touch *out)
{
    *out = (struct touch){
        .id = pg_get_uuid(result, row, 1),
        .kind = pg_copy_text(result, row, 2, arena),
        .occurred_at = pg_get_instant(result, row, 3),
        .recorded_at = pg_get_instant(result, row, 4),
        .direction = strcmp(pg_get_text(result, row, 10, NULL), "inbound") == 0
                         ? DIRECTION_INBOUND
                         : DIRECTION_OUTBOUND,
    };
    for (int i = 0; i < DIMENSION_COUNT; i++)
        out->dimensions[i] = pg_get_int8(result, row, 5 + i);
    return out->kind != NULL &&
           team_function_parse(pg_get_text(result, row, 11, NULL), &out->function);
}

static const struct statement TOUCH_OLDER = {
    .name = "touch_older",
    .sql = "SELECT kind, floor(extract(epoch FROM occurred_at) / 86400)::int8, count(*) "
           "FROM touch WHERE workspace_id = $1 AND lead_id = $2 "
           "AND (occurred_at, touch_id) < ($3, $4) GROUP BY 1, 2 ORDER BY 2 DESC, 1",
    .index = "touch_of_lead",
    .hot = true,
};

int touch_table_queue_older(struct pg *pg, struct arena *arena, struct uuid workspace,
                            struct uuid lead, const struct touch *last)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuid(&params, lead);
    pg_params_instant(&params, last->occurred_at);
    pg_params_uuid(&params, last->id);
    return pg_queue(pg, &TOUCH_OLDER, &params);
}

static void put_dimension(struct pg_array *column, int64_t id)
{
    if (id == 0)
        pg_array_null(column);
    else
        pg_array_int8(column, id);
}

static const struct statement TOUCH_INSERT = {
    .name = "touch_insert",
    .sql = "INSERT INTO touch (workspace_id, touch_id, lead_id, kind, occurred_at, recorded_at, "
           "channel, source, medium, campaign, content, direction, function) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, unnest($2::uuid[], $3::uuid[], "
           "$4::text[], $5::timestamptz[], $6::timestamptz[], $7::int8[], $8::int8[], "
           "$9::int8[], $10::int8[], $11::int8[], $12::text[], $13::text[]) u "
           "WHERE h.workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

void touch_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                              struct touch_row *const *rows, size_t count)
{
    static const enum pg_type types[] = {PG_UUID,        PG_UUID, PG_TEXT, PG_TIMESTAMPTZ,
                                         PG_TIMESTAMPTZ, PG_INT8, PG_INT8, PG_INT8,
                                         PG_INT8,        PG_INT8, PG_TEXT, PG_TEXT};
    struct pg_array c[12];
    struct pg_params params;

    if (count == 0)
        return;
    pg_columns_begin(c, arena, types, 12, count);
    for (size_t i = 0; i < count; i++) {
        const struct touch *touch = &rows[i]->touch;
        pg_array_uuid(&c[0], touch->id);
        pg_array_uuid(&c[1], rows[i]->lead);
        pg_array_text(&c[2], touch->kind);
        pg_array_instant(&c[3], touch->occurred_at);
        pg_array_instant(&c[4], touch->recorded_at);
        for (int k = 0; k < DIMENSION_COUNT; k++)
            put_dimension(&c[5 + k], touch->dimensions[k]);
        pg_array_text(&c[10], direction_name(touch->direction));
        pg_array_text(&c[11], team_function_name(touch->function));
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_columns(&params, c, 12);
    pg_queue(pg, &TOUCH_INSERT, &params);
}

const struct statement *const touch_table_statements[] = {&TOUCH_FIND, &TOUCH_LOGS, &TOUCH_OLDER,
                                                          &TOUCH_INSERT, NULL};
