#include "store/table/ledger_table.h"

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

void ledger_table_queue_append(struct pg *pg, struct arena *arena, struct uuid workspace,
                               struct ledger_entry *const *entries, size_t count)
{
    static const enum pg_type types[] = {PG_UUID, PG_INT8, PG_INT2,  PG_TIMESTAMPTZ, PG_INT2,
                                         PG_UUID, PG_UUID, PG_BYTEA, PG_BYTEA};
    struct pg_array c[9];
    struct pg_params params;

    pg_columns_begin(c, arena, types, 9, count);
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
    pg_params_columns(&params, c, 9);
    pg_queue(pg, &LEDGER_APPEND, &params);
}

static const struct statement CHAIN_LOCK = {
    .name = "chain_lock",
    .sql = "SELECT c.subject_id, c.seq, c.hash, c.at FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL (SELECT * FROM chain WHERE workspace_id = $1 "
           "AND subject_id = u.id FOR NO KEY UPDATE) c",
    .index = "chain_pkey",
    .hot = true,
};

int chain_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                           const struct uuid *subjects, size_t count)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuids(&params, subjects, count);
    return pg_queue(pg, &CHAIN_LOCK, &params);
}

static const struct statement CHAIN_SAVE = {
    .name = "chain_save",
    .sql = "INSERT INTO chain (workspace_id, subject_id, seq, hash, at) "
           "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workspace_id, subject_id) DO UPDATE "
           "SET seq = excluded.seq, hash = excluded.hash, at = excluded.at",
};

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

const struct statement *const ledger_table_statements[] = {&LEDGER_APPEND, &CHAIN_LOCK, &CHAIN_SAVE,
                                                           NULL};
