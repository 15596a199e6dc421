/* Accepting an offer moves the lead; withdrawing leaves it and makes it due. */
#include "bench_handoff.h"

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
    ck_assert_int_eq(bench_do(SDR, COMMAND_HANDOFF_WITHDRAW, &input), ERR_NOT_YOUR_HANDOFF);
    ASSERT_TEAM(lead->owner_team, MARKETING);
    bench_accept(SDR, lead);
    ck_assert_int_eq(bench_do(SDR, COMMAND_HANDOFF_ACCEPT, &input), ERR_STATE_CONFLICT);
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_HANDOFF_WITHDRAW, &input), ERR_STATE_CONFLICT);
    ck_assert_str_eq(handoff_state_name(handoff->state), "accepted");
    bench_close();
}
END_TEST

START_TEST(a_withdrawn_lead_is_due_at_once)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    struct handoff_note_input input = {.handoff = handoff->id, .note = "Wrong list"};
    bench.work.now += 60 * INSTANT_MINUTE;
    bench_must(MARKETING, COMMAND_HANDOFF_WITHDRAW, &input);

    ck_assert_str_eq(bench_answer("handoff", "state"), "withdrawn");
    ck_assert_str_eq(bench_answer("handoff", "note"), "Wrong list");
    ck_assert_ptr_null(lead->open);
    ck_assert_int_eq(handoff->closed_at, bench.work.now);
    ck_assert_int_eq(lead->next.at, bench.work.now);
    ASSERT_TEAM(lead->owner_team, MARKETING);
    ASSERT_STAGE(lead, STAGE_MQL);
    bench_close();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        accepting_moves_the_lead_and_sets_the_clock,
        accepting_never_lowers_a_stage_and_converts_once,
        a_team_that_is_not_sales_makes_no_sal,
        an_offer_is_answered_once_and_by_its_receiver,
        a_withdrawn_lead_is_due_at_once,
    };

    return bench_run("handoff_answer", tests, sizeof tests / sizeof *tests);
}
