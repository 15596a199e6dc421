/* A report's answer: columns that are read and made, links that say what was asked, and a table
 * that no spreadsheet runs. */
#include "base/csv_out.h"
#include "core/report/report.h"
#include "suite.h"

#include <jansson.h>
#include <string.h>

#define ANSWER_BYTES (1 << 20)
#define NOW          ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

static struct arena *arena;

static const struct report report = {
    .name = "fruit",
    .dimensions = {"colour", "origin"},
    .cuts = 1,
    .columns = {{"all", REPORT_LEADS},
                {"ripe", REPORT_LEADS},
                {"ripe_share", REPORT_SHARE, .part = "ripe", .whole = "all",
                 .published = {270, 270, "us"}},
                {"minutes", REPORT_MINUTES},
                {"picked", REPORT_MOMENT},
                {"trees", REPORT_LEADS, .of_whole = true}},
};

static const struct config config;
static const struct report_query query = {.config = &config,
                                          .from = NOW - INSTANT_DAY,
                                          .to = NOW,
                                          .as_of = INSTANT_NONE,
                                          .cuts = {0, 1},
                                          .cut_count = 2};

static void set_up(void)
{
    arena = arena_new(1 << 22);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct report_rows rows_of(struct report_row *items, size_t count)
{
    return (struct report_rows){
        .items = items,
        .count = count,
        .whole = {.numbers = {12, 1, 0, REPORT_NO_NUMBER, REPORT_NO_NUMBER, 3}}};
}

static json_t *written(struct report_rows *rows)
{
    struct json_out out;

    json_out_init(&out, arena, ANSWER_BYTES);
    report_write_json(&report, &query, rows, &out);
    json_t *json = json_loadb(out.written.text, out.written.len, 0, NULL);
    ck_assert_ptr_nonnull(json);
    return json;
}

START_TEST(a_share_is_made_of_two_columns_and_rounded_to_tenths)
{
    struct report_row items[] = {
        {.values = {"red", NULL}, .numbers = {8, 1, 0, 90, NOW}},
        {.values = {"green", "a & b"}, .numbers = {3, 2, 0, REPORT_NO_NUMBER, REPORT_NO_NUMBER}},
    };
    struct report_rows rows = rows_of(items, 2);
    json_t *json = written(&rows);
    json_t *red = json_array_get(json_object_get(json, "data"), 0);
    json_t *green = json_array_get(json_object_get(json, "data"), 1);
    json_t *totals = json_object_get(json, "totals");

    ck_assert_double_eq(json_real_value(json_object_get(red, "ripe_share")), 12.5);
    ck_assert_double_eq(json_real_value(json_object_get(green, "ripe_share")), 66.7);
    ck_assert_double_eq(json_real_value(json_object_get(totals, "ripe_share")), 8.3);
    ck_assert_int_eq(json_integer_value(json_object_get(red, "minutes")), 90);
    ck_assert(json_is_null(json_object_get(green, "minutes")));
    ck_assert_str_eq(json_string_value(json_object_get(red, "picked")), "2026-11-22T10:00:00Z");
    ck_assert_ptr_null(json_object_get(red, "trees"));
    ck_assert_int_eq(json_integer_value(json_object_get(totals, "trees")), 3);
    json_decref(json);
}
END_TEST

START_TEST(a_link_says_the_question_and_the_row)
{
    struct report_row items[] = {{.values = {"a & b", NULL}, .numbers = {8, 1, 0, 90, NOW}}};
    struct report_rows rows = rows_of(items, 1);
    json_t *json = written(&rows);
    json_t *links = json_object_get(json_array_get(json_object_get(json, "data"), 0), "links");

    ck_assert_uint_eq(json_object_size(links), 2); /* all, ripe: what counts in rows */
    ck_assert_str_eq(json_string_value(json_object_get(links, "ripe")),
                     "/v1/reports/fruit/leads?from=2026-11-21T10:00:00Z&to=2026-11-22T10:00:00Z"
                     "&by=colour&then_by=origin&column=ripe&row=%5B%22a%20%26%20b%22%2Cnull%5D");
    json_decref(json);
}
END_TEST

START_TEST(a_table_is_no_program)
{
    struct report_row items[] = {{.values = {"=HYPERLINK(\"x\")", "-1"}, .numbers = {8}}};
    struct report_rows rows = rows_of(items, 1);
    struct text_out out;

    text_out_init(&out, arena, ANSWER_BYTES);
    report_write_csv(&report, &query, &rows, &out);
    ck_assert_ptr_nonnull(
        strstr(out.text, "colour,origin,all,ripe,ripe_share,minutes,picked,link\r\n"
                         "\"'=HYPERLINK(\"\"x\"\")\",'-1,8,0,0.0,0,1970-01-01T00:00:00Z,/v1/"));
}
END_TEST

static const struct {
    const char *text;
    const char *cell;
} cells[] = {
    {NULL, ""},
    {"", ""},
    {"google", "google"},
    {"a,b", "\"a,b\""},
    {"=1+1", "'=1+1"},
    {"+1", "'+1"},
    {"@x", "'@x"},
    {"\tx", "'\tx"},
    {"a=b", "a=b"},
    {"\rx", "\"'\rx\""},
    {"a\"b", "\"a\"\"b\""},
    {"-", "'-"},
};

START_TEST(a_cell_is_quoted_where_it_must_be)
{
    struct text_out out;

    text_out_init(&out, arena, ANSWER_BYTES);
    text_out_put(&out, "|");
    csv_out_cell(&out, cells[_i].text);
    ck_assert_str_eq(out.text + 1, cells[_i].cell);
}
END_TEST

START_TEST(rows_of_a_few_leads_are_left_out)
{
    struct report_row items[] = {{.numbers = {5}, .leads = 5},
                                 {.numbers = {9}, .leads = 4}, /* one lead, over and over */
                                 {.numbers = {9}, .leads = 9}};
    struct report_rows rows = rows_of(items, 3);

    report_leave_out(&rows, 5);
    ck_assert_uint_eq(rows.count, 2);
    ck_assert_uint_eq(rows.left_out, 1);
    ck_assert_int_eq(rows.items[1].numbers[0], 9);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "report");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, a_share_is_made_of_two_columns_and_rounded_to_tenths,
          a_link_says_the_question_and_the_row, a_table_is_no_program,
          rows_of_a_few_leads_are_left_out);
    EACH(t, a_cell_is_quoted_where_it_must_be, cells);
}
