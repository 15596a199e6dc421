#include "store/read/report_counted.h"

#include "base/map.h"
#include "core/attribution/rollup_reports.h"
#include "core/attribution/spread.h"
#include "store/read/rollup_read.h"

#include <stdlib.h>
#include <string.h>

/* So many entries of the ledger are counted before an answer is given; when more have come, the
 * period is read. */
#define CATCH_UP_ENTRIES 1000

/* clang-format off */

/* $1 workspace */
static const struct statement REPORT_POSITION = {
    .name = "report_position",
    .sql = "SELECT h.pos, c.pos, c.format, c.stage = 'current' "
           "FROM workspace_head h "
           "LEFT JOIN rollup_cursor c ON c.workspace_id = h.workspace_id "
           "WHERE h.workspace_id = $1",
    .index = "rollup_cursor_pkey",
};

/* Whole months, and the days before and after them. */
#define DAYS "(VALUES (1::int2, $4::int4, $5::int4), "                        \
           "  (0::int2, $6::int4, least($4::int4, $7::int4)), "               \
           "  (0::int2, greatest($5::int4, $6::int4), $7::int4)) g(grain, lo, hi) "

/* to_char() makes null of no form. */
#define LABEL "coalesce(to_char((DATE '1970-01-01' + r.day)::timestamp, $8::text), '')"

/* Each range is one of the index: without OFFSET 0 the planner may read the whole table once and
 * join it with the few ranges that are asked for.
 * Of pairs those whose first event lies in the period, too.
 * $1 workspace, $2 what, $3 cuts, $4 and $5 first day of the months and of the one after them, $6 and
 * $7 first day and the one after the last, $8 form of the month or year that rows are cut by, or '',
 * $9 setup of reports, $10 what pairs are */
static const struct statement REPORT_COUNTS = {
    .name = "report_counts",
    .sql = "SELECT x.what, x.cut, x.label, x.value_a, d.value, x.count "
           "FROM ("
           "  SELECT w.what, c.cut, " LABEL " AS label, r.value_a, sum(r.count)::int8 AS count "
           "  FROM unnest($2::int4[]) w(what) "
           "  CROSS JOIN unnest($3::int4[]) c(cut) "
           "  CROSS JOIN " DAYS
           "  CROSS JOIN LATERAL ("
           "    SELECT * "
           "    FROM rollup "
           "    WHERE workspace_id = $1 AND setup_id = $9 AND version = 1 AND what = w.what "
           "    AND cut = c.cut AND grain = g.grain AND day >= g.lo AND day < g.hi "
           "    AND (w.what <> $10::int4 OR value_b >= $6) "
           "    OFFSET 0"
           "  ) r "
           "  GROUP BY 1, 2, 3, 4"
           ") x "
           "LEFT JOIN dimension d ON d.workspace_id = $1 AND d.dimension_id = x.value_a "
           "WHERE x.count <> 0",
    .index = "rollup_pkey",
    .hot = true,
};

/* $1 to $8 likewise */
static const struct statement REPORT_SPREADS = {
    .name = "report_spreads",
    .sql = "SELECT r.what, r.cut, " LABEL ", r.value, r.spread "
           "FROM unnest($2::int4[]) w(what) "
           "CROSS JOIN unnest($3::int4[]) c(cut) "
           "CROSS JOIN " DAYS
           "CROSS JOIN LATERAL ("
           "  SELECT * "
           "  FROM rollup_spread "
           "  WHERE workspace_id = $1 AND what = w.what AND cut = c.cut AND grain = g.grain "
           "  AND day >= g.lo AND day < g.hi "
           "  OFFSET 0"
           ") r",
    .index = "rollup_spread_pkey",
    .hot = true,
};

/* clang-format on */

const struct statement *const report_counted_statements[] = {&REPORT_POSITION, &REPORT_COUNTS,
                                                             &REPORT_SPREADS, NULL};

/* ---- what is asked ---- */

/* The form of to_char() for a dimension of time; NULL: it is none. */
static const char *label_form(const char *dimension)
{
    if (strcmp(dimension, "month") == 0)
        return "YYYY-MM";
    return strcmp(dimension, "year") == 0 ? "YYYY" : NULL;
}

/* A question in terms of what is counted. */
struct asked {
    int cut;          /* of its dimension; ROLLUP_UNCUT: it has none */
    const char *form; /* of its month or year; "": none */
    bool rows;        /* rows are made of what is counted, not the whole alone */
};

