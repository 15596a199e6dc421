#include "store/table/handoff_table.h"

#include "store/pg/columns.h"
#include "store/table/changed_rows.h"
#include "store/table/column_words.h"
#include "store/table/concerned.h"

#include <string.h>

/* ---- columns ---- */

static const struct column_form as_handoff_kind =
    COLUMN_WORD(handoff_kind_name, HANDOFF_KIND_COUNT);
static const struct column_form as_handoff_state =
    COLUMN_WORD(handoff_state_name, HANDOFF_STATE_COUNT);
static const struct column_form as_handoff_class = COLUMN_WORD(rejection_class_name, CLASS_COUNT);
static const struct column_form as_handoff_dispute = COLUMN_WORD(dispute_name, DISPUTE_COUNT);
static const struct column_form as_handoff_outcome =
    COLUMN_WORD(outcome_kind_name, OUTCOME_LOST + 1);
static const struct column_form as_deal_by = COLUMN_WORD(deal_by_name, DEAL_BY_COUNT);
static const struct column_form as_verdict_result =
    COLUMN_WORD(verdict_result_name, VERDICT_RESULT_COUNT);
static const struct column_form as_feedback_kind =
    COLUMN_WORD(feedback_kind_name, FEEDBACK_APPEALED + 1);
static const struct column_form as_exception_kind =
    COLUMN_WORD(exception_kind_name, EXCEPTION_KIND_COUNT);

/* clang-format off */

#define IN(name) MEMBER(struct handoff, name)
#define OFTEN    COLUMN_CHANGES | COLUMN_OFTEN

static const struct column handoff_list[] = {
    {"handoff_id",        &as_uuid,            IN(id),                COLUMN_KEY},
    {"lead_id",           &as_uuid,            IN(lead),              COLUMN_CHANGES},
    {"kind",              &as_handoff_kind,    IN(kind)},
    {"state",             &as_handoff_state,   IN(state),             OFTEN},
    {"from_team",         &as_uuid,            IN(from_team)},
    {"to_team",           &as_uuid,            IN(to_team)},
    {"term",              &as_term,            IN(term),              COLUMN_NULL,
        .beside = offsetof(struct handoff, gated)},
    {"version",           &as_int4,            IN(version),           COLUMN_NULL},
    {"verdict_seq",       &as_int8,            IN(verdict_seq),       COLUMN_NULL},
    {"score",             &as_int4,            IN(score)},
    {"verdict_lead",      &as_uuid,            IN(verdict_lead),      COLUMN_NULL},
    {"offer_note",        &as_text,            IN(offer_note),        COLUMN_NULL},
    {"offered_at",        &as_instant,         IN(offered_at)},
    {"respond_by",        &as_instant,         IN(respond_by),        COLUMN_CHANGES},
    {"remind_at",         &as_instant,         IN(remind_at),         OFTEN | COLUMN_NULL},
    {"assignee",          &as_uuid,            IN(assignee),          OFTEN | COLUMN_NULL},
    {"claimed_until",     &as_instant,         IN(claimed_until),     OFTEN | COLUMN_NULL},
    {"accepted_at",       &as_instant,         IN(accepted_at),       OFTEN | COLUMN_NULL},
    {"accepted_by",       &as_uuid,            IN(accepted_by),       OFTEN | COLUMN_NULL},
    {"decide_by",         &as_instant,         IN(decide_by),         OFTEN | COLUMN_NULL},
    {"first_contact_at",  &as_instant,         IN(first_contact_at),  COLUMN_CHANGES | COLUMN_NULL},
    {"closed_at",         &as_instant,         IN(closed_at),         OFTEN | COLUMN_NULL},
    {"closed_by",         &as_uuid,            IN(closed_by),         OFTEN | COLUMN_NULL},
    {"qualified_version", &as_int4,            IN(qualified_version), COLUMN_CHANGES | COLUMN_NULL},
    {"reason",            &as_text,            IN(reason),            COLUMN_CHANGES | COLUMN_NULL},
    {"class",             &as_handoff_class,   IN(klass),             COLUMN_CHANGES | COLUMN_NULL},
    {"criterion",         &as_json,            IN(criterion),         COLUMN_CHANGES | COLUMN_NULL},
    {"note",              &as_text,            IN(note),              COLUMN_CHANGES | COLUMN_NULL},
    {"rating",            &as_int2,            IN(rating),            COLUMN_CHANGES | COLUMN_NULL},
    {"previous",          &as_uuid,            IN(previous),          COLUMN_NULL},
    {"dispute",           &as_handoff_dispute, IN(dispute),           COLUMN_CHANGES | COLUMN_NULL},
    {"outcome",           &as_handoff_outcome, IN(outcome),           COLUMN_CHANGES | COLUMN_NULL},
    {"outcome_reason",    &as_text,            IN(outcome_reason),    COLUMN_CHANGES | COLUMN_NULL},
    {"outcome_at",        &as_instant,         IN(outcome_at),        COLUMN_CHANGES | COLUMN_NULL},
    {"dealt_rule",        &as_int4,            IN(dealt_rule),        COLUMN_CHANGES | COLUMN_NULL,
        .beside = offsetof(struct handoff, dealt)},
    {"dealt_by",          &as_deal_by,         IN(dealt_by),          COLUMN_CHANGES | COLUMN_NULL,
        .beside = offsetof(struct handoff, dealt)},
    {"dealt_to",          &as_uuid,            IN(dealt_to),          COLUMN_CHANGES | COLUMN_NULL},
    {"updated_at",        &as_instant,         IN(updated_at),        OFTEN | COLUMN_FREE,
        .proven = "moves with each write, also one that changed nothing"},
};
#undef OFTEN
#undef IN

