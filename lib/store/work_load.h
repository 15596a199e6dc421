/* Loads the work set of a group of commands, in the one order in which groups of several servers
 * do not deadlock: resolve ids without locks, lock the leads in the order of their ids, then read
 * what hangs on them in later statements. */
#ifndef BATON_STORE_WORK_LOAD_H
#define BATON_STORE_WORK_LOAD_H

#include "core/command.h"
#include "store/pg/pg.h"

enum load_status {
    LOAD_DONE,         /* the transaction is open and the leads are locked */
    LOAD_STALE_CONFIG, /* the configuration has another version now; nothing is open */
    LOAD_MORE,         /* more leads are concerned than were locked; noted in work->needs */
    LOAD_MOVED,        /* an identity moved to another lead meanwhile: load again */
    LOAD_FAILED,       /* see pg_error(); nothing is open */
};

/**
 * Fills the work set, which work_init() has just made ready, with what the commands need, and with
 * `more`, what they turned out to need in earlier rounds (work->needs; may be NULL). *named is the
 * number of keys that the commands name themselves.
 */
enum load_status work_load(struct pg *pg, struct work *work, struct command *const *commands,
                           size_t count, const struct work_keys *more, int64_t deadline,
                           size_t *named);

#endif
