/*
 * What if thousands hold a connection and hardly use it? They send headers or a body byte by byte,
 * read a large answer so, say nothing, or stay after an answer, and come again when they are cut
 * off. A normal client with 20 requests a second must not notice. The server has the settings and
 * the limit of open files that it starts with by default; or it takes far fewer connections than
 * there are. BATON_LONG=1: 5,000 connections, for longer than any of them may wait.
 */
#include "crowd.h"
#include "invariants.h"
#include "suite.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define CONNECTIONS      1000
#define LONG_CONNECTIONS 5000
#define FEW_CONNECTIONS  "256" /* that the server takes, where it takes few */
#define PAUSE_MS         50    /* 20 requests a second */
#define REQUESTS         140
#define LONG_REQUESTS    1200
#define REQUESTS_ALONE   60
#define LEADS            100 /* make the answer that is read slowly a large one */
#define LONG_P99_MS      200.0
#define P99_MS           1000.0 /* sanitised, on a machine with other work; locked out: 10 s */
#define RESIDENT_MAX_KIB (64 * 1024)
#define OPEN_FILES       8192
#define TEXT_MAX         256 /* bytes */

#ifdef __SANITIZE_ADDRESS__
#define IS_SANITISED 1 /* shadow memory says nothing of the server's own */
#else
#define IS_SANITISED 0
#endif

static struct trial trial;
static struct rlimit files_before;

static bool in_full(void)
{
    return getenv("BATON_LONG") != NULL;
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* The test's own, when the server has started. */
static void raise_open_files(void)
{
    struct rlimit limit = files_before;

    limit.rlim_cur = limit.rlim_max < OPEN_FILES ? limit.rlim_max : OPEN_FILES;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void begin(const char *connections)
{
    const struct rlimit usual = {1024, files_before.rlim_max};

    setrlimit(RLIMIT_NOFILE, &usual);
    trial_begin(&trial,
                &(struct trial_options){
                    .settings = {{connections == NULL ? NULL : "BATON_CONNECTIONS", connections}}});
    raise_open_files();
}

static void setup(void)
{
    getrlimit(RLIMIT_NOFILE, &files_before);
}

static void teardown(void)
{
    trial_free(&trial);
    setrlimit(RLIMIT_NOFILE, &files_before);
}

/* ---- the normal client ---- */

static void write_one(struct client *client, int number)
{
    char key[TEXT_MAX], body[TEXT_MAX];
    const struct write write = {
        .target = "/v1/leads", .token = trial.marketing, .key = key, .body = body};

    snprintf(key, sizeof key, "normal-%d", number);
    snprintf(body, sizeof body,
             "{\"email\":\"p%d@slow.example\",\"attributes\":{\"company.employees\":%d}}", number,
             number);
    ck_assert_int_eq(journal_write(trial.journal, client, &write, NULL), 201);
}

static void read_one(struct client *client, int number)
{
    char target[TEXT_MAX];
    struct answer answer;

    snprintf(target, sizeof target, "/v1/leads?email=p%d%%40slow.example", number);
    client_call(client, &(struct call){.method = "GET", .target = target, .token = trial.marketing},
                &answer);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(json_array_size(json_object_get(answer.json, "data")), 1);
    answer_release(&answer);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Writes and what was written is read again; every other pair on a connection of its own. p99 in
 * milliseconds. */
static double work(int requests)
{
    static int number;
    double *took = calloc((size_t)requests, sizeof *took);
    struct client *kept = client_new(service_url(trial.services[0]));

    ck_assert_ptr_nonnull(took);
    for (int i = 0; i < requests; i++) {
        struct client *fresh = i % 4 < 2 ? client_new(service_url(trial.services[0])) : NULL;
        double begun = now_ms();
        if (i % 2 == 0)
            write_one(fresh == NULL ? kept : fresh, ++number);
        else
            read_one(fresh == NULL ? kept : fresh, number);
        took[i] = now_ms() - begun;
        client_free(fresh);
        if (took[i] < PAUSE_MS)
            poll(NULL, 0, PAUSE_MS - (int)took[i]);
    }
    client_free(kept);
    qsort(took, (size_t)requests, sizeof *took, compare);
    double p99 = took[(requests - 1) * 99 / 100];
    free(took);
    return p99;
}

/* ---- the server ---- */

static long resident_kib(void)
{
    char path[64], line[TEXT_MAX];
    long kib = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)service_pid(trial.services[0]));
    FILE *status = fopen(path, "r");
    ck_assert_ptr_nonnull(status);
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    fclose(status);
    return kib;
}

static void be_normal_among(int connections, int requests)
{
    double alone = work(REQUESTS_ALONE);

    for (int i = 0; i < LEADS; i++) {
        struct client *client = client_new(service_url(trial.services[0]));
        write_one(client, 1000000 + i);
        client_free(client);
    }
    struct crowd *crowd = crowd_start(&trial, connections);
    double p99 = work(requests);
    struct crowd_counts counts = crowd_counts(crowd);
    crowd_stop(crowd);
    printf("%d of %d slow connections open, %lld were cut; p99 %.1f ms, alone %.1f ms; %ld KiB "
           "resident at most\n",
           counts.open, connections, counts.cut, p99, alone, resident_kib());
    ck_assert_int_eq(counts.missed, 0);
    ck_assert_int_eq(journal_counts(trial.journal).unanswered, 0);
    ck_assert_double_le(p99, in_full() ? LONG_P99_MS : P99_MS);
    if (!IS_SANITISED)
        ck_assert_int_le(resident_kib(), RESIDENT_MAX_KIB);
    trial_end(&trial);
}

static int connections(void)
{
    return in_full() ? LONG_CONNECTIONS : CONNECTIONS;
}

START_TEST(test_as_it_starts)
{
    begin(NULL);
    be_normal_among(connections(), in_full() ? LONG_REQUESTS : REQUESTS);
}
END_TEST

START_TEST(test_more_than_it_takes)
{
    begin(FEW_CONNECTIONS);
    be_normal_among(connections(), in_full() ? LONG_REQUESTS : REQUESTS);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "slow connections");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, test_as_it_starts, test_more_than_it_takes);
}
