#include "background.h"

#include "http/log.h"
#include "import/import_job.h"

#include "base/digest.h"
#include "core/agreement/definition_apply.h"
#include "core/intake/import_end.h"
#include "store/read/apply_read.h"
#include "store/read/backtest_run.h"
#include "store/table/background_table.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** How often due jobs are looked for. */
#define TICK_MS         300
#define STEP_TIMEOUT_MS 2000
/** How long, at most, a page gives way to waiting commands, and in which steps. */
#define GIVE_WAY_MS      200
#define GIVE_WAY_STEP_MS 5
/** How often, at most, progress is reported. */
#define REPORT_EVERY_MS    500
#define CLAIM_MEMORY_BYTES (24u << 20) /* with the movers of a back-test */
#define RESULT_MAX_BYTES   (4u << 20)
#define CONFIG_AGE_MS      1000
#define STATEMENT_MS       30000

struct background {
    struct background_settings settings;
    struct pg *app;
    struct pg *job;
    struct arena *arena; /* of the claim */
    struct arena *page;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t end;
    bool stopping;
    const struct background_watch *watch; /* NULL: nobody watches */
    /* the present job */
    struct background_claim claim;
    int64_t reported_ms;
    const void *movers; /* that a back-test found; in the arena */
    size_t movers_len;
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

/* ---- progress ---- */

static bool is_watched_on(const struct background *background,
                          const struct background_progress *progress)
{
    const struct background_watch *watch = background->watch;

    return watch == NULL || watch->progress(watch->context, progress->done, progress->total);
}

/* Whether to continue: the lease was renewed, and the job was not cancelled meanwhile. */
static bool go_on(struct background *background, const struct background_progress *progress)
{
    bool ours = true;

    background->claim.done = progress->done;
    if (is_stopping(background))
        return false;
    bool watched = is_watched_on(background, progress);
    give_way(background);
    if (watched && uuid_is_nil(progress->place) &&
        pg_now_ms() - background->reported_ms < REPORT_EVERY_MS)
        return true; /* nothing is lost when this is not reported */
    background->reported_ms = pg_now_ms();
    enum pg_status status = background_renew(background->app, &background->claim, progress,
                                             pg_deadline_in(STEP_TIMEOUT_MS), &ours);
    return status == PG_OK && ours && watched;
}

/* ---- back-tests ---- */

static bool after_page(void *context, int64_t done, int64_t total)
{
    return go_on(context, &(struct background_progress){.done = done, .total = total});
}

static enum err run_backtest(struct background *background, const struct config *config,
                             struct json_out *out)
{
    const struct backtest_watch watch = {after_page, background};
    struct backtest_output output = {.json = *out};
    struct backtest_question question;
    enum err err = backtest_question_read(config, background->claim.request,
                                          background->claim.request_len, &question);

    if (err == ERR_NONE)
        err = backtest_run(background->app, config, &question, &watch, &output);
    *out = output.json;
    background->movers = output.movers;
    background->movers_len = output.movers_len;
    if (err == ERR_STATE_CONFLICT)
        err = ERR_UNAVAILABLE; /* cancelled, taken over, or to be continued later */
    backtest_question_release(&question);
    return err;
}

/* ---- applying a version ---- */

struct application {
    struct definition_apply_input what;
    struct apply_tally tally;
    struct uuid place;
    int64_t done, total;
    struct json_out written; /* the tally, again and again */
    struct uuid leads[APPLY_CHUNK_LEADS];
    size_t count;
};

static struct read begin_read(struct background *background)
{
    arena_clear(background->page);
    return (struct read){
        .pg = background->app,
        .arena = background->page,
        .workspace = background->claim.workspace,
        .deadline = pg_deadline_in(STATEMENT_MS),
    };
}

/* If a server died after a chunk, the chunk is not done again: its idempotency key names the job
 * and the place where the chunk begins, so its answer is replayed. */
static void key_chunk(const struct background_claim *claim, const struct application *application,
                      struct command *command)
{
    static const char label[] = "apply chunk";
    const struct digest_part parts[] = {
        {label, sizeof label},
        {claim->job.b, sizeof claim->job.b},
        {application->place.b, sizeof application->place.b},
    };

