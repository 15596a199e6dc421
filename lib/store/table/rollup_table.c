#include "store/table/rollup_table.h"

#include "store/table/team_number.h"

#include <endian.h>
#include <string.h>

/** Entries of the ledger, and leads of a walk through all of them, in one turn; when memory or time
 * is short for them, an eighth of them. Leads of many days have few sums in common, up to a
 * thousand of their own each. */
#define TURN_ENTRIES 1500
#define TURN_LEADS   200
#define TURN_CLEARED 20000
#define TURN_SHORTER 8

#define TURN_MEMORY_BYTES ((size_t)256 << 20)

/* clang-format off */

/* A workspace that was there before its rollups begins at its present: all its leads are gone through.
 * $1 workspace, $2 format, $3 id before all */
static const struct statement CURSOR_MAKE = {
    .name = "rollup_cursor_make",
    .sql = "INSERT INTO rollup_cursor (workspace_id, pos, format, stage, filled) "
           "SELECT h.workspace_id, h.pos, $2::int4, 'filling', $3::uuid "
           "FROM workspace_head h "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT DO NOTHING",
};

/* The setup that is there from the beginning.
 * $1 workspace, $2 name, $3 record */
static const struct statement SETUP_MAKE = {
    .name = "rollup_setup_make",
    .sql = "INSERT INTO attribution_setup "
           "  (workspace_id, setup_id, version, name, record, state, created_at) "
           "SELECT h.workspace_id, 0, 1, $2::text, $3::json, 'counted', now() "
           "FROM workspace_head h "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT DO NOTHING",
};

/* $1 workspace */
static const struct statement CURSOR_LOCK = {
    .name = "rollup_cursor_lock",
    .sql = "SELECT pos, format, stage::text, filled "
           "FROM rollup_cursor "
           "WHERE workspace_id = $1 "
           "FOR UPDATE SKIP LOCKED",
    .index = "rollup_cursor_pkey",
};

static const struct statement CURSOR_WAIT = {
    .name = "rollup_cursor_wait",
    .sql = "SELECT pos, format, stage::text, filled "
           "FROM rollup_cursor "
           "WHERE workspace_id = $1 "
           "FOR UPDATE",
    .index = "rollup_cursor_pkey",
};

/* $1 workspace */
static const struct statement SETUPS = {
    .name = "rollup_setups",
    .sql = "SELECT setup_id, version, name, record::text, state::text, built "
           "FROM attribution_setup "
           "WHERE workspace_id = $1 AND state <> 'retired' "
           "ORDER BY setup_id, version",
    .index = "attribution_setup_pkey",
};

/* The subjects of the next entries, each with its last one, and whether it is a lead.
 * $1 workspace, $2 limit, $3 end of the kinds of leads */
static const struct statement ENTRIES = {
    .name = "rollup_entries",
    .sql = "SELECT e.subject_id, max(e.pos), bool_or(e.kind < $3::int2), count(*) "
           "FROM ("
           "  SELECT pos, kind, subject_id "
           "  FROM ledger "
           "  WHERE workspace_id = $1 AND pos > ("
           "    SELECT pos FROM rollup_cursor WHERE workspace_id = $1"
           "  ) "
           "  ORDER BY pos "
           "  LIMIT $2"
           ") e "
           "GROUP BY e.subject_id",
    .index = "ledger_pkey",
    .hot = true,
};

