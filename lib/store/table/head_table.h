/* The head of a workspace: the position of its last ledger entry and the version of its
 * configuration. */
#ifndef BATON_STORE_HEAD_TABLE_H
#define BATON_STORE_HEAD_TABLE_H

#include "core/work.h"
#include "store/pg/pg_scope.h"

/** Answers (config_version, clock). */
int head_table_queue_read(const struct pg_scope *scope);

/** Moves the head by count entries (and the configuration's version by one if it changed), with the
 *  guard that fails as PG_STALE when the configuration no longer has this version. */
void head_table_queue_move(const struct pg_scope *scope, size_t count, int64_t config_version,
                           bool config_changed);

/** Changes nothing, but makes the COMMIT wait for a synchronous standby if there is one. */
void head_table_queue_confirm(const struct pg_scope *scope);

#endif
