/*
 * Where a report's numbers come from. A report is one file: a SELECT of its items, each of them a
 * lead or a handoff, and its columns, each with its SQL beside its name. From these are made the
 * statement of the rows that count items, the statement of the items that a number opens to, and
 * what is written; so a number and what it opens to cannot differ.
 *
 * What a SELECT of items gives, before its FROM:
 *     lead_id, handoff_id   the latter null where it is a lead that is counted
 *     at                    the moment by which the list is in order
 *     d0, d1                the values of the two dimensions that are asked for, as text
 * and after it the report's columns by REPORT_ITEM, which is the last of the select list.
 *
 * A report's columns are a table, COLUMNS(LEADS, SHARE, VALUE), in the order of the answer:
 *     LEADS(name, of an item, …)         counts items: a condition as a number, or a number
 *     SHARE(name, part, whole, …)        in percent, of two of these
 *     VALUE(name, form, of an item, of a row, …)   what else a row says, an aggregate of its items
 * with members of struct report_column in place of the dots. The first one is LEADS, and counts
 * what a row is made of.
 */
#ifndef BATON_STORE_REPORT_SOURCE_H
#define BATON_STORE_REPORT_SOURCE_H

#include "core/attribution/rollup_reports.h"
#include "core/report/report.h"
#include "store/read/read.h"

/* In the items: $1 workspace, $2 and $3 the period, $4 and $5 what ids are between that were made
 * in it, $6 and $7 the dimensions asked for, or null, $8 the moment as of which is asked, or null:
 * now; from $9 on what a report has of its own. Ids are in the order of time (UUID version 7), so
 * that a period is a range of a primary key. */

/* clang-format off */

#define REPORT_NOW "coalesce($8::timestamptz, now())"

/* What a report makes of its columns: in items, in rows, of the chosen one, as a declaration. */
#define REPORT_ITEM(columns) \
           columns(REPORT_ITEM_LEADS, REPORT_NOTHING, REPORT_ITEM_VALUE)
#define REPORT_COLUMNS(columns) \
           columns(REPORT_COLUMN_LEADS, REPORT_COLUMN_SHARE, REPORT_COLUMN_VALUE)

#define REPORT_NOTHING(...)
#define REPORT_ITEM_LEADS(name, item, ...)       ", (" item ")::int4 AS " #name " "
#define REPORT_ITEM_VALUE(name, form, item, ...) ", " item " AS " #name " "
#define REPORT_ROW_LEADS(name, ...)              ", coalesce(sum(" #name "), 0)::int8 "
#define REPORT_ROW_VALUE(name, form, item, row, ...) ", " row " "
#define REPORT_CHOICE_LEADS(name, ...)           " WHEN '" #name "' THEN " #name
#define REPORT_COLUMN_LEADS(name, item, ...)     {#name, REPORT_LEADS, __VA_ARGS__},
#define REPORT_COLUMN_SHARE(name, of, all, ...)  {#name, REPORT_SHARE, .part = #of, .whole = #all, __VA_ARGS__},
#define REPORT_COLUMN_VALUE(name, form, item, row, ...) {#name, form, __VA_ARGS__},

/* Rows and, with the first column true, the whole; by what the first of the columns counts.
 * $1 to $8 of the items and what they have of their own, then whether to count the leads behind each
 * row, which only those ask for who may not see rows of a few */
#define REPORT_ROWS(items, first, columns) REPORT_ROWS_AFTER(items, first, columns, "9")

#define REPORT_ROWS_AFTER(items, first, columns, count_leads)                 \
           "WITH items AS (" items ") "                                       \
           "SELECT grouping(d0) = 1, d0, d1, "                                \
           "  count(DISTINCT CASE WHEN $" count_leads "::bool AND " first " > 0 THEN lead_id END) " \
           columns(REPORT_ROW_LEADS, REPORT_NOTHING, REPORT_ROW_VALUE)        \
           "FROM items "                                                      \
           "GROUP BY GROUPING SETS ((d0, d1), ()) "                           \
           "HAVING grouping(d0) = 1 OR sum(" first ") > 0 "                   \
           "ORDER BY 1 DESC, sum(" first ") DESC, d0 COLLATE \"C\", d1 COLLATE \"C\" " \
           "LIMIT 5002"

/* The items that count in a column, by their moment, those of one lead or handoff at one moment as
 * one, so that pages have an order; of a report whose items have nothing of their
 * own, and of any, by the numbers that follow.
 * $1 to $8 of the items, $9 whether of all rows, $10 and $11 the values of the row, $12 the column,
 * $13, $14 and $15 moment, lead and handoff of the last item of the page before, $16 limit */
