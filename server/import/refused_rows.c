#include "import/refused_rows.h"

#include "base/csv_out.h"
#include "base/json_out.h"

#include <string.h>

#define WHY "why"

static void put_line_end(struct text_out *out)
{
    text_out_put(out, "\r\n");
}

static bool has_place(const struct importer_refused *row)
{
    return row->pointer != NULL && row->pointer[0] != '\0';
}

void refused_rows_begin(const struct row_reader *reader, struct text_out *out)
{
    if (reader->format == ROWS_NDJSON)
        return;
    for (size_t i = 0; i < reader->column_count; i++) {
        csv_out_cell_as_is(out, reader->columns[i]);
        text_out_put(out, ",");
    }
    csv_out_cell_as_is(out, WHY);
    put_line_end(out);
}

/* Those that are absent stand empty, so that the reason stands under its name; those beyond the
 * columns, which cannot be read again, come after it. */
static void add_cells(const struct row_reader *reader, const struct importer_refused *row,
                      struct text_out *out)
{
    for (size_t i = 0; i < reader->column_count; i++) {
        csv_out_cell_as_is(out, i < row->count ? row->cells[i] : NULL);
        text_out_put(out, ",");
    }
    csv_out_cell_as_is(out, has_place(row)
                                ? arena_printf(out->arena, "%s: %s", row->pointer, row->why)
                                : row->why);
    for (size_t i = reader->column_count; i < row->count; i++) {
        text_out_put(out, ",");
        csv_out_cell_as_is(out, row->cells[i]);
    }
    put_line_end(out);
}

/* The members of an object as they stand; of a line that is none, the line as a text. */
static void add_object(const struct importer_refused *row, struct text_out *out)
{
    const char *line = row->count == 0 ? "" : row->cells[0];
    const char *first = strchr(line, '{');
    json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    bool is_object = json_is_object(json) && first != NULL;
    bool is_empty = is_object && json_object_size(json) == 0;
    struct json_out why;

    json_decref(json);
    json_out_init(&why, out->arena, out->cap);
    json_out_begin_object(&why);
    json_out_member_text(&why, WHY, row->why);
    if (has_place(row))
        json_out_member_text(&why, "place", row->pointer);
    if (!is_object)
        json_out_member_text(&why, "line", line);
    json_out_end_object(&why);
    if (arena_failed(out->arena))
        return;
    text_out_put_len(out, why.written.text, why.written.len - is_object);
    if (is_object) {
        text_out_put(out, is_empty ? "" : ",");
        text_out_put(out, first + 1);
    }
    text_out_put(out, "\n");
}

void refused_rows_add(const struct row_reader *reader, const struct importer_refused *row,
                      struct text_out *out)
{
    if (reader->format == ROWS_NDJSON)
        add_object(row, out);
    else
        add_cells(reader, row, out);
}
