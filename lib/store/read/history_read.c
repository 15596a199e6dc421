#include "store/read/history_read.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* clang-format off */

/* $1 workspace */
static const struct statement HISTORY_COUNT = {
    .name = "history_count",
    .sql = "SELECT count(*) "
           "FROM lead "
           "WHERE workspace_id = $1 AND status = 'active'",
};

#define LEADS                                                                 \
           "SELECT lead_id, created_at, attributes, facts, sql_at, customer_at, origin, found_by " \
           "FROM lead "                                                       \
           "WHERE workspace_id = $1 AND status = 'active' AND created_at < $2 "

/* $1 workspace, $2 created before, $3 after this lead, $4 limit */
static const struct statement HISTORY_LEADS = {
    .name = "history_leads",
    .sql = LEADS
           "AND lead_id > $3 "
           "ORDER BY lead_id "
           "LIMIT $4",
    .index = "lead_pkey",
    .hot = true,
};

/* $1 workspace, $2 created before, $3 leads */
static const struct statement HISTORY_LEADS_NAMED = {
    .name = "history_leads_named",
    .sql = LEADS
           "AND lead_id = ANY ($3::uuid[]) "
           "ORDER BY lead_id DESC",
    .index = "lead_pkey",
    .hot = true,
};

/* Leads with a closed handoff, or with one that was accepted and is still open.
 * $1 workspace, $2 before this lead, $3 limit */
static const struct statement HISTORY_CLOSED = {
    .name = "history_closed",
    .sql = "SELECT lead_id "
           "FROM handoff "
           "WHERE workspace_id = $1 AND lead_id < $2 "
           "AND state NOT IN ('requested', 'offered', 'accepted') "
           "ORDER BY lead_id DESC "
           "LIMIT $3",
    .index = "handoff_closed_of_lead",
    .hot = true,
};

static const struct statement HISTORY_ACCEPTED = {
    .name = "history_accepted",
    .sql = "SELECT lead_id "
           "FROM handoff "
           "WHERE workspace_id = $1 AND lead_id < $2 "
           "AND state IN ('requested', 'offered', 'accepted') AND accepted_at IS NOT NULL "
           "ORDER BY lead_id DESC "
           "LIMIT $3",
    .index = "handoff_open",
    .hot = true,
};

/* The rows that belong to the leads of a page, in its order: either all from $2 to $3, which is one
 * pass over an index, or those of the leads listed in $2. In the second form the numbers of the
 * later parameters are one lower. */
#define ALL_OF_PAGE   "WHERE workspace_id = $1 AND lead_id >= $2 AND lead_id <= $3 "
#define NAMED_IN_PAGE "WHERE workspace_id = $1 AND lead_id = ANY ($2::uuid[]) "

/* Verdicts of the definition's term, and of any term. */
#define VERDICTS(where, term)                                                 \
           "SELECT lead_id, "                                                 \
           "  min(judged_at) FILTER (WHERE term = $" term "), "               \
           "  min(judged_at) "                                                \
           "FROM verdict "                                                    \
           where                                                              \
           "GROUP BY lead_id"

static const struct statement HISTORY_VERDICTS = {
    .name = "history_verdicts",
    .sql = VERDICTS(ALL_OF_PAGE, "4"),
    .index = "verdict_pkey",
    .hot = true,
};

static const struct statement HISTORY_VERDICTS_NAMED = {
    .name = "history_verdicts_named",
    .sql = VERDICTS(NAMED_IN_PAGE, "3"),
    .index = "verdict_pkey",
    .hot = true,
};

#define HALF_OF_ANSWERS(where, sales)                                         \
           "  SELECT lead_id, offered_at, accepted_at, closed_at, state, class, outcome, " \
           "    to_team = ANY ($" sales "::uuid[]) AND kind <> 'self_sourced' AS counts " \
           "  FROM handoff "                                                  \
           where

/* Two halves, each with its own partial index. A lead that sales found itself counts as no answer,
 * but may be won. */
#define ANSWERS(where, sales)                                                 \
           "SELECT lead_id, "                                                 \
           "  min(offered_at), "                                              \
           "  min(closed_at) FILTER (WHERE state IN ('qualified', 'returned', 'rejected')), " \
           "  bool_or(counts AND accepted_at IS NOT NULL), "                  \
           "  bool_or(counts AND state = 'rejected' "   \
           "    AND coalesce(class, '') NOT IN ('process', 'bad_source')), " \
           "  bool_or(state = 'accepted'), "                                  \
           "  bool_or(state = 'accepted' "                                    \
           "    OR state = 'qualified' AND coalesce(outcome, 'opportunity') = 'opportunity') " \
           "FROM ("                                                           \
           HALF_OF_ANSWERS(where, sales)                                      \
           "  AND state IN ('requested', 'offered', 'accepted') "                          \
           "  UNION ALL "                                                     \
           HALF_OF_ANSWERS(where, sales)                                      \
           "  AND state NOT IN ('requested', 'offered', 'accepted')"                       \
           ") h "                                                             \
           "GROUP BY lead_id"

