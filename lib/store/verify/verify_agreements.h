/*
 * Part of `baton verify --state`: every version of an agreement is in the state that its chain
 * leaves it in, has the signatures that stand there, and the document that was written and signed.
 */
#ifndef BATON_STORE_VERIFY_AGREEMENTS_H
#define BATON_STORE_VERIFY_AGREEMENTS_H

#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

/** Within the snapshot of pg. */
enum pg_status verify_agreements(struct pg *pg, struct uuid workspace,
                                 struct verify_report *report) MUST_USE;

extern const struct statement *const verify_agreements_statements[];

#endif
