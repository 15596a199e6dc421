/*
 * Links to sign in by, mailed to members. Who asks gives an address, and is answered the same and
 * as fast whether anybody has it: asking only puts it into a queue of this server, and the
 * courier's thread finds out whose it is. So that nobody floods a mailbox, or tries addresses out,
 * an address is written to and a client heard only so often; what is asked beyond that is dropped,
 * and answered the same too. What waits when a server ends is lost: whoever asked asks again.
 */
#ifndef BATON_SERVER_SIGN_IN_H
#define BATON_SERVER_SIGN_IN_H

#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** In a quarter of an hour, to one address … */
#define SIGN_IN_PER_ADDRESS 3
/** … and from one client. */
#define SIGN_IN_PER_CLIENT    20
#define SIGN_IN_WINDOW_MS     (15 * 60 * 1000)
#define SIGN_IN_ADDRESS_BYTES 256

struct sign_in;

/** NULL: short of memory. */
struct sign_in *sign_in_new(void);
void sign_in_free(struct sign_in *sign_in);

/** Takes an address; client is that of the connection, as text. now_ms: pg_now_ms(). Any thread,
 *  never waits. */
void sign_in_ask(struct sign_in *sign_in, const char *address, const char *client, int64_t now_ms);

/** The next address; false: none waits. */
bool sign_in_next(struct sign_in *sign_in, char address[SIGN_IN_ADDRESS_BYTES]);

#endif
