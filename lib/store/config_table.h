/* The configuration's tables: read as a snapshot, written row by row as it changes. */
#ifndef BATON_STORE_CONFIG_TABLE_H
#define BATON_STORE_CONFIG_TABLE_H

#include "core/work.h"
#include "store/pg.h"

/** Memory of one snapshot, at most. */
#define CONFIG_MEMORY_MAX_BYTES (64u << 20)

/**
 * Reads the whole configuration of a workspace in one round trip, as of one moment. *out belongs to
 * the caller: config_table_free(). NULL in *out when there is no such workspace.
 */
enum pg_status config_table_read(struct pg *pg, struct uuid workspace, struct config **out,
                                 int64_t deadline) MUST_USE;

void config_table_free(struct config *config);

/** Queues the rows of one change. */
void config_table_queue_change(struct pg *pg, struct arena *arena, struct uuid workspace,
                               const struct config_change *change);

#endif
