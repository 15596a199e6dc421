#include "store/verify/verify_state.h"
#include "store/table/merged.h"

#include <stdlib.h>
#include <string.h>

#define LEAD_ROWS               2000
#define MEMORY_BYTES            (8u << 20)
#define VERIFY_STATE_TIMEOUT_MS 60000 /* of one page */
#define NAME_MAX_BYTES          80

/* clang-format off */

/* $1 workspace, $2 after this lead, $3 limit */
#define LEADS                                                              \
           "SELECT l.lead_id, l.status, l.stage, l.owner_team, l.merged_into, " \
           "  h.handoff_id, h.state "                                      \
           "FROM lead l "                                                  \
           "LEFT JOIN LATERAL ("                                           \
           "  SELECT handoff_id, state "                                   \
           "  FROM handoff "                                               \
           "  WHERE workspace_id = $1 "                                    \
           "  AND lead_id = l.lead_id "                                    \
           "  AND state IN ('requested', 'offered', 'accepted') "          \
           "  ORDER BY handoff_id "                                        \
           "  LIMIT 1"                                                     \
           ") h ON true "                                                  \
           "WHERE l.workspace_id = $1 "

static const struct statement VERIFY_STATE_LEADS = {
    .name = "verify_state_leads",
    .sql = LEADS
           "AND l.lead_id > $2 "
           "ORDER BY l.lead_id "
           "LIMIT $3",
    .index = "lead_pkey",
};

/* $1 workspace, $2 leads */
static const struct statement VERIFY_STATE_LEADS_OF = {
    .name = "verify_state_leads_of",
    .sql = LEADS
           "AND l.lead_id = ANY ($2) "
           "ORDER BY l.lead_id",
    .index = "lead_pkey",
};

/* Handoffs that are closed in the ledger and not so in their rows. $1 workspace, $2 and $3 handoffs
 * and their states according to the ledger */
static const struct statement VERIFY_STATE_CLOSED = {
    .name = "verify_state_closed",
    .sql = "SELECT u.id, u.state, h.state "
           "FROM unnest($2::uuid[], $3::text[]) u(id, state) "
           "LEFT JOIN handoff h ON h.workspace_id = $1 "
           "AND h.handoff_id = u.id "
           "WHERE h.state IS DISTINCT FROM u.state "
           "ORDER BY u.id",
    .index = "handoff_pkey",
};

/* The ledger names the lead that an absorbed one was merged into; the table names the one that
 * stands for it today. They may differ only when the one named by the ledger was itself merged
 * since.
 * $1 workspace, $2 and $3 leads named by the ledger and by the table */
static const struct statement VERIFY_STATE_SURVIVORS = {
    .name = "verify_state_survivors",
    .sql = "SELECT u.n "
           "FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY u(named, stands, n) "
           "WHERE NOT EXISTS ("
           "  WITH RECURSIVE " MERGED_WAY_FROM("u.named")
           "  SELECT "
           "  FROM way "
           "  WHERE id = u.stands"
           ") "
           "ORDER BY u.n",
    .index = "lead_pkey",
};

/* The last entry of an absorbed lead against what the survivor's entry says about it.
 * $1 workspace, $2 survivors, $3 absorbed, $4 and $5 number and hash of the last entry */
static const struct statement VERIFY_STATE_ABSORBED = {
    .name = "verify_state_absorbed",
    .sql = "SELECT u.survivor, u.absorbed "
           "FROM unnest($2::uuid[], $3::uuid[], $4::int8[], $5::bytea[]) "
           "  u(survivor, absorbed, seq, hash) "
           "LEFT JOIN ledger e ON e.workspace_id = $1 "
           "AND e.subject_id = u.absorbed "
           "AND e.seq = u.seq "
           "AND e.hash = u.hash "
           "AND e.kind = 8 "
           "WHERE e.pos IS NULL "
           "ORDER BY u.survivor",
    .index = "ledger_workspace_id_subject_id_seq_key",
};

