/* How far a goal has come: its period, its pace, and what is to be expected of it. */
#include "core/report/goal_progress.h"
#include "suite.h"

static instant at(const char *text)
{
    instant out;

    ck_assert_msg(instant_parse(text, &out), "%s", text);
    return out;
}

static const struct {
    enum goal_period period;
    const char *at, *from, *to;
} spans[] = {
    {PERIOD_WEEK, "2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z", "2026-12-07T00:00:00Z"},
    {PERIOD_WEEK, "2026-11-29T23:59:59Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"},
    {PERIOD_MONTH, "2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
    {PERIOD_QUARTER, "2026-12-31T23:59:59Z", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
    {PERIOD_YEAR, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
};

START_TEST(a_period_is_of_the_calendar)
{
    struct goal_span span = goal_span_of(spans[_i].period, at(spans[_i].at));

    ck_assert_int_eq(span.from, at(spans[_i].from));
    ck_assert_int_eq(span.to, at(spans[_i].to));
}
END_TEST

static struct goal_progress of(enum goal_measure measure, int64_t target, int tenths,
                               struct goal_count count)
{
    const struct goal goal = {.measure = measure, .target = target};
    const struct goal_span span = {0, 10 * INSTANT_DAY};

    return goal_progress_of(&goal, span, tenths * INSTANT_DAY, count);
}

/* Twelve in half of the time: as many again, give or take 1.96 sqrt(12 * 1 * 2). */
START_TEST(a_count_goes_on_as_it_came)
{
    struct goal_progress progress = of(GOAL_SQL, 40, 5, (struct goal_count){.reached = 12});

    ck_assert_double_eq_tol(progress.expected, 20, 1e-9);
    ck_assert(!progress.on_pace);
    ck_assert_double_eq_tol(progress.forecast, 24, 1e-9);
    ck_assert_double_eq_tol(progress.low, 24 - 9.601823, 1e-5);
    ck_assert_double_eq_tol(progress.high, 24 + 9.601823, 1e-5);
}
END_TEST

START_TEST(nothing_yet_is_not_nothing_for_certain)
{
    struct goal_progress progress = of(GOAL_SQL, 40, 5, (struct goal_count){.reached = 0});

    ck_assert_double_eq_tol(progress.forecast, 0, 1e-9);
    ck_assert_double_eq_tol(progress.low, 0, 1e-9);
    ck_assert_double_eq_tol(progress.high, 1.959964, 1e-5); /* 1.96 sqrt(1/2 * 2) */
}
END_TEST

START_TEST(at_its_end_a_period_is_what_it_is)
{
    struct goal_progress progress = of(GOAL_SQL, 12, 10, (struct goal_count){.reached = 12});

    ck_assert(progress.met && progress.on_pace);
    ck_assert_double_eq_tol(progress.low, 12, 1e-9);
    ck_assert_double_eq_tol(progress.high, 12, 1e-9);
    ck_assert(!of(GOAL_SQL, 12, 0, (struct goal_count){.reached = 0}).foreseen);
}
END_TEST

/* Two deals of 30 and 40 in a fifth of the time: Q = 2500, r = 4. */
START_TEST(money_spreads_by_the_squares_of_deals)
{
    struct goal_progress progress =
        of(GOAL_WON, 350, 2, (struct goal_count){.reached = 70, .squares = 2500});

    ck_assert(progress.on_pace);
    ck_assert_double_eq_tol(progress.forecast, 350, 1e-9);
    ck_assert_double_eq_tol(progress.high, 350 + 438.261265, 1e-4);
    ck_assert_double_eq_tol(progress.low, 70, 1e-9); /* what is won is won */
    progress = of(GOAL_WON, 350, 2, (struct goal_count){.reached = 0});
    ck_assert(progress.low > progress.high);
}
END_TEST

START_TEST(a_percentage_has_no_pace_but_its_target)
{
    struct goal_progress progress =
        of(GOAL_FOLLOW_UP, 50, 1, (struct goal_count){.reached = 1, .of = 2});

    ck_assert(progress.on_pace && progress.met);
    ck_assert_double_eq_tol(progress.reached, 50, 1e-9);
    ck_assert_double_eq_tol(progress.low, 9.453, 1e-3);
    ck_assert_double_eq_tol(progress.high, 90.547, 1e-3);
    progress = of(GOAL_FOLLOW_UP, 50, 1, (struct goal_count){.of = 0});
    ck_assert(!progress.known && !progress.met && !progress.foreseen);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "goal progress");

    EACH(t, a_period_is_of_the_calendar, spans);
    TESTS(t, a_count_goes_on_as_it_came, nothing_yet_is_not_nothing_for_certain,
          at_its_end_a_period_is_what_it_is, money_spreads_by_the_squares_of_deals,
          a_percentage_has_no_pace_but_its_target);
}
