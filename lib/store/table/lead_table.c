#include "store/table/lead_table.h"

#include "store/table/completion_table.h"

#include "base/json_tree.h"
#include "store/pg/columns.h"
#include "store/table/changed_rows.h"
#include "store/table/column_words.h"
#include "store/table/handoff_table.h"
#include "store/table/outbound_table.h"

#include <stdlib.h>
#include <string.h>

/* ---- forms of a lead's own ---- */

/* A lead that is no longer active has no personal data. */
static bool is_active(const struct lead *lead)
{
    return lead->status == LEAD_ACTIVE;
}

static void put_identities(struct column_writer *w, const void *row)
{
    lead_identities_write(row, &w->json);
    column_put_json(w, is_active(row));
}

static bool get_identities(const struct column_reader *r, void *row)
{
    return r->value == NULL || lead_identities_read(r->value, r->len, r->arena, row) == ERR_NONE;
}

static void put_attributes(struct column_writer *w, const void *row)
{
    attribute_set_write(column_member(w->column, row), &w->json);
    column_put_json(w, is_active(row));
}

static bool get_attributes(const struct column_reader *r, void *row)
{
    struct attribute_set *set = (void *)((char *)row + r->column->offset);

    return r->value == NULL || attribute_set_read(r->value, r->len, r->arena, set) == ERR_NONE;
}

static bool has_override(const struct lead *lead)
{
    for (int i = 0; i < TERM_COUNT; i++)
        if (lead->overrides[i].given)
            return true;
    return false;
}

static void put_overrides(struct column_writer *w, const void *row)
{
    lead_overrides_write(row, &w->json);
    column_put_json(w, has_override(row));
}

static bool get_overrides(const struct column_reader *r, void *row)
{
    return r->value == NULL || lead_overrides_read(r->value, r->len, r->arena, row) == ERR_NONE;
}

/* An erasure destroys the salt. A merge keeps it, since the ledger's entries about the absorbed
 * lead need it. */
static void put_salt(struct column_writer *w, const void *row)
{
    const struct lead *lead = row;

    if (lead->status == LEAD_ERASED)
        pg_array_null(w->to);
    else
        as_bytes.put(w, row);
}

static bool get_salt(const struct column_reader *r, void *row)
{
    return as_bytes.get(r, row);
}

static void put_hold_inputs(struct column_writer *w, const void *row)
{
    const struct lead *lead = row;

    json_out_begin_array(&w->json);
    for (size_t i = 0; i < lead->hold_input_count; i++)
        json_out_text(&w->json, lead->hold_inputs[i]);
    json_out_end_array(&w->json);
    column_put_json(w, lead->held);
}

static bool get_hold_inputs(const struct column_reader *r, void *row)
{
    struct lead *lead = row;

    if (r->value == NULL)
        return true;
    json_t *root = json_tree_read(r->arena, r->value, r->len, 0, NULL);
    size_t count = json_array_size(root);
    const char **inputs = ARENA_ARRAY(r->arena, const char *, count + 1);
    for (size_t i = 0; inputs != NULL && i < count; i++) {
        const char *input = json_string_value(json_array_get(root, i));
        inputs[i] = input == NULL ? NULL : arena_strdup(r->arena, input);
        if (inputs[i] == NULL)
            inputs = NULL;
    }
    json_decref(root);
    lead->hold_inputs = inputs;
    lead->hold_input_count = count;
    lead->held = true;
    return inputs != NULL;
}

static const struct column_form as_lead_step = COLUMN_WORD(lead_step_name, STEP_COUNT);
static const struct column_form as_lead_status = COLUMN_WORD(lead_status_name, LEAD_ERASED + 1);
static const struct column_form as_lead_identities = {
    .type = PG_JSON, .put = put_identities, .get = get_identities};
static const struct column_form as_lead_attributes = {.type = PG_JSON,
                                                      .size = sizeof(struct attribute_set),
                                                      .put = put_attributes,
                                                      .get = get_attributes};
/* A repeat and an older value, which leave what counts now as it is, are no event. */
static void put_held_attributes(struct column_writer *w, const void *row)
{
    attribute_set_write_held(column_member(w->column, row), &w->json);
    column_put_json(w, is_active(row));
}

