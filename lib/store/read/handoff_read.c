#include "store/read/handoff_read.h"

#include "core/handoff/carried.h"
#include "store/table/carried.h"
#include "store/table/handoff_table.h"
#include "store/table/lead_table.h"
#include "store/table/merged.h"
#include "store/table/touch_table.h"

#include <string.h>

_Static_assert(CARRIED_TOUCHES_MAX == 20, "handoff_carried reads the texts of as many");

/* clang-format off */

/* For a closed handoff: who owns its lead, unless the lead has another open one. What may still be
 * done with it depends on that. */
#define LEAD_WITH                                         \
           "("                                            \
           "  SELECT owner_team "                         \
           "  FROM lead "                                 \
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id " \
           "  AND NOT EXISTS ("                           \
           "    SELECT 1 "                                \
           "    FROM handoff o "                          \
           "    WHERE o.workspace_id = $1 AND o.lead_id = h.lead_id " \
           "    AND o.state IN ('offered', 'accepted')"   \
           "  )"                                          \
           ")"

/* $1 workspace, $2 handoff */
static const struct statement HANDOFF_GET = {
    .name = "handoff_get",
    .sql = "SELECT now(), "
           LEAD_WITH ", "
           "NULL::timestamptz, {h.handoff} "
           "FROM handoff h "
           "WHERE workspace_id = $1 AND handoff_id = $2",
    .index = "handoff_pkey",
    .hot = true,
};

