/* What was spent on leads that came back: touches of the receiving team's function while it had the
 * handoff, and working minutes between accepting and returning it. */
#include "store/read/handoff_items.h"

/* clang-format off */

#define CUT(number) HANDOFF_ITEMS_CUT(number, "h.closed_by", "NULL")

#define ITEMS                                                                 \
           "SELECT h.lead_id, h.handoff_id, h.offered_at AS at, "             \
           CUT("6") " AS d0, "                                                \
           CUT("7") " AS d1, "                                                \
           "  1 AS c0, "                                                      \
           "  (h.state = 'returned')::int4 AS c1, "                           \
           "  n.touches AS c2, "                                              \
           "  CASE WHEN h.state = 'returned' THEN "                           \
           WORKING_MINUTES("h.accepted_at", "h.closed_at") " END AS minutes " \
           "FROM "                                                            \
           HANDOFF_ITEMS                                                      \
           WORKING_TIME                                                       \
           "CROSS JOIN LATERAL ("                                             \
           "  SELECT count(*) AS touches "                                    \
           "  FROM touch "                                                    \
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id "               \
           "  AND occurred_at >= h.offered_at AND occurred_at <= h.closed_at " \
           "  AND direction = 'outbound' AND function = t.function"           \
           ") n "                                                             \
           "WHERE " HANDOFF_ITEMS_OFFERED                                     \
           "AND h.state IN ('rejected', 'returned')"

static const struct statement ROWS = {
    .name = "report_effort",
    .sql = REPORT_ROWS(ITEMS,
           REPORT_SUM("c0") ", "
           REPORT_SUM("c1") ", "
           REPORT_SUM("c2") ", "
           REPORT_SUM("minutes")),
};

static const struct statement LEADS = {
    .name = "report_effort_items",
    .sql = REPORT_ITEMS_AFTER(ITEMS, "WHEN 0 THEN c0 WHEN 1 THEN c1 WHEN 2 THEN c2",
           "15", "16", "17", "18", "19", "20", "21", "22"),
};

/* clang-format on */

const struct statement *const effort_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_effort = {
    .report = {.name = "effort",
               .dimensions = {"reason", "source", "campaign", "class", "criterion", "team",
                              "member", "from_team"},
               .cuts = 1,
               .columns = {{"handoffs", REPORT_LEADS},
                           {"returned", REPORT_LEADS},
                           {"touches", REPORT_LEADS},
                           {"accepted_minutes", REPORT_MINUTES}}},
    .more = handoff_items_put_working_time,
    .rows = &ROWS,
    .items = &LEADS,
};