static const struct column_form as_held_attributes = {
    .type = PG_JSON, .size = sizeof(struct attribute_set), .put = put_held_attributes};
static const struct column_form as_lead_overrides = {
    .type = PG_JSON, .put = put_overrides, .get = get_overrides};
static const struct column_form as_lead_salt = {
    .type = PG_BYTEA, .size = SALT_BYTES, .put = put_salt, .get = get_salt};
static const struct column_form as_lead_hold_inputs = {
    .type = PG_JSON, .put = put_hold_inputs, .get = get_hold_inputs};

/* clang-format off */

/* ---- columns ---- */

#define IN(name) MEMBER(struct lead, name)
#define OFTEN    COLUMN_CHANGES | COLUMN_OFTEN

static const struct column lead_list[] = {
    {"lead_id",         &as_uuid,             IN(id),              COLUMN_KEY | COLUMN_VERIFIED,
        .proven = "the subject of its chain"},
    {"status",          &as_lead_status,      IN(status),          COLUMN_CHANGES | COLUMN_VERIFIED,
        .proven = "lead.absorbed, lead.unmerged, lead.erased"},
    {"stage",           &as_stage,            IN(stage),           OFTEN | COLUMN_VERIFIED,
        .proven = "stage_to"},
    {"owner_team",      &as_uuid,             IN(owner_team),      OFTEN | COLUMN_NULL | COLUMN_VERIFIED,
        .proven = "owner"},
    {"first_team",      &as_uuid,             IN(first_team),      OFTEN | COLUMN_NULL},
    {"last_handoff",    &as_uuid,             IN(last_handoff),    OFTEN | COLUMN_NULL},
    {"next_step",       &as_lead_step,        IN(next.step),       OFTEN | COLUMN_NULL},
    {"next_at",         &as_instant,          IN(next.at),         OFTEN | COLUMN_NULL | COLUMN_FREE,
        .proven = "moves with each try to offer it; a date that somebody gave stands in its entry"},
    {"next_why",        &as_text,             IN(next.why),        OFTEN | COLUMN_NULL},
    {"next_round",      &as_int2,             IN(next.round),      OFTEN | COLUMN_NULL},
    {"next_since",      &as_instant,          IN(next.since),      OFTEN | COLUMN_NULL},
    {"merged_into",     &as_uuid,             IN(merged_into),     COLUMN_CHANGES | COLUMN_NULL | COLUMN_VERIFIED,
        .proven = "survivor"},
    {"identities",      &as_lead_identities,  IN(identities),      COLUMN_CHANGES | COLUMN_NULL},
    {"words",           &as_text,             IN(words),           COLUMN_CHANGES | COLUMN_NULL | COLUMN_FREE,
        .proven = "made of identities and attributes, to find it by"},
    {"attributes",      &as_lead_attributes,  IN(attributes),      COLUMN_CHANGES | COLUMN_NULL,
        .held = &as_held_attributes, .proven = "what counts now: older values are free"},
    {"facts",           &as_lead_attributes,  IN(facts),           COLUMN_CHANGES | COLUMN_NULL,
        .held = &as_held_attributes, .proven = "what counts now: older values are free"},
    {"overrides",       &as_lead_overrides,   IN(overrides),       COLUMN_CHANGES | COLUMN_NULL},
    {"salt",            &as_lead_salt,        IN(salt),            COLUMN_CHANGES | COLUMN_NULL | COLUMN_VERIFIED,
        .proven = "the commitments made with it"},
    {"claimed_stage",   &as_stage,            IN(claimed_stage),   COLUMN_CHANGES | COLUMN_NULL},
    {"origin",          &as_direction,        IN(origin)},
    {"found_by",        &as_team_function,    IN(found_by)},
    {"created_at",      &as_instant,          IN(created_at),      COLUMN_CHANGES},
    {"updated_at",      &as_instant,          IN(updated_at),      OFTEN | COLUMN_FREE,
        .proven = "moves with each write, also one that changed nothing"},
    {"touch_count",     &as_int4,             IN(touch_count),     COLUMN_CHANGES},
    {"first_touch_at",  &as_instant,          IN(first_touch_at),  COLUMN_CHANGES | COLUMN_NULL},
    {"mql_at",          &as_instant,          IN(reached[MILESTONE_MQL]),
        OFTEN | COLUMN_NULL},
    {"sal_at",          &as_instant,          IN(reached[MILESTONE_SAL]),
        OFTEN | COLUMN_NULL},
    {"sql_at",          &as_instant,          IN(reached[MILESTONE_SQL]),
        OFTEN | COLUMN_NULL},
    {"opportunity_at",  &as_instant,          IN(reached[MILESTONE_OPPORTUNITY]),
        OFTEN | COLUMN_NULL},
    {"customer_at",     &as_instant,          IN(reached[MILESTONE_CUSTOMER]),
        OFTEN | COLUMN_NULL},
    {"amount_minor",    &as_int8,             IN(amount.minor),    COLUMN_CHANGES | COLUMN_NULL,
        .beside = offsetof(struct lead, amount.given)},
    {"amount_currency", &as_currency,         IN(amount.currency), COLUMN_CHANGES | COLUMN_NULL},
    {"erasure_asked_at", &as_instant,         IN(erasure_asked_at), COLUMN_CHANGES | COLUMN_NULL},
    {"erasure_asked_by", &as_uuid,            IN(erasure_asked_by), COLUMN_CHANGES | COLUMN_NULL},
    {"hold_inputs",     &as_lead_hold_inputs, IN(hold_inputs),     COLUMN_CHANGES | COLUMN_NULL},
    {"seq",             &as_int8,             IN(chain.seq),       OFTEN | COLUMN_VERIFIED,
        .proven = "the last entry"},
    {"hash",            &as_bytes,            IN(chain.hash),      OFTEN | COLUMN_VERIFIED,
        .proven = "the last entry"},
    {"chain_at",        &as_instant,          IN(chain.at),        OFTEN | COLUMN_VERIFIED,
        .proven = "the last entry"},
};
#undef OFTEN
#undef IN

