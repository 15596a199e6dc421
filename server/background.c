#include "background.h"

#include "log.h"

#include "store/background_table.h"
#include "store/backtest_run.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/** How often it is looked for what is due. */
#define TICK_MS         300
#define STEP_TIMEOUT_MS 2000
/** How long a page gives way to commands that wait, at most, and in which steps. */
#define GIVE_WAY_MS      200
#define GIVE_WAY_STEP_MS 5
/** Progress is told at most so often. */
#define TELL_EVERY_MS      500
#define CLAIM_MEMORY_BYTES (8u << 20)
#define RESULT_MAX_BYTES   (4u << 20)
#define CONFIG_AGE_MS      1000
#define STATEMENT_MS       30000

struct background {
    struct background_settings settings;
    struct pg *app;
    struct pg *job;
    struct arena *arena;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t end;
    bool stopping;
    /* the job at hand */
    struct background_claim claim;
    int64_t told_ms;
};

/* ---- the thread's waits ---- */

static void wait_ms(struct background *background, long ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&background->mutex);
    if (!background->stopping)
        pthread_cond_timedwait(&background->end, &background->mutex, &until);
    pthread_mutex_unlock(&background->mutex);
}

static bool is_stopping(struct background *background)
{
    pthread_mutex_lock(&background->mutex);
    bool stopping = background->stopping;
    pthread_mutex_unlock(&background->mutex);
    return stopping;
}

static void give_way(struct background *background)
{
    const struct lane_stats *stats = lanes_stats(background->settings.lanes);

    for (int waited = 0; waited < GIVE_WAY_MS && atomic_load(&stats->waiting) > 0;
         waited += GIVE_WAY_STEP_MS)
        wait_ms(background, GIVE_WAY_STEP_MS);
}

/* ---- one job ---- */

/* Whether to go on: the lease is renewed, and the job was not cancelled meanwhile. */
static bool after_page(void *context, int64_t done, int64_t total)
{
    struct background *background = context;
    bool ours = true;

    background->claim.done = done;
    if (is_stopping(background))
        return false;
    give_way(background);
    if (pg_now_ms() - background->told_ms < TELL_EVERY_MS)
        return true;
    background->told_ms = pg_now_ms();
    enum pg_status status =
        background_renew(background->app, &background->claim, done, total, (struct uuid){{0}},
                         pg_deadline_in(STEP_TIMEOUT_MS), &ours);
    return status == PG_OK && ours;
}

static enum err run_backtest(struct background *background, const struct config *config,
                             struct json_out *out)
{
    const struct backtest_watch watch = {after_page, background};
    struct backtest_question question;
    enum err err = backtest_question_read(config, background->claim.request,
                                          background->claim.request_len, &question);

    if (err == ERR_NONE)
        err = backtest_run(background->app, config, &question, &watch, out);
    backtest_question_release(&question);
    return err;
}

/* What cannot be helped by trying again ends the job; the rest is left to the lapse of the lease.
 */
static void end_job(struct background *background, enum err err, const struct json_out *out)
{
    const struct background_claim *claim = &background->claim;

    if (err == ERR_STATE_CONFLICT || err == ERR_UNAVAILABLE)
        return;
    enum pg_status status = err == ERR_NONE
                                ? background_end(background->app, claim, out->text, out->len, NULL,
                                                 pg_deadline_in(STEP_TIMEOUT_MS))
                                : background_end(background->app, claim, NULL, 0, error_code(err),
                                                 pg_deadline_in(STEP_TIMEOUT_MS));
    if (status != PG_OK || err != ERR_NONE)
        log_event(LOG_LEVEL_WARN, "background", "%s: %s", background_kind_name(claim->kind),
                  err == ERR_NONE ? pg_status_name(status) : error_code(err));
}

static void run_job(struct background *background)
{
    const struct config *config = NULL;
    struct json_out out;
    enum err err = ERR_UNAVAILABLE;

    json_out_init(&out, RESULT_MAX_BYTES);
    enum pg_status status = config_cache_refresh(background->settings.cache, background->app,
                                                 background->claim.workspace, CONFIG_AGE_MS,
                                                 pg_deadline_in(STEP_TIMEOUT_MS), &config);
    if (status == PG_OK && config != NULL && background->claim.kind == BACKGROUND_BACKTEST)
        err = run_backtest(background, config, &out);
    end_job(background, err, &out);
    config_release(config);
    json_out_release(&out);
}

/* Whether there was one. */
static bool run_next(struct background *background)
{
    arena_clear(background->arena);
    background->told_ms = 0;
    enum pg_status status = background_claim(background->job, background->arena,
                                             pg_deadline_in(STEP_TIMEOUT_MS), &background->claim);
    if (status != PG_OK || uuid_is_nil(background->claim.workspace))
        return false;
    run_job(background);
    return true;
}

static void *work(void *argument)
{
    struct background *background = argument;

    while (!is_stopping(background))
        if (!run_next(background))
            wait_ms(background, TICK_MS);
    return NULL;
}

/* ---- life ---- */

static void release(struct background *background)
{
    pg_free(background->app);
    pg_free(background->job);
    arena_free(background->arena);
    pthread_mutex_destroy(&background->mutex);
    pthread_cond_destroy(&background->end);
    free(background);
}

struct background *background_start(const struct background_settings *settings)
{
    struct background *background = calloc(1, sizeof *background);
    struct pg_settings app = settings->app;
    pthread_condattr_t monotonic;

    if (background == NULL)
        return NULL;
    app.statement_timeout_ms = STATEMENT_MS;
    background->settings = *settings;
    background->app = pg_new(&app);
    background->job = pg_new(&settings->job);
    background->arena = arena_new(CLAIM_MEMORY_BYTES);
    pthread_mutex_init(&background->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&background->end, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (background->app != NULL && background->job != NULL && background->arena != NULL &&
        pthread_create(&background->thread, NULL, work, background) == 0)
        return background;
    release(background);
    return NULL;
}

void background_stop(struct background *background)
{
    if (background == NULL)
        return;
    pthread_mutex_lock(&background->mutex);
    background->stopping = true;
    pthread_cond_signal(&background->end);
    pthread_mutex_unlock(&background->mutex);
    pthread_join(background->thread, NULL);
    release(background);
}
