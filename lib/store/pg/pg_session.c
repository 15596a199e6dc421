/* Opens a session: with the settings that every session has, in its role, and after making sure
 * that the session which this connection lost before it is over. */
#include "store/pg/pg_session.h"

#include "store/pg/pg_error.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Waits between attempts to connect: doubled from the first to the last. */
#define BACKOFF_FIRST_MS 20
#define BACKOFF_LAST_MS  500
/* How often a wait looks whether give_up_at has passed. */
#define WAIT_SLICE_MS   100
#define SETUP_MAX_BYTES 4096
/* How long a new session waits for the end of the one that was lost. */
#define FORMER_WAIT_MS 500
/* A thread that finds itself this long past its deadline was itself stopped or starved of processor
 * time, which says nothing about the database: it tries once more, for ONCE_MORE_MS. */
#define OVERRUN_MS   500
#define ONCE_MORE_MS 500

enum pg_status pg_session_fail(struct pg *pg, enum pg_status status, const char *text)
{
    pg->error = (struct pg_error){.status = status, .index = -1, .statement = ""};
    pg_error_copy_line(pg->error.text, sizeof pg->error.text, text);
    pg_error_log(pg, &pg->error);
    pg_disconnect(pg);
    return status;
}

/* A COMMIT that is cancelled while it waits for the synchronous standby succeeds with a WARNING: it
 * is durable on this server, and perhaps on no other. libpq delivers a notice as soon as it has
 * arrived, which may be while the answer before the COMMIT's is still being read; hence the -1. */
static void take_notice(void *context, const PGresult *notice)
{
    struct pg *pg = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (pg->commit_index >= 0 && pg->answering >= pg->commit_index - 1 && severity != NULL &&
        strcmp(severity, "WARNING") == 0)
        pg->unreplicated = true;
}

/* When libpq 15 has no memory for the end of a round trip (PQmakeEmptyPGresult for the sync, in
 * pqParseInput3), its error message is the only sign: it goes on waiting for bytes that have
 * already come. */
static bool lacks_memory(const PGconn *conn)
{
    const char *message = PQerrorMessage(conn);

    return message[0] != '\0' && strstr(message, "out of memory") != NULL;
}

/* Waits until the next answer can be taken without blocking; flushes and reads alternately,
 * since both sides block when neither reads. */
bool pg_session_wait(const struct pg *pg, int64_t deadline)
{
    PGconn *conn = pg->conn;

    while (PQisBusy(conn)) {
        int unsent = PQflush(conn);
        int wait = pg_remaining_ms(deadline);
        struct pollfd fd = {.fd = PQsocket(conn), .events = POLLIN | (unsent > 0 ? POLLOUT : 0)};

        if (unsent < 0 || fd.fd < 0 || wait == 0 || pg_has_given_up(pg) || lacks_memory(conn))
            return false;
        int ready = poll(&fd, 1, wait < WAIT_SLICE_MS ? wait : WAIT_SLICE_MS);
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready > 0 && (fd.revents & ~POLLOUT) != 0 && !PQconsumeInput(conn))
            return false;
    }
    return true;
}

/* PostgreSQL does not notice that a connection has gone silent. Its session would keep its locks,
 * for ever if it waits for the rest of a round trip, and might still commit after the group was run
 * again. So the next session of this connection ends the former one; both have the same login,
 * which is all that pg_terminate_backend() asks for. */
static void former_text(const struct pg *pg, char *out, size_t size)
{
    int len = snprintf(out, size,
                       "SELECT pg_backend_pid() AS session, backend_start"
                       " FROM pg_stat_get_activity(pg_backend_pid());");

    if (pg->former.pid != 0)
        snprintf(out + len, size - (size_t)len,
                 "SELECT pg_terminate_backend(pid, %d) AS former FROM pg_stat_get_activity(%d)"
                 " WHERE backend_start = '%s';",
                 FORMER_WAIT_MS, pg->former.pid, pg->former.start);
}

/* One script for one round trip: settings, the end of the former session, the role, and a query of
 * what this session is allowed to do. */
