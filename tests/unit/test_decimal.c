/* Integers are written as printf writes them. */
#include "base/decimal.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void same(int64_t number)
{
    char wanted[32], got[DECIMAL_TEXT_MAX];
    int len = snprintf(wanted, sizeof wanted, "%" PRId64, number);

    ck_assert_uint_eq(decimal_format(number, got), (size_t)len);
    ck_assert_str_eq(got, wanted);
}

/* Every power of two and of ten, and their neighbours, of both signs. */
START_TEST(test_edges)
{
    same(0);
    same(INT64_MAX);
    same(INT64_MIN);
    same(INT64_MIN + 1);
    for (int bit = 0; bit < 63; bit++) {
        int64_t power = INT64_C(1) << bit;
        for (int64_t near = -1; near <= 1; near++) {
            same(power + near);
            same(-power + near);
        }
    }
    for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10) {
        same(power);
        same(power * 10 - 1);
        same(-power);
        same(1 - power * 10);
    }
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "decimal");

    TESTS(tcase, test_edges);
}
