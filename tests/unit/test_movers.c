/* What a back-test counts beside verdicts: scores, outcomes by age, causes of movers, McNemar. */
#include "core/evidence/capacity.h"
#include "core/evidence/mcnemar.h"
#include "core/evidence/mover.h"
#include "core/evidence/outcome_tally.h"
#include "core/evidence/score_scale.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new((size_t)64 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* ---- scales ---- */

static struct score_scale scale_of(const int32_t *points, size_t count)
{
    struct criterion criteria[CRITERIA_MAX] = {{0}};
    const struct definition definition = {.criteria = criteria, .criteria_count = count};
    struct score_scale scale;

    for (size_t i = 0; i < count; i++)
        criteria[i].points = points[i];
    score_scale_init(&scale, &definition);
    return scale;
}

START_TEST(test_steps_are_what_all_points_share)
{
    static const int32_t points[] = {20, 45, -10};
    struct score_scale scale = scale_of(points, 3);

    ck_assert_int_eq(scale.least, -10);
    ck_assert_int_eq(scale.step, 5);
    ck_assert_int_eq(scale.count, 16);
    for (int step = 0; step < scale.count; step++)
        ck_assert_int_eq(score_scale_step(&scale, score_scale_total(&scale, step)), step);
}
END_TEST

START_TEST(test_many_totals_share_a_step)
{
    static const int32_t points[] = {10000, 7, -10000, 400};
    struct score_scale scale = scale_of(points, 4);

    ck_assert_int_le(scale.count, SCORE_STEPS_MAX);
    ck_assert_int_gt(scale.count, SCORE_STEPS_MAX / 2);
    ck_assert_int_eq(score_scale_step(&scale, 10407), scale.count - 1);
    ck_assert_int_eq(score_scale_step(&scale, -10000), 0);
    static const int32_t just[] = {SCORE_STEPS_MAX - 1, 1}, over[] = {SCORE_STEPS_MAX - 1, 1, 1};
    ck_assert_int_eq(scale_of(just, 1).count, 2);
    ck_assert_int_le(scale_of(just, 2).count, SCORE_STEPS_MAX);
    ck_assert_int_le(scale_of(over, 3).count, SCORE_STEPS_MAX);
    ck_assert_int_eq(scale_of(just, 0).count, 1);
}
END_TEST

/* ---- outcomes ---- */

START_TEST(test_outcomes_are_counted_by_cell_and_age)
{
    const struct history_answer won = {.answered = true,
                                       .accepted = true,
                                       .sql = true,
                                       .won = true},
                                open = {.answered = true, .accepted = true, .won_open = true},
                                lost = {.answered = true, .accepted = true};
    struct outcome_tally tally, other;
    struct outcome_counts counts[3] = {{0}};

    outcome_tally_init(&tally, arena);
    outcome_tally_init(&other, arena);
    for (size_t age = 0; age < HISTORY_DAYS; age++) {
        outcome_tally_add(&tally, 0, &won, age);
        outcome_tally_add(&other, 1, age % 2 == 0 ? &open : &lost, age);
        outcome_tally_add(&other, OUTCOME_CELLS_MAX - 1, &lost, age);
    }
    outcome_tally_merge(&tally, &other);
    outcome_tally_merge(&tally, &other);
    outcome_tally_count(&tally, TARGET_WON, 51, counts, 3);
    ck_assert_int_eq(counts[0].reached, HISTORY_DAYS - 51);
    ck_assert_int_eq(counts[0].immature, 51);
    ck_assert_int_eq(counts[1].open, 2 * 1800);
    ck_assert_int_eq(counts[1].missed, 2 * 1800);
    ck_assert_int_eq(counts[1].immature, 2 * 51);
    ck_assert_int_eq(counts[2].missed, 0);
    memset(counts, 0, sizeof counts);
    outcome_tally_count(&tally, TARGET_ACCEPTED, -1, counts, 3);
    ck_assert_int_eq(outcome_share(&counts[0]).count, HISTORY_DAYS);
    ck_assert_int_eq(outcome_share(&counts[1]).of, 2 * HISTORY_DAYS);
    ck_assert(!arena_failed(arena));
}
END_TEST

/* ---- McNemar ---- */

