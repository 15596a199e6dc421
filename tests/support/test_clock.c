#include "test_clock.h"

#include "test_cluster.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MICROSECONDS INT64_C(1000000)

/* Sessions of the program look here before pg_catalog. STABLE and VOLATILE as those are. */
#define SCHEMA                                                                                     \
    "CREATE SCHEMA test_clock;"                                                                    \
    "CREATE TABLE test_clock.ahead (by interval NOT NULL);"                                        \
    "INSERT INTO test_clock.ahead VALUES ('0');"                                                   \
    "CREATE FUNCTION test_clock.now() RETURNS timestamptz LANGUAGE sql STABLE"                     \
    "  AS 'SELECT pg_catalog.now() + by FROM test_clock.ahead';"                                   \
    "CREATE FUNCTION test_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE"       \
    "  AS 'SELECT pg_catalog.clock_timestamp() + by FROM test_clock.ahead';"                       \
    "GRANT USAGE ON SCHEMA test_clock TO PUBLIC;"                                                  \
    "GRANT SELECT ON test_clock.ahead TO PUBLIC"

static struct {
    const struct database *database;
    char path[128];
    _Atomic int64_t *ahead; /* microseconds, in the file */
} test_clock;

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static void close_at_exit(void)
{
    test_clock_close();
}

void test_clock_open(const struct database *database)
{
    static int counter;
    static pid_t owner;
    char name[64];
    int64_t none = 0;

    snprintf(name, sizeof name, "baton-clock-%d-%d", (int)getpid(), ++counter);
    scratch_path(test_clock.path, sizeof test_clock.path, name);
    int fd = open(test_clock.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, &none, sizeof none) != sizeof none)
        give_up(test_clock.path);
    void *mapped = mmap(NULL, sizeof none, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
        give_up(test_clock.path);
    close(fd);
    test_clock.ahead = mapped;
    test_clock.database = database;
    database_exec(database, SCHEMA);
    setenv("BATON_TEST_CLOCK", test_clock.path, 1);
    if (owner == 0 && atexit(close_at_exit) == 0)
        owner = getpid();
}

void test_clock_pass(int64_t seconds)
{
    if (seconds < 0) {
        fprintf(stderr, "tests: time does not go back\n");
        exit(1);
    }
    test_clock_jump(seconds);
}

void test_clock_jump(int64_t seconds)
{
    char sql[128];

    if (test_clock.ahead == NULL) {
        fprintf(stderr, "tests: there is no clock\n");
        exit(1);
    }
    int64_t ahead = atomic_load(test_clock.ahead) / MICROSECONDS + seconds;
    atomic_store(test_clock.ahead, ahead * MICROSECONDS);
    snprintf(sql, sizeof sql, "UPDATE test_clock.ahead SET by = make_interval(secs => %lld)",
             (long long)ahead);
    database_exec(test_clock.database, sql);
}

void test_clock_close(void)
{
    if (test_clock.ahead == NULL)
        return;
    munmap((void *)test_clock.ahead, sizeof *test_clock.ahead);
    unlink(test_clock.path);
    unsetenv("BATON_TEST_CLOCK");
    test_clock.ahead = NULL;
}
