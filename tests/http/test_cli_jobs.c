/* Jobs by the command line alone, without a server: applied while one waits, interrupted, killed
 * and taken over. */
#include "database.h"
#include "service.h"
#include "shell.h"
#include "suite.h"
#include "test_cluster.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_MAX_LEN 512 /* bytes */
#define LEADS        250
#define WAIT_MS      30000
#define POLL_MS      20

static struct database *database;

/* ---- the program ---- */

/* `baton definition apply` in a process of its own, its stderr in this file. */
static pid_t start_apply(const char *log)
{
    const char *binary = getenv("BATON_BINARY");
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    if (freopen(log, "w", stderr) == NULL || freopen("/dev/null", "w", stdout) == NULL)
        _exit(126);
    execl(binary, binary, "definition", "apply", "acme", "mql", "1", "--as", "ana@acme.example",
          (char *)NULL);
    _exit(127);
}

/* ---- what is there ---- */

static void wait_until(const char *condition)
{
    int64_t give_up = pg_deadline_in(WAIT_MS);

    while (database_ask_int(database, condition) == 0) {
        ck_assert_msg(pg_now_ms() < give_up, "this does not come about: %s", condition);
        poll(NULL, 0, POLL_MS);
    }
}

/* A list of leads that nobody judged yet; every other of them is large. */
static void import_leads(const char *folder)
{
    char path[PATH_MAX_LEN], command[4 * PATH_MAX_LEN];

    snprintf(path, sizeof path, "%s/leads.csv", folder);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("id,size\n", file);
    for (int i = 0; i < LEADS; i++)
        fprintf(file, "L%d,%d\n", i, i % 2 == 0 ? 500 : 5);
    fclose(file);
    snprintf(command, sizeof command,
             "printf '%%s' '{\"as\":\"lead\",\"team\":\"marketing\",\"external_id\":{\"source\":"
             "\"list\",\"at\":\"/id\"},\"attributes\":{\"company.employees\":\"/size\"}}' > "
             "%s/m.json; $B import acme --mapping %s/m.json %s",
             folder, folder, path);
    shell_expect(command, 0, "250 new");
}

#define DOCUMENT                                                                                   \
    "{\"term\":\"mql\",\"title\":\"Large\",\"criteria\":[{\"id\":\"size\",\"title\":\"Large\","    \
    "\"kind\":\"fit\",\"required\":true,\"test\":{\"attribute\":\"company.employees\",\"op\":"     \
    "\"gte\",\"value\":50}}]}"

static void agree(void)
{
    shell_expect("$B workspace create acme --marketing ana@acme.example --sales sam@acme.example",
                 0, "ana@acme.example");
    shell_expect("printf '%s' '" DOCUMENT "' | $B definition draft acme -", 0,
                 "mql version 1 is draft");
    shell_expect("$B definition propose acme mql 1", 0, "content hash");
    shell_expect(
        "hash=$($B definition show acme mql | grep -o '[0-9a-f]\\{64\\}');"
        "for who in ana@acme.example sam@acme.example; do export BATON_KEY=$("
        "$B key create acme --title s --member $who --role sign | grep -o 'baton_[a-z0-9_]*');"
        "$B definition sign acme mql 1 --hash $hash; done",
        0, "mql version 1 is in_force");
}

static char *setup(void)
{
    char *folder = scratch_new();

    database = database_new();
    setenv("DATABASE_URL", database_conninfo(database), 1);
    agree();
    import_leads(folder);
    return folder;
}

static void teardown(char *folder)
{
    shell_expect("$B verify --state", 0, "");
    unsetenv("DATABASE_URL");
    database_free(database);
    scratch_free(folder);
}

/* ---- while one waits ---- */

