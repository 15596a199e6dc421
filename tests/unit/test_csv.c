/* Rows of CSV and lines of JSON, as files really have them. */
#include "base/csv.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file in memory that comes in pieces of so many bytes. */
struct source {
    const char *text;
    size_t len;
    size_t at;
    size_t piece;
    bool breaks; /* reading fails after the text */
};

static bool bring(void *context, char *bytes, size_t size, size_t *len)
{
    struct source *source = context;
    size_t left = source->len - source->at;

    *len = left < source->piece ? left : source->piece;
    if (*len > size)
        *len = size;
    memcpy(bytes, source->text + source->at, *len);
    source->at += *len;
    return !source->breaks || left > 0;
}

static char seen[8192];
static size_t seen_len;

static void say(const char *text)
{
    size_t len = strlen(text);

    ck_assert_uint_lt(seen_len + len, sizeof seen);
    memcpy(seen + seen_len, text, len + 1);
    seen_len += len;
}

static void say_line(int64_t line)
{
    char text[24];

    snprintf(text, sizeof text, "%lld:", (long long)line);
    say(text);
}

/* "1:[a][b]\n", or "1:!why\n". */
static const char *read_all(const char *text, size_t len, size_t piece,
                            enum csv_status (*next)(struct csv *, struct csv_row *))
{
    struct source source = {text, len, 0, piece, false};
    struct csv csv;
    struct csv_row row;
    enum csv_status status;

    seen_len = 0;
    seen[0] = '\0';
    ck_assert(csv_init(&csv, bring, &source));
    while ((status = next(&csv, &row)) != CSV_END) {
        ck_assert_int_ne(status, CSV_FAILED);
        say_line(row.line);
        if (status == CSV_REFUSED) {
            say("!");
            say(row.why);
        }
        for (size_t i = 0; status == CSV_ROW && i < row.count; i++) {
            ck_assert_uint_eq(row.lens[i], strlen(row.cells[i]));
            say("[");
            say(row.cells[i]);
            say("]");
        }
        say("\n");
    }
    csv_release(&csv);
    return seen;
}

static const struct {
    const char *text;
    const char *rows;
} tables[] = {
    {"", ""},
    {"a,b\n1,2\n", "1:[a][b]\n2:[1][2]\n"},
    {"a,b\r\n1,2\r\n", "1:[a][b]\n2:[1][2]\n"},
    {"a,b\n1,2", "1:[a][b]\n2:[1][2]\n"},
    {"\xef\xbb\xbf"
     "a,b\n",
     "1:[a][b]\n"},
    {"a,,\n,,c\n", "1:[a][][]\n2:[][][c]\n"},
    {"\"a\",\"b,c\",\"d \"\"e\"\"\"\n", "1:[a][b,c][d \"e\"]\n"},
    {"\"two\nlines\",x\nnext,y\n", "1:[two\nlines][x]\n3:[next][y]\n"},
    {"\"two\r\nlines\"\r\nnext\r\n", "1:[two\r\nlines]\n3:[next]\n"},
    {"a\n\n\r\nb\n", "1:[a]\n4:[b]\n"},
    {"a\rb,c\n", "1:[a\rb][c]\n"},
    {"5\" pipe,x\n", "1:[5\" pipe][x]\n"},
    {"\"a\"b,c\nnext\n", "1:!text follows a closing quote\n2:[next]\n"},
    {"a\n\"never closed\nb\n", "1:[a]\n2:!a quoted cell is not closed\n"},
    {"\"\"\n", "1:[]\n"},
    {"a;b;c\n1,5;\"2;3\";\n", "1:[a][b][c]\n2:[1,5][2;3][]\n"},
    {"\r\n\"a\";\"b, c, d\"\n1;2\n", "2:[a][b, c, d]\n3:[1][2]\n"},
    {"a\tb, c\td\n1\t\t3\n", "1:[a][b, c][d]\n2:[1][][3]\n"},
    {"a,b;c\n1,2\n", "1:[a][b;c]\n2:[1][2]\n"},
    {"a\n1;2;3\n", "1:[a]\n2:[1;2;3]\n"},
    {"a|b, c|d\n1|2|\n", "1:[a][b, c][d]\n2:[1][2][]\n"},
    /* old Macs */
    {"a,b\r1,2\r", "1:[a][b]\n2:[1][2]\n"},
    {"a,b\r\"1\r1\",2\r\r3,4", "1:[a][b]\n2:[1\r1][2]\n5:[3][4]\n"},
    /* Excel names the separator */
    {"sep=;\na,b;c\n1;2\n", "2:[a,b][c]\n3:[1][2]\n"},
    {"\xef\xbb\xbf"
     "SEP=\t\r\na,b\tc\r\n",
     "2:[a,b][c]\n"},
    {"\"sep=,\"\na,b;c;d\n", "2:[a][b;c;d]\n"},
    {"sep=;\ra;b\r1,1;2\r", "2:[a][b]\n3:[1,1][2]\n"},
    {"sep=;;\n1;2\n", "1:[sep=][][]\n2:[1][2]\n"},
    {"sep=;", ""},
};

