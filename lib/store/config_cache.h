/*
 * The configurations that this process holds, by workspace: shared by HTTP threads, readers and
 * lanes. A snapshot is reference-counted and lives as long as somebody uses it.
 */
#ifndef BATON_STORE_CONFIG_CACHE_H
#define BATON_STORE_CONFIG_CACHE_H

#include "core/config.h"
#include "store/pg/pg.h"
#include "store/seal/keyring.h"

struct config_cache;

/** keyring opens the secrets that are sealed in configurations; borrowed. */
struct config_cache *config_cache_new(struct keyring *keyring);
void config_cache_free(struct config_cache *cache);

/** That keyring. */
struct keyring *config_cache_keyring(const struct config_cache *cache);

/** The snapshot at hand, with a reference for the caller; NULL when none is. Any thread; never
 *  waits for the database. */
const struct config *config_cache_get(struct config_cache *cache, struct uuid workspace);

/** Drops every snapshot: the database may be another one now, where the same version number can
 *  stand for something else. A snapshot that is being read at this moment is not put in either.
 *  Any thread. */
void config_cache_forget(struct config_cache *cache);

/** How often config_cache_forget() was called. */
unsigned config_cache_generation(struct config_cache *cache);

/** Another reference to a snapshot that the caller holds already. */
const struct config *config_hold(const struct config *config);
/** Gives a reference back; NULL is fine. */
void config_release(const struct config *config);

/**
 * Reads the configuration anew when the one at hand is older than this version (0: when there is
 * none). *out is NULL when there is no such workspace. A reader's or a lane's thread.
 */
enum pg_status config_cache_load(struct config_cache *cache, struct pg *pg, struct uuid workspace,
                                 int64_t at_least, int64_t deadline,
                                 const struct config **out) MUST_USE;

/**
 * As config_cache_load(), but asks the database for the version first, unless that was done within
 * the last max_age_ms: so a change by another process is seen. *out is NULL when there is no such
 * workspace.
 */
enum pg_status config_cache_refresh(struct config_cache *cache, struct pg *pg,
                                    struct uuid workspace, int64_t max_age_ms, int64_t deadline,
                                    const struct config **out) MUST_USE;

#endif
