#include "store/cluster/cluster.h"

#include "store/cluster/cluster_binaries.h"
#include "store/cluster/cluster_home.h"
#include "store/pg/pg.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_STEP_MS 10
/* Backends of a postmaster that was killed hold its shared memory for a moment, and until they are
 * gone a new one refuses to start. */
#define RESTART_WAIT_MS 10000
#define RESTART_STEP_MS 100
#define REAP_WAIT_MS    1000
#define QUIT_WAIT_MS    5000
#define CONNECT_WAIT_MS 5000
#define CONNINFO_MAX    2048
#define PORT            "5432"
#define DATABASE        "baton"
#define SUPERUSER       "postgres"

struct cluster {
    struct cluster_settings settings;
    struct cluster_home home;
    char binaries[CLUSTER_PATH_MAX];
    char conninfo[CONNINFO_MAX];
    pid_t pid;                 /* of the postmaster; 0: none */
    bool borrowed;             /* another process runs it */
    const atomic_bool *ending; /* true: give up waiting for a start; may be NULL */
};

/* Written once; people may change it afterwards. Settings that must hold are on the command line.
 * No row values get into the log: it is terse, without statements and their errors. */
static const char POSTGRESQL_CONF[] = "# Made by baton with the cluster; it is not written again.\n"
                                      "max_wal_size = 1GB\n"
                                      "min_wal_size = 128MB\n"
                                      "checkpoint_timeout = 15min\n"
                                      "random_page_cost = 1.1\n"
                                      "jit = off\n"
                                      /* /dev/shm may be missing, small or closed to this user */
                                      "dynamic_shared_memory_type = mmap\n"
                                      "timezone = 'UTC'\n"
                                      "log_timezone = 'UTC'\n"
                                      "lc_messages = 'C'\n"
                                      "log_min_messages = log\n"
                                      "log_min_error_statement = panic\n"
                                      "log_error_verbosity = terse\n"
                                      "log_parameter_max_length_on_error = 0\n"
                                      "log_line_prefix = '%m [%p] '\n"
                                      "password_encryption = scram-sha-256\n";

static const char PG_HBA_CONF[] = "# The directory of the socket lets only its owner and root in.\n"
                                  "local all all trust\n";

static bool refuse(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(char *why, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, CLUSTER_WHY_MAX_BYTES, format, args);
    va_end(args);
    return false;
}

/* --- making it --------------------------------------------------------------------------- */

static bool run_as_user(const struct cluster *cluster, const char *const *argv, int64_t wait_ms)
{
    struct process_spec spec = {.argv = argv, .user = &cluster->home.user};

    spec.output = cluster_home_open_log(&cluster->home);
    int code = process_run(&spec, pg_deadline_in(wait_ms));
    if (spec.output >= 0)
        close(spec.output);
    return code == 0;
}

static bool run_initdb(const struct cluster *cluster)
{
    char initdb[CLUSTER_PATH_MAX + 16];
    const char *const argv[] = {initdb, "--pgdata", cluster->home.fresh, "--username", SUPERUSER,
                                "--encoding", "UTF8", "--locale", "C.UTF-8", "--auth-local",
                                "trust", "--auth-host", "reject",
                                /* Skipping fsync makes initdb three times as fast. */
                                cluster->settings.unsafe ? "--no-sync" : NULL, NULL};

    snprintf(initdb, sizeof initdb, "%s/initdb", cluster->binaries);
    return run_as_user(cluster, argv, CLUSTER_INIT_WAIT_MS);
}

/* lz4 costs a tenth of pglz, but not every build of PostgreSQL has it. */
static bool has_lz4(const struct cluster *cluster)
{
    char postgres[CLUSTER_PATH_MAX + 16];
    const char *const argv[] = {
        postgres,          "-D", cluster->home.fresh, "-c", "wal_compression=lz4", "-C",
        "wal_compression", NULL};

    snprintf(postgres, sizeof postgres, "%s/postgres", cluster->binaries);
    return run_as_user(cluster, argv, CONNECT_WAIT_MS);
}

/* Writes over the file that initdb made, which already has the right owner. */
static bool write_file(const struct cluster *cluster, const char *name, const char *text,
                       const char *more)
{
    char path[CLUSTER_PATH_MAX + 32];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", cluster->home.fresh, name);
    file = fopen(path, "we");
    if (file == NULL)
        return false;
    bool written = fputs(text, file) >= 0 && fputs(more, file) >= 0 && fflush(file) == 0 &&
                   fsync(fileno(file)) == 0;
    return fclose(file) == 0 && written;
}

