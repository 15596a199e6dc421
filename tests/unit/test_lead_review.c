/* What its owner says of a lead that is to be reviewed. */
#include "bench_person.h"
#include "suite.h"

#include "core/handoff/leads_due.h"
#include "core/intake/lead_review.h"

static const struct person KIM = {
    .email = "kim@acme.example", .seniority = "vp", .employees = 120, .touch = "form_submitted"};

static struct review_input word(const struct lead *lead, enum review_decision decision)
{
    return (struct review_input){
        .lead = lead->id, .decision = decision, .until = INSTANT_NONE, .occurred_at = INSTANT_NONE};
}

/* Offered, and taken back by marketing. */
static struct lead *kim_in_review(void)
{
    struct lead *kim = person_must(KIM);
    struct handoff_withdraw_input withdraw = {.handoff = kim->open->id, .until = INSTANT_NONE};

    bench_must(MARKETING, COMMAND_HANDOFF_WITHDRAW, &withdraw);
    ck_assert_int_eq(kim->next.step, STEP_REVIEW);
    return kim;
}

static void refused(int team, const struct review_input *input, enum err err, const char *text)
{
    struct person_state before = person_state();

    ck_assert_int_eq(bench_do(team, COMMAND_LEAD_REVIEW, input), err);
    ck_assert_msg(strstr(bench.outcome.body, text) != NULL, "wanted %s: %.*s", text,
                  (int)bench.outcome.body_len, bench.outcome.body);
    ASSERT_UNCHANGED(before);
}

START_TEST(who_is_nurtured_waits_until_then)
{
    bench_open();
    struct lead *kim = kim_in_review();
    struct review_input input = word(kim, REVIEW_NURTURE);

    input.until = bench.work.now + 40 * INSTANT_DAY;
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ASSERT_STAGE(kim, STAGE_NURTURE);
    ck_assert_str_eq(lead_step_name(kim->next.step), "nurture");
    ck_assert_int_eq(kim->next.at, input.until);
    ck_assert_str_eq(kim->next.why, "reviewed");
    ck_assert_str_eq(person_told(LEDGER_LEAD_REVIEWED, "decision"), "nurture");
    ck_assert_str_eq(person_told(LEDGER_LEAD_REVIEWED, "stage_to"), "nurture");
    bench_touch(MARKETING, kim, "form_submitted");
    ck_assert_ptr_null(kim->open);
    bench.work.now = input.until;
    bench_touch(MARKETING, kim, "form_submitted");
    ck_assert_ptr_nonnull(kim->open);
    bench_close();
}
END_TEST

START_TEST(without_a_date_it_is_the_definitions)
{
    bench_open();
    struct lead *kim = kim_in_review();
    struct review_input input = word(kim, REVIEW_NURTURE);

    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ck_assert_int_eq(kim->next.at, bench.work.now + 20 * INSTANT_DAY);
    bench_close();
}
END_TEST

START_TEST(who_asks_for_a_demonstration_does_not_wait)
{
    bench_open();
    bench_enforce(TERM_SRL, 1, BENCH_SRL);
    bench.routes[1] = bench_route(MARKETING, SDR, TERM_SRL);
    struct lead *kim = kim_in_review();
    struct review_input input = word(kim, REVIEW_NURTURE);

    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    bench_touch(MARKETING, kim, "demo_requested");
    ck_assert_ptr_nonnull(kim->open);
    bench_close();
}
END_TEST

START_TEST(who_is_offered_is_in_the_queue_at_once)
{
    bench_open();
    struct lead *kim = kim_in_review();
    struct uuid taken_back = kim->last_handoff;
    struct review_input input = word(kim, REVIEW_OFFER);

    input.note = "She is back from her holidays.";
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ck_assert_ptr_nonnull(kim->open);
    ASSERT_TEAM(kim->open->to_team, SDR);
    ck_assert(uuid_equal(kim->open->previous, taken_back));
    ck_assert_str_eq(kim->open->offer_note, input.note);
    ck_assert_int_eq(kim->next.step, STEP_ANSWER);
    ck_assert_str_eq(bench_answer("handoff", "state"), "offered");
    bench_close();
}
END_TEST

