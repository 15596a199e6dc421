#include "store/lane.h"

#include "core/lead_erase.h"
#include "core/shortage.h"
#include "store/entropy.h"
#include "store/work_load.h"
#include "store/work_save.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How often a group is run again before it is split or given up. */
#define RERUNS_MAX 6
/* Rounds for commands that find out what they need, and for configurations that change. */
#define ROUNDS_MAX   12
#define LANE_BUCKETS 256
/* Chunks of batches in one group, when no other command came for so many groups; else one. */
#define BULK_MAX         16
#define SINGLES_EXPECTED 16
/* Memory may be there again at once; else the group is refused. */
#define SHORTAGE_RERUNS_MAX 1

struct lane {
    struct uuid workspace;
    struct lane_job *first, *last;
    size_t waiting;
    bool had_bulk;                /* its last group */
    size_t groups_without_single; /* chunks of batches alone, since the last other command */
    bool ready;                   /* in the ready list */
    bool running;
    struct known_dimensions known; /* the running worker's */
    struct lane *next_ready;
    struct lane *next; /* in its bucket */
};

struct worker {
    struct lanes *lanes;
    pthread_t thread;
    struct pg *pg;
    struct arena *arena;
    struct work work;
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

/* A group under work: the jobs, and an answer for each. */
struct group {
    struct lane *lane;
    struct lane_job **jobs;
    struct outcome *outcomes;
    size_t count;
    int64_t asked_ms; /* when the first of its commands was submitted */
    int64_t started_ms;
    int64_t lost_ms; /* when it came in doubt */
    bool in_doubt;   /* a COMMIT was sent and its answer lost */
};

/* ---- queue ---- */

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

bool lanes_cancel(struct lanes *lanes, struct lane_job *job)
{
    pthread_mutex_lock(&lanes->mutex);
    bool queued = job->queued;
    if (queued)
        unlink_job(lanes, lane_of(lanes, job->command.caller.workspace), job);
    pthread_mutex_unlock(&lanes->mutex);
    return queued;
}

/* A chunk of a batch is as much work as many single commands. */
static bool is_bulk(const struct lane_job *job)
{
    return job->command.kind == COMMAND_LEAD_BATCH;
}

/* How many chunks the next group may have. After one that had some, what waited for it goes first
 * and alone. */
static size_t bulk_of_next(const struct lane *lane)
{
    const struct lane_job *job = lane->first;

    while (job != NULL && is_bulk(job))
        job = job->next;
    if (job != NULL && !command_is_solo(&job->command) && lane->had_bulk)
        return 0;
    return lane->groups_without_single < SINGLES_EXPECTED ? 1 : BULK_MAX;
}

/* Takes the next group off a lane: commands that change the configuration go alone, and chunks of
 * batches let whatever else waits pass, so that it waits for one of them and not for all. */
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

/* ---- one group ---- */

static void refuse_all(struct lanes *lanes, struct group *group, enum err err)
{
    for (size_t i = 0; i < group->count; i++)
        group->outcomes[i] =
            (struct outcome){.err = err, .status = error_status(err), .problem = {.err = err}};
    atomic_fetch_add(&lanes->stats.failures, (long long)group->count);
}

/* Answers each job. What is a filler of the tests has no done. */
static void answer_all(struct group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->jobs[i]->done != NULL)
            group->jobs[i]->done(group->jobs[i], &group->outcomes[i]);
}

static bool decide_all(struct worker *worker, struct group *group)
{
    bool all = true;

    for (size_t i = 0; i < group->count; i++)
        if (command_decide(&worker->work, &group->jobs[i]->command, &group->outcomes[i]) ==
            DECIDE_AGAIN)
            all = false;
    return all;
}

enum attempt {
    ATTEMPT_DONE,
    ATTEMPT_STALE,
    ATTEMPT_MORE, /* load again with the needs that were noted */
    ATTEMPT_FAILED,
};

/* The needs of a round outlive the work set's arena. */
struct carried {
    struct arena *arena;
    struct work_keys keys;
};

static void *copy_of(struct arena *arena, const void *item, size_t size)
{
    void *copy = arena_alloc(arena, size);

    if (copy != NULL)
        memcpy(copy, item, size);
    return copy;
}

static void carry_list(struct arena *arena, struct list *to, const struct list *from, size_t size)
{
    for (size_t i = 0; i < from->count; i++)
        list_add(to, arena, copy_of(arena, from->items[i], size));
}

