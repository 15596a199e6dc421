#include "store/verify/verify.h"

#include "core/ledger/ledger.h"
#include "store/pg/columns.h"
#include "store/verify/verify_agreements.h"
#include "store/verify/verify_positions.h"
#include "store/verify/verify_references.h"
#include "store/verify/verify_rows.h"
#include "store/verify/verify_state.h"
#include "store/verify/verify_subjects.h"
#include "store/verify/verify_touches.h"

#include <stdio.h>
#include <string.h>

#define PAGE_ROWS         2000
#define PAGE_MEMORY_BYTES (8u << 20)
#define VERIFY_TIMEOUT_MS 60000 /* of one page */
/* For the statements that read all rows of the workspace at once. */
#define REST_TIMEOUT_MS 600000
#define REST_TIMEOUT    "SET LOCAL statement_timeout = '10min'"

#define DESCRIPTION_MAX_BYTES 160

/* clang-format off */

/* A page of the chains of the subjects that the condition names.
 * $1 workspace, $2 and $3 subject and number of the last entry of the page before, $4 limit */
#define PAGE(condition)                                                    \
           "SELECT pos, {ledger} "                                         \
           "FROM ledger "                                                  \
           "WHERE workspace_id = $1 "                                      \
           "AND (subject_id, seq) > ($2, $3) "                             \
           condition                                                       \
           "ORDER BY subject_id, seq "                                     \
           "LIMIT $4"

static const struct statement VERIFY_PAGE = {
    .name = "verify_page",
    .sql = PAGE(""),
    .index = "ledger_workspace_id_subject_id_seq_key",
};

/* $5 subjects */
static const struct statement VERIFY_PAGE_OF = {
    .name = "verify_page_of",
    .sql = PAGE("AND subject_id = ANY ($5) "),
    .index = "ledger_workspace_id_subject_id_seq_key",
};

/* Every subject whose last entry is not the head that its row in lead or chain holds, in both
 * directions: rows without entries, and entries without a row.
 * $1 workspace, $2 limit */
#define HEADS(of_leads, of_subjects)                                       \
           "WITH heads AS ("                                               \
           "  SELECT lead_id AS id, seq, hash, chain_at AS at, 'lead' AS place " \
           "  FROM lead "                                                  \
           "  WHERE workspace_id = $1 "                                    \
           of_leads                                                        \
           "  UNION ALL "                                                  \
           "  SELECT subject_id, seq, hash, at, 'chain' "                  \
           "  FROM chain "                                                 \
           "  WHERE workspace_id = $1 "                                    \
           of_subjects                                                     \
           "), last AS ("                                                  \
           "  SELECT DISTINCT ON (subject_id) subject_id AS id, seq, hash, at, pos " \
           "  FROM ledger "                                                \
           "  WHERE workspace_id = $1 "                                    \
           of_subjects                                                     \
           "  ORDER BY subject_id, seq DESC"                               \
           ") "                                                            \
           "SELECT COALESCE(h.id, l.id), COALESCE(h.seq, 0), COALESCE(l.seq, 0), h.place, " \
           "  l.pos "                                                      \
           "FROM heads h "                                                 \
           "FULL JOIN last l ON l.id = h.id "                              \
           "WHERE h.seq IS DISTINCT FROM l.seq OR h.hash IS DISTINCT FROM l.hash " \
           "OR h.at IS DISTINCT FROM l.at "                                \
           "ORDER BY 1 "                                                   \
           "LIMIT $2"

static const struct statement VERIFY_HEADS = {
    .name = "verify_heads",
    .sql = HEADS("", ""),
};

/* $3 subjects */
static const struct statement VERIFY_HEADS_OF = {
    .name = "verify_heads_of",
    .sql = HEADS("AND lead_id = ANY ($3) ", "AND subject_id = ANY ($3) "),
};

/* $1 workspace */
static const struct statement VERIFY_SIZE = {
    .name = "verify_size",
    .sql = "SELECT pos "
           "FROM workspace_head "
           "WHERE workspace_id = $1",
};

