/*
 * `baton verify --state`: what rows of their own say of leads, against what they are made of:
 * touches against the entries that recorded them, identities against their leads, the values of
 * dimensions against their ids. It is given the entries that verify.c reads, and holds one page of
 * touches at a time.
 */
#ifndef BATON_STORE_VERIFY_TOUCHES_H
#define BATON_STORE_VERIFY_TOUCHES_H

#include "core/ledger/ledger.h"
#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

struct verify_touches;

/** NULL when memory is short. page_rows: the most entries between two flushes. */
struct verify_touches *verify_touches_new(struct pg *pg, struct uuid workspace, size_t page_rows,
                                          struct verify_report *report);
void verify_touches_free(struct verify_touches *touches);

/** The next entry; does not touch the database. ERR_OUT_OF_MEMORY. */
enum err verify_touches_follow(struct verify_touches *touches, const struct ledger_entry *entry,
                               int64_t pos) MUST_USE;

/** Compares the touches that were followed since the last flush. Not while a round trip of pg is
 *  being read. */
enum pg_status verify_touches_flush(struct verify_touches *touches) MUST_USE;

/** After the last flush: how many there are, and identities and dimensions. */
enum pg_status verify_touches_end(struct verify_touches *touches) MUST_USE;

extern const struct statement *const verify_touches_statements[];

#endif