START_TEST(the_owner_may_name_the_team_and_routes_that_are_not_automatic)
{
    bench_open();
    bench.routes[0].automatic = false;
    bench.routes[1] = bench_route(MARKETING, AE, TERM_MQL);
    bench.routes[1].automatic = false;
    struct lead *kim = NULL;
    ck_assert_int_eq(person_capture(MARKETING, KIM), ERR_NONE);
    kim = person_lead();
    ck_assert_str_eq(kim->next.why, "not_automatic");
    struct review_input input = word(kim, REVIEW_OFFER);
    input.to_team = "ae";
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ASSERT_TEAM(kim->open->to_team, AE);
    bench_close();
}
END_TEST

START_TEST(whom_a_sender_calls_a_customer_is_offered_by_its_owners_word)
{
    struct person claimed = KIM;

    bench_open();
    claimed.claimed = STAGE_CUSTOMER;
    ck_assert_int_eq(person_capture(MARKETING, claimed), ERR_NONE);
    struct lead *kim = person_lead();
    ck_assert_str_eq(kim->next.why, "claimed: customer");
    struct review_input input = word(kim, REVIEW_OFFER);
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ck_assert_ptr_nonnull(kim->open);
    bench_close();
}
END_TEST

START_TEST(or_is_one_and_nothing_is_next)
{
    struct person claimed = KIM;

    bench_open();
    claimed.claimed = STAGE_CUSTOMER;
    ck_assert_int_eq(person_capture(MARKETING, claimed), ERR_NONE);
    struct lead *kim = person_lead();
    struct review_input input = word(kim, REVIEW_CUSTOMER);
    input.occurred_at = bench.work.now - 100 * INSTANT_DAY;
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ASSERT_STAGE(kim, STAGE_CUSTOMER);
    ck_assert_int_eq(kim->next.step, STEP_NONE);
    ck_assert_int_eq(kim->reached[MILESTONE_CUSTOMER], input.occurred_at);
    ck_assert(!kim->held);
    refused(MARKETING, &input, ERR_STATE_CONFLICT, "\"state\":\"customer\"");
    bench_close();
}
END_TEST

START_TEST(a_moment_to_come_counts_as_now)
{
    bench_open();
    struct lead *kim = kim_in_review();
    struct review_input input = word(kim, REVIEW_CUSTOMER);

    input.occurred_at = bench.work.now + INSTANT_DAY;
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ck_assert_int_eq(kim->reached[MILESTONE_CUSTOMER], bench.work.now);
    ck_assert(json_is_true(json_object_get(bench.answer, "counted_as_now")));
    bench_close();
}
END_TEST

START_TEST(who_is_disqualified_is_so_for_a_reason)
{
    bench_open();
    bench_enforce(TERM_SRL, 1, BENCH_SRL);
    struct lead *kim = kim_in_review();
    struct review_input input = word(kim, REVIEW_DISQUALIFY);

    refused(MARKETING, &input, ERR_UNPROCESSABLE, "\"/reason\"");
    input.reason = "no_such";
    refused(MARKETING, &input, ERR_UNKNOWN_REASON, "\"junk\"");
    input.reason = "junk";
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ASSERT_STAGE(kim, STAGE_DISQUALIFIED);
    ck_assert_int_eq(kim->next.step, STEP_NONE);
    ck_assert_str_eq(person_told(LEDGER_LEAD_REVIEWED, "reason"), "junk");
    refused(MARKETING, &input, ERR_STATE_CONFLICT, "\"state\":\"disqualified\"");

    /* who raises a hand is reviewed again, and may be offered after all */
    bench_touch(MARKETING, kim, "demo_requested");
    ck_assert_str_eq(kim->next.why, "hand_raiser");
    struct review_input offer = word(kim, REVIEW_OFFER);
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &offer);
    ck_assert_ptr_nonnull(kim->open);
    ASSERT_STAGE(kim, STAGE_SRL);
    bench_close();
}
END_TEST

START_TEST(an_sql_is_offered_on_by_what_made_it_one)
{
    bench_open();
    bench.config.route_count = 1;
    struct lead *kim = person_must(KIM);
    struct handoff_qualify_input qualify = {.handoff = bench_accept(SDR, kim)->id};
    bench_must(SDR, COMMAND_HANDOFF_QUALIFY, &qualify);
    bench_enforce(TERM_SQL, 1, BENCH_SQL);
    bench.config.route_count = 2;
    struct review_input input = word(kim, REVIEW_OFFER);
    refused(SDR, &input, ERR_NO_ROUTE, "no_route");
    struct fact_input facts[] = {{.name = "budget", .value = bench_int(2000)},
                                 {.name = "need", .value = {.type = VALUE_BOOL, .boolean = true}}};
    struct facts_input confirm = {kim->id, facts, 2, INSTANT_NONE};
    bench_must(SDR, COMMAND_LEAD_FACTS, &confirm);
    bench_must(SDR, COMMAND_LEAD_REVIEW, &input);
    ASSERT_TEAM(kim->open->to_team, AE);
    ck_assert_int_eq(kim->open->term, TERM_SQL);
    bench_close();
}
END_TEST

