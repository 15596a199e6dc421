/*
 * What the items of reports about leads have in common: the leads that began in the period, with
 * their first touch or, without one, when they were captured, and by what they can be cut. Leads
 * that were merged away count for their survivor, erased ones still count.
 */
#ifndef BATON_STORE_LEAD_ITEMS_H
#define BATON_STORE_LEAD_ITEMS_H

#include "store/read/report_source.h"

/* clang-format off */

/* As the index lead_begun has it. */
#define LEAD_BEGUN "(CASE WHEN first_touch_at IS NULL THEN created_at ELSE first_touch_at END)"

#define LEAD_REACHED(milestone) \
           "CASE WHEN " milestone " > $8::timestamptz THEN NULL ELSE " milestone " END AS " milestone

/* A lead as it stood. */
#define LEAD_AS_OF                                                            \
           "  SELECT lead_id, " LEAD_BEGUN " AS begun, owner_team, origin, found_by, " \
           LEAD_REACHED("mql_at") ", "                                        \
           LEAD_REACHED("sal_at") ", "                                        \
           LEAD_REACHED("sql_at") ", "                                        \
           LEAD_REACHED("opportunity_at") ", "                                \
           LEAD_REACHED("customer_at") " "                                    \
           "  FROM lead "                                                     \
           "  WHERE workspace_id = $1 AND status <> 'merged' "                \
           "  AND (created_at > $8::timestamptz) IS NOT TRUE "

/* Of ids between $4 and $5 are those that were made in the period, which is not when a lead began:
 * history may be imported later. */
#define LEADS_BEGUN                                                           \
           "("                                                                \
           LEAD_AS_OF                                                         \
           "  AND " LEAD_BEGUN " >= $2 AND " LEAD_BEGUN " < $3 "              \
           "  AND $4::uuid < $5::uuid"                                        \
           ") l "

/* The word of its first touch, looked up only when rows are cut by it. */
#define LEAD_WORD(number, column)                                             \
           "  WHEN '" column "' THEN ("                                       \
           "    SELECT d.value "                                              \
           "    FROM ("                                                       \
           "      SELECT " column " AS id "                                   \
           "      FROM touch "                                                \
           "      WHERE workspace_id = $1 AND lead_id = l.lead_id "           \
           "      ORDER BY occurred_at, touch_id "                            \
           "      LIMIT 1"                                                    \
           "    ) s "                                                         \
           "    JOIN dimension d ON d.workspace_id = $1 AND d.dimension_id = s.id) "

/* more: dimensions of a report's own. */
#define LEAD_CUT(number, more)                                                \
           "CASE $" number "::text "                                          \
           LEAD_WORD(number, "source")                                        \
           LEAD_WORD(number, "medium")                                        \
           LEAD_WORD(number, "campaign")                                      \
           LEAD_WORD(number, "channel")                                       \
           LEAD_WORD(number, "content")                                       \
           "  WHEN 'kind' THEN ("                                             \
           "    SELECT kind "                                                 \
           "    FROM touch "                                                  \
           "    WHERE workspace_id = $1 AND lead_id = l.lead_id "             \
           "    ORDER BY occurred_at, touch_id "                              \
           "    LIMIT 1) "                                                    \
           "  WHEN 'motion' THEN l.origin::text "                             \
           "  WHEN 'function' THEN l.found_by::text "                         \
           "  WHEN 'team' THEN ("                                             \
           "    SELECT name "                                                 \
           "    FROM team "                                                   \
           "    WHERE workspace_id = $1 AND team_id = l.owner_team) "         \
           "  WHEN 'month' THEN to_char(l.begun AT TIME ZONE 'UTC', 'YYYY-MM') " \
           "  WHEN 'year' THEN to_char(l.begun AT TIME ZONE 'UTC', 'YYYY') "  \
           more "END"

/* The items' SELECT, up to its FROM. */
#define LEAD_ITEM_BY(more, columns)                                           \
           "SELECT l.lead_id, NULL::uuid AS handoff_id, l.begun AS at, "      \
           LEAD_CUT("6", more) " AS d0, "                                     \
           LEAD_CUT("7", more) " AS d1 "                                      \
           REPORT_ITEM(columns)

#define LEAD_ITEM(columns) LEAD_ITEM_BY("", columns)

/* Minutes from one moment to another: none if that came first, null if one of them is not known. */
#define LEAD_MINUTES(from, to)                                                \
           "CASE WHEN " to " < " from " THEN 0 "                              \
           "  ELSE extract(epoch FROM " to " - " from ") / 60 END::int8"

#define LEAD_MEDIAN(column) "percentile_disc(0.5) WITHIN GROUP (ORDER BY " column ")"

/* clang-format on */

/* The dimensions of LEAD_CUT that every report about leads has. */
#define LEAD_DIMENSIONS                                                                            \
    "source", "medium", "campaign", "channel", "content", "kind", "motion", "function", "team",    \
        "month", "year"

#endif
