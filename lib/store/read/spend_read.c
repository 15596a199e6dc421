#include "store/read/spend_read.h"

#include "store/read/attribution_sql.h"

/* clang-format off */

/* When a day of a campaign's record begins, on the clock of the time zone. */
#define SPENT_AT "((s->>'day')::date::timestamp AT TIME ZONE $2::text)"

/* $1 workspace, $2 time zone, $3 and $4 one end, $5 and $6 the other, $7 and $8 dimensions or null,
 * $9 interval or null, $10 whether by campaign alone, $11 limit */
static const struct statement ATTRIBUTION_SPEND = {
    .name = "attribution_spend",
    .sql = "WITH "
           PERIOD
           ", spent AS ("
           "  SELECT "
           TIME_OF("t.occurred_at", "9") " AS time, "
           "(" DIMENSION_OF("7", "t") ")::int8 AS d0, "
           "(" DIMENSION_OF("8", "t") ")::int8 AS d1, "
           "    t.cost_currency::text AS currency, sum(t.cost_minor) AS minor "
           "  FROM period p "
           "  CROSS JOIN touch t "
           "  WHERE t.workspace_id = $1 AND t.cost_minor IS NOT NULL "
           "  AND t.occurred_at >= p.lo AND t.occurred_at < p.hi "
           "  AND NOT ($10::bool AND EXISTS ("
           "    SELECT "
           "    FROM campaign c "
           "    WHERE c.workspace_id = $1 AND c.campaign_id = t.campaign "
           "    AND json_array_length(c.record->'spend') > 0)) "
           "  GROUP BY 1, 2, 3, 4 "
           "  UNION ALL "
           "  SELECT "
           TIME_OF(SPENT_AT, "9") ", "
           "    c.campaign_id, NULL, c.record->'budget'->>'currency', sum((s->>'minor')::int8) "
           "  FROM period p "
           "  CROSS JOIN campaign c "
           "  CROSS JOIN LATERAL json_array_elements(c.record->'spend') s "
           "  WHERE $10::bool AND c.workspace_id = $1 "
           "  AND " SPENT_AT " >= p.lo AND " SPENT_AT " < p.hi "
           "  GROUP BY 1, 2, 4"
           ") "
           "SELECT g.time, "
           WORD_OF("7", "g.d0") ", "
           WORD_OF("8", "g.d1") ", "
           "  g.currency, least(g.minor, 9007199254740991)::int8 "
           "FROM spent g "
           "LIMIT $11",
    .index = "touch_with_cost",
};

/* clang-format on */

const struct statement *const spend_read_statements[] = {&ATTRIBUTION_SPEND, NULL};

static bool is_by_campaign(const struct attribution_query *query)
{
    return query->dimension_count == 1 && query->dimensions[0] == CUT_CAMPAIGN;
}

static struct attribution_spend take(const struct read *read, const struct pg_result *result,
                                     int row)
{
    return (struct attribution_spend){
        .time = pg_copy_text(result, row, 0, read->arena),
        .values = {pg_copy_text(result, row, 1, read->arena),
                   pg_copy_text(result, row, 2, read->arena)},
        .currency = pg_copy_text(result, row, 3, read->arena),
        .minor = pg_get_int8(result, row, 4),
    };
}

enum err spend_read(const struct read *read, const struct attribution_ask *ask,
                    struct attribution_spend **out, size_t *count)
{
    struct read_query query = {.statement = &ATTRIBUTION_SPEND};

    attribution_ask_begin(&query, read, ask);
    attribution_ask_dimensions(&query.params, &ask->query);
    pg_params_text(&query.params, ask->query.interval);
    pg_params_bool(&query.params, is_by_campaign(&ask->query));
    pg_params_int8(&query.params, ATTRIBUTION_ROWS_MAX + 1);
    enum err err = read_run(read, &query, 1);
    *count = err == ERR_NONE ? (size_t)pg_rows(query.result) : 0;
    *out = ARENA_ARRAY(read->arena, struct attribution_spend, *count + 1);
    if (*count > ATTRIBUTION_ROWS_MAX)
        err = ERR_LIMIT_REACHED;
    for (size_t i = 0; err == ERR_NONE && *out != NULL && i < *count; i++)
        (*out)[i] = take(read, query.result, (int)i);
    return read_end(read, err);
}
