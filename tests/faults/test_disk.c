/*
 * Nothing more fits: the database's disk is full, once while tables want to grow and once while
 * the write-ahead log does, which stops PostgreSQL; then the log's pipe that nobody reads. The
 * disk is a small tmpfs in a mount namespace of this program, for which it must be root.
 */
#include "invariants.h"
#include "load.h"
#include "suite.h"
#include "test_cluster.h"

#include "store/pg/pg.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISK_SIZE     "size=320m,mode=0711"
#define LOADED        60    /* writes acknowledged before and after */
#define FULL_WAIT_MS  15000 /* until a write is refused */
#define READY_WAIT_MS 20000
#define STAYS_FULL_MS 3000 /* PostgreSQL does not start meanwhile */
#define POLL_MS       10
#define REQUESTS      800 /* each a line of the log, several times what a pipe holds */
#define BODY_MAX      512 /* bytes */
#define PATH_BYTES    512 /* bytes */

static struct trial trial;
static char *disk;
static bool has_disk;

static void teardown(void)
{
    trial_free(&trial);
    if (disk != NULL && has_disk)
        umount2(disk, MNT_DETACH);
    scratch_free(disk);
    disk = NULL;
}

/* A mount that nobody else sees. */
static bool make_disk(void)
{
    disk = scratch_new();
    has_disk = unshare(CLONE_NEWNS) == 0 &&
               mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
               mount("baton", disk, "tmpfs", 0, DISK_SIZE) == 0;
    return has_disk;
}

/* ---- filling ---- */

static void ballast_path(char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%s/ballast", disk);
}

