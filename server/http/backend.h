/*
 * What the HTTP edge asks of the backend, so that the edge does not know the database. Given to
 * httpd_start; must outlive the httpd and every request that was started.
 */
#ifndef BATON_SERVER_BACKEND_H
#define BATON_SERVER_BACKEND_H

#include <stdbool.h>

struct request;

enum auth_answer {
    AUTH_OK,
    AUTH_REFUSED, /* request_refuse() was called (401, 403, 422, 503) */
    AUTH_WAIT,    /* not known here yet: the edge suspends the request, then calls look_up */
    AUTH_BODY,    /* the body is needed first; ROUTE_BODY_AUTH only: called again with it */
};

struct backend {
    void *self;

    /** Who calls? HTTP thread, before any body is read; never blocks. Looks at r->authorization,
     *  r->baton_actor and request_header(); with a body when r->step is STEP_WORK. */
    enum auth_answer (*authenticate)(void *self, struct request *r);

    /** After AUTH_WAIT, with the request suspended: look the key up and call request_done(r);
     *  authenticate is then called again. Holds a reference until then. */
    void (*look_up)(void *self, struct request *r);

    /** The request is complete and suspended: answer it from any thread by filling r->reply and
     *  calling request_done(r), also from within this call. A read calls r->route->read; for a
     *  write r->command is prepared. Holds a reference until then. */
    void (*start)(void *self, struct request *r);

    /** A piece of an upload is there, with the request suspended: calls r->route->piece, which
     * fills r->reply when it refuses, then request_done(r). Holds a reference until then. */
    void (*store)(void *self, struct request *r);

    /** The deadline has passed. True when r was still queued and has been taken back: the backend
     *  will not touch it again, and its reference passes to the caller. Any thread. */
    bool (*cancel)(void *self, struct request *r);

    /** Mails a link to sign in by to this normal address, if somebody has it; client is the address
     *  of whoever asks. False: it mails none. HTTP thread; never blocks. */
    bool (*mail_link)(void *self, const char *address, const char *client);

    /** For /readyz; *why (static text, shown to anyone) when it is not ready. HTTP thread; never
     *  blocks. */
    bool (*ready)(void *self, const char **why);
};

#endif