const struct columns lead_columns =
    COLUMNS("lead", lead_list, struct lead, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct identity_row, name)
#define ASKED .unread = "it was asked for by these"

static const struct column identity_list[] = {
    {"source",  &as_text, IN(source), COLUMN_KEY, ASKED},
    {"value",   &as_text, IN(value),  COLUMN_KEY, ASKED},
    {"lead_id", &as_uuid, IN(lead),   COLUMN_CHANGES},
};
#undef ASKED
#undef IN

const struct columns identity_columns =
    COLUMNS("identity", identity_list, struct identity_row, PROOF_DERIVED, "lead.identities");

/* ---- statements ---- */

/* All set-based reads run as one index lookup per id, however large the planner believes the table
 * to be: the subquery is LATERAL and cannot be turned into a join over the whole table.
 * $1 workspace, $2 leads, $3 handoffs */
static const struct statement LEAD_LOCK = {
    .name = "lead_lock",
    .sql = "SELECT {l.lead} "
           "FROM "
           CONCERNED
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = u.id "
           "  FOR NO KEY UPDATE"
           ") l",
    .index = "lead_pkey",
    .hot = true,
};

/* Step by step, first due first. What is to be offered is due as well when the configuration has
 * changed since it was tried: tried again, its date lies further off than that. Of a review its owner is
 * reminded when nobody has done it for a while. A change that is still to come was made while the clock was
 * ahead: until it is there, no try lies far enough off, and each would be made again at once.
 * $1 workspace, $2 µs to the next try, $3 limit, $4 µs to a reminder of a review, $5 how many are skipped */