/* $1 workspace */
static const struct statement VERIFY_STATE_HANDOFFS = {
    .name = "verify_state_handoffs",
    .sql = "SELECT count(*) "
           "FROM handoff "
           "WHERE workspace_id = $1",
};

/* clang-format on */

const struct statement *const verify_state_statements[] = {
    &VERIFY_STATE_LEADS,
    &VERIFY_STATE_LEADS_OF,
    &VERIFY_STATE_CLOSED,
    &VERIFY_STATE_SURVIVORS,
    &VERIFY_STATE_ABSORBED,
    &VERIFY_STATE_HANDOFFS,
    NULL,
};

struct closed {
    struct uuid handoff;
    enum handoff_state state;
};

struct survived {
    struct uuid lead;
    struct uuid named;  /* by the ledger */
    struct uuid stands; /* in the table */
};

struct absorbed {
    struct uuid survivor;
    struct uuid lead;
    int64_t seq;
    uint8_t hash[DIGEST_BYTES];
};

struct verify_state {
    struct pg *pg;
    struct uuid workspace;
    struct verify_report *report;
    struct arena *arena;
    /* of the page that was followed */
    struct replay *ended; /* leads whose last entry was followed */
    size_t ended_count;
    struct closed *closed;
    size_t closed_count;
    struct survived *survived; /* where ledger and table differ */
    size_t survived_count;
    struct absorbed *absorbed;
    size_t absorbed_count;
    /* the subject that is being followed */
    struct replay replay;
    bool following;
    bool is_lead;
    /* the page of rows */
    struct replay *rows; /* what the tables say of each lead */
    size_t row_count;
    size_t row;
    struct uuid after;
    bool last_page;
    /* over all */
    int64_t made;         /* handoffs */
    int64_t merges;       /* entries lead.merged … */
    int64_t absorbed_all; /* … and lead.absorbed: one each per merge */
};

struct verify_state *verify_state_new(struct pg *pg, struct uuid workspace, size_t page_rows,
                                      struct verify_report *report)
{
    struct verify_state *state = calloc(1, sizeof *state);

    if (state == NULL)
        return NULL;
    *state = (struct verify_state){
        .pg = pg,
        .workspace = workspace,
        .report = report,
        .arena = arena_new(MEMORY_BYTES),
        .ended = calloc(page_rows + 1, sizeof *state->ended),
        .closed = calloc(page_rows, sizeof *state->closed),
        .survived = calloc(page_rows + 1, sizeof *state->survived),
        .absorbed = calloc(page_rows, sizeof *state->absorbed),
        .rows = calloc(LEAD_ROWS + 1, sizeof *state->rows),
    };
    if (state->arena != NULL && state->ended != NULL && state->closed != NULL &&
        state->survived != NULL && state->absorbed != NULL && state->rows != NULL)
        return state;
    verify_state_free(state);
    return NULL;
}

void verify_state_free(struct verify_state *state)
{
    if (state == NULL)
        return;
    arena_free(state->arena);
    free(state->ended);
    free(state->closed);
    free(state->survived);
    free(state->absorbed);
    free(state->rows);
    free(state);
}

/* ---- following ---- */

static void end_subject(struct verify_state *state)
{
    if (state->following && state->is_lead)
        state->ended[state->ended_count++] = state->replay;
}

/* A page may end in the middle of a chain: the replay goes on with the next page, and a subject
 * ends when another one begins. */
static void begin_subject(struct verify_state *state, const struct ledger_entry *first)
{
    end_subject(state);
    replay_begin(&state->replay, first->subject);
    state->following = true;
    state->is_lead = replay_is_of_lead(first->kind);
}

