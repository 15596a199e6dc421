#include "http/watch.h"

#include "http/metrics.h"
#include "http/waiting.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define SWEEP_EVERY_TICKS 10 /* connections are checked less often than deadlines */
#define ROOM_PART         16 /* 1/16 of all places is kept free */

/* ---- the list: under connections_lock ---- */

static void link_last(struct httpd *httpd, struct connection *c)
{
    c->next = NULL;
    c->prev = httpd->connections_last;
    if (c->prev != NULL)
        c->prev->next = c;
    else
        httpd->connections = c;
    httpd->connections_last = c;
}

static void unlink_one(struct httpd *httpd, struct connection *c)
{
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        httpd->connections = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
    else
        httpd->connections_last = c->prev;
}

/* The list is in the order in which clients were last asked for something, so whoever looks for the
 * one that has been waiting longest begins in front. */
static void move_last(struct connection *c)
{
    unlink_one(c->httpd, c);
    link_last(c->httpd, c);
}

/* Under the lock, so that the HTTP thread cannot close the descriptor meanwhile: the number might
 * then be another connection's. Only shut down: libmicrohttpd notices and closes it. */
static void cut_off(struct connection *c)
{
    c->cut = true;
    shutdown(c->fd, SHUT_RDWR);
    metrics_add(METRIC_CUT_OFF, 1);
}

/* ---- room for new ones ---- */

/* At its limit libmicrohttpd stops accepting, and a newcomer would get no answer at all. So some
 * places are kept free: a connection beyond that ends the one that has been waiting longest for its
 * client, even before its time is up. That is an idle one, if there is any. */
static void make_room(struct httpd *httpd, const struct connection *newest)
{
    int most = httpd->settings.connections_max;
    struct connection *c = httpd->connections;

    if (httpd->connection_count <= most - (most / ROOM_PART + 1))
        return;
    while (c != newest &&
           (c->cut || atomic_load_explicit(&c->until_us, memory_order_relaxed) == INT64_MAX))
        c = c->next;
    if (c == newest)
        return;
    cut_off(c);
    move_last(c); /* so that the next search does not find it again */
}

struct connection *watch_add(struct httpd *httpd, int fd)
{
    struct connection *connection = calloc(1, sizeof *connection);

    metrics_add(METRIC_CONNECTIONS, 1);
    if (connection == NULL)
        return NULL;
    connection->httpd = httpd;
    connection->fd = fd;
    atomic_store(&connection->until_us,
                 httpd_now_us() + (int64_t)httpd->settings.head_timeout_ms * 1000);
    pthread_mutex_lock(&httpd->connections_lock);
    httpd->connection_count++;
    link_last(httpd, connection);
    make_room(httpd, connection);
    pthread_mutex_unlock(&httpd->connections_lock);
    return connection;
}

void watch_remove(struct httpd *httpd, struct connection *connection)
{
    metrics_add(METRIC_CONNECTIONS, -1);
    if (connection == NULL)
        return;
    pthread_mutex_lock(&httpd->connections_lock);
    unlink_one(httpd, connection);
    httpd->connection_count--;
    pthread_mutex_unlock(&httpd->connections_lock);
    free(connection);
}

/* ---- what a client has to do ---- */

static void expect(struct connection *connection, int period_ms, int transfer_ms)
{
    if (connection == NULL)
        return;
    atomic_store_explicit(&connection->transfer_ms, transfer_ms, memory_order_relaxed);
    atomic_store_explicit(&connection->until_us, httpd_now_us() + (int64_t)period_ms * 1000,
                          memory_order_relaxed);
    pthread_mutex_lock(&connection->httpd->connections_lock);
    if (!connection->cut)
        move_last(connection);
    pthread_mutex_unlock(&connection->httpd->connections_lock);
}

void watch_expect(struct connection *connection, int timeout_ms)
{
    expect(connection, timeout_ms, 0);
}