/* $1 workspace, $2 after this lead, $3 limit */
static const struct statement LEADS_AFTER = {
    .name = "rollup_leads_after",
    .sql = "SELECT lead_id "
           "FROM lead "
           "WHERE workspace_id = $1 AND lead_id > $2 "
           "ORDER BY lead_id "
           "LIMIT $3",
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace, $2 after this lead, $3 limit */
static const struct statement JOURNEYS_AFTER = {
    .name = "rollup_journeys_after",
    .sql = "SELECT lead_id, counted "
           "FROM journey "
           "WHERE workspace_id = $1 AND lead_id > $2 "
           "ORDER BY lead_id "
           "LIMIT $3",
    .index = "journey_pkey",
    .hot = true,
};

/* Leads as they are, with their touches in one piece of bytes (TOUCH_BYTES each), and as they were
 * counted.
 * $1 workspace, $2 leads, $3 touches at most */
static const struct statement STATES = {
    .name = "rollup_states",
    .sql = "SELECT l.lead_id, l.status = 'merged', l.stage::text, "
           "  coalesce(l.first_touch_at, l.created_at), l.created_at, "
           "  l.mql_at, l.sal_at, l.sql_at, l.opportunity_at, l.customer_at, "
           "  l.amount_minor, l.amount_currency::text, t.steps, t.kinds, j.counted "
           "FROM unnest($2::uuid[]) u(id) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = u.id "
           "  LIMIT 1"
           ") l "
           "LEFT JOIN LATERAL ("
           "  SELECT string_agg(timestamptz_send(s.occurred_at) "
           "      || int8send(coalesce(s.source, 0)) || int8send(coalesce(s.medium, 0)) "
           "      || int8send(coalesce(s.campaign, 0)) || int8send(coalesce(s.channel, 0)) "
           "      || int8send(coalesce(s.content, 0)) "
           "      || int8send(array_position(ARRAY['marketing', 'sales', 'other'], s.function::text)) "
           "      || int8send(array_position(ARRAY['inbound', 'outbound'], s.direction::text)) "
           "      || int8send(coalesce(s.term, 0)) || coalesce(" TEAM_NUMBER("s.team") ", int8send(0)), "
           "      ''::bytea ORDER BY s.occurred_at, s.touch_id) AS steps, "
           "    string_agg(s.kind, E'\\n' ORDER BY s.occurred_at, s.touch_id) AS kinds "
           "  FROM ("
           "    SELECT * "
           "    FROM touch "
           "    WHERE workspace_id = $1 AND lead_id = u.id "
           "    ORDER BY occurred_at, touch_id "
           "    LIMIT $3"
           "  ) s"
           ") t ON true "
           "LEFT JOIN LATERAL ("
           "  SELECT counted "
           "  FROM journey "
           "  WHERE workspace_id = $1 AND lead_id = u.id "
           "  LIMIT 1"
           ") j ON true",
    .index = "touch_of_lead",
    .hot = true,
};

/* $1 workspace, then an array for each column of a sum */
static const struct statement ADD = {
    .name = "rollup_add",
    .sql = "INSERT INTO rollup AS r (workspace_id, setup_id, version, what, cut, grain, day, value_a, "
           "  value_b, standing, currency, count, credit, amount, pipeline, won) "
           "SELECT h.workspace_id, u.* "
           "FROM workspace_head h, unnest($2::int8[], $3::int4[], $4::int4[], $5::int4[], $6::int2[], "
           "  $7::int4[], $8::int8[], $9::int8[], $10::int2[], $11::text[], $12::int8[], $13::int8[], "
           "  $14::int8[], $15::int8[], $16::int8[]) u "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, setup_id, version, what, cut, grain, day, value_a, value_b, "
           "  standing, currency) "
           "DO UPDATE SET count = r.count + excluded.count, credit = r.credit + excluded.credit, "
           "  amount = r.amount + excluded.amount, pipeline = r.pipeline + excluded.pipeline, "
           "  won = r.won + excluded.won",
};

/* $1 workspace, $2 leads, $3 bytes */
static const struct statement JOURNEY_SAVE = {
    .name = "rollup_journey_save",
    .sql = "INSERT INTO journey (workspace_id, lead_id, counted) "
           "SELECT h.workspace_id, u.* "
           "FROM workspace_head h, unnest($2::uuid[], $3::bytea[]) u "
           "WHERE h.workspace_id = $1 "
           "ON CONFLICT (workspace_id, lead_id) DO UPDATE SET counted = excluded.counted",
};

/* $1 workspace, $2 leads */
static const struct statement JOURNEY_DROP = {
    .name = "rollup_journey_drop",
    .sql = "DELETE FROM journey WHERE workspace_id = $1 AND lead_id = ANY ($2)",
};

/* $1 workspace, $2 position, $3 stage, $4 filled up to, $5 format */
static const struct statement CURSOR_MOVE = {
    .name = "rollup_cursor_move",
    .sql = "UPDATE rollup_cursor SET pos = greatest(pos, $2), stage = $3, filled = $4, format = $5 "
           "WHERE workspace_id = $1",
    .index = "rollup_cursor_pkey",
};

/* $1 workspace, $2 setup, $3 version, $4 state, $5 built up to, or null */
static const struct statement SETUP_MOVE = {
    .name = "rollup_setup_move",
    .sql = "UPDATE attribution_setup SET state = $4, built = $5 "
           "WHERE workspace_id = $1 AND setup_id = $2 AND version = $3",
    .index = "attribution_setup_pkey",
};

/* What was counted by older versions is not asked for any more.
 * $1 workspace, $2 setup, $3 version */
static const struct statement SETUP_REPLACES = {
    .name = "rollup_setup_replaces",
    .sql = "UPDATE attribution_setup SET state = 'retiring', built = NULL "
           "WHERE workspace_id = $1 AND setup_id = $2 AND version < $3 AND state <> 'retired'",
    .index = "attribution_setup_pkey",
};

/* $1 workspace, $2 setup, $3 version, $4 limit */
static const struct statement SUMS_DROP = {
    .name = "rollup_sums_drop",
    .sql = "WITH gone AS ("
           "  DELETE FROM rollup "
           "  WHERE workspace_id = $1 AND ctid = ANY (ARRAY("
           "    SELECT ctid "
           "    FROM rollup "
           "    WHERE workspace_id = $1 AND setup_id = $2 AND version = $3 "
           "    LIMIT $4)) "
           "  RETURNING 1"
           ") "
           "SELECT count(*) FROM gone",
};

/* $1 workspace, $2 limit */
static const struct statement CLEAR_SUMS = {
    .name = "rollup_clear_sums",
    .sql = "WITH gone AS ("
           "  DELETE FROM rollup "
           "  WHERE workspace_id = $1 "
           "  AND ctid = ANY (ARRAY(SELECT ctid FROM rollup WHERE workspace_id = $1 LIMIT $2)) "
           "  RETURNING 1"
           ") "
           "SELECT count(*) FROM gone",
};

/* $1 workspace, $2 limit */
static const struct statement CLEAR_JOURNEYS = {
    .name = "rollup_clear_journeys",
    .sql = "WITH gone AS ("
           "  DELETE FROM journey "
           "  WHERE workspace_id = $1 "
           "  AND ctid = ANY (ARRAY(SELECT ctid FROM journey WHERE workspace_id = $1 LIMIT $2)) "
           "  RETURNING 1"
           ") "
           "SELECT count(*) FROM gone",
};

/* Nothing is counted by any, which is all there is.
 * $1 workspace */
static const struct statement SETUPS_CLEARED = {
    .name = "rollup_setups_cleared",
    .sql = "UPDATE attribution_setup SET "
           "  state = CASE state WHEN 'retiring' THEN 'retired' ELSE 'counted' END, built = NULL "
           "WHERE workspace_id = $1 AND state IN ('building', 'retiring')",
};

/* $1 workspace */
static const struct statement FORGET = {
    .name = "rollup_forget",
    .sql = "UPDATE rollup_cursor SET stage = 'clearing' WHERE workspace_id = $1",
    .index = "rollup_cursor_pkey",
};

/* $1 limit */
static const struct statement BEHIND = {
    .name = "rollup_behind",
    .role = STATEMENT_JOB,
    .sql = "SELECT h.workspace_id "
           "FROM workspace_head h "
           "LEFT JOIN rollup_cursor c ON c.workspace_id = h.workspace_id "
           "WHERE c.pos IS NULL OR h.pos > c.pos OR c.stage <> 'current' "
           "OR h.workspace_id IN ("
           "  SELECT workspace_id FROM attribution_setup WHERE state IN ('building', 'retiring')"
           ") "
           "LIMIT $1",
};

/* clang-format on */

const struct statement *const rollup_table_statements[] = {
    &CURSOR_MAKE,    &SETUP_MAKE,     &CURSOR_LOCK,    &CURSOR_WAIT, &SETUPS,       &ENTRIES,
    &LEADS_AFTER,    &JOURNEYS_AFTER, &STATES,         &ADD,         &JOURNEY_SAVE, &JOURNEY_DROP,
    &CURSOR_MOVE,    &SETUP_MOVE,     &SETUP_REPLACES, &SUMS_DROP,   &CLEAR_SUMS,   &CLEAR_JOURNEYS,
    &SETUPS_CLEARED, &FORGET,         &BEHIND,         NULL,
};

enum work_stage { WORK_CLEARING, WORK_FILLING, WORK_CURRENT };

static const char *const stage_names[] = {"clearing", "filling", "current"};

/* A setup as the turn finds it. */
struct counted_setup {
    struct rollup_setup setup;
    bool building, retiring;
    struct uuid built; /* of a building one: leads up to this are counted */
};

struct turn {
    struct pg_scope scope;
    int64_t deadline;
    size_t entry_limit, lead_limit;
    struct rollup_turn *out;
    /* as found */
    int64_t pos;
    enum work_stage stage;
    struct uuid filled;
    struct counted_setup *setups;
    size_t setup_count;
    struct uuid *leads; /* to be counted anew */
    size_t lead_count;
    /* the setup that is built up to the end of a page of journeys, or NULL */
    struct counted_setup *built;
    /* what comes of it */
    struct rollup_sums *sums;
    struct pg_array saved_leads, saved_bytes;
    struct uuid *dropped;
    size_t saved_count, dropped_count;
};

/* ---- what there is to do ---- */

static void queue_make(const struct turn *turn)
{
    struct pg_params params;
    struct json_out record;

    pg_scope_params(&turn->scope, &params);
    pg_params_int4(&params, ROLLUP_FORMAT);
    pg_params_uuid(&params, (struct uuid){{[15] = 1}});
    pg_queue(turn->scope.pg, &CURSOR_MAKE, &params);

    json_out_init(&record, turn->scope.arena, 4096);
    json_out_begin_object(&record);
    attribution_setup_write_members(&ATTRIBUTION_SETUP_USUAL, &record);
    json_out_end_object(&record);
    pg_scope_params(&turn->scope, &params);
    pg_params_text(&params, ATTRIBUTION_SETUP_DEFAULT);
    pg_params_json(&params, record.written.text, record.written.len);
    pg_queue(turn->scope.pg, &SETUP_MAKE, &params);
}

static int queue_plain(const struct turn *turn, const struct statement *statement)
{
    struct pg_params params;

    pg_scope_params(&turn->scope, &params);
    return pg_queue(turn->scope.pg, statement, &params);
}

static int queue_entries(const struct turn *turn)
{
    struct pg_params params;

    pg_scope_params(&turn->scope, &params);
    pg_params_int8(&params, (int64_t)turn->entry_limit);
    pg_params_int2(&params, LEDGER_LEAD_KINDS_END);
    return pg_queue(turn->scope.pg, &ENTRIES, &params);
}

static bool take_cursor(struct turn *turn, const struct pg_result *result)
{
    const char *stage = pg_get_text(result, 0, 2, &(size_t){0});

    turn->pos = pg_get_int8(result, 0, 0);
    turn->filled = pg_get_uuid(result, 0, 3);
    turn->stage = WORK_CURRENT;
    for (int i = 0; i < 3; i++)
        if (strcmp(stage, stage_names[i]) == 0)
            turn->stage = (enum work_stage)i;
    if (pg_get_int4(result, 0, 1) != ROLLUP_FORMAT)
        turn->stage = WORK_CLEARING;
    return true;
}

/* False when a record is damaged, its zone is gone, or memory is short. */
static bool take_setup(struct turn *turn, const struct pg_result *result, int row)
{
    struct counted_setup *out = &turn->setups[turn->setup_count++];
    struct attribution_setup setup;
    const struct time_zone *zone;
    size_t len;
    const char *record = pg_get_text(result, row, 3, &len);
    const char *state = pg_get_text(result, row, 4, &(size_t){0});

    if (!attribution_setup_read(record, len, turn->scope.arena, &setup) ||
        time_zone_open(setup.timezone, turn->scope.arena, &zone) != ERR_NONE)
        return false;
    setup.name = pg_copy_text(result, row, 2, turn->scope.arena);
    setup.version = pg_get_int4(result, row, 1);
    out->building = strcmp(state, "building") == 0;
    out->retiring = strcmp(state, "retiring") == 0;
    out->built = pg_get_uuid(result, row, 5);
    return setup.name != NULL && rollup_setup_prepare(&out->setup, &setup, zone, turn->scope.arena);
}

static bool take_setups(struct turn *turn, const struct pg_result *result)
{
    size_t rows = (size_t)pg_rows(result);

    turn->setups = ARENA_ARRAY(turn->scope.arena, struct counted_setup, rows + 1);
    for (size_t i = 0; turn->setups != NULL && i < rows; i++)
        if (!take_setup(turn, result, (int)i))
            return false;
    return turn->setups != NULL;
}

static bool take_entries(struct turn *turn, const struct pg_result *result)
{
    int64_t seen = 0;

    turn->leads =
        ARENA_ARRAY(turn->scope.arena, struct uuid, (size_t)pg_rows(result) + turn->lead_limit + 1);
    if (turn->leads == NULL)
        return false;
    turn->out->pos = turn->pos;
    for (int row = 0; row < pg_rows(result); row++) {
        if (pg_get_int8(result, row, 1) > turn->out->pos)
            turn->out->pos = pg_get_int8(result, row, 1);
        if (pg_get_bool(result, row, 2))
            turn->leads[turn->lead_count++] = pg_get_uuid(result, row, 0);
        seen += pg_get_int8(result, row, 3);
    }
    turn->out->more = seen == (int64_t)turn->entry_limit;
    return true;
}

static enum pg_status look(struct turn *turn, bool wait)
{
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    bool whole = true;

    if (status != PG_OK)
        return status;
    pg_queue_begin(pg, turn->scope.workspace);
    queue_make(turn);
    int lock = queue_plain(turn, wait ? &CURSOR_WAIT : &CURSOR_LOCK);
    int setups = queue_plain(turn, &SETUPS);
    int entries = queue_entries(turn);
    status = pg_pipeline_run(pg, turn->deadline);
    if (status == PG_OK && pg_rows(pg_result(pg, lock)) == 1) {
        turn->out->taken = true;
        whole = take_cursor(turn, pg_result(pg, lock)) &&
                take_setups(turn, pg_result(pg, setups)) &&
                take_entries(turn, pg_result(pg, entries));
    }
    pg_pipeline_end(pg);
    if (!whole)
        return arena_failed(turn->scope.arena)
                   ? PG_MEMORY
                   : pg_fail(pg, PG_OTHER, "a setup of attribution cannot be read, or its zone");
    return status;
}

/* ---- leads as they are, and as they were ---- */

#define TOUCH_BYTES (8 * (1 + CUT_COUNT))

enum {
    AT_LEAD,
    AT_MERGED,
    AT_STAGE,
    AT_FIRST,
    AT_CREATED,
    AT_REACHED,
    AT_AMOUNT = AT_REACHED + MILESTONE_COUNT,
    AT_CURRENCY,
    AT_STEPS,
    AT_KINDS,
    AT_COUNTED
};

static int64_t number_at(const uint8_t *bytes)
{
    uint64_t big;

    memcpy(&big, bytes, sizeof big);
    return (int64_t)be64toh(big);
}

static bool take_touches(const struct pg_result *result, int row, struct arena *arena,
                         struct rollup_lead *out)
{
    size_t len = 0, kinds_len = 0;
    const uint8_t *bytes = pg_get_bytea(result, row, AT_STEPS, &len);
    const char *kinds = pg_get_text(result, row, AT_KINDS, &kinds_len);

    out->count = bytes == NULL ? 0 : len / TOUCH_BYTES;
    struct rollup_touch *touches = ARENA_ARRAY(arena, struct rollup_touch, out->count + 1);
    for (size_t i = 0; touches != NULL && i < out->count; i++) {
        const uint8_t *at = bytes + i * TOUCH_BYTES;
        size_t kind_len = strcspn(kinds, "\n");
        touches[i].at = number_at(at) + PG_EPOCH;
        touches[i].kind = rollup_kind(kinds, kind_len);
        kinds += kind_len + (kinds[kind_len] == '\n');
        for (int cut = 0; cut < CUT_COUNT; cut++)
            touches[i].values[cut] = number_at(at + 8 * (cut + 1));
    }
    out->touches = touches;
    return touches != NULL;
}

static enum journey_money money_of(const char *stage, const struct rollup_lead *lead)
{
    if (lead->currency[0] == '\0')
        return JOURNEY_MONEY_NONE;
    if (lead->reached[MILESTONE_CUSTOMER] != INSTANT_NONE)
        return JOURNEY_MONEY_WON;
    return strcmp(stage, "opportunity") == 0 ? JOURNEY_MONEY_PIPELINE : JOURNEY_MONEY_NONE;
}

static bool take_lead(const struct pg_result *result, int row, struct arena *arena,
                      struct rollup_lead *out)
{
    size_t len;

    *out = (struct rollup_lead){
        .first_at = pg_get_instant(result, row, AT_FIRST),
        .created_at = pg_get_instant(result, row, AT_CREATED),
    };
    for (int i = 0; i < MILESTONE_COUNT; i++)
        out->reached[i] = pg_get_instant(result, row, AT_REACHED + i);
    if (!pg_is_null(result, row, AT_CURRENCY)) {
        out->amount_minor = pg_get_int8(result, row, AT_AMOUNT);
        memcpy(out->currency, pg_get_text(result, row, AT_CURRENCY, &len), 3);
    }
    out->money = money_of(pg_get_text(result, row, AT_STAGE, &len), out);
    return take_touches(result, row, arena, out);
}

/* A setup that is being built knows leads up to where it has come. */
static bool counts(const struct counted_setup *setup, struct uuid lead)
{
    return !setup->retiring && (!setup->building || uuid_compare(lead, setup->built) <= 0);
}

static void add_lead(struct turn *turn, struct uuid id, const struct rollup_lead *lead, int times)
{
    for (size_t i = 0; i < turn->setup_count; i++)
        if (counts(&turn->setups[i], id))
            rollup_sums_add(turn->sums, &turn->setups[i].setup, lead, times);
}

static bool subtract_counted(struct turn *turn, struct uuid id, const uint8_t *bytes, size_t len)
{
    struct rollup_lead lead;

    if (!rollup_lead_read(bytes, len, turn->scope.arena, &lead))
        return false;
    add_lead(turn, id, &lead, -1);
    return true;
}

static bool count_lead(struct turn *turn, const struct pg_result *result, int row)
{
    struct arena *arena = turn->scope.arena;
    struct uuid id = pg_get_uuid(result, row, AT_LEAD);
    size_t old_len = 0, len = 0;
    const uint8_t *old = pg_get_bytea(result, row, AT_COUNTED, &old_len);
    uint8_t *bytes = NULL;
    struct rollup_lead lead;

    if (!pg_get_bool(result, row, AT_MERGED)) {
        if (!take_lead(result, row, arena, &lead))
            return false;
        bytes = rollup_lead_write(&lead, arena, &len);
        if (bytes == NULL)
            return false;
    }
    if (old != NULL && bytes != NULL && len == old_len && memcmp(old, bytes, len) == 0)
        return true;
    if (old != NULL && !subtract_counted(turn, id, old, old_len))
        return false;
    if (bytes == NULL) {
        if (old != NULL)
            turn->dropped[turn->dropped_count++] = id;
        return true;
    }
    add_lead(turn, id, &lead, 1);
    pg_array_uuid(&turn->saved_leads, id);
    pg_array_bytea(&turn->saved_bytes, bytes, len);
    turn->saved_count++;
    return true;
}

static bool count_leads(struct turn *turn, const struct pg_result *states)
{
    struct arena *arena = turn->scope.arena;
    size_t rows = (size_t)pg_rows(states);

    turn->dropped = ARENA_ARRAY(arena, struct uuid, rows + 1);
    pg_array_begin(&turn->saved_leads, arena, PG_UUID, rows);
    pg_array_begin(&turn->saved_bytes, arena, PG_BYTEA, rows);
    for (size_t i = 0; turn->dropped != NULL && i < rows; i++)
        if (!count_lead(turn, states, (int)i))
            return false;
    return turn->dropped != NULL;
}

/* Adds what the journeys of the page gave to others, as it was counted: what has changed since is
 * subtracted and added like everywhere, for the setup has come as far now. */
static bool build(struct turn *turn, const struct pg_result *journeys)
{
    struct counted_setup *setup = turn->built;
    struct rollup_lead lead;

    for (int row = 0; row < pg_rows(journeys); row++) {
        size_t len;
        const uint8_t *bytes = pg_get_bytea(journeys, row, 1, &len);
        if (!rollup_lead_read(bytes, len, turn->scope.arena, &lead))
            return false;
        rollup_sums_add(turn->sums, &setup->setup, &lead, 1);
        setup->built = pg_get_uuid(journeys, row, 0);
    }
    if ((size_t)pg_rows(journeys) < turn->lead_limit)
        setup->building = false;
    else
        turn->out->more = true;
    return true;
}

/* ---- a page of all leads, or of all journeys ---- */

static struct counted_setup *find_building(struct turn *turn)
{
    for (size_t i = 0; i < turn->setup_count; i++)
        if (turn->setups[i].building)
            return &turn->setups[i];
    return NULL;
}

static int queue_after(const struct turn *turn, const struct statement *statement,
                       struct uuid after)
{
    struct pg_params params;

    pg_scope_params(&turn->scope, &params);
    pg_params_uuid(&params, uuid_is_nil(after) ? (struct uuid){{[15] = 1}} : after);
    pg_params_int8(&params, (int64_t)turn->lead_limit);
    return pg_queue(turn->scope.pg, statement, &params);
}

static enum pg_status fill(struct turn *turn)
{
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);

    if (status != PG_OK)
        return status;
    int page = queue_after(turn, &LEADS_AFTER, turn->filled);
    status = pg_pipeline_run(pg, turn->deadline);
    const struct pg_result *leads = status == PG_OK ? pg_result(pg, page) : NULL;
    for (int row = 0; row < pg_rows(leads); row++) {
        turn->filled = pg_get_uuid(leads, row, 0);
        bool known = false;
        for (size_t i = 0; i < turn->lead_count && !known; i++)
            known = uuid_compare(turn->leads[i], turn->filled) == 0;
        if (!known)
            turn->leads[turn->lead_count++] = turn->filled;
    }
    if (status == PG_OK && (size_t)pg_rows(leads) < turn->lead_limit)
        turn->stage = WORK_CURRENT;
    else
        turn->out->more = true;
    pg_pipeline_end(pg);
    return status;
}

