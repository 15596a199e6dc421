/*
 * One connection to PostgreSQL. Each worker thread owns one; it is used by one thread at a time.
 * It opens by itself on first use and again after it was lost.
 *
 *     if (pg_pipeline_begin(pg, deadline) != PG_OK) …      connects when needed
 *     pg_queue_begin(pg, workspace);
 *     int leads = pg_queue(pg, &LEAD_LOCK, &params);
 *     pg_queue_commit(pg);
 *     if (pg_pipeline_run(pg, deadline) != PG_OK) …        one round trip; see pg_error()
 *     … pg_result(pg, leads) …
 *     pg_pipeline_end(pg);
 *
 * A transaction may span several round trips. A run that fails leaves no transaction behind.
 * Statements are prepared on their first use per connection, in the same round trip.
 */
#ifndef BATON_STORE_PG_H
#define BATON_STORE_PG_H

#include "base/error.h"
#include "base/uuid.h"
#include "store/pg/pg_params.h"
#include "store/pg/pg_result.h"
#include "store/pg/pg_time.h"
#include "store/pg/statements.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pg;

/** Statements and commands in one round trip, at most. */
#define PG_PIPELINE_MAX 1024

enum pg_status {
    PG_OK,
    PG_LOST,       /* no connection, broken, or the deadline passed: closed, opens on next use.
                      pg_error()->commit_sent says whether the outcome is in doubt */
    PG_RETRY,      /* 40001, 40P01, or a stale prepared statement: run the same work again */
    PG_TIMEOUT,    /* statement_timeout, lock_timeout: nothing was done */
    PG_UNIQUE,     /* 23505 */
    PG_CONSTRAINT, /* rest of class 23 */
    PG_DATA,       /* class 22, 21, 54: this very data can never be written */
    PG_STALE,      /* 22012 of a guard: see pg_mark_guard() */
    PG_FULL,       /* class 53: disk or memory of the database is full, too many connections */
    PG_REFUSED,    /* the session is not what it must be: role; text in pg_error() */
    PG_MEMORY,     /* it was short on this side: nothing was sent on */
    PG_SEALED,     /* what was read is sealed with a key that is not here; text in pg_error() */
    PG_OTHER,
};

/** A short name for logs, such as "retry". */
const char *pg_status_name(enum pg_status status);

/** The last error. Holds no row values. */
struct pg_error {
    enum pg_status status;
    int index;             /* of the failing statement in its round trip; -1 for none */
    bool commit_sent;      /* a COMMIT was in the round trip that was lost, or it was cancelled
                              while it waited for the standby: outcome unknown */
    char sqlstate[6];      /* "" when PostgreSQL did not answer */
    char constraint[64];   /* "" when none */
    const char *statement; /* its name, or the command; "" when none */
    char text[256];        /* of connecting, scripts and pg_fail() only; else "" */
};

struct pg_settings {
    const char *conninfo; /* URL or keyword string, as libpq takes it, also with several hosts */
    const char *role;     /* SET ROLE to it, and refuse superuser, BYPASSRLS, owner of the tables;
                             NULL: stay the login's role, unchecked */
    int statement_timeout_ms; /* 0: STATEMENT_TIMEOUT_MS */
    int lock_timeout_ms;      /* 0: LOCK_TIMEOUT_MS */
    /** Called with every error, and with a warning (status PG_OK and a text) when the login could
     *  become owner or superuser again. May be NULL. */
    void (*log)(void *context, const struct pg_error *error);
    void *log_context;
    /** Called for each session that opens, on the thread that uses it. The session may be at
     *  another database than the one before, such as a standby that took over or a backup, and
     *  rows that were read earlier need not exist there. May be NULL. */
    void (*opened)(void *context);
    void *opened_context;
    /** A moment (pg_now_ms) after which nothing is waited for any more, whatever the deadline, as
     *  if the database were away. Its owner may set it at any time. NULL: none. */
    const _Atomic int64_t *give_up_at;
};

#define STATEMENT_TIMEOUT_MS           10000
#define LOCK_TIMEOUT_MS                5000
#define IDLE_IN_TRANSACTION_TIMEOUT_MS 15000

/** The strings are copied. NULL when memory is short. Does not connect. */
struct pg *pg_new(const struct pg_settings *settings);

