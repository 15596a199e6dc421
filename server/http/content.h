/* What a request's headers say of its body, and whether the operation takes such a one. HTTP
 * thread, before the body is read. */
#ifndef BATON_SERVER_CONTENT_H
#define BATON_SERVER_CONTENT_H

#include "http/request.h"

#include <stdbool.h>

/** Whether a body is announced; one in chunks may turn out to be empty. */
bool content_is_announced(const struct request *r);

/** Whether the operation takes any. */
bool content_is_wanted(const struct request *r);

/** Length, coding, type. On error the reply is made.
 *  ERR_LENGTH_REQUIRED, ERR_BODY_TOO_LARGE, ERR_UNSUPPORTED_MEDIA_TYPE. */
enum err content_check(struct request *r) MUST_USE;

/** Makes the reply to a body beyond what is taken, and answers ERR_BODY_TOO_LARGE. */
enum err content_refuse_large(struct request *r);

#endif