static enum pg_status count(struct turn *turn)
{
    struct pg *pg = turn->scope.pg;
    struct pg_params params;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    int journeys = 0;

    if (status != PG_OK)
        return status;
    pg_scope_params(&turn->scope, &params);
    pg_params_uuids(&params, turn->leads, turn->lead_count);
    pg_params_int8(&params, ROLLUP_TOUCHES_MAX);
    int states = pg_queue(pg, &STATES, &params);
    if (turn->built != NULL)
        journeys = queue_after(turn, &JOURNEYS_AFTER, turn->built->built);
    status = pg_pipeline_run(pg, turn->deadline);
    if (status == PG_OK) {
        bool whole = (turn->built == NULL || build(turn, pg_result(pg, journeys))) &&
                     count_leads(turn, pg_result(pg, states)) && !arena_failed(turn->scope.arena);
        if (!whole)
            status = PG_MEMORY;
    }
    pg_pipeline_end(pg);
    return status;
}

/* ---- saving ---- */

static void queue_sums(const struct turn *turn, const struct rollup_sum *sums, size_t count)
{
    static const enum pg_type types[] = {PG_INT8, PG_INT4, PG_INT4, PG_INT4, PG_INT2,
                                         PG_INT4, PG_INT8, PG_INT8, PG_INT2, PG_TEXT,
                                         PG_INT8, PG_INT8, PG_INT8, PG_INT8, PG_INT8};
    struct pg_array columns[sizeof types / sizeof *types];
    struct pg_params params;

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        pg_array_begin(&columns[i], turn->scope.arena, types[i], count);
    for (size_t i = 0; i < count; i++) {
        const struct rollup_key *key = &sums[i].key;
        pg_array_int8(&columns[0], key->setup);
        pg_array_int4(&columns[1], key->version);
        pg_array_int4(&columns[2], key->what);
        pg_array_int4(&columns[3], key->cut);
        pg_array_int2(&columns[4], (int16_t)key->grain);
        pg_array_int4(&columns[5], key->day);
        pg_array_int8(&columns[6], key->values[0]);
        pg_array_int8(&columns[7], key->values[1]);
        pg_array_int2(&columns[8], (int16_t)key->standing);
        pg_array_text(&columns[9], key->currency);
        pg_array_int8(&columns[10], sums[i].count);
        pg_array_int8(&columns[11], sums[i].credit);
        pg_array_int8(&columns[12], sums[i].amount_minor);
        pg_array_int8(&columns[13], sums[i].pipeline_minor);
        pg_array_int8(&columns[14], sums[i].won_minor);
    }
    pg_scope_params(&turn->scope, &params);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        pg_params_array(&params, &columns[i]);
    pg_queue(turn->scope.pg, &ADD, &params);
}

