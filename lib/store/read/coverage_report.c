/*
 * Whether all that is handed off is followed up, or some of it alone. Touched in time is an
 * accepted lead that the receiving team's function contacted (an outbound touch) before decide_by,
 * which is the time that it promised; attempts are all such touches until the handoff was closed.
 *
 * better_refused is an index of cherry-picking: of one lead that was accepted and one that was
 * rejected, in so many of a hundred pairs the rejected one had the higher score, ties counting
 * half. With the scores in ascending order, n1 accepted and n2 rejected, and R the sum of the
 * midranks of the accepted ones, it is
 *
 *     1 - (R - n1 (n1 + 1) / 2) / (n1 n2)
 *
 * which is one less the statistic of H. B. Mann and D. R. Whitney, "On a Test of Whether one of Two
 * Random Variables is Stochastically Larger than the Other", Annals of Mathematical Statistics 18
 * (1947), divided by its maximum. 0: acceptance follows the score; 50: it follows something else;
 * 100: the best are refused. Null while one of the two kinds is missing.
 */
#include "store/read/handoff_items.h"

/* clang-format off */

#define ACCEPTED "better_refused IS NOT NULL AND accepted > 0"
#define REJECTED "better_refused IS NOT NULL AND accepted = 0"

/* Ranks are doubled, so that midranks are whole. */
#define REFUSED_OF(ranks)                                                     \
           "(1000 - 500 * (sum(" ranks ") FILTER (WHERE " ACCEPTED ") "       \
           "    - count(*) FILTER (WHERE " ACCEPTED ") * (count(*) FILTER (WHERE " ACCEPTED ") + 1)) " \
           "  / nullif(count(*) FILTER (WHERE " ACCEPTED ") * count(*) FILTER (WHERE " REJECTED "), 0))"

#define COLUMNS(LEADS, SHARE, VALUE)                                          \
    LEADS(offered, "1")                                                       \
    LEADS(accepted, "h.accepted_at IS NOT NULL")                              \
    LEADS(answered, "h.accepted_at IS NOT NULL OR h.state = 'rejected'")      \
    SHARE(accepted_share, accepted, answered)                                 \
    LEADS(touched, "h.first_contact_at IS NOT NULL")                          \
    LEADS(touched_in_time, "h.first_contact_at <= h.decide_by")               \
    SHARE(touched_in_time_share, touched_in_time, accepted)                   \
    LEADS(attempts, "n.attempts")                                             \
    VALUE(attempts_per_lead, REPORT_TENTHS, "NULL",                           \
          "round(10.0 * sum(attempts) / nullif(sum(accepted), 0))::int8")     \
    VALUE(better_refused, REPORT_TENTHS,                                      \
          "CASE WHEN h.accepted_at IS NOT NULL OR h.state = 'rejected' THEN v.score END", \
          "round(CASE WHEN grouping(d0) = 1 THEN " REFUSED_OF("rank_of_all") \
          " ELSE " REFUSED_OF("rank_of_row") " END)::int8")

#define HANDED_OFF                                                            \
           HANDOFF_ITEM("coalesce(h.accepted_by, h.closed_by, h.assignee)", COLUMNS) \
           "FROM "                                                            \
           HANDOFF_ITEMS                                                      \
           "LEFT JOIN verdict v ON v.workspace_id = $1 "                      \
           "  AND v.lead_id = h.verdict_lead AND v.seq = h.verdict_seq "      \
           "CROSS JOIN LATERAL ("                                             \
           "  SELECT count(*) AS attempts "                                   \
           "  FROM touch "                                                    \
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id "               \
           "  AND h.accepted_at IS NOT NULL AND occurred_at >= h.offered_at " \
           "  AND (occurred_at > h.closed_at) IS NOT TRUE "                   \
           "  AND (occurred_at > $8::timestamptz) IS NOT TRUE "               \
           "  AND direction = 'outbound' AND function = t.function"           \
           ") n "                                                             \
           "WHERE h.kind NOT IN ('self_sourced', 'requested')"

#define MIDRANK(of)                                                           \
           "rank() OVER (PARTITION BY " of "better_refused IS NULL ORDER BY better_refused) " \
           "+ count(*) OVER (PARTITION BY " of "better_refused IS NULL ORDER BY better_refused)"

/* Up to the last of those with the same score; with their rank that is twice the midrank. */
#define ITEMS                                                                 \
           "SELECT i.*, "                                                     \
           MIDRANK("") " AS rank_of_all, "                                    \
           MIDRANK("d0, d1, ") " AS rank_of_row "                             \
           "FROM ("                                                           \
           HANDED_OFF                                                         \
           ") i "

static const struct statement ROWS = {
    .name = "report_coverage",
    .sql = REPORT_ROWS(ITEMS, "offered", COLUMNS),
};

static const struct statement LEADS = {
    .name = "report_coverage_items",
    .sql = REPORT_ITEMS(HANDED_OFF, COLUMNS),
};

/* clang-format on */

const struct statement *const coverage_report_statements[] = {&ROWS, &LEADS, NULL};

const struct report_source report_coverage = {
    .report = {.name = "coverage",
               .dimensions = {"member", "team", "from_team", "source", "campaign", "rule", "kind",
                              "side", "from_side"},
               .cuts = 1,
               .columns = {REPORT_COLUMNS(COLUMNS)}},
    .rows = &ROWS,
    .items = &LEADS,
};
