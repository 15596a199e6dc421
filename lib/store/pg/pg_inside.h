/*
 * What pg.c, pg_session.c and pg_error.c share: a connection from within. Nothing else includes
 * this.
 */
#ifndef BATON_STORE_PG_INSIDE_H
#define BATON_STORE_PG_INSIDE_H

#include "store/pg/pg.h"
#include "store/pg/pg_hosts.h"

#include <libpq-fe.h>

/* Distinct statements prepared on one connection; a power of two, filled to half at most. */
#define PREPARED_SLOTS 1024

enum prepared_state { PREPARED_NOT, PREPARED_SENT, PREPARED_READY };

struct prepared {
    const struct statement *statement;
    enum prepared_state state;
};

/* What was sent and is yet to be answered, in order. */
struct sent {
    const struct statement *statement; /* NULL for a literal command */
    const char *name;                  /* for errors */
    int index;                         /* of the command; a Prepare has that of its command */
    bool is_prepare;
};

/* One session of PostgreSQL: process ids are given again, but not at the same microsecond. */
struct session {
    int pid;        /* 0: none */
    char start[48]; /* its backend_start, as text in UTC */
};

struct pg {
    PGconn *conn; /* NULL: not connected */
    struct session session;
    struct session former; /* what the last connection was to */
    struct pg_hosts *hosts;
    struct pg_settings settings; /* with strings of its own */
    struct pg_error error;
    struct prepared prepared[PREPARED_SLOTS];
    size_t prepared_count;
    struct sent sent[2 * PG_PIPELINE_MAX];
    int sent_count;
    PGresult *results[PG_PIPELINE_MAX];
    bool guards[PG_PIPELINE_MAX];
    int count;
    int commit_index; /* -1: no COMMIT in this round trip */
    int answering;    /* index of the command whose answer is being read */
    bool unreplicated;
    bool queue_failed;
    bool in_transaction;
    char context[64 + UUID_TEXT_LEN]; /* SET LOCAL … of this round trip */
};

/** Until the deadline, not below 0: for poll(). */
int pg_remaining_ms(int64_t deadline);

/* ---- pg_session.c ---- */

/** Waits until the next answer can be taken without blocking. False when the connection broke, the
 *  deadline passed or the service ends. */
bool pg_session_wait(const struct pg *pg, int64_t deadline) MUST_USE;

/** Whether nothing was heard of the end of a connection that is open and idle. */
bool pg_session_is_alive(const struct pg *pg);

/** Connects, again and again until the deadline. */
enum pg_status pg_session_open(struct pg *pg, int64_t deadline) MUST_USE;

/** Notes and tells why the session ends, ends it, and gives the status back. */
enum pg_status pg_session_fail(struct pg *pg, enum pg_status status, const char *text);

/* ---- pg_error.c ---- */

/** What an SQLSTATE ("" when libpq itself found the error) means for whoever has to go on. Of a
 *  guard, a division by zero is staleness. */
enum pg_status pg_error_classify(const char *sqlstate, bool is_guard);

/** Tells the error to whoever listens. */
void pg_error_tell(const struct pg *pg, const struct pg_error *error);

/** Cut to the size; NULL is an empty text. */
void pg_error_copy(char *out, size_t size, const char *text);
/** libpq's messages end with a line break and may have more: in one line. */
void pg_error_copy_line(char *out, size_t size, const char *text);

#endif
