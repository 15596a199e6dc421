#include "store/read/reader.h"

#include <pthread.h>
#include <stdlib.h>

/* How many that wait are looked at for others of the first one's kind. */
#define LOOK_MAX 256

struct reader {
    struct readers *readers;
    pthread_t thread;
    struct pg *pg;
    int64_t away_until; /* until when to wait for a database that is away; pg_now_ms() */
    int64_t deadline;
};

struct readers {
    struct readers_settings settings;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct reader_job *first, *last;
    size_t waiting;
    bool stopping;
    struct reader *all;
    int started;
};

enum err readers_submit(struct readers *readers, struct reader_job *job)
{
    enum err err = ERR_NONE;

    job->next = NULL;
    pthread_mutex_lock(&readers->mutex);
    if (readers->stopping)
        err = ERR_UNAVAILABLE;
    else if (readers->waiting >= READERS_WAITING_MAX)
        err = ERR_OVERLOADED;
    if (err == ERR_NONE) {
        job->queued = true;
        job->queued_ms = pg_now_ms();
        if (readers->last == NULL)
            readers->first = job;
        else
            readers->last->next = job;
        readers->last = job;
        readers->waiting++;
        pthread_cond_signal(&readers->wake);
    }
    pthread_mutex_unlock(&readers->mutex);
    return err;
}

static void unlink_job(struct readers *readers, struct reader_job *job)
{
    struct reader_job *before = NULL;

    for (struct reader_job *at = readers->first; at != job; at = at->next)
        before = at;
    if (before == NULL)
        readers->first = job->next;
    else
        before->next = job->next;
    if (readers->last == job)
        readers->last = before;
    readers->waiting--;
    job->queued = false;
}

bool readers_cancel(struct readers *readers, struct reader_job *job)
{
    pthread_mutex_lock(&readers->mutex);
    bool queued = job->queued;
    if (queued)
        unlink_job(readers, job);
    pthread_mutex_unlock(&readers->mutex);
    return queued;
}

/* Moves those of the first job's kind from the queue into jobs, up to most; how many there are
 * then. */
static size_t take_others(struct readers *readers, struct reader_job **jobs, size_t most)
{
    struct reader_job **at = &readers->first, *before = NULL;
    size_t count = 1;

    for (int looked = 0; *at != NULL && count < most && looked < LOOK_MAX; looked++) {
        struct reader_job *job = *at;
        if (job->kind != jobs[0]->kind || !uuid_equal(job->workspace, jobs[0]->workspace)) {
            before = job;
            at = &job->next;
            continue;
        }
        *at = job->next;
        if (readers->last == job)
            readers->last = before;
        readers->waiting--;
        job->queued = false;
        jobs[count++] = job;
    }
    return count;
}

/* The first that waits and, if it can be read with others, a thread's share of those: with all of
 * them the other threads would have nothing to do. */
static size_t take_first(struct readers *readers, struct reader_job *jobs[READ_TOGETHER_MAX])
{
    size_t threads = (size_t)readers->settings.threads;
    size_t most = (readers->waiting + threads - 1) / threads;

    if (readers->first == NULL)
        return 0;
    jobs[0] = readers->first;
    unlink_job(readers, jobs[0]);
    if (jobs[0]->kind == NULL)
        return 1;
    return take_others(readers, jobs, most < READ_TOGETHER_MAX ? most : READ_TOGETHER_MAX);
}

static int64_t away_until(const struct reader_job *job)
{
    int64_t soon = job->queued_ms + READ_AWAY_MS;
    int64_t least = pg_deadline_in(READ_AWAY_LEAST_MS);

    return soon > least ? soon : least;
}

static void *read_jobs(void *argument)
{
    struct reader *reader = argument;
    struct readers *readers = reader->readers;
    struct reader_job *jobs[READ_TOGETHER_MAX];

    pthread_mutex_lock(&readers->mutex);
    for (;;) {
        while (readers->first == NULL && !readers->stopping)
            pthread_cond_wait(&readers->wake, &readers->mutex);
        size_t count = take_first(readers, jobs);
        if (count == 0)
            break;
        pthread_mutex_unlock(&readers->mutex);
        reader->away_until = away_until(jobs[0]);
        reader->deadline = pg_deadline_in(READ_TIMEOUT_MS);
        if (count == 1)
            jobs[0]->run(jobs[0], reader);
        else
            jobs[0]->run_all(jobs, count, reader);
        pthread_mutex_lock(&readers->mutex);
    }
    pthread_mutex_unlock(&readers->mutex);
    return NULL;
}

static bool start_reader(struct readers *readers, struct reader *reader)
{
    reader->readers = readers;
    reader->pg = pg_new(&readers->settings.database);
    if (reader->pg == NULL)
        return false;
    if (pthread_create(&reader->thread, NULL, read_jobs, reader) != 0) {
        pg_free(reader->pg);
        return false;
    }
    return true;
}

struct readers *readers_start(const struct readers_settings *settings)
{
    struct readers *readers = calloc(1, sizeof *readers);

    if (readers == NULL)
        return NULL;
    readers->settings = *settings;
    pthread_mutex_init(&readers->mutex, NULL);
    pthread_cond_init(&readers->wake, NULL);
    readers->all = calloc((size_t)settings->threads, sizeof *readers->all);
    for (int i = 0; readers->all != NULL && i < settings->threads; i++, readers->started++)
        if (!start_reader(readers, &readers->all[i]))
            break;
    if (readers->started < settings->threads || readers->started == 0) {
        readers_stop(readers);
        return NULL;
    }
    return readers;
}

void readers_stop(struct readers *readers)
{
    if (readers == NULL)
        return;
    pthread_mutex_lock(&readers->mutex);
    readers->stopping = true;
    pthread_cond_broadcast(&readers->wake);
    pthread_mutex_unlock(&readers->mutex);
    for (int i = 0; i < readers->started; i++) {
        pthread_join(readers->all[i].thread, NULL);
        pg_free(readers->all[i].pg);
    }
    pthread_mutex_destroy(&readers->mutex);
    pthread_cond_destroy(&readers->wake);
    free(readers->all);
    free(readers);
}

struct pg *reader_pg(struct reader *reader)
{
    return reader->pg;
}

int64_t reader_deadline(const struct reader *reader)
{
    return reader->deadline;
}

static enum err error_of(enum pg_status status)
{
    switch (status) {
    case PG_OK:
        return ERR_NONE;
    case PG_LOST:
    case PG_RETRY:
    case PG_TIMEOUT:
    case PG_FULL:
    case PG_REFUSED:
        return ERR_UNAVAILABLE;
    case PG_MEMORY:
        return ERR_OUT_OF_MEMORY;
    case PG_SEALED:
        return ERR_SEALED;
    default:
        return ERR_INTERNAL;
    }
}

enum err reader_connect(struct reader *reader)
{
    enum pg_status status = pg_pipeline_begin(reader->pg, reader->away_until);

    pg_pipeline_end(reader->pg);
    return error_of(status);
}

enum err reader_refresh(struct reader *reader, struct uuid workspace, int64_t max_age_ms,
                        const struct config **out)
{
    enum err err = reader_connect(reader);
    int64_t deadline = pg_deadline_in(READ_REFRESH_MS);

    *out = NULL;
    if (err != ERR_NONE)
        return err;
    return error_of(config_cache_refresh(reader->readers->settings.cache, reader->pg, workspace,
                                         max_age_ms, deadline, out));
}