/* The values of R 4.2: binom.test(16, 22), binom.test(1, 9), binom.test(5, 10). */
START_TEST(test_mcnemar_is_the_exact_test)
{
    static const struct {
        int64_t better, worse;
        double p;
    } known[] = {{16, 6, 0.05247879}, {1, 8, 0.0390625}, {5, 5, 1},   {0, 0, 1},
                 {0, 1, 1},           {0, 6, 0.03125},   {3, 0, 0.25}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        ck_assert_double_eq_tol(mcnemar_test(known[i].better, known[i].worse), known[i].p, 1e-7);
    double large = mcnemar_test(1000000, 1000000 + 2772); /* 1.96 standard deviations apart */
    ck_assert_double_eq_tol(large, 0.05, 0.0005);
    ck_assert_double_ge(mcnemar_test(0, 1000000), 0);
}
END_TEST

/* ---- causes ---- */

static struct definition *compile(const char *criteria, const char *thresholds)
{
    struct definition *definition;
    json_t *document =
        json_pack("{s:s, s:s, s:o, s:o}", "term", "mql", "title", "T", "criteria",
                  json_loads(criteria, 0, NULL), "thresholds", json_loads(thresholds, 0, NULL));

    ck_assert_ptr_nonnull(document);
    ck_assert_int_eq(definition_compile(document, NULL, NULL, &definition), ERR_NONE);
    json_decref(document);
    return definition;
}

#define SCORED(id, points)                                                                         \
    "{\"id\":\"" id "\",\"title\":\"T\",\"kind\":\"fit\",\"points\":" #points                      \
    ",\"test\":{\"attribute\":\"" id "\",\"op\":\"exists\"}}"
#define REQUIRED(id)                                                                               \
    "{\"id\":\"" id "\",\"title\":\"T\",\"kind\":\"fit\",\"required\":true,"                       \
    "\"test\":{\"attribute\":\"" id "\",\"op\":\"exists\"}}"
#define RULED_OUT(id)                                                                              \
    "{\"id\":\"" id "\",\"title\":\"T\",\"kind\":\"disqualifier\","                                \
    "\"test\":{\"attribute\":\"" id "\",\"op\":\"exists\"}}"

/* Of a lead that has the attributes a and b, and nothing else. */
static struct verdict judge(const struct definition *definition)
{
    const struct value yes = {.type = VALUE_BOOL, .boolean = true};
    const struct value *values[NAMES_MAX] = {NULL};
    const struct verdict_subject subject = {.now = 0, .known_at = INSTANT_NONE};
    struct verdict verdict;

    for (size_t i = 0; i < definition->names_count; i++)
        if (strlen(definition->names[i].name) == 1)
            values[i] = &yes;
    verdict_evaluate_values(definition, values, &subject, &verdict);
    return verdict;
}

static const struct {
    const char *failing, *failing_thresholds, *passing, *passing_thresholds;
    const char *criterion, *threshold;
    bool alone;
} causes[] = {
    {"[" SCORED("a", 10) "," RULED_OUT("b") "]", "{}", "[" SCORED("a", 10) "]", "{}", "b", NULL,
     true},
    {"[" REQUIRED("none") "," REQUIRED("a") "]", "{}", "[" REQUIRED("a") "]", "{}", "none", NULL,
     true},
    {"[" REQUIRED("none") "," RULED_OUT("b") "]", "{}", "[" REQUIRED("a") "]", "{}", "none", NULL,
     false},
    {"[" SCORED("a", 10) "," REQUIRED("none") "]", "{\"total\":10}", "[" SCORED("a", 10) "]", "{}",
     "none", NULL, true},
    /* fewer points for the same criterion, and for one that the other does not have */
    {"[" SCORED("a", 10) "," SCORED("b", 10) "," SCORED("none", 90) "]", "{\"total\":40}",
     "[" SCORED("a", 15) "," SCORED("b", 30) "]", "{\"total\":40}", "b", NULL, false},
    {"[" SCORED("a", 10) "," SCORED("none", 90) "]", "{\"total\":40}",
     "[" SCORED("a", 10) "," SCORED("b", 30) "]", "{\"total\":40}", "b", NULL, true},
    /* the same points, and a higher threshold */
    {"[" SCORED("a", 10) "," SCORED("b", 10) "," SCORED("none", 90) "]", "{\"total\":40}",
     "[" SCORED("a", 10) "," SCORED("b", 10) "]", "{\"total\":20}", NULL, "total", true},
    {"[" SCORED("a", 10) "," SCORED("none", 90) "]", "{\"total\":40,\"fit\":20}",
     "[" SCORED("a", 10) "]", "{\"total\":10}", NULL, "fit", false},
};

START_TEST(test_each_mover_has_one_cause)
{
    struct definition *failing = compile(causes[_i].failing, causes[_i].failing_thresholds);
    struct definition *passing = compile(causes[_i].passing, causes[_i].passing_thresholds);
    struct verdict failed = judge(failing), passed = judge(passing);
    const char *criterion, *threshold;

    ck_assert_int_ne(failed.result, VERDICT_QUALIFIED);
    ck_assert_int_eq(passed.result, VERDICT_QUALIFIED);
    struct mover_cause cause = mover_cause(failing, &failed, passing, &passed);
    mover_cause_name(cause.cause, failing, passing, &criterion, &threshold);
    ck_assert_pstr_eq(criterion, causes[_i].criterion);
    ck_assert_pstr_eq(threshold, causes[_i].threshold);
    ck_assert_int_eq(cause.alone, causes[_i].alone);
    definition_free(failing);
    definition_free(passing);
}
END_TEST

/* ---- lists ---- */

static struct mover new_mover(uint32_t number)
{
    struct mover mover = {.cause = (uint8_t)(number % 3)};
    uint32_t mixed = number * UINT32_C(2654435769);

    memcpy(mover.lead.b + 8, &mixed, sizeof mixed);
    memcpy(mover.lead.b, &number, sizeof number);
    return mover;
}

/* In any order the same are kept, and of the causes each in its place. */
START_TEST(test_a_long_list_keeps_a_sample)
{
    enum { ALL = MOVERS_KEPT_MAX + 5000 };
    struct mover_list lists[2] = {{0}};
    const uint8_t ranks[MOVER_CAUSES] = {2, 0, 1};

    for (uint32_t i = 0; i < ALL; i++) {
        struct mover one = new_mover(i), other = new_mover(ALL - 1 - i);
        mover_list_add(&lists[0], &one, arena);
        mover_list_add(&lists[1], &other, arena);
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(lists[i].count, MOVERS_KEPT_MAX);
        mover_list_sort(&lists[i], ranks);
    }
    for (size_t i = 0; i < MOVERS_KEPT_MAX; i++) {
        ck_assert(uuid_equal(lists[0].items[i].lead, lists[1].items[i].lead));
        ck_assert(i == 0 || ranks[lists[0].items[i - 1].cause] <= ranks[lists[0].items[i].cause]);
    }
    struct uuid sample[3];
    ck_assert_uint_eq(mover_list_sample(&lists[0], sample, 3), 3);
    for (size_t i = 0; i < MOVERS_KEPT_MAX; i++)
        ck_assert_int_ge(mover_sample_order(&lists[0].items[i].lead, &sample[0]), 0);
    ck_assert_int_lt(mover_sample_order(&sample[0], &sample[1]), 0);
    ck_assert_int_lt(mover_sample_order(&sample[1], &sample[2]), 0);
}
END_TEST

START_TEST(test_what_is_written_reads_back)
{
    struct mover mover = new_mover(77), read = {.cause = 0};
    uint8_t bytes[MOVER_BYTES];

    mover.judged_at = INT64_C(1767225600123456);
    mover.score = -30;
    mover.score_against = 640000;
    mover.cause = MOVER_CAUSES - 1;
    mover.alone = mover.answered = true;
    mover.outcomes[TARGET_SQL] = OUTCOME_MISSED;
    mover.outcomes[TARGET_WON] = OUTCOME_OPEN;
    mover_encode(&mover, bytes);
    mover_decode(bytes, &read);
    ck_assert(uuid_equal(read.lead, mover.lead));
    ck_assert_int_eq(read.judged_at, mover.judged_at);
    ck_assert_int_eq(read.score, mover.score);
    ck_assert_int_eq(read.score_against, mover.score_against);
    ck_assert_int_eq(read.cause, mover.cause);
    ck_assert(read.alone && read.answered);
    ck_assert_mem_eq(read.outcomes, mover.outcomes, sizeof read.outcomes);
}
END_TEST

/* ---- capacity ---- */

START_TEST(test_capacity_is_of_those_who_say_it)
{
    const struct team teams[] = {
        {.id = {{1}},
         .active = true,
         .function = FUNCTION_SALES,
         .calendar =
             "{\"hours\":{\"mon\":[[\"09:00\",\"17:00\"]],\"tue\":[[\"09:00\",\"17:00\"]]}}"},
        {.id = {{2}}, .active = true, .function = FUNCTION_MARKETING}};
    struct member members[] = {{.team = {{1}}, .active = true, .capacity = {true, 10, false, 0}},
                               {.team = {{1}},
                                .active = true,
                                .hours = "{\"hours\":{\"fri\":[[\"09:00\",\"12:00\"]]}}",
                                .capacity = {true, 3, false, 0}},
                               {.team = {{1}}, .active = true},
                               {.team = {{1}}, .active = false, .capacity = {true, 100, false, 0}},
                               {.team = {{2}}, .active = true, .capacity = {true, 1000, false, 0}}};
    struct config config = {.teams = teams, .team_count = 2, .members = members, .member_count = 5};

    ck_assert_int_eq(capacity_per_week(&config, arena), 10 * 2 + 3);
    config.member_count = 0;
    ck_assert_int_eq(capacity_per_week(&config, arena), -1);
    members[0].team = teams[0].id;
    struct team open = teams[0];
    open.calendar = NULL;
    config =
        (struct config){.teams = &open, .team_count = 1, .members = members, .member_count = 1};
    ck_assert_int_eq(capacity_per_week(&config, arena), 70);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "movers");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, test_steps_are_what_all_points_share, test_many_totals_share_a_step,
          test_outcomes_are_counted_by_cell_and_age, test_mcnemar_is_the_exact_test,
          test_a_long_list_keeps_a_sample, test_what_is_written_reads_back,
          test_capacity_is_of_those_who_say_it);
    tcase_add_loop_test(tcase, test_each_mover_has_one_cause, 0,
                        (int)(sizeof causes / sizeof *causes));
}
