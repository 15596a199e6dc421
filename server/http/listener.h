/* The listening socket, and the descriptors that its connections need. */
#ifndef BATON_SERVER_LISTENER_H
#define BATON_SERVER_LISTENER_H

#include "http/httpd.h"

#include <stdint.h>

/** A listening, non-blocking socket; -1 and why when that cannot be. */
int listener_open(const char *host, uint16_t port, uint16_t *bound, char why[HTTPD_WHY_MAX_BYTES]);

/** Raises RLIMIT_NOFILE to what so many connections need, as far as it may. How many there can be
 *  then; 0, with why, for none. */
int listener_raise_limit(int connections_max, char why[HTTPD_WHY_MAX_BYTES]);

#endif
