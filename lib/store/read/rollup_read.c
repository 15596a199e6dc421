#include "store/read/rollup_read.h"

#include "core/attribution/chain.h"
#include "store/read/attribution_sql.h"
#include "store/read/attribution_words.h"
#include "store/table/rollup_turn.h"

#include <string.h>

/* Sums of one answer before they are joined: moves of a chain by day are many. */
#define SUMS_MAX 1000000

/* Sets of milestones that a lead may have reached. */
#define PATHS_COUNT (1 << MILESTONE_COUNT)

/* Turns that one read takes, at most. */
#define TURNS_MAX 50

/* clang-format off */

/* The newest version that is counted, or the newest.
 * $1 workspace, $2 setup */
static const struct statement SETUP_FIND = {
    .name = "attribution_setup_find",
    .sql = "SELECT h.pos, c.pos, c.stage::text, s.version, s.name, s.record::text, s.state::text, "
           "  n.version > s.version "
           "FROM workspace_head h "
           "LEFT JOIN rollup_cursor c ON c.workspace_id = h.workspace_id "
           "LEFT JOIN LATERAL ("
           "  SELECT * "
           "  FROM attribution_setup "
           "  WHERE workspace_id = $1 AND setup_id = $2 "
           "  ORDER BY state <> 'counted', version DESC "
           "  LIMIT 1"
           ") s ON true "
           "LEFT JOIN LATERAL ("
           "  SELECT version "
           "  FROM attribution_setup "
           "  WHERE workspace_id = $1 AND setup_id = $2 "
           "  ORDER BY version DESC "
           "  LIMIT 1"
           ") n ON true "
           "WHERE h.workspace_id = $1",
    .index = "attribution_setup_pkey",
};

/* Three ranges: whole months, and the days before and after them. */
#define DAYS "(VALUES (1::int2, $6::int4, $7::int4), "                        \
           "  (0::int2, $8::int4, least($6::int4, $9::int4)), "               \
           "  (0::int2, greatest($7::int4, $8::int4), $9::int4)) g(grain, lo, hi) "

#define TIME                                                                  \
           "to_char(date_trunc($10::text, least(greatest("                    \
           "  (DATE '1970-01-01' + r.day)::timestamp, '0001-01-01'), '9999-12-31')), 'YYYY-MM-DD')"

/* JSON numbers are exact up to this. */
#define MONEY(sum) "least(sum(" sum "), 9007199254740991)::int8"

/* Counts.
 * $1 workspace, $2 setup, $3 version, $4 what, $5 cut, $6 and $7 first day of the months and of the
 * one after them, $8 and $9 first day and the one after the last, $10 interval or null, $11 limit */
static const struct statement ROLLUP_SUMS = {
    .name = "rollup_sums",
    .sql = "SELECT r.what, " TIME ", r.value_a, r.value_b, r.standing::int4, r.currency, "
           "  sum(r.count)::int8, " MONEY("r.amount") ", " MONEY("r.pipeline") ", " MONEY("r.won") " "
           "FROM unnest($4::int4[]) w(what) "
           "CROSS JOIN " DAYS
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM rollup "
           "  WHERE workspace_id = $1 AND setup_id = $2 AND version = $3 AND what = w.what "
           "  AND cut = $5 AND grain = g.grain AND day >= g.lo AND day < g.hi"
           ") r "
           "GROUP BY 1, 2, 3, 4, 5, 6 "
           "HAVING sum(r.count) <> 0 OR sum(r.amount) <> 0 "
           "LIMIT $11",
    .index = "rollup_pkey",
    .hot = true,
};

#define CREDIT_BY(name, text)   "WHEN '" text "' THEN r.credit_" text " "
#define AMOUNT_BY(name, text)   "WHEN '" text "' THEN r.amount_" text " "
#define PIPELINE_BY(name, text) "WHEN '" text "' THEN r.pipeline_" text " "
#define WON_BY(name, text)      "WHEN '" text "' THEN r.won_" text " "

/* Credit by models: in place of what the name of the model, and no count.
 * $4 milestone, $12 names of models, the others as in ROLLUP_SUMS */
