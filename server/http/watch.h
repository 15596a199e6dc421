/* A thread that watches for slow clients and for deadlines that have passed. */
#ifndef BATON_SERVER_WATCH_H
#define BATON_SERVER_WATCH_H

#include "http/httpd_inside.h"

/** Precision of deadlines. */
#define WATCH_TICK_MS 50

/** False when the thread cannot be started. */
bool watch_start(struct httpd *httpd);
void watch_stop(struct httpd *httpd);

/** A connection has begun; NULL when memory is short: it is then not watched. HTTP thread. */
struct connection *watch_add(struct httpd *httpd, int fd);
void watch_remove(struct httpd *httpd, struct connection *connection);

/** What is due must be done within this time from now. connection may be NULL. */
void watch_expect(struct connection *connection, int timeout_ms);

/** The client is to send or read something long: it is cut off when it moves fewer bytes than
 *  HTTPD_RATE_MIN_BYTES_PER_S in a period of this length. */
void watch_expect_transfer(struct connection *connection, int period_ms);

/** Nothing is expected of the client. */
void watch_rest(struct connection *connection);

#endif
