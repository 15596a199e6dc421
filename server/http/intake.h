/*
 * The steps of a request, each at most once: guard, route, authenticate, roles, query, headers,
 * body, JSON, handler. An early refusal drops the body and keeps the connection, unless the body is
 * long or where it ends is in doubt.
 */
#ifndef BATON_SERVER_INTAKE_H
#define BATON_SERVER_INTAKE_H

#include "http/request.h"

#include <stdbool.h>

/** A refused body up to this size is read and dropped, so that the connection can be kept. */
#define INTAKE_DISCARD_MAX_BYTES (1 << 20)

/** One call of libmicrohttpd's handler. False: end the connection. HTTP thread. */
bool intake_call(struct request *r, const char *method, const char *version, const char *bytes,
                 size_t *len);

#endif
