#include "jobs.h"

#include "clock_watch.h"
#include "gauges.h"
#include "http/log.h"

#include "core/handoff/leads_due.h"
#include "core/setup/retention.h"
#include "core/setup/signing_key_change.h"
#include "store/table/checkpoint_table.h"
#include "store/table/job_table.h"
#include "store/table/rollup_cursor.h"
#include "store/table/rollup_turn.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** How often due jobs are looked for. */
#define TICK_MS 500
/** How many workspaces one look handles for one kind of job, at most: other servers, or the next
 *  look, do the rest. */
#define CLAIMS_MAX       100
#define LOOK_MAX_MS      1000
#define CLAIM_TIMEOUT_MS 1000
/** For a list of workspaces. */
#define LIST_MEMORY_BYTES 65536
/** After this many pulses the database is asked whether it can write. */
#define PULSES_PER_WRITE 4

struct jobs {
    struct jobs_settings settings;
    struct pg *pg;
    struct pg *app;
    struct pg *pulse;
    struct arena *arena; /* used only by the jobs' thread, for one list at a time */
    pthread_t thread;
    pthread_t pulse_thread;
    pthread_mutex_t mutex;
    pthread_cond_t end;
    bool stopping;
    int pulses;               /* used only by the pulse's thread */
    bool more;                /* used only by the other thread: a job of this look has more to do */
    struct clock_watch clock; /* likewise */
    atomic_int_fast64_t clock_jumps;
    atomic_int_fast64_t pulled_back;
    atomic_bool answers;
    atomic_bool has_room;
};

#define DUE_JOB "due"

/* What recurs, its name in the table job and how often it runs … */
static const struct job_period periods[] = {
    {DUE_JOB, 5},
    {"retention", 600},
    {"lead_words", 600},
    {"definition_enforce", 30},
    {CHECKPOINT_JOB, CHECKPOINT_EVERY_SECONDS},
};

#define RECURRING (sizeof periods / sizeof *periods)

/* … and its command, or COMMAND_COUNT when it is not a command. */
static const enum command_kind commands[RECURRING] = {
    COMMAND_LEADS_DUE,         COMMAND_RETENTION, COMMAND_LEAD_WORDS_KEEP,
    COMMAND_AGREEMENT_ENFORCE, COMMAND_COUNT,
};

const char *jobs_name(size_t which)
{
    return which < RECURRING ? periods[which].name : NULL;
}

/* *more: whether it says that there is more to do. */
static enum err run_command(struct jobs *jobs, const struct command *command, bool *more)
{
    char *body = NULL;
    enum err err = lanes_run(jobs->settings.lanes, command, &body, NULL);
    json_t *said = body == NULL ? NULL : json_loads(body, 0, NULL);

    *more = err == ERR_NONE && json_is_true(json_object_get(said, "more"));
    if (err != ERR_NONE)
        log_event(LOG_LEVEL_WARN, "job", "not done: %s", error_code(err));
    json_decref(said);
    free(body);
    return err;
}

/* ---- checkpoints ---- */

/* A checkpoint that does not hold is logged as an error again and again until it does. */
static void log_checkpoint(struct uuid workspace, const struct checkpoint_turn *turn)
{
    static const char *const words[] = {
        [CHECKPOINT_REPLACED] = "another signing key has replaced this server's: give it that one",
        [CHECKPOINT_CUT] = "the ledger ends before its last checkpoint does: its tail was cut",
        [CHECKPOINT_CHANGED] = "the entries that the last checkpoint covers have changed",
        [CHECKPOINT_MISSING] = "a position is missing",
        [CHECKPOINT_NO_MEMORY] = "memory is short",
    };
    char id[UUID_TEXT_LEN + 1];

    if (turn->state < CHECKPOINT_REPLACED)
        return;
    uuid_format(workspace, id);
    log_event(LOG_LEVEL_ERROR, "checkpoint", "workspace %s, position %lld: %s; nothing is signed",
              id, (long long)turn->pos, words[turn->state]);
}

static void run_checkpoint(struct jobs *jobs, struct uuid workspace)
{
    const struct signing_key *key = jobs->settings.signing_key;
    struct checkpoint_turn turn;
    enum pg_status status = checkpoint_take(jobs->app, workspace, key, false, &turn);

    if (status == PG_OK && turn.state == CHECKPOINT_ROTATE) {
        struct command command = signing_key_command(workspace, &turn.replacing);
        bool more;
        run_command(jobs, &command, &more);
        status = checkpoint_take(jobs->app, workspace, key, true, &turn);
    }
    if (status == PG_OK)
        log_checkpoint(workspace, &turn);
}

