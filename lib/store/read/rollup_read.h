/* Attribution from what is kept counted (store/table/rollup_turn.h): what it costs does not grow
 * with the number of leads. */
#ifndef BATON_STORE_ROLLUP_READ_H
#define BATON_STORE_ROLLUP_READ_H

#include "core/attribution/rollup.h"
#include "store/read/attribution_read.h"

/** A setup, and how far it is counted. */
struct attribution_counted {
    struct attribution_setup setup;
    const struct time_zone *zone; /* of the setup */
    bool counted;                 /* its sums are whole */
    bool newer;                   /* a newer version of it is being built */
    int64_t pos;                  /* up to where the ledger is counted; 0: nothing is yet */
    int64_t head;                 /* where the ledger ends */
};

/** The newest version of a setup that is counted, or else the newest. The default is there before
 *  anything is. ERR_NOT_FOUND: there is none of this name. */
enum err attribution_setup_find(const struct read *read, const char *name,
                                struct attribution_counted *out) MUST_USE;

/** Counts what has come since, in this read's own time, until this position is counted and nothing
 *  new waits to be built. */
enum err rollup_catch_up(const struct read *read, int64_t pos) MUST_USE;

/** Whether the question can be answered by what the setup counts: its rules and zone, periods of
 *  whole days, dimensions that it keeps together. */
bool rollup_answers(const struct attribution_ask *ask, const struct attribution_counted *counted);

/** As attribution_read(), of a question that rollup_answers(). */
enum err rollup_read(const struct read *read, const struct attribution_ask *ask,
                     const struct attribution_counted *counted,
                     struct attribution_answers *out) MUST_USE;

#endif
