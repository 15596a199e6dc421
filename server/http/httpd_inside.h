/* The edge's own structures: for httpd, intake, waiting, watch, body and request alone. */
#ifndef BATON_SERVER_HTTPD_INSIDE_H
#define BATON_SERVER_HTTPD_INSIDE_H

#include "http/httpd.h"
#include "http/request.h"

#include <pthread.h>
#include <stdatomic.h>

struct MHD_Daemon;

/** One TCP connection, for the watch. Made and freed by the HTTP thread. */
struct connection {
    struct httpd *httpd;
    int fd;
    int64_t moved;                  /* bytes at the last look; under connections_lock */
    _Atomic int transfer_ms;        /* period in which enough must move; 0: until_us is final */
    bool cut;                       /* shut down already; under connections_lock */
    _Atomic int64_t until_us;       /* monotonic: overdue from then on; INT64_MAX: nothing is due */
    struct connection *next, *prev; /* under connections_lock */
};

struct httpd {
    struct httpd_settings settings;
    const struct backend *backend;
    struct router *router;
    struct MHD_Daemon *daemon;
    int listener;
    uint16_t port;

    _Atomic bool draining;
    _Atomic bool closed; /* nobody is suspended from here on: the daemon is about to be stopped */
    _Atomic int64_t body_bytes; /* held by all bodies */
    _Atomic int active;         /* requests begun and not over */
    _Atomic int waiting;        /* of these, suspended */

    pthread_mutex_t waiting_lock;
    struct request *waiting_first, *waiting_last;

    pthread_mutex_t connections_lock;
    struct connection *connections, *connections_last; /* who did something last is last */
    int connection_count;

    pthread_t watcher;
    pthread_mutex_t watch_lock;
    pthread_cond_t watch_wake; /* CLOCK_MONOTONIC */
    bool watch_ends;           /* under watch_lock */
};

int64_t httpd_now_us(void);

#endif
