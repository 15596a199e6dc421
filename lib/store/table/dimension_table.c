#include "store/table/dimension_table.h"

static const struct statement DIMENSION_INSERT = {
    .name = "dimension_insert",
    .sql = "INSERT INTO dimension (workspace_id, dimension_id, dimension, value) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, "
           "unnest($2::int8[], $3::text[], $4::text[]) u WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, dimension_id) DO NOTHING",
    .index = "workspace_head_pkey",
    .hot = true,
};

void dimension_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                                  struct dimension_row *const *rows, size_t count)
{
    static const enum pg_type types[] = {PG_INT8, PG_TEXT, PG_TEXT};
    struct pg_array c[3];
    struct pg_params params;

    if (count == 0)
        return;
    pg_columns_begin(c, arena, types, 3, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_int8(&c[0], rows[i]->id);
        pg_array_text(&c[1], dimension_name(rows[i]->dimension));
        pg_array_text(&c[2], rows[i]->value);
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_columns(&params, c, 3);
    pg_queue(pg, &DIMENSION_INSERT, &params);
}

const struct statement *const dimension_table_statements[] = {&DIMENSION_INSERT, NULL};
