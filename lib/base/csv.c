#include "base/csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define END (-1)

bool csv_init(struct csv *csv, csv_read *read, void *context)
{
    *csv = (struct csv){.read = read, .context = context, .line = 1, .line_end = '\n'};
    csv->bytes = malloc(CSV_READ_SIZE_BYTES);
    csv->text = malloc(CSV_ROW_MAX_BYTES + CSV_COLUMNS_MAX);
    csv->starts = malloc(CSV_COLUMNS_MAX * sizeof *csv->starts);
    csv->lens = malloc(CSV_COLUMNS_MAX * sizeof *csv->lens);
    csv->cells = malloc(CSV_COLUMNS_MAX * sizeof *csv->cells);
    csv->failed = csv->bytes == NULL || csv->text == NULL || csv->starts == NULL ||
                  csv->lens == NULL || csv->cells == NULL;
    return !csv->failed;
}

void csv_release(struct csv *csv)
{
    free(csv->bytes);
    free(csv->text);
    free(csv->starts);
    free(csv->lens);
    free(csv->cells);
}

/* ---- bytes ---- */

static void fetch(struct csv *csv)
{
    size_t len = 0;

    csv->failed =
        !csv->read(csv->context, csv->bytes + csv->len, CSV_READ_SIZE_BYTES - csv->len, &len);
    csv->ended = csv->failed || len == 0;
    csv->len += len;
}

/* One byte of look-ahead is enough to recognise a CR before an LF, and doubled quotes. */
static int peek(struct csv *csv)
{
    if (csv->at == csv->len && !csv->ended && !csv->failed) {
        csv->at = csv->len = 0;
        fetch(csv);
    }
    return csv->at == csv->len ? END : (unsigned char)csv->bytes[csv->at];
}

static int take(struct csv *csv)
{
    int byte = peek(csv);

    if (byte == END)
        return END;
    csv->at++;
    csv->line += byte == csv->line_end;
    return byte;
}

static bool take_if(struct csv *csv, int wanted)
{
    if (peek(csv) != wanted)
        return false;
    take(csv);
    return true;
}

/* Skips U+FEFF in UTF-8 at the very beginning, however the bytes are split. */
static void skip_mark(struct csv *csv)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t len = sizeof mark - 1;

    if (csv->line != 1 || peek(csv) == END || csv->at != 0)
        return;
    while (csv->len < len && !csv->ended)
        fetch(csv);
    if (csv->len >= len && memcmp(csv->bytes, mark, len) == 0)
        csv->at = len;
}

/* ---- the separator ---- */

static const char separators[] = {',', ';', '\t', '|'};

#define SEPARATORS (sizeof separators)

/* What the first line says of the file. */
struct first_line {
    size_t counts[SEPARATORS]; /* how often each is there, outside quotes */
    size_t len;                /* without its end */
    int end;                   /* the byte that ends it: old Macs write CR alone */
};

/* False: the end of the line has not been read yet. A CR alone ends it only where no LF follows at
 * all, as far as there is room to look: else it is part of a cell. */
static bool look_at_line(const struct csv *csv, struct first_line *line)
{
    bool is_whole = csv->ended || csv->failed || csv->len == CSV_READ_SIZE_BYTES;
    struct first_line to_cr = {.end = '\n'};
    bool is_quoted = false;

    *line = to_cr;
    for (size_t at = csv->at; at < csv->len; at++) {
        char byte = csv->bytes[at];
        line->len = at - csv->at;
        if (byte == '\n' && !is_quoted)
            return true;
        if (byte == '\r' && !is_quoted && to_cr.end == '\n') {
            to_cr = *line;
            to_cr.end = '\r';
        }
        is_quoted ^= byte == '"';
        for (size_t i = 0; i < SEPARATORS; i++)
            line->counts[i] += byte == separators[i] && !is_quoted;
    }
    line->len = csv->len - csv->at;
    if (to_cr.end == '\r')
        *line = to_cr;
    return is_whole;
}

/* Stands at the first row's first byte; the whole line is fetched, as far as there is room. */
static void fetch_line(struct csv *csv, struct first_line *line)
{
    memmove(csv->bytes, csv->bytes + csv->at, csv->len - csv->at);
    csv->len -= csv->at;
    csv->at = 0;
    while (!look_at_line(csv, line))
        fetch(csv);
}

static bool is_separator(char byte)
{
    return byte != '"' && byte != '\r' && byte != '\n' && byte != '\0' && (byte & 0x80) == 0;
}

