/*
 * The leads of a workspace in order of their ids, as core/history.h wants them, page by page: each
 * page is a read of its own, so that a scan of millions holds no snapshot and may pause between
 * any two. Leads that were merged away or erased are not among them.
 */
#ifndef BATON_STORE_HISTORY_READ_H
#define BATON_STORE_HISTORY_READ_H

#include "core/config.h"
#include "core/history.h"
#include "store/read.h"

/** Leads of one page, and touches that they may have in all before the page is made shorter. Of a
 *  lead with more than that alone, the latest ones are read. */
#define HISTORY_PAGE_LEADS   1000
#define HISTORY_PAGE_TOUCHES 20000

struct history_query {
    enum term term;           /* whose first verdict is looked for */
    const struct uuid *sales; /* the teams whose answers count */
    size_t sales_count;
    bool touches;           /* whether touches are read at all */
    instant created_before; /* leads that came later are not seen */
};

struct history_page {
    const struct history_lead *leads; /* in the read's arena */
    size_t count;                     /* 0: the end */
};

/** The active teams and former ones with function sales; NULL when memory is short. */
const struct uuid *history_sales_teams(const struct config *config, struct arena *arena,
                                       size_t *count);

/** The clock of this machine: a scan that begins now does not see what comes later. */
instant history_now(void);

/** How many leads a scan will see, about. */
enum err history_read_count(const struct read *read, int64_t *count) MUST_USE;

/** The leads after this id (nil: the first). */
enum err history_read_page(const struct read *read, const struct history_query *query,
                           struct uuid after, struct history_page *out) MUST_USE;

/** The leads that were handed off and not merely offered, newest first, from before *before (nil:
 *  the newest) on; *before moves on, and is nil at the end. A page may be empty before that. */
enum err history_read_handed_off(const struct read *read, const struct history_query *query,
                                 struct uuid *before, struct history_page *out) MUST_USE;

#endif
