/* What attribution counts. The rules are in docs/attribution.md. */
#ifndef BATON_STORE_ATTRIBUTION_READ_H
#define BATON_STORE_ATTRIBUTION_READ_H

#include "store/read/attribution_ask.h"

struct attribution_answers {
    struct attribution items[CREDIT_MODEL_COUNT]; /* one for each of the models */
    size_t count;
    instant from, to; /* the period's ends as moments, INSTANT_NONE where it is open */
};

/** ERR_INVALID_PARAMETER: there is no such time zone. ERR_LIMIT_REACHED: more than
 *  ATTRIBUTION_ROWS_MAX rows of a model. ERR_UNPROCESSABLE: more than ATTRIBUTION_JOURNEYS_MAX
 *  conversions to share. Else as read_run(). */
enum err attribution_read(const struct read *read, const struct attribution_ask *ask,
                          struct attribution_answers *out) MUST_USE;

/** A number of the answer: the credit of a row, or its leads. */
struct attribution_cell {
    bool leads;
    bool whole;                                     /* of all rows */
    const char *time;                               /* of the row; NULL without an interval */
    const char *values[ATTRIBUTION_DIMENSIONS_MAX]; /* NULL: absent */
};

struct attribution_item {
    struct uuid lead;
    instant at;    /* of the milestone; of a cell of leads, of the first touch */
    int64_t share; /* in units of CREDIT_ONE; all of them make the number */
    int64_t amount_minor;
    const char *currency; /* NULL: no amount of its own */
};

struct attribution_items {
    struct attribution_item *items;
    size_t count;
    bool more;
};

/** Some of the leads behind a number, by their moment. */
struct attribution_page {
    struct attribution_cell cell;
    const struct attribution_item
        *after; /* the last of the page before; NULL: from the beginning */
    int limit;
};

/** By the first of the models. As attribution_read(). */
enum err attribution_read_leads(const struct read *read, const struct attribution_ask *ask,
                                const struct attribution_page *page,
                                struct attribution_items *out) MUST_USE;

#endif
