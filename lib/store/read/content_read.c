#include "store/read/content_read.h"

#include "store/table/content_table.h"

/* clang-format off */

/* $1 workspace, $2 content */
static const struct statement CONTENT_GET = {
    .name = "content_get",
    .sql = "SELECT {content} "
           "FROM content "
           "WHERE workspace_id = $1 AND content_id = $2",
    .index = "content_pkey",
    .hot = true,
};

#define PAGE(condition)                                           \
           "SELECT {content} "                                    \
           "FROM content "                                        \
           "WHERE workspace_id = $1 AND content_id > $2 " condition \
           "ORDER BY content_id "                                 \
           "LIMIT $3"

/* $1 workspace, $2 the last of the page before, $3 limit, $4 owning team where one is asked for */
static const struct statement CONTENT_PAGE = {
    .name = "content_page",
    .sql = PAGE(""),
    .index = "content_pkey",
    .hot = true,
};

static const struct statement CONTENT_PAGE_OF_OWNER = {
    .name = "content_page_of_owner",
    .sql = PAGE("AND owner_team = $4 "),
    .index = "content_of_owner",
    .hot = true,
};

/* clang-format on */

const struct statement *const content_read_statements[] = {&CONTENT_GET, &CONTENT_PAGE,
                                                           &CONTENT_PAGE_OF_OWNER, NULL};

enum err content_read(const struct read *read, int64_t id, const struct content **out)
{
    struct read_query query = {.statement = &CONTENT_GET};

    *out = NULL;
    read_params(&query, read);
    pg_params_int8(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE) {
        *out = content_table_read(query.result, 0, read->arena);
        err = *out == NULL ? ERR_INTERNAL : ERR_NONE;
    }
    return read_end(read, err);
}

enum err content_read_page(const struct read *read, const struct content_filter *filter, int limit,
                           struct content_page *out)
{
    bool of_owner = !uuid_is_nil(filter->owner_team);
    struct read_query query = {.statement = of_owner ? &CONTENT_PAGE_OF_OWNER : &CONTENT_PAGE};

    *out = (struct content_page){0};
    read_params(&query, read);
    pg_params_int8(&query.params, filter->after == NULL ? INT64_MIN : *filter->after);
    pg_params_int8(&query.params, limit + 1);
    if (of_owner)
        pg_params_uuid(&query.params, filter->owner_team);
    enum err err = read_run(read, &query, 1);
    if (err != ERR_NONE)
        return read_end(read, err);
    int rows = pg_rows(query.result);
    out->more = rows > limit;
    out->count = (size_t)(out->more ? limit : rows);
    out->items = ARENA_ARRAY(read->arena, const struct content *, out->count + 1);
    for (size_t i = 0; out->items != NULL && i < out->count; i++) {
        out->items[i] = content_table_read(query.result, (int)i, read->arena);
        if (out->items[i] == NULL)
            err = ERR_INTERNAL;
    }
    return read_end(read, err);
}
