/*
 * Lanes: every change goes through one. A workspace has one lane per process; what waits in it
 * becomes one group, loaded, decided and saved in one transaction. Worker threads, each with its
 * own connection, take ready lanes in turn, so that no workspace starves another; at most one
 * group of a workspace is in flight.
 *
 * A group forms from whatever queued while the last one ran, without artificial delay. It is run
 * again, a limited number of times, when it lost a race; split in halves when the database refuses
 * its data, so that a poison command fails alone; and run again after a COMMIT whose answer was
 * lost: the commands' idempotency rows make that a replay.
 */
#ifndef BATON_STORE_LANE_H
#define BATON_STORE_LANE_H

#include "store/config_cache.h"
#include "store/lane_job.h"
#include "store/pg/pg.h"

/** Commands that may wait in one workspace's lane; beyond, submit refuses. */
#define LANE_WAITING_MAX 8192
struct lanes;

struct lanes_settings {
    struct pg_settings database;
    struct config_cache *cache; /* borrowed */
    int workers;
    int group_max; /* 1 to GROUP_MAX; 0: GROUP_MAX */
    /** A group of this workspace has ended and may have written to its ledger. Worker's thread;
     *  must not wait. May be NULL. */
    void (*wrote)(void *context, struct uuid workspace);
    void *wrote_context;
};

/** Starts the workers; NULL when there is not enough memory or a thread does not start. */
struct lanes *lanes_start(const struct lanes_settings *settings);

/** Takes no new job, serves what waits, and ends the threads. Workers whose database is away are
 *  held up no longer than give_up_at of the database's settings says. */
void lanes_stop(struct lanes *lanes);

/** Queues a job. ERR_OVERLOADED when its lane is full, ERR_UNAVAILABLE when stopping. Any thread;
 *  never waits. */
enum err lanes_submit(struct lanes *lanes, struct lane_job *job) MUST_USE;

/** Takes back a job that no group has taken yet; its done() is then not called. */
bool lanes_cancel(struct lanes *lanes, struct lane_job *job);

/** Submits and waits: for the command line and jobs. The answer's body is malloc'd for the caller
 *  in *body (may be NULL). */
enum err lanes_run(struct lanes *lanes, const struct command *command, char **body, int *status);

const struct lane_stats *lanes_stats(const struct lanes *lanes);

#endif
