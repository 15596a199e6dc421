#include "store/table/rates_table.h"

#include "store/pg/columns.h"

/* clang-format off */

#define IN(name) MEMBER(struct rates_row, name)

static const struct column rates_list[] = {
    {"rates_id",   &as_int8,    IN(id),         COLUMN_KEY},
    {"record",     &as_json,    IN(record),     COLUMN_CHANGES},
    {"updated_at", &as_instant, IN(updated_at), COLUMN_CHANGES},
};
#undef IN

const struct columns rates_columns =
    COLUMNS("rates", rates_list, struct rates_row, PROOF_COMMITTED, NULL);

/* $1 workspace, $2 which */
static const struct statement RATES_LOCK = {
    .name = "rates_lock",
    .sql = "SELECT {rates} "
           "FROM rates "
           "WHERE workspace_id = $1 AND rates_id = $2 "
           "FOR NO KEY UPDATE",
    .index = "rates_pkey",
    .hot = true,
};

const struct statement RATES_SAVE = {
    .name = "rates_save",
    .makes = STATEMENT_SAVES,
    .of = &rates_columns,
    .tuples = 1,
    .index = "rates_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const rates_table_statements[] = {&RATES_LOCK, &RATES_SAVE, NULL};

int rates_table_queue_lock(const struct pg_scope *scope, const void *id)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, *(const int64_t *)id);
    return pg_queue(scope->pg, &RATES_LOCK, &params);
}

struct rates_row *rates_table_read(const struct pg_result *result, int row, struct arena *arena)
{
    struct rates_row *rates = ARENA_NEW(arena, struct rates_row);

    if (rates == NULL || !columns_read(&rates_columns, result, row, 0, arena, rates))
        return NULL;
    return rates;
}
