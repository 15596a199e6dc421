#include "store/lane.h"

#include "core/command_decide.h"
#include "store/lane_group.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LANE_BUCKETS 256
/* A chunk of a batch is as much work as many single commands, and a single command that arrives
 * while a group runs waits for all of it. So a group takes one chunk, and BULK_MAX only after
 * SINGLES_EXPECTED groups in which nobody sent anything else. */
#define BULK_MAX         16
#define SINGLES_EXPECTED 16

struct lane {
    struct uuid workspace;
    struct lane_job *first, *last;
    size_t waiting;
    bool had_bulk;                /* its last group had a chunk of a batch */
    size_t groups_without_single; /* groups of chunks alone, since the last other command */
    bool ready;                   /* in the ready list */
    bool running;
    struct known_dimensions known; /* used without the mutex, by the worker that runs the lane */
    struct lane *next_ready;
    struct lane *next; /* in its bucket */
};

struct worker {
    struct lanes *lanes;
    pthread_t thread;
    struct group_runner runner;
};

struct lanes {
    struct lanes_settings settings;
    struct lane_stats stats;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct lane *buckets[LANE_BUCKETS];
    struct lane *first_ready, *last_ready;
    bool stopping;
    struct worker *workers;
    int started;
};

/* ---- queue ---- */

/* Makes it when there is none. A lane lives until the process ends, since a worker may hold it
 * without the mutex; there are no more lanes than workspaces with a caller who authenticated. */
static struct lane *lane_of(struct lanes *lanes, struct uuid workspace)
{
    struct lane **bucket = &lanes->buckets[workspace.b[15]];

    for (struct lane *lane = *bucket; lane != NULL; lane = lane->next)
        if (uuid_equal(lane->workspace, workspace))
            return lane;
    struct lane *lane = calloc(1, sizeof *lane);
    if (lane == NULL)
        return NULL;
    lane->workspace = workspace;
    lane->next = *bucket;
    *bucket = lane;
    return lane;
}

/* At the end of the list, also after a group that left commands waiting: that is what makes
 * workers take lanes in turn. */
static void make_ready(struct lanes *lanes, struct lane *lane)
{
    if (lane->ready || lane->running || lane->first == NULL)
        return;
    lane->ready = true;
    lane->next_ready = NULL;
    if (lanes->last_ready == NULL)
        lanes->first_ready = lane;
    else
        lanes->last_ready->next_ready = lane;
    lanes->last_ready = lane;
    pthread_cond_signal(&lanes->wake);
}

enum err lanes_submit(struct lanes *lanes, struct lane_job *job)
{
    enum err err = ERR_NONE;

    job->next = NULL;
    pthread_mutex_lock(&lanes->mutex);
    struct lane *lane = lane_of(lanes, job->command.caller.workspace);
    if (lanes->stopping)
        err = ERR_UNAVAILABLE;
    else if (lane == NULL)
        err = ERR_OUT_OF_MEMORY;
    else if (lane->waiting >= LANE_WAITING_MAX)
        err = ERR_OVERLOADED;
    if (err == ERR_NONE) {
        job->queued = true;
        job->queued_ms = pg_now_ms();
        if (lane->last == NULL)
            lane->first = job;
        else
            lane->last->next = job;
        lane->last = job;
        lane->waiting++;
        atomic_fetch_add(&lanes->stats.waiting, 1);
        make_ready(lanes, lane);
    }
    pthread_mutex_unlock(&lanes->mutex);
    return err;
}

/* A walk from the front: that is where groups are taken, and cancelling is rare. */
static void unlink_job(struct lanes *lanes, struct lane *lane, struct lane_job *job)
{
    struct lane_job *before = NULL;

    for (struct lane_job *at = lane->first; at != job; at = at->next)
        before = at;
    if (before == NULL)
        lane->first = job->next;
    else
        before->next = job->next;
    if (lane->last == job)
        lane->last = before;
    lane->waiting--;
    atomic_fetch_sub(&lanes->stats.waiting, 1);
    job->queued = false;
}

/* What a group has taken cannot be called back: it may be decided, or committed, by now. When its
 * deadline comes the edge answers, and the group finishes all the same. */
bool lanes_cancel(struct lanes *lanes, struct lane_job *job)
{
    pthread_mutex_lock(&lanes->mutex);
    bool queued = job->queued;
    if (queued)
        unlink_job(lanes, lane_of(lanes, job->command.caller.workspace), job);
    pthread_mutex_unlock(&lanes->mutex);
    return queued;
}

