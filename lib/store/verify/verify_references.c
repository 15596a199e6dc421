#include "store/verify/verify_references.h"

#define MEMORY_BYTES (1u << 20)
/* Of all rows at once, as the transaction's own statement_timeout says. */
#define VERIFY_REFERENCES_TIMEOUT_MS 600000

/* clang-format off */

/* Rows of a table that name a row that is not there, and the least key among them.
 * $1 workspace */
#define REFERENCE(name_, table, key, column, to, to_key)           \
    {                                                              \
        .name = name_,                                             \
        .sql = "SELECT count(*), min(r." key "::text) "            \
               "FROM " table " r "                                 \
               "WHERE r.workspace_id = $1 "                        \
               "AND r." column " IS NOT NULL "                     \
               "AND NOT EXISTS ("                                  \
               "  SELECT "                                         \
               "  FROM " to " t "                                  \
               "  WHERE t.workspace_id = $1 "                      \
               "  AND t." to_key " = r." column                    \
               ")",                                                \
    }

static const struct statement LEAD_OWNER =
    REFERENCE("verify_lead_owner", "lead", "lead_id", "owner_team", "team", "team_id");
static const struct statement LEAD_FIRST =
    REFERENCE("verify_lead_first", "lead", "lead_id", "first_team", "team", "team_id");
static const struct statement LEAD_MERGED =
    REFERENCE("verify_lead_merged", "lead", "lead_id", "merged_into", "lead", "lead_id");
static const struct statement IDENTITY_LEAD =
    REFERENCE("verify_identity_lead", "identity", "lead_id", "lead_id", "lead", "lead_id");
static const struct statement TOUCH_LEAD =
    REFERENCE("verify_touch_lead", "touch", "touch_id", "lead_id", "lead", "lead_id");
static const struct statement VERDICT_LEAD =
    REFERENCE("verify_verdict_lead", "verdict", "lead_id", "lead_id", "lead", "lead_id");
static const struct statement HANDOFF_LEAD =
    REFERENCE("verify_handoff_lead", "handoff", "handoff_id", "lead_id", "lead", "lead_id");
static const struct statement HANDOFF_FROM =
    REFERENCE("verify_handoff_from", "handoff", "handoff_id", "from_team", "team", "team_id");
static const struct statement HANDOFF_TO =
    REFERENCE("verify_handoff_to", "handoff", "handoff_id", "to_team", "team", "team_id");
static const struct statement FEEDBACK_HANDOFF =
    REFERENCE("verify_feedback_handoff", "feedback", "feedback_id", "handoff_id", "handoff", "handoff_id");

/* clang-format on */

const struct statement *const verify_references_statements[] = {
    &LEAD_OWNER,   &LEAD_FIRST,   &LEAD_MERGED, &IDENTITY_LEAD,    &TOUCH_LEAD, &VERDICT_LEAD,
    &HANDOFF_LEAD, &HANDOFF_FROM, &HANDOFF_TO,  &FEEDBACK_HANDOFF, NULL,
};

static const struct {
    const struct statement *statement;
    const char *what;
} references[] = {
    {&LEAD_OWNER, "lead (owner_team) names a team that there is not"},
    {&LEAD_FIRST, "lead (first_team) names a team that there is not"},
    {&LEAD_MERGED, "lead (merged_into) names a lead that there is not"},
    {&IDENTITY_LEAD, "identity (lead_id) names a lead that there is not"},
    {&TOUCH_LEAD, "touch (lead_id) names a lead that there is not"},
    {&VERDICT_LEAD, "verdict (lead_id) names a lead that there is not"},
    {&HANDOFF_LEAD, "handoff (lead_id) names a lead that there is not"},
    {&HANDOFF_FROM, "handoff (from_team) names a team that there is not"},
    {&HANDOFF_TO, "handoff (to_team) names a team that there is not"},
    {&FEEDBACK_HANDOFF, "feedback (handoff_id) names a handoff that there is not"},
};

#define REFERENCES (sizeof references / sizeof *references)

enum pg_status verify_references(struct pg *pg, struct uuid workspace, struct verify_report *report)
{
    struct arena *arena = arena_new(MEMORY_BYTES);
    struct pg_params params;
    int first = 0;

    if (arena == NULL)
        return PG_OTHER;
    enum pg_status status = pg_pipeline_begin(pg, pg_deadline_in(VERIFY_REFERENCES_TIMEOUT_MS));
    for (size_t i = 0; status == PG_OK && i < REFERENCES; i++) {
        pg_params_init(&params, arena);
        pg_params_uuid(&params, workspace);
        int index = pg_queue(pg, references[i].statement, &params);
        first = i == 0 ? index : first;
    }
    if (status == PG_OK)
        status = pg_pipeline_run(pg, pg_deadline_in(VERIFY_REFERENCES_TIMEOUT_MS));
    for (size_t i = 0; status == PG_OK && i < REFERENCES; i++) {
        const struct pg_result *result = pg_result(pg, first + (int)i);
        long long count = (long long)pg_get_int8(result, 0, 0);
        if (count > 0)
            verify_found(report, "table %s, in %lld %s: %s%s", references[i].what, count,
                         count == 1 ? "row" : "rows", pg_get_text(result, 0, 1, NULL),
                         count == 1 ? "" : " and others");
    }
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}
