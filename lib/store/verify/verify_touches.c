#include "store/verify/verify_touches.h"

#include "base/json_tree.h"
#include "core/work.h"
#include "store/pg/columns.h"
#include "store/table/merged.h"
#include "store/table/touch_table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES              (32u << 20) /* of one page */
#define PAGE_ROWS                 2000
#define VERIFY_TOUCHES_TIMEOUT_MS 600000

/* clang-format off */

/* $1 workspace, $2 touches */
static const struct statement VERIFY_TOUCHES = {
    .name = "verify_touches",
    .sql = "SELECT u.n, t.touch_id IS NOT NULL, {t.touch} "
           "FROM unnest($2::uuid[]) WITH ORDINALITY u(id, n) "
           "LEFT JOIN LATERAL ("
           TOUCH_BY_ID("u.id")
           ") t ON true",
    .index = "touch_pkey",
    .hot = true,
};

/* Touches of another lead than that of their entry, which is not part of that one now.
 * $1 workspace, $2 leads of entries, $3 leads of rows */
static const struct statement VERIFY_TOUCHES_MOVED = {
    .name = "verify_touches_moved",
    .sql = "SELECT u.n "
           "FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY u(named, stands, n) "
           "WHERE NOT EXISTS ("
           "  WITH RECURSIVE " MERGED_WAY_FROM("u.named")
           "  SELECT "
           "  FROM way "
           "  WHERE id = u.stands"
           ")",
    .index = "lead_pkey",
};

/* $1 workspace */
static const struct statement VERIFY_TOUCHES_COUNT = {
    .name = "verify_touches_count",
    .sql = "SELECT count(*) "
           "FROM touch "
           "WHERE workspace_id = $1",
};

/* Identities that their lead does not have, and of leads those that have no row: how many, and one
 * lead of each. A lead has them as [kind, source, value].
 * $1 workspace */
static const struct statement VERIFY_IDENTITIES = {
    .name = "verify_identities",
    .sql = "WITH stated AS ("
           "  SELECT l.lead_id, CASE i->>0 WHEN 'external' THEN 'external:' || (i->>1) ELSE i->>0 END "
           "    AS source, i->>2 AS value "
           "  FROM lead l, json_array_elements(l.identities) i "
           "  WHERE l.workspace_id = $1 AND l.identities IS NOT NULL"
           "), rows AS ("
           "  SELECT lead_id, source, value "
           "  FROM identity "
           "  WHERE workspace_id = $1"
           ") "
           "SELECT count(*) FILTER (WHERE t.lead_id IS NULL), min(r.lead_id::text) FILTER (WHERE "
           "    t.lead_id IS NULL), "
           "  count(*) FILTER (WHERE r.lead_id IS NULL), min(t.lead_id::text) FILTER (WHERE "
           "    r.lead_id IS NULL) "
           "FROM stated t "
           "FULL JOIN rows r ON r.source = t.source AND r.value = t.value AND r.lead_id = t.lead_id "
           "WHERE t.lead_id IS NULL OR r.lead_id IS NULL",
};

/* $1 workspace, $2 after this id, $3 limit */
static const struct statement VERIFY_DIMENSIONS = {
    .name = "verify_dimensions",
    .sql = "SELECT dimension_id, dimension, value "
           "FROM dimension "
           "WHERE workspace_id = $1 AND dimension_id > $2 "
           "ORDER BY dimension_id "
           "LIMIT $3",
    .index = "dimension_pkey",
};

/* Values that touches name and that have no row. $1 workspace */
static const struct statement VERIFY_DIMENSIONS_MISSING = {
    .name = "verify_dimensions_missing",
    .sql = "SELECT count(*), min(u.id) "
           "FROM ("
           "  SELECT DISTINCT v.id "
           "  FROM touch t, LATERAL (VALUES (t.channel), (t.source), (t.medium), (t.campaign), "
           "    (t.content), (t.term)) v(id) "
           "  WHERE t.workspace_id = $1 AND v.id IS NOT NULL"
           ") u "
           "WHERE NOT EXISTS ("
           "  SELECT "
           "  FROM dimension d "
           "  WHERE d.workspace_id = $1 AND d.dimension_id = u.id)",
};

/* clang-format on */

const struct statement *const verify_touches_statements[] = {
    &VERIFY_TOUCHES,
    &VERIFY_TOUCHES_MOVED,
    &VERIFY_TOUCHES_COUNT,
    &VERIFY_IDENTITIES,
    &VERIFY_DIMENSIONS,
    &VERIFY_DIMENSIONS_MISSING,
    NULL,
};