static bool choose(const struct report *report, const struct report_query *query, struct asked *out)
{
    *out = (struct asked){.cut = ROLLUP_UNCUT, .form = "", .rows = query->cut_count > 0};
    if (report->counted == ROLLUP_OTHER(0)) {
        out->rows = false;
        return true;
    }
    for (int i = 0; i < query->cut_count; i++) {
        const char *dimension = report->dimensions[query->cuts[i]];
        const char *form = label_form(dimension);
        int cut = rollup_report_cut(dimension);
        if (form != NULL && *out->form == '\0' && report->counted == ROLLUP_COHORT(0))
            out->form = form;
        else if (form == NULL && cut >= 0 && out->cut == ROLLUP_UNCUT)
            out->cut = cut;
        else
            return false;
    }
    return true;
}

bool report_counts(const struct report *report, const struct report_query *query)
{
    struct asked asked;

    return report->counted != 0 && query->as_of == INSTANT_NONE && query->from % INSTANT_DAY == 0 &&
           query->to % INSTANT_DAY == 0 && choose(report, query, &asked);
}

enum err report_counted_catch_up(const struct read *read, bool *current)
{
    struct read_query query = {.statement = &REPORT_POSITION};
    int64_t head = 0, pos = 0;

    *current = false;
    read_params(&query, read);
    enum err err = read_run(read, &query, 1);
    if (err == ERR_NONE && pg_rows(query.result) == 1 && !pg_is_null(query.result, 0, 1)) {
        head = pg_get_int8(query.result, 0, 0);
        pos = pg_get_int8(query.result, 0, 1);
        *current = pg_get_int4(query.result, 0, 2) == ROLLUP_FORMAT &&
                   pg_get_bool(query.result, 0, 3) && head - pos <= CATCH_UP_ENTRIES;
    }
    err = read_end(read, err);
    if (err != ERR_NONE || !*current || head == pos)
        return err;
    err = rollup_catch_up(read, head);
    *current = err == ERR_NONE;
    return err == ERR_UNAVAILABLE ? ERR_NONE : err;
}

/* ---- cells ---- */

struct gathered {
    struct spread_item *items;
    size_t count, room;
};

struct cell {
    struct report_row row;
    struct gathered spreads[REPORT_COLUMNS_MAX];
};

/* Bytes of it are compared. */
struct cell_key {
    char label[8]; /* YYYY-MM */
    int64_t value;
};

struct gathering {
    const struct read *read;
    const struct report *report;
    const struct report_query *query;
    struct asked asked;
    struct cell whole;
    struct map known; /* struct cell_key: struct cell */
    struct cell **cells;
    size_t count, room;
};

static struct cell *new_cell(struct gathering *it, const struct cell_key *key)
{
    struct arena *arena = it->read->arena;
    struct cell *cell = ARENA_NEW(arena, struct cell);
    struct cell_key *kept = ARENA_NEW(arena, struct cell_key);
    size_t wanted = it->room == 0 ? 64 : 2 * it->room;

    if (cell == NULL || kept == NULL)
        return NULL;
    if (it->count == it->room) {
        void *more = arena_resize(arena, it->cells, it->room * sizeof cell, wanted * sizeof cell);
        if (more == NULL)
            return NULL;
        it->cells = more;
        it->room = wanted;
    }
    *kept = *key;
    it->cells[it->count++] = cell;
    return map_put(&it->known, kept, sizeof *kept, cell) ? cell : NULL;
}

/* Places of words in the order of their enums. */
static const char *word_at(const char *(*name)(int), int64_t value, int count)
{
    return value > 0 && value <= count ? name((int)value - 1) : NULL;
}

static const char *motion_name(int at)
{
    return direction_name((enum direction)at);
}

static const char *function_name(int at)
{
    return team_function_name((enum team_function)at);
}

static const char *team_name(const struct config *config, int64_t value)
{
    for (size_t i = 0; value != 0 && i < config->team_count; i++)
        if (rollup_team(config->teams[i].id) == value)
            return config->teams[i].name;
    return NULL;
}

static const char *word_of(const struct gathering *it, int64_t value, const char *word)
{
    switch (it->asked.cut) {
    case ROLLUP_CUT_MOTION:
        return word_at(motion_name, value, 2);
    case ROLLUP_CUT_FUNCTION:
        return word_at(function_name, value, 3);
    case ROLLUP_CUT_TEAM:
        return team_name(it->query->config, value);
    default:
        return word;
    }
}

/* The cell of a label and a value; word is that of the value where it has one. NULL when memory is
 * short. */
static struct cell *cell_of(struct gathering *it, const char *label, int64_t value,
                            const char *word)
{
    struct cell_key key = {.value = value};
    struct cell *cell;

    memcpy(key.label, label, strnlen(label, sizeof key.label - 1));
    cell = map_get(&it->known, &key, sizeof key);
    if (cell != NULL)
        return cell;
    cell = new_cell(it, &key);
    for (int i = 0; cell != NULL && i < it->query->cut_count; i++)
        cell->row.values[i] = label_form(it->report->dimensions[it->query->cuts[i]]) != NULL
                                  ? arena_strdup(it->read->arena, label)
                                  : word_of(it, value, word);
    return cell;
}