static void note_step(struct verify_state *state, const struct replay_step *step)
{
    if (!uuid_is_nil(step->made))
        state->made++;
    if (!uuid_is_nil(step->closed))
        state->closed[state->closed_count++] = (struct closed){step->closed, step->closed_state};
    if (uuid_is_nil(step->absorbed))
        return;
    struct absorbed *absorbed = &state->absorbed[state->absorbed_count++];
    *absorbed = (struct absorbed){
        .survivor = state->replay.subject, .lead = step->absorbed, .seq = step->absorbed_seq};
    memcpy(absorbed->hash, step->absorbed_hash, DIGEST_BYTES);
    state->merges++;
}

enum err verify_state_follow(struct verify_state *state, const struct ledger_entry *entry,
                             int64_t pos)
{
    char subject[UUID_TEXT_LEN + 1];
    struct replay_step step;

    if (!state->following || !uuid_equal(entry->subject, state->replay.subject))
        begin_subject(state, entry);
    if (!state->is_lead)
        return ERR_NONE;
    enum err err = replay_entry(&state->replay, entry, state->arena, &step);
    if (err != ERR_NONE)
        return err;
    uuid_format(entry->subject, subject);
    if (step.fault != NULL)
        verify_found(state->report,
                     "the entry at position %lld (lead %s, number %lld, %s) %s, by the entries "
                     "before it",
                     (long long)pos, subject, (long long)entry->seq,
                     ledger_kind_name((int)entry->kind), step.fault);
    /* A merge writes two entries, one in each chain; counted apart, a chain that was dropped whole
     * shows as a difference. */
    state->absorbed_all += entry->kind == LEDGER_LEAD_ABSORBED;
    note_step(state, &step);
    return ERR_NONE;
}

/* ---- comparing ---- */

static const char *name_of(struct uuid id, char text[NAME_MAX_BYTES])
{
    if (uuid_is_nil(id))
        return "none";
    uuid_format(id, text);
    return text;
}

static const char *handoff_of(const struct replay *lead, char text[NAME_MAX_BYTES])
{
    char id[UUID_TEXT_LEN + 1];

    if (uuid_is_nil(lead->open))
        return "none";
    uuid_format(lead->open, id);
    snprintf(text, NAME_MAX_BYTES, "%s (%s)", id, handoff_state_name(lead->open_state));
    return text;
}

static const char *stage_of(const struct replay *lead)
{
    return lead->stage == STAGE_COUNT ? "none" : stage_name(lead->stage);
}

static void differ(struct verify_state *state, struct uuid lead, const char *what,
                   const char *ledger, const char *table)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(lead, id);
    verify_found(state->report, "lead %s: its %s is %s in the ledger, %s in the table", id, what,
                 ledger, table);
}

/* Where both name a lead, but not the same, the survivor may have been merged itself: that is
 * looked up later, for the whole page at once. */
static void compare_survivor(struct verify_state *state, const struct replay *ledger,
                             const struct replay *row)
{
    char a[NAME_MAX_BYTES], b[NAME_MAX_BYTES];

    if (uuid_equal(ledger->survivor, row->survivor))
        return;
    if (uuid_is_nil(ledger->survivor) || uuid_is_nil(row->survivor))
        differ(state, ledger->subject, "survivor", name_of(ledger->survivor, a),
               name_of(row->survivor, b));
    else
        state->survived[state->survived_count++] =
            (struct survived){ledger->subject, ledger->survivor, row->survivor};
}

/* Only what entries say in clear; attributes stand there as commitments. */
static void compare(struct verify_state *state, const struct replay *ledger,
                    const struct replay *row)
{
    struct uuid lead = ledger->subject;
    char a[NAME_MAX_BYTES], b[NAME_MAX_BYTES];

    if (ledger->status != row->status)
        differ(state, lead, "status", lead_status_name(ledger->status),
               lead_status_name(row->status));
    if (ledger->stage != row->stage)
        differ(state, lead, "stage", stage_of(ledger), stage_of(row));
    if (!uuid_equal(ledger->owner, row->owner))
        differ(state, lead, "owning team", name_of(ledger->owner, a), name_of(row->owner, b));
    compare_survivor(state, ledger, row);
    if (!uuid_equal(ledger->open, row->open) ||
        (!uuid_is_nil(ledger->open) && ledger->open_state != row->open_state))
        differ(state, lead, "open handoff", handoff_of(ledger, a), handoff_of(row, b));
}

