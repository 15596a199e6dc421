#include "store/read/stages_read.h"

#include "core/attribution/rollup_reports.h"
#include "store/read/report_counted.h"

#include <string.h>

/* clang-format off */

/* Who is called qualified by a sender, and never was. */
#define CLAIMED                                                               \
           "l.status = 'active' "                                             \
           "AND l.claimed_stage IN "                                          \
           "  ('mql', 'srl', 'sal', 'sql', 'opportunity', 'customer') "       \
           "AND num_nonnulls(l.mql_at, l.sal_at, l.sql_at, l.opportunity_at, l.customer_at) = 0 " \
           "AND NOT EXISTS ("                                                 \
           "  SELECT "                                                        \
           "  FROM verdict v "                                                \
           "  WHERE v.workspace_id = $1 AND v.lead_id = l.lead_id AND v.result = 'qualified')"

/* As the index lead_begun has it. */
#define BEGUN "(CASE WHEN l.first_touch_at IS NULL THEN l.created_at ELSE l.first_touch_at END)"

/* $1 workspace, $2 from, $3 to */
static const struct statement STAGES_OF_PERIOD = {
    .name = "stages_of_period",
    .sql = "SELECT l.stage, "
           "  count(*) FILTER (WHERE l.status = 'active'), "
           "  count(l.mql_at), count(l.sal_at), count(l.sql_at), "
           "  count(l.opportunity_at), count(l.customer_at), "
           "  count(*) FILTER (WHERE " CLAIMED ") "
           "FROM lead l "
           "WHERE l.workspace_id = $1 AND l.status <> 'merged' "
           "AND " BEGUN " >= $2 AND " BEGUN " < $3 "
           "GROUP BY l.stage",
};

#define REACHED(at) \
           "(SELECT count(*) FROM lead WHERE workspace_id = $1 AND " at " IS NOT NULL AND status <> 'merged')"

/* Of all leads, each number by an index alone; the last row counts for every stage.
 * $1 workspace */
static const struct statement STAGES = {
    .name = "stages",
    .sql = "SELECT stage::text, count(*), 0::int8, 0::int8, 0::int8, 0::int8, 0::int8, 0::int8 "
           "FROM lead "
           "WHERE workspace_id = $1 AND status = 'active' "
           "GROUP BY stage "
           "UNION ALL "
           "SELECT 'inquiry', 0, "
           REACHED("mql_at") ", "
           REACHED("sal_at") ", "
           REACHED("sql_at") ", "
           REACHED("opportunity_at") ", "
           REACHED("customer_at") ", "
           "(SELECT count(*) FROM lead l WHERE l.workspace_id = $1 AND " CLAIMED ")",
};

/* Each range is one of the index, as in report_counted.c.
 * $1 workspace, $2 what, $3 and $4 first day of the whole months and of the one after them, $5 and $6
 * first day and the one after the last, $7 setup of reports, $8 no cut */
static const struct statement STAGES_COUNTED = {
    .name = "stages_counted",
    .sql = "SELECT w.what, r.value_a, sum(r.count)::int8 "
           "FROM unnest($2::int4[]) w(what) "
           "CROSS JOIN (VALUES (1::int2, $3::int4, $4::int4), "
           "  (0::int2, $5::int4, least($3::int4, $6::int4)), "
           "  (0::int2, greatest($4::int4, $5::int4), $6::int4)) g(grain, lo, hi) "
           "CROSS JOIN LATERAL ("
           "  SELECT value_a, count "
           "  FROM rollup "
           "  WHERE workspace_id = $1 AND setup_id = $7 AND version = 1 AND what = w.what "
           "  AND cut = $8 AND grain = g.grain AND day >= g.lo AND day < g.hi "
           "  OFFSET 0"
           ") r "
           "GROUP BY 1, 2",
    .index = "rollup_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const stages_read_statements[] = {&STAGES_OF_PERIOD, &STAGES,
                                                          &STAGES_COUNTED, NULL};

/* ---- from the leads ---- */

static enum err take_stage(const struct pg_result *result, int row, struct stages *out)
{
    enum stage stage;

