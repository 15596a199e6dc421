/*
 * The second pass of `baton verify`, in the order of positions, which no entry's hash covers.
 * Positions must be dense and end where the workspace's head says, and at every checkpoint the
 * entries so far must give the root that was signed there.
 */
#ifndef BATON_STORE_VERIFY_POSITIONS_H
#define BATON_STORE_VERIFY_POSITIONS_H

#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

/** Within the snapshot of pg; a page at a time. */
enum pg_status verify_positions(struct pg *pg, struct uuid workspace,
                                struct verify_report *report) MUST_USE;

extern const struct statement *const verify_positions_statements[];

#endif