static bool setup_text(const struct pg *pg, char *out, size_t size)
{
    char former[SETUP_MAX_BYTES / 4];
    char *role = pg->settings.role == NULL
                     ? NULL
                     : PQescapeIdentifier(pg->conn, pg->settings.role, strlen(pg->settings.role));
    int statement_ms = pg->settings.statement_timeout_ms;
    int lock_ms = pg->settings.lock_timeout_ms;

    if (pg->settings.role != NULL && role == NULL)
        return false;
    former_text(pg, former, sizeof former);
    /* force_generic_plan: the plan that the tests have checked is the plan that runs, whatever the
     * parameters are and however empty the tables were, and planning is done once.
     * client_connection_check_interval and the timeouts of TCP: a statement whose client is gone
     * ends within seconds and frees its locks. */
    int len =
        snprintf(out, size,
                 "SET client_min_messages = warning; SET timezone = 'UTC';"
                 "SET search_path = public, pg_temp; SET synchronous_commit = on;"
                 "SET default_transaction_isolation = 'read committed';"
                 "SET plan_cache_mode = force_generic_plan; SET jit = off;"
                 "SET statement_timeout = %d; SET lock_timeout = %d;"
                 "SET idle_in_transaction_session_timeout = %d;"
                 "SET client_connection_check_interval = '2s';"
                 "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3;"
                 "SET tcp_keepalives_count = 3; SET tcp_user_timeout = 10000;"
                 "%s"
                 "%s%s;"
                 "WITH owner AS (SELECT DISTINCT c.relowner FROM pg_class c"
                 "  JOIN pg_namespace n ON n.oid = c.relnamespace"
                 "  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p'))"
                 "SELECT r.rolname, r.rolsuper OR r.rolbypassrls"
                 "  OR EXISTS (SELECT FROM owner WHERE pg_has_role(r.oid, relowner, 'USAGE')),"
                 " s.rolsuper OR s.rolbypassrls"
                 "  OR EXISTS (SELECT FROM owner WHERE pg_has_role(s.oid, relowner, 'MEMBER'))"
                 " FROM pg_roles r, pg_roles s"
                 " WHERE r.rolname = current_user AND s.rolname = session_user",
                 statement_ms > 0 ? statement_ms : STATEMENT_TIMEOUT_MS,
                 lock_ms > 0 ? lock_ms : LOCK_TIMEOUT_MS, IDLE_IN_TRANSACTION_TIMEOUT_MS, former,
                 role == NULL ? "" : "SET ROLE ", role == NULL ? "" : role);
    PQfreemem(role);
    return len > 0 && (size_t)len < size;
}

/* Row-level security is what keeps workspaces apart, and PostgreSQL does not apply it to a
 * superuser, to BYPASSRLS, or to the owner of the tables. Such a session is refused, however well
 * it would work. */
static enum pg_status check_role(struct pg *pg, const PGresult *answer)
{
    struct pg_error warning = {.index = -1, .statement = ""};

    if (pg->settings.role == NULL)
        return PG_OK;
    if (PQntuples(answer) != 1 || strcmp(PQgetvalue(answer, 0, 0), pg->settings.role) != 0)
        return pg_session_fail(pg, PG_REFUSED, "the session did not take the role it was given");
    if (PQgetvalue(answer, 0, 1)[0] == 't')
        return pg_session_fail(pg, PG_REFUSED,
                               "the role is superuser, has BYPASSRLS or owns the tables: row-level "
                               "security would not hold");
    if (PQgetvalue(answer, 0, 2)[0] == 't') {
        pg_error_copy(warning.text, sizeof warning.text,
                      "the login could become superuser or owner of the tables again; give the "
                      "service a login of its own");
        pg_error_log(pg, &warning);
    }
    return PG_OK;
}

/* The start is null when the role may not see it. Then the session cannot be named for certain, and
 * the one after it does not end it. */
static void take_session(struct pg *pg, const PGresult *answer)
{
    if (PQntuples(answer) != 1)
        return;
    pg->session.pid = (int)strtol(PQgetvalue(answer, 0, 0), NULL, 10);
    pg_error_copy(pg->session.start, sizeof pg->session.start, PQgetvalue(answer, 0, 1));
    if (pg->session.start[0] == '\0')
        pg->session.pid = 0;
}

/* Which of the script's queries this is the answer of, by the name of its first column. */
static enum pg_status take_rows(struct pg *pg, const PGresult *answer)
{
    const char *what = PQfname(answer, 0);

    if (strcmp(what, "session") == 0)
        take_session(pg, answer);
    else if (strcmp(what, "former") == 0)
        pg->former.pid = 0;
    else
        return check_role(pg, answer);
    return PG_OK;
}

