#include "store/table/handoff_table.h"

#include "base/defect.h"

#include <string.h>

static const struct statement HANDOFF_LEADS = {
    .name = "handoff_leads",
    .sql = "SELECT h.handoff_id, h.lead_id FROM unnest($2::uuid[]) u(id) CROSS JOIN LATERAL ("
           "SELECT handoff_id, lead_id FROM handoff WHERE workspace_id = $1 "
           "AND handoff_id = u.id LIMIT 1) h",
    .index = "handoff_pkey",
    .hot = true,
};

#define ITS_VERDICT                                                                                \
    "LEFT JOIN LATERAL (SELECT body FROM verdict WHERE workspace_id = $1 "                         \
    "AND lead_id = h.verdict_lead AND seq = h.verdict_seq LIMIT 1) v ON true"

static const struct statement HANDOFF_BY_ID = {
    .name = "handoff_by_id",
    .sql = "SELECT " HANDOFF_COLUMNS ", v.body FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL (SELECT * FROM handoff WHERE workspace_id = $1 "
           "AND handoff_id = u.id LIMIT 1) h " ITS_VERDICT,
    .index = "handoff_pkey",
    .hot = true,
};

static const struct statement HANDOFF_OPEN = {
    .name = "handoff_open_of",
    .sql = "SELECT " HANDOFF_COLUMNS ", v.body FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL (SELECT * FROM handoff WHERE workspace_id = $1 "
           "AND lead_id = u.id AND state IN ('offered', 'accepted') LIMIT 1) h " ITS_VERDICT,
    .index = "handoff_open",
    .hot = true,
};

static const struct statement HANDOFF_CLAIMABLE = {
    .name = "handoff_claimable",
    .sql = "SELECT c.handoff_id, c.lead_id FROM (SELECT handoff_id, lead_id FROM handoff "
           "WHERE workspace_id = $1 AND to_team = $2 AND state = 'offered' AND respond_by > now() "
           "AND (claimed_until IS NULL OR claimed_until <= now()) "
           "ORDER BY respond_by, handoff_id LIMIT $3) c CROSS JOIN LATERAL ("
           "SELECT lead_id FROM lead WHERE workspace_id = $1 AND lead_id = c.lead_id "
           "FOR NO KEY UPDATE SKIP LOCKED) l",
    .index = "handoff_queue",
    .hot = true,
};

static const struct statement HANDOFF_WAITING = {
    .name = "handoff_waiting",
    .sql = "SELECT count(*) FROM (SELECT 1 FROM handoff WHERE workspace_id = $1 "
           "AND to_team = $2 AND state = 'offered' AND respond_by > now() "
           "AND (claimed_until IS NULL OR claimed_until <= now()) "
           "ORDER BY respond_by, handoff_id LIMIT $3) w",
    .index = "handoff_queue",
    .hot = true,
};

static const struct statement HANDOFF_OVERDUE = {
    .name = "handoff_overdue",
    .sql = "SELECT c.handoff_id, c.lead_id FROM unnest($2::uuid[]) t(id) CROSS JOIN LATERAL ("
           "SELECT handoff_id, lead_id FROM handoff WHERE workspace_id = $1 "
           "AND to_team = t.id AND state = 'offered' AND respond_by <= now() "
           "ORDER BY respond_by, handoff_id LIMIT $3) c CROSS JOIN LATERAL ("
           "SELECT lead_id FROM lead WHERE workspace_id = $1 AND lead_id = c.lead_id "
           "FOR NO KEY UPDATE SKIP LOCKED) l LIMIT $3",
    .index = "handoff_queue",
    .hot = true,
};

