/* Reports: how many leads are at each stage. */
#ifndef BATON_STORE_STAGES_READ_H
#define BATON_STORE_STAGES_READ_H

#include "core/lead/lead.h"
#include "store/read/read.h"

struct stages {
    int64_t standing[STAGE_COUNT];    /* leads whose stage it is now; erased ones have none */
    int64_t reached[MILESTONE_COUNT]; /* that ever reached it, erased ones included */
    int64_t leads;                    /* sum of standing */
    int64_t claimed_not_qualified; /* called mql or more by a sender; no milestone, and no verdict
                                      that agrees */
};

/** Of the leads whose first touch, or else capture, is at `from` or later and before `to`
 *  (INSTANT_NONE: open). Of whole days in UTC from what is kept counted (read/report_counted.h),
 *  else, or while that is not whole, by stages_read_leads(). */
enum err stages_read(const struct read *read, instant from, instant to,
                     struct stages *out) MUST_USE;

/** The same from the leads themselves. */
enum err stages_read_leads(const struct read *read, instant from, instant to,
                           struct stages *out) MUST_USE;

#endif
