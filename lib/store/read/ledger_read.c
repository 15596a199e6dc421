#include "store/read/ledger_read.h"

#include "store/read/lead_read.h"
#include "store/table/handoff_table.h"
#include "store/table/merged.h"

#include <string.h>

#define ENTRY_COLUMNS                                                                              \
    "e.pos, e.subject_id, e.seq, e.kind, e.at, e.actor_kind, e.actor_id, e.team_id, e.body"

enum { POS, SUBJECT, SEQ, KIND, AT, ACTOR_OF_KIND, ACTOR_ID, TEAM, BODY, ENTRY_COLUMN_COUNT };

#define BODY_OF(entry) "convert_from(" entry ".body, 'UTF8')::json"

static const struct statement LEDGER_EVENTS = {
    .name = "ledger_events",
    .sql = "SELECT " ENTRY_COLUMNS " FROM ledger e WHERE workspace_id = $1 AND pos > $2 "
           "ORDER BY pos LIMIT $3",
    .index = "ledger_pkey",
    .hot = true,
};

/* 25, 26 and 30 to 36: core/ledger/ledger.h. What was said with an entry stands in the feedback row
 * of the same handoff and moment. */
static const struct statement LEDGER_FEEDBACK = {
    .name = "ledger_feedback",
    .sql = "WITH seen AS MATERIALIZED (SELECT * FROM ledger WHERE workspace_id = $1 AND pos > $2 "
           "ORDER BY pos LIMIT $3) "
           "SELECT " ENTRY_COLUMNS ", " HANDOFF_COLUMNS ", f.note, b.upto, b.looked_at "
           "FROM (SELECT max(pos) AS upto, count(*) AS looked_at FROM seen) b "
           "LEFT JOIN ((SELECT * FROM seen WHERE kind IN (25, 26, 30, 31, 32, 33, 34, 35, 36)) e "
           "CROSS JOIN LATERAL (SELECT * FROM handoff WHERE workspace_id = $1 "
           "AND handoff_id = (" BODY_OF(
               "e") "->>'handoff')::uuid LIMIT 1) h "
                    "LEFT JOIN LATERAL (SELECT note FROM feedback WHERE workspace_id = $1 "
                    "AND handoff_id = h.handoff_id AND feedback_id = (" BODY_OF(
                        "e") "->>'feedback')::uuid LIMIT 1) f ON true) ON true ORDER BY e.pos "
                             "LIMIT $4",
    .index = "ledger_pkey",
    .hot = true,
};

#define DIMENSION_OF(column)                                                                       \
    "(SELECT value FROM dimension WHERE workspace_id = $1 AND dimension_id = t." column ")"

/* A chain's entries have their positions in the order of seq. 1, 2 and 10 may bring a touch. */
static const struct statement LEDGER_TIMELINE = {
    .name = "ledger_timeline",
    .sql =
        "WITH RECURSIVE " MERGED_ALL "SELECT " ENTRY_COLUMNS
        ", t.touch_id, t.kind, t.occurred_at, t.recorded_at, t.direction, "
        "t.function, " DIMENSION_OF("channel") ", " DIMENSION_OF("source") ", " DIMENSION_OF(
            "medium") ", " DIMENSION_OF("campaign") ", " DIMENSION_OF("content") " FROM (SELECT "
                                                                                 "e.* FROM all_of "
                                                                                 "CROSS JOIN "
                                                                                 "LATERAL (SELECT "
                                                                                 "* FROM ledger "
                                                                                 "WHERE "
                                                                                 "workspace_id = "
                                                                                 "$1 "
                                                                                 "AND subject_id = "
                                                                                 "all_of.id AND "
                                                                                 "seq > 0 AND pos "
                                                                                 "> $3 ORDER BY "
                                                                                 "seq LIMIT $4) e "
                                                                                 "ORDER BY e.pos "
                                                                                 "LIMIT $4) e "
                                                                                 "LEFT JOIN "
                                                                                 "LATERAL (SELECT "
                                                                                 "* FROM touch "
                                                                                 "WHERE "
                                                                                 "workspace_id = "
                                                                                 "$1 "
                                                                                 "AND touch_id = "
                                                                                 "CASE WHEN e.kind "
                                                                                 "IN (1, 2, 10) "
                                                                                 "THEN (" BODY_OF(
                                                                                     "e") "->'"
                                                                                          "touch'->"
                                                                                          ">'id')::"
                                                                                          "uuid "
                                                                                          "END "
                                                                                          "LIMIT "
                                                                                          "1) t ON "
                                                                                          "true "
                                                                                          "ORDER "
                                                                                          "BY "
                                                                                          "e.pos",
    .index = "ledger_workspace_id_subject_id_seq_key",
    .hot = true,
};

const struct statement *const ledger_read_statements[] = {
    &LEDGER_EVENTS,
    &LEDGER_FEEDBACK,
    &LEDGER_TIMELINE,
    NULL,
};

/* ---- entries ---- */

