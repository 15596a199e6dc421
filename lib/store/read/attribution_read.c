#include "store/read/attribution_read.h"

#include "store/read/attribution_sql.h"
#include "store/read/attribution_words.h"
#include "store/read/conversions_read.h"

#include <string.h>

/* The database groups finer than the answer does: leads, and conversions by standing and
 * currency. */
#define PARTS_MAX (4 * ATTRIBUTION_ROWS_MAX)

/* clang-format off */

/* $1 workspace, $2 time zone, $3 and $4 one end, $5 and $6 the other */
static const struct statement ATTRIBUTION_PERIOD = {
    .name = "attribution_period",
    .sql = "WITH "
           PERIOD
           "SELECT p.lo, p.hi, now() AT TIME ZONE $2::text IS NULL "
           "FROM period p "
           "JOIN workspace_head h ON h.workspace_id = $1",
};

/* The touch that the model credits. Only one of the two halves runs. */
#define CHOSEN                                                                \
           "  LEFT JOIN LATERAL ("                                            \
           "    (SELECT * "                                                   \
           "      FROM touch "                                                \
           "      WHERE $8::text = 'first' "                                  \
           IN_WINDOW("11", "14")                                                    \
           "      ORDER BY occurred_at, touch_id "                            \
           "      LIMIT 1) "                                                  \
           "    UNION ALL "                                                   \
           "    (SELECT * "                                                   \
           "      FROM touch "                                                \
           "      WHERE $8::text = 'last' "                                   \
           IN_WINDOW("11", "14")                                                    \
           "      ORDER BY occurred_at DESC, touch_id DESC "                  \
           "      LIMIT 1)"                                                   \
           "  ) c ON true "

#define CREDITED(number)                                                      \
           "CASE WHEN c.touch_id IS NOT NULL THEN "                           \
           DIMENSION_OF(number, "c") " "                                      \
           "  WHEN e.occurred_at > m.at THEN "                                \
           DIMENSION_OF(number, "e") " END"

/* Erased leads still count, so that neither credit nor totals change. A lead that was merged away
 * counts as its survivor, which has its touches and milestones. The standings are those of enum
 * attribution_standing. Sums stay within what JSON numbers hold exactly. Other models than these two
 * have no conversions here: they read journeys.
 * $1 to $6 as above, $7 milestone, $8 model, $9 and $10 dimensions or null, $11 window in days or
 * null, $12 interval or null, $13 limit, $14 kinds that count or null */
static const struct statement ATTRIBUTION_PARTS = {
    .name = "attribution_parts",
    .sql = "WITH "
           PERIOD
           ", parts AS ("
           "  SELECT false AS conversions, "
           TIME_OF(FIRST_AT("14"), "12") " AS time, "
           DIMENSION_OF("9", "e") " AS d0, "
           DIMENSION_OF("10", "e") " AS d1, "
           "    0 AS standing, NULL::text AS currency, count(*) AS n, NULL::int8 AS amount, "
           "    NULL::int8 AS pipeline, NULL::int8 AS won "
           "  FROM period p "
           "  CROSS JOIN lead l "
           EARLIEST("14")
           "  WHERE l.workspace_id = $1 AND l.status <> 'merged' "
           "  AND " FIRST_AT("14") " >= p.lo AND " FIRST_AT("14") " < p.hi "
           "  GROUP BY 2, 3, 4 "
           "  UNION ALL "
           "  SELECT true, "
           TIME_OF("m.at", "12") ", "
           CREDITED("9") ", "
           CREDITED("10") ", "
           "    CASE WHEN c.touch_id IS NOT NULL THEN 0 "
           "      WHEN e.touch_id IS NULL THEN 3 "
           "      WHEN e.occurred_at > m.at THEN 1 "
           "      ELSE 2 END, "
           "    l.amount_currency, count(*), "
           "    least(coalesce(sum(l.amount_minor), 0), 9007199254740991)::int8, "
           "    least(coalesce(sum(l.amount_minor) FILTER (WHERE " IN_PIPELINE "), 0), "
           "      9007199254740991)::int8, "
           "    least(coalesce(sum(l.amount_minor) FILTER (WHERE l.customer_at IS NOT NULL), 0), "
           "      9007199254740991)::int8 "
           "  FROM period p "
           "  CROSS JOIN lead l "
           "  CROSS JOIN LATERAL ("
           MILESTONE_AT("7")
           "  ) m "
           EARLIEST("14")
           CHOSEN
           "  WHERE l.workspace_id = $1 AND l.status <> 'merged' AND m.at IS NOT NULL "
           "  AND m.at >= p.lo AND m.at < p.hi "
           "  AND $8::text IN ('first', 'last') "
           "  GROUP BY 2, 3, 4, 5, 6"
           ") "
           "SELECT g.conversions, g.time, "
           WORD_OF("9", "g.d0") ", "
           WORD_OF("10", "g.d1") ", "
           "  g.standing, g.currency, g.n, g.amount, g.pipeline, g.won "
           "FROM parts g "
           "LIMIT $13",
    .index = "touch_of_lead",
};

/* clang-format on */

const struct statement *const attribution_read_statements[] = {&ATTRIBUTION_PERIOD,
                                                               &ATTRIBUTION_PARTS, NULL};

