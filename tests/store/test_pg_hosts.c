/* Several hosts in one connection string: a silent one costs a moment, and what is slow is not
 * begun anew by every call. */
#include "database.h"
#include "store/pg/pg_hosts.h"
#include "suite.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_MS      20000
#define SHORT_MS     60
#define CONNINFO_MAX 2048
#define RELAY_MAX    8192 /* bytes */
#define SLOW_MS      300

static struct database *database;
static char directory[256]; /* of the cluster's socket */
static char name[128];      /* of the database */
static int silent;          /* listens and never says anything */
static int silent_port;

static int listen_somewhere(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
    ck_assert_int_eq(listen(fd, 16), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void value_of(const char *conninfo, const char *keyword, char *out, size_t size)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

    ck_assert_ptr_nonnull(options);
    for (PQconninfoOption *at = options; at->keyword != NULL; at++)
        if (strcmp(at->keyword, keyword) == 0)
            snprintf(out, size, "%s", at->val);
    PQconninfoFree(options);
}

static void set_up(void)
{
    database = database_new_empty();
    value_of(database_conninfo(database), "host", directory, sizeof directory);
    value_of(database_conninfo(database), "dbname", name, sizeof name);
    silent = listen_somewhere(&silent_port);
}

static void tear_down(void)
{
    close(silent);
    database_free(database);
}

/* How many have tried the silent host since the last time. */
static int callers(void)
{
    struct pollfd fd = {.fd = silent, .events = POLLIN};
    int count = 0;

    for (; poll(&fd, 1, 0) > 0; count++)
        close(accept(silent, NULL, NULL));
    return count;
}

static struct pg_hosts *hosts_of(const char *format_hosts, int first_port, int second_port)
{
    char conninfo[CONNINFO_MAX];

    snprintf(conninfo, sizeof conninfo, "host=%s port=%d,%d user=postgres dbname=%s", format_hosts,
             first_port, second_port, name);
    struct pg_hosts *hosts = pg_hosts_new(conninfo);
    ck_assert_ptr_nonnull(hosts);
    return hosts;
}

static enum pg_hosts_state open_in(struct pg_hosts *hosts, int64_t ms, PGconn **conn)
{
    char why[PG_HOSTS_WHY_MAX_BYTES];

    return pg_hosts_open(hosts, pg_deadline_in(ms), conn, why);
}

START_TEST(a_silent_host_costs_a_moment_and_only_once)
{
    char both[512];
    PGconn *conn;

    snprintf(both, sizeof both, "127.0.0.1,%s", directory);
    struct pg_hosts *hosts = hosts_of(both, silent_port, 5432);
    int64_t begun = pg_now_ms();
    ck_assert_int_eq(open_in(hosts, WAIT_MS, &conn), PG_HOSTS_OPEN);
    ck_assert_int_lt(pg_now_ms() - begun, PG_HOSTS_WAIT_MS);
    ck_assert_str_eq(PQdb(conn), name);
    ck_assert_str_eq(PQhost(conn), directory);
    PQfinish(conn);
    ck_assert_int_eq(callers(), 1);
    ck_assert_int_eq(open_in(hosts, WAIT_MS, &conn), PG_HOSTS_OPEN);
    PQfinish(conn);
    ck_assert_int_eq(callers(), 0);
    pg_hosts_free(hosts);
}
END_TEST

START_TEST(a_dead_host_costs_nothing)
{
    char both[512];
    int port;
    PGconn *conn;

    close(listen_somewhere(&port));
    snprintf(both, sizeof both, "127.0.0.1,%s", directory);
    struct pg_hosts *hosts = hosts_of(both, port, 5432);
    ck_assert_int_eq(open_in(hosts, WAIT_MS, &conn), PG_HOSTS_OPEN);
    PQfinish(conn);
    pg_hosts_free(hosts);
}
END_TEST

START_TEST(silence_ends_at_the_deadline_and_is_not_begun_anew)
{
    struct pg_hosts *hosts = hosts_of("127.0.0.1,localhost", silent_port, silent_port);
    PGconn *conn;
    int64_t begun = pg_now_ms();

    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(open_in(hosts, SHORT_MS, &conn), PG_HOSTS_PENDING);
    ck_assert_ptr_null(conn);
    ck_assert_int_lt(pg_now_ms() - begun, PG_HOSTS_WAIT_MS);
    ck_assert_int_ge(callers(), 2);
    ck_assert_int_eq(open_in(hosts, WAIT_MS, &conn), PG_HOSTS_NONE);
    pg_hosts_free(hosts);
}
END_TEST

/* ---- a slow host ---- */

static bool pump(int from, int to)
{
    char bytes[RELAY_MAX];
    ssize_t len = read(from, bytes, sizeof bytes);

    return len > 0 && write(to, bytes, (size_t)len) == len;
}

static int connect_to_cluster(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(at.sun_path, sizeof at.sun_path, "%.90s/.s.PGSQL.5432", directory);
    return connect(fd, (struct sockaddr *)&at, sizeof at) == 0 ? fd : -1;
}

/* Takes one connection after a while and carries it to the cluster until either side ends it. */
static void *relay(void *argument)
{
    poll(NULL, 0, SLOW_MS);
    int client = accept(*(int *)argument, NULL, NULL);
    int server = connect_to_cluster();
    struct pollfd fds[2] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};

    while (poll(fds, 2, WAIT_MS) > 0)
        if ((fds[0].revents != 0 && !pump(client, server)) ||
            (fds[1].revents != 0 && !pump(server, client)))
            break;
    close(client);
    close(server);
    return NULL;
}

