/*
 * The first look at a request: whether it is one HTTP request beyond doubt. libmicrohttpd takes
 * much that two servers in a row may read differently (request smuggling), so everything is
 * looked at here. Pure: no connection, no state.
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
    const char *method;     /* static text, equal to the one given; NULL: not offered at all */
    int64_t content_length; /* -1: none */
    bool chunked;           /* Transfer-Encoding is `chunked` alone, on HTTP/1.1 */
    bool expects_continue;
    char detail[GUARD_DETAIL_MAX_BYTES]; /* with an error: a sentence */
};

/** A request's first line, as it came. */
struct guard_line {
    const char *method;
    const char *target;
    const char *version; /* "HTTP/1.1" */
};

/**
 * ERR_MALFORMED_REQUEST, ERR_METHOD_NOT_ALLOWED, ERR_HEADERS_TOO_LARGE,
 * ERR_NOT_IMPLEMENTED_ENCODING: the connection cannot be trusted any more.
 */
enum err guard_check(const struct guard_line *line, const struct guard_header *headers,
                     size_t count, struct guard_result *out) MUST_USE;

#endif
