/* Back-tests: what is known then, what is counted, and intervals against published numbers. */
#include "core/evidence/backtest.h"
#include "suite.h"

#include "../support/known.h"

#include <stdlib.h>
#include <string.h>

#define DAY(n)      ((instant)1767225600000000 + (n)*INSTANT_DAY) /* 2026-01-01 and n days */
#define ARENA_BYTES (1 << 22)

static struct arena *arena;
static struct definition *big, *engaged;
static struct backtest *backtest;

static void begin(struct backtest *backtest_, const struct definition *definition,
                  const struct definition *against, const struct backtest_period *period,
                  instant now)
{
    backtest_init(
        backtest_,
        &(struct backtest_asked){definition, against, *period, now, .capacity_per_week = -1},
        arena);
}

static struct definition *compile(const char *text)
{
    struct definition *definition;
    json_t *document = json_loads(text, 0, NULL);

    ck_assert_ptr_nonnull(document);
    ck_assert_int_eq(definition_compile(document, NULL, NULL, &definition), ERR_NONE);
    json_decref(document);
    return definition;
}

static void set_up(void)
{
    arena = arena_new(ARENA_BYTES);
    backtest = calloc(1, sizeof *backtest);
    big = compile("{\"term\":\"mql\",\"title\":\"Big\",\"criteria\":[{\"id\":\"size\",\"title\":"
                  "\"Big\",\"kind\":\"fit\",\"required\":true,\"test\":{\"attribute\":\"size\","
                  "\"op\":\"gte\",\"value\":50}}]}");
    engaged = compile("{\"term\":\"mql\",\"title\":\"Engaged\",\"criteria\":[{\"id\":\"form\","
                      "\"title\":\"Form\",\"kind\":\"engagement\",\"required\":true,\"test\":{"
                      "\"touches\":{\"kind\":[\"form_submitted\"],\"within_days\":30},\"op\":"
                      "\"gte\",\"value\":1}}]}");
}

static void tear_down(void)
{
    definition_free(big);
    definition_free(engaged);
    free(backtest);
    arena_free(arena);
}

/* ---- leads ---- */

static void learn(struct history_lead *lead, int64_t size, instant occurred_at, instant known_from,
                  enum knowledge_source source)
{
    const struct observation seen = {.value = {.type = VALUE_INT, .integer = size},
                                     .occurred_at = occurred_at,
                                     .known_from = known_from,
                                     .source = source};
    bool changed;

    ck_assert_int_eq(attribute_observe(&lead->attributes, arena, "size", &seen, &changed),
                     ERR_NONE);
}

static struct history_lead new_lead(int number)
{
    struct history_lead lead = {.created_at = DAY(0),
                                .own_verdict_at = INSTANT_NONE,
                                .first_verdict_at = INSTANT_NONE,
                                .first_handoff_at = INSTANT_NONE,
                                .first_decided_at = INSTANT_NONE};

    lead.id.b[15] = (uint8_t)number;
    return lead;
}

static struct history_view view_of(const struct history_lead *lead)
{
    struct history_view view;

    ck_assert(history_view(lead, TERM_MQL, arena, &view));
    return view;
}

static int64_t size_in(const struct history_view *view)
{
    const struct value *value = known_value(&view->attributes, "size");

    return value == NULL ? -1 : value->integer;
}

/* ---- what was known ---- */

START_TEST(test_what_sales_learned_later_does_not_count)
{
    struct history_lead lead = new_lead(1);

    lead.first_verdict_at = DAY(1);
    learn(&lead, 20, DAY(0), DAY(1), SOURCE_FORM);
    learn(&lead, 900, DAY(0) + 1, DAY(9), SOURCE_SALES);
    struct history_view view = view_of(&lead);
    ck_assert_int_eq(view.basis, HISTORY_FIRST_VERDICT);
    ck_assert_int_eq(view.judged_at, DAY(1));
    ck_assert_int_eq(size_in(&view), 20);
}
END_TEST

