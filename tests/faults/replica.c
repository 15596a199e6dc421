#include "replica.h"

#include "store/cluster/cluster_binaries.h"
#include "store/cluster/cluster_home.h"
#include "store/pg/migrate.h"
#include "store/pg/pg.h"
#include "test_cluster.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNINFO_MAX 1024 /* bytes */
#define TEXT_MAX     2048 /* bytes */
#define CHILDREN_MAX 1024
#define POLL_MS      20

struct replica {
    char *directory;
    struct cluster_home home;
    char binaries[TEXT_MAX];
    char conninfo[CONNINFO_MAX];
    int port;
    pid_t pid; /* 0: does not run */
};

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "tests: replica: %s: %s\n", what, why);
    exit(1);
}

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        give_up("no free port", "");
    close(fd);
    return ntohs(at.sin_port);
}

/* ---- programs ---- */

static void run_program(const struct replica *replica, const char *program,
                        const char *const *words)
{
    char path[TEXT_MAX + 32];
    const char *argv[24] = {path};
    struct process_spec spec = {.argv = argv, .user = &replica->home.user};

    snprintf(path, sizeof path, "%s/%s", replica->binaries, program);
    for (int i = 0; words[i] != NULL; i++)
        argv[i + 1] = words[i];
    spec.output = cluster_home_open_log(&replica->home);
    int code = process_run(&spec, pg_deadline_in(REPLICA_WAIT_MS));
    close(spec.output);
    if (code != 0)
        give_up(program, replica->home.log);
}

static void wait_until_it_answers(const struct replica *replica)
{
    char conninfo[CONNINFO_MAX + 32];
    int64_t deadline = pg_deadline_in(REPLICA_WAIT_MS);

    snprintf(conninfo, sizeof conninfo, "%s dbname=postgres", replica->conninfo);
    while (PQping(conninfo) != PQPING_OK) {
        if (pg_now_ms() > deadline)
            give_up("it does not answer", replica->home.log);
        poll(NULL, 0, POLL_MS);
    }
}

static void start(struct replica *replica)
{
    char path[TEXT_MAX + 32], port[16];
    const char *const argv[] = {path,
                                "-D",
                                replica->home.data,
                                "-k",
                                replica->home.run,
                                "-p",
                                port,
                                "-c",
                                "listen_addresses=127.0.0.1",
                                "-c",
                                "max_connections=100",
                                "-c",
                                "fsync=off",
                                "-c",
                                "shared_buffers=32MB",
                                "-c",
                                "wal_receiver_status_interval=1s",
                                NULL};
    struct process_spec spec = {.argv = argv, .user = &replica->home.user, .death_signal = SIGQUIT};

    snprintf(path, sizeof path, "%s/postgres", replica->binaries);
    snprintf(port, sizeof port, "%d", replica->port);
    spec.output = cluster_home_open_log(&replica->home);
    replica->pid = process_start(&spec);
    close(spec.output);
    if (replica->pid < 0)
        give_up("it does not start", replica->home.log);
    wait_until_it_answers(replica);
}

/* Beside the program itself, of which PATH may have a link alone. */
static void find_programs(struct replica *replica)
{
    char found[TEXT_MAX], why[TEXT_MAX], postgres[TEXT_MAX + 16], real[PATH_MAX];

    if (!cluster_binaries_find(NULL, 0, found, sizeof found, why, sizeof why))
        give_up("no PostgreSQL", why);
    snprintf(postgres, sizeof postgres, "%s/postgres", found);
    if (realpath(postgres, real) == NULL)
        give_up("no PostgreSQL", postgres);
    *strrchr(real, '/') = '\0';
    snprintf(replica->binaries, sizeof replica->binaries, "%.*s", TEXT_MAX - 1, real);
}

static struct replica *new_replica(void)
{
    char why[TEXT_MAX];
    struct replica *replica = calloc(1, sizeof *replica);

    if (replica == NULL)
        give_up("out of memory", "");
    replica->directory = scratch_new();
    replica->port = free_port();
    snprintf(replica->conninfo, sizeof replica->conninfo, "host=127.0.0.1 port=%d user=postgres",
             replica->port);
    find_programs(replica);
    if (!cluster_home_open(&replica->home, replica->directory, true, why, sizeof why))
        give_up("no PostgreSQL", why);
    if (mkdir(replica->home.data, 0700) != 0 ||
        (replica->home.user.change &&
         chown(replica->home.data, replica->home.user.uid, replica->home.user.gid) != 0))
        give_up("no directory", replica->home.data);
    return replica;
}

/* ---- SQL ---- */

