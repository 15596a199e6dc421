#include "store/pg.h"

#include "core/shortage.h"
#include "store/pg_hosts.h"

#include <errno.h>
#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Waits between attempts to connect: doubled from the first to the last. */
#define BACKOFF_FIRST_MS 20
#define BACKOFF_LAST_MS  500
#define ROLLBACK_WAIT_MS 2000
/* So often a wait looks whether it is to be given up. */
#define WAIT_SLICE_MS 100
/* Distinct statements prepared on one connection; a power of two, filled to half at most. */
#define PREPARED_SLOTS 1024

#define SETUP_MAX_BYTES 4096
/* So long a new session waits for the end of the one that was lost. */
#define FORMER_WAIT_MS 500

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

static const struct statement PG_PING = {.name = "pg_ping", .sql = "SELECT 1"};

const struct statement *const pg_statements[] = {&PG_PING, NULL};

const char *pg_status_name(enum pg_status status)
{
    static const char *const names[] = {
        [PG_OK] = "ok",           [PG_LOST] = "lost",     [PG_RETRY] = "retry",
        [PG_TIMEOUT] = "timeout", [PG_UNIQUE] = "unique", [PG_CONSTRAINT] = "constraint",
        [PG_DATA] = "data",       [PG_STALE] = "stale",   [PG_FULL] = "full",
        [PG_REFUSED] = "refused", [PG_OTHER] = "other",
    };
    return names[status];
}

int64_t pg_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t pg_deadline_in(int64_t milliseconds)
{
    return pg_now_ms() + milliseconds;
}

