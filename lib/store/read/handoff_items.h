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

/* What is known of a handoff only since then is left out, when it is asked as of an earlier moment. */
#define SINCE(at, value) "CASE WHEN h." at " > $8::timestamptz THEN NULL ELSE " value " END"

/* h the handoff as it stood, t and f its teams, s the words of the lead's first touch, which are
 * looked up only when rows are cut by them. Who has it alone, by which rule, is as it is now; a
 * dispute is as its feedback says. */
#define HANDOFF_ITEMS                                                         \
           "("                                                                \
           "  SELECT h.workspace_id, h.handoff_id, h.lead_id, h.kind, h.from_team, h.to_team, " \
           "    h.version, h.verdict_lead, h.verdict_seq, h.offered_at, h.respond_by, " \
           "    h.assignee, h.dealt_rule, h.dealt_by, h.dealt_to, "           \
           "    CASE "                                                        \
           "      WHEN (h.closed_at > $8::timestamptz) IS NOT TRUE "          \
           "        AND (h.accepted_at > $8::timestamptz) IS NOT TRUE THEN h.state::text " \
           "      WHEN h.accepted_at <= $8::timestamptz THEN 'accepted' "     \
           "      WHEN h.kind = 'requested' THEN 'requested' "                \
           "      ELSE 'offered' END AS state, "                              \
           "    " SINCE("accepted_at", "h.accepted_at") " AS accepted_at, "   \
           "    " SINCE("accepted_at", "h.accepted_by") " AS accepted_by, "   \
           "    " SINCE("accepted_at", "h.decide_by") " AS decide_by, "       \
           "    " SINCE("first_contact_at", "h.first_contact_at") " AS first_contact_at, " \
           "    " SINCE("closed_at", "h.closed_at") " AS closed_at, "         \
           "    " SINCE("closed_at", "h.closed_by") " AS closed_by, "         \
           "    " SINCE("closed_at", "h.reason") " AS reason, "               \
           "    " SINCE("closed_at", "h.class::text") " AS class, "           \
           "    " SINCE("closed_at", "h.criterion->>'id'") " AS criterion, "  \
           "    CASE WHEN h.dispute IS NULL OR $8::timestamptz IS NULL THEN h.dispute::text " \
           "      ELSE ("                                                     \
           "        SELECT kind "                                             \
           "        FROM feedback "                                           \
           "        WHERE workspace_id = $1 AND handoff_id = h.handoff_id "   \
           "        AND kind <> 'feedback' AND given_at <= $8::timestamptz "  \
           "        ORDER BY feedback_id DESC "                               \
           "        LIMIT 1) END AS dispute "                                 \
           "  FROM handoff h "                                                \
           "  WHERE h.workspace_id = $1 "                                     \
           "  AND h.handoff_id >= $4 AND h.handoff_id < $5 "                  \
           "  AND h.offered_at >= $2 AND h.offered_at < $3 "                  \
           "  AND (h.offered_at > $8::timestamptz) IS NOT TRUE AND h.kind <> 'imported'" \
           ") h "                                                             \
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

#define WORD_OF(column) "(SELECT value FROM dimension "                       \
           "WHERE workspace_id = $1 AND dimension_id = " column ")"

#define HANDOFF_CUT(number, member, hour)                                     \
           "CASE $" number "::text "                                          \
           "  WHEN 'team' THEN t.name "                                       \
           "  WHEN 'from_team' THEN f.name "                                  \
           "  WHEN 'side' THEN t.function::text "                             \
           "  WHEN 'from_side' THEN f.function::text "                        \
           "  WHEN 'member' THEN (" member ")::text "                         \
           "  WHEN 'rule' THEN CASE WHEN h.dealt_by IS NOT NULL THEN t.name || ' ' "     \
           "    || coalesce(nullif(h.dealt_rule, 0)::text, 'otherwise') END " \
           "  WHEN 'source' THEN " WORD_OF("s.source") " "                    \
           "  WHEN 'campaign' THEN " WORD_OF("s.campaign") " "                \
           "  WHEN 'dealt_by' THEN h.dealt_by::text "                         \
           "  WHEN 'kind' THEN h.kind::text "                                 \
           "  WHEN 'reason' THEN h.reason "                                   \
           "  WHEN 'class' THEN h.class "                                     \
           "  WHEN 'criterion' THEN h.criterion "                             \
           "  WHEN 'hour' THEN " hour " END"

/* The items' SELECT, up to its FROM. member is whose answer the report is about; hour needs the zone
 * of WORKING_TIME. */
#define HANDOFF_ITEM_BY(member, hour, columns)                                \
           "SELECT h.lead_id, h.handoff_id, h.offered_at AS at, "             \
           HANDOFF_CUT("6", member, hour) " AS d0, "                          \
           HANDOFF_CUT("7", member, hour) " AS d1 "                           \
           REPORT_ITEM(columns)

#define HANDOFF_ITEM(member, columns) HANDOFF_ITEM_BY(member, "NULL", columns)

/* Each team's working time as its stretches: begin, end, and what was worked before them in
 * seconds, searched by width_bucket().
 * $9 teams, $10 and $11 the first and last of a team's stretches, $12 its time zone, $13 to $15
 * begins, ends and sums of all stretches */
#define WORKING_TIME                                                          \
           "JOIN ("                                                           \
           "  SELECT u.team, u.zone, ($13::timestamptz[])[u.first:u.last] AS begins, " \
           "    ($14::timestamptz[])[u.first:u.last] AS ends, "               \
           "    ($15::int8[])[u.first:u.last] AS sums "                       \
           "  FROM unnest($9::uuid[], $10::int4[], $11::int4[], $12::text[]) " \
           "    u(team, first, last, zone) "                                  \
           "  OFFSET 0"                                                       \
           ") w ON w.team = h.to_team "

#define AFTER_WORKING_TIME "16", "17", "18", "19", "20", "21", "22", "23"

/* Seconds worked until a moment, since the first stretch. */
#define WORKED_UNTIL(at, place)                                               \
           "(w.sums[" place "] + "                                            \
           "  extract(epoch FROM least(" at ", w.ends[" place "]) - w.begins[" place "]))"

#define WORKING_MINUTES(from, to)                                             \
           "floor((" WORKED_UNTIL(to, "width_bucket(" to ", w.begins)") " - " \
           WORKED_UNTIL(from, "width_bucket(" from ", w.begins)") ") / 60)::int8"

/* clang-format on */

/** $9 to $15 of WORKING_TIME, for moments from the beginning of the period to a year after it. */
void handoff_items_put_working_time(struct pg_params *params, const struct report_query *query);

#endif
