#include "store/read/week_read.h"

#include "base/uuid.h"

/* clang-format off */

/* Ids have the time in them: the week is a range of the primary key.
 * $1 workspace, $2 first id, $3 first id after it */
static const struct statement WEEK_HANDOFFS = {
    .name = "week_handoffs",
    .sql = "SELECT t.function::text, count(*), "
           "count(*) FILTER (WHERE h.accepted_at IS NOT NULL), "
           "count(*) FILTER (WHERE h.state = 'rejected'), "
           "count(*) FILTER (WHERE h.state = 'returned'), "
           "count(*) FILTER (WHERE h.state = 'offered'), "
           "count(*) FILTER (WHERE coalesce(h.accepted_at, h.closed_at, now()) > h.respond_by) "
           "FROM handoff h "
           "JOIN team t ON t.workspace_id = $1 AND t.team_id = h.to_team "
           "WHERE h.workspace_id = $1 AND h.handoff_id >= $2 AND h.handoff_id < $3 "
           "AND h.kind <> 'imported' AND h.state <> 'requested' "
           "GROUP BY 1",
    .index = "handoff_pkey",
};

/* $1 workspace */
static const struct statement WEEK_UNDONE = {
    .name = "week_undone",
    .sql = "SELECT t.function::text, sum(u.overdue)::int8, sum(u.undecided)::int8 "
           "FROM ("
           "  SELECT to_team AS team_id, count(*) AS overdue, 0 AS undecided "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND state = 'offered' AND respond_by <= now() "
           "  GROUP BY to_team "
           "  UNION ALL "
           "  SELECT owner_team, 0, count(*) "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND next_step IN ('offer', 'review') "
           "  GROUP BY owner_team"
           ") u "
           "JOIN team t ON t.workspace_id = $1 AND t.team_id = u.team_id "
           "GROUP BY 1",
};

/* clang-format on */

const struct statement *const week_read_statements[] = {&WEEK_HANDOFFS, &WEEK_UNDONE, NULL};

static struct uuid first_id_at(instant at)
{
    static const uint8_t nothing[10];

    return uuid_v7((uint64_t)(at / 1000), nothing);
}

/* NULL: of no side that this program knows. */
static struct week_side *side_of(struct week_counts *counts, const struct pg_result *result,
                                 int row)
{
    const char *name = pg_get_text(result, row, 0, NULL);
    enum team_function function;

    return name != NULL && team_function_parse(name, &function) ? &counts->sides[function] : NULL;
}

static void take_handoffs(const struct pg_result *result, struct week_counts *out)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct week_side *side = side_of(out, result, row);
        if (side == NULL)
            continue;
        side->offered = pg_get_int8(result, row, 1);
        side->accepted = pg_get_int8(result, row, 2);
        side->rejected = pg_get_int8(result, row, 3);
        side->returned = pg_get_int8(result, row, 4);
        side->waiting = pg_get_int8(result, row, 5);
        side->late = pg_get_int8(result, row, 6);
    }
}

static void take_undone(const struct pg_result *result, struct week_counts *out)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct week_side *side = side_of(out, result, row);
        if (side == NULL)
            continue;
        side->overdue = pg_get_int8(result, row, 1);
        side->undecided = pg_get_int8(result, row, 2);
    }
}

enum err week_read(const struct read *read, instant from, instant to, struct week_counts *out)
{
    struct read_query queries[] = {{.statement = &WEEK_HANDOFFS}, {.statement = &WEEK_UNDONE}};

    *out = (struct week_counts){0};
    read_params(&queries[0], read);
    pg_params_uuid(&queries[0].params, first_id_at(from));
    pg_params_uuid(&queries[0].params, first_id_at(to));
    read_params(&queries[1], read);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE) {
        take_handoffs(queries[0].result, out);
        take_undone(queries[1].result, out);
    }
    return read_end(read, err);
}