/* Excel's own: a first line "sep=;" names the separator, and is no row. */
static bool take_named_separator(struct csv *csv, const struct first_line *line)
{
    const char *text = csv->bytes + csv->at;
    size_t len = line->len;

    if (len > 0 && text[len - 1] == '\r')
        len--;
    if (len == 7 && text[0] == '"' && text[6] == '"') {
        text++;
        len = 5;
    }
    if (len != 5 || strncasecmp(text, "sep=", 4) != 0 || !is_separator(text[4]))
        return false;
    csv->separator = text[4];
    for (size_t i = 0; i < line->len; i++)
        take(csv);
    take(csv);
    return true;
}

static void find_separator(struct csv *csv, const struct first_line *line)
{
    size_t most = 0;

    for (size_t i = 1; i < SEPARATORS; i++)
        if (line->counts[i] > line->counts[most])
            most = i;
    csv->separator = separators[most];
}

/* ---- cells ---- */

static void keep(struct csv *csv, int byte)
{
    if (byte == '\0')
        csv->why = "it holds a NUL byte";
    else if (csv->text_len >= CSV_ROW_MAX_BYTES)
        csv->why = "the row is too long";
    if (csv->why == NULL)
        csv->text[csv->text_len++] = (char)byte;
}

static void begin_cell(struct csv *csv)
{
    if (csv->count == CSV_COLUMNS_MAX)
        csv->why = "it has too many columns";
    if (csv->why == NULL)
        csv->starts[csv->count] = csv->text_len;
}

static void end_cell(struct csv *csv)
{
    if (csv->why != NULL)
        return;
    csv->lens[csv->count] = csv->text_len - csv->starts[csv->count];
    csv->text[csv->text_len++] = '\0';
    csv->count++;
}

static bool at_line_end(struct csv *csv)
{
    int byte = peek(csv);

    return byte == END || byte == '\n' || byte == csv->line_end;
}

static void quoted(struct csv *csv)
{
    int byte;

    while ((byte = take(csv)) != END) {
        if (byte == '"' && !take_if(csv, '"'))
            return;
        keep(csv, byte);
    }
    csv->why = "a quoted cell is not closed";
}

/* Up to the separator or the line's end, which stays. Where lines end with LF, a CR belongs to the
 * end only before it. */
static void plain(struct csv *csv)
{
    while (!at_line_end(csv) && peek(csv) != csv->separator) {
        int byte = take(csv);
        if (byte != '\r' || !at_line_end(csv))
            keep(csv, byte);
    }
}

static void skip_to_line_end(struct csv *csv)
{
    while (!at_line_end(csv))
        take(csv);
}

static void cell(struct csv *csv)
{
    begin_cell(csv);
    if (!take_if(csv, '"')) {
        plain(csv);
    } else {
        quoted(csv);
        take_if(csv, '\r');
        if (!at_line_end(csv) && peek(csv) != csv->separator) {
            csv->why = "text follows a closing quote";
            skip_to_line_end(csv);
        }
    }
    end_cell(csv);
}

/* ---- rows ---- */

static bool begin_row(struct csv *csv, struct csv_row *row)
{
    skip_mark(csv);
    while (peek(csv) == '\n' || peek(csv) == '\r')
        take(csv);
    csv->text_len = csv->count = 0;
    csv->why = NULL;
    *row = (struct csv_row){.line = csv->line};
    return peek(csv) != END;
}

static enum csv_status end_row(struct csv *csv, struct csv_row *row)
{
    take(csv);
    if (csv->failed)
        return CSV_FAILED;
    for (size_t i = 0; i < csv->count; i++)
        csv->cells[i] = csv->text + csv->starts[i];
    row->cells = csv->cells;
    row->lens = csv->lens;
    row->count = csv->count;
    row->why = csv->why;
    return csv->why == NULL ? CSV_ROW : CSV_REFUSED;
}

/* False: there is no row. */
static bool read_first_line(struct csv *csv, struct csv_row *row)
{
    struct first_line line;

    fetch_line(csv, &line);
    csv->line_end = line.end;
    if (!take_named_separator(csv, &line)) {
        find_separator(csv, &line);
        return true;
    }
    return begin_row(csv, row);
}

enum csv_status csv_next(struct csv *csv, struct csv_row *row)
{
    if (!begin_row(csv, row))
        return csv->failed ? CSV_FAILED : CSV_END;
    if (csv->separator == 0 && !read_first_line(csv, row))
        return csv->failed ? CSV_FAILED : CSV_END;
    cell(csv);
    while (take_if(csv, csv->separator))
        cell(csv);
    return end_row(csv, row);
}

enum csv_status csv_next_line(struct csv *csv, struct csv_row *row)
{
    if (!begin_row(csv, row))
        return csv->failed ? CSV_FAILED : CSV_END;
    begin_cell(csv);
    while (!at_line_end(csv)) {
        int byte = take(csv);
        if (byte != '\r' || !at_line_end(csv))
            keep(csv, byte);
    }
    end_cell(csv);
    return end_row(csv, row);
}