const struct columns handoff_columns =
    COLUMNS("handoff", handoff_list, struct handoff, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct verdict_row, name)
#define IN_BODY .unread = "the body says it too"

static const struct column verdict_list[] = {
    {"lead_id",   &as_uuid,           IN(lead),    COLUMN_KEY},
    {"seq",       &as_int8,           IN(seq),     COLUMN_KEY},
    {"term",      &as_term,           IN(term),    IN_BODY},
    {"version",   &as_int4,           IN(version), IN_BODY},
    {"result",    &as_verdict_result, IN(result),  IN_BODY},
    {"score",     &as_int4,           IN(score),   IN_BODY},
    {"body",      &as_json_len,       IN(body),    COLUMN_NULL,
        .beside = offsetof(struct verdict_row, body_len)},
    {"judged_at", &as_instant,        IN(judged_at)},
};
#undef IN_BODY
#undef IN

const struct columns verdict_columns =
    COLUMNS("verdict", verdict_list, struct verdict_row, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct feedback_row, name)
#define IN_LEDGER .unread = "the ledger's entry says it too"

static const struct column feedback_list[] = {
    {"feedback_id", &as_uuid,          IN(id),       COLUMN_KEY,  IN_LEDGER},
    {"handoff_id",  &as_uuid,          IN(handoff),  IN_LEDGER},
    {"lead_id",     &as_uuid,          IN(lead),     IN_LEDGER},
    {"kind",        &as_feedback_kind, IN(kind),     IN_LEDGER},
    {"rating",      &as_int2,          IN(rating),   COLUMN_NULL, IN_LEDGER},
    {"note",        &as_text,          IN(note),     COLUMN_NULL},
    {"member_id",   &as_uuid,          IN(member),   IN_LEDGER},
    {"given_at",    &as_instant,       IN(given_at), IN_LEDGER},
};
#undef IN_LEDGER
#undef IN

const struct columns feedback_columns =
    COLUMNS("feedback", feedback_list, struct feedback_row, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct exception_count, name)
#define ASKED .unread = "it was asked for by these"

static const struct column exception_list[] = {
    {"term",  &as_term,           IN(term),  COLUMN_KEY, ASKED},
    {"kind",  &as_exception_kind, IN(kind),  COLUMN_KEY, ASKED},
    {"month", &as_int8,           IN(month), COLUMN_KEY, ASKED},
    {"used",  &as_int4,           IN(used),  COLUMN_CHANGES},
};
#undef ASKED
#undef IN

const struct columns exception_columns =
    COLUMNS("exception_count", exception_list, struct exception_count, PROOF_COMMITTED, NULL);

/* ---- statements ---- */

