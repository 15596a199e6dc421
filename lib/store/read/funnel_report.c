/*
 * The way from the first touch to the customer, in the parts that marketing, both and sales answer
 * for. A cohort is the leads that began in the period, whatever they reached whenever; the flow is
 * what was reached in the period, by whomever. Of each step: how many of those who were at its
 * beginning went it, and the median of the minutes that it took them. Who reached the end of a step
 * without its beginning (as sales' own leads never were an mql) did not go it.
 */
#include "store/read/lead_items.h"

/* clang-format off */

#define STEP(LEADS, SHARE, VALUE, from, from_at, to, milestone, side)         \
    LEADS(from##_to_##to, "i." #to " AND l." #from_at " IS NOT NULL", .part_of = side, \
          .counted = 1 + REPORTED_STEP + MILESTONE_##milestone)               \
    SHARE(from##_to_##to##_share, from##_to_##to, from, .part_of = side)      \
    VALUE(from##_to_##to##_median_minutes, REPORT_MINUTES,                    \
          "CASE WHEN i." #to " THEN " LEAD_MINUTES("l." #from_at, "l." #to "_at") " END", \
          LEAD_MEDIAN(#from "_to_" #to "_median_minutes"), .part_of = side,   \
          .counted = 1 + REPORTED_STEP + MILESTONE_##milestone)

#define REACHES(LEADS, name, milestone, side)                                 \
    LEADS(name, "i." #name, .part_of = side,                                  \
          .counted = 1 + REPORTED_REACHED + MILESTONE_##milestone)

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(leads, "1", .counted = 1 + REPORTED_LEADS)                          \
    LEADS(begun, "i.begun", .part_of = "marketing", .counted = 1 + REPORTED_BEGUN) \
    REACHES(LEADS, mql, MQL, "marketing")                                     \
    STEP(LEADS, SHARE, VALUE, begun, begun, mql, MQL, "marketing")            \
    REACHES(LEADS, sal, SAL, "joint")                                         \
    STEP(LEADS, SHARE, VALUE, mql, mql_at, sal, SAL, "joint")                 \
    REACHES(LEADS, sql, SQL, "sales")                                         \
    STEP(LEADS, SHARE, VALUE, sal, sal_at, sql, SQL, "sales")                 \
    REACHES(LEADS, opportunity, OPPORTUNITY, "sales")                         \
    STEP(LEADS, SHARE, VALUE, sql, sql_at, opportunity, OPPORTUNITY, "sales") \
    REACHES(LEADS, customer, CUSTOMER, "sales")                               \
    STEP(LEADS, SHARE, VALUE, opportunity, opportunity_at, customer, CUSTOMER, "sales")

#define COHORT                                                                \
           LEAD_ITEM(COLUMNS)                                                 \
           "FROM "                                                            \
           LEADS_BEGUN                                                        \
           "CROSS JOIN LATERAL ("                                             \
           "  SELECT true AS begun, l.mql_at IS NOT NULL AS mql, l.sal_at IS NOT NULL AS sal, " \
           "    l.sql_at IS NOT NULL AS sql, l.opportunity_at IS NOT NULL AS opportunity, " \
           "    l.customer_at IS NOT NULL AS customer"                        \
           ") i "

#define IN_PERIOD(at) at " >= $2 AND " at " < $3"

/* A range of an index for each milestone (migrations/). */
#define REACHED(at)                                                           \
           "SELECT lead_id FROM lead "                                        \
           "WHERE workspace_id = $1 AND " IN_PERIOD(at) " AND status <> 'merged'"

#define FLOW                                                                  \
           LEAD_ITEM(COLUMNS)                                                 \
           "FROM ("                                                           \
           LEAD_AS_OF                                                         \
           "  AND $4::uuid < $5::uuid AND lead_id = ANY (ARRAY("                       \
           REACHED(LEAD_BEGUN)                                                \
           " UNION " REACHED("mql_at")                                        \
           " UNION " REACHED("sal_at")                                        \
           " UNION " REACHED("sql_at")                                        \
           " UNION " REACHED("opportunity_at")                                \
           " UNION " REACHED("customer_at")                                   \
           "  ))"                                                              \
           ") l "                                                             \
           "CROSS JOIN LATERAL ("                                             \
           "  SELECT " IN_PERIOD("l.begun") " AS begun, "                     \
           "  " IN_PERIOD("l.mql_at") " AS mql, "                             \
           "  " IN_PERIOD("l.sal_at") " AS sal, "                             \
           "  " IN_PERIOD("l.sql_at") " AS sql, "                             \
           "  " IN_PERIOD("l.opportunity_at") " AS opportunity, "             \
           "  " IN_PERIOD("l.customer_at") " AS customer"                     \
           ") i "                                                             \
           "WHERE i.begun OR i.mql OR i.sal OR i.sql OR i.opportunity OR i.customer"

static const struct statement COHORT_ROWS = {
    .name = "report_funnel",
    .sql = REPORT_ROWS(COHORT, "leads", COLUMNS),
};

static const struct statement COHORT_LEADS = {
    .name = "report_funnel_items",
    .sql = REPORT_ITEMS(COHORT, COLUMNS),
};

static const struct statement FLOW_ROWS = {
    .name = "report_funnel_flow",
    .sql = REPORT_ROWS(FLOW, "leads", COLUMNS),
};

static const struct statement FLOW_LEADS = {
    .name = "report_funnel_flow_items",
    .sql = REPORT_ITEMS(FLOW, COLUMNS),
};

/* clang-format on */

const struct statement *const funnel_report_statements[] = {
    &COHORT_ROWS, &COHORT_LEADS, &FLOW_ROWS, &FLOW_LEADS, NULL,
};

static const struct report_source flow = {
    .report = {.name = "funnel",
               .basis = "flow",
               .counted = ROLLUP_FLOW(0),
               .dimensions = {LEAD_DIMENSIONS},
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &FLOW_ROWS,
    .items = &FLOW_LEADS,
};

const struct report_source report_funnel = {
    .report = {.name = "funnel",
               .basis = "cohort",
               .counted = ROLLUP_COHORT(0),
               .dimensions = {LEAD_DIMENSIONS},
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .flow = &flow,
    .rows = &COHORT_ROWS,
    .items = &COHORT_LEADS,
};
