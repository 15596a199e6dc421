#include "store/read/backtest_run.h"

#include "core/evidence/capacity.h"
#include "store/read/history_read.h"

#include <pthread.h>
#include <stdlib.h>

/* Memory for a page of leads, for the details of some of them, and for one lead while it is
 * judged. */
#define PAGE_MEMORY_BYTES  ((size_t)64 << 20)
#define REST_MEMORY_BYTES  ((size_t)64 << 20)
#define LEAD_MEMORY_BYTES  ((size_t)16 << 20)
#define SALES_MEMORY_BYTES ((size_t)1 << 20)
/* What is kept of all leads: outcomes by score and day, and movers, while they grow. */
#define KEPT_MEMORY_BYTES ((size_t)96 << 20)
/* Each worker has a connection and a thread that judges what it has read: while one waits for the
 * database, the other computes. */
#define WORKERS 2

/* Shared by the workers: how far the scan is. */
struct scan {
    struct history_query query;
    struct uuid workspace;
    const struct backtest_watch *watch;
    pthread_mutex_t mutex; /* guards the members below; held while progress is reported */
    struct uuid last;
    int64_t total;
    int64_t done;
    bool ended;
    enum err err; /* the first */
};

struct worker {
    struct scan *scan;
    struct pg *pg;
    struct arena *page;
    struct arena *rest;
    struct arena *lead;
    struct arena *kept;
    struct backtest *backtest; /* this worker's part of the result */
    pthread_t thread;
};

static struct read begin_read(const struct worker *worker, struct arena *arena)
{
    arena_clear(arena);
    return (struct read){
        .pg = worker->pg,
        .arena = arena,
        .workspace = worker->scan->workspace,
        .deadline = pg_deadline_in(BACKTEST_PAGE_TIMEOUT_MS),
    };
}

/* ---- pages ---- */

/* Under the mutex. */
static void end_scan(struct scan *scan, enum err err)
{
    scan->ended = true;
    if (scan->err == ERR_NONE)
        scan->err = err;
}

/* The next page that no worker has taken; false at the end. */
static bool take_page(struct worker *worker, struct history_page *page)
{
    struct scan *scan = worker->scan;

    pthread_mutex_lock(&scan->mutex);
    if (!scan->ended) {
        struct read read = begin_read(worker, worker->page);
        enum err err = history_read_page(&read, &scan->query, scan->last, page);
        if (err != ERR_NONE || page->count == 0)
            end_scan(scan, err);
        else
            scan->last = page->leads[page->count - 1].id;
    }
    bool taken = !scan->ended;
    pthread_mutex_unlock(&scan->mutex);
    return taken;
}

static enum err judge_leads(const struct worker *worker, const struct history_lead *leads,
                            size_t count)
{
    enum err err = ERR_NONE;

    for (size_t i = 0; err == ERR_NONE && i < count; i++) {
        arena_clear(worker->lead);
        err = backtest_add(worker->backtest, &leads[i], worker->lead);
    }
    return err;
}

static enum err judge_page(const struct worker *worker, struct history_page *page)
{
    const struct history_lead *leads;
    size_t count;
    enum err err = ERR_NONE;

    while (err == ERR_NONE && page->read < page->count) {
        struct read read = begin_read(worker, worker->rest);
        err = history_read_rest(&read, &worker->scan->query, page, &leads, &count);
        if (err == ERR_NONE)
            err = judge_leads(worker, leads, count);
    }
    return err;
}

/* With the mutex held, or when no other worker runs any more. */
static void report_progress(struct scan *scan)
{
    if (!scan->watch->page(scan->watch->context, scan->done, scan->total))
        end_scan(scan, ERR_STATE_CONFLICT);
}

static void give_back(struct scan *scan, const struct history_page *page, enum err err,
                      bool reports)
{
    pthread_mutex_lock(&scan->mutex);
    scan->done += (int64_t)page->count;
    if (err != ERR_NONE)
        end_scan(scan, err);
    else if (reports)
        report_progress(scan);
    pthread_mutex_unlock(&scan->mutex);
}

static void run_pages(struct worker *worker, bool reports)
{
    struct history_page page;

    while (take_page(worker, &page))
        give_back(worker->scan, &page, judge_page(worker, &page), reports);
}

static void *run_other(void *argument)
{
    run_pages(argument, false);
    return NULL;
}

/* ---- workers ---- */

