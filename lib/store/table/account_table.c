#include "store/table/account_table.h"

#include "store/pg/columns.h"

/* clang-format off */

#define IN(name) MEMBER(struct account, name)

static const struct column account_list[] = {
    {"account_id",         &as_uuid,    IN(id),           COLUMN_KEY},
    {"domain",             &as_text,    IN(domain)},
    {"owner_team",         &as_uuid,    IN(owner_team),   COLUMN_CHANGES | COLUMN_NULL},
    {"owner_member",       &as_uuid,    IN(owner_member), COLUMN_CHANGES | COLUMN_NULL},
    {"named_by_marketing", &as_bool,    IN(named_by_marketing), COLUMN_CHANGES},
    {"named_by_sales",     &as_bool,    IN(named_by_sales), COLUMN_CHANGES},
    {"created_at",         &as_instant, IN(created_at)},
    {"updated_at",         &as_instant, IN(updated_at),   COLUMN_CHANGES},
};
#undef IN

const struct columns account_columns =
    COLUMNS("account", account_list, struct account, PROOF_COMMITTED, NULL);

/* $1 workspace, $2 accounts, sorted */
const struct statement ACCOUNT_LOCK = {
    .name = "account_lock",
    .sql = "SELECT {a.account} "
           "FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM account "
           "  WHERE workspace_id = $1 AND account_id = u.id "
           "  LIMIT 1 "
           "  FOR NO KEY UPDATE"
           ") a",
    .index = "account_pkey",
    .hot = true,
};

const struct statement ACCOUNT_SAVE = {
    .name = "account_save",
    .makes = STATEMENT_SAVES,
    .of = &account_columns,
    .tuples = 1,
    .index = "account_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const account_table_statements[] = {&ACCOUNT_LOCK, &ACCOUNT_SAVE, NULL};

struct account *account_table_read(const struct pg_result *result, int row, struct arena *arena)
{
    struct account *account = ARENA_NEW(arena, struct account);

    if (account == NULL || !columns_read(&account_columns, result, row, 0, arena, account))
        return NULL;
    return account;
}
