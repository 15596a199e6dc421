#include "store/read/lead_read.h"

#include "store/table/lead_table.h"
#include "store/table/merged.h"

#include <string.h>

#define AS_TEXT(number) #number
#define NUMBER(macro)   AS_TEXT(macro)

/* clang-format off */

#define ITS_OPEN_HANDOFF                                  \
           "LEFT JOIN LATERAL ("                          \
           "  SELECT handoff_id "                         \
           "  FROM handoff "                              \
           "  WHERE workspace_id = $1 AND lead_id = l.lead_id " \
           "  AND state IN ('requested', 'offered', 'accepted') "      \
           "  LIMIT 1"                                    \
           ") o ON true "

/* $1 workspace, $2 lead */
static const struct statement LEAD_GET = {
    .name = "lead_get",
    .sql = "SELECT o.handoff_id, {l.lead} "
           "FROM ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = $2 "
           "  LIMIT 1"
           ") l "
           ITS_OPEN_HANDOFF,
    .index = "lead_pkey",
    .hot = true,
};

/* Which of the ids each row is of stands first.
 * $1 workspace, $2 leads */
static const struct statement LEAD_GET_ALL = {
    .name = "lead_get_all",
    .sql = "SELECT w.n, o.handoff_id, {l.lead} "
           "FROM unnest($2::uuid[]) WITH ORDINALITY w(id, n) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = w.id "
           "  LIMIT 1"
           ") l "
           ITS_OPEN_HANDOFF,
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace, $2 lead */
static const struct statement LEAD_SURVIVOR = {
    .name = "lead_survivor",
    .sql = "WITH RECURSIVE "
           MERGED_WAY
           "SELECT o.handoff_id, {l.lead} "
           "FROM way "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = way.id "
           "  LIMIT 1"
           ") l "
           ITS_OPEN_HANDOFF
           "WHERE l.merged_into IS NULL",
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace, $2 lead */
static const struct statement LEAD_STANDING = {
    .name = "lead_standing",
    .sql = "WITH RECURSIVE "
           MERGED_WAY
           "SELECT l.status "
           "FROM way "
           "CROSS JOIN LATERAL ("
           "  SELECT status "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = way.id "
           "  LIMIT 1"
           ") l "
           "ORDER BY way.n DESC "
           "LIMIT 1",
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace, $2 the last lead of the page before, $3 limit */
static const struct statement LEAD_PAGE = {
    .name = "lead_page",
    .sql = "SELECT o.handoff_id, {l.lead} "
           "FROM ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id < $2 AND status = 'active' "
           "  ORDER BY lead_id DESC "
           "  LIMIT $3"
           ") l "
           ITS_OPEN_HANDOFF
           "ORDER BY l.lead_id DESC",
    .index = "lead_pkey",
    .hot = true,
};

/* The newest of each owner at each stage that is asked for, and of these the newest: so that a page
 * reads no more than those, however many leads fit or do not.
 * $1 workspace, $2 the last lead of the page before, $3 stages, $4 owner or null, $5 limit */
static const struct statement LEAD_PAGE_OF = {
    .name = "lead_page_of",
    .sql = "SELECT o.handoff_id, {l.lead} "
           "FROM ("
           "  SELECT i.lead_id "
           "  FROM unnest($3::text[]) s(stage) "
           "  CROSS JOIN ("
           "    SELECT team_id "
           "    FROM team "
           "    WHERE workspace_id = $1 AND team_id = coalesce($4::uuid, team_id)"
           "  ) t "
           "  CROSS JOIN LATERAL ("
           "    SELECT lead_id "
           "    FROM lead "
           "    WHERE workspace_id = $1 AND owner_team = t.team_id AND stage = s.stage "
           "    AND status = 'active' AND lead_id < $2 "
           "    ORDER BY lead_id DESC "
           "    LIMIT $5"
           "  ) i "
           "  ORDER BY i.lead_id DESC "
           "  LIMIT $5"
           ") p "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = p.lead_id "
           "  LIMIT 1"
           ") l "
           ITS_OPEN_HANDOFF
           "ORDER BY l.lead_id DESC",
    .index = "lead_of_owner",
    .hot = true,
};

/* Each step's leads by their date, and of those the first: of a step that is not asked for nothing is
 * looked at.
 * $1 workspace, $2 step or null, $3 due before, $4 and $5 date and id of the last lead of the page
 * before, $6 stage or null, $7 owner or null, $8 limit */
static const struct statement LEAD_PAGE_DUE = {
    .name = "lead_page_due",
    .sql = "SELECT o.handoff_id, {l.lead} "
           "FROM unnest(ARRAY['answer', 'decide', 'nurture', 'offer', 'review', 'follow_up']) s(step) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND next_step = s.step "
           "  AND next_at < $3 AND (next_at, lead_id) > ($4, $5) "
           "  AND ($6::text IS NULL OR stage = $6) "
           "  AND ($7::uuid IS NULL OR owner_team = $7) "
           "  ORDER BY next_at, lead_id "
           "  LIMIT $8"
           ") l "
           ITS_OPEN_HANDOFF
           "WHERE $2::text IS NULL OR s.step = $2 "
           "ORDER BY l.next_at, l.lead_id "
           "LIMIT $8",
    .index = "lead_next",
    .hot = true,
};

/* $1 workspace, $2 and $3 source and value of an identity */
static const struct statement LEAD_KNOWN_AS = {
    .name = "lead_known_as",
    .sql = "SELECT o.handoff_id, {l.lead} "
           "FROM ("
           "  SELECT lead_id "
           "  FROM identity "
           "  WHERE workspace_id = $1 AND source = $2 AND value = $3 "
           "  LIMIT 1"
           ") i "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = i.lead_id "
           "  LIMIT 1"
           ") l "
           ITS_OPEN_HANDOFF,
    .index = "identity_pkey",
    .hot = true,
};

/* Entries of kinds below 40 concern leads (core/handoff/event.h). The milestones of a merged lead
 * went to its survivor s: what that has reached counts. There is always a row, which says how far
 * was looked.
 * $1 workspace, $2 position, $3 entries to look at, $4 milestone, $5 limit */
static const struct statement LEAD_FEED = {
    .name = "lead_feed",
    .sql = "WITH seen AS MATERIALIZED ("
           "  SELECT pos, subject_id, kind "
           "  FROM ledger "
           "  WHERE workspace_id = $1 AND pos > $2 "
           "  ORDER BY pos "
           "  LIMIT $3"
           "), "
           "changed AS MATERIALIZED ("
           "  SELECT subject_id, max(pos) AS pos "
           "  FROM seen "
           "  WHERE kind < " NUMBER(LEDGER_LEAD_KINDS_END) " "
           "  GROUP BY subject_id"
           ") "
           "SELECT o.handoff_id, s.lead_id, c.pos, b.upto, b.looked_at, {l.lead} "
           "FROM ("
           "  SELECT max(pos) AS upto, count(*) AS looked_at "
           "  FROM seen"
           ") b "
           "LEFT JOIN ("
           "  changed c "
           "  CROSS JOIN LATERAL ("
           "    SELECT * "
           "    FROM lead "
           "    WHERE workspace_id = $1 AND lead_id = c.subject_id "
           "    LIMIT 1"
           "  ) l "
           ITS_OPEN_HANDOFF
           "  LEFT JOIN LATERAL ("
           "    WITH RECURSIVE "
           MERGED_WAY_FROM("l.lead_id")
           "    SELECT t.* "
           "    FROM way "
           "    CROSS JOIN LATERAL ("
           "      SELECT * "
           "      FROM lead "
           "      WHERE workspace_id = $1 AND lead_id = way.id "
           "      LIMIT 1"
           "    ) t "
           "    WHERE t.merged_into IS NULL "
           "    LIMIT 1"
           "  ) s ON true"
           ") ON CASE $4::text "
           "  WHEN 'mql' THEN s.mql_at "
           "  WHEN 'sal' THEN s.sal_at "
           "  WHEN 'sql' THEN s.sql_at "
           "  WHEN 'opportunity' THEN s.opportunity_at "
           "  WHEN 'customer' THEN s.customer_at "
           "END IS NOT NULL "
           "ORDER BY c.pos "
           "LIMIT $5",
    .index = "ledger_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const lead_read_statements[] = {
    &LEAD_GET,     &LEAD_GET_ALL,  &LEAD_SURVIVOR, &LEAD_STANDING, &LEAD_PAGE,
    &LEAD_PAGE_OF, &LEAD_PAGE_DUE, &LEAD_KNOWN_AS, &LEAD_FEED,     NULL,
};

/* first: the column of its open handoff. */
static bool read_view_from(const struct read *read, const struct pg_result *result, int row,
                           int first, struct lead_view *out)
{
    out->lead = lead_table_read(result, row, first + 1, read->arena);
    out->open = pg_get_uuid(result, row, first);
    return out->lead != NULL;
}

static bool read_view(const struct read *read, const struct pg_result *result, int row,
                      struct lead_view *out)
{
    return read_view_from(read, result, row, 0, out);
}

/* ---- one ---- */

static enum err take_one(const struct read *read, const struct pg_result *result,
                         struct lead_view *out)
{
    if (pg_rows(result) == 0)
        return ERR_NOT_FOUND;
    if (!read_view(read, result, 0, out))
        return ERR_INTERNAL;
    return out->lead->status == LEAD_ERASED ? ERR_GONE : ERR_NONE;
}

static enum err read_one(const struct read *read, const struct statement *statement, struct uuid id,
                         struct lead_view *out)
{
    struct read_query query = {.statement = statement};

    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take_one(read, query.result, out);
    return read_end(read, err);
}

/* Following merges makes the read half as expensive again, and few leads are merged: only those pay
 * for it. */
enum err lead_read_by_id(const struct read *read, struct uuid id, struct lead_view *out)
{
    enum err err = read_one(read, &LEAD_GET, id, out);

    if (err == ERR_NONE && out->lead->status == LEAD_MERGED)
        err = read_one(read, &LEAD_SURVIVOR, id, out);
    return err;
}

static enum err take_all(const struct read *read, const struct pg_result *result,
                         struct lead_view *out, enum err *errs)
{
    for (int row = 0; row < pg_rows(result); row++) {
        size_t at = (size_t)pg_get_int8(result, row, 0) - 1;
        if (!read_view_from(read, result, row, 1, &out[at]))
            return ERR_INTERNAL;
        errs[at] = out[at].lead->status == LEAD_ERASED ? ERR_GONE : ERR_NONE;
    }
    return ERR_NONE;
}

enum err lead_read_by_ids(const struct read *read, const struct uuid *ids, size_t count,
                          struct lead_view *out, enum err *errs)
{
    struct read_query query = {.statement = &LEAD_GET_ALL};

    for (size_t i = 0; i < count; i++)
        errs[i] = ERR_NOT_FOUND;
    read_params(&query, read);
    pg_params_uuids(&query.params, ids, count);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take_all(read, query.result, out, errs);
    err = read_end(read, err);
    for (size_t i = 0; err == ERR_NONE && i < count; i++)
        if (errs[i] == ERR_NONE && out[i].lead->status == LEAD_MERGED)
            errs[i] = read_one(read, &LEAD_SURVIVOR, ids[i], &out[i]);
    return err;
}

struct read_query lead_standing_ask(const struct read *read, struct uuid id)
{
    struct read_query query = {.statement = &LEAD_STANDING};

    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    return query;
}

enum err lead_standing_read(const struct pg_result *result)
{
    if (pg_rows(result) == 0)
        return ERR_NOT_FOUND;
    return strcmp(pg_get_text(result, 0, 0, NULL), "erased") == 0 ? ERR_GONE : ERR_NONE;
}

/* ---- pages ---- */

static enum err take_views(const struct read *read, const struct pg_result *result, int limit,
                           struct lead_page *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct lead_view, (size_t)rows + 1);
    for (; out->items != NULL && out->count < (size_t)rows; out->count++)
        if (!read_view(read, result, (int)out->count, &out->items[out->count]))
            return ERR_INTERNAL;
    return ERR_NONE;
}

static bool has_identity(const struct lead *lead, const struct identity *wanted)
{
    if (wanted == NULL)
        return true;
    for (size_t i = 0; i < lead->identity_count; i++)
        if (identity_equal(&lead->identities[i], wanted))
            return true;
    return false;
}

static bool is_due_before(const struct lead *lead, instant date)
{
    return lead->next.step != STEP_NONE && lead->next.at < date;
}

static bool fits(const struct lead *lead, const struct lead_filter *filter)
{
    return lead->status == LEAD_ACTIVE && has_identity(lead, filter->email) &&
           has_identity(lead, filter->external) &&
           (filter->stage == STAGE_COUNT || lead->stage == filter->stage) &&
           (filter->step == STEP_NONE || lead->next.step == filter->step) &&
           (filter->due_before == INSTANT_NONE || is_due_before(lead, filter->due_before)) &&
           (uuid_is_nil(filter->owner_team) || uuid_equal(lead->owner_team, filter->owner_team)) &&
           (uuid_is_nil(filter->before) || uuid_compare(lead->id, filter->before) < 0);
}

/* An identity belongs to one lead, so the page has that lead or none. */
static enum err read_known_as(const struct read *read, const struct lead_filter *filter,
                              struct lead_page *out)
{
    const struct identity *identity = filter->external != NULL ? filter->external : filter->email;
    struct read_query query = {.statement = &LEAD_KNOWN_AS};

    read_params(&query, read);
    pg_params_text(&query.params, identity_source_key(identity, read->arena));
    pg_params_text(&query.params, identity->value);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take_views(read, query.result, 1, out);
    if (err == ERR_NONE && out->count == 1 && !fits(out->items[0].lead, filter))
        out->count = 0;
    return err;
}

/* One stage, or all of them. */
static void put_stages(struct read_query *query, const struct read *read, enum stage only)
{
    struct pg_array stages;

    pg_array_begin(&stages, read->arena, PG_TEXT, STAGE_COUNT);
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        if (only == STAGE_COUNT || only == (enum stage)stage)
            pg_array_text(&stages, stage_name((enum stage)stage));
    pg_params_array(&query->params, &stages);
}

static enum err read_range(const struct read *read, const struct lead_filter *filter, int limit,
                           struct lead_page *out)
{
    bool any = filter->stage == STAGE_COUNT && uuid_is_nil(filter->owner_team);
    struct read_query query = {.statement = any ? &LEAD_PAGE : &LEAD_PAGE_OF};

    read_params(&query, read);
    pg_params_uuid(&query.params, uuid_is_nil(filter->before) ? READ_ID_MAX : filter->before);
    if (!any) {
        put_stages(&query, read, filter->stage);
        pg_params_uuid(&query.params, filter->owner_team);
    }
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    return err == ERR_NONE ? take_views(read, query.result, limit, out) : err;
}

static enum err read_due(const struct read *read, const struct lead_filter *filter, int limit,
                         struct lead_page *out)
{
    struct read_query query = {.statement = &LEAD_PAGE_DUE};

    read_params(&query, read);
    pg_params_text(&query.params, lead_step_name(filter->step));
    pg_params_instant(&query.params, read_or(filter->due_before, READ_INSTANT_MAX));
    pg_params_instant(&query.params, read_or(filter->after, READ_INSTANT_MIN));
    pg_params_uuid(&query.params, uuid_is_nil(filter->before) ? READ_ID_MIN : filter->before);
    pg_params_text(&query.params, stage_name(filter->stage));
    pg_params_uuid(&query.params, filter->owner_team);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    return err == ERR_NONE ? take_views(read, query.result, limit, out) : err;
}

enum err lead_read_page(const struct read *read, const struct lead_filter *filter, int limit,
                        struct lead_page *out)
{
    *out = (struct lead_page){0};
    enum err err = filter->email != NULL || filter->external != NULL
                       ? read_known_as(read, filter, out)
                   : filter->by_date ? read_due(read, filter, limit, out)
                                     : read_range(read, filter, limit, out);
    return read_end(read, err);
}

/* ---- the feed ---- */

enum { FEED_OPEN, FEED_SURVIVOR, FEED_POS, FEED_UPTO, FEED_LOOKED_AT, FEED_LEAD };

static enum err take_change(const struct read *read, const struct pg_result *result, int row,
                            struct lead_change_item *out)
{
    out->lead = lead_table_read(result, row, FEED_LEAD, read->arena);
    if (out->lead == NULL)
        return ERR_INTERNAL;
    out->open = pg_get_uuid(result, row, FEED_OPEN);
    if (out->lead->status == LEAD_MERGED)
        out->survivor = pg_get_uuid(result, row, FEED_SURVIVOR);
    out->pos = pg_get_int8(result, row, FEED_POS);
    return ERR_NONE;
}

/* There is always a row that says how far was looked; it has no lead when none matched. */
static enum err take_feed(const struct read *read, const struct pg_result *result, int64_t after,
                          int limit, struct lead_feed *out)
{
    int rows = pg_is_null(result, 0, FEED_POS) ? 0 : pg_rows(result);
    bool cut = rows > limit;

    rows = cut ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct lead_change_item, (size_t)rows + 1);
    for (; out->items != NULL && out->count < (size_t)rows; out->count++) {
        enum err err = take_change(read, result, (int)out->count, &out->items[out->count]);
        if (err != ERR_NONE)
            return err;
    }
    out->more = cut || pg_get_int8(result, 0, FEED_LOOKED_AT) == FEED_SCAN_MAX;
    out->next = after;
    if (cut && out->count > 0)
        out->next = out->items[out->count - 1].pos;
    else if (!pg_is_null(result, 0, FEED_UPTO))
        out->next = pg_get_int8(result, 0, FEED_UPTO);
    return ERR_NONE;
}

enum err lead_read_feed(const struct read *read, enum milestone milestone, int64_t after, int limit,
                        struct lead_feed *out)
{
    struct read_query query = {.statement = &LEAD_FEED};

    *out = (struct lead_feed){0};
    read_params(&query, read);
    pg_params_int8(&query.params, after);
    pg_params_int8(&query.params, FEED_SCAN_MAX);
    pg_params_text(&query.params, milestone_name(milestone));
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take_feed(read, query.result, after, limit, out);
    return read_end(read, err);
}