#define REPORT_ITEMS(items, columns)                                          \
    REPORT_ITEMS_AFTER(items, columns, "9", "10", "11", "12", "13", "14", "15", "16")

#define REPORT_ITEMS_AFTER(items, columns, ...)                               \
    REPORT_ITEMS_OF(items, columns, __VA_ARGS__)

#define REPORT_ITEMS_OF(items, columns, all, v0, v1, column, moment, lead, handoff, limit) \
           "WITH items AS (" items ") "                                       \
           "SELECT i.lead_id, i.handoff_id, i.at, sum(i.value)::int8 "                   \
           "FROM ("                                                           \
           "  SELECT lead_id, handoff_id, at, d0, d1, "                       \
           "    coalesce(handoff_id, '00000000-0000-0000-0000-000000000000') AS last, " \
           "    (CASE $" column "::text"                                      \
           columns(REPORT_CHOICE_LEADS, REPORT_NOTHING, REPORT_NOTHING)       \
           "     END)::int8 AS value "                                        \
           "  FROM items"                                                     \
           ") i "                                                             \
           "WHERE i.value > 0 "                                               \
           "AND ($" all "::bool OR (i.d0 IS NOT DISTINCT FROM $" v0 "::text " \
           "  AND i.d1 IS NOT DISTINCT FROM $" v1 "::text)) "                 \
           "AND (i.at, i.lead_id, i.last) > "                                 \
           "  ($" moment "::timestamptz, $" lead "::uuid, $" handoff "::uuid) " \
           "GROUP BY i.at, i.lead_id, i.last, i.handoff_id "                  \
           "ORDER BY i.at, i.lead_id, i.last "                                \
           "LIMIT $" limit

/* clang-format on */

struct report_source {
    struct report report;
    /* Adds the parameters after $8 that its items have of their own; NULL: none. */
    void (*more)(struct pg_params *params, const struct report_query *query);
    /* Fills numbers that no statement knows in the rows read, before any is left out; NULL: none.
     */
    void (*finish)(const struct report_query *query, struct report_rows *rows, struct arena *arena);
    const struct report_source *flow; /* the same by basis=flow; NULL: there is no such thing */
    const struct statement *rows;     /* by REPORT_ROWS */
    /* rows, of that alone which is not kept counted; NULL: all of it is, where something is */
    const struct statement *uncounted;
    const struct statement *items; /* by REPORT_ITEMS, or REPORT_ITEMS_AFTER with more */
};

/** The reports: each is report_<name> here and reports_<name> in the API. */
#define REPORT_SOURCES(X)                                                                          \
    X(gaps)                                                                                        \
    X(rejections)                                                                                  \
    X(response_times)                                                                              \
    X(bypass)                                                                                      \
    X(collisions)                                                                                  \
    X(distribution)                                                                                \
    X(funnel)                                                                                      \
    X(source_mix)                                                                                  \
    X(capture_types)                                                                               \
    X(nurture)                                                                                     \
    X(results)                                                                                     \
    X(process)                                                                                     \
    X(social)                                                                                      \
    X(coverage)                                                                                    \
    X(effort)                                                                                      \
    X(requests)

#define X(name) extern const struct report_source report_##name;
REPORT_SOURCES(X)
#undef X

/** By the report's name; NULL: there is none. */
const struct report_source *report_source_named(const char *name);

/** ERR_LIMIT_REACHED: more than REPORT_ROWS_MAX rows; else as read_run(). */
enum err report_source_read(const struct read *read, const struct report_source *source,
                            const struct report_query *query, struct report_rows *out) MUST_USE;

/** A cell of the report: a column that opens, of a row or of all. */
struct report_cell {
    const char *column;
    bool whole;
    const char *values[REPORT_CUTS_MAX];
};

struct report_item {
    struct uuid lead;
    struct uuid handoff; /* nil: the lead itself is counted */
    instant at;
    int64_t value; /* the items' make the number of the cell */
};

/** Which of the items behind a cell: by their moment, after the last one of the page before. */
struct report_page {
    struct report_cell cell;
    struct report_item after; /* REPORT_BEGINNING: from the first on */
    int limit;
};

#define REPORT_BEGINNING ((struct report_item){.at = READ_INSTANT_MIN})

struct report_items {
    struct report_item *items;
    size_t count;
    bool more;
};

enum err report_source_open(const struct read *read, const struct report_source *source,
                            const struct report_query *query, const struct report_page *page,
                            struct report_items *out) MUST_USE;

#endif
