#include "store/history_read.h"

#include "store/ledger_table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct statement HISTORY_COUNT = {
    .name = "history_count",
    .sql = "SELECT count(*) FROM lead WHERE workspace_id = $1 AND status = 'active'",
};

#define LEAD_COLUMNS                                                                               \
    "l.lead_id, l.created_at, l.attributes, l.facts, l.sql_at IS NOT NULL, "                       \
    "l.customer_at IS NOT NULL, l.touch_count "

static const struct statement HISTORY_LEADS = {
    .name = "history_leads",
    .sql = "SELECT " LEAD_COLUMNS "FROM lead l WHERE l.workspace_id = $1 AND l.lead_id > $2 "
           "AND l.status = 'active' AND l.created_at < $3 ORDER BY l.lead_id LIMIT $4",
    .index = "lead_pkey",
    .hot = true,
};

static const struct statement HISTORY_LEADS_NAMED = {
    .name = "history_leads_named",
    .sql = "SELECT " LEAD_COLUMNS "FROM unnest($2::uuid[]) WITH ORDINALITY u(id, place) "
           "CROSS JOIN LATERAL (SELECT * FROM lead WHERE workspace_id = $1 AND lead_id = u.id "
           "LIMIT 1) l "
           "WHERE l.status = 'active' AND l.created_at < $3 ORDER BY u.place",
    .index = "lead_pkey",
    .hot = true,
};

/* Leads with a closed handoff, and with one that was accepted and is still open. */
static const struct statement HISTORY_CLOSED = {
    .name = "history_closed",
    .sql = "SELECT lead_id FROM handoff WHERE workspace_id = $1 AND lead_id < $2 "
           "AND state NOT IN ('offered', 'accepted') ORDER BY lead_id DESC LIMIT $3",
    .index = "handoff_closed_of_lead",
    .hot = true,
};

static const struct statement HISTORY_ACCEPTED = {
    .name = "history_accepted",
    .sql = "SELECT lead_id FROM handoff WHERE workspace_id = $1 AND lead_id < $2 "
           "AND state IN ('offered', 'accepted') AND accepted_at IS NOT NULL "
           "ORDER BY lead_id DESC LIMIT $3",
    .index = "handoff_open",
    .hot = true,
};

/* The following begin with the lead's place in the array, from 1. */

/* Of its own term before any other's. */
static const struct statement HISTORY_VERDICTS = {
    .name = "history_verdicts",
    .sql = "SELECT u.place, v.judged_at FROM unnest($2::uuid[]) WITH ORDINALITY u(id, place) "
           "CROSS JOIN LATERAL (SELECT judged_at FROM verdict WHERE workspace_id = $1 "
           "AND lead_id = u.id ORDER BY (term = $3) DESC, judged_at, seq LIMIT 1) v",
    .index = "verdict_pkey",
    .hot = true,
};

#define ANSWERS                                                                                    \
    "SELECT offered_at, to_team = ANY ($3::uuid[]) AND kind <> 'self_sourced' AS counts, "         \
    "accepted_at IS NOT NULL AS accepted, state = 'rejected' AND class IS DISTINCT FROM "          \
    "'process' "                                                                                   \
    "AS rejected FROM handoff WHERE workspace_id = $1 AND lead_id = u.id AND "

/* Two halves, each by its own partial index. */
static const struct statement HISTORY_ANSWERS = {
    .name = "history_answers",
    .sql = "SELECT u.place, min(h.offered_at), bool_or(h.counts AND h.accepted), "
           "bool_or(h.counts AND h.rejected) FROM unnest($2::uuid[]) WITH ORDINALITY u(id, place) "
           "CROSS JOIN LATERAL (" ANSWERS "state IN ('offered', 'accepted') UNION ALL " ANSWERS
           "state NOT IN ('offered', 'accepted')) h GROUP BY u.place",
    .index = "handoff_closed_of_lead",
    .hot = true,
};

/* The places here stand where touch_table_read() leaves the lead's id. */
static const struct statement HISTORY_TOUCHES = {
    .name = "history_touches",
    .sql = "SELECT u.place, t.touch_id, t.kind, t.occurred_at, t.recorded_at, t.channel, "
           "t.source, t.medium, t.campaign, t.content, t.direction, t.function "
           "FROM unnest($2::uuid[]) WITH ORDINALITY u(id, place) CROSS JOIN LATERAL ("
           "SELECT * FROM touch WHERE workspace_id = $1 AND lead_id = u.id "
           "ORDER BY occurred_at DESC, touch_id DESC LIMIT $3) t",
    .index = "touch_of_lead",
    .hot = true,
};

const struct statement *const history_read_statements[] = {
    &HISTORY_COUNT,   &HISTORY_LEADS,    &HISTORY_LEADS_NAMED,
    &HISTORY_CLOSED,  &HISTORY_ACCEPTED, &HISTORY_VERDICTS,
    &HISTORY_ANSWERS, &HISTORY_TOUCHES,  NULL,
};

