#include "store/verify/verify_positions.h"

#include "store/verify/verify_roots.h"

#define PAGE_ROWS         4096
#define MEMORY_BYTES      (4u << 20)
#define VERIFY_TIMEOUT_MS 60000 /* of one page */

/* clang-format off */

/* $1 workspace */
static const struct statement VERIFY_HEAD = {
    .name = "verify_head",
    .sql = "SELECT pos "
           "FROM workspace_head "
           "WHERE workspace_id = $1",
};

/* $1 workspace, $2 after this position, $3 limit */
static const struct statement VERIFY_POSITIONS = {
    .name = "verify_positions",
    .sql = "SELECT pos, hash "
           "FROM ledger "
           "WHERE workspace_id = $1 "
           "AND pos > $2 "
           "ORDER BY pos "
           "LIMIT $3",
    .index = "ledger_pkey",
};

/* clang-format on */

const struct statement *const verify_positions_statements[] = {
    &VERIFY_HEAD,
    &VERIFY_POSITIONS,
    NULL,
};

struct positions {
    struct pg *pg;
    struct uuid workspace;
    struct verify_report *report;
    struct arena *arena;
    struct verify_roots *roots;
    int64_t last; /* position of the last entry */
    bool dense;   /* no position is missing up to there; a root covers all positions before it, so
                     after a gap none can be computed */
};

static void begin_params(struct positions *p, struct pg_params *params)
{
    pg_params_init(params, p->arena);
    pg_params_uuid(params, p->workspace);
}

/* ---- positions ---- */

static void report_gap(struct positions *p, int64_t pos)
{
    if (pos == p->last + 2)
        verify_found(p->report, "the entry at position %lld is missing", (long long)pos - 1);
    else
        verify_found(p->report, "the entries at positions %lld to %lld are missing",
                     (long long)p->last + 1, (long long)pos - 1);
}

static void take_entry(struct positions *p, int64_t pos, const uint8_t *hash, size_t len)
{
    if (pos != p->last + 1) {
        report_gap(p, pos);
        p->dense = false;
    }
    p->last = pos;
    if (p->dense)
        verify_roots_append(p->roots, hash, len);
}

static enum pg_status take_page(struct positions *p, int *rows)
{
    struct pg_params params;
    enum pg_status status = verify_roots_load(p->roots, p->last, PAGE_ROWS);

    if (status != PG_OK)
        return status;
    arena_clear(p->arena);
    begin_params(p, &params);
    pg_params_int8(&params, p->last);
    pg_params_int8(&params, PAGE_ROWS);
    status = pg_run(p->pg, &VERIFY_POSITIONS, &params, pg_deadline_in(VERIFY_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(p->pg, 0) : NULL;
    *rows = pg_rows(result);
    for (int row = 0; row < *rows; row++) {
        size_t len;
        const uint8_t *hash = pg_get_bytea(result, row, 1, &len);
        take_entry(p, pg_get_int8(result, row, 0), hash, len);
    }
    pg_pipeline_end(p->pg);
    if (p->dense)
        verify_roots_compare_nodes(p->roots);
    return status;
}

static void compare_head(struct positions *p, const struct pg_result *result)
{
    if (pg_rows(result) != 1) {
        verify_found(p->report, "table workspace_head has no row of the workspace");
        return;
    }
    long long head = (long long)pg_get_int8(result, 0, 0);
    if (head > p->last)
        verify_found(p->report,
                     "table workspace_head says that %lld positions were given out, the ledger "
                     "ends at position %lld: its end was cut",
                     head, (long long)p->last);
    if (head < p->last)
        verify_found(p->report,
                     "table workspace_head says that %lld positions were given out, the ledger "
                     "ends at position %lld: entries were added",
                     head, (long long)p->last);
}

static enum pg_status check_head(struct positions *p)
{
    struct pg_params params;

    arena_clear(p->arena);
    begin_params(p, &params);
    enum pg_status status = pg_run(p->pg, &VERIFY_HEAD, &params, pg_deadline_in(VERIFY_TIMEOUT_MS));
    if (status == PG_OK)
        compare_head(p, pg_result(p->pg, 0));
    pg_pipeline_end(p->pg);
    return status;
}

static enum pg_status check_all(struct positions *p)
{
    enum pg_status status = verify_roots_begin(p->roots);
    int rows = PAGE_ROWS;

    while (status == PG_OK && rows == PAGE_ROWS)
        status = take_page(p, &rows);
    if (status == PG_OK)
        status = verify_roots_end(p->roots, !p->dense);
    return status == PG_OK ? check_head(p) : status;
}

enum pg_status verify_positions(struct pg *pg, struct uuid workspace, struct verify_report *report)
{
    struct positions p = {.pg = pg, .workspace = workspace, .report = report, .dense = true};
    enum pg_status status = PG_OTHER;

    p.arena = arena_new(MEMORY_BYTES);
    p.roots = verify_roots_new(pg, workspace, report);
    if (p.arena != NULL && p.roots != NULL)
        status = check_all(&p);
    verify_roots_free(p.roots);
    arena_free(p.arena);
    return status;
}
