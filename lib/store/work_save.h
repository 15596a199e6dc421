/* Saves a work set: one statement per table touched, rows sorted by key, the workspace's head last,
 * then the ledger, then COMMIT, all in one round trip. */
#ifndef BATON_STORE_WORK_SAVE_H
#define BATON_STORE_WORK_SAVE_H

#include "core/work.h"
#include "store/pg/pg.h"
#include "store/seal/keyring.h"

/** Dimension values (sources, campaigns …) that are known to be in the database, so that they are
 *  not inserted again. One lane's: of one workspace, used by one thread at a time. */
struct known_dimensions {
    int64_t *ids; /* open addressing; 0 is free */
    size_t size;
    size_t count;
    unsigned generation; /* of the database that they are in: config_cache_generation() */
};

/** Forgets all of them; the generation stays. */
void known_dimensions_release(struct known_dimensions *known);

/** Whether a group changed anything at all, answers included. */
bool work_is_empty(const struct work *work);

/**
 * PG_OK: committed. PG_STALE: the configuration has changed since it was loaded. Anything else than
 * PG_OK means that nothing was written, except PG_LOST with pg_error()->commit_sent: then the
 * outcome is unknown.
 */
enum pg_status work_save(struct pg *pg, struct keyring *keyring, struct work *work,
                         struct known_dimensions *known, int64_t deadline) MUST_USE;

/**
 * Ends a group that changes nothing and repeats stored answers. They were read from this server,
 * which shows a COMMIT also when it was cancelled before the standby had it. PG_OK: the standby has
 * everything that was read. Else as work_save().
 */
enum pg_status work_confirm(struct pg *pg, struct work *work, int64_t deadline) MUST_USE;

#endif