const struct uuid *history_sales_teams(const struct config *config, struct arena *arena,
                                       size_t *count)
{
    struct uuid *teams = ARENA_ARRAY(arena, struct uuid, config->team_count + 1);

    *count = 0;
    for (size_t i = 0; teams != NULL && i < config->team_count; i++)
        if (config->teams[i].function == FUNCTION_SALES)
            teams[(*count)++] = config->teams[i].id;
    return teams;
}

instant history_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (instant)now.tv_sec * INSTANT_SECOND + now.tv_nsec / 1000;
}

enum err history_read_count(const struct read *read, int64_t *count)
{
    struct read_query query = {.statement = &HISTORY_COUNT};

    read_params(&query, read);
    enum err err = read_run(read, &query, 1);
    *count = err == ERR_NONE ? pg_get_int8(query.result, 0, 0) : 0;
    read_end(read);
    return err;
}

/* ---- leads ---- */

static enum err read_set(const struct pg_result *result, int row, int column, struct arena *arena,
                         struct attribute_set *out)
{
    size_t len;
    const char *text =
        pg_is_null(result, row, column) ? NULL : pg_get_text(result, row, column, &len);

    *out = (struct attribute_set){0};
    return text == NULL ? ERR_NONE : attribute_set_read(text, len, arena, out);
}

static enum err read_lead(const struct pg_result *result, int row, struct arena *arena,
                          struct history_lead *out)
{
    *out = (struct history_lead){
        .id = pg_get_uuid(result, row, 0),
        .created_at = pg_get_instant(result, row, 1),
        .first_verdict_at = INSTANT_NONE,
        .first_handoff_at = INSTANT_NONE,
        .answer.sql = pg_get_bool(result, row, 4),
        .answer.won = pg_get_bool(result, row, 5),
    };
    enum err err = read_set(result, row, 2, arena, &out->attributes);
    return err == ERR_NONE ? read_set(result, row, 3, arena, &out->facts) : err;
}

/* As many as have not too many touches together, at least one. */
static int rows_of_page(const struct pg_result *result)
{
    int64_t touches = 0;
    int row = 0;

    for (; row < pg_rows(result); row++) {
        touches += pg_get_int4(result, row, 6);
        if (row > 0 && touches > HISTORY_PAGE_TOUCHES)
            break;
    }
    return row;
}

/* Fills *out from the rows of LEAD_COLUMNS. */
static enum err take_leads(const struct read *read, const struct pg_result *result,
                           struct history_page *out)
{
    int rows = rows_of_page(result);
    struct history_lead *items = ARENA_ARRAY(read->arena, struct history_lead, (size_t)rows + 1);
    enum err err = items == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    for (int row = 0; err == ERR_NONE && row < rows; row++)
        err = read_lead(result, row, read->arena, &items[row]);
    *out = (struct history_page){items, err == ERR_NONE ? (size_t)rows : 0};
    return err;
}

static enum err read_leads(const struct read *read, const struct history_query *query,
                           struct uuid after, struct history_page *out)
{
    static const struct uuid before_all = {{[15] = 1}}; /* nil would be null */
    struct read_query leads = {.statement = &HISTORY_LEADS};

    read_params(&leads, read);
    pg_params_uuid(&leads.params, uuid_is_nil(after) ? before_all : after);
    pg_params_instant(&leads.params, query->created_before);
    pg_params_int8(&leads.params, HISTORY_PAGE_LEADS);
    enum err err = read_run(read, &leads, 1);
    if (err == ERR_NONE)
        err = take_leads(read, leads.result, out);
    read_end(read);
    return err;
}

/* ---- what hangs on them ---- */

static struct history_lead *lead_at(struct history_lead *leads, const struct pg_result *result,
                                    int row)
{
    return &leads[pg_get_int8(result, row, 0) - 1];
}

static void take_verdicts(struct history_lead *leads, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++)
        lead_at(leads, result, row)->first_verdict_at = pg_get_instant(result, row, 1);
}

static void take_answers(struct history_lead *leads, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct history_lead *lead = lead_at(leads, result, row);
        lead->first_handoff_at = pg_get_instant(result, row, 1);
        lead->answer.accepted = pg_get_bool(result, row, 2);
        lead->answer.answered = lead->answer.accepted || pg_get_bool(result, row, 3);
    }
}

/* A lead's touches come together, newest first. */
static enum err take_touches(struct history_lead *leads, const struct pg_result *result,
                             struct arena *arena)
{
    int rows = pg_rows(result);
    struct touch *touches = ARENA_ARRAY(arena, struct touch, (size_t)rows + 1);

    if (touches == NULL)
        return ERR_OUT_OF_MEMORY;
    for (int row = 0; row < rows; row++) {
        struct history_lead *lead = lead_at(leads, result, row);
        if (!touch_table_read(result, row, arena, &touches[row]))
            return ERR_OUT_OF_MEMORY;
        if (lead->touch_count++ == 0)
            lead->touches = &touches[row];
    }
    return ERR_NONE;
}

