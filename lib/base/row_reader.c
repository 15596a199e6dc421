#include "base/row_reader.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool row_reader_init(struct row_reader *reader, enum row_format format, csv_read *read,
                     void *context)
{
    *reader = (struct row_reader){.format = format};
    if (format == ROWS_NDJSON)
        return csv_init(&reader->csv, read, context);
    return decoder_init(&reader->decoder, read, context) &
           csv_init(&reader->csv, decoder_read, &reader->decoder);
}

void row_reader_release(struct row_reader *reader)
{
    for (size_t i = 0; i < reader->column_count; i++)
        free(reader->columns[i]);
    free(reader->columns);
    csv_release(&reader->csv);
    decoder_release(&reader->decoder);
}

static enum row_status refuse(struct row_reader *reader, const char *why)
{
    snprintf(reader->why, sizeof reader->why, "%s", why);
    return ROW_REFUSED;
}

/* ---- the first row of CSV ---- */

static char *column_name(const char *cell)
{
    size_t len;

    while (isspace((unsigned char)*cell))
        cell++;
    len = strlen(cell);
    while (len > 0 && isspace((unsigned char)cell[len - 1]))
        len--;
    return strndup(cell, len);
}

static bool named_before(const struct row_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->column_count; i++)
        if (strcmp(reader->columns[i], name) == 0)
            return true;
    return false;
}

/* jansson accepts no other text. */
static bool is_utf8(const char *name)
{
    json_t *text = json_string(name);
    bool valid = text != NULL;

    json_decref(text);
    return valid;
}

static enum row_status refuse_file(struct row_reader *reader, const char *what, size_t column)
{
    snprintf(reader->why, sizeof reader->why, "the first row must name the columns: column %zu %s",
             column + 1, what);
    return ROW_FILE_REFUSED;
}

static enum row_status read_columns(struct row_reader *reader)
{
    struct csv_row row;
    enum csv_status status = csv_next(&reader->csv, &row);

    reader->line = row.line;
    if (status == CSV_FAILED)
        return ROW_FAILED;
    if (status == CSV_END)
        return ROW_END;
    if (status == CSV_REFUSED) {
        refuse(reader, row.why);
        return ROW_FILE_REFUSED;
    }
    reader->columns = calloc(row.count, sizeof *reader->columns);
    if (reader->columns == NULL)
        return ROW_FAILED;
    for (size_t i = 0; i < row.count; i++) {
        char *name = column_name(row.cells[i]);
        if (name == NULL)
            return ROW_FAILED;
        const char *wrong = name[0] == '\0'              ? "has no name"
                            : !is_utf8(name)             ? "is not UTF-8: save the file as UTF-8"
                            : named_before(reader, name) ? "has the name of another"
                                                         : NULL;
        if (wrong != NULL) {
            free(name);
            return refuse_file(reader, wrong, i);
        }
        reader->columns[reader->column_count++] = name;
    }
    return ROW_READ;
}

/* ---- rows ---- */

static enum row_status refuse_cell(struct row_reader *reader, size_t column)
{
    snprintf(reader->why, sizeof reader->why, "/%.100s: it is not UTF-8; save the file as UTF-8",
             reader->columns[column]);
    return ROW_REFUSED;
}

static enum row_status take_cells(struct row_reader *reader, const struct csv_row *cells,
                                  json_t **row)
{
    if (cells->count != reader->column_count) {
        snprintf(reader->why, sizeof reader->why, "it has %zu columns, and the first row %zu",
                 cells->count, reader->column_count);
        return ROW_REFUSED;
    }
    *row = json_object();
    if (*row == NULL)
        return ROW_FAILED;
    for (size_t i = 0; i < cells->count; i++) {
        json_t *text = json_stringn(cells->cells[i], cells->lens[i]);
        if (text != NULL && json_object_set_new_nocheck(*row, reader->columns[i], text) == 0)
            continue;
        json_decref(*row);
        *row = NULL;
        return text == NULL ? refuse_cell(reader, i) : ROW_FAILED;
    }
    return ROW_READ;
}

static enum row_status next_of_csv(struct row_reader *reader, json_t **row)
{
    struct csv_row cells;

    if (reader->columns == NULL) {
        enum row_status status = read_columns(reader);
        if (status != ROW_READ)
            return status;
    }
    enum csv_status status = csv_next(&reader->csv, &cells);
    reader->line = cells.line;
    if (status == CSV_ROW)
        return take_cells(reader, &cells, row);
    if (status == CSV_REFUSED)
        return refuse(reader, cells.why);
    return status == CSV_END ? ROW_END : ROW_FAILED;
}

static enum row_status next_of_ndjson(struct row_reader *reader, json_t **row)
{
    struct csv_row line;
    json_error_t error;
    enum csv_status status = csv_next_line(&reader->csv, &line);

    reader->line = line.line;
    if (status == CSV_REFUSED)
        return refuse(reader, line.why);
    if (status != CSV_ROW)
        return status == CSV_END ? ROW_END : ROW_FAILED;
    *row = json_loadb(line.cells[0], line.lens[0], JSON_REJECT_DUPLICATES, &error);
    if (*row == NULL && json_error_code(&error) == json_error_out_of_memory)
        return ROW_FAILED;
    if (json_is_object(*row))
        return ROW_READ;
    json_decref(*row);
    *row = NULL;
    return refuse(reader, "it is no JSON object");
}

enum row_status row_reader_next(struct row_reader *reader, json_t **row)
{
    *row = NULL;
    return reader->format == ROWS_CSV ? next_of_csv(reader, row) : next_of_ndjson(reader, row);
}
