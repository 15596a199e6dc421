/* Rows of the table account. */
#ifndef BATON_STORE_ACCOUNT_TABLE_H
#define BATON_STORE_ACCOUNT_TABLE_H

#include "core/account/account.h"
#include "store/pg/pg_scope.h"

/** Answers the accounts with these ids, locked in the order of their ids. */
extern const struct statement ACCOUNT_LOCK;
extern const struct statement ACCOUNT_SAVE;

struct account *account_table_read(const struct pg_result *result, int row, struct arena *arena);

#endif
