#include "store/read/handoff_read.h"

#include "store/table/handoff_table.h"

/* clang-format off */

/* For a closed handoff: who owns its lead, unless the lead has another open one. What may still be
 * done with it depends on that. */
#define LEAD_WITH                                         \
           "("                                            \
           "  SELECT owner_team "                         \
           "  FROM lead "                                 \
           "  WHERE workspace_id = $1 AND lead_id = h.lead_id " \
           "  AND NOT EXISTS ("                           \
           "    SELECT 1 "                                \
           "    FROM handoff o "                          \
           "    WHERE o.workspace_id = $1 AND o.lead_id = h.lead_id " \
           "    AND o.state IN ('offered', 'accepted')"   \
           "  )"                                          \
           ")"

/* $1 workspace, $2 handoff */
static const struct statement HANDOFF_GET = {
    .name = "handoff_get",
    .sql = "SELECT now(), "
           LEAD_WITH ", "
           "NULL::timestamptz, {h.handoff} "
           "FROM handoff h "
           "WHERE workspace_id = $1 AND handoff_id = $2",
    .index = "handoff_pkey",
    .hot = true,
};

/* Looks at all open handoffs and sorts them: there are as many as the teams have in their hands. An
 * accepted one without a deadline comes after all others.
 * $1 workspace, $2 receiving team or null, $3 assignee or null, $4 state or null, $5 due before or
 * null, $6 and $7 due and id of the last of the page before or null, $8 limit */
static const struct statement HANDOFF_PAGE_OPEN = {
    .name = "handoff_page_open",
    .sql = "SELECT now(), NULL::uuid, h.due, {h.handoff} "
           "FROM ("
           "  SELECT *, "
           "    CASE state WHEN 'offered' THEN respond_by "
           "    ELSE coalesce(decide_by, timestamptz '9999-12-31 23:59:59.999999+00') END AS due "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND state IN ('offered', 'accepted') "
           "  AND ($2::uuid IS NULL OR to_team = $2) "
           "  AND ($3::uuid IS NULL OR assignee = $3 "
           "    AND (claimed_until IS NULL OR claimed_until > now())) "
           "  AND ($4::text IS NULL OR state = $4)"
           ") h "
           "WHERE (h.due < $5 OR $5::timestamptz IS NULL) "
           "AND (h.due, h.handoff_id) > ("
           "  coalesce($6::timestamptz, '-infinity'), "
           "  coalesce($7::uuid, '00000000-0000-0000-0000-000000000000')) "
           "ORDER BY h.due, h.handoff_id "
           "LIMIT $8",
    .index = "handoff_open",
    .hot = true,
};

/* $1 workspace, $2 receiving team or null, $3 assignee or null, $4 state or null, $5 the last of
 * the page before or null, $6 limit */
static const struct statement HANDOFF_PAGE_CLOSED = {
    .name = "handoff_page_closed",
    .sql = "SELECT now(), "
           LEAD_WITH ", "
           "NULL::timestamptz, {h.handoff} "
           "FROM handoff h "
           "WHERE workspace_id = $1 "
           "AND handoff_id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000') "
           "AND state NOT IN ('offered', 'accepted') "
           "AND ($2::uuid IS NULL OR to_team = $2) "
           "AND ($3::uuid IS NULL OR assignee = $3) "
           "AND ($4::text IS NULL OR state = $4) "
           "ORDER BY handoff_id "
           "LIMIT $6",
    .index = "handoff_pkey",
    .hot = true,
};

/* $1 workspace, $2 team */
static const struct statement HANDOFF_OF_TEAM = {
    .name = "handoff_of_team",
    .sql = "SELECT EXISTS ("
           "  SELECT 1 "
           "  FROM handoff "
           "  WHERE workspace_id = $1 AND (from_team = $2 OR to_team = $2))",
};

/* clang-format on */

const struct statement *const handoff_read_statements[] = {
    &HANDOFF_GET, &HANDOFF_PAGE_OPEN, &HANDOFF_PAGE_CLOSED, &HANDOFF_OF_TEAM, NULL,
};

enum { NOW, WITH, DUE, HANDOFF };

/* Where the database wants a note, an erasure leaves an empty one. */
static void clear_erased(struct handoff *handoff)
{
    if (handoff->offer_note != NULL && handoff->offer_note[0] == '\0')
        handoff->offer_note = NULL;
}