START_TEST(tables_as_they_are)
{
    const char *text = tables[_i].text;

    for (size_t piece = 1; piece < 9; piece++)
        ck_assert_str_eq(read_all(text, strlen(text), piece, csv_next), tables[_i].rows);
}
END_TEST

START_TEST(lines)
{
    static const char text[] = "{\"a\":1}\r\n\n{\"b\":\"x, \\\"y\\\"\"}\n[1]";

    ck_assert_str_eq(read_all(text, strlen(text), 4, csv_next_line),
                     "1:[{\"a\":1}]\n3:[{\"b\":\"x, \\\"y\\\"\"}]\n4:[[1]]\n");
}
END_TEST

START_TEST(a_nul_is_refused)
{
    ck_assert_str_eq(read_all("a\0b\nc\n", 6, 64, csv_next), "1:!it holds a NUL byte\n2:[c]\n");
}
END_TEST

START_TEST(a_long_row_is_refused_alone)
{
    size_t len = 2 * CSV_ROW_MAX_BYTES;
    char *text = malloc(len + 3);

    memset(text, 'x', len);
    memcpy(text + len, "\ny", 3);
    ck_assert_str_eq(read_all(text, len + 2, 4096, csv_next), "1:!the row is too long\n2:[y]\n");
    memset(text, ',', len);
    ck_assert_str_eq(read_all(text, len + 2, 4096, csv_next),
                     "1:!it has too many columns\n2:[y]\n");
    free(text);
}
END_TEST

START_TEST(the_widest_row)
{
    struct source source = {.piece = 100};
    char text[CSV_COLUMNS_MAX + 1];
    struct csv csv;
    struct csv_row row;

    memset(text, ',', sizeof text);
    text[CSV_COLUMNS_MAX - 1] = '\n';
    source.text = text;
    source.len = CSV_COLUMNS_MAX;
    ck_assert(csv_init(&csv, bring, &source));
    ck_assert_int_eq(csv_next(&csv, &row), CSV_ROW);
    ck_assert_uint_eq(row.count, CSV_COLUMNS_MAX);
    csv_release(&csv);
}
END_TEST

START_TEST(bytes_that_cannot_be_had)
{
    struct source source = {"a,b\n1,", 6, 0, 64, true};
    struct csv csv;
    struct csv_row row;

    ck_assert(csv_init(&csv, bring, &source));
    ck_assert_int_eq(csv_next(&csv, &row), CSV_ROW);
    ck_assert_int_eq(csv_next(&csv, &row), CSV_FAILED);
    csv_release(&csv);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "csv");

    EACH(tcase, tables_as_they_are, tables);
    TESTS(tcase, lines, a_nul_is_refused, a_long_row_is_refused_alone, the_widest_row,
          bytes_that_cannot_be_had);
}
