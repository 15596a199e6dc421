/*
 * The service is asked to end: under load, twice, with requests that wait for the database, with a
 * database that hangs or is gone, while it still starts. Whoever was let in gets an answer, whoever
 * comes later is not left waiting, and it is over with exit code 0 in time.
 */
#include "invariants.h"
#include "load.h"
#include "suite.h"
#include "test_cluster.h"

#include "store/pg/pg.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_MS       10000 /* from the signal to the end of the process */
#define WAITING      32    /* requests that wait for the database */
#define WAIT_MS      15000 /* for a condition */
#define POLL_MS      5
#define LOADED       60 /* writes acknowledged before the signal */
#define ROUNDS       4
#define LONG_ROUNDS  40
#define START_ROUNDS 5
#define LONG_STARTS  60
#define BODY_MAX     256 /* bytes */

static struct trial trial;

static int rounds(int quick, int in_full)
{
    return getenv("BATON_LONG") != NULL ? in_full : quick;
}

static void teardown(void)
{
    trial_free(&trial);
}

/* ---- the end ---- */

/* Sends the signals, one after the other, and waits for a clean end in time. */
static void end_by(struct service *service, int first, int second)
{
    int64_t begun = pg_now_ms();

    if (second != 0)
        kill(service_pid(service), first);
    int status = service_end(service, second != 0 ? second : first);
    int64_t took = pg_now_ms() - begun;
    printf("ended after %lld ms\n", (long long)took);
    ck_assert_msg(!WIFSIGNALED(status), "ended by signal %d", WTERMSIG(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_int_le(took, END_MS);
}

/* ---- requests that wait ---- */

struct waiter {
    pthread_t thread;
    struct client *client;
    char body[BODY_MAX];
    int status;       /* 0: no answer */
    bool retry_after; /* the header came */
};

static void *capture(void *argument)
{
    struct waiter *waiter = argument;
    struct answer answer;
    const struct call call = {
        .method = "POST", .target = "/v1/leads", .token = trial.marketing, .body = waiter->body};

    if (!client_try(waiter->client, &call, &answer))
        return NULL;
    waiter->status = answer.status;
    waiter->retry_after = answer_header(&answer, "Retry-After") != NULL;
    answer_release(&answer);
    return NULL;
}

static void start_waiters(struct waiter waiters[WAITING])
{
    static int number;

    for (int i = 0; i < WAITING; i++) {
        waiters[i] = (struct waiter){.client = client_new(service_url(trial.services[0]))};
        snprintf(waiters[i].body, sizeof waiters[i].body,
                 "{\"email\":\"w%d@wait.example\",\"touch\":{\"kind\":\"form_submitted\","
                 "\"event_id\":\"w%d\"}}",
                 number, number);
        number++;
        ck_assert_int_eq(pthread_create(&waiters[i].thread, NULL, capture, &waiters[i]), 0);
    }
}

static void wait_until_suspended(void)
{
    int64_t give_up = pg_deadline_in(WAIT_MS);

    while (service_metric(trial.services[0], "requests_waiting") < WAITING && pg_now_ms() < give_up)
        poll(NULL, 0, POLL_MS);
    ck_assert_int_ge(service_metric(trial.services[0], "requests_waiting"), WAITING);
}

/* Each got an answer: 201, or a 503 that says when to come again and, if it is not known whether
 * it was done, by which key. */
static int join_waiters(struct waiter waiters[WAITING])
{
    int created = 0;

    for (int i = 0; i < WAITING; i++) {
        pthread_join(waiters[i].thread, NULL);
        client_free(waiters[i].client);
    }
    for (int i = 0; i < WAITING; i++) {
        if (waiters[i].status == 201)
            created++;
        else
            ck_assert_int_eq(waiters[i].status, 503);
        ck_assert(waiters[i].status == 201 || waiters[i].retry_after);
    }
    return created;
}

/* ---- somebody holds what every group needs ---- */

static PGconn *hold(void)
{
    PGconn *conn = PQconnectdb(trial.conninfo);
    PGresult *result = PQexec(conn, "BEGIN; SELECT 1 FROM workspace_head FOR UPDATE");

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
    PQclear(result);
    return conn;
}

/* A new connection is refused at once, or gets an answer; it does not hang. */
static void knock(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static const char request[] = "GET /livez HTTP/1.1\r\nHost: here\r\n\r\n";
    const char *colon = strrchr(service_url(trial.services[0]), ':');
    char answer[16] = "";
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    address.sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        ck_assert_msg(poll(&readable, 1, 2000) == 1, "a new connection was left hanging");
        if (recv(fd, answer, sizeof answer - 1, 0) > 0)
            ck_assert_str_eq(answer, "HTTP/1.1 503 Se");
    }
    close(fd);
}

static void wait_until_draining(void)
{
    char line[1024];
    bool ends = false;
    int64_t give_up = pg_deadline_in(WAIT_MS);

    while (!ends && pg_now_ms() < give_up) {
        FILE *log = fopen(service_log(trial.services[0]), "r");
        while (log != NULL && fgets(line, sizeof line, log) != NULL)
            ends = ends || strstr(line, "\"event\":\"ending\"") != NULL;
        if (log != NULL)
            fclose(log);
        poll(NULL, 0, POLL_MS);
    }
    ck_assert(ends);
}

static void begin_loud(void)
{
    trial_begin(&trial, &(struct trial_options){.settings = {{"BATON_LOG_LEVEL", "info"}}});
}

START_TEST(test_what_waits_is_answered)
{
    struct waiter waiters[WAITING];

    begin_loud();
    PGconn *holder = hold();
    start_waiters(waiters);
    wait_until_suspended();
    kill(service_pid(trial.services[0]), SIGTERM);
    wait_until_draining();
    knock();
    PQfinish(holder);
    end_by(trial.services[0], SIGTERM, 0);
    ck_assert_int_eq(join_waiters(waiters), WAITING);
    service_restart(trial.services[0]);
    ck_assert_int_eq(trial_ask_workspace(&trial, "SELECT count(*) FROM lead WHERE workspace_id = "
                                                 "$1 AND owner_team IS NOT NULL"),
                     WAITING);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
    service_stop(trial.services[0]);
    trial.services[0] = NULL;
}
END_TEST

/* The lock is not given up before the process has ended. */
START_TEST(test_a_database_that_hangs)
{
    struct waiter waiters[WAITING];

    begin_loud();
    PGconn *holder = hold();
    start_waiters(waiters);
    wait_until_suspended();
    end_by(trial.services[0], SIGTERM, SIGTERM);
    int created = join_waiters(waiters);
    PQfinish(holder);
    ck_assert_int_eq(created, 0);
    service_restart(trial.services[0]);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
    service_stop(trial.services[0]);
    trial.services[0] = NULL;
}
END_TEST

/* ---- under load ---- */

START_TEST(test_under_load)
{
    static const int signals[][2] = {
        {SIGTERM, 0}, {SIGTERM, SIGTERM}, {SIGHUP, 0}, {SIGINT, SIGTERM}};

    trial_begin(&trial, NULL);
    struct load *load = load_start(&trial, 8, 2);
    for (int round = 0; round < rounds(ROUNDS, LONG_ROUNDS); round++) {
        load_wait(load, LOADED);
        end_by(trial.services[0], signals[round % 4][0], signals[round % 4][1]);
        service_restart(trial.services[0]);
    }
    load_wait(load, LOADED);
    load_stop(load);
    trial_end(&trial);
}
END_TEST

/* ---- the database is away ---- */

/* Sends a signal to the postmaster and to all it has started. */
static void signal_postgres(pid_t postmaster, int number)
{
    char path[64], word[64];
    long pid;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)postmaster, (int)postmaster);
    FILE *children = fopen(path, "r");
    kill(postmaster, number);
    while (children != NULL && fscanf(children, "%63s", word) == 1)
        if ((pid = strtol(word, NULL, 10)) > 0)
            kill((pid_t)pid, number);
    if (children != NULL)
        fclose(children);
}

