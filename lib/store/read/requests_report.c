/* What sales asks for that another team has, and what it is given: the gap in trust. */
#include "store/read/handoff_items.h"

/* clang-format off */

#define CUT(number) HANDOFF_ITEMS_CUT(number, "h.assignee", "NULL")

#define ITEMS                                                                 \
           "SELECT h.lead_id, h.handoff_id, h.offered_at AS at, "             \
           CUT("6") " AS d0, "                                                \
           CUT("7") " AS d1, "                                                \
           "  1 AS c0, "                                                      \
           "  (h.accepted_at IS NOT NULL OR h.state = 'declined')::int4 AS c1, " \
           "  (h.accepted_at IS NOT NULL)::int4 AS c2, "                      \
           "  (h.state = 'declined')::int4 AS c4, "                           \
           "  (h.state = 'requested')::int4 AS c5, "                          \
           "  (h.state = 'requested' AND h.respond_by <= now())::int4 AS c6 " \
           "FROM "                                                            \
           HANDOFF_ITEMS                                                      \
           "WHERE " HANDOFF_ITEMS_OFFERED                                     \
           "AND h.kind = 'requested'"

static const struct statement ROWS = {
    .name = "report_requests",
    .sql = REPORT_ROWS(ITEMS,
           REPORT_SUM("c0") ", "
           REPORT_SUM("c1") ", "
           REPORT_SUM("c2") ", "
           REPORT_SUM("c4") ", "
           REPORT_SUM("c5") ", "
           REPORT_SUM("c6")),
};

static const struct statement LEADS = {
    .name = "report_requests_items",
    .sql = REPORT_ITEMS(ITEMS,
           "WHEN 0 THEN c0 WHEN 1 THEN c1 WHEN 2 THEN c2 WHEN 4 THEN c4 WHEN 5 THEN c5 WHEN 6 THEN c6"),
};

/* clang-format on */

const struct statement *const requests_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_requests = {
    .report = {.name = "requests",
               .dimensions = {"team", "from_team", "member", "reason", "source", "campaign"},
               .cuts = 2,
               .columns = {{"requested", REPORT_LEADS},
                           {"answered", REPORT_LEADS},
                           {"granted", REPORT_LEADS},
                           {"granted_share", REPORT_SHARE, .part = 2, .whole = 1},
                           {"declined", REPORT_LEADS},
                           {"waiting", REPORT_LEADS},
                           {"overdue", REPORT_LEADS}}},
    .rows = &ROWS,
    .items = &LEADS,
};
