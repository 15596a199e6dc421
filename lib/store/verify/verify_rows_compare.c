#include "store/table/merged.h"
#include "store/verify/verify_rows.h"
#include "store/verify/verify_rows_inside.h"

#include <stdio.h>
#include <string.h>

#define LOOK_UP_ROWS           1000
#define VERIFY_ROWS_TIMEOUT_MS 600000 /* of one look-up, or of all rows of the configuration */
#define ANSWER_KEPT            (7 * 24 * 3600 * INSTANT_SECOND)

/* clang-format off */

/* $1 workspace, $2 leads */
static const struct statement ROWS_SALTS = {
    .name = "verify_rows_salts",
    .sql = "SELECT u.n, l.salt "
           "FROM unnest($2::uuid[]) WITH ORDINALITY u(id, n) "
           "CROSS JOIN LATERAL ("
           "  SELECT salt "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = u.id "
           "  LIMIT 1"
           ") l",
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace */
static const struct statement ROWS_WORKSPACE = {
    .name = "verify_rows_workspace",
    .sql = "SELECT salt, name, now() "
           "FROM workspace "
           "WHERE workspace_id = $1",
};

/* Of handoffs of absorbed leads, those of which an entry of whoever absorbed them says more.
 * $1 workspace, $2 absorbed leads, $3 handoffs */
static const struct statement ROWS_LATER = {
    .name = "verify_rows_later",
    .sql = "SELECT u.n "
           "FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY u(lead, handoff, n) "
           "WHERE EXISTS ("
           "  WITH RECURSIVE " MERGED_WAY_FROM("u.lead")
           "  SELECT "
           "  FROM way "
           "  JOIN ledger e ON e.workspace_id = $1 AND e.subject_id = way.id "
           "  WHERE way.id <> u.lead "
           "  AND position(convert_to('\"handoff/' || u.handoff::text || '\"', 'UTF8') IN e.body) > 0"
           ")",
};

/* clang-format on */

const struct statement *const verify_rows_statements[] = {
    &ROWS_SALTS,
    &ROWS_WORKSPACE,
    &ROWS_LATER,
    NULL,
};

static void name_wanted(const struct wanted *wanted, char out[NAME_MAX_BYTES])
{
    const char *table = verify_row_tables[wanted->table].columns->table;
    char id[UUID_TEXT_LEN + 1];

    uuid_format(wanted->id, id);
    switch (verify_row_tables[wanted->table].look) {
    case LOOK_NUMBER:
        snprintf(out, NAME_MAX_BYTES, "table %s, lead %s, number %lld", table, id,
                 (long long)wanted->number);
        break;
    case LOOK_PREFIX:
        uuid_format(wanted->subject, id);
        snprintf(out, NAME_MAX_BYTES, "table %s, an answer about %s", table, id);
        break;
    default:
        snprintf(out, NAME_MAX_BYTES, "table %s, row %s", table, id);
        break;
    }
}

static void report_missing(struct verify_rows *rows, const struct wanted *wanted)
{
    char name[NAME_MAX_BYTES];

    name_wanted(wanted, name);
    verify_found(rows->report, "%s: it is gone, the ledger holds it at position %lld", name,
                 (long long)wanted->pos);
}

static void report_changed(struct verify_rows *rows, const struct wanted *wanted)
{
    char name[NAME_MAX_BYTES];

    name_wanted(wanted, name);
    verify_found(rows->report, "%s: it is not as the ledger holds it at position %lld", name,
                 (long long)wanted->pos);
}

/* A delivery that is replayed is held anew, by a later entry of the same chain. */
static bool note_delivery(struct verify_rows *rows, const struct wanted *wanted, bool fits)
{
    struct wanted *was = map_get(&rows->changed, wanted->id.b, sizeof wanted->id);

    if (was != NULL) {
        *was = *wanted;
        was->gone = fits;
        return true;
    }
    if (fits)
        return true;
    was = ARENA_NEW(rows->config_arena, struct wanted);
    if (was == NULL)
        return false;
    *was = *wanted;
    return map_put(&rows->changed, was->id.b, sizeof was->id, was) &&
           list_add(&rows->changed_rows, rows->config_arena, was);
}

struct salt {
    const uint8_t *bytes; /* NULL: it is gone */
    bool known;           /* the lead has a row */
};

/* Whether what its lead's own chain held last may have been held anew by another. */
static bool note_absorbed(struct verify_rows *rows, const struct wanted *wanted)
{
    struct wanted *copy = ARENA_NEW(rows->config_arena, struct wanted);

    if (copy == NULL)
        return false;
    *copy = *wanted;
    return list_add(&rows->doubtful, rows->config_arena, copy);
}

static enum pg_status compare_row(struct verify_rows *rows, const struct wanted *wanted,
                                  const struct pg_result *result, int row, struct salt salt)
{
    const struct columns *columns = verify_row_tables[wanted->table].columns;
    uint8_t commitment[DIGEST_BYTES];
    size_t len;

    if (columns == &delivery_columns) {
        salt.bytes = pg_get_bytea(result, row, 2, &len);
        salt.known = true;
    }
    if (salt.bytes == NULL) /* erased: nothing shows any more what it was */
        return PG_OK;
    const void *bytes = columns_bytes_read(columns, result, row, 3, rows->arena, &len);
    if (bytes == NULL)
        return PG_MEMORY;
    ledger_commit(salt.bytes, columns->table, bytes, len, commitment);
    bool fits = memcmp(commitment, wanted->commitment, DIGEST_BYTES) == 0;
    if (columns == &delivery_columns)
        return note_delivery(rows, wanted, fits) ? PG_OK : PG_MEMORY;
    if (!fits && wanted->absorbed)
        return note_absorbed(rows, wanted) ? PG_OK : PG_MEMORY;
    if (!fits)
        report_changed(rows, wanted);
    return PG_OK;
}

static void put_keys(struct verify_rows *rows, struct pg_params *params, enum look look,
                     struct wanted *const *wanted, size_t count)
{
    uint8_t high[ANSWER_PREFIX_BYTES + DIGEST_BYTES];
    struct pg_array first, second;
    bool is_prefix = look == LOOK_PREFIX;

    memset(high, 0xff, sizeof high);
    pg_array_begin(&first, rows->arena, is_prefix ? PG_BYTEA : PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        if (is_prefix)
            pg_array_bytea(&first, wanted[i]->low, sizeof wanted[i]->low);
        else
            pg_array_uuid(&first, wanted[i]->id);
    pg_params_uuid(params, rows->workspace);
    pg_params_array(params, &first);
    if (look == LOOK_ID)
        return;
    pg_array_begin(&second, rows->arena, is_prefix ? PG_BYTEA : PG_INT8, count);
    for (size_t i = 0; i < count; i++) {
        memcpy(high, wanted[i]->low, sizeof wanted[i]->low);
        if (is_prefix)
            pg_array_bytea(&second, high, sizeof high);
        else
            pg_array_int8(&second, wanted[i]->number);
    }
    pg_params_array(params, &second);
}

/* Answers are kept for some days, and each longer than that. */
static bool may_be_gone(const struct verify_rows *rows, const struct wanted *wanted)
{
    return verify_row_tables[wanted->table].look == LOOK_PREFIX &&
           wanted->at < rows->now - ANSWER_KEPT;
}

static enum pg_status look_up(struct verify_rows *rows, size_t table, struct wanted *const *wanted,
                              const struct salt *salts, size_t count)
{
    struct pg_params params;

    if (count == 0)
        return PG_OK;
    pg_params_init(&params, rows->arena);
    put_keys(rows, &params, verify_row_tables[table].look, wanted, count);
    enum pg_status status = pg_run(rows->pg, verify_row_tables[table].statement, &params,
                                   pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result) && status == PG_OK; row++) {
        size_t n = (size_t)pg_get_int8(result, row, 0) - 1;
        if (pg_get_bool(result, row, 1))
            status = compare_row(rows, wanted[n], result, row, salts[n]);
        else if ((salts[n].bytes != NULL || !salts[n].known) && !may_be_gone(rows, wanted[n]))
            report_missing(rows, wanted[n]);
    }
    pg_pipeline_end(rows->pg);
    return status;
}

/* The salts of what is wanted: its lead's, or the workspace's. */
static enum pg_status load_salts(struct verify_rows *rows, struct wanted *const *wanted,
                                 size_t count, struct salt *salts)
{
    struct pg_params params;
    struct pg_array ids;

    pg_params_init(&params, rows->arena);
    pg_array_begin(&ids, rows->arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_uuid(&ids, wanted[i]->subject);
        salts[i] =
            wanted[i]->of_lead ? (struct salt){NULL, false} : (struct salt){rows->salt, true};
    }
    pg_params_uuid(&params, rows->workspace);
    pg_params_array(&params, &ids);
    enum pg_status status =
        pg_run(rows->pg, &ROWS_SALTS, &params, pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++) {
        size_t len, n = (size_t)pg_get_int8(result, row, 0) - 1;
        const uint8_t *salt = pg_get_bytea(result, row, 1, &len);
        salts[n] = (struct salt){NULL, true};
        if (salt != NULL && len == SALT_BYTES)
            salts[n].bytes = (const uint8_t *)arena_copy(rows->arena, (const char *)salt, len);
    }
    pg_pipeline_end(rows->pg);
    return status == PG_OK && arena_failed(rows->arena) ? PG_MEMORY : status;
}

/* So many of one table at once. */
static enum pg_status look_up_some(struct verify_rows *rows, size_t table,
                                   struct wanted *const *wanted, size_t count)
{
    struct salt *salts = ARENA_ARRAY(rows->arena, struct salt, count);

    if (salts == NULL)
        return PG_MEMORY;
    enum pg_status status = load_salts(rows, wanted, count, salts);
    return status == PG_OK ? look_up(rows, table, wanted, salts, count) : status;
}

static enum pg_status look_up_table(struct verify_rows *rows, size_t table)
{
    struct wanted *some[LOOK_UP_ROWS];
    enum pg_status status = PG_OK;
    size_t count = 0;

    for (size_t i = 0; i < rows->ended && status == PG_OK; i++) {
        if (rows->wanted[i].table == table)
            some[count++] = &rows->wanted[i];
        if (count == LOOK_UP_ROWS || (i + 1 == rows->ended && count > 0)) {
            arena_clear(rows->arena);
            status = look_up_some(rows, table, some, count);
            count = 0;
        }
    }
    return status;
}

static enum pg_status load_workspace(struct verify_rows *rows)
{
    struct pg_params params;

    arena_clear(rows->arena);
    pg_params_init(&params, rows->arena);
    pg_params_uuid(&params, rows->workspace);
    enum pg_status status =
        pg_run(rows->pg, &ROWS_WORKSPACE, &params, pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    if (pg_rows(result) == 1) {
        size_t len;
        const uint8_t *salt = pg_get_bytea(result, 0, 0, &len);
        if (len == SALT_BYTES)
            memcpy(rows->salt, salt, len);
        snprintf(rows->name, sizeof rows->name, "%s", pg_get_text(result, 0, 1, NULL));
        rows->now = pg_get_instant(result, 0, 2);
        rows->has_salt = true;
    }
    pg_pipeline_end(rows->pg);
    return status;
}

enum pg_status verify_rows_flush(struct verify_rows *rows)
{
    enum pg_status status = rows->has_salt ? PG_OK : load_workspace(rows);

    for (size_t table = 0; table < verify_row_table_count && status == PG_OK; table++)
        if (verify_row_tables[table].look != LOOK_ALL)
            status = look_up_table(rows, table);
    rows->count -= rows->ended;
    if (rows->ended > 0 && rows->count > 0)
        memmove(rows->wanted, rows->wanted + rows->ended, rows->count * sizeof *rows->wanted);
    rows->ended = 0;
    return status;
}

/* ---- what is no lead's ---- */

/* Of a range only what it has held: what leads' chains outside of it hold of a row was not seen. */
static bool is_compared(const struct verify_rows *rows, const struct common *held)
{
    return held->pos > rows->report->after && rows->report->until == INT64_MAX;
}

static enum pg_status compare_common(struct verify_rows *rows, const struct columns *columns,
                                     const struct pg_result *result, int row)
{
    uint8_t commitment[DIGEST_BYTES];
    size_t len;
    const char *name = columns_row_name_read(columns, result, row, 0, rows->arena);
    const void *bytes = columns_bytes_read(columns, result, row, 0, rows->arena, &len);

    if (name == NULL || bytes == NULL)
        return PG_MEMORY;
    struct common *held = map_get(&rows->common, name, strlen(name));
    if (held == NULL) {
        rows->report->not_held += !verify_is_range(rows->report);
        return PG_OK;
    }
    held->seen = true;
    if (!is_compared(rows, held))
        return PG_OK;
    ledger_commit(rows->salt, columns->table, bytes, len, commitment);
    if (held->gone)
        verify_found(rows->report,
                     "table %s, row %s: it is there again, it was deleted at position %lld",
                     columns->table, strchr(name, '/') + 1, (long long)held->pos);
    else if (memcmp(commitment, held->commitment, DIGEST_BYTES) != 0)
        verify_found(rows->report,
                     "table %s, row %s: it is not as the ledger holds it at position %lld",
                     columns->table, strchr(name, '/') + 1, (long long)held->pos);
    return PG_OK;
}

static enum pg_status compare_table(struct verify_rows *rows, size_t table)
{
    struct pg_params params;

    arena_clear(rows->arena);
    pg_params_init(&params, rows->arena);
    pg_params_uuid(&params, rows->workspace);
    enum pg_status status = pg_run(rows->pg, verify_row_tables[table].statement, &params,
                                   pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result) && status == PG_OK; row++) {
        if (row % LOOK_UP_ROWS == 0)
            arena_clear(rows->arena);
        status = compare_common(rows, verify_row_tables[table].columns, result, row);
    }
    pg_pipeline_end(rows->pg);
    return status;
}

static void report_common(struct verify_rows *rows)
{
    for (size_t i = 0; i < rows->common_rows.count; i++) {
        const struct common *row = rows->common_rows.items[i];
        if (!row->seen && !row->gone && is_compared(rows, row))
            verify_found(rows->report,
                         "table %.*s, row %s: it is gone, the ledger holds it at position %lld",
                         (int)strcspn(row->name, "/"), row->name, strchr(row->name, '/') + 1,
                         (long long)row->pos);
    }
    for (size_t i = 0; i < rows->changed_rows.count; i++) {
        const struct wanted *row = rows->changed_rows.items[i];
        if (!row->gone) /* no later entry fitted */
            report_changed(rows, row);
    }
}

static enum pg_status settle_doubtful(struct verify_rows *rows)
{
    struct wanted **all = (struct wanted **)rows->doubtful.items;
    struct pg_params params;
    struct pg_array leads, handoffs;

    if (rows->doubtful.count == 0)
        return PG_OK;
    arena_clear(rows->arena);
    pg_params_init(&params, rows->arena);
    pg_array_begin(&leads, rows->arena, PG_UUID, rows->doubtful.count);
    pg_array_begin(&handoffs, rows->arena, PG_UUID, rows->doubtful.count);
    for (size_t i = 0; i < rows->doubtful.count; i++) {
        pg_array_uuid(&leads, all[i]->subject);
        pg_array_uuid(&handoffs, all[i]->id);
    }
    pg_params_uuid(&params, rows->workspace);
    pg_params_array(&params, &leads);
    pg_params_array(&params, &handoffs);
    enum pg_status status =
        pg_run(rows->pg, &ROWS_LATER, &params, pg_deadline_in(VERIFY_ROWS_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(rows->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++)
        all[pg_get_int8(result, row, 0) - 1]->gone = true;
    for (size_t i = 0; i < rows->doubtful.count && status == PG_OK; i++)
        if (!all[i]->gone)
            report_changed(rows, all[i]);
    pg_pipeline_end(rows->pg);
    return status;
}

enum pg_status verify_rows_end(struct verify_rows *rows)
{
    verify_rows_end_subject(rows);
    enum pg_status status = verify_rows_flush(rows);
    for (size_t table = 0; table < verify_row_table_count && status == PG_OK; table++)
        if (verify_row_tables[table].look == LOOK_ALL)
            status = compare_table(rows, table);
    if (status == PG_OK)
        status = settle_doubtful(rows);
    if (status == PG_OK)
        report_common(rows);
    if (status == PG_OK && rows->created[0] != '\0' && strcmp(rows->created, rows->name) != 0)
        verify_found(rows->report, "table workspace: its name is %s in the ledger, %s in the table",
                     rows->created, rows->name);
    return status;
}