static enum err take_event(const struct read *read, const struct pg_result *result, int row,
                           struct event *out)
{
    struct ledger_entry entry = {
        .subject = pg_get_uuid(result, row, SUBJECT),
        .seq = pg_get_int8(result, row, SEQ),
        .kind = (enum ledger_kind)pg_get_int4(result, row, KIND),
        .at = pg_get_instant(result, row, AT),
        .actor = {(enum actor_kind)pg_get_int4(result, row, ACTOR_OF_KIND),
                  pg_get_uuid(result, row, ACTOR_ID)},
        .team = pg_get_uuid(result, row, TEAM),
    };

    entry.body = (const char *)pg_get_bytea(result, row, BODY, &entry.body_len);
    return event_read(&entry, pg_get_int8(result, row, POS), read->arena, out);
}

static enum err take_events(const struct read *read, const struct pg_result *result, int limit,
                            struct ledger_page *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct event, (size_t)rows + 1);
    if (out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    for (; out->count < (size_t)rows; out->count++) {
        enum err err = take_event(read, result, (int)out->count, &out->items[out->count]);
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
    read_end(read);
    return err;
}

/* ---- feedback ---- */

enum {
    FEEDBACK_HANDOFF = ENTRY_COLUMN_COUNT,
    FEEDBACK_NOTE = FEEDBACK_HANDOFF + HANDOFF_COLUMN_COUNT,
    FEEDBACK_UPTO,
    FEEDBACK_LOOKED_AT,
};

static enum err take_feedback(const struct read *read, const struct pg_result *result, int row,
                              struct feedback_item *out)
{
    enum err err = take_event(read, result, row, &out->event);

    if (err != ERR_NONE)
        return err;
    out->handoff = handoff_table_read(result, row, FEEDBACK_HANDOFF, read->arena);
    out->note = pg_copy_text(result, row, FEEDBACK_NOTE, read->arena);
    if (out->handoff != NULL)
        return read_checked(read);
    return arena_failed(read->arena) ? ERR_OUT_OF_MEMORY : ERR_INTERNAL;
}

/* There is always a row that tells how far was looked; without an entry when none fits. */
static enum err take_feedback_page(const struct read *read, const struct pg_result *result,
                                   int limit, struct feedback_page *out)
{
    int rows = pg_is_null(result, 0, POS) ? 0 : pg_rows(result);
    bool cut = rows > limit;

    rows = cut ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct feedback_item, (size_t)rows + 1);
    if (out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    for (; out->count < (size_t)rows; out->count++) {
        enum err err = take_feedback(read, result, (int)out->count, &out->items[out->count]);
        if (err != ERR_NONE)
            return err;
    }
    out->more = cut || pg_get_int8(result, 0, FEEDBACK_LOOKED_AT) == FEED_SCAN_MAX;
    if (cut)
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
    read_end(read);
    return err;
}

/* ---- timeline ---- */

enum {
    TOUCH_ID = ENTRY_COLUMN_COUNT,
    TOUCH_KIND,
    TOUCH_OCCURRED_AT,
    TOUCH_RECORDED_AT,
    TOUCH_DIRECTION,
    TOUCH_FUNCTION,
    TOUCH_VALUES,
};

static enum err take_touch(const struct read *read, const struct pg_result *result, int row,
                           struct touch **out)
{
    struct touch *touch;

    if (pg_is_null(result, row, TOUCH_ID))
        return ERR_NONE;
    touch = *out = ARENA_NEW(read->arena, struct touch);
    if (touch == NULL)
        return ERR_OUT_OF_MEMORY;
    touch->id = pg_get_uuid(result, row, TOUCH_ID);
    touch->kind = pg_copy_text(result, row, TOUCH_KIND, read->arena);
    touch->occurred_at = pg_get_instant(result, row, TOUCH_OCCURRED_AT);
    touch->recorded_at = pg_get_instant(result, row, TOUCH_RECORDED_AT);
    touch->direction = strcmp(pg_get_text(result, row, TOUCH_DIRECTION, NULL), "inbound") == 0
                           ? DIRECTION_INBOUND
                           : DIRECTION_OUTBOUND;
    if (!team_function_parse(pg_get_text(result, row, TOUCH_FUNCTION, NULL), &touch->function))
        return ERR_INTERNAL;
    for (int i = 0; i < DIMENSION_COUNT; i++)
        touch->values[i] = pg_copy_text(result, row, TOUCH_VALUES + i, read->arena);
    return read_checked(read);
}

static enum err take_timeline(const struct read *read, const struct pg_result *result, int limit,
                              struct timeline_page *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct timeline_item, (size_t)rows + 1);
    if (out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    for (; out->count < (size_t)rows; out->count++) {
        struct timeline_item *item = &out->items[out->count];
        enum err err = take_event(read, result, (int)out->count, &item->event);
        if (err == ERR_NONE)
            err = take_touch(read, result, (int)out->count, &item->touch);
        if (err != ERR_NONE)
            return err;
    }
    return ERR_NONE;
}

enum err ledger_read_timeline(const struct read *read, struct uuid lead, int64_t after, int limit,
                              struct timeline_page *out)
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
    if (err == ERR_NONE)
        err = take_timeline(read, queries[1].result, limit, out);
    read_end(read);
    return err;
}
