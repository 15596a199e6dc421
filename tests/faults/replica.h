/*
 * PostgreSQL twice: a primary and the standby that follows it, each with a directory and a port of
 * its own, so that one can take the place of the other. For the thread that made them.
 */
#ifndef BATON_TESTS_REPLICA_H
#define BATON_TESTS_REPLICA_H

#include <stdbool.h>

#define REPLICA_WAIT_MS 60000

struct replica;

/** A running primary with the migrated database baton_template. Ends the program when there can be
 *  none. */
struct replica *replica_primary(void);

/** A running standby of it, called "standby", which the primary does not wait for yet. */
struct replica *replica_standby(struct replica *primary);

/** From now on a COMMIT waits until the standby has it. Waits until it follows. */
void replica_wait_for_standby(struct replica *primary);

/** Undoes that, unless it is dead, so that what a failed test left can be cleared away. */
void replica_wait_no_more(struct replica *primary);

/** Ends it and everything it started, at once. */
void replica_kill(struct replica *replica);

/** Starts it again. */
void replica_restart(struct replica *replica);

/** Makes it a primary; returns when it takes writes. */
void replica_promote(struct replica *standby);

/** Keyword string of a superuser, without dbname. Borrowed. */
const char *replica_conninfo(const struct replica *replica);

int replica_port(const struct replica *replica);

/** First column of the first row as a number; -1 for none. */
long long replica_ask(const struct replica *replica, const char *sql);

/** Kills what runs and removes the directory. NULL is fine. */
void replica_free(struct replica *replica);

#endif
