/* Attribution: parts become rows, every conversion gives one whole credit, and the order is the
 * same for the same question, however the parts came. */
#include "core/attribution/attribution.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_BYTES (1 << 20)
#define NOW          ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(1 << 22);
}

static void tear_down(void)
{
    arena_free(arena);
}

static const struct attribution_query BY_SOURCE = {
    .setup = &ATTRIBUTION_SETUP_USUAL,
    .milestone = MILESTONE_CUSTOMER,
    .model = CREDIT_FIRST,
    .dimensions = {CUT_SOURCE},
    .dimension_count = 1,
    .timezone = "UTC",
};

static struct attribution made(const struct attribution_query *query,
                               const struct attribution_part *parts, size_t count)
{
    struct attribution answer;

    ck_assert_int_eq(attribution_make(query, parts, count, arena, &answer), ERR_NONE);
    return answer;
}

static int64_t credit_of_rows(const struct attribution *answer)
{
    int64_t sum = 0;

    for (size_t i = 0; i < answer->row_count; i++)
        sum += answer->rows[i].credit;
    return sum;
}

/* Twelve leads and five conversions: google, bing, one that came late, two without a touch that
 * counts. */
static const struct attribution_part parts[] = {
    {.values = {"google"}, .count = 7},
    {.values = {"bing"}, .count = 4},
    {.count = 1},
    {.values = {"google"},
     .conversions = true,
     .count = 1,
     .credit = 1 * CREDIT_ONE,
     .amount_minor = 500,
     .currency = "EUR"},
    {.values = {"google"},
     .conversions = true,
     .count = 1,
     .credit = 1 * CREDIT_ONE,
     .amount_minor = 250,
     .currency = "EUR"},
    {.values = {"bing"},
     .conversions = true,
     .count = 1,
     .credit = 1 * CREDIT_ONE,
     .standing = STANDING_LATE},
    {.conversions = true, .count = 1, .credit = 1 * CREDIT_ONE, .standing = STANDING_OUTSIDE},
    {.conversions = true, .count = 1, .credit = 1 * CREDIT_ONE, .standing = STANDING_UNTOUCHED},
};

enum { PARTS = sizeof parts / sizeof *parts };

START_TEST(parts_become_rows_and_credit_is_conversions)
{
    struct attribution answer = made(&BY_SOURCE, parts, PARTS);

    ck_assert_uint_eq(answer.row_count, 3);
    ck_assert_str_eq(answer.rows[0].values[0], "google");
    ck_assert_int_eq(answer.rows[0].leads, 7);
    ck_assert_int_eq(answer.rows[0].credit, 2 * CREDIT_ONE);
    ck_assert_int_eq(answer.rows[0].amount_minor, 750);
    ck_assert_ptr_null(answer.rows[1].values[0]);
    ck_assert_int_eq(answer.rows[1].credit, 2 * CREDIT_ONE);
    ck_assert_str_eq(answer.rows[2].values[0], "bing");
    ck_assert_int_eq(answer.leads, 12);
    ck_assert_int_eq(answer.conversions, 5);
    ck_assert_int_eq(credit_of_rows(&answer), answer.conversions * CREDIT_ONE);
}
END_TEST

START_TEST(what_stands_outside_is_counted_only_with_a_window)
{
    struct attribution_query query = BY_SOURCE;
    struct attribution answer = made(&query, parts, PARTS);

    ck_assert_int_eq(answer.outside_window, 0);
    ck_assert_int_eq(answer.late_first_touch, 1);
    query.window_days = 90;
    answer = made(&query, parts, PARTS);
    ck_assert_int_eq(answer.outside_window, 2);
    ck_assert_int_eq(answer.late_first_touch, 1);
}
END_TEST

START_TEST(the_order_of_parts_does_not_matter)
{
    struct attribution_part turned[PARTS];
    struct json_out first, second;

    for (int i = 0; i < PARTS; i++)
        turned[i] = parts[PARTS - 1 - i];
    struct attribution a = made(&BY_SOURCE, parts, PARTS);
    struct attribution b = made(&BY_SOURCE, turned, PARTS);
    json_out_init(&first, arena, ANSWER_BYTES);
    json_out_init(&second, arena, ANSWER_BYTES);
    attribution_write_json(&a, 1, &(struct config){0}, INSTANT_NONE, INSTANT_NONE, &first);
    attribution_write_json(&b, 1, &(struct config){0}, INSTANT_NONE, INSTANT_NONE, &second);
    ck_assert_str_eq(first.written.text, second.written.text);
}
END_TEST

