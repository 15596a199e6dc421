#include "store/table/outbound_table.h"

#include "store/pg/columns.h"
#include "store/table/merged.h"

#include "base/digest.h"
#include "base/input.h"

/** Rows that one statement drops. */
#define DROP_BATCH 5000

static const char *const state_names[OUTBOUND_STATE_COUNT] = {"pending", "delivered", "failed"};

const struct input_type outbound_state_type = {
    .kind = INPUT_ENUM, .values = state_names, .max = OUTBOUND_STATE_COUNT - 1};

const char *outbound_state_name(enum outbound_state state)
{
    return state_names[state];
}

static const char *name_of(unsigned state)
{
    return state_names[state];
}

struct uuid outbound_delivery_id(struct uuid workspace, struct uuid subscription, int64_t pos)
{
    static const char label[] = "outbound";
    uint8_t digest[DIGEST_BYTES];
    uint8_t number[8];

    for (int i = 0; i < 8; i++)
        number[i] = (uint8_t)((uint64_t)pos >> (56 - 8 * i));
    const struct digest_part parts[] = {{label, sizeof label},
                                        {workspace.b, sizeof workspace.b},
                                        {subscription.b, sizeof subscription.b},
                                        {number, sizeof number}};
    digest_sha256(parts, 4, digest);
    return uuid_v8(digest);
}

static const struct column_form as_outbound_state = COLUMN_WORD(name_of, OUTBOUND_STATE_COUNT);

/* clang-format off */

#define IN(name) MEMBER(struct outbound_row, name)

static const struct column outbound_list[] = {
    {"subscription_id", &as_uuid,           IN(subscription), COLUMN_KEY},
    {"pos",             &as_int8,           IN(pos),          COLUMN_KEY},
    {"delivery_id",     &as_uuid,           IN(delivery)},
    {"subject_id",      &as_uuid,           IN(subject)},
    {"kind",            &as_int4,           IN(kind)},
    {"state",           &as_outbound_state, IN(state),        COLUMN_CHANGES},
    {"tries",           &as_int4,           IN(tries),        COLUMN_CHANGES},
    {"made_at",         &as_instant,        IN(made_at)},
    {"next_at",         &as_instant,        IN(next_at),      COLUMN_CHANGES | COLUMN_NULL},
    {"tried_at",        &as_instant,        IN(tried_at),     COLUMN_CHANGES | COLUMN_NULL},
    {"status",          &as_int4,           IN(status),       COLUMN_CHANGES | COLUMN_NULL},
    {"failure",         &as_text,           IN(failure),      COLUMN_CHANGES | COLUMN_NULL},
    {"answer",          &as_text,           IN(answer),       COLUMN_CHANGES | COLUMN_NULL},
};
#undef IN

const struct columns outbound_columns =
    COLUMNS("outbound", outbound_list, struct outbound_row, PROOF_FREE,
            "what is sent is made of the ledger, again for each attempt");

static const struct statement OUTBOUND_ADD = {
    .name = "outbound_add",
    .makes = STATEMENT_ADDS,
    .of = &outbound_columns,
};

static const struct statement OUTBOUND_UPDATE = {
    .name = "outbound_update",
    .makes = STATEMENT_UPDATES,
    .of = &outbound_columns,
    .tuples = 1,
};

/* $1 workspace */
static const struct statement CURSOR_BEGIN = {
    .name = "outbound_cursor_begin",
    .sql = "INSERT INTO outbound_cursor (workspace_id, pos) "
           "SELECT workspace_id, pos "
           "FROM workspace_head "
           "WHERE workspace_id = $1 "
           "ON CONFLICT DO NOTHING",
};

/* $1 workspace, $2 subscription */
static const struct statement QUEUE_WAKE = {
    .name = "outbound_queue_wake",
    .sql = "UPDATE outbound_queue SET due_at = now(), made = made + 1, failing_since = NULL "
           "WHERE workspace_id = $1 AND subscription_id = $2",
    .index = "outbound_queue_pkey",
};

/* $1 workspace, $2 subscription */
static const struct statement QUEUE_END = {
    .name = "outbound_queue_end",
    .sql = "DELETE FROM outbound_queue WHERE workspace_id = $1 AND subscription_id = $2",
    .index = "outbound_queue_pkey",
};