static void report_lost(struct verify_state *state, struct uuid lead)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(lead, id);
    verify_found(state->report, "lead %s is in the ledger and has no row in table lead", id);
}

static void report_invented(struct verify_state *state, struct uuid lead)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(lead, id);
    verify_found(state->report, "lead %s has a row in table lead and no entry in the ledger", id);
}

static enum lead_status read_status(const char *name)
{
    enum lead_status status = LEAD_ACTIVE;

    while (status < LEAD_ERASED && strcmp(lead_status_name(status), name) != 0)
        status++;
    return status;
}

static void read_row(const struct pg_result *result, int at, struct replay *row)
{
    const char *open_state = pg_get_text(result, at, 6, NULL);

    *row = (struct replay){
        .subject = pg_get_uuid(result, at, 0),
        .status = read_status(pg_get_text(result, at, 1, NULL)),
        .stage = STAGE_COUNT,
        .owner = pg_get_uuid(result, at, 3),
        .survivor = pg_get_uuid(result, at, 4),
        .open = pg_get_uuid(result, at, 5),
    };
    if (!stage_parse(pg_get_text(result, at, 2, NULL), &row->stage))
        row->stage = STAGE_COUNT;
    if (open_state != NULL && !handoff_state_parse(open_state, &row->open_state))
        row->open_state = HANDOFF_STATE_COUNT;
}

/* A nil id becomes null as a parameter, and null is not less than any id; this one is less than
 * every id that is given out. */
static struct uuid place(struct uuid after)
{
    static const struct uuid before_all = {{[15] = 1}};

    return uuid_is_nil(after) ? before_all : after;
}