/* $1 workspace, $2 handoff */
static const struct statement HANDOFF_CARRIED = {
    .name = "handoff_carried",
    .sql = "WITH RECURSIVE "
           MERGED_WAY_FROM("(SELECT lead_id FROM handoff WHERE workspace_id = $1 AND handoff_id = $2)")
           "SELECT "
           CARRIED_EARLIER("l.lead_id", "$2::uuid") ", "
           CARRIED_TEXTS("l.lead_id", "20") ", "
           CARRIED_CAMPAIGNS("l.lead_id", "20") ", "
           "("
           "  SELECT v.body "
           "  FROM handoff h "
           "  CROSS JOIN LATERAL ("
           "    SELECT body "
           "    FROM verdict "
           "    WHERE workspace_id = $1 AND lead_id = h.verdict_lead AND seq = h.verdict_seq "
           "    LIMIT 1"
           "  ) v "
           "  WHERE h.workspace_id = $1 AND h.handoff_id = $2"
           "), {l.lead} "
           "FROM way "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = way.id "
           "  LIMIT 1"
           ") l "
           "WHERE l.status = 'active'",
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace, $2 handoff, $3 how many */
static const struct statement HANDOFF_TOUCHES = {
    .name = "handoff_touches",
    .sql = "WITH RECURSIVE "
           MERGED_WAY_FROM("(SELECT lead_id FROM handoff WHERE workspace_id = $1 AND handoff_id = $2)")
           "SELECT {t.touch} "
           "FROM ("
           "  SELECT id "
           "  FROM way "
           "  ORDER BY n DESC "
           "  LIMIT 1"
           ") s "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM touch "
           "  WHERE workspace_id = $1 AND lead_id = s.id "
           "  ORDER BY occurred_at DESC, touch_id DESC "
           "  LIMIT $3"
           ") t",
    .index = "touch_of_lead",
    .hot = true,
};

/* The teams whose handoffs are listed: one, or all of the workspace. */
#define TEAMS                                             \
           "("                                            \
           "  SELECT team_id "                            \
           "  FROM team "                                 \
           "  WHERE workspace_id = $1 AND team_id = coalesce($2::uuid, team_id)" \
           ") t "

/* An accepted handoff that nothing presses comes after all others. As handoff_decide has it; under
 * row-level security no index answers a comparison with coalesce() in it. */
#define DECIDE                                            \
           "CASE WHEN decide_by IS NULL THEN timestamptz '9999-12-31 23:59:59.999999+00' ELSE decide_by END"

/* The first that is asked for, offered and accepted of each team, and of these the first.
 * $1 workspace, $2 receiving team or null, $3 state or null, $4 due before, $5 and $6 due and id of
 * the last of the page before, $7 limit, $8 overdue alone */
static const struct statement HANDOFF_PAGE_OPEN = {
    .name = "handoff_page_open",
    .sql = "SELECT now(), CASE h.state WHEN 'requested' THEN " LEAD_WITH " END, p.due, {h.handoff} "
           "FROM ("
           "  SELECT x.due, x.handoff_id "
           "  FROM "
           TEAMS
           "  CROSS JOIN LATERAL ("
           "    ("
           "      SELECT respond_by AS due, handoff_id "
           "      FROM handoff "
           "      WHERE workspace_id = $1 AND to_team = t.team_id AND state = 'requested' "
           "      AND coalesce($3::text, 'requested') = 'requested' AND NOT $8::bool "
           "      AND respond_by < $4 AND (respond_by, handoff_id) > ($5, $6) "
           "      ORDER BY respond_by, handoff_id "
           "      LIMIT $7"
           "    ) "
           "    UNION ALL "
           "    ("
           "      SELECT respond_by, handoff_id "
           "      FROM handoff "
           "      WHERE workspace_id = $1 AND to_team = t.team_id AND state = 'offered' "
           "      AND coalesce($3::text, 'offered') = 'offered' "
           "      AND respond_by < $4 AND (respond_by, handoff_id) > ($5, $6) "
           "      AND respond_by <= CASE WHEN $8::bool THEN now() ELSE 'infinity'::timestamptz END "
           "      ORDER BY respond_by, handoff_id "
           "      LIMIT $7"
           "    ) "
           "    UNION ALL "
           "    ("
           "      SELECT " DECIDE ", handoff_id "
           "      FROM handoff "
           "      WHERE workspace_id = $1 AND to_team = t.team_id AND state = 'accepted' "
           "      AND coalesce($3::text, 'accepted') = 'accepted' AND NOT $8::bool "
           "      AND " DECIDE " < $4 AND (" DECIDE ", handoff_id) > ($5, $6) "
           "      ORDER BY " DECIDE ", handoff_id "
           "      LIMIT $7"
           "    )"
           "  ) x "
           "  ORDER BY x.due, x.handoff_id "
           "  LIMIT $7"
           ") p "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND handoff_id = p.handoff_id "
           "  LIMIT 1"
           ") h "
           "ORDER BY p.due, p.handoff_id",
    .index = "handoff_decide",
    .hot = true,
};

/* Of each team the rest of the score at which the page before ended, then the lower ones: so that
 * each is found by the index where it begins.
 * $1 workspace, $2 receiving team or null, $3 and $4 score and id of the last of the page before, $5
 * limit */
static const struct statement HANDOFF_PAGE_BY_SCORE = {
    .name = "handoff_page_by_score",
    .sql = "SELECT now(), NULL::uuid, NULL::timestamptz, {h.handoff} "
           "FROM ("
           "  SELECT x.score, x.handoff_id "
           "  FROM "
           TEAMS
           "  CROSS JOIN LATERAL ("
           "    ("
           "      SELECT score, handoff_id "
           "      FROM handoff "
           "      WHERE workspace_id = $1 AND to_team = t.team_id AND state = 'offered' "
           "      AND score = $3 AND handoff_id > $4 "
           "      ORDER BY handoff_id "
           "      LIMIT $5"
           "    ) "
           "    UNION ALL "
           "    ("
           "      SELECT score, handoff_id "
           "      FROM handoff "
           "      WHERE workspace_id = $1 AND to_team = t.team_id AND state = 'offered' "
           "      AND score < $3 "
           "      ORDER BY score DESC, handoff_id "
           "      LIMIT $5"
           "    )"
           "  ) x "
           "  ORDER BY x.score DESC, x.handoff_id "
           "  LIMIT $5"
           ") p "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND handoff_id = p.handoff_id "
           "  LIMIT 1"
           ") h "
           "ORDER BY p.score DESC, p.handoff_id",
    .index = "handoff_score",
    .hot = true,
};

/* What a member alone may answer, as above.
 * $1 workspace, $2 receiving team or null, $3 and $4 score and id of the last of the page before, $5
 * limit, $6 assignee */
static const struct statement HANDOFF_PAGE_IN_HAND_BY_SCORE = {
    .name = "handoff_page_in_hand_by_score",
    .sql = "SELECT now(), NULL::uuid, NULL::timestamptz, {h.handoff} "
           "FROM ("
           "  SELECT * "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND assignee = $6 AND state IN ('offered', 'accepted') "
           "  AND claimed_until > now() "
           "  AND to_team = coalesce($2::uuid, to_team) "
           "  OFFSET 0"
           ") h "
           "WHERE h.state = 'offered' "
           "AND (h.score < $3 OR h.score = $3 AND h.handoff_id > $4) "
           "ORDER BY h.score DESC, h.handoff_id "
           "LIMIT $5",
    .index = "handoff_in_hand",
    .hot = true,
};

/* All that a member has in hand is looked at and put in order: as much as one can do.
 * $1 workspace, $2 receiving team or null, $3 state or null, $4 due before, $5 and $6 due and id of
 * the last of the page before, $7 limit, $8 assignee, $9 overdue alone */
static const struct statement HANDOFF_PAGE_IN_HAND = {
    .name = "handoff_page_in_hand",
    .sql = "SELECT now(), NULL::uuid, h.due, {h.handoff} "
           "FROM ("
           "  SELECT *, CASE state WHEN 'offered' THEN respond_by ELSE " DECIDE " END AS due "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND assignee = $8 AND state IN ('offered', 'accepted') "
           "  AND (claimed_until IS NULL OR claimed_until > now()) "
           "  AND to_team = coalesce($2::uuid, to_team) "
           "  AND state = coalesce($3::text, state) "
           "  AND (NOT $9::bool OR state = 'offered' AND respond_by <= now()) "
           "  OFFSET 0"
           ") h "
           "WHERE h.due < $4 AND (h.due, h.handoff_id) > ($5, $6) "
           "ORDER BY h.due, h.handoff_id "
           "LIMIT $7",
    .index = "handoff_in_hand",
    .hot = true,
};

/* The first of each team at each of these states, and of these the first.
 * $1 workspace, $2 receiving team or null, $3 states, $4 the last of the page before, $5 limit */
static const struct statement HANDOFF_PAGE_CLOSED = {
    .name = "handoff_page_closed",
    .sql = "SELECT now(), "
           LEAD_WITH ", "
           "NULL::timestamptz, {h.handoff} "
           "FROM ("
           "  SELECT x.handoff_id "
           "  FROM unnest($3::text[]) s(state) "
           "  CROSS JOIN "
           TEAMS
           "  CROSS JOIN LATERAL ("
           "    SELECT handoff_id "
           "    FROM handoff "
           "    WHERE workspace_id = $1 AND to_team = t.team_id AND state = s.state "
           "    AND closed_at IS NOT NULL AND handoff_id > $4 "
           "    ORDER BY handoff_id "
           "    LIMIT $5"
           "  ) x "
           "  ORDER BY x.handoff_id "
           "  LIMIT $5"
           ") p "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND handoff_id = p.handoff_id "
           "  LIMIT 1"
           ") h "
           "ORDER BY h.handoff_id",
    .index = "handoff_closed_of_team",
    .hot = true,
};

/* The same of one member; one is of one team, so that nothing is looked at for another.
 * $1 workspace, $2 receiving team or null, $3 states, $4 the last of the page before, $5 limit, $6
 * assignee */
static const struct statement HANDOFF_PAGE_CLOSED_OF = {
    .name = "handoff_page_closed_of",
    .sql = "SELECT now(), "
           LEAD_WITH ", "
           "NULL::timestamptz, {h.handoff} "
           "FROM unnest($3::text[]) s(state) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND assignee = $6 AND state = s.state "
           "  AND closed_at IS NOT NULL AND handoff_id > $4 "
           "  AND to_team = coalesce($2::uuid, to_team) "
           "  ORDER BY handoff_id "
           "  LIMIT $5"
           ") h "
           "ORDER BY h.handoff_id "
           "LIMIT $5",
    .index = "handoff_closed_of_member",
    .hot = true,
};

/* A lead's handoffs are found by their entries in the ledger.
 * $1 workspace, $2 receiving team or null, $3 assignee or null, $4 state or null, $5 the last of
 * the page before or null, $6 limit, $7 lead */
static const struct statement HANDOFF_PAGE_OF_LEAD = {
    .name = "handoff_page_of_lead",
    .sql = "WITH RECURSIVE gone(id) AS ("
           "  SELECT $7::uuid "
           "  UNION "
           "  SELECT l.lead_id "
           "  FROM gone "
           "  JOIN lead l ON l.workspace_id = $1 AND l.merged_into = gone.id"
           ") "
           "SELECT now(), "
           LEAD_WITH ", "
           "NULL::timestamptz, {h.handoff} "
           "FROM ("
           "  SELECT DISTINCT (convert_from(e.body, 'UTF8')::json->>'handoff')::uuid AS id "
           "  FROM gone "
           "  CROSS JOIN LATERAL ("
           "    SELECT body "
           "    FROM ledger "
           "    WHERE workspace_id = $1 AND subject_id = gone.id AND kind " HANDOFF_MADE_BY " "
           "    OFFSET 0"
           "  ) e"
           ") m "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND handoff_id = m.id "
           "  LIMIT 1"
           ") h "
           "WHERE h.handoff_id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000') "
           "AND ($2::uuid IS NULL OR h.to_team = $2) "
           "AND ($3::uuid IS NULL OR h.assignee = $3) "
           "AND ($4::text IS NULL OR h.state = $4) "
           "ORDER BY h.handoff_id "
           "LIMIT $6",
};

/* $1 workspace, $2 team */
static const struct statement HANDOFF_WAITS = {
    .name = "handoff_waits",
    .sql = "SELECT EXISTS ("
           "  SELECT 1 "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND to_team = $2 "
           "  AND state = 'offered' "
           "  AND (claimed_until IS NULL OR claimed_until <= now()) "
           "  ORDER BY respond_by, handoff_id "
           "  LIMIT 1"
           "), pos "
           "FROM workspace_head "
           "WHERE workspace_id = $1",
    .index = "handoff_queue",
    .hot = true,
};

/* $1 workspace, $2 team */
static const struct statement HANDOFF_OF_TEAM = {
    .name = "handoff_of_team",
    .sql = "SELECT EXISTS ("
           "  SELECT 1 "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND (from_team = $2 OR to_team = $2))",
};

