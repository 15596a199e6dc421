/*
 * What the items of reports about handoffs have in common: the handoffs that were offered in the
 * period, by what they can be cut, and working time. History that was imported is left out: nobody
 * answered it here.
 */
#ifndef BATON_STORE_HANDOFF_ITEMS_H
#define BATON_STORE_HANDOFF_ITEMS_H

#include "store/read/report_source.h"

/* clang-format off */

#define ASKED_FOR(one, other) "(coalesce($6::text, '') IN ('" one "', '" other "') " \
           "  OR coalesce($7::text, '') IN ('" one "', '" other "'))"

/* h the handoff, t and f its teams, s the words of the lead's first touch, which are looked up only
 * when rows are cut by them. */
#define HANDOFF_ITEMS                                                         \
           "handoff h "                                                       \
           "JOIN team t ON t.workspace_id = $1 AND t.team_id = h.to_team "    \
           "JOIN team f ON f.workspace_id = $1 AND f.team_id = h.from_team "  \
           "LEFT JOIN LATERAL ("                                              \
           "  SELECT source, campaign "                                       \
           "  FROM touch "                                                    \
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id "               \
           "  AND " ASKED_FOR("source", "campaign") " "                       \
           "  ORDER BY occurred_at, touch_id "                                \
           "  LIMIT 1"                                                        \
           ") s ON true "

#define HANDOFF_ITEMS_OFFERED                                                 \
           "h.workspace_id = $1 AND h.handoff_id >= $4 AND h.handoff_id < $5 " \
           "AND h.offered_at >= $2 AND h.offered_at < $3 AND h.kind <> 'imported' "

#define WORD_OF(column) "(SELECT value FROM dimension "                       \
           "WHERE workspace_id = $1 AND dimension_id = " column ")"

/* member is whose answer the report is about; hour needs the zone of WORKING_TIME. */
#define HANDOFF_ITEMS_CUT(number, member, hour)                               \
           "CASE $" number "::text "                                          \
           "  WHEN 'team' THEN t.name "                                       \
           "  WHEN 'from_team' THEN f.name "                                  \
           "  WHEN 'member' THEN (" member ")::text "                         \
           "  WHEN 'source' THEN " WORD_OF("s.source") " "                    \
           "  WHEN 'campaign' THEN " WORD_OF("s.campaign") " "                \
           "  WHEN 'kind' THEN h.kind::text "                                 \
           "  WHEN 'reason' THEN h.reason "                                   \
           "  WHEN 'class' THEN h.class::text "                               \
           "  WHEN 'criterion' THEN h.criterion->>'id' "                      \
           "  WHEN 'hour' THEN " hour " END"

/* Each team's working time as its stretches: begin, end, and what was worked before them in
 * seconds, searched by width_bucket().
 * $8 teams, $9 and $10 the first and last of a team's stretches, $11 its time zone, $12 to $14
 * begins, ends and sums of all stretches */
#define WORKING_TIME                                                          \
           "JOIN ("                                                           \
           "  SELECT u.team, u.zone, ($12::timestamptz[])[u.first:u.last] AS begins, " \
           "    ($13::timestamptz[])[u.first:u.last] AS ends, "               \
           "    ($14::int8[])[u.first:u.last] AS sums "                       \
           "  FROM unnest($8::uuid[], $9::int4[], $10::int4[], $11::text[]) " \
           "    u(team, first, last, zone) "                                  \
           "  OFFSET 0"                                                       \
           ") w ON w.team = h.to_team "

/* Seconds worked until a moment, since the first stretch. */
#define WORKED_UNTIL(at, place)                                               \
           "(w.sums[" place "] + "                                            \
           "  extract(epoch FROM least(" at ", w.ends[" place "]) - w.begins[" place "]))"

#define WORKING_MINUTES(from, to)                                             \
           "floor((" WORKED_UNTIL(to, "width_bucket(" to ", w.begins)") " - " \
           WORKED_UNTIL(from, "width_bucket(" from ", w.begins)") ") / 60)::int8"

/* clang-format on */

/** $8 to $14 of WORKING_TIME, for moments from the beginning of the period to a year after it. */
void handoff_items_put_working_time(struct pg_params *params, const struct config *config,
                                    const struct report_query *query);

#endif