static const struct statement ROLLUP_CREDIT_SUMS = {
    .name = "rollup_credit_sums",
    .sql = "SELECT m.name, " TIME ", r.value_a, r.value_b, 0, r.currency, "
           "  sum(CASE m.name " CREDIT_MODEL_TABLE(CREDIT_BY) "END)::int8, "
           "  " MONEY("CASE m.name " CREDIT_MODEL_TABLE(AMOUNT_BY) "END") ", "
           "  " MONEY("CASE m.name " CREDIT_MODEL_TABLE(PIPELINE_BY) "END") ", "
           "  " MONEY("CASE m.name " CREDIT_MODEL_TABLE(WON_BY) "END") " "
           "FROM " DAYS
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM rollup_credit "
           "  WHERE workspace_id = $1 AND setup_id = $2 AND version = $3 AND milestone = $4 "
           "  AND cut = $5 AND grain = g.grain AND day >= g.lo AND day < g.hi"
           ") r "
           "CROSS JOIN unnest($12::text[]) m(name) "
           "GROUP BY 1, 2, 3, 4, 5, 6 "
           "HAVING sum(CASE m.name " CREDIT_MODEL_TABLE(CREDIT_BY) "END) <> 0 "
           "OR sum(CASE m.name " CREDIT_MODEL_TABLE(AMOUNT_BY) "END) <> 0 "
           "LIMIT $11",
    .index = "rollup_credit_pkey",
    .hot = true,
};

/* The ends of the period as moments.
 * $1 workspace, $2 time zone, $3 and $4 one end, $5 and $6 the other */
static const struct statement ROLLUP_PERIOD = {
    .name = "rollup_period",
    .sql = "WITH "
           PERIOD
           "SELECT p.lo, p.hi "
           "FROM period p "
           "JOIN workspace_head h ON h.workspace_id = $1",
};

/* clang-format on */

const struct statement *const rollup_read_statements[] = {
    &SETUP_FIND, &ROLLUP_SUMS, &ROLLUP_CREDIT_SUMS, &ROLLUP_PERIOD, NULL};

/* ---- setups ---- */

static enum err take_setup(const struct read *read, const struct pg_result *result,
                           struct attribution_counted *out)
{
    size_t len;
    const char *record = pg_get_text(result, 0, 5, &len);

    out->setup = ATTRIBUTION_SETUP_USUAL;
    if (record != NULL) {
        if (!attribution_setup_read(record, len, read->arena, &out->setup))
            return ERR_INTERNAL;
        out->setup.version = pg_get_int4(result, 0, 3);
        out->setup.name = pg_copy_text(result, 0, 4, read->arena);
        out->counted = strcmp(pg_get_text(result, 0, 6, &len), "counted") == 0;
    }
    /* while all leads are gone through nothing is whole */
    if (pg_is_null(result, 0, 2) || strcmp(pg_get_text(result, 0, 2, &len), "current") != 0)
        out->counted = false;
    out->newer = pg_get_bool(result, 0, 7);
    /* nor is one whose time zone this system does not know (any more) */
    enum err err = time_zone_open(out->setup.timezone, read->arena, &out->zone);
    if (err == ERR_OUT_OF_MEMORY)
        return err;
    out->counted = out->counted && err == ERR_NONE;
    return ERR_NONE;
}

enum err attribution_setup_find(const struct read *read, const char *name,
                                struct attribution_counted *out)
{
    struct read_query query = {.statement = &SETUP_FIND};
    int64_t id = attribution_setup_id(name);

    *out = (struct attribution_counted){.counted = false};
    read_params(&query, read);
    pg_params_int8(&query.params, id);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE &&
        (pg_rows(query.result) == 0 || (pg_is_null(query.result, 0, 3) && id != 0)))
        err = ERR_NOT_FOUND;
    if (err == ERR_NONE) {
        out->head = pg_get_int8(query.result, 0, 0);
        out->pos = pg_get_int8(query.result, 0, 1);
        err = take_setup(read, query.result, out);
    }
    return read_end(read, err);
}

enum err rollup_catch_up(const struct read *read, int64_t pos)
{
    struct rollup_turn turn = {.more = true};

    for (int i = 0; i < TURNS_MAX && (turn.pos < pos || turn.more); i++) {
        switch (rollup_take(read->pg, read->workspace, true, read->deadline, &turn)) {
        case PG_OK:
            break;
        case PG_MEMORY:
            return ERR_OUT_OF_MEMORY;
        case PG_OTHER:
            return ERR_INTERNAL;
        default:
            return ERR_UNAVAILABLE;
        }
    }
    return turn.pos < pos ? ERR_UNAVAILABLE : ERR_NONE;
}

