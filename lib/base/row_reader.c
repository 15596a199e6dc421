#include "base/row_reader.h"

#include "base/column_name.h"
#include "base/file_kind.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#define MEMORY_MAX_BYTES (8u << 20) /* of the columns */

const char *row_format_name(enum row_format format)
{
    return format == ROWS_CSV ? "csv" : "ndjson";
}

bool row_format_named(const char *name, enum row_format *out)
{
    *out = strcmp(name, "csv") == 0 ? ROWS_CSV : ROWS_NDJSON;
    return strcmp(name, row_format_name(*out)) == 0;
}

/* ---- bytes ---- */

/* The file's first bytes, however many come at once, are looked at before anything is made of
 * them; a file that is no table ends there. */
static bool begin(struct row_reader *reader, char *bytes, size_t size, size_t *len)
{
    size_t enough = size < FILE_KIND_BYTES ? size : FILE_KIND_BYTES;
    size_t got = 1;

    reader->begun = true;
    while (*len < enough && got > 0) {
        got = 0;
        if (!reader->read(reader->context, bytes + *len, size - *len, &got))
            return false;
        *len += got;
    }
    reader->foreign = file_kind_foreign(bytes, *len);
    if (reader->foreign != NULL)
        *len = 0;
    return true;
}

static bool read_bytes(void *context, char *bytes, size_t size, size_t *len)
{
    struct row_reader *reader = context;

    *len = 0;
    if (!reader->begun)
        return begin(reader, bytes, size, len);
    return reader->foreign != NULL || reader->read(reader->context, bytes, size, len);
}

bool row_reader_init(struct row_reader *reader, enum row_format format, csv_read *read,
                     void *context)
{
    *reader = (struct row_reader){.format = format, .read = read, .context = context};
    reader->arena = arena_new(MEMORY_MAX_BYTES);
    if (format == ROWS_NDJSON)
        return csv_init(&reader->csv, read_bytes, reader) && reader->arena != NULL;
    return decoder_init(&reader->decoder, read_bytes, reader) &
               csv_init(&reader->csv, decoder_read, &reader->decoder) &&
           reader->arena != NULL;
}

void row_reader_release(struct row_reader *reader)
{
    csv_release(&reader->csv);
    decoder_release(&reader->decoder);
    if (reader->arena != NULL)
        arena_free(reader->arena);
}

static enum row_status refuse(struct row_reader *reader, const char *why)
{
    snprintf(reader->why, sizeof reader->why, "%s", why);
    return ROW_REFUSED;
}

static enum row_status refuse_file(struct row_reader *reader, const char *why)
{
    refuse(reader, why);
    return ROW_FILE_REFUSED;
}

static enum row_status end_of(struct row_reader *reader)
{
    return reader->foreign == NULL ? ROW_END : refuse_file(reader, reader->foreign);
}

/* ---- the first row of CSV ---- */

static enum row_status name_column(struct row_reader *reader, size_t column, const char *cell)
{
    enum err err = column_name_fold(cell, reader->arena, &reader->folded[column]);

    if (err == ERR_INVALID_VALUE) {
        snprintf(reader->why, sizeof reader->why,
                 "the first row must name the columns: the name of column %zu is not UTF-8; save "
                 "the file as UTF-8",
                 column + 1);
        return ROW_FILE_REFUSED;
    }
    /* as it is written, without what is around it */
    while (err == ERR_NONE && *cell != '\0' && strchr(" \t\r\n", *cell) != NULL)
        cell++;
    size_t len = strlen(cell);
    while (len > 0 && strchr(" \t\r\n", cell[len - 1]) != NULL)
        len--;
    if (err == ERR_NONE)
        reader->columns[column] = arena_copy(reader->arena, cell, len);
    return err == ERR_NONE && reader->columns[column] != NULL ? ROW_READ : ROW_FAILED;
}

