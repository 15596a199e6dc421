#include "core/report/report.h"

#include "base/csv_out.h"
#include "base/percent.h"
#include "core/in_force.h"

#include <inttypes.h>
#include <string.h>

#define LINK_MAX_BYTES 4096

int report_column_count(const struct report *report)
{
    int count = 0;

    while (count < REPORT_COLUMNS_MAX && report->columns[count].name != NULL)
        count++;
    return count;
}

int report_dimension(const struct report *report, const char *name)
{
    for (int i = 0; i < REPORT_DIMENSIONS_MAX && report->dimensions[i] != NULL; i++)
        if (strcmp(report->dimensions[i], name) == 0)
            return i;
    return -1;
}

int report_column(const struct report *report, const char *name)
{
    for (int i = 0; i < report_column_count(report); i++)
        if (strcmp(report->columns[i].name, name) == 0)
            return i;
    return -1;
}

void report_leave_out(struct report_rows *rows, int64_t fewer_than)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].leads >= fewer_than)
            rows->items[kept++] = rows->items[i];
    rows->left_out = rows->count - kept;
    rows->count = kept;
}

/* ---- a cell ---- */

/* In tenths of a percent, half of one rounded up; REPORT_NO_NUMBER of nothing. */
static int64_t number_of(const struct report *report, const struct report_row *row, int column)
{
    const struct report_column *it = &report->columns[column];

    if (it->form != REPORT_SHARE)
        return row->numbers[column];
    int64_t part = row->numbers[report_column(report, it->part)];
    int64_t whole = row->numbers[report_column(report, it->whole)];
    return whole <= 0 ? REPORT_NO_NUMBER : (part * 2000 + whole) / (2 * whole);
}

static bool is_in_tenths(enum report_form form)
{
    return form == REPORT_SHARE || form == REPORT_TENTHS;
}

static void put_tenths(int64_t tenths, struct text_out *out)
{
    text_out_format(out, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

static void write_tenths(int64_t tenths, struct json_out *out)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);

    json_out_raw(out, text, (size_t)len);
}

static void write_number(const struct report *report, const struct report_row *row, int column,
                         struct json_out *out)
{
    int64_t number = number_of(report, row, column);

    json_out_key(out, report->columns[column].name);
    if (number == REPORT_NO_NUMBER)
        json_out_null(out);
    else if (report->columns[column].form == REPORT_MOMENT)
        json_out_instant(out, number);
    else if (report->columns[column].form == REPORT_FLAG)
        json_out_bool(out, number != 0);
    else if (is_in_tenths(report->columns[column].form))
        write_tenths(number, out);
    else
        json_out_int(out, number);
}

static void put_number(const struct report *report, const struct report_row *row, int column,
                       struct text_out *out)
{
    int64_t number = number_of(report, row, column);
    char moment[INSTANT_TEXT_MAX];

    if (number == REPORT_NO_NUMBER)
        return;
    if (report->columns[column].form == REPORT_MOMENT) {
        instant_format(number, moment);
        text_out_put(out, moment);
    } else if (report->columns[column].form == REPORT_FLAG) {
        text_out_put(out, number != 0 ? "true" : "false");
    } else if (is_in_tenths(report->columns[column].form)) {
        put_tenths(number, out);
    } else {
        text_out_format(out, "%" PRId64, number);
    }
}

/* ---- links ---- */

void report_put_link(const struct report *report, const struct report_query *query,
                     const struct report_row *row, const char *column, struct text_out *out)
{
    static const char *const names[REPORT_CUTS_MAX] = {"by", "then_by"};
    char from[INSTANT_TEXT_MAX], to[INSTANT_TEXT_MAX];
    struct json_out values;

    instant_format(query->from, from);
    instant_format(query->to, to);
    text_out_format(out, "/v1/reports/%s/leads?from=%s&to=%s", report->name, from, to);
    if (report->basis != NULL)
        text_out_format(out, "&basis=%s", report->basis);
    if (query->as_of != INSTANT_NONE) {
        instant_format(query->as_of, from);
        text_out_format(out, "&as_of=%s", from);
    }
    for (int i = 0; i < query->cut_count; i++)
        text_out_format(out, "&%s=%s", names[i], report->dimensions[query->cuts[i]]);
    text_out_format(out, "&column=%s", column);
    if (row == NULL || query->cut_count == 0)
        return;
    json_out_init(&values, out->arena, LINK_MAX_BYTES);
    json_out_begin_array(&values);
    for (int i = 0; i < query->cut_count; i++)
        json_out_text(&values, row->values[i]);
    json_out_end_array(&values);
    text_out_put(out, "&row=");
    percent_encode(out, values.written.text, values.written.len);
}

static void write_links(const struct report *report, const struct report_query *query,
                        const struct report_row *row, struct json_out *out)
{
    struct text_out link;

    text_out_init(&link, out->written.arena, LINK_MAX_BYTES);
    json_out_key(out, "links");
    json_out_begin_object(out);
    for (int i = 0; i < report_column_count(report); i++) {
        const struct report_column *column = &report->columns[i];
        if (column->form != REPORT_LEADS || (row != NULL && column->of_whole))
            continue;
        text_out_clear(&link);
        report_put_link(report, query, row, column->name, &link);
        json_out_key(out, column->name);
        json_out_text_len(out, link.text, link.len);
    }
    json_out_end_object(out);
}

