#include "store/read/delivery_read.h"

#include <string.h>

/* clang-format off */

/* Of all three: $1 workspace, $2 the last delivery of the page before, $3 source or null, $4 limit */

#define SELECTED                                                              \
           "SELECT delivery_id, source_id, received_at, content_type, status, " \
           "  error, lead_id, replayed_at "                                   \
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

/* clang-format on */

const struct statement *const delivery_read_statements[] = {
    &DELIVERY_PAGE,
    &DELIVERY_PAGE_APPLIED,
    &DELIVERY_PAGE_FAILED,
    NULL,
};

static const struct statement *const by_status[] = {
    [DELIVERY_APPLIED] = &DELIVERY_PAGE_APPLIED,
    [DELIVERY_FAILED] = &DELIVERY_PAGE_FAILED,
    [DELIVERY_STATUS_COUNT] = &DELIVERY_PAGE,
};

static const char *const status_names[] = {
    [DELIVERY_APPLIED] = "applied", [DELIVERY_FAILED] = "failed"};

const struct input_type delivery_status_type = {
    .kind = INPUT_ENUM, .values = status_names, .max = DELIVERY_STATUS_COUNT - 1};

const char *delivery_status_name(enum delivery_status status)
{
    return status_names[status];
}

static struct delivery_item item_of(const struct pg_result *result, int row, struct arena *arena)
{
    bool applied = strcmp(pg_get_text(result, row, 4, NULL), "applied") == 0;

    return (struct delivery_item){
        .id = pg_get_uuid(result, row, 0),
        .source = pg_get_uuid(result, row, 1),
        .received_at = pg_get_instant(result, row, 2),
        .content_type = pg_copy_text(result, row, 3, arena),
        .status = applied ? DELIVERY_APPLIED : DELIVERY_FAILED,
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