static int remaining_ms(int64_t deadline)
{
    int64_t left = deadline - pg_now_ms();

    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

bool pg_has_given_up(const struct pg *pg)
{
    const _Atomic int64_t *at = pg->settings.give_up_at;

    return at != NULL && pg_now_ms() >= atomic_load_explicit(at, memory_order_relaxed);
}

struct pg *pg_new(const struct pg_settings *settings)
{
    struct pg *pg = calloc(1, sizeof *pg);

    if (pg == NULL)
        return NULL;
    pg->settings = *settings;
    pg->settings.conninfo = strdup(settings->conninfo);
    pg->settings.role = settings->role == NULL ? NULL : strdup(settings->role);
    pg->hosts = pg_hosts_new(settings->conninfo);
    pg->error.statement = "";
    pg->error.index = -1;
    pg->commit_index = -1;
    if (pg->hosts == NULL || pg->settings.conninfo == NULL ||
        (settings->role != NULL && pg->settings.role == NULL)) {
        pg_free(pg);
        return NULL;
    }
    return pg;
}

struct pg *pg_new_beside(const struct pg *pg)
{
    return pg_new(&pg->settings);
}

void pg_free(struct pg *pg)
{
    if (pg == NULL)
        return;
    pg_pipeline_end(pg);
    pg_disconnect(pg);
    pg_hosts_free(pg->hosts);
    free((char *)pg->settings.conninfo);
    free((char *)pg->settings.role);
    free(pg);
}

void pg_disconnect(struct pg *pg)
{
    PQfinish(pg->conn);
    pg->conn = NULL;
    if (pg->session.pid != 0)
        pg->former = pg->session;
    pg->session.pid = 0;
    pg->in_transaction = false;
    memset(pg->prepared, 0, sizeof pg->prepared);
    pg->prepared_count = 0;
}

const struct pg_error *pg_error(const struct pg *pg)
{
    return &pg->error;
}

bool pg_in_transaction(const struct pg *pg)
{
    return pg->in_transaction;
}

int pg_backend_pid(const struct pg *pg)
{
    return pg->conn == NULL ? 0 : PQbackendPID(pg->conn);
}

static void tell(struct pg *pg, const struct pg_error *error)
{
    if (pg->settings.log != NULL)
        pg->settings.log(pg->settings.log_context, error);
}

static void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

/* libpq's message in one line. */
static void copy_line(char *out, size_t size, const char *text)
{
    copy_text(out, size, text);
    for (char *p = out; *p != '\0'; p++)
        if (*p == '\n' || *p == '\t')
            *p = p[1] == '\0' ? '\0' : ' ';
}

static enum pg_status fail_session(struct pg *pg, enum pg_status status, const char *text)
{
    pg->error = (struct pg_error){.status = status, .index = -1, .statement = ""};
    copy_line(pg->error.text, sizeof pg->error.text, text);
    tell(pg, &pg->error);
    pg_disconnect(pg);
    return status;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_one_of(const char *sqlstate, const char *list)
{
    return strstr(list, sqlstate) != NULL;
}

static enum pg_status classify(const char *sqlstate, bool is_guard)
{
    if (sqlstate[0] == '\0' || starts_with(sqlstate, "08") ||
        is_one_of(sqlstate, "57P01 57P02 57P03 57P05 25P03 25006 40003"))
        return PG_LOST;
    if (is_one_of(sqlstate, "40001 40P01 26000 0A000"))
        return PG_RETRY;
    if (is_one_of(sqlstate, "57014 55P03"))
        return PG_TIMEOUT;
    if (strcmp(sqlstate, "23505") == 0)
        return PG_UNIQUE;
    if (starts_with(sqlstate, "23"))
        return PG_CONSTRAINT;
    if (is_guard && strcmp(sqlstate, "22012") == 0)
        return PG_STALE;
    if (starts_with(sqlstate, "22") || starts_with(sqlstate, "21") || starts_with(sqlstate, "54"))
        return PG_DATA;
    return starts_with(sqlstate, "53") ? PG_FULL : PG_OTHER;
}

/* A COMMIT that is cancelled while it waits for the synchronous standby succeeds with a WARNING:
 * it stands here, and perhaps nowhere else. libpq hands notices over as soon as they have arrived,
 * which may be one answer early. */
static void take_notice(void *context, const PGresult *notice)
{
    struct pg *pg = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (pg->commit_index >= 0 && pg->answering >= pg->commit_index - 1 && severity != NULL &&
        strcmp(severity, "WARNING") == 0)
        pg->unreplicated = true;
}

/* libpq 15 that has no memory for the end of a round trip (PQmakeEmptyPGresult for the sync, in
 * pqParseInput3) says so here and nowhere else: it waits on, for what has come already. */
static bool lacks_memory(const PGconn *conn)
{
    const char *message = PQerrorMessage(conn);

    return message[0] != '\0' && strstr(message, "out of memory") != NULL;
}

/* Waits until the next answer can be taken without blocking; flushes and reads alternately,
 * since both sides block when neither reads. */
static bool wait_answer(const struct pg *pg, int64_t deadline)
{
    PGconn *conn = pg->conn;

    while (PQisBusy(conn)) {
        int unsent = PQflush(conn);
        int wait = remaining_ms(deadline);
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

/* PostgreSQL does not hear of a connection that went silent: its session would keep what it has
 * locked, for ever if it was waiting for the rest of a round trip, and might yet commit. So whoever
 * comes after it ends it, as the login that both have. */
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

/* Session settings, the role, and what the session has become. */
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
    /* force_generic_plan: the plan that the tests have seen is the one that runs, whatever the
     * parameters and however empty the tables were; and planning is done once. */
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

static enum pg_status check_role(struct pg *pg, const PGresult *answer)
{
    struct pg_error warning = {.index = -1, .statement = ""};

    if (pg->settings.role == NULL)
        return PG_OK;
    if (PQntuples(answer) != 1 || strcmp(PQgetvalue(answer, 0, 0), pg->settings.role) != 0)
        return fail_session(pg, PG_REFUSED, "the session did not take the role it was given");
    if (PQgetvalue(answer, 0, 1)[0] == 't')
        return fail_session(pg, PG_REFUSED,
                            "the role is superuser, has BYPASSRLS or owns the tables: row-level "
                            "security would not hold");
    if (PQgetvalue(answer, 0, 2)[0] == 't') {
        copy_text(warning.text, sizeof warning.text,
                  "the login could become superuser or owner of the tables again; give the "
                  "service a login of its own");
        tell(pg, &warning);
    }
    return PG_OK;
}

/* What may not be seen is null, and is then not ended either. */
static void take_session(struct pg *pg, const PGresult *answer)
{
    if (PQntuples(answer) != 1)
        return;
    pg->session.pid = (int)strtol(PQgetvalue(answer, 0, 0), NULL, 10);
    copy_text(pg->session.start, sizeof pg->session.start, PQgetvalue(answer, 0, 1));
    if (pg->session.start[0] == '\0')
        pg->session.pid = 0;
}

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
    enum pg_status status = classify(sqlstate == NULL ? "" : sqlstate, false);
    return fail_session(pg, status == PG_LOST ? PG_LOST : PG_REFUSED, PQresultErrorMessage(answer));
}

static enum pg_status set_up(struct pg *pg, int64_t deadline)
{
    char sql[SETUP_MAX_BYTES];
    enum pg_status status = PG_OK;

    if (!setup_text(pg, sql, sizeof sql) || !PQsendQuery(pg->conn, sql))
        return fail_session(pg, PG_LOST, PQerrorMessage(pg->conn));
    while (status == PG_OK) {
        if (!wait_answer(pg, deadline))
            return fail_session(pg, PG_LOST, "no answer from PostgreSQL");
        PGresult *answer = PQgetResult(pg->conn);
        if (answer == NULL)
            break;
        status = take_setup_answer(pg, answer);
        PQclear(answer);
    }
    if (status == PG_OK && !PQenterPipelineMode(pg->conn))
        return fail_session(pg, PG_LOST, PQerrorMessage(pg->conn));
    return status;
}

/* In slices, so that a service that ends does not wait for a host. What is not open at the
 * deadline is gone on with next time. */
static enum pg_status open_any_host(struct pg *pg, int64_t deadline)
{
    enum pg_hosts_state state = PG_HOSTS_PENDING;
    char why[PG_HOSTS_WHY_MAX_BYTES];

    do {
        int64_t slice = pg_deadline_in(WAIT_SLICE_MS);
        state = pg_hosts_open(pg->hosts, slice < deadline ? slice : deadline, &pg->conn, why);
    } while (state == PG_HOSTS_PENDING && remaining_ms(deadline) > 0 && !pg_has_given_up(pg));
    if (state == PG_HOSTS_OPEN)
        return PG_OK;
    return fail_session(pg, PG_LOST, state == PG_HOSTS_NONE ? why : "no host answers in time");
}

static enum pg_status connect_once(struct pg *pg, int64_t deadline)
{
    enum pg_status status = open_any_host(pg, deadline);

    if (status != PG_OK)
        return status;
    PQsetNoticeReceiver(pg->conn, take_notice, pg);
    if (PQsetnonblocking(pg->conn, 1) != 0)
        return fail_session(pg, PG_LOST, PQerrorMessage(pg->conn));
    return set_up(pg, deadline);
}

/* Nothing is expected on an idle connection: what can be read there is its end, or rarely a
 * reloaded server setting, for which opening again is cheap. Found before anything is sent. */
static bool is_alive(const struct pg *pg)
{
    struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};

    return PQstatus(pg->conn) == CONNECTION_OK && poll(&fd, 1, 0) == 0;
}

enum pg_status pg_connect(struct pg *pg, int64_t deadline)
{
    if (pg->conn != NULL && is_alive(pg))
        return PG_OK;
    pg_disconnect(pg);
    if (pg_has_given_up(pg))
        return fail_session(pg, PG_LOST, "the service ends");
    return connect_once(pg, deadline);
}

static enum pg_status connect_until(struct pg *pg, int64_t deadline)
{
    int backoff = BACKOFF_FIRST_MS;

    for (;;) {
        enum pg_status status = pg_connect(pg, deadline);
        int left = remaining_ms(deadline);
        if (status != PG_LOST || left == 0 || pg_has_given_up(pg))
            return status;
        poll(NULL, 0, backoff < left ? backoff : left);
        backoff = backoff * 2 < BACKOFF_LAST_MS ? backoff * 2 : BACKOFF_LAST_MS;
    }
}

enum pg_status pg_pipeline_begin(struct pg *pg, int64_t deadline)
{
    pg_pipeline_end(pg);
    pg->error = (struct pg_error){.index = -1, .statement = ""};
    /* What follows belongs to a transaction that died with its connection. */
    if (pg->in_transaction && !is_alive(pg))
        return fail_session(pg, PG_LOST, "the connection was lost in a transaction");
    return connect_until(pg, deadline);
}

void pg_pipeline_end(struct pg *pg)
{
    for (int i = 0; i < pg->count; i++)
        PQclear(pg->results[i]);
    memset(pg->results, 0, sizeof pg->results);
    memset(pg->guards, 0, sizeof pg->guards);
    pg->count = 0;
    pg->sent_count = 0;
    pg->commit_index = -1;
    pg->answering = 0;
    pg->unreplicated = false;
    pg->queue_failed = false;
}

/* The statement's slot; NULL when the table is full. */
static struct prepared *find_prepared(struct pg *pg, const struct statement *statement)
{
    size_t at = ((uintptr_t)statement / sizeof *statement) & (PREPARED_SLOTS - 1);

    while (pg->prepared[at].statement != NULL && pg->prepared[at].statement != statement)
        at = (at + 1) & (PREPARED_SLOTS - 1);
    if (pg->prepared[at].statement == NULL) {
        if (pg->prepared_count == PREPARED_SLOTS / 2)
            return NULL;
        pg->prepared_count++;
        pg->prepared[at].statement = statement;
    }
    return &pg->prepared[at];
}

static void note_sent(struct pg *pg, const struct statement *statement, const char *name,
                      bool is_prepare)
{
    pg->sent[pg->sent_count++] = (struct sent){
        .statement = statement, .name = name, .index = pg->count, .is_prepare = is_prepare};
}

static bool send_prepare(struct pg *pg, const struct statement *statement)
{
    struct prepared *prepared = find_prepared(pg, statement);

    if (prepared == NULL)
        return false;
    if (prepared->state != PREPARED_NOT)
        return true;
    if (!PQsendPrepare(pg->conn, statement->name, statement->sql, 0, NULL))
        return false;
    prepared->state = PREPARED_SENT;
    note_sent(pg, statement, statement->name, true);
    return true;
}

/* Whether one more command fits. After the first failure nothing more is sent: least of all
 * the COMMIT of a transaction that lacks a statement. */
static bool may_queue(struct pg *pg)
{
    if (pg->conn == NULL || pg->count == PG_PIPELINE_MAX)
        pg->queue_failed = true;
    return !pg->queue_failed;
}

int pg_queue(struct pg *pg, const struct statement *statement, const struct pg_params *params)
{
    bool sent;

    if (!may_queue(pg))
        return 0;
    sent = (params == NULL || !params->failed) && send_prepare(pg, statement);
    if (sent && params != NULL)
        sent = PQsendQueryPrepared(pg->conn, statement->name, params->count, params->values,
                                   params->lengths, params->formats, 1);
    else if (sent)
        sent = PQsendQueryPrepared(pg->conn, statement->name, 0, NULL, NULL, NULL, 1);
    if (!sent) {
        shortage_note(); /* or the connection is lost, which the status then says */
        pg->queue_failed = true;
        return 0;
    }
    note_sent(pg, statement, statement->name, false);
    return pg->count++;
}

int pg_queue_sql(struct pg *pg, const char *sql)
{
    if (!may_queue(pg))
        return 0;
    if (!PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 1)) {
        shortage_note();
        pg->queue_failed = true;
        return 0;
    }
    note_sent(pg, NULL, sql, false);
    return pg->count++;
}

/* A literal, not set_config(): the planner of a sharded PostgreSQL must see it. */
static void queue_context(struct pg *pg, struct uuid workspace)
{
    char id[UUID_TEXT_LEN + 1];

    if (uuid_is_nil(workspace))
        return;
    uuid_format(workspace, id);
    snprintf(pg->context, sizeof pg->context, "SET LOCAL baton.workspace_id = '%s'", id);
    pg_queue_sql(pg, pg->context);
}

void pg_queue_begin(struct pg *pg, struct uuid workspace)
{
    pg_queue_sql(pg, "BEGIN");
    queue_context(pg, workspace);
}

void pg_queue_begin_read(struct pg *pg, struct uuid workspace)
{
    pg_queue_sql(pg, "BEGIN READ ONLY");
    queue_context(pg, workspace);
}

int pg_queue_commit(struct pg *pg)
{
    int index = pg_queue_sql(pg, "COMMIT");

    if (!pg->queue_failed)
        pg->commit_index = index;
    return index;
}

void pg_mark_guard(struct pg *pg, int index)
{
    if (index >= 0 && index < pg->count)
        pg->guards[index] = true;
}

static enum pg_status fail_lost(struct pg *pg, const char *text)
{
    bool commit_sent = pg->commit_index >= 0;

    pg->error = (struct pg_error){
        .status = PG_LOST, .index = -1, .statement = "", .commit_sent = commit_sent};
    copy_text(pg->error.text, sizeof pg->error.text, text);
    tell(pg, &pg->error);
    pg_disconnect(pg);
    return PG_LOST;
}

static void take_error(struct pg *pg, const struct sent *sent, const PGresult *answer)
{
    struct pg_error *error = &pg->error;

    if (error->status != PG_OK)
        return;
    copy_text(error->sqlstate, sizeof error->sqlstate,
              PQresultErrorField(answer, PG_DIAG_SQLSTATE));
    copy_text(error->constraint, sizeof error->constraint,
              PQresultErrorField(answer, PG_DIAG_CONSTRAINT_NAME));
    error->index = sent->index;
    error->statement = sent->name;
    error->status = classify(error->sqlstate, pg->guards[sent->index]);
    /* what PostgreSQL says failed before the COMMIT kept it from being run; what libpq says of an
     * answer, without a code, says nothing of that */
    if (error->status == PG_LOST)
        error->commit_sent = pg->commit_index >= 0 &&
                             (error->sqlstate[0] == '\0' || sent->index >= pg->commit_index);
}

static void take_answer(struct pg *pg, const struct sent *sent, PGresult *answer)
{
    ExecStatusType status = PQresultStatus(answer);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        if (status != PGRES_PIPELINE_ABORTED)
            take_error(pg, sent, answer);
        PQclear(answer);
    } else if (sent->is_prepare) {
        find_prepared(pg, sent->statement)->state = PREPARED_READY;
        PQclear(answer);
    } else {
        PQclear(pg->results[sent->index]);
        pg->results[sent->index] = answer;
    }
}

