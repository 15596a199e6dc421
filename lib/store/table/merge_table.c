#include "store/table/merge_table.h"

#include "store/pg/columns.h"

#include <string.h>

/* Of so many of its latest touches the group knows whose they are: as many as it loads. */
#define GIVEN_MAX 1000

/* clang-format off */

#define IN(name) MEMBER(struct merge_row, name)

static const struct column merge_list[] = {
    {"absorbed",     &as_uuid,    IN(absorbed),     COLUMN_KEY},
    {"survivor",     &as_uuid,    IN(survivor)},
    {"survivor_seq", &as_int8,    IN(survivor_seq)},
    {"merged_at",    &as_instant, IN(merged_at)},
    {"before",       &as_json,    IN(before)},
};
#undef IN

const struct columns merge_columns =
    COLUMNS("lead_merge", merge_list, struct merge_row, PROOF_FREE,
            "what the two leads were: while nobody takes the merge back it counts for nothing");

/* of(id): the absorbed lead and those that it had absorbed itself, however deep, as the last entry
 * of each says. The rows of all of them name the survivor. */
#define PART_OF(absorbed, survivor)                                               \
           "WITH RECURSIVE direct AS MATERIALIZED ("                              \
           "  SELECT l.lead_id, "                                                 \
           "    (convert_from(e.body, 'UTF8')::json->>'survivor')::uuid AS survivor " \
           "  FROM lead l "                                                       \
           "  JOIN ledger e ON e.workspace_id = $1 AND e.subject_id = l.lead_id AND e.seq = l.seq " \
           "  WHERE l.workspace_id = $1 AND l.merged_into = " survivor " "        \
           "), of(id) AS ("                                                       \
           "  SELECT " absorbed " "                                               \
           "  UNION "                                                             \
           "  SELECT d.lead_id "                                                  \
           "  FROM of "                                                           \
           "  JOIN direct d ON d.survivor = of.id"                                \
           ") "

/* Kinds of entries that record a touch. */
#define TOUCHES_RECORDED                                                          \
           "  SELECT (convert_from(e.body, 'UTF8')::json->'touch'->>'id')::uuid " \
           "  FROM of "                                                           \
           "  CROSS JOIN LATERAL ("                                               \
           "    SELECT body "                                                     \
           "    FROM ledger "                                                     \
           "    WHERE workspace_id = $1 AND subject_id = of.id AND kind IN (1, 2, 10) " \
           "    OFFSET 0"                                                         \
           "  ) e"

/* $1 workspace, $2 absorbed lead, $3 kinds of entries that decide something, $4 those that do when
 * somebody makes them, $5 limit of touches */
static const struct statement MERGE_FIND = {
    .name = "merge_find",
    .sql = "SELECT {m.lead_merge}, "
           "  (SELECT count(*) FROM lead_merge x WHERE x.workspace_id = $1 "
           "    AND x.survivor = m.survivor AND x.survivor_seq > m.survivor_seq), "
           "  (SELECT e.kind::int8 FROM ledger e WHERE e.workspace_id = $1 "
           "    AND e.subject_id = m.survivor AND e.seq > m.survivor_seq "
           "    AND (e.kind = ANY($3::int2[]) OR (e.kind = ANY($4::int2[]) AND e.actor_kind <> 0)) "
           "    ORDER BY e.seq LIMIT 1), "
           "  t.ids "
           "FROM lead_merge m "
           "CROSS JOIN LATERAL ("
           PART_OF("m.absorbed", "m.survivor")
           "  SELECT string_agg(uuid_send(latest.touch_id), ''::bytea) AS ids "
           "  FROM ("
           "    SELECT touch_id "
           "    FROM touch "
           "    WHERE workspace_id = $1 AND lead_id = m.survivor "
           "    ORDER BY occurred_at DESC, touch_id DESC "
           "    LIMIT $5"
           "  ) latest "
           "  WHERE latest.touch_id IN ("
           TOUCHES_RECORDED
           "  )"
           ") t "
           "WHERE m.workspace_id = $1 AND m.absorbed = $2",
};

static const struct statement MERGE_SAVE = {
    .name = "merge_save",
    .makes = STATEMENT_INSERTS,
    .of = &merge_columns,
    .tuples = 1,
};

