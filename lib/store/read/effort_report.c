/* What was spent on leads that came back: touches of the receiving team's function while it had the
 * handoff, and working minutes between accepting and returning it. */
#include "store/read/handoff_items.h"

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                           \
    LEADS(handoffs, "1")                                                       \
    LEADS(returned, "h.state = 'returned'")                            \
    LEADS(touches, "n.touches")                                                \
    VALUE(accepted_minutes, REPORT_MINUTES,                                    \
          "CASE WHEN h.state = 'returned' THEN " WORKING_MINUTES("h.accepted_at", "h.closed_at") " END", \
          "coalesce(sum(accepted_minutes), 0)::int8")

#define ITEMS                                                                  \
           HANDOFF_ITEM("h.closed_by", COLUMNS)                                \
           "FROM "                                                             \
           HANDOFF_ITEMS                                                       \
           WORKING_TIME                                                        \
           "CROSS JOIN LATERAL ("                                              \
           "  SELECT count(*) AS touches "                                     \
           "  FROM touch "                                                     \
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id "                \
           "  AND occurred_at >= h.offered_at AND occurred_at <= h.closed_at " \
           "  AND direction = 'outbound' AND function = t.function"            \
           ") n "                                                              \
           "WHERE h.state IN ('rejected', 'returned')"

static const struct statement ROWS = {
    .name = "report_effort",
    .sql = REPORT_ROWS_AFTER(ITEMS, "handoffs", COLUMNS, "16"),
};

static const struct statement LEADS = {
    .name = "report_effort_items",
    .sql = REPORT_ITEMS_AFTER(ITEMS, COLUMNS, AFTER_WORKING_TIME),
};

/* clang-format on */

const struct statement *const effort_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_effort = {
    .report = {.name = "effort",
               .dimensions = {"reason", "source", "campaign", "class", "criterion", "team",
                              "member", "from_team"},
               .cuts = 1,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .more = handoff_items_put_working_time,
    .rows = &ROWS,
    .items = &LEADS,
};
