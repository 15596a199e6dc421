#include "store/read/attribution_read.h"

#include "core/attribution/journeys.h"

#include <endian.h>
#include <string.h>

/* The database groups finer than the answer does: leads, and conversions by standing and
 * currency. */
#define PARTS_MAX (4 * ATTRIBUTION_ROWS_MAX)

/* clang-format off */

/* Each end of the period is a moment, or a date in the time zone. */
#define PERIOD                                                                \
           "period AS MATERIALIZED ("                                         \
           "  SELECT "                                                        \
           "    coalesce($3::timestamptz, "                                   \
           "      $4::text::date::timestamp AT TIME ZONE $2::text, '-infinity') AS lo, " \
           "    coalesce($5::timestamptz, "                                   \
           "      $6::text::date::timestamp AT TIME ZONE $2::text, 'infinity') AS hi" \
           ") "

/* $1 workspace, $2 time zone, $3 and $4 one end, $5 and $6 the other */
static const struct statement ATTRIBUTION_PERIOD = {
    .name = "attribution_period",
    .sql = "WITH "
           PERIOD
           "SELECT p.lo, p.hi, now() AT TIME ZONE $2::text IS NULL "
           "FROM period p "
           "JOIN workspace_head h ON h.workspace_id = $1",
};

/* At the ends of time the local clock may be in year 10000, or before year 1. */
#define TIME_OF(at, interval)                                                 \
           "to_char(date_trunc($" interval "::text, "                         \
           "  least(greatest(" at " AT TIME ZONE $2::text, '0001-01-01'), '9999-12-31')), " \
           "  'YYYY-MM-DD')"

/* As a number: the id of its word, or the place of a function or direction. */
#define DIMENSION_OF(number, touch)                                           \
           "CASE $" number "::text "                                          \
           "  WHEN 'source' THEN " touch ".source "                           \
           "  WHEN 'medium' THEN " touch ".medium "                           \
           "  WHEN 'campaign' THEN " touch ".campaign "                       \
           "  WHEN 'channel' THEN " touch ".channel "                         \
           "  WHEN 'content' THEN " touch ".content "                         \
           "  WHEN 'function' THEN "                                          \
           "    array_position(ARRAY['marketing', 'sales', 'other'], " touch ".function::text) " \
           "  WHEN 'direction' THEN "                                         \
           "    array_position(ARRAY['inbound', 'outbound'], " touch ".direction::text) END"

#define WORD_OF(number, value)                                                \
           "CASE $" number "::text "                                          \
           "  WHEN 'function' THEN (ARRAY['marketing', 'sales', 'other'])[(" value ")::int4] " \
           "  WHEN 'direction' THEN (ARRAY['inbound', 'outbound'])[(" value ")::int4] " \
           "  ELSE (SELECT value FROM dimension "                             \
           "    WHERE workspace_id = $1 AND dimension_id = " value ") END"

#define FIRST_AT "coalesce(l.first_touch_at, l.created_at)"

#define EARLIEST                                                              \
           "  LEFT JOIN LATERAL ("                                            \
           "    SELECT * "                                                    \
           "    FROM touch "                                                  \
           "    WHERE workspace_id = $1 AND lead_id = l.lead_id "             \
           "    ORDER BY occurred_at, touch_id "                              \
           "    LIMIT 1"                                                      \
           "  ) e ON true "

#define MILESTONE_AT(number)                                                  \
           "    SELECT CASE $" number "::text "                               \
           "      WHEN 'mql' THEN l.mql_at "                                  \
           "      WHEN 'sal' THEN l.sal_at "                                  \
           "      WHEN 'sql' THEN l.sql_at "                                  \
           "      WHEN 'opportunity' THEN l.opportunity_at "                  \
           "      WHEN 'customer' THEN l.customer_at END AS at"

/* At or before the milestone, and not older than the window. */
#define IN_WINDOW(number)                                                     \
           "      AND workspace_id = $1 AND lead_id = l.lead_id "             \
           "      AND occurred_at <= m.at AND occurred_at >= "                \
           "        coalesce(m.at - $" number "::int4 * interval '24 hours', '-infinity') "

