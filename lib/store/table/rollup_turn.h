/* The rollups of attribution, which a reader of the ledger keeps: what it counts is in
 * core/attribution/rollup.h, where it goes on in rollup_cursor.h. */
#ifndef BATON_STORE_ROLLUP_TURN_H
#define BATON_STORE_ROLLUP_TURN_H

#include "core/attribution/rollup.h"
#include "store/pg/pg_scope.h"

#define ROLLUP_TIMEOUT_MS 10000

struct rollup_turn {
    bool taken;  /* false: somebody else has this workspace */
    bool more;   /* there is more to do */
    int64_t pos; /* up to where the ledger was looked at */
};

/**
 * One turn, in one transaction: leads that have changed by the next entries of the ledger are
 * counted anew, and the position moves. A part of what is new altogether (a setup, all leads after
 * a rebuild) is counted beside it. Any number of servers may: whoever finds the workspace taken
 * leaves it, or waits for it. Role baton_app.
 */
enum pg_status rollup_take(struct pg *pg, struct uuid workspace, bool wait, int64_t deadline,
                           struct rollup_turn *out) MUST_USE;

/** Forgets all that is counted, so that the next turns count it again. */
enum pg_status rollup_forget(struct pg *pg, struct uuid workspace, int64_t deadline) MUST_USE;

#endif