/* $1 workspace */
static const struct statement VERIFY_LEADS = {
    .name = "verify_leads",
    .sql = "SELECT count(*), "
           "  count(*) FILTER (WHERE status = 'active' AND owner_team IS NULL), "
           "  count(*) FILTER (WHERE status = 'active' AND next_step IS NULL "
           "    AND stage NOT IN ('customer', 'disqualified')), "
           "  (SELECT count(*) "
           "    FROM ("
           "      SELECT lead_id "
           "      FROM handoff "
           "      WHERE workspace_id = $1 AND state IN ('requested', 'offered', 'accepted') "
           "      GROUP BY lead_id "
           "      HAVING count(*) > 1"
           "    ) d) "
           "FROM lead "
           "WHERE workspace_id = $1",
};

/* clang-format on */

const struct statement *const verify_statements[] = {
    &VERIFY_PAGE, &VERIFY_PAGE_OF, &VERIFY_HEADS, &VERIFY_HEADS_OF,
    &VERIFY_SIZE, &VERIFY_LEADS,   NULL,
};

struct verify {
    struct pg *pg;
    struct uuid workspace;
    struct arena *arena;
    struct verify_report *report;
    struct verify_state *state; /* these: NULL unless --state is asked for */
    struct verify_rows *rows;
    struct verify_touches *touches;
    int64_t size; /* entries, as the head of the workspace has it: for progress */
    /* the chain that is being followed */
    struct uuid subject;
    int64_t seq;
    int64_t pos; /* of the entry before this one, as are the following */
    instant at;
    uint8_t hash[DIGEST_BYTES];
};

/* Subjects of a range; ids NULL: all. */
struct some {
    const struct uuid *ids;
    size_t count;
};

static void put_some(struct verify *v, struct pg_params *params, struct some some)
{
    struct pg_array ids;

    pg_array_begin(&ids, v->arena, PG_UUID, some.count);
    for (size_t i = 0; i < some.count; i++)
        pg_array_uuid(&ids, some.ids[i]);
    pg_params_array(params, &ids);
}

static enum pg_status run_page(struct verify *v, struct some some)
{
    /* a nil id becomes null as a parameter, and null is not less than any id; this one is less
     * than every id that is given out */
    static const struct uuid before_all = {{[15] = 1}};
    struct pg_params params;

    arena_clear(v->arena);
    pg_params_init(&params, v->arena);
    pg_params_uuid(&params, v->workspace);
    pg_params_uuid(&params, uuid_is_nil(v->subject) ? before_all : v->subject);
    pg_params_int8(&params, v->seq);
    pg_params_int8(&params, PAGE_ROWS);
    if (some.ids != NULL)
        put_some(v, &params, some);
    return pg_run(v->pg, some.ids == NULL ? &VERIFY_PAGE : &VERIFY_PAGE_OF, &params,
                  pg_deadline_in(VERIFY_TIMEOUT_MS));
}

/* ---- chains ---- */

/* Of one row at a time: the next clears the memory. False when that is short, and when the row is
 * none that was ever written. */
static bool read_entry(struct verify *v, const struct pg_result *result, int row,
                       struct ledger_entry *entry)
{
    arena_clear(v->arena);
    *entry = (struct ledger_entry){0};
    return columns_read(&ledger_columns, result, row, 1, v->arena, entry);
}

static void start_chain(struct verify *v, struct uuid subject)
{
    v->report->subjects++;
    v->subject = subject;
    v->seq = 0;
    v->at = INSTANT_NONE;
    memset(v->hash, 0, sizeof v->hash);
}

/* "the entry at position 7 (handoff.offered, number 3 of subject 0199…)" */
static const char *describe(const struct ledger_entry *entry, int64_t pos,
                            char out[DESCRIPTION_MAX_BYTES])
{
    const char *kind = ledger_kind_name((int)entry->kind);
    char subject[UUID_TEXT_LEN + 1];

    uuid_format(entry->subject, subject);
    snprintf(out, DESCRIPTION_MAX_BYTES,
             "the entry at position %lld (%s, number %lld of subject %s)", (long long)pos,
             kind == NULL ? "of no known kind" : kind, (long long)entry->seq, subject);
    return out;
}