/* ---- due jobs ---- */

static bool is_stopping(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->mutex);
    bool stopping = jobs->stopping;
    pthread_mutex_unlock(&jobs->mutex);
    return stopping;
}

/* The rest is done after the jobs of other workspaces that wait, but without a pause. */
static void leave_more(struct jobs *jobs, size_t which, struct uuid workspace)
{
    jobs->more = true;
    if (job_table_again(jobs->pg, periods[which].name, pg_deadline_in(CLAIM_TIMEOUT_MS),
                        workspace) != PG_OK)
        log_event(LOG_LEVEL_WARN, "job", "more is to be done, %d seconds later",
                  periods[which].seconds);
}

static void look_at_clock(struct jobs *jobs, instant now)
{
    int64_t off = clock_watch_look(&jobs->clock, now, pg_now_ms());

    if (off == 0)
        return;
    atomic_fetch_add(&jobs->clock_jumps, 1);
    log_event(LOG_LEVEL_WARN, "clock", "the database's clock jumped by %lld seconds",
              (long long)(off / INSTANT_SECOND));
}

/* What is dropped by its age is so by a moment of its own, which follows the database's clock in
 * steps: see retention.h. */
static void run_retention(struct jobs *jobs, size_t which, struct job_turn *turn)
{
    struct retention_input input = {retention_as_of(turn->sound_at, turn->now)};
    struct command command = {
        .kind = commands[which], .caller = {.workspace = turn->workspace}, .input = &input};
    bool more;

    look_at_clock(jobs, turn->now); /* it may have jumped since this look began */
    if (!clock_watch_is_steady(&jobs->clock, pg_now_ms()) ||
        run_command(jobs, &command, &more) != ERR_NONE)
        return;
    turn->sound_at = input.as_of;
    if (job_table_sound(jobs->pg, periods[which].name, pg_deadline_in(CLAIM_TIMEOUT_MS), turn) !=
        PG_OK)
        log_event(LOG_LEVEL_WARN, "job", "retention goes on later from where it was before");
}

/** Leads that cannot be acted on are passed over, up to so many. */
#define DUE_SKIPPED_MAX 64

/* Those that are due for one reason, each by itself. How many could not be acted on. */
static int run_singly_for(struct jobs *jobs, struct uuid workspace, enum due_for reason)
{
    struct leads_due_input input = {{.limit = 1, .due_for = (int32_t)reason}};
    struct command command = {
        .kind = COMMAND_LEADS_DUE, .caller = {.workspace = workspace}, .input = &input};
    bool more = true;

    while (more && input.batch.skip < DUE_SKIPPED_MAX && !is_stopping(jobs)) {
        enum err err = run_command(jobs, &command, &more);
        if (err == ERR_INTERNAL)
            input.batch.skip++;
        more = more || err == ERR_INTERNAL;
    }
    return input.batch.skip;
}

/* One of a batch cannot be acted on, and with it none of them: each by itself, so that whoever
 * comes after it, or is due for another reason, does not wait for ever. */
static void run_due_singly(struct jobs *jobs, struct uuid workspace)
{
    int skipped = 0;

    for (int reason = DUE_FOR_STEP; reason <= DUE_FOR_REMINDER; reason++)
        skipped += run_singly_for(jobs, workspace, (enum due_for)reason);
    if (skipped > 0)
        log_event(LOG_LEVEL_WARN, "job", "%d leads that are due cannot be acted on", skipped);
}

static void run_leads_due(struct jobs *jobs, size_t which, struct uuid workspace)
{
    struct command command = {.kind = commands[which], .caller = {.workspace = workspace}};
    bool more = false;
    enum err err = run_command(jobs, &command, &more);

    if (err == ERR_INTERNAL)
        run_due_singly(jobs, workspace);
    else if (err == ERR_NONE && more)
        leave_more(jobs, which, workspace);
}