static const struct statement HISTORY_ANSWERS = {
    .name = "history_answers",
    .sql = ANSWERS(ALL_OF_PAGE, "4"),
    .index = "handoff_closed_of_lead",
    .hot = true,
};

static const struct statement HISTORY_ANSWERS_NAMED = {
    .name = "history_answers_named",
    .sql = ANSWERS(NAMED_IN_PAGE, "3"),
    .index = "handoff_closed_of_lead",
    .hot = true,
};

#define TOUCH_TIMES   "SELECT lead_id, kind, occurred_at, recorded_at "
#define TOUCH_DETAILS TOUCH_TIMES ", direction, channel, source, medium, campaign, content, term "

#define TOUCHES                                                               \
           "FROM touch "                                                      \
           ALL_OF_PAGE                                                        \
           "ORDER BY lead_id, occurred_at DESC, touch_id DESC "               \
           "LIMIT $4"

#define TOUCHES_NAMED                                                         \
           "FROM touch "                                                      \
           NAMED_IN_PAGE                                                      \
           "ORDER BY lead_id DESC, occurred_at DESC, touch_id DESC "          \
           "LIMIT $3"

static const struct statement HISTORY_TOUCHES = {
    .name = "history_touches",
    .sql = TOUCH_TIMES TOUCHES,
    .index = "touch_of_lead",
    .hot = true,
};

static const struct statement HISTORY_TOUCHES_NAMED = {
    .name = "history_touches_named",
    .sql = TOUCH_TIMES TOUCHES_NAMED,
    .index = "touch_of_lead",
    .hot = true,
};

static const struct statement HISTORY_TOUCH_DETAILS = {
    .name = "history_touch_details",
    .sql = TOUCH_DETAILS TOUCHES,
    .index = "touch_of_lead",
    .hot = true,
};

static const struct statement HISTORY_TOUCH_DETAILS_NAMED = {
    .name = "history_touch_details_named",
    .sql = TOUCH_DETAILS TOUCHES_NAMED,
    .index = "touch_of_lead",
    .hot = true,
};

/* clang-format on */

const struct statement *const history_read_statements[] = {
    &HISTORY_COUNT,
    &HISTORY_LEADS,
    &HISTORY_LEADS_NAMED,
    &HISTORY_CLOSED,
    &HISTORY_ACCEPTED,
    &HISTORY_VERDICTS,
    &HISTORY_VERDICTS_NAMED,
    &HISTORY_ANSWERS,
    &HISTORY_ANSWERS_NAMED,
    &HISTORY_TOUCHES,
    &HISTORY_TOUCHES_NAMED,
    &HISTORY_TOUCH_DETAILS,
    &HISTORY_TOUCH_DETAILS_NAMED,
    NULL,
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
    return read_end(read, err);
}

/* ---- leads ---- */

static struct history_text copy_text(const struct pg_result *result, int row, int column,
                                     struct arena *arena)
{
    size_t len = 0;
    const char *text = pg_get_text(result, row, column, &len);

    return (struct history_text){text == NULL ? NULL : arena_copy(arena, text, len), len};
}

static struct lead_origin get_origin(const struct pg_result *result, int row)
{
    struct lead_origin origin = {.found_by = FUNCTION_OTHER};

    if (strcmp(pg_get_text(result, row, 6, NULL), direction_name(DIRECTION_OUTBOUND)) == 0)
        origin.direction = DIRECTION_OUTBOUND;
    team_function_parse(pg_get_text(result, row, 7, NULL), &origin.found_by);
    return origin;
}

static void take_leads(const struct read *read, const struct pg_result *result,
                       struct history_page *out)
{
    size_t count = (size_t)pg_rows(result);
    struct history_lead *leads = ARENA_ARRAY(read->arena, struct history_lead, count + 1);
    struct history_known *known = ARENA_ARRAY(read->arena, struct history_known, count + 1);

    for (size_t i = 0; leads != NULL && known != NULL && i < count; i++) {
        int row = (int)i;
        leads[i] = (struct history_lead){
            .id = pg_get_uuid(result, row, 0),
            .created_at = pg_get_instant(result, row, 1),
            .own_verdict_at = INSTANT_NONE,
            .first_verdict_at = INSTANT_NONE,
            .first_handoff_at = INSTANT_NONE,
            .first_decided_at = INSTANT_NONE,
            .answer.sql_at = pg_get_instant(result, row, 4),
            .answer.won_at = pg_get_instant(result, row, 5),
            .origin = get_origin(result, row),
        };
        leads[i].answer.sql = leads[i].answer.sql_at != INSTANT_NONE;
        leads[i].answer.won = leads[i].answer.won_at != INSTANT_NONE;
        known[i] = (struct history_known){copy_text(result, row, 2, read->arena),
                                          copy_text(result, row, 3, read->arena)};
    }
    out->leads = leads;
    out->known = known;
    out->count = count;
}