static bool make_data(const struct cluster *cluster, char *why)
{
    char words[256];

    if (!cluster_home_make_fresh(&cluster->home))
        return refuse(why, "cannot make %s: %s", cluster->home.fresh, strerror(errno));
    if (!run_initdb(cluster)) {
        cluster_home_last_words(&cluster->home, words, sizeof words);
        return refuse(why, "initdb failed, see %s: %s", cluster->home.log, words);
    }
    if (!write_file(cluster, "postgresql.conf", POSTGRESQL_CONF,
                    has_lz4(cluster) ? "wal_compression = lz4\n" : "wal_compression = on\n") ||
        !write_file(cluster, "pg_hba.conf", PG_HBA_CONF, "") ||
        !cluster_home_keep_fresh(&cluster->home))
        return refuse(why, "cannot write to %s: %s", cluster->home.directory, strerror(errno));
    return true;
}

/* --- finding one that runs ---------------------------------------------------------------- */

/* Another program may have this process id by now; a postmaster has our data as its working
 * directory. */
static bool is_postmaster_of(pid_t pid, const struct cluster_home *home)
{
    char link[64];
    struct stat works_in;
    struct stat data;

    snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
    return stat(link, &works_in) == 0 && stat(home->data, &data) == 0 &&
           works_in.st_dev == data.st_dev && works_in.st_ino == data.st_ino;
}

/* postmaster.pid: process id, data directory, start time, port, socket directory, … */
static pid_t read_postmaster_pid(const struct cluster_home *home, char run[CLUSTER_PATH_MAX])
{
    char path[CLUSTER_PATH_MAX + 32];
    char line[CLUSTER_PATH_MAX];
    pid_t pid = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/postmaster.pid", home->data);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    for (int i = 1; i <= 5 && fgets(line, sizeof line, file) != NULL; i++) {
        line[strcspn(line, "\n")] = '\0';
        if (i == 1)
            pid = (pid_t)strtol(line, NULL, 10);
        if (i == 5 && line[0] == '/')
            memcpy(run, line, sizeof line);
    }
    fclose(file);
    return pid;
}

/* The living postmaster of our data, and where its socket is; 0 when there is none. */
static pid_t find_living(struct cluster_home *home)
{
    pid_t pid = read_postmaster_pid(home, home->run);

    return pid > 1 && is_postmaster_of(pid, home) ? pid : 0;
}

static bool left_a_pid_file(const struct cluster_home *home)
{
    char path[CLUSTER_PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/postmaster.pid", home->data);
    return access(path, F_OK) == 0;
}

/* --- starting ----------------------------------------------------------------------------- */

/* Quotes a value for a connection string. */
static size_t quote(const char *text, char *out, size_t size)
{
    size_t len = 0;

    for (; *text != '\0' && len + 3 < size; text++) {
        if (*text == '\'' || *text == '\\')
            out[len++] = '\\';
        out[len++] = *text;
    }
    out[len] = '\0';
    return len;
}

bool cluster_conninfo_as(const struct cluster *cluster, const char *role, const char *database,
                         char *out, size_t size)
{
    char run[2 * CLUSTER_PATH_MAX];

    quote(cluster->home.run, run, sizeof run);
    int len = snprintf(out, size, "host='%s' port=" PORT " user=%s dbname=%s", run, role,
                       database == NULL ? DATABASE : database);
    return len > 0 && (size_t)len < size;
}

static PGPing ping(const struct cluster *cluster)
{
    static const char *const keys[] = {"host", "port", "user", "dbname", "connect_timeout", NULL};
    const char *const values[] = {cluster->home.run, PORT, SUPERUSER, "postgres", "2", NULL};

    return PQpingParams(keys, values, 0);
}

static bool is_ending(const struct cluster *cluster)
{
    return cluster->ending != NULL && atomic_load(cluster->ending);
}

/* Waits until it answers, has ended, or the wait is given up. */
static bool wait_ready(const struct cluster *cluster, int64_t deadline)
{
    while (!process_has_ended(cluster->pid) && !is_ending(cluster)) {
        if (ping(cluster) == PQPING_OK)
            return true;
        if (pg_now_ms() >= deadline)
            return false;
        poll(NULL, 0, READY_STEP_MS);
    }
    return false;
}

static pid_t start_postgres(const struct cluster *cluster)
{
    const struct cluster_settings *settings = &cluster->settings;
    char postgres[CLUSTER_PATH_MAX + 16];
    char buffers[64];
    char connections[64];
    const char *const argv[] = {postgres,
                                "-D",
                                cluster->home.data,
                                "-k",
                                cluster->home.run,
                                "-p",
                                PORT,
                                "-c",
                                "listen_addresses=",
                                "-c",
                                "unix_socket_permissions=0700",
                                "-c",
                                "logging_collector=off",
                                "-c",
                                "external_pid_file=",
                                "-c",
                                buffers,
                                "-c",
                                connections,
                                "-c",
                                settings->unsafe ? "fsync=off" : "fsync=on",
                                "-c",
                                settings->unsafe ? "full_page_writes=off" : "full_page_writes=on",
                                NULL};
    /* SIGINT is a fast and clean shutdown. */
    struct process_spec spec = {.argv = argv, .user = &cluster->home.user, .death_signal = SIGINT};

    snprintf(postgres, sizeof postgres, "%s/postgres", cluster->binaries);
    snprintf(buffers, sizeof buffers, "shared_buffers=%dMB",
             settings->shared_buffers_mb > 0 ? settings->shared_buffers_mb
                                             : CLUSTER_SHARED_BUFFERS_MB);
    snprintf(connections, sizeof connections, "max_connections=%d",
             settings->max_connections > 0 ? settings->max_connections : CLUSTER_MAX_CONNECTIONS);
    spec.output = cluster_home_open_log(&cluster->home);
    pid_t pid = process_start(&spec);
    if (spec.output >= 0)
        close(spec.output);
    return pid;
}

/* A process stopped by a shell's job control would not receive the signal to end. */
static void wake(pid_t postmaster)
{
    char path[64];
    int child;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)postmaster, (int)postmaster);
    FILE *children = fopen(path, "re");
    while (children != NULL && fscanf(children, "%d", &child) == 1)
        kill(child, SIGCONT);
    if (children != NULL)
        fclose(children);
    kill(postmaster, SIGCONT);
}

