/*
 * One group: the commands of one transaction, from loading what they concern to the answer of each.
 * A group that fails is run again, or split until the command at fault fails alone; one whose
 * COMMIT is in doubt is run again until its idempotency rows show how that ended. For lane.c.
 */
#ifndef BATON_STORE_LANE_GROUP_H
#define BATON_STORE_LANE_GROUP_H

#include "store/config_cache.h"
#include "store/lane_job.h"
#include "store/work_save.h"

/** What a worker runs its groups with; used by its thread alone. */
struct group_runner {
    struct pg *pg;
    struct config_cache *cache; /* borrowed */
    struct lane_stats *stats;   /* borrowed, shared */
    struct arena *arena;        /* NULL at first */
    struct work work;
};

struct group {
    struct uuid workspace;
    struct known_dimensions *known; /* the lane's */
    struct lane_job **jobs;
    struct outcome *outcomes; /* one for each job */
    size_t count;
    int64_t asked_ms; /* when the first of its commands was submitted */
    int64_t started_ms;
    /* for lane_group.c alone */
    int64_t lost_ms; /* when in_doubt was last set */
    bool in_doubt;   /* a COMMIT was sent and its answer lost */
    bool tried;      /* run before, in whatever way that ended */
};

/** Decides, saves, and calls done() of each job once. */
void lane_group_run(struct group_runner *runner, struct group *group);

/** Frees what is not borrowed. */
void lane_group_release(struct group_runner *runner);

#endif