START_TEST(rows_stand_by_time_then_weight_then_name)
{
    static const struct attribution_part mixed[] = {
        {.time = "2026-02-01", .values = {"b"}, .count = 9},
        {.time = "2026-01-01", .values = {"b"}, .count = 1},
        {.time = "2026-01-01", .values = {"a"}, .count = 1},
        {.time = "2026-01-01", .values = {NULL}, .count = 1},
        {.time = "2026-01-01",
         .values = {"c"},
         .conversions = true,
         .count = 1,
         .credit = 1 * CREDIT_ONE},
        {.time = "2026-01-01", .values = {"d"}, .count = 5},
    };
    static const char *const order[] = {"c", "d", "a", "b", NULL, "b"};
    struct attribution answer = made(&BY_SOURCE, mixed, 6);

    ck_assert_uint_eq(answer.row_count, 6);
    for (int i = 0; i < 6; i++)
        ck_assert_pstr_eq(answer.rows[i].values[0], order[i]);
    ck_assert_str_eq(answer.rows[5].time, "2026-02-01");
}
END_TEST

START_TEST(amounts_of_several_currencies_have_no_sum)
{
    static const struct attribution_part sold[] = {
        {.conversions = true,
         .count = 1,
         .credit = 1 * CREDIT_ONE,
         .amount_minor = 1,
         .currency = "EUR"},
        {.conversions = true, .count = 1, .credit = 1 * CREDIT_ONE},
        {.conversions = true,
         .count = 1,
         .credit = 1 * CREDIT_ONE,
         .amount_minor = 1,
         .currency = "USD"},
        {.conversions = true,
         .count = 1,
         .credit = 1 * CREDIT_ONE,
         .amount_minor = 1,
         .currency = "EUR"},
    };
    struct attribution answer = made(&BY_SOURCE, sold, 2);

    ck_assert_str_eq(answer.rows[0].currency, "EUR");
    ck_assert(!answer.rows[0].mixed);
    answer = made(&BY_SOURCE, sold, 4);
    ck_assert(answer.rows[0].mixed);
    ck_assert_int_eq(answer.rows[0].credit, 4 * CREDIT_ONE);
}
END_TEST

START_TEST(a_sum_stays_within_what_json_numbers_hold)
{
    static const struct attribution_part sold[] = {
        {.conversions = true,
         .count = 1,
         .credit = 1 * CREDIT_ONE,
         .amount_minor = ATTRIBUTION_AMOUNT_MAX,
         .currency = "EUR"},
        {.conversions = true,
         .count = 1,
         .credit = 1 * CREDIT_ONE,
         .amount_minor = 1,
         .currency = "EUR"},
        {.conversions = true,
         .count = 1,
         .credit = 1 * CREDIT_ONE,
         .amount_minor = INT64_MAX,
         .currency = "EUR"},
    };
    struct attribution answer = made(&BY_SOURCE, sold, 2);

    ck_assert_int_eq(answer.rows[0].amount_minor, ATTRIBUTION_AMOUNT_MAX);
    answer = made(&BY_SOURCE, sold, 3);
    ck_assert_int_eq(answer.rows[0].amount_minor, ATTRIBUTION_AMOUNT_MAX);
    ck_assert(!answer.rows[0].mixed);
}
END_TEST

START_TEST(nothing_is_an_answer_too)
{
    struct attribution answer = made(&BY_SOURCE, NULL, 0);

    ck_assert_uint_eq(answer.row_count, 0);
    ck_assert_int_eq(answer.conversions, 0);
}
END_TEST

static const struct {
    int64_t credit;
    const char *text;
} credits[] = {{0, "0.000000000"},
               {1, "0.000000001"},
               {999999999, "0.999999999"},
               {3000000000, "3.000000000"},
               {271333333333, "271.333333333"},
               {INT64_MAX, "9223372036.854775807"}};

START_TEST(credit_has_nine_decimals)
{
    char text[ATTRIBUTION_CREDIT_TEXT_MAX];

    attribution_credit_format(credits[_i].credit, text);
    ck_assert_str_eq(text, credits[_i].text);
}
END_TEST

static struct config in_force_for_a_while(struct agreement_version *versions)
{
    versions[0] = (struct agreement_version){
        .kind = AGREEMENT_MQL,
        .version = 1,
        .in_force_from = NOW - 20 * INSTANT_DAY,
        .superseded_at = NOW - 10 * INSTANT_DAY,
    };
    versions[1] = (struct agreement_version){
        .kind = AGREEMENT_MQL,
        .version = 2,
        .in_force_from = NOW - 10 * INSTANT_DAY,
        .superseded_at = INSTANT_NONE,
    };
    versions[2] = (struct agreement_version){
        .kind = AGREEMENT_MQL,
        .version = 3,
        .in_force_from = INSTANT_NONE,
        .superseded_at = INSTANT_NONE,
    };
    return (struct config){.agreements = versions, .agreement_count = 3};
}

static const struct {
    instant from, to;
    const char *wanted;
} periods[] = {
    {INSTANT_NONE, INSTANT_NONE,
     "[{\"term\":\"mql\",\"version\":1},{\"term\":\"mql\",\"version\":2}]"},
    {NOW - 10 * INSTANT_DAY, INSTANT_NONE, "[{\"term\":\"mql\",\"version\":2}]"},
    {INSTANT_NONE, NOW - 10 * INSTANT_DAY, "[{\"term\":\"mql\",\"version\":1}]"},
    {INSTANT_NONE, NOW - 20 * INSTANT_DAY, "[]"},
};

