/*
 * Which read comes next. Readers are dealt in turn: to the workspaces that have something waiting,
 * and within each to its classes of cost. What anybody may hold at once is bounded
 * (read_queue_bounds()), so that there is always a reader for somebody else's short read.
 *
 * It has no lock, no thread and no clock: the readers hold their mutex around each call, and say
 * what time it is (ms, pg_now_ms()).
 */
#ifndef BATON_STORE_READ_QUEUE_H
#define BATON_STORE_READ_QUEUE_H

#include "base/error.h"
#include "base/uuid.h"
#include "store/read/read_cost.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Reads of all workspaces that may wait. */
#define READ_QUEUE_MAX 4096

struct reader;
struct read_queue;
struct read_share;

/** So many reads of one kind are run together. */
#define READ_TOGETHER_MAX 32

/** Belongs to the submitter until run, run_all or give_up has been called: one of them is. */
struct reader_job {
    void (*run)(struct reader_job *job, struct reader *reader); /* on a reader's thread */
    /** Instead of it, when it will not come in time: as if it had been refused. Any reader's
     *  thread. */
    void (*give_up)(struct reader_job *job);
    void *owner;
    /** What several can be read by at once: of those that wait with the same kind and cost, in the
     *  same workspace, a thread takes its share and runs them together, in the order in which they
     *  came. One alone is run by run. NULL: always alone. */
    const void *kind;
    void (*run_all)(struct reader_job *const *jobs, size_t count, struct reader *reader);
    struct uuid workspace; /* whose share of the readers it takes; nil: of nobody known */
    enum read_cost cost;
    int64_t deadline_ms; /* pg_now_ms(); INT64_MAX: none */
    int retry_after_s;   /* when it was refused or given up; 0: not known */
    /* for the readers alone */
    struct read_share *share;
    struct reader_job *next, *prev;
    int64_t queued_ms; /* pg_now_ms() */
    bool queued;
};

/** How many readers reads of a class and of all dearer ones may hold together. */
struct read_bounds {
    int all[READ_COSTS]; /* of all workspaces */
    int own[READ_COSTS]; /* of one workspace */
};

/**
 * Of so many readers one workspace holds at most half; its reports half of these, its lists and
 * reports all but one. Of all, reports hold at most half, lists and reports all but one. Each at
 * least one.
 */
struct read_bounds read_queue_bounds(int readers);

/** NULL when memory is short. */
struct read_queue *read_queue_new(int readers);
/** Nothing waits or runs any more. */
void read_queue_free(struct read_queue *queue);

/**
 * The job waits; its workspace, cost and deadline are set, and it stays where it is until it is
 * taken, removed or late. ERR_OUT_OF_MEMORY, or ERR_OVERLOADED: too many wait already, or those
 * that wait before it leave it no time before its deadline, going by how long such reads of this
 * workspace took; then job->retry_after_s says when there may be.
 */
enum err read_queue_put(struct read_queue *queue, struct reader_job *job, int64_t now_ms) MUST_USE;

/** Whether it waited, and does not any more. */
bool read_queue_remove(struct read_queue *queue, struct reader_job *job);

/** A reader that was dealt. */
struct read_turn {
    struct read_share *share;
    enum read_cost cost;
    int64_t begun_ms;
};

/**
 * The next job that may run now, which holds a reader until read_queue_end(); NULL: none. Whatever
 * it meets whose deadline has passed is put before *late (by reader_job.next) instead.
 */
struct reader_job *read_queue_take(struct read_queue *queue, int64_t now_ms, struct read_turn *turn,
                                   struct reader_job **late);

/** Takes those that can be run together with the job that was just taken, which is jobs[0]: a
 *  reader's share of them, since with all of them the other readers would have nothing to do. They
 *  belong to its turn. Returns how many there are then. */
size_t read_queue_take_others(struct read_queue *queue, const struct read_turn *turn,
                              struct reader_job *jobs[READ_TOGETHER_MAX]);

/** Whether read_queue_take() would find something. */
bool read_queue_has_next(const struct read_queue *queue);

/** The turn is over. Those at the end of its line that will not be reached before their deadlines,
 *  now that this is known, are put before *late, with retry_after_s. */
void read_queue_end(struct read_queue *queue, const struct read_turn *turn, int64_t now_ms,
                    struct reader_job **late);

size_t read_queue_waiting(const struct read_queue *queue);

#endif
