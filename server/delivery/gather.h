/* Goes through a workspace's ledger and writes what is to be sent to its subscriptions. */
#ifndef BATON_SERVER_GATHER_H
#define BATON_SERVER_GATHER_H

#include "core/config.h"
#include "store/pg/pg_scope.h"

/** Entries in one transaction, at most, and how many rows may be written before it ends. */
#define GATHER_ENTRIES 500
#define GATHER_ROWS    50000

struct gather_wanted {
    const struct config *config;
    int most;   /* entries */
    bool mails; /* this server sends mail: members are written to, though no server has said so in
                   this workspace yet (outbound_mailed.h) */
};

/** Of the next `most` entries, PG_MEMORY when that is too much at once; *more: there are others
 * after them, or config is older than they are: then nothing is done, and they are to be gone
 * through again with a newer one. */
enum pg_status gather(const struct pg_scope *scope, const struct gather_wanted *wanted,
                      int64_t deadline, bool *more) MUST_USE;

#endif