/* Reads up to the sync. False when the connection broke or the deadline passed. What is lost is
 * not read to its end: libpq that had no memory for a result waits for one that was there. */
static bool read_answers(struct pg *pg, int64_t deadline)
{
    for (int at = 0; wait_answer(pg, deadline);) {
        pg->answering = at < pg->sent_count ? pg->sent[at].index : pg->count;
        PGresult *answer = PQgetResult(pg->conn);
        if (answer == NULL) {
            if (PQstatus(pg->conn) == CONNECTION_BAD || at == pg->sent_count)
                return false;
            at++;
        } else if (PQresultStatus(answer) == PGRES_PIPELINE_SYNC) {
            PQclear(answer);
            return true;
        } else if (at == pg->sent_count) {
            PQclear(answer);
            return false;
        } else {
            take_answer(pg, &pg->sent[at], answer);
            if (pg->error.status == PG_LOST)
                return false;
        }
    }
    return false;
}

/* A Prepare that was skipped after an error has to be sent again. */
static void forget_unprepared(struct pg *pg)
{
    for (int i = 0; i < pg->sent_count; i++) {
        if (!pg->sent[i].is_prepare)
            continue;
        struct prepared *prepared = find_prepared(pg, pg->sent[i].statement);
        if (prepared->state == PREPARED_SENT)
            prepared->state = PREPARED_NOT;
    }
}

