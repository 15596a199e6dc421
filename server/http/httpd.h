/*
 * The HTTP edge: libmicrohttpd behind guards. docs/http.md says what it refuses and how. Threads:
 * its own HTTP threads (epoll), and one that watches deadlines and slow clients.
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
    uint16_t port;            /* 0: any free port */
    const char *cors_origins; /* which pages may read the answers: see cors.h */
    int threads;
    int connections_max; /* beyond it, the connection that has waited longest for its client is
                            ended */
    /* Requests at the backend at once, per thread; beyond, those that can be answered within half
     * of their time at the pace of late, WAITING_MOST at most; else 503 overloaded. */
    int waiting_max;
    int64_t bodies_max_bytes; /* of all requests together; beyond: 503 overloaded */
    int request_timeout_ms;   /* from the complete request to its answer */
    int head_timeout_ms;      /* for a client to send the headers */
    int body_timeout_ms;  /* for a client to send the body, and as much to read an answer; the same
                             again for a client that moved HTTPD_RATE_MIN_BYTES_PER_S in that time */
    int idle_timeout_ms;  /* between requests */
    int drain_timeout_ms; /* for requests under way when the service stops */
};

/** Room for the reason why the edge does not start. */
#define HTTPD_WHY_MAX_BYTES LISTENER_WHY_MAX_BYTES

/** A client slower than this is disconnected. */
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

/** The port on which it listens. */
uint16_t httpd_port(const struct httpd *httpd);

/** Stops: /readyz says no, no new connections are accepted, requests under way get their answers
 *  until the drain timeout and 503 after it, then everything is closed. The backend must still
 *  run. */
void httpd_stop(struct httpd *httpd);

/** After httpd_stop, and after the backend has returned every request. */
void httpd_free(struct httpd *httpd);

#define HTTPD_ADDRESS_BYTES 64

/** The address from which this request comes, without its port; "" when it is not known. */
void httpd_client(const struct request *r, char out[HTTPD_ADDRESS_BYTES]);
/** See backend.h. */
bool httpd_mail_link(const struct request *r, const char *address);

/** Whether /readyz says 200; *why when not. */
bool httpd_ready(const struct httpd *httpd, const char **why);

#endif
