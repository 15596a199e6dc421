#include "store/pg/pg.h"

#include "store/pg/pg_error.h"
#include "store/pg/pg_session.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROLLBACK_WAIT_MS 2000

static const struct statement PG_PING = {.name = "pg_ping", .sql = "SELECT 1"};

const struct statement *const pg_statements[] = {&PG_PING, NULL};

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

int pg_remaining_ms(int64_t deadline)
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

enum pg_status pg_fail(struct pg *pg, enum pg_status status, const char *text)
{
    pg->error = (struct pg_error){.status = status, .index = -1, .statement = ""};
    pg_error_copy_line(pg->error.text, sizeof pg->error.text, text);
    pg_error_log(pg, &pg->error);
    return status;
}

void pg_warn(const struct pg *pg, enum pg_status status, const char *text)
{
    struct pg_error warning = {.status = status, .index = -1, .statement = ""};

    pg_error_copy_line(warning.text, sizeof warning.text, text);
    pg_error_log(pg, &warning);
}

bool pg_in_transaction(const struct pg *pg)
{
    return pg->in_transaction;
}

int pg_backend_pid(const struct pg *pg)
{
    return pg->conn == NULL ? 0 : PQbackendPID(pg->conn);
}

enum pg_status pg_pipeline_begin(struct pg *pg, int64_t deadline)
{
    pg_pipeline_end(pg);
    pg->error = (struct pg_error){.index = -1, .statement = ""};
    /* The transaction died with its connection: on a new one, what follows would run outside it. */
    if (pg->in_transaction && !pg_session_is_alive(pg))
        return pg_session_fail(pg, PG_LOST, "the connection was lost in a transaction");
    return pg_session_open(pg, deadline);
}

void pg_pipeline_end(struct pg *pg)
{
    for (int i = 0; i < pg->count; i++) { /* the rest of both arrays was never written */
        PQclear(pg->results[i]);
        pg->results[i] = NULL;
        pg->guards[i] = false;
    }
    pg->count = 0;
    pg->sent_count = 0;
    pg->commit_index = -1;
    pg->answering = 0;
    pg->unreplicated = false;
    pg->queue_failed = false;
    pg->queue_short = false;
}

/* The statement's slot, by its address: statements are constants of the program. NULL when the
 * table is full. */
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

/* Sends the Prepare ahead of the first use, in the same round trip. Until its answer has come it is
 * only SENT: an error before it makes PostgreSQL skip it. */
static bool send_prepare(struct pg *pg, const struct statement *statement)
{
    struct prepared *prepared = find_prepared(pg, statement);

    if (prepared == NULL)
        return false;
    if (prepared->state != PREPARED_NOT)
        return true;
    char *text = statement_text(statement);
    bool sent = text != NULL && PQsendPrepare(pg->conn, statement->name, text, 0, NULL);
    free(text);
    if (!sent)
        return false;
    prepared->state = PREPARED_SENT;
    note_sent(pg, statement, statement->name, true);
    return true;
}

/* Whether one more command may be queued. After the first failure none may: least of all the COMMIT
 * of a transaction that lacks a statement. */
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
        pg->queue_short = params == NULL || !params->failed || arena_failed(params->arena);
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
        pg->queue_failed = pg->queue_short = true;
        return 0;
    }
    note_sent(pg, NULL, sql, false);
    return pg->count++;
}

/* As a literal, not by set_config(), so that a proxy that shards by workspace can read it. The text
 * is kept in pg because libpq's errors name it later. */
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

/* A COMMIT that was queued counts as sent: libpq may have written it before the connection broke,
 * and nothing says whether it did. */
static enum pg_status fail_lost(struct pg *pg, const char *text)
{
    bool commit_sent = pg->commit_index >= 0;

    pg->error = (struct pg_error){
        .status = PG_LOST, .index = -1, .statement = "", .commit_sent = commit_sent};
    pg_error_copy(pg->error.text, sizeof pg->error.text, text);
    pg_error_log(pg, &pg->error);
    pg_disconnect(pg);
    return PG_LOST;
}

/* Keeps the first error of a round trip; those after it are its consequences. */
static void take_error(struct pg *pg, const struct sent *sent, const PGresult *answer)
{
    struct pg_error *error = &pg->error;

    if (error->status != PG_OK)
        return;
    pg_error_copy(error->sqlstate, sizeof error->sqlstate,
                  PQresultErrorField(answer, PG_DIAG_SQLSTATE));
    pg_error_copy(error->constraint, sizeof error->constraint,
                  PQresultErrorField(answer, PG_DIAG_CONSTRAINT_NAME));
    error->index = sent->index;
    error->statement = sent->name;
    error->status = pg_error_classify(error->sqlstate, pg->guards[sent->index]);
    /* an error of PostgreSQL's at an earlier statement kept the COMMIT from running; one that libpq
     * reports by itself, without a code, says nothing about that */
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

/* Reads up to the sync. False when the connection broke or the deadline passed. After a lost answer
 * it stops at once: a libpq that had no memory for a result would wait for one that has already
 * come. */
static bool read_answers(struct pg *pg, int64_t deadline)
{
    for (int at = 0; pg_session_wait(pg, deadline);) {
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

/* A Prepare that came after an error was skipped, and has to be sent again. */
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

/* Sends it by itself, not through pg_queue(): the results of the last round trip stay readable. */
static bool send_rollback(struct pg *pg)
{
    int64_t deadline = pg_deadline_in(ROLLBACK_WAIT_MS);
    bool done = false;

    if (!PQsendQueryParams(pg->conn, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 1) ||
        !PQpipelineSync(pg->conn))
        return false;
    while (!done && pg_session_wait(pg, deadline)) {
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

/* 26000: the session no longer has the statement. 0A000: a migration has changed its result type.
 * Either way a new session prepares everything again. */
static bool must_prepare_again(const struct pg_error *error)
{
    return strcmp(error->sqlstate, "26000") == 0 || strcmp(error->sqlstate, "0A000") == 0;
}

static enum pg_status end_failed(struct pg *pg)
{
    pg_error_log(pg, &pg->error);
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
        return pg_session_fail(pg, pg->queue_short ? PG_MEMORY : PG_OTHER,
                               "a command could not be queued");
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
        return fail_lost(pg, "the standby may not have what was committed");
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

/* Reads all answers to a script; false when the connection broke or the deadline passed. */
static bool read_script_answers(struct pg *pg, const struct sent *sent, int64_t deadline)
{
    while (pg_session_wait(pg, deadline)) {
        PGresult *answer = PQgetResult(pg->conn);
        if (answer == NULL)
            return PQstatus(pg->conn) == CONNECTION_OK;
        if (PQresultStatus(answer) == PGRES_FATAL_ERROR && pg->error.status == PG_OK) {
            take_error(pg, sent, answer);
            pg_error_copy_line(pg->error.text, sizeof pg->error.text,
                               PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY));
        }
        PQclear(answer);
    }
    return false;
}

/* Several commands in one text need the simple query protocol, which pipeline mode does not allow.
 */
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