static const struct statement HANDOFF_SAVE = {
    .name = "handoff_save",
    .sql = "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, "
           "to_team, term, version, verdict_seq, verdict_lead, offer_note, offered_at, "
           "respond_by, assignee, claimed_until, accepted_at, accepted_by, decide_by, "
           "first_contact_at, closed_at, closed_by, qualified_version, reason, class, criterion, "
           "note, rating, previous, dispute, outcome, outcome_reason, outcome_at, updated_at) "
           "SELECT h.workspace_id, u.* FROM workspace_head h, unnest($2::uuid[], $3::uuid[], "
           "$4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::int4[], $10::int8[], "
           "$11::uuid[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::uuid[], "
           "$16::timestamptz[], $17::timestamptz[], $18::uuid[], $19::timestamptz[], "
           "$20::timestamptz[], $21::timestamptz[], $22::uuid[], $23::int4[], $24::text[], "
           "$25::text[], $26::json[], $27::text[], $28::int2[], $29::uuid[], $30::text[], "
           "$31::text[], $32::text[], $33::timestamptz[], $34::timestamptz[]) u "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, handoff_id) DO UPDATE SET lead_id = excluded.lead_id, "
           "state = excluded.state, respond_by = excluded.respond_by, "
           "assignee = excluded.assignee, claimed_until = excluded.claimed_until, "
           "accepted_at = excluded.accepted_at, accepted_by = excluded.accepted_by, "
           "decide_by = excluded.decide_by, first_contact_at = excluded.first_contact_at, "
           "closed_at = excluded.closed_at, closed_by = excluded.closed_by, "
           "qualified_version = excluded.qualified_version, reason = excluded.reason, "
           "class = excluded.class, criterion = excluded.criterion, note = excluded.note, "
           "rating = excluded.rating, dispute = excluded.dispute, outcome = excluded.outcome, "
           "outcome_reason = excluded.outcome_reason, outcome_at = excluded.outcome_at, "
           "updated_at = excluded.updated_at",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement VERDICT_INSERT = {
    .name = "verdict_insert",
    .sql = "INSERT INTO verdict (workspace_id, lead_id, seq, term, version, result, score, body, "
           "judged_at) SELECT h.workspace_id, u.* FROM workspace_head h, unnest($2::uuid[], "
           "$3::int8[], $4::text[], $5::int4[], $6::text[], $7::int4[], $8::json[], "
           "$9::timestamptz[]) u WHERE h.workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement FEEDBACK_INSERT = {
    .name = "feedback_insert",
    .sql = "INSERT INTO feedback (workspace_id, feedback_id, handoff_id, lead_id, kind, rating, "
           "note, member_id, given_at) SELECT h.workspace_id, u.* FROM workspace_head h, "
           "unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::int2[], $7::text[], "
           "$8::uuid[], $9::timestamptz[]) u WHERE h.workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* The insert makes the row that is then locked; the other waits for it and finds it. */
static const struct statement EXCEPTION_LOCK = {
    .name = "exception_lock",
    .sql = "INSERT INTO exception_count (workspace_id, term, kind, month, used) "
           "VALUES ($1, $2, $3, $4, 0) ON CONFLICT (workspace_id, term, kind, month) "
           "DO UPDATE SET used = exception_count.used RETURNING used",
};

static const struct statement EXCEPTION_SAVE = {
    .name = "exception_save",
    .sql = "UPDATE exception_count SET used = $5 WHERE workspace_id = $1 AND term = $2 "
           "AND kind = $3 AND month = $4",
    .index = "exception_count_pkey",
    .hot = true,
};

const struct statement *const handoff_table_statements[] = {
    &HANDOFF_LEADS,   &HANDOFF_BY_ID,   &HANDOFF_OPEN,   &HANDOFF_CLAIMABLE,
    &HANDOFF_WAITING, &HANDOFF_OVERDUE, &HANDOFF_SAVE,   &VERDICT_INSERT,
    &FEEDBACK_INSERT, &EXCEPTION_LOCK,  &EXCEPTION_SAVE, NULL,
};

/* ---- reading ---- */

static bool read_names(const struct pg_result *result, int row, int c, struct handoff *handoff)
{
    const char *term = pg_get_text(result, row, c + 6, NULL);
    const char *klass = pg_get_text(result, row, c + 23, NULL);
    const char *dispute = pg_get_text(result, row, c + 28, NULL);
    const char *outcome = pg_get_text(result, row, c + 29, NULL);

    handoff->gated = term != NULL;
    return handoff_kind_parse(pg_get_text(result, row, c + 2, NULL), &handoff->kind) &&
           handoff_state_parse(pg_get_text(result, row, c + 3, NULL), &handoff->state) &&
           (term == NULL || term_parse(term, &handoff->term)) &&
           (klass == NULL || rejection_class_parse(klass, &handoff->klass)) &&
           (dispute == NULL || dispute_parse(dispute, &handoff->dispute)) &&
           (outcome == NULL || outcome_kind_parse(outcome, &handoff->outcome));
}

static void read_times(const struct pg_result *result, int row, int c, struct handoff *handoff)
{
    handoff->offered_at = pg_get_instant(result, row, c + 11);
    handoff->respond_by = pg_get_instant(result, row, c + 12);
    handoff->claimed_until =
        DEFECT(double_claim) ? INSTANT_NONE : pg_get_instant(result, row, c + 14);
    handoff->accepted_at = pg_get_instant(result, row, c + 15);
    handoff->decide_by = pg_get_instant(result, row, c + 17);
    handoff->first_contact_at = pg_get_instant(result, row, c + 18);
    handoff->closed_at = pg_get_instant(result, row, c + 19);
    handoff->outcome_at = pg_get_instant(result, row, c + 31);
    handoff->updated_at = pg_get_instant(result, row, c + 32);
}

struct handoff *handoff_table_read(const struct pg_result *result, int row, int c,
                                   struct arena *arena)
{
    struct handoff *handoff = ARENA_NEW(arena, struct handoff);

    if (handoff == NULL || !read_names(result, row, c, handoff))
        return NULL;
    handoff->id = pg_get_uuid(result, row, c);
    handoff->lead = pg_get_uuid(result, row, c + 1);
    handoff->from_team = pg_get_uuid(result, row, c + 4);
    handoff->to_team = pg_get_uuid(result, row, c + 5);
    handoff->version = pg_get_int4(result, row, c + 7);
    handoff->verdict_seq = pg_get_int8(result, row, c + 8);
    handoff->verdict_lead = pg_get_uuid(result, row, c + 9);
    handoff->offer_note = pg_copy_text(result, row, c + 10, arena);
    read_times(result, row, c, handoff);
    handoff->assignee = pg_get_uuid(result, row, c + 13);
    handoff->accepted_by = pg_get_uuid(result, row, c + 16);
    handoff->closed_by = pg_get_uuid(result, row, c + 20);
    handoff->qualified_version = pg_get_int4(result, row, c + 21);
    handoff->reason = pg_copy_text(result, row, c + 22, arena);
    handoff->criterion = pg_copy_text(result, row, c + 24, arena);
    handoff->note = pg_copy_text(result, row, c + 25, arena);
    handoff->rating = pg_get_int4(result, row, c + 26);
    handoff->previous = pg_get_uuid(result, row, c + 27);
    handoff->outcome_reason = pg_copy_text(result, row, c + 30, arena);
    return handoff;
}

static int queue_by_ids(struct pg *pg, struct arena *arena, const struct statement *statement,
                        struct uuid workspace, const struct uuid *ids, size_t count, int32_t limit)
{
    struct pg_params params;
    struct pg_array array;

    pg_array_begin(&array, arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        pg_array_uuid(&array, ids[i]);
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_array(&params, &array);
    if (limit > 0)
        pg_params_int8(&params, limit);
    return pg_queue(pg, statement, &params);
}

int handoff_table_queue_leads(struct pg *pg, struct arena *arena, struct uuid workspace,
                              const struct uuid *ids, size_t count)
{
    return queue_by_ids(pg, arena, &HANDOFF_LEADS, workspace, ids, count, 0);
}

int handoff_table_queue_by_id(struct pg *pg, struct arena *arena, struct uuid workspace,
                              const struct uuid *ids, size_t count)
{
    return queue_by_ids(pg, arena, &HANDOFF_BY_ID, workspace, ids, count, 0);
}

int handoff_table_queue_open(struct pg *pg, struct arena *arena, struct uuid workspace,
                             const struct uuid *leads, size_t count)
{
    return queue_by_ids(pg, arena, &HANDOFF_OPEN, workspace, leads, count, 0);
}

int handoff_table_queue_expired(struct pg *pg, struct arena *arena, struct uuid workspace,
                                const struct uuid *teams, size_t count)
{
    return queue_by_ids(pg, arena, &HANDOFF_OVERDUE, workspace, teams, count, EXPIRY_BATCH);
}

static int queue_of_team(struct pg *pg, struct arena *arena, const struct statement *statement,
                         struct uuid workspace, struct uuid team, int32_t limit)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    pg_params_uuid(&params, team);
    pg_params_int8(&params, limit);
    return pg_queue(pg, statement, &params);
}

int handoff_table_queue_claimable(struct pg *pg, struct arena *arena, struct uuid workspace,
                                  struct uuid team, int32_t limit)
{
    return queue_of_team(pg, arena, &HANDOFF_CLAIMABLE, workspace, team, limit);
}

int handoff_table_queue_waiting(struct pg *pg, struct arena *arena, struct uuid workspace,
                                struct uuid team)
{
    return queue_of_team(pg, arena, &HANDOFF_WAITING, workspace, team, WAITING_COUNT_MAX);
}

/* ---- saving ---- */

enum { SAVE_COLUMNS = 33 };

static const enum pg_type save_types[SAVE_COLUMNS] = {
    PG_UUID,        PG_UUID,        PG_TEXT,        PG_TEXT,        PG_UUID, PG_UUID,
    PG_TEXT,        PG_INT4,        PG_INT8,        PG_UUID,        PG_TEXT, PG_TIMESTAMPTZ,
    PG_TIMESTAMPTZ, PG_UUID,        PG_TIMESTAMPTZ, PG_TIMESTAMPTZ, PG_UUID, PG_TIMESTAMPTZ,
    PG_TIMESTAMPTZ, PG_TIMESTAMPTZ, PG_UUID,        PG_INT4,        PG_TEXT, PG_TEXT,
    PG_JSON,        PG_TEXT,        PG_INT2,        PG_UUID,        PG_TEXT, PG_TEXT,
    PG_TEXT,        PG_TIMESTAMPTZ, PG_TIMESTAMPTZ,
};

static void put_int4_or_null(struct pg_array *column, int32_t number)
{
    if (number == 0)
        pg_array_null(column);
    else
        pg_array_int4(column, number);
}

static void put_gate(struct pg_array *c, const struct handoff *handoff)
{
    pg_array_text(&c[0], handoff->gated ? term_name(handoff->term) : NULL);
    put_int4_or_null(&c[1], handoff->version);
    if (handoff->verdict_seq == 0)
        pg_array_null(&c[2]);
    else
        pg_array_int8(&c[2], handoff->verdict_seq);
    pg_array_uuid(&c[3], handoff->verdict_lead);
    pg_array_text(&c[4], handoff->offer_note);
}

static void put_answer(struct pg_array *c, const struct handoff *handoff)
{
    put_int4_or_null(&c[0], handoff->qualified_version);
    pg_array_text(&c[1], handoff->reason);
    pg_array_text(&c[2], rejection_class_name(handoff->klass));
    if (handoff->criterion == NULL)
        pg_array_null(&c[3]);
    else
        pg_array_json(&c[3], handoff->criterion, strlen(handoff->criterion));
    pg_array_text(&c[4], handoff->note);
    if (handoff->rating == 0)
        pg_array_null(&c[5]);
    else
        pg_array_int2(&c[5], (int16_t)handoff->rating);
    pg_array_uuid(&c[6], handoff->previous);
    pg_array_text(&c[7], dispute_name(handoff->dispute));
    pg_array_text(&c[8], outcome_kind_name(handoff->outcome));
    pg_array_text(&c[9], handoff->outcome_reason);
    pg_array_instant(&c[10], handoff->outcome_at);
    pg_array_instant(&c[11], handoff->updated_at);
}

static void put_handoff(struct pg_array *columns, const struct handoff *handoff)
{
    struct pg_array *c = columns;

    pg_array_uuid(c++, handoff->id);
    pg_array_uuid(c++, handoff->lead);
    pg_array_text(c++, handoff_kind_name(handoff->kind));
    pg_array_text(c++, handoff_state_name(handoff->state));
    pg_array_uuid(c++, handoff->from_team);
    pg_array_uuid(c++, handoff->to_team);
    put_gate(c, handoff);
    c += 5;
    pg_array_instant(c++, handoff->offered_at);
    pg_array_instant(c++, handoff->respond_by);
    pg_array_uuid(c++, handoff->assignee);
    pg_array_instant(c++, handoff->claimed_until);
    pg_array_instant(c++, handoff->accepted_at);
    pg_array_uuid(c++, handoff->accepted_by);
    pg_array_instant(c++, handoff->decide_by);
    pg_array_instant(c++, handoff->first_contact_at);
    pg_array_instant(c++, handoff->closed_at);
    pg_array_uuid(c++, handoff->closed_by);
    put_answer(c, handoff);
}

void handoff_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                              struct handoff *const *handoffs, size_t count)
{
    struct pg_array columns[SAVE_COLUMNS];
    struct pg_params params;

    if (count == 0)
        return;
    for (int i = 0; i < SAVE_COLUMNS; i++)
        pg_array_begin(&columns[i], arena, save_types[i], count);
    for (size_t i = 0; i < count; i++)
        put_handoff(columns, handoffs[i]);
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    for (int i = 0; i < SAVE_COLUMNS; i++)
        pg_params_array(&params, &columns[i]);
    pg_queue(pg, &HANDOFF_SAVE, &params);
}

