/* What became of leads by how they were captured: by the kind of their first touch, such as a form,
 * a trade show or a demonstration. */
#include "store/read/lead_items.h"

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(leads, "1")                                                         \
    LEADS(offered, "h.offered")                                               \
    LEADS(accepted, "h.accepted")                                             \
    SHARE(accepted_share, accepted, offered)                                  \
    LEADS(sql, "l.sql_at IS NOT NULL")                                        \
    SHARE(sql_share, sql, leads)                                              \
    LEADS(won, "l.customer_at IS NOT NULL")                                   \
    SHARE(won_share, won, leads)

/* The handoffs of a lead, which two indexes have: one those that are open, one the others. */
#define HANDOFFS(which)                                                       \
           "    SELECT kind, offered_at, accepted_at "                        \
           "    FROM handoff "                                                \
           "    WHERE workspace_id = $1 AND lead_id = l.lead_id "             \
           "    AND state " which " ('requested', 'offered', 'accepted') "

/* Whether it was ever offered by another team, and accepted. */
#define ITEMS                                                                 \
           LEAD_ITEM(COLUMNS)                                                 \
           "FROM "                                                            \
           LEADS_BEGUN                                                        \
           "CROSS JOIN LATERAL ("                                             \
           "  SELECT coalesce(bool_or(true), false) AS offered, "             \
           "    coalesce(bool_or(accepted_at IS NOT NULL "                    \
           "      AND (accepted_at > $8::timestamptz) IS NOT TRUE), false) AS accepted " \
           "  FROM ("                                                         \
           HANDOFFS("IN")                                                     \
           "    UNION ALL "                                                   \
           HANDOFFS("NOT IN")                                                 \
           "  ) h "                                                           \
           "  WHERE kind NOT IN ('self_sourced', 'imported', 'requested') "   \
           "  AND (offered_at > $8::timestamptz) IS NOT TRUE"                 \
           ") h "

static const struct statement ROWS = {
    .name = "report_capture_types",
    .sql = REPORT_ROWS(ITEMS, "leads", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_capture_types_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const capture_types_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_capture_types = {
    .report = {.name = "capture-types",
               .dimensions = {"kind", "source", "medium", "campaign", "channel", "content",
                              "motion", "function", "month", "year"},
               .cuts = 1,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
