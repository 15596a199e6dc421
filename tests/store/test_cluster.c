/* The private cluster: made once, found again, taken over, started again, and run by one process
 * at a time. */
#include "test_cluster.h"
#include "store/cluster/cluster.h"
#include "store/pg/pg.h"
#include "suite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000

static char *scratch;
static char why[CLUSTER_WHY_MAX_BYTES];

static struct cluster *open_in(const char *directory, bool share)
{
    struct cluster_settings settings = {.directory = directory, .share = share, .unsafe = true};
    struct cluster *cluster = cluster_open(&settings, why);

    ck_assert_msg(cluster != NULL, "%s", why);
    return cluster;
}

static struct pg *connect_to(const char *conninfo)
{
    struct pg_settings settings = {.conninfo = conninfo};
    struct pg *pg = pg_new(&settings);

    ck_assert_int_eq(pg_connect(pg, pg_deadline_in(WAIT_MS)), PG_OK);
    return pg;
}

/* First column of the one row of a query, in the arena of nobody: kept until the next call. */
static const char *ask(struct pg *pg, const char *sql)
{
    static char answer[512];

    ck_assert_int_eq(pg_run_sql(pg, sql, pg_deadline_in(WAIT_MS)), PG_OK);
    const char *text = pg_get_text(pg_result(pg, 0), 0, 0, NULL);
    snprintf(answer, sizeof answer, "%s", text == NULL ? "" : text);
    pg_pipeline_end(pg);
    return answer;
}

static void execute(struct pg *pg, const char *sql)
{
    ck_assert_int_eq(pg_run_sql(pg, sql, pg_deadline_in(WAIT_MS)), PG_OK);
    pg_pipeline_end(pg);
}

static bool has_ended(pid_t pid)
{
    int64_t deadline = pg_deadline_in(WAIT_MS);

    while (kill(pid, 0) == 0 && pg_now_ms() < deadline)
        usleep(5000);
    return kill(pid, 0) != 0;
}

static void set_up(void)
{
    scratch = scratch_new();
}

static void tear_down(void)
{
    scratch_free(scratch);
}

START_TEST(it_is_made_once_and_keeps_what_is_in_it)
{
    struct cluster *cluster = open_in(scratch, false);
    struct pg *pg = connect_to(cluster_conninfo(cluster));
    pid_t first = cluster_pid(cluster);

    ck_assert_str_eq(ask(pg, "SELECT current_database()::text"), "baton");
    ck_assert_str_eq(ask(pg, "SHOW listen_addresses"), "");
    ck_assert_str_eq(ask(pg, "SHOW server_encoding"), "UTF8");
    ck_assert_str_eq(ask(pg, "SHOW jit"), "off");
    execute(pg, "CREATE TABLE kept (n int)");
    /* A client that stays does not keep it from stopping. */
    cluster_close(cluster);
    ck_assert(has_ended(first));
    pg_free(pg);

    cluster = open_in(scratch, false);
    pg = connect_to(cluster_conninfo(cluster));
    ck_assert_str_eq(ask(pg, "SELECT to_regclass('kept')::text"), "kept");
    pg_free(pg);
    cluster_close(cluster);
}
END_TEST

START_TEST(it_is_durable_unless_a_test_asks_otherwise)
{
    struct cluster_settings settings = {.directory = scratch};
    struct cluster *cluster = cluster_open(&settings, why);

    ck_assert_msg(cluster != NULL, "%s", why);
    struct pg *pg = connect_to(cluster_conninfo(cluster));
    ck_assert_str_eq(ask(pg, "SHOW fsync"), "on");
    ck_assert_str_eq(ask(pg, "SHOW full_page_writes"), "on");
    ck_assert_str_eq(ask(pg, "SHOW synchronous_commit"), "on");
    pg_free(pg);
    cluster_close(cluster);
}
END_TEST

