#include "store/table/lead_table.h"

#include <stdlib.h>
#include <string.h>

/* All set-based reads run as one index lookup per id, whatever the planner believes of the
 * table's size: the subquery is LATERAL and cannot be turned into a join over the whole table. */
static const struct statement LEAD_LOCK = {
    .name = "lead_lock",
    .sql = "SELECT " LEAD_COLUMNS " FROM unnest($2::uuid[]) u(id) CROSS JOIN LATERAL ("
           "SELECT * FROM lead WHERE workspace_id = $1 AND lead_id = u.id FOR NO KEY UPDATE) l",
    .index = "lead_pkey",
    .hot = true,
};

/* UNION drops what was seen, so that even a circle ends. */
static const struct statement LEAD_FOLLOW = {
    .name = "lead_follow",
    .sql = "WITH RECURSIVE way(id) AS (SELECT u.id FROM unnest($2::uuid[]) u(id) "
           "UNION SELECT l.merged_into FROM way CROSS JOIN LATERAL (SELECT merged_into FROM lead "
           "WHERE workspace_id = $1 AND lead_id = way.id LIMIT 1) l "
           "WHERE l.merged_into IS NOT NULL) SELECT id FROM way",
    .index = "lead_pkey",
    .hot = true,
};

static const struct statement LEAD_SAVE = {
    .name = "lead_save",
    .sql = "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, first_team, "
           "due_at, merged_into, identities, attributes, facts, overrides, salt, claimed_stage, "
           "origin, found_by, created_at, updated_at, touch_count, first_touch_at, mql_at, "
           "sal_at, sql_at, opportunity_at, customer_at, amount_minor, amount_currency, "
           "hold_until, hold_inputs, seq, hash, chain_at) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, unnest($2::uuid[], $3::text[], "
           "$4::text[], $5::uuid[], $6::uuid[], $7::timestamptz[], $8::uuid[], $9::json[], "
           "$10::json[], $11::json[], $12::json[], $13::bytea[], $14::text[], $15::text[], "
           "$16::text[], $17::timestamptz[], $18::timestamptz[], $19::int4[], "
           "$20::timestamptz[], $21::timestamptz[], $22::timestamptz[], $23::timestamptz[], "
           "$24::timestamptz[], $25::timestamptz[], $26::int8[], $27::text[], "
           "$28::timestamptz[], $29::json[], $30::int8[], $31::bytea[], $32::timestamptz[]) u "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, lead_id) DO UPDATE SET status = excluded.status, "
           "stage = excluded.stage, owner_team = excluded.owner_team, "
           "first_team = excluded.first_team, due_at = excluded.due_at, "
           "merged_into = excluded.merged_into, identities = excluded.identities, "
           "attributes = excluded.attributes, facts = excluded.facts, "
           "overrides = excluded.overrides, salt = excluded.salt, "
           "claimed_stage = excluded.claimed_stage, created_at = excluded.created_at, "
           "updated_at = excluded.updated_at, touch_count = excluded.touch_count, "
           "first_touch_at = excluded.first_touch_at, mql_at = excluded.mql_at, "
           "sal_at = excluded.sal_at, sql_at = excluded.sql_at, "
           "opportunity_at = excluded.opportunity_at, customer_at = excluded.customer_at, "
           "amount_minor = excluded.amount_minor, amount_currency = excluded.amount_currency, "
           "hold_until = excluded.hold_until, hold_inputs = excluded.hold_inputs, "
           "seq = excluded.seq, hash = excluded.hash, chain_at = excluded.chain_at",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement IDENTITY_FIND = {
    .name = "identity_find",
    .sql = "SELECT u.n, i.lead_id FROM unnest($2::text[], $3::text[]) WITH ORDINALITY "
           "u(source, value, n) CROSS JOIN LATERAL (SELECT lead_id FROM identity "
           "WHERE workspace_id = $1 AND source = u.source AND value = u.value LIMIT 1) i",
    .index = "identity_pkey",
    .hot = true,
};

