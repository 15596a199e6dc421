#include "store/read/mover_read.h"

#include "base/json_tree.h"

#include <string.h>

/* clang-format off */

/* $1 workspace, $2 job */
static const struct statement MOVERS_CAUSES = {
    .name = "movers_causes",
    .sql = "SELECT result->'changes' "
           "FROM background_job "
           "WHERE workspace_id = $1 AND job_id = $2 AND kind = 'backtest' AND state = 'done'",
    .index = "background_job_pkey",
    .hot = true,
};

/* $1 workspace, $2 job, $3 the first byte, from 1, $4 how many */
static const struct statement MOVERS_PIECE = {
    .name = "movers_piece",
    .sql = "SELECT substr(movers, $3::int4, $4::int4) "
           "FROM background_job "
           "WHERE workspace_id = $1 AND job_id = $2",
    .index = "background_job_pkey",
    .hot = true,
};

/* $1 workspace, $2 leads */
static const struct statement MOVERS_LEADS = {
    .name = "movers_leads",
    .sql = "SELECT lead_id, identities "
           "FROM lead "
           "WHERE workspace_id = $1 AND lead_id = ANY ($2::uuid[]) AND status = 'active' "
           "ORDER BY lead_id",
    .index = "lead_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const mover_read_statements[] = {&MOVERS_CAUSES, &MOVERS_PIECE,
                                                         &MOVERS_LEADS, NULL};

/* ---- where they stand ---- */

/* Movers of one way and one cause stand together, in the order in which the result names the
 * causes. */
struct run {
    enum mover_way way;
    const char *criterion;
    const char *threshold;
    int64_t begin; /* its first place, from 0 */
    int64_t count;
};

struct runs {
    struct run items[MOVER_WAY_COUNT * MOVER_CAUSES];
    size_t count;
};

static void take_runs(const json_t *change, enum mover_way way, int64_t *begin, struct arena *arena,
                      struct runs *out)
{
    size_t i;
    json_t *by;

    json_array_foreach(json_object_get(change, "by"), i, by)
    {
        const char *criterion = json_string_value(json_object_get(by, "criterion"));
        const char *threshold = json_string_value(json_object_get(by, "threshold"));
        if (out->count == sizeof out->items / sizeof *out->items)
            return;
        struct run *run = &out->items[out->count++];
        *run = (struct run){
            .way = way,
            .criterion = criterion == NULL ? NULL : arena_strdup(arena, criterion),
            .threshold = threshold == NULL ? NULL : arena_strdup(arena, threshold),
            .begin = *begin,
            .count = json_integer_value(json_object_get(by, "listed")),
        };
        *begin += run->count;
    }
}

static enum err read_runs(const struct read *read, struct uuid job, struct runs *out)
{
    static const char *const keys[] = {
        [MOVER_IN] = "now_qualified", [MOVER_OUT] = "no_longer_qualified"};
    struct read_query query = {.statement = &MOVERS_CAUSES};
    int64_t begin = 0;
    size_t len = 0;

    read_params(&query, read);
    pg_params_uuid(&query.params, job);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 0)
        err = ERR_NOT_FOUND;
    const char *text = err == ERR_NONE ? pg_get_text(query.result, 0, 0, &len) : NULL;
    json_t *json = text == NULL ? NULL : json_tree_read(read->arena, text, len, 0, NULL);
    for (enum mover_way way = 0; way < MOVER_WAY_COUNT; way++)
        take_runs(json_object_get(json, keys[way]), way, &begin, read->arena, out);
    json_decref(json);
    return read_end(read, err);
}

static bool same(const char *wanted, const char *name)
{
    return wanted == NULL || (name != NULL && strcmp(wanted, name) == 0);
}

static bool is_wanted(const struct mover_query *query, const struct run *run)
{
    return (query->way == MOVER_WAY_COUNT || query->way == run->way) &&
           same(query->criterion, run->criterion) && same(query->threshold, run->threshold);
}