START_TEST(nobody_else_may_reach_its_socket_or_its_data)
{
    struct cluster *cluster = open_in(scratch, false);
    char path[1024];
    struct stat is;

    snprintf(path, sizeof path, "%s/run", scratch);
    ck_assert_int_eq(stat(path, &is), 0);
    ck_assert_int_eq(is.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/pg", scratch);
    ck_assert_int_eq(stat(path, &is), 0);
    ck_assert_int_eq(is.st_mode & 0777, 0700);
    ck_assert_int_ne(is.st_uid, 0);
    cluster_close(cluster);
}
END_TEST

START_TEST(a_second_process_is_told_who_has_it)
{
    struct cluster *cluster = open_in(scratch, false);
    struct cluster_settings settings = {.directory = scratch};
    char holder[32];

    ck_assert_ptr_null(cluster_open(&settings, why));
    snprintf(holder, sizeof holder, "process %d", (int)getpid());
    ck_assert_msg(strstr(why, holder) != NULL && strstr(why, scratch) != NULL, "%s", why);
    ck_assert(cluster_is_alive(cluster));
    cluster_close(cluster);
}
END_TEST

START_TEST(a_command_beside_a_server_shares_its_cluster)
{
    struct cluster *cluster = open_in(scratch, false);
    struct cluster *shared = open_in(scratch, true);

    ck_assert_int_eq(cluster_pid(shared), cluster_pid(cluster));
    struct pg *pg = connect_to(cluster_conninfo(shared));
    ck_assert_str_eq(ask(pg, "SELECT 'here'::text"), "here");
    cluster_close(shared);
    ck_assert_str_eq(ask(pg, "SELECT 'still'::text"), "still");
    pg_free(pg);
    cluster_close(cluster);
}
END_TEST

/* All of them, as an out-of-memory killer or an operator does. */
static void kill_whole(pid_t postmaster)
{
    char command[128];

    snprintf(command, sizeof command, "kill -9 %d $(cat /proc/%d/task/*/children)", (int)postmaster,
             (int)postmaster);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(it_comes_back_after_it_was_killed)
{
    struct cluster *cluster = open_in(scratch, false);
    struct pg *pg = connect_to(cluster_conninfo(cluster));
    pid_t before = cluster_pid(cluster);

    execute(pg, "CREATE TABLE kept (n int)");
    ck_assert_int_eq(cluster_restart_if_dead(cluster, NULL, why), CLUSTER_ALIVE);
    kill_whole(before);
    int64_t deadline = pg_deadline_in(WAIT_MS);
    while (cluster_is_alive(cluster) && pg_now_ms() < deadline)
        usleep(1000);
    enum cluster_state state = cluster_restart_if_dead(cluster, NULL, why);
    ck_assert_str_eq(why, "");
    ck_assert_int_eq(state, CLUSTER_RESTARTED);
    ck_assert_int_ne(cluster_pid(cluster), before);
    /* The old connection opens again by itself. */
    (void)!pg_ping(pg, pg_deadline_in(WAIT_MS));
    ck_assert_str_eq(ask(pg, "SELECT to_regclass('kept')::text"), "kept");
    pg_free(pg);
    cluster_close(cluster);
}
END_TEST

/* Only the postmaster: its children hold the shared memory for a moment. */
START_TEST(it_comes_back_after_its_postmaster_was_killed)
{
    struct cluster *cluster = open_in(scratch, false);
    struct pg *pg = connect_to(cluster_conninfo(cluster));

    kill(cluster_pid(cluster), SIGKILL);
    int64_t deadline = pg_deadline_in(WAIT_MS);
    while (cluster_is_alive(cluster) && pg_now_ms() < deadline)
        usleep(1000);
    enum cluster_state state = cluster_restart_if_dead(cluster, NULL, why);
    ck_assert_str_eq(why, "");
    ck_assert_int_eq(state, CLUSTER_RESTARTED);
    (void)!pg_ping(pg, pg_deadline_in(WAIT_MS));
    ck_assert_str_eq(ask(pg, "SELECT 'here'::text"), "here");
    pg_free(pg);
    cluster_close(cluster);
}
END_TEST

/* Opens the cluster in a process of its own, which says the postmaster's id and waits. */
static pid_t open_elsewhere(pid_t *postmaster)
{
    int ends[2];

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t other = fork();
    if (other == 0) {
        struct cluster *cluster = open_in(scratch, false);
        pid_t pid = cluster_pid(cluster);
        if (write(ends[1], &pid, sizeof pid) == sizeof pid)
            pause();
        _exit(0);
    }
    ck_assert_int_eq(read(ends[0], postmaster, sizeof *postmaster), sizeof *postmaster);
    close(ends[0]);
    close(ends[1]);
    return other;
}

START_TEST(it_stops_when_its_server_dies_and_the_next_one_finds_it_well)
{
    pid_t postmaster = 0;
    pid_t other = open_elsewhere(&postmaster);

    kill(other, SIGKILL);
    ck_assert_int_eq(waitpid(other, NULL, 0), other);
    /* It may be on its way down at this moment, or gone. */
    struct cluster *cluster = open_in(scratch, false);
    if (cluster_restart_if_dead(cluster, NULL, why) == CLUSTER_DOWN)
        ck_abort_msg("%s", why);
    struct pg *pg = connect_to(cluster_conninfo(cluster));
    ck_assert_str_eq(ask(pg, "SELECT 'here'::text"), "here");
    pg_free(pg);
    cluster_close(cluster);
    ck_assert(has_ended(postmaster));
}
END_TEST

/* As another user, so that it hears of nobody's death: a child of init. */
static void start_orphan(const char *directory)
{
    char command[2048];

    snprintf(command, sizeof command,
             "cd / && %s sh -c 'setsid /usr/lib/postgresql/*/bin/postgres -D %s/pg -k %s/run"
             " -c listen_addresses= >/dev/null 2>&1 &'",
             geteuid() == 0 ? "runuser -u postgres --" : "", directory, directory);
    ck_assert_int_eq(system(command), 0);
}

static pid_t read_pid_file(void)
{
    char path[1024];
    int pid = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/pg/postmaster.pid", scratch);
    file = fopen(path, "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%d", &pid) != 1)
        pid = 0;
    fclose(file);
    return pid;
}

START_TEST(one_that_outlived_its_server_is_taken_over_and_stopped)
{
    struct cluster *cluster = open_in(scratch, false);
    int64_t deadline = pg_deadline_in(WAIT_MS);
    pid_t orphan;

    cluster_close(cluster);
    start_orphan(scratch);
    while ((orphan = read_pid_file()) == 0 && pg_now_ms() < deadline)
        usleep(5000);
    cluster = open_in(scratch, false);
    ck_assert_int_eq(cluster_pid(cluster), orphan);
    cluster_close(cluster);
    ck_assert(has_ended(orphan));
}
END_TEST

START_TEST(a_pid_file_of_another_program_is_not_believed)
{
    struct cluster *cluster = open_in(scratch, false);
    char path[1024];

    cluster_close(cluster);
    snprintf(path, sizeof path, "%s/pg/postmaster.pid", scratch);
    FILE *file = fopen(path, "w");
    fprintf(file, "%d\n%s/pg\n1\n5432\n%s/run\n\n", (int)getpid(), scratch, scratch);
    fclose(file);
    if (geteuid() != 0)
        unlink(path); /* our own pid, as our own user, would be believed by PostgreSQL itself */
    cluster = open_in(scratch, false);
    ck_assert_int_ne(cluster_pid(cluster), getpid());
    cluster_close(cluster);
}
END_TEST

START_TEST(what_a_broken_initdb_left_is_made_again)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/pg.new", scratch);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/pg.new/half", scratch);
    fclose(fopen(path, "w"));
    struct cluster *cluster = open_in(scratch, false);
    snprintf(path, sizeof path, "%s/pg/half", scratch);
    ck_assert_int_ne(access(path, F_OK), 0);
    cluster_close(cluster);
}
END_TEST

