/*
 * The leads of a workspace as core/evidence/history.h wants them, page by page. Each page is a read
 * of its own, and so is each part of the rows that belong to its leads, so that a scan of millions
 * holds no snapshot and may pause anywhere. Leads that were merged away or erased are left out.
 *
 *     history_read_page(&read, &query, after, &page);
 *     while (page.read < page.count) {
 *         … clear the arena of the other read …
 *         history_read_rest(&other, &query, &page, &leads, &count);
 *         … leads[0] to leads[count - 1] are complete …
 *     }
 */
#ifndef BATON_STORE_HISTORY_READ_H
#define BATON_STORE_HISTORY_READ_H

#include "core/config.h"
#include "core/evidence/history.h"
#include "store/read/read.h"

/** Leads of one page (twice as many when they are named), and touches that are read at once: of a
 *  lead with more, the latest. */
#define HISTORY_PAGE_LEADS   1000
#define HISTORY_PAGE_TOUCHES 20000

struct history_query {
    enum term term;           /* whose first verdict is looked for */
    const struct uuid *sales; /* the teams whose answers count */
    size_t sales_count;
    bool touches;           /* whether touches are read at all */
    bool touch_details;     /* direction and dimensions too, not only kind and times */
    instant created_before; /* leads created later are left out */
};

/** A stored set of attributes, not parsed yet; text is NULL when there is none. */
struct history_text {
    const char *text;
    size_t len;
};

struct history_known {
    struct history_text attributes;
    struct history_text facts;
};

struct history_page {
    struct history_lead *leads; /* in the read's arena */
    const struct history_known *known;
    size_t count; /* 0: the end */
    size_t read;  /* how many of them were completed */
    bool named;   /* not all that there are, and the newest first */
};

/** Active and former teams with function sales; NULL when memory is short. */
const struct uuid *history_sales_teams(const struct config *config, struct arena *arena,
                                       size_t *count);

/** The time of this machine: a scan that begins now leaves out later leads. */
instant history_now(void);

/** About how many leads a scan will see. */
enum err history_read_count(const struct read *read, int64_t *count) MUST_USE;

/** The leads after this id (nil: the first). */
enum err history_read_page(const struct read *read, const struct history_query *query,
                           struct uuid after, struct history_page *out) MUST_USE;

/** The leads that were handed off and not merely offered, newest first, starting before *before
 *  (nil: at the newest); *before moves on, and is nil at the end. A page before the end may be
 *  empty. */
enum err history_read_answered(const struct read *read, const struct history_query *query,
                               struct uuid *before, struct history_page *out) MUST_USE;

/** Completes the next leads of the page, at least one, in this read's arena, which is not the
 *  page's; they are *leads and *count. */
enum err history_read_rest(const struct read *read, const struct history_query *query,
                           struct history_page *page, const struct history_lead **leads,
                           size_t *count) MUST_USE;

#endif
