#include "test_cluster.h"

#include "store/cluster/cluster.h"
#include "store/pg/migrate.h"
#include "store/seal/keyring.h"

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNECTIONS    400
#define CONNINFO_MAX   2048
#define CREATE_WAIT_MS 30000
#define OPEN_FILES_MAX 16
#define POLL_MS        10

#define SCRATCH_PATH_MAX     512
#define SCRATCH_NAME_MAX     64
#define SCRATCH_FREE_WAIT_MS 10000

static struct cluster *cluster;
static char *directory;

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "tests: no PostgreSQL for the tests: %s\n", why);
    exit(1);
}

void scratch_path(char *out, size_t size, const char *name)
{
    const char *place = getenv("TMPDIR");

    if ((size_t)snprintf(out, size, "%s/%s", place == NULL || place[0] == '\0' ? "/tmp" : place,
                         name) >= size)
        give_up("the path of TMPDIR is too long");
}

char *scratch_new(void)
{
    char path[SCRATCH_PATH_MAX], name[SCRATCH_NAME_MAX];

    snprintf(name, sizeof name, "baton-%.24s-XXXXXX", program_invocation_short_name);
    scratch_path(path, sizeof path, name);
    if (mkdtemp(path) == NULL || chmod(path, 0711) != 0)
        give_up("cannot make a directory for temporary files");
    return strdup(path);
}

static int remove_one(const char *path, const struct stat *is, int kind, struct FTW *at)
{
    (void)is;
    (void)kind;
    (void)at;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

/* A PostgreSQL that was killed may have a child that still makes or removes a file: then once more.
 */
void scratch_free(char *path)
{
    int64_t deadline = pg_deadline_in(SCRATCH_FREE_WAIT_MS);

    if (path == NULL)
        return;
    while (nftw(path, remove_one, OPEN_FILES_MAX, FTW_DEPTH | FTW_PHYS) != 0 &&
           access(path, F_OK) == 0) {
        if (pg_now_ms() > deadline)
            give_up("a directory for temporary files cannot be removed");
        poll(NULL, 0, POLL_MS);
    }
    free(path);
}

static void make_template(void)
{
    char conninfo[CONNINFO_MAX];
    struct pg_settings settings = {.conninfo = cluster_conninfo(cluster)};
    struct migrate_settings migrate = {.conninfo = conninfo, .migrations = &migrations_embedded};
    struct migrate_report report;
    struct pg *pg = pg_new(&settings);

    if (pg_run_script(pg, "CREATE DATABASE " TEMPLATE_MIGRATED, pg_deadline_in(CREATE_WAIT_MS)) !=
        PG_OK)
        give_up(pg_error(pg)->text);
    pg_free(pg);
    if (!cluster_conninfo_as(cluster, "postgres", TEMPLATE_MIGRATED, conninfo, sizeof conninfo) ||
        migrate_run(&migrate, &report) != MIGRATE_CURRENT)
        give_up(report.text);
}

/* What the tests' databases are sealed with; set before, it stands. */
static void make_secret_key(void)
{
    char path[CONNINFO_MAX];
    char why[PRIVATE_FILE_WHY_MAX_BYTES];

    snprintf(path, sizeof path, "%s/secret-key", directory);
    if (keyring_make_file(path, why) != PRIVATE_FILE_DONE)
        give_up(why);
    setenv("BATON_SECRET_KEY_FILE", path, 0);
}

void test_cluster_start(void)
{
    struct cluster_settings settings = {.unsafe = true, .max_connections = CONNECTIONS};
    char why[CLUSTER_WHY_MAX_BYTES];

    directory = scratch_new();
    settings.directory = directory;
    cluster = cluster_open(&settings, why);
    if (cluster == NULL)
        give_up(why);
    make_template();
    make_secret_key();
    setenv("BATON_TEST_PG", cluster_conninfo(cluster), 1);
}

int test_cluster_pid(void)
{
    return (int)cluster_pid(cluster);
}

void test_cluster_restart(void)
{
    char why[CLUSTER_WHY_MAX_BYTES] = "it does not end";
    int64_t give_up_ms = pg_deadline_in(CLUSTER_STOP_WAIT_MS);

    while (cluster_is_alive(cluster) && pg_now_ms() < give_up_ms)
        poll(NULL, 0, POLL_MS);
    if (cluster_restart_if_dead(cluster, NULL, why) != CLUSTER_RESTARTED)
        give_up(why);
}

void test_cluster_stop(void)
{
    cluster_close(cluster);
    cluster = NULL;
    scratch_free(directory);
    directory = NULL;
}
