/* Reading a request by its route's spec: query, path, headers, body. */
#ifndef BATON_SERVER_REQUEST_INPUT_H
#define BATON_SERVER_REQUEST_INPUT_H

#include "http/request.h"

/** Reads the query, which only reads take. ERR_INVALID_PARAMETER, with the reply made, unless the
 *  route's fill() may find more faults; ERR_OUT_OF_MEMORY. */
enum err request_read_query(struct request *r, const char *query) MUST_USE;

/** Refuses when any fault was collected. ERR_INVALID_PARAMETER, with the reply made;
 *  ERR_OUT_OF_MEMORY. */
enum err request_check_query(struct request *r) MUST_USE;

/**
 * Reads the rest, once the caller is known and the body is parsed: fills r->input. Faults of the
 * body are reported all at once. With the reply made: ERR_NOT_FOUND for a path that cannot name
 * anything, ERR_PRECONDITION_REQUIRED, ERR_INVALID_BODY; ERR_OUT_OF_MEMORY.
 */
enum err request_read_input(struct request *r) MUST_USE;

#endif