/* A touch as its entry has it. */
struct stated {
    struct uuid lead;
    struct touch touch;
    char kind[TOUCH_KIND_MAX_BYTES + 1];
    int64_t pos;
};

struct verify_touches {
    struct pg *pg;
    struct uuid workspace;
    struct verify_report *report;
    struct arena *arena;
    struct stated *stated; /* of the page */
    size_t count;
    int64_t all;
};

struct verify_touches *verify_touches_new(struct pg *pg, struct uuid workspace, size_t page_rows,
                                          struct verify_report *report)
{
    struct verify_touches *touches = calloc(1, sizeof *touches);

    if (touches == NULL)
        return NULL;
    *touches = (struct verify_touches){
        .pg = pg,
        .workspace = workspace,
        .report = report,
        .arena = arena_new(MEMORY_BYTES),
        .stated = calloc(page_rows, sizeof *touches->stated),
    };
    if (touches->arena != NULL && touches->stated != NULL)
        return touches;
    verify_touches_free(touches);
    return NULL;
}

void verify_touches_free(struct verify_touches *touches)
{
    if (touches == NULL)
        return;
    arena_free(touches->arena);
    free(touches->stated);
    free(touches);
}

/* ---- following ---- */

static void read_cost(const json_t *json, struct amount *out)
{
    const char *currency = json_string_value(json_object_get(json, "currency"));

    *out = (struct amount){.given = currency != NULL,
                           .minor = json_integer_value(json_object_get(json, "minor"))};
    snprintf(out->currency, sizeof out->currency, "%s", currency == NULL ? "" : currency);
}

static void read_touch(const json_t *json, struct stated *stated)
{
    const char *id = json_string_value(json_object_get(json, "id"));
    const char *kind = json_string_value(json_object_get(json, "kind"));
    const char *direction = json_string_value(json_object_get(json, "direction"));
    const char *function = json_string_value(json_object_get(json, "function"));
    const char *team = json_string_value(json_object_get(json, "team"));
    const json_t *recorded = json_object_get(json, "recorded_at");
    struct touch *touch = &stated->touch;

    if (id == NULL || !uuid_parse(id, &touch->id))
        touch->id = (struct uuid){{0}};
    snprintf(stated->kind, sizeof stated->kind, "%s", kind == NULL ? "" : kind);
    touch->direction = direction != NULL && strcmp(direction, "outbound") == 0 ? DIRECTION_OUTBOUND
                                                                               : DIRECTION_INBOUND;
    if (function == NULL || !team_function_parse(function, &touch->function))
        touch->function = FUNCTION_COUNT; /* from before entries had it */
    touch->occurred_at = json_integer_value(json_object_get(json, "occurred_at"));
    if (recorded != NULL)
        touch->recorded_at = json_integer_value(recorded);
    for (int i = 0; i < DIMENSION_COUNT; i++)
        touch->dimensions[i] =
            json_integer_value(json_object_get(json, dimension_name((enum dimension)i)));
    read_cost(json_object_get(json, "cost"), &touch->cost);
    if (team == NULL || !uuid_parse(team, &touch->team))
        touch->team = (struct uuid){{0}}; /* from before rows had it, too */
}

enum err verify_touches_follow(struct verify_touches *touches, const struct ledger_entry *entry,
                               int64_t pos)
{
    static const char member[] = "\"touch\":{";
    const char *at = memmem(entry->body, entry->body_len, member, sizeof member - 1);

    if (at == NULL || (entry->kind != LEDGER_LEAD_CAPTURED && entry->kind != LEDGER_LEAD_IMPORTED &&
                       entry->kind != LEDGER_TOUCH_RECORDED))
        return ERR_NONE;
    at += sizeof member - 2; /* the rest of the body follows */
    json_t *json =
        json_loadb(at, entry->body_len - (size_t)(at - entry->body), JSON_DISABLE_EOF_CHECK, NULL);
    struct stated *stated = &touches->stated[touches->count++];
    *stated = (struct stated){.lead = entry->subject, .pos = pos};
    stated->touch.recorded_at = entry->at;
    read_touch(json, stated);
    touches->all++;
    json_decref(json);
    return ERR_NONE;
}

/* ---- comparing ---- */

static void differ(struct verify_touches *touches, const struct stated *stated, const char *what)
{
    char id[UUID_TEXT_LEN + 1];

    uuid_format(stated->touch.id, id);
    verify_found(touches->report,
                 "table touch, row %s: its %s is another than in the entry at position %lld", id,
                 what, (long long)stated->pos);
}

