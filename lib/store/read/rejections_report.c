/* Who sends what back, and why: of the handoffs that were offered in the period, those that were
 * rejected or returned. */
#include "store/read/handoff_items.h"

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                           \
    LEADS(rejected, "h.state IN ('rejected', 'returned')")             \
    LEADS(returned, "h.state = 'returned'")                            \
    LEADS(answered, "h.state IN ('rejected', 'accepted', 'qualified', 'returned')") \
    SHARE(rejected_share, rejected, answered)                                  \
    LEADS(disputed, "h.dispute IS NOT NULL")                           \
    LEADS(upheld, "h.dispute IN ('upheld', 'upheld_finally')") \
    LEADS(conceded, "h.dispute = 'conceded'")

#define ITEMS                                                                  \
           HANDOFF_ITEM("h.closed_by", COLUMNS)                                \
           "FROM "                                                             \
           HANDOFF_ITEMS

static const struct statement ROWS = {
    .name = "report_rejections",
    .sql = REPORT_ROWS(ITEMS, "rejected", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_rejections_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const rejections_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_rejections = {
    .report = {.name = "rejections",
               .dimensions = {"reason", "class", "criterion", "source", "campaign", "rule", "team",
                              "member", "from_team", "kind"},
               .cuts = 1,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