static bool named_before(const struct row_reader *reader, size_t column)
{
    for (size_t i = 0; i < column; i++)
        if (strcmp(reader->columns[i], reader->columns[column]) == 0)
            return true;
    return false;
}

/* Until somebody says what is wanted. */
static void take_all(struct row_reader *reader)
{
    for (size_t i = 0; i < reader->column_count; i++)
        if (reader->folded[i][0] != '\0' && !named_before(reader, i))
            reader->members[reader->member_count++] = (struct row_member){reader->columns[i], i};
}

static enum row_status name_columns(struct row_reader *reader, const struct csv_row *row)
{
    bool any = false;

    reader->columns = ARENA_ARRAY(reader->arena, const char *, row->count + 1);
    reader->folded = ARENA_ARRAY(reader->arena, const char *, row->count + 1);
    reader->members = ARENA_ARRAY(reader->arena, struct row_member, row->count + 1);
    if (arena_failed(reader->arena))
        return ROW_FAILED;
    for (size_t i = 0; i < row->count; i++) {
        enum row_status status = name_column(reader, i, row->cells[i]);
        if (status != ROW_READ)
            return status;
        any = any || reader->folded[i][0] != '\0';
    }
    reader->column_count = row->count;
    if (!any)
        return refuse_file(reader, "the first row must name the columns: it is blank");
    const char *foreign = file_kind_foreign(row->cells[0], row->lens[0]);
    if (foreign != NULL) /* in UTF-16 */
        return refuse_file(reader, foreign);
    if (row->cells[0][0] == '{' || row->cells[0][0] == '[')
        return refuse_file(reader,
                           "the first row must name the columns, and this begins like JSON");
    take_all(reader);
    return ROW_READ;
}

enum row_status row_reader_columns(struct row_reader *reader)
{
    if (reader->format == ROWS_NDJSON || reader->columns != NULL)
        return ROW_READ;
    enum csv_status status = csv_next(&reader->csv, &reader->cells);
    reader->line = reader->cells.line;
    switch (status) {
    case CSV_ROW:
        return name_columns(reader, &reader->cells);
    case CSV_END:
        return end_of(reader);
    case CSV_REFUSED:
        return refuse_file(reader, reader->cells.why);
    case CSV_FAILED:
        break;
    }
    return ROW_FAILED;
}

/* ---- what is wanted of it ---- */

/* The columns that are called so; whether there are several. The first two are noted. */
static size_t find_columns(const struct row_reader *reader, const char *const *names,
                           const char *name, size_t found[2])
{
    size_t count = 0;

    for (size_t i = 0; i < reader->column_count; i++)
        if (strcmp(names[i], name) == 0) {
            if (count < 2)
                found[count] = i;
            count++;
        }
    return count;
}

static enum row_status want(struct row_reader *reader, const char *name)
{
    const char *folded;
    size_t found[2];

    if (column_name_fold(name, reader->arena, &folded) != ERR_NONE)
        return ROW_FAILED;
    size_t count = find_columns(reader, reader->columns, name, found);
    if (count == 0 && folded[0] != '\0')
        count = find_columns(reader, reader->folded, folded, found);
    if (count > 1) {
        snprintf(
            reader->why, sizeof reader->why,
            "columns %zu and %zu are both called \"%.100s\": which of them is meant? Rename one",
            found[0] + 1, found[1] + 1, reader->columns[found[0]]);
        return ROW_FILE_REFUSED;
    }
    if (count == 1)
        reader->members[reader->member_count++] = (struct row_member){name, found[0]};
    return ROW_READ;
}

enum row_status row_reader_want(struct row_reader *reader, const char *const *names, size_t count)
{
    enum row_status status = ROW_READ;

    if (reader->format == ROWS_NDJSON)
        return ROW_READ;
    reader->members = ARENA_ARRAY(reader->arena, struct row_member, count + 1);
    reader->member_count = 0;
    if (reader->members == NULL)
        return ROW_FAILED;
    for (size_t i = 0; status == ROW_READ && i < count; i++)
        status = want(reader, names[i]);
    return status;
}