/** Another one with the same settings. NULL when memory is short. */
struct pg *pg_new_beside(const struct pg *pg);

void pg_free(struct pg *pg);

/** Tries once to connect: for the start of a program, which wants to say at once what is wrong.
 *  PG_OK (also when it is already connected), PG_LOST, PG_REFUSED. */
enum pg_status pg_connect(struct pg *pg, int64_t deadline) MUST_USE;

/** Closes the connection; the next use opens it again. */
void pg_disconnect(struct pg *pg);

const struct pg_error *pg_error(const struct pg *pg);

/** For a reader who finds that what it has read is wrong: makes this the connection's error, logs
 *  it and returns the status. The connection stays open. */
enum pg_status pg_fail(struct pg *pg, enum pg_status status, const char *text);
/** Only logs. */
void pg_warn(const struct pg *pg, enum pg_status status, const char *text);

/**
 * Begins to collect a round trip. Without a connection it tries to connect until the deadline,
 * unless a transaction was open on the one that was lost: then it is PG_LOST at once.
 * PG_LOST, PG_REFUSED.
 */
enum pg_status pg_pipeline_begin(struct pg *pg, int64_t deadline) MUST_USE;

/* Each queues one command and returns its index, counted from 0. A failure to queue (memory,
 * failed parameters, more than PG_PIPELINE_MAX) shows when the round trip is to run: it is not run
 * then and ends as PG_MEMORY or PG_OTHER. Parameters are copied. */

/** params may be NULL. */
int pg_queue(struct pg *pg, const struct statement *statement, const struct pg_params *params);
/** One literal command without parameters, such as BEGIN; the text stays with the caller until
 *  pg_pipeline_end(). */
int pg_queue_sql(struct pg *pg, const char *sql);
/** BEGIN and the row-level-security context of the workspace; nil: BEGIN alone. */
void pg_queue_begin(struct pg *pg, struct uuid workspace);
/** The same, READ ONLY. */
void pg_queue_begin_read(struct pg *pg, struct uuid workspace);
int pg_queue_commit(struct pg *pg);

/** Says that the command at this index is a guard: a division by zero (22012) there is PG_STALE. */
void pg_mark_guard(struct pg *pg, int index);

/**
 * Sends all that is queued, with one sync, and reads every answer. After an error it rolls back a
 * transaction that is still open. PG_OK means that every command succeeded and that a COMMIT among
 * them has committed.
 */
enum pg_status pg_pipeline_run(struct pg *pg, int64_t deadline) MUST_USE;

/** Result of the command at this index; NULL when it failed or did not run. Borrowed. */
const struct pg_result *pg_result(const struct pg *pg, int index);

/** Whether the COMMIT at this index has committed. (PostgreSQL answers the COMMIT of a failed
 *  transaction with success too, but with the command tag ROLLBACK.) */
bool pg_committed(const struct pg *pg, int index);

/** Frees the results. Harmless to call twice. */
void pg_pipeline_end(struct pg *pg);

/** Whether a transaction is open between round trips. */
bool pg_in_transaction(const struct pg *pg);

/** Rolls back the open transaction; without one it does nothing. */
void pg_rollback(struct pg *pg);

/** One statement, or one literal command, as a round trip of its own; pg_pipeline_end() after. */
enum pg_status pg_run(struct pg *pg, const struct statement *statement,
                      const struct pg_params *params, int64_t deadline) MUST_USE;
enum pg_status pg_run_sql(struct pg *pg, const char *sql, int64_t deadline) MUST_USE;

/**
 * Runs several commands in one text, without parameters and results, as migrations are; in one
 * transaction, unless one is open already. PostgreSQL's error message goes to pg_error()->text, so
 * only for texts without personal data. Not between pg_pipeline_begin() and pg_pipeline_end().
 */
enum pg_status pg_run_script(struct pg *pg, const char *sql, int64_t deadline) MUST_USE;

/** Whether the database answers; connects when needed. */
enum pg_status pg_ping(struct pg *pg, int64_t deadline) MUST_USE;

/** Whether give_up_at has passed, so that trying again is of no use. */
bool pg_has_given_up(const struct pg *pg);

/** Process id of the server's backend; 0 when not connected. */
int pg_backend_pid(const struct pg *pg);

#endif