static void carry_identities(struct arena *arena, struct list *to, const struct list *from)
{
    for (size_t i = 0; i < from->count; i++) {
        struct identity *copy = copy_of(arena, from->items[i], sizeof *copy);
        if (copy == NULL)
            return;
        copy->source = arena_strdup(arena, copy->source);
        copy->value = arena_strdup(arena, copy->value);
        if (copy->source != NULL && copy->value != NULL)
            list_add(to, arena, copy);
    }
}

static void carry(struct carried *carried, const struct work_keys *needs)
{
    struct arena *arena = carried->arena;

    carry_identities(arena, &carried->keys.identities, &needs->identities);
    carry_list(arena, &carried->keys.leads, &needs->leads, sizeof(struct uuid));
    carry_list(arena, &carried->keys.handoffs, &needs->handoffs, sizeof(struct uuid));
    carry_list(arena, &carried->keys.touches, &needs->touches, sizeof(struct uuid));
    carry_list(arena, &carried->keys.chains, &needs->chains, sizeof(struct uuid));
    carry_list(arena, &carried->keys.queues, &needs->queues, sizeof(struct queue));
    carry_list(arena, &carried->keys.exceptions, &needs->exceptions,
               sizeof(struct exception_count));
    carry_list(arena, &carried->keys.deliveries, &needs->deliveries, sizeof(struct uuid));
    carry_list(arena, &carried->keys.background, &needs->background, sizeof(struct uuid));
}

static size_t gather(const struct group *group, struct command **commands)
{
    for (size_t i = 0; i < group->count; i++)
        commands[i] = &group->jobs[i]->command;
    return group->count;
}

/* Nothing is to be saved, but an answer that is repeated promises what the first one did. */
static enum attempt end_unchanged(struct worker *worker, const struct group *group,
                                  int64_t deadline)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->outcomes[i].replayed)
            return work_confirm(worker->pg, &worker->work, deadline) == PG_OK ? ATTEMPT_DONE
                                                                              : ATTEMPT_FAILED;
    pg_rollback(worker->pg);
    return ATTEMPT_DONE;
}

static enum attempt attempt(struct worker *worker, struct group *group, const struct config *config,
                            struct carried *carried, int64_t deadline)
{
    struct command *commands[GROUP_MAX];
    struct work *work = &worker->work;

    shortage_clear();
    arena_clear(worker->arena);
    work_init(work, worker->arena, config, 0, entropy_fill);
    size_t count = gather(group, commands);
    switch (work_load(worker->pg, work, commands, count, &carried->keys, deadline)) {
    case LOAD_DONE:
        break;
    case LOAD_STALE_CONFIG:
        return ATTEMPT_STALE;
    case LOAD_MOVED:
        carry(carried, &work->needs);
        return ATTEMPT_MORE;
    case LOAD_FAILED:
        return ATTEMPT_FAILED;
    }
    bool all = decide_all(worker, group);
    if (shortage_seen()) {
        pg_rollback(worker->pg);
        return ATTEMPT_FAILED;
    }
    if (!all) {
        carry(carried, &work->needs);
        pg_rollback(worker->pg);
        return ATTEMPT_MORE;
    }
    if (work_is_empty(work))
        return end_unchanged(worker, group, deadline);
    return work_save(worker->pg, work, &group->lane->known, deadline) == PG_OK ? ATTEMPT_DONE
                                                                               : ATTEMPT_FAILED;
}

static void run_group(struct worker *worker, struct group *group);

/* Each half for itself: a poison command ends alone. */
static void split(struct worker *worker, struct group *group)
{
    size_t half = group->count / 2;
    struct group parts[2] = {*group, *group};

    atomic_fetch_add(&worker->lanes->stats.splits, 1);
    parts[0].count = half;
    parts[1].jobs += half;
    parts[1].outcomes += half;
    parts[1].count -= half;
    run_group(worker, &parts[0]);
    run_group(worker, &parts[1]);
}

/* Until when a group waits for a database that is away: not long, so that its callers hear of it,
 * and those who queue behind them. */
static int64_t away_until(const struct group *group)
{
    int64_t soon = (group->in_doubt ? group->lost_ms : group->asked_ms) + DATABASE_AWAY_MS;
    int64_t least = group->started_ms + DATABASE_AWAY_LEAST_MS;

    return soon > least ? soon : least;
}

static int64_t timeout_of(const struct group *group)
{
    return group->in_doubt ? IN_DOUBT_TIMEOUT_MS : GROUP_TIMEOUT_MS;
}

enum next_step { STEP_AGAIN, STEP_SPLIT, STEP_REFUSE };

/* What to do after the database said no. */
static enum next_step after_failure(struct worker *worker, struct group *group, int reruns,
                                    enum err *err)
{
    const struct pg_error *error = pg_error(worker->pg);
    int64_t spent = pg_has_given_up(worker->pg) ? INT64_MAX : pg_now_ms() - group->started_ms;

