/*
 * How each kind of rows is loaded: what is asked of the database for the keys of a kind, and what
 * becomes of the result in the work set. For work_load.c, which runs the rounds.
 */
#ifndef BATON_STORE_LOAD_STEPS_H
#define BATON_STORE_LOAD_STEPS_H

#include "core/work.h"
#include "store/pg/pg.h"

struct load {
    struct pg *pg;
    struct work *work;
    struct uuid workspace;
    int64_t deadline;
    struct work_keys keys;
    const struct work_keys *more; /* of those, what a round before asked for */
    struct work_keys dealt;       /* what claims and expiry lock: leads, and their handoffs */
    struct uuid *leads;           /* to lock in the round at hand; sorted, each once */
    size_t lead_count;
    bool needs_more; /* leads that are concerned are not locked */
    bool moved;      /* an identity led elsewhere at the second look */
};

enum round {
    ROUND_RESOLVE = 1, /* unlocked: which leads are concerned */
    ROUND_LOCK = 2,    /* lock them, read what hangs on them, and what else is named */
    ROUND_DEALT = 4,   /* the same of what claims and expiry have locked */
};

struct load_step {
    enum row_kind kind;
    unsigned rounds;
    bool with_leads; /* in ROUND_LOCK asked only beside leads: alone it wants no round */
    /* Queues statements for these keys, at least one; answers the index of the first, -1: none. */
    int (*ask)(struct load *load, const struct list *keys);
    void (*take)(struct load *load, const struct list *keys, int first);
};

#define LOAD_STEPS_MAX 32

/** In the order in which statements are sent and results are taken: leads are locked before all
 *  else, so that groups wait for each other in one order. The one after the last asks nothing. */
extern const struct load_step load_steps[];

#endif
