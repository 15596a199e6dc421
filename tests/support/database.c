#include "database.h"

#include "test_cluster.h"

#include "store/pg/migrate.h"
#include "store/sealing.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* CREATE DATABASE waits for others that copy the same template, and then gives up. */
#define CREATE_WAIT_MS  30000
#define CREATE_RETRY_MS 50
#define CONNINFO_MAX    1024
#define DATABASES_MAX   64
#define OBJECT_IN_USE   "55006"
#define TEMPLATE_EMPTY  "template1"

struct database {
    char name[64];
    char conninfo[CONNINFO_MAX];
    char conninfo_as[CONNINFO_MAX];
};

static struct database *open_databases[DATABASES_MAX];
static pid_t owner_process;

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "tests: %s: %s\n", what, why);
    exit(1);
}

const char *database_cluster(void)
{
    if (getenv("BATON_TEST_PG") == NULL) {
        atexit(test_cluster_stop);
        test_cluster_start();
    }
    return getenv("BATON_TEST_PG");
}

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static PGconn *connect_to(const char *conninfo)
{
    PGconn *conn = PQconnectdb(conninfo);

    if (PQstatus(conn) != CONNECTION_OK)
        give_up("cannot connect", PQerrorMessage(conn));
    PQsetNoticeReceiver(conn, ignore_notice, NULL);
    return conn;
}

static PGconn *connect_admin(void)
{
    char conninfo[CONNINFO_MAX];

    snprintf(conninfo, sizeof conninfo, "%s dbname=postgres", database_cluster());
    return connect_to(conninfo);
}

static void drop(const struct database *database)
{
    char sql[128];
    PGconn *conn = connect_admin();

    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", database->name);
    PQclear(PQexec(conn, sql));
    PQfinish(conn);
}

static void drop_all(void)
{
    if (getpid() != owner_process)
        return;
    for (int i = 0; i < DATABASES_MAX; i++)
        database_free(open_databases[i]);
}

static void remember(struct database *database)
{
    if (owner_process == 0) {
        owner_process = getpid();
        atexit(drop_all);
    }
    for (int i = 0; i < DATABASES_MAX; i++)
        if (open_databases[i] == NULL) {
            open_databases[i] = database;
            return;
        }
    give_up("databases", "too many are open");
}

/* True when it was made, false when the template was in use. */
static bool try_create(PGconn *conn, const char *name, const char *template)
{
    char sql[256];

    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s", name, template);
    PGresult *result = PQexec(conn, sql);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool made = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!made && (sqlstate == NULL || strcmp(sqlstate, OBJECT_IN_USE) != 0))
        give_up(sql, PQerrorMessage(conn));
    PQclear(result);
    return made;
}

static struct database *create(const char *template)
{
    static int counter;
    struct database *database = calloc(1, sizeof *database);
    struct timespec pause = {.tv_nsec = CREATE_RETRY_MS * 1000000L};
    int64_t deadline = pg_deadline_in(CREATE_WAIT_MS);
    PGconn *conn = connect_admin();

    if (database == NULL)
        give_up("database", "out of memory");
    snprintf(database->name, sizeof database->name, "baton_test_%d_%d", (int)getpid(), ++counter);
    snprintf(database->conninfo, sizeof database->conninfo, "%s dbname=%s", database_cluster(),
             database->name);
    while (!try_create(conn, database->name, template)) {
        if (pg_now_ms() > deadline)
            give_up(template, "is in use all the time");
        nanosleep(&pause, NULL);
    }
    PQfinish(conn);
    remember(database);
    return database;
}

struct database *database_new(void)
{
    return create(TEMPLATE_MIGRATED);
}

struct database *database_new_empty(void)
{
    return create(TEMPLATE_EMPTY);
}

void database_free(struct database *database)
{
    if (database == NULL)
        return;
    for (int i = 0; i < DATABASES_MAX; i++)
        if (open_databases[i] == database)
            open_databases[i] = NULL;
    drop(database);
    free(database);
}

const char *database_conninfo(const struct database *database)
{
    return database->conninfo;
}

const char *database_conninfo_as(struct database *database, const char *role)
{
    snprintf(database->conninfo_as, CONNINFO_MAX, "%s dbname=%s user=%s", database_cluster(),
             database->name, role);
    return database->conninfo_as;
}

struct pg *database_connect(const struct database *database, const char *role)
{
    struct pg_settings settings = {.conninfo = database->conninfo, .role = role};
    struct pg *pg = pg_new(&settings);

    if (pg == NULL)
        give_up("connection", "out of memory");
    return pg;
}

void database_exec(const struct database *database, const char *sql)
{
    PGconn *conn = connect_to(database->conninfo);
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        give_up(sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}

static struct keyring *keyring;

static void forget_keyring(void)
{
    keyring_free(keyring);
}

struct keyring *database_keyring(void)
{
    char why[PRIVATE_FILE_WHY_MAX_BYTES] = "BATON_SECRET_KEY_FILE is not set";
    const char *path;

    database_cluster();
    path = getenv("BATON_SECRET_KEY_FILE");
    if (keyring == NULL) {
        keyring = path == NULL ? NULL : keyring_open(path, why);
        atexit(forget_keyring);
    }
    if (keyring == NULL)
        give_up("secret key", why);
    return keyring;
}

void database_seal(const struct database *database)
{
    struct pg *app = database_connect(database, ROLE_APP);
    struct pg *job = database_connect(database, ROLE_JOB);
    struct sealing_counts counts;

    if (sealing_begin(job, app, database_keyring(), &counts) != PG_OK)
        give_up("sealing", pg_error(app)->sqlstate);
    pg_free(app);
    pg_free(job);
}

char *database_ask(const struct database *database, const char *sql)
{
    PGconn *conn = connect_to(database->conninfo);
    PGresult *result = PQexec(conn, sql);
    char *answer = NULL;

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        give_up(sql, PQerrorMessage(conn));
    if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
        answer = strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return answer;
}

long long database_ask_int(const struct database *database, const char *sql)
{
    char *text = database_ask(database, sql);
    long long number = text == NULL ? 0 : strtoll(text, NULL, 10);

    free(text);
    return number;
}