static void stop(struct cluster *cluster)
{
    if (cluster->pid <= 0)
        return;
    kill(cluster->pid, SIGINT);
    wake(cluster->pid);
    if (!process_wait(cluster->pid, pg_deadline_in(CLUSTER_STOP_WAIT_MS))) {
        kill(cluster->pid, SIGQUIT);
        (void)!process_wait(cluster->pid, pg_deadline_in(QUIT_WAIT_MS));
    }
    cluster->pid = 0;
}

static bool start(struct cluster *cluster, char *why)
{
    bool was_cut_off = left_a_pid_file(&cluster->home);
    int64_t deadline = pg_deadline_in(CLUSTER_START_WAIT_MS);
    int64_t retry_until = pg_deadline_in(was_cut_off ? RESTART_WAIT_MS : 0);
    char words[256];

    for (;;) {
        cluster->pid = start_postgres(cluster);
        if (cluster->pid > 0 && wait_ready(cluster, deadline))
            return true;
        if (pg_now_ms() >= retry_until || is_ending(cluster))
            break;
        stop(cluster);
        poll(NULL, 0, RESTART_STEP_MS);
    }
    stop(cluster);
    cluster_home_last_words(&cluster->home, words, sizeof words);
    return refuse(why, "PostgreSQL does not start in %s, see %s: %s", cluster->home.data,
                  cluster->home.log, words);
}

/* Takes over a postmaster that outlived the process before us. One that is about to end is waited
 * for instead. */
static bool take_over(struct cluster *cluster)
{
    cluster->pid = find_living(&cluster->home);
    if (cluster->pid != 0 && wait_ready(cluster, pg_deadline_in(CLUSTER_START_WAIT_MS)))
        return true;
    cluster->pid = 0;
    return false;
}

static bool make_database(const struct cluster *cluster, char *why)
{
    char conninfo[CONNINFO_MAX];
    struct pg_settings settings = {.conninfo = conninfo};
    int64_t deadline = pg_deadline_in(CONNECT_WAIT_MS);

    if (!cluster_conninfo_as(cluster, SUPERUSER, "postgres", conninfo, sizeof conninfo))
        return refuse(why, "the path of the socket is too long");
    struct pg *pg = pg_new(&settings);
    if (pg == NULL)
        return refuse(why, "out of memory");
    enum pg_status status =
        pg_run_sql(pg, "SELECT FROM pg_database WHERE datname = '" DATABASE "'", deadline);
    if (status == PG_OK && pg_rows(pg_result(pg, 0)) == 0)
        status =
            pg_run_script(pg, "CREATE DATABASE " DATABASE, pg_deadline_in(CLUSTER_START_WAIT_MS));
    bool done = status == PG_OK || strcmp(pg_error(pg)->sqlstate, "42P04") == 0;
    if (!done)
        refuse(why, "cannot make the database " DATABASE ": %s %s", pg_error(pg)->sqlstate,
               pg_error(pg)->text);
    pg_free(pg);
    return done;
}