/* clang-format on */

const struct statement *const handoff_read_statements[] = {
    &HANDOFF_GET,
    &HANDOFF_CARRIED,
    &HANDOFF_TOUCHES,
    &HANDOFF_PAGE_OPEN,
    &HANDOFF_PAGE_IN_HAND,
    &HANDOFF_PAGE_BY_SCORE,
    &HANDOFF_PAGE_IN_HAND_BY_SCORE,
    &HANDOFF_PAGE_CLOSED,
    &HANDOFF_PAGE_CLOSED_OF,
    &HANDOFF_PAGE_OF_LEAD,
    &HANDOFF_OF_TEAM,
    &HANDOFF_WAITS,
    NULL,
};

enum { NOW, WITH, DUE, HANDOFF };

/* Where the database wants a note, an erasure leaves an empty one. */
static void clear_erased(struct handoff *handoff)
{
    if (handoff->offer_note != NULL && handoff->offer_note[0] == '\0')
        handoff->offer_note = NULL;
}

static enum err take(const struct read *read, const struct pg_result *result, int row,
                     struct handoff **out, instant *now)
{
    *out = handoff_table_read(result, row, HANDOFF, read->arena);
    if (*out == NULL)
        return ERR_INTERNAL;
    *now = pg_get_instant(result, row, NOW);
    (*out)->lead_with = pg_get_uuid(result, row, WITH);
    handoff_drop_lapsed(*out, *now);
    clear_erased(*out);
    return ERR_NONE;
}

