/* How far the ledger is counted, and what is to be done first: the row whose lock says who counts.
 */
#ifndef BATON_STORE_ROLLUP_CURSOR_H
#define BATON_STORE_ROLLUP_CURSOR_H

#include "store/pg/pg_scope.h"
#include "store/table/behind.h"

enum rollup_stage {
    ROLLUP_CLEARING, /* what was counted in another way goes */
    ROLLUP_FILLING,  /* all leads are gone through, by id */
    ROLLUP_CURRENT,
};

struct rollup_cursor {
    int64_t pos; /* of the last entry that was looked at */
    enum rollup_stage stage;
    struct uuid filled; /* up to which lead, of a filling one */
};

/** Before every id. */
#define ROLLUP_ID_BEGIN ((struct uuid){{[15] = 1}})

/* Each queues a statement; those that return a number return its index. */

/** The cursor and the default setup, when they are not there yet. */
void rollup_cursor_queue_make(const struct pg_scope *scope);
/** Locks it. Without waiting it has no row when somebody else has it. */
int rollup_cursor_queue_lock(const struct pg_scope *scope, bool wait);
struct rollup_cursor rollup_cursor_read(const struct pg_result *result);
void rollup_cursor_queue_move(const struct pg_scope *scope, const struct rollup_cursor *cursor);
void rollup_cursor_queue_forget(const struct pg_scope *scope);

/** The subjects of the next entries after it, at most so many entries: subject, last position,
 *  whether it is a lead, number of entries. */
int rollup_cursor_queue_entries(const struct pg_scope *scope, size_t limit);

/** Workspaces with something to count. As baton_job. */
enum pg_status rollup_behind(struct pg *pg, struct arena *arena, int64_t deadline,
                             struct behind *out) MUST_USE;

#endif