static const struct statement LEAD_DUE = {
    .name = "lead_due",
    .sql = "SELECT l.lead_id "
           "FROM ("
           "  SELECT CASE WHEN config_changed_at <= now() "
           "      THEN greatest(now(), config_changed_at + $2::int8 * interval '1 microsecond') "
           "      ELSE now() END AS offer, "
           "    now() - $4::int8 * interval '1 microsecond' AS review "
           "  FROM workspace_head "
           "  WHERE workspace_id = $1"
           ") h "
           "CROSS JOIN unnest(ARRAY['answer', 'decide', 'nurture', 'offer', 'review', 'follow_up']) s(step) "
           "CROSS JOIN LATERAL ("
           "  SELECT lead_id "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND next_step = s.step "
           "  AND next_at <= CASE s.step WHEN 'offer' THEN h.offer WHEN 'review' THEN h.review ELSE now() END "
           "  ORDER BY next_at, lead_id "
           "  LIMIT $3::int8 + $5::int8 "
           "  FOR NO KEY UPDATE SKIP LOCKED"
           ") l "
           "LIMIT $3 OFFSET $5",
    .index = "lead_next",
    .hot = true,
};

/* In the words of its index.
 * $1 workspace, $2 limit */
static const struct statement LEAD_WORDLESS = {
    .name = "lead_wordless",
    .sql = "SELECT lead_id "
           "FROM lead "
           "WHERE workspace_id = $1 "
           "AND (status = 'active' AND words IS NULL OR status <> 'active' AND words <> '') "
           "ORDER BY lead_id "
           "LIMIT $2 "
           "FOR NO KEY UPDATE SKIP LOCKED",
    .index = "lead_wordless",
    .hot = true,
};

/* UNION drops ids that were already found, so that even a circle ends.
 * $1 workspace, $2 leads */
const struct statement LEAD_FOLLOW = {
    .name = "lead_follow",
    .sql = "WITH RECURSIVE way(id) AS ("
           "  SELECT u.id "
           "  FROM unnest($2::uuid[]) u(id) "
           "  UNION "
           "  SELECT l.merged_into "
           "  FROM way "
           "  CROSS JOIN LATERAL ("
           "    SELECT merged_into "
           "    FROM lead "
           "    WHERE workspace_id = $1 AND lead_id = way.id "
           "    LIMIT 1"
           "  ) l "
           "  WHERE l.merged_into IS NOT NULL"
           ") "
           "SELECT id FROM way",
    .index = "lead_pkey",
    .hot = true,
};

static const struct statement LEAD_INSERT =
    STATEMENT_OF_ROWS("lead_insert", STATEMENT_INSERTS, lead_columns);

