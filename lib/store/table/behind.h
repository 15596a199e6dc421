/* Workspaces in which somebody who follows their ledgers has something to do. */
#ifndef BATON_STORE_BEHIND_H
#define BATON_STORE_BEHIND_H

#include "store/pg/pg.h"

/** How many are looked for at once: the others come at the next look. */
#define BEHIND_WORKSPACES_MAX 64

struct behind {
    struct uuid workspaces[BEHIND_WORKSPACES_MAX];
    size_t count;
};

/** Those that a statement answers in its first column; its $1 is how many at most. As baton_job,
 *  which sees all workspaces. Nobody when it fails. */
enum pg_status behind_read(struct pg *pg, const struct statement *statement, struct arena *arena,
                           int64_t deadline, struct behind *out) MUST_USE;

#endif
