/*
 * How each kind of row is loaded: which statements are sent for the keys of a kind, and how their
 * results enter the work set. For work_load.c, which runs the rounds.
 */
#ifndef BATON_STORE_LOAD_STEPS_H
#define BATON_STORE_LOAD_STEPS_H

#include "core/work.h"
#include "store/pg/pg_scope.h"
#include "store/table/concerned.h"

struct load {
    struct pg_scope scope;
    struct work *work;
    int64_t deadline;
    struct work_keys keys;
    const struct work_keys *more; /* those of them that earlier rounds asked for */
    struct work_keys dealt;       /* what the due job locks: leads */
    struct concerned concerned;   /* what is locked in this round; sorted, each once */
    bool at_once;    /* ROUND_RESOLVE and ROUND_LOCK are one: handoffs are named as they are */
    bool needs_more; /* some leads that are concerned are not locked */
    bool moved;      /* an identity led to another lead when it was resolved again, or a queue
                        was another when it was read than when it was locked */
};

enum round {
    ROUND_RESOLVE = 1, /* unlocked: which leads are concerned */
    ROUND_LOCK = 2,    /* lock them, read what hangs on them, and what else is named */
    ROUND_DEALT = 4,   /* read what hangs on the leads that the due job has locked */
};

struct load_step {
    enum row_kind kind;
    unsigned rounds;
    bool with_leads; /* sent in ROUND_LOCK only when leads are locked, and never a reason for it */
    /* Queues statements for these keys, of which there is at least one; returns the index of the
     * first, or -1 when it queued none. */
    int (*ask)(struct load *load, const struct list *keys);
    void (*take)(struct load *load, const struct list *keys, int first);
};

#define LOAD_STEPS_MAX 32

/** In the order in which statements are sent and results are taken. Leads are locked before all
 *  else, so that groups wait for each other in one order. The last one has no `ask`. */
extern const struct load_step load_steps[];

#endif
