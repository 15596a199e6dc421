/* Requests that wait for the backend: suspended, counted, each with its deadline. */
#ifndef BATON_SERVER_WAITING_H
#define BATON_SERVER_WAITING_H

#include "http/request.h"

#include <stdbool.h>

/** That wait per HTTP thread, whatever the pace: each time one is resumed, libmicrohttpd looks at
 * all of them. */
#define WAITING_MOST 4096

/** Suspends the request and takes the backend's reference; then it may be published, after which
 *  the caller must not touch it. False when too many are waiting already. HTTP thread. */
bool waiting_enter(struct request *r) MUST_USE;

/** The request was resumed: takes it off the list. Returns the state that ended the wait; the
 *  request is REQUEST_OPEN again, except after a deadline. HTTP thread. */
enum request_state waiting_leave(struct request *r);

/** A request that waits has until then, and its usual time to be answered after that; monotonic.
 *  The backend, while it has the request. */
void waiting_extend(struct request *r, int64_t until_us);

/** Ends the wait of every overdue request, or of all. Any thread, no lock held. */
void waiting_expire(struct httpd *httpd, int64_t now_us, bool all);

#endif
