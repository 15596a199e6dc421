#include "store/read/stages_read.h"

#include <string.h>

/* clang-format off */

/* $1 workspace, $2 from, $3 to */
static const struct statement STAGES = {
    .name = "stages",
    .sql = "SELECT l.stage, "
           "  count(*) FILTER (WHERE l.status = 'active'), "
           "  count(l.mql_at), count(l.sal_at), count(l.sql_at), "
           "  count(l.opportunity_at), count(l.customer_at), "
           "  count(*) FILTER ("
           "    WHERE l.status = 'active' "
           "    AND l.claimed_stage IN "
           "      ('mql', 'srl', 'sal', 'sql', 'opportunity', 'customer') "
           "    AND coalesce(l.mql_at, l.sal_at, l.sql_at, l.opportunity_at, l.customer_at) IS NULL "
           "    AND NOT EXISTS ("
           "      SELECT "
           "      FROM verdict v "
           "      WHERE v.workspace_id = $1 AND v.lead_id = l.lead_id AND v.result = 'qualified')) "
           "FROM lead l "
           "WHERE l.workspace_id = $1 AND l.status <> 'merged' "
           "AND coalesce(l.first_touch_at, l.created_at) >= coalesce($2::timestamptz, '-infinity') "
           "AND coalesce(l.first_touch_at, l.created_at) < coalesce($3::timestamptz, 'infinity') "
           "GROUP BY l.stage",
};

/* clang-format on */

const struct statement *const stages_read_statements[] = {&STAGES, NULL};

static enum err take_stage(const struct pg_result *result, int row, struct stages *out)
{
    enum stage stage;

    if (!stage_parse(pg_get_text(result, row, 0, NULL), &stage))
        return ERR_INTERNAL;
    out->standing[stage] = pg_get_int8(result, row, 1);
    out->leads += out->standing[stage];
    for (int i = 0; i < MILESTONE_COUNT; i++)
        out->reached[i] += pg_get_int8(result, row, 2 + i);
    out->claimed_not_qualified += pg_get_int8(result, row, 2 + MILESTONE_COUNT);
    return ERR_NONE;
}

enum err stages_read(const struct read *read, instant from, instant to, struct stages *out)
{
    struct read_query query = {.statement = &STAGES};

    *out = (struct stages){0};
    read_params(&query, read);
    pg_params_instant(&query.params, from);
    pg_params_instant(&query.params, to);
    enum err err = read_run(read, &query, 1);
    for (int row = 0; err == ERR_NONE && row < pg_rows(query.result); row++)
        err = take_stage(query.result, row, out);
    return read_end(read, err);
}