/* The touch that the model credits. Only one of the two halves runs. */
#define CHOSEN                                                                \
           "  LEFT JOIN LATERAL ("                                            \
           "    (SELECT * "                                                   \
           "      FROM touch "                                                \
           "      WHERE $8::text = 'first' "                                  \
           IN_WINDOW("11")                                                    \
           "      ORDER BY occurred_at, touch_id "                            \
           "      LIMIT 1) "                                                  \
           "    UNION ALL "                                                   \
           "    (SELECT * "                                                   \
           "      FROM touch "                                                \
           "      WHERE $8::text = 'last' "                                   \
           IN_WINDOW("11")                                                    \
           "      ORDER BY occurred_at DESC, touch_id DESC "                  \
           "      LIMIT 1)"                                                   \
           "  ) c ON true "

#define CREDITED(number)                                                      \
           "CASE WHEN c.touch_id IS NOT NULL THEN "                           \
           DIMENSION_OF(number, "c") " "                                      \
           "  WHEN e.occurred_at > m.at THEN "                                \
           DIMENSION_OF(number, "e") " END"

/* Erased leads still count, so that neither credit nor totals change. A lead that was merged away
 * counts as its survivor, which has its touches and milestones. The standings are those of enum
 * attribution_standing. Sums stay within what JSON numbers hold exactly. Other models than these two
 * have no conversions here: they read journeys.
 * $1 to $6 as above, $7 milestone, $8 model, $9 and $10 dimensions or null, $11 window in days or
 * null, $12 interval or null, $13 limit */
static const struct statement ATTRIBUTION_PARTS = {
    .name = "attribution_parts",
    .sql = "WITH "
           PERIOD
           ", parts AS ("
           "  SELECT false AS conversions, "
           TIME_OF(FIRST_AT, "12") " AS time, "
           DIMENSION_OF("9", "e") " AS d0, "
           DIMENSION_OF("10", "e") " AS d1, "
           "    0 AS standing, NULL::text AS currency, count(*) AS n, NULL::int8 AS amount "
           "  FROM period p "
           "  CROSS JOIN lead l "
           EARLIEST
           "  WHERE l.workspace_id = $1 AND l.status <> 'merged' "
           "  AND " FIRST_AT " >= p.lo AND " FIRST_AT " < p.hi "
           "  GROUP BY 2, 3, 4 "
           "  UNION ALL "
           "  SELECT true, "
           TIME_OF("m.at", "12") ", "
           CREDITED("9") ", "
           CREDITED("10") ", "
           "    CASE WHEN c.touch_id IS NOT NULL THEN 0 "
           "      WHEN e.touch_id IS NULL THEN 3 "
           "      WHEN e.occurred_at > m.at THEN 1 "
           "      ELSE 2 END, "
           "    l.amount_currency, count(*), "
           "    least(coalesce(sum(l.amount_minor), 0), 9007199254740991)::int8 "
           "  FROM period p "
           "  CROSS JOIN lead l "
           "  CROSS JOIN LATERAL ("
           MILESTONE_AT("7")
           "  ) m "
           EARLIEST
           CHOSEN
           "  WHERE l.workspace_id = $1 AND l.status <> 'merged' AND m.at IS NOT NULL "
           "  AND m.at >= p.lo AND m.at < p.hi "
           "  AND $8::text IN ('first', 'last') "
           "  GROUP BY 2, 3, 4, 5, 6"
           ") "
           "SELECT g.conversions, g.time, "
           WORD_OF("9", "g.d0") ", "
           WORD_OF("10", "g.d1") ", "
           "  g.standing, g.currency, g.n, g.amount "
           "FROM parts g "
           "LIMIT $13",
    .index = "touch_of_lead",
};

/* Each conversion of the period with its touches in one piece of bytes, oldest first (STEP_BYTES each:
 * moment, two values, whether it is direct), and with the earliest one when none of them counts.
 * $1 to $6 as above, $7 milestone, $8 and $9 dimensions or null, $10 window in days or null,
 * $11 interval or null, $12 the sources that are direct, $13 limit */