/* ---- counts ---- */

/* The column of this form that is of what was counted; -1: none. */
static int column_of(const struct gathering *it, int what, enum report_form form)
{
    for (int i = 0; i < report_column_count(it->report); i++) {
        const struct report_column *column = &it->report->columns[i];
        if (column->counted != 0 && column->form == form &&
            it->report->counted + column->counted - 1 == what)
            return i;
    }
    return -1;
}

enum { AT_WHAT, AT_CUT, AT_LABEL, AT_VALUE, AT_WORD, AT_COUNT, AT_SPREAD = AT_WORD };

static void add_count(const struct gathering *it, struct cell *cell, int what, int64_t count)
{
    bool pairs = what == it->report->counted + REPORTED_PAIRS;
    int column = pairs ? 0 : column_of(it, what, REPORT_LEADS);

    if (column >= 0)
        cell->row.numbers[column] += pairs ? -count : count;
}

static bool take_count(struct gathering *it, const struct pg_result *result, int row)
{
    int what = pg_get_int4(result, row, AT_WHAT), cut = pg_get_int4(result, row, AT_CUT);
    int64_t count = pg_get_int8(result, row, AT_COUNT);

    if (cut == ROLLUP_UNCUT)
        add_count(it, &it->whole, what, count);
    if (cut != it->asked.cut || !it->asked.rows)
        return true;
    struct cell *cell = cell_of(it, pg_get_text(result, row, AT_LABEL, &(size_t){0}),
                                pg_get_int8(result, row, AT_VALUE),
                                pg_copy_text(result, row, AT_WORD, it->read->arena));
    if (cell != NULL)
        add_count(it, cell, what, count);
    return cell != NULL;
}

/* ---- spreads ---- */

static bool gather(const struct gathering *it, struct gathered *to, struct spread_item item)
{
    size_t wanted = to->room == 0 ? 256 : 2 * to->room;

    if (to->count == to->room) {
        void *more =
            arena_resize(it->read->arena, to->items, to->room * sizeof item, wanted * sizeof item);
        if (more == NULL)
            return false;
        to->items = more;
        to->room = wanted;
    }
    to->items[to->count++] = item;
    return true;
}

static bool add_spread(const struct gathering *it, struct cell *cell, int what,
                       const uint8_t *bytes, size_t len)
{
    int column = column_of(it, what, REPORT_MINUTES);
    struct spread_reader reader = {.at = bytes, .end = bytes + len};
    struct spread_item item;

    while (column >= 0 && spread_next(&reader, &item))
        if (!gather(it, &cell->spreads[column], item))
            return false;
    return true;
}

static bool take_spread(struct gathering *it, const struct pg_result *result, int row)
{
    int what = pg_get_int4(result, row, AT_WHAT), cut = pg_get_int4(result, row, AT_CUT);
    size_t len = 0;
    const uint8_t *bytes = pg_get_bytea(result, row, AT_SPREAD, &len);

    if (len == 0)
        return true;
    if (cut == ROLLUP_UNCUT && !add_spread(it, &it->whole, what, bytes, len))
        return false;
    if (cut != it->asked.cut || !it->asked.rows)
        return true;
    struct cell *cell = cell_of(it, pg_get_text(result, row, AT_LABEL, &(size_t){0}),
                                pg_get_int8(result, row, AT_VALUE), NULL);
    return cell != NULL && add_spread(it, cell, what, bytes, len);
}

/* ---- rows ---- */

/* What is neither counted nor a number of its own. */
static void end_cell(const struct gathering *it, struct cell *cell)
{
    for (int i = 0; i < report_column_count(it->report); i++) {
        const struct report_column *column = &it->report->columns[i];
        struct gathered *spread = &cell->spreads[i];
        if (column->form == REPORT_LEADS || column->form == REPORT_SHARE)
            continue;
        int64_t median = column->counted == 0 ? -1 : spread_median(spread->items, spread->count);
        cell->row.numbers[i] = median < 0 ? REPORT_NO_NUMBER : median;
    }
    if (it->query->least_leads > 0)
        cell->row.leads = cell->row.numbers[0];
}

/* As ORDER BY of a text in the collation "C": what is absent comes last. */
static int by_text(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a == NULL) - (b == NULL);
    return strcmp(a, b);
}

static int by_size(const void *a, const void *b)
{
    const struct report_row *left = a, *right = b;
    int order = 0;

    if (left->numbers[0] != right->numbers[0])
        return left->numbers[0] < right->numbers[0] ? 1 : -1;
    for (int i = 0; i < REPORT_CUTS_MAX && order == 0; i++)
        order = by_text(left->values[i], right->values[i]);
    return order;
}

