/* Whom of the two sides another team got in the way of: each collision is an entry of the ledger
 * (lib/core/lead/collision.h), at the lead that both had a hand in. */
#include "store/read/report_source.h"

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(collisions, "1")                                                    \
    LEADS(by_marketing, "t.function = 'marketing'")                           \
    LEADS(by_sales, "t.function = 'sales'")

#define CUT(number)                                                           \
           "CASE $" number "::text "                                          \
           "  WHEN 'team' THEN t.name "                                       \
           "  WHEN 'with_team' THEN w.name "                                  \
           "  WHEN 'member' THEN e.actor_id::text "                           \
           "  WHEN 'account' THEN l.attributes->'company.domain'->0->>0 END"

/* Of a lead that was merged away since, its survivor. */
#define ITEMS                                                                 \
           "SELECT coalesce(l.merged_into, l.lead_id) AS lead_id, NULL::uuid AS handoff_id, e.at, " \
           CUT("6") " AS d0, "                                                \
           CUT("7") " AS d1 "                                                 \
           REPORT_ITEM(COLUMNS)                                               \
           "FROM ("                                                           \
           "  SELECT subject_id, at, team_id, "                               \
           "    CASE WHEN actor_kind = 1 THEN actor_id END AS actor_id, "     \
           "    convert_from(body, 'UTF8')::json->>'with' AS with_team "      \
           "  FROM ledger "                                                   \
           "  WHERE workspace_id = $1 AND kind = 14 AND at >= $2 AND at < $3 " \
           "  AND (at > $8::timestamptz) IS NOT TRUE"                         \
           ") e "                                                             \
           "JOIN lead l ON l.workspace_id = $1 AND l.lead_id = e.subject_id " \
           "JOIN team t ON t.workspace_id = $1 AND t.team_id = e.team_id "    \
           "JOIN team w ON w.workspace_id = $1 AND w.team_id = e.with_team::uuid " \
           "WHERE $4::uuid < $5::uuid"

static const struct statement ROWS = {
    .name = "report_collisions",
    .sql = REPORT_ROWS(ITEMS, "collisions", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_collisions_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const collisions_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_collisions = {
    .report = {.name = "collisions",
               .dimensions = {"team", "with_team", "member", "account"},
               .cuts = 2,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
