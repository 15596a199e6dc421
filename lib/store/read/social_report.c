/* What sales does of its own on social networks: outbound touches of a sales team whose channel is
 * social, or whose kind says so (social_…), by whom. Who it was is in the lead's chain, whose entry
 * names the touch. */
#include "store/read/lead_items.h"

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(touches, "1")

#define CUT(number)                                                           \
           "CASE $" number "::text "                                          \
           "  WHEN 'member' THEN ("                                           \
           "    SELECT actor_id::text "                                       \
           "    FROM ledger "                                                 \
           "    WHERE workspace_id = $1 AND subject_id = s.lead_id AND actor_kind = 1 " \
           "    AND position(convert_to(s.touch_id::text, 'UTF8') IN body) > 0 " \
           "    ORDER BY seq "                                                \
           "    LIMIT 1) "                                                    \
           "  WHEN 'kind' THEN s.kind "                                       \
           "  WHEN 'source' THEN ("                                           \
           "    SELECT value "                                                \
           "    FROM dimension "                                              \
           "    WHERE workspace_id = $1 AND dimension_id = s.source) END"

/* By an index of what sales does of its own. */
#define ITEMS                                                                 \
           "SELECT s.lead_id, NULL::uuid AS handoff_id, s.occurred_at AS at, " \
           CUT("6") " AS d0, "                                                \
           CUT("7") " AS d1 "                                                 \
           REPORT_ITEM(COLUMNS)                                               \
           "FROM touch s "                                                    \
           "LEFT JOIN dimension c ON c.workspace_id = $1 AND c.dimension_id = s.channel " \
           "WHERE s.workspace_id = $1 AND s.direction = 'outbound' AND s.function = 'sales' " \
           "AND s.occurred_at >= $2 AND s.occurred_at < $3 "                  \
           "AND (s.recorded_at > $8::timestamptz) IS NOT TRUE "               \
           "AND (s.kind LIKE 'social%' OR lower(c.value) LIKE '%social%') "   \
           "AND $4::uuid < $5::uuid"

static const struct statement ROWS = {
    .name = "report_social",
    .sql = REPORT_ROWS(ITEMS, "touches", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_social_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const social_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_social = {
    .report = {.name = "social",
               .dimensions = {"member", "kind", "source"},
               .cuts = 1,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