START_TEST(test_applied)
{
    char *folder = setup();

    shell_expect("$B definition apply acme mql 1", 2, "--as is missing");
    shell_expect("$B definition apply acme mql 1 --as nobody@acme.example", 1,
                 "is not an active member");
    shell_expect("$B definition apply acme mql 2 --as ana@acme.example", 1, "baton: ");
    shell_expect("$B definition apply acme mql 0 --as ana@acme.example", 2,
                 "a whole number from 1");
    shell_expect("$B definition apply acme mql 1 --as Ana@acme.example --dry-run | tr -s ' '", 0,
                 "nothing has changed\n leads judged again 250\n qualified 125\n unclear 0\n not "
                 "qualified 125\n would become mql or srl 125\n");
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM verdict"), 0);
    shell_expect("$B definition apply acme mql 1 --as ana@acme.example --json", 0,
                 "\"state\": \"done\"");
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM verdict"), LEADS);
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM lead WHERE stage = 'mql'"),
                     LEADS / 2);
    shell_expect("$B job list acme | tr -s ' ' | cut -d' ' -f2-6", 0,
                 "apply done 250 of 250\napply done 250 of 250\n");
    shell_expect("$B job list acme --json", 0, "\"dry_run\": true");
    shell_expect("$B job show acme $($B job list acme | head -1 | cut -d' ' -f1)", 0,
                 "\"qualified\": 125");
    shell_expect("$B job cancel acme $($B job list acme | head -1 | cut -d' ' -f1)", 1,
                 "The job is done");
    shell_expect("$B job show acme 0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11", 1,
                 "there is no such job");
    shell_expect("$B job show acme last", 2, "give an id");
    teardown(folder);
}
END_TEST

/* ---- half-way ---- */

/* Holds a lead of the third chunk, so that the job stands after two, runs what is said, and lets go
 * when the job's state is this. */
static struct pg *hold_last_lead(void)
{
    struct pg *pg = database_connect(database, NULL);

    ck_assert_int_eq(pg_run_script(pg,
                                   "BEGIN; SELECT 1 FROM lead ORDER BY lead_id DESC LIMIT 1 FOR "
                                   "UPDATE",
                                   pg_deadline_in(WAIT_MS)),
                     PG_OK);
    return pg;
}

static void let_go(struct pg *pg)
{
    ck_assert_int_eq(pg_run_script(pg, "ROLLBACK", pg_deadline_in(WAIT_MS)), PG_OK);
    pg_free(pg);
}

static pid_t start_half_way(const char *folder, struct pg **held)
{
    char log[PATH_MAX_LEN];

    snprintf(log, sizeof log, "%s/apply.log", folder);
    *held = hold_last_lead();
    pid_t pid = start_apply(log);
    wait_until("SELECT count(*) FROM background_job WHERE state = 'running' AND done = 200");
    wait_until("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
               "current_database()");
    return pid;
}

START_TEST(test_interrupted)
{
    char *folder = setup();
    char command[2 * PATH_MAX_LEN];
    struct pg *held;
    int status;

    pid_t pid = start_half_way(folder, &held);
    kill(pid, SIGINT);
    let_go(held);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    snprintf(command, sizeof command, "cat %s/apply.log", folder);
    shell_expect(command, 0, "interrupted: the job is cancelled; 250 of its leads were done");
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %#x", (unsigned)status);
    shell_expect("$B job list acme", 0, "cancelled");
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM verdict"), LEADS);
    teardown(folder);
}
END_TEST

/* Each lead is judged once, although two processes worked on it. */
START_TEST(test_taken_over)
{
    char *folder = setup();
    struct pg *held;
    int status;

    pid_t pid = start_half_way(folder, &held);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    let_go(held);
    database_exec(database, "UPDATE background_job SET lease_until = now() - interval '1 second'");
    struct service *service = service_start(database_conninfo(database), NULL);
    wait_until("SELECT count(*) FROM background_job WHERE state = 'done'");
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM verdict"), LEADS);
    ck_assert_int_eq(database_ask_int(database, "SELECT (result->>'leads')::int FROM "
                                                "background_job"),
                     LEADS);
    service_stop(service);
    teardown(folder);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "jobs");

    TESTS(tcase, test_applied, test_interrupted, test_taken_over);
}
