#include "gauges.h"

#include "http/metrics.h"

#include "store/read/operator_read.h"
#include "store/table/workspace_table.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* Per call, since the jobs have to run as well. */
#define WORKSPACES_AT_ONCE 50
#define READ_TIMEOUT_MS    1000
#define LIST_MEMORY_BYTES  (16u << 20)

struct gauges {
    struct arena *arena; /* the workspaces of this round */
    struct workspace_row *rows;
    size_t count;
    size_t next;
    int64_t begun_ms; /* of the round; 0: none yet */
    struct operator_state sum;
    /* results of the last complete round */
    _Atomic int64_t waiting, overdue, failed, partial, uncovered, checkpoint_age, uncounted,
        read_at;
};

struct gauges *gauges_new(void)
{
    struct gauges *gauges = calloc(1, sizeof *gauges);

    if (gauges == NULL)
        return NULL;
    gauges->arena = arena_new(LIST_MEMORY_BYTES);
    if (gauges->arena != NULL)
        return gauges;
    free(gauges);
    return NULL;
}

void gauges_free(struct gauges *gauges)
{
    if (gauges == NULL)
        return;
    arena_free(gauges->arena);
    free(gauges);
}

/* ---- for /metrics ---- */

#define GAUGE(name)                                                                                \
    static int64_t read_##name(void *self)                                                         \
    {                                                                                              \
        return atomic_load(&((struct gauges *)self)->name);                                        \
    }

GAUGE(waiting)
GAUGE(overdue)
GAUGE(failed)
GAUGE(partial)
GAUGE(uncovered)
GAUGE(checkpoint_age)
GAUGE(uncounted)
GAUGE(read_at)

void gauges_register(struct gauges *gauges)
{
    static const struct {
        const char *name, *help;
        int64_t (*read)(void *self);
    } all[] = {
        {"handoffs_waiting", "Offered handoffs that wait for an answer.", read_waiting},
        {"handoffs_overdue", "Of them, those whose time to answer is over.", read_overdue},
        {"deliveries_failed", "Deliveries that fit no mapping and were not replayed.", read_failed},
        {"deliveries_partial", "Deliveries of which some items failed and were not replayed.",
         read_partial},
        {"checkpoint_lag_entries",
         "Ledger entries that no checkpoint covers, in the workspace "
         "with the most.",
         read_uncovered},
        {"checkpoint_age_seconds",
         "Since the last checkpoint of a ledger that has grown since; "
         "the oldest.",
         read_checkpoint_age},
        {"rollup_lag_entries",
         "Ledger entries that attribution has not counted yet, in the workspace with the most.",
         read_uncounted},
        {"gauges_read_timestamp_seconds", "When these numbers were read.", read_read_at},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        (void)metrics_register(METRIC_IS_GAUGE, all[i].name, all[i].help, all[i].read, gauges);
}

/* ---- reading ---- */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add(struct operator_state *sum, const struct operator_state *state)
{
    sum->waiting += state->waiting;
    sum->overdue += state->overdue;
    sum->failed += state->failed;
    sum->partial += state->partial;
    sum->uncovered = larger(sum->uncovered, state->uncovered);
    sum->uncounted = larger(sum->uncounted, state->uncounted);
    sum->checkpoint_age = larger(sum->checkpoint_age, state->checkpoint_age);
}

static void publish(struct gauges *gauges)
{
    atomic_store(&gauges->waiting, gauges->sum.waiting);
    atomic_store(&gauges->overdue, gauges->sum.overdue);
    atomic_store(&gauges->failed, gauges->sum.failed);
    atomic_store(&gauges->partial, gauges->sum.partial);
    atomic_store(&gauges->uncovered, gauges->sum.uncovered);
    atomic_store(&gauges->uncounted, gauges->sum.uncounted);
    atomic_store(&gauges->checkpoint_age, gauges->sum.checkpoint_age);
    atomic_store(&gauges->read_at, (int64_t)time(NULL));
    gauges->rows = NULL;
}

static void begin(struct gauges *gauges, struct pg *job)
{
    gauges->begun_ms = pg_now_ms();
    gauges->sum = (struct operator_state){0};
    gauges->next = 0;
    arena_clear(gauges->arena);
    if (workspace_table_list(job, gauges->arena, pg_deadline_in(READ_TIMEOUT_MS), &gauges->rows,
                             &gauges->count) != PG_OK)
        gauges->rows = NULL;
}

/* When the database is away the round is given up: the published numbers stay, with their time. */
void gauges_go_on(struct gauges *gauges, struct pg *job, struct pg *app)
{
    bool due = gauges->begun_ms == 0 || pg_now_ms() - gauges->begun_ms >= GAUGES_EVERY_MS;
    struct operator_state state;

    if (gauges->rows == NULL && due)
        begin(gauges, job);
    if (gauges->rows == NULL)
        return;
    for (int i = 0; i < WORKSPACES_AT_ONCE && gauges->next < gauges->count; i++) {
        struct uuid workspace = gauges->rows[gauges->next++].id;
        if (operator_read(app, workspace, pg_deadline_in(READ_TIMEOUT_MS), &state) != PG_OK) {
            gauges->rows = NULL;
            return;
        }
        add(&gauges->sum, &state);
    }
    if (gauges->next == gauges->count)
        publish(gauges);
}
