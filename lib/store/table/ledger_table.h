/* Rows of the tables ledger and chain. */
#ifndef BATON_STORE_LEDGER_TABLE_H
#define BATON_STORE_LEDGER_TABLE_H

#include "core/work.h"
#include "store/pg/pg.h"

/** Inserts entries at the positions by which the head was just moved. */
void ledger_table_queue_append(struct pg *pg, struct arena *arena, struct uuid workspace,
                               struct ledger_entry *const *entries, size_t count);

/** Answers rows for chain_table_read(), locked. */
int chain_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *subjects, size_t count);

bool chain_table_read(const struct pg_result *result, int row, struct arena *arena,
                      struct chain_row *out) MUST_USE;

void chain_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                            const struct chain_row *row);

#endif