enum err handoff_read_by_id(const struct read *read, struct uuid id, struct handoff **out,
                            instant *now)
{
    struct read_query query = {.statement = &HANDOFF_GET};

    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = pg_rows(query.result) == 0 ? ERR_NOT_FOUND : take(read, query.result, 0, out, now);
    return read_end(read, err);
}

/* ---- with what it carries ---- */

enum { EARLIER, TEXTS, CAMPAIGNS, VERDICT, LEAD };

static enum err take_carried(const struct read *read, const struct pg_result *carried,
                             const struct pg_result *touches, struct handoff *handoff)
{
    struct lead *lead = lead_table_read(carried, 0, LEAD, read->arena);
    size_t count = (size_t)pg_rows(touches);
    struct touch *items = ARENA_ARRAY(read->arena, struct touch, count + 1);

    if (lead == NULL || items == NULL)
        return ERR_INTERNAL;
    for (size_t i = 0; i < count; i++)
        if (!touch_table_read(touches, (int)i, 0, read->arena, &items[i]))
            return ERR_INTERNAL;
    lead->touches = (struct touch_log){.items = items, .count = count};
    handoff->earlier = pg_copy_text(carried, 0, EARLIER, read->arena);
    handoff->texts = pg_copy_text(carried, 0, TEXTS, read->arena);
    handoff->campaigns = pg_copy_text(carried, 0, CAMPAIGNS, read->arena);
    handoff->verdict_body = pg_copy_text(carried, 0, VERDICT, read->arena);
    handoff->verdict_body_len = handoff->verdict_body == NULL ? 0 : strlen(handoff->verdict_body);
    handoff->carries = lead;
    return ERR_NONE;
}