static void queue_journeys(struct turn *turn)
{
    struct pg_params params;

    if (turn->saved_count > 0) {
        pg_scope_params(&turn->scope, &params);
        pg_params_array(&params, &turn->saved_leads);
        pg_params_array(&params, &turn->saved_bytes);
        pg_queue(turn->scope.pg, &JOURNEY_SAVE, &params);
    }
    if (turn->dropped_count > 0)
        pg_scope_queue_ids(&turn->scope, &JOURNEY_DROP, turn->dropped, turn->dropped_count);
}

static void queue_setup_move(const struct turn *turn, const struct counted_setup *setup,
                             const char *state)
{
    struct pg_params params;

    pg_scope_params(&turn->scope, &params);
    pg_params_int8(&params, setup->setup.id);
    pg_params_int4(&params, setup->setup.setup.version);
    if (setup->building || setup->retiring) {
        pg_params_text(&params, state);
        pg_params_uuid(&params, setup->built);
        pg_queue(turn->scope.pg, &SETUP_MOVE, &params);
        return;
    }
    pg_queue(turn->scope.pg, &SETUP_REPLACES, &params);
    pg_params_text(&params, "counted");
    pg_params_null(&params);
    pg_queue(turn->scope.pg, &SETUP_MOVE, &params);
}

