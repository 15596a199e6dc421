#include "store/ledger_table.h"

#include <stdlib.h>
#include <string.h>

static const struct statement HEAD_READ = {
    .name = "head_read",
    .sql = "SELECT config_version, clock_timestamp() FROM workspace_head WHERE workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement HEAD_MOVE = {
    .name = "head_move",
    .sql = "UPDATE workspace_head SET pos = pos + $2, config_version = config_version + $4 "
           "WHERE workspace_id = $1 AND config_version = $3",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* COMMIT is in the pipe already: a head that did not move must become an error here. */
static const struct statement HEAD_GUARD = {
    .name = "head_guard",
    .sql = "SELECT 1 / count(*) FROM workspace_head WHERE workspace_id = $1 "
           "AND config_version = $2",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* Writes something, so that its COMMIT waits for the standby; without one, nothing. */
static const struct statement HEAD_CONFIRM = {
    .name = "head_confirm",
    .sql = "UPDATE workspace_head SET pos = pos WHERE workspace_id = $1 "
           "AND current_setting('synchronous_standby_names') <> ''",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement LEDGER_APPEND = {
    .name = "ledger_append",
    .sql = "INSERT INTO ledger (workspace_id, pos, subject_id, seq, kind, at, actor_kind, "
           "actor_id, team_id, body, hash) SELECT h.workspace_id, h.pos - $2 + u.n, u.subject_id, "
           "u.seq, u.kind, u.at, u.actor_kind, u.actor_id, u.team_id, u.body, u.hash "
           "FROM workspace_head h, unnest($3::uuid[], $4::int8[], $5::int2[], "
           "$6::timestamptz[], $7::int2[], $8::uuid[], $9::uuid[], $10::bytea[], $11::bytea[]) "
           "WITH ORDINALITY u(subject_id, seq, kind, at, actor_kind, actor_id, team_id, body, "
           "hash, n) WHERE h.workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement CHAIN_LOCK = {
    .name = "chain_lock",
    .sql = "SELECT c.subject_id, c.seq, c.hash, c.at FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL (SELECT * FROM chain WHERE workspace_id = $1 "
           "AND subject_id = u.id FOR NO KEY UPDATE) c",
    .index = "chain_pkey",
    .hot = true,
};

static const struct statement CHAIN_SAVE = {
    .name = "chain_save",
    .sql = "INSERT INTO chain (workspace_id, subject_id, seq, hash, at) "
           "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workspace_id, subject_id) DO UPDATE "
           "SET seq = excluded.seq, hash = excluded.hash, at = excluded.at",
};

static const struct statement ANSWER_FIND = {
    .name = "answer_find",
    .sql = "SELECT a.key, a.body_mac, a.status, a.location, a.answer FROM unnest($2::bytea[]) "
           "u(key) CROSS JOIN LATERAL (SELECT * FROM idempotency WHERE workspace_id = $1 "
           "AND key = u.key LIMIT 1) a",
    .index = "idempotency_pkey",
    .hot = true,
};

static const struct statement ANSWER_INSERT = {
    .name = "answer_insert",
    .sql = "INSERT INTO idempotency (workspace_id, key, body_mac, status, location, answer, "
           "lead_id, created_at) SELECT h.workspace_id, u.*, $8 FROM workspace_head h, "
           "unnest($2::bytea[], $3::bytea[], $4::int2[], $5::text[], $6::text[], $7::uuid[]) u "
           "WHERE h.workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement ANSWER_LEADS = {
    .name = "answer_leads",
    .sql = "INSERT INTO idempotency_lead (workspace_id, key, lead_id) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, unnest($2::bytea[], $3::uuid[]) u "
           "WHERE h.workspace_id = $1 ON CONFLICT DO NOTHING",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement DIMENSION_INSERT = {
    .name = "dimension_insert",
    .sql = "INSERT INTO dimension (workspace_id, dimension_id, dimension, value) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, "
           "unnest($2::int8[], $3::text[], $4::text[]) u WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, dimension_id) DO NOTHING",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement TOUCH_FIND = {
    .name = "touch_find",
    .sql = "SELECT t.touch_id FROM unnest($2::uuid[]) u(id) CROSS JOIN LATERAL ("
           "SELECT touch_id FROM touch WHERE workspace_id = $1 AND touch_id = u.id LIMIT 1) t",
    .index = "touch_pkey",
    .hot = true,
};

static const struct statement TOUCH_LOGS = {
    .name = "touch_logs",
    .sql = "SELECT t.lead_id, t.touch_id, t.kind, t.occurred_at, t.recorded_at, t.channel, "
           "t.source, t.medium, t.campaign, t.content, t.direction, t.function "
           "FROM unnest($2::uuid[]) u(id) CROSS JOIN LATERAL (SELECT * FROM touch "
           "WHERE workspace_id = $1 AND lead_id = u.id "
           "ORDER BY occurred_at DESC, touch_id DESC LIMIT $3) t",
    .index = "touch_of_lead",
    .hot = true,
};

static const struct statement TOUCH_OLDER = {
    .name = "touch_older",
    .sql = "SELECT kind, floor(extract(epoch FROM occurred_at) / 86400)::int8, count(*) "
           "FROM touch WHERE workspace_id = $1 AND lead_id = $2 "
           "AND (occurred_at, touch_id) < ($3, $4) GROUP BY 1, 2 ORDER BY 2 DESC, 1",
    .index = "touch_of_lead",
    .hot = true,
};

static const struct statement TOUCH_INSERT = {
    .name = "touch_insert",
    .sql = "INSERT INTO touch (workspace_id, touch_id, lead_id, kind, occurred_at, recorded_at, "
           "channel, source, medium, campaign, content, direction, function) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, unnest($2::uuid[], $3::uuid[], "
           "$4::text[], $5::timestamptz[], $6::timestamptz[], $7::int8[], $8::int8[], "
           "$9::int8[], $10::int8[], $11::int8[], $12::text[], $13::text[]) u "
           "WHERE h.workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement DELIVERY_LOCK = {
    .name = "delivery_lock",
    .sql = "SELECT delivery_id, source_id, received_at, content_type, body, status, error "
           "FROM delivery WHERE workspace_id = $1 AND delivery_id = $2 FOR NO KEY UPDATE",
    .index = "delivery_pkey",
    .hot = true,
};

static const struct statement DELIVERY_SAVE = {
    .name = "delivery_save",
    .sql = "INSERT INTO delivery (workspace_id, delivery_id, source_id, received_at, "
           "content_type, body, status, error, lead_id, replayed_at) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
           "ON CONFLICT (workspace_id, delivery_id) DO UPDATE SET status = excluded.status, "
           "error = excluded.error, lead_id = coalesce(excluded.lead_id, delivery.lead_id), "
           "replayed_at = excluded.replayed_at",
};

static const struct statement DELIVERY_LEADS = {
    .name = "delivery_leads",
    .sql = "INSERT INTO delivery_lead (workspace_id, lead_id, delivery_id) "
           "SELECT h.workspace_id, u.id, $3 FROM workspace_head h, unnest($2::uuid[]) u(id) "
           "WHERE h.workspace_id = $1 ON CONFLICT DO NOTHING",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* In batches, so that one run never takes long; the job comes again. */
static const struct statement ANSWER_DROP = {
    .name = "answer_drop",
    .sql = "DELETE FROM idempotency WHERE workspace_id = $1 AND key IN (SELECT key "
           "FROM idempotency WHERE workspace_id = $1 AND created_at < $2 LIMIT $3)",
};

static const struct statement ANSWER_LEADS_DROP = {
    .name = "answer_leads_drop",
    .sql = "DELETE FROM idempotency_lead l WHERE l.workspace_id = $1 AND l.key IN (SELECT key "
           "FROM idempotency WHERE workspace_id = $1 AND created_at < $2 LIMIT $3)",
};

static const struct statement DELIVERY_DROP = {
    .name = "delivery_drop",
    .sql = "UPDATE delivery SET body = NULL WHERE workspace_id = $1 AND delivery_id IN ("
           "SELECT delivery_id FROM delivery WHERE workspace_id = $1 AND received_at < $2 "
           "AND body IS NOT NULL LIMIT $3)",
};

const struct statement *const ledger_table_statements[] = {
    &HEAD_READ,        &HEAD_CONFIRM,  &HEAD_MOVE,      &HEAD_GUARD,    &LEDGER_APPEND,
    &CHAIN_LOCK,       &CHAIN_SAVE,    &ANSWER_FIND,    &ANSWER_INSERT, &ANSWER_LEADS,
    &DIMENSION_INSERT, &TOUCH_FIND,    &TOUCH_LOGS,     &TOUCH_OLDER,   &TOUCH_INSERT,
    &DELIVERY_LOCK,    &DELIVERY_SAVE, &DELIVERY_LEADS, &ANSWER_DROP,   &ANSWER_LEADS_DROP,
    &DELIVERY_DROP,    NULL,
};

static void put_ids(struct pg_params *params, struct arena *arena, struct uuid workspace,
                    const struct uuid *ids, size_t count)
{
    struct pg_array array;

    pg_array_begin(&array, arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        pg_array_uuid(&array, ids[i]);
    pg_params_init(params, arena);
    pg_params_uuid(params, workspace);
    pg_params_array(params, &array);
}

static void begin_columns(struct pg_array *columns, struct arena *arena, const enum pg_type *types,
                          int column_count, size_t rows)
{
    for (int i = 0; i < column_count; i++)
        pg_array_begin(&columns[i], arena, types[i], rows);
}

static void put_columns(struct pg_params *params, struct pg_array *columns, int column_count)
{
    for (int i = 0; i < column_count; i++)
        pg_params_array(params, &columns[i]);
}

/* ---- head and ledger ---- */

int head_table_queue_read(struct pg *pg, struct arena *arena, struct uuid workspace)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    return pg_queue(pg, &HEAD_READ, &params);
}

void head_table_queue_move(struct pg *pg, struct arena *arena, struct uuid workspace, size_t count,
                           int64_t config_version, bool config_changed)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_int8(&params, (int64_t)count);
    pg_params_int8(&params, config_version);
    pg_params_int8(&params, config_changed);
    pg_queue(pg, &HEAD_MOVE, &params);
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_int8(&params, config_version + config_changed);
    pg_mark_guard(pg, pg_queue(pg, &HEAD_GUARD, &params));
}

void head_table_queue_confirm(struct pg *pg, struct arena *arena, struct uuid workspace)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_queue(pg, &HEAD_CONFIRM, &params);
}

void ledger_table_queue_append(struct pg *pg, struct arena *arena, struct uuid workspace,
                               struct ledger_entry *const *entries, size_t count)
{
    static const enum pg_type types[] = {PG_UUID, PG_INT8, PG_INT2,  PG_TIMESTAMPTZ, PG_INT2,
                                         PG_UUID, PG_UUID, PG_BYTEA, PG_BYTEA};
    struct pg_array c[9];
    struct pg_params params;

    begin_columns(c, arena, types, 9, count);
    for (size_t i = 0; i < count; i++) {
        const struct ledger_entry *entry = entries[i];
        pg_array_uuid(&c[0], entry->subject);
        pg_array_int8(&c[1], entry->seq);
        pg_array_int2(&c[2], (int16_t)entry->kind);
        pg_array_instant(&c[3], entry->at);
        pg_array_int2(&c[4], (int16_t)entry->actor.kind);
        pg_array_uuid(&c[5], entry->actor.id);
        pg_array_uuid(&c[6], entry->team);
        pg_array_bytea(&c[7], entry->body, entry->body_len);
        pg_array_bytea(&c[8], entry->hash, DIGEST_BYTES);
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_int8(&params, (int64_t)count);
    put_columns(&params, c, 9);
    pg_queue(pg, &LEDGER_APPEND, &params);
}

int chain_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *subjects, size_t count)
{
    struct pg_params params;

    put_ids(&params, arena, workspace, subjects, count);
    return pg_queue(pg, &CHAIN_LOCK, &params);
}

void chain_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                            const struct chain_row *row)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuid(&params, row->subject);
    pg_params_int8(&params, row->chain.seq);
    pg_params_bytea(&params, row->chain.hash, DIGEST_BYTES);
    pg_params_instant(&params, row->chain.at);
    pg_queue(pg, &CHAIN_SAVE, &params);
}

/* ---- answers ---- */

int answer_table_queue_find(struct pg *pg, struct arena *arena, struct uuid workspace,
                            const uint8_t (*const *keys)[DIGEST_BYTES], size_t count)
{
    struct pg_array array;
    struct pg_params params;

    pg_array_begin(&array, arena, PG_BYTEA, count);
    for (size_t i = 0; i < count; i++)
        pg_array_bytea(&array, *keys[i], DIGEST_BYTES);
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_array(&params, &array);
    return pg_queue(pg, &ANSWER_FIND, &params);
}

struct answer_row *answer_table_read(const struct pg_result *result, int row, struct arena *arena)
{
    struct answer_row *answer = ARENA_NEW(arena, struct answer_row);
    size_t len;

    if (answer == NULL)
        return NULL;
    memcpy(answer->key, pg_get_bytea(result, row, 0, &len), DIGEST_BYTES);
    memcpy(answer->body_mac, pg_get_bytea(result, row, 1, &len), DIGEST_BYTES);
    answer->status = pg_get_int4(result, row, 2);
    answer->location = pg_copy_text(result, row, 3, arena);
    answer->body = pg_copy_text(result, row, 4, arena);
    answer->body_len = answer->body == NULL ? 0 : strlen(answer->body);
    return answer;
}

static void insert_answer_leads(struct pg *pg, struct arena *arena, struct uuid workspace,
                                struct answer_row *const *rows, size_t count)
{
    struct pg_array keys, leads;
    struct pg_params params;

    pg_array_begin(&keys, arena, PG_BYTEA, count);
    pg_array_begin(&leads, arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; rows[i]->lead_count > 1 && k < rows[i]->lead_count; k++) {
            pg_array_bytea(&keys, rows[i]->key, DIGEST_BYTES);
            pg_array_uuid(&leads, rows[i]->leads[k]);
        }
    }
    if (keys.count == 0)
        return;
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_array(&params, &keys);
    pg_params_array(&params, &leads);
    pg_queue(pg, &ANSWER_LEADS, &params);
}

void answer_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                               struct answer_row *const *rows, size_t count, instant now)
{
    static const enum pg_type types[] = {PG_BYTEA, PG_BYTEA, PG_INT2, PG_TEXT, PG_TEXT, PG_UUID};
    struct pg_array c[6];
    struct pg_params params;

    if (count == 0)
        return;
    begin_columns(c, arena, types, 6, count);
    for (size_t i = 0; i < count; i++) {
        const struct answer_row *row = rows[i];
        pg_array_bytea(&c[0], row->key, DIGEST_BYTES);
        pg_array_bytea(&c[1], row->body_mac, DIGEST_BYTES);
        pg_array_int2(&c[2], (int16_t)row->status);
        pg_array_text(&c[3], row->location);
        pg_array_text_len(&c[4], row->body, row->body_len);
        pg_array_uuid(&c[5], row->lead_count == 1 ? row->leads[0] : (struct uuid){{0}});
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    put_columns(&params, c, 6);
    pg_params_instant(&params, now);
    pg_queue(pg, &ANSWER_INSERT, &params);
    insert_answer_leads(pg, arena, workspace, rows, count);
}

#define DROP_BATCH 5000

static void queue_drop(struct pg *pg, struct arena *arena, const struct statement *statement,
                       struct uuid workspace, instant before)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_instant(&params, before);
    pg_params_int8(&params, DROP_BATCH);
    pg_queue(pg, statement, &params);
}