/* $1 workspace, $2 subscription, $3 limit; what is left goes by its age */
static const struct statement OUTBOUND_END = {
    .name = "outbound_end",
    .sql = "DELETE FROM outbound "
           "WHERE workspace_id = $1 AND subscription_id = $2 "
           "AND pos IN ("
           "  SELECT pos "
           "  FROM outbound "
           "  WHERE workspace_id = $1 AND subscription_id = $2 "
           "  ORDER BY pos "
           "  LIMIT $3)",
};

/* $1 workspace, $2 older than this, $3 limit */
static const struct statement OUTBOUND_DROP = {
    .name = "outbound_drop",
    .sql = "DELETE FROM outbound o "
           "USING ("
           "  SELECT subscription_id, pos "
           "  FROM outbound "
           "  WHERE workspace_id = $1 AND made_at < $2 "
           "  ORDER BY made_at "
           "  LIMIT $3"
           ") d "
           "WHERE o.workspace_id = $1 AND o.subscription_id = d.subscription_id AND o.pos = d.pos",
};

/* $1 workspace, $2 lead */
const struct statement OUTBOUND_ERASE = {
    .name = "outbound_erase",
    .sql = "WITH RECURSIVE "
           MERGED_ALL
           "UPDATE outbound SET answer = NULL "
           "WHERE workspace_id = $1 AND subject_id IN (SELECT id FROM all_of)",
};

/* $1 limit */
static const struct statement OUTBOUND_BEHIND = {
    .name = "outbound_behind",
    .role = STATEMENT_JOB,
    .sql = "SELECT c.workspace_id "
           "FROM outbound_cursor c "
           "JOIN workspace_head h ON h.workspace_id = c.workspace_id "
           "WHERE h.pos > c.pos "
           "LIMIT $1",
};

/* Whoever finds it locked leaves it to the one who has it.
 * $1 workspace */
static const struct statement CURSOR_LOCK = {
    .name = "outbound_cursor_lock",
    .sql = "SELECT pos, clock_timestamp(), mails "
           "FROM outbound_cursor "
           "WHERE workspace_id = $1 "
           "FOR UPDATE SKIP LOCKED",
    .index = "outbound_cursor_pkey",
};

/* $1 workspace, $2 limit */
static const struct statement CURSOR_ENTRIES = {
    .name = "outbound_cursor_entries",
    .sql = "SELECT e.pos, {e.ledger} "
           "FROM ledger e "
           "WHERE workspace_id = $1 AND pos > ("
           "  SELECT pos FROM outbound_cursor WHERE workspace_id = $1"
           ") "
           "ORDER BY pos "
           "LIMIT $2",
    .index = "ledger_pkey",
    .hot = true,
};

/* After the entries: what made them may have been a newer configuration.
 * $1 workspace */
static const struct statement CURSOR_CONFIG = {
    .name = "outbound_cursor_config",
    .sql = "SELECT config_version FROM workspace_head WHERE workspace_id = $1",
    .index = "workspace_head_pkey",
};

/* $1 workspace, $2 position */
static const struct statement CURSOR_MOVE = {
    .name = "outbound_cursor_move",
    .sql = "UPDATE outbound_cursor SET pos = $2 WHERE workspace_id = $1",
    .index = "outbound_cursor_pkey",
};

/* $1 workspace, $2 subscriptions */
static const struct statement QUEUE_ADD = {
    .name = "outbound_queue_add",
    .sql = "INSERT INTO outbound_queue AS q (workspace_id, subscription_id, due_at, made) "
           "SELECT $1, s, now(), 1 "
           "FROM unnest($2::uuid[]) s "
           "ON CONFLICT (workspace_id, subscription_id) DO UPDATE SET "
           "due_at = greatest(least(q.due_at, now()), q.not_before), made = q.made + 1",
};

/* $1 workspace, $2 subscription, $3 delivery */
static const struct statement REPLAY_ONE = {
    .name = "outbound_replay_one",
    .sql = "UPDATE outbound SET state = 'pending', next_at = now(), tries = 0 "
           "WHERE workspace_id = $1 AND subscription_id = $2 AND delivery_id = $3",
};

/* $1 workspace, $2 subscription */
static const struct statement REPLAY_FAILED = {
    .name = "outbound_replay_failed",
    .sql = "UPDATE outbound SET state = 'pending', next_at = now(), tries = 0 "
           "WHERE workspace_id = $1 AND subscription_id = $2 AND state = 'failed'",
};

