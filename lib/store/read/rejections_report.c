/* Who sends what back, and why: of the handoffs that were offered in the period, those that were
 * rejected or returned. */
#include "store/read/handoff_items.h"

/* clang-format off */

#define CUT(number) HANDOFF_ITEMS_CUT(number, "h.closed_by", "NULL")

#define ITEMS                                                                 \
           "SELECT h.lead_id, h.handoff_id, h.offered_at AS at, "             \
           CUT("6") " AS d0, "                                                \
           CUT("7") " AS d1, "                                                \
           "  (h.state IN ('rejected', 'returned'))::int4 AS c0, "            \
           "  (h.state = 'returned')::int4 AS c1, "                           \
           "  (h.state IN ('rejected', 'accepted', 'qualified', 'returned'))::int4 AS c2, " \
           "  (h.dispute IS NOT NULL)::int4 AS c4, "                          \
           "  coalesce(h.dispute IN ('upheld', 'upheld_finally'), false)::int4 AS c5, "            \
           "  coalesce(h.dispute = 'conceded', false)::int4 AS c6 "           \
           "FROM "                                                            \
           HANDOFF_ITEMS                                                      \
           "WHERE " HANDOFF_ITEMS_OFFERED

static const struct statement ROWS = {
    .name = "report_rejections",
    .sql = REPORT_ROWS(ITEMS,
           REPORT_SUM("c0") ", "
           REPORT_SUM("c1") ", "
           REPORT_SUM("c2") ", "
           REPORT_SUM("c4") ", "
           REPORT_SUM("c5") ", "
           REPORT_SUM("c6")),
};

static const struct statement LEADS = {
    .name = "report_rejections_items",
    .sql = REPORT_ITEMS(ITEMS,
           "WHEN 0 THEN c0 WHEN 1 THEN c1 WHEN 2 THEN c2 WHEN 4 THEN c4 WHEN 5 THEN c5 WHEN 6 THEN c6"),
};

/* clang-format on */

const struct statement *const rejections_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_rejections = {
    .report = {.name = "rejections",
               .dimensions = {"reason", "class", "criterion", "source", "campaign", "team",
                              "member", "from_team", "kind"},
               .cuts = 1,
               .columns = {{"rejected", REPORT_LEADS},
                           {"returned", REPORT_LEADS},
                           {"answered", REPORT_LEADS},
                           {"rejected_share", REPORT_SHARE, .part = 0, .whole = 2},
                           {"disputed", REPORT_LEADS},
                           {"upheld", REPORT_LEADS},
                           {"conceded", REPORT_LEADS}}},
    .rows = &ROWS,
    .items = &LEADS,
};
