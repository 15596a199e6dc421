#include "store/table/block_table.h"

#include "store/pg/columns.h"

/* clang-format off */

#define IN(name) MEMBER(struct block_row, name)

static const struct column block_list[] = {
    {"mac",     &as_bytes,   IN(mac),     COLUMN_KEY},
    {"lead_id", &as_uuid,    IN(lead)},
    {"team_id", &as_uuid,    IN(team),    COLUMN_NULL},
    {"made_at", &as_instant, IN(made_at)},
};
#undef IN

const struct columns block_columns =
    COLUMNS("block", block_list, struct block_row, PROOF_FREE,
            "keyed hashes of whom nothing else is kept; that there are some stands in lead.erased");

/* $1 workspace, $2 HMACs */
static const struct statement BLOCK_FIND = {
    .name = "block_find",
    .sql = "SELECT {b.block} "
           "FROM unnest($2::bytea[]) u(mac) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM block "
           "  WHERE workspace_id = $1 AND mac = u.mac "
           "  LIMIT 1"
           ") b",
    .index = "block_pkey",
    .hot = true,
};

static const struct statement BLOCK_ADD = {
    .name = "block_add",
    .makes = STATEMENT_ADDS,
    .of = &block_columns,
};

/* $1 workspace, $2 lead */
static const struct statement BLOCK_LIFT = {
    .name = "block_lift",
    .sql = "DELETE FROM block "
           "WHERE workspace_id = $1 AND lead_id = $2",
};

/* clang-format on */

const struct statement *const block_table_statements[] = {&BLOCK_FIND, &BLOCK_ADD, &BLOCK_LIFT,
                                                          NULL};

int block_table_queue_find(const struct pg_scope *scope, const uint8_t *const *macs, size_t count)
{
    struct pg_params params;
    struct pg_array array;

    pg_array_begin(&array, scope->arena, PG_BYTEA, count);
    for (size_t i = 0; i < count; i++)
        pg_array_bytea(&array, macs[i], DIGEST_BYTES);
    pg_scope_params(scope, &params);
    pg_params_array(&params, &array);
    return pg_queue(scope->pg, &BLOCK_FIND, &params);
}

struct block_row *block_table_read(const struct pg_result *result, int row, struct arena *arena)
{
    struct block_row *block = ARENA_NEW(arena, struct block_row);

    if (block == NULL || !columns_read(&block_columns, result, row, 0, arena, block))
        return NULL;
    return block;
}

void block_table_queue_add(const struct pg_scope *scope, const struct block_row *row)
{
    columns_queue(scope, &BLOCK_ADD, &(const void *){row}, 1);
}

void block_table_queue_lift(const struct pg_scope *scope, const struct block_row *row)
{
    pg_scope_queue_id(scope, &BLOCK_LIFT, row->lead);
}