/* ---- days ---- */

/* The day that begins with this end of a period; false when none does. */
static bool day_of(const struct period_end *end, const struct time_zone *zone, int32_t open,
                   int32_t *out)
{
    instant at;

    *out = open;
    if (end->date != NULL) {
        *out = instant_parse_lenient(end->date, &at) ? (int32_t)instant_day(at) : open;
    } else if (end->at != INSTANT_NONE) {
        int64_t local = time_zone_local(zone, end->at);
        *out = (int32_t)instant_day(local);
        return (instant)*out * INSTANT_DAY == local;
    }
    return true;
}

static bool days_of(const struct attribution_ask *ask, const struct time_zone *zone,
                    struct rollup_days *out)
{
    return day_of(&ask->period.from, zone, INT32_MIN, &out->first) &&
           day_of(&ask->period.to, zone, INT32_MAX, &out->end);
}

/* By day and week there are no months to read. */
static void choose_months(const char *interval, struct rollup_days *days)
{
    bool by_day =
        interval != NULL && (strcmp(interval, "day") == 0 || strcmp(interval, "week") == 0);

    days->months_first = days->months_end = days->end;
    if (!by_day)
        rollup_days_by_months(days);
}

static bool is_same_list(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    bool same = a_count == b_count;

    for (size_t i = 0; same && i < a_count; i++)
        same = strcmp(a[i], b[i]) == 0;
    return same;
}

static bool is_same_rules(const struct attribution_query *query,
                          const struct attribution_setup *setup)
{
    return query->window_days == setup->window_days &&
           memcmp(&query->rules, &setup->rules, sizeof query->rules) == 0 &&
           strcmp(query->timezone, setup->timezone) == 0 &&
           is_same_list(query->setup->direct, query->setup->direct_count, setup->direct,
                        setup->direct_count) &&
           is_same_list(query->setup->kinds, query->setup->kind_count, setup->kinds,
                        setup->kind_count);
}

/* Owners are not kept counted, but the contents that they own are. */
static enum attribution_cut counted_cut(enum attribution_cut cut)
{
    return cut == CUT_CONTENT_OWNER ? CUT_CONTENT : cut;
}

/* What two contents of one owner are credited is what their owner is. Not by models that look at
 * the values of a journey: of these an owner is one, and two contents are two. */
static bool is_of_owners(const struct attribution_ask *ask)
{
    bool owners = false;

    for (int i = 0; i < ask->query.dimension_count; i++)
        owners = owners || ask->query.dimensions[i] == CUT_CONTENT_OWNER;
    return owners;
}

static bool has_model(const struct attribution_ask *ask, enum credit_model model)
{
    for (size_t i = 0; i < ask->model_count; i++)
        if (ask->models[i] == model)
            return true;
    return false;
}

bool rollup_answers(const struct attribution_ask *ask, const struct attribution_counted *counted)
{
    const struct attribution_query *query = &ask->query;
    struct rollup_days days;

    if (!counted->counted || !is_same_rules(query, &counted->setup) ||
        !days_of(ask, counted->zone, &days))
        return false;
    if (is_of_owners(ask) && (has_model(ask, CREDIT_MARKOV) || has_model(ask, CREDIT_SHAPLEY)))
        return false;
    if (query->dimension_count < 2)
        return true;
    return !has_model(ask, CREDIT_MARKOV) &&
           attribution_setup_pairs(&counted->setup, counted_cut(query->dimensions[0]),
                                   counted_cut(query->dimensions[1]));
}

/* ---- sums ---- */

enum {
    AT_WHAT,
    AT_TIME,
    AT_VALUES,
    AT_STANDING = AT_VALUES + 2,
    AT_CURRENCY,
    AT_COUNT,
    AT_CREDIT = AT_COUNT, /* where it is credit that is summed */
    AT_AMOUNT,
    AT_PIPELINE,
    AT_WON
};

struct asking {
    const struct read *read;
    const struct attribution_ask *ask;
    const struct attribution_counted *counted;
    struct rollup_days days;
    const struct pg_result *cut;    /* leads and moves, by the dimensions */
    const struct pg_result *credit; /* likewise */
    const struct pg_result *uncut;  /* conversions */
};