/* $1 workspace, $2 subscription, $3 from, $4 to */
static const struct statement REPLAY_SPAN = {
    .name = "outbound_replay_span",
    .sql = "UPDATE outbound SET state = 'pending', next_at = now(), tries = 0 "
           "WHERE workspace_id = $1 AND subscription_id = $2 AND made_at BETWEEN $3 AND $4",
};

/* $1 lease, $2 seconds, $3 limit */
static const struct statement QUEUE_CLAIM = {
    .name = "outbound_queue_claim",
    .role = STATEMENT_JOB,
    .sql = "WITH due AS MATERIALIZED ("
           "  SELECT workspace_id, subscription_id "
           "  FROM outbound_queue "
           "  WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now()) "
           "  ORDER BY due_at "
           "  LIMIT $3 "
           "  FOR UPDATE SKIP LOCKED"
           ") "
           "UPDATE outbound_queue q SET lease = $1, "
           "lease_until = now() + make_interval(secs => $2::int4) "
           "FROM due "
           "WHERE q.workspace_id = due.workspace_id AND q.subscription_id = due.subscription_id "
           "RETURNING q.workspace_id, q.subscription_id",
};

/* $1 workspace, $2 subscription, $3 lease, $4 seconds */
static const struct statement QUEUE_RENEW = {
    .name = "outbound_queue_renew",
    .sql = "UPDATE outbound_queue SET lease_until = now() + make_interval(secs => $4::int4) "
           "WHERE workspace_id = $1 AND subscription_id = $2 AND lease = $3 "
           "RETURNING made, failing_since, clock_timestamp(), not_before",
    .index = "outbound_queue_pkey",
};

/* $1 workspace, $2 subscription, $3 limit */
static const struct statement OUTBOUND_PENDING_ROWS = {
    .name = "outbound_pending",
    .sql = "SELECT {o.outbound}, {e.ledger} "
           "FROM ("
           "  SELECT * "
           "  FROM outbound "
           "  WHERE workspace_id = $1 AND subscription_id = $2 AND state = 'pending' "
           "  ORDER BY pos "
           "  LIMIT $3"
           ") o "
           "JOIN ledger e ON e.workspace_id = $1 AND e.pos = o.pos "
           "ORDER BY o.pos",
    .index = "outbound_pending",
    .hot = true,
};

/* What has come meanwhile makes it due at once.
 * $1 workspace, $2 subscription, $3 lease, $4 something arrived, $5 something failed,
 * $6 give it back, $7 what was made, as loaded, $8 due, $9 seconds, $10 not before */
static const struct statement QUEUE_SAVE = {
    .name = "outbound_queue_save",
    .sql = "UPDATE outbound_queue SET "
           "failing_since = CASE "
           "  WHEN $4::bool THEN NULL "
           "  WHEN $5::bool THEN coalesce(failing_since, now()) "
           "  ELSE failing_since "
           "END, "
           "lease_until = CASE WHEN NOT $6::bool THEN now() + make_interval(secs => $9::int4) END, "
           "due_at = CASE "
           "  WHEN NOT $6::bool THEN due_at "
           "  WHEN made = $7 THEN $8 "
           "  ELSE greatest(now(), $10, not_before) "
           "END, "
           "not_before = coalesce($10, not_before) "
           "WHERE workspace_id = $1 AND subscription_id = $2 AND lease = $3",
    .index = "outbound_queue_pkey",
};

/* clang-format on */

const struct statement *const outbound_table_statements[] = {
    &OUTBOUND_ADD,    &OUTBOUND_UPDATE,
    &CURSOR_BEGIN,    &QUEUE_WAKE,
    &QUEUE_END,       &OUTBOUND_END,
    &OUTBOUND_DROP,   &OUTBOUND_ERASE,
    &OUTBOUND_BEHIND, &CURSOR_LOCK,
    &CURSOR_ENTRIES,  &CURSOR_CONFIG,
    &CURSOR_MOVE,     &QUEUE_ADD,
    &REPLAY_ONE,      &REPLAY_FAILED,
    &REPLAY_SPAN,     &QUEUE_CLAIM,
    &QUEUE_RENEW,     &OUTBOUND_PENDING_ROWS,
    &QUEUE_SAVE,      NULL,
};

/* ---- for the lane ---- */

