#include "store/read/read_queue.h"

#include <stdlib.h>

#define BUCKETS           256
#define LOOK_MAX          256 /* that wait, for those that can be run together */
#define RETRY_AFTER_MAX_S 60
/* How long reads take is an average in which the latest counts this part. */
#define LATEST_PART 4

static const size_t waiting_max[READ_COSTS] = {
#define READ_COST(name, text, waiting, units) waiting,
    READ_COST_TABLE(READ_COST)
#undef READ_COST
};

/* Reads of one workspace and class, in the order in which they came. */
struct read_line {
    struct reader_job *first, *last;
    size_t waiting;
    int running;
    int64_t took_ms; /* on average; 0: none has ended yet */
};

/* What one workspace has there. It goes when nothing of it waits or runs, and what was known of its
 * reads with it: whoever comes to an empty line needs no forecast. */
struct read_share {
    struct uuid workspace;
    struct read_line lines[READ_COSTS];
    enum read_cost next_cost;
    bool in_turns;
    struct read_share *turn_next, *turn_prev;
    struct read_share *next; /* in its bucket */
};

struct read_queue {
    struct read_bounds bounds;
    struct read_share *buckets[BUCKETS];
    struct read_share *first_turn, *last_turn; /* those of whom something waits */
    int running[READ_COSTS];
    size_t waiting;
};

static int at_least_one(int count)
{
    return count > 1 ? count : 1;
}

struct read_bounds read_queue_bounds(int readers)
{
    int own = at_least_one(readers / 2);

    return (struct read_bounds){
        .all = {[READ_BY_ID] = readers,
                [READ_LIST] = at_least_one(readers - 1),
                [READ_REPORT] = at_least_one(readers / 2)},
        .own = {[READ_BY_ID] = own,
                [READ_LIST] = at_least_one(own - 1),
                [READ_REPORT] = at_least_one(own / 2)},
    };
}

struct read_queue *read_queue_new(int readers)
{
    struct read_queue *queue = calloc(1, sizeof *queue);

    if (queue != NULL)
        queue->bounds = read_queue_bounds(readers);
    return queue;
}

void read_queue_free(struct read_queue *queue)
{
    free(queue);
}

size_t read_queue_waiting(const struct read_queue *queue)
{
    return queue->waiting;
}

/* ---- shares ---- */

static struct read_share *share_of(struct read_queue *queue, struct uuid workspace)
{
    struct read_share **bucket = &queue->buckets[workspace.b[sizeof workspace.b - 1]];

    for (struct read_share *share = *bucket; share != NULL; share = share->next)
        if (uuid_equal(share->workspace, workspace))
            return share;
    struct read_share *share = calloc(1, sizeof *share);
    if (share == NULL)
        return NULL;
    share->workspace = workspace;
    share->next = *bucket;
    *bucket = share;
    return share;
}

static void enter_turns(struct read_queue *queue, struct read_share *share)
{
    share->turn_next = NULL;
    share->turn_prev = queue->last_turn;
    if (queue->last_turn == NULL)
        queue->first_turn = share;
    else
        queue->last_turn->turn_next = share;
    queue->last_turn = share;
    share->in_turns = true;
}

static void leave_turns(struct read_queue *queue, struct read_share *share)
{
    if (share->turn_prev == NULL)
        queue->first_turn = share->turn_next;
    else
        share->turn_prev->turn_next = share->turn_next;
    if (share->turn_next == NULL)
        queue->last_turn = share->turn_prev;
    else
        share->turn_next->turn_prev = share->turn_prev;
    share->in_turns = false;
}

/* Something of it was taken or ended. */
static void settle(struct read_queue *queue, struct read_share *share)
{
    bool waits = false, runs = false;

    for (size_t i = 0; i < READ_COSTS; i++) {
        waits = waits || share->lines[i].first != NULL;
        runs = runs || share->lines[i].running > 0;
    }
    if (share->in_turns && !waits)
        leave_turns(queue, share);
    if (waits || runs)
        return;
    struct read_share **at = &queue->buckets[share->workspace.b[sizeof share->workspace.b - 1]];
    while (*at != share)
        at = &(*at)->next;
    *at = share->next;
    free(share);
}

static void unlink_job(struct read_queue *queue, struct reader_job *job)
{
    struct read_line *line = &job->share->lines[job->cost];

    if (job->prev == NULL)
        line->first = job->next;
    else
        job->prev->next = job->next;
    if (job->next == NULL)
        line->last = job->prev;
    else
        job->next->prev = job->prev;
    line->waiting--;
    queue->waiting--;
    job->queued = false;
}

static void note_late(struct read_queue *queue, struct reader_job *job, struct reader_job **late)
{
    unlink_job(queue, job);
    job->next = *late;
    *late = job;
}

/* ---- who waits ---- */

/* How long a read waits that has so many before it in its line. */
static int64_t forecast(const struct read_queue *queue, const struct read_line *line,
                        enum read_cost cost, size_t before)
{
    int64_t places = queue->bounds.own[cost];
    int64_t ahead = (int64_t)before + line->running + 1 - places;

    return ahead > 0 ? ahead * line->took_ms / places : 0;
}

/* Whoever has nobody to wait for is never refused, however long such reads take. */
static bool comes_too_late(struct reader_job *job, int64_t wait_ms, int64_t took_ms, int64_t now_ms)
{
    int64_t seconds = (wait_ms + 999) / 1000;

    job->retry_after_s = (int)(seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : seconds);
    return wait_ms > 0 && wait_ms + took_ms > job->deadline_ms - now_ms;
}

