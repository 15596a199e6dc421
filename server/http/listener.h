/* The listening socket, and the descriptors that its connections need. */
#ifndef BATON_SERVER_LISTENER_H
#define BATON_SERVER_LISTENER_H

#include <stdint.h>

/** Room for the reason of a failure. */
#define LISTENER_WHY_MAX_BYTES 256

/** A listening, non-blocking socket; -1, with why, on failure. */
int listener_open(const char *host, uint16_t port, uint16_t *bound,
                  char why[LISTENER_WHY_MAX_BYTES]);

/** Raises RLIMIT_NOFILE to what this many connections need, as far as the process may. Returns the
 *  number of connections that are possible; 0, with why, for none. */
int listener_raise_limit(int connections_max, char why[LISTENER_WHY_MAX_BYTES]);

#endif
