#include "store/read/reader.h"

#include <pthread.h>
#include <stdlib.h>

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
    struct read_queue *queue;
    bool stopping;
    struct reader *all;
    int started;
};

enum err readers_submit(struct readers *readers, struct reader_job *job)
{
    enum err err = ERR_UNAVAILABLE;

    pthread_mutex_lock(&readers->mutex);
    job->queued = false;
    if (!readers->stopping) {
        job->queued_ms = pg_now_ms();
        err = read_queue_put(readers->queue, job, job->queued_ms);
    }
    if (err == ERR_NONE)
        pthread_cond_signal(&readers->wake);
    pthread_mutex_unlock(&readers->mutex);
    return err;
}

bool readers_cancel(struct readers *readers, struct reader_job *job)
{
    pthread_mutex_lock(&readers->mutex);
    bool queued = read_queue_remove(readers->queue, job);
    pthread_mutex_unlock(&readers->mutex);
    return queued;
}

static int64_t away_until(const struct reader_job *job)
{
    int64_t soon = job->queued_ms + READ_AWAY_MS;
    int64_t least = pg_deadline_in(READ_AWAY_LEAST_MS);

    return soon > least ? soon : least;
}

static void give_up(struct reader_job *late)
{
    while (late != NULL) {
        struct reader_job *next = late->next; /* it is gone once it was given up */
        late->give_up(late);
        late = next;
    }
}

/* With the mutex, which is let go of meanwhile. */
static void run_jobs(struct reader *reader, struct reader_job *first, const struct read_turn *turn)
{
    struct readers *readers = reader->readers;
    struct reader_job *jobs[READ_TOGETHER_MAX] = {first};
    size_t count = read_queue_take_others(readers->queue, turn, jobs);
    struct reader_job *late = NULL;

    /* a turn that ended may have made room for two, of which its reader took one */
    if (read_queue_has_next(readers->queue))
        pthread_cond_signal(&readers->wake);
    pthread_mutex_unlock(&readers->mutex);
    reader->away_until = away_until(jobs[0]);
    reader->deadline = pg_deadline_in(READ_TIMEOUT_MS);
    if (count == 1)
        jobs[0]->run(jobs[0], reader);
    else
        jobs[0]->run_all(jobs, count, reader);
    pthread_mutex_lock(&readers->mutex);
    read_queue_end(readers->queue, turn, pg_now_ms(), &late);
    if (late == NULL)
        return;
    pthread_mutex_unlock(&readers->mutex);
    give_up(late);
    pthread_mutex_lock(&readers->mutex);
}

static void *read_jobs(void *argument)
{
    struct reader *reader = argument;
    struct readers *readers = reader->readers;
    struct read_turn turn;

    pthread_mutex_lock(&readers->mutex);
    while (!readers->stopping || read_queue_waiting(readers->queue) > 0) {
        struct reader_job *late = NULL;
        struct reader_job *job = read_queue_take(readers->queue, pg_now_ms(), &turn, &late);
        if (late != NULL) {
            pthread_mutex_unlock(&readers->mutex);
            give_up(late);
            pthread_mutex_lock(&readers->mutex);
        }
        if (job != NULL)
            run_jobs(reader, job, &turn);
        else if (late == NULL)
            pthread_cond_wait(&readers->wake, &readers->mutex);
    }
    pthread_cond_broadcast(&readers->wake); /* to those who waited for the last to be taken */
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
    readers->queue = read_queue_new(settings->threads);
    readers->all = calloc((size_t)settings->threads, sizeof *readers->all);
    for (int i = 0; readers->queue != NULL && readers->all != NULL && i < settings->threads;
         i++, readers->started++)
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
    read_queue_free(readers->queue);
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
