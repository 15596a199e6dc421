#include "jobs.h"

#include "log.h"

#include "store/job_table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/** How often it is looked for what is due. */
#define TICK_MS 500
/** A claim in one look, at most: the others are another server's or the next look's. */
#define CLAIMS_MAX       100
#define CLAIM_TIMEOUT_MS 1000

struct jobs {
    struct jobs_settings settings;
    struct pg *pg;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t end;
    bool stopping;
    atomic_bool answers;
};

/* One line per recurring job: its name in the table job, how often, and the command it is; NULL
 * ends them. */
static const struct {
    const char *name;
    int every_seconds;
    enum command_kind kind;
} recurring[] = {
    {"expiry", 5, COMMAND_HANDOFF_EXPIRE},
    {"retention", 600, COMMAND_RETENTION},
    {"definition_enforce", 30, COMMAND_DEFINITION_ENFORCE},
    {NULL, 0, COMMAND_COUNT},
};

const char *jobs_name(size_t which)
{
    return recurring[which].name;
}

static void run_one(struct jobs *jobs, struct uuid workspace, enum command_kind kind)
{
    struct command command = {.kind = kind, .caller = {.workspace = workspace}};
    enum err err = lanes_run(jobs->settings.lanes, &command, NULL, NULL);

    if (err != ERR_NONE)
        log_event(LOG_LEVEL_WARN, "job", "not done: %s", error_code(err));
}

static void run_due(struct jobs *jobs, size_t which)
{
    struct uuid workspace;

    for (int i = 0; i < CLAIMS_MAX; i++) {
        enum pg_status status =
            job_table_claim(jobs->pg, recurring[which].name, recurring[which].every_seconds,
                            pg_deadline_in(CLAIM_TIMEOUT_MS), &workspace);
        if (status != PG_OK || uuid_is_nil(workspace))
            return;
        run_one(jobs, workspace, recurring[which].kind);
    }
}

static void wait_a_tick(struct jobs *jobs)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&jobs->end, &jobs->mutex, &until);
}

static void *tick(void *argument)
{
    struct jobs *jobs = argument;

    pthread_mutex_lock(&jobs->mutex);
    while (!jobs->stopping) {
        pthread_mutex_unlock(&jobs->mutex);
        bool answers = pg_ping(jobs->pg, pg_deadline_in(CLAIM_TIMEOUT_MS)) == PG_OK;
        atomic_store(&jobs->answers, answers);
        for (size_t i = 0; answers && recurring[i].name != NULL; i++)
            run_due(jobs, i);
        pthread_mutex_lock(&jobs->mutex);
        if (!jobs->stopping)
            wait_a_tick(jobs);
    }
    pthread_mutex_unlock(&jobs->mutex);
    return NULL;
}

struct jobs *jobs_start(const struct jobs_settings *settings)
{
    struct jobs *jobs = calloc(1, sizeof *jobs);
    pthread_condattr_t monotonic;

    if (jobs == NULL)
        return NULL;
    jobs->settings = *settings;
    jobs->pg = pg_new(&settings->database);
    pthread_mutex_init(&jobs->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&jobs->end, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (jobs->pg == NULL || pthread_create(&jobs->thread, NULL, tick, jobs) != 0) {
        pg_free(jobs->pg);
        free(jobs);
        return NULL;
    }
    return jobs;
}

void jobs_stop(struct jobs *jobs)
{
    if (jobs == NULL)
        return;
    pthread_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    pthread_cond_signal(&jobs->end);
    pthread_mutex_unlock(&jobs->mutex);
    pthread_join(jobs->thread, NULL);
    pg_free(jobs->pg);
    pthread_mutex_destroy(&jobs->mutex);
    pthread_cond_destroy(&jobs->end);
    free(jobs);
}

bool jobs_database_answers(const struct jobs *jobs)
{
    return atomic_load(&jobs->answers);
}
