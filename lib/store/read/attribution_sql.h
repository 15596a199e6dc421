/*
 * Pieces of SQL that the statements of attribution have in common. $1 is the workspace, $2 the time
 * zone, $3 and $4 one end of the period, $5 and $6 the other.
 */
#ifndef BATON_STORE_ATTRIBUTION_SQL_H
#define BATON_STORE_ATTRIBUTION_SQL_H

#include "store/table/team_number.h"

/* clang-format off */

/* Each end of the period is a moment, or a date in the time zone. */
#define PERIOD                                                                \
           "period AS MATERIALIZED ("                                         \
           "  SELECT "                                                        \
           "    coalesce($3::timestamptz, "                                   \
           "      $4::text::date::timestamp AT TIME ZONE $2::text, '-infinity') AS lo, " \
           "    coalesce($5::timestamptz, "                                   \
           "      $6::text::date::timestamp AT TIME ZONE $2::text, 'infinity') AS hi" \
           ") "

/* Money that may yet be won. */
#define IN_PIPELINE "l.customer_at IS NULL AND l.stage = 'opportunity'"

/* At the ends of time the local clock may be in year 10000, or before year 1. */
#define TIME_OF(at, interval)                                                 \
           "to_char(date_trunc($" interval "::text, "                         \
           "  least(greatest(" at " AT TIME ZONE $2::text, '0001-01-01'), '9999-12-31')), " \
           "  'YYYY-MM-DD')"

/* As a number: the id of its word, that of a team, or the place of a function or direction. */
#define DIMENSION_OF(number, touch)                                           \
           "CASE $" number "::text "                                          \
           "  WHEN 'source' THEN " touch ".source "                           \
           "  WHEN 'medium' THEN " touch ".medium "                           \
           "  WHEN 'campaign' THEN " touch ".campaign "                       \
           "  WHEN 'channel' THEN " touch ".channel "                         \
           "  WHEN 'content' THEN " touch ".content "                         \
           "  WHEN 'function' THEN "                                          \
           "    array_position(ARRAY['marketing', 'sales', 'other'], " touch ".function::text) " \
           "  WHEN 'direction' THEN "                                         \
           "    array_position(ARRAY['inbound', 'outbound'], " touch ".direction::text) " \
           "  WHEN 'term' THEN " touch ".term "                               \
           "  WHEN 'team' THEN " TEAM_NUMBER_INT8(touch ".team") " "          \
           "  WHEN 'content_owner' THEN (SELECT " TEAM_NUMBER_INT8("owner_team") " FROM content " \
           "    WHERE workspace_id = $1 AND content_id = " touch ".content) END"

#define TEAM_WORD(value)                                                      \
           "(SELECT name FROM team "                                          \
           "  WHERE workspace_id = $1 AND " TEAM_NUMBER_INT8("team_id") " = " value ")"

/* In the place of a dimension: the values are those of contents, whose owners are the words. */
#define OWNER_OF_CONTENT "owner of content"

#define WORD_OF(number, value)                                                \
           "CASE $" number "::text "                                          \
           "  WHEN 'function' THEN (ARRAY['marketing', 'sales', 'other'])[(" value ")::int4] " \
           "  WHEN 'direction' THEN (ARRAY['inbound', 'outbound'])[(" value ")::int4] " \
           "  WHEN 'team' THEN " TEAM_WORD(value) " "                         \
           "  WHEN 'content_owner' THEN " TEAM_WORD(value) " "                \
           "  WHEN 'owner of content' THEN (SELECT t.name FROM content c "  \
           "    JOIN team t ON t.workspace_id = $1 AND t.team_id = c.owner_team " \
           "    WHERE c.workspace_id = $1 AND c.content_id = " value ") "     \
           "  ELSE (SELECT value FROM dimension "                             \
           "    WHERE workspace_id = $1 AND dimension_id = " value ") END"

/* Kinds of touches that count, in a parameter: null when all do. Then the lead knows its first. */
#define FIRST_AT(kinds)                                                       \
           "CASE WHEN $" kinds "::text[] IS NULL "                            \
           "  THEN coalesce(l.first_touch_at, l.created_at) "                 \
           "  ELSE coalesce(e.occurred_at, l.created_at) END"

#define OF_KINDS(kinds)                                                       \
           "      AND ($" kinds "::text[] IS NULL OR kind = ANY ($" kinds ")) "

#define EARLIEST(kinds)                                                              \
           "  LEFT JOIN LATERAL ("                                            \
           "    SELECT * "                                                    \
           "    FROM touch "                                                  \
           "    WHERE workspace_id = $1 AND lead_id = l.lead_id "             \
           OF_KINDS(kinds)                                                    \
           "    ORDER BY occurred_at, touch_id "                              \
           "    LIMIT 1"                                                      \
           "  ) e ON true "

#define MILESTONE_AT(number)                                                  \
           "    SELECT CASE $" number "::text "                               \
           "      WHEN 'mql' THEN l.mql_at "                                  \
           "      WHEN 'sal' THEN l.sal_at "                                  \
           "      WHEN 'sql' THEN l.sql_at "                                  \
           "      WHEN 'opportunity' THEN l.opportunity_at "                  \
           "      WHEN 'customer' THEN l.customer_at END AS at"

/* At or before the milestone, and not older than the window. */
#define IN_WINDOW(number, kinds)                                                     \
           "      AND workspace_id = $1 AND lead_id = l.lead_id "             \
           OF_KINDS(kinds)                                                    \
           "      AND occurred_at <= m.at AND occurred_at >= "                \
           "        coalesce(m.at - $" number "::int4 * interval '24 hours', '-infinity') "

/* clang-format on */

#endif
