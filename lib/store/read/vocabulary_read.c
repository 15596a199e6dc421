#include "store/read/vocabulary_read.h"

/* clang-format off */

/* The latest leads: a range at the end of the primary key. $1 workspace, $2 how many */
#define LATEST_LEADS                                                          \
           "("                                                                \
           "  SELECT attributes "                                             \
           "  FROM lead "                                                     \
           "  WHERE workspace_id = $1 "                                       \
           "  AND status = 'active' "                                         \
           "  ORDER BY lead_id DESC "                                         \
           "  LIMIT $2"                                                       \
           ") l "

/* Stored form: {name: [[value, …], …newest first]}, see core/definition/attribute.h.
 * $1 workspace, $2 leads to look at, $3 limit */
static const struct statement ATTRIBUTE_USES = {
    .name = "attribute_uses",
    .sql = "SELECT a.key, count(*), bool_or(t.type = 'string'), "
           "  bool_or(t.type = 'number'), bool_or(t.type = 'boolean'), "
           "  bool_or(t.type = 'array') "
           "FROM "
           LATEST_LEADS
           "CROSS JOIN LATERAL json_each(l.attributes) a "
           "CROSS JOIN LATERAL ("
           "  SELECT json_typeof(a.value->0->0) AS type"
           ") t "
           "WHERE t.type <> 'null' "
           "GROUP BY a.key "
           "ORDER BY a.key COLLATE \"C\" "
           "LIMIT $3",
    .index = "lead_pkey",
};

/* $1 workspace, $2 leads to look at */
static const struct statement LEAD_COUNT = {
    .name = "lead_count",
    .sql = "SELECT count(*) "
           "FROM "
           LATEST_LEADS,
    .index = "lead_pkey",
};

/* $1 workspace, $2 leads to look at, $3 limit */
static const struct statement ATTRIBUTE_NAMES = {
    .name = "attribute_names",
    .sql = "SELECT DISTINCT n.name COLLATE \"C\" "
           "FROM "
           LATEST_LEADS
           "CROSS JOIN LATERAL json_object_keys(l.attributes) n (name) "
           "ORDER BY 1 "
           "LIMIT $3",
};

#define RECORD "c.record->>'title', c.record->>'starts_on', c.record->>'ends_on' "

/* $1 workspace, $2 after this name, $3 limit */
static const struct statement CAMPAIGN_PAGE = {
    .name = "campaign_page",
    .sql = "SELECT c.name, " RECORD
           "FROM campaign c "
           "WHERE c.workspace_id = $1 "
           "AND c.name COLLATE \"C\" > $2 "
           "ORDER BY c.name COLLATE \"C\" "
           "LIMIT $3",
    .index = "campaign_by_name",
    .hot = true,
};

/* $1 workspace, $2 dimension, $3 after this value, $4 limit */
static const struct statement DIMENSION_PAGE = {
    .name = "dimension_page",
    .sql = "SELECT d.value, " RECORD
           "FROM ("
           "  SELECT dimension_id, value "
           "  FROM dimension "
           "  WHERE workspace_id = $1 "
           "  AND dimension = $2 "
           "  AND value COLLATE \"C\" > $3 "
           "  ORDER BY value COLLATE \"C\" "
           "  LIMIT $4"
           ") d "
           "LEFT JOIN LATERAL ("
           "  SELECT record "
           "  FROM campaign "
           "  WHERE workspace_id = $1 AND campaign_id = d.dimension_id "
           "  LIMIT 1"
           ") c ON true "
           "ORDER BY d.value COLLATE \"C\"",
    .index = "dimension_pkey",
};

/* clang-format on */

const struct statement *const vocabulary_read_statements[] = {
    &ATTRIBUTE_USES, &LEAD_COUNT, &ATTRIBUTE_NAMES, &CAMPAIGN_PAGE, &DIMENSION_PAGE, NULL,
};

static void take_uses(const struct read *read, const struct pg_result *result,
                      struct attribute_uses *out)
{
    int rows = pg_rows(result);

    out->items = ARENA_ARRAY(read->arena, struct attribute_use, (size_t)rows + 1);
    for (int row = 0; out->items != NULL && row < rows; row++)
        out->items[out->count++] = (struct attribute_use){
            .name = pg_copy_text(result, row, 0, read->arena),
            .leads = pg_get_int8(result, row, 1),
            .text = pg_get_bool(result, row, 2),
            .number = pg_get_bool(result, row, 3),
            .boolean = pg_get_bool(result, row, 4),
            .list = pg_get_bool(result, row, 5),
        };
}

enum err vocabulary_read_attributes(const struct read *read, struct attribute_uses *out)
{
    struct read_query queries[] = {{.statement = &ATTRIBUTE_USES}, {.statement = &LEAD_COUNT}};

    *out = (struct attribute_uses){0};
    read_params(&queries[0], read);
    pg_params_int8(&queries[0].params, USES_LEADS_MAX);
    pg_params_int8(&queries[0].params, ATTRIBUTE_NAMES_MAX);
    read_params(&queries[1], read);
    pg_params_int8(&queries[1].params, USES_LEADS_MAX);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE) {
        out->leads = pg_get_int8(queries[1].result, 0, 0);
        take_uses(read, queries[0].result, out);
    }
    return read_end(read, err);
}

enum err vocabulary_read_names(const struct read *read, const char ***out, size_t *count)
{
    struct read_query query = {.statement = &ATTRIBUTE_NAMES};

    *count = 0;
    read_params(&query, read);
    pg_params_int8(&query.params, NAMES_LEADS_MAX);
    pg_params_int8(&query.params, ATTRIBUTE_NAMES_MAX);
    enum err err = read_run(read, &query, 1);
    int rows = err == ERR_NONE ? pg_rows(query.result) : 0;
    *out = ARENA_ARRAY(read->arena, const char *, (size_t)rows + 1);
    for (int row = 0; *out != NULL && row < rows; row++)
        (*out)[(*count)++] = pg_copy_text(query.result, row, 0, read->arena);
    return read_end(read, err);
}

static void take_values(const struct read *read, const struct pg_result *result, int limit,
                        struct dimension_page *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct dimension_value, (size_t)rows + 1);
    for (int row = 0; out->items != NULL && row < rows; row++)
        out->items[out->count++] = (struct dimension_value){
            .value = pg_copy_text(result, row, 0, read->arena),
            .title = pg_copy_text(result, row, 1, read->arena),
            .starts_on = pg_copy_text(result, row, 2, read->arena),
            .ends_on = pg_copy_text(result, row, 3, read->arena),
        };
}

enum err vocabulary_read_dimension(const struct read *read, const struct dimension_filter *filter,
                                   int limit, struct dimension_page *out)
{
    struct read_query query = {.statement = filter->recorded ? &CAMPAIGN_PAGE : &DIMENSION_PAGE};

    *out = (struct dimension_page){0};
    read_params(&query, read);
    if (!filter->recorded)
        pg_params_text(&query.params, dimension_name(filter->dimension));
    pg_params_text(&query.params, filter->after);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        take_values(read, query.result, limit, out);
    return read_end(read, err);
}
