/* What sales asks for that another team has, and what it is given: the gap in trust. */
#include "store/read/handoff_items.h"

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                           \
    LEADS(requested, "1")                                                      \
    LEADS(answered, "h.accepted_at IS NOT NULL OR h.state = 'declined'") \
    LEADS(granted, "h.accepted_at IS NOT NULL")                        \
    SHARE(granted_share, granted, answered)                                    \
    LEADS(declined, "h.state = 'declined'")                            \
    LEADS(waiting, "h.state = 'requested'")                            \
    LEADS(overdue, "h.state = 'requested' AND h.respond_by <= " REPORT_NOW)

#define ITEMS                                                                  \
           HANDOFF_ITEM("h.assignee", COLUMNS)                                 \
           "FROM "                                                             \
           HANDOFF_ITEMS                                                       \
           "WHERE h.kind = 'requested'"

static const struct statement ROWS = {
    .name = "report_requests",
    .sql = REPORT_ROWS(ITEMS, "requested", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_requests_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const requests_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_requests = {
    .report = {.name = "requests",
               .dimensions = {"team", "from_team", "member", "reason", "source", "campaign"},
               .cuts = 2,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
