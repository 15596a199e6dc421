/*
 * Checks a workspace's ledger against itself and against the other tables: every subject's
 * chain from its first entry on, the heads that leads and chains hold, positions and the roots that
 * were signed over them, the invariants of leads, and, when asked for, what the ledger says of
 * every lead against its row. Reads in one snapshot, a page at a time: memory does not grow with
 * the ledger. Of a range of positions, only the chains that have entries there are followed.
 */
#ifndef BATON_STORE_VERIFY_H
#define BATON_STORE_VERIFY_H

#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

/** PG_OK whatever was found; anything else is a failure of the database. Role baton_app. */
enum pg_status verify_workspace(struct pg *pg, struct uuid workspace,
                                struct verify_report *report) MUST_USE;

#endif