enum err history_read_page(const struct read *read, const struct history_query *query,
                           struct uuid after, struct history_page *out)
{
    static const struct uuid before_all = {{[15] = 1}}; /* a nil id would be sent as null */
    struct read_query leads = {.statement = &HISTORY_LEADS};

    *out = (struct history_page){0};
    read_params(&leads, read);
    pg_params_instant(&leads.params, query->created_before);
    pg_params_uuid(&leads.params, uuid_is_nil(after) ? before_all : after);
    pg_params_int8(&leads.params, HISTORY_PAGE_LEADS);
    enum err err = read_run(read, &leads, 1);
    if (err == ERR_NONE)
        take_leads(read, leads.result, out);
    return read_end(read, err);
}

/* ---- what hangs on them ---- */

/* A run of leads of a page, in its order. */
struct slice {
    struct history_lead *leads;
    size_t count;
    bool named; /* then from the greatest id down, else from the least up */
};

/* How many leads of the slice come before this id. */
static size_t place_of(const struct slice *slice, struct uuid id)
{
    size_t low = 0, high = slice->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(slice->leads[middle].id.b, id.b, sizeof id.b);
        if (slice->named ? order > 0 : order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The lead of this row; NULL when it is not in the slice, such as an erased one. */
static struct history_lead *lead_of(const struct slice *slice, const struct pg_result *result,
                                    int row)
{
    struct uuid id = pg_get_uuid(result, row, 0);
    size_t place = place_of(slice, id);
    bool found = place < slice->count && uuid_equal(slice->leads[place].id, id);

    return found ? &slice->leads[place] : NULL;
}

static void take_verdicts(const struct slice *slice, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct history_lead *lead = lead_of(slice, result, row);
        if (lead == NULL)
            continue;
        lead->own_verdict_at = pg_get_instant(result, row, 1);
        lead->first_verdict_at = pg_get_instant(result, row, 2);
    }
}

static void take_answers(const struct slice *slice, const struct pg_result *result)
{
    for (int row = 0; row < pg_rows(result); row++) {
        struct history_lead *lead = lead_of(slice, result, row);
        if (lead == NULL)
            continue;
        lead->first_handoff_at = pg_get_instant(result, row, 1);
        lead->first_decided_at = pg_get_instant(result, row, 2);
        lead->answer.accepted = pg_get_bool(result, row, 3);
        lead->answer.answered = lead->answer.accepted || pg_get_bool(result, row, 4);
        lead->answer.sql_open = pg_get_bool(result, row, 5);
        lead->answer.won_open = pg_get_bool(result, row, 6);
    }
}

static bool read_touch(const struct pg_result *result, int row, bool details, struct arena *arena,
                       struct touch *out)
{
    *out = (struct touch){
        .kind = pg_copy_text(result, row, 1, arena),
        .occurred_at = pg_get_instant(result, row, 2),
        .recorded_at = pg_get_instant(result, row, 3),
    };
    if (details)
        out->direction = strcmp(pg_get_text(result, row, 4, NULL), "inbound") == 0
                             ? DIRECTION_INBOUND
                             : DIRECTION_OUTBOUND;
    for (int i = 0; details && i < DIMENSION_COUNT; i++)
        out->dimensions[i] = pg_get_int8(result, row, 5 + i);
    return out->kind != NULL;
}

/* Touches come in the order of the slice, those of one lead together. */
static enum err take_touches(const struct slice *slice, const struct pg_result *result,
                             bool details, struct arena *arena)
{
    int rows = pg_rows(result);
    struct touch *touches = ARENA_ARRAY(arena, struct touch, (size_t)rows + 1);
    struct history_lead *lead = NULL;
    struct uuid id = {{0}};

    if (touches == NULL)
        return ERR_OUT_OF_MEMORY;
    for (int row = 0; row < rows; row++) {
        struct uuid next = pg_get_uuid(result, row, 0);
        if (!uuid_equal(next, id))
            lead = lead_of(slice, result, row);
        id = next;
        if (lead == NULL)
            continue;
        if (!read_touch(result, row, details, arena, &touches[row]))
            return ERR_OUT_OF_MEMORY;
        if (lead->touch_count++ == 0)
            lead->touches = &touches[row];
    }
    return ERR_NONE;
}

/* When there may be more touches than were read, the slice ends before the lead at which they were
 * cut off, unless that is its first. */
static void end_before_cut(struct slice *slice, const struct pg_result *result)
{
    if (pg_rows(result) < HISTORY_PAGE_TOUCHES)
        return;
    size_t place = place_of(slice, pg_get_uuid(result, pg_rows(result) - 1, 0));
    if (place > 0 && place < slice->count)
        slice->leads[place].touch_count = 0;
    slice->count = place > 0 ? place : 1;
}

/* The parameters of ALL_OF_PAGE or NAMED_IN_PAGE. */
static void put_slice(struct read_query *query, const struct read *read, const struct slice *slice)
{
    struct pg_array array;

    read_params(query, read);
    if (!slice->named) {
        pg_params_uuid(&query->params, slice->leads[0].id);
        pg_params_uuid(&query->params, slice->leads[slice->count - 1].id);
        return;
    }
    pg_array_begin(&array, read->arena, PG_UUID, slice->count);
    for (size_t i = 0; i < slice->count; i++)
        pg_array_uuid(&array, slice->leads[i].id);
    pg_params_array(&query->params, &array);
}

static const struct statement *touches_of(const struct history_query *query, bool named)
{
    if (query->touch_details)
        return named ? &HISTORY_TOUCH_DETAILS_NAMED : &HISTORY_TOUCH_DETAILS;
    return named ? &HISTORY_TOUCHES_NAMED : &HISTORY_TOUCHES;
}

static enum err run_rest(const struct read *read, const struct history_query *query,
                         struct slice *slice)
{
    struct read_query queries[] = {
        {.statement = slice->named ? &HISTORY_VERDICTS_NAMED : &HISTORY_VERDICTS},
        {.statement = slice->named ? &HISTORY_ANSWERS_NAMED : &HISTORY_ANSWERS},
        {.statement = touches_of(query, slice->named)}};

    for (int i = 0; i < 3; i++)
        put_slice(&queries[i], read, slice);
    pg_params_text(&queries[0].params, term_name(query->term));
    pg_params_uuids(&queries[1].params, query->sales, query->sales_count);
    pg_params_int8(&queries[2].params, HISTORY_PAGE_TOUCHES);
    enum err err = read_run(read, queries, query->touches ? 3 : 2);
    if (err == ERR_NONE) {
        take_verdicts(slice, queries[0].result);
        take_answers(slice, queries[1].result);
    }
    if (err == ERR_NONE && query->touches) {
        err = take_touches(slice, queries[2].result, query->touch_details, read->arena);
        end_before_cut(slice, queries[2].result);
    }
    return read_end(read, err);
}

static enum err read_set(const struct history_text *text, struct arena *arena,
                         struct attribute_set *out)
{
    *out = (struct attribute_set){0};
    return text->text == NULL ? ERR_NONE : attribute_set_read(text->text, text->len, arena, out);
}

enum err history_read_rest(const struct read *read, const struct history_query *query,
                           struct history_page *page, const struct history_lead **leads,
                           size_t *count)
{
    struct slice slice = {page->leads + page->read, page->count - page->read, page->named};
    enum err err = run_rest(read, query, &slice);

    for (size_t i = 0; err == ERR_NONE && i < slice.count; i++) {
        const struct history_known *known = &page->known[page->read + i];
        err = read_set(&known->attributes, read->arena, &slice.leads[i].attributes);
        if (err == ERR_NONE)
            err = read_set(&known->facts, read->arena, &slice.leads[i].facts);
    }
    *leads = slice.leads;
    *count = slice.count;
    page->read += slice.count;
    return err;
}

/* ---- those with an answer ---- */

static int compare_ids_down(const void *a, const void *b)
{
    return memcmp(b, a, sizeof(struct uuid));
}

/* The ids of both lists without duplicates, greatest first. When a list is full, it may continue
 * below its last id, so nothing below that is taken. */
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
    return read_end(read, err);
}

static enum err read_named(const struct read *read, const struct history_query *query,
                           const struct uuid *ids, size_t count, struct history_page *out)
{
    struct read_query leads = {.statement = &HISTORY_LEADS_NAMED};

    read_params(&leads, read);
    pg_params_instant(&leads.params, query->created_before);
    pg_params_uuids(&leads.params, ids, count);
    enum err err = read_run(read, &leads, 1);
    if (err == ERR_NONE)
        take_leads(read, leads.result, out);
    return read_end(read, err);
}

enum err history_read_answered(const struct read *read, const struct history_query *query,
                               struct uuid *before, struct history_page *out)
{
    struct uuid *ids = ARENA_ARRAY(read->arena, struct uuid, 2 * HISTORY_PAGE_LEADS);
    size_t count;

    *out = (struct history_page){.named = true};
    if (ids == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = read_answered_ids(read, *before, ids, &count);
    *before = count == 0 ? (struct uuid){{0}} : ids[count - 1];
    return err == ERR_NONE && count > 0 ? read_named(read, query, ids, count, out) : err;
}
