/*
 * A clock that the tests move. BATON_TEST_CLOCK names a file of eight bytes, the microseconds by
 * which this program's wall clock is ahead; it is looked at each time. The monotonic clock, by
 * which the program waits, stays as it is. PostgreSQL's now() is moved by functions in the schema
 * test_clock (tests/support/test_clock.c), which sessions of this program find first.
 */
#include <fcntl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MICROSECONDS 1000000
#define PRODUCT_PATH "SET search_path = public, pg_temp;"
#define TEST_PATH    "SET search_path = public, test_clock, pg_catalog, pg_temp;"

int __real_clock_gettime(clockid_t which, struct timespec *out);
int __wrap_clock_gettime(clockid_t which, struct timespec *out);
time_t __wrap_time(time_t *out);
int __real_pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *until);
int __wrap_pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *until);
int __real_PQsendQuery(PGconn *conn, const char *sql);
int __wrap_PQsendQuery(PGconn *conn, const char *sql);

static const _Atomic int64_t *ahead; /* NULL: not moved */

__attribute__((constructor)) static void open_clock(void)
{
    const char *path = getenv("BATON_TEST_CLOCK");

    if (path == NULL)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) {
        perror(path);
        exit(1);
    }
    close(fd);
    ahead = mapped;
}

static void move(struct timespec *at, int64_t us)
{
    int64_t nsec = at->tv_nsec + us % MICROSECONDS * 1000;

    at->tv_sec += us / MICROSECONDS + nsec / 1000000000 - (nsec < 0);
    at->tv_nsec = nsec % 1000000000 + (nsec < 0) * 1000000000;
}

int __wrap_clock_gettime(clockid_t which, struct timespec *out)
{
    int code = __real_clock_gettime(which, out);

    if (code == 0 && which == CLOCK_REALTIME && ahead != NULL)
        move(out, atomic_load(ahead));
    return code;
}

time_t __wrap_time(time_t *out)
{
    struct timespec now;

    __wrap_clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

/* Waits by the wall clock, the real one. */
int __wrap_pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *until)
{
    struct timespec real = *until;

    if (ahead != NULL)
        move(&real, -atomic_load(ahead));
    return __real_pthread_timedjoin_np(thread, result, &real);
}

/* What a session is set up with. */
int __wrap_PQsendQuery(PGconn *conn, const char *sql)
{
    const char *at = ahead == NULL ? NULL : strstr(sql, PRODUCT_PATH);
    char *moved = NULL;

    if (at == NULL)
        return __real_PQsendQuery(conn, sql);
    if (asprintf(&moved, "%.*s" TEST_PATH "%s", (int)(at - sql), sql, at + strlen(PRODUCT_PATH)) <
        0)
        return 0;
    int sent = __real_PQsendQuery(conn, moved);
    free(moved);
    return sent;
}
