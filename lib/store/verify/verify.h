/*
 * Checks a workspace's ledger against itself and against what stands beside it: every subject's
 * chain from its first entry on, the heads that leads and chains hold, positions and the roots that
 * were signed over them, the invariants of leads, and, when asked for, what the ledger says of
 * every lead against its row. Reads in one snapshot, a page at a time: memory does not grow with
 * the ledger.
 */
#ifndef BATON_STORE_VERIFY_H
#define BATON_STORE_VERIFY_H

#include "base/arena.h"
#include "core/ledger/checkpoint.h"
#include "store/pg/pg.h"

#include <stdbool.h>

/** Findings that are told one by one; more are counted. */
#define VERIFY_FINDINGS_MAX 100

struct verify_report {
    /* to be set */
    bool state; /* replay the ledger and compare every lead and handoff with it */
    const struct checkpoint *kept; /* of this workspace, by somebody else, sorted by size */
    size_t kept_count;
    /* is set */
    int64_t entries;
    int64_t subjects;
    int64_t leads;
    int64_t findings; /* all of them */
    /** Called for each of the first VERIFY_FINDINGS_MAX, with a sentence that names the place. */
    void (*tell)(void *context, const char *finding);
    void *context;
};

/** Counts a finding, and tells it while there is room. */
void verify_found(struct verify_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** PG_OK whatever was found; else the database's trouble. Role baton_app. */
enum pg_status verify_workspace(struct pg *pg, struct uuid workspace,
                                struct verify_report *report) MUST_USE;

#endif
