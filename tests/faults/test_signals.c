/*
 * Signals that ask for nothing: a storm of them, and stops of milliseconds and of seconds, while
 * clients work. System calls end early, time jumps; no request fails by it.
 */
#include "invariants.h"
#include "load.h"
#include "suite.h"

#include "store/pg/pg.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define STORM_MS      3000
#define LONG_STORM_MS 60000
#define SHORT_STOP_MS 2
#define LONG_STOP_MS  2000
#define LONG_STOPS    2
#define WRITES        40

static struct trial trial;

static void teardown(void)
{
    trial_free(&trial);
}

/* Each is ignored or not even taken note of, but for the stop. */
static void storm(int64_t until)
{
    static const int signals[] = {SIGWINCH, SIGURG, SIGCHLD, SIGUSR1, SIGUSR2, SIGPIPE, SIGCONT};
    pid_t pid = service_pid(trial.services[0]);

    for (unsigned i = 0; pg_now_ms() < until; i++) {
        kill(pid, signals[i % (sizeof signals / sizeof *signals)]);
        if (i % 16 != 0)
            continue;
        kill(pid, SIGSTOP);
        poll(NULL, 0, SHORT_STOP_MS);
        kill(pid, SIGCONT);
        poll(NULL, 0, SHORT_STOP_MS);
    }
}

/* Not one request was without an answer or refused meanwhile. */
static void check_none_failed(void)
{
    struct journal_counts counts = journal_counts(trial.journal);

    ck_assert_int_eq(counts.unanswered, 0);
    ck_assert_int_eq(counts.refused, 0);
}

START_TEST(test_storm)
{
    long long length = getenv("BATON_LONG") != NULL ? LONG_STORM_MS : STORM_MS;

    trial_begin(&trial, NULL);
    struct load *load = load_start(&trial, 6, 2);
    load_wait(load, WRITES);
    storm(pg_deadline_in(length));
    load_wait(load, WRITES);
    load_stop(load);
    check_none_failed();
    trial_end(&trial);
}
END_TEST

START_TEST(test_stopped_for_seconds)
{
    trial_begin(&trial, NULL);
    pid_t pid = service_pid(trial.services[0]);
    struct load *load = load_start(&trial, 6, 2);
    for (int i = 0; i < LONG_STOPS; i++) {
        load_wait(load, WRITES);
        kill(pid, SIGSTOP);
        poll(NULL, 0, LONG_STOP_MS);
        kill(pid, SIGCONT);
    }
    load_wait(load, WRITES);
    load_stop(load);
    check_none_failed();
    trial_end(&trial);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "signals that ask for nothing");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    TESTS(tcase, test_storm, test_stopped_for_seconds);
}