/* The places of the page: those after the last of the page before, of the runs that are wanted. */
static void choose(const struct mover_query *query, const struct runs *runs, struct mover_page *out)
{
    for (size_t i = 0; i < runs->count; i++) {
        const struct run *run = &runs->items[i];
        int64_t at = run->begin > query->after ? run->begin : query->after;
        if (!is_wanted(query, run))
            continue;
        for (; at < run->begin + run->count; at++) {
            if (out->count == (size_t)query->limit) {
                out->more = true;
                return;
            }
            out->items[out->count++] = (struct mover_item){.place = at + 1,
                                                           .way = run->way,
                                                           .criterion = run->criterion,
                                                           .threshold = run->threshold};
        }
    }
}

/* ---- reading them ---- */

/* How many items from this one on stand one after another. */
static size_t stretch(const struct mover_page *page, size_t from)
{
    size_t to = from + 1;

    while (to < page->count && page->items[to].place == page->items[to - 1].place + 1)
        to++;
    return to - from;
}

static enum err read_piece(const struct read *read, struct uuid job, struct mover_item *items,
                           size_t count)
{
    struct read_query query = {.statement = &MOVERS_PIECE};
    size_t len = 0;

    read_params(&query, read);
    pg_params_uuid(&query.params, job);
    pg_params_int4(&query.params, (int32_t)((items[0].place - 1) * MOVER_BYTES + 1));
    pg_params_int4(&query.params, (int32_t)(count * MOVER_BYTES));
    enum err err = read_run(read, &query, 1);
    const uint8_t *bytes = err == ERR_NONE && pg_rows(query.result) == 1
                               ? pg_get_bytea(query.result, 0, 0, &len)
                               : NULL;
    if (err == ERR_NONE && (bytes == NULL || len != count * MOVER_BYTES))
        err = ERR_NOT_FOUND; /* the job was dropped meanwhile */
    for (size_t i = 0; err == ERR_NONE && i < count; i++)
        mover_decode(bytes + i * MOVER_BYTES, &items[i].mover);
    return read_end(read, err);
}

static void take_lead(const struct read *read, const struct pg_result *result, int row,
                      struct mover_item *items, size_t count)
{
    struct uuid id = pg_get_uuid(result, row, 0);
    size_t len = 0;
    const char *text = pg_get_text(result, row, 1, &len);
    struct lead *lead = ARENA_NEW(read->arena, struct lead);

    if (lead == NULL)
        return;
    *lead = (struct lead){.id = id};
    if (text != NULL && lead_identities_read(text, len, read->arena, lead) != ERR_NONE)
        return;
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(items[i].mover.lead, id))
            items[i].lead = lead;
}

enum err mover_read_leads(const struct read *read, struct mover_item *items, size_t count)
{
    struct read_query query = {.statement = &MOVERS_LEADS};
    struct pg_array leads;

    if (count == 0)
        return ERR_NONE;
    read_params(&query, read);
    pg_array_begin(&leads, read->arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        pg_array_uuid(&leads, items[i].mover.lead);
    pg_params_array(&query.params, &leads);
    enum err err = read_run(read, &query, 1);
    for (int row = 0; err == ERR_NONE && row < pg_rows(query.result); row++)
        take_lead(read, query.result, row, items, count);
    return read_end(read, err);
}

enum err mover_read(const struct read *read, const struct mover_query *query,
                    struct mover_page *out)
{
    struct runs *runs = ARENA_NEW(read->arena, struct runs);

    *out = (struct mover_page){
        .items = ARENA_ARRAY(read->arena, struct mover_item, (size_t)query->limit)};
    if (runs == NULL || out->items == NULL)
        return ERR_OUT_OF_MEMORY;
    runs->count = 0;
    enum err err = read_runs(read, query->job, runs);
    if (err == ERR_NONE)
        choose(query, runs, out);
    for (size_t at = 0; err == ERR_NONE && at < out->count; at += stretch(out, at))
        err = read_piece(read, query->job, &out->items[at], stretch(out, at));
    return err == ERR_NONE ? mover_read_leads(read, out->items, out->count) : err;
}