static void queue_cursor(const struct turn *turn)
{
    struct pg_params params;

    pg_scope_params(&turn->scope, &params);
    pg_params_int8(&params, turn->out->pos);
    pg_params_text(&params, stage_names[turn->stage]);
    pg_params_uuid(&params, turn->filled);
    pg_params_int4(&params, ROLLUP_FORMAT);
    pg_queue(turn->scope.pg, &CURSOR_MOVE, &params);
}

static enum pg_status save(struct turn *turn)
{
    struct pg *pg = turn->scope.pg;
    const struct rollup_sum *sums;
    size_t count;

    if (!rollup_sums_end(turn->sums, &sums, &count))
        return PG_MEMORY;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    if (status != PG_OK)
        return status;
    if (count > 0)
        queue_sums(turn, sums, count);
    queue_journeys(turn);
    if (turn->built != NULL)
        queue_setup_move(turn, turn->built, "building");
    queue_cursor(turn);
    pg_queue_commit(pg);
    status = arena_failed(turn->scope.arena) ? PG_MEMORY : pg_pipeline_run(pg, turn->deadline);
    pg_pipeline_end(pg);
    return status;
}

/* ---- clearing ---- */

static int64_t counted_in(const struct turn *turn, int index)
{
    return pg_get_int8(pg_result(turn->scope.pg, index), 0, 0);
}