void verdict_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                                struct verdict_row *const *rows, size_t count)
{
    static const enum pg_type types[] = {PG_UUID, PG_INT8, PG_TEXT, PG_INT4,
                                         PG_TEXT, PG_INT4, PG_JSON, PG_TIMESTAMPTZ};
    struct pg_array c[8];
    struct pg_params params;

    if (count == 0)
        return;
    for (int i = 0; i < 8; i++)
        pg_array_begin(&c[i], arena, types[i], count);
    for (size_t i = 0; i < count; i++) {
        pg_array_uuid(&c[0], rows[i]->lead);
        pg_array_int8(&c[1], rows[i]->seq);
        pg_array_text(&c[2], term_name(rows[i]->term));
        pg_array_int4(&c[3], rows[i]->version);
        pg_array_text(&c[4], verdict_result_name(rows[i]->result));
        pg_array_int4(&c[5], rows[i]->score);
        pg_array_json(&c[6], rows[i]->body, rows[i]->body_len);
        pg_array_instant(&c[7], rows[i]->judged_at);
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    for (int i = 0; i < 8; i++)
        pg_params_array(&params, &c[i]);
    pg_queue(pg, &VERDICT_INSERT, &params);
}

void feedback_table_queue_insert(struct pg *pg, struct arena *arena, struct uuid workspace,
                                 struct feedback_row *const *rows, size_t count)
{
    static const enum pg_type types[] = {PG_UUID, PG_UUID, PG_UUID, PG_TEXT,
                                         PG_INT2, PG_TEXT, PG_UUID, PG_TIMESTAMPTZ};
    struct pg_array c[8];
    struct pg_params params;

    if (count == 0)
        return;
    for (int i = 0; i < 8; i++)
        pg_array_begin(&c[i], arena, types[i], count);
    for (size_t i = 0; i < count; i++) {
        pg_array_uuid(&c[0], rows[i]->id);
        pg_array_uuid(&c[1], rows[i]->handoff);
        pg_array_uuid(&c[2], rows[i]->lead);
        pg_array_text(&c[3], feedback_kind_name(rows[i]->kind));
        if (rows[i]->rating == 0)
            pg_array_null(&c[4]);
        else
            pg_array_int2(&c[4], (int16_t)rows[i]->rating);
        pg_array_text(&c[5], rows[i]->note);
        pg_array_uuid(&c[6], rows[i]->member);
        pg_array_instant(&c[7], rows[i]->given_at);
    }
    pg_params_init(&params, arena);
    pg_params_uuid(&params, workspace);
    for (int i = 0; i < 8; i++)
        pg_params_array(&params, &c[i]);
    pg_queue(pg, &FEEDBACK_INSERT, &params);
}

static void put_exception(struct pg_params *params, struct arena *arena, struct uuid workspace,
                          const struct exception_count *count)
{
    pg_params_init(params, arena);
    pg_params_uuid(params, workspace);
    pg_params_text(params, term_name(count->term));
    pg_params_text(params, exception_kind_name(count->kind));
    pg_params_int8(params, count->month);
}

int exception_table_queue_lock(struct pg *pg, struct arena *arena, struct uuid workspace,
                               const struct exception_count *count)
{
    struct pg_params params;

    put_exception(&params, arena, workspace, count);
    return pg_queue(pg, &EXCEPTION_LOCK, &params);
}

void exception_table_queue_save(struct pg *pg, struct arena *arena, struct uuid workspace,
                                const struct exception_count *count)
{
    struct pg_params params;

    put_exception(&params, arena, workspace, count);
    pg_params_int4(&params, count->used);
    pg_queue(pg, &EXCEPTION_SAVE, &params);
}