    command->keyed = !application->what.dry_run;
    digest_sha256(parts, sizeof parts / sizeof *parts, command->key);
}

static enum err judge_chunk(struct background *background, struct application *application)
{
    const struct background_claim *claim = &background->claim;
    const struct leads_judge_input input = {application->what, application->leads,
                                            application->count};
    struct command command = {
        .kind = COMMAND_LEADS_JUDGE,
        .caller = {.workspace = claim->workspace, .team = claim->team, .member = claim->asked_by},
        .input = &input,
    };
    struct apply_tally chunk;
    char *body = NULL;

    key_chunk(claim, application, &command);
    enum err err = lanes_run(background->settings.lanes, &command, &body, NULL);
    if (err == ERR_NONE &&
        (body == NULL || !apply_tally_read(body, strlen(body), background->page, &chunk)))
        err = body == NULL ? ERR_OUT_OF_MEMORY : ERR_INTERNAL;
    if (err == ERR_NONE)
        apply_tally_add(&application->tally, &chunk);
    free(body);
    return err;
}

static bool report_chunk(struct background *background, struct application *application)
{
    struct json_out *tally = &application->written;

    application->place = application->leads[application->count - 1];
    application->done += (int64_t)application->count;
    json_out_clear(tally);
    apply_tally_write(&application->tally, tally);
    return !arena_failed(background->arena) &&
           go_on(background, &(struct background_progress){
                                 .done = application->done,
                                 .total = application->total,
                                 .place = application->place,
                                 .tally = tally->written.text,
                                 .tally_len = tally->written.len,
                             });
}

static enum err apply_chunks(struct background *background, struct application *application)
{
    for (;;) {
        struct read read = begin_read(background);
        enum err err =
            apply_read_chunk(&read, application->what.term, application->place,
                             background->claim.created_at, application->leads, &application->count);
        if (err == ERR_NONE && application->count > 0)
            err = judge_chunk(background, application);
        if (err != ERR_NONE || application->count == 0)
            return err;
        if (!report_chunk(background, application))
            return ERR_UNAVAILABLE; /* cancelled, taken over, or to be continued later */
    }
}

static enum err run_apply(struct background *background, const struct config *config,
                          struct json_out *out)
{
    const struct background_claim *claim = &background->claim;
    struct application application = {.place = claim->place, .done = claim->done};

    (void)config;
    json_out_init(&application.written, background->arena, RESULT_MAX_BYTES);
    if (!definition_apply_read(claim->request, claim->request_len, background->arena,
                               &application.what))
        return ERR_INTERNAL;
    if (claim->tally != NULL &&
        !apply_tally_read(claim->tally, claim->tally_len, background->arena, &application.tally))
        return ERR_INTERNAL;
    struct read read = begin_read(background);
    enum err err = apply_read_count(&read, application.what.term, &application.total);
    if (err == ERR_NONE)
        err = apply_chunks(background, &application);
    if (err == ERR_NONE)
        apply_tally_write(&application.tally, out);
    return err;
}

/* ---- imports ---- */

/* A place that is not nil: its first bytes say how many rows are done. */
static struct uuid place_of_rows(int64_t rows)
{
    struct uuid place = {0};

    for (int i = 0; i < 8; i++)
        place.b[i] = (uint8_t)((uint64_t)rows >> (56 - 8 * i));
    place.b[sizeof place.b - 1] = 1;
    return place;
}

static int64_t rows_of_place(struct uuid place)
{
    uint64_t rows = 0;

    for (int i = 0; i < 8; i++)
        rows = rows << 8 | place.b[i];
    return (int64_t)rows;
}

static bool after_rows(void *context, const struct import_job_progress *progress)
{
    return go_on(context, &(struct background_progress){
                              .done = progress->done,
                              .total = progress->total,
                              .place = place_of_rows(progress->done),
                              .tally = progress->tally,
                              .tally_len = progress->tally_len,
                          });
}

static enum err run_import(struct background *background, const struct config *config,
                           struct json_out *out)
{
    const struct background_claim *claim = &background->claim;
    const struct import_job job = {
        .lanes = background->settings.lanes,
        .cache = background->settings.cache,
        .app = background->app,
        .config = config,
        .workspace = claim->workspace,
        .id = claim->job,
        .request = claim->request,
        .request_len = claim->request_len,
        .done = rows_of_place(claim->place),
        .tally = claim->tally,
        .tally_len = claim->tally_len,
        .progress = after_rows,
        .context = background,
    };