void outbound_table_queue_begin(const struct pg_scope *scope)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_queue(scope->pg, &CURSOR_BEGIN, &params);
}

void outbound_table_queue_wake(const struct pg_scope *scope, struct uuid subscription)
{
    pg_scope_queue_id(scope, &QUEUE_WAKE, subscription);
}

void outbound_table_queue_end(const struct pg_scope *scope, struct uuid subscription)
{
    struct pg_params params;

    pg_scope_queue_id(scope, &QUEUE_END, subscription);
    pg_scope_params(scope, &params);
    pg_params_uuid(&params, subscription);
    pg_params_int8(&params, DROP_BATCH);
    pg_queue(scope->pg, &OUTBOUND_END, &params);
}

void outbound_table_queue_drop(const struct pg_scope *scope, instant before)
{
    struct pg_params params;

    if (before == INSTANT_NONE)
        return;
    pg_scope_params(scope, &params);
    pg_params_instant(&params, before);
    pg_params_int8(&params, DROP_BATCH);
    pg_queue(scope->pg, &OUTBOUND_DROP, &params);
}

/* ---- gathering ---- */

enum pg_status outbound_behind(struct pg *pg, struct arena *arena, int64_t deadline,
                               struct behind *out)
{
    return behind_read(pg, &OUTBOUND_BEHIND, arena, deadline, out);
}

static bool read_entries(const struct pg_result *result, struct arena *arena,
                         struct outbound_gathering *out)
{
    size_t rows = (size_t)pg_rows(result);

    out->entries = ARENA_ARRAY(arena, struct outbound_entry, rows + 1);
    if (out->entries == NULL)
        return false;
    for (; out->count < rows; out->count++) {
        struct outbound_entry *entry = &out->entries[out->count];
        entry->pos = pg_get_int8(result, (int)out->count, 0);
        if (!columns_read(&ledger_columns, result, (int)out->count, 1, arena, &entry->entry))
            return false;
    }
    return true;
}

enum pg_status outbound_gather_begin(const struct pg_scope *scope, int limit, int64_t deadline,
                                     struct outbound_gathering *out)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    *out = (struct outbound_gathering){0};
    if (status != PG_OK)
        return status;
    pg_queue_begin(scope->pg, scope->workspace);
    pg_scope_params(scope, &params);
    int lock = pg_queue(scope->pg, &CURSOR_LOCK, &params);
    pg_params_int8(&params, limit);
    int entries = pg_queue(scope->pg, &CURSOR_ENTRIES, &params);
    pg_scope_params(scope, &params);
    int config = pg_queue(scope->pg, &CURSOR_CONFIG, &params);
    status = pg_pipeline_run(scope->pg, deadline);
    if (status == PG_OK && pg_rows(pg_result(scope->pg, lock)) == 1) {
        out->ours = true;
        out->now = pg_get_instant(pg_result(scope->pg, lock), 0, 1);
        out->mails = pg_get_bool(pg_result(scope->pg, lock), 0, 2);
        out->config_version = pg_get_int8(pg_result(scope->pg, config), 0, 0);
        if (!read_entries(pg_result(scope->pg, entries), scope->arena, out))
            status = pg_fail(scope->pg, PG_MEMORY, "entries cannot be read");
    }
    pg_pipeline_end(scope->pg);
    return status;
}

static void queue_replay(const struct pg_scope *scope, const struct outbound_replay *replay)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, replay->subscription);
    if (!uuid_is_nil(replay->delivery)) {
        pg_params_uuid(&params, replay->delivery);
        pg_queue(scope->pg, &REPLAY_ONE, &params);
    } else if (replay->from == INSTANT_NONE) {
        pg_queue(scope->pg, &REPLAY_FAILED, &params);
    } else {
        pg_params_instant(&params, replay->from);
        pg_params_instant(&params, replay->to);
        pg_queue(scope->pg, &REPLAY_SPAN, &params);
    }
}

enum pg_status outbound_gather_end(const struct pg_scope *scope,
                                   const struct outbound_gathered *gathered, int64_t deadline)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    if (status != PG_OK)
        return status;
    columns_queue(scope, &OUTBOUND_ADD, (const void *const *)gathered->rows, gathered->count);
    for (size_t i = 0; i < gathered->replay_count; i++)
        queue_replay(scope, &gathered->replays[i]);
    if (gathered->subscription_count > 0)
        pg_scope_queue_ids(scope, &QUEUE_ADD, gathered->subscriptions,
                           gathered->subscription_count);
    pg_scope_params(scope, &params);
    pg_params_int8(&params, gathered->pos);
    pg_queue(scope->pg, &CURSOR_MOVE, &params);
    pg_queue_commit(scope->pg);
    status = pg_pipeline_run(scope->pg, deadline);
    pg_pipeline_end(scope->pg);
    return status;
}

