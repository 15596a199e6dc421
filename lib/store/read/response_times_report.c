/*
 * How long offers wait for their answer, in working minutes of the receiving team. Promised is what
 * was answered, or whose time is over: what still has time, and what was withdrawn before anybody
 * answered, is neither in time nor late.
 */
#include "store/read/handoff_items.h"

/* clang-format off */

#define OVERDUE "h.state = 'offered' AND h.respond_by <= " REPORT_NOW

#define COLUMNS(LEADS, SHARE, VALUE)                                           \
    LEADS(offered, "1")                                                        \
    LEADS(promised, "a.at IS NOT NULL OR h.state = 'expired' OR " OVERDUE) \
    LEADS(in_time, "a.at <= h.respond_by")              \
    SHARE(in_time_share, in_time, promised)                                    \
    LEADS(late, "a.at > h.respond_by")                  \
    LEADS(overdue, OVERDUE)                                      \
    LEADS(expired, "h.state = 'expired'")                              \
    VALUE(median_minutes, REPORT_MINUTES, WORKING_MINUTES("h.offered_at", "a.at"), \
          "percentile_disc(0.5) WITHIN GROUP (ORDER BY median_minutes)")       \
    VALUE(p90_minutes, REPORT_MINUTES, "NULL",                                 \
          "percentile_disc(0.9) WITHIN GROUP (ORDER BY median_minutes)")

#define ITEMS                                                                  \
           HANDOFF_ITEM_BY("coalesce(h.accepted_by, h.closed_by, h.assignee)", \
               "to_char(h.offered_at AT TIME ZONE w.zone, 'dy HH24')", COLUMNS) \
           "FROM "                                                             \
           HANDOFF_ITEMS                                                       \
           WORKING_TIME                                                        \
           "CROSS JOIN LATERAL ("                                              \
           "  SELECT coalesce(h.accepted_at, "                                 \
           "    CASE WHEN h.state = 'rejected' THEN h.closed_at END) AS at "   \
           "  OFFSET 0"                                                        \
           ") a "                                                              \
           "WHERE h.kind NOT IN ('self_sourced', 'requested')"

static const struct statement ROWS = {
    .name = "report_response_times",
    .sql = REPORT_ROWS_AFTER(ITEMS, "offered", COLUMNS, "16"),
};

static const struct statement LEADS = {
    .name = "report_response_times_items",
    .sql = REPORT_ITEMS_AFTER(ITEMS, COLUMNS, AFTER_WORKING_TIME),
};

/* clang-format on */

const struct statement *const response_times_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_response_times = {
    .report = {.name = "response-times",
               .dimensions = {"team", "member", "source", "campaign", "hour", "from_team", "kind",
                              "side", "from_side"},
               .cuts = 1,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .more = handoff_items_put_working_time,
    .rows = &ROWS,
    .items = &LEADS,
};