static void run_one(struct jobs *jobs, size_t which, struct job_turn *turn)
{
    struct command command = {.kind = commands[which], .caller = {.workspace = turn->workspace}};
    bool more = false;

    if (command.kind == COMMAND_COUNT)
        run_checkpoint(jobs, turn->workspace);
    else if (command.kind == COMMAND_RETENTION)
        run_retention(jobs, which, turn);
    else if (command.kind == COMMAND_LEADS_DUE)
        run_leads_due(jobs, which, turn->workspace);
    else if (run_command(jobs, &command, &more) == ERR_NONE && more)
        leave_more(jobs, which, turn->workspace);
}

/* A server without a signing key leaves checkpoints to the others. */
static bool is_ours(const struct jobs *jobs, size_t which)
{
    return commands[which] != COMMAND_COUNT || jobs->settings.signing_key != NULL;
}

/* False when the database is away. */
static bool run_due(struct jobs *jobs, size_t which)
{
    int64_t until = pg_deadline_in(LOOK_MAX_MS);
    struct job_turn turn;

    for (int i = 0; i < CLAIMS_MAX && pg_now_ms() < until && !is_stopping(jobs); i++) {
        enum pg_status status =
            job_table_claim(jobs->pg, &periods[which], pg_deadline_in(CLAIM_TIMEOUT_MS), &turn);
        if (status != PG_OK || uuid_is_nil(turn.workspace))
            return status != PG_LOST;
        run_one(jobs, which, &turn);
    }
    return true;
}

/* Before anything is done by the database's clock. False when the database is away. */
static bool watch_clock(struct jobs *jobs)
{
    struct job_clock clock;
    enum pg_status status =
        job_table_pull_back(jobs->pg, periods, RECURRING, pg_deadline_in(CLAIM_TIMEOUT_MS), &clock);

    if (status != PG_OK)
        return status != PG_LOST;
    look_at_clock(jobs, clock.now);
    if (clock.pulled_back > 0) {
        atomic_fetch_add(&jobs->pulled_back, clock.pulled_back);
        log_event(LOG_LEVEL_WARN, "clock", "%lld jobs were due too late and are due now",
                  (long long)clock.pulled_back);
    }
    return true;
}

/* ---- rollups ---- */

/* A turn for each workspace whose ledger has grown, in as many servers as there are. False when the
 * database is away. */
static bool run_rollups(struct jobs *jobs)
{
    struct behind behind;
    int64_t until = pg_deadline_in(LOOK_MAX_MS);
    enum pg_status status =
        rollup_behind(jobs->pg, jobs->arena, pg_deadline_in(CLAIM_TIMEOUT_MS), &behind);

    for (size_t i = 0; i < behind.count && pg_now_ms() < until && !is_stopping(jobs); i++) {
        struct rollup_turn turn;
        status = rollup_take(jobs->app, behind.workspaces[i], false,
                             pg_deadline_in(ROLLUP_TIMEOUT_MS), &turn);
        if (status == PG_OK && turn.taken && turn.more)
            jobs->more = true;
        if (status == PG_LOST)
            break;
    }
    arena_clear(jobs->arena);
    return status != PG_LOST;
}