/* ---- sending ---- */

enum pg_status outbound_claim(struct pg *pg, const struct lease_claim *claim, struct leased *out,
                              size_t *count)
{
    return lease_take(pg, &QUEUE_CLAIM, OUTBOUND_LEASE_SECONDS, claim, out, count);
}

static bool read_items(const struct pg_result *result, struct arena *arena,
                       struct outbound_batch *out)
{
    size_t rows = (size_t)pg_rows(result);
    int entry = columns_width(&outbound_columns);

    out->items = ARENA_ARRAY(arena, struct outbound_item, rows + 1);
    if (out->items == NULL)
        return false;
    for (; out->count < rows; out->count++) {
        struct outbound_item *item = &out->items[out->count];
        if (!columns_read(&outbound_columns, result, (int)out->count, 0, arena, &item->row) ||
            !columns_read(&ledger_columns, result, (int)out->count, entry, arena, &item->entry))
            return false;
    }
    return true;
}

/* Nobody is promised what is written here: who loses it, since the power goes, sends again under
 * the same id what it would have sent anyway. So no commit waits for the disk. */
static void queue_begin(const struct pg_scope *scope)
{
    pg_queue_begin(scope->pg, scope->workspace);
    pg_queue_sql(scope->pg, "SET LOCAL synchronous_commit = off");
}

enum pg_status outbound_load(const struct pg_scope *scope, struct uuid subscription,
                             struct uuid lease, int limit, int64_t deadline,
                             struct outbound_batch *out)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    *out = (struct outbound_batch){0};
    if (status != PG_OK)
        return status;
    queue_begin(scope);
    pg_scope_params(scope, &params);
    pg_params_uuid(&params, subscription);
    pg_params_uuid(&params, lease);
    pg_params_int4(&params, OUTBOUND_LEASE_SECONDS);
    int renewed = pg_queue(scope->pg, &QUEUE_RENEW, &params);
    pg_scope_params(scope, &params);
    pg_params_uuid(&params, subscription);
    pg_params_int8(&params, limit);
    int rows = pg_queue(scope->pg, &OUTBOUND_PENDING_ROWS, &params);
    pg_queue_commit(scope->pg);
    status = pg_pipeline_run(scope->pg, deadline);
    const struct pg_result *queue = status == PG_OK ? pg_result(scope->pg, renewed) : NULL;
    if (pg_rows(queue) == 1) {
        out->ours = true;
        out->made = pg_get_int8(queue, 0, 0);
        out->failing_since = pg_get_instant(queue, 0, 1);
        out->now = pg_get_instant(queue, 0, 2);
        out->not_before = pg_get_instant(queue, 0, 3);
        if (!read_items(pg_result(scope->pg, rows), scope->arena, out))
            status = pg_fail(scope->pg, PG_MEMORY, "deliveries cannot be read");
    }
    pg_pipeline_end(scope->pg);
    return status;
}

enum pg_status outbound_save(const struct pg_scope *scope, const struct outbound_save *save,
                             int64_t deadline)
{
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    if (status != PG_OK)
        return status;
    queue_begin(scope);
    columns_queue(scope, &OUTBOUND_UPDATE, (const void *const *)save->rows, save->count);
    pg_scope_params(scope, &params);
    pg_params_uuid(&params, save->subscription);
    pg_params_uuid(&params, save->lease);
    pg_params_bool(&params, save->arrived);
    pg_params_bool(&params, save->failed);
    pg_params_bool(&params, save->gives_back);
    pg_params_int8(&params, save->made);
    pg_params_instant(&params, save->due_at);
    pg_params_int4(&params, OUTBOUND_LEASE_SECONDS);
    pg_params_instant(&params, save->not_before);
    pg_queue(scope->pg, &QUEUE_SAVE, &params);
    pg_queue_commit(scope->pg);
    status = pg_pipeline_run(scope->pg, deadline);
    pg_pipeline_end(scope->pg);
    return status;
}
