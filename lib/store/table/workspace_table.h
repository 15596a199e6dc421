/* Finds and makes workspaces. */
#ifndef BATON_STORE_WORKSPACE_TABLE_H
#define BATON_STORE_WORKSPACE_TABLE_H

#include "base/arena.h"
#include "store/pg/pg.h"
#include "store/seal/keyring.h"

/** The workspace of this name; nil when there is none. Role baton_job. */
enum pg_status workspace_table_find(struct pg *pg, const char *name, int64_t deadline,
                                    struct uuid *out) MUST_USE;

struct workspace_row {
    struct uuid id;
    const char *name;
};

/** All of them by name, in the arena. Role baton_job. */
enum pg_status workspace_table_list(struct pg *pg, struct arena *arena, int64_t deadline,
                                    struct workspace_row **out, size_t *count) MUST_USE;

#define WORKSPACE_SECRET_BYTES 32

struct workspace_made {
    struct uuid id;
    const char *name;
    const uint8_t *secret;   /* WORKSPACE_SECRET_BYTES */
    const char *const *jobs; /* their names */
    size_t job_count;
};

/** Makes a new, empty workspace with its secret, sealed, its head, and a row for each of its jobs,
 *  due now. Role baton_app. PG_UNIQUE: there is one with this name. */
enum pg_status workspace_table_insert(struct pg *pg, struct keyring *keyring,
                                      const struct workspace_made *row, int64_t deadline) MUST_USE;

#endif