enum err handoff_read_whole(const struct read *read, struct uuid id, struct handoff **out,
                            instant *now)
{
    struct read_query queries[] = {{.statement = &HANDOFF_GET},
                                   {.statement = &HANDOFF_CARRIED},
                                   {.statement = &HANDOFF_TOUCHES}};

    for (int i = 0; i < 3; i++) {
        read_params(&queries[i], read);
        pg_params_uuid(&queries[i].params, id);
    }
    pg_params_int8(&queries[2].params, CARRIED_TOUCHES_MAX);
    enum err err = read_run(read, queries, 3);
    if (err == ERR_NONE)
        err = pg_rows(queries[0].result) == 0 ? ERR_NOT_FOUND
                                              : take(read, queries[0].result, 0, out, now);
    /* an erased lead leaves nothing to be carried */
    if (err == ERR_NONE && pg_rows(queries[1].result) == 1)
        err = take_carried(read, queries[1].result, queries[2].result, *out);
    return read_end(read, err);
}

/* ---- pages ---- */

static bool wants_open(const struct handoff_filter *filter)
{
    return filter->order == HANDOFF_BY_DUE && uuid_is_nil(filter->lead) && !filter->after.closed &&
           (filter->state == HANDOFF_STATE_COUNT || handoff_state_is_open(filter->state));
}

static bool wants_closed(const struct handoff_filter *filter)
{
    return filter->order == HANDOFF_BY_DUE && uuid_is_nil(filter->lead) &&
           filter->due_before == INSTANT_NONE && !filter->overdue &&
           (filter->state == HANDOFF_STATE_COUNT || !handoff_state_is_open(filter->state));
}

static struct uuid after_id(const struct handoff_filter *filter)
{
    return uuid_is_nil(filter->after.id) ? READ_ID_MIN : filter->after.id;
}

static struct read_query ask_open(const struct read *read, const struct handoff_filter *filter,
                                  int limit)
{
    bool in_hand = !uuid_is_nil(filter->assignee);
    struct read_query query = {.statement = in_hand ? &HANDOFF_PAGE_IN_HAND : &HANDOFF_PAGE_OPEN};

    read_params(&query, read);
    pg_params_uuid(&query.params, filter->to_team);
    pg_params_text(&query.params,
                   filter->state == HANDOFF_STATE_COUNT ? NULL : handoff_state_name(filter->state));
    pg_params_instant(&query.params, read_or(filter->due_before, READ_INSTANT_MAX));
    pg_params_instant(&query.params, read_or(filter->after.due, READ_INSTANT_MIN));
    pg_params_uuid(&query.params, after_id(filter));
    pg_params_int8(&query.params, limit + 1);
    if (in_hand)
        pg_params_uuid(&query.params, filter->assignee);
    pg_params_bool(&query.params, filter->overdue);
    return query;
}

static struct read_query ask_by_score(const struct read *read, const struct handoff_filter *filter,
                                      int limit)
{
    bool in_hand = !uuid_is_nil(filter->assignee);
    bool from_start = uuid_is_nil(filter->after.id);
    struct read_query query = {.statement = in_hand ? &HANDOFF_PAGE_IN_HAND_BY_SCORE
                                                    : &HANDOFF_PAGE_BY_SCORE};

    read_params(&query, read);
    pg_params_uuid(&query.params, filter->to_team);
    pg_params_int4(&query.params, from_start ? INT32_MAX : filter->after.score);
    pg_params_uuid(&query.params, after_id(filter));
    pg_params_int8(&query.params, limit + 1);
    if (in_hand)
        pg_params_uuid(&query.params, filter->assignee);
    return query;
}

static struct read_query ask_of_lead(const struct read *read, const struct handoff_filter *filter,
                                     int limit)
{
    struct read_query query = {.statement = &HANDOFF_PAGE_OF_LEAD};

    read_params(&query, read);
    pg_params_uuid(&query.params, filter->to_team);
    pg_params_uuid(&query.params, filter->assignee);
    pg_params_text(&query.params,
                   filter->state == HANDOFF_STATE_COUNT ? NULL : handoff_state_name(filter->state));
    pg_params_uuid(&query.params, after_id(filter));
    pg_params_int8(&query.params, limit + 1);
    pg_params_uuid(&query.params, filter->lead);
    return query;
}