static const struct statement ATTRIBUTION_JOURNEYS = {
    .name = "attribution_journeys",
    .sql = "WITH "
           PERIOD
           "SELECT "
           TIME_OF("m.at", "11") ", "
           "  l.lead_id, m.at, l.mql_at, l.sal_at, l.sql_at, l.opportunity_at, l.customer_at, "
           "  l.amount_minor, l.amount_currency, t.steps, e.occurred_at, "
           "(" DIMENSION_OF("8", "e") ")::int8, "
           "(" DIMENSION_OF("9", "e") ")::int8 "
           "FROM period p "
           "CROSS JOIN lead l "
           "CROSS JOIN LATERAL ("
           MILESTONE_AT("7")
           ") m "
           "LEFT JOIN LATERAL ("
           "  SELECT string_agg(timestamptz_send(s.occurred_at) "
           "    || int8send(coalesce(" DIMENSION_OF("8", "s") ", 0)) "
           "    || int8send(coalesce(" DIMENSION_OF("9", "s") ", 0)) "
           "    || CASE WHEN s.source IS NULL OR s.source = ANY ($12::int8[]) "
           "      THEN '\\x01'::bytea ELSE '\\x00'::bytea END, "
           "    ''::bytea ORDER BY s.occurred_at, s.touch_id) AS steps "
           "  FROM touch s "
           "  WHERE true "
           IN_WINDOW("10")
           ") t ON true "
           EARLIEST
           "WHERE l.workspace_id = $1 AND l.status <> 'merged' AND m.at IS NOT NULL "
           "AND m.at >= p.lo AND m.at < p.hi "
           "ORDER BY m.at, l.lead_id "
           "LIMIT $13",
    .index = "touch_of_lead",
};

/* The leads of rows, by the date of their first touch.
 * $1 to $6 as above, $7 and $8 dimensions or null, $9 interval or null, $10 whether of all rows, $11
 * time, $12 and $13 values of the row, 0 for none, $14 and $15 date and id of the last of the page
 * before, $16 limit */
static const struct statement ATTRIBUTION_LEADS = {
    .name = "attribution_leads",
    .sql = "WITH "
           PERIOD
           "SELECT f.at, f.lead_id "
           "FROM ("
           "  SELECT " FIRST_AT " AS at, l.lead_id, "
           TIME_OF(FIRST_AT, "9") " AS time, "
           "    coalesce(" DIMENSION_OF("7", "e") ", 0) AS d0, "
           "    coalesce(" DIMENSION_OF("8", "e") ", 0) AS d1 "
           "  FROM period p "
           "  CROSS JOIN lead l "
           EARLIEST
           "  WHERE l.workspace_id = $1 AND l.status <> 'merged' "
           "  AND " FIRST_AT " >= p.lo AND " FIRST_AT " < p.hi"
           ") f "
           "WHERE ($10::bool OR (f.time IS NOT DISTINCT FROM $11::text "
           "  AND f.d0 = $12::int8 AND f.d1 = $13::int8)) "
           "AND (f.at, f.lead_id) > ($14::timestamptz, $15::uuid) "
           "ORDER BY f.at, f.lead_id "
           "LIMIT $16",
    .index = "touch_of_lead",
};

/* $1 workspace, $2 dimension, $3 values */
static const struct statement ATTRIBUTION_WORDS = {
    .name = "attribution_words",
    .sql = "SELECT "
           WORD_OF("2", "u.id") " "
           "FROM unnest($3::int8[]) WITH ORDINALITY u(id, n) "
           "ORDER BY u.n",
};

/* clang-format on */

const struct statement *const attribution_read_statements[] = {
    &ATTRIBUTION_PERIOD, &ATTRIBUTION_PARTS, &ATTRIBUTION_JOURNEYS,
    &ATTRIBUTION_LEADS,  &ATTRIBUTION_WORDS, NULL,
};

static void put_end(struct pg_params *params, const struct period_end *end)
{
    pg_params_instant(params, end->at);
    pg_params_text(params, end->date);
}

static void put_period(struct read_query *query, const struct read *read,
                       const struct attribution_query *what, const struct period *period)
{
    read_params(query, read);
    pg_params_text(&query->params, what->timezone);
    put_end(&query->params, &period->from);
    put_end(&query->params, &period->to);
}

