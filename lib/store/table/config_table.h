/* Writes the configuration's tables, row by row as they change. */
#ifndef BATON_STORE_CONFIG_TABLE_H
#define BATON_STORE_CONFIG_TABLE_H

#include "core/work.h"
#include "store/pg/pg_scope.h"
#include "store/seal/keyring.h"

/** Queues the rows of one change. */
void config_table_queue_change(const struct pg_scope *scope, struct keyring *keyring,
                               const struct config_change *change);

/** After the workspace's head has moved: what of a change depends on its place in the ledger. */
void config_table_queue_placed(const struct pg_scope *scope, const struct config_change *change);

#endif