/* Attributes, facts and touches together: each is looked at, and each cut at the same moment. */
START_TEST(test_all_that_was_known_is_judged)
{
    const struct observation early = {.value = {.type = VALUE_INT, .integer = 7},
                                      .occurred_at = DAY(0),
                                      .known_from = DAY(0),
                                      .source = SOURCE_FORM};
    const struct observation late = {.value = {.type = VALUE_INT, .integer = 9},
                                     .occurred_at = DAY(0) + 1,
                                     .known_from = DAY(9),
                                     .source = SOURCE_FORM};
    struct touch touches[] = {
        {.kind = "form_submitted", .occurred_at = DAY(0), .recorded_at = DAY(0)},
        {.kind = "form_submitted", .occurred_at = DAY(9), .recorded_at = DAY(9)}};
    struct history_lead lead = new_lead(1);
    bool changed;

    lead.first_verdict_at = DAY(1);
    lead.touches = touches;
    lead.touch_count = 2;
    const struct observation *const seen[] = {&early, &late};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(attribute_observe(&lead.attributes, arena, "size", seen[i], &changed),
                         ERR_NONE);
        ck_assert_int_eq(attribute_observe(&lead.facts, arena, "budget", seen[i], &changed),
                         ERR_NONE);
    }
    struct history_view view;
    ck_assert(history_view(&lead, TERM_MQL, arena, &view));
    ck_assert_int_eq(size_in(&view), 7);
    ck_assert_ptr_nonnull(known_value(&view.facts, "budget"));
    ck_assert_int_eq(known_value(&view.facts, "budget")->integer, 7);
    ck_assert_uint_eq(view.touches.count, 1);
    ck_assert_ptr_eq(view.subject.attributes, &view.attributes);
    ck_assert_ptr_eq(view.subject.facts, &view.facts);
    ck_assert_ptr_eq(view.subject.touches, &view.touches);
    ck_assert_int_eq(view.subject.now, view.judged_at);
}
END_TEST

START_TEST(test_imported_history_is_cut_at_the_first_handoff)
{
    struct history_lead lead = new_lead(1);

    lead.first_handoff_at = DAY(5);
    learn(&lead, 20, DAY(2), DAY(300), SOURCE_IMPORT);
    learn(&lead, 900, DAY(5), DAY(301), SOURCE_IMPORT); /* known with the deal */
    struct history_view view = view_of(&lead);
    ck_assert_int_eq(view.basis, HISTORY_FIRST_HANDOFF);
    ck_assert_int_eq(size_in(&view), 20);
}
END_TEST

START_TEST(test_an_import_without_a_date_was_known_before)
{
    struct history_lead lead = new_lead(1);

    lead.first_handoff_at = DAY(5);
    learn(&lead, 70, DAY(300), DAY(300), SOURCE_IMPORT);
    struct history_view view = view_of(&lead);
    ck_assert_int_eq(size_in(&view), 70);
}
END_TEST

START_TEST(test_without_handoff_all_that_was_told)
{
    const struct touch touches[] = {{.kind = "form_submitted", .occurred_at = DAY(4)}};
    struct history_lead lead = new_lead(1);

    learn(&lead, 70, DAY(2), DAY(300), SOURCE_IMPORT);
    lead.touches = touches;
    lead.touch_count = 1;
    struct history_view view = view_of(&lead);
    ck_assert_int_eq(view.basis, HISTORY_LAST_TOLD);
    ck_assert_int_eq(view.judged_at, DAY(4));
    ck_assert_int_eq(size_in(&view), 70);
    ck_assert_uint_eq(view.touches.count, 1);
}
END_TEST

START_TEST(test_touches_recorded_later_do_not_count)
{
    const struct touch touches[] = {
        {.kind = "form_submitted", .occurred_at = DAY(0), .recorded_at = DAY(2)},
        {.kind = "form_submitted", .occurred_at = DAY(0), .recorded_at = DAY(1)}};
    struct history_lead lead = new_lead(1);

    lead.first_verdict_at = DAY(1);
    lead.touches = touches;
    lead.touch_count = 2;
    ck_assert_uint_eq(view_of(&lead).touches.count, 1);
}
END_TEST