    if (shortage_seen() && error->status != PG_LOST) {
        *err = group->in_doubt ? ERR_OUTCOME_UNKNOWN : ERR_OUT_OF_MEMORY;
        return reruns < SHORTAGE_RERUNS_MAX ? STEP_AGAIN : STEP_REFUSE;
    }
    switch (error->status) {
    case PG_LOST:
        if (error->commit_sent) {
            group->in_doubt = true;
            group->lost_ms = pg_now_ms();
            atomic_fetch_add(&worker->lanes->stats.replays, 1);
        }
        *err = ERR_UNAVAILABLE;
        return spent < timeout_of(group) && pg_now_ms() < away_until(group) ? STEP_AGAIN
                                                                            : STEP_REFUSE;
    case PG_RETRY:
    case PG_STALE:
    case PG_UNIQUE:
        *err = error->status == PG_UNIQUE ? ERR_INTERNAL : ERR_UNAVAILABLE;
        if (reruns < RERUNS_MAX && spent < timeout_of(group))
            return STEP_AGAIN;
        return group->count > 1 ? STEP_SPLIT : STEP_REFUSE;
    case PG_TIMEOUT:
        *err = ERR_UNAVAILABLE;
        /* what is in doubt may itself hold the lock */
        return reruns < 1 || (group->in_doubt && spent < IN_DOUBT_TIMEOUT_MS) ? STEP_AGAIN
                                                                              : STEP_REFUSE;
    case PG_FULL:
    case PG_REFUSED:
        *err = ERR_UNAVAILABLE;
        return STEP_REFUSE;
    default:
        *err = arena_failed(worker->arena) ? ERR_OUT_OF_MEMORY : ERR_INTERNAL;
        return group->count > 1 ? STEP_SPLIT : STEP_REFUSE;
    }
}

static enum pg_status fresh_config(struct worker *worker, struct group *group,
                                   const struct config **config, int64_t at_least)
{
    config_release(*config);
    *config = NULL;
    return config_cache_load(worker->lanes->settings.cache, worker->pg, group->lane->workspace,
                             at_least, group->started_ms + timeout_of(group), config);
}

/* Whoever hears that the configuration changed finds the new one in the cache. That it cannot be
 * read just now does no harm: the version is checked again before it is used. */
static void show_new_config(struct worker *worker, struct group *group,
                            const struct config **config)
{
    if (fresh_config(worker, group, config, (*config)->version + 1) != PG_OK)
        *config = NULL;
}

static bool connect_soon(struct worker *worker, const struct group *group)
{
    bool connected = pg_pipeline_begin(worker->pg, away_until(group)) == PG_OK;

    pg_pipeline_end(worker->pg);
    return connected;
}

static enum attempt attempt_connected(struct worker *worker, struct group *group,
                                      const struct config **config, struct carried *carried)
{
    if (!connect_soon(worker, group))
        return ATTEMPT_FAILED;
    if (*config == NULL) {
        if (fresh_config(worker, group, config, 0) != PG_OK)
            return ATTEMPT_FAILED;
        if (*config == NULL) {
            refuse_all(worker->lanes, group, ERR_UNAUTHENTICATED); /* no such workspace */
            return ATTEMPT_DONE;
        }
    }
    enum attempt end =
        attempt(worker, group, *config, carried, group->started_ms + timeout_of(group));
    bool stale =
        end == ATTEMPT_STALE || (end == ATTEMPT_FAILED && pg_error(worker->pg)->status == PG_STALE);
    if (stale && fresh_config(worker, group, config, (*config)->version + 1) == PG_OK)
        return ATTEMPT_STALE;
    if (end == ATTEMPT_DONE && worker->work.config_changes.count > 0)
        show_new_config(worker, group, config);
    return stale ? ATTEMPT_FAILED : end;
}

/* Until the group is saved or refused. False: it was split, and its parts have answered. */
static bool run_until_done(struct worker *worker, struct group *group, const struct config **config,
                           struct carried *carried)
{
    for (int reruns = 0;; reruns++) {
        enum err err = ERR_UNAVAILABLE;
        enum next_step step = STEP_AGAIN;
        enum attempt end = attempt_connected(worker, group, config, carried);
        if (end == ATTEMPT_DONE)
            return true;
        atomic_fetch_add(&worker->lanes->stats.reruns, 1);
        if (end == ATTEMPT_FAILED)
            step = after_failure(worker, group, reruns, &err);
        else if (reruns >= ROUNDS_MAX)
            step = group->count > 1 ? STEP_SPLIT : STEP_REFUSE;
        if (step == STEP_SPLIT) {
            split(worker, group);
            return false;
        }
        if (step == STEP_REFUSE) {
            /* whatever the last try met, an earlier one may have been committed */
            refuse_all(worker->lanes, group, group->in_doubt ? ERR_OUTCOME_UNKNOWN : err);
            return true;
        }
    }
}

