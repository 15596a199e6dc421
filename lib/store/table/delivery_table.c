#include "store/table/delivery_table.h"

#include <string.h>

#define DELIVERY_DROP_BATCH 5000 /* rows */

static const struct statement DELIVERY_DROP = {
    .name = "delivery_drop",
    .sql = "UPDATE delivery SET body = NULL WHERE workspace_id = $1 AND delivery_id IN ("
           "SELECT delivery_id FROM delivery WHERE workspace_id = $1 AND received_at < $2 "
           "AND body IS NOT NULL LIMIT $3)",
};

void delivery_table_queue_drop(struct pg *pg, struct arena *arena, struct uuid workspace,
                               instant before)
{
    struct pg_params params;

    if (before == INSTANT_NONE)
        return;
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_instant(&params, before);
    pg_params_int8(&params, DELIVERY_DROP_BATCH);
    pg_queue(pg, &DELIVERY_DROP, &params);
}

static const struct statement DELIVERY_LOCK = {
    .name = "delivery_lock",
    .sql = "SELECT delivery_id, source_id, received_at, content_type, body, status, error "
           "FROM delivery WHERE workspace_id = $1 AND delivery_id = $2 FOR NO KEY UPDATE",
    .index = "delivery_pkey",
    .hot = true,
};

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
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuids(&params, row->leads, row->lead_count);
    pg_params_uuid(&params, row->id);
    pg_queue(pg, &DELIVERY_LEADS, &params);
}

const struct statement *const delivery_table_statements[] = {&DELIVERY_DROP, &DELIVERY_LOCK,
                                                             &DELIVERY_SAVE, &DELIVERY_LEADS, NULL};
