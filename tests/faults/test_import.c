/*
 * `baton import`, interrupted and killed partway and run again, and two at once on the same file:
 * every row ends as one lead with one touch.
 */
#include "invariants.h"
#include "suite.h"
#include "test_cluster.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS          6000
#define LONG_ROWS     100000
#define WAIT_MS       60000
#define POLL_MS       2
#define PATH_MAX_TEXT 512 /* bytes */
#define INTERRUPTED   1   /* exit code */

static struct trial trial;
static char *scratch;
static char rows_path[PATH_MAX_TEXT], mapping_path[PATH_MAX_TEXT];

static int row_count(void)
{
    return getenv("BATON_LONG") != NULL ? LONG_ROWS : ROWS;
}

static FILE *open_file(char path[PATH_MAX_TEXT], const char *name)
{
    snprintf(path, PATH_MAX_TEXT, "%s/%s", scratch, name);
    FILE *file = fopen(path, "w");
    ck_assert_msg(file != NULL, "%s cannot be written", path);
    return file;
}

static void write_files(void)
{
    FILE *file = open_file(mapping_path, "mapping.json");

    fputs("{\"as\": \"lead\", \"team\": \"marketing\", "
          "\"external_id\": {\"source\": \"crm\", \"at\": \"/id\"}, \"email\": \"/email\", "
          "\"occurred_at\": \"/at\", \"attributes\": {\"company.employees\": \"/size\"}, "
          "\"touch\": {\"kind\": {\"value\": \"form_submitted\"}, \"source\": \"/origin\"}}",
          file);
    fclose(file);
    file = open_file(rows_path, "rows.csv");
    fputs("id,email,at,size,origin\n", file);
    for (int i = 0; i < row_count(); i++)
        fprintf(file, "L%d,p%d@c%d.example,2026-%02d-%02d,%d,%s\n", i, i, i % 97, 1 + i % 9,
                1 + i % 28, i % 400, i % 2 == 0 ? "google" : "fair");
    fclose(file);
}

static void setup(void)
{
    trial_begin(&trial, NULL);
    scratch = scratch_new();
    write_files();
}

static void teardown(void)
{
    trial_free(&trial);
    if (scratch != NULL)
        scratch_free(scratch);
    scratch = NULL;
}

static pid_t start_import(void)
{
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("DATABASE_URL", trial.conninfo, 1);
    execl(getenv("BATON_BINARY"), "baton", "import", "acme", "--mapping", mapping_path, rows_path,
          (char *)NULL);
    _exit(127);
}

static int exit_code(pid_t pid)
{
    int status = 0;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static long long leads(void)
{
    return trial_ask_workspace(&trial, "SELECT count(*) FROM lead WHERE workspace_id = $1");
}

static void wait_for_leads(long long count)
{
    int64_t give_up = pg_deadline_in(WAIT_MS);
    long long now;

    while ((now = leads()) < count) {
        ck_assert_msg(pg_now_ms() < give_up, "%lld leads, %lld wanted", now, count);
        poll(NULL, 0, POLL_MS);
    }
}

/* Every row is one lead that was touched once, and going on once more changes nothing. */
static void check_whole(void)
{
    static char out[TRIAL_OUTPUT_MAX];
    char words[3 * PATH_MAX_TEXT];
    long long rows = row_count();

    ck_assert_int_eq(leads(), rows);
    ck_assert_int_eq(
        trial_ask_workspace(&trial, "SELECT count(*) FROM touch WHERE workspace_id = $1"), rows);
    ck_assert_int_eq(trial_ask_workspace(&trial,
                                         "SELECT sum(touch_count) FROM lead WHERE workspace_id = "
                                         "$1"),
                     rows);
    snprintf(words, sizeof words, "import acme --mapping '%s' '%s'", mapping_path, rows_path);
    ck_assert_int_eq(trial_baton(&trial, words, out), 0);
    ck_assert_msg(strstr(out, "nothing changed") != NULL, "%s", out);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
}

/* Some of the rows, then the signal; again from the start, some more, and once more. */
static void check_ended_by(int number, int wanted)
{
    for (int part = 0; part < 2; part++) {
        long long before = leads();
        pid_t pid = start_import();
        wait_for_leads(before + row_count() / 8);
        ck_assert_int_eq(kill(pid, number), 0);
        ck_assert_int_eq(exit_code(pid), wanted);
        ck_assert_int_lt(leads(), row_count());
    }
    ck_assert_int_eq(exit_code(start_import()), 0);
    check_whole();
}

START_TEST(test_interrupted)
{
    check_ended_by(SIGINT, INTERRUPTED);
}
END_TEST

START_TEST(test_killed)
{
    check_ended_by(SIGKILL, -SIGKILL);
}
END_TEST

START_TEST(test_two_at_once)
{
    pid_t first = start_import();
    pid_t second = start_import();

    ck_assert_int_eq(exit_code(first), 0);
    ck_assert_int_eq(exit_code(second), 0);
    check_whole();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "import");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, test_interrupted, test_killed, test_two_at_once);
}
