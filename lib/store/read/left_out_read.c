#include "store/read/left_out_read.h"

#include "store/read/attribution_sql.h"

/* clang-format off */

/* Without any touch that counts at or before the milestone, the earliest one counts although it came late.
 * $1 workspace, $2 time zone, $3 and $4 one end, $5 and $6 the other, $7 milestone, $8 window in days or
 * null, $9 limit, $10 kinds that count or null */
static const struct statement ATTRIBUTION_LEFT_OUT = {
    .name = "attribution_left_out",
    .sql = "WITH "
           PERIOD
           ", conversion AS ("
           "  SELECT l.lead_id, m.at "
           "  FROM period p "
           "  CROSS JOIN lead l "
           "  CROSS JOIN LATERAL ("
           MILESTONE_AT("7")
           "  ) m "
           "  WHERE l.workspace_id = $1 AND l.status <> 'merged' AND m.at IS NOT NULL "
           "  AND m.at >= p.lo AND m.at < p.hi "
           "  LIMIT $9"
           ") "
           "SELECT count(*), "
           "  coalesce(sum(t.late - (t.late > 0 AND t.on_time = 0)::int4), 0)::int8, "
           "  coalesce(sum(t.old), 0)::int8, coalesce(sum(t.other), 0)::int8 "
           "FROM conversion c "
           "CROSS JOIN LATERAL ("
           "  SELECT count(*) FILTER (WHERE s.counts AND s.occurred_at > c.at) AS late, "
           "    count(*) FILTER (WHERE s.counts AND s.occurred_at <= c.at) AS on_time, "
           "    count(*) FILTER (WHERE s.counts "
           "      AND s.occurred_at < c.at - $8::int4 * interval '24 hours') AS old, "
           "    count(*) FILTER (WHERE NOT s.counts) AS other "
           "  FROM ("
           "    SELECT occurred_at, $10::text[] IS NULL OR kind = ANY ($10) AS counts "
           "    FROM touch "
           "    WHERE workspace_id = $1 AND lead_id = c.lead_id"
           "  ) s"
           ") t",
    .index = "touch_of_lead",
};

/* clang-format on */

const struct statement *const left_out_read_statements[] = {&ATTRIBUTION_LEFT_OUT, NULL};

enum err left_out_read(const struct read *read, const struct attribution_ask *ask,
                       struct attribution_left_out *out)
{
    struct read_query query = {.statement = &ATTRIBUTION_LEFT_OUT};

    attribution_ask_begin(&query, read, ask);
    pg_params_text(&query.params, milestone_name(ask->query.milestone));
    attribution_ask_window(&query.params, &ask->query);
    pg_params_int8(&query.params, ATTRIBUTION_JOURNEYS_MAX + 1);
    attribution_ask_kinds(&query.params, &ask->query);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_get_int8(query.result, 0, 0) > ATTRIBUTION_JOURNEYS_MAX)
        err = ERR_UNPROCESSABLE;
    if (err == ERR_NONE)
        *out = (struct attribution_left_out){
            .asked = true,
            .after_milestone = pg_get_int8(query.result, 0, 1),
            .outside_window = pg_get_int8(query.result, 0, 2),
            .other_kinds = pg_get_int8(query.result, 0, 3),
        };
    return read_end(read, err);
}
