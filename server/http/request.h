/*
 * One HTTP request, from its first line to the last byte of its answer.
 *
 * Owner and threads: the HTTP thread makes it and fills everything down to `command` before the
 * backend sees it; after that those parts are read-only. Between backend.start and request_done
 * only the backend writes reply, faults and arena. When a deadline passes, the HTTP thread answers
 * without touching them, so a late result is written and dropped. It is freed with its last
 * reference: one is the HTTP thread's, one the backend's while it works on it.
 */
#ifndef BATON_SERVER_REQUEST_H
#define BATON_SERVER_REQUEST_H

#include "http/reply_shape.h"
#include "http/route.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/instant.h"
#include "core/command.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_ARENA_BYTES       (8 << 20) /* cap */
#define REQUEST_ID_MAX_BYTES      128
#define REQUEST_TRACE_ID_BYTES    32
#define IDEMPOTENCY_KEY_MAX_BYTES 255

struct httpd;
struct connection;
struct config;
struct MHD_Connection;
struct sockaddr;

enum request_state {
    REQUEST_OPEN,      /* with the HTTP thread */
    REQUEST_WAITING,   /* suspended; the backend is to answer */
    REQUEST_ANSWERED,  /* the backend has answered, and the HTTP thread has not seen it yet */
    REQUEST_WITHDRAWN, /* the deadline came first, before any work was done */
    REQUEST_OVERDUE,   /* the deadline came first, and the work continues */
};

enum request_step {
    STEP_GUARD,   /* nothing has been checked yet */
    STEP_AUTH,    /* routed; the caller is not known yet */
    STEP_BODY,    /* accepted; waiting for the body */
    STEP_PIECE,   /* a piece of it is with the backend */
    STEP_DISCARD, /* refused; the rest of the body is read and dropped, then reply is sent */
    STEP_WORK,    /* with the backend */
    STEP_SENT,    /* the response is queued */
};

struct request {
    struct arena *arena;
    const char *method; /* static text */
    const char *target; /* raw, never logged */
    const struct route *route;
    const char *params[ROUTE_PARAMS_MAX]; /* see request_param */
    void *input;                          /* the struct that route->input fills; NULL without one */

    /* headers; NULL when not sent */
    const char *authorization;
    const char *content_type;
    const char *content_encoding;
    const char *accept;
    const char *accept_encoding;
    const char *if_match;
    const char *if_none_match;
    const char *baton_actor;
    const char *last_event_id;
    const char *origin;          /* of the page that asks, in a browser */
    const char *cors_method;     /* the method that it asks to be allowed */
    const char *idempotency_key; /* of a write: never NULL; sent by the client or made here */
    bool idempotency_key_given;
    char request_id[REQUEST_ID_MAX_BYTES + 1];
    char trace_id[REQUEST_TRACE_ID_BYTES + 1]; /* "" when none */

    char *body; /* as sent; NUL-terminated; NULL when empty. Of an upload, a piece of it */
    size_t body_len;
    int pieces;   /* of an upload, stored so far */
    void *upload; /* the route's own, from one piece to the next; in the arena */
    json_t *json; /* of a body that was parsed here */
    void (*body_release)(struct request *); /* frees both; NULL: nothing to free */

    /* filled by the backend when it authenticates */
    struct caller caller;
    struct uuid session;         /* that stands for the key; nil: the key itself came */
    const struct config *config; /* released by config_release, may be NULL */
    void (*config_release)(const struct config *); /* called once, with config */

    instant received_at;     /* wall clock */
    int64_t started_us;      /* monotonic */
    int64_t deadline_us;     /* monotonic; 0: not running yet */
    struct command *command; /* of a write */
    void *work;              /* the backend's own, which it frees itself */

    struct faults *faults; /* request_faults */
    struct reply reply;

    /* for the edge alone */
    struct httpd *httpd;
    struct connection *client;
    struct MHD_Connection *connection;
    _Atomic int references;
    _Atomic int state; /* enum request_state */
    enum request_step step;
    bool waits;            /* on the list of waiting requests */
    bool body_auth;        /* authenticate again when the body is whole */
    bool expects_continue; /* the client waits for 100 Continue before it sends the body */
    bool chunked;
    int64_t content_length; /* -1: not given */
    uint64_t received_len;  /* bytes of the body so far, dropped ones too */
    size_t body_size;       /* allocated */
    size_t body_reserved;   /* bytes counted against the limit of all bodies together */
    struct stream *stream;  /* the answer that is being sent, when it goes on */
    int sent_status;        /* for log and metrics */
    size_t sent_len;
    enum err sent_err;
    struct request *waiting_next, *waiting_prev; /* under httpd.waiting_lock */
};

/** The decoded path parameter with this name; NULL when the pattern has none (a programming
 *  error). */
const char *request_param(const struct request *r, const char *name);

/** Any header by name, in any case; NULL when it was not sent. HTTP thread, before
 *  backend.start. */
const char *request_header(const struct request *r, const char *name);

/** The address at the other end of its connection; NULL: not known. HTTP thread. */
const struct sockaddr *request_peer(const struct request *r);

/** Where the faults of this request are collected; NULL when memory is short. */
struct faults *request_faults(struct request *r);

/**
 * The backend has filled r->reply, or has looked up the caller: returns the request and gives up
 * the backend's reference; r must not be touched afterwards. Any thread. False when the deadline
 * was faster and the reply is dropped.
 */
bool request_done(struct request *r);

struct request *request_new(struct httpd *httpd, struct MHD_Connection *connection,
                            const char *target);
void request_ref(struct request *r);
void request_unref(struct request *r);

#endif