    return import_job_run(&job, background->arena, out);
}

/* ---- one job ---- */

static enum err (*const runs[BACKGROUND_KIND_COUNT])(struct background *, const struct config *,
                                                     struct json_out *) = {
    [BACKGROUND_BACKTEST] = run_backtest,
    [BACKGROUND_APPLY] = run_apply,
    [BACKGROUND_IMPORT] = run_import,
};

/* Whoever began an import may have gone home meanwhile. */
static enum err say_import_ended(struct background *background, enum err err)
{
    const struct background_claim *claim = &background->claim;
    const struct caller caller = {
        .workspace = claim->workspace, .team = claim->team, .member = claim->asked_by};
    const struct import_end_input input = {claim->job, err == ERR_NONE ? NULL : error_code(err)};
    const struct command command = import_end_command(&caller, &input);

    return lanes_run(background->settings.lanes, &command, NULL, NULL);
}

/* An error that trying again cannot help ends the job; after any other the lease is left to
 * lapse. */
static void end_job(struct background *background, enum err err, const struct json_out *out)
{
    struct background_claim *claim = &background->claim;
    struct background_end end = {.error = error_code(err)};

    if (error_is_passing(err) ||
        (claim->kind == BACKGROUND_IMPORT && error_is_passing(say_import_ended(background, err))))
        return;
    if (err == ERR_NONE)
        end = (struct background_end){.result = out->written.text,
                                      .result_len = out->written.len,
                                      .movers = background->movers,
                                      .movers_len = background->movers_len};
    enum pg_status status =
        background_end(background->app, claim, &end, pg_deadline_in(STEP_TIMEOUT_MS));
    if (status != PG_OK || err != ERR_NONE)
        log_event(LOG_LEVEL_WARN, "background", "%s: %s", background_kind_name(claim->kind),
                  err == ERR_NONE ? pg_status_name(status) : error_code(err));
}

static void run_job(struct background *background)
{
    const struct config *config = NULL;
    struct json_out out;
    enum err err = ERR_UNAVAILABLE;

    json_out_init(&out, background->arena, RESULT_MAX_BYTES);
    enum pg_status status = config_cache_refresh(background->settings.cache, background->app,
                                                 background->claim.workspace, CONFIG_AGE_MS,
                                                 pg_deadline_in(STEP_TIMEOUT_MS), &config);
    if (status == PG_OK && config != NULL)
        err = runs[background->claim.kind](background, config, &out);
    end_job(background, err, &out);
    config_release(config);
}

/* True when there was one. */
static bool run_next(struct background *background)
{
    arena_clear(background->arena);
    background->reported_ms = 0;
    background->movers = NULL;
    enum pg_status status =
        background_claim(background->job, background->arena, background->settings.imports,
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
    arena_free(background->page);
    pthread_mutex_destroy(&background->mutex);
    pthread_cond_destroy(&background->end);
    free(background);
}

/* Everything but its thread. NULL when memory is short. */
static struct background *make(const struct background_settings *settings)
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
    background->page = arena_new(CLAIM_MEMORY_BYTES);
    pthread_mutex_init(&background->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&background->end, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (background->app != NULL && background->job != NULL && background->arena != NULL &&
        background->page != NULL)
        return background;
    release(background);
    return NULL;
}

struct background *background_start(const struct background_settings *settings)
{
    struct background *background = make(settings);

    if (background != NULL && pthread_create(&background->thread, NULL, work, background) == 0)
        return background;
    if (background != NULL)
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

enum err background_run(const struct background_settings *settings, struct uuid workspace,
                        struct uuid job, const struct background_watch *watch, bool *ran)
{
    struct background *background = make(settings);

    *ran = false;
    if (background == NULL)
        return ERR_OUT_OF_MEMORY;
    background->watch = watch;
    const struct pg_scope scope = {background->app, background->arena, workspace};
    enum pg_status status =
        background_claim_one(&scope, job, pg_deadline_in(STEP_TIMEOUT_MS), &background->claim);
    *ran = status == PG_OK && !uuid_is_nil(background->claim.workspace);
    if (*ran)
        run_job(background);
    release(background);
    return status == PG_OK ? ERR_NONE : ERR_UNAVAILABLE;
}