/* All of them are there and locked. */
static const struct statement LEAD_SAVE = {
    .name = "lead_save",
    .makes = STATEMENT_SAVES,
    .of = &lead_columns,
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement LEAD_UPDATE = {
    .name = "lead_update",
    .makes = STATEMENT_UPDATES,
    .of = &lead_columns,
    .only = COLUMN_CHANGES,
    .tuples = 1,
    .index = "lead_pkey",
    .hot = true,
};

static const struct statement LEAD_STEP = {
    .name = "lead_step",
    .makes = STATEMENT_UPDATES,
    .of = &lead_columns,
    .only = COLUMN_OFTEN,
    .tuples = 1,
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace, $2 sources, $3 values */
static const struct statement IDENTITY_FIND = {
    .name = "identity_find",
    .sql = "SELECT u.n, i.lead_id "
           "FROM unnest($2::text[], $3::text[]) WITH ORDINALITY u(source, value, n) "
           "CROSS JOIN LATERAL ("
           "  SELECT lead_id "
           "  FROM identity "
           "  WHERE workspace_id = $1 AND source = u.source AND value = u.value "
           "  LIMIT 1"
           ") i",
    .index = "identity_pkey",
    .hot = true,
};

static const struct statement IDENTITY_INSERT =
    STATEMENT_OF_ROWS("identity_insert", STATEMENT_INSERTS, identity_columns);

/* All rows exist and their leads are locked: so no INSERT is needed, and there is only one plan. */
static const struct statement IDENTITY_MOVE =
    STATEMENT_OF_ROWS("identity_move", STATEMENT_SAVES, identity_columns);

/* $1 workspace, $2 sources, $3 values */
static const struct statement IDENTITY_DELETE = {
    .name = "identity_delete",
    .sql = "DELETE FROM identity "
           "WHERE workspace_id = $1 "
           "AND ctid = ANY (ARRAY("
           "  SELECT i.ctid "
           "  FROM unnest($2::text[], $3::text[]) u(source, value) "
           "  CROSS JOIN LATERAL ("
           "    SELECT ctid "
           "    FROM identity "
           "    WHERE workspace_id = $1 AND source = u.source AND value = u.value "
           "    LIMIT 1"
           "  ) i))",
    .index = "identity_pkey",
    .hot = true,
};

/* A lead and all leads that were merged into it, however deep.
 * Of all erasures: $1 workspace, $2 lead */
#define ABSORBED                                                          \
           "WITH RECURSIVE gone(id) AS ("                                 \
           "  SELECT $2::uuid "                                           \
           "  UNION "                                                     \
           "  SELECT l.lead_id "                                          \
           "  FROM gone "                                                 \
           "  JOIN lead l ON l.workspace_id = $1 AND l.merged_into = gone.id" \
           ") "

static const struct statement ERASE_SALTS = {
    .name = "erase_salts",
    .sql = ABSORBED
           "UPDATE lead SET salt = NULL "
           "WHERE workspace_id = $1 "
           "AND lead_id IN (SELECT id FROM gone)",
};

static const struct statement ERASE_VERDICTS = {
    .name = "erase_verdicts",
    .sql = ABSORBED
           "UPDATE verdict SET body = NULL "
           "WHERE workspace_id = $1 "
           "AND lead_id IN (SELECT id FROM gone)",
};

/* Finds a lead's handoffs through the ledger, by the entries that made them: an index on all
 * handoffs would be too expensive for the rare erasure. */
#define ITS_HANDOFFS                                                      \
           "  SELECT (convert_from(e.body, 'UTF8')::json->>'handoff')::uuid " \
           "  FROM ledger e "                                             \
           "  WHERE e.workspace_id = $1 AND e.kind " HANDOFF_MADE_BY " "  \
           "  AND e.subject_id IN (SELECT id FROM gone)"

static const struct statement ERASE_HANDOFFS = {
    .name = "erase_handoffs",
    .sql = ABSORBED
           "UPDATE handoff SET "
           "note = NULL, "
           "offer_note = CASE WHEN offer_note IS NOT NULL THEN '' END, "
           "criterion = CASE WHEN criterion IS NOT NULL THEN json_build_object("
           "  'id', criterion->'id', "
           "  'result', criterion->'result', "
           "  'seen', NULL, "
           "  'now', criterion->'now') END "
           "WHERE workspace_id = $1 "
           "AND handoff_id IN ("
           ITS_HANDOFFS
           ")",
};

static const struct statement ERASE_FEEDBACK = {
    .name = "erase_feedback",
    .sql = ABSORBED
           "UPDATE feedback SET note = NULL "
           "WHERE workspace_id = $1 "
           "AND handoff_id IN ("
           ITS_HANDOFFS
           ")",
};

static const struct statement ERASE_ANSWERS = {
    .name = "erase_answers",
    .sql = ABSORBED
           "UPDATE idempotency SET answer = NULL "
           "WHERE workspace_id = $1 "
           "AND (lead_id IN (SELECT id FROM gone) "
           "  OR key IN ("
           "    SELECT k.key "
           "    FROM idempotency_lead k "
           "    WHERE k.workspace_id = $1 AND k.lead_id IN (SELECT id FROM gone)))",
};

static const struct statement ERASE_DELIVERIES = {
    .name = "erase_deliveries",
    .sql = ABSORBED
           "UPDATE delivery SET body = NULL, headers = NULL, salt = NULL "
           "WHERE workspace_id = $1 "
           "AND delivery_id IN ("
           "  SELECT d.delivery_id "
           "  FROM delivery_lead d "
           "  WHERE d.workspace_id = $1 AND d.lead_id IN (SELECT id FROM gone))",
};

static const struct statement ERASE_MERGES = {
    .name = "erase_merges",
    .sql = ABSORBED
           "DELETE FROM lead_merge "
           "WHERE workspace_id = $1 "
           "AND (absorbed IN (SELECT id FROM gone) OR survivor IN (SELECT id FROM gone))",
};

/* $1 workspace, $2 absorbed leads, $3 those that stand for them */
static const struct statement TOUCH_MOVE = {
    .name = "touch_move",
    .sql = "UPDATE touch SET lead_id = m.stands "
           "FROM ("
           "  SELECT t.ctid AS place, u.stands "
           "  FROM unnest($2::uuid[], $3::uuid[]) u(absorbed, stands) "
           "  CROSS JOIN LATERAL ("
           "    SELECT ctid "
           "    FROM touch "
           "    WHERE workspace_id = $1 AND lead_id = u.absorbed "
           "    OFFSET 0"
           "  ) t"
           ") m "
           "WHERE touch.ctid = m.place",
    .index = "touch_of_lead",
    .hot = true,
};

/* Leads that the absorbed ones had absorbed now point to the survivor directly. A row that another
 * server has locked is left as it is, since waiting could end in a deadlock: a later look-up then
 * takes one step more.
 * $1 workspace, $2 absorbed leads, $3 those that stand for them */
static const struct statement LEAD_FLATTEN = {
    .name = "lead_flatten",
    .sql = "UPDATE lead SET merged_into = m.stands "
           "FROM ("
           "  SELECT l.ctid AS place, u.stands "
           "  FROM unnest($2::uuid[], $3::uuid[]) u(absorbed, stands) "
           "  CROSS JOIN LATERAL ("
           "    SELECT ctid "
           "    FROM lead "
           "    WHERE workspace_id = $1 AND merged_into = u.absorbed "
           "    FOR NO KEY UPDATE SKIP LOCKED"
           "  ) l"
           ") m "
           "WHERE lead.ctid = m.place",
    .index = "lead_absorbed",
    .hot = true,
};

/* clang-format on */

const struct statement *const lead_table_statements[] = {
    &LEAD_LOCK,      &LEAD_FOLLOW,
    &LEAD_DUE,       &LEAD_WORDLESS,
    &LEAD_INSERT,    &LEAD_SAVE,
    &LEAD_UPDATE,    &LEAD_STEP,
    &IDENTITY_FIND,  &IDENTITY_INSERT,
    &IDENTITY_MOVE,  &IDENTITY_DELETE,
    &ERASE_SALTS,    &ERASE_VERDICTS,
    &ERASE_HANDOFFS, &ERASE_FEEDBACK,
    &ERASE_ANSWERS,  &ERASE_DELIVERIES,
    &ERASE_MERGES,   &TOUCH_MOVE,
    &LEAD_FLATTEN,   NULL,
};

/* ---- leads ---- */

struct lead *lead_table_read(const struct pg_result *result, int row, int column,
                             struct arena *arena)
{
    struct lead *lead = ARENA_NEW(arena, struct lead);

    if (lead == NULL)
        return NULL;
    lead->claimed_stage = STAGE_COUNT; /* a null leaves these as they are */
    return columns_read(&lead_columns, result, row, column, arena, lead) ? lead : NULL;
}

int lead_table_queue_lock(const struct pg_scope *scope, const struct concerned *concerned)
{
    struct pg_params params;

    concerned_params(scope, &params, concerned);
    return pg_queue(scope->pg, &LEAD_LOCK, &params);
}

int lead_table_queue_due(const struct pg_scope *scope, const struct due_batch *batch)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, OFFER_RETRY);
    pg_params_int8(&params, batch->limit);
    pg_params_int8(&params, REMIND_EVERY);
    pg_params_int8(&params, batch->skip);
    return pg_queue(scope->pg, &LEAD_DUE, &params);
}

