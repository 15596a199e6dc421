/* SQL that follows merges: common table expressions for statements with workspace $1. The lookups
 * are LATERAL with LIMIT, so that no plan can join whole tables. */
#ifndef BATON_STORE_MERGED_H
#define BATON_STORE_MERGED_H

/* clang-format off */

/** way(id, n): this lead and those that it was merged into, one after the other; the last is the
 *  survivor. After WITH RECURSIVE. */
#define MERGED_WAY_FROM(lead)                             \
           "way(id, n) AS ("                              \
           "  SELECT " lead ", 0 "                        \
           "  UNION ALL "                                 \
           "  SELECT l.merged_into, way.n + 1 "           \
           "  FROM way "                                  \
           "  CROSS JOIN LATERAL ("                       \
           "    SELECT merged_into "                      \
           "    FROM lead "                               \
           "    WHERE workspace_id = $1 AND lead_id = way.id " \
           "    LIMIT 1"                                  \
           "  ) l "                                       \
           "  WHERE l.merged_into IS NOT NULL AND way.n < 100" \
           ") "

/** From the lead $2. */
#define MERGED_WAY MERGED_WAY_FROM("$2::uuid")

/** way, and all_of(id): the survivor of the lead $2 and every lead that it absorbed, however
 *  deep. */
#define MERGED_ALL                                        \
           MERGED_WAY                                     \
           ", all_of(id) AS ("                            \
           "  SELECT id FROM way "                        \
           "  UNION "                                     \
           "  SELECT a.lead_id "                          \
           "  FROM all_of "                               \
           "  CROSS JOIN LATERAL ("                       \
           "    SELECT lead_id "                          \
           "    FROM lead "                               \
           "    WHERE workspace_id = $1 AND merged_into = all_of.id " \
           "    OFFSET 0"                                 \
           "  ) a"                                        \
           ") "

/* clang-format on */

#endif
