#include "store/verify_positions.h"

#include "core/merkle.h"

#include <string.h>

#define PAGE_ROWS         4096
#define MEMORY_BYTES      (4u << 20)
#define VERIFY_TIMEOUT_MS 60000 /* of one page */

static const struct statement VERIFY_HEAD = {
    .name = "verify_head",
    .sql = "SELECT pos FROM workspace_head WHERE workspace_id = $1",
};

static const struct statement VERIFY_POSITIONS = {
    .name = "verify_positions",
    .sql = "SELECT pos, hash FROM ledger WHERE workspace_id = $1 AND pos > $2 "
           "ORDER BY pos LIMIT $3",
    .index = "ledger_pkey",
};

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
    int64_t last; /* position of the last entry */
    bool dense;   /* up to there; else nothing can be said of roots any more */
    int64_t good; /* up to here the entries have a root that was signed */
    struct merkle_frontier frontier;
    size_t kept; /* of report->kept, the next to compare */
};

static void begin_params(struct positions *p, struct pg_params *params)
{
    pg_params_init(params, p->arena);
    pg_params_uuid(params, p->workspace);
}

/* ---- roots ---- */

static void compare_root(struct positions *p, const struct checkpoint *checkpoint,
                         const char *whose)
{
    uint8_t root[DIGEST_BYTES];
    char at[INSTANT_TEXT_MAX];

    merkle_frontier_root(&p->frontier, root);
    if (memcmp(root, checkpoint->root, DIGEST_BYTES) == 0) {
        p->good = checkpoint->size;
        return;
    }
    instant_format(checkpoint->at, at);
    verify_found(p->report,
                 "%s checkpoint of size %lld, signed at %s, has another root than the entries at "
                 "positions 1 to %lld: one behind position %lld was changed, moved, inserted or "
                 "dropped since",
                 whose, (long long)checkpoint->size, at, (long long)checkpoint->size,
                 (long long)p->good);
}

static const struct checkpoint *next_kept(const struct positions *p)
{
    return p->kept < p->report->kept_count ? &p->report->kept[p->kept] : NULL;
}

static void compare_kept(struct positions *p)
{
    const struct checkpoint *kept;

    while ((kept = next_kept(p)) != NULL && kept->size == p->last) {
        compare_root(p, kept, "the kept");
        p->kept++;
    }
}

/* What covers more than there is. */
static void tell_beyond(struct positions *p, const struct checkpoint *checkpoint, const char *whose)
{
    char at[INSTANT_TEXT_MAX];

    instant_format(checkpoint->at, at);
    if (p->dense)
        verify_found(p->report,
                     "%s checkpoint of size %lld, signed at %s, covers more than the ledger, which "
                     "ends at position %lld: its end was cut",
                     whose, (long long)checkpoint->size, at, (long long)p->last);
    else
        verify_found(p->report,
                     "%s checkpoint of size %lld, signed at %s, cannot be compared, since "
                     "positions before are missing",
                     whose, (long long)checkpoint->size, at);
}

/* ---- positions ---- */

static void tell_gap(struct positions *p, int64_t pos)
{
    if (pos == p->last + 2)
        verify_found(p->report, "the entry at position %lld is missing", (long long)pos - 1);
    else
        verify_found(p->report, "the entries at positions %lld to %lld are missing",
                     (long long)p->last + 1, (long long)pos - 1);
}

static void take_entry(struct positions *p, int64_t pos, const uint8_t *hash, size_t len)
{
    uint8_t leaf[DIGEST_BYTES];

    if (pos != p->last + 1) {
        tell_gap(p, pos);
        p->dense = false;
    }
    p->last = pos;
    if (!p->dense)
        return;
    merkle_leaf(hash, len, leaf);
    merkle_frontier_append(&p->frontier, leaf, NULL);
    compare_kept(p);
}

static enum pg_status take_page(struct positions *p, int *rows)
{
    struct pg_params params;

    arena_clear(p->arena);
    begin_params(p, &params);
    pg_params_int8(&params, p->last);
    pg_params_int8(&params, PAGE_ROWS);
    enum pg_status status =
        pg_run(p->pg, &VERIFY_POSITIONS, &params, pg_deadline_in(VERIFY_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(p->pg, 0) : NULL;
    *rows = pg_rows(result);
    for (int row = 0; row < *rows; row++) {
        size_t len;
        const uint8_t *hash = pg_get_bytea(result, row, 1, &len);
        take_entry(p, pg_get_int8(result, row, 0), hash, len);
    }
    pg_pipeline_end(p->pg);
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

static void end_kept(struct positions *p)
{
    for (; next_kept(p) != NULL; p->kept++)
        tell_beyond(p, next_kept(p), "the kept");
}

enum pg_status verify_positions(struct pg *pg, struct uuid workspace, struct verify_report *report)
{
    struct positions p = {.pg = pg, .workspace = workspace, .report = report, .dense = true};
    enum pg_status status = PG_OK;
    int rows = PAGE_ROWS;

    p.arena = arena_new(MEMORY_BYTES);
    if (p.arena == NULL)
        return PG_OTHER;
    while (status == PG_OK && rows == PAGE_ROWS)
        status = take_page(&p, &rows);
    if (status == PG_OK) {
        end_kept(&p);
        status = check_head(&p);
    }
    arena_free(p.arena);
    return status;
}