void answer_table_queue_drop(struct pg *pg, struct arena *arena, struct uuid workspace,
                             instant before)
{
    if (before == INSTANT_NONE)
        return;
    queue_drop(pg, arena, &ANSWER_LEADS_DROP, workspace, before);
    queue_drop(pg, arena, &ANSWER_DROP, workspace, before);
}

void delivery_table_queue_drop(struct pg *pg, struct arena *arena, struct uuid workspace,
                               instant before)
{
    if (before != INSTANT_NONE)
        queue_drop(pg, arena, &DELIVERY_DROP, workspace, before);
}

/* ---- dimensions and touches ---- */

void dimension_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                                  struct dimension_row *const *rows, size_t count)
{
    static const enum pg_type types[] = {PG_INT8, PG_TEXT, PG_TEXT};
    struct pg_array c[3];
    struct pg_params params;

    if (count == 0)
        return;
    begin_columns(c, arena, types, 3, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_int8(&c[0], rows[i]->id);
        pg_array_text(&c[1], dimension_name(rows[i]->dimension));
        pg_array_text(&c[2], rows[i]->value);
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    put_columns(&params, c, 3);
    pg_queue(pg, &DIMENSION_INSERT, &params);
}

int touch_table_queue_find(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *ids, size_t count)
{
    struct pg_params params;

    put_ids(&params, arena, workspace, ids, count);
    return pg_queue(pg, &TOUCH_FIND, &params);
}

int touch_table_queue_logs(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *leads, size_t count)
{
    struct pg_params params;

    put_ids(&params, arena, workspace, leads, count);
    pg_params_int8(&params, TOUCHES_LOADED_MAX);
    return pg_queue(pg, &TOUCH_LOGS, &params);
}

bool touch_table_read(const struct pg_result *result, int row, struct arena *arena,
                      struct touch *out)
{
    *out = (struct touch){
        .id = pg_get_uuid(result, row, 1),
        .kind = pg_copy_text(result, row, 2, arena),
        .occurred_at = pg_get_instant(result, row, 3),
        .recorded_at = pg_get_instant(result, row, 4),
        .direction = strcmp(pg_get_text(result, row, 10, NULL), "inbound") == 0
                         ? DIRECTION_INBOUND
                         : DIRECTION_OUTBOUND,
    };
    for (int i = 0; i < DIMENSION_COUNT; i++)
        out->dimensions[i] = pg_get_int8(result, row, 5 + i);
    return out->kind != NULL &&
           team_function_parse(pg_get_text(result, row, 11, NULL), &out->function);
}

int touch_table_queue_older(struct pg *pg, struct arena *arena, struct uuid workspace,
                            struct uuid lead, const struct touch *last)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuid(&params, lead);
    pg_params_instant(&params, last->occurred_at);
    pg_params_uuid(&params, last->id);
    return pg_queue(pg, &TOUCH_OLDER, &params);
}

