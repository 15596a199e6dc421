#include "store/verify/verify_references.h"

#define MEMORY_BYTES (1u << 20)
/* Of all rows at once, as the transaction's own statement_timeout says. */
#define VERIFY_REFERENCES_TIMEOUT_MS 600000

/* Foreign keys that were given up because inserts of hot tables queued on the rows that they point
 * to: table, its key, the column, and the table that it names, whose key is <name>_id. */
#define REFERENCES(X)                                                                              \
    X(lead, lead_id, owner_team, team)                                                             \
    X(lead, lead_id, first_team, team)                                                             \
    X(lead, lead_id, merged_into, lead)                                                            \
    X(identity, lead_id, lead_id, lead)                                                            \
    X(touch, touch_id, lead_id, lead)                                                              \
    X(verdict, lead_id, lead_id, lead)                                                             \
    X(handoff, handoff_id, lead_id, lead)                                                          \
    X(handoff, handoff_id, from_team, team)                                                        \
    X(handoff, handoff_id, to_team, team)                                                          \
    X(feedback, feedback_id, handoff_id, handoff)

/* clang-format off */

/* Rows of a table that name a row that is not there, and the least key among them.
 * $1 workspace */
#define X(table, key, column, to)                                  \
    static const struct statement table##_##column = {             \
        .name = "verify_" #table "_" #column,                      \
        .sql = "SELECT count(*), min(r." #key "::text) "           \
               "FROM " #table " r "                                \
               "WHERE r.workspace_id = $1 "                        \
               "AND r." #column " IS NOT NULL "                    \
               "AND NOT EXISTS ("                                  \
               "  SELECT "                                         \
               "  FROM " #to " t "                                 \
               "  WHERE t.workspace_id = $1 "                      \
               "  AND t." #to "_id = r." #column                   \
               ")",                                                \
    };
REFERENCES(X)
#undef X

/* clang-format on */

#define X(table, key, column, to) &table##_##column,
const struct statement *const verify_references_statements[] = {REFERENCES(X) NULL};
#undef X

static const char *const what[] = {
#define X(table, key, column, to) #table " (" #column ") names a " #to " that there is not",
    REFERENCES(X)
#undef X
};

#define REFERENCE_COUNT (sizeof what / sizeof *what)

enum pg_status verify_references(struct pg *pg, struct uuid workspace, struct verify_report *report)
{
    struct arena *arena = arena_new(MEMORY_BYTES);
    struct pg_params params;
    int first = 0;

    if (arena == NULL)
        return PG_OTHER;
    enum pg_status status = pg_pipeline_begin(pg, pg_deadline_in(VERIFY_REFERENCES_TIMEOUT_MS));
    for (size_t i = 0; status == PG_OK && i < REFERENCE_COUNT; i++) {
        pg_params_init(&params, arena);
        pg_params_uuid(&params, workspace);
        int index = pg_queue(pg, verify_references_statements[i], &params);
        first = i == 0 ? index : first;
    }
    if (status == PG_OK)
        status = pg_pipeline_run(pg, pg_deadline_in(VERIFY_REFERENCES_TIMEOUT_MS));
    for (size_t i = 0; status == PG_OK && i < REFERENCE_COUNT; i++) {
        const struct pg_result *result = pg_result(pg, first + (int)i);
        long long count = (long long)pg_get_int8(result, 0, 0);
        if (count > 0)
            verify_found(report, "table %s, in %lld %s: %s%s", what[i], count,
                         count == 1 ? "row" : "rows", pg_get_text(result, 0, 1, NULL),
                         count == 1 ? "" : " and others");
    }
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}