/* Does all that is due, as long as the database answers. */
static void look(struct jobs *jobs)
{
    bool answers = atomic_load(&jobs->answers) && watch_clock(jobs);

    jobs->more = false;
    for (size_t i = 0; answers && i < RECURRING; i++)
        answers = !is_ours(jobs, i) || run_due(jobs, i);
    answers = answers && run_rollups(jobs);
    if (answers)
        gauges_go_on(jobs->settings.gauges, jobs->pg, jobs->app);
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

/* Calls it again and again, until the jobs are to stop. */
static void repeat(struct jobs *jobs, void (*act)(struct jobs *jobs))
{
    pthread_mutex_lock(&jobs->mutex);
    while (!jobs->stopping) {
        pthread_mutex_unlock(&jobs->mutex);
        act(jobs);
        pthread_mutex_lock(&jobs->mutex);
        if (!jobs->stopping && !(act == look && jobs->more))
            wait_a_tick(jobs);
    }
    pthread_mutex_unlock(&jobs->mutex);
}

static void *tick(void *argument)
{
    repeat(argument, look);
    return NULL;
}

/* When its disk is full, or its files were deleted, a database still answers for a good while. A
 * sort larger than work_mem makes PostgreSQL write a temporary file beside its tables: that needs a
 * directory and room, and costs neither a transaction id nor WAL. */
static void try_to_write(struct jobs *jobs)
{
    int64_t deadline = pg_deadline_in(CLAIM_TIMEOUT_MS);
    enum pg_status status = pg_pipeline_begin(jobs->pulse, deadline);

    if (status == PG_OK) {
        pg_queue_sql(jobs->pulse, "BEGIN READ ONLY");
        pg_queue_sql(jobs->pulse, "SET LOCAL work_mem = '64kB'");
        pg_queue_sql(jobs->pulse, "SELECT count(*) FROM generate_series(1, 10000)");
        pg_queue_sql(jobs->pulse, "ROLLBACK");
        status = pg_pipeline_run(jobs->pulse, deadline);
    }
    /* Classes of SQLSTATE: resources, the system around PostgreSQL, internal errors. Others mean
     * something else: whether it answers is another question, and a limit set by an administrator
     * is not a failure. */
    const char *sqlstate = pg_error(jobs->pulse)->sqlstate;
    bool fails =
        status != PG_OK && (strcmp(sqlstate, "53100") == 0 || strncmp(sqlstate, "58", 2) == 0 ||
                            strncmp(sqlstate, "XX", 2) == 0);
    pg_pipeline_end(jobs->pulse);
    if (atomic_exchange(&jobs->has_room, !fails) == fails)
        log_event(fails ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "database",
                  fails ? "it cannot write a file: its disk is full, or its files are gone"
                        : "it can write files again");
}

static void ask(struct jobs *jobs)
{
    bool answers = pg_ping(jobs->pulse, pg_deadline_in(CLAIM_TIMEOUT_MS)) == PG_OK;

    atomic_store(&jobs->answers, answers);
    if (answers && jobs->pulses++ % PULSES_PER_WRITE == 0)
        try_to_write(jobs);
}

/* On its own thread and connection: a job may wait for the database longer than /readyz may go on
 * saying that all is well. */
static void *pulse(void *argument)
{
    repeat(argument, ask);
    return NULL;
}

static void begin_to_stop(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    pthread_cond_broadcast(&jobs->end);
    pthread_mutex_unlock(&jobs->mutex);
}

static bool start_threads(struct jobs *jobs)
{
    if (jobs->pg == NULL || jobs->app == NULL || jobs->pulse == NULL || jobs->arena == NULL ||
        pthread_create(&jobs->pulse_thread, NULL, pulse, jobs) != 0)
        return false;
    if (pthread_create(&jobs->thread, NULL, tick, jobs) == 0)
        return true;
    begin_to_stop(jobs);
    pthread_join(jobs->pulse_thread, NULL);
    return false;
}

static void free_jobs(struct jobs *jobs)
{
    pg_free(jobs->pg);
    pg_free(jobs->app);
    pg_free(jobs->pulse);
    arena_free(jobs->arena);
    pthread_mutex_destroy(&jobs->mutex);
    pthread_cond_destroy(&jobs->end);
    free(jobs);
}

struct jobs *jobs_start(const struct jobs_settings *settings)
{
    struct jobs *jobs = calloc(1, sizeof *jobs);
    pthread_condattr_t monotonic;

    if (jobs == NULL)
        return NULL;
    jobs->settings = *settings;
    jobs->has_room = true;
    jobs->pg = pg_new(&settings->database);
    jobs->app = pg_new(&settings->app);
    jobs->pulse = pg_new(&settings->database);
    jobs->arena = arena_new(LIST_MEMORY_BYTES);
    pthread_mutex_init(&jobs->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&jobs->end, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (!start_threads(jobs)) {
        free_jobs(jobs);
        return NULL;
    }
    return jobs;
}

void jobs_stop(struct jobs *jobs)
{
    if (jobs == NULL)
        return;
    begin_to_stop(jobs);
    pthread_join(jobs->thread, NULL);
    pthread_join(jobs->pulse_thread, NULL);
    free_jobs(jobs);
}

const char *jobs_database_trouble(const struct jobs *jobs)
{
    if (!atomic_load(&jobs->answers))
        return "the database does not answer";
    if (!atomic_load(&jobs->has_room))
        return "the database cannot write: its disk is full, or its files are gone";
    return NULL;
}

int64_t jobs_clock_jumps(const struct jobs *jobs)
{
    return atomic_load(&jobs->clock_jumps);
}

int64_t jobs_pulled_back(const struct jobs *jobs)
{
    return atomic_load(&jobs->pulled_back);
}
