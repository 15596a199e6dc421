#include "store/read/conversions_read.h"

#include "store/read/attribution_sql.h"

#include <endian.h>
#include <string.h>

/* clang-format off */

/* Each conversion of the period with its touches in one piece of bytes, oldest first (STEP_BYTES each:
 * moment, two values, whether it is direct), and with the earliest one when none of them counts.
 * $1 to $6 as above, $7 milestone, $8 and $9 dimensions or null, $10 window in days or null,
 * $11 interval or null, $12 the sources that are direct, $13 limit, $14 kinds that count or null */
static const struct statement ATTRIBUTION_JOURNEYS = {
    .name = "attribution_journeys",
    .sql = "WITH "
           PERIOD
           "SELECT "
           TIME_OF("m.at", "11") ", "
           "  l.lead_id, m.at, l.mql_at, l.sal_at, l.sql_at, l.opportunity_at, l.customer_at, "
           "  l.amount_minor, l.amount_currency, " IN_PIPELINE ", t.steps, e.occurred_at, "
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
           IN_WINDOW("10", "14")
           ") t ON true "
           EARLIEST("14")
           "WHERE l.workspace_id = $1 AND l.status <> 'merged' AND m.at IS NOT NULL "
           "AND m.at >= p.lo AND m.at < p.hi "
           "ORDER BY m.at, l.lead_id "
           "LIMIT $13",
    .index = "touch_of_lead",
};

/* clang-format on */

const struct statement *const conversions_read_statements[] = {&ATTRIBUTION_JOURNEYS, NULL};

#define STEP_BYTES (8 + 8 * ATTRIBUTION_DIMENSIONS_MAX + 1)

/* Of ATTRIBUTION_JOURNEYS. */
enum {
    AT_TIME,
    AT_LEAD,
    AT_MILESTONE,
    AT_REACHED,
    AT_AMOUNT = AT_REACHED + MILESTONE_COUNT,
    AT_CURRENCY,
    AT_PIPELINE,
    AT_STEPS,
    AT_EARLIEST,
    AT_EARLIEST_VALUES
};

static void put_journeys(struct pg_params *params, const struct attribution_query *what)
{
    const struct attribution_setup *setup = what->setup;
    struct pg_array ids;

    pg_params_text(params, milestone_name(what->milestone));
    attribution_ask_dimensions(params, what);
    attribution_ask_window(params, what);
    pg_params_text(params, what->interval);
    pg_array_begin(&ids, params->arena, PG_INT8, setup->direct_count);
    for (size_t i = 0; i < setup->direct_count; i++)
        pg_array_int8(&ids, dimension_id(DIMENSION_SOURCE, setup->direct[i]));
    pg_params_array(params, &ids);
    pg_params_int8(params, ATTRIBUTION_JOURNEYS_MAX + 1);
    attribution_ask_kinds(params, what);
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

bool conversions_take(const struct read *read, const struct pg_result *result, int row,
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
    if (out->reached[MILESTONE_CUSTOMER] != INSTANT_NONE)
        out->money = JOURNEY_MONEY_WON;
    else if (pg_get_bool(result, row, AT_PIPELINE))
        out->money = JOURNEY_MONEY_PIPELINE;
    take_steps(result, row, steps, bytes == NULL ? 0 : len, bytes, out);
    return true;
}

bool conversions_add(const struct read *read, const struct pg_result *result, struct arena *scratch,
                     struct journeys *journeys)
{
    struct conversion conversion;

    for (int row = 0; row < pg_rows(result); row++) {
        if (!conversions_take(read, result, row, scratch, &conversion))
            return false;
        journeys_add(journeys, &conversion);
        arena_clear(scratch);
    }
    return true;
}

struct uuid conversions_lead(const struct pg_result *result, int row)
{
    return pg_get_uuid(result, row, AT_LEAD);
}

enum err conversions_read(const struct read *read, const struct attribution_ask *ask,
                          const struct pg_result **out)
{
    struct read_query query = {.statement = &ATTRIBUTION_JOURNEYS};

    attribution_ask_begin(&query, read, ask);
    put_journeys(&query.params, &ask->query);
    enum err err = read_run(read, &query, 1);
    *out = query.result;
    return err == ERR_NONE && pg_rows(*out) > ATTRIBUTION_JOURNEYS_MAX ? ERR_UNPROCESSABLE : err;
}