START_TEST(definitions_are_those_in_force_in_the_period)
{
    struct agreement_version versions[3];
    struct config config = in_force_for_a_while(versions);
    struct attribution answer = made(&BY_SOURCE, NULL, 0);
    struct json_out out;

    json_out_init(&out, arena, ANSWER_BYTES);
    attribution_write_json(&answer, 1, &config, periods[_i].from, periods[_i].to, &out);
    const char *at = strstr(out.written.text, "\"definitions\":");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(
        strncmp(at + strlen("\"definitions\":"), periods[_i].wanted, strlen(periods[_i].wanted)),
        0);
}
END_TEST

START_TEST(the_canonical_answer)
{
    static const struct attribution_part canonical[] = {
        {.values = {"google"}, .count = 40},
        {.count = 2},
        {.values = {"google"},
         .conversions = true,
         .count = 3,
         .credit = 3 * CREDIT_ONE,
         .amount_minor = 90000,
         .pipeline_minor = 20000,
         .won_minor = 60000,
         .currency = "EUR"},
    };
    struct attribution_query query = BY_SOURCE;
    query.asked = "by=source";
    struct attribution answer = made(&query, canonical, 3);
    struct json_out out;

    json_out_init(&out, arena, ANSWER_BYTES);
    attribution_write_json(&answer, 1, &(struct config){0}, INSTANT_NONE, INSTANT_NONE, &out);
    ck_assert_str_eq(
        out.written.text,
        "{\"query\":{\"milestone\":\"customer\",\"window_days\":null,\"timezone\":\"UTC\","
        "\"basis\":\"milestone\",\"currency\":null,\"rates_at\":null,\"setup\":{\"name\":"
        "\"default\",\"version\":1},"
        "\"counted_to\":null},\"definitions\":[],\"data\":[{\"time\":null,\"source\":"
        "\"google\","
        "\"model\":\"first\",\"leads\":40,\"credit\":\"3.000000000\",\"amount\":{\"minor\":90000,"
        "\"currency\":\"EUR\"},\"pipeline\":{\"minor\":20000,\"currency\":\"EUR\"},"
        "\"won\":{\"minor\":60000,\"currency\":\"EUR\"},\"link\":\"/v1/attribution/"
        "leads?by=source&model=first&row=%5B%22google%22%5D\"},{\"time\":null,\"source\":null,"
        "\"model\":"
        "\"first\",\"leads\":2,"
        "\"credit\":\"0.000000000\",\"amount\":null,\"pipeline\":null,\"won\":null,\"link\":\"/v1/"
        "attribution/"
        "leads?by=source&model=first&row=%5Bnull%5D\"}],\"totals\":{\"leads\":42,\"conversions\":3}"
        ","
        "\"notes\":{\"outside_window\":0,\"late_first_touch\":0,\"no_rate\":[]}}");
}
END_TEST

START_TEST(csv_is_quoted_where_it_must_be)
{
    static const struct attribution_part odd[] = {
        {.time = "2026-11-01", .values = {"a,\"b\"", NULL}, .count = 2},
        {.time = "2026-11-01",
         .values = {"a,\"b\"", NULL},
         .conversions = true,
         .count = 1,
         .credit = 1 * CREDIT_ONE,
         .amount_minor = 100,
         .currency = "EUR"},
        {.time = "2026-12-01", .values = {NULL, "cpc"}, .count = 1},
    };
    struct attribution_query query = BY_SOURCE;
    struct text_out out;

    query.interval = "month";
    query.dimensions[1] = CUT_MEDIUM;
    query.dimension_count = 2;
    struct attribution answer = made(&query, odd, 3);
    text_out_init(&out, arena, ANSWER_BYTES);
    attribution_write_csv(&answer, 1, &out);
    ck_assert_str_eq(out.text,
                     "time,source,medium,model,leads,credit,amount_minor,pipeline_minor,won_minor,"
                     "currency,link\r\n"
                     "2026-11-01,\"a,\"\"b\"\"\",,first,2,1.000000000,100,0,0,EUR,/v1/attribution/"
                     "leads?&model=first&time=2026-11-01&row="
                     "%5B%22a%2C%5C%22b%5C%22%22%2Cnull%5D\r\n"
                     "2026-12-01,,cpc,first,1,0.000000000,,,,,/v1/attribution/"
                     "leads?&model=first&time=2026-12-01&row="
                     "%5Bnull%2C%22cpc%22%5D\r\n");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "attribution");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, parts_become_rows_and_credit_is_conversions,
          what_stands_outside_is_counted_only_with_a_window, the_order_of_parts_does_not_matter,
          rows_stand_by_time_then_weight_then_name, amounts_of_several_currencies_have_no_sum,
          a_sum_stays_within_what_json_numbers_hold, nothing_is_an_answer_too);
    EACH(t, credit_has_nine_decimals, credits);
    EACH(t, definitions_are_those_in_force_in_the_period, periods);
    TESTS(t, the_canonical_answer, csv_is_quoted_where_it_must_be);
}
