#include "store/table/answer_table.h"

#include <string.h>

static const struct statement ANSWER_FIND = {
    .name = "answer_find",
    .sql = "SELECT a.key, a.body_mac, a.status, a.location, a.answer FROM unnest($2::bytea[]) "
           "u(key) CROSS JOIN LATERAL (SELECT * FROM idempotency WHERE workspace_id = $1 "
           "AND key = u.key LIMIT 1) a",
    .index = "idempotency_pkey",
    .hot = true,
};

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

static const struct statement ANSWER_LEADS = {
    .name = "answer_leads",
    .sql = "INSERT INTO idempotency_lead (workspace_id, key, lead_id) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, unnest($2::bytea[], $3::uuid[]) u "
           "WHERE h.workspace_id = $1 ON CONFLICT DO NOTHING",
    .index = "workspace_head_pkey",
    .hot = true,
};

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

static const struct statement ANSWER_INSERT = {
    .name = "answer_insert",
    .sql = "INSERT INTO idempotency (workspace_id, key, body_mac, status, location, answer, "
           "lead_id, created_at) SELECT h.workspace_id, u.*, $8 FROM workspace_head h, "
           "unnest($2::bytea[], $3::bytea[], $4::int2[], $5::text[], $6::text[], $7::uuid[]) u "
           "WHERE h.workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

void answer_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                               struct answer_row *const *rows, size_t count, instant now)
{
    static const enum pg_type types[] = {PG_BYTEA, PG_BYTEA, PG_INT2, PG_TEXT, PG_TEXT, PG_UUID};
    struct pg_array c[6];
    struct pg_params params;

    if (count == 0)
        return;
    pg_columns_begin(c, arena, types, 6, count);
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
    pg_params_columns(&params, c, 6);
    pg_params_instant(&params, now);
    pg_queue(pg, &ANSWER_INSERT, &params);
    insert_answer_leads(pg, arena, workspace, rows, count);
}

#define ANSWER_DROP_BATCH 5000 /* rows */

static void queue_drop(struct pg *pg, struct arena *arena, const struct statement *statement,
                       struct uuid workspace, instant before)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_instant(&params, before);
    pg_params_int8(&params, ANSWER_DROP_BATCH);
    pg_queue(pg, statement, &params);
}

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

void answer_table_queue_drop(struct pg *pg, struct arena *arena, struct uuid workspace,
                             instant before)
{
    if (before == INSTANT_NONE)
        return;
    queue_drop(pg, arena, &ANSWER_LEADS_DROP, workspace, before);
    queue_drop(pg, arena, &ANSWER_DROP, workspace, before);
}

const struct statement *const answer_table_statements[] = {
    &ANSWER_FIND, &ANSWER_LEADS, &ANSWER_INSERT, &ANSWER_DROP, &ANSWER_LEADS_DROP, NULL};
