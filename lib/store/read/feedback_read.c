#include "store/read/feedback_read.h"

/* clang-format off */

/* $1 workspace, $2 handoffs, $3 limit */
static const struct statement FEEDBACK_OF_HANDOFFS = {
    .name = "feedback_of_handoffs",
    .sql = "SELECT f.feedback_id, f.handoff_id, f.kind, f.rating::int4, f.note, f.member_id, f.given_at "
           "FROM unnest($2::uuid[]) h(id) "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM feedback "
           "  WHERE workspace_id = $1 AND handoff_id = h.id "
           "  ORDER BY feedback_id "
           "  LIMIT $3"
           ") f "
           "ORDER BY f.given_at, f.feedback_id "
           "LIMIT $3",
    .index = "feedback_of_handoff",
    .hot = true,
};

/* clang-format on */

const struct statement *const feedback_read_statements[] = {&FEEDBACK_OF_HANDOFFS, NULL};

static struct feedback_said said_of(const struct pg_result *result, int row, struct arena *arena)
{
    return (struct feedback_said){
        .id = pg_get_uuid(result, row, 0),
        .handoff = pg_get_uuid(result, row, 1),
        .kind = pg_copy_text(result, row, 2, arena),
        .rating = pg_is_null(result, row, 3) ? 0 : pg_get_int4(result, row, 3),
        .note = pg_copy_text(result, row, 4, arena),
        .member = pg_get_uuid(result, row, 5),
        .given_at = pg_get_instant(result, row, 6),
    };
}

static void take(const struct read *read, const struct pg_result *result, int limit,
                 struct feedback_list *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct feedback_said, (size_t)rows + 1);
    for (int row = 0; out->items != NULL && row < rows; row++)
        out->items[out->count++] = said_of(result, row, read->arena);
}

enum err feedback_read_of_handoffs(const struct read *read, const struct uuid *handoffs,
                                   size_t count, int limit, struct feedback_list *out)
{
    struct read_query query = {.statement = &FEEDBACK_OF_HANDOFFS};

    *out = (struct feedback_list){0};
    read_params(&query, read);
    pg_params_uuids(&query.params, handoffs, count);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        take(read, query.result, limit, out);
    return read_end(read, err);
}