static bool is_bulk(const struct lane_job *job)
{
    return job->command.kind == COMMAND_LEAD_BATCH;
}

/* How many chunks the next group may have. After a group with a chunk, the single commands that
 * had to wait for it go first, without another. */
static size_t bulk_of_next(const struct lane *lane)
{
    const struct lane_job *job = lane->first;

    while (job != NULL && is_bulk(job))
        job = job->next;
    if (job != NULL && !command_is_solo(&job->command) && lane->had_bulk)
        return 0;
    return lane->groups_without_single < SINGLES_EXPECTED ? 1 : BULK_MAX;
}

/* Takes the next group off a lane. A command that changes the configuration goes alone, because the
 * others of its group would be decided on the old one; nothing behind it overtakes it. Chunks of
 * batches are overtaken by everything else, which so waits for one of them and not for all. */
static size_t take_group(struct lanes *lanes, struct lane *lane, struct lane_job **jobs)
{
    size_t max = (size_t)lanes->settings.group_max;
    size_t bulk_max = bulk_of_next(lane);
    size_t count = 0, bulk = 0;
    struct lane_job *next;

    for (struct lane_job *job = lane->first; job != NULL && count < max; job = next) {
        bool solo = command_is_solo(&job->command);
        next = job->next;
        if (solo && count > 0)
            break;
        if (is_bulk(job) && bulk == bulk_max)
            continue;
        bulk += is_bulk(job);
        unlink_job(lanes, lane, job);
        jobs[count++] = job;
        if (solo)
            break;
    }
    lane->had_bulk = bulk > 0;
    lane->groups_without_single = count > bulk ? 0 : lane->groups_without_single + 1;
    return count;
}

/* ---- workers ---- */

/* With the mutex held; NULL when stopping and nothing is ready. Lanes that are ready are still
 * served then: what was accepted is answered by its group, not thrown away. */
static struct lane *next_lane(struct lanes *lanes)
{
    while (lanes->first_ready == NULL && !lanes->stopping)
        pthread_cond_wait(&lanes->wake, &lanes->mutex);
    struct lane *lane = lanes->first_ready;
    if (lane == NULL)
        return NULL;
    lanes->first_ready = lane->next_ready;
    if (lanes->first_ready == NULL)
        lanes->last_ready = NULL;
    lane->ready = false;
    lane->running = true;
    return lane;
}

/* Called and left with the mutex held, which it gives up while the group runs. The group may be
 * empty: its commands may have been cancelled since the lane was made ready. */
static void serve_lane(struct worker *worker, struct lane *lane)
{
    struct lane_job *jobs[GROUP_MAX];
    struct outcome outcomes[GROUP_MAX];
    struct group group = {
        .workspace = lane->workspace, .known = &lane->known, .jobs = jobs, .outcomes = outcomes};

    group.count = take_group(worker->lanes, lane, jobs);
    group.asked_ms = group.count > 0 ? jobs[0]->queued_ms : 0;
    pthread_mutex_unlock(&worker->lanes->mutex);
    group.started_ms = pg_now_ms();
    if (group.count > 0)
        lane_group_run(&worker->runner, &group);
    if (group.count > 0 && worker->lanes->settings.wrote != NULL)
        worker->lanes->settings.wrote(worker->lanes->settings.wrote_context, lane->workspace);
    atomic_fetch_add(&worker->lanes->stats.groups, 1);
    atomic_fetch_add(&worker->lanes->stats.commands, (long long)group.count);
    pthread_mutex_lock(&worker->lanes->mutex);
    /* Only now may another worker take this lane: the next group must see what this one wrote. */
    lane->running = false;
    make_ready(worker->lanes, lane);
}

static void *work_on_lanes(void *argument)
{
    struct worker *worker = argument;
    struct lanes *lanes = worker->lanes;

    pthread_mutex_lock(&lanes->mutex);
    for (struct lane *lane; (lane = next_lane(lanes)) != NULL;)
        serve_lane(worker, lane);
    pthread_mutex_unlock(&lanes->mutex);
    return NULL;
}

