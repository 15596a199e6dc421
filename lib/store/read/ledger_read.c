#include "store/read/ledger_read.h"

#include "store/pg/columns.h"
#include "store/read/lead_read.h"
#include "store/table/handoff_table.h"
#include "store/table/merged.h"
#include "store/table/touch_table.h"

/* clang-format off */

#define BODY_OF(entry) "convert_from(" entry ".body, 'UTF8')::json"

/* $1 workspace, $2 position, $3 limit */
static const struct statement LEDGER_EVENTS = {
    .name = "ledger_events",
    .sql = "SELECT e.pos, {e.ledger} "
           "FROM ledger e "
           "WHERE workspace_id = $1 AND pos > $2 "
           "ORDER BY pos "
           "LIMIT $3",
    .index = "ledger_pkey",
    .hot = true,
};

/* 25, 26 and 30 to 36: see core/ledger/ledger.h. The words that belong to an entry are in the
 * feedback row of the same handoff and moment. There is always a row, which says how far was
 * looked.
 * $1 workspace, $2 position, $3 entries to look at, $4 limit */
static const struct statement LEDGER_FEEDBACK = {
    .name = "ledger_feedback",
    .sql = "WITH seen AS MATERIALIZED ("
           "  SELECT * "
           "  FROM ledger "
           "  WHERE workspace_id = $1 AND pos > $2 "
           "  ORDER BY pos "
           "  LIMIT $3"
           ") "
           "SELECT e.pos, f.note, b.upto, b.looked_at, {e.ledger}, {h.handoff} "
           "FROM ("
           "  SELECT max(pos) AS upto, count(*) AS looked_at "
           "  FROM seen"
           ") b "
           "LEFT JOIN ("
           "  (SELECT * FROM seen WHERE kind IN (17, 25, 26, 30, 31, 32, 33, 34, 35, 36)) e "
           "  CROSS JOIN LATERAL ("
           "    SELECT * "
           "    FROM handoff "
           "    WHERE workspace_id = $1 "
           "    AND handoff_id = (" BODY_OF("e") "->>'handoff')::uuid "
           "    LIMIT 1"
           "  ) h "
           "  LEFT JOIN LATERAL ("
           "    SELECT note "
           "    FROM feedback "
           "    WHERE workspace_id = $1 AND handoff_id = h.handoff_id "
           "    AND feedback_id = (" BODY_OF("e") "->>'feedback')::uuid "
           "    LIMIT 1"
           "  ) f ON true"
           ") ON true "
           "ORDER BY e.pos "
           "LIMIT $4",
    .index = "ledger_pkey",
    .hot = true,
};

#define DIMENSION_OF(column) \
           "(SELECT value FROM dimension WHERE workspace_id = $1 AND dimension_id = t." column ")"

#define TOUCH_OF(entry) \
           "CASE WHEN " entry ".kind IN (1, 2, 10) THEN " \
           "  (" BODY_OF(entry) "->'touch'->>'id')::uuid END"

/* The positions of a chain's entries are in the order of seq. Kinds 1, 2 and 10 may have a touch.
 * $1 workspace, $2 lead, $3 position, $4 limit */
static const struct statement LEDGER_TIMELINE = {
    .name = "ledger_timeline",
    .sql = "WITH RECURSIVE "
           MERGED_ALL
           "SELECT e.pos, t.touch_id, "
           DIMENSION_OF("channel") ", "
           DIMENSION_OF("source") ", "
           DIMENSION_OF("medium") ", "
           DIMENSION_OF("campaign") ", "
           DIMENSION_OF("content") ", "
           DIMENSION_OF("term") ", "
           "{e.ledger}, {t.touch} "
           "FROM ("
           "  SELECT e.* "
           "  FROM all_of "
           "  CROSS JOIN LATERAL ("
           "    SELECT * "
           "    FROM ledger "
           "    WHERE workspace_id = $1 AND subject_id = all_of.id "
           "    AND seq > 0 AND pos > $3 "
           "    ORDER BY seq "
           "    LIMIT $4"
           "  ) e "
           "  ORDER BY e.pos "
           "  LIMIT $4"
           ") e "
           "LEFT JOIN LATERAL ("
           TOUCH_BY_ID(TOUCH_OF("e"))
           ") t ON true "
           "ORDER BY e.pos",
    .index = "ledger_workspace_id_subject_id_seq_key",
    .hot = true,
};

/* clang-format on */

const struct statement *const ledger_read_statements[] = {
    &LEDGER_EVENTS,
    &LEDGER_FEEDBACK,
    &LEDGER_TIMELINE,
    NULL,
};

/* ---- entries ---- */

enum { POS, EVENT_ENTRY }; /* pos comes first in all of them */

/* The entry's columns begin at the result's column `entry`. */
static enum err take_event(const struct read *read, const struct pg_result *result, int row,
                           int entry, struct event *out)
{
    struct ledger_entry read_entry = {0};

    if (!columns_read(&ledger_columns, result, row, entry, read->arena, &read_entry))
        return ERR_INTERNAL;
    return event_read(&read_entry, pg_get_int8(result, row, POS), read->arena, out);
}

static enum err take_events(const struct read *read, const struct pg_result *result, int limit,
                            struct ledger_page *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct event, (size_t)rows + 1);
    for (; out->items != NULL && out->count < (size_t)rows; out->count++) {
        enum err err =
            take_event(read, result, (int)out->count, EVENT_ENTRY, &out->items[out->count]);
        if (err != ERR_NONE)
            return err;
        out->next = out->items[out->count].pos;
    }
    return ERR_NONE;
}