START_TEST(a_long_path_puts_the_socket_elsewhere)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%0120d/with 'quotes' and spaces", scratch, 0);
    struct cluster *cluster = open_in(path, false);
    struct pg *pg = connect_to(cluster_conninfo(cluster));
    ck_assert_str_eq(ask(pg, "SELECT 'here'::text"), "here");
    pg_free(pg);
    cluster_close(cluster);
}
END_TEST

START_TEST(what_cannot_work_is_said)
{
    struct cluster_settings settings = {.directory = scratch, .binaries = "/nonexistent"};
    char locked[512];

    ck_assert_ptr_null(cluster_open(&settings, why));
    ck_assert_msg(strstr(why, "/nonexistent") != NULL && strstr(why, "install") != NULL, "%s", why);

    /* Data that does not start: the last words of PostgreSQL are in the message. */
    struct cluster *cluster = open_in(scratch, false);
    cluster_close(cluster);
    snprintf(locked, sizeof locked, "%s/pg/global/pg_control", scratch);
    ck_assert_int_eq(truncate(locked, 0), 0);
    settings.binaries = NULL;
    ck_assert_ptr_null(cluster_open(&settings, why));
    ck_assert_msg(strstr(why, "postgres.log") != NULL && strstr(why, "pg_control") != NULL, "%s",
                  why);

    settings.directory = "/proc/no/such";
    ck_assert_ptr_null(cluster_open(&settings, why));
    ck_assert_msg(strstr(why, "/proc/no/such") != NULL, "%s", why);
}
END_TEST

