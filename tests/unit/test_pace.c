/* The pace of answers, by a clock of the test's own. */
#include "http/pace.h"

#include "suite.h"

#define SECOND INT64_C(1000000)

/* Answers, evenly, so many a second for so long; the time after it. */
static int64_t answer(struct pace *pace, int64_t now, int64_t a_second, int64_t us)
{
    for (int64_t end = now + us; now < end; now += SECOND / a_second)
        pace_note(pace, now);
    return now;
}

START_TEST(what_is_not_known_is_trusted_for_a_while)
{
    struct pace pace = {0};

    ck_assert(pace_within(&pace, 50 * SECOND, SECOND) == INT64_MAX);
    ck_assert(pace_within(&pace, 52 * SECOND, SECOND) == INT64_MAX);
    ck_assert_int_eq(pace_within(&pace, 53 * SECOND, SECOND), 0);
    ck_assert_int_eq(pace_within(&pace, 80 * SECOND, SECOND), 0);
    pace_note(&pace, 90 * SECOND); /* something is answered again */
    ck_assert(pace_within(&pace, 90 * SECOND, SECOND) == INT64_MAX);
}
END_TEST

/* From ten a second to ten thousand. */
static const int64_t paces[] = {10, 100, 2000, 10000};

START_TEST(what_was_answered_of_late_says_what_can_be)
{
    struct pace pace = {0};
    int64_t now = answer(&pace, 50 * SECOND, paces[_i], 2 * SECOND);
    int64_t found = pace_within(&pace, now, 4 * SECOND);

    ck_assert_int_ge(found, 4 * paces[_i] * 9 / 10);
    ck_assert_int_le(found, 4 * paces[_i] * 11 / 10);
}
END_TEST

START_TEST(it_follows_what_changes)
{
    struct pace pace = {0};
    int64_t now = answer(&pace, 50 * SECOND, 2000, SECOND);

    now = answer(&pace, now, 100, SECOND);
    ck_assert_int_le(pace_within(&pace, now, SECOND), 120);
    now = answer(&pace, now, 2000, SECOND);
    ck_assert_int_ge(pace_within(&pace, now, SECOND), 1800);
}
END_TEST

/* A rest, and one group that takes longer, are no slower pace. */
START_TEST(a_rest_and_a_slow_group_change_nothing)
{
    struct pace pace = {0};
    int64_t now = answer(&pace, 50 * SECOND, 2000, SECOND) + SECOND;

    pace_begin(&pace, now);
    ck_assert_int_ge(pace_within(&pace, now, SECOND), 1800);
    pace_note(&pace, now + SECOND / 2); /* one in half a second */
    pace_note(&pace, now + SECOND);     /* which is known when the next comes */
    ck_assert_int_ge(pace_within(&pace, now + SECOND, SECOND), 1800);
    pace_note(&pace, now + 3 * SECOND / 2); /* two of them are a pace */
    ck_assert_int_eq(pace_within(&pace, now + 3 * SECOND / 2, SECOND), 2);
}
END_TEST

/* One alone, and then groups, which are answered at once: 256 in 600 ms, 427 a second. */
START_TEST(a_group_counts_as_a_whole)
{
    struct pace pace = {0};
    int64_t now = 50 * SECOND;

    pace_begin(&pace, now);
    pace_note(&pace, now + 10000);
    for (int group = 0; group < 4; group++) {
        now += 600000;
        for (int i = 0; i < 256; i++)
            pace_note(&pace, now + 20 * i);
        ck_assert_int_ge(pace_within(&pace, now, SECOND), 380);
    }
    ck_assert_int_le(pace_within(&pace, now, SECOND), 480);
}
END_TEST

START_TEST(a_pace_is_forgotten_when_nothing_is_answered)
{
    struct pace pace = {0};
    int64_t now = answer(&pace, 50 * SECOND, 2000, SECOND);

    ck_assert_int_le(pace_within(&pace, now + SECOND / 2, SECOND), 2200);
    ck_assert(pace_within(&pace, now + 4 * SECOND, SECOND) == INT64_MAX);
    ck_assert_int_eq(pace_within(&pace, now + 8 * SECOND, SECOND), 0);
    /* one answer after a rest is no pace */
    pace_note(&pace, now + 60 * SECOND);
    ck_assert(pace_within(&pace, now + 60 * SECOND, SECOND) == INT64_MAX);
    pace_begin(&pace, now + 60 * SECOND);
    now = answer(&pace, now + 60 * SECOND, 2000, SECOND);
    ck_assert_int_le(pace_within(&pace, now, SECOND), 2200);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "pace");

    TESTS(tcase, what_is_not_known_is_trusted_for_a_while);
    EACH(tcase, what_was_answered_of_late_says_what_can_be, paces);
    TESTS(tcase, it_follows_what_changes, a_rest_and_a_slow_group_change_nothing,
          a_group_counts_as_a_whole, a_pace_is_forgotten_when_nothing_is_answered);
}