static void compare(struct verify_touches *touches, const struct stated *stated,
                    const struct touch_row *row)
{
    if (strcmp(stated->kind, row->touch.kind) != 0)
        differ(touches, stated, "kind");
    if (stated->touch.occurred_at != row->touch.occurred_at)
        differ(touches, stated, "occurred_at");
    if (stated->touch.recorded_at != row->touch.recorded_at)
        differ(touches, stated, "recorded_at");
    if (stated->touch.direction != row->touch.direction)
        differ(touches, stated, "direction");
    if (stated->touch.function != FUNCTION_COUNT && stated->touch.function != row->touch.function)
        differ(touches, stated, "function");
    if (!uuid_equal(stated->touch.team, row->touch.team))
        differ(touches, stated, "team");
    if (stated->touch.cost.minor != row->touch.cost.minor)
        differ(touches, stated, "cost_minor");
    if (strcmp(stated->touch.cost.currency, row->touch.cost.currency) != 0)
        differ(touches, stated, "cost_currency");
    for (int i = 0; i < DIMENSION_COUNT; i++)
        if (stated->touch.dimensions[i] != row->touch.dimensions[i])
            differ(touches, stated, dimension_name((enum dimension)i));
}

struct moved {
    const struct stated **stated;
    struct uuid *stands;
    size_t count;
};

static enum pg_status compare_moved(struct verify_touches *touches, const struct moved *moved)
{
    struct pg_params params;
    struct pg_array named, stands;

    if (moved->count == 0)
        return PG_OK;
    pg_params_init(&params, touches->arena);
    pg_array_begin(&named, touches->arena, PG_UUID, moved->count);
    pg_array_begin(&stands, touches->arena, PG_UUID, moved->count);
    for (size_t i = 0; i < moved->count; i++) {
        pg_array_uuid(&named, moved->stated[i]->lead);
        pg_array_uuid(&stands, moved->stands[i]);
    }
    pg_params_uuid(&params, touches->workspace);
    pg_params_array(&params, &named);
    pg_params_array(&params, &stands);
    enum pg_status status = pg_run(touches->pg, &VERIFY_TOUCHES_MOVED, &params,
                                   pg_deadline_in(VERIFY_TOUCHES_TIMEOUT_MS));
    const struct pg_result *result = status == PG_OK ? pg_result(touches->pg, 0) : NULL;
    for (int row = 0; row < pg_rows(result); row++)
        differ(touches, moved->stated[pg_get_int8(result, row, 0) - 1], "lead_id");
    pg_pipeline_end(touches->pg);
    return status;
}

static enum pg_status compare_page(struct verify_touches *touches, const struct pg_result *result,
                                   struct moved *moved)
{
    char id[UUID_TEXT_LEN + 1];

    for (int at = 0; at < pg_rows(result); at++) {
        const struct stated *stated = &touches->stated[pg_get_int8(result, at, 0) - 1];
        struct touch_row row = {.lead = {{0}}};
        if (!pg_get_bool(result, at, 1)) {
            uuid_format(stated->touch.id, id);
            verify_found(touches->report,
                         "table touch, row %s: it is gone, the entry at position %lld recorded it",
                         id, (long long)stated->pos);
            continue;
        }
        if (!columns_read(&touch_columns, result, at, 2, touches->arena, &row)) {
            if (arena_failed(touches->arena))
                return PG_MEMORY;
            differ(touches, stated, "row");
            continue;
        }
        compare(touches, stated, &row);
        if (uuid_equal(row.lead, stated->lead))
            continue;
        moved->stated[moved->count] = stated;
        moved->stands[moved->count++] = row.lead;
    }
    return PG_OK;
}

enum pg_status verify_touches_flush(struct verify_touches *touches)
{
    struct pg_params params;
    struct pg_array ids;

    if (touches->count == 0)
        return PG_OK;
    arena_clear(touches->arena);
    struct moved moved = {ARENA_ARRAY(touches->arena, const struct stated *, touches->count),
                          ARENA_ARRAY(touches->arena, struct uuid, touches->count), 0};
    if (moved.stated == NULL || moved.stands == NULL)
        return PG_MEMORY;
    pg_params_init(&params, touches->arena);
    pg_array_begin(&ids, touches->arena, PG_UUID, touches->count);
    for (size_t i = 0; i < touches->count; i++)
        pg_array_uuid(&ids, touches->stated[i].touch.id);
    pg_params_uuid(&params, touches->workspace);
    pg_params_array(&params, &ids);
    enum pg_status status =
        pg_run(touches->pg, &VERIFY_TOUCHES, &params, pg_deadline_in(VERIFY_TOUCHES_TIMEOUT_MS));
    if (status == PG_OK)
        status = compare_page(touches, pg_result(touches->pg, 0), &moved);
    pg_pipeline_end(touches->pg);
    if (status == PG_OK)
        status = compare_moved(touches, &moved);
    touches->count = 0;
    return status;
}