/* The page's rows come in the order of subject and number, so an entry that was deleted shows as a
 * number that is missing. */
static void check_order(struct verify *v, const struct ledger_entry *entry, const char *what)
{
    if (entry->seq == v->seq + 2)
        verify_found(v->report, "entry number %lld of its subject is missing before %s",
                     (long long)v->seq + 1, what);
    else if (entry->seq != v->seq + 1)
        verify_found(v->report, "entries number %lld to %lld of its subject are missing before %s",
                     (long long)v->seq + 1, (long long)entry->seq - 1, what);
    if (v->at != INSTANT_NONE && entry->at < v->at)
        verify_found(v->report, "%s is older than the one before it in its chain", what);
    if (ledger_kind_name((int)entry->kind) == NULL)
        verify_found(v->report, "%s has kind %d, which does not exist", what, (int)entry->kind);
}

/* The page's next row against its chain so far. */
static enum err check_entry(struct verify *v, const struct pg_result *result, int row)
{
    char what[DESCRIPTION_MAX_BYTES];
    uint8_t stored[DIGEST_BYTES];
    struct ledger_entry entry;
    int64_t pos = pg_get_int8(result, row, 0);

    if (!read_entry(v, result, row, &entry))
        return arena_failed(v->arena) ? ERR_OUT_OF_MEMORY : ERR_INTERNAL;
    memcpy(stored, entry.hash, sizeof stored);
    if (v->report->subjects == 0 || !uuid_equal(entry.subject, v->subject))
        start_chain(v, entry.subject);
    describe(&entry, pos, what);
    check_order(v, &entry, what);
    /* the hash of an entry covers the one before it: after a missing one there is nothing to say */
    if (entry.seq == v->seq + 1) {
        ledger_hash(&entry, v->workspace, v->hash);
        bool fits = memcmp(stored, entry.hash, sizeof stored) == 0;
        if (!fits && v->seq == 0)
            verify_found(v->report, "%s does not have the hash of its content: it was changed",
                         what);
        else if (!fits)
            verify_found(v->report,
                         "%s does not have the hash of its content and of the entry before it, at "
                         "position %lld: one of the two was changed",
                         what, (long long)v->pos);
    }
    v->pos = pos;
    v->seq = entry.seq;
    v->at = entry.at;
    /* The next entry is compared with the stored hash, not with the one that this entry should
     * have: else one changed entry would make every later entry of its chain a finding. */
    memcpy(v->hash, stored, sizeof stored);
    v->report->entries++;
    if (v->state == NULL)
        return ERR_NONE;
    enum err err = verify_state_follow(v->state, &entry, pos);
    if (err == ERR_NONE)
        err = verify_rows_follow(v->rows, &entry, pos);
    return err == ERR_NONE ? verify_touches_follow(v->touches, &entry, pos) : err;
}

static enum pg_status flush_state(struct verify *v)
{
    enum pg_status status = verify_state_flush(v->state);

    if (status == PG_OK)
        status = verify_rows_flush(v->rows);
    return status == PG_OK ? verify_touches_flush(v->touches) : status;
}

static enum pg_status end_state(struct verify *v)
{
    enum pg_status status = verify_state_end(v->state);

    if (status == PG_OK)
        status = verify_rows_end(v->rows);
    return status == PG_OK ? verify_touches_end(v->touches) : status;
}

static void progress(struct verify *v, int64_t done, int64_t total)
{
    struct verify_report *report = v->report;

    if (report->on_progress != NULL && !report->on_progress(report->context, done, total))
        report->stopped = true;
}

/* The chains of some subjects, or of all. */
static enum pg_status follow(struct verify *v, struct some some)
{
    enum pg_status status = PG_OK;
    int rows = PAGE_ROWS;

