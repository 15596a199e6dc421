/* What a request's headers say about its body, and whether the operation takes such a body. HTTP
 * thread, before the body is read. */
#ifndef BATON_SERVER_CONTENT_H
#define BATON_SERVER_CONTENT_H

#include "http/request.h"

#include <stdbool.h>

/** Whether a body is announced; a chunked one may turn out to be empty. */
bool content_is_announced(const struct request *r);

/** Whether the operation takes a body. */
bool content_is_wanted(const struct request *r);

/** Length, coding, type. On error the reply is made.
 *  ERR_LENGTH_REQUIRED, ERR_BODY_TOO_LARGE, ERR_UNSUPPORTED_MEDIA_TYPE. */
enum err content_check(struct request *r) MUST_USE;

/** Makes the reply to a body that is too large, and returns ERR_BODY_TOO_LARGE. */
enum err content_refuse_large(struct request *r);

#endif
