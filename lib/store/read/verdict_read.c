#include "store/read/verdict_read.h"

#include "store/read/lead_read.h"
#include "store/table/merged.h"

/* clang-format off */

/* The times of the verdicts of one chain are in the order of seq.
 * $1 workspace, $2 lead, $3 term or null, $4 version or null, $5 to $7 moment, lead and number of
 * the last of the page before, $8 limit */
static const struct statement VERDICT_PAGE = {
    .name = "verdict_page",
    .sql = "WITH RECURSIVE "
           MERGED_ALL
           "SELECT v.lead_id, v.seq, v.judged_at, v.body "
           "FROM all_of "
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM verdict "
           "  WHERE workspace_id = $1 "
           "  AND lead_id = all_of.id "
           "  AND seq > 0 "
           "  AND body IS NOT NULL "
           "  AND ($3::text IS NULL OR term = $3) "
           "  AND ($4::int4 IS NULL OR version = $4) "
           "  AND (judged_at, lead_id, seq) < "
           "    (coalesce($5::timestamptz, 'infinity'), $6::uuid, $7::int8) "
           "  ORDER BY seq DESC "
           "  LIMIT $8"
           ") v "
           "ORDER BY v.judged_at DESC, v.lead_id DESC, v.seq DESC "
           "LIMIT $8",
    .index = "verdict_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const verdict_read_statements[] = {&VERDICT_PAGE, NULL};

static void put_filter(struct pg_params *params, const struct verdict_filter *filter)
{
    pg_params_text(params, filter->of_term ? term_name(filter->term) : NULL);
    if (filter->version == 0)
        pg_params_null(params);
    else
        pg_params_int4(params, filter->version);
    pg_params_instant(params, filter->before.judged_at);
    pg_params_uuid(params,
                   filter->before.judged_at == INSTANT_NONE ? READ_ID_MAX : filter->before.lead);
    pg_params_int8(params, filter->before.seq);
}

static void take(const struct read *read, const struct pg_result *result, int limit,
                 struct verdict_page *out)
{
    int rows = pg_rows(result);

    out->more = rows > limit;
    rows = out->more ? limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct verdict_item, (size_t)rows + 1);
    for (int row = 0; out->items != NULL && row < rows; row++) {
        struct verdict_item *item = &out->items[out->count++];
        item->place.lead = pg_get_uuid(result, row, 0);
        item->place.seq = pg_get_int8(result, row, 1);
        item->place.judged_at = pg_get_instant(result, row, 2);
        const char *body = pg_get_text(result, row, 3, &item->body_len);
        item->body = arena_copy(read->arena, body, item->body_len);
    }
}

enum err verdict_read_page(const struct read *read, struct uuid lead,
                           const struct verdict_filter *filter, int limit, struct verdict_page *out)
{
    struct read_query queries[] = {lead_standing_ask(read, lead), {.statement = &VERDICT_PAGE}};

    *out = (struct verdict_page){0};
    read_params(&queries[1], read);
    pg_params_uuid(&queries[1].params, lead);
    put_filter(&queries[1].params, filter);
    pg_params_int8(&queries[1].params, limit + 1);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE)
        err = lead_standing_read(queries[0].result);
    if (err == ERR_NONE)
        take(read, queries[1].result, limit, out);
    return read_end(read, err);
}
