/* The ledger as its followers read it: the feeds of events and of feedback, and the timeline of one
 * lead. Only committed entries are there, and positions are dense. */
#ifndef BATON_STORE_LEDGER_READ_H
#define BATON_STORE_LEDGER_READ_H

#include "core/handoff/event.h"
#include "store/read/read.h"

struct ledger_page {
    struct event *items;
    size_t count;
    int64_t next; /* position to go on from */
    bool more;    /* there are already entries after it */
};

/** Entries after this position, in their order. */
enum err ledger_read_events(const struct read *read, int64_t after, int limit,
                            struct ledger_page *out) MUST_USE;

struct feedback_item {
    struct event event;
    struct handoff *handoff;
    const char *note; /* of all but rejections and returns; NULL: none, or erased */
};

struct feedback_page {
    struct feedback_item *items;
    size_t count;
    int64_t next;
    bool more;
};

/** Rejections, returns, ratings, disputes with their answers, outcomes. A page may be empty without
 *  being the last. */
enum err ledger_read_feedback(const struct read *read, int64_t after, int limit,
                              struct feedback_page *out) MUST_USE;

struct timeline_item {
    struct event event;
    struct touch *touch; /* with the texts of its dimensions; NULL: not about a touch */
};

struct timeline_page {
    struct timeline_item *items;
    size_t count;
    bool more;
};

/** What happened with a lead and with those that it absorbed, after this position, oldest first.
 *  Merges are followed. ERR_NOT_FOUND, ERR_GONE. */
enum err ledger_read_timeline(const struct read *read, struct uuid lead, int64_t after, int limit,
                              struct timeline_page *out) MUST_USE;

/** The same, also of a person who was erased: entries and touches stay, and name nobody. */
enum err ledger_read_remaining(const struct read *read, struct uuid lead, int64_t after, int limit,
                               struct timeline_page *out) MUST_USE;

#endif