static bool start_worker(struct lanes *lanes, struct worker *worker)
{
    worker->lanes = lanes;
    worker->runner = (struct group_runner){
        .pg = pg_new(&lanes->settings.database),
        .cache = lanes->settings.cache,
        .stats = &lanes->stats,
    };
    if (worker->runner.pg == NULL)
        return false;
    if (pthread_create(&worker->thread, NULL, work_on_lanes, worker) == 0)
        return true;
    lane_group_release(&worker->runner);
    return false;
}

struct lanes *lanes_start(const struct lanes_settings *settings)
{
    struct lanes *lanes = calloc(1, sizeof *lanes);

    if (lanes == NULL)
        return NULL;
    lanes->settings = *settings;
    if (lanes->settings.group_max < 1 || lanes->settings.group_max > GROUP_MAX)
        lanes->settings.group_max = GROUP_MAX;
    pthread_mutex_init(&lanes->mutex, NULL);
    pthread_cond_init(&lanes->wake, NULL);
    lanes->workers = calloc((size_t)settings->workers, sizeof *lanes->workers);
    for (int i = 0; lanes->workers != NULL && i < settings->workers; i++, lanes->started++)
        if (!start_worker(lanes, &lanes->workers[i]))
            break;
    if (lanes->started < settings->workers || lanes->started == 0) {
        lanes_stop(lanes);
        return NULL;
    }
    return lanes;
}

/* What is still queued: only when no worker started, or all ended early. */
static void refuse_waiting(struct lane *lane)
{
    const struct outcome away = {.err = ERR_UNAVAILABLE, .status = 503};

    while (lane->first != NULL) {
        struct lane_job *job = lane->first;
        lane->first = job->next;
        job->queued = false;
        job->done(job, &away);
    }
}

static void free_lanes(struct lanes *lanes)
{
    for (int i = 0; i < LANE_BUCKETS; i++) {
        for (struct lane *lane = lanes->buckets[i], *next; lane != NULL; lane = next) {
            next = lane->next;
            refuse_waiting(lane);
            known_dimensions_release(&lane->known);
            free(lane);
        }
    }
}

void lanes_stop(struct lanes *lanes)
{
    if (lanes == NULL)
        return;
    pthread_mutex_lock(&lanes->mutex);
    lanes->stopping = true;
    pthread_cond_broadcast(&lanes->wake);
    pthread_mutex_unlock(&lanes->mutex);
    for (int i = 0; i < lanes->started; i++) {
        struct worker *worker = &lanes->workers[i];
        pthread_join(worker->thread, NULL);
        lane_group_release(&worker->runner);
    }
    free_lanes(lanes);
    pthread_mutex_destroy(&lanes->mutex);
    pthread_cond_destroy(&lanes->wake);
    free(lanes->workers);
    free(lanes);
}

const struct lane_stats *lanes_stats(const struct lanes *lanes)
{
    return &lanes->stats;
}

/* ---- submit and wait ---- */

struct waiter {
    struct lane_job job;
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    bool done;
    enum err err;
    int status;
    char *body;
};

/* Signals before it unlocks: once the mutex is free the waiter may see `done`, return and take the
 * condition, which is on its stack, with it. */
static void wake_waiter(struct lane_job *job, const struct outcome *outcome)
{
    struct waiter *waiter = job->owner;

    pthread_mutex_lock(&waiter->mutex);
    waiter->err = outcome->err;
    waiter->status = outcome->status;
    waiter->body = outcome->body == NULL ? NULL : strndup(outcome->body, outcome->body_len);
    waiter->done = true;
    pthread_cond_signal(&waiter->answered);
    pthread_mutex_unlock(&waiter->mutex);
}

enum err lanes_run(struct lanes *lanes, const struct command *command, char **body, int *status)
{
    struct waiter waiter = {.job = {.command = *command, .done = wake_waiter}};

    waiter.job.owner = &waiter;
    pthread_mutex_init(&waiter.mutex, NULL);
    pthread_cond_init(&waiter.answered, NULL);
    enum err refused = lanes_submit(lanes, &waiter.job);
    pthread_mutex_lock(&waiter.mutex);
    while (refused == ERR_NONE && !waiter.done)
        pthread_cond_wait(&waiter.answered, &waiter.mutex);
    pthread_mutex_unlock(&waiter.mutex);
    pthread_mutex_destroy(&waiter.mutex);
    pthread_cond_destroy(&waiter.answered);
    if (body != NULL)
        *body = waiter.body;
    else
        free(waiter.body);
    if (status != NULL)
        *status = waiter.status;
    return refused != ERR_NONE ? refused : waiter.err;
}
