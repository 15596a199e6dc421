#include "store/backtest_run.h"

#include "store/history_read.h"

#include <stdlib.h>

/* One page of leads with its results, and one lead as it is judged. */
#define PAGE_MEMORY_BYTES ((size_t)64 << 20)
#define LEAD_MEMORY_BYTES ((size_t)16 << 20)

struct run {
    struct pg *pg;
    const struct config *config;
    const struct backtest_watch *watch;
    struct backtest *backtest;
    struct history_query query;
    struct arena *lasting; /* for the whole run */
    struct arena *page;
    struct arena *lead;
    int64_t total;
    int64_t done;
    struct uuid last;
};

static struct read begin_read(const struct run *run)
{
    arena_clear(run->page);
    return (struct read){
        .pg = run->pg,
        .arena = run->page,
        .workspace = run->config->workspace,
        .deadline = pg_deadline_in(BACKTEST_PAGE_TIMEOUT_MS),
    };
}

static enum err judge_page(struct run *run, const struct history_page *page)
{
    enum err err = ERR_NONE;

    for (size_t i = 0; err == ERR_NONE && i < page->count; i++) {
        arena_clear(run->lead);
        err = backtest_add(run->backtest, &page->leads[i], run->lead);
    }
    return err;
}

static enum err run_pages(struct run *run)
{
    struct history_page page;

    for (;;) {
        struct read read = begin_read(run);
        enum err err = history_read_page(&read, &run->query, run->last, &page);
        if (err == ERR_NONE && page.count == 0)
            return ERR_NONE;
        if (err == ERR_NONE)
            err = judge_page(run, &page);
        if (err != ERR_NONE)
            return err;
        run->last = page.leads[page.count - 1].id;
        run->done += (int64_t)page.count;
        if (!run->watch->page(run->watch->context, run->done, run->total))
            return ERR_STATE_CONFLICT;
    }
}

static bool touches_matter(const struct backtest_question *question)
{
    return question->definition->counts_touches ||
           (question->against != NULL && question->against->counts_touches);
}

static bool start(struct run *run, const struct backtest_question *question)
{
    run->lasting = arena_new(LEAD_MEMORY_BYTES);
    run->page = arena_new(PAGE_MEMORY_BYTES);
    run->lead = arena_new(LEAD_MEMORY_BYTES);
    run->backtest = calloc(1, sizeof *run->backtest);
    if (run->lasting == NULL || run->page == NULL || run->lead == NULL || run->backtest == NULL)
        return false;
    backtest_init(run->backtest, question->definition, question->against, &question->period);
    run->query = (struct history_query){
        .term = question->term,
        .touches = touches_matter(question),
        .created_before = history_now(),
    };
    run->query.sales = history_sales_teams(run->config, run->lasting, &run->query.sales_count);
    return run->query.sales != NULL;
}

enum err backtest_run(struct pg *pg, const struct config *config,
                      const struct backtest_question *question, const struct backtest_watch *watch,
                      struct json_out *out)
{
    struct run run = {.pg = pg, .config = config, .watch = watch};
    enum err err = ERR_OUT_OF_MEMORY;

    if (start(&run, question)) {
        struct read read = begin_read(&run);
        err = history_read_count(&read, &run.total);
        if (err == ERR_NONE)
            err = run_pages(&run);
        if (err == ERR_NONE)
            backtest_write(run.backtest, out);
        if (err == ERR_NONE && json_out_failed(out))
            err = ERR_OUT_OF_MEMORY;
    }
    arena_free(run.lasting);
    arena_free(run.page);
    arena_free(run.lead);
    free(run.backtest);
    return err;
}
