/*
 * Clients that work on one workspace until they are stopped: some capture leads, some claim
 * and answer handoffs. Every write has a key, is repeated until it is decided and is kept in the
 * journal.
 */
#ifndef BATON_TESTS_LOAD_H
#define BATON_TESTS_LOAD_H

#include "trial.h"

#define LOAD_CLIENTS_MAX 64
/** For so many more acknowledgements. */
#define LOAD_WAIT_MS 30000

struct load;

/** Client i talks to server i modulo the number of servers. */
struct load *load_start(struct trial *trial, int capturing, int answering);

/** Waits until so many more writes were acknowledged than when it was called; the test fails when
 *  they are not. Returns the time it took, in milliseconds. */
int64_t load_wait(struct load *load, int more);

/** Lets every client finish what it does, and ends them. */
void load_stop(struct load *load);

#endif