    v->subject = (struct uuid){{0}};
    v->seq = 0;
    while (status == PG_OK && rows == PAGE_ROWS && !v->report->stopped) {
        status = run_page(v, some);
        const struct pg_result *result = status == PG_OK ? pg_result(v->pg, 0) : NULL;
        rows = pg_rows(result);
        for (int row = 0; row < rows && status == PG_OK; row++)
            if (check_entry(v, result, row) != ERR_NONE)
                status = PG_OTHER;
        pg_pipeline_end(v->pg);
        if (status == PG_OK && v->state != NULL)
            status = flush_state(v);
        if (some.ids == NULL)
            progress(v, v->report->entries, v->size);
    }
    return status;
}

/* ---- what other tables say ---- */

static void check_head(struct verify *v, const struct pg_result *result, int row)
{
    char subject[UUID_TEXT_LEN + 1];
    long long head = (long long)pg_get_int8(result, row, 1);
    long long last = (long long)pg_get_int8(result, row, 2);
    const char *table = pg_get_text(result, row, 3, NULL);
    long long pos = (long long)pg_get_int8(result, row, 4);

    uuid_format(pg_get_uuid(result, row, 0), subject);
    if (table == NULL)
        verify_found(v->report,
                     "subject %s has %lld entries, up to position %lld, and no row in tables lead "
                     "and chain: its row was dropped, or its entries were added",
                     subject, last, pos);
    else if (last == 0)
        verify_found(v->report,
                     "table %s says that subject %s has %lld entries, the ledger has none: its "
                     "chain was dropped",
                     table, subject, head);
    else if (head > last)
        verify_found(v->report,
                     "table %s says that subject %s has %lld entries, its chain ends with number "
                     "%lld at position %lld: its end was cut",
                     table, subject, head, last, pos);
    else if (head < last)
        verify_found(v->report,
                     "table %s says that subject %s has %lld entries, its chain ends with number "
                     "%lld at position %lld: entries were added",
                     table, subject, head, last, pos);
    else
        verify_found(v->report,
                     "the entry at position %lld, the last of subject %s, has another hash or time "
                     "than table %s says: it was changed",
                     pos, subject, table);
}

static void check_leads(struct verify *v, const struct pg_result *result)
{
    static const char *const what[] = {NULL, "active leads without an owning team",
                                       "active leads without a next date",
                                       "leads with more than one open handoff"};

    v->report->leads = pg_get_int8(result, 0, 0);
    for (int i = 1; i < 4; i++)
        if (pg_get_int8(result, 0, i) > 0)
            verify_found(v->report, "%lld %s", (long long)pg_get_int8(result, 0, i), what[i]);
}

/* Of some subjects, or of all. */
static enum pg_status check_heads(struct verify *v, struct some some)
{
    struct pg_params params;

