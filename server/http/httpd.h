/*
 * The HTTP edge: libmicrohttpd, guarded. docs/http.md says what it refuses and how.
 * Threads: its own HTTP threads (epoll) and one that watches deadlines and slow clients.
 */
#ifndef BATON_SERVER_HTTPD_H
#define BATON_SERVER_HTTPD_H

#include "http/backend.h"
#include "http/listener.h"
#include "http/route.h"

#include <stdbool.h>
#include <stdint.h>

struct httpd;

struct httpd_settings {
    const char *host;         /* name or address */
    uint16_t port;            /* 0: any that is free */
    const char *cors_origins; /* whose pages may read the answers: see cors.h */
    int threads;
    int connections_max; /* one more ends the one that waits longest for its client */
    int waiting_max;     /* requests with the backend at once, per thread; beyond: 503 overloaded */
    int64_t bodies_max_bytes; /* of all requests together; beyond: 503 overloaded */
    int request_timeout_ms;   /* from the whole request to its answer */
    int head_timeout_ms;      /* for the headers */
    int body_timeout_ms;      /* for the body, and as much for reading an answer; again as much
                                 for who moved HTTPD_RATE_MIN_BYTES_PER_S meanwhile */
    int idle_timeout_ms;      /* between requests */
    int drain_timeout_ms;     /* for what has begun when the service ends */
};

/** Room for why the edge does not start. */
#define HTTPD_WHY_MAX_BYTES LISTENER_WHY_MAX_BYTES

/** A slower client is cut off. */
#define HTTPD_RATE_MIN_BYTES_PER_S 16384

extern const struct httpd_settings httpd_defaults;

/**
 * Listens and serves. On failure NULL, and why says what to do (static text or strerror).
 * The table and the backend are borrowed. Raises RLIMIT_NOFILE to what connections_max needs, or
 * takes as many as it allows.
 */
struct httpd *httpd_start(const struct httpd_settings *settings, const struct route *table,
                          size_t count, const struct backend *backend,
                          char why[HTTPD_WHY_MAX_BYTES]);

/** The port that it listens on. */
uint16_t httpd_port(const struct httpd *httpd);

/** Not ready any more, no new connections; answers what has begun, waits for it up to the drain
 *  timeout, answers the rest with 503, closes everything. The backend must still run. */
void httpd_stop(struct httpd *httpd);

/** After httpd_stop, and after the backend has given back every request. */
void httpd_free(struct httpd *httpd);

/** Whether /readyz says 200; *why when not. */
bool httpd_ready(const struct httpd *httpd, const char **why);

#endif
