#include "store/read/queue_read.h"

#include "store/table/lead_table.h"

/* clang-format off */

/* $1 workspace, $2 leads, $3 and $4 where the verdict on each stands, or null */
static const struct statement QUEUE_LEADS = {
    .name = "queue_leads",
    .sql = "SELECT i.n, o.handoff_id, v.body, {l.lead} "
           "FROM unnest($2::uuid[], $3::uuid[], $4::int8[]) WITH ORDINALITY i (lead_id, chain, seq, n) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = i.lead_id "
           "  LIMIT 1"
           ") l "
           "LEFT JOIN LATERAL ("
           "  SELECT handoff_id "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND lead_id = i.lead_id AND state IN ('offered', 'accepted') "
           "  LIMIT 1"
           ") o ON true "
           "LEFT JOIN LATERAL ("
           "  SELECT body "
           "  FROM verdict "
           "  WHERE workspace_id = $1 AND lead_id = i.chain AND seq = i.seq "
           "  LIMIT 1"
           ") v ON true "
           "WHERE l.status = 'active'",
    .index = "lead_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const queue_read_statements[] = {&QUEUE_LEADS, NULL};

static struct read_query ask(const struct read *read, struct handoff *const *handoffs, size_t count)
{
    struct read_query query = {.statement = &QUEUE_LEADS};
    struct pg_array leads, chains, seqs;

    pg_array_begin(&leads, read->arena, PG_UUID, count);
    pg_array_begin(&chains, read->arena, PG_UUID, count);
    pg_array_begin(&seqs, read->arena, PG_INT8, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_uuid(&leads, handoffs[i]->lead);
        pg_array_uuid(&chains, handoffs[i]->verdict_lead);
        pg_array_int8(&seqs, handoffs[i]->verdict_seq);
    }
    read_params(&query, read);
    pg_params_array(&query.params, &leads);
    pg_params_array(&query.params, &chains);
    pg_params_array(&query.params, &seqs);
    return query;
}

static void take(const struct read *read, const struct pg_result *result, struct queue_item *items)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct queue_item *item = &items[pg_get_int8(result, row, 0) - 1];
        item->open = pg_get_uuid(result, row, 1);
        item->lead = lead_table_read(result, row, 3, read->arena);
        if (pg_is_null(result, row, 2))
            continue;
        const char *body = pg_get_text(result, row, 2, &item->verdict_len);
        item->verdict = arena_copy(read->arena, body, item->verdict_len);
    }
}

enum err queue_read(const struct read *read, struct handoff *const *handoffs, size_t count,
                    struct queue_item **out)
{
    struct read_query query = ask(read, handoffs, count);

    *out = ARENA_ARRAY(read->arena, struct queue_item, count + 1);
    if (*out == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        take(read, query.result, *out);
    return read_end(read, err);
}