/* $1 workspace, $2 handoffs */
const struct statement HANDOFF_LEADS = {
    .name = "handoff_leads",
    .sql = "SELECT h.handoff_id, h.lead_id "
           "FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL ("
           "  SELECT handoff_id, lead_id "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND handoff_id = u.id "
           "  LIMIT 1"
           ") h",
    .index = "handoff_pkey",
    .hot = true,
};

#define ITS_VERDICT                                       \
           "LEFT JOIN LATERAL ("                          \
           "  SELECT body "                               \
           "  FROM verdict "                              \
           "  WHERE workspace_id = $1 "                   \
           "  AND lead_id = h.verdict_lead "              \
           "  AND seq = h.verdict_seq "                   \
           "  LIMIT 1"                                    \
           ") v ON true"

/* $1 workspace, $2 handoffs */
const struct statement HANDOFF_BY_ID = {
    .name = "handoff_by_id",
    .sql = "SELECT v.body, {h.handoff} "
           "FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND handoff_id = u.id "
           "  LIMIT 1"
           ") h "
           ITS_VERDICT,
    .index = "handoff_pkey",
    .hot = true,
};

/* $1 workspace, $2 leads, $3 handoffs */
static const struct statement HANDOFF_OPEN = {
    .name = "handoff_open_of",
    .sql = "SELECT v.body, {h.handoff} "
           "FROM "
           CONCERNED
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND lead_id = u.id "
           "  AND state IN ('requested', 'offered', 'accepted') "
           "  LIMIT 1"
           ") h "
           ITS_VERDICT,
    .index = "handoff_open",
    .hot = true,
};

/* Those that each team asks for, and whose owners have had their time to answer.
 * $1 workspace, $2 limit */
static const struct statement HANDOFF_ASKED_DUE = {
    .name = "handoff_asked_due",
    .sql = "SELECT l.lead_id "
           "FROM ("
           "  SELECT team_id "
           "  FROM team "
           "  WHERE workspace_id = $1"
           ") t "
           "CROSS JOIN LATERAL ("
           "  SELECT lead_id "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND to_team = t.team_id AND state = 'requested' "
           "  AND respond_by <= now() "
           "  ORDER BY respond_by, handoff_id "
           "  LIMIT $2::int8 + $3::int8"
           ") h "
           "CROSS JOIN LATERAL ("
           "  SELECT lead_id "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id "
           "  FOR NO KEY UPDATE SKIP LOCKED"
           ") l "
           "LIMIT $2 OFFSET $3",
    .index = "handoff_requested",
    .hot = true,
};

/* Whose receiving team is to be reminded.
 * $1 workspace, $2 limit, $3 how many are skipped */
static const struct statement HANDOFF_REMIND_DUE = {
    .name = "handoff_remind_due",
    .sql = "SELECT l.lead_id "
           "FROM ("
           "  SELECT lead_id "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND remind_at <= now() "
           "  ORDER BY remind_at, handoff_id "
           "  LIMIT $2::int8 + $3::int8"
           ") h "
           "CROSS JOIN LATERAL ("
           "  SELECT lead_id "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id "
           "  FOR NO KEY UPDATE SKIP LOCKED"
           ") l "
           "LIMIT $2 OFFSET $3",
    .index = "handoff_remind",
    .hot = true,
};

static const struct statement HANDOFF_INSERT =
    STATEMENT_OF_ROWS("handoff_insert", STATEMENT_INSERTS, handoff_columns);

/* All of them are there, and their leads are locked. */
static const struct statement HANDOFF_SAVE = {
    .name = "handoff_save",
    .makes = STATEMENT_SAVES,
    .of = &handoff_columns,
    .index = "workspace_head_pkey",
    .hot = true,
};

static const struct statement HANDOFF_UPDATE = {
    .name = "handoff_update",
    .makes = STATEMENT_UPDATES,
    .of = &handoff_columns,
    .only = COLUMN_CHANGES,
    .tuples = 1,
    .index = "handoff_pkey",
    .hot = true,
};

static const struct statement HANDOFF_STEP = {
    .name = "handoff_step",
    .makes = STATEMENT_UPDATES,
    .of = &handoff_columns,
    .only = COLUMN_OFTEN,
    .tuples = 1,
    .index = "handoff_pkey",
    .hot = true,
};

