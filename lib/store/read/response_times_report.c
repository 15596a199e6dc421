/*
 * How long offers wait for their answer, in working minutes of the receiving team. Promised is what
 * was answered, or whose time is over: what still has time, and what was withdrawn before anybody
 * answered, is neither in time nor late.
 */
#include "store/read/handoff_items.h"

/* clang-format off */

#define CUT(number)                                                           \
           HANDOFF_ITEMS_CUT(number, "coalesce(h.accepted_by, h.closed_by, h.assignee)", \
           "to_char(h.offered_at AT TIME ZONE w.zone, 'dy HH24')")

#define ITEMS                                                                 \
           "SELECT h.lead_id, h.handoff_id, h.offered_at AS at, "             \
           CUT("6") " AS d0, "                                                \
           CUT("7") " AS d1, "                                                \
           "  1 AS c0, "                                                      \
           "  coalesce(a.at IS NOT NULL OR h.state = 'expired' "              \
           "    OR h.state = 'offered' AND h.respond_by <= now(), false)::int4 AS c1, " \
           "  coalesce(a.at <= h.respond_by, false)::int4 AS c2, "            \
           "  coalesce(a.at > h.respond_by, false)::int4 AS c4, "             \
           "  (h.state = 'offered' AND h.respond_by <= now())::int4 AS c5, "  \
           "  (h.state = 'expired')::int4 AS c6, "                            \
           WORKING_MINUTES("h.offered_at", "a.at") " AS minutes "             \
           "FROM "                                                            \
           HANDOFF_ITEMS                                                      \
           WORKING_TIME                                                       \
           "CROSS JOIN LATERAL ("                                             \
           "  SELECT coalesce(h.accepted_at, "                                \
           "    CASE WHEN h.state = 'rejected' THEN h.closed_at END) AS at "  \
           "  OFFSET 0"                                                       \
           ") a "                                                             \
           "WHERE " HANDOFF_ITEMS_OFFERED                                     \
           "AND h.kind NOT IN ('self_sourced', 'requested')"

static const struct statement ROWS = {
    .name = "report_response_times",
    .sql = REPORT_ROWS(ITEMS,
           REPORT_SUM("c0") ", "
           REPORT_SUM("c1") ", "
           REPORT_SUM("c2") ", "
           REPORT_SUM("c4") ", "
           REPORT_SUM("c5") ", "
           REPORT_SUM("c6") ", "
           "percentile_disc(0.5) WITHIN GROUP (ORDER BY minutes), "
           "percentile_disc(0.9) WITHIN GROUP (ORDER BY minutes)"),
};

static const struct statement LEADS = {
    .name = "report_response_times_items",
    .sql = REPORT_ITEMS_AFTER(ITEMS,
           "WHEN 0 THEN c0 WHEN 1 THEN c1 WHEN 2 THEN c2 WHEN 4 THEN c4 WHEN 5 THEN c5 WHEN 6 THEN c6",
           "15", "16", "17", "18", "19", "20", "21", "22"),
};

/* clang-format on */

const struct statement *const response_times_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_response_times = {
    .report = {.name = "response-times",
               .dimensions = {"team", "member", "source", "campaign", "hour", "from_team", "kind"},
               .cuts = 1,
               .columns = {{"offered", REPORT_LEADS},
                           {"promised", REPORT_LEADS},
                           {"in_time", REPORT_LEADS},
                           {"in_time_share", REPORT_SHARE, .part = 2, .whole = 1},
                           {"late", REPORT_LEADS},
                           {"overdue", REPORT_LEADS},
                           {"expired", REPORT_LEADS},
                           {"median_minutes", REPORT_MINUTES},
                           {"p90_minutes", REPORT_MINUTES}}},
    .more = handoff_items_put_working_time,
    .rows = &ROWS,
    .items = &LEADS,
};