static enum pg_status end_round(struct turn *turn)
{
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);

    if (status != PG_OK)
        return status;
    turn->out->pos = turn->pos; /* whatever has come is looked at when it is counted */
    queue_cursor(turn);
    pg_queue_commit(pg);
    status = pg_pipeline_run(pg, turn->deadline);
    pg_pipeline_end(pg);
    return status;
}

static enum pg_status clear(struct turn *turn)
{
    static const struct statement *const drops[] = {&CLEAR_SUMS, &CLEAR_JOURNEYS};
    struct pg *pg = turn->scope.pg;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    struct pg_params params;
    int dropped[2];

    if (status != PG_OK)
        return status;
    for (int i = 0; i < 2; i++) {
        pg_scope_params(&turn->scope, &params);
        pg_params_int8(&params, TURN_CLEARED);
        dropped[i] = pg_queue(pg, drops[i], &params);
    }
    queue_plain(turn, &SETUPS_CLEARED);
    status = pg_pipeline_run(pg, turn->deadline);
    if (status == PG_OK && counted_in(turn, dropped[0]) + counted_in(turn, dropped[1]) == 0) {
        turn->stage = WORK_FILLING;
        turn->filled = (struct uuid){{[15] = 1}};
    }
    pg_pipeline_end(pg);
    turn->out->more = true;
    return status == PG_OK ? end_round(turn) : status;
}