void watch_expect_transfer(struct connection *connection, int period_ms)
{
    expect(connection, period_ms, period_ms);
}

/* It keeps its place in the list, which would cost a lock for each request: those who search pass
 * over whom nothing is expected of. */
void watch_rest(struct connection *connection)
{
    if (connection != NULL)
        atomic_store_explicit(&connection->until_us, INT64_MAX, memory_order_relaxed);
}

/* ---- who is too slow ---- */

/* Bytes received from the client, plus bytes sent that the client has acknowledged. */
static int64_t moved_bytes(int fd)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return 0;
    return (int64_t)(info.tcpi_bytes_received + info.tcpi_bytes_acked);
}

/* Grants another period to a client that has moved enough bytes since the last look. The first look
 * counts everything since the connection began, which may grant one period too many. */
static bool gets_on(struct connection *c, int64_t until_us)
{
    int64_t period_ms = atomic_load_explicit(&c->transfer_ms, memory_order_relaxed);
    int64_t moved = moved_bytes(c->fd);
    int64_t wanted = HTTPD_RATE_MIN_BYTES_PER_S * period_ms / 1000;

    if (period_ms == 0 || moved - c->moved < wanted)
        return false;
    c->moved = moved;
    /* Unless the HTTP thread has set another time meanwhile. */
    atomic_compare_exchange_strong(&c->until_us, &until_us, until_us + period_ms * 1000);
    return true;
}

/* Who is granted another period moves to the end; `last` keeps this sweep from coming to them
 * again. */
static void cut_off_slow(struct httpd *httpd, int64_t now_us)
{
    struct connection *next;

    pthread_mutex_lock(&httpd->connections_lock);
    const struct connection *last = httpd->connections_last;
    for (struct connection *c = httpd->connections; c != NULL; c = c == last ? NULL : next) {
        int64_t until_us = atomic_load_explicit(&c->until_us, memory_order_relaxed);
        next = c->next;
        if (c->cut || until_us > now_us)
            continue;
        if (gets_on(c, until_us))
            move_last(c);
        else
            cut_off(c);
    }
    pthread_mutex_unlock(&httpd->connections_lock);
}

/* Sleeps for one tick; true when the watch is to end. By the monotonic clock: setting the machine's
 * time must neither cut everybody off nor let anybody stay. */
static bool sleep_tick(struct httpd *httpd)
{
    struct timespec until;
    int woken = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WATCH_TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&httpd->watch_lock);
    while (!httpd->watch_ends && woken != ETIMEDOUT)
        woken = pthread_cond_timedwait(&httpd->watch_wake, &httpd->watch_lock, &until);
    bool ends = httpd->watch_ends;
    pthread_mutex_unlock(&httpd->watch_lock);
    return ends;
}

static void *watch(void *argument)
{
    struct httpd *httpd = argument;

    for (unsigned tick = 0; !sleep_tick(httpd); tick++) {
        int64_t now_us = httpd_now_us();
        /* Deadlines at every tick, since libmicrohttpd's own time-outs do not run while a request
         * is suspended; slow clients seldom, since each look asks the kernel about a socket. */
        waiting_expire(httpd, now_us, false);
        if (tick % SWEEP_EVERY_TICKS == 0)
            cut_off_slow(httpd, now_us);
    }
    return NULL;
}

bool watch_start(struct httpd *httpd)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&httpd->watch_wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&httpd->watch_lock, NULL);
    httpd->watch_ends = false;
    return pthread_create(&httpd->watcher, NULL, watch, httpd) == 0;
}

void watch_stop(struct httpd *httpd)
{
    pthread_mutex_lock(&httpd->watch_lock);
    httpd->watch_ends = true;
    pthread_cond_signal(&httpd->watch_wake);
    pthread_mutex_unlock(&httpd->watch_lock);
    pthread_join(httpd->watcher, NULL);
    pthread_cond_destroy(&httpd->watch_wake);
    pthread_mutex_destroy(&httpd->watch_lock);
}