enum err ledger_read_events(const struct read *read, int64_t after, int limit,
                            struct ledger_page *out)
{
    struct read_query query = {.statement = &LEDGER_EVENTS};

    *out = (struct ledger_page){.next = after};
    read_params(&query, read);
    pg_params_int8(&query.params, after);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take_events(read, query.result, limit, out);
    return read_end(read, err);
}

/* ---- feedback ---- */

enum { FEEDBACK_NOTE = POS + 1, FEEDBACK_UPTO, FEEDBACK_LOOKED_AT, FEEDBACK_ENTRY };

static enum err take_feedback(const struct read *read, const struct pg_result *result, int row,
                              struct feedback_item *out)
{
    enum err err = take_event(read, result, row, FEEDBACK_ENTRY, &out->event);

    if (err != ERR_NONE)
        return err;
    out->handoff = handoff_table_read(result, row, FEEDBACK_ENTRY + columns_width(&ledger_columns),
                                      read->arena);
    out->note = pg_copy_text(result, row, FEEDBACK_NOTE, read->arena);
    return out->handoff == NULL ? ERR_INTERNAL : ERR_NONE;
}

/* There is always a row that says how far was looked; it has no entry when none matched. */
static enum err take_feedback_page(const struct read *read, const struct pg_result *result,
                                   int limit, struct feedback_page *out)
{
    int rows = pg_is_null(result, 0, POS) ? 0 : pg_rows(result);
    bool cut = rows > limit;

    rows = cut ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct feedback_item, (size_t)rows + 1);
    for (; out->items != NULL && out->count < (size_t)rows; out->count++) {
        enum err err = take_feedback(read, result, (int)out->count, &out->items[out->count]);
        if (err != ERR_NONE)
            return err;
    }
    out->more = cut || pg_get_int8(result, 0, FEEDBACK_LOOKED_AT) == FEED_SCAN_MAX;
    if (cut && out->count > 0)
        out->next = out->items[out->count - 1].event.pos;
    else if (!pg_is_null(result, 0, FEEDBACK_UPTO))
        out->next = pg_get_int8(result, 0, FEEDBACK_UPTO);
    return ERR_NONE;
}

enum err ledger_read_feedback(const struct read *read, int64_t after, int limit,
                              struct feedback_page *out)
{
    struct read_query query = {.statement = &LEDGER_FEEDBACK};

    *out = (struct feedback_page){.next = after};
    read_params(&query, read);
    pg_params_int8(&query.params, after);
    pg_params_int8(&query.params, FEED_SCAN_MAX);
    pg_params_int8(&query.params, limit + 1);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE)
        err = take_feedback_page(read, query.result, limit, out);
    return read_end(read, err);
}

/* ---- timeline ---- */

enum { TOUCH_ID = POS + 1, TOUCH_VALUES, TIMELINE_ENTRY = TOUCH_VALUES + DIMENSION_COUNT };

static enum err take_touch(const struct read *read, const struct pg_result *result, int row,
                           struct touch **out)
{
    if (pg_is_null(result, row, TOUCH_ID))
        return ERR_NONE;
    struct touch *touch = *out = ARENA_NEW(read->arena, struct touch);
    if (touch == NULL)
        return ERR_OUT_OF_MEMORY;
    if (!touch_table_read(result, row, TIMELINE_ENTRY + columns_width(&ledger_columns), read->arena,
                          touch))
        return ERR_INTERNAL;
    for (int i = 0; i < DIMENSION_COUNT; i++)
        touch->values[i] = pg_copy_text(result, row, TOUCH_VALUES + i, read->arena);
    return ERR_NONE;
}

static enum err take_timeline(const struct read *read, const struct pg_result *result, int limit,
                              struct timeline_page *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct timeline_item, (size_t)rows + 1);
    for (; out->items != NULL && out->count < (size_t)rows; out->count++) {
        struct timeline_item *item = &out->items[out->count];
        enum err err = take_event(read, result, (int)out->count, TIMELINE_ENTRY, &item->event);
        if (err == ERR_NONE)
            err = take_touch(read, result, (int)out->count, &item->touch);
        if (err != ERR_NONE)
            return err;
    }
    return ERR_NONE;
}

static enum err read_timeline(const struct read *read, struct uuid lead, int64_t after, int limit,
                              bool gone_too, struct timeline_page *out)
{
    struct read_query queries[] = {lead_standing_ask(read, lead), {.statement = &LEDGER_TIMELINE}};

    *out = (struct timeline_page){0};
    read_params(&queries[1], read);
    pg_params_uuid(&queries[1].params, lead);
    pg_params_int8(&queries[1].params, after);
    pg_params_int8(&queries[1].params, limit + 1);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE)
        err = lead_standing_read(queries[0].result);
    if (err == ERR_GONE && gone_too)
        err = ERR_NONE;
    if (err == ERR_NONE)
        err = take_timeline(read, queries[1].result, limit, out);
    return read_end(read, err);
}

enum err ledger_read_timeline(const struct read *read, struct uuid lead, int64_t after, int limit,
                              struct timeline_page *out)
{
    return read_timeline(read, lead, after, limit, false, out);
}

enum err ledger_read_remaining(const struct read *read, struct uuid lead, int64_t after, int limit,
                               struct timeline_page *out)
{
    return read_timeline(read, lead, after, limit, true, out);
}
