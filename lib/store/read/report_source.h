/*
 * Where a report's numbers come from. A report is one file: what it declares, and the SELECT of
 * its items, each of them a lead or a handoff, from which both are made, the rows that count them
 * and the list of them. So a number and what it opens to cannot differ.
 *
 * What a SELECT of items gives:
 *     lead_id, handoff_id   the latter null where it is a lead that is counted
 *     at                    the moment by which the list is in order
 *     d0, d1                the values of the two dimensions that are asked for, as text
 *     c0, c1 …              of each column that counts: 0 or 1; what else its rows are made of
 */
#ifndef BATON_STORE_REPORT_SOURCE_H
#define BATON_STORE_REPORT_SOURCE_H

#include "core/report/report.h"
#include "store/read/read.h"

/* In the items: $1 workspace, $2 and $3 the period, $4 and $5 what ids are between that were made
 * in it, $6 and $7 the dimensions asked for, or null. Ids are in the order of time (UUID version
 * 7), so that a period is a range of a primary key. */

/* clang-format off */

/* Rows and, with the first column true, the whole.
 * $1 to $7 of the items */
#define REPORT_ROWS(items, columns)                                           \
           "WITH items AS (" items ") "                                       \
           "SELECT grouping(d0) = 1, d0, d1, " columns " "                    \
           "FROM items "                                                      \
           "GROUP BY GROUPING SETS ((d0, d1), ()) "                           \
           "HAVING grouping(d0) = 1 OR sum(c0) > 0 "                          \
           "ORDER BY 1 DESC, sum(c0) DESC, d0 COLLATE \"C\", d1 COLLATE \"C\" " \
           "LIMIT 5002"

#define REPORT_SUM(column) "coalesce(sum(" column "), 0)::int8"

/* The items that count in a column, by their moment. chosen says which is which: "WHEN 0 THEN c0".
 * $1 to $7 of the items, $8 whether of all rows, $9 and $10 the values of the row, $11 the column,
 * $12, $13 and $14 moment, lead and handoff of the last item of the page before, $15 limit */
#define REPORT_ITEMS(items, chosen)                                           \
    REPORT_ITEMS_AFTER(items, chosen, "8", "9", "10", "11", "12", "13", "14", "15")

/* The same of items that have parameters of their own after $7. */
#define REPORT_ITEMS_AFTER(items, chosen, all, v0, v1, column, moment, lead, handoff, limit) \
           "WITH items AS (" items ") "                                       \
           "SELECT i.lead_id, i.handoff_id, i.at, i.value "                   \
           "FROM ("                                                           \
           "  SELECT lead_id, handoff_id, at, d0, d1, "                       \
           "    coalesce(handoff_id, '00000000-0000-0000-0000-000000000000') AS last, " \
           "    (CASE $" column "::int4 " chosen " END)::int8 AS value "      \
           "  FROM items"                                                     \
           ") i "                                                             \
           "WHERE i.value > 0 "                                               \
           "AND ($" all "::bool OR (i.d0 IS NOT DISTINCT FROM $" v0 "::text " \
           "  AND i.d1 IS NOT DISTINCT FROM $" v1 "::text)) "                 \
           "AND (i.at, i.lead_id, i.last) > "                                 \
           "  ($" moment "::timestamptz, $" lead "::uuid, $" handoff "::uuid) " \
           "ORDER BY i.at, i.lead_id, i.last "                                \
           "LIMIT $" limit

/* clang-format on */

struct report_source {
    struct report report;
    /* Adds the parameters after $7 that its items have of their own; NULL: none. */
    void (*more)(struct pg_params *params, const struct config *config,
                 const struct report_query *query);
    const struct statement *rows;  /* by REPORT_ROWS; columns but shares, in their order */
    const struct statement *items; /* by REPORT_ITEMS */
};

#define REPORT_SOURCES(X)                                                                          \
    X(report_gaps)                                                                                 \
    X(report_rejections)                                                                           \
    X(report_response_times)                                                                       \
    X(report_bypass)                                                                               \
    X(report_effort)                                                                               \
    X(report_requests)

#define X(name) extern const struct report_source name;
REPORT_SOURCES(X)
#undef X

/** By the report's name; NULL: there is none. */
const struct report_source *report_source_named(const char *name);

/** ERR_LIMIT_REACHED: more than REPORT_ROWS_MAX rows; else as read_run(). */
enum err report_source_read(const struct read *read, const struct config *config,
                            const struct report_source *source, const struct report_query *query,
                            struct report_rows *out) MUST_USE;

/** A cell of the report: a column that opens, of a row or of all. */
struct report_cell {
    int column;
    bool whole;
    const char *values[REPORT_CUTS_MAX];
};

struct report_item {
    struct uuid lead;
    struct uuid handoff; /* nil: the lead itself is counted */
    instant at;
    int64_t value; /* the items' make the number of the cell */
};

struct report_items {
    struct report_item *items;
    size_t count;
    bool more;
};

/** The items behind a cell, by their moment, after the last one of the page before (NULL: from the
 *  beginning). */
enum err report_source_open(const struct read *read, const struct config *config,
                            const struct report_source *source, const struct report_query *query,
                            const struct report_cell *cell, const struct report_item *after,
                            int limit, struct report_items *out) MUST_USE;

#endif