START_TEST(what_no_route_lets_through_is_said)
{
    bench_open();
    struct lead *lee =
        person_must((struct person){.email = "lee@acme.example", .touch = "form_submitted"});
    struct review_input input = word(lee, REVIEW_OFFER);

    refused(MARKETING, &input, ERR_NOT_QUALIFIED, "criterion_unknown");
    input.to_team = "nobody";
    refused(MARKETING, &input, ERR_INVALID_VALUE, "/to_team");
    bench.config.in_force[TERM_MQL] = NULL;
    input.to_team = NULL;
    refused(MARKETING, &input, ERR_NO_DEFINITION, "no_definition");
    bench_close();
}
END_TEST

START_TEST(what_goes_with_another_decision_is_refused)
{
    bench_open();
    struct lead *kim = kim_in_review();
    struct review_input input = word(kim, REVIEW_OFFER);

    input.until = bench.work.now + INSTANT_DAY;
    refused(MARKETING, &input, ERR_UNPROCESSABLE, "\"/until\"");
    input = word(kim, REVIEW_NURTURE);
    input.to_team = "ae";
    refused(MARKETING, &input, ERR_UNPROCESSABLE, "\"/to_team\"");
    input = word(kim, REVIEW_NURTURE);
    input.note = "x";
    refused(MARKETING, &input, ERR_UNPROCESSABLE, "\"/note\"");
    input = word(kim, REVIEW_CUSTOMER);
    input.reason = "junk";
    refused(MARKETING, &input, ERR_UNPROCESSABLE, "\"/reason\"");
    input = word(kim, REVIEW_NURTURE);
    input.occurred_at = bench.work.now;
    refused(MARKETING, &input, ERR_UNPROCESSABLE, "\"/occurred_at\"");
    input = word(kim, REVIEW_NURTURE);
    input.until = bench.work.now;
    refused(MARKETING, &input, ERR_INVALID_VALUE, "\"/until\"");
    bench_close();
}
END_TEST

START_TEST(sales_has_the_word_while_it_is_offered)
{
    bench_open();
    struct lead *kim = person_must(KIM);
    struct review_input input = word(kim, REVIEW_NURTURE);

    refused(MARKETING, &input, ERR_STATE_CONFLICT, "\"state\":\"offered\"");
    refused(SDR, &input, ERR_OTHER_SIDE, "other_side");
    bench_close();
}
END_TEST

START_TEST(an_opportunity_is_won_or_lost_by_its_outcome)
{
    bench_open();
    struct lead *kim = kim_in_review();
    kim->stage = STAGE_OPPORTUNITY;
    struct review_input input = word(kim, REVIEW_CUSTOMER);
    refused(MARKETING, &input, ERR_STATE_CONFLICT, "\"state\":\"opportunity\"");
    input = word(kim, REVIEW_DISQUALIFY);
    input.reason = "junk";
    refused(MARKETING, &input, ERR_STATE_CONFLICT, "\"state\":\"opportunity\"");
    input = word(kim, REVIEW_NURTURE);
    bench_must(MARKETING, COMMAND_LEAD_REVIEW, &input);
    ASSERT_STAGE(kim, STAGE_OPPORTUNITY);
    ck_assert_int_eq(kim->next.step, STEP_NURTURE);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lead_review");

    TESTS(tcase, who_is_nurtured_waits_until_then, without_a_date_it_is_the_definitions,
          who_asks_for_a_demonstration_does_not_wait, who_is_offered_is_in_the_queue_at_once,
          the_owner_may_name_the_team_and_routes_that_are_not_automatic,
          whom_a_sender_calls_a_customer_is_offered_by_its_owners_word,
          or_is_one_and_nothing_is_next, a_moment_to_come_counts_as_now,
          who_is_disqualified_is_so_for_a_reason, an_sql_is_offered_on_by_what_made_it_one,
          what_no_route_lets_through_is_said, what_goes_with_another_decision_is_refused,
          sales_has_the_word_while_it_is_offered, an_opportunity_is_won_or_lost_by_its_outcome);
}