static void put_dimensions(struct pg_params *params, const struct attribution_query *what)
{
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        pg_params_text(params, i < what->dimension_count ? attribution_cut_name(what->dimensions[i])
                                                         : NULL);
}

static void put_window(struct pg_params *params, const struct attribution_query *what)
{
    if (what->window_days == 0)
        pg_params_null(params);
    else
        pg_params_int4(params, what->window_days);
}

static void put_query(struct pg_params *params, const struct attribution_query *what)
{
    pg_params_text(params, milestone_name(what->milestone));
    pg_params_text(params, credit_model_name(what->model));
    put_dimensions(params, what);
    put_window(params, what);
    pg_params_text(params, what->interval);
    pg_params_int8(params, PARTS_MAX + 1);
}

/* What the database has counted: leads, and of first and last the conversions. */
static enum err take_parts(const struct read *read, const struct pg_result *result,
                           struct attribution_part *parts)
{
    for (int row = 0; row < pg_rows(result); row++) {
        parts[row] = (struct attribution_part){
            .conversions = pg_get_bool(result, row, 0),
            .time = pg_copy_text(result, row, 1, read->arena),
            .values = {pg_copy_text(result, row, 2, read->arena),
                       pg_copy_text(result, row, 3, read->arena)},
            .standing = (enum attribution_standing)pg_get_int4(result, row, 4),
            .currency = pg_copy_text(result, row, 5, read->arena),
            .count = pg_get_int8(result, row, 6),
            .amount_minor = pg_get_int8(result, row, 7),
        };
        parts[row].credit = parts[row].count * CREDIT_ONE;
    }
    return arena_failed(read->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

/* ---- journeys ---- */

/* The memory that one conversion's touches may take: some 100,000. */
#define SCRATCH_MAX_BYTES ((size_t)16 << 20)

#define STEP_BYTES (8 + 8 * ATTRIBUTION_DIMENSIONS_MAX + 1)

/* Of ATTRIBUTION_JOURNEYS. */
enum {
    AT_TIME,
    AT_LEAD,
    AT_MILESTONE,
    AT_REACHED,
    AT_AMOUNT = AT_REACHED + MILESTONE_COUNT,
    AT_CURRENCY,
    AT_STEPS,
    AT_EARLIEST,
    AT_EARLIEST_VALUES
};

static bool reads_journeys(const struct attribution_query *query)
{
    return query->model != CREDIT_FIRST && query->model != CREDIT_LAST;
}

static void put_journeys(struct pg_params *params, const struct attribution_query *what)
{
    static const char *const direct[] = {"direct", "(direct)"};
    struct pg_array ids;

    pg_params_text(params, milestone_name(what->milestone));
    put_dimensions(params, what);
    put_window(params, what);
    pg_params_text(params, what->interval);
    pg_array_begin(&ids, params->arena, PG_INT8, 2);
    for (size_t i = 0; i < sizeof direct / sizeof *direct; i++)
        pg_array_int8(&ids, dimension_id(DIMENSION_SOURCE, direct[i]));
    pg_params_array(params, &ids);
    pg_params_int8(params, ATTRIBUTION_JOURNEYS_MAX + 1);
}

static int64_t number_at(const uint8_t *bytes)
{
    uint64_t big;

    memcpy(&big, bytes, sizeof big);
    return (int64_t)be64toh(big);
}

static struct journey_step step_at(const uint8_t *bytes)
{
    struct journey_step step = {.at = number_at(bytes) + PG_EPOCH,
                                .direct = bytes[STEP_BYTES - 1] != 0};

    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        step.values[i] = number_at(bytes + 8 * (i + 1));
    return step;
}

/* The touches that count; without any, the earliest if it came late. */
static void take_steps(const struct pg_result *result, int row, struct journey_step *steps,
                       size_t len, const uint8_t *bytes, struct conversion *out)
{
    for (; out->count < len / STEP_BYTES; out->count++)
        steps[out->count] = step_at(bytes + out->count * STEP_BYTES);
    if (out->count > 0 || pg_is_null(result, row, AT_EARLIEST)) {
        out->standing = out->count > 0 ? STANDING_CREDITED : STANDING_UNTOUCHED;
        return;
    }
    out->standing = STANDING_OUTSIDE;
    if (pg_get_instant(result, row, AT_EARLIEST) <= out->at)
        return;
    steps[0] = (struct journey_step){.at = out->at};
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        steps[0].values[i] = pg_get_int8(result, row, AT_EARLIEST_VALUES + i);
    out->standing = STANDING_LATE;
    out->count = 1;
}

/* Its steps live in the scratch memory. False when that is short. */
static bool take_conversion(const struct read *read, const struct pg_result *result, int row,
                            struct arena *scratch, struct conversion *out)
{
    size_t len;
    const uint8_t *bytes = pg_get_bytea(result, row, AT_STEPS, &len);
    struct journey_step *steps = ARENA_ARRAY(scratch, struct journey_step, len / STEP_BYTES + 1);

    *out = (struct conversion){
        .time = pg_copy_text(result, row, AT_TIME, read->arena),
        .at = pg_get_instant(result, row, AT_MILESTONE),
        .steps = steps,
        .amount_minor = pg_get_int8(result, row, AT_AMOUNT),
        .currency = pg_copy_text(result, row, AT_CURRENCY, read->arena),
    };

    if (steps == NULL)
        return false;
    for (int i = 0; i < MILESTONE_COUNT; i++)
        out->reached[i] = pg_get_instant(result, row, AT_REACHED + i);
    take_steps(result, row, steps, bytes == NULL ? 0 : len, bytes, out);
    return true;
}

static bool add_journey(const struct read *read, const struct pg_result *result, int row,
                        struct arena *scratch, struct journeys *journeys)
{
    struct conversion conversion;

    if (!take_conversion(read, result, row, scratch, &conversion))
        return false;
    journeys_add(journeys, &conversion);
    arena_clear(scratch);
    return true;
}

/* The parts of the journeys stand one after the other for each of the values' columns. */
static struct read_query ask_words(const struct read *read, const struct attribution_query *query,
                                   const struct journeys_part *parts, size_t count, int column)
{
    struct read_query ask = {.statement = &ATTRIBUTION_WORDS};
    struct pg_array ids;

    read_params(&ask, read);
    pg_params_text(&ask.params, column < query->dimension_count
                                    ? attribution_cut_name(query->dimensions[column])
                                    : NULL);
    pg_array_begin(&ids, read->arena, PG_INT8, count);
    for (size_t i = 0; i < count; i++)
        pg_array_int8(&ids, parts[i].values[column]);
    pg_params_array(&ask.params, &ids);
    return ask;
}

static const char *word_of(const struct read *read, const struct pg_result *words, size_t place,
                           int64_t value)
{
    return value == JOURNEYS_OTHER ? ATTRIBUTION_OTHER
                                   : pg_copy_text(words, (int)place, 0, read->arena);
}

static enum err name_parts(const struct read *read, const struct attribution_query *query,
                           const struct journeys_part *from, size_t count,
                           struct attribution_part *out)
{
    struct read_query words[ATTRIBUTION_DIMENSIONS_MAX];

    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        words[i] = ask_words(read, query, from, count, i);
    enum err err = read_run(read, words, ATTRIBUTION_DIMENSIONS_MAX);
    for (size_t i = 0; err == ERR_NONE && i < count; i++) {
        out[i] = (struct attribution_part){
            .conversions = true,
            .time = from[i].time,
            .standing = from[i].standing,
            .currency = from[i].currency,
            .count = from[i].count,
            .credit = from[i].credit,
            .amount_minor = from[i].amount_minor,
        };
        for (int column = 0; column < ATTRIBUTION_DIMENSIONS_MAX; column++)
            out[i].values[column] = word_of(read, words[column].result, i, from[i].values[column]);
    }
    return err;
}

static enum err share_journeys(const struct read *read, const struct attribution_query *query,
                               const struct pg_result *result, const struct journeys_part **parts,
                               size_t *count)
{
    struct arena *scratch = arena_new(SCRATCH_MAX_BYTES);
    struct journeys *journeys = journeys_new(query->model, query->half_life_days, read->arena);
    bool whole = scratch != NULL && journeys != NULL;

    for (int row = 0; whole && row < pg_rows(result); row++)
        whole = add_journey(read, result, row, scratch, journeys);
    if (journeys != NULL)
        whole = journeys_end(journeys, parts, count) && whole;
    arena_free(scratch);
    return whole ? ERR_NONE : ERR_OUT_OF_MEMORY;
}

/* What one model makes of the journeys. */
struct shared {
    const struct journeys_part *parts;
    size_t count;
};

static enum err read_conversions(const struct read *read, const struct attribution_query *query,
                                 const enum credit_model *models, size_t model_count,
                                 const struct period *period, struct shared *out)
{
    struct read_query ask = {.statement = &ATTRIBUTION_JOURNEYS};

    put_period(&ask, read, query, period);
    put_journeys(&ask.params, query);
    enum err err = read_run(read, &ask, 1);
    if (err == ERR_NONE && pg_rows(ask.result) > ATTRIBUTION_JOURNEYS_MAX)
        err = ERR_UNPROCESSABLE;
    for (size_t i = 0; err == ERR_NONE && i < model_count; i++) {
        struct attribution_query of_model = *query;
        of_model.model = models[i];
        err = share_journeys(read, &of_model, ask.result, &out[i].parts, &out[i].count);
    }
    return read_end(read, err);
}

/* ---- all together ---- */

static enum err read_leads(const struct read *read, const struct attribution_query *query,
                           const struct period *period, struct attribution_part **parts,
                           size_t *count, instant *from, instant *to)
{
    struct read_query queries[] = {{.statement = &ATTRIBUTION_PERIOD},
                                   {.statement = &ATTRIBUTION_PARTS}};

    put_period(&queries[0], read, query, period);
    put_period(&queries[1], read, query, period);
    put_query(&queries[1].params, query);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE) {
        *from = pg_get_instant(queries[0].result, 0, 0);
        *to = pg_get_instant(queries[0].result, 0, 1);
        *count = (size_t)pg_rows(queries[1].result);
        *parts = ARENA_ARRAY(read->arena, struct attribution_part, *count + 1);
        if (*count > PARTS_MAX)
            err = ERR_LIMIT_REACHED;
        else if (*parts != NULL)
            err = take_parts(read, queries[1].result, *parts);
    }
    return read_end(read, err);
}

/* What the database has counted, and what a model has shared, as one answer. */
static enum err make_answer(const struct read *read, const struct attribution_query *query,
                            const struct attribution_part *counted, size_t count,
                            const struct shared *shared, struct attribution *out)
{
    struct attribution_part *parts =
        ARENA_ARRAY(read->arena, struct attribution_part, count + shared->count + 1);
    enum err err = parts == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    if (err == ERR_NONE && count > 0)
        memcpy(parts, counted, count * sizeof *parts);
    if (err == ERR_NONE && shared->count > 0)
        err = read_end(read, name_parts(read, query, shared->parts, shared->count, parts + count));
    return err == ERR_NONE ? attribution_make(query, parts, count + shared->count, read->arena, out)
                           : err;
}

enum err attribution_read(const struct read *read, const struct attribution_query *query,
                          const enum credit_model *models, size_t model_count,
                          const struct period *period, struct attribution *out, instant *from,
                          instant *to)
{
    struct attribution_query of_model = *query;
    struct shared shared[CREDIT_MODEL_COUNT] = {{NULL, 0}};
    struct attribution_part *counted = NULL;
    size_t count = 0;
    enum err err = ERR_NONE;

    /* several stand on the same journeys, so that they are of the same conversions */
    of_model.model = model_count > 1 ? CREDIT_LINEAR : models[0];
    if (reads_journeys(&of_model))
        err = read_conversions(read, query, models, model_count, period, shared);
    if (err == ERR_NONE)
        err = read_leads(read, &of_model, period, &counted, &count, from, to);
    for (size_t i = 0; err == ERR_NONE && i < model_count; i++) {
        of_model.model = models[i];
        err = make_answer(read, &of_model, counted, count, &shared[i], &out[i]);
    }
    return err;
}

/* ---- what a number opens to ---- */

/* The place among a CASE of DIMENSION_OF, from 1; 0: none of them. */
static int64_t place_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int64_t)i + 1;
    return 0;
}