static const struct statement IDENTITY_INSERT = {
    .name = "identity_insert",
    .sql = "INSERT INTO identity (workspace_id, source, value, lead_id) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, "
           "unnest($2::text[], $3::text[], $4::uuid[]) u WHERE h.workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* Every row is there, and its lead is locked: so none is inserted, and there is no plan to choose.
 */
static const struct statement IDENTITY_MOVE = {
    .name = "identity_move",
    .sql = "INSERT INTO identity (workspace_id, source, value, lead_id) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, "
           "unnest($2::text[], $3::text[], $4::uuid[]) u WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, source, value) DO UPDATE SET lead_id = excluded.lead_id",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement IDENTITY_DELETE = {
    .name = "identity_delete",
    .sql = "DELETE FROM identity WHERE workspace_id = $1 AND ctid = ANY (ARRAY(SELECT i.ctid "
           "FROM unnest($2::text[], $3::text[]) u(source, value) CROSS JOIN LATERAL ("
           "SELECT ctid FROM identity WHERE workspace_id = $1 AND source = u.source "
           "AND value = u.value LIMIT 1) i))",
    .index = "identity_pkey",
    .hot = true,
};

/* A lead and all that were merged into it, however deep. */
#define ABSORBED                                                                                   \
    "WITH RECURSIVE gone(id) AS (SELECT $2::uuid UNION SELECT l.lead_id FROM gone "                \
    "JOIN lead l ON l.workspace_id = $1 AND l.merged_into = gone.id) "

static const struct statement ERASE_SALTS = {
    .name = "erase_salts",
    .sql = ABSORBED "UPDATE lead SET salt = NULL "
                    "WHERE workspace_id = $1 AND lead_id IN (SELECT id FROM gone)",
};

static const struct statement ERASE_VERDICTS = {
    .name = "erase_verdicts",
    .sql = ABSORBED "UPDATE verdict SET body = NULL "
                    "WHERE workspace_id = $1 AND lead_id IN (SELECT id FROM gone)",
};

/* A lead's handoffs are found by the ledger, where they were offered, imported, or (a conceded one)
 * accepted at once: no index on every handoff for the rare erasure. */
static const struct statement ERASE_HANDOFFS = {
    .name = "erase_handoffs",
    .sql = ABSORBED
    "UPDATE handoff SET offer_note = CASE WHEN offer_note IS NOT NULL THEN '' END, note = NULL, "
    "criterion = CASE WHEN criterion IS NOT NULL THEN json_build_object('id', criterion->'id', "
    "'result', criterion->'result', 'seen', NULL, 'now', criterion->'now') END "
    "WHERE workspace_id = $1 AND handoff_id IN (SELECT (convert_from(e.body, 'UTF8')::json"
    "->>'handoff')::uuid FROM ledger e WHERE e.workspace_id = $1 AND e.kind IN (20, 24, 37) "
    "AND e.subject_id IN (SELECT id FROM gone))",
};

static const struct statement ERASE_FEEDBACK = {
    .name = "erase_feedback",
    .sql = ABSORBED "UPDATE feedback SET note = NULL WHERE workspace_id = $1 AND handoff_id IN ("
                    "SELECT (convert_from(e.body, 'UTF8')::json->>'handoff')::uuid FROM ledger e "
                    "WHERE e.workspace_id = $1 AND e.kind IN (20, 24, 37) "
                    "AND e.subject_id IN (SELECT id FROM gone))",
};

static const struct statement ERASE_ANSWERS = {
    .name = "erase_answers",
    .sql = ABSORBED "UPDATE idempotency SET answer = NULL WHERE workspace_id = $1 AND (lead_id IN ("
                    "SELECT id FROM gone) OR key IN (SELECT k.key FROM idempotency_lead k "
                    "WHERE k.workspace_id = $1 AND k.lead_id IN (SELECT id FROM gone)))",
};

static const struct statement ERASE_DELIVERIES = {
    .name = "erase_deliveries",
    .sql = ABSORBED "UPDATE delivery SET body = NULL WHERE workspace_id = $1 AND delivery_id IN ("
                    "SELECT d.delivery_id FROM delivery_lead d WHERE d.workspace_id = $1 "
                    "AND d.lead_id IN (SELECT id FROM gone))",
};

static const struct statement TOUCH_MOVE = {
    .name = "touch_move",
    .sql = "UPDATE touch SET lead_id = m.stands FROM (SELECT t.ctid AS place, u.stands "
           "FROM unnest($2::uuid[], $3::uuid[]) u(absorbed, stands) CROSS JOIN LATERAL ("
           "SELECT ctid FROM touch WHERE workspace_id = $1 AND lead_id = u.absorbed OFFSET 0) t) m "
           "WHERE touch.ctid = m.place",
    .index = "touch_of_lead",
    .hot = true,
};

/* What the absorbed leads had absorbed themselves leads to the survivor at once. A row that another
 * server holds just now is left as it is, for waiting could end in a deadlock: whoever meets it
 * takes one step more. */
static const struct statement LEAD_FLATTEN = {
    .name = "lead_flatten",
    .sql = "UPDATE lead SET merged_into = m.stands FROM (SELECT l.ctid AS place, u.stands "
           "FROM unnest($2::uuid[], $3::uuid[]) u(absorbed, stands) CROSS JOIN LATERAL ("
           "SELECT ctid FROM lead WHERE workspace_id = $1 AND merged_into = u.absorbed "
           "FOR NO KEY UPDATE SKIP LOCKED) l) m WHERE lead.ctid = m.place",
    .index = "lead_absorbed",
    .hot = true,
};

const struct statement *const lead_table_statements[] = {
    &LEAD_LOCK,        &LEAD_FOLLOW,    &LEAD_SAVE,       &IDENTITY_FIND,
    &IDENTITY_INSERT,  &IDENTITY_MOVE,  &IDENTITY_DELETE, &ERASE_SALTS,
    &ERASE_VERDICTS,   &ERASE_HANDOFFS, &ERASE_FEEDBACK,  &ERASE_ANSWERS,
    &ERASE_DELIVERIES, &TOUCH_MOVE,     &LEAD_FLATTEN,    NULL,
};

/* ---- reading ---- */

static bool read_hold_inputs(const struct pg_result *result, int row, int column,
                             struct arena *arena, struct lead *lead)
{
    size_t len;
    const char *text = pg_get_text(result, row, column, &len);

    if (text == NULL)
        return true;
    json_t *root = json_loadb(text, len, 0, NULL);
    size_t count = json_array_size(root);
    const char **inputs = ARENA_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; inputs != NULL && i < count; i++) {
        const char *input = json_string_value(json_array_get(root, i));
        inputs[i] = input == NULL ? NULL : arena_strdup(arena, input);
        if (inputs[i] == NULL)
            inputs = NULL;
    }
    json_decref(root);
    lead->hold_inputs = inputs;
    lead->hold_input_count = count;
    return inputs != NULL;
}

static bool read_documents(const struct pg_result *result, int row, int column, struct arena *arena,
                           struct lead *lead)
{
    size_t len;
    const char *text = pg_get_text(result, row, column, &len);

    if (text != NULL && lead_identities_read(text, len, arena, lead) != ERR_NONE)
        return false;
    text = pg_get_text(result, row, column + 1, &len);
    if (text != NULL && attribute_set_read(text, len, arena, &lead->attributes) != ERR_NONE)
        return false;
    text = pg_get_text(result, row, column + 2, &len);
    if (text != NULL && attribute_set_read(text, len, arena, &lead->facts) != ERR_NONE)
        return false;
    text = pg_get_text(result, row, column + 3, &len);
    return text == NULL || lead_overrides_read(text, len, arena, lead) == ERR_NONE;
}

static enum lead_status status_of(const char *name)
{
    return strcmp(name, "active") == 0   ? LEAD_ACTIVE
           : strcmp(name, "merged") == 0 ? LEAD_MERGED
                                         : LEAD_ERASED;
}

static void copy_bytes(const struct pg_result *result, int row, int column, uint8_t *out,
                       size_t size)
{
    size_t len;
    const uint8_t *bytes = pg_get_bytea(result, row, column, &len);

    if (bytes != NULL && len == size)
        memcpy(out, bytes, size);
}

static void read_amount(const struct pg_result *result, int row, int column, struct lead *lead)
{
    lead->amount.given = !pg_is_null(result, row, column);
    if (!lead->amount.given)
        return;
    lead->amount.minor = pg_get_int8(result, row, column);
    memcpy(lead->amount.currency, pg_get_text(result, row, column + 1, NULL), 3);
}

struct lead *lead_table_read(const struct pg_result *result, int row, int column,
                             struct arena *arena)
{
    struct lead *lead = ARENA_NEW(arena, struct lead);
    int c = column;

    if (lead == NULL)
        return NULL;
    lead->id = pg_get_uuid(result, row, c);
    lead->status = status_of(pg_get_text(result, row, c + 1, NULL));
    lead->claimed_stage = STAGE_COUNT;
    if (!stage_parse(pg_get_text(result, row, c + 2, NULL), &lead->stage))
        return NULL;
    lead->owner_team = pg_get_uuid(result, row, c + 3);
    lead->first_team = pg_get_uuid(result, row, c + 4);
    lead->due_at = pg_get_instant(result, row, c + 5);
    lead->merged_into = pg_get_uuid(result, row, c + 6);
    if (!read_documents(result, row, c + 7, arena, lead))
        return NULL;
    copy_bytes(result, row, c + 11, lead->salt, sizeof lead->salt);
    if (!pg_is_null(result, row, c + 12) &&
        !stage_parse(pg_get_text(result, row, c + 12, NULL), &lead->claimed_stage))
        return NULL;
    lead->origin = strcmp(pg_get_text(result, row, c + 13, NULL), "inbound") == 0
                       ? DIRECTION_INBOUND
                       : DIRECTION_OUTBOUND;
    if (!team_function_parse(pg_get_text(result, row, c + 14, NULL), &lead->found_by))
        return NULL;
    lead->created_at = pg_get_instant(result, row, c + 15);
    lead->updated_at = pg_get_instant(result, row, c + 16);
    lead->touch_count = pg_get_int4(result, row, c + 17);
    lead->first_touch_at = pg_get_instant(result, row, c + 18);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        lead->reached[i] = pg_get_instant(result, row, c + 19 + i);
    read_amount(result, row, c + 24, lead);
    lead->hold_until = pg_get_instant(result, row, c + 26);
    if (!read_hold_inputs(result, row, c + 27, arena, lead))
        return NULL;
    lead->chain.seq = pg_get_int8(result, row, c + 28);
    copy_bytes(result, row, c + 29, lead->chain.hash, DIGEST_BYTES);
    lead->chain.at = pg_get_instant(result, row, c + 30);
    return lead;
}

static int queue_ids(struct pg *pg, struct arena *arena, struct uuid workspace,
                     const struct uuid *ids, size_t count, const struct statement *statement)
{
    struct pg_params params;
    struct pg_array array;

    pg_array_begin(&array, arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        pg_array_uuid(&array, ids[i]);
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_array(&params, &array);
    return pg_queue(pg, statement, &params);
}

int lead_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                          const struct uuid *ids, size_t count)
{
    return queue_ids(pg, arena, workspace, ids, count, &LEAD_LOCK);
}

int lead_table_queue_follow(struct pg *pg, struct arena *arena, struct uuid workspace,
                            const struct uuid *ids, size_t count)
{
    return queue_ids(pg, arena, workspace, ids, count, &LEAD_FOLLOW);
}

/* ---- saving ---- */

enum { SAVE_COLUMNS = 31 };

static const enum pg_type save_types[SAVE_COLUMNS] = {
    PG_UUID,        PG_TEXT,        PG_TEXT,        PG_UUID,        PG_UUID,        PG_TIMESTAMPTZ,
    PG_UUID,        PG_JSON,        PG_JSON,        PG_JSON,        PG_JSON,        PG_BYTEA,
    PG_TEXT,        PG_TEXT,        PG_TEXT,        PG_TIMESTAMPTZ, PG_TIMESTAMPTZ, PG_INT4,
    PG_TIMESTAMPTZ, PG_TIMESTAMPTZ, PG_TIMESTAMPTZ, PG_TIMESTAMPTZ, PG_TIMESTAMPTZ, PG_TIMESTAMPTZ,
    PG_INT8,        PG_TEXT,        PG_TIMESTAMPTZ, PG_JSON,        PG_INT8,        PG_BYTEA,
    PG_TIMESTAMPTZ,
};

static void put_json(struct pg_array *array, struct json_out *out, bool present)
{
    if (present && !json_out_failed(out))
        pg_array_json(array, out->text, out->len);
    else
        pg_array_null(array);
    json_out_clear(out);
}

static bool has_override(const struct lead *lead)
{
    for (int i = 0; i < TERM_COUNT; i++)
        if (lead->overrides[i].given)
            return true;
    return false;
}

static void put_documents(struct pg_array *columns, const struct lead *lead, struct json_out *out)
{
    bool active = lead->status == LEAD_ACTIVE;

    lead_identities_write(lead, out);
    put_json(&columns[0], out, active);
    attribute_set_write(&lead->attributes, out);
    put_json(&columns[1], out, active);
    attribute_set_write(&lead->facts, out);
    put_json(&columns[2], out, active);
    lead_overrides_write(lead, out);
    put_json(&columns[3], out, has_override(lead));
}

static void put_hold_inputs(struct pg_array *column, const struct lead *lead, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < lead->hold_input_count; i++)
        json_out_text(out, lead->hold_inputs[i]);
    json_out_end_array(out);
    put_json(column, out, lead->hold_input_count > 0);
}