START_TEST(test_touches_beyond_the_latest_are_counted_by_day)
{
    size_t count = TOUCHES_LOADED_MAX + 3;
    struct touch *touches = ARENA_ARRAY(arena, struct touch, count);
    struct history_lead lead = new_lead(1);

    for (size_t i = 0; i < count; i++)
        touches[i] = (struct touch){.kind = i % 2 == 0 ? "call" : "form_submitted",
                                    .occurred_at = i < TOUCHES_LOADED_MAX ? DAY(9) : DAY(2)};
    lead.touches = touches;
    lead.touch_count = count;
    struct history_view view = view_of(&lead);
    ck_assert_uint_eq(view.touches.count, TOUCHES_LOADED_MAX);
    ck_assert_uint_eq(view.touches.older_count, 2);
    ck_assert_int_eq(view.touches.older[0].count + view.touches.older[1].count, 3);
}
END_TEST

/* ---- the moment ---- */

/* Days of the own verdict, any verdict, the offer and sales' decision; 0: never. */
static const struct {
    int own, any, offered, decided;
    enum term term;
    enum history_basis basis;
    int judged;
} moments[] = {
    {3, 1, 0, 0, TERM_MQL, HISTORY_FIRST_VERDICT, 3}, /* its own term's, later than another's */
    {0, 1, 0, 0, TERM_MQL, HISTORY_FIRST_VERDICT, 1},
    {3, 3, 3, 9, TERM_MQL, HISTORY_FIRST_VERDICT, 3}, /* judged and offered at once */
    {9, 9, 5, 6, TERM_MQL, HISTORY_FIRST_HANDOFF, 5}, /* a version was applied to history */
    {0, 9, 5, 6, TERM_SRL, HISTORY_FIRST_HANDOFF, 5}, /* a capture judged what was imported */
    {0, 0, 5, 6, TERM_MQL, HISTORY_FIRST_HANDOFF, 5},
    {8, 1, 1, 8, TERM_SQL, HISTORY_FIRST_VERDICT, 8}, /* qualified by an sql definition */
    {9, 1, 1, 4, TERM_SQL, HISTORY_FIRST_HANDOFF, 4}, /* applied after sales had decided */
    {0, 1, 1, 4, TERM_SQL, HISTORY_FIRST_HANDOFF, 4},
    {0, 1, 1, 0, TERM_SQL, HISTORY_FIRST_VERDICT, 1}, /* sales has not decided */
};

static instant day_of(int day)
{
    return day == 0 ? INSTANT_NONE : DAY(day);
}

START_TEST(test_the_earliest_of_verdict_and_handoff)
{
    struct history_lead lead = new_lead(1);
    struct history_view view;

    lead.own_verdict_at = day_of(moments[_i].own);
    lead.first_verdict_at = day_of(moments[_i].any);
    lead.first_handoff_at = day_of(moments[_i].offered);
    lead.first_decided_at = day_of(moments[_i].decided);
    ck_assert(history_view(&lead, moments[_i].term, arena, &view));
    ck_assert_int_eq(view.basis, moments[_i].basis);
    ck_assert_int_eq(view.judged_at, DAY(moments[_i].judged));
}
END_TEST

/* What sales finds out as it decides is what an sql definition asks for. */
START_TEST(test_sql_is_judged_on_what_sales_said_as_it_decided)
{
    struct history_lead lead = new_lead(1);
    struct history_view view;

    lead.first_handoff_at = DAY(1);
    lead.first_decided_at = DAY(4);
    learn(&lead, 10, DAY(0), DAY(0), SOURCE_FORM);
    learn(&lead, 70, DAY(4), DAY(4), SOURCE_SALES);
    learn(&lead, 90, DAY(6), DAY(6), SOURCE_SALES);
    ck_assert(history_view(&lead, TERM_SQL, arena, &view));
    ck_assert_int_eq(size_in(&view), 70);
    ck_assert(history_view(&lead, TERM_MQL, arena, &view));
    ck_assert_int_eq(size_in(&view), 10);
}
END_TEST

START_TEST(test_touches_without_a_date_are_counted)
{
    const struct touch touches[] = {{.kind = "call", .occurred_at = DAY(9), .recorded_at = DAY(9)},
                                    {.kind = "call", .occurred_at = DAY(2), .recorded_at = DAY(9)}};
    struct history_lead lead = new_lead(1);

    lead.created_at = DAY(9);
    lead.first_handoff_at = DAY(5);
    lead.touches = touches;
    lead.touch_count = 2;
    struct history_view view = view_of(&lead);
    ck_assert_uint_eq(view.touches.count, 1);
    ck_assert_uint_eq(view.undated_touches, 1);
    lead.created_at = DAY(1); /* captured live: the touch came after the handoff, and has a date */
    view = view_of(&lead);
    ck_assert_uint_eq(view.undated_touches, 0);
}
END_TEST

