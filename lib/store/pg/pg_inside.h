/* The inside of a connection, for pg.c, pg_session.c and pg_error.c. Nothing else includes this. */
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

/* One message that was sent and will be answered; they are answered in this order. */
struct sent {
    const struct statement *statement; /* NULL for a literal command */
    const char *name;                  /* for errors */
    int index;                         /* of the command; of a Prepare, that of its command */
    bool is_prepare;
};

/* Names one session of PostgreSQL for good: a process id is used again, but not with the same start
 * to the microsecond. */
struct session {
    int pid;        /* 0: none */
    char start[48]; /* its backend_start, as text in UTC */
};

struct pg {
    PGconn *conn; /* NULL: not connected */
    struct session session;
    struct session former; /* that of the last connection, which may still hold locks */
    struct pg_hosts *hosts;
    struct pg_settings settings; /* its strings are copies */
    struct pg_error error;
    struct prepared prepared[PREPARED_SLOTS];
    size_t prepared_count;
    struct sent sent[2 * PG_PIPELINE_MAX];
    int sent_count;
    PGresult *results[PG_PIPELINE_MAX];
    bool guards[PG_PIPELINE_MAX];
    int count;
    int commit_index;  /* -1: no COMMIT in this round trip */
    int answering;     /* index of the command whose answer is being read */
    bool unreplicated; /* COMMIT came with a warning: the standby may not have it */
    bool queue_failed;
    bool queue_short; /* because memory was; or the connection is lost, which libpq then says */
    bool in_transaction;
    char context[64 + UUID_TEXT_LEN]; /* text of this round trip's SET LOCAL … */
};

#endif
