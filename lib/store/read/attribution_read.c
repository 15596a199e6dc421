#include "store/read/attribution_read.h"

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
#define MONTH_OF(at)                                                          \
           "CASE WHEN $12::bool THEN to_char("                                \
           "  least(greatest(" at " AT TIME ZONE $2::text, '0001-01-01'), '9999-12-31'), " \
           "  'YYYY-MM-01') END"

#define DIMENSION_OF(number, touch)                                           \
           "CASE $" number "::text "                                          \
           "  WHEN 'source' THEN " touch ".source "                           \
           "  WHEN 'medium' THEN " touch ".medium "                           \
           "  WHEN 'campaign' THEN " touch ".campaign END"

#define FIRST_AT "coalesce(l.first_touch_at, l.created_at)"

#define EARLIEST                                                              \
           "  LEFT JOIN LATERAL ("                                            \
           "    SELECT * "                                                    \
           "    FROM touch "                                                  \
           "    WHERE workspace_id = $1 AND lead_id = l.lead_id "             \
           "    ORDER BY occurred_at, touch_id "                              \
           "    LIMIT 1"                                                      \
           "  ) e ON true "

/* At or before the milestone, and not older than the window. */
#define IN_WINDOW                                                             \
           "      AND workspace_id = $1 AND lead_id = l.lead_id "             \
           "      AND occurred_at <= m.at AND occurred_at >= "                \
           "        coalesce(m.at - $11::int4 * interval '24 hours', '-infinity') "

/* The touch that the model credits. Only one of the two halves runs. */
#define CHOSEN                                                                \
           "  LEFT JOIN LATERAL ("                                            \
           "    (SELECT * "                                                   \
           "      FROM touch "                                                \
           "      WHERE $8::text = 'first' "                                  \
           IN_WINDOW                                                          \
           "      ORDER BY occurred_at, touch_id "                            \
           "      LIMIT 1) "                                                  \
           "    UNION ALL "                                                   \
           "    (SELECT * "                                                   \
           "      FROM touch "                                                \
           "      WHERE $8::text = 'last' "                                   \
           IN_WINDOW                                                          \
           "      ORDER BY occurred_at DESC, touch_id DESC "                  \
           "      LIMIT 1)"                                                   \
           "  ) c ON true "

#define CREDITED(number)                                                      \
           "CASE WHEN c.touch_id IS NOT NULL THEN "                           \
           DIMENSION_OF(number, "c") " "                                      \
           "  WHEN e.occurred_at > m.at THEN "                                \
           DIMENSION_OF(number, "e") " END"

#define VALUE_OF(column)                                                      \
           "(SELECT value FROM dimension WHERE workspace_id = $1 AND dimension_id = g." column ")"

/* Erased leads still count, so that neither credit nor totals change. A lead that was merged away
 * counts as its survivor, which has its touches and milestones. The standings are those of enum
 * attribution_standing. Sums stay within what JSON numbers hold exactly.
 * $1 to $6 as above, $7 milestone, $8 model, $9 and $10 dimensions or null, $11 window in days or
 * null, $12 whether by months, $13 limit */
static const struct statement ATTRIBUTION_PARTS = {
    .name = "attribution_parts",
    .sql = "WITH "
           PERIOD
           ", parts AS ("
           "  SELECT false AS conversions, "
           MONTH_OF(FIRST_AT) " AS month, "
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
           MONTH_OF("m.at") ", "
           CREDITED("9") ", "
           CREDITED("10") ", "
           "    CASE WHEN c.touch_id IS NOT NULL THEN 0 "
           "      WHEN e.touch_id IS NULL THEN 3 "
           "      WHEN e.occurred_at > m.at THEN 1 "
           "      ELSE 2 END, "
           "    l.amount_currency, count(*), "
           "    least(sum(l.amount_minor), 9007199254740991)::int8 "
           "  FROM period p "
           "  CROSS JOIN lead l "
           "  CROSS JOIN LATERAL ("
           "    SELECT CASE $7::text "
           "      WHEN 'mql' THEN l.mql_at "
           "      WHEN 'sal' THEN l.sal_at "
           "      WHEN 'sql' THEN l.sql_at "
           "      WHEN 'opportunity' THEN l.opportunity_at "
           "      WHEN 'customer' THEN l.customer_at END AS at"
           "  ) m "
           EARLIEST
           CHOSEN
           "  WHERE l.workspace_id = $1 AND l.status <> 'merged' AND m.at IS NOT NULL "
           "  AND m.at >= p.lo AND m.at < p.hi "
           "  GROUP BY 2, 3, 4, 5, 6"
           ") "
           "SELECT g.conversions, g.month, "
           VALUE_OF("d0") ", "
           VALUE_OF("d1") ", "
           "  g.standing, g.currency, g.n, g.amount "
           "FROM parts g "
           "LIMIT $13",
    .index = "touch_of_lead",
};

/* clang-format on */

const struct statement *const attribution_read_statements[] = {
    &ATTRIBUTION_PERIOD,
    &ATTRIBUTION_PARTS,
    NULL,
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

static void put_query(struct pg_params *params, const struct attribution_query *what)
{
    pg_params_text(params, milestone_name(what->milestone));
    pg_params_text(params, attribution_model_name(what->model));
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        pg_params_text(params,
                       i < what->dimension_count ? dimension_name(what->dimensions[i]) : NULL);
    if (what->window_days == 0)
        pg_params_null(params);
    else
        pg_params_int4(params, what->window_days);
    pg_params_bool(params, what->monthly);
    pg_params_int8(params, PARTS_MAX + 1);
}

static enum err take_parts(const struct read *read, const struct pg_result *result,
                           const struct attribution_query *query, struct attribution *out)
{
    size_t count = (size_t)pg_rows(result);
    struct attribution_part *parts = ARENA_ARRAY(read->arena, struct attribution_part, count + 1);

    if (count > PARTS_MAX)
        return ERR_LIMIT_REACHED;
    for (size_t i = 0; parts != NULL && i < count; i++) {
        int row = (int)i;
        parts[i] = (struct attribution_part){
            .conversions = pg_get_bool(result, row, 0),
            .month = pg_copy_text(result, row, 1, read->arena),
            .values = {pg_copy_text(result, row, 2, read->arena),
                       pg_copy_text(result, row, 3, read->arena)},
            .standing = (enum attribution_standing)pg_get_int4(result, row, 4),
            .currency = pg_copy_text(result, row, 5, read->arena),
            .count = pg_get_int8(result, row, 6),
            .amount_minor = pg_get_int8(result, row, 7),
        };
    }
    if (arena_failed(read->arena))
        return ERR_OUT_OF_MEMORY;
    return attribution_make(query, parts, count, read->arena, out);
}

enum err attribution_read(const struct read *read, const struct attribution_query *query,
                          const struct period *period, struct attribution *out, instant *from,
                          instant *to)
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
        err = take_parts(read, queries[1].result, query, out);
    }
    return read_end(read, err);
}