static enum err take(const struct read *read, const struct pg_result *result, int row,
                     struct handoff **out, instant *now)
{
    *out = handoff_table_read(result, row, HANDOFF, read->arena);
    if (*out == NULL)
        return arena_failed(read->arena) ? ERR_OUT_OF_MEMORY : ERR_INTERNAL;
    *now = pg_get_instant(result, row, NOW);
    (*out)->lead_with = pg_get_uuid(result, row, WITH);
    handoff_drop_lapsed(*out, *now);
    clear_erased(*out);
    return ERR_NONE;
}

enum err handoff_read_by_id(const struct read *read, struct uuid id, struct handoff **out,
                            instant *now)
{
    struct read_query query = {.statement = &HANDOFF_GET};

    read_params(&query, read);
    pg_params_uuid(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = pg_rows(query.result) == 0 ? ERR_NOT_FOUND : take(read, query.result, 0, out, now);
    read_end(read);
    return err;
}

/* ---- pages ---- */

static const char *state_or_any(enum handoff_state state)
{
    return state == HANDOFF_STATE_COUNT ? NULL : handoff_state_name(state);
}

static bool wants_open(const struct handoff_filter *filter)
{
    return !filter->after.closed &&
           (filter->state == HANDOFF_STATE_COUNT || handoff_state_is_open(filter->state));
}

static bool wants_closed(const struct handoff_filter *filter)
{
    return filter->due_before == INSTANT_NONE &&
           (filter->state == HANDOFF_STATE_COUNT || !handoff_state_is_open(filter->state));
}

static void put_filter(struct read_query *query, const struct read *read,
                       const struct handoff_filter *filter)
{
    read_params(query, read);
    pg_params_uuid(&query->params, filter->to_team);
    pg_params_uuid(&query->params, filter->assignee);
    pg_params_text(&query->params, state_or_any(filter->state));
}

static struct read_query ask_open(const struct read *read, const struct handoff_filter *filter,
                                  int limit)
{
    struct read_query query = {.statement = &HANDOFF_PAGE_OPEN};

    put_filter(&query, read, filter);
    pg_params_instant(&query.params, filter->due_before);
    pg_params_instant(&query.params, filter->after.due);
    pg_params_uuid(&query.params, filter->after.id);
    pg_params_int8(&query.params, limit + 1);
    return query;
}

static struct read_query ask_closed(const struct read *read, const struct handoff_filter *filter,
                                    int limit)
{
    struct read_query query = {.statement = &HANDOFF_PAGE_CLOSED};

    put_filter(&query, read, filter);
    pg_params_uuid(&query.params, filter->after.closed ? filter->after.id : (struct uuid){{0}});
    pg_params_int8(&query.params, limit + 1);
    return query;
}

/* Adds rows until the page is full; `more` says whether some did not fit. */
static enum err take_rows(const struct read *read, const struct read_query *query, int limit,
                          struct handoff_page *out)
{
    bool closed = query->statement == &HANDOFF_PAGE_CLOSED;

    for (int row = 0; row < pg_rows(query->result); row++) {
        out->more = out->count == (size_t)limit;
        if (out->more)
            return ERR_NONE;
        struct handoff **item = &out->items[out->count];
        enum err err = take(read, query->result, row, item, &out->now);
        if (err != ERR_NONE)
            return err;
        out->last = (struct handoff_place){
            .closed = closed,
            .due = pg_get_instant(query->result, row, DUE),
            .id = (*item)->id,
        };
        out->count++;
    }
    return ERR_NONE;
}

enum err handoff_read_page(const struct read *read, const struct handoff_filter *filter, int limit,
                           struct handoff_page *out)
{
    struct read_query queries[2];
    size_t count = 0;

    *out = (struct handoff_page){.now = INSTANT_NONE};
    out->items = ARENA_ARRAY(read->arena, struct handoff *, (size_t)limit + 1);
    if (out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    if (wants_open(filter))
        queries[count++] = ask_open(read, filter, limit);
    if (wants_closed(filter))
        queries[count++] = ask_closed(read, filter, limit);
    enum err err = count == 0 ? ERR_NONE : read_run(read, queries, count);
    for (size_t i = 0; err == ERR_NONE && i < count && !out->more; i++)
        err = take_rows(read, &queries[i], limit, out);
    read_end(read);
    return err;
}

enum err handoff_read_has_team(const struct read *read, struct uuid team, bool *out)
{
    struct read_query query = {.statement = &HANDOFF_OF_TEAM};

    *out = false;
    read_params(&query, read);
    pg_params_uuid(&query.params, team);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        *out = pg_get_bool(query.result, 0, 0);
    read_end(read);
    return err;
}