static bool memory_begins(struct worker *worker, struct carried *carried)
{
    if (worker->arena == NULL)
        worker->arena = arena_new(WORK_MEMORY_MAX_BYTES);
    carried->arena = worker->arena == NULL ? NULL : arena_new(WORK_MEMORY_MAX_BYTES);
    return carried->arena != NULL;
}

/* Decides, saves and answers. The answers live in the worker's arena, so they are given before
 * anything else is run in it. */
static void run_group(struct worker *worker, struct group *group)
{
    struct carried carried = {0};
    const struct config *config =
        config_cache_get(worker->lanes->settings.cache, group->lane->workspace);
    bool whole = true;

    if (memory_begins(worker, &carried))
        whole = run_until_done(worker, group, &config, &carried);
    else
        refuse_all(worker->lanes, group, ERR_OUT_OF_MEMORY);
    if (whole)
        answer_all(group);
    arena_free(carried.arena);
    config_release(config);
}

/* ---- fillers of the tests ---- */

struct filler {
    struct lane_job job;
    struct erase_input input;
};

/* Commands that are refused stand around the real ones: they must not touch them. */
static void fill(const struct lanes *lanes, struct group *group, struct filler *fillers,
                 struct lane_job **jobs)
{
    size_t want = (size_t)lanes->settings.group_fill;
    size_t real = group->count;

    if (real == 0 || command_is_solo(&group->jobs[0]->command))
        return;
    for (size_t i = real; i < want && i < GROUP_MAX; i++) {
        struct filler *filler = &fillers[i];
        *filler = (struct filler){0};
        entropy_fill(filler->input.lead.b, sizeof filler->input.lead.b);
        filler->job.command.kind = COMMAND_LEAD_ERASE;
        filler->job.command.caller.workspace = group->lane->workspace;
        filler->job.command.input = &filler->input;
        /* every other one goes before the real ones */
        if (i % 2 == 0) {
            memmove(jobs + 1, jobs, group->count * sizeof *jobs);
            jobs[0] = &filler->job;
        } else {
            jobs[group->count] = &filler->job;
        }
        group->count++;
    }
}

/* ---- workers ---- */

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

static void serve_lane(struct worker *worker, struct lane *lane, struct filler *fillers)
{
    struct lane_job *jobs[GROUP_MAX];
    struct outcome outcomes[GROUP_MAX];
    struct group group = {.lane = lane, .jobs = jobs, .outcomes = outcomes};

    group.count = take_group(worker->lanes, lane, jobs);
    group.asked_ms = group.count > 0 ? jobs[0]->queued_ms : 0;
    pthread_mutex_unlock(&worker->lanes->mutex);
    size_t real = group.count;
    if (fillers != NULL)
        fill(worker->lanes, &group, fillers, jobs);
    group.started_ms = pg_now_ms();
    if (real > 0)
        run_group(worker, &group);
    atomic_fetch_add(&worker->lanes->stats.groups, 1);
    atomic_fetch_add(&worker->lanes->stats.commands, (long long)real);
    pthread_mutex_lock(&worker->lanes->mutex);
    lane->running = false;
    make_ready(worker->lanes, lane);
}

static void *work_on_lanes(void *argument)
{
    struct worker *worker = argument;
    struct lanes *lanes = worker->lanes;
    struct filler *fillers =
        lanes->settings.group_fill > 0 ? calloc(GROUP_MAX, sizeof *fillers) : NULL;

    pthread_mutex_lock(&lanes->mutex);
    for (struct lane *lane; (lane = next_lane(lanes)) != NULL;)
        serve_lane(worker, lane, fillers);
    pthread_mutex_unlock(&lanes->mutex);
    free(fillers);
    return NULL;
}

static bool start_worker(struct lanes *lanes, struct worker *worker)
{
    worker->lanes = lanes;
    worker->pg = pg_new(&lanes->settings.database);
    if (worker->pg == NULL)
        return false;
    if (pthread_create(&worker->thread, NULL, work_on_lanes, worker) != 0) {
        pg_free(worker->pg);
        return false;
    }
    return true;
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
        pg_free(worker->pg);
        work_release(&worker->work);
        arena_free(worker->arena);
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