START_TEST(a_database_that_must_be_there_is_not_made)
{
    struct cluster_settings settings = {.directory = scratch, .share = true, .must_exist = true};
    char path[512];
    struct stat is;

    ck_assert(!cluster_exists(scratch));
    ck_assert_ptr_null(cluster_open(&settings, why));
    ck_assert_msg(strstr(why, "there is no database in") != NULL && strstr(why, scratch) != NULL,
                  "%s", why);
    snprintf(path, sizeof path, "%s/pg", scratch);
    ck_assert_int_ne(stat(path, &is), 0);

    snprintf(path, sizeof path, "%s/nowhere", scratch);
    settings.directory = path;
    ck_assert(!cluster_exists(path));
    ck_assert_ptr_null(cluster_open(&settings, why));
    ck_assert_msg(strstr(why, "cannot look into") != NULL && strstr(why, path) != NULL, "%s", why);
    ck_assert_int_ne(stat(path, &is), 0);

    /* One that is being made counts: its lock names a process that runs. */
    snprintf(path, sizeof path, "%s/lock", scratch);
    FILE *lock = fopen(path, "w");
    fprintf(lock, "%d\n", (int)getpid());
    fclose(lock);
    ck_assert(cluster_exists(scratch));

    cluster_close(open_in(scratch, false));
    ck_assert(cluster_exists(scratch));
    settings.directory = scratch;
    struct cluster *cluster = cluster_open(&settings, why);
    ck_assert_msg(cluster != NULL, "%s", why);
    cluster_close(cluster);
}
END_TEST

START_TEST(a_directory_that_its_user_may_not_enter_is_refused_with_advice)
{
    char path[512];
    struct cluster_settings settings = {.directory = path};

    if (geteuid() != 0)
        SKIP("only root runs it as another user");
    snprintf(path, sizeof path, "%s/private", scratch);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/private/data", scratch);
    ck_assert_ptr_null(cluster_open(&settings, why));
    ck_assert_msg(strstr(why, "/var/lib/baton") != NULL, "%s", why);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "cluster");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, it_is_made_once_and_keeps_what_is_in_it, it_is_durable_unless_a_test_asks_otherwise,
          nobody_else_may_reach_its_socket_or_its_data, a_second_process_is_told_who_has_it,
          a_command_beside_a_server_shares_its_cluster, it_comes_back_after_it_was_killed,
          it_comes_back_after_its_postmaster_was_killed,
          it_stops_when_its_server_dies_and_the_next_one_finds_it_well,
          one_that_outlived_its_server_is_taken_over_and_stopped,
          a_pid_file_of_another_program_is_not_believed, what_a_broken_initdb_left_is_made_again,
          a_long_path_puts_the_socket_elsewhere, what_cannot_work_is_said,
          a_database_that_must_be_there_is_not_made,
          a_directory_that_its_user_may_not_enter_is_refused_with_advice);
}
