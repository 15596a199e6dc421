/*
 * A database for one test. BATON_TEST_PG names the run's cluster by a keyword string without
 * dbname (host=… user=…, a superuser), where `baton_template` is migrated; see
 * script/with-test-postgres. Without it the first database starts a cluster of its own.
 */
#ifndef BATON_TESTS_DATABASE_H
#define BATON_TESTS_DATABASE_H

#include "store/pg/pg.h"
#include "store/seal/keyring.h"

struct database;

/** A migrated database of its own. Ends the program when there can be none. */
struct database *database_new(void);

/** The same without any table. */
struct database *database_new_empty(void);

/** Drops it, whoever is connected. What is not freed is dropped at exit. */
void database_free(struct database *database);

/** Keyword string of the run's cluster, which is started when there is none; names no database. */
const char *database_cluster(void);

/** Keyword string of a superuser's connection to it. */
const char *database_conninfo(const struct database *database);

/** The same as another login role. Borrowed, until the next call for this database. */
const char *database_conninfo_as(struct database *database, const char *role);

/** A connection that does SET ROLE; NULL stays superuser. The caller frees it. */
struct pg *database_connect(const struct database *database, const char *role);

/** Runs SQL text (several statements are fine) as superuser; ends the program if it fails. */
void database_exec(const struct database *database, const char *sql);

/** The keys that the run's databases are sealed with; borrowed. */
struct keyring *database_keyring(void);

/** Seals what tests have put into it in clear, such as a workspace's clear_secret. */
void database_seal(const struct database *database);

/** First column of the first row as text (caller frees); NULL when there is none. */
char *database_ask(const struct database *database, const char *sql);

/** The same as a number. */
long long database_ask_int(const struct database *database, const char *sql);

#endif