/* As DIMENSION_OF has it; a word that is nobody's has an id that no touch has. */
static int64_t value_of(enum attribution_cut cut, const char *word)
{
    static const char *const functions[] = {"marketing", "sales", "other"};
    static const char *const directions[] = {"inbound", "outbound"};
    static const enum dimension dimensions[] = {[CUT_SOURCE] = DIMENSION_SOURCE,
                                                [CUT_MEDIUM] = DIMENSION_MEDIUM,
                                                [CUT_CAMPAIGN] = DIMENSION_CAMPAIGN,
                                                [CUT_CHANNEL] = DIMENSION_CHANNEL,
                                                [CUT_CONTENT] = DIMENSION_CONTENT};

    if (word == NULL)
        return 0;
    if (cut == CUT_FUNCTION)
        return place_of(word, functions, 3);
    if (cut == CUT_DIRECTION)
        return place_of(word, directions, 2);
    return dimension_id(dimensions[cut], word);
}

static void values_of(const struct attribution_query *query, const struct attribution_cell *cell,
                      int64_t *out)
{
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        out[i] = i < query->dimension_count ? value_of(query->dimensions[i], cell->values[i]) : 0;
}

static bool is_same_time(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The credit of the row in its chain, which its journeys share alike: no one of them made it. */
static int64_t chained(const struct journeys_part *parts, size_t count,
                       const struct attribution_cell *cell, const int64_t *values)
{
    int64_t credit = 0;

    for (size_t i = 0; i < count; i++)
        if (parts[i].standing == STANDING_CREDITED && is_same_time(parts[i].time, cell->time) &&
            memcmp(parts[i].values, values, sizeof parts[i].values) == 0)
            credit += parts[i].credit;
    return credit;
}

struct opening {
    const struct read *read;
    const struct attribution_query *query;
    const struct attribution_cell *cell;
    const struct pg_result *result;
    struct journeys *journeys;
    struct arena *scratch;
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX];
    int64_t chained;         /* of markov: the credit of the cell, … */
    int64_t sharing, shared; /* … how many conversions share it, and how many have had their part */
};

