/* Files as people have them, read as rows; and where the columns are that a mapping speaks of. */
#include "base/row_reader.h"
#include "suite.h"

#include <string.h>

struct text {
    const char *bytes;
    size_t len;
};

static bool bring(void *context, char *bytes, size_t size, size_t *len)
{
    struct text *text = context;

    *len = text->len < 3 ? text->len : 3;
    *len = *len < size ? *len : size;
    memcpy(bytes, text->bytes, *len);
    text->bytes += *len;
    text->len -= *len;
    return true;
}

static struct row_reader reader;
static struct text text;

static void open_text(const char *bytes)
{
    text = (struct text){bytes, strlen(bytes)};
    ck_assert(row_reader_init(&reader, ROWS_CSV, bring, &text));
}

static void expect_row(const char *wanted)
{
    json_t *row = NULL;

    ck_assert_int_eq(row_reader_next(&reader, &row), ROW_READ);
    char *found = json_dumps(row, JSON_COMPACT | JSON_SORT_KEYS);
    ck_assert_str_eq(found, wanted);
    free(found);
    json_decref(row);
}

static void expect_refused(enum row_status wanted, const char *why)
{
    json_t *row = NULL;
    enum row_status status = row_reader_next(&reader, &row);

    ck_assert_int_eq(status, wanted);
    ck_assert_msg(strstr(reader.why, why) != NULL, "wanted %s in %s", why, reader.why);
}

START_TEST(rows_as_they_are)
{
    json_t *row;

    open_text("Id,,Note,Note\n1,x,a,b\n\n,,,\n2\n3,x,y,z,,\n4,x,y,z,w\n");
    expect_row("{\"Id\":\"1\",\"Note\":\"a\"}");
    expect_row("{\"Id\":\"2\",\"Note\":\"\"}");
    expect_row("{\"Id\":\"3\",\"Note\":\"y\"}");
    expect_refused(ROW_REFUSED, "it has 5 cells, and the first row names 4 columns");
    ck_assert_int_eq(row_reader_next(&reader, &row), ROW_END);
    row_reader_release(&reader);
}
END_TEST

/* The column that is written so, else the one that is the same but for case, spaces and what cannot
 * be seen. */
START_TEST(names_as_people_write_them)
{
    static const char *const names[] = {"E-Mail", "Company Size", "absent", "note"};

    open_text("E-MAIL,e-mail ,E-Mail,\xe2\x80\x8b COMPANY\xc2\xa0SIZE,Note\na,b,c,d,e\n");
    ck_assert_int_eq(row_reader_columns(&reader), ROW_READ);
    ck_assert_int_eq(row_reader_want(&reader, names, 4), ROW_READ);
    ck_assert(row_reader_has(&reader, "note"));
    ck_assert(!row_reader_has(&reader, "absent"));
    expect_row("{\"Company Size\":\"d\",\"E-Mail\":\"c\",\"note\":\"e\"}");
    row_reader_release(&reader);
}
END_TEST

START_TEST(two_columns_that_may_be_meant)
{
    static const char *const name[] = {"email"};

    open_text("Id,EMAIL,E Mail\n");
    ck_assert_int_eq(row_reader_columns(&reader), ROW_READ);
    ck_assert_int_eq(row_reader_want(&reader, name, 1), ROW_FILE_REFUSED);
    ck_assert_msg(strstr(reader.why, "columns 2 and 3") != NULL, "%s", reader.why);
    row_reader_release(&reader);
}
END_TEST

START_TEST(what_is_no_table)
{
    static const char *const files[][2] = {
        {"PK\003\004...", "a workbook"},
        {"\xd0\xcf\x11\xe0...", "an old workbook"},
        {" \n<!DOCTYPE html>", "a page"},
        {"<?xml version='1.0'?>", "XML"},
        {"\x1f\x8b\x08", "gzip"},
        {"%PDF-1.4", "a PDF"},
        {"{\"Id\": 1}\n", "begins like JSON"},
        {",,\n1,2,3\n", "it is blank"},
    };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        open_text(files[i][0]);
        expect_refused(ROW_FILE_REFUSED, files[i][1]);
        row_reader_release(&reader);
    }
}
END_TEST

/* By content, however it is written; a cell that moves is another content. */
START_TEST(the_same_content)
{
    uint8_t one[DIGEST_BYTES], two[DIGEST_BYTES], three[DIGEST_BYTES];
    json_t *row;

    open_text("a,b,c\nx,y,\n\"x\",y\nx,,y\n");
    ck_assert_int_eq(row_reader_next(&reader, &row), ROW_READ);
    json_decref(row);
    row_reader_digest(&reader, one);
    ck_assert_int_eq(row_reader_next(&reader, &row), ROW_READ);
    json_decref(row);
    row_reader_digest(&reader, two);
    ck_assert_int_eq(row_reader_next(&reader, &row), ROW_READ);
    json_decref(row);
    row_reader_digest(&reader, three);
    ck_assert_mem_eq(one, two, sizeof one);
    ck_assert_mem_ne(one, three, sizeof one);
    row_reader_release(&reader);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "row_reader");

    TESTS(tcase, rows_as_they_are, names_as_people_write_them, two_columns_that_may_be_meant,
          what_is_no_table, the_same_content);
}
