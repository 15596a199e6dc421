/*
 * What was handed off past the definition: without a verdict, or as an exception. Who was handed
 * off as standard through a gate met it, else there was no handoff (lib/core/handoff/offer.h).
 */
#include "store/read/handoff_items.h"

/* clang-format off */

#define COLUMNS(LEADS, SHARE, VALUE)                                           \
    LEADS(handed_off, "1")                                                     \
    LEADS(without_verdict, "h.version IS NULL")                        \
    SHARE(without_verdict_share, without_verdict, handed_off,                  \
          .published = {670, 670, "as commonly quoted of leads passed on"})    \
    LEADS(met_definition, "h.kind = 'standard' AND h.version IS NOT NULL") \
    SHARE(met_definition_share, met_definition, handed_off,                    \
          .published = {270, 270, "MarketingSherpa, of leads sent to sales"})  \
    LEADS(exceptions, "h.kind NOT IN ('standard', 'self_sourced', 'requested')")

#define ITEMS                                                                  \
           HANDOFF_ITEM("h.accepted_by", COLUMNS)                              \
           "FROM "                                                             \
           HANDOFF_ITEMS                                                       \
           "WHERE h.kind <> 'requested' OR h.accepted_at IS NOT NULL"

static const struct statement ROWS = {
    .name = "report_bypass",
    .sql = REPORT_ROWS(ITEMS, "handed_off", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_bypass_items",
    .sql = REPORT_ITEMS(ITEMS, COLUMNS),
};

/* clang-format on */

const struct statement *const bypass_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_bypass = {
    .report = {.name = "bypass",
               .dimensions = {"from_team", "team", "kind", "source", "campaign"},
               .cuts = 1,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