static enum pg_status take_setup_answer(struct pg *pg, PGresult *answer)
{
    switch (PQresultStatus(answer)) {
    case PGRES_COMMAND_OK:
        return PG_OK;
    case PGRES_TUPLES_OK:
        return take_rows(pg, answer);
    default:
        break;
    }
    const char *sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    enum pg_status status = pg_error_classify(sqlstate == NULL ? "" : sqlstate, false);
    return pg_session_fail(pg, status == PG_LOST ? PG_LOST : PG_REFUSED,
                           PQresultErrorMessage(answer));
}

static enum pg_status set_up(struct pg *pg, int64_t deadline)
{
    char sql[SETUP_MAX_BYTES];
    enum pg_status status = PG_OK;

    if (!setup_text(pg, sql, sizeof sql) || !PQsendQuery(pg->conn, sql))
        return pg_session_fail(pg, PG_LOST, PQerrorMessage(pg->conn));
    while (status == PG_OK) {
        if (!pg_session_wait(pg, deadline))
            return pg_session_fail(pg, PG_LOST, "no answer from PostgreSQL");
        PGresult *answer = PQgetResult(pg->conn);
        if (answer == NULL)
            break;
        status = take_setup_answer(pg, answer);
        PQclear(answer);
    }
    /* Only now: a script of several commands, as the one above, is not allowed in pipeline mode. */
    if (status == PG_OK && !PQenterPipelineMode(pg->conn))
        return pg_session_fail(pg, PG_LOST, PQerrorMessage(pg->conn));
    return status;
}

/* In slices, so that a service that is stopping does not wait for a host. An attempt that is not
 * open at the deadline is continued by the next call. */
static enum pg_status open_any_host(struct pg *pg, int64_t deadline)
{
    enum pg_hosts_state state = PG_HOSTS_PENDING;
    char why[PG_HOSTS_WHY_MAX_BYTES];

    do {
        int64_t slice = pg_deadline_in(WAIT_SLICE_MS);
        state = pg_hosts_open(pg->hosts, slice < deadline ? slice : deadline, &pg->conn, why);
    } while (state == PG_HOSTS_PENDING && pg_remaining_ms(deadline) > 0 && !pg_has_given_up(pg));
    if (state == PG_HOSTS_OPEN)
        return PG_OK;
    return pg_session_fail(pg, PG_LOST, state == PG_HOSTS_NONE ? why : "no host answers in time");
}

static enum pg_status connect_once(struct pg *pg, int64_t deadline)
{
    enum pg_status status = open_any_host(pg, deadline);

    if (status != PG_OK)
        return status;
    PQsetNoticeReceiver(pg->conn, take_notice, pg);
    if (PQsetnonblocking(pg->conn, 1) != 0)
        return pg_session_fail(pg, PG_LOST, PQerrorMessage(pg->conn));
    status = set_up(pg, deadline);
    if (status == PG_OK && pg->settings.opened != NULL)
        pg->settings.opened(pg->settings.opened_context);
    return status;
}

/* PostgreSQL sends nothing on an idle connection, so if there is something to read, it is the end
 * of the session (or, rarely, a reloaded server setting: then opening again is cheap). Seen before
 * a transaction begins, a restarted database costs nobody a failed request. */
bool pg_session_is_alive(const struct pg *pg)
{
    struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};

    return PQstatus(pg->conn) == CONNECTION_OK && poll(&fd, 1, 0) == 0;
}

enum pg_status pg_connect(struct pg *pg, int64_t deadline)
{
    if (pg->conn != NULL && pg_session_is_alive(pg))
        return PG_OK;
    pg_disconnect(pg);
    if (pg_has_given_up(pg))
        return pg_session_fail(pg, PG_LOST, "the service ends");
    return connect_once(pg, deadline);
}

/* Until the deadline, with waits that double: a database that restarts is back in seconds, and a
 * hundred connections that try without a pause would keep it from coming back. What is refused for
 * good, such as the role, is not tried again. */
enum pg_status pg_session_open(struct pg *pg, int64_t deadline)
{
    int backoff = BACKOFF_FIRST_MS;
    bool once_more = true;

    for (;;) {
        enum pg_status status = pg_connect(pg, deadline);
        if (once_more && pg_now_ms() - deadline > OVERRUN_MS) {
            once_more = false;
            deadline = pg_deadline_in(ONCE_MORE_MS);
        }
        int left = pg_remaining_ms(deadline);
        if (status != PG_LOST || left == 0 || pg_has_given_up(pg))
            return status;
        poll(NULL, 0, backoff < left ? backoff : left);
        backoff = backoff * 2 < BACKOFF_LAST_MS ? backoff * 2 : BACKOFF_LAST_MS;
    }
}
