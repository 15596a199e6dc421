#include "store/read/report_source.h"

#include "store/read/report_counted.h"

#include <string.h>

const struct report_source *report_source_named(const char *name)
{
    static const struct report_source *const sources[] = {
#define X(name) &report_##name,
        REPORT_SOURCES(X)
#undef X
    };

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strcmp(sources[i]->report.name, name) == 0)
            return sources[i];
    return NULL;
}

/* The first id that can be made at this moment. */
static struct uuid id_at(instant at)
{
    static const uint8_t first[10];

    return uuid_v7((uint64_t)(at < 0 ? 0 : at / 1000), first);
}

static void put_query(struct read_query *to, const struct read *read,
                      const struct report_source *source, const struct report_query *query)
{
    const struct report *report = &source->report;

    read_params(to, read);
    pg_params_instant(&to->params, query->from);
    pg_params_instant(&to->params, query->to);
    pg_params_uuid(&to->params, id_at(query->from));
    pg_params_uuid(&to->params, id_at(query->to + 1000));
    for (int i = 0; i < REPORT_CUTS_MAX; i++)
        pg_params_text(&to->params,
                       i < query->cut_count ? report->dimensions[query->cuts[i]] : NULL);
    pg_params_instant(&to->params, query->as_of);
    if (source->more != NULL)
        source->more(&to->params, query);
}

/* ---- rows ---- */

enum { WHOLE, FIRST_VALUE, BEHIND = FIRST_VALUE + REPORT_CUTS_MAX, FIRST_NUMBER };

static int64_t number_at(const struct pg_result *result, int row, int column, enum report_form form)
{
    if (pg_is_null(result, row, column))
        return REPORT_NO_NUMBER;
    return form == REPORT_MOMENT ? pg_get_instant(result, row, column)
                                 : pg_get_int8(result, row, column);
}

static struct report_row take_row(const struct read *read, const struct pg_result *result, int row,
                                  const struct report *report)
{
    struct report_row out = {.leads = pg_get_int8(result, row, BEHIND)};
    int at = FIRST_NUMBER;

    for (int i = 0; i < REPORT_CUTS_MAX; i++)
        out.values[i] = pg_copy_text(result, row, FIRST_VALUE + i, read->arena);
    for (int i = 0; i < report_column_count(report); i++)
        if (report->columns[i].form != REPORT_SHARE)
            out.numbers[i] = number_at(result, row, at++, report->columns[i].form);
    return out;
}

/* The rows of a statement of the report. */
static enum err read_rows(const struct read *read, const struct report_source *source,
                          const struct statement *statement, const struct report_query *query,
                          struct report_rows *out)
{
    struct read_query ask = {.statement = statement};

    put_query(&ask, read, source, query);
    pg_params_bool(&ask.params, query->least_leads > 0);
    enum err err = read_run(read, &ask, 1);
    int rows = err == ERR_NONE ? pg_rows(ask.result) : 0;
    out->items = ARENA_ARRAY(read->arena, struct report_row, (size_t)rows + 1);
    if (rows > REPORT_ROWS_MAX + 1)
        err = ERR_LIMIT_REACHED;
    for (int i = 0; err == ERR_NONE && out->items != NULL && i < rows; i++) {
        struct report_row row = take_row(read, ask.result, i, &source->report);
        if (pg_get_bool(ask.result, i, WHOLE))
            out->whole = row;
        else
            out->items[out->count++] = row;
    }
    return read_end(read, err);
}

enum err report_source_read(const struct read *read, const struct report_source *source,
                            const struct report_query *query, struct report_rows *out)
{
    bool counted = report_counts(&source->report, query);
    const struct statement *statement = source->rows;
    enum err err = ERR_NONE;

    *out = (struct report_rows){.items = NULL};
    if (counted)
        err = report_counted_catch_up(read, &counted);
    if (counted)
        statement = source->uncounted;
    if (err == ERR_NONE && statement != NULL)
        err = read_rows(read, source, statement, query, out);
    if (err == ERR_NONE && counted)
        err = report_counted_add(read, &source->report, query, out);
    if (err == ERR_NONE && out->count > REPORT_ROWS_MAX)
        err = ERR_LIMIT_REACHED;
    if (err == ERR_NONE && out->items != NULL && source->finish != NULL)
        source->finish(query, out, read->arena);
    if (query->least_leads > 0)
        report_leave_out(out, query->least_leads);
    return err;
}

/* ---- what a number opens to ---- */

static void put_cell(struct pg_params *params, const struct report_cell *cell)
{
    pg_params_bool(params, cell->whole);
    for (int i = 0; i < REPORT_CUTS_MAX; i++)
        pg_params_text(params, cell->values[i]);
    pg_params_text(params, cell->column);
}

/* A lead that is counted itself stands before its handoffs, as READ_ID_MIN does before every id. */
static void put_place(struct pg_params *params, const struct report_item *after)
{
    pg_params_instant(params, after->at);
    pg_params_uuid(params, uuid_is_nil(after->lead) ? READ_ID_MIN : after->lead);
    pg_params_uuid(params, uuid_is_nil(after->handoff) ? READ_ID_MIN : after->handoff);
}

enum err report_source_open(const struct read *read, const struct report_source *source,
                            const struct report_query *query, const struct report_page *page,
                            struct report_items *out)
{
    struct read_query ask = {.statement = source->items};

    *out = (struct report_items){.items = NULL};
    put_query(&ask, read, source, query);
    put_cell(&ask.params, &page->cell);
    put_place(&ask.params, &page->after);
    pg_params_int8(&ask.params, page->limit + 1);
    enum err err = read_run(read, &ask, 1);
    int rows = err == ERR_NONE ? pg_rows(ask.result) : 0;
    out->more = rows > page->limit;
    rows = out->more ? page->limit : rows;
    out->items = ARENA_ARRAY(read->arena, struct report_item, (size_t)rows + 1);
    for (int i = 0; out->items != NULL && i < rows; i++)
        out->items[out->count++] = (struct report_item){
            .lead = pg_get_uuid(ask.result, i, 0),
            .handoff = pg_get_uuid(ask.result, i, 1),
            .at = pg_get_instant(ask.result, i, 2),
            .value = pg_get_int8(ask.result, i, 3),
        };
    return read_end(read, err);
}
