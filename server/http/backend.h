/*
 * What the HTTP edge needs from what stands behind it: the edge does not know the database. Given
 * to httpd_start; must outlive the httpd and every request that was started.
 */
#ifndef BATON_SERVER_BACKEND_H
#define BATON_SERVER_BACKEND_H

#include <stdbool.h>

struct request;

enum auth_answer {
    AUTH_OK,      /* r->caller and r->config are filled */
    AUTH_REFUSED, /* request_refuse() was called (401, 403, 422, 503) */
    AUTH_WAIT,    /* not known here yet: the edge suspends the request, then calls look_up */
    AUTH_BODY,    /* the body is needed first; ROUTE_BODY_AUTH only: called again with it */
};

struct backend {
    void *self;

    /** Who calls? HTTP thread, before any body is read; never blocks. Looks at r->authorization,
     *  r->baton_actor and request_header(); with a body when r->step is STEP_WORK. */
    enum auth_answer (*authenticate)(void *self, struct request *r);

    /** After AUTH_WAIT, with the request suspended: whoever has looked the key up calls
     *  request_done(r), and authenticate is asked again. Holds a reference until then. */
    void (*look_up)(void *self, struct request *r);

    /** The request is whole and suspended: answer it from any thread by filling r->reply and
     *  calling request_done(r), also from within this call. Reads call r->route->read; of writes
     *  r->command is prepared. Holds a reference until then. */
    void (*start)(void *self, struct request *r);

    /** The deadline has passed. True when r was still queued and is withdrawn: the backend will
     *  not touch it again, its reference is the caller's. Any thread. */
    bool (*cancel)(void *self, struct request *r);

    /** For /readyz; *why (static text, shown to anyone) when not. HTTP thread; never blocks. */
    bool (*ready)(void *self, const char **why);
};

#endif
