/* The session of a connection: opening it, waiting on it, and its end. */
#ifndef BATON_STORE_PG_SESSION_H
#define BATON_STORE_PG_SESSION_H

#include "store/pg/pg_inside.h"

/** Waits until the next answer can be taken without blocking. False when the connection broke, the
 *  deadline passed or the service ends. */
bool pg_session_wait(const struct pg *pg, int64_t deadline) MUST_USE;

/** Whether an open, idle connection still looks alive, as far as this side has heard. */
bool pg_session_is_alive(const struct pg *pg);

/** Tries to connect until the deadline. */
enum pg_status pg_session_open(struct pg *pg, int64_t deadline) MUST_USE;

/** Notes and logs why the session ends, ends it, and returns the status. */
enum pg_status pg_session_fail(struct pg *pg, enum pg_status status, const char *text);

#endif