/* ---- at the end ---- */

static enum pg_status ask(struct verify_touches *touches, const struct statement *statement)
{
    struct pg_params params;

    arena_clear(touches->arena);
    pg_params_init(&params, touches->arena);
    pg_params_uuid(&params, touches->workspace);
    return pg_run(touches->pg, statement, &params, pg_deadline_in(VERIFY_TOUCHES_TIMEOUT_MS));
}

static enum pg_status compare_count(struct verify_touches *touches)
{
    enum pg_status status = ask(touches, &VERIFY_TOUCHES_COUNT);

    if (status == PG_OK && pg_get_int8(pg_result(touches->pg, 0), 0, 0) != touches->all)
        verify_found(touches->report, "the ledger has %lld touches, table touch has %lld",
                     (long long)touches->all,
                     (long long)pg_get_int8(pg_result(touches->pg, 0), 0, 0));
    pg_pipeline_end(touches->pg);
    return status;
}

static enum pg_status compare_identities(struct verify_touches *touches)
{
    enum pg_status status = ask(touches, &VERIFY_IDENTITIES);
    const struct pg_result *result = status == PG_OK ? pg_result(touches->pg, 0) : NULL;

    if (pg_rows(result) == 1 && pg_get_int8(result, 0, 0) > 0)
        verify_found(touches->report,
                     "table identity has %lld that its lead does not have: lead %s",
                     (long long)pg_get_int8(result, 0, 0), pg_get_text(result, 0, 1, NULL));
    if (pg_rows(result) == 1 && pg_get_int8(result, 0, 2) > 0)
        verify_found(touches->report, "table identity lacks %lld that its lead has: lead %s",
                     (long long)pg_get_int8(result, 0, 2), pg_get_text(result, 0, 3, NULL));
    pg_pipeline_end(touches->pg);
    return status;
}

static void compare_dimension(struct verify_touches *touches, const struct pg_result *result,
                              int row)
{
    const char *dimension = pg_get_text(result, row, 1, NULL);
    int64_t id = pg_get_int8(result, row, 0);

    for (int i = 0; i < DIMENSION_COUNT; i++)
        if (strcmp(dimension_name((enum dimension)i), dimension) == 0 &&
            dimension_id((enum dimension)i, pg_get_text(result, row, 2, NULL)) == id)
            return;
    verify_found(touches->report, "table dimension, row %lld: its value is not the one of its id",
                 (long long)id);
}

static enum pg_status compare_dimensions(struct verify_touches *touches)
{
    int64_t after = INT64_MIN;
    enum pg_status status = PG_OK;
    int rows = PAGE_ROWS;

    while (status == PG_OK && rows == PAGE_ROWS) {
        struct pg_params params;
        arena_clear(touches->arena);
        pg_params_init(&params, touches->arena);
        pg_params_uuid(&params, touches->workspace);
        pg_params_int8(&params, after);
        pg_params_int8(&params, PAGE_ROWS);
        status = pg_run(touches->pg, &VERIFY_DIMENSIONS, &params,
                        pg_deadline_in(VERIFY_TOUCHES_TIMEOUT_MS));
        const struct pg_result *result = status == PG_OK ? pg_result(touches->pg, 0) : NULL;
        rows = pg_rows(result);
        for (int row = 0; row < rows; row++) {
            compare_dimension(touches, result, row);
            after = pg_get_int8(result, row, 0);
        }
        pg_pipeline_end(touches->pg);
    }
    return status;
}

static enum pg_status compare_missing(struct verify_touches *touches)
{
    enum pg_status status = ask(touches, &VERIFY_DIMENSIONS_MISSING);
    const struct pg_result *result = status == PG_OK ? pg_result(touches->pg, 0) : NULL;

    if (pg_rows(result) == 1 && pg_get_int8(result, 0, 0) > 0)
        verify_found(touches->report,
                     "table dimension lacks %lld values that touches name: row %lld",
                     (long long)pg_get_int8(result, 0, 0), (long long)pg_get_int8(result, 0, 1));
    pg_pipeline_end(touches->pg);
    return status;
}

enum pg_status verify_touches_end(struct verify_touches *touches)
{
    enum pg_status status = verify_touches_flush(touches);

    if (verify_is_range(touches->report))
        return status;
    if (status == PG_OK)
        status = compare_count(touches);
    if (status == PG_OK)
        status = compare_identities(touches);
    if (status == PG_OK)
        status = compare_dimensions(touches);
    return status == PG_OK ? compare_missing(touches) : status;
}