static bool is_of_cell(const struct opening *it, const struct conversion *conversion)
{
    return it->cell->whole || is_same_time(conversion->time, it->cell->time);
}

static bool share_of(struct opening *it, const struct conversion *conversion,
                     struct attribution_item *out)
{
    out->currency = conversion->currency;
    if (it->cell->whole) {
        out->share = CREDIT_ONE;
        out->amount_minor = conversion->amount_minor;
        return true;
    }
    if (it->query->model != CREDIT_MARKOV || conversion->count == 0)
        return journeys_share_of(it->journeys, conversion, it->values, &out->share,
                                 &out->amount_minor);
    out->currency = NULL;
    if (!journeys_came_by(conversion, it->values))
        return true;
    out->share = it->chained / it->sharing + (it->shared < it->chained % it->sharing);
    it->shared++;
    return true;
}

/* How many conversions share the credit of a chain. */
static bool count_sharing(struct opening *it)
{
    struct conversion conversion;

    for (int row = 0; row < pg_rows(it->result); row++) {
        if (!take_conversion(it->read, it->result, row, it->scratch, &conversion))
            return false;
        it->sharing += is_of_cell(it, &conversion) && journeys_came_by(&conversion, it->values);
        arena_clear(it->scratch);
    }
    return true;
}

static bool is_after(const struct attribution_item *item, const struct attribution_item *place)
{
    if (place == NULL || item->at != place->at)
        return place == NULL || item->at > place->at;
    return uuid_compare(item->lead, place->lead) > 0;
}

