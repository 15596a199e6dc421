/* The headers of a request that Baton reads. HTTP thread. */
#ifndef BATON_SERVER_HEADERS_H
#define BATON_SERVER_HEADERS_H

#include "http/guard.h"
#include "http/request.h"

#include <stdbool.h>

struct MHD_Connection;

/** Lists the headers as they were sent, at most max of them; returns how many. */
size_t headers_list(struct MHD_Connection *connection, struct guard_header *out, size_t max);

/** Copies the known headers into the request and gives it an id. False when memory is short. */
bool headers_take(struct request *r);

/** The headers as they were sent, as JSON (name in lower case: value), for people to look at:
 *  whatever gives access is "(hidden)". NULL when memory is short. */
const char *headers_shown(const struct request *r);

/** Makes a request id. */
void headers_make_request_id(struct request *r);

/** Refuses If-Match and If-None-Match where the operation does not know them: a client that sends a
 *  condition believes that it holds. On error the reply is made. ERR_INVALID_PARAMETER. */
enum err headers_conditions(struct request *r) MUST_USE;

/** Checks the Idempotency-Key of a write, or makes one. On error the reply is made.
 *  ERR_INVALID_KEY_FORMAT, ERR_OUT_OF_MEMORY. */
enum err headers_idempotency_key(struct request *r) MUST_USE;

#endif
