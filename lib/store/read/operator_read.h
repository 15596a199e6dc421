/* The numbers of one workspace that an operator sets alarms on: counts that an index answers,
 * capped, so that they cost the same however many leads there are. No personal data. */
#ifndef BATON_STORE_OPERATOR_READ_H
#define BATON_STORE_OPERATOR_READ_H

#include "store/pg/pg.h"

/** Counting stops here. */
#define OPERATOR_COUNT_MAX 100000

struct operator_state {
    int64_t waiting;        /* handoffs that are offered */
    int64_t overdue;        /* those of them whose time to answer is over */
    int64_t failed;         /* deliveries that did not fit their mapping, */
    int64_t partial;        /* and those of which a part did not */
    int64_t uncovered;      /* ledger entries that no checkpoint covers yet */
    int64_t checkpoint_age; /* seconds since the last checkpoint, when the ledger has grown since;
                               else 0 */
    int64_t uncounted;      /* ledger entries that attribution has not counted yet */
};

/** Role baton_app. */
enum pg_status operator_read(struct pg *pg, struct uuid workspace, int64_t deadline,
                             struct operator_state *out) MUST_USE;

#endif