static void put_query(struct pg_params *params, const struct attribution_ask *ask,
                      enum credit_model model)
{
    pg_params_text(params, milestone_name(ask->query.milestone));
    pg_params_text(params, credit_model_name(model));
    attribution_ask_dimensions(params, &ask->query);
    attribution_ask_window(params, &ask->query);
    pg_params_text(params, ask->query.interval);
    pg_params_int8(params, PARTS_MAX + 1);
    attribution_ask_kinds(params, &ask->query);
}

/* What the database has counted: leads, and of first and last the conversions. */
static enum err take_parts(const struct read *read, const struct pg_result *result,
                           struct attribution_part *parts)
{
    for (int row = 0; row < pg_rows(result); row++) {
        parts[row] = (struct attribution_part){
            .conversions = pg_get_bool(result, row, 0),
            .time = pg_copy_text(result, row, 1, read->arena),
            .values = {pg_copy_text(result, row, 2, read->arena),
                       pg_copy_text(result, row, 3, read->arena)},
            .standing = (enum attribution_standing)pg_get_int4(result, row, 4),
            .currency = pg_copy_text(result, row, 5, read->arena),
            .count = pg_get_int8(result, row, 6),
            .amount_minor = pg_get_int8(result, row, 7),
            .pipeline_minor = pg_get_int8(result, row, 8),
            .won_minor = pg_get_int8(result, row, 9),
        };
        parts[row].credit = parts[row].count * CREDIT_ONE;
    }
    return arena_failed(read->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

/* What one model makes of the journeys. */
struct shared {
    const struct journeys_part *parts;
    size_t count;
};

/* What an answer is made of. */
struct found {
    struct attribution_part *counted; /* by the database: leads, and of first and last the rest */
    size_t count;
    struct shared shared[CREDIT_MODEL_COUNT]; /* in the order of the models */
};

static enum err share_journeys(const struct read *read, const struct attribution_query *query,
                               const struct pg_result *result, struct shared *out)
{
    struct arena *scratch = arena_new(CONVERSION_MAX_BYTES);
    struct journeys *journeys = journeys_new(query->model, &query->rules, read->arena);
    bool whole =
        scratch != NULL && journeys != NULL && conversions_add(read, result, scratch, journeys);

    if (journeys != NULL)
        whole = journeys_end(journeys, &out->parts, &out->count) && whole;
    arena_free(scratch);
    return whole ? ERR_NONE : ERR_OUT_OF_MEMORY;
}

static enum err share_all(const struct read *read, const struct attribution_ask *ask,
                          struct found *found)
{
    const struct pg_result *result;
    enum err err = conversions_read(read, ask, &result);

    for (size_t i = 0; err == ERR_NONE && i < ask->model_count; i++) {
        struct attribution_query of_model = ask->query;
        of_model.model = ask->models[i];
        err = share_journeys(read, &of_model, result, &found->shared[i]);
    }
    return read_end(read, err);
}

/* ---- all together ---- */

static enum err count_parts(const struct read *read, const struct attribution_ask *ask,
                            enum credit_model model, struct found *found,
                            struct attribution_answers *out)
{
    struct read_query queries[] = {{.statement = &ATTRIBUTION_PERIOD},
                                   {.statement = &ATTRIBUTION_PARTS}};

    attribution_ask_begin(&queries[0], read, ask);
    attribution_ask_begin(&queries[1], read, ask);
    put_query(&queries[1].params, ask, model);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE) {
        out->from = pg_get_instant(queries[0].result, 0, 0);
        out->to = pg_get_instant(queries[0].result, 0, 1);
        found->count = (size_t)pg_rows(queries[1].result);
        found->counted = ARENA_ARRAY(read->arena, struct attribution_part, found->count + 1);
        if (found->count > PARTS_MAX)
            err = ERR_LIMIT_REACHED;
        else if (found->counted != NULL)
            err = take_parts(read, queries[1].result, found->counted);
    }
    return read_end(read, err);
}

/* What the database has counted, and what a model has shared, as one answer. */
static enum err make_answer(const struct read *read, const struct attribution_query *query,
                            const struct found *found, const struct shared *shared,
                            struct attribution *out)
{
    size_t count = found->count + shared->count;
    struct attribution_part *parts = ARENA_ARRAY(read->arena, struct attribution_part, count + 1);
    enum err err = parts == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    if (err == ERR_NONE && found->count > 0)
        memcpy(parts, found->counted, found->count * sizeof *parts);
    if (err == ERR_NONE && shared->count > 0)
        err = read_end(read, attribution_words_read(read, query, shared->parts, shared->count,
                                                    parts + found->count));
    return err == ERR_NONE ? attribution_make(query, parts, count, read->arena, out) : err;
}

enum err attribution_read(const struct read *read, const struct attribution_ask *ask,
                          struct attribution_answers *out)
{
    /* several stand on the same journeys, so that they are of the same conversions */
    enum credit_model counted = ask->model_count > 1 ? CREDIT_LINEAR : ask->models[0];
    struct found found = {.count = 0};
    enum err err = ERR_NONE;

    out->count = ask->model_count;
    if (counted != CREDIT_FIRST && counted != CREDIT_LAST)
        err = share_all(read, ask, &found);
    if (err == ERR_NONE)
        err = count_parts(read, ask, counted, &found, out);
    for (size_t i = 0; err == ERR_NONE && i < ask->model_count; i++) {
        struct attribution_query of_model = ask->query;
        of_model.model = ask->models[i];
        err = make_answer(read, &of_model, &found, &found.shared[i], &out->items[i]);
    }
    return err;
}
