#include "store/table/answer_table.h"

#include "store/pg/columns.h"

#include <string.h>

/* ---- columns ---- */

/* The lead, when the answer is about exactly one; several are in idempotency_lead. */
static void put_lead(struct column_writer *w, const void *row)
{
    const struct answer_row *answer = row;

    if (answer->lead_count == 1)
        pg_array_uuid(w->to, answer->leads[0]);
    else
        pg_array_null(w->to);
}

static const struct column_form as_answer_lead = {.type = PG_UUID, .put = put_lead};

/* clang-format off */

#define IN(name) MEMBER(struct answer_row, name)

static const struct column answer_list[] = {
    {"key",        &as_bytes,       IN(key),        COLUMN_KEY},
    {"body_mac",   &as_bytes,       IN(body_mac)},
    {"status",     &as_int2,        IN(status)},
    {"location",   &as_text,        IN(location),   COLUMN_NULL},
    {"answer",     &as_text_len,    IN(body),       COLUMN_NULL,
        .beside = offsetof(struct answer_row, body_len)},
    {"lead_id",    &as_answer_lead, IN(leads),      COLUMN_NULL, .unread = "for erasure"},
    {"created_at", &as_instant,     IN(created_at), .unread = "for retention"},
};
#undef IN

const struct columns answer_columns =
    COLUMNS("idempotency", answer_list, struct answer_row, PROOF_COMMITTED, NULL);

struct answer_lead_row {
    struct uuid lead;
    uint8_t key[DIGEST_BYTES];
};

#define IN(name) MEMBER(struct answer_lead_row, name)
#define UNREAD .unread = "for erasure and retention"

static const struct column answer_lead_list[] = {
    {"lead_id", &as_uuid,  IN(lead), COLUMN_KEY, UNREAD},
    {"key",     &as_bytes, IN(key),  COLUMN_KEY, UNREAD},
};
#undef UNREAD
#undef IN

const struct columns answer_lead_columns =
    COLUMNS("idempotency_lead", answer_lead_list, struct answer_lead_row, PROOF_FREE,
            "for the erasure of answers, which are kept for seven days");

/* ---- statements ---- */

/* $1 workspace, $2 keys */
static const struct statement ANSWER_FIND = {
    .name = "answer_find",
    .sql = "SELECT {a.idempotency} "
           "FROM unnest($2::bytea[]) u(key) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM idempotency "
           "  WHERE workspace_id = $1 AND key = u.key "
           "  LIMIT 1"
           ") a",
    .index = "idempotency_pkey",
    .hot = true,
};

static const struct statement ANSWER_INSERT =
    STATEMENT_OF_ROWS("answer_insert", STATEMENT_INSERTS, answer_columns);

static const struct statement ANSWER_LEADS =
    STATEMENT_OF_ROWS("answer_leads", STATEMENT_ADDS, answer_lead_columns);

/* In batches, so that no run takes long; the job comes back for the rest.
 * $1 workspace, $2 older than this, $3 limit */
static const struct statement ANSWER_DROP = {
    .name = "answer_drop",
    .sql = "DELETE FROM idempotency "
           "WHERE workspace_id = $1 "
           "AND key IN ("
           "  SELECT key "
           "  FROM idempotency "
           "  WHERE workspace_id = $1 AND created_at < $2 "
           "  LIMIT $3)",
};

/* $1 workspace, $2 older than this, $3 limit */
static const struct statement ANSWER_LEADS_DROP = {
    .name = "answer_leads_drop",
    .sql = "DELETE FROM idempotency_lead l "
           "WHERE l.workspace_id = $1 "
           "AND l.key IN ("
           "  SELECT key "
           "  FROM idempotency "
           "  WHERE workspace_id = $1 AND created_at < $2 "
           "  LIMIT $3)",
};

/* clang-format on */

const struct statement *const answer_table_statements[] = {
    &ANSWER_FIND, &ANSWER_LEADS, &ANSWER_INSERT, &ANSWER_DROP, &ANSWER_LEADS_DROP, NULL};

int answer_table_queue_find(const struct pg_scope *scope,
                            const uint8_t (*const *keys)[DIGEST_BYTES], size_t count)
{
    struct pg_array array;
    struct pg_params params;

    pg_array_begin(&array, scope->arena, PG_BYTEA, count);
    for (size_t i = 0; i < count; i++)
        pg_array_bytea(&array, *keys[i], DIGEST_BYTES);
    pg_scope_params(scope, &params);
    pg_params_array(&params, &array);
    return pg_queue(scope->pg, &ANSWER_FIND, &params);
}

struct answer_row *answer_table_read(const struct pg_result *result, int row, struct arena *arena)
{
    struct answer_row *answer = ARENA_NEW(arena, struct answer_row);

    if (answer == NULL || !columns_read(&answer_columns, result, row, 0, arena, answer))
        return NULL;
    return answer;
}

/* For the answers that are about several leads. */
static void insert_leads(const struct pg_scope *scope, struct answer_row *const *rows, size_t count)
{
    size_t total = 0, made = 0;

    for (size_t i = 0; i < count; i++)
        total += rows[i]->lead_count > 1 ? rows[i]->lead_count : 0;
    if (total == 0)
        return;
    struct answer_lead_row *items = ARENA_ARRAY(scope->arena, struct answer_lead_row, total);
    const void **list = ARENA_ARRAY(scope->arena, const void *, total);
    if (items == NULL || list == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; rows[i]->lead_count > 1 && k < rows[i]->lead_count; k++) {
            memcpy(items[made].key, rows[i]->key, DIGEST_BYTES);
            items[made].lead = rows[i]->leads[k];
            list[made] = &items[made];
            made++;
        }
    }
    columns_queue(scope, &ANSWER_LEADS, list, made);
}

void answer_table_queue_insert(const struct pg_scope *scope, struct answer_row *const *rows,
                               size_t count, instant now)
{
    for (size_t i = 0; i < count; i++)
        rows[i]->created_at = now;
    columns_queue(scope, &ANSWER_INSERT, (const void *const *)rows, count);
    insert_leads(scope, rows, count);
}

#define ANSWER_DROP_BATCH 5000 /* rows */

static void queue_drop(const struct pg_scope *scope, const struct statement *statement,
                       instant before)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_instant(&params, before);
    pg_params_int8(&params, ANSWER_DROP_BATCH);
    pg_queue(scope->pg, statement, &params);
}

void answer_table_queue_drop(const struct pg_scope *scope, instant before)
{
    if (before == INSTANT_NONE)
        return;
    queue_drop(scope, &ANSWER_LEADS_DROP, before);
    queue_drop(scope, &ANSWER_DROP, before);
}