/* Without dimensions the whole is one row, too. */
static bool end_rows(struct gathering *it, struct report_rows *rows)
{
    rows->items = ARENA_ARRAY(it->read->arena, struct report_row, it->count + 1);
    rows->count = 0;
    if (rows->items == NULL)
        return false;
    for (size_t i = 0; i < it->count; i++) {
        if (it->cells[i]->row.numbers[0] <= 0)
            continue;
        end_cell(it, it->cells[i]);
        rows->items[rows->count++] = it->cells[i]->row;
    }
    if (it->query->cut_count == 0 && it->whole.row.numbers[0] > 0)
        rows->items[rows->count++] = it->whole.row;
    qsort(rows->items, rows->count, sizeof *rows->items, by_size);
    return true;
}

/* ---- the whole of it ---- */

static void put_what(const struct gathering *it, struct pg_params *params, enum report_form form)
{
    struct pg_array what;

    pg_array_begin(&what, params->arena, PG_INT4, REPORT_COLUMNS_MAX + 1);
    for (int i = 0; i < report_column_count(it->report); i++) {
        const struct report_column *column = &it->report->columns[i];
        if (column->counted != 0 && column->form == form)
            pg_array_int4(&what, it->report->counted + column->counted - 1);
    }
    if (form == REPORT_LEADS && it->report->counted == ROLLUP_FLOW(0))
        pg_array_int4(&what, ROLLUP_FLOW(REPORTED_PAIRS));
    pg_params_array(params, &what);
}

static void put_query(struct read_query *query, const struct gathering *it,
                      const struct statement *statement, enum report_form form)
{
    struct rollup_days days = {.first = (int32_t)(it->query->from / INSTANT_DAY),
                               .end = (int32_t)(it->query->to / INSTANT_DAY)};
    struct pg_array cuts;

    days.months_first = days.months_end = days.end;
    rollup_days_by_months(&days);
    *query = (struct read_query){.statement = statement};
    read_params(query, it->read);
    put_what(it, &query->params, form);
    pg_array_begin(&cuts, query->params.arena, PG_INT4, 2);
    pg_array_int4(&cuts, ROLLUP_UNCUT);
    if (it->asked.cut != ROLLUP_UNCUT)
        pg_array_int4(&cuts, it->asked.cut);
    pg_params_array(&query->params, &cuts);
    pg_params_int4(&query->params, days.months_first);
    pg_params_int4(&query->params, days.months_end);
    pg_params_int4(&query->params, days.first);
    pg_params_int4(&query->params, days.end);
    pg_params_text(&query->params, it->asked.form);
    if (form != REPORT_LEADS)
        return;
    pg_params_int8(&query->params, ROLLUP_REPORTS_SETUP);
    pg_params_int4(&query->params, ROLLUP_FLOW(REPORTED_PAIRS));
}

static enum err take_all(struct gathering *it, const struct pg_result *counts,
                         const struct pg_result *spreads)
{
    for (int row = 0; row < pg_rows(counts); row++)
        if (!take_count(it, counts, row))
            return ERR_OUT_OF_MEMORY;
    for (int row = 0; row < pg_rows(spreads); row++)
        if (!take_spread(it, spreads, row))
            return ERR_OUT_OF_MEMORY;
    return ERR_NONE;
}

/* Into what is there already: the whole of a report that is not counted else. */
static void add_whole(const struct gathering *it, struct report_row *whole)
{
    for (int i = 0; i < report_column_count(it->report); i++)
        if (it->report->columns[i].counted != 0)
            whole->numbers[i] = it->whole.row.numbers[i];
}

enum err report_counted_add(const struct read *read, const struct report *report,
                            const struct report_query *query, struct report_rows *rows)
{
    struct gathering *it = ARENA_NEW(read->arena, struct gathering);
    struct read_query queries[2];

    if (it == NULL)
        return ERR_OUT_OF_MEMORY;
    *it = (struct gathering){.read = read, .report = report, .query = query};
    map_init(&it->known, read->arena);
    if (!choose(report, query, &it->asked))
        return ERR_INTERNAL;
    put_query(&queries[0], it, &REPORT_COUNTS, REPORT_LEADS);
    put_query(&queries[1], it, &REPORT_SPREADS, REPORT_MINUTES);
    enum err err = read_run(read, queries, 2);
    if (err == ERR_NONE)
        err = take_all(it, queries[0].result, queries[1].result);
    err = read_end(read, err);
    if (err != ERR_NONE)
        return err;
    if (report->counted == ROLLUP_OTHER(0)) {
        add_whole(it, &rows->whole);
        return ERR_NONE;
    }
    end_cell(it, &it->whole);
    rows->whole = it->whole.row;
    return end_rows(it, rows) ? ERR_NONE : ERR_OUT_OF_MEMORY;
}
