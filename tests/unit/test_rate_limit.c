/* Token buckets, by a clock that the test moves. */
#include "http/rate_limit.h"
#include "suite.h"

#include <string.h>

#define SECOND INT64_C(1000000)
#define QUOTA  600 /* a minute: ten a second */

static struct rate_limits *limits;
static int64_t now;

static void set_up(void)
{
    limits = rate_limits_new();
    now = 1000 * SECOND;
    ck_assert_ptr_nonnull(limits);
}

static void tear_down(void)
{
    rate_limits_free(limits);
}

static struct rate_holder holder_of(uint32_t number)
{
    struct rate_holder holder = {.kind = RATE_CALLER};

    memcpy(holder.id, &number, sizeof number);
    return holder;
}

static struct rate_left take(uint32_t number, int64_t cost)
{
    const struct rate_holder holder = holder_of(number);

    return rate_limits_take(limits, &holder, QUOTA, cost, now);
}

START_TEST(a_quota_is_there_at_once_and_fills_evenly)
{
    struct rate_left left = take(1, 100);

    ck_assert(left.allowed);
    ck_assert_int_eq(left.units, 500);
    ck_assert_int_eq(left.full_in_s, 10);
    for (int i = 0; i < 10; i++)
        ck_assert(take(1, 50).allowed);
    left = take(1, 1);
    ck_assert(!left.allowed);
    ck_assert_int_eq(left.units, 0);
    ck_assert_int_eq(left.retry_after_s, 1);
    left = take(1, 50); /* what is refused takes nothing, and waits for all that it costs */
    ck_assert_int_eq(left.retry_after_s, 5);
    ck_assert_int_eq(left.full_in_s, 60);
    now += SECOND / 10;
    ck_assert(take(1, 1).allowed);
    ck_assert(!take(1, 1).allowed);
    now += 5 * SECOND;
    ck_assert(take(1, 50).allowed);
    ck_assert(!take(1, 1).allowed);
    now += 3600 * SECOND; /* and never holds more than its quota */
    ck_assert_int_eq(take(1, 0).units, QUOTA);
}
END_TEST

START_TEST(nobody_takes_of_anothers)
{
    struct rate_holder holder = holder_of(1);

    ck_assert(take(1, QUOTA).allowed);
    ck_assert(!take(1, 1).allowed);
    ck_assert_int_eq(take(2, 0).units, QUOTA);
    holder.kind = RATE_ADDRESS;
    ck_assert(rate_limits_take(limits, &holder, QUOTA, 1, now).allowed);
}
END_TEST

START_TEST(a_look_takes_nothing_and_says_whether_there_is_any)
{
    ck_assert(take(1, 0).allowed);
    ck_assert(take(1, QUOTA).allowed);
    ck_assert(!take(1, 0).allowed);
    now += SECOND / 10;
    ck_assert(take(1, 0).allowed);
    ck_assert(take(1, 1).allowed);
}
END_TEST

/* Else a key with a small quota could never ask for a report. */
START_TEST(what_costs_more_than_the_quota_takes_all_of_it)
{
    const struct rate_holder holder = holder_of(1);

    ck_assert(rate_limits_take(limits, &holder, 30, 50, now).allowed);
    ck_assert(!rate_limits_take(limits, &holder, 30, 50, now).allowed);
    now += 60 * SECOND;
    ck_assert(rate_limits_take(limits, &holder, 30, 50, now).allowed);
}
END_TEST

START_TEST(a_quota_that_was_lowered_counts_at_once)
{
    const struct rate_holder holder = holder_of(1);

    ck_assert_int_eq(take(1, 100).units, 500);
    ck_assert_int_eq(rate_limits_take(limits, &holder, 60, 10, now).units, 50);
}
END_TEST

START_TEST(whoever_asks_much_is_remembered_among_many)
{
    ck_assert(take(1, QUOTA).allowed);
    for (uint32_t i = 2; i < 200000; i++)
        ck_assert(take(i, 1).allowed);
    ck_assert(!take(1, 1).allowed);
}
END_TEST

START_TEST(whoever_asked_is_remembered_for_a_window)
{
    const struct rate_holder asked = holder_of(1), other = holder_of(2);

    ck_assert(!rate_limits_remembers(limits, &asked, now));
    take(1, 1);
    ck_assert(rate_limits_remembers(limits, &asked, now));
    ck_assert(!rate_limits_remembers(limits, &other, now));
    now += RATE_WINDOW_S * SECOND - 1;
    ck_assert(rate_limits_remembers(limits, &asked, now));
    now += 1;
    ck_assert(!rate_limits_remembers(limits, &asked, now));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "rate_limit");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, whoever_asked_is_remembered_for_a_window,
          a_quota_is_there_at_once_and_fills_evenly, nobody_takes_of_anothers,
          a_look_takes_nothing_and_says_whether_there_is_any,
          what_costs_more_than_the_quota_takes_all_of_it, a_quota_that_was_lowered_counts_at_once,
          whoever_asks_much_is_remembered_among_many);
}