/* ROLLBACK outside the round trip that is being read, whose results stay. */
static bool send_rollback(struct pg *pg)
{
    int64_t deadline = pg_deadline_in(ROLLBACK_WAIT_MS);
    bool done = false;

    if (!PQsendQueryParams(pg->conn, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 1) ||
        !PQpipelineSync(pg->conn))
        return false;
    while (!done && wait_answer(pg, deadline)) {
        PGresult *answer = PQgetResult(pg->conn);
        if (answer == NULL && PQstatus(pg->conn) == CONNECTION_BAD)
            break;
        done = PQresultStatus(answer) == PGRES_PIPELINE_SYNC;
        PQclear(answer);
    }
    return done && PQtransactionStatus(pg->conn) == PQTRANS_IDLE;
}

void pg_rollback(struct pg *pg)
{
    if (!pg->in_transaction)
        return;
    pg->in_transaction = false;
    if (!send_rollback(pg))
        pg_disconnect(pg);
}

/* 26000 and 0A000: the server no longer has, or no longer likes, what was prepared. */
static bool must_prepare_again(const struct pg_error *error)
{
    return strcmp(error->sqlstate, "26000") == 0 || strcmp(error->sqlstate, "0A000") == 0;
}

static enum pg_status end_failed(struct pg *pg)
{
    tell(pg, &pg->error);
    if (pg->error.status == PG_LOST || must_prepare_again(&pg->error)) {
        pg_disconnect(pg);
        return pg->error.status;
    }
    pg->in_transaction = PQtransactionStatus(pg->conn) != PQTRANS_IDLE;
    pg_rollback(pg);
    return pg->error.status;
}

