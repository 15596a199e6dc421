/* A clock that jumps is noticed, and for a while it is not believed. */
#include "suite.h"

#include "clock_watch.h"
#include "core/setup/retention.h"

#define HOUR  (60 * INSTANT_MINUTE)
#define BEGAN ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

START_TEST(what_goes_as_time_does_is_steady)
{
    struct clock_watch watch = {0};

    ck_assert_int_eq(clock_watch_look(&watch, BEGAN, 1000), 0);
    ck_assert_int_eq(clock_watch_look(&watch, BEGAN + HOUR, 1000 + 3600000), 0);
    ck_assert(clock_watch_is_steady(&watch, 1000 + 3600000));
    /* set right by less than a minute */
    ck_assert_int_eq(clock_watch_look(&watch, BEGAN + HOUR + 59 * INSTANT_SECOND, 1000 + 3600000),
                     0);
    ck_assert(clock_watch_is_steady(&watch, 1000 + 3600000));
}
END_TEST

START_TEST(a_jump_is_noticed_there_and_back)
{
    struct clock_watch watch = {0};
    int64_t later = 1000 + CLOCK_STEADY_MS;

    ck_assert_int_eq(clock_watch_look(&watch, BEGAN, 1000), 0);
    ck_assert_int_eq(clock_watch_look(&watch, BEGAN + HOUR, 1000), HOUR);
    ck_assert(!clock_watch_is_steady(&watch, 1000));
    ck_assert_int_eq(clock_watch_look(&watch, BEGAN, 1000), -HOUR);
    ck_assert(!clock_watch_is_steady(&watch, later - 1));
    ck_assert(clock_watch_is_steady(&watch, later));
    ck_assert_int_eq(clock_watch_look(&watch, BEGAN + CLOCK_STEADY_MS * 1000, later), 0);
}
END_TEST

/* However far ahead the clock is, no more than a step goes too early; one that stood still for a
 * week is caught up with; and one that comes back is believed at once. */
START_TEST(what_is_dropped_by_age_follows_in_steps)
{
    ck_assert_int_eq(retention_as_of(BEGAN, BEGAN + 10 * INSTANT_MINUTE),
                     BEGAN + 10 * INSTANT_MINUTE);
    ck_assert_int_eq(retention_as_of(BEGAN, BEGAN + 73 * 365 * INSTANT_DAY),
                     BEGAN + RETENTION_STEP);
    ck_assert_int_eq(retention_as_of(BEGAN + RETENTION_STEP, BEGAN), BEGAN);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "clock watch");

    TESTS(tcase, what_goes_as_time_does_is_steady, a_jump_is_noticed_there_and_back,
          what_is_dropped_by_age_follows_in_steps);
}