static bool init_worker(struct worker *worker, struct scan *scan, struct pg *pg,
                        const struct backtest_asked *asked)
{
    *worker = (struct worker){
        .scan = scan,
        .pg = pg,
        .page = arena_new(PAGE_MEMORY_BYTES),
        .rest = arena_new(REST_MEMORY_BYTES),
        .lead = arena_new(LEAD_MEMORY_BYTES),
        .kept = arena_new(KEPT_MEMORY_BYTES),
        .backtest = calloc(1, sizeof *worker->backtest),
    };
    if (worker->pg == NULL || worker->page == NULL || worker->rest == NULL ||
        worker->lead == NULL || worker->kept == NULL || worker->backtest == NULL)
        return false;
    backtest_init(worker->backtest, asked, worker->kept);
    return true;
}

static void release_worker(struct worker *worker)
{
    arena_free(worker->page);
    arena_free(worker->rest);
    arena_free(worker->lead);
    arena_free(worker->kept);
    free(worker->backtest);
}

/* The first worker runs on the caller's thread and connection, and reports progress. */
static enum err run_workers(struct scan *scan, struct worker workers[WORKERS])
{
    int started = 1;

    while (started < WORKERS &&
           pthread_create(&workers[started].thread, NULL, run_other, &workers[started]) == 0)
        started++;
    run_pages(&workers[0], true);
    for (int i = 1; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        backtest_merge(workers[0].backtest, workers[i].backtest);
    }
    /* the last pages may have been the other worker's */
    if (scan->err == ERR_NONE)
        report_progress(scan);
    return scan->err;
}

static enum err write_output(struct backtest *backtest, struct backtest_output *out)
{
    struct arena *arena = out->json.written.arena;

    backtest_close(backtest);
    enum err err = backtest_write(backtest, &out->json);
    out->movers = backtest_movers(backtest, arena, &out->movers_len);
    return err == ERR_NONE && arena_failed(arena) ? ERR_OUT_OF_MEMORY : err;
}

static enum err run_scan(struct scan *scan, struct pg *pg, struct pg *other,
                         const struct backtest_asked *asked, struct backtest_output *out)
{
    struct worker workers[WORKERS] = {{0}};
    enum err err = ERR_OUT_OF_MEMORY;

    if (init_worker(&workers[0], scan, pg, asked) && init_worker(&workers[1], scan, other, asked)) {
        struct read read = begin_read(&workers[0], workers[0].page);
        err = history_read_count(&read, &scan->total);
        if (err == ERR_NONE)
            err = run_workers(scan, workers);
        if (err == ERR_NONE && arena_failed(workers[0].kept))
            err = ERR_OUT_OF_MEMORY;
        if (err == ERR_NONE)
            err = write_output(workers[0].backtest, out);
    }
    for (int i = 0; i < WORKERS; i++)
        release_worker(&workers[i]);
    return err;
}

static struct history_query make_query(const struct backtest_question *question)
{
    const struct definition *sides[] = {question->definition, question->against};
    struct history_query query = {.term = question->term, .created_before = history_now()};

    for (int i = 0; i < 2; i++) {
        query.touches = query.touches || (sides[i] != NULL && sides[i]->counts_touches);
        query.touch_details =
            query.touch_details || (sides[i] != NULL && sides[i]->asks_touch_details);
    }
    return query;
}

enum err backtest_run(struct pg *pg, const struct config *config,
                      const struct backtest_question *question, const struct backtest_watch *watch,
                      struct backtest_output *out)
{
    struct scan scan = {
        .query = make_query(question),
        .workspace = config->workspace,
        .watch = watch,
    };
    struct arena *arena = arena_new(SALES_MEMORY_BYTES);
    struct backtest_asked asked = {
        .definition = question->definition,
        .against = question->against,
        .period = question->period,
        .now = scan.query.created_before,
    };
    struct pg *other = pg_new_beside(pg);
    enum err err = ERR_OUT_OF_MEMORY;

    if (arena != NULL) {
        scan.query.sales = history_sales_teams(config, arena, &scan.query.sales_count);
        asked.capacity_per_week = capacity_per_week(config, arena);
    }
    pthread_mutex_init(&scan.mutex, NULL);
    if (scan.query.sales != NULL)
        err = run_scan(&scan, pg, other, &asked, out);
    pthread_mutex_destroy(&scan.mutex);
    pg_free(other);
    arena_free(arena);
    return err;
}