/* ---- JSON ---- */

static void write_query(const struct report *report, const struct report_query *query,
                        struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_instant(out, "from", query->from);
    json_out_member_instant(out, "to", query->to);
    json_out_member_instant(out, "as_of", query->as_of);
    json_out_member_text(out, "by",
                         query->cut_count < 1 ? NULL : report->dimensions[query->cuts[0]]);
    json_out_member_text(out, "then_by",
                         query->cut_count < 2 ? NULL : report->dimensions[query->cuts[1]]);
    if (report->basis != NULL)
        json_out_member_text(out, "basis", report->basis);
    json_out_end_object(out);
}

/* What stands in rows; all but the hidden ones stand in the totals. */
static bool is_of_rows(const struct report_column *column)
{
    return column->form != REPORT_HIDDEN && !column->of_whole;
}

static void write_row(const struct report *report, const struct report_query *query,
                      const struct report_row *row, struct json_out *out)
{
    json_out_begin_object(out);
    for (int i = 0; i < query->cut_count; i++)
        json_out_member_text(out, report->dimensions[query->cuts[i]], row->values[i]);
    for (int i = 0; i < report_column_count(report); i++)
        if (is_of_rows(&report->columns[i]))
            write_number(report, row, i, out);
    write_links(report, query, row, out);
    json_out_end_object(out);
}

static void write_whole(const struct report *report, const struct report_query *query,
                        const struct report_row *whole, struct json_out *out)
{
    json_out_begin_object(out);
    for (int i = 0; i < report_column_count(report); i++)
        if (report->columns[i].form != REPORT_HIDDEN)
            write_number(report, whole, i, out);
    write_links(report, query, NULL, out);
    json_out_end_object(out);
}

/* Which columns each side answers for, if the report says so. */
static void write_parts(const struct report *report, struct json_out *out)
{
    static const char *const parts[] = {"marketing", "joint", "sales"};
    int columns = report_column_count(report);
    bool any = false;

    for (int i = 0; i < columns; i++)
        any |= report->columns[i].part_of != NULL;
    if (!any)
        return;
    json_out_key(out, "parts");
    json_out_begin_array(out);
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
        json_out_begin_object(out);
        json_out_member_text(out, "part", parts[part]);
        json_out_key(out, "columns");
        json_out_begin_array(out);
        for (int i = 0; i < columns; i++)
            if (report->columns[i].part_of != NULL &&
                strcmp(report->columns[i].part_of, parts[part]) == 0)
                json_out_text(out, report->columns[i].name);
        json_out_end_array(out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_published(const struct report *report, struct json_out *out)
{
    json_out_begin_array(out);
    for (int i = 0; i < report_column_count(report); i++) {
        const struct report_published *published = &report->columns[i].published;
        if (published->by == NULL)
            continue;
        json_out_begin_object(out);
        json_out_member_text(out, "column", report->columns[i].name);
        json_out_key(out, "from");
        write_tenths(published->from, out);
        json_out_key(out, "to");
        write_tenths(published->to, out);
        json_out_member_text(out, "by", published->by);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

void report_write_json(const struct report *report, const struct report_query *query,
                       const struct report_rows *rows, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "report", report->name);
    json_out_key(out, "query");
    write_query(report, query, out);
    json_out_key(out, "definitions");
    in_force_write(query->config, query->from, query->to, out);
    json_out_key(out, "agreements");
    in_force_write_others(query->config, query->from, query->to, out);
    write_parts(report, out);
    json_out_key(out, "data");
    json_out_begin_array(out);
    for (size_t i = 0; i < rows->count; i++)
        write_row(report, query, &rows->items[i], out);
    json_out_end_array(out);
    json_out_key(out, "totals");
    write_whole(report, query, &rows->whole, out);
    json_out_key(out, "published");
    write_published(report, out);
    json_out_member_int(out, "left_out", (int64_t)rows->left_out);
    json_out_end_object(out);
}

/* ---- CSV ---- */

void report_write_csv(const struct report *report, const struct report_query *query,
                      const struct report_rows *rows, struct text_out *out)
{
    int columns = report_column_count(report);

    for (int i = 0; i < query->cut_count; i++)
        text_out_format(out, "%s,", report->dimensions[query->cuts[i]]);
    for (int i = 0; i < columns; i++)
        if (is_of_rows(&report->columns[i]))
            text_out_format(out, "%s,", report->columns[i].name);
    text_out_put(out, "link\r\n");
    for (size_t n = 0; n < rows->count; n++) {
        const struct report_row *row = &rows->items[n];
        for (int i = 0; i < query->cut_count; i++) {
            csv_out_cell(out, row->values[i]);
            text_out_put(out, ",");
        }
        for (int i = 0; i < columns; i++) {
            if (!is_of_rows(&report->columns[i]))
                continue;
            put_number(report, row, i, out);
            text_out_put(out, ",");
        }
        report_put_link(report, query, row, report->columns[0].name, out);
        text_out_put(out, "\r\n");
    }
}