    arena_clear(v->arena);
    pg_params_init(&params, v->arena);
    pg_params_uuid(&params, v->workspace);
    pg_params_int8(&params, VERIFY_FINDINGS_MAX);
    if (some.ids != NULL)
        put_some(v, &params, some);
    enum pg_status status = pg_run(v->pg, some.ids == NULL ? &VERIFY_HEADS : &VERIFY_HEADS_OF,
                                   &params, pg_deadline_in(REST_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(v->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++)
        check_head(v, result, row);
    pg_pipeline_end(v->pg);
    return status;
}

static enum pg_status ask(struct verify *v, const struct statement *statement)
{
    struct pg_params params;

    arena_clear(v->arena);
    pg_params_init(&params, v->arena);
    pg_params_uuid(&params, v->workspace);
    return pg_run(v->pg, statement, &params, pg_deadline_in(REST_TIMEOUT_MS));
}

static enum pg_status count_leads(struct verify *v)
{
    enum pg_status status = ask(v, &VERIFY_LEADS);

    if (status == PG_OK)
        check_leads(v, pg_result(v->pg, 0));
    pg_pipeline_end(v->pg);
    return status;
}

static enum pg_status read_size(struct verify *v)
{
    enum pg_status status = ask(v, &VERIFY_SIZE);

    if (status == PG_OK && pg_rows(pg_result(v->pg, 0)) == 1)
        v->size = pg_get_int8(pg_result(v->pg, 0), 0, 0);
    pg_pipeline_end(v->pg);
    return status;
}

/* ---- all of it ---- */

static enum pg_status follow_range(struct verify *v, struct verify_subjects *subjects)
{
    struct uuid ids[VERIFY_SUBJECTS_MAX];
    int64_t after = v->report->after;
    int64_t until = v->report->until < v->size ? v->report->until : v->size;
    size_t count = 1;
    enum pg_status status = PG_OK;

    while (status == PG_OK && count > 0 && !v->report->stopped) {
        int64_t reached = after;
        status = verify_subjects_next(subjects, ids, &count, &reached);
        if (status == PG_OK && count > 0)
            status = follow(v, (struct some){ids, count});
        if (status == PG_OK && count > 0)
            status = check_heads(v, (struct some){ids, count});
        progress(v, reached - after, until - after);
    }
    return status;
}

static enum pg_status check_range(struct verify *v)
{
    struct verify_subjects *subjects = verify_subjects_new(v->pg, v->workspace, v->report);
    enum pg_status status = subjects == NULL ? PG_MEMORY : follow_range(v, subjects);

    verify_subjects_free(subjects);
    return status;
}

static enum pg_status check_chains(struct verify *v)
{
    enum pg_status status =
        verify_is_range(v->report) ? check_range(v) : follow(v, (struct some){NULL, 0});

    return status == PG_OK && v->state != NULL && !v->report->stopped ? end_state(v) : status;
}

/* The whole verification reads one snapshot. Otherwise every group that commits meanwhile would
 * look like entries that were added. */
static enum pg_status begin_snapshot(struct verify *v)
{
    enum pg_status status = pg_pipeline_begin(v->pg, pg_deadline_in(VERIFY_TIMEOUT_MS));

    if (status != PG_OK)
        return status;
    pg_queue_begin_read(v->pg, v->workspace);
    pg_queue_sql(v->pg, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    pg_queue_sql(v->pg, REST_TIMEOUT);
    status = pg_pipeline_run(v->pg, pg_deadline_in(VERIFY_TIMEOUT_MS));
    pg_pipeline_end(v->pg);
    return status;
}

static bool begin_state(struct verify *v)
{
    v->state = verify_state_new(v->pg, v->workspace, PAGE_ROWS, v->report);
    v->rows = verify_rows_new(v->pg, v->workspace, v->report);
    v->touches = verify_touches_new(v->pg, v->workspace, PAGE_ROWS, v->report);
    return v->state != NULL && v->rows != NULL && v->touches != NULL;
}

static void release(struct verify *v)
{
    verify_state_free(v->state);
    verify_rows_free(v->rows);
    verify_touches_free(v->touches);
    arena_free(v->arena);
}

static enum pg_status check_all(struct verify *v)
{
    struct verify_report *report = v->report;
    bool is_range = verify_is_range(report);
    enum pg_status status = begin_snapshot(v);

    if (status == PG_OK)
        status = read_size(v);
    if (status == PG_OK)
        status = check_chains(v);
    if (status == PG_OK && !is_range && !report->stopped)
        status = check_heads(v, (struct some){NULL, 0});
    if (status == PG_OK && !report->stopped)
        status = count_leads(v);
    if (status == PG_OK && !report->stopped)
        status = verify_positions(v->pg, v->workspace, report);
    if (status == PG_OK && report->state && !is_range && !report->stopped)
        status = verify_references(v->pg, v->workspace, report);
    if (status == PG_OK && report->state && !report->stopped)
        status = verify_agreements(v->pg, v->workspace, report);
    pg_rollback(v->pg);
    return status;
}

enum pg_status verify_workspace(struct pg *pg, struct uuid workspace, struct verify_report *report)
{
    struct verify v = {.pg = pg, .workspace = workspace, .report = report};

    report->entries = report->subjects = report->leads = report->findings = report->not_held = 0;
    report->held_from = INT64_MAX;
    report->stopped = false;
    v.arena = arena_new(PAGE_MEMORY_BYTES);
    bool begun = v.arena != NULL && (!report->state || begin_state(&v));
    enum pg_status status = begun ? check_all(&v) : PG_MEMORY;
    release(&v);
    return status;
}