enum err read_queue_put(struct read_queue *queue, struct reader_job *job, int64_t now_ms)
{
    struct read_share *share = share_of(queue, job->workspace);

    job->queued = false;
    job->retry_after_s = 0;
    if (share == NULL)
        return ERR_OUT_OF_MEMORY;
    struct read_line *line = &share->lines[job->cost];
    int64_t wait = forecast(queue, line, job->cost, line->waiting);
    if (comes_too_late(job, wait, line->took_ms, now_ms) ||
        line->waiting >= waiting_max[job->cost] || queue->waiting >= READ_QUEUE_MAX) {
        settle(queue, share);
        return ERR_OVERLOADED;
    }
    job->share = share;
    job->next = NULL;
    job->prev = line->last;
    if (line->last == NULL)
        line->first = job;
    else
        line->last->next = job;
    line->last = job;
    line->waiting++;
    queue->waiting++;
    job->queued = true;
    if (!share->in_turns)
        enter_turns(queue, share);
    return ERR_NONE;
}

bool read_queue_remove(struct read_queue *queue, struct reader_job *job)
{
    if (!job->queued)
        return false;
    unlink_job(queue, job);
    settle(queue, job->share);
    return true;
}

/* ---- whose turn it is ---- */

static bool fits(const struct read_queue *queue, const struct read_share *share,
                 enum read_cost cost)
{
    int all = 0, own = 0;

    for (int i = READ_COSTS - 1; i >= 0; i--) {
        all += queue->running[i];
        own += share->lines[i].running;
        if (i <= (int)cost && (all >= queue->bounds.all[i] || own >= queue->bounds.own[i]))
            return false;
    }
    return true;
}

/* The class whose turn it is in this workspace; READ_COSTS: none may run now. */
static enum read_cost cost_in_turn(const struct read_queue *queue, const struct read_share *share)
{
    for (int i = 0; i < READ_COSTS; i++) {
        enum read_cost cost = (enum read_cost)((share->next_cost + i) % READ_COSTS);
        if (share->lines[cost].first != NULL && fits(queue, share, cost))
            return cost;
    }
    return READ_COSTS;
}

bool read_queue_has_next(const struct read_queue *queue)
{
    for (const struct read_share *share = queue->first_turn; share != NULL;
         share = share->turn_next)
        if (cost_in_turn(queue, share) != READ_COSTS)
            return true;
    return false;
}

/* The first of the line whose time is not over. */
static struct reader_job *first_in_time(struct read_queue *queue, struct read_line *line,
                                        int64_t now_ms, struct reader_job **late)
{
    while (line->first != NULL && line->first->deadline_ms <= now_ms) {
        line->first->retry_after_s = 0;
        note_late(queue, line->first, late);
    }
    struct reader_job *job = line->first;
    if (job != NULL)
        unlink_job(queue, job);
    return job;
}

struct reader_job *read_queue_take(struct read_queue *queue, int64_t now_ms, struct read_turn *turn,
                                   struct reader_job **late)
{
    struct read_share *share = queue->first_turn;

    while (share != NULL) {
        enum read_cost cost = cost_in_turn(queue, share);
        struct read_share *next = share->turn_next;
        if (cost == READ_COSTS) {
            share = next;
            continue;
        }
        struct reader_job *job = first_in_time(queue, &share->lines[cost], now_ms, late);
        if (job == NULL) { /* all were late: another class of it may have its turn */
            bool more = cost_in_turn(queue, share) != READ_COSTS;
            settle(queue, share);
            share = more ? share : next;
            continue;
        }
        share->lines[cost].running++;
        queue->running[cost]++;
        share->next_cost = (enum read_cost)((cost + 1) % READ_COSTS);
        leave_turns(queue, share);
        enter_turns(queue, share);
        *turn = (struct read_turn){share, cost, now_ms};
        settle(queue, share);
        return job;
    }
    return NULL;
}

size_t read_queue_take_others(struct read_queue *queue, const struct read_turn *turn,
                              struct reader_job *jobs[READ_TOGETHER_MAX])
{
    struct read_line *line = &turn->share->lines[turn->cost];
    size_t readers = (size_t)queue->bounds.own[turn->cost];
    size_t most = (line->waiting + 1 + readers - 1) / readers;
    size_t count = 1;

    if (jobs[0]->kind == NULL)
        return count;
    if (most > READ_TOGETHER_MAX)
        most = READ_TOGETHER_MAX;
    struct reader_job *job = line->first;
    for (int looked = 0; job != NULL && count < most && looked < LOOK_MAX; looked++) {
        struct reader_job *next = job->next;
        if (job->kind == jobs[0]->kind && job->deadline_ms > turn->begun_ms) {
            unlink_job(queue, job);
            jobs[count++] = job;
        }
        job = next;
    }
    settle(queue, turn->share);
    return count;
}

void read_queue_end(struct read_queue *queue, const struct read_turn *turn, int64_t now_ms,
                    struct reader_job **late)
{
    struct read_share *share = turn->share;
    struct read_line *line = &share->lines[turn->cost];
    int64_t took = now_ms - turn->begun_ms;

    line->running--;
    queue->running[turn->cost]--;
    line->took_ms =
        line->took_ms == 0 ? took : line->took_ms + (took - line->took_ms) / LATEST_PART;
    while (line->last != NULL) {
        int64_t wait = forecast(queue, line, turn->cost, line->waiting - 1);
        if (!comes_too_late(line->last, wait, line->took_ms, now_ms))
            break;
        note_late(queue, line->last, late);
    }
    settle(queue, share);
}