static void put_dimension(struct pg_array *column, int64_t id)
{
    if (id == 0)
        pg_array_null(column);
    else
        pg_array_int8(column, id);
}

void touch_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                              struct touch_row *const *rows, size_t count)
{
    static const enum pg_type types[] = {PG_UUID,        PG_UUID, PG_TEXT, PG_TIMESTAMPTZ,
                                         PG_TIMESTAMPTZ, PG_INT8, PG_INT8, PG_INT8,
                                         PG_INT8,        PG_INT8, PG_TEXT, PG_TEXT};
    struct pg_array c[12];
    struct pg_params params;

    if (count == 0)
        return;
    begin_columns(c, arena, types, 12, count);
    for (size_t i = 0; i < count; i++) {
        const struct touch *touch = &rows[i]->touch;
        pg_array_uuid(&c[0], touch->id);
        pg_array_uuid(&c[1], rows[i]->lead);
        pg_array_text(&c[2], touch->kind);
        pg_array_instant(&c[3], touch->occurred_at);
        pg_array_instant(&c[4], touch->recorded_at);
        for (int k = 0; k < DIMENSION_COUNT; k++)
            put_dimension(&c[5 + k], touch->dimensions[k]);
        pg_array_text(&c[10], direction_name(touch->direction));
        pg_array_text(&c[11], team_function_name(touch->function));
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    put_columns(&params, c, 12);
    pg_queue(pg, &TOUCH_INSERT, &params);
}

/* ---- deliveries ---- */

int delivery_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                              struct uuid id)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuid(&params, id);
    return pg_queue(pg, &DELIVERY_LOCK, &params);
}