enum pg_status pg_pipeline_run(struct pg *pg, int64_t deadline)
{
    if (pg->conn == NULL)
        return fail_lost(pg, "not connected");
    if (pg->queue_failed && PQstatus(pg->conn) == CONNECTION_OK)
        return fail_session(pg, PG_OTHER, "a command could not be queued");
    if (pg->queue_failed || !PQpipelineSync(pg->conn))
        return fail_lost(pg, "the connection broke while sending");
    if (!read_answers(pg, deadline)) {
        if (pg->error.status == PG_LOST)
            return end_failed(pg);
        return fail_lost(pg, PQstatus(pg->conn) == CONNECTION_BAD ? "the connection broke"
                                                                  : "no answer in time");
    }
    forget_unprepared(pg);
    if (pg->error.status == PG_OK && pg->commit_index >= 0 && !pg_committed(pg, pg->commit_index))
        pg->error.status = PG_OTHER;
    if (pg->error.status != PG_OK)
        return end_failed(pg);
    if (pg->unreplicated)
        return fail_lost(pg, "the standby has perhaps not got what was committed");
    pg->in_transaction = PQtransactionStatus(pg->conn) != PQTRANS_IDLE;
    return PG_OK;
}

const struct pg_result *pg_result(const struct pg *pg, int index)
{
    return index < 0 || index >= pg->count ? NULL : pg->results[index];
}

