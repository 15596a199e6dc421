#include "store/read/attribution_setup_read.h"

#include "store/table/attribution_setup_table.h"

#include <string.h>

#define RECORD_MAX_BYTES 65536

/* clang-format off */

/* $1 workspace, $2 after this name, $3 limit */
static const struct statement ATTRIBUTION_SETUPS = {
    .name = "attribution_setups",
    .sql = "SELECT {n.attribution_setup} "
           "FROM ("
           "  SELECT DISTINCT ON (name) * "
           "  FROM attribution_setup "
           "  WHERE workspace_id = $1 AND name > $2 "
           "  ORDER BY name, version DESC"
           ") n "
           "ORDER BY n.name "
           "LIMIT $3",
    .index = "attribution_setup_pkey",
};

/* $1 workspace, $2 setup, $3 version, 0: the newest */
static const struct statement ATTRIBUTION_SETUP_ONE = {
    .name = "attribution_setup_one",
    .sql = "SELECT {attribution_setup} "
           "FROM attribution_setup "
           "WHERE workspace_id = $1 AND setup_id = $2 AND ($3::int4 = 0 OR version = $3) "
           "ORDER BY version DESC "
           "LIMIT 1",
    .index = "attribution_setup_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const attribution_setup_read_statements[] = {&ATTRIBUTION_SETUPS,
                                                                     &ATTRIBUTION_SETUP_ONE, NULL};

/* As the reader of the ledger will store it. */
static const struct attribution_setup_row *usual(struct arena *arena)
{
    struct attribution_setup_row *row = ARENA_NEW(arena, struct attribution_setup_row);
    struct json_out record;

    if (row == NULL)
        return NULL;
    json_out_init(&record, arena, RECORD_MAX_BYTES);
    json_out_begin_object(&record);
    attribution_setup_write_members(&ATTRIBUTION_SETUP_USUAL, &record);
    json_out_end_object(&record);
    *row = (struct attribution_setup_row){
        .version = ATTRIBUTION_SETUP_USUAL.version,
        .name = ATTRIBUTION_SETUP_DEFAULT,
        .record = arena_copy(arena, record.written.text, record.written.len),
        .state = ATTRIBUTION_SETUP_BUILDING,
        .created_at = INSTANT_NONE,
    };
    return row->record == NULL ? NULL : row;
}

enum err attribution_setups_read(const struct read *read, const char *after, int limit,
                                 struct attribution_setup_page *out)
{
    struct read_query query = {.statement = &ATTRIBUTION_SETUPS};

    *out = (struct attribution_setup_page){.count = 0};
    read_params(&query, read);
    pg_params_text(&query.params, after == NULL ? "" : after);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    int rows = err == ERR_NONE ? pg_rows(query.result) : 0;
    out->items = ARENA_ARRAY(read->arena, const struct attribution_setup_row *, (size_t)rows + 2);
    out->more = rows > limit;
    bool known = false;
    for (int row = 0; out->items != NULL && row < rows && row < limit; row++) {
        out->items[out->count] = attribution_setup_table_read(query.result, row, read->arena);
        if (out->items[out->count] == NULL)
            return read_end(read, ERR_INTERNAL);
        known = known || out->items[out->count]->id == 0;
        out->count++;
    }
    /* nothing is stored at all until something is counted */
    if (err == ERR_NONE && !known && rows == 0 && (after == NULL || *after == '\0') &&
        out->items != NULL) {
        out->items[0] = usual(read->arena);
        out->count = out->items[0] != NULL;
    }
    return read_end(read, err);
}

enum err attribution_setup_read_one(const struct read *read, int64_t id, int version,
                                    const struct attribution_setup_row **out)
{
    struct read_query query = {.statement = &ATTRIBUTION_SETUP_ONE};

    *out = NULL;
    read_params(&query, read);
    pg_params_int8(&query.params, id);
    pg_params_int4(&query.params, version);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 1) {
        *out = attribution_setup_table_read(query.result, 0, read->arena);
        err = *out == NULL ? ERR_INTERNAL : ERR_NONE;
    } else if (err == ERR_NONE && id == 0 && version <= ATTRIBUTION_SETUP_USUAL.version) {
        *out = usual(read->arena);
        err = *out == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;
    } else if (err == ERR_NONE) {
        err = ERR_NOT_FOUND;
    }
    return read_end(read, err);
}
