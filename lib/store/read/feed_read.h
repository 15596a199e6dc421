/* The ledger as it is read for those who listen: what comes after a position, with the teams that
 * each entry concerns, and how far the ledger and the configuration have come. */
#ifndef BATON_STORE_FEED_READ_H
#define BATON_STORE_FEED_READ_H

#include "core/handoff/event.h"
#include "store/read/read.h"

/** The actor's, the lead's owner, and both sides of the handoff, as they are now. */
#define FEED_TEAMS 4

struct feed_item {
    struct event event;
    struct uuid teams[FEED_TEAMS]; /* nil: none */
};

struct feed_page {
    struct feed_item *items;
    size_t count;
    int64_t head;           /* the last position of the ledger; may be beyond the page */
    int64_t config_version; /* 0: there is no such workspace */
};

/** Entries after this position, in their order; a negative one: those that many before the end. */
enum err feed_read(const struct read *read, int64_t after, int limit,
                   struct feed_page *out) MUST_USE;

#endif
