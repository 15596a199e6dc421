/*
 * Which operation a request means: one table of routes (routes.c), compiled once into a router.
 * Routing uses the raw target: a segment is decoded once and only as a parameter, "%2F" stays
 * inside it, and dot segments are segments like any other.
 */
#ifndef BATON_SERVER_ROUTE_H
#define BATON_SERVER_ROUTE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/input.h"
#include "store/read/read_cost.h"

#include <stdbool.h>
#include <stddef.h>

#define ROUTES_MAX            256
#define ROUTE_SEGMENTS_MAX    8
#define ROUTE_PARAMS_MAX      4
#define ROUTE_PARAM_MAX_BYTES 256 /* decoded */
#define ROUTE_ALLOW_MAX_BYTES 64

struct read;
struct request;

enum route_kind {
    ROUTE_DIRECT, /* answered on the HTTP thread, never waits */
    ROUTE_READ,   /* answered by a reader of the store */
    ROUTE_WRITE,  /* becomes a command of the lane, with what was read as its input */
};

enum route_flag {
    ROUTE_PUBLIC = 1,      /* needs no key */
    ROUTE_ANY_TYPE = 2,    /* takes any Content-Type; otherwise a body must be application/json */
    ROUTE_RAW_BODY = 4,    /* the body is not parsed: see request.body, not request.json */
    ROUTE_BODY_AUTH = 8,   /* the backend may need the body to authenticate (signatures) */
    ROUTE_NO_BODY_OK = 16, /* an empty body is accepted; request.json is then NULL */
    ROUTE_FRESH = 32,      /* a read of the configuration: request.config is the newest there is */
    ROUTE_SECRET = 64,     /* a read of something that gives access, or that strangers sent */
    ROUTE_UPLOAD = 128,    /* a read whose body is stored in pieces as it comes: see route.piece */
    ROUTE_TOKEN = 0x2000,  /* its path says who calls, and proves it: no key is wanted */
    ROUTE_ANY_QUERY = 0x4000, /* whatever stands in the query: a stranger's address may say more */
};

struct route {
    const char *method;       /* "GET" also answers HEAD */
    const char *pattern;      /* "/v1/leads/{lead_id}/touches" */
    const char *operation_id; /* of openapi.yaml */
    unsigned roles;           /* any of these bits (enum role); 0 only where no key is wanted */
    enum route_kind kind;
    size_t body_max; /* bytes, chunked or not; 0: takes no body */
    unsigned flags;  /* enum route_flag */
    /** What is read from the path, the headers, and the body of a write or the query of a read; it
     *  fills r->input, which for a write is the command's own input struct. NULL: nothing. */
    const struct input_spec *input;
    /** How the readers are dealt to a read; and what it takes from a key's quota, of writes too. */
    enum read_cost cost;
    const char *thing; /* what a read looks for, for "There is no … with this id." */
    union {
        /** Fills r->reply, or returns an error. HTTP thread. */
        enum err (*direct)(struct request *r);
        /** Likewise, on a reader's thread, within a read that is begun and ended around it. */
        enum err (*read)(struct request *r, struct read *read);
        int command; /* enum command_kind */
    };
    /** For a read without fill: the same for several requests at once, up to READ_TOGETHER_MAX that
     *  waited together, of one workspace. Fills the reply of each, or its place in errs, which hold
     *  ERR_NONE before; or returns an error that concerns them all, and has answered none. NULL:
     * each is read alone. */
    enum err (*read_all)(struct request *const *requests, size_t count, struct read *read,
                         enum err *errs);
    /** Fills in what a spec cannot say, once the rest is read. For a write on the HTTP thread; for
     *  a read on the reader's thread, with the newest configuration: faults that it finds are
     *  answered together with those of the query. NULL: nothing. */
    enum err (*fill)(struct request *r, void *input);
    /** For a write whose command needs to know something from the database first: adds it to the
     *  input. Reader's thread. NULL: nothing. */
    enum err (*before)(struct request *r, struct read *read);
    /** With ROUTE_UPLOAD: stores the piece of the body in request.body, which is then forgotten;
     * the last piece is left to read(). Reader's thread. */
    enum err (*piece)(struct request *r, struct read *read);
    /** For a write that succeeded: adds headers that follow from the reply's body, such as ETag.
     *  NULL: none. Lane's thread. */
    void (*finish)(struct request *r);
};

/** The service's own table (routes.c). */
extern const struct route routes[];
extern const size_t routes_count;

struct router;

/** Borrows the table. NULL when a pattern is malformed, two are the same, one has neither roles nor
 *  ROUTE_PUBLIC or ROUTE_TOKEN (or both), its parameters are not those that its input reads, or
 * memory is short. */
struct router *router_new(const struct route *table, size_t count);
void router_free(struct router *router);

struct route_match {
    const struct route *route;
    const char *params[ROUTE_PARAMS_MAX]; /* decoded, UTF-8 without control bytes; in the arena */
    const char *query;                    /* raw text after "?", or NULL; within the target */
    char allow[ROUTE_ALLOW_MAX_BYTES];    /* with ERR_METHOD_NOT_ALLOWED */
};

/**
 * Finds the route of a raw target ("/v1/leads/%41?limit=3"). A fixed segment wins over a
 * parameter. ERR_NOT_FOUND, ERR_METHOD_NOT_ALLOWED, ERR_OUT_OF_MEMORY.
 */
enum err router_find(const struct router *router, const char *method, const char *target,
                     struct arena *arena, struct route_match *out) MUST_USE;

/** Whether the route's input reads a header with this name: other routes may refuse it. */
bool route_reads_header(const struct route *route, const char *name);

#endif