/* ---- counts ---- */

static void add(struct history_lead *lead, int64_t size, struct history_answer answer)
{
    lead->first_verdict_at = DAY(1);
    lead->answer = answer;
    if (size >= 0)
        learn(lead, size, DAY(0), DAY(1), SOURCE_FORM);
    ck_assert_int_eq(backtest_add(backtest, lead, arena), ERR_NONE);
}

static const struct history_answer no_answer = {0}, rejected = {.answered = true},
                                   accepted = {.answered = true, .accepted = true},
                                   won = {.answered = true,
                                          .accepted = true,
                                          .sql = true,
                                          .won = true,
                                          .sql_at = DAY(2),
                                          .won_at = DAY(3)};

static void add_six(const struct definition *against, const struct backtest_period *period)
{
    static const struct {
        int64_t size;
        const struct history_answer *answer;
    } six[] = {{60, &won},      {70, &rejected},  {10, &accepted},
               {20, &rejected}, {80, &no_answer}, {-1, &accepted}};

    begin(backtest, big, against, period, DAY(400));
    for (int i = 0; i < 6; i++) {
        struct history_lead lead = new_lead(i + 1);
        add(&lead, six[i].size, *six[i].answer);
    }
}

static const struct backtest_period always = {INSTANT_NONE, INSTANT_NONE};

START_TEST(test_counts_add_up)
{
    add_six(NULL, &always);
    const struct backtest_match accepting =
        backtest_match(backtest, &backtest->side, TARGET_ACCEPTED);
    const struct backtest_match *match = &accepting;
    ck_assert_int_eq(backtest->leads, 6);
    ck_assert_int_eq(backtest->answered, 5);
    ck_assert_int_eq(backtest->side.results[VERDICT_QUALIFIED], 3);
    ck_assert_int_eq(backtest->side.results[VERDICT_UNCLEAR], 1);
    ck_assert_int_eq(backtest->side.results[VERDICT_NOT_QUALIFIED], 2);
    ck_assert_int_eq(match->true_positive, 1);
    ck_assert_int_eq(match->false_positive, 1);
    ck_assert_int_eq(match->false_negative, 2); /* one small, one unclear */
    ck_assert_int_eq(match->true_negative, 1);
    ck_assert_int_eq(backtest_precision(match).of, 2);
    ck_assert_int_eq(backtest_recall(match).of, 3);
    ck_assert_int_eq(backtest_match(backtest, &backtest->side, TARGET_WON).true_positive, 1);
    ck_assert_int_eq(backtest->reached[TARGET_WON], 1);
    ck_assert_int_eq(backtest->side.criteria[0].met.leads, 3);
    ck_assert_int_eq(backtest->side.criteria[0].unknown.leads, 1);
}
END_TEST

START_TEST(test_period_is_of_the_moment_judged)
{
    add_six(NULL, &(struct backtest_period){DAY(2), INSTANT_NONE});
    ck_assert_int_eq(backtest->leads, 0);
    add_six(NULL, &(struct backtest_period){DAY(1), DAY(1) + 1});
    ck_assert_int_eq(backtest->leads, 6);
    add_six(NULL, &(struct backtest_period){INSTANT_NONE, DAY(1)});
    ck_assert_int_eq(backtest->leads, 0);
}
END_TEST

START_TEST(test_both_directions_of_change)
{
    const struct touch form = {.kind = "form_submitted", .occurred_at = DAY(0)};
    struct history_lead lead = new_lead(9);

    add_six(engaged, &always);
    lead.touches = &form;
    lead.touch_count = 1;
    add(&lead, 10, no_answer);
    ck_assert_int_eq(backtest->changes[MOVER_IN].count, 3);
    ck_assert_int_eq(backtest->changes[MOVER_OUT].count, 1);
    ck_assert_uint_eq(backtest->changes[MOVER_OUT].movers.count, 1);
    ck_assert_int_eq(backtest->changes[MOVER_OUT].movers.items[0].lead.b[15], 9);
    ck_assert_int_eq(backtest->against.results[VERDICT_QUALIFIED], 1);
}
END_TEST

