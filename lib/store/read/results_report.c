/*
 * What became of leads in the period, and what it is worth: handoffs of marketing that sales
 * accepted, and leads that were qualified, became opportunities and were won, each at the moment at
 * which it happened. Money is the lead's, in the smallest unit of its currency; sums of several
 * currencies are none.
 */
#include "store/read/lead_items.h"

/* clang-format off */

/* Sums stop where JSON numbers are exact. Their roots are for what is expected of the time to come
 * (lib/core/report/goal_progress.h). */
#define MONEY(VALUE, name, what)                                              \
    VALUE(name##_minor, REPORT_NUMBER,                                        \
          "CASE WHEN r.what = '" what "' THEN r.amount_minor END",            \
          "CASE WHEN count(DISTINCT " #name "_currency) > 1 THEN NULL "       \
          "  WHEN sum(" #name "_minor) > 9007199254740991 THEN 9007199254740991 " \
          "  ELSE sum(" #name "_minor) END::int8")                            \
    VALUE(name##_currency, REPORT_HIDDEN,                                     \
          "CASE WHEN r.what = '" what "' THEN r.amount_currency END", "NULL::int8") \
    VALUE(name##_root, REPORT_HIDDEN, "NULL",                                 \
          "sqrt(sum(power(" #name "_minor::float8, 2)))::int8")

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(results, "1")                                                       \
    LEADS(accepted, "r.what = 'accepted'")                                    \
    LEADS(sql, "r.what = 'sql'")                                              \
    LEADS(opportunities, "r.what = 'opportunity'")                            \
    MONEY(VALUE, pipeline, "opportunity")                                     \
    LEADS(customers, "r.what = 'customer'")                                   \
    MONEY(VALUE, won, "customer")

#define CURRENCY "  WHEN 'currency' THEN r.amount_currency "

#define REACHED(milestone, at)                                                \
           "  SELECT lead_id, NULL, " at ", '" milestone "', amount_minor, amount_currency " \
           "  FROM lead "                                                     \
           "  WHERE workspace_id = $1 AND " at " >= $2 AND " at " < $3 "      \
           "  AND (" at " > $8::timestamptz) IS NOT TRUE AND status <> 'merged' "

#define ITEMS                                                                 \
           "SELECT r.lead_id, r.handoff_id, r.at, "                           \
           LEAD_CUT("6", CURRENCY) " AS d0, "                                 \
           LEAD_CUT("7", CURRENCY) " AS d1 "                                  \
           REPORT_ITEM(COLUMNS)                                               \
           "FROM ("                                                           \
           "  SELECT h.lead_id, h.handoff_id, h.accepted_at AS at, 'accepted' AS what, " \
           "    NULL::int8 AS amount_minor, NULL::text AS amount_currency "   \
           "  FROM handoff h "                                                \
           "  JOIN team t ON t.workspace_id = $1 AND t.team_id = h.to_team "  \
           "  JOIN team f ON f.workspace_id = $1 AND f.team_id = h.from_team " \
           "  WHERE h.workspace_id = $1 AND h.accepted_at >= $2 AND h.accepted_at < $3 " \
           "  AND (h.accepted_at > $8::timestamptz) IS NOT TRUE "             \
           "  AND h.kind NOT IN ('imported', 'requested') "                   \
           "  AND t.function = 'sales' AND f.function = 'marketing' "         \
           "  UNION ALL "                                                     \
           REACHED("sql", "sql_at")                                           \
           "  UNION ALL "                                                     \
           REACHED("opportunity", "opportunity_at")                           \
           "  UNION ALL "                                                     \
           REACHED("customer", "customer_at")                                 \
           ") r "                                                             \
           "JOIN ("                                                           \
           "  SELECT lead_id, " LEAD_BEGUN " AS begun, owner_team, origin, found_by " \
           "  FROM lead "                                                     \
           "  WHERE workspace_id = $1"                                        \
           ") l ON l.lead_id = r.lead_id "                                    \
           "WHERE $4::uuid < $5::uuid"


static const struct statement ROWS = {
    .name = "report_results",
    .sql = REPORT_ROWS(ITEMS, "results", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_results_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const results_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_results = {
    .report = {.name = "results",
               .dimensions = {LEAD_DIMENSIONS, "currency"},
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