static void put_ids(struct read_query *query, const struct read *read, const struct uuid *ids,
                    size_t count)
{
    struct pg_array array;

    pg_array_begin(&array, read->arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        pg_array_uuid(&array, ids[i]);
    pg_params_array(&query->params, &array);
}

static enum err read_rest(const struct read *read, const struct history_query *query,
                          const struct history_page *page)
{
    struct read_query queries[] = {{.statement = &HISTORY_VERDICTS},
                                   {.statement = &HISTORY_ANSWERS},
                                   {.statement = &HISTORY_TOUCHES}};
    struct history_lead *leads = (struct history_lead *)page->leads;
    struct uuid *ids = ARENA_ARRAY(read->arena, struct uuid, page->count);

    if (ids == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < page->count; i++)
        ids[i] = leads[i].id;
    for (int i = 0; i < 3; i++) {
        read_params(&queries[i], read);
        put_ids(&queries[i], read, ids, page->count);
    }
    pg_params_text(&queries[0].params, term_name(query->term));
    put_ids(&queries[1], read, query->sales, query->sales_count);
    pg_params_int8(&queries[2].params, HISTORY_PAGE_TOUCHES);
    enum err err = read_run(read, queries, query->touches ? 3 : 2);
    if (err == ERR_NONE) {
        take_verdicts(leads, queries[0].result);
        take_answers(leads, queries[1].result);
        if (query->touches)
            err = take_touches(leads, queries[2].result, read->arena);
    }
    read_end(read);
    return err;
}

enum err history_read_page(const struct read *read, const struct history_query *query,
                           struct uuid after, struct history_page *out)
{
    enum err err = read_leads(read, query, after, out);

    if (err == ERR_NONE && out->count > 0)
        err = read_rest(read, query, out);
    return err;
}

/* ---- those with an answer ---- */

static int compare_ids_down(const void *a, const void *b)
{
    return memcmp(b, a, sizeof(struct uuid));
}

/* Ids of both lists, each once, the greatest first; not below where a list that is full ends, since
 * it may go on there. */
static size_t join_ids(const struct pg_result *lists[2], struct uuid *out)
{
    struct uuid floor = {{0}};
    size_t count = 0, kept = 0;

    for (int i = 0; i < 2; i++) {
        int rows = pg_rows(lists[i]);
        for (int row = 0; row < rows; row++)
            out[count++] = pg_get_uuid(lists[i], row, 0);
        if (rows == HISTORY_PAGE_LEADS && memcmp(out[count - 1].b, floor.b, sizeof floor.b) > 0)
            floor = out[count - 1];
    }
    qsort(out, count, sizeof *out, compare_ids_down);
    for (size_t i = 0; i < count; i++)
        if (memcmp(out[i].b, floor.b, sizeof floor.b) >= 0 &&
            (kept == 0 || !uuid_equal(out[i], out[kept - 1])))
            out[kept++] = out[i];
    return kept;
}

static enum err read_answered_ids(const struct read *read, struct uuid before, struct uuid *ids,
                                  size_t *count)
{
    struct read_query queries[] = {{.statement = &HISTORY_CLOSED},
                                   {.statement = &HISTORY_ACCEPTED}};

    for (int i = 0; i < 2; i++) {
        read_params(&queries[i], read);
        pg_params_uuid(&queries[i].params, uuid_is_nil(before) ? READ_ID_MAX : before);
        pg_params_int8(&queries[i].params, HISTORY_PAGE_LEADS);
    }
    enum err err = read_run(read, queries, 2);
    const struct pg_result *lists[2] = {queries[0].result, queries[1].result};
    *count = err == ERR_NONE ? join_ids(lists, ids) : 0;
    read_end(read);
    return err;
}

/* *last is the last lead that is in the page: the rest is the next page's. */
static enum err read_named(const struct read *read, const struct history_query *query,
                           const struct uuid *ids, size_t count, struct uuid *last,
                           struct history_page *out)
{
    struct read_query leads = {.statement = &HISTORY_LEADS_NAMED};

    read_params(&leads, read);
    put_ids(&leads, read, ids, count);
    pg_params_instant(&leads.params, query->created_before);
    enum err err = read_run(read, &leads, 1);
    if (err == ERR_NONE)
        err = take_leads(read, leads.result, out);
    *last = ids[count - 1];
    if (err == ERR_NONE && out->count < (size_t)pg_rows(leads.result))
        *last = out->leads[out->count - 1].id;
    read_end(read);
    return err;
}

enum err history_read_handed_off(const struct read *read, const struct history_query *query,
                                 struct uuid *before, struct history_page *out)
{
    struct uuid *ids = ARENA_ARRAY(read->arena, struct uuid, 2 * HISTORY_PAGE_LEADS);
    size_t count;

    *out = (struct history_page){0};
    if (ids == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = read_answered_ids(read, *before, ids, &count);
    if (err != ERR_NONE || count == 0) {
        *before = (struct uuid){{0}};
        return err;
    }
    err = read_named(read, query, ids, count, before, out);
    if (err == ERR_NONE && out->count > 0)
        err = read_rest(read, query, out);
    return err;
}
