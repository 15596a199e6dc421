/*
 * Part of `baton verify --state`: every row that names another one names one that is there. The
 * tables that each capture and answer writes have no foreign keys, which would look for the same
 * few teams once for every row; nobody may delete what they name (store/isolation).
 */
#ifndef BATON_STORE_VERIFY_REFERENCES_H
#define BATON_STORE_VERIFY_REFERENCES_H

#include "store/pg/pg.h"
#include "store/verify/verify_report.h"

/** Within the snapshot of pg. */
enum pg_status verify_references(struct pg *pg, struct uuid workspace,
                                 struct verify_report *report) MUST_USE;

extern const struct statement *const verify_references_statements[];

#endif
