/* Numbers that are only shown: a share with its interval and a lift with its own, against tables
 * that others published and sums done with forty digits. */
#include "core/evidence/proportion.h"
#include "suite.h"

#include "core/evidence/suggestion.h"

#include <stdlib.h>
#include <string.h>

/* The first four: R. G. Newcombe, Statistics in Medicine 17 (1998), 857–872, table I, method 3. */
static const struct {
    struct proportion share;
    double low, high;
    const char *written;
} shares[] = {
    {{81, 263},
     0.25528852,
     0.36620958,
     "{\"count\":81,\"of\":263,\"rate\":0.308,\"low\":0.2552,\"high\":0.3663}"},
    {{15, 148},
     0.06238640,
     0.16048724,
     "{\"count\":15,\"of\":148,\"rate\":0.1014,\"low\":0.0623,\"high\":0.1605}"},
    {{0, 20}, 0, 0.16112516, "{\"count\":0,\"of\":20,\"rate\":0.0,\"low\":0.0,\"high\":0.1612}"},
    {{1, 29},
     0.00611321,
     0.17175522,
     "{\"count\":1,\"of\":29,\"rate\":0.0345,\"low\":0.0061,\"high\":0.1718}"},
    {{3, 4},
     0.30064184,
     0.95441274,
     "{\"count\":3,\"of\":4,\"rate\":0.75,\"low\":0.3006,\"high\":0.9545}"},
    {{29, 29}, 0.88303020, 1, "{\"count\":29,\"of\":29,\"rate\":1.0,\"low\":0.883,\"high\":1.0}"},
    {{0, 0}, 0, 1, "{\"count\":0,\"of\":0,\"rate\":null,\"low\":null,\"high\":null}"},
};

START_TEST(a_share_has_its_interval)
{
    struct interval interval = proportion_wilson(shares[_i].share);

    ck_assert_double_eq_tol(interval.low, shares[_i].low, 1e-8);
    ck_assert_double_eq_tol(interval.high, shares[_i].high, 1e-8);
}
END_TEST

static const char *text_of(struct json_out *out)
{
    static char text[512];

    ck_assert(!arena_failed(out->written.arena));
    ck_assert_uint_lt(out->written.len, sizeof text);
    memcpy(text, out->written.text, out->written.len + 1);
    arena_free(out->written.arena);
    return text;
}

START_TEST(it_is_shown_with_four_decimals_and_rounded_outwards)
{
    struct json_out out;

    json_out_init(&out, arena_new(8192), 512);
    proportion_write(shares[_i].share, &out);
    ck_assert_str_eq(text_of(&out), shares[_i].written);
}
END_TEST

/* The first: aspirin and heart attacks, New England Journal of Medicine 321 (1989), 129–135. */
static const struct {
    int64_t hits, leads, other_hits, other_leads;
    double lift, low, high;
} lifts[] = {
    {104, 11037, 189, 11034, 0.550115, 0.433673, 0.697822},
    {30, 40, 10, 50, 3.750000, 2.094336, 6.714539},
    {5, 5, 1, 9, 9.000000, 1.418149, 57.116689},
};

START_TEST(a_lift_has_its_interval)
{
    const struct suggestion_split split = {
        .met = {.leads = lifts[_i].leads, .hits = lifts[_i].hits},
        .unmet = {.leads = lifts[_i].other_leads, .hits = lifts[_i].other_hits},
        .unknown = {.leads = 1000, .hits = 500}, /* which have no part in it */
    };
    struct interval interval;
    double lift;

    ck_assert(suggestion_lift(&split, &lift, &interval));
    ck_assert_double_eq_tol(lift, lifts[_i].lift, 1e-6);
    ck_assert_double_eq_tol(interval.low, lifts[_i].low, 1e-6);
    ck_assert_double_eq_tol(interval.high, lifts[_i].high, 1e-6);
}
END_TEST

START_TEST(without_a_hit_on_both_sides_there_is_no_lift)
{
    struct suggestion_split split = {.met = {.leads = 9, .hits = 0},
                                     .unmet = {.leads = 9, .hits = 5}};
    struct interval interval;
    double lift;

    ck_assert(!suggestion_lift(&split, &lift, &interval));
    split.met.hits = 5;
    split.unmet.hits = 0;
    ck_assert(!suggestion_lift(&split, &lift, &interval));
    split.unmet.hits = 1;
    ck_assert(suggestion_lift(&split, &lift, &interval));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "proportion");

    EACH(tcase, a_share_has_its_interval, shares);
    EACH(tcase, it_is_shown_with_four_decimals_and_rounded_outwards, shares);
    EACH(tcase, a_lift_has_its_interval, lifts);
    TESTS(tcase, without_a_hit_on_both_sides_there_is_no_lift);
}
