/* SQL of what a handoff carries of its lead, for statements with workspace $1: columns of JSON,
 * which core/handoff/carried.h reads. */
#ifndef BATON_STORE_CARRIED_H
#define BATON_STORE_CARRIED_H

/* clang-format off */

#define CARRIED_MICROSECONDS(column) "floor(extract(epoch FROM " column ") * 1000000)::int8"

/** The latest handoffs that are over, of the lead and of those that it absorbed:
 *  [[id, kind, state, from_team, to_team, offered_at, closed_at, reason, class, note], …]. */
#define CARRIED_EARLIER(lead, handoff)                    \
           "("                                            \
           "  SELECT json_agg(json_build_array(c.handoff_id, c.kind, c.state, c.from_team, c.to_team, " \
           CARRIED_MICROSECONDS("c.offered_at") ", "      \
           CARRIED_MICROSECONDS("c.closed_at") ", c.reason, c.class, c.note) " \
           "    ORDER BY c.offered_at DESC, c.handoff_id DESC) " \
           "  FROM ("                                     \
           "    SELECT x.* "                              \
           "    FROM ("                                   \
           "      SELECT " lead " AS id "                 \
           "      UNION ALL "                             \
           "      SELECT lead_id "                        \
           "      FROM lead "                             \
           "      WHERE workspace_id = $1 AND merged_into = " lead \
           "    ) a "                                     \
           "    CROSS JOIN LATERAL ("                     \
           "      SELECT * "                              \
           "      FROM handoff "                          \
           "      WHERE workspace_id = $1 AND lead_id = a.id " \
           "      AND state NOT IN ('requested', 'offered', 'accepted') " \
           "      OFFSET 0"                               \
           "    ) x "                                     \
           "    WHERE x.handoff_id <> " handoff " "       \
           "    ORDER BY x.handoff_id DESC "              \
           "    LIMIT 10"                                 \
           "  ) c"                                        \
           ")"

/** The texts of the dimensions of the lead's latest touches: {"<id>": text}. */
#define CARRIED_TEXTS(lead, touches)                      \
           "("                                            \
           "  SELECT json_object_agg(d.dimension_id, d.value) " \
           "  FROM ("                                     \
           "    SELECT DISTINCT x.id "                    \
           "    FROM ("                                   \
           "      SELECT channel, source, medium, campaign, content, term " \
           "      FROM touch "                            \
           "      WHERE workspace_id = $1 AND lead_id = " lead " " \
           "      ORDER BY occurred_at DESC, touch_id DESC " \
           "      LIMIT " touches                         \
           "    ) t "                                     \
           "    CROSS JOIN LATERAL unnest(ARRAY[t.channel, t.source, t.medium, t.campaign, t.content, " \
           "      t.term]) x(id) "                         \
           "    WHERE x.id IS NOT NULL"                   \
           "  ) i "                                       \
           "  CROSS JOIN LATERAL ("                       \
           "    SELECT dimension_id, value "              \
           "    FROM dimension "                          \
           "    WHERE workspace_id = $1 AND dimension_id = i.id " \
           "    LIMIT 1"                                  \
           "  ) d"                                        \
           ")"

/** The campaigns of the lead's latest touches that have a record, as a card shows them, by id. What
 *  they cost is left out: it is long, and marketing's own affair. */
#define CARRIED_CAMPAIGNS(lead, touches)                  \
           "("                                            \
           "  SELECT json_object_agg(c.campaign_id, json_build_object('name', c.name, " \
           "    'title', c.record->'title', "             \
           "    'starts_on', c.record->'starts_on', "     \
           "    'ends_on', c.record->'ends_on', "         \
           "    'promised', c.record->'promised', "       \
           "    'talking_points', c.record->'talking_points')) " \
           "  FROM ("                                     \
           "    SELECT DISTINCT t.campaign "              \
           "    FROM ("                                   \
           "      SELECT campaign "                       \
           "      FROM touch "                            \
           "      WHERE workspace_id = $1 AND lead_id = " lead " " \
           "      ORDER BY occurred_at DESC, touch_id DESC " \
           "      LIMIT " touches                         \
           "    ) t "                                     \
           "    WHERE t.campaign IS NOT NULL"             \
           "  ) i "                                       \
           "  CROSS JOIN LATERAL ("                       \
           "    SELECT campaign_id, name, record "        \
           "    FROM campaign "                           \
           "    WHERE workspace_id = $1 AND campaign_id = i.campaign " \
           "    LIMIT 1"                                  \
           "  ) c"                                        \
           ")"

/* clang-format on */

#endif
