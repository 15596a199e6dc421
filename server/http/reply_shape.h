/* The answer of a request as data. Header texts are in the request's arena or static. */
#ifndef BATON_SERVER_REPLY_SHAPE_H
#define BATON_SERVER_REPLY_SHAPE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct embedded;
struct stream;

/** Which request headers the answer depends on: the Vary header. */
enum reply_vary { VARY_ACCEPT = 1, VARY_ENCODING = 2, VARY_ORIGIN = 4 };

struct reply {
    int status; /* 0: not answered yet */
    enum err err;
    const char *body;                /* of the request's arena, static, or of own; NULL: empty */
    size_t body_len;                 /* bytes */
    struct stream *stream;           /* instead of a body: an answer that goes on; NULL: none */
    bool unbuffered;                 /* proxies are not to hold it back */
    struct arena *own;               /* of a problem, which has memory where the request has none */
    bool close;                      /* ends the connection */
    bool replayed;                   /* Idempotent-Replayed: true */
    int retry_after_s;               /* 0: none */
    const char *rate_limit;          /* whole value */
    const char *rate_policy;         /* likewise */
    const struct embedded *embedded; /* media type of the body; NULL: none */
    const char *content_type;
    const char *location; /* path */
    const char *etag;     /* with its quotes */
    const char *link;     /* whole value */
    bool is_app;          /* a page with scripts of its own */
    unsigned vary;        /* enum reply_vary */
    bool may_be_kept; /* caches may keep it if they ask each time whether it is still current: it is
                         nobody's data */
    const char *content_encoding;
    const char *allow_origin;    /* the origin whose pages may read it; NULL: no other's */
    bool preflight;              /* an answer to a preflight */
    const char *allow;           /* whole value */
    const char *accept_encoding; /* with 415: the codings in which a body may be sent */
    const char *idempotency_key; /* the key to retry with */
    const char *cookie;          /* Set-Cookie, whole value */
};

void reply_release(struct reply *reply);

#endif