/* $1 workspace, $2 absorbed lead */
static const struct statement MERGE_DELETE = {
    .name = "merge_delete",
    .sql = "DELETE FROM lead_merge "
           "WHERE workspace_id = $1 AND absorbed = $2",
};

/* $1 workspace, $2 absorbed lead, $3 its survivor */
static const struct statement TOUCH_RETURN = {
    .name = "touch_return",
    .sql = PART_OF("$2::uuid", "$3::uuid")
           "UPDATE touch SET lead_id = $2 "
           "WHERE workspace_id = $1 AND lead_id = $3 "
           "AND touch_id IN ("
           TOUCHES_RECORDED
           ")",
};

static const struct statement LEAD_RETURN = {
    .name = "lead_return",
    .sql = PART_OF("$2::uuid", "$3::uuid")
           "UPDATE lead SET merged_into = $2 "
           "WHERE workspace_id = $1 AND merged_into = $3 "
           "AND lead_id IN (SELECT id FROM of)",
};

/* clang-format on */

const struct statement *const merge_table_statements[] = {
    &MERGE_FIND, &MERGE_SAVE, &MERGE_DELETE, &TOUCH_RETURN, &LEAD_RETURN, NULL};

static void put_deciding(struct pg_params *params, struct arena *arena, enum actor_kind actor)
{
    int16_t kinds[LEDGER_LEAD_KINDS_END];
    struct pg_array array;
    size_t count = 0;

    for (int kind = 1; kind < LEDGER_LEAD_KINDS_END; kind++)
        if (lead_before_is_decided_by((enum ledger_kind)kind, actor))
            kinds[count++] = (int16_t)kind;
    pg_array_begin(&array, arena, PG_INT2, count);
    for (size_t i = 0; i < count; i++)
        pg_array_int2(&array, kinds[i]);
    pg_params_array(params, &array);
}

int merge_table_queue_find(const struct pg_scope *scope, const void *absorbed)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, *(const struct uuid *)absorbed);
    put_deciding(&params, scope->arena, ACTOR_SYSTEM);
    put_deciding(&params, scope->arena, ACTOR_MEMBER);
    pg_params_int8(&params, GIVEN_MAX);
    return pg_queue(scope->pg, &MERGE_FIND, &params);
}

enum { FIND_LATER, FIND_DECIDED, FIND_TOUCHES };

struct merge_row *merge_table_read(const struct pg_result *result, struct arena *arena)
{
    struct merge_row *row = ARENA_NEW(arena, struct merge_row);
    int after = columns_width(&merge_columns);
    size_t len = 0;

    if (row == NULL || !columns_read(&merge_columns, result, 0, 0, arena, row))
        return NULL;
    row->later = (int)pg_get_int8(result, 0, after + FIND_LATER);
    row->decided = pg_is_null(result, 0, after + FIND_DECIDED)
                       ? 0
                       : (int)pg_get_int8(result, 0, after + FIND_DECIDED);
    const uint8_t *ids = pg_get_bytea(result, 0, after + FIND_TOUCHES, &len);
    row->touch_count = ids == NULL ? 0 : len / sizeof(struct uuid);
    struct uuid *touches = ARENA_ARRAY(arena, struct uuid, row->touch_count + 1);
    if (touches != NULL && row->touch_count > 0)
        memcpy(touches, ids, row->touch_count * sizeof *touches);
    row->touches = touches;
    return touches == NULL ? NULL : row;
}

void merge_table_queue_save(const struct pg_scope *scope, const struct merge_row *row)
{
    if (row->is_new && !row->undone)
        columns_queue(scope, &MERGE_SAVE, &(const void *){row}, 1);
    else if (row->undone)
        pg_scope_queue_id(scope, &MERGE_DELETE, row->absorbed);
}

void merge_table_queue_restore(const struct pg_scope *scope, const struct merge_row *row)
{
    struct pg_params params;

    pg_scope_params(scope, &params);
    pg_params_uuid(&params, row->absorbed);
    pg_params_uuid(&params, row->survivor);
    pg_queue(scope->pg, &TOUCH_RETURN, &params);
    pg_queue(scope->pg, &LEAD_RETURN, &params);
}
