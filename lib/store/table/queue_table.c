#include "store/table/queue_table.h"

#include "core/handoff/carried.h"
#include "store/pg/columns.h"
#include "store/table/carried.h"
#include "store/table/handoff_table.h"
#include "store/table/lead_table.h"

/* clang-format off */

#define BY_DUE   "  ORDER BY respond_by, handoff_id "
#define BY_SCORE "  AND score IS NOT NULL ORDER BY score DESC, handoff_id "

#define OFFERED(order)                                                \
           "  FROM handoff "                                          \
           "  WHERE workspace_id = $1 AND to_team = $2 "              \
           "  AND state = 'offered' "                                 \
           "  AND (claimed_until IS NULL OR claimed_until <= now()) " \
           order

/* The first offers whose leads nobody else has locked: one after the other until there are as many
 * as are asked for, so that no lead is locked for nothing. More than another server's whole group
 * can hold at once are looked at. */
#define LOCKABLE(order)                                               \
           "FROM ("                                                   \
           "  SELECT * "                                              \
           OFFERED(order)                                             \
           "  LIMIT $3::int8 + 512"                                         \
           ") h "                                                     \
           "CROSS JOIN LATERAL ("                                     \
           "  SELECT * "                                              \
           "  FROM lead "                                             \
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id "       \
           "  FOR NO KEY UPDATE SKIP LOCKED"                          \
           ") l "

/* What this statement sees of a handoff may be older than the lock on its lead: only what the next
 * one reads is as it stands.
 * $1 workspace, $2 team, $3 limit */
#define QUEUE_LOCK_SQL(order)                                         \
           "SELECT h.handoff_id "                                     \
           LOCKABLE(order)                                            \
           "LIMIT $3"

static const struct statement QUEUE_LOCK = {
    .name = "queue_lock",
    .sql = QUEUE_LOCK_SQL(BY_DUE),
    .index = "handoff_queue",
    .hot = true,
};

static const struct statement QUEUE_LOCK_BY_SCORE = {
    .name = "queue_lock_by_score",
    .sql = QUEUE_LOCK_SQL(BY_SCORE),
    .index = "handoff_score",
    .hot = true,
};

/* $1 workspace, $2 team, $3 limit */
#define QUEUE_READ_SQL(order)                                         \
           "SELECT v.body, {h.handoff}, {l.lead} "                    \
           LOCKABLE(order)                                            \
           "LEFT JOIN LATERAL ("                                      \
           "  SELECT body "                                           \
           "  FROM verdict "                                          \
           "  WHERE workspace_id = $1 "                               \
           "  AND lead_id = h.verdict_lead "                          \
           "  AND seq = h.verdict_seq "                               \
           "  LIMIT 1"                                                \
           ") v ON true "                                             \
           "LIMIT $3"

static const struct statement QUEUE_READ = {
    .name = "queue_read",
    .sql = QUEUE_READ_SQL(BY_DUE),
    .index = "handoff_queue",
    .hot = true,
};

static const struct statement QUEUE_READ_BY_SCORE = {
    .name = "queue_read_by_score",
    .sql = QUEUE_READ_SQL(BY_SCORE),
    .index = "handoff_score",
    .hot = true,
};

/* $1 workspace, $2 team, $3 limit, $4 how many touches of each lead */
#define QUEUE_LOGS_SQL(order)                                         \
           "SELECT t.lead_id, {t.touch} "                             \
           "FROM ("                                                   \
           "  SELECT h.lead_id "                                      \
           LOCKABLE(order)                                            \
           "  LIMIT $3"                                               \
           ") u "                                                     \
           "CROSS JOIN LATERAL ("                                     \
           "  SELECT * "                                              \
           "  FROM touch "                                            \
           "  WHERE workspace_id = $1 AND lead_id = u.lead_id "       \
           "  ORDER BY occurred_at DESC, touch_id DESC "              \
           "  LIMIT $4"                                               \
           ") t"

static const struct statement QUEUE_LOGS = {
    .name = "queue_logs",
    .sql = QUEUE_LOGS_SQL(BY_DUE),
    .index = "touch_of_lead",
    .hot = true,
};

static const struct statement QUEUE_LOGS_BY_SCORE = {
    .name = "queue_logs_by_score",
    .sql = QUEUE_LOGS_SQL(BY_SCORE),
    .index = "touch_of_lead",
    .hot = true,
};

/* $1 workspace, $2 team, $3 limit */
static const struct statement QUEUE_WAITING = {
    .name = "queue_waiting",
    .sql = "SELECT count(*) "
           "FROM ("
           "  SELECT 1 "
           OFFERED(BY_DUE)
           "  LIMIT $3"
           ") w",
    .index = "handoff_queue",
    .hot = true,
};

/* $1 workspace, $2 team, $3 limit */
#define QUEUE_CARRIED_SQL(order)                                      \
           "SELECT h.handoff_id, "                                    \
           CARRIED_EARLIER("h.lead_id", "h.handoff_id") ", "          \
           CARRIED_TEXTS("h.lead_id", "20") ", "                      \
           CARRIED_CAMPAIGNS("h.lead_id", "20") " "                   \
           LOCKABLE(order)                                            \
           "LIMIT $3"

