/*
 * What was handed off past the definition: without a verdict, or as an exception. Who was handed
 * off as standard through a gate met it, else there was no handoff (lib/core/handoff/offer.h).
 */
#include "store/read/handoff_items.h"

/* clang-format off */

#define CUT(number) HANDOFF_ITEMS_CUT(number, "h.accepted_by", "NULL")

#define ITEMS                                                                 \
           "SELECT h.lead_id, h.handoff_id, h.offered_at AS at, "             \
           CUT("6") " AS d0, "                                                \
           CUT("7") " AS d1, "                                                \
           "  1 AS c0, "                                                      \
           "  (h.version IS NULL)::int4 AS c1, "                              \
           "  (h.kind = 'standard' AND h.version IS NOT NULL)::int4 AS c3, "  \
           "  (h.kind NOT IN ('standard', 'self_sourced', 'requested'))::int4 AS c5 "      \
           "FROM "                                                            \
           HANDOFF_ITEMS                                                      \
           "WHERE " HANDOFF_ITEMS_OFFERED                                     \
           "AND (h.kind <> 'requested' OR h.accepted_at IS NOT NULL)"

static const struct statement ROWS = {
    .name = "report_bypass",
    .sql = REPORT_ROWS(ITEMS,
           REPORT_SUM("c0") ", "
           REPORT_SUM("c1") ", "
           REPORT_SUM("c3") ", "
           REPORT_SUM("c5")),
};

static const struct statement LEADS = {
    .name = "report_bypass_items",
    .sql = REPORT_ITEMS(ITEMS, "WHEN 0 THEN c0 WHEN 1 THEN c1 WHEN 3 THEN c3 WHEN 5 THEN c5"),
};

/* clang-format on */

const struct statement *const bypass_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_bypass = {
    .report = {.name = "bypass",
               .dimensions = {"from_team", "team", "kind", "source", "campaign"},
               .cuts = 1,
               .columns = {{"handed_off", REPORT_LEADS},
                           {"without_verdict", REPORT_LEADS},
                           {"without_verdict_share", REPORT_SHARE, .part = 1, .whole = 0,
                            .published = {670, 670, "as commonly quoted of leads passed on"}},
                           {"met_definition", REPORT_LEADS},
                           {"met_definition_share", REPORT_SHARE, .part = 3, .whole = 0,
                            .published = {270, 270, "MarketingSherpa, of leads sent to sales"}},
                           {"exceptions", REPORT_LEADS}}},
    .rows = &ROWS,
    .items = &LEADS,
};
