#include "store/table/outbound_subjects.h"

#include "store/pg/columns.h"
#include "store/table/handoff_table.h"
#include "store/table/lead_table.h"

/* clang-format off */

/* $1 workspace, $2 leads */
static const struct statement SUBJECT_LEADS = {
    .name = "outbound_subject_leads",
    .sql = "SELECT {l.lead} "
           "FROM lead l "
           "WHERE workspace_id = $1 AND lead_id = ANY ($2::uuid[])",
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace, $2 handoffs */
static const struct statement SUBJECT_HANDOFFS = {
    .name = "outbound_subject_handoffs",
    .sql = "SELECT {h.handoff} "
           "FROM handoff h "
           "WHERE workspace_id = $1 AND handoff_id = ANY ($2::uuid[])",
    .index = "handoff_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const outbound_subjects_statements[] = {&SUBJECT_LEADS, &SUBJECT_HANDOFFS,
                                                                NULL};

static bool read_leads(const struct pg_scope *scope, const struct pg_result *result,
                       struct outbound_subjects *out)
{
    out->leads = ARENA_ARRAY(scope->arena, struct lead *, (size_t)pg_rows(result) + 1);
    for (int row = 0; out->leads != NULL && row < pg_rows(result); row++) {
        struct lead *lead = lead_table_read(result, row, 0, scope->arena);
        if (lead == NULL)
            return false;
        out->leads[out->lead_count++] = lead;
    }
    return out->leads != NULL;
}

static bool read_handoffs(const struct pg_scope *scope, const struct pg_result *result,
                          struct outbound_subjects *out)
{
    out->handoffs = ARENA_ARRAY(scope->arena, struct handoff *, (size_t)pg_rows(result) + 1);
    for (int row = 0; out->handoffs != NULL && row < pg_rows(result); row++) {
        struct handoff *handoff = handoff_table_read(result, row, 0, scope->arena);
        if (handoff == NULL)
            return false;
        out->handoffs[out->handoff_count++] = handoff;
    }
    return out->handoffs != NULL;
}

enum pg_status outbound_gather_subjects(const struct pg_scope *scope,
                                        const struct outbound_wanted *wanted, int64_t deadline,
                                        struct outbound_subjects *out)
{
    enum pg_status status = pg_pipeline_begin(scope->pg, deadline);

    *out = (struct outbound_subjects){0};
    if (status != PG_OK)
        return status;
    int leads = pg_scope_queue_ids(scope, &SUBJECT_LEADS, wanted->leads, wanted->lead_count);
    int handoffs =
        pg_scope_queue_ids(scope, &SUBJECT_HANDOFFS, wanted->handoffs, wanted->handoff_count);
    status = pg_pipeline_run(scope->pg, deadline);
    if (status == PG_OK && !(read_leads(scope, pg_result(scope->pg, leads), out) &&
                             read_handoffs(scope, pg_result(scope->pg, handoffs), out)))
        status = pg_fail(scope->pg, PG_MEMORY, "leads cannot be read");
    pg_pipeline_end(scope->pg);
    return status;
}