static bool list_items(struct opening *it, const struct attribution_item *after, int limit,
                       struct attribution_items *out)
{
    struct conversion conversion;

    for (int row = 0; row < pg_rows(it->result) && !out->more; row++) {
        struct attribution_item item = {.lead = pg_get_uuid(it->result, row, AT_LEAD)};
        if (!take_conversion(it->read, it->result, row, it->scratch, &conversion))
            return false;
        item.at = conversion.at;
        if (is_of_cell(it, &conversion) && !share_of(it, &conversion, &item))
            return false;
        arena_clear(it->scratch);
        if (item.share == 0 || !is_after(&item, after))
            continue;
        out->more = out->count == (size_t)limit;
        if (!out->more)
            out->items[out->count++] = item;
    }
    return true;
}

static bool open_conversions(struct opening *it, const struct attribution_item *after, int limit,
                             struct attribution_items *out)
{
    const struct journeys_part *parts;
    size_t count;
    bool whole = true;

    if (it->query->model == CREDIT_MARKOV && !it->cell->whole) {
        for (int row = 0; whole && row < pg_rows(it->result); row++)
            whole = add_journey(it->read, it->result, row, it->scratch, it->journeys);
        whole = journeys_end(it->journeys, &parts, &count) && whole && count_sharing(it);
        it->chained = whole ? chained(parts, count, it->cell, it->values) : 0;
        it->journeys = journeys_new(CREDIT_LAST, ATTRIBUTION_HALF_LIFE_DAYS, it->read->arena);
    }
    whole = whole && it->journeys != NULL && list_items(it, after, limit, out);
    return it->journeys != NULL && journeys_end(it->journeys, &parts, &count) && whole;
}

