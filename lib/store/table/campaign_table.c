#include "store/table/campaign_table.h"

#include "store/pg/columns.h"

/* clang-format off */

#define IN(name) MEMBER(struct campaign, name)

static const struct column campaign_list[] = {
    {"campaign_id", &as_int8,    IN(id),         COLUMN_KEY},
    {"name",        &as_text,    IN(name)},
    {"record",      &as_json,    IN(record),     COLUMN_CHANGES},
    {"created_at",  &as_instant, IN(created_at)},
    {"updated_at",  &as_instant, IN(updated_at), COLUMN_CHANGES},
};
#undef IN

const struct columns campaign_columns =
    COLUMNS("campaign", campaign_list, struct campaign, PROOF_COMMITTED, NULL);

/* $1 workspace, $2 campaign */
static const struct statement CAMPAIGN_LOCK = {
    .name = "campaign_lock",
    .sql = "SELECT {campaign} "
           "FROM campaign "
           "WHERE workspace_id = $1 AND campaign_id = $2 "
           "FOR NO KEY UPDATE",
    .index = "campaign_pkey",
    .hot = true,
};

const struct statement CAMPAIGN_SAVE = {
    .name = "campaign_save",
    .makes = STATEMENT_SAVES,
    .of = &campaign_columns,
    .tuples = 1,
    .index = "campaign_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const campaign_table_statements[] = {&CAMPAIGN_LOCK, &CAMPAIGN_SAVE, NULL};

int campaign_table_queue_lock(const struct pg_scope *scope, const void *id)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, *(const int64_t *)id);
    return pg_queue(scope->pg, &CAMPAIGN_LOCK, &params);
}

struct campaign *campaign_table_read(const struct pg_result *result, int row, struct arena *arena)
{
    struct campaign *campaign = ARENA_NEW(arena, struct campaign);

    if (campaign == NULL || !columns_read(&campaign_columns, result, row, 0, arena, campaign))
        return NULL;
    return campaign;
}
