/*
 * The first look at a request: is it one HTTP request beyond doubt? libmicrohttpd accepts much that
 * two servers in a row may read differently (request smuggling), so everything is checked here.
 * Pure: no connection, no state.
 */
#ifndef BATON_SERVER_GUARD_H
#define BATON_SERVER_GUARD_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUARD_TARGET_MAX_BYTES 4096
#define GUARD_HEADERS_MAX      64
#define GUARD_HEAD_MAX_BYTES   12288 /* of target and headers; more leaves no room to answer */
#define GUARD_DETAIL_MAX_BYTES 160

struct guard_header {
    const char *name;
    size_t name_len;
    const char *value; /* may be NULL */
    size_t value_len;
};

struct guard_result {
    const char *method;     /* static text, equal to the one sent; NULL: no such method */
    int64_t content_length; /* -1: none */
    bool chunked;           /* Transfer-Encoding is `chunked` alone, on HTTP/1.1 */
    bool expects_continue;
    char detail[GUARD_DETAIL_MAX_BYTES]; /* with an error: a sentence */
};

/** A request's first line, as it was sent. */
struct guard_line {
    const char *method;
    const char *target;
    const char *version; /* "HTTP/1.1" */
};

/**
 * ERR_MALFORMED_REQUEST, ERR_METHOD_NOT_ALLOWED, ERR_HEADERS_TOO_LARGE,
 * ERR_NOT_IMPLEMENTED_ENCODING: after any of these the connection must be closed, since nobody
 * knows where the next request begins.
 */
enum err guard_check(const struct guard_line *line, const struct guard_header *headers,
                     size_t count, struct guard_result *out) MUST_USE;

#endif
