#include "store/read/delivery_read.h"

#include "store/pg/columns.h"
#include "store/table/merged.h"

#include <string.h>

/* clang-format off */

/* Of the pages: $1 workspace, $2 the last delivery of the page before, $3 source or null, $4 limit */

#define COLUMNS_SHOWN                                                         \
           "delivery_id, source_id, received_at, content_type, status, "      \
           "error, lead_id, replayed_at"

#define SELECTED                                                              \
           "SELECT " COLUMNS_SHOWN " "                                        \
           "FROM delivery "                                                   \
           "WHERE workspace_id = $1 AND delivery_id < $2 "                    \
           "AND ($3::uuid IS NULL OR source_id = $3) "

#define NEWEST_FIRST                                                          \
           "ORDER BY delivery_id DESC "                                       \
           "LIMIT $4"

static const struct statement DELIVERY_PAGE = {
    .name = "delivery_page",
    .sql = SELECTED
           NEWEST_FIRST,
    .index = "delivery_pkey",
    .hot = true,
};

static const struct statement DELIVERY_PAGE_APPLIED = {
    .name = "delivery_page_applied",
    .sql = SELECTED
           "AND status = 'applied' "
           NEWEST_FIRST,
    .index = "delivery_pkey",
    .hot = true,
};

static const struct statement DELIVERY_PAGE_FAILED = {
    .name = "delivery_page_failed",
    .sql = SELECTED
           "AND status = 'failed' "
           NEWEST_FIRST,
    .index = "delivery_failed",
    .hot = true,
};

static const struct statement DELIVERY_PAGE_PARTIAL = {
    .name = "delivery_page_partial",
    .sql = SELECTED
           "AND status = 'partial' "
           NEWEST_FIRST,
    .index = "delivery_failed",
    .hot = true,
};

/* $1 workspace, $2 delivery */
static const struct statement DELIVERY_GET = {
    .name = "delivery_get",
    .sql = "SELECT " COLUMNS_SHOWN ", headers, body, report "
           "FROM delivery "
           "WHERE workspace_id = $1 AND delivery_id = $2",
    .index = "delivery_pkey",
    .hot = true,
};

/* $1 workspace, $2 delivery */
static const struct statement DELIVERY_COMPLETIONS = {
    .name = "delivery_completions",
    .sql = "SELECT {completion} "
           "FROM completion "
           "WHERE workspace_id = $1 AND delivery_id = $2 "
           "ORDER BY item",
    .index = "completion_of_delivery",
    .hot = true,
};

/* $1 workspace, $2 lead, $3 limit */
static const struct statement DELIVERY_OF_LEAD = {
    .name = "delivery_of_lead",
    .sql = "WITH RECURSIVE "
           MERGED_ALL
           "SELECT " COLUMNS_SHOWN " "
           "FROM ("
           "  SELECT DISTINCT l.id "
           "  FROM all_of "
           "  CROSS JOIN LATERAL ("
           "    SELECT delivery_id AS id "
           "    FROM delivery_lead "
           "    WHERE workspace_id = $1 AND lead_id = all_of.id "
           "    ORDER BY delivery_id DESC "
           "    LIMIT $3"
           "  ) l "
           "  ORDER BY l.id DESC "
           "  LIMIT $3"
           ") i "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM delivery "
           "  WHERE workspace_id = $1 AND delivery_id = i.id "
           "  LIMIT 1"
           ") d "
           "ORDER BY d.delivery_id DESC",
    .index = "delivery_lead_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const delivery_read_statements[] = {
    &DELIVERY_PAGE, &DELIVERY_PAGE_APPLIED, &DELIVERY_PAGE_PARTIAL, &DELIVERY_PAGE_FAILED,
    &DELIVERY_GET,  &DELIVERY_COMPLETIONS,  &DELIVERY_OF_LEAD,      NULL,
};

static const struct statement *const by_status[] = {
    [DELIVERY_APPLIED] = &DELIVERY_PAGE_APPLIED,
    [DELIVERY_PARTIAL] = &DELIVERY_PAGE_PARTIAL,
    [DELIVERY_FAILED] = &DELIVERY_PAGE_FAILED,
    [DELIVERY_STATUS_COUNT] = &DELIVERY_PAGE,
};

static struct delivery_item item_of(const struct pg_result *result, int row, struct arena *arena)
{
    enum delivery_status status = DELIVERY_FAILED;

    delivery_status_parse(pg_get_text(result, row, 4, NULL), &status);
    return (struct delivery_item){
        .id = pg_get_uuid(result, row, 0),
        .source = pg_get_uuid(result, row, 1),
        .received_at = pg_get_instant(result, row, 2),
        .content_type = pg_copy_text(result, row, 3, arena),
        .status = status,
        .error = pg_copy_text(result, row, 5, arena),
        .lead = pg_get_uuid(result, row, 6),
        .replayed_at = pg_get_instant(result, row, 7),
    };
}

static void take(const struct read *read, const struct pg_result *result, int limit,
                 struct delivery_page *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct delivery_item, (size_t)rows + 1);
    for (int row = 0; out->items != NULL && row < rows; row++)
        out->items[out->count++] = item_of(result, row, read->arena);
}

enum err delivery_read_page(const struct read *read, const struct delivery_filter *filter,
                            int limit, struct delivery_page *out)
{
    struct read_query query = {.statement = by_status[filter->status]};

    *out = (struct delivery_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, uuid_is_nil(filter->before) ? READ_ID_MAX : filter->before);
    pg_params_uuid(&query.params, filter->source);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        take(read, query.result, limit, out);
    return read_end(read, err);
}

enum err delivery_read_of_lead(const struct read *read, struct uuid lead, int limit,
                               struct delivery_page *out)
{
    struct read_query query = {.statement = &DELIVERY_OF_LEAD};

    *out = (struct delivery_page){0};
    read_params(&query, read);
    pg_params_uuid(&query.params, lead);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        take(read, query.result, limit, out);
    return read_end(read, err);
}

enum err delivery_read_one(const struct read *read, struct uuid id, struct delivery_whole *out)
{
    struct read_query queries[] = {{.statement = &DELIVERY_GET},
                                   {.statement = &DELIVERY_COMPLETIONS}};
    const struct pg_result *found;

    *out = (struct delivery_whole){0};
    for (int i = 0; i < 2; i++) {
        read_params(&queries[i], read);
        pg_params_uuid(&queries[i].params, id);
    }
    enum err err = read_run(read, queries, 2);
    found = queries[0].result;
    if (err == ERR_NONE && pg_rows(found) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE) {
        out->item = item_of(found, 0, read->arena);
        out->completions = columns_read_all(&completion_columns, queries[1].result, read->arena,
                                            &out->completion_count);
        out->headers = pg_copy_text(found, 0, 8, read->arena);
        const uint8_t *body = pg_get_bytea(found, 0, 9, &out->body_len);
        out->body =
            body == NULL ? NULL : arena_copy(read->arena, (const char *)body, out->body_len);
        out->report = pg_copy_text(found, 0, 10, read->arena);
    }
    return read_end(read, err);
}