static pid_t postmaster(void)
{
    char path[512];
    int pid = 0;

    snprintf(path, sizeof path, "%s/pg/postmaster.pid", trial.directory);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%d", &pid) != 1)
        pid = 0;
    if (file != NULL)
        fclose(file);
    ck_assert_int_gt(pid, 0);
    return pid;
}

/* Each stays where it is: no answer, no end of the connection. */
START_TEST(test_a_database_that_stands_still)
{
    struct waiter waiters[WAITING];

    trial_begin(&trial, &(struct trial_options){.embedded = true,
                                                .settings = {{"BATON_DRAIN_TIMEOUT_MS", "1500"}}});
    signal_postgres(postmaster(), SIGSTOP);
    start_waiters(waiters);
    wait_until_suspended();
    end_by(trial.services[0], SIGTERM, SIGINT);
    ck_assert_int_eq(join_waiters(waiters), 0);
    service_restart(trial.services[0]);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
    service_stop(trial.services[0]);
    trial.services[0] = NULL;
}
END_TEST

START_TEST(test_a_database_that_was_killed)
{
    trial_begin(&trial, &(struct trial_options){.embedded = true});
    struct load *load = load_start(&trial, 4, 2);
    for (int round = 0; round < rounds(1, 20); round++) {
        load_wait(load, LOADED);
        signal_postgres(postmaster(), SIGKILL);
        end_by(trial.services[0], SIGTERM, 0);
        service_restart(trial.services[0]);
    }
    load_stop(load);
    trial_end(&trial);
}
END_TEST

