#include "store/history_read.h"

#include "store/ledger_table.h"

#include <string.h>

static const struct statement HISTORY_COUNT = {
    .name = "history_count",
    .sql = "SELECT count(*) FROM lead WHERE workspace_id = $1 AND status = 'active'",
};

static const struct statement HISTORY_LEADS = {
    .name = "history_leads",
    .sql = "SELECT lead_id, created_at, attributes, facts, sql_at IS NOT NULL, "
           "customer_at IS NOT NULL, touch_count FROM lead WHERE workspace_id = $1 "
           "AND lead_id > $2 AND status = 'active' AND created_at < $3 ORDER BY lead_id LIMIT $4",
    .index = "lead_pkey",
    .hot = true,
};

/* Of its own term before any other's. */
static const struct statement HISTORY_VERDICTS = {
    .name = "history_verdicts",
    .sql = "SELECT DISTINCT ON (lead_id) lead_id, judged_at FROM verdict WHERE workspace_id = $1 "
           "AND lead_id >= $2 AND lead_id <= $3 ORDER BY lead_id, (term = $4) DESC, judged_at, seq",
    .index = "verdict_pkey",
    .hot = true,
};

#define ANSWERS                                                                                    \
    "SELECT lead_id, offered_at, to_team = ANY ($4::uuid[]) AND kind <> 'self_sourced' AS "        \
    "counts, "                                                                                     \
    "accepted_at IS NOT NULL AS accepted, state = 'rejected' AND class IS DISTINCT FROM "          \
    "'process' "                                                                                   \
    "AS rejected FROM handoff WHERE workspace_id = $1 AND lead_id >= $2 AND lead_id <= $3 AND "

/* Two halves, each by its own partial index. */
static const struct statement HISTORY_ANSWERS = {
    .name = "history_answers",
    .sql = "SELECT lead_id, min(offered_at), bool_or(counts AND accepted), "
           "bool_or(counts AND rejected) FROM (" ANSWERS
           "state IN ('offered', 'accepted') UNION ALL " ANSWERS
           "state NOT IN ('offered', 'accepted')) h GROUP BY lead_id ORDER BY lead_id",
    .index = "handoff_closed_of_lead",
    .hot = true,
};

static const struct statement HISTORY_TOUCHES = {
    .name = "history_touches",
    .sql = "SELECT lead_id, touch_id, kind, occurred_at, recorded_at, channel, source, medium, "
           "campaign, content, direction, function FROM touch WHERE workspace_id = $1 "
           "AND lead_id >= $2 AND lead_id <= $3 ORDER BY lead_id, occurred_at DESC, "
           "touch_id DESC LIMIT $4",
    .index = "touch_of_lead",
    .hot = true,
};

const struct statement *const history_read_statements[] = {
    &HISTORY_COUNT, &HISTORY_LEADS, &HISTORY_VERDICTS, &HISTORY_ANSWERS, &HISTORY_TOUCHES, NULL,
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
    int rows = err == ERR_NONE ? rows_of_page(leads.result) : 0;
    struct history_lead *items = ARENA_ARRAY(read->arena, struct history_lead, (size_t)rows + 1);
    if (items == NULL)
        err = ERR_OUT_OF_MEMORY;
    for (int row = 0; err == ERR_NONE && row < rows; row++)
        err = read_lead(leads.result, row, read->arena, &items[row]);
    *out = (struct history_page){items, err == ERR_NONE ? (size_t)rows : 0};
    read_end(read);
    return err;
}

/* ---- what hangs on them ---- */

/* The results come in order of lead ids, as the leads are: one walk finds each its own. */
static struct history_lead *lead_of(struct history_lead *leads, size_t count, size_t *at,
                                    struct uuid id)
{
    while (*at < count && memcmp(leads[*at].id.b, id.b, sizeof id.b) < 0)
        (*at)++;
    return *at < count && uuid_equal(leads[*at].id, id) ? &leads[*at] : NULL;
}

static void take_verdicts(struct history_lead *leads, size_t count, const struct pg_result *result)
{
    size_t at = 0;

    for (int row = 0; row < pg_rows(result); row++) {
        struct history_lead *lead = lead_of(leads, count, &at, pg_get_uuid(result, row, 0));
        if (lead != NULL)
            lead->first_verdict_at = pg_get_instant(result, row, 1);
    }
}

static void take_answers(struct history_lead *leads, size_t count, const struct pg_result *result)
{
    size_t at = 0;

    for (int row = 0; row < pg_rows(result); row++) {
        struct history_lead *lead = lead_of(leads, count, &at, pg_get_uuid(result, row, 0));
        if (lead == NULL)
            continue;
        lead->first_handoff_at = pg_get_instant(result, row, 1);
        lead->answer.accepted = pg_get_bool(result, row, 2);
        lead->answer.answered = lead->answer.accepted || pg_get_bool(result, row, 3);
    }
}

/* Each lead's newest first. */
static enum err take_touches(struct history_lead *leads, size_t count,
                             const struct pg_result *result, struct arena *arena)
{
    int rows = pg_rows(result);
    struct touch *touches = ARENA_ARRAY(arena, struct touch, (size_t)rows + 1);
    size_t at = 0;

    if (touches == NULL)
        return ERR_OUT_OF_MEMORY;
    for (int row = 0; row < rows; row++) {
        struct history_lead *lead = lead_of(leads, count, &at, pg_get_uuid(result, row, 0));
        if (!touch_table_read(result, row, arena, &touches[row]))
            return ERR_OUT_OF_MEMORY;
        if (lead == NULL)
            continue; /* it came, or was merged, since */
        if (lead->touch_count++ == 0)
            lead->touches = &touches[row];
    }
    return ERR_NONE;
}

static void put_range(struct read_query *query, const struct read *read,
                      const struct history_page *page)
{
    read_params(query, read);
    pg_params_uuid(&query->params, page->leads[0].id);
    pg_params_uuid(&query->params, page->leads[page->count - 1].id);
}

static enum err read_rest(const struct read *read, const struct history_query *query,
                          const struct history_page *page)
{
    struct read_query queries[] = {{.statement = &HISTORY_VERDICTS},
                                   {.statement = &HISTORY_ANSWERS},
                                   {.statement = &HISTORY_TOUCHES}};
    struct history_lead *leads = (struct history_lead *)page->leads;
    struct pg_array teams;

    for (int i = 0; i < 3; i++)
        put_range(&queries[i], read, page);
    pg_params_text(&queries[0].params, term_name(query->term));
    pg_array_begin(&teams, read->arena, PG_UUID, query->sales_count);
    for (size_t i = 0; i < query->sales_count; i++)
        pg_array_uuid(&teams, query->sales[i]);
    pg_params_array(&queries[1].params, &teams);
    pg_params_int8(&queries[2].params, HISTORY_PAGE_TOUCHES + TOUCHES_LOADED_MAX);
    enum err err = read_run(read, queries, query->touches ? 3 : 2);
    if (err == ERR_NONE) {
        take_verdicts(leads, page->count, queries[0].result);
        take_answers(leads, page->count, queries[1].result);
        if (query->touches)
            err = take_touches(leads, page->count, queries[2].result, read->arena);
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
