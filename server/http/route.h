/*
 * Which operation a request means: one visible table of routes (routes.c), compiled once into a
 * router. Routing is done on the raw target: a segment is decoded once and only as a parameter,
 * "%2F" stays inside it, dot segments are segments like any other.
 */
#ifndef BATON_SERVER_ROUTE_H
#define BATON_SERVER_ROUTE_H

#include "http/input.h"

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define ROUTES_MAX            128
#define ROUTE_SEGMENTS_MAX    8
#define ROUTE_PARAMS_MAX      4
#define ROUTE_PARAM_MAX_BYTES 256 /* decoded */
#define ROUTE_ALLOW_MAX_BYTES 64

struct command;
struct reader;
struct request;

enum route_kind {
    ROUTE_DIRECT, /* answered on the HTTP thread, never waits */
    ROUTE_READ,   /* answered by a reader of the store */
    ROUTE_WRITE,  /* becomes a command for the lane */
};

enum route_flag {
    ROUTE_PUBLIC = 1,      /* needs no key */
    ROUTE_ANY_TYPE = 2,    /* takes any Content-Type; else a body is application/json */
    ROUTE_RAW_BODY = 4,    /* the body is not parsed here: request.body, not request.json */
    ROUTE_BODY_AUTH = 8,   /* the backend may wait for the body to authenticate (signatures) */
    ROUTE_NO_BODY_OK = 16, /* an empty body is taken; request.json is then NULL */
    ROUTE_FRESH = 32,      /* a read of the configuration: request.config is the newest there is */
    ROUTE_IF_MATCH = 64,   /* a write that looks at request.if_match, which is refused elsewhere */
};

struct route {
    const char *method;       /* "GET" also answers HEAD */
    const char *pattern;      /* "/v1/leads/{lead_id}/touches" */
    const char *operation_id; /* of openapi.yaml */
    unsigned roles;           /* any of these bits (enum role); 0 only of a public route */
    enum route_kind kind;
    size_t body_max;                /* bytes, chunked or not; 0: no body is taken */
    unsigned flags;                 /* enum route_flag */
    const struct input_spec *query; /* parameters; NULL: none are taken */
    union {
        /** Fills r->reply, or answers an error (request_refuse). HTTP thread. */
        enum err (*direct)(struct request *r);
        /** Likewise, on a reader's thread. */
        enum err (*read)(struct request *r, struct reader *reader);
        /** JSON in → struct command, on the HTTP thread once the body is whole. kind and input
         *  are to be set; caller is set. What input points to lives in r->arena or r->json. */
        enum err (*prepare)(struct request *r, struct command *command);
    };
    /** Of a write whose command wants to know something of the database first: adds it to the
     *  prepared input, or answers an error (request_refuse). Reader's thread. NULL: nothing. */
    enum err (*before)(struct request *r, struct reader *reader);
    /** Of a write that succeeded: adds headers that follow from the reply's body, such as ETag.
     *  NULL: none. Lane's thread. */
    void (*finish)(struct request *r);
};

/** The service's own table (routes.c). */
extern const struct route routes[];
extern const size_t routes_count;

struct router;

/** Borrows the table. NULL when a pattern is malformed, two are the same, one names no role and is
 *  not public (or both), or memory is short. */
struct router *router_new(const struct route *table, size_t count);
void router_free(struct router *router);

struct route_match {
    const struct route *route;
    const char *params[ROUTE_PARAMS_MAX]; /* decoded, UTF-8 without control bytes; in the arena */
    const char *query;                    /* raw text behind "?", or NULL; within the target */
    char allow[ROUTE_ALLOW_MAX_BYTES];    /* with ERR_METHOD_NOT_ALLOWED */
};

/**
 * Finds the route of a raw target ("/v1/leads/%41?limit=3"). A fixed segment wins over a
 * parameter. ERR_NOT_FOUND, ERR_METHOD_NOT_ALLOWED, ERR_OUT_OF_MEMORY.
 */
enum err router_find(const struct router *router, const char *method, const char *target,
                     struct arena *arena, struct route_match *out) MUST_USE;

/** Index of a route in its table: for counters. */
size_t router_index(const struct router *router, const struct route *route);

#endif
