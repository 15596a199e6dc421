#include "store/read/attribution_read.h"
#include "store/read/attribution_sql.h"
#include "store/read/attribution_words.h"
#include "store/read/conversions_read.h"

#include <string.h>

/* clang-format off */

/* The leads of rows, by the date of their first touch.
 * $1 to $6 as above, $7 and $8 dimensions or null, $9 interval or null, $10 whether of all rows, $11
 * time, $12 and $13 values of the row, 0 for none, $14 and $15 date and id of the last of the page
 * before, $16 limit, $17 kinds that count or null */
static const struct statement ATTRIBUTION_LEADS = {
    .name = "attribution_leads",
    .sql = "WITH "
           PERIOD
           "SELECT f.at, f.lead_id "
           "FROM ("
           "  SELECT " FIRST_AT("17") " AS at, l.lead_id, "
           TIME_OF(FIRST_AT("17"), "9") " AS time, "
           "    coalesce(" DIMENSION_OF("7", "e") ", 0) AS d0, "
           "    coalesce(" DIMENSION_OF("8", "e") ", 0) AS d1 "
           "  FROM period p "
           "  CROSS JOIN lead l "
           EARLIEST("17")
           "  WHERE l.workspace_id = $1 AND l.status <> 'merged' "
           "  AND " FIRST_AT("17") " >= p.lo AND " FIRST_AT("17") " < p.hi"
           ") f "
           "WHERE ($10::bool OR (f.time IS NOT DISTINCT FROM $11::text "
           "  AND f.d0 = $12::int8 AND f.d1 = $13::int8)) "
           "AND (f.at, f.lead_id) > ($14::timestamptz, $15::uuid) "
           "ORDER BY f.at, f.lead_id "
           "LIMIT $16",
    .index = "touch_of_lead",
};

/* clang-format on */

const struct statement *const attribution_leads_statements[] = {&ATTRIBUTION_LEADS, NULL};

static bool is_same_time(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The credit of the row in its chain, which its journeys share alike: no one of them made it. */
static int64_t chained(const struct journeys_part *parts, size_t count,
                       const struct attribution_cell *cell, const int64_t *values)
{
    int64_t credit = 0;

    for (size_t i = 0; i < count; i++)
        if (parts[i].standing == STANDING_CREDITED && is_same_time(parts[i].time, cell->time) &&
            memcmp(parts[i].values, values, sizeof parts[i].values) == 0)
            credit += parts[i].credit;
    return credit;
}

struct opening {
    const struct read *read;
    const struct attribution_query *query;
    const struct attribution_page *page;
    const struct attribution_cell *cell; /* of the page */
    const struct pg_result *result;
    struct journeys *journeys;
    struct arena *scratch;
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX];
    int64_t chained;         /* of markov: the credit of the cell, … */
    int64_t sharing, shared; /* … how many conversions share it, and how many have had their part */
};

static bool is_of_cell(const struct opening *it, const struct conversion *conversion)
{
    return it->cell->whole || is_same_time(conversion->time, it->cell->time);
}

static bool share_of(struct opening *it, const struct conversion *conversion,
                     struct attribution_item *out)
{
    out->currency = conversion->currency;
    if (it->cell->whole) {
        out->share = CREDIT_ONE;
        out->amount_minor = conversion->amount_minor;
        return true;
    }
    if (it->query->model != CREDIT_MARKOV || conversion->count == 0)
        return journeys_share_of(it->journeys, conversion, it->values, &out->share,
                                 &out->amount_minor);
    out->currency = NULL;
    if (!journeys_came_by(conversion, it->values))
        return true;
    out->share = it->chained / it->sharing + (it->shared < it->chained % it->sharing);
    it->shared++;
    return true;
}

/* How many conversions share the credit of a chain. */
static bool count_sharing(struct opening *it)
{
    struct conversion conversion;

    for (int row = 0; row < pg_rows(it->result); row++) {
        if (!conversions_take(it->read, it->result, row, it->scratch, &conversion))
            return false;
        it->sharing += is_of_cell(it, &conversion) && journeys_came_by(&conversion, it->values);
        arena_clear(it->scratch);
    }
    return true;
}

static bool is_after(const struct attribution_item *item, const struct attribution_item *place)
{
    if (place == NULL || item->at != place->at)
        return place == NULL || item->at > place->at;
    return uuid_compare(item->lead, place->lead) > 0;
}

