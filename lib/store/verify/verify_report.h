/* What a verification is to check, and what it has found. */
#ifndef BATON_STORE_VERIFY_REPORT_H
#define BATON_STORE_VERIFY_REPORT_H

#include "core/ledger/checkpoint.h"

#include <stdbool.h>

/** Findings that are reported one by one; more are counted. */
#define VERIFY_FINDINGS_MAX 100

struct verify_report {
    /* to be set */
    bool state; /* replay the ledger and compare every lead and handoff with it */
    const struct checkpoint *kept; /* by somebody outside, of this workspace; sorted by size */
    size_t kept_count;
    /* The range: only chains of leads with an entry after position `after` and up to `until`, and
     * those that are no lead's. 0 and INT64_MAX: everything, and what can only be said of all rows
     * together as well. Positions and roots are checked from the first on in any case. */
    int64_t after, until;
    /* is set */
    int64_t entries;
    int64_t subjects;
    int64_t leads;
    int64_t findings; /* all of them */
    /* With state: the first entry that has commitments to rows, INT64_MAX when none has; and leads,
     * and rows of the configuration, that no entry has any to, since they are from before. */
    int64_t held_from;
    int64_t not_held;
    bool stopped;
    /** Called for each of the first VERIFY_FINDINGS_MAX, with a sentence that names the place. */
    void (*on_finding)(void *context, const char *finding);
    /** Called after each page, may be NULL: entries, or positions of a range, that are done, and
     *  how many there are. False ends it early, and `stopped` is set. */
    bool (*on_progress)(void *context, int64_t done, int64_t total);
    void *context;
};

/** Whether a range is checked, not everything. */
static inline bool verify_is_range(const struct verify_report *report)
{
    return report->after > 0 || report->until < INT64_MAX;
}

/** Counts a finding, and reports it while there is room. */
void verify_found(struct verify_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
