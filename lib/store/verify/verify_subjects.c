#include "store/verify/verify_subjects.h"

#include <stdlib.h>

#define MEMORY_BYTES      (1u << 20)
#define VERIFY_TIMEOUT_MS 60000 /* of one batch */

/* clang-format off */

/* $1 workspace, $2 after this subject, $3 limit */
static const struct statement VERIFY_SUBJECTS_COMMON = {
    .name = "verify_subjects_common",
    .sql = "SELECT subject_id "
           "FROM chain "
           "WHERE workspace_id = $1 "
           "AND subject_id > $2 "
           "ORDER BY subject_id "
           "LIMIT $3",
    .index = "chain_pkey",
};

/* Entries of the range, and whether each is the first there of a lead: the one before it in its
 * chain is from before the range, or is none. What is no lead's has a row in chain.
 * $1 workspace, $2 after this position, $3 up to this one, $4 limit, $5 the range begins after */
static const struct statement VERIFY_SUBJECTS_CHANGED = {
    .name = "verify_subjects_changed",
    .sql = "SELECT e.pos, e.subject_id, "
           "  NOT EXISTS ("
           "    SELECT "
           "    FROM ledger b "
           "    WHERE b.workspace_id = $1 "
           "    AND b.subject_id = e.subject_id "
           "    AND b.seq = e.seq - 1 "
           "    AND b.pos > $5"
           "  ) AND NOT EXISTS ("
           "    SELECT "
           "    FROM chain c "
           "    WHERE c.workspace_id = $1 "
           "    AND c.subject_id = e.subject_id"
           "  ) "
           "FROM ledger e "
           "WHERE e.workspace_id = $1 "
           "AND e.pos > $2 "
           "AND e.pos <= $3 "
           "ORDER BY e.pos "
           "LIMIT $4",
    .index = "ledger_pkey",
};

/* clang-format on */

const struct statement *const verify_subjects_statements[] = {
    &VERIFY_SUBJECTS_COMMON,
    &VERIFY_SUBJECTS_CHANGED,
    NULL,
};

struct verify_subjects {
    struct pg *pg;
    struct uuid workspace;
    int64_t after, until; /* the range */
    struct arena *arena;
    struct uuid last; /* of the chains that are no lead's */
    bool is_common;   /* these come yet */
    int64_t reached;
};

struct verify_subjects *verify_subjects_new(struct pg *pg, struct uuid workspace,
                                            const struct verify_report *report)
{
    struct verify_subjects *subjects = calloc(1, sizeof *subjects);

    if (subjects == NULL)
        return NULL;
    *subjects = (struct verify_subjects){
        .pg = pg,
        .workspace = workspace,
        .after = report->after,
        .until = report->until,
        .arena = arena_new(MEMORY_BYTES),
        .last = {{[15] = 1}}, /* less than every id that is given out */
        .is_common = true,
        .reached = report->after,
    };
    if (subjects->arena != NULL)
        return subjects;
    verify_subjects_free(subjects);
    return NULL;
}

void verify_subjects_free(struct verify_subjects *subjects)
{
    if (subjects == NULL)
        return;
    arena_free(subjects->arena);
    free(subjects);
}

static void begin_params(struct verify_subjects *subjects, struct pg_params *params)
{
    arena_clear(subjects->arena);
    pg_params_init(params, subjects->arena);
    pg_params_uuid(params, subjects->workspace);
}

static enum pg_status next_common(struct verify_subjects *subjects, struct uuid *ids, size_t *count)
{
    struct pg_params params;

    begin_params(subjects, &params);
    pg_params_uuid(&params, subjects->last);
    pg_params_int8(&params, VERIFY_SUBJECTS_MAX);
    enum pg_status status =
        pg_run(subjects->pg, &VERIFY_SUBJECTS_COMMON, &params, pg_deadline_in(VERIFY_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(subjects->pg, 0) : NULL;
    *count = (size_t)pg_rows(result);
    for (int row = 0; row < pg_rows(result); row++)
        subjects->last = ids[row] = pg_get_uuid(result, row, 0);
    pg_pipeline_end(subjects->pg);
    return status;
}

static enum pg_status next_changed(struct verify_subjects *subjects, struct uuid *ids,
                                   size_t *count, int *entries)
{
    struct pg_params params;

    begin_params(subjects, &params);
    pg_params_int8(&params, subjects->reached);
    pg_params_int8(&params, subjects->until);
    pg_params_int8(&params, VERIFY_SUBJECTS_MAX);
    pg_params_int8(&params, subjects->after);
    enum pg_status status =
        pg_run(subjects->pg, &VERIFY_SUBJECTS_CHANGED, &params, pg_deadline_in(VERIFY_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(subjects->pg, 0) : NULL;
    *entries = pg_rows(result);
    for (int row = 0; row < *entries; row++) {
        subjects->reached = pg_get_int8(result, row, 0);
        if (pg_get_bool(result, row, 2))
            ids[(*count)++] = pg_get_uuid(result, row, 1);
    }
    pg_pipeline_end(subjects->pg);
    return status;
}

enum pg_status verify_subjects_next(struct verify_subjects *subjects,
                                    struct uuid ids[VERIFY_SUBJECTS_MAX], size_t *count,
                                    int64_t *reached)
{
    enum pg_status status = PG_OK;
    int entries = 1;

    *count = 0;
    if (subjects->is_common) {
        status = next_common(subjects, ids, count);
        subjects->is_common = *count > 0;
    }
    while (status == PG_OK && *count == 0 && entries > 0)
        status = next_changed(subjects, ids, count, &entries);
    *reached = subjects->reached;
    return status;
}
