/*
 * `baton verify --state`: rows against the commitments that the ledger has to them (docs/ledger.md,
 * "Rows"). It is given the entries that verify.c reads, ordered by subject and seq; of leads and of
 * what hangs on them it holds one page at a time, of the configuration the last commitment to each
 * row.
 */
#ifndef BATON_STORE_VERIFY_ROWS_H
#define BATON_STORE_VERIFY_ROWS_H

#include "core/ledger/ledger.h"
#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

struct verify_rows;

/** NULL when memory is short. */
struct verify_rows *verify_rows_new(struct pg *pg, struct uuid workspace,
                                    struct verify_report *report);
void verify_rows_free(struct verify_rows *rows);

/** The next entry; does not touch the database. ERR_OUT_OF_MEMORY. */
enum err verify_rows_follow(struct verify_rows *rows, const struct ledger_entry *entry,
                            int64_t pos) MUST_USE;

/** Compares the rows of the leads whose last entry was followed. Not while a round trip of pg is
 *  being read. */
enum pg_status verify_rows_flush(struct verify_rows *rows) MUST_USE;

/** After the last flush: compares the last lead, and all rows that are no lead's. */
enum pg_status verify_rows_end(struct verify_rows *rows) MUST_USE;

extern const struct statement *const verify_rows_statements[];

#endif