/* One closed state, or all of them. */
static void put_closed_states(struct read_query *query, const struct read *read,
                              enum handoff_state only)
{
    struct pg_array states;

    pg_array_begin(&states, read->arena, PG_TEXT, HANDOFF_STATE_COUNT);
    for (int i = 0; i < HANDOFF_STATE_COUNT; i++) {
        enum handoff_state state = (enum handoff_state)i;
        if (!handoff_state_is_open(state) && (only == HANDOFF_STATE_COUNT || only == state))
            pg_array_text(&states, handoff_state_name(state));
    }
    pg_params_array(&query->params, &states);
}

static struct read_query ask_closed(const struct read *read, const struct handoff_filter *filter,
                                    int limit)
{
    bool of_member = !uuid_is_nil(filter->assignee);
    struct read_query query = {.statement =
                                   of_member ? &HANDOFF_PAGE_CLOSED_OF : &HANDOFF_PAGE_CLOSED};

    read_params(&query, read);
    pg_params_uuid(&query.params, filter->to_team);
    put_closed_states(&query, read, filter->state);
    pg_params_uuid(&query.params, filter->after.closed ? after_id(filter) : READ_ID_MIN);
    pg_params_int8(&query.params, limit + 1);
    if (of_member)
        pg_params_uuid(&query.params, filter->assignee);
    return query;
}

/* Adds rows until the page is full; `more` says whether some did not fit. */
static enum err take_rows(const struct read *read, const struct read_query *query, int limit,
                          struct handoff_page *out)
{
    bool closed = query->statement != &HANDOFF_PAGE_OPEN &&
                  query->statement != &HANDOFF_PAGE_IN_HAND &&
                  query->statement != &HANDOFF_PAGE_BY_SCORE &&
                  query->statement != &HANDOFF_PAGE_IN_HAND_BY_SCORE; /* by id */

    for (int row = 0; row < pg_rows(query->result); row++) {
        out->more = out->count == (size_t)limit;
        if (out->more)
            return ERR_NONE;
        struct handoff **item = &out->items[out->count];
        enum err err = take(read, query->result, row, item, &out->now);
        if (err != ERR_NONE)
            return err;
        out->last = (struct handoff_place){
            .closed = closed,
            .due = pg_get_instant(query->result, row, DUE),
            .score = (*item)->score,
            .id = (*item)->id,
        };
        out->count++;
    }
    return ERR_NONE;
}

enum err handoff_read_page(const struct read *read, const struct handoff_filter *filter, int limit,
                           struct handoff_page *out)
{
    struct read_query queries[2];
    size_t count = 0;

    *out = (struct handoff_page){.now = INSTANT_NONE};
    out->items = ARENA_ARRAY(read->arena, struct handoff *, (size_t)limit + 1);
    if (out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    if (!uuid_is_nil(filter->lead))
        queries[count++] = ask_of_lead(read, filter, limit);
    if (filter->order == HANDOFF_BY_SCORE)
        queries[count++] = ask_by_score(read, filter, limit);
    if (wants_open(filter))
        queries[count++] = ask_open(read, filter, limit);
    if (wants_closed(filter))
        queries[count++] = ask_closed(read, filter, limit);
    enum err err = count == 0 ? ERR_NONE : read_run(read, queries, count);
    for (size_t i = 0; err == ERR_NONE && i < count && !out->more; i++)
        err = take_rows(read, &queries[i], limit, out);
    return read_end(read, err);
}

enum err handoff_read_waiting(const struct read *read, struct uuid team,
                              struct handoffs_waiting *out)
{
    struct read_query query = {.statement = &HANDOFF_WAITS};

    *out = (struct handoffs_waiting){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, team);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 1)
        *out = (struct handoffs_waiting){.any = pg_get_bool(query.result, 0, 0),
                                         .pos = pg_get_int8(query.result, 0, 1)};
    return read_end(read, err);
}

enum err handoff_read_has_team(const struct read *read, struct uuid team, bool *out)
{
    struct read_query query = {.statement = &HANDOFF_OF_TEAM};

    *out = false;
    read_params(&query, read);
    pg_params_uuid(&query.params, team);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        *out = pg_get_bool(query.result, 0, 0);
    return read_end(read, err);
}
