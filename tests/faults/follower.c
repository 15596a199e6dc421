#include "follower.h"

#include "store/pg/pg.h"

#include <check.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNINFO_MAX  1024 /* bytes */
#define PAUSE_MS      5
#define CATCH_UP_MS   20000
#define CURSOR_DIGITS 24

struct follower {
    pthread_t thread;
    char conninfo[CONNINFO_MAX];
    char workspace[40];
    atomic_llong cursor;
    atomic_llong gap_after; /* -1: none */
    atomic_bool ending;
};

static void take(struct follower *follower, const PGresult *rows)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        long long pos = strtoll(PQgetvalue(rows, i, 0), NULL, 10);
        long long cursor = atomic_load(&follower->cursor);
        if (pos != cursor + 1 && atomic_load(&follower->gap_after) < 0)
            atomic_store(&follower->gap_after, cursor);
        atomic_store(&follower->cursor, pos);
    }
}

static bool read_on(struct follower *follower, PGconn *conn)
{
    char cursor[CURSOR_DIGITS];
    const char *const values[] = {follower->workspace, cursor};

    snprintf(cursor, sizeof cursor, "%lld", atomic_load(&follower->cursor));
    PGresult *rows = PQexecParams(conn,
                                  "SELECT pos FROM ledger WHERE workspace_id = $1::uuid "
                                  "AND pos > $2::bigint ORDER BY pos LIMIT 1000",
                                  2, NULL, values, NULL, NULL, 0);
    bool answered = PQresultStatus(rows) == PGRES_TUPLES_OK;
    if (answered)
        take(follower, rows);
    PQclear(rows);
    return answered;
}

static void *follow(void *argument)
{
    struct follower *follower = argument;
    PGconn *conn = NULL;

    while (!atomic_load(&follower->ending)) {
        if (conn == NULL)
            conn = PQconnectdb(follower->conninfo);
        if (PQstatus(conn) != CONNECTION_OK || !read_on(follower, conn)) {
            PQfinish(conn);
            conn = NULL;
        }
        poll(NULL, 0, PAUSE_MS);
    }
    PQfinish(conn);
    return NULL;
}

struct follower *follower_start(const char *conninfo, const char *workspace)
{
    struct follower *follower = calloc(1, sizeof *follower);

    ck_assert_ptr_nonnull(follower);
    atomic_store(&follower->gap_after, -1);
    snprintf(follower->conninfo, sizeof follower->conninfo,
             "%s application_name=follower connect_timeout=2", conninfo);
    snprintf(follower->workspace, sizeof follower->workspace, "%s", workspace);
    ck_assert_int_eq(pthread_create(&follower->thread, NULL, follow, follower), 0);
    return follower;
}

void follower_free(struct follower *follower)
{
    if (follower == NULL)
        return;
    atomic_store(&follower->ending, true);
    pthread_join(follower->thread, NULL);
    free(follower);
}

void follower_end(struct follower *follower, long long last_pos)
{
    int64_t give_up = pg_deadline_in(CATCH_UP_MS);

    while (atomic_load(&follower->cursor) < last_pos && pg_now_ms() < give_up)
        poll(NULL, 0, PAUSE_MS);
    long long cursor = atomic_load(&follower->cursor);
    long long gap_after = atomic_load(&follower->gap_after);
    follower_free(follower);
    ck_assert_msg(gap_after < 0, "whoever read along missed the entry after position %lld",
                  gap_after);
    ck_assert_int_ge(cursor, last_pos);
}