    if (!stage_parse(pg_get_text(result, row, 0, NULL), &stage))
        return ERR_INTERNAL;
    out->standing[stage] += pg_get_int8(result, row, 1);
    out->leads += pg_get_int8(result, row, 1);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        out->reached[i] += pg_get_int8(result, row, 2 + i);
    out->claimed_not_qualified += pg_get_int8(result, row, 2 + MILESTONE_COUNT);
    return ERR_NONE;
}

enum err stages_read_leads(const struct read *read, instant from, instant to, struct stages *out)
{
    bool all = from == INSTANT_NONE && to == INSTANT_NONE;
    struct read_query query = {.statement = all ? &STAGES : &STAGES_OF_PERIOD};

    *out = (struct stages){0};
    read_params(&query, read);
    if (!all) {
        pg_params_instant(&query.params, read_or(from, READ_INSTANT_MIN));
        pg_params_instant(&query.params, read_or(to, READ_INSTANT_MAX));
    }
    enum err err = read_run(read, &query, 1);
    for (int row = 0; err == ERR_NONE && row < pg_rows(query.result); row++)
        err = take_stage(query.result, row, out);
    return read_end(read, err);
}

/* ---- from what is kept counted ---- */

static void put_counted(struct read_query *query, const struct rollup_days *days)
{
    struct pg_array what;

    pg_array_begin(&what, query->params.arena, PG_INT4, MILESTONE_COUNT + 2);
    pg_array_int4(&what, ROLLUP_OTHER(REPORTED_STANDING));
    pg_array_int4(&what, ROLLUP_OTHER(REPORTED_CLAIMED));
    for (int i = 0; i < MILESTONE_COUNT; i++)
        pg_array_int4(&what, ROLLUP_COHORT(REPORTED_REACHED + i));
    pg_params_array(&query->params, &what);
    pg_params_int4(&query->params, days->months_first);
    pg_params_int4(&query->params, days->months_end);
    pg_params_int4(&query->params, days->first);
    pg_params_int4(&query->params, days->end);
    pg_params_int8(&query->params, ROLLUP_REPORTS_SETUP);
    pg_params_int4(&query->params, ROLLUP_UNCUT);
}

static enum err take_counted(const struct pg_result *result, int row, struct stages *out)
{
    int what = pg_get_int4(result, row, 0);
    int64_t stage = pg_get_int8(result, row, 1) - 1, count = pg_get_int8(result, row, 2);

    if (what == ROLLUP_OTHER(REPORTED_CLAIMED)) {
        out->claimed_not_qualified += count;
    } else if (what != ROLLUP_OTHER(REPORTED_STANDING)) {
        out->reached[what - ROLLUP_COHORT(REPORTED_REACHED)] += count;
    } else if (stage >= 0 && stage < STAGE_COUNT) {
        out->standing[stage] += count;
        out->leads += count;
    } else {
        return ERR_INTERNAL;
    }
    return ERR_NONE;
}

static enum err read_counted(const struct read *read, instant from, instant to, struct stages *out)
{
    struct rollup_days days = {
        .first = from == INSTANT_NONE ? INT32_MIN : (int32_t)(from / INSTANT_DAY),
        .end = to == INSTANT_NONE ? INT32_MAX : (int32_t)(to / INSTANT_DAY),
    };
    struct read_query query = {.statement = &STAGES_COUNTED};

    days.months_first = days.months_end = days.end;
    rollup_days_by_months(&days);
    *out = (struct stages){0};
    read_params(&query, read);
    put_counted(&query, &days);
    enum err err = read_run(read, &query, 1);
    for (int row = 0; err == ERR_NONE && row < pg_rows(query.result); row++)
        err = take_counted(query.result, row, out);
    return read_end(read, err);
}

static bool is_day(instant at)
{
    return at == INSTANT_NONE || at % INSTANT_DAY == 0;
}

enum err stages_read(const struct read *read, instant from, instant to, struct stages *out)
{
    bool current = false;

    if (is_day(from) && is_day(to)) {
        enum err err = report_counted_catch_up(read, &current);
        if (err != ERR_NONE)
            return err;
    }
    return current ? read_counted(read, from, to, out) : stages_read_leads(read, from, to, out);
}