START_TEST(test_the_sample_does_not_depend_on_order)
{
    static struct uuid forward[BACKTEST_SAMPLE];

    for (int turn = 0; turn < 2; turn++) {
        begin(backtest, big, engaged, &always, DAY(400));
        for (int i = 0; i < 200; i++) {
            struct history_lead lead = new_lead(turn == 0 ? i : 199 - i);
            lead.id.b[8] = (uint8_t)(lead.id.b[15] * 37);
            add(&lead, 60, no_answer);
        }
        ck_assert_int_eq(backtest->changes[MOVER_IN].count, 200);
        struct uuid sample[BACKTEST_SAMPLE];
        ck_assert_uint_eq(
            mover_list_sample(&backtest->changes[MOVER_IN].movers, sample, BACKTEST_SAMPLE),
            BACKTEST_SAMPLE);
        if (turn == 0)
            memcpy(forward, sample, sizeof forward);
        else
            ck_assert_mem_eq(sample, forward, sizeof forward);
    }
}
END_TEST

static const char *written(struct backtest *one)
{
    struct json_out out;

    json_out_init(&out, arena, 1 << 20);
    backtest_close(one);
    ck_assert_int_eq(backtest_write(one, &out), ERR_NONE);
    return out.written.text;
}

/* Two workers' shares, in any cut, are the whole. */
START_TEST(test_shares_merge_into_the_whole)
{
    struct backtest *shares[2] = {calloc(1, sizeof **shares), calloc(1, sizeof **shares)};
    static const struct history_answer *const answers[] = {&won, &rejected, &accepted, &no_answer};

    begin(backtest, big, engaged, &always, DAY(400));
    for (int share = 0; share < 2; share++)
        begin(shares[share], big, engaged, &always, DAY(400));
    for (int i = 0; i < 200; i++) {
        struct history_lead lead = new_lead(i);
        lead.id.b[8] = (uint8_t)(i * 37);
        add(&lead, i % 3 == 0 ? -1 : i, *answers[i % 4]);
        struct backtest *share = shares[i * 7 % (_i + 2) == 0];
        ck_assert_int_eq(backtest_add(share, &lead, arena), ERR_NONE);
    }
    backtest_merge(shares[0], shares[1]);
    ck_assert_int_eq(backtest->leads, 200);
    ck_assert_int_gt(backtest->changes[MOVER_IN].count, BACKTEST_SAMPLE);
    ck_assert_str_eq(written(shares[0]), written(backtest));
    size_t lens[2];
    const uint8_t *movers[] = {backtest_movers(shares[0], arena, &lens[0]),
                               backtest_movers(backtest, arena, &lens[1])};
    ck_assert_uint_eq(lens[0], lens[1]);
    ck_assert_mem_eq(movers[0], movers[1], lens[0]);
    free(shares[0]);
    free(shares[1]);
}
END_TEST

START_TEST(test_written_whole)
{
    struct json_out out;
    json_error_t error;

    add_six(engaged, &always);
    json_out_init(&out, arena, 1 << 20);
    backtest_close(backtest);
    ck_assert_int_eq(backtest_write(backtest, &out), ERR_NONE);
    ck_assert(!arena_failed(arena));
    json_t *json = json_loads(out.written.text, 0, &error);
    ck_assert_msg(json != NULL, "%s", error.text);
    const json_t *result = json_object_get(json, "result");
    const json_t *months = json_object_get(result, "months");
    ck_assert_uint_eq(json_array_size(months), 1);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(months, 0), "month")),
                     "2026-01-01");
    ck_assert_int_eq(json_integer_value(json_object_get(result, "qualified")), 3);
    json_decref(json);
}
END_TEST

/* ---- targets ---- */

static void add_judged(int day, struct history_answer answer)
{
    struct history_lead lead = new_lead(1);

    lead.first_verdict_at = DAY(day);
    lead.answer = answer;
    ck_assert_int_eq(backtest_add(backtest, &lead, arena), ERR_NONE);
}

