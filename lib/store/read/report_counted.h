/* Reports from what is kept counted (core/attribution/rollup_reports.h): what they cost does not
 * grow with the number of leads. */
#ifndef BATON_STORE_REPORT_COUNTED_H
#define BATON_STORE_REPORT_COUNTED_H

#include "core/report/report.h"
#include "store/read/read.h"

/** Whether the question can be answered so: a report whose columns say what is counted for them, as
 *  of now, whole days in UTC, one dimension that is counted, and month or year of a cohort. */
bool report_counts(const struct report *report, const struct report_query *query);

/** Counts first what has come since. *current is false when that is too much, or nothing is counted
 *  whole; then the period has to be read. */
enum err report_counted_catch_up(const struct read *read, bool *current) MUST_USE;

/** Adds the numbers of the columns that are counted, to rows that may be there already: to the
 *  whole, and by the dimensions that are counted to their rows, which are sorted again. */
enum err report_counted_add(const struct read *read, const struct report *report,
                            const struct report_query *query, struct report_rows *rows) MUST_USE;

#endif
