/*
 * What nobody does that was promised, now. Since when: an offer since respond_by, a decision since
 * decide_by; what is to be offered or reviewed since it is; a date that Baton let pass since then;
 * of what its owner was reminded of in vain (next_round of a follow-up) since the follow-up.
 */
#include "store/read/report_source.h"

/* clang-format off */

/* Within so much of its date the due job is to have acted. */
#define JOBS_TIME "interval '2 minutes'"

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(leads, "g.leads")                                                   \
    VALUE(since, REPORT_MOMENT, "g.since", "min(since) FILTER (WHERE leads > 0)") \
    LEADS(captured, "g.captured", .of_whole = true, .counted = 1 + REPORTED_CAPTURED)                           \
    LEADS(not_sales_ready, "g.not_ready", .of_whole = true, .counted = 1 + REPORTED_NOT_READY)                   \
    SHARE(not_sales_ready_share, not_sales_ready, captured, .of_whole = true, \
          .published = {450, 750, "as commonly quoted of all leads"})

/* Leads of the period are those that were captured in it: what was imported of an earlier time is
 * of that time. Ready is who reached a gate, or sales. */
#define CAPTURED                                                              \
           "  UNION ALL "                                                     \
           "  SELECT lead_id, NULL, created_at, NULL, NULL, 0, 1, "           \
           "    CASE WHEN coalesce(mql_at, sal_at, sql_at, opportunity_at, customer_at) IS NULL " \
           "      THEN 1 ELSE 0 END "                                         \
           "  FROM lead "                                                     \
           "  WHERE workspace_id = $1 AND lead_id >= $4 AND lead_id < $5 "    \
           "  AND created_at >= $2 AND created_at < $3 AND status <> 'merged'"

#define ITEMS OPEN_AND(CAPTURED)
#define OPEN  OPEN_AND("")

#define OPEN_AND(captured)                                                                 \
           "SELECT g.lead_id, g.handoff_id, g.since AS at, "                  \
           "  CASE $6::text WHEN 'team' THEN g.team WHEN 'step' THEN g.step END AS d0, " \
           "  CASE $7::text WHEN 'team' THEN g.team WHEN 'step' THEN g.step END AS d1 " \
           REPORT_ITEM(COLUMNS)                                               \
           "FROM ("                                                           \
           "  SELECT h.lead_id, h.handoff_id, h.since, t.name AS team, h.step, 1 AS leads, 0 AS captured, 0 AS not_ready " \
           "  FROM team t "                                                   \
           "  CROSS JOIN LATERAL ("                                           \
           "    SELECT lead_id, handoff_id, respond_by AS since, 'answer' AS step " \
           "    FROM handoff "                                                \
           "    WHERE workspace_id = $1 AND to_team = t.team_id AND state = 'offered' " \
           "    AND respond_by <= now() "                                     \
           "    UNION ALL "                                                   \
           "    SELECT lead_id, handoff_id, decide_by, 'decide' "             \
           "    FROM handoff "                                                \
           "    WHERE workspace_id = $1 AND to_team = t.team_id AND state = 'accepted' " \
           "    AND (CASE WHEN decide_by IS NULL THEN timestamptz '9999-12-31 23:59:59.999999+00' " \
           "      ELSE decide_by END) <= now()"                               \
           "  ) h "                                                           \
           "  WHERE t.workspace_id = $1 "                                     \
           "  UNION ALL "                                                     \
           "  SELECT l.lead_id, NULL, l.since, t.name, l.step, 1, 0, 0 "      \
           "  FROM ("                                                         \
           "    SELECT w.lead_id, w.owner_team, w.next_since AS since, s.step " \
           "    FROM unnest(ARRAY['offer', 'review']) s(step) "               \
           "    CROSS JOIN LATERAL ("                                         \
           "      SELECT lead_id, owner_team, next_since "                    \
           "      FROM lead "                                                 \
           "      WHERE workspace_id = $1 AND next_step = s.step"             \
           "    ) w "                                                         \
           "    UNION ALL "                                                   \
           "    SELECT w.lead_id, w.owner_team, w.next_at, s.step "           \
           "    FROM unnest(ARRAY['nurture', 'follow_up']) s(step) "          \
           "    CROSS JOIN LATERAL ("                                         \
           "      SELECT lead_id, owner_team, next_at "                       \
           "      FROM lead "                                                 \
           "      WHERE workspace_id = $1 AND next_step = s.step "            \
           "      AND next_at <= now() - " JOBS_TIME                          \
           "    ) w "                                                         \
           "    UNION ALL "                                                   \
           "    SELECT lead_id, owner_team, next_since, 'follow_up' "         \
           "    FROM lead "                                                   \
           "    WHERE workspace_id = $1 AND next_step = 'follow_up' AND next_round > 0 " \
           "    AND next_at > now() - " JOBS_TIME                             \
           "  ) l "                                                           \
           "  JOIN team t ON t.workspace_id = $1 AND t.team_id = l.owner_team " \
           captured                                                           \
           ") g "                                                             \
           "WHERE $8::timestamptz IS NULL AND $2::timestamptz <= $3::timestamptz " \
           "AND $4::uuid <= $5::uuid"

static const struct statement ROWS = {
    .name = "report_gaps",
    .sql = REPORT_ROWS(ITEMS, "leads", COLUMNS),
};

static const struct statement OPEN_ROWS = {
    .name = "report_gaps_open",
    .sql = REPORT_ROWS(OPEN, "leads", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_gaps_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const gaps_report_statements[] = {&ROWS, &OPEN_ROWS, &LEADS, NULL};

const struct report_source report_gaps = {
    .report = {.name = "gaps",
               .dimensions = {"team", "step"},
               .cuts = 2,
               .counted = ROLLUP_OTHER(0),
               .only = "What nobody does is known of the present alone",
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .uncounted = &OPEN_ROWS,
    .items = &LEADS,
};
