/* Saves a work set: one statement per table touched, rows sorted by key, the workspace's head last,
 * then the ledger, then COMMIT, all in one round trip. */
#ifndef BATON_STORE_WORK_SAVE_H
#define BATON_STORE_WORK_SAVE_H

#include "core/work.h"
#include "store/pg/pg.h"
#include "store/seal/keyring.h"

/** Dimension values that are known to be in the database: they are not inserted again. One lane's,
 *  so of one workspace and one thread at a time. */
struct known_dimensions {
    int64_t *ids; /* open addressing; 0 is free */
    size_t size;
    size_t count;
    unsigned generation; /* of the database that they are in: config_cache_generation() */
};

/** Knows none any more; the generation stays. */
void known_dimensions_release(struct known_dimensions *known);

/** Whether a group changed anything at all, answers included. */
bool work_is_empty(const struct work *work);

/**
 * PG_OK: committed. Else nothing was written, but for PG_LOST with pg_error()->commit_sent: then
 * the outcome is not known. PG_STALE: the configuration changed since it was loaded.
 */
enum pg_status work_save(struct pg *pg, struct keyring *keyring, struct work *work,
                         struct known_dimensions *known, int64_t deadline) MUST_USE;

/**
 * Ends a group that changed nothing and repeats answers. These were read from this server alone:
 * a COMMIT that was cancelled before the standby had it is seen here like any other. PG_OK: the
 * standby has all that was seen. Else as work_save().
 */
enum pg_status work_confirm(struct pg *pg, struct work *work, int64_t deadline) MUST_USE;

#endif