/* PostgreSQL is gone and does not start again: its attempts are not waited for. */
START_TEST(test_a_database_that_does_not_start)
{
    char path[512], aside[512];

    trial_begin(&trial, &(struct trial_options){.embedded = true});
    snprintf(path, sizeof path, "%s/pg/global/pg_control", trial.directory);
    snprintf(aside, sizeof aside, "%s/pg_control", trial.directory);
    ck_assert_int_eq(rename(path, aside), 0);
    signal_postgres(postmaster(), SIGKILL);
    poll(NULL, 0, 1500); /* any moment of the attempts will do */
    end_by(trial.services[0], SIGTERM, 0);
    ck_assert_int_eq(rename(aside, path), 0);
    service_restart(trial.services[0]);
    invariants_check(&trial, 0);
    service_stop(trial.services[0]);
    trial.services[0] = NULL;
}
END_TEST

/* ---- it still starts ---- */

/* Before it holds its signals, it may end by one: it has not begun anything then. */
static void end_early(struct service *service, int pause_ms, int number)
{
    int64_t begun = pg_now_ms();

    service_launch(service);
    poll(NULL, 0, pause_ms);
    int status = service_end(service, number);
    ck_assert_int_le(pg_now_ms() - begun, pause_ms + END_MS);
    if (WIFSIGNALED(status))
        ck_assert_int_eq(WTERMSIG(status), number);
    else
        ck_assert_int_eq(WEXITSTATUS(status), 0);
}

START_TEST(test_while_it_starts)
{
    trial.directory = scratch_new();
    trial.owns_directory = true;
    struct service_setting settings[] = {{"BATON_DATA_DIR", trial.directory}, {NULL, NULL}};
    struct service *service = service_new("", settings);

    for (int round = 0; round < rounds(START_ROUNDS, LONG_STARTS); round++)
        end_early(service, round * round * 12 % 1000, round % 2 == 0 ? SIGTERM : SIGINT);
    service_restart(service);
    service_stop(service);
}
END_TEST

/* A server that is there and says nothing. */
START_TEST(test_while_it_waits_for_the_database)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char url[128];

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    getsockname(fd, (struct sockaddr *)&address, &len);
    snprintf(url, sizeof url, "host=127.0.0.1 port=%d user=nobody dbname=none",
             ntohs(address.sin_port));
    struct service *service = service_new(url, NULL);
    int64_t begun = pg_now_ms();
    service_launch(service);
    poll(NULL, 0, 300);
    int status = service_end(service, SIGTERM);
    ck_assert_int_le(pg_now_ms() - begun, END_MS);
    ck_assert_msg(WIFEXITED(status) || WTERMSIG(status) == SIGTERM, "status %x", status);
    service_free(service);
    close(fd);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "asked to end");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    TESTS(tcase, test_what_waits_is_answered, test_a_database_that_hangs, test_under_load,
          test_a_database_that_stands_still, test_a_database_that_was_killed,
          test_a_database_that_does_not_start, test_while_it_starts,
          test_while_it_waits_for_the_database);
}