int lead_table_queue_wordless(const struct pg_scope *scope, int32_t limit)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, limit);
    return pg_queue(scope->pg, &LEAD_WORDLESS, &params);
}

void lead_table_queue_save(const struct pg_scope *scope, struct lead *const *leads, size_t count)
{
    static const struct changed_rows how = {
        .inserts = &LEAD_INSERT,
        .saves = &LEAD_SAVE,
        .updates = &LEAD_UPDATE,
        .steps = &LEAD_STEP,
        .row = offsetof(struct lead, row),
        .stored = offsetof(struct lead, stored),
    };

    changed_rows_queue(scope, &how, (const void *const *)leads, count);
}

/* ---- identities ---- */

int identity_table_queue_find(const struct pg_scope *scope,
                              const struct identity *const *identities, size_t count)
{
    struct pg_array sources, values;
    struct pg_params params;

    pg_array_begin(&sources, scope->arena, PG_TEXT, count);
    pg_array_begin(&values, scope->arena, PG_TEXT, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_text(&sources, identity_source_key(identities[i], scope->arena));
        pg_array_text(&values, identities[i]->value);
    }
    pg_scope_params(scope, &params);
    pg_params_array(&params, &sources);
    pg_params_array(&params, &values);
    return pg_queue(scope->pg, &IDENTITY_FIND, &params);
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

static void queue_delete(const struct pg_scope *scope, struct identity_row *const *rows,
                         size_t count)
{
    struct pg_array sources, values;
    struct pg_params params;

    pg_array_begin(&sources, scope->arena, PG_TEXT, count);
    pg_array_begin(&values, scope->arena, PG_TEXT, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_text(&sources, rows[i]->source);
        pg_array_text(&values, rows[i]->value);
    }
    pg_scope_params(scope, &params);
    pg_params_array(&params, &sources);
    pg_params_array(&params, &values);
    pg_queue(scope->pg, &IDENTITY_DELETE, &params);
}

static void queue_fate(const struct pg_scope *scope, struct identity_row *const *all, size_t count,
                       enum fate fate)
{
    struct identity_row **rows = ARENA_ARRAY(scope->arena, struct identity_row *, count);
    size_t found = 0;

    for (size_t i = 0; rows != NULL && i < count; i++)
        if (fate_of(all[i]) == fate)
            rows[found++] = all[i];
    if (fate == DELETED)
        queue_delete(scope, rows, found);
    else
        columns_queue(scope, fate == MOVED ? &IDENTITY_MOVE : &IDENTITY_INSERT,
                      (const void *const *)rows, found);
}

void identity_table_queue_save(const struct pg_scope *scope, struct identity_row *const *changed,
                               size_t count)
{
    static const enum fate order[] = {MOVED, DELETED, INSERTED};
    bool some[FATE_COUNT] = {false};

    if (count == 0)
        return;
    struct identity_row **rows = ARENA_ARRAY(scope->arena, struct identity_row *, count);
    if (rows == NULL)
        return;
    memcpy(rows, changed, count * sizeof *rows);
    count = sort_unique(rows, count);
    for (size_t i = 0; i < count; i++)
        some[fate_of(rows[i])] = true;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (some[order[i]])
            queue_fate(scope, rows, count, order[i]);
}

void lead_table_queue_erase(const struct pg_scope *scope, struct uuid lead)
{
    static const struct statement *const all[] = {
        &ERASE_SALTS,   &ERASE_VERDICTS,   &ERASE_HANDOFFS, &ERASE_FEEDBACK,
        &ERASE_ANSWERS, &ERASE_DELIVERIES, &ERASE_MERGES,   &COMPLETION_ERASE};
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, lead);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        pg_queue(scope->pg, all[i], &params);
    pg_queue(scope->pg, &OUTBOUND_ERASE, &params);
}

void lead_table_queue_move(const struct pg_scope *scope, struct lead *const *absorbed,
                           const struct uuid *stands, size_t count)
{
    struct pg_params params;
    struct pg_array from, to;

    if (count == 0)
        return;
    pg_array_begin(&from, scope->arena, PG_UUID, count);
    pg_array_begin(&to, scope->arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_uuid(&from, absorbed[i]->id);
        pg_array_uuid(&to, stands[i]);
    }
    pg_scope_params(scope, &params);
    pg_params_array(&params, &from);
    pg_params_array(&params, &to);
    pg_queue(scope->pg, &TOUCH_MOVE, &params);
    pg_queue(scope->pg, &LEAD_FLATTEN, &params);
}