struct delivery_row *delivery_table_read(const struct pg_result *result, int row,
                                         struct arena *arena)
{
    struct delivery_row *delivery = ARENA_NEW(arena, struct delivery_row);
    size_t len = 0;
    const uint8_t *body = pg_get_bytea(result, row, 4, &len);

    if (delivery == NULL)
        return NULL;
    delivery->id = pg_get_uuid(result, row, 0);
    delivery->source = pg_get_uuid(result, row, 1);
    delivery->received_at = pg_get_instant(result, row, 2);
    delivery->content_type = pg_copy_text(result, row, 3, arena);
    delivery->body = body == NULL ? NULL : arena_copy(arena, (const char *)body, len);
    delivery->body_len = len;
    delivery->applied = strcmp(pg_get_text(result, row, 5, NULL), "applied") == 0;
    delivery->error = pg_copy_text(result, row, 6, arena);
    delivery->replayed_at = INSTANT_NONE;
    return delivery;
}

void delivery_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                               const struct delivery_row *row)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuid(&params, row->id);
    pg_params_uuid(&params, row->source);
    pg_params_instant(&params, row->received_at);
    pg_params_text(&params, row->content_type);
    pg_params_bytea(&params, row->body, row->body_len);
    pg_params_text(&params, row->applied ? "applied" : "failed");
    pg_params_text(&params, row->error);
    pg_params_uuid(&params, row->lead_count > 0 ? row->leads[0] : (struct uuid){{0}});
    pg_params_instant(&params, row->replayed_at);
    pg_queue(pg, &DELIVERY_SAVE, &params);
    if (row->lead_count == 0)
        return;
    put_ids(&params, arena, workspace, row->leads, row->lead_count);
    pg_params_uuid(&params, row->id);
    pg_queue(pg, &DELIVERY_LEADS, &params);
}
