/* The edge's own structures: only for httpd, intake, waiting, watch, body and request. */
#ifndef BATON_SERVER_HTTPD_INSIDE_H
#define BATON_SERVER_HTTPD_INSIDE_H

#include "http/httpd.h"
#include "http/pace.h"
#include "http/request.h"

#include <pthread.h>
#include <stdatomic.h>

struct MHD_Daemon;

/** One TCP connection, as the watcher sees it. Made and freed by the HTTP thread. */
struct connection {
    struct httpd *httpd;
    int fd;
    int64_t moved;            /* bytes moved when the watcher last looked; under connections_lock */
    _Atomic int transfer_ms;  /* the period in which enough bytes must move; 0: until_us is final */
    bool cut;                 /* already shut down; under connections_lock */
    _Atomic int64_t until_us; /* monotonic: overdue from then on; INT64_MAX: nothing is due */
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
    _Atomic bool closed;        /* the daemon is about to be stopped: suspend no more requests */
    _Atomic int64_t body_bytes; /* held by all bodies */
    _Atomic int active;         /* requests that have begun and not ended */
    _Atomic int waiting;        /* those of them that are suspended */

    pthread_mutex_t waiting_lock;
    struct request *waiting_first, *waiting_last;
    struct pace pace; /* of those that waited and were answered; under waiting_lock */

    pthread_mutex_t connections_lock;
    struct connection *connections, *connections_last; /* the last was active last */
    int connection_count;

    pthread_t watcher;
    pthread_mutex_t watch_lock;
    pthread_cond_t watch_wake; /* CLOCK_MONOTONIC */
    bool watch_ends;           /* under watch_lock */
};

int64_t httpd_now_us(void);

#endif