static void put_lead(struct pg_array *columns, const struct lead *lead, struct json_out *out)
{
    struct pg_array *c = columns;

    pg_array_uuid(c++, lead->id);
    pg_array_text(c++, lead_status_name(lead->status));
    pg_array_text(c++, stage_name(lead->stage));
    pg_array_uuid(c++, lead->owner_team);
    pg_array_uuid(c++, lead->first_team);
    pg_array_instant(c++, lead->due_at);
    pg_array_uuid(c++, lead->merged_into);
    put_documents(c, lead, out);
    c += 4;
    if (lead->status == LEAD_ERASED)
        pg_array_null(c++);
    else
        pg_array_bytea(c++, lead->salt, sizeof lead->salt);
    pg_array_text(c++, stage_name(lead->claimed_stage));
    pg_array_text(c++, direction_name(lead->origin));
    pg_array_text(c++, team_function_name(lead->found_by));
    pg_array_instant(c++, lead->created_at);
    pg_array_instant(c++, lead->updated_at);
    pg_array_int4(c++, lead->touch_count);
    pg_array_instant(c++, lead->first_touch_at);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        pg_array_instant(c++, lead->reached[i]);
    if (lead->amount.given)
        pg_array_int8(c++, lead->amount.minor);
    else
        pg_array_null(c++);
    pg_array_text(c++, lead->amount.given ? lead->amount.currency : NULL);
    pg_array_instant(c++, lead->hold_until);
    put_hold_inputs(c++, lead, out);
    pg_array_int8(c++, lead->chain.seq);
    pg_array_bytea(c++, lead->chain.hash, DIGEST_BYTES);
    pg_array_instant(c++, lead->chain.at);
}