START_TEST(what_is_slow_is_gone_on_with)
{
    pthread_t thread;
    int port, calls = 1;
    int slow = listen_somewhere(&port);
    struct pg_hosts *hosts = hosts_of("127.0.0.1,127.0.0.1", port, silent_port);
    PGconn *conn;
    int64_t give_up = pg_deadline_in(WAIT_MS);

    ck_assert_int_eq(pthread_create(&thread, NULL, relay, &slow), 0);
    while (open_in(hosts, SHORT_MS, &conn) != PG_HOSTS_OPEN) {
        ck_assert_int_lt(pg_now_ms(), give_up);
        calls++;
    }
    ck_assert_int_gt(calls, 1);
    PQfinish(conn);
    pthread_join(thread, NULL);
    close(slow);
    pg_hosts_free(hosts);
}
END_TEST

START_TEST(what_cannot_be_read_is_said)
{
    struct pg_hosts *hosts = pg_hosts_new("host=a nonsense");
    char why[PG_HOSTS_WHY_MAX_BYTES];
    PGconn *conn;

    ck_assert_int_eq(pg_hosts_open(hosts, pg_deadline_in(WAIT_MS), &conn, why), PG_HOSTS_NONE);
    ck_assert_ptr_null(conn);
    ck_assert_ptr_nonnull(strstr(why, "nonsense"));
    pg_hosts_free(hosts);
}
END_TEST

START_TEST(a_connection_waits_no_longer_than_its_deadline)
{
    char conninfo[CONNINFO_MAX];
    struct pg_settings settings = {.conninfo = conninfo};

    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=postgres", silent_port);
    struct pg *pg = pg_new(&settings);
    int64_t begun = pg_now_ms();
    ck_assert_int_eq(pg_pipeline_begin(pg, pg_deadline_in(SHORT_MS)), PG_LOST);
    ck_assert_int_lt(pg_now_ms() - begun, PG_HOSTS_WAIT_MS / 2);
    pg_free(pg);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "hosts");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, a_silent_host_costs_a_moment_and_only_once, a_dead_host_costs_nothing,
          silence_ends_at_the_deadline_and_is_not_begun_anew, what_is_slow_is_gone_on_with,
          what_cannot_be_read_is_said, a_connection_waits_no_longer_than_its_deadline);
}