/* Twenty were won 1 to 20 days after they were judged, so a lead is mature at 18 days. */
START_TEST(test_open_and_young_leads_are_neither_won_nor_lost)
{
    const struct history_answer lost = {.answered = true, .accepted = true},
                                open = {.answered = true, .accepted = true, .won_open = true};

    begin(backtest, big, NULL, &always, DAY(100));
    for (int i = 1; i <= 20; i++) {
        struct history_answer answer = won;
        answer.won_at = DAY(10 + i);
        add_judged(10, answer);
    }
    add_judged(20, lost);
    add_judged(20, open);
    add_judged(82, lost); /* 18 days ago */
    add_judged(83, lost); /* 17 days ago: may have been lost soon, while the won ones take longer */
    struct history_answer soon = won;
    soon.won_at = DAY(99);
    add_judged(98, soon);
    struct backtest_match match = backtest_match(backtest, &backtest->side, TARGET_WON);
    ck_assert_int_eq(match.mature_days, 18);
    ck_assert_int_eq(match.false_negative, 20); /* of unknown size: none would have qualified */
    ck_assert_int_eq(match.true_negative, 2);
    ck_assert_int_eq(match.open, 1);
    ck_assert_int_eq(match.immature, 2);
    ck_assert(match.has_contrast);
    match = backtest_match(backtest, &backtest->side, TARGET_ACCEPTED);
    ck_assert_int_eq(match.mature_days, -1);
    ck_assert_int_eq(match.false_negative, 25);
    ck_assert_int_eq(match.immature, 0);
    ck_assert(!match.has_contrast); /* all were accepted, as imported deals are */
}
END_TEST

START_TEST(test_what_few_reached_has_no_age)
{
    int64_t reached[HISTORY_DAYS] = {0};

    reached[30] = HISTORY_MATURE_MIN - 1;
    ck_assert_int_eq(history_mature_days(reached), -1);
    reached[30]++;
    ck_assert_int_eq(history_mature_days(reached), 30);
    reached[HISTORY_DAYS - 1] = 1; /* 10 of 11 are more than nine in ten */
    ck_assert_int_eq(history_mature_days(reached), 30);
    reached[HISTORY_DAYS - 1] = 2;
    ck_assert_int_eq(history_mature_days(reached), HISTORY_DAYS - 1);
}
END_TEST

/* ---- intervals ---- */

/* From the formula by hand, and Newcombe, Statistics in Medicine 17 (1998), 857–872, table I,
 * method 3: 81/263, 15/148, 0/20, 1/29. */
static const struct {
    int64_t count, of;
    double low, high;
} intervals[] = {
    {81, 263, 0.2553, 0.3662},
    {15, 148, 0.0624, 0.1605},
    {0, 20, 0.0000, 0.1611},
    {1, 29, 0.0061, 0.1718},
};

START_TEST(test_wilson)
{
    struct interval got =
        proportion_wilson((struct proportion){intervals[_i].count, intervals[_i].of});

    ck_assert_double_eq_tol(got.low, intervals[_i].low, 0.00005);
    ck_assert_double_eq_tol(got.high, intervals[_i].high, 0.00005);
}
END_TEST

START_TEST(test_nothing_counted)
{
    struct json_out out;

    json_out_init(&out, arena, 1024);
    proportion_write((struct proportion){0, 0}, &out);
    ck_assert_str_eq(out.written.text,
                     "{\"count\":0,\"of\":0,\"rate\":null,\"low\":null,\"high\":null}");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "backtest");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, test_what_sales_learned_later_does_not_count, test_all_that_was_known_is_judged,
          test_imported_history_is_cut_at_the_first_handoff,
          test_an_import_without_a_date_was_known_before, test_without_handoff_all_that_was_told,
          test_touches_recorded_later_do_not_count,
          test_touches_beyond_the_latest_are_counted_by_day);
    EACH(tcase, test_the_earliest_of_verdict_and_handoff, moments);
    TESTS(tcase, test_sql_is_judged_on_what_sales_said_as_it_decided,
          test_touches_without_a_date_are_counted,
          test_open_and_young_leads_are_neither_won_nor_lost, test_what_few_reached_has_no_age,
          test_counts_add_up, test_period_is_of_the_moment_judged, test_both_directions_of_change,
          test_the_sample_does_not_depend_on_order);
    tcase_add_loop_test(tcase, test_shares_merge_into_the_whole, 0, 5);
    TESTS(tcase, test_written_whole);
    EACH(tcase, test_wilson, intervals);
    TESTS(tcase, test_nothing_counted);
}
