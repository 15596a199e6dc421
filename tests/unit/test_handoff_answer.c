/* Accepting an offer moves the lead; withdrawing leaves it and makes it due. */
#include "bench_handoff.h"
#include "suite.h"

START_TEST(accepting_moves_the_lead_and_sets_the_clock)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    ck_assert_str_eq(bench_answer("lead", "owner_team"), "marketing");
    struct handoff *handoff = bench_accept(SDR, lead);

    ck_assert_str_eq(handoff_state_name(handoff->state), "accepted");
    ASSERT_TEAM(lead->owner_team, SDR);
    ASSERT_STAGE(lead, STAGE_SAL);
    ck_assert_int_eq(lead->reached[MILESTONE_SAL], BENCH_NOW);
    ck_assert_int_eq(handoff->decide_by, BENCH_NOW + 7 * INSTANT_DAY);
    ck_assert_int_eq(lead->next.at, handoff->decide_by);
    ck_assert(uuid_equal(handoff->assignee, bench.members[SDR].id));
    ck_assert_int_eq(handoff->claimed_until, INSTANT_NONE);
    ck_assert_ptr_eq(lead->open, handoff);
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_ACCEPTED),
                                 "\"stage_from\":\"mql\",\"stage_to\":\"sal\",\"term\":\"mql\","
                                 "\"version\":3"));
    bench_close();
}
END_TEST

START_TEST(accepting_never_lowers_a_stage_and_converts_once)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    lead->stage = STAGE_OPPORTUNITY;
    lead->reached[MILESTONE_SAL] = BENCH_NOW - INSTANT_DAY;
    bench_accept(SDR, lead);

    ASSERT_STAGE(lead, STAGE_OPPORTUNITY);
    ck_assert_int_eq(lead->reached[MILESTONE_SAL], BENCH_NOW - INSTANT_DAY);
    bench_close();
}
END_TEST

START_TEST(a_team_that_is_not_sales_makes_no_sal)
{
    bench_open();
    bench.teams[SDR].function = FUNCTION_MARKETING;
    struct lead *lead = bench_lead("kim@x.example", 120);
    bench_accept(SDR, lead);

    ASSERT_TEAM(lead->owner_team, SDR);
    ASSERT_STAGE(lead, STAGE_MQL);
    ck_assert_int_eq(lead->reached[MILESTONE_SAL], INSTANT_NONE);
    bench_close();
}
END_TEST

START_TEST(an_offer_is_answered_once_and_by_its_receiver)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    struct handoff_note_input input = {.handoff = handoff->id};

    ck_assert_int_eq(bench_do(AE, COMMAND_HANDOFF_ACCEPT, &input), ERR_NOT_YOUR_HANDOFF);
    struct handoff_withdraw_input back = {.handoff = handoff->id, .until = INSTANT_NONE};
    ck_assert_int_eq(bench_do(SDR, COMMAND_HANDOFF_WITHDRAW, &back), ERR_NOT_YOUR_HANDOFF);
    ASSERT_TEAM(lead->owner_team, MARKETING);
    bench_accept(SDR, lead);
    ck_assert_int_eq(bench_do(SDR, COMMAND_HANDOFF_ACCEPT, &input), ERR_STATE_CONFLICT);
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_HANDOFF_WITHDRAW, &back), ERR_STATE_CONFLICT);
    ck_assert_str_eq(handoff_state_name(handoff->state), "accepted");
    bench_close();
}
END_TEST

START_TEST(a_withdrawn_lead_is_reviewed_at_once_and_not_offered_before)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    struct handoff_withdraw_input input = {
        .handoff = handoff->id, .note = "Wrong list", .until = INSTANT_NONE};
    bench.work.now += 60 * INSTANT_MINUTE;
    bench_must(MARKETING, COMMAND_HANDOFF_WITHDRAW, &input);

    ck_assert_str_eq(bench_answer("handoff", "state"), "withdrawn");
    ck_assert_str_eq(bench_answer("handoff", "note"), "Wrong list");
    ck_assert_ptr_null(lead->open);
    ck_assert_int_eq(handoff->closed_at, bench.work.now);
    ck_assert_int_eq(lead->next.at, bench.work.now);
    ASSERT_TEAM(lead->owner_team, MARKETING);
    ASSERT_STAGE(lead, STAGE_MQL);
    ck_assert_str_eq(lead_step_name(lead->next.step), "review");
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_null(lead->open);
    ck_assert_str_eq(lead->next.why, "withdrawn");
    bench_close();
}
END_TEST

START_TEST(a_lead_withdrawn_until_a_date_waits_for_it)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff_withdraw_input input = {.handoff = lead->open->id, .until = bench.work.now};

    ck_assert_int_eq(bench_do(MARKETING, COMMAND_HANDOFF_WITHDRAW, &input), ERR_INVALID_VALUE);
    input.until = bench.work.now + 40 * INSTANT_DAY;
    bench_must(MARKETING, COMMAND_HANDOFF_WITHDRAW, &input);
    ASSERT_STAGE(lead, STAGE_NURTURE);
    ck_assert_str_eq(lead_step_name(lead->next.step), "nurture");
    ck_assert_int_eq(lead->next.at, input.until);
    bench_touch(MARKETING, lead, "page_viewed");
    ck_assert_ptr_null(lead->open);
    ck_assert_int_eq(lead->next.at, input.until);
    bench.work.now = input.until;
    bench_touch(MARKETING, lead, "page_viewed");
    ck_assert_ptr_nonnull(lead->open);
    bench_close();
}
END_TEST

/* The sdr has qualified it; the ae that takes it over is not asked again. */
START_TEST(what_came_through_sql_is_qualified_when_it_is_accepted)
{
    static const struct fact_input facts[] = {
        {.name = "budget", .value = {.type = VALUE_INT, .integer = 5000}},
        {.name = "need", .value = {.type = VALUE_BOOL, .boolean = true}}};

    bench_open();
    bench_enforce(TERM_SQL, 2, BENCH_SQL);
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff_qualify_input input = {
        .handoff = bench_accept(SDR, lead)->id, .facts = facts, .fact_count = 2};
    bench_must(SDR, COMMAND_HANDOFF_QUALIFY, &input);
    struct handoff *chained = lead->open;
    ck_assert_ptr_nonnull(chained);
    struct handoff_note_input accept = {.handoff = chained->id};
    bench_must(AE, COMMAND_HANDOFF_ACCEPT, &accept);
    ck_assert_str_eq(bench_answer("handoff", "state"), "qualified");
    ck_assert_int_eq(chained->qualified_version, 2);
    ck_assert_int_eq(chained->accepted_at, bench.work.now);
    ck_assert(uuid_equal(chained->accepted_by, bench.members[AE].id));
    ASSERT_TEAM(lead->owner_team, AE);
    ASSERT_STAGE(lead, STAGE_SQL);
    ck_assert_ptr_null(lead->open);
    ck_assert_str_eq(lead_step_name(lead->next.step), "follow_up");
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "handoff_answer");

    TESTS(tcase, accepting_moves_the_lead_and_sets_the_clock,
          accepting_never_lowers_a_stage_and_converts_once, a_team_that_is_not_sales_makes_no_sal,
          an_offer_is_answered_once_and_by_its_receiver,
          a_withdrawn_lead_is_reviewed_at_once_and_not_offered_before,
          a_lead_withdrawn_until_a_date_waits_for_it,
          what_came_through_sql_is_qualified_when_it_is_accepted);
}
