#include "store/read/stages_read.h"

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

/* clang-format on */

const struct statement *const stages_read_statements[] = {&STAGES_OF_PERIOD, &STAGES, NULL};

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

enum err stages_read(const struct read *read, instant from, instant to, struct stages *out)
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
