/* The configuration of a workspace, read as of one moment. */
#ifndef BATON_STORE_CONFIG_READ_H
#define BATON_STORE_CONFIG_READ_H

#include "core/config.h"
#include "store/pg/pg.h"
#include "store/seal/keyring.h"

/** The memory that one snapshot may take. */
#define CONFIG_MEMORY_MAX_BYTES (64u << 20)

/**
 * Reads the whole configuration of a workspace in one round trip, as of one moment. *out belongs to
 * the caller: config_read_free(). It is NULL when there is no such workspace. PG_SEALED when the
 * workspace's secret cannot be opened; a source whose secret cannot be opened has none, which is
 * logged.
 */
enum pg_status config_read(struct pg *pg, struct keyring *keyring, struct uuid workspace,
                           struct config **out, int64_t deadline) MUST_USE;

void config_read_free(struct config *config);

/** The memory that it uses. */
size_t config_read_bytes(const struct config *config);

#endif