bool row_reader_has(const struct row_reader *reader, const char *name)
{
    if (reader->format == ROWS_NDJSON)
        return true;
    for (size_t i = 0; i < reader->member_count; i++)
        if (strcmp(reader->members[i].name, name) == 0)
            return true;
    return false;
}

/* ---- rows ---- */

static bool is_blank(const char *cell)
{
    return cell[strspn(cell, " \t\r\n")] == '\0';
}

/* How many cells there are without blank ones at the end. */
static size_t filled(const struct csv_row *row)
{
    size_t count = row->count;

    while (count > 0 && is_blank(row->cells[count - 1]))
        count--;
    return count;
}

static enum row_status refuse_cell(struct row_reader *reader, const char *name)
{
    snprintf(reader->why, sizeof reader->why, "/%.100s: it is not UTF-8; save the file as UTF-8",
             name);
    return ROW_REFUSED;
}

static enum row_status refuse_wide(struct row_reader *reader, size_t count)
{
    snprintf(
        reader->why, sizeof reader->why,
        "it has %zu cells, and the first row names %zu columns: a cell with the separator in it "
        "wants quotes",
        count, reader->column_count);
    return ROW_REFUSED;
}

static enum row_status take_cells(struct row_reader *reader, json_t **row)
{
    const struct csv_row *cells = &reader->cells;
    json_t *taken = json_object();

    if (taken == NULL)
        return ROW_FAILED;
    for (size_t i = 0; i < reader->member_count; i++) {
        const struct row_member *member = &reader->members[i];
        bool there = member->column < cells->count;
        json_t *text = there
                           ? json_stringn(cells->cells[member->column], cells->lens[member->column])
                           : json_string("");
        if (text != NULL && json_object_set_new_nocheck(taken, member->name, text) == 0)
            continue;
        json_decref(taken);
        bool broken =
            there && !utf8_is_whole(cells->cells[member->column], cells->lens[member->column]);
        return broken ? refuse_cell(reader, member->name) : ROW_FAILED;
    }
    *row = taken;
    return ROW_READ;
}

static enum row_status next_of_csv(struct row_reader *reader, json_t **row)
{
    enum row_status begun = row_reader_columns(reader);

    if (begun != ROW_READ)
        return begun;
    for (;;) {
        enum csv_status status = csv_next(&reader->csv, &reader->cells);
        reader->line = reader->cells.line;
        if (status == CSV_REFUSED)
            return refuse(reader, reader->cells.why);
        if (status != CSV_ROW)
            return status == CSV_END ? end_of(reader) : ROW_FAILED;
        size_t count = filled(&reader->cells);
        if (count > reader->column_count)
            return refuse_wide(reader, count);
        if (count > 0)
            return take_cells(reader, row);
    }
}

static enum row_status next_of_ndjson(struct row_reader *reader, json_t **row)
{
    struct csv_row *line = &reader->cells;
    json_error_t error;
    enum csv_status status = csv_next_line(&reader->csv, line);

    reader->line = line->line;
    if (status == CSV_REFUSED)
        return refuse(reader, line->why);
    if (status != CSV_ROW)
        return status == CSV_END ? end_of(reader) : ROW_FAILED;
    *row = json_loadb(line->cells[0], line->lens[0], JSON_REJECT_DUPLICATES, &error);
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

/* Cells with their ends, so that what moves from one to the next makes a difference. */
void row_reader_digest(const struct row_reader *reader, uint8_t out[DIGEST_BYTES])
{
    const struct csv_row *cells = &reader->cells;
    size_t count = filled(cells);
    size_t len = count == 0
                     ? 0
                     : (size_t)(cells->cells[count - 1] - cells->cells[0]) + cells->lens[count - 1];
    const struct digest_part part = {count == 0 ? "" : cells->cells[0], len};

    digest_sha256(&part, 1, out);
}
