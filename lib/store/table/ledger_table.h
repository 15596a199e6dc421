/* Rows of the tables ledger and chain. */
#ifndef BATON_STORE_LEDGER_TABLE_H
#define BATON_STORE_LEDGER_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"

/** Inserts entries at the positions by which the head was just moved. */
extern const struct statement LEDGER_APPEND;

/** Answers rows for chain_table_read(), locked. */
extern const struct statement CHAIN_LOCK;

bool chain_table_read(const struct pg_result *result, int row, struct arena *arena,
                      struct chain_row *out) MUST_USE;

extern const struct statement CHAIN_SAVE;

#endif
