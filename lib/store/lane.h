/*
 * Lanes: the one way of every change. A workspace has one lane per process; what waits in it
 * becomes one group, loaded, decided and saved in one transaction. Worker threads, each with a
 * connection of its own, take ready lanes in turn, so that no workspace starves another; at most
 * one group of a workspace is in flight.
 *
 * A group forms from whatever queued while the last one ran, without artificial delay. It is run
 * again, bounded, when it met a lost race; split in halves when the database refuses its data, so
 * that a poison command fails alone; and run again after a COMMIT whose answer was lost: the
 * commands' idempotency rows make that a replay.
 */
#ifndef BATON_STORE_LANE_H
#define BATON_STORE_LANE_H

#include "core/command.h"
#include "store/config_cache.h"
#include "store/pg/pg.h"

#include <stdatomic.h>

/** Commands in one group, at most. */
#define GROUP_MAX 256
/** Commands that may wait in one workspace's lane; beyond, submit refuses. */
#define LANE_WAITING_MAX 8192
/** A group is given up when it has not been saved by then. */
#define GROUP_TIMEOUT_MS 8000
/** One whose COMMIT was sent and not answered has until then to learn how that ended. */
#define IN_DOUBT_TIMEOUT_MS 12000
/** Without a database commands are answered this long after they were submitted, or, when they may
 *  have been done, after the connection was lost … */
#define DATABASE_AWAY_MS 700
/** … or this long after their group began, if that is later. */
#define DATABASE_AWAY_LEAST_MS 100

struct lanes;

/** One command on its way. Belongs to the submitter, who keeps it until done has been called. */
struct lane_job {
    struct command command;
    /**
     * Called once, on a worker's thread, with the answer; its memory is the group's and ends with
     * the call. Of a command that could not be decided: ERR_UNAVAILABLE (nothing was done),
     * ERR_OUTCOME_UNKNOWN (it may have been done: retry with the same key), ERR_INTERNAL,
     * ERR_OUT_OF_MEMORY; then there is no body.
     */
    void (*done)(struct lane_job *job, const struct outcome *outcome);
    void *owner;
    /* the lane's own */
    struct lane_job *next;
    int64_t queued_ms; /* pg_now_ms() */
    bool queued;
};

struct lanes_settings {
    struct pg_settings database;
    struct config_cache *cache; /* borrowed */
    int workers;
    int group_max;  /* 1 to GROUP_MAX; 0: GROUP_MAX */
    int group_fill; /* tests: every group is filled up to so many commands with ones that are
                       refused; 0: none */
};

struct lane_stats {
    atomic_llong groups;
    atomic_llong commands;
    atomic_llong reruns;   /* lost races, stale configuration, more keys needed */
    atomic_llong splits;   /* groups split for a poison command */
    atomic_llong replays;  /* groups run again after a COMMIT without answer */
    atomic_llong failures; /* commands answered 5xx */
    atomic_llong waiting;
};

/** Starts the workers; NULL when memory or threads are short. */
struct lanes *lanes_start(const struct lanes_settings *settings);

/** Answers what waits with ERR_UNAVAILABLE, waits for groups in flight, ends the threads. */
void lanes_stop(struct lanes *lanes);

/** Queues a job. ERR_OVERLOADED when its lane is full, ERR_UNAVAILABLE when stopping. Any thread;
 *  never waits. */
enum err lanes_submit(struct lanes *lanes, struct lane_job *job) MUST_USE;

/** Takes a job back that no group has taken yet; done is then not called. */
bool lanes_cancel(struct lanes *lanes, struct lane_job *job);

/** Submits and waits: for the command line and jobs. The answer's body is malloc'd for the caller
 *  in *body (may be NULL). */
enum err lanes_run(struct lanes *lanes, const struct command *command, char **body, int *status);

const struct lane_stats *lanes_stats(const struct lanes *lanes);

#endif
