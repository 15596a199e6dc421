/* What the distribution of offers needs of a team, under a lock, and what it changed. */
#ifndef BATON_STORE_DEALING_TABLE_H
#define BATON_STORE_DEALING_TABLE_H

#include "core/distribution/deal.h"
#include "store/pg/pg_scope.h"
#include "store/pg/statements.h"

/** A row of distribution_share: what is due to a member of a rule's pool. */
struct claim_row {
    struct uuid team;
    struct uuid member;
    int rule;
    int64_t claim;
};

#define DEALING_STATEMENTS 4

/** Locks the team, and asks for its rows and for what its members have in hand; returns the index
 * of the first of DEALING_STATEMENTS. */
int dealing_table_queue_lock(const struct pg_scope *scope, const struct config *config,
                             struct uuid team);

/** NULL: memory is short. */
struct dealing *dealing_table_take(const struct pg *pg, int first, const struct config *config,
                                   struct uuid team, instant now, struct arena *arena);

/** Queues what has changed. */
void dealing_table_queue_save(const struct pg_scope *scope, const struct dealing *dealing);

/** Turns begin anew. */
void dealing_table_queue_begin(const struct pg_scope *scope, struct uuid team);

#endif
