/*
 * Fetches what senders of bare ids leave out (core/intake/completion.h), beside what the courier
 * sends and by its connections: the same rules on addresses, leases, and waits between tries. What
 * comes back goes to the lane as a delivery of the same source, which ends the completion in its
 * own transaction: after a kill it was taken, or is fetched again.
 */
#ifndef BATON_SERVER_FETCHES_H
#define BATON_SERVER_FETCHES_H

#include "delivery/attempt.h"
#include "store/lane.h"

/** Of the courier that borrows it its connections; all but fetches_free() on its thread. */
struct fetches;

struct fetches_settings {
    const struct address_rules *rules; /* these are borrowed */
    struct config_cache *cache;
    struct lanes *lanes;
    struct pg *app; /* role baton_app */
    struct pg *job; /* role baton_job */
    CURLM *multi;
    struct uuid lease;
};

/** NULL: short of memory. */
struct fetches *fetches_new(const struct fetches_settings *settings);
/** What is under way is given up, and fetched again when its lease is over. After the lanes have
 *  answered. NULL is fine. */
void fetches_free(struct fetches *fetches);

/** Takes what is due, and begins it. */
void fetches_look(struct fetches *fetches);
/** An attempt of its has ended: attempt->get says whose it is. */
void fetches_take(struct fetches *fetches, struct attempt *attempt);
/** Writes what the lane has answered. */
void fetches_settle(struct fetches *fetches);

#endif
