/* Leads that waited in nurture beside those that went straight through: how many came to be worked
 * and bought, and how long it took them from their first touch. */
#include "store/read/lead_items.h"

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(leads, "1")                                                         \
    LEADS(sql, "l.sql_at IS NOT NULL")                                        \
    SHARE(sql_share, sql, leads)                                              \
    VALUE(sql_median_minutes, REPORT_MINUTES, LEAD_MINUTES("l.begun", "l.sql_at"), \
          LEAD_MEDIAN("sql_median_minutes"))                                  \
    LEADS(customers, "l.customer_at IS NOT NULL")                             \
    SHARE(customers_share, customers, leads)                                  \
    VALUE(customers_median_minutes, REPORT_MINUTES, LEAD_MINUTES("l.begun", "l.customer_at"), \
          LEAD_MEDIAN("customers_median_minutes"))

/* As the lead's chain says, whose entries name the stage that they lead to (docs/ledger.md). */
#define NURTURED                                                              \
           "EXISTS ("                                                         \
           "  SELECT "                                                        \
           "  FROM ledger "                                                   \
           "  WHERE workspace_id = $1 AND subject_id = l.lead_id "            \
           "  AND (at > $8::timestamptz) IS NOT TRUE "                        \
           "  AND position('\"stage_to\":\"nurture\"'::bytea IN body) > 0)"

#define ITEMS                                                                 \
           LEAD_ITEM_BY("  WHEN 'path' THEN CASE WHEN " NURTURED " THEN 'nurtured' ELSE 'straight' END ", COLUMNS) \
           "FROM "                                                            \
           LEADS_BEGUN

static const struct statement ROWS = {
    .name = "report_nurture",
    .sql = REPORT_ROWS(ITEMS, "leads", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_nurture_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const nurture_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_nurture = {
    .report = {.name = "nurture",
               .dimensions = {"path", LEAD_DIMENSIONS},
               .cuts = 1,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
