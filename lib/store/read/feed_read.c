#include "store/read/feed_read.h"

#include "store/pg/columns.h"

/* clang-format off */

/* $1 workspace */
static const struct statement FEED_HEAD = {
    .name = "feed_head",
    .sql = "SELECT pos, config_version "
           "FROM workspace_head "
           "WHERE workspace_id = $1",
    .index = "workspace_head_pkey",
    .hot = true,
};

/* $1 workspace, $2 position; negative: from so many before the end; $3 limit */
static const struct statement FEED_ENTRIES = {
    .name = "feed_entries",
    .sql = "SELECT e.pos, l.owner_team, h.from_team, h.to_team, {e.ledger} "
           "FROM ("
           "  SELECT * "
           "  FROM ledger "
           "  WHERE workspace_id = $1 "
           "  AND pos > CASE WHEN $2::int8 >= 0 THEN $2 ELSE $2 + ("
           "    SELECT pos FROM workspace_head WHERE workspace_id = $1"
           "  ) END "
           "  ORDER BY pos "
           "  LIMIT $3"
           ") e "
           "LEFT JOIN LATERAL ("
           "  SELECT owner_team "
           "  FROM lead "
           "  WHERE workspace_id = $1 AND lead_id = e.subject_id "
           "  LIMIT 1"
           ") l ON true "
           "LEFT JOIN LATERAL ("
           "  SELECT from_team, to_team "
           "  FROM handoff "
           "  WHERE workspace_id = $1 "
           "  AND handoff_id = (convert_from(e.body, 'UTF8')::json->>'handoff')::uuid "
           "  LIMIT 1"
           ") h ON true "
           "ORDER BY e.pos",
    .index = "ledger_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const feed_read_statements[] = {&FEED_HEAD, &FEED_ENTRIES, NULL};

enum { POS, OWNER_TEAM, FROM_TEAM, TO_TEAM, ENTRY };

static enum err take_item(const struct read *read, const struct pg_result *result, int row,
                          struct feed_item *out)
{
    struct ledger_entry entry = {0};

    if (!columns_read(&ledger_columns, result, row, ENTRY, read->arena, &entry))
        return ERR_INTERNAL;
    out->teams[0] = entry.team;
    for (int i = 1; i < FEED_TEAMS; i++)
        out->teams[i] = pg_get_uuid(result, row, OWNER_TEAM + i - 1);
    return event_read(&entry, pg_get_int8(result, row, POS), read->arena, &out->event);
}

static enum err take_page(const struct read *read, const struct pg_result *head,
                          const struct pg_result *entries, struct feed_page *out)
{
    int rows = pg_rows(entries);
    enum err err = ERR_NONE;

    if (pg_rows(head) == 1) {
        out->head = pg_get_int8(head, 0, 0);
        out->config_version = pg_get_int8(head, 0, 1);
    }
    out->items = ARENA_ARRAY(read->arena, struct feed_item, (size_t)rows + 1);
    if (out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    for (int i = 0; i < rows && err == ERR_NONE; i++, out->count++)
        err = take_item(read, entries, i, &out->items[i]);
    return err;
}

/* The head is read last: entries that are committed in between are not missed, only read again as
 * being ahead. */
enum err feed_read(const struct read *read, int64_t after, int limit, struct feed_page *out)
{
    struct read_query queries[] = {{.statement = &FEED_ENTRIES}, {.statement = &FEED_HEAD}};

    *out = (struct feed_page){0};
    read_params(&queries[0], read);
    pg_params_int8(&queries[0].params, after);
    pg_params_int8(&queries[0].params, limit);
    read_params(&queries[1], read);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE)
        err = take_page(read, queries[1].result, queries[0].result, out);
    return read_end(read, err);
}