static bool list_items(struct opening *it, struct attribution_items *out)
{
    struct conversion conversion;

    for (int row = 0; row < pg_rows(it->result) && !out->more; row++) {
        struct attribution_item item = {.lead = conversions_lead(it->result, row)};
        if (!conversions_take(it->read, it->result, row, it->scratch, &conversion))
            return false;
        item.at = conversion.at;
        if (is_of_cell(it, &conversion) && !share_of(it, &conversion, &item))
            return false;
        arena_clear(it->scratch);
        if (item.share == 0 || !is_after(&item, it->page->after))
            continue;
        out->more = out->count == (size_t)it->page->limit;
        if (!out->more)
            out->items[out->count++] = item;
    }
    return true;
}

static bool open_conversions(struct opening *it, struct attribution_items *out)
{
    const struct journeys_part *parts;
    size_t count;
    bool whole = true;

    if (it->query->model == CREDIT_MARKOV && !it->cell->whole) {
        whole = conversions_add(it->read, it->result, it->scratch, it->journeys);
        whole = journeys_end(it->journeys, &parts, &count) && whole && count_sharing(it);
        it->chained = whole ? chained(parts, count, it->cell, it->values) : 0;
        it->journeys = journeys_new(CREDIT_LAST, &CREDIT_RULES_USUAL, it->read->arena);
    }
    whole = whole && it->journeys != NULL && list_items(it, out);
    return it->journeys != NULL && journeys_end(it->journeys, &parts, &count) && whole;
}

static enum err read_shares(const struct read *read, const struct attribution_ask *ask,
                            const struct attribution_page *page, struct attribution_items *out)
{
    const struct attribution_query *query = &ask->query;
    struct opening it = {.read = read, .query = query, .page = page, .cell = &page->cell};
    enum err err = attribution_values_read(read, query, it.cell->values, it.values);

    if (err == ERR_NONE)
        err = conversions_read(read, ask, &it.result);
    if (err != ERR_NONE)
        return err;
    it.scratch = arena_new(CONVERSION_MAX_BYTES);
    it.journeys = journeys_new(query->model, &query->rules, read->arena);
    bool whole = it.scratch != NULL && it.journeys != NULL && out->items != NULL &&
                 open_conversions(&it, out);
    arena_free(it.scratch);
    return whole ? ERR_NONE : ERR_OUT_OF_MEMORY;
}

static enum err read_first_touched(const struct read *read, const struct attribution_ask *ask,
                                   const struct attribution_page *page,
                                   struct attribution_items *out)
{
    const struct attribution_item *after = page->after;
    struct read_query query = {.statement = &ATTRIBUTION_LEADS};
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX];

    enum err err = attribution_values_read(read, &ask->query, page->cell.values, values);
    if (err != ERR_NONE)
        return err;
    attribution_ask_begin(&query, read, ask);
    attribution_ask_dimensions(&query.params, &ask->query);
    pg_params_text(&query.params, ask->query.interval);
    pg_params_bool(&query.params, page->cell.whole);
    pg_params_text(&query.params, page->cell.time);
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        pg_params_int8(&query.params, values[i]);
    pg_params_instant(&query.params, after == NULL ? READ_INSTANT_MIN : after->at);
    pg_params_uuid(&query.params, after == NULL ? READ_ID_MIN : after->lead);
    pg_params_int8(&query.params, page->limit + 1);
    attribution_ask_kinds(&query.params, &ask->query);
    err = read_run(read, &query, 1);
    int rows = err == ERR_NONE ? pg_rows(query.result) : 0;
    out->more = rows > page->limit;
    for (int row = 0; out->items != NULL && row < rows && row < page->limit; row++)
        out->items[out->count++] = (struct attribution_item){
            .at = pg_get_instant(query.result, row, 0),
            .lead = pg_get_uuid(query.result, row, 1),
            .share = CREDIT_ONE,
        };
    return err;
}

enum err attribution_read_leads(const struct read *read, const struct attribution_ask *ask,
                                const struct attribution_page *page, struct attribution_items *out)
{
    *out = (struct attribution_items){
        .items = ARENA_ARRAY(read->arena, struct attribution_item, (size_t)page->limit + 1)};
    return read_end(read, page->cell.leads ? read_first_touched(read, ask, page, out)
                                           : read_shares(read, ask, page, out));
}
