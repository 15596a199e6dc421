/* Reads handoffs: one by its id, and lists of what is due. */
#ifndef BATON_STORE_HANDOFF_READ_H
#define BATON_STORE_HANDOFF_READ_H

#include "core/handoff/handoff.h"
#include "store/read/read.h"

/** now is the database's time, by which claims lapse. ERR_NOT_FOUND; else as read_run(). */
enum err handoff_read_by_id(const struct read *read, struct uuid id, struct handoff **out,
                            instant *now) MUST_USE;

/** With what it carries, unless its lead was erased. */
enum err handoff_read_whole(const struct read *read, struct uuid id, struct handoff **out,
                            instant *now) MUST_USE;

/** A place in the list: open handoffs come before closed ones. */
struct handoff_place {
    bool closed;
    instant due;    /* of an open one; INSTANT_NONE: from the beginning */
    int32_t score;  /* by score, instead of due */
    struct uuid id; /* nil: from the beginning */
};

struct handoff_filter {
    enum handoff_state state; /* HANDOFF_STATE_COUNT: any */
    struct uuid to_team;      /* nil: any */
    struct uuid assignee;     /* a member whose claim has not lapsed; nil: any */
    instant due_before;       /* only open ones; INSTANT_NONE: any */
    bool overdue;             /* only what is offered, and its time to answer is over */
    struct uuid lead;         /* with those of leads that it absorbed, by id; nil: any */
    /** HANDOFF_BY_SCORE: only what is offered; goes with team and assignee alone. */
    enum handoff_order order;
    struct handoff_place after;
};

struct handoff_page {
    struct handoff **items;
    size_t count;
    bool more;
    struct handoff_place last; /* where the next page begins */
    instant now;
};

/** Open ones by what is due first (respond_by while offered, decide_by while accepted), then closed
 *  ones by id. */
enum err handoff_read_page(const struct read *read, const struct handoff_filter *filter, int limit,
                           struct handoff_page *out) MUST_USE;

/** Whether a team has ever offered a handoff or been offered one. */
struct handoffs_waiting {
    bool any;    /* an offer that nobody has claimed */
    int64_t pos; /* the ledger's, as it was looked */
};

/** Of one team's queue. */
enum err handoff_read_waiting(const struct read *read, struct uuid team,
                              struct handoffs_waiting *out) MUST_USE;

enum err handoff_read_has_team(const struct read *read, struct uuid team, bool *out) MUST_USE;

#endif