/* Of what older versions have counted, a part; true in *found when there is such a version. */
static enum pg_status retire(struct turn *turn, bool *found)
{
    struct pg *pg = turn->scope.pg;
    struct counted_setup *setup = NULL;
    struct pg_params params;

    for (size_t i = 0; i < turn->setup_count && setup == NULL; i++)
        if (turn->setups[i].retiring)
            setup = &turn->setups[i];
    *found = setup != NULL;
    if (setup == NULL)
        return PG_OK;
    enum pg_status status = pg_pipeline_begin(pg, turn->deadline);
    if (status != PG_OK)
        return status;
    pg_scope_params(&turn->scope, &params);
    pg_params_int8(&params, setup->setup.id);
    pg_params_int4(&params, setup->setup.setup.version);
    pg_params_int8(&params, TURN_CLEARED);
    int dropped = pg_queue(pg, &SUMS_DROP, &params);
    status = pg_pipeline_run(pg, turn->deadline);
    bool gone = status == PG_OK && counted_in(turn, dropped) == 0;
    pg_pipeline_end(pg);
    if (gone && (status = pg_pipeline_begin(pg, turn->deadline)) == PG_OK) {
        queue_setup_move(turn, setup, "retired");
        status = pg_pipeline_run(pg, turn->deadline);
        pg_pipeline_end(pg);
    }
    turn->out->more = true;
    return status;
}