static void put_what(struct pg_params *params, const struct attribution_ask *ask, bool uncut)
{
    enum milestone milestone = ask->query.milestone;
    struct pg_array what;

    pg_array_begin(&what, params->arena, PG_INT4, 3 + PATHS_COUNT);
    if (uncut) {
        pg_array_int4(&what, ROLLUP_CONVERSIONS(milestone));
    } else {
        pg_array_int4(&what, ROLLUP_LEADS);
        for (size_t i = 0; i < ask->model_count && ask->query.dimension_count > 0; i++) {
            if (ask->models[i] != CREDIT_MARKOV)
                continue;
            pg_array_int4(&what, ROLLUP_MOVES(milestone));
            for (int reached = 0; ask->query.null_paths && reached < PATHS_COUNT; reached++)
                if ((reached >> milestone & 1) == 0)
                    pg_array_int4(&what, ROLLUP_PATHS(reached));
        }
    }
    pg_params_array(params, &what);
}

/* Which sums of a setup, or credit of a milestone, on which days. */
static void put_days(struct pg_params *params, const struct asking *it, int32_t cut)
{
    pg_params_int4(params, cut);
    pg_params_int4(params, it->days.months_first);
    pg_params_int4(params, it->days.months_end);
    pg_params_int4(params, it->days.first);
    pg_params_int4(params, it->days.end);
    pg_params_text(params, it->ask->query.interval);
    pg_params_int8(params, SUMS_MAX + 1);
}

static void begin_sums(struct read_query *query, const struct asking *it,
                       const struct statement *statement)
{
    *query = (struct read_query){.statement = statement};
    read_params(query, it->read);
    pg_params_int8(&query->params, attribution_setup_id(it->counted->setup.name));
    pg_params_int4(&query->params, it->counted->setup.version);
}

static int32_t cut_of(const struct asking *it)
{
    const struct attribution_query *asked = &it->ask->query;
    const enum attribution_cut cuts[] = {counted_cut(asked->dimensions[0]),
                                         counted_cut(asked->dimensions[1])};

    return rollup_cut(cuts, asked->dimension_count);
}

static void put_counts(struct read_query *query, const struct asking *it, bool uncut)
{
    begin_sums(query, it, &ROLLUP_SUMS);
    put_what(&query->params, it->ask, uncut);
    put_days(&query->params, it, uncut ? ROLLUP_UNCUT : cut_of(it));
}

static void put_credit(struct read_query *query, const struct asking *it)
{
    struct pg_array models;

    begin_sums(query, it, &ROLLUP_CREDIT_SUMS);
    pg_params_int2(&query->params, (int16_t)it->ask->query.milestone);
    put_days(&query->params, it, cut_of(it));
    pg_array_begin(&models, query->params.arena, PG_TEXT, it->ask->model_count);
    for (size_t i = 0; i < it->ask->model_count; i++)
        pg_array_text(&models, credit_model_name(it->ask->models[i]));
    pg_params_array(&query->params, &models);
}

static const char *text_at(const struct asking *it, const struct pg_result *result, int row,
                           int column)
{
    const char *text = pg_copy_text(result, row, column, it->read->arena);

    return text == NULL || *text == '\0' ? NULL : text;
}

/* Pairs are kept with the smaller dimension first. */
static void take_values(const struct asking *it, const struct pg_result *result, int row,
                        int64_t *out)
{
    const enum attribution_cut *cuts = it->ask->query.dimensions;
    bool turned =
        it->ask->query.dimension_count == 2 && counted_cut(cuts[0]) > counted_cut(cuts[1]);

    out[0] = pg_get_int8(result, row, AT_VALUES + turned);
    out[1] = pg_get_int8(result, row, AT_VALUES + !turned);
}

static struct journeys_part leads_at(const struct asking *it, int row)
{
    struct journeys_part part = {
        .time = text_at(it, it->cut, row, AT_TIME),
        .count = pg_get_int8(it->cut, row, AT_COUNT),
    };

    take_values(it, it->cut, row, part.values);
    return part;
}

static struct journeys_part credit_at(const struct asking *it, int row)
{
    struct journeys_part part = {
        .time = text_at(it, it->credit, row, AT_TIME),
        .currency = text_at(it, it->credit, row, AT_CURRENCY),
        .credit = pg_get_int8(it->credit, row, AT_CREDIT),
    };

