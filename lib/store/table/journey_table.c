#include "store/table/journey_table.h"

#include "store/table/team_number.h"

#include <endian.h>
#include <string.h>

/* clang-format off */

/* Leads as they are, with their touches in one piece of bytes (TOUCH_BYTES each), and as they were
 * counted.
 * $1 workspace, $2 leads, $3 touches at most */
static const struct statement STATES = {
    .name = "rollup_states",
    .sql = "SELECT l.lead_id, l.status = 'merged', l.stage::text, "
           "  coalesce(l.first_touch_at, l.created_at), l.created_at, "
           "  l.mql_at, l.sal_at, l.sql_at, l.opportunity_at, l.customer_at, "
           "  l.amount_minor, l.amount_currency::text, "
           "  array_position(ARRAY['inbound', 'outbound'], l.origin::text), "
           "  array_position(ARRAY['marketing', 'sales', 'other'], l.found_by::text), l.owner_team, "
           "  l.status = 'active', l.status = 'active' AND l.claimed_stage IN "
           "    ('mql', 'srl', 'sal', 'sql', 'opportunity', 'customer') "
           "    AND num_nonnulls(l.mql_at, l.sal_at, l.sql_at, l.opportunity_at, l.customer_at) = 0 "
           "    AND NOT EXISTS ("
           "      SELECT "
           "      FROM verdict v "
           "      WHERE v.workspace_id = $1 AND v.lead_id = l.lead_id AND v.result = 'qualified'), "
           "  t.steps, t.kinds, j.counted "
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

/* clang-format on */

const struct statement *const journey_table_statements[] = {
    &STATES, &LEADS_AFTER, &JOURNEYS_AFTER, &JOURNEY_SAVE, &JOURNEY_DROP, &CLEAR_JOURNEYS, NULL,
};

/* ---- leads as they are ---- */

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
    AT_ORIGIN,
    AT_FOUND_BY,
    AT_OWNER,
    AT_ACTIVE,
    AT_CLAIMED,
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

/* Where it came from, and where it is. */
static void take_place(const struct pg_result *result, int row, struct rollup_lead *out)
{
    struct uuid owner = pg_get_uuid(result, row, AT_OWNER);
    enum stage stage;

    out->origin = pg_is_null(result, row, AT_ORIGIN) ? 0 : pg_get_int4(result, row, AT_ORIGIN);
    out->found_by =
        pg_is_null(result, row, AT_FOUND_BY) ? 0 : pg_get_int4(result, row, AT_FOUND_BY);
    out->owner = uuid_is_nil(owner) ? 0 : rollup_team(owner);
    if (pg_get_bool(result, row, AT_ACTIVE) &&
        stage_parse(pg_get_text(result, row, AT_STAGE, &(size_t){0}), &stage))
        out->standing = (int64_t)stage + 1;
    out->claimed = !pg_is_null(result, row, AT_CLAIMED) && pg_get_bool(result, row, AT_CLAIMED);
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
    take_place(result, row, out);
    return take_touches(result, row, arena, out);
}

int journey_queue_states(const struct pg_scope *scope, const struct uuid *leads, size_t count)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuids(&params, leads, count);
    pg_params_int8(&params, ROLLUP_TOUCHES_MAX);
    return pg_queue(scope->pg, &STATES, &params);
}

bool journey_state_read(const struct pg_result *result, int row, struct arena *arena,
                        struct journey_state *out)
{
    *out = (struct journey_state){
        .lead = pg_get_uuid(result, row, AT_LEAD),
        .merged = pg_get_bool(result, row, AT_MERGED),
    };
    out->counted = pg_get_bytea(result, row, AT_COUNTED, &out->counted_len);
    return out->merged || take_lead(result, row, arena, &out->now);
}

/* ---- pages of all ---- */

static int queue_after(const struct pg_scope *scope, const struct statement *statement,
                       struct uuid after, size_t limit)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, after);
    pg_params_int8(&params, (int64_t)limit);
    return pg_queue(scope->pg, statement, &params);
}

int journey_queue_leads_after(const struct pg_scope *scope, struct uuid after, size_t limit)
{
    return queue_after(scope, &LEADS_AFTER, after, limit);
}

int journey_queue_after(const struct pg_scope *scope, struct uuid after, size_t limit)
{
    return queue_after(scope, &JOURNEYS_AFTER, after, limit);
}

/* ---- as they are counted ---- */

bool journey_changes_begin(struct journey_changes *changes, struct arena *arena, size_t leads)
{
    *changes = (struct journey_changes){.dropped = ARENA_ARRAY(arena, struct uuid, leads + 1)};
    pg_array_begin(&changes->leads, arena, PG_UUID, leads);
    pg_array_begin(&changes->bytes, arena, PG_BYTEA, leads);
    return changes->dropped != NULL;
}

void journey_changes_queue(const struct pg_scope *scope, struct journey_changes *changes)
{
    struct pg_params params;

    if (changes->saved > 0) {
        pg_scope_params(scope, &params);
        pg_params_array(&params, &changes->leads);
        pg_params_array(&params, &changes->bytes);
        pg_queue(scope->pg, &JOURNEY_SAVE, &params);
    }
    if (changes->dropped_count > 0)
        pg_scope_queue_ids(scope, &JOURNEY_DROP, changes->dropped, changes->dropped_count);
}

int journey_queue_clear(const struct pg_scope *scope, int64_t limit)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_int8(&params, limit);
    return pg_queue(scope->pg, &CLEAR_JOURNEYS, &params);
}