static enum pg_status read_rows(struct verify_state *state, const struct statement *statement,
                                struct pg_params *params)
{
    enum pg_status status =
        pg_run(state->pg, statement, params, pg_deadline_in(VERIFY_STATE_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(state->pg, 0) : NULL;

    state->row = 0;
    state->row_count = (size_t)pg_rows(result);
    for (size_t i = 0; i < state->row_count; i++)
        read_row(result, (int)i, &state->rows[i]);
    pg_pipeline_end(state->pg);
    return status;
}

static enum pg_status load_rows(struct verify_state *state)
{
    struct pg_params params;

    arena_clear(state->arena);
    pg_params_init(&params, state->arena);
    pg_params_uuid(&params, state->workspace);
    pg_params_uuid(&params, place(state->after));
    pg_params_int8(&params, LEAD_ROWS);
    enum pg_status status = read_rows(state, &VERIFY_STATE_LEADS, &params);
    state->last_page = state->row_count < LEAD_ROWS;
    if (state->row_count > 0)
        state->after = state->rows[state->row_count - 1].subject;
    return status;
}

static int by_subject(const void *a, const void *b)
{
    return uuid_compare(((const struct replay *)a)->subject, ((const struct replay *)b)->subject);
}

/* Of a range: the rows of the leads that have ended, and no others. These come in the order of
 * their ids but for the first, which a batch before this one may have left. */
static enum pg_status load_ended(struct verify_state *state)
{
    struct pg_params params;
    struct pg_array ids;

    qsort(state->ended, state->ended_count, sizeof *state->ended, by_subject);
    state->last_page = true;
    arena_clear(state->arena);
    pg_params_init(&params, state->arena);
    pg_array_begin(&ids, state->arena, PG_UUID, state->ended_count);
    for (size_t i = 0; i < state->ended_count; i++)
        pg_array_uuid(&ids, state->ended[i].subject);
    pg_params_uuid(&params, state->workspace);
    pg_params_array(&params, &ids);
    return read_rows(state, &VERIFY_STATE_LEADS_OF, &params);
}

/* The next row that was not compared yet, NULL after the last. */
static enum pg_status next_row(struct verify_state *state, const struct replay **out)
{
    if (state->row == state->row_count && !state->last_page) {
        enum pg_status status = load_rows(state);
        if (status != PG_OK)
            return status;
    }
    *out = state->row < state->row_count ? &state->rows[state->row] : NULL;
    return PG_OK;
}

/* A merge join: ledger and table both come in the order of ids, so rows that come before this lead
 * have no entries, and a lead that the rows have passed has no row. */
static enum pg_status compare_lead(struct verify_state *state, const struct replay *ledger)
{
    for (;;) {
        const struct replay *row;
        enum pg_status status = next_row(state, &row);
        if (status != PG_OK)
            return status;
        int order = row == NULL ? 1 : uuid_compare(row->subject, ledger->subject);
        if (order > 0) {
            report_lost(state, ledger->subject);
            return PG_OK;
        }
        state->row++;
        if (order == 0) {
            compare(state, ledger, row);
            return PG_OK;
        }
        report_invented(state, row->subject);
    }
}

static enum pg_status compare_closed(struct verify_state *state)
{
    struct pg_params params;
    struct pg_array ids, states;
    char id[UUID_TEXT_LEN + 1];

    if (state->closed_count == 0)
        return PG_OK;
    arena_clear(state->arena);
    pg_params_init(&params, state->arena);
    pg_array_begin(&ids, state->arena, PG_UUID, state->closed_count);
    pg_array_begin(&states, state->arena, PG_TEXT, state->closed_count);
    for (size_t i = 0; i < state->closed_count; i++) {
        pg_array_uuid(&ids, state->closed[i].handoff);
        pg_array_text(&states, handoff_state_name(state->closed[i].state));
    }
    pg_params_uuid(&params, state->workspace);
    pg_params_array(&params, &ids);
    pg_params_array(&params, &states);
    enum pg_status status =
        pg_run(state->pg, &VERIFY_STATE_CLOSED, &params, pg_deadline_in(VERIFY_STATE_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(state->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++) {
        const char *table = pg_get_text(result, row, 2, NULL);
        uuid_format(pg_get_uuid(result, row, 0), id);
        verify_found(state->report, "handoff %s: it is %s in the ledger, %s in the table", id,
                     pg_get_text(result, row, 1, NULL), table == NULL ? "missing" : table);
    }
    pg_pipeline_end(state->pg);
    return status;
}

static enum pg_status compare_survived(struct verify_state *state)
{
    struct pg_params params;
    struct pg_array named, stands;
    char a[NAME_MAX_BYTES], b[NAME_MAX_BYTES];

    if (state->survived_count == 0)
        return PG_OK;
    arena_clear(state->arena);
    pg_params_init(&params, state->arena);
    pg_array_begin(&named, state->arena, PG_UUID, state->survived_count);
    pg_array_begin(&stands, state->arena, PG_UUID, state->survived_count);
    for (size_t i = 0; i < state->survived_count; i++) {
        pg_array_uuid(&named, state->survived[i].named);
        pg_array_uuid(&stands, state->survived[i].stands);
    }
    pg_params_uuid(&params, state->workspace);
    pg_params_array(&params, &named);
    pg_params_array(&params, &stands);
    enum pg_status status = pg_run(state->pg, &VERIFY_STATE_SURVIVORS, &params,
                                   pg_deadline_in(VERIFY_STATE_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(state->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++) {
        const struct survived *found = &state->survived[pg_get_int8(result, row, 0) - 1];
        differ(state, found->lead, "survivor", name_of(found->named, a), name_of(found->stands, b));
    }
    pg_pipeline_end(state->pg);
    return status;
}

static enum pg_status compare_absorbed(struct verify_state *state)
{
    struct pg_params params;
    struct pg_array survivors, leads, seqs, hashes;
    char survivor[UUID_TEXT_LEN + 1], lead[UUID_TEXT_LEN + 1];

    if (state->absorbed_count == 0)
        return PG_OK;
    arena_clear(state->arena);
    pg_params_init(&params, state->arena);
    pg_array_begin(&survivors, state->arena, PG_UUID, state->absorbed_count);
    pg_array_begin(&leads, state->arena, PG_UUID, state->absorbed_count);
    pg_array_begin(&seqs, state->arena, PG_INT8, state->absorbed_count);
    pg_array_begin(&hashes, state->arena, PG_BYTEA, state->absorbed_count);
    for (size_t i = 0; i < state->absorbed_count; i++) {
        pg_array_uuid(&survivors, state->absorbed[i].survivor);
        pg_array_uuid(&leads, state->absorbed[i].lead);
        pg_array_int8(&seqs, state->absorbed[i].seq);
        pg_array_bytea(&hashes, state->absorbed[i].hash, DIGEST_BYTES);
    }
    pg_params_uuid(&params, state->workspace);
    pg_params_array(&params, &survivors);
    pg_params_array(&params, &leads);
    pg_params_array(&params, &seqs);
    pg_params_array(&params, &hashes);
    enum pg_status status =
        pg_run(state->pg, &VERIFY_STATE_ABSORBED, &params, pg_deadline_in(VERIFY_STATE_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(state->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++) {
        uuid_format(pg_get_uuid(result, row, 0), survivor);
        uuid_format(pg_get_uuid(result, row, 1), lead);
        verify_found(state->report,
                     "lead %s absorbed lead %s up to an entry that is not the one that ended it",
                     survivor, lead);
    }
    pg_pipeline_end(state->pg);
    return status;
}

enum pg_status verify_state_flush(struct verify_state *state)
{
    enum pg_status status =
        verify_is_range(state->report) && state->ended_count > 0 ? load_ended(state) : PG_OK;

    for (size_t i = 0; i < state->ended_count && status == PG_OK; i++)
        status = compare_lead(state, &state->ended[i]);
    if (status == PG_OK)
        status = compare_closed(state);
    if (status == PG_OK)
        status = compare_survived(state);
    if (status == PG_OK)
        status = compare_absorbed(state);
    state->ended_count = state->closed_count = 0;
    state->survived_count = state->absorbed_count = 0;
    return status;
}

static enum pg_status compare_counts(struct verify_state *state)
{
    struct pg_params params;

    arena_clear(state->arena);
    pg_params_init(&params, state->arena);
    pg_params_uuid(&params, state->workspace);
    enum pg_status status =
        pg_run(state->pg, &VERIFY_STATE_HANDOFFS, &params, pg_deadline_in(VERIFY_STATE_TIMEOUT_MS));
    if (status == PG_OK && pg_get_int8(pg_result(state->pg, 0), 0, 0) != state->made)
        verify_found(state->report, "the ledger has %lld handoffs, table handoff has %lld",
                     (long long)state->made, (long long)pg_get_int8(pg_result(state->pg, 0), 0, 0));
    pg_pipeline_end(state->pg);
    if (state->merges != state->absorbed_all)
        verify_found(state->report, "%lld leads were absorbed, but %lld merges are recorded",
                     (long long)state->absorbed_all, (long long)state->merges);
    return status;
}

enum pg_status verify_state_end(struct verify_state *state)
{
    const struct replay *row;
    enum pg_status status;

    end_subject(state);
    state->following = false;
    status = verify_state_flush(state);
    if (verify_is_range(state->report))
        return status;
    while (status == PG_OK && (status = next_row(state, &row)) == PG_OK && row != NULL) {
        report_invented(state, row->subject);
        state->row++;
    }
    return status == PG_OK ? compare_counts(state) : status;
}
