#include "import/import_preview.h"

#include "base/json_tree.h"
#include "base/utf8.h"
#include "core/intake/export.h"

#include <stdio.h>
#include <string.h>

#define ROWS_SHOWN       5
#define SAMPLE_MAX_BYTES 120

bool import_begin_bring(void *context, char *bytes, size_t size, size_t *len)
{
    struct import_begin *left = context;

    *len = left->len < size ? left->len : size;
    memcpy(bytes, left->bytes, *len);
    left->bytes += *len;
    left->len -= *len;
    return true;
}

/* The first rows, a text or NULL for each column. */
struct samples {
    const char **texts;
    size_t rows;
};

static const char *sample(const char *cell, size_t len, struct arena *arena)
{
    size_t shown = utf8_span(cell, len < SAMPLE_MAX_BYTES ? len : SAMPLE_MAX_BYTES);

    return shown == 0 ? NULL : arena_copy(arena, cell, shown);
}

static void take_samples(struct row_reader *reader, struct arena *arena, struct samples *out)
{
    size_t columns = reader->column_count;
    json_t *row;

    out->rows = 0;
    out->texts = ARENA_ARRAY(arena, const char *, ROWS_SHOWN *columns + 1);
    while (out->texts != NULL && out->rows < ROWS_SHOWN &&
           row_reader_next(reader, &row) == ROW_READ) {
        json_decref(row);
        for (size_t i = 0; i < columns && i < reader->cells.count; i++)
            out->texts[out->rows * columns + i] =
                sample(reader->cells.cells[i], reader->cells.lens[i], arena);
        out->rows++;
    }
}

/* A name as a token of a JSON pointer. */
static const char *pointer_of(const char *name, struct arena *arena)
{
    char *pointer = arena_alloc(arena, 2 * strlen(name) + 2);
    size_t len = 0;

    if (pointer == NULL)
        return NULL;
    pointer[len++] = '/';
    for (; *name != '\0'; name++) {
        pointer[len++] = *name == '~' || *name == '/' ? '~' : *name;
        if (*name == '~' || *name == '/')
            pointer[len++] = *name == '~' ? '0' : '1';
    }
    pointer[len] = '\0';
    return pointer;
}

static void write_columns(const struct row_reader *reader, const struct samples *samples,
                          struct arena *arena, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < reader->column_count; i++) {
        if (reader->folded[i][0] == '\0')
            continue;
        json_out_begin_object(out);
        json_out_member_text(out, "name", reader->columns[i]);
        json_out_member_text(out, "pointer", pointer_of(reader->columns[i], arena));
        json_out_key(out, "samples");
        json_out_begin_array(out);
        for (size_t row = 0; row < samples->rows; row++)
            json_out_text(out, samples->texts[row * reader->column_count + i]);
        json_out_end_array(out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

/* Of lines of JSON the members of the first object. */
static void write_members(const json_t *first, struct arena *arena, struct json_out *out)
{
    const char *name;
    json_t *value;

    json_out_begin_array(out);
    json_object_foreach((json_t *)first, name, value)
    {
        const char *text = json_string_value(value);
        json_out_begin_object(out);
        json_out_member_text(out, "name", name);
        json_out_member_text(out, "pointer", pointer_of(name, arena));
        json_out_key(out, "samples");
        json_out_begin_array(out);
        if (text != NULL)
            json_out_text(out, sample(text, strlen(text), arena));
        json_out_end_array(out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

/* Of the export, without a team. */
static void write_mapping(const char *recognised, struct arena *arena, struct json_out *out)
{
    json_t *mapping = recognised == NULL ? NULL : export_mapping(recognised, NULL, NULL, arena);

    if (mapping == NULL)
        json_out_null(out);
    else
        json_tree_write(mapping, out);
    json_decref(mapping);
}

static void write_file(struct row_reader *reader, struct arena *arena, struct json_out *out)
{
    char separator[2] = {(char)reader->csv.separator, '\0'};
    const char *recognised = export_recognise(reader, arena);
    struct samples samples;

    take_samples(reader, arena, &samples);
    json_out_begin_object(out);
    json_out_member_text(out, "encoding", encoding_name(reader->decoder.encoding));
    json_out_member_text(out, "separator", separator);
    json_out_member_text(out, "recognised", recognised);
    json_out_key(out, "mapping");
    write_mapping(recognised, arena, out);
    json_out_key(out, "columns");
    if (samples.texts != NULL)
        write_columns(reader, &samples, arena, out);
    json_out_end_object(out);
}

/* False: its first line is no object. */
static bool write_lines(struct row_reader *reader, struct arena *arena, struct json_out *out)
{
    json_t *first;

    if (row_reader_next(reader, &first) != ROW_READ)
        return false;
    json_out_begin_object(out);
    json_out_member_text(out, "encoding", "UTF-8");
    json_out_member_null(out, "separator");
    json_out_member_null(out, "recognised");
    json_out_member_null(out, "mapping");
    json_out_key(out, "columns");
    write_members(first, arena, out);
    json_out_end_object(out);
    json_decref(first);
    return true;
}

bool import_preview_write(const struct import_begin *begin, struct arena *arena,
                          struct json_out *out, char why[ROW_WHY_MAX_BYTES])
{
    struct import_begin left = *begin;
    struct row_reader reader;
    bool read = false;

    snprintf(why, ROW_WHY_MAX_BYTES, "it is empty");
    if (!row_reader_init(&reader, begin->format, import_begin_bring, &left))
        arena_fail(arena);
    else if (begin->format == ROWS_NDJSON)
        read = write_lines(&reader, arena, out);
    else if (row_reader_columns(&reader) == ROW_READ) {
        write_file(&reader, arena, out);
        read = true;
    }
    if (!read && reader.why[0] != '\0')
        snprintf(why, ROW_WHY_MAX_BYTES, "%s", reader.why);
    row_reader_release(&reader);
    return read && !arena_failed(arena);
}