#define DOCUMENT_MAX_BYTES (4u << 20)

void lead_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                           struct lead *const *leads, size_t count)
{
    struct pg_array columns[SAVE_COLUMNS];
    struct pg_params params;
    struct json_out out;

    if (count == 0)
        return;
    json_out_init(&out, DOCUMENT_MAX_BYTES);
    for (int i = 0; i < SAVE_COLUMNS; i++)
        pg_array_begin(&columns[i], arena, save_types[i], count);
    for (size_t i = 0; i < count; i++)
        put_lead(columns, leads[i], &out);
    json_out_release(&out);
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    for (int i = 0; i < SAVE_COLUMNS; i++)
        pg_params_array(&params, &columns[i]);
    pg_queue(pg, &LEAD_SAVE, &params);
}

/* ---- identities ---- */

int identity_table_queue_find(struct pg *pg, struct arena *arena, struct uuid workspace,
                              const struct identity *const *identities, size_t count)
{
    struct pg_array sources, values;
    struct pg_params params;

    pg_array_begin(&sources, arena, PG_TEXT, count);
    pg_array_begin(&values, arena, PG_TEXT, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_text(&sources, identity_source_key(identities[i], arena));
        pg_array_text(&values, identities[i]->value);
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_array(&params, &sources);
    pg_params_array(&params, &values);
    return pg_queue(pg, &IDENTITY_FIND, &params);
}

static int identity_order(const void *a, const void *b)
{
    const struct identity_row *left = *(const struct identity_row *const *)a;
    const struct identity_row *right = *(const struct identity_row *const *)b;
    int order = strcmp(left->source, right->source);

    return order != 0 ? order : strcmp(left->value, right->value);
}

/* Each row once, however often the group changed it. */
static size_t sort_unique(struct identity_row **rows, size_t count)
{
    size_t kept = 0;

    qsort(rows, count, sizeof *rows, identity_order);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || rows[kept - 1] != rows[i])
            rows[kept++] = rows[i];
    return kept;
}

