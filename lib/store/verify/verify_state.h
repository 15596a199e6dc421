/*
 * `baton verify --state`: compares what the ledger alone says of every lead and handoff with what
 * the rows say. It is given the entries that verify.c reads, ordered by subject and seq, and holds
 * one page of leads at a time.
 */
#ifndef BATON_STORE_VERIFY_STATE_H
#define BATON_STORE_VERIFY_STATE_H

#include "core/handoff/replay.h"
#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

struct verify_state;

/** NULL when memory is short. page_rows: the most entries between two flushes. */
struct verify_state *verify_state_new(struct pg *pg, struct uuid workspace, size_t page_rows,
                                      struct verify_report *report);
void verify_state_free(struct verify_state *state);

/** The next entry; does not touch the database. ERR_OUT_OF_MEMORY. */
enum err verify_state_follow(struct verify_state *state, const struct ledger_entry *entry,
                             int64_t pos) MUST_USE;

/** Compares what was followed since the last flush. Not while a round trip of pg is being read. */
enum pg_status verify_state_flush(struct verify_state *state) MUST_USE;

/** After the last flush: compares the last lead, and reports the rows that no entry explains. */
enum pg_status verify_state_end(struct verify_state *state) MUST_USE;

extern const struct statement *const verify_state_statements[];

#endif