static enum err read_shares(const struct read *read, const struct attribution_query *query,
                            const struct period *period, const struct attribution_cell *cell,
                            const struct attribution_item *after, int limit,
                            struct attribution_items *out)
{
    struct read_query ask = {.statement = &ATTRIBUTION_JOURNEYS};
    struct opening it = {.read = read, .query = query, .cell = cell};

    put_period(&ask, read, query, period);
    put_journeys(&ask.params, query);
    enum err err = read_run(read, &ask, 1);
    if (err != ERR_NONE)
        return err;
    if (pg_rows(ask.result) > ATTRIBUTION_JOURNEYS_MAX)
        return ERR_UNPROCESSABLE;
    values_of(query, cell, it.values);
    it.result = ask.result;
    it.scratch = arena_new(SCRATCH_MAX_BYTES);
    it.journeys = journeys_new(query->model, query->half_life_days, read->arena);
    bool whole = it.scratch != NULL && it.journeys != NULL && out->items != NULL &&
                 open_conversions(&it, after, limit, out);
    arena_free(it.scratch);
    return whole ? ERR_NONE : ERR_OUT_OF_MEMORY;
}

static enum err read_first_touched(const struct read *read, const struct attribution_query *query,
                                   const struct period *period, const struct attribution_cell *cell,
                                   const struct attribution_item *after, int limit,
                                   struct attribution_items *out)
{
    struct read_query ask = {.statement = &ATTRIBUTION_LEADS};
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX];

    values_of(query, cell, values);
    put_period(&ask, read, query, period);
    put_dimensions(&ask.params, query);
    pg_params_text(&ask.params, query->interval);
    pg_params_bool(&ask.params, cell->whole);
    pg_params_text(&ask.params, cell->time);
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        pg_params_int8(&ask.params, values[i]);
    pg_params_instant(&ask.params, after == NULL ? READ_INSTANT_MIN : after->at);
    pg_params_uuid(&ask.params, after == NULL ? READ_ID_MIN : after->lead);
    pg_params_int8(&ask.params, limit + 1);
    enum err err = read_run(read, &ask, 1);
    int rows = err == ERR_NONE ? pg_rows(ask.result) : 0;
    out->more = rows > limit;
    for (int row = 0; out->items != NULL && row < rows && row < limit; row++)
        out->items[out->count++] = (struct attribution_item){
            .at = pg_get_instant(ask.result, row, 0),
            .lead = pg_get_uuid(ask.result, row, 1),
            .share = CREDIT_ONE,
        };
    return err;
}

enum err attribution_read_leads(const struct read *read, const struct attribution_query *query,
                                const struct period *period, const struct attribution_cell *cell,
                                const struct attribution_item *after, int limit,
                                struct attribution_items *out)
{
    *out = (struct attribution_items){
        .items = ARENA_ARRAY(read->arena, struct attribution_item, (size_t)limit + 1)};
    return read_end(read, cell->leads
                              ? read_first_touched(read, query, period, cell, after, limit, out)
                              : read_shares(read, query, period, cell, after, limit, out));
}