static void fill(void)
{
    static const char zeros[65536];
    char path[PATH_BYTES];

    ballast_path(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    for (size_t size = sizeof zeros; size > 0;)
        if (write(fd, zeros, size) < (ssize_t)size)
            size /= 2;
    close(fd);
}

static void empty(void)
{
    char path[PATH_BYTES];

    ballast_path(path);
    ck_assert_int_eq(unlink(path), 0);
}

/* Goes on with the next segment of the write-ahead log, for which there is no room. */
static void want_wal(void)
{
    PGconn *conn = PQconnectdb(trial.conninfo);

    for (int i = 0; i < 4 && PQstatus(conn) == CONNECTION_OK; i++)
        PQclear(PQexec(conn, "SELECT pg_switch_wal(), txid_current()"));
    PQfinish(conn);
}

/* ---- requests ---- */

static int try_one(struct client *client, const char *method, const char *target, const char *body,
                   bool *retry_after)
{
    struct answer answer;
    int64_t begun = pg_now_ms();

    ck_assert(client_try(client,
                         &(struct call){.method = method,
                                        .target = target,
                                        .token = body == NULL ? trial.ana : trial.marketing,
                                        .body = body},
                         &answer));
    if (answer.status == 503 && strcmp(target, "/readyz") != 0)
        printf("503 %s after %lld ms\n", answer.body, (long long)(pg_now_ms() - begun));
    int status = answer.status;
    *retry_after = answer_header(&answer, "Retry-After") != NULL;
    answer_release(&answer);
    return status;
}

/* Rows are written where there is room in the last page of each table, for a while. */
static void wait_until_refused(void)
{
    static int number;
    char body[BODY_MAX];
    bool retry_after = false;
    int status = 0;
    int64_t give_up = pg_deadline_in(FULL_WAIT_MS);
    struct client *client = client_new(service_url(trial.services[0]));

    while (status != 503 && pg_now_ms() < give_up) {
        snprintf(body, sizeof body, "{\"email\":\"full%d@disk.example\"}", number++);
        status = try_one(client, "POST", "/v1/leads", body, &retry_after);
        ck_assert_msg(status == 201 || status == 503, "%d", status);
    }
    ck_assert_int_eq(status, 503);
    ck_assert(retry_after);
    client_free(client);
}

static int get_leads(void)
{
    bool retry_after;
    struct client *client = client_new(service_url(trial.services[0]));
    int status = try_one(client, "GET", "/v1/leads?limit=1", NULL, &retry_after);

    client_free(client);
    return status;
}

/* Whoever sends requests hears of it before they do. */
static void wait_until_ready_is(int wanted)
{
    int64_t give_up = pg_deadline_in(READY_WAIT_MS);
    struct client *client = client_new(service_url(trial.services[0]));
    bool retry_after = false;
    int status = 0;

    while (status != wanted && pg_now_ms() < give_up) {
        poll(NULL, 0, POLL_MS);
        status = try_one(client, "GET", "/readyz", NULL, &retry_after);
    }
    ck_assert_int_eq(status, wanted);
    ck_assert(retry_after == (wanted == 503));
    client_free(client);
}

static void end_trial(void)
{
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
    struct service *service = trial.services[0];
    trial.services[0] = NULL;
    service_stop(service);
}

/* ---- the database's disk ---- */

START_TEST(test_database_disk_full)
{
    if (!make_disk())
        SKIP("cannot mount a tmpfs: %s", strerror(errno));
    trial_begin(&trial, &(struct trial_options){.embedded = true, .directory = disk});
    pid_t pid = service_pid(trial.services[0]);
    struct load *load = load_start(&trial, 4, 2);
    for (int round = 0; round < 2; round++) {
        load_wait(load, LOADED);
        fill();
        wait_until_ready_is(503);
        if (round == 1)
            want_wal();
        wait_until_refused();
        if (round == 0) /* reads need no room */
            ck_assert_int_eq(get_leads(), 200);
        else
            poll(NULL, 0, STAYS_FULL_MS);
        empty();
        wait_until_ready_is(200);
        int64_t took = load_wait(load, LOADED);
        printf("room again: %d writes after %lld ms\n", LOADED, (long long)took);
    }
    load_stop(load);
    ck_assert_int_eq(service_pid(trial.services[0]), pid);
    ck_assert_int_eq(kill(pid, 0), 0);
    end_trial();
}
END_TEST

/* ---- the log ---- */

/* More than a pipe holds. */
static void ask_often(void)
{
    bool retry_after;
    struct client *client = client_new(service_url(trial.services[0]));

    for (int i = 0; i < REQUESTS; i++)
        ck_assert_int_eq(try_one(client, "GET", "/v1/me", NULL, &retry_after), 200);
    client_free(client);
}

static bool read_until(int fd, const char *word)
{
    static char text[1 << 20];
    size_t len = 0;
    ssize_t got;

    while ((got = read(fd, text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    return strstr(text, word) != NULL;
}

START_TEST(test_log_that_nobody_reads)
{
    trial_begin(&trial, &(struct trial_options){.settings = {{"BATON_LOG_LEVEL", "info"}}});
    ck_assert_int_eq(service_end(trial.services[0], SIGTERM), 0);
    unlink(service_log(trial.services[0]));
    ck_assert_int_eq(mkfifo(service_log(trial.services[0]), 0600), 0);
    int fd = open(service_log(trial.services[0]), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    service_restart(trial.services[0]);
    ask_often();
    ck_assert(!read_until(fd, "log_dropped"));
    ask_often(); /* it is logged as soon as there is room */
    ck_assert(read_until(fd, "log_dropped"));
    int status = service_end(trial.services[0], SIGTERM);
    close(fd);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* Neither input, output nor log: their numbers must not become those of a connection. */
START_TEST(test_nothing_is_open)
{
    char path[PATH_BYTES];
    char *binary = strdup(getenv("BATON_BINARY"));

    scratch_path(path, sizeof path, "baton-closed-XXXXXX");
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    dprintf(fd, "#!/bin/sh\nexec '%s' \"$@\" <&- >&- 2>&-\n", binary);
    ck_assert_int_eq(fchmod(fd, 0700), 0);
    close(fd);
    trial_begin(&trial, NULL);
    service_end(trial.services[0], SIGTERM);
    setenv("BATON_BINARY", path, 1);
    service_restart(trial.services[0]);
    setenv("BATON_BINARY", binary, 1);
    free(binary);
    unlink(path);
    struct load *load = load_start(&trial, 2, 1);
    load_wait(load, LOADED);
    load_stop(load);
    end_trial();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "nothing more fits");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    TESTS(tcase, test_log_that_nobody_reads, test_nothing_is_open, test_database_disk_full);
}
