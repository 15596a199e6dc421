/* Exchange rates: what may stand in a table of them, and what an amount is in another currency. */
#include "core/attribution/rates.h"
#include "suite.h"

#include <string.h>

#define TABLE                                                                                      \
    "{\"base\":\"EUR\",\"rates\":{\"GBP\":\"0.8512\",\"JPY\":\"162.5\",\"KWD\":\"0.33\",\"USD\":"  \
    "\"1.0843\"}}"

static struct rates table_of(struct arena *arena, const char *json)
{
    struct rates rates;

    ck_assert_msg(rates_read(json, strlen(json), arena, &rates), "%s", json);
    return rates;
}

static const struct {
    const char *from;
    const char *to;
    int64_t minor;
    int64_t wanted;
} amounts[] = {
    {"EUR", "EUR", 12345, 12345},
    {"EUR", "USD", 10000, 10843},
    {"USD", "EUR", 10843, 10000},
    {"EUR", "JPY", 10000, 16250}, /* no smaller unit than the yen */
    {"JPY", "EUR", 16250, 10000},
    {"EUR", "KWD", 10000, 33000}, /* a thousand fils each */
    {"GBP", "USD", 8512, 10843},
    {"EUR", "USD", 0, 0},
    /* half up: 0.5 and above */
    {"EUR", "GBP", 1, 1},
    {"USD", "JPY", 1, 1}, /* 1.4987 */
    {"JPY", "EUR", 1, 1}, /* 0.6154 */
    {"KWD", "JPY", 1, 0}, /* 0.4924 */
    /* what JSON numbers hold */
    {"EUR", "JPY", INT64_C(9007199254740991), INT64_C(9007199254740991)},
};

START_TEST(amount_is_converted)
{
    struct arena *arena = arena_new(65536);
    struct rates rates = table_of(arena, TABLE);
    int64_t minor = amounts[_i].minor;

    ck_assert(rates_convert(&rates, amounts[_i].from, amounts[_i].to, &minor));
    ck_assert_int_eq(minor, amounts[_i].wanted);
    arena_free(arena);
}
END_TEST

START_TEST(without_a_rate_it_stays)
{
    struct arena *arena = arena_new(65536);
    struct rates rates = table_of(arena, TABLE),
                 none = table_of(arena, "{\"base\":\"EUR\",\"rates\":{}}");
    int64_t minor = 7;

    ck_assert(!rates_convert(&rates, "CHF", "EUR", &minor));
    ck_assert(!rates_convert(&rates, "EUR", "CHF", &minor));
    ck_assert(!rates_convert(&none, "EUR", "USD", &minor));
    ck_assert(rates_convert(&none, "CHF", "CHF", &minor));
    ck_assert_int_eq(minor, 7);
    arena_free(arena);
}
END_TEST

START_TEST(largest_numbers_do_not_pass_each_other)
{
    struct arena *arena = arena_new(65536);
    struct rates rates =
        table_of(arena, "{\"base\":\"EUR\",\"rates\":{\"CLF\":\"999999999.999999999\","
                        "\"JPY\":\"0.000000001\"}}");
    int64_t minor = INT64_C(9007199254740991);

    ck_assert(rates_convert(&rates, "CLF", "JPY", &minor));
    ck_assert_int_eq(minor, 0);
    minor = INT64_C(9007199254740991);
    ck_assert(rates_convert(&rates, "JPY", "CLF", &minor));
    ck_assert_int_eq(minor, INT64_C(9007199254740991));
    arena_free(arena);
}
END_TEST

START_TEST(table_is_written_as_it_was_read)
{
    struct arena *arena = arena_new(65536);
    struct rates rates =
        table_of(arena, "{\"rates\":{\"USD\":\"1.08430\",\"JPY\":\"162\"},\"base\":\"EUR\"}");
    struct json_out out;

    json_out_init(&out, arena, 4096);
    rates_write(&rates, &out);
    ck_assert_str_eq(out.written.text,
                     "{\"base\":\"EUR\",\"rates\":{\"JPY\":\"162.0\",\"USD\":\"1.0843\"}}");
    arena_free(arena);
}
END_TEST

static const char *const refused[] = {
    "{}",
    "[]",
    "{\"base\":\"EUR\"}",
    "{\"base\":\"eur\",\"rates\":{}}",
    "{\"base\":\"EUR\",\"rates\":{\"EUR\":\"1\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"usd\":\"1\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":1.1}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"0\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"0.000\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"-1\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"1.\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\".5\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"1,1\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"1.1.1\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"1e3\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"1234567890\"}}",
    "{\"base\":\"EUR\",\"rates\":{\"USD\":\"0.1234567890\"}}",
    "{\"base\":\"EUR\",\"rates\":{},\"x\":1}",
};

START_TEST(is_no_table)
{
    struct arena *arena = arena_new(65536);
    struct rates rates;

    ck_assert_msg(!rates_read(refused[_i], strlen(refused[_i]), arena, &rates), "%s", refused[_i]);
    arena_free(arena);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "rates");

    EACH(t, amount_is_converted, amounts);
    tcase_add_test(t, without_a_rate_it_stays);
    tcase_add_test(t, largest_numbers_do_not_pass_each_other);
    tcase_add_test(t, table_is_written_as_it_was_read);
    EACH(t, is_no_table, refused);
}
