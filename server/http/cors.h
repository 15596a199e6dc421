/*
 * The origins whose pages may read the answers in a browser (Fetch, section 3.2): an exact list,
 * never with cookies. When it is empty no CORS header is sent. Pure.
 */
#ifndef BATON_SERVER_CORS_H
#define BATON_SERVER_CORS_H

#include <stdbool.h>

#define CORS_MAX_AGE_S "600" /* how long a browser may keep a preflight's answer */

#define CORS_METHODS "GET, HEAD, POST, PUT, PATCH, DELETE"
#define CORS_REQUEST_HEADERS                                                                       \
    "Accept, Authorization, Baton-Actor, Content-Type, Idempotency-Key, If-Match, If-None-Match, " \
    "Last-Event-ID, X-Request-Id, traceparent"
#define CORS_ANSWER_HEADERS                                                                        \
    "Allow, ETag, Idempotency-Key, Idempotent-Replayed, Link, Location, RateLimit, "               \
    "RateLimit-Policy, Retry-After, X-Request-Id"

/** Whether it is a list of origins separated by commas, such as
 *  "https://board.example,http://[::1]:3000": lower case, no path, no "*". "" is a list too. */
bool cors_list_is_fine(const char *origins);

/** Whether the Origin header's value (NULL: none) is on the list. */
bool cors_allows(const char *origins, const char *origin);

#endif
