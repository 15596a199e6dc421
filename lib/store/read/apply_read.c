#include "store/read/apply_read.h"

/* clang-format off */

/* $1 workspace, $2 stages */
static const struct statement APPLY_COUNT = {
    .name = "apply_count",
    .sql = "SELECT count(*) "
           "FROM lead "
           "WHERE workspace_id = $1 "
           "AND status = 'active' "
           "AND stage = ANY ($2::text[])",
};

/* $1 workspace, $2 stages, $3 after this lead, $4 created before, $5 limit */
static const struct statement APPLY_CHUNK = {
    .name = "apply_chunk",
    .sql = "SELECT lead_id "
           "FROM lead "
           "WHERE workspace_id = $1 "
           "AND lead_id > $3 "
           "AND status = 'active' "
           "AND stage = ANY ($2::text[]) "
           "AND created_at < $4 "
           "ORDER BY lead_id "
           "LIMIT $5",
    .index = "lead_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const apply_read_statements[] = {&APPLY_COUNT, &APPLY_CHUNK, NULL};

static void begin_params(struct read_query *query, const struct read *read, enum term term)
{
    struct pg_array names;
    size_t count;
    const enum stage *stages = definition_apply_stages(term, &count);

    read_params(query, read);
    pg_array_begin(&names, read->arena, PG_TEXT, count);
    for (size_t i = 0; i < count; i++)
        pg_array_text(&names, stage_name(stages[i]));
    pg_params_array(&query->params, &names);
}

enum err apply_read_count(const struct read *read, enum term term, int64_t *count)
{
    struct read_query query = {.statement = &APPLY_COUNT};

    begin_params(&query, read, term);
    enum err err = read_run(read, &query, 1);
    *count = err == ERR_NONE ? pg_get_int8(query.result, 0, 0) : 0;
    return read_end(read, err);
}

enum err apply_read_chunk(const struct read *read, enum term term, struct uuid after,
                          instant before, struct uuid out[APPLY_CHUNK_LEADS], size_t *count)
{
    static const struct uuid before_all = {{[15] = 1}}; /* a nil id would be sent as null */
    struct read_query query = {.statement = &APPLY_CHUNK};

    *count = 0;
    begin_params(&query, read, term);
    pg_params_uuid(&query.params, uuid_is_nil(after) ? before_all : after);
    pg_params_instant(&query.params, before);
    pg_params_int8(&query.params, APPLY_CHUNK_LEADS);
    enum err err = read_run(read, &query, 1);
    for (int row = 0; err == ERR_NONE && row < pg_rows(query.result); row++)
        out[(*count)++] = pg_get_uuid(query.result, row, 0);
    return read_end(read, err);
}