const struct statement VERDICT_INSERT =
    STATEMENT_OF_ROWS("verdict_insert", STATEMENT_INSERTS, verdict_columns);

const struct statement FEEDBACK_INSERT =
    STATEMENT_OF_ROWS("feedback_insert", STATEMENT_INSERTS, feedback_columns);

/* The insert makes the row if need be; a second transaction waits for it and then finds the row.
 * $1 workspace, $2 term, $3 kind, $4 month */
static const struct statement EXCEPTION_LOCK = {
    .name = "exception_lock",
    .sql = "INSERT INTO exception_count (workspace_id, term, kind, month, used) "
           "VALUES ($1, $2, $3, $4, 0) "
           "ON CONFLICT (workspace_id, term, kind, month) "
           "DO UPDATE SET used = exception_count.used "
           "RETURNING {exception_count}",
};

const struct statement EXCEPTION_SAVE = {
    .name = "exception_save",
    .makes = STATEMENT_SAVES,
    .of = &exception_columns,
    .tuples = 1,
    .index = "exception_count_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const handoff_table_statements[] = {
    &HANDOFF_LEADS,      &HANDOFF_BY_ID,
    &HANDOFF_OPEN,       &HANDOFF_ASKED_DUE,
    &HANDOFF_REMIND_DUE, &HANDOFF_INSERT,
    &HANDOFF_SAVE,       &HANDOFF_UPDATE,
    &HANDOFF_STEP,       &VERDICT_INSERT,
    &FEEDBACK_INSERT,    &EXCEPTION_LOCK,
    &EXCEPTION_SAVE,     NULL,
};

/* ---- reading ---- */

struct handoff *handoff_table_read(const struct pg_result *result, int row, int column,
                                   struct arena *arena)
{
    struct handoff *handoff = ARENA_NEW(arena, struct handoff);

    if (handoff == NULL || !columns_read(&handoff_columns, result, row, column, arena, handoff))
        return NULL;
    return handoff;
}

struct handoff *handoff_table_read_loaded(const struct pg_result *result, int row,
                                          struct arena *arena)
{
    struct handoff *handoff = handoff_table_read(result, row, 1, arena);

    if (handoff == NULL)
        return NULL;
    handoff->verdict_body = pg_copy_text(result, row, 0, arena);
    if (handoff->verdict_body != NULL)
        handoff->verdict_body_len = strlen(handoff->verdict_body);
    return handoff;
}

int handoff_table_queue_open(const struct pg_scope *scope, const struct concerned *concerned)
{
    struct pg_params params;

    concerned_params(scope, &params, concerned);
    return pg_queue(scope->pg, &HANDOFF_OPEN, &params);
}

static int queue_due(const struct pg_scope *scope, const struct statement *statement,
                     const struct due_batch *batch)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, batch->limit);
    pg_params_int8(&params, batch->skip);
    return pg_queue(scope->pg, statement, &params);
}

int handoff_table_queue_asked_due(const struct pg_scope *scope, const struct due_batch *batch)
{
    return queue_due(scope, &HANDOFF_ASKED_DUE, batch);
}

int handoff_table_queue_remind_due(const struct pg_scope *scope, const struct due_batch *batch)
{
    return queue_due(scope, &HANDOFF_REMIND_DUE, batch);
}

/* ---- saving ---- */

void handoff_table_queue_save(const struct pg_scope *scope, struct handoff *const *handoffs,
                              size_t count)
{
    static const struct changed_rows how = {
        .inserts = &HANDOFF_INSERT,
        .saves = &HANDOFF_SAVE,
        .updates = &HANDOFF_UPDATE,
        .steps = &HANDOFF_STEP,
        .changed_first = true, /* one is closed before the lead is offered anew */
        .row = offsetof(struct handoff, row),
        .stored = offsetof(struct handoff, stored),
    };

    changed_rows_queue(scope, &how, (const void *const *)handoffs, count);
}

int exception_table_queue_lock(const struct pg_scope *scope, const struct exception_count *count)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_text(&params, term_name(count->term));
    pg_params_text(&params, exception_kind_name(count->kind));
    pg_params_int8(&params, count->month);
    return pg_queue(scope->pg, &EXCEPTION_LOCK, &params);
}