static PGresult *run_sql(const struct replica *replica, const char *sql, PGconn **conn)
{
    char conninfo[CONNINFO_MAX + 64];

    snprintf(conninfo, sizeof conninfo, "%s dbname=postgres connect_timeout=5", replica->conninfo);
    *conn = PQconnectdb(conninfo);
    PGresult *result = PQexec(*conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        give_up(sql, PQerrorMessage(*conn));
    return result;
}

long long replica_ask(const struct replica *replica, const char *sql)
{
    PGconn *conn;
    PGresult *result = run_sql(replica, sql, &conn);
    long long answer = PQntuples(result) == 0 || PQgetisnull(result, 0, 0)
                           ? -1
                           : strtoll(PQgetvalue(result, 0, 0), NULL, 10);

    PQclear(result);
    PQfinish(conn);
    return answer;
}

static void wait_for(const struct replica *replica, const char *sql)
{
    int64_t deadline = pg_deadline_in(REPLICA_WAIT_MS);

    while (replica_ask(replica, sql) != 1) {
        if (pg_now_ms() > deadline)
            give_up(sql, "never so");
        poll(NULL, 0, POLL_MS);
    }
}

static void make_template(const struct replica *replica)
{
    char conninfo[CONNINFO_MAX + 64];
    struct migrate_settings settings = {.conninfo = conninfo, .migrations = &migrations_embedded};
    struct migrate_report report;

    replica_ask(replica, "CREATE DATABASE " TEMPLATE_MIGRATED);
    snprintf(conninfo, sizeof conninfo, "%s dbname=%s", replica->conninfo, TEMPLATE_MIGRATED);
    if (migrate_run(&settings, &report) != MIGRATE_CURRENT)
        give_up("migrate", report.text);
}

/* ---- the pair ---- */

struct replica *replica_primary(void)
{
    struct replica *primary = new_replica();
    const char *const words[] = {
        "--pgdata", primary->home.data, "--username", "postgres",  "--auth", "trust", "--encoding",
        "UTF8",     "--locale",         "C.UTF-8",    "--no-sync", NULL};

    run_program(primary, "initdb", words);
    start(primary);
    make_template(primary);
    return primary;
}

struct replica *replica_standby(struct replica *primary)
{
    struct replica *standby = new_replica();
    char from[CONNINFO_MAX + 64];
    const char *const words[] = {
        "--pgdata",          standby->home.data, "--dbname", from, "--write-recovery-conf",
        "--checkpoint=fast", "--no-sync",        NULL};

    snprintf(from, sizeof from, "%s application_name=standby", primary->conninfo);
    run_program(standby, "pg_basebackup", words);
    start(standby);
    return standby;
}

void replica_wait_for_standby(struct replica *primary)
{
    replica_ask(primary, "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
    replica_ask(primary, "SELECT pg_reload_conf()::int");
    wait_for(primary, "SELECT count(*) FROM pg_stat_replication WHERE application_name = 'standby' "
                      "AND sync_state = 'sync'");
}

void replica_wait_no_more(struct replica *primary)
{
    if (primary->pid == 0)
        return;
    replica_ask(primary, "ALTER SYSTEM RESET synchronous_standby_names");
    replica_ask(primary, "SELECT pg_reload_conf()::int");
}

void replica_promote(struct replica *standby)
{
    if (replica_ask(standby, "SELECT pg_promote(true, 60)::int") != 1)
        give_up("it is not promoted", standby->home.log);
}

void replica_restart(struct replica *replica)
{
    start(replica);
}

/* Stopped first, so that it starts nothing while its children are ended. */
void replica_kill(struct replica *replica)
{
    char path[64];
    int child;

    kill(replica->pid, SIGSTOP);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)replica->pid, (int)replica->pid);
    FILE *children = fopen(path, "r");
    while (children != NULL && fscanf(children, "%d", &child) == 1)
        kill(child, SIGKILL);
    if (children != NULL)
        fclose(children);
    kill(replica->pid, SIGKILL);
    if (!process_wait(replica->pid, pg_deadline_in(REPLICA_WAIT_MS)))
        give_up("it does not end", replica->home.log);
    replica->pid = 0;
}

const char *replica_conninfo(const struct replica *replica)
{
    return replica->conninfo;
}

int replica_port(const struct replica *replica)
{
    return replica->port;
}

void replica_free(struct replica *replica)
{
    if (replica == NULL)
        return;
    if (replica->pid > 0)
        replica_kill(replica);
    cluster_home_close(&replica->home);
    scratch_free(replica->directory);
    free(replica);
}