    if (part.currency != NULL) {
        part.amount_minor = pg_get_int8(it->credit, row, AT_AMOUNT);
        part.pipeline_minor = pg_get_int8(it->credit, row, AT_PIPELINE);
        part.won_minor = pg_get_int8(it->credit, row, AT_WON);
    }
    take_values(it, it->credit, row, part.values);
    return part;
}

/* What the totals count, which stands in rows only if nothing else cuts them. */
static struct attribution_part conversions_at(const struct asking *it, int row)
{
    return (struct attribution_part){
        .conversions = true,
        .uncut = it->ask->query.dimension_count > 0,
        .time = text_at(it, it->uncut, row, AT_TIME),
        .standing = (enum attribution_standing)pg_get_int4(it->uncut, row, AT_STANDING),
        .currency = text_at(it, it->uncut, row, AT_CURRENCY),
        .count = pg_get_int8(it->uncut, row, AT_COUNT),
        .credit = pg_get_int8(it->uncut, row, AT_COUNT) * CREDIT_ONE,
        .amount_minor = pg_get_int8(it->uncut, row, AT_AMOUNT),
        .pipeline_minor = pg_get_int8(it->uncut, row, AT_PIPELINE),
        .won_minor = pg_get_int8(it->uncut, row, AT_WON),
    };
}

/* ---- the chain ---- */

static bool count_chain(const struct asking *it, struct chain_counts *out)
{
    struct arena *arena = it->read->arena;
    size_t moves = (size_t)pg_rows(it->cut), money = (size_t)pg_rows(it->uncut);

    *out = (struct chain_counts){.moves = ARENA_ARRAY(arena, struct chain_move, moves + 1),
                                 .money = ARENA_ARRAY(arena, struct chain_money, money + 1)};
    if (out->moves == NULL || out->money == NULL)
        return false;
    for (int row = 0; row < (int)moves; row++) {
        int32_t what = pg_get_int4(it->cut, row, AT_WHAT);
        bool lost = what >= ROLLUP_PATHS(0);
        if (!lost && what != ROLLUP_MOVES(it->ask->query.milestone))
            continue;
        out->moves[out->move_count++] = (struct chain_move){
            .time = text_at(it, it->cut, row, AT_TIME),
            .from = pg_get_int8(it->cut, row, AT_VALUES),
            .to = pg_get_int8(it->cut, row, AT_VALUES + 1),
            .times = pg_get_int8(it->cut, row, AT_COUNT),
            .lost = lost,
        };
    }
    for (int row = 0; row < (int)money; row++) {
        struct attribution_part part = conversions_at(it, row);
        if (part.standing == STANDING_CREDITED || part.standing == STANDING_LATE)
            out->money[out->money_count++] = (struct chain_money){
                part.time, part.currency, part.amount_minor, part.pipeline_minor, part.won_minor};
    }
    return true;
}

/* Those of one currency and time, whatever their standing, are one sum. */
static void join_money(struct chain_counts *counts)
{
    size_t kept = 0;

    for (size_t i = 0; i < counts->money_count; i++) {
        struct chain_money *money = &counts->money[i];
        bool joined = money->currency == NULL;
        for (size_t j = 0; j < kept && !joined; j++) {
            struct chain_money *other = &counts->money[j];
            bool same_time = money->time == NULL || strcmp(money->time, other->time) == 0;
            if (!same_time || strcmp(money->currency, other->currency) != 0)
                continue;
            other->amount_minor += money->amount_minor;
            other->pipeline_minor += money->pipeline_minor;
            other->won_minor += money->won_minor;
            joined = true;
        }
        if (!joined)
            counts->money[kept++] = *money;
    }
    counts->money_count = kept;
}

/* ---- an answer ---- */

static bool is_by(const struct asking *it, int row, enum credit_model model)
{
    size_t len;

    return strcmp(pg_get_text(it->credit, row, AT_WHAT, &len), credit_model_name(model)) == 0;
}

struct parts {
    struct journeys_part *items; /* leads first */
    size_t lead_count, count;
    const struct attribution_part *totals;
    size_t total_count;
};