static const struct statement QUEUE_CARRIED = {
    .name = "queue_carried",
    .sql = QUEUE_CARRIED_SQL(BY_DUE),
    .index = "handoff_queue",
    .hot = true,
};

static const struct statement QUEUE_CARRIED_BY_SCORE = {
    .name = "queue_carried_by_score",
    .sql = QUEUE_CARRIED_SQL(BY_SCORE),
    .index = "handoff_score",
    .hot = true,
};

/* clang-format on */

_Static_assert(CARRIED_TOUCHES_MAX == 20, "queue_carried reads the texts of as many");

/* By the order of the queue. */
static const struct queue_statements {
    const struct statement *lock, *read, *logs, *carried;
} in_order[HANDOFF_ORDER_COUNT] = {
    [HANDOFF_BY_DUE] = {&QUEUE_LOCK, &QUEUE_READ, &QUEUE_LOGS, &QUEUE_CARRIED},
    [HANDOFF_BY_SCORE] = {&QUEUE_LOCK_BY_SCORE, &QUEUE_READ_BY_SCORE, &QUEUE_LOGS_BY_SCORE,
                          &QUEUE_CARRIED_BY_SCORE},
};

const struct statement *const queue_table_statements[] = {
    &QUEUE_LOCK,          &QUEUE_READ,
    &QUEUE_LOGS,          &QUEUE_CARRIED,
    &QUEUE_LOCK_BY_SCORE, &QUEUE_READ_BY_SCORE,
    &QUEUE_LOGS_BY_SCORE, &QUEUE_CARRIED_BY_SCORE,
    &QUEUE_WAITING,       NULL};

/* How many more than wanted a claim looks at: another server may have locked the first ones, and
 * some turn out to be answered once they are locked. Few of these are dealt, so what they carry is
 * read of fewer. */
#define QUEUE_SPARE         16
#define QUEUE_SPARE_CARRIED 2

static int ask(const struct pg_scope *scope, const struct statement *statement, struct uuid team,
               int64_t limit)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, team);
    pg_params_int8(&params, limit);
    if (statement == &QUEUE_LOGS || statement == &QUEUE_LOGS_BY_SCORE)
        pg_params_int8(&params, TOUCHES_LOADED_MAX);
    return pg_queue(scope->pg, statement, &params);
}

int queue_table_queue(const struct pg_scope *scope, const struct queue *queue)
{
    const struct queue_statements *statements = &in_order[queue->order];
    int64_t wanted = (int64_t)queue->wanted, limit = wanted + QUEUE_SPARE;
    int first = ask(scope, statements->lock, queue->team, limit);

    ask(scope, statements->read, queue->team, limit);
    ask(scope, statements->logs, queue->team, limit);
    ask(scope, &QUEUE_WAITING, queue->team, WAITING_COUNT_MAX + limit);
    ask(scope, statements->carried, queue->team, wanted + QUEUE_SPARE_CARRIED);
    return first;
}

static bool was_locked(const struct pg_result *locked, struct uuid handoff)
{
    for (int row = 0; row < pg_rows(locked); row++)
        if (uuid_equal(pg_get_uuid(locked, row, 0), handoff))
            return true;
    return false;
}

static void take_carried(const struct pg_result *carried, struct arena *arena,
                         struct queue_rows *out)
{
    for (int row = 0; row < pg_rows(carried); row++) {
        struct uuid id = pg_get_uuid(carried, row, 0);
        for (size_t i = 0; i < out->count; i++) {
            struct handoff *handoff = out->handoffs[i];
            if (!uuid_equal(handoff->id, id))
                continue;
            handoff->earlier = pg_copy_text(carried, row, 1, arena);
            handoff->texts = pg_copy_text(carried, row, 2, arena);
            handoff->campaigns = pg_copy_text(carried, row, 3, arena);
            handoff->is_carried = true;
        }
    }
}

/* A row that the second statement is the first to lock may have changed before it did. */
bool queue_table_take(const struct pg *pg, int first, struct arena *arena, struct queue_rows *out)
{
    const struct pg_result *locked = pg_result(pg, first);
    const struct pg_result *read = pg_result(pg, first + 1);
    const struct pg_result *waiting = pg_result(pg, first + 3);
    size_t rows = (size_t)pg_rows(read);

    *out = (struct queue_rows){
        .handoffs = ARENA_ARRAY(arena, struct handoff *, rows + 1),
        .leads = ARENA_ARRAY(arena, struct lead *, rows + 1),
        .logs = pg_result(pg, first + 2),
        .waiting = pg_rows(waiting) == 1 ? pg_get_int8(waiting, 0, 0) : 0,
        .moved = pg_rows(locked) != pg_rows(read),
    };
    if (out->handoffs == NULL || out->leads == NULL)
        return false;
    for (int row = 0; row < (int)rows; row++) {
        struct handoff *handoff = handoff_table_read_loaded(read, row, arena);
        struct lead *lead = lead_table_read(read, row, 1 + columns_width(&handoff_columns), arena);
        if (handoff == NULL || lead == NULL)
            return false;
        if (was_locked(locked, handoff->id)) {
            out->handoffs[out->count] = handoff;
            out->leads[out->count++] = lead;
        } else {
            out->moved = true;
        }
    }
    take_carried(pg_result(pg, first + 4), arena, out);
    return true;
}
