/* One command on its way through a lane, and the counters of all lanes. */
#ifndef BATON_STORE_LANE_JOB_H
#define BATON_STORE_LANE_JOB_H

#include "core/command.h"

#include <stdatomic.h>

/** Commands in one group, at most. */
#define GROUP_MAX 256
/** A group that has not been saved after this time is given up. */
#define GROUP_TIMEOUT_MS 8000
/** A group whose COMMIT was sent and not answered has this long to find out how it ended. */
#define IN_DOUBT_TIMEOUT_MS 12000
/** Without a database commands are answered this long after they were submitted, or, when they may
 *  have been done, after the connection was lost … */
#define DATABASE_AWAY_MS 700
/** … or this long after their group began, if that is later. */
#define DATABASE_AWAY_LEAST_MS 100

/** One command on its way. Belongs to the submitter, who keeps it until done has been called. */
struct lane_job {
    struct command command;
    /**
     * Called once, on a worker's thread, with the answer, whose memory is the group's and ends with
     * the call. A command that could not be decided gets ERR_UNAVAILABLE (nothing was done),
     * ERR_CONTENDED (likewise), ERR_OUTCOME_UNKNOWN (it may have been done: retry with the same
     * key), ERR_NOT_LOADABLE, ERR_INTERNAL or ERR_OUT_OF_MEMORY, and no body.
     */
    void (*done)(struct lane_job *job, const struct outcome *outcome);
    void *owner;
    /* for the lane alone */
    struct lane_job *next;
    int64_t queued_ms; /* pg_now_ms() */
    bool queued;
};

struct lane_stats {
    atomic_llong groups;
    atomic_llong commands;
    atomic_llong reruns;       /* lost races, stale configuration, more keys needed */
    atomic_llong splits;       /* groups split for a poison command */
    atomic_llong replays;      /* groups run again after a COMMIT without answer */
    atomic_llong failures;     /* commands answered 5xx */
    atomic_llong not_loadable; /* those of the failures whose rows could not be loaded */
    atomic_llong waiting;
};

#endif