static bool take_parts(const struct asking *it, enum credit_model model, struct parts *out)
{
    size_t rows = (size_t)pg_rows(it->cut) + (size_t)pg_rows(it->credit), chained_count = 0;
    struct journeys_part *chained = NULL;
    struct chain_counts counts;

    if (model == CREDIT_MARKOV && it->ask->query.dimension_count > 0) {
        if (!count_chain(it, &counts))
            return false;
        join_money(&counts);
        if (!chain_share(&counts, it->read->arena, &chained, &chained_count))
            return false;
    }
    *out = (struct parts){
        .items = ARENA_ARRAY(it->read->arena, struct journeys_part, rows + chained_count + 1)};
    if (out->items == NULL)
        return false;
    for (int row = 0; row < pg_rows(it->cut); row++)
        if (pg_get_int4(it->cut, row, AT_WHAT) == ROLLUP_LEADS)
            out->items[out->count++] = leads_at(it, row);
    out->lead_count = out->count;
    for (int row = 0; row < pg_rows(it->credit); row++)
        if (is_by(it, row, model))
            out->items[out->count++] = credit_at(it, row);
    if (chained_count > 0)
        memcpy(out->items + out->count, chained, chained_count * sizeof *chained);
    out->count += chained_count;
    return true;
}

/* The totals of all models. */
static bool take_conversions(const struct asking *it, struct attribution_part **out, size_t *count)
{
    *count = (size_t)pg_rows(it->uncut);
    *out = ARENA_ARRAY(it->read->arena, struct attribution_part, *count + 1);
    for (size_t i = 0; *out != NULL && i < *count; i++)
        (*out)[i] = conversions_at(it, (int)i);
    return *out != NULL;
}

static enum err answer_model(const struct read *read, const struct attribution_query *query,
                             const struct parts *parts, struct attribution *out)
{
    size_t count = parts->count + parts->total_count;
    struct attribution_part *named = ARENA_ARRAY(read->arena, struct attribution_part, count + 1);
    enum err err = named == NULL ? ERR_OUT_OF_MEMORY : ERR_NONE;

    if (err == ERR_NONE && parts->count > 0)
        err =
            read_end(read, attribution_words_read(read, query, parts->items, parts->count, named));
    if (err != ERR_NONE)
        return err;
    for (size_t i = 0; i < parts->count; i++) {
        named[i].conversions = i >= parts->lead_count;
        if (named[i].conversions)
            named[i].count = 0; /* the totals have them */
    }
    if (parts->total_count > 0)
        memcpy(named + parts->count, parts->totals, parts->total_count * sizeof *named);
    return attribution_make(query, named, count, read->arena, out);
}

/* All that is read is taken before the words are, which ends the results. */
static enum err take_all(struct asking *it, struct parts *parts)
{
    struct attribution_part *totals;
    size_t total_count;

    if (pg_rows(it->cut) > SUMS_MAX || pg_rows(it->credit) > SUMS_MAX)
        return ERR_LIMIT_REACHED;
    if (!take_conversions(it, &totals, &total_count))
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < it->ask->model_count; i++) {
        if (!take_parts(it, it->ask->models[i], &parts[i]))
            return ERR_OUT_OF_MEMORY;
        parts[i].totals = totals;
        parts[i].total_count = total_count;
    }
    return ERR_NONE;
}

enum err rollup_read(const struct read *read, const struct attribution_ask *ask,
                     const struct attribution_counted *counted, struct attribution_answers *out)
{
    struct asking it = {.read = read, .ask = ask, .counted = counted};
    struct parts parts[CREDIT_MODEL_COUNT];
    struct read_query queries[4];

    if (!days_of(ask, counted->zone, &it.days))
        return ERR_INTERNAL;
    choose_months(ask->query.interval, &it.days);
    queries[0] = (struct read_query){.statement = &ROLLUP_PERIOD};
    attribution_ask_begin(&queries[0], read, ask);
    put_counts(&queries[1], &it, false);
    put_counts(&queries[2], &it, true);
    put_credit(&queries[3], &it);
    enum err err = read_run(read, queries, 4);
    if (err == ERR_NONE) {
        out->count = ask->model_count;
        out->from = pg_get_instant(queries[0].result, 0, 0);
        out->to = pg_get_instant(queries[0].result, 0, 1);
        it.cut = queries[1].result;
        it.uncut = queries[2].result;
        it.credit = queries[3].result;
        err = take_all(&it, parts);
    }
    err = read_end(read, err);
    for (size_t i = 0; err == ERR_NONE && i < ask->model_count; i++) {
        struct attribution_query of_model = ask->query;
        of_model.model = ask->models[i];
        of_model.owners_of_contents = true;
        err = answer_model(read, &of_model, &parts[i], &out->items[i]);
    }
    return err;
}