bool pg_committed(const struct pg *pg, int index)
{
    const struct pg_result *result = pg_result(pg, index);

    return result != NULL && strcmp(PQcmdStatus((PGresult *)result), "COMMIT") == 0;
}

enum pg_status pg_run(struct pg *pg, const struct statement *statement,
                      const struct pg_params *params, int64_t deadline)
{
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    pg_queue(pg, statement, params);
    return pg_pipeline_run(pg, deadline);
}

enum pg_status pg_run_sql(struct pg *pg, const char *sql, int64_t deadline)
{
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    pg_queue_sql(pg, sql);
    return pg_pipeline_run(pg, deadline);
}

/* Reads all that a script answers; false when the connection broke or the deadline passed. */
static bool read_script_answers(struct pg *pg, const struct sent *sent, int64_t deadline)
{
    while (wait_answer(pg, deadline)) {
        PGresult *answer = PQgetResult(pg->conn);
        if (answer == NULL)
            return PQstatus(pg->conn) == CONNECTION_OK;
        if (PQresultStatus(answer) == PGRES_FATAL_ERROR && pg->error.status == PG_OK) {
            take_error(pg, sent, answer);
            copy_line(pg->error.text, sizeof pg->error.text,
                      PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY));
        }
        PQclear(answer);
    }
    return false;
}

/* Several commands in one text need the simple protocol, which pipelines do not have. */
enum pg_status pg_run_script(struct pg *pg, const char *sql, int64_t deadline)
{
    static const struct sent script = {.name = "script"};
    enum pg_status status = pg_pipeline_begin(pg, deadline);

    if (status != PG_OK)
        return status;
    if (!PQexitPipelineMode(pg->conn) || !PQsendQuery(pg->conn, sql) ||
        !read_script_answers(pg, &script, deadline) || !PQenterPipelineMode(pg->conn))
        return pg->error.status == PG_LOST ? end_failed(pg)
                                           : fail_lost(pg, "no answer to a script");
    if (pg->error.status != PG_OK)
        return end_failed(pg);
    pg->in_transaction = PQtransactionStatus(pg->conn) != PQTRANS_IDLE;
    return PG_OK;
}

enum pg_status pg_ping(struct pg *pg, int64_t deadline)
{
    enum pg_status status = pg_run(pg, &PG_PING, NULL, deadline);

    pg_pipeline_end(pg);
    return status;
}