/* Tried twice: a postmaster that outlives its server by a moment may answer once and then stop. */
static bool bring_up(struct cluster *cluster, char *why)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        if (!take_over(cluster) && !start(cluster, why))
            return false;
        if (make_database(cluster, why))
            return true;
    }
    return false;
}

static bool borrow(struct cluster *cluster, char *why)
{
    int64_t deadline = pg_deadline_in(CLUSTER_START_WAIT_MS);

    cluster->borrowed = true;
    /* The process that holds the lock may still be starting it. */
    while ((cluster->pid = find_living(&cluster->home)) == 0 && pg_now_ms() < deadline)
        poll(NULL, 0, READY_STEP_MS);
    if (cluster->pid != 0 && wait_ready(cluster, deadline))
        return true;
    return refuse(why, "process %d has %s in use, but its PostgreSQL does not answer",
                  (int)cluster->home.holder, cluster->home.directory);
}

static bool run(struct cluster *cluster, char *why)
{
    struct cluster_home *home = &cluster->home;

    if (!cluster_home_lock(home)) {
        if (home->holder == 0)
            return refuse(why, "cannot use %s: %s", home->lock, strerror(errno));
        if (cluster->settings.share)
            return borrow(cluster, why);
        return refuse(why,
                      "the data directory %s is in use by process %d: stop that one, or give "
                      "another directory",
                      home->directory, (int)home->holder);
    }
    if (!cluster_binaries_find(cluster->settings.binaries, cluster_home_major(home),
                               cluster->binaries, sizeof cluster->binaries, why,
                               CLUSTER_WHY_MAX_BYTES))
        return false;
    if (!cluster_home_has_data(home) && cluster->settings.must_exist)
        return refuse(why, "there is no database in %s", home->directory);
    if (!cluster_home_has_data(home) && !make_data(cluster, why))
        return false;
    return bring_up(cluster, why);
}

struct cluster *cluster_open(const struct cluster_settings *settings,
                             char why[CLUSTER_WHY_MAX_BYTES])
{
    struct cluster *cluster = calloc(1, sizeof *cluster);

    why[0] = '\0';
    if (cluster == NULL) {
        refuse(why, "out of memory");
        return NULL;
    }
    cluster->settings = *settings;
    cluster->home.lock_fd = -1;
    if (cluster_home_open(&cluster->home, settings->directory, !settings->must_exist, why,
                          CLUSTER_WHY_MAX_BYTES) &&
        run(cluster, why) &&
        cluster_conninfo_as(cluster, SUPERUSER, NULL, cluster->conninfo, sizeof cluster->conninfo))
        return cluster;
    cluster_close(cluster);
    return NULL;
}

bool cluster_exists(const char *directory)
{
    return cluster_home_is_one(directory);
}

void cluster_close(struct cluster *cluster)
{
    if (cluster == NULL)
        return;
    if (!cluster->borrowed)
        stop(cluster);
    cluster_home_close(&cluster->home);
    free(cluster);
}

const char *cluster_conninfo(const struct cluster *cluster)
{
    return cluster->conninfo;
}

pid_t cluster_pid(const struct cluster *cluster)
{
    return cluster->pid;
}

bool cluster_is_alive(struct cluster *cluster)
{
    return cluster->pid > 0 && !process_has_ended(cluster->pid) &&
           is_postmaster_of(cluster->pid, &cluster->home);
}

enum cluster_state cluster_restart_if_dead(struct cluster *cluster, const atomic_bool *ending,
                                           char why[CLUSTER_WHY_MAX_BYTES])
{
    why[0] = '\0';
    if (cluster_is_alive(cluster))
        return CLUSTER_ALIVE;
    if (cluster->borrowed) {
        refuse(why, "the PostgreSQL of another process is gone");
        return CLUSTER_DOWN;
    }
    /* As a zombie it would look alive to the next start. */
    if (cluster->pid > 0)
        (void)!process_wait(cluster->pid, pg_deadline_in(REAP_WAIT_MS));
    cluster->pid = 0;
    cluster->ending = ending;
    return start(cluster, why) ? CLUSTER_RESTARTED : CLUSTER_DOWN;
}