enum fate { KEPT, INSERTED, MOVED, DELETED, FATE_COUNT };

static enum fate fate_of(const struct identity_row *row)
{
    if (!row->stored)
        return row->exists ? INSERTED : KEPT;
    if (!row->exists)
        return DELETED;
    return uuid_equal(row->lead, row->stored_lead) ? KEPT : MOVED;
}

static void queue_fate(struct pg *pg, struct arena *arena, struct uuid workspace,
                       struct identity_row *const *rows, size_t count, enum fate fate)
{
    static const struct statement *const statements[FATE_COUNT] = {
        [INSERTED] = &IDENTITY_INSERT, [MOVED] = &IDENTITY_MOVE, [DELETED] = &IDENTITY_DELETE};
    struct pg_array sources, values, leads;
    struct pg_params params;

    pg_array_begin(&sources, arena, PG_TEXT, count);
    pg_array_begin(&values, arena, PG_TEXT, count);
    pg_array_begin(&leads, arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++) {
        if (fate_of(rows[i]) != fate)
            continue;
        pg_array_text(&sources, rows[i]->source);
        pg_array_text(&values, rows[i]->value);
        pg_array_uuid(&leads, rows[i]->lead);
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_array(&params, &sources);
    pg_params_array(&params, &values);
    if (fate != DELETED)
        pg_params_array(&params, &leads);
    pg_queue(pg, statements[fate], &params);
}

void identity_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                               struct identity_row *const *changed, size_t count)
{
    static const enum fate order[] = {MOVED, DELETED, INSERTED};
    bool some[FATE_COUNT] = {false};

    if (count == 0)
        return;
    struct identity_row **rows = ARENA_ARRAY(arena, struct identity_row *, count);
    if (rows == NULL)
        return;
    memcpy(rows, changed, count * sizeof *rows);
    count = sort_unique(rows, count);
    for (size_t i = 0; i < count; i++)
        some[fate_of(rows[i])] = true;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (some[order[i]])
            queue_fate(pg, arena, workspace, rows, count, order[i]);
}

void lead_table_queue_erase(struct pg *pg, struct arena *arena, struct uuid workspace,
                            struct uuid lead)
{
    static const struct statement *const all[] = {&ERASE_SALTS,    &ERASE_VERDICTS,
                                                  &ERASE_HANDOFFS, &ERASE_FEEDBACK,
                                                  &ERASE_ANSWERS,  &ERASE_DELIVERIES};
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuid(&params, lead);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        pg_queue(pg, all[i], &params);
}

void lead_table_queue_move(struct pg *pg, struct arena *arena, struct uuid workspace,
                           struct lead *const *absorbed, const struct uuid *stands, size_t count)
{
    struct pg_params params;
    struct pg_array from, to;

    if (count == 0)
        return;
    pg_array_begin(&from, arena, PG_UUID, count);
    pg_array_begin(&to, arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_uuid(&from, absorbed[i]->id);
        pg_array_uuid(&to, stands[i]);
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_array(&params, &from);
    pg_params_array(&params, &to);
    pg_queue(pg, &TOUCH_MOVE, &params);
    pg_queue(pg, &LEAD_FLATTEN, &params);
}