/* ---- a turn ---- */

static enum pg_status go_on(struct turn *turn)
{
    enum pg_status status = PG_OK;
    bool retires = false;

    if (turn->stage == WORK_CLEARING)
        return clear(turn);
    turn->sums = rollup_sums_new(turn->scope.arena);
    if (turn->sums == NULL)
        return PG_MEMORY;
    if (turn->stage == WORK_FILLING)
        status = fill(turn);
    else
        turn->built = find_building(turn);
    if (status == PG_OK && turn->built == NULL)
        status = retire(turn, &retires);
    if (status == PG_OK)
        status = count(turn);
    return status == PG_OK ? save(turn) : status;
}

static enum pg_status take_once(struct turn *turn, bool wait)
{
    enum pg_status status = look(turn, wait);

    if (status == PG_OK && turn->out->taken)
        status = go_on(turn);
    pg_rollback(turn->scope.pg);
    return status;
}

enum pg_status rollup_take(struct pg *pg, struct uuid workspace, bool wait, int64_t deadline,
                           struct rollup_turn *out)
{
    enum pg_status status = PG_MEMORY;

    for (size_t part = 1; (status == PG_MEMORY || status == PG_TIMEOUT) && part <= TURN_ENTRIES &&
                          pg_now_ms() < deadline;
         part *= TURN_SHORTER) {
        struct turn turn = {
            .scope = {pg, arena_new(TURN_MEMORY_BYTES), workspace},
            .deadline = deadline,
            .entry_limit = TURN_ENTRIES / part,
            .lead_limit = TURN_LEADS / part + (TURN_LEADS < part),
            .out = out,
        };
        *out = (struct rollup_turn){0};
        if (turn.scope.arena == NULL)
            return PG_MEMORY;
        status = take_once(&turn, wait);
        arena_free(turn.scope.arena);
    }
    return status;
}

enum pg_status rollup_forget(struct pg *pg, struct uuid workspace, int64_t deadline)
{
    struct pg_scope scope = {pg, arena_new(65536), workspace};
    enum pg_status status = scope.arena == NULL ? PG_MEMORY : pg_pipeline_begin(pg, deadline);
    struct pg_params params;

    if (status == PG_OK) {
        pg_queue_begin(pg, workspace);
        pg_scope_params(&scope, &params);
        pg_queue(pg, &FORGET, &params);
        pg_queue_commit(pg);
        status = pg_pipeline_run(pg, deadline);
        pg_pipeline_end(pg);
    }
    arena_free(scope.arena);
    return status;
}

enum pg_status rollup_behind(struct pg *pg, struct arena *arena, int max, int64_t deadline,
                             struct uuid *out, size_t *count)
{
    struct pg_params params;

    *count = 0;
    pg_params_init(&params, arena);
    pg_params_int8(&params, max);
    enum pg_status status = pg_run(pg, &BEHIND, &params, deadline);
    const struct pg_result *found = status == PG_OK ? pg_result(pg, 0) : NULL;
    for (int i = 0; i < pg_rows(found); i++)
        out[(*count)++] = pg_get_uuid(found, i, 0);
    pg_pipeline_end(pg);
    return status;
}
