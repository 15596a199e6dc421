/* Secrets, sealed (lib/base/seal.h): each value is bound to its workspace, its row and its field,
 * which are the key of this table. */
#ifndef BATON_STORE_SEALED_TABLE_H
#define BATON_STORE_SEALED_TABLE_H

#include "store/pg/pg_scope.h"
#include "store/seal/keyring.h"

/* The fields. For a new one add its name here and to the table's check. */
#define SEALED_WORKSPACE_SECRET "workspace_secret"    /* of the workspace itself */
#define SEALED_SOURCE_SECRET    "source_secret"       /* of a source */
#define SEALED_SOURCE_FETCH     "source_fetch_secret" /* what is shown when something is fetched */
#define SEALED_SOURCE_OLD_SECRET                                                                   \
    "source_old_secret" /* the one before, until it no longer counts                               \
                         */
#define SEALED_SUBSCRIPTION_SECRETS "subscription_secrets" /* JSON, of a template */

struct sealed_row {
    struct uuid subject;
    const char *field;
    const uint8_t *value; /* the envelope */
    size_t value_len;
};

/** Queues that this is the value from now on; without bytes: that there is none. */
void sealed_table_queue_save(const struct pg_scope *scope, struct keyring *keyring,
                             const struct seal_place *place, struct seal_bytes clear);

#endif
