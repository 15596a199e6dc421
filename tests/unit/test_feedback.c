/* Ratings, disputes and their answers, and what became of a qualified lead. */
#include "bench_handoff.h"
#include "suite.h"

static enum err say(int team, enum command_kind kind, const struct handoff *handoff, int rating,
                    const char *note)
{
    struct feedback_input input = {handoff->id, rating, note};

    return bench_do(team, kind, &input);
}

static const struct feedback_row *last_feedback(void)
{
    ck_assert_uint_gt(bench.work.saves[KIND_FEEDBACK].count, 0);
    return bench.work.saves[KIND_FEEDBACK].items[bench.work.saves[KIND_FEEDBACK].count - 1];
}

/* ---- feedback ---- */

START_TEST(a_later_rating_replaces_the_earlier_and_both_are_kept)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_GIVE, handoff, 4, NULL)),
                     "state_conflict");
    bench_accept(SDR, lead);
    ck_assert_str_eq(error_code(say(MARKETING, COMMAND_FEEDBACK_GIVE, handoff, 5, NULL)),
                     "wrong_team");
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_GIVE, handoff, 4, "Good fit")), "ok");
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_GIVE, handoff, 2, NULL)), "ok");

    ck_assert_int_eq(handoff->rating, 2);
    ck_assert_uint_eq(bench.work.saves[KIND_FEEDBACK].count, 2);
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_FEEDBACK_GIVEN), "\"rating\":2"));
    ck_assert(uuid_equal(last_feedback()->member, bench.members[SDR].id));
    bench_close();
}
END_TEST

/* ---- dispute ---- */

START_TEST(a_rejection_is_disputed_once_and_upheld)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    bench_reject(SDR, handoff, "too_small");
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_UPHOLD, handoff, 0, NULL)),
                     "state_conflict");
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_DISPUTE, handoff, 0, "No")),
                     "wrong_team");
    ck_assert_str_eq(
        error_code(say(MARKETING, COMMAND_FEEDBACK_DISPUTE, handoff, 0, "The form said 120")),
        "ok");
    ck_assert_str_eq(bench_answer("handoff", "dispute"), "open");
    ck_assert_str_eq(last_feedback()->note, "The form said 120");
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_UPHOLD, handoff, 0, "Called")), "ok");
    ck_assert_str_eq(bench_answer("handoff", "dispute"), "upheld");
    ck_assert_int_eq(last_feedback()->kind, FEEDBACK_UPHELD);
    ck_assert_str_eq(error_code(say(MARKETING, COMMAND_FEEDBACK_DISPUTE, handoff, 0, "Again")),
                     "state_conflict");
    ASSERT_STAGE(lead, STAGE_NURTURE);
    bench_close();
}
END_TEST

START_TEST(conceding_makes_a_new_handoff_that_is_accepted)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    bench_reject(SDR, handoff, "too_small");
    say(MARKETING, COMMAND_FEEDBACK_DISPUTE, handoff, 0, "The form said 120");
    bench.work.now += INSTANT_DAY;
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_CONCEDE, handoff, 0, NULL)), "ok");

    ck_assert_str_eq(bench_answer("handoff", "dispute"), "conceded");
    ck_assert_str_eq(bench_answer("handoff", "state"), "rejected");
    ck_assert_str_eq(bench_answer("new_handoff", "state"), "accepted");
    ck_assert_str_eq(bench_answer("new_handoff", "previous"), bench_answer("handoff", "id"));
    ck_assert_str_ne(bench_answer("new_handoff", "id"), bench_answer("handoff", "id"));
    ck_assert_int_eq(lead->open->version, handoff->version);
    ck_assert_int_eq(lead->open->verdict_seq, handoff->verdict_seq);
    ASSERT_TEAM(lead->owner_team, SDR);
    ASSERT_STAGE(lead, STAGE_SAL);
    ck_assert(!lead->held);
    ck_assert_int_eq(lead->next.at, bench.work.now + 7 * INSTANT_DAY);
    bench_close();
}
END_TEST

/* The new handoff is the old offer once more: what it was let through by, and whose it is, is the
 * same; what became of the old one is not. */
START_TEST(what_is_conceded_keeps_what_let_it_through)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    handoff->kind = HANDOFF_KIND_STRATEGIC;
    handoff->offer_note = "a flagship";
    bench_load_verdict(handoff);
    bench_reject(SDR, handoff, "too_small");
    say(MARKETING, COMMAND_FEEDBACK_DISPUTE, handoff, 0, "The form said 120");
    bench.work.now += INSTANT_DAY;
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_CONCEDE, handoff, 0, NULL)), "ok");

    const struct handoff *again = lead->open;
    ck_assert_ptr_ne(again, handoff);
    ck_assert_int_eq(again->kind, HANDOFF_KIND_STRATEGIC);
    ASSERT_TEAM(again->from_team, MARKETING);
    ASSERT_TEAM(again->to_team, SDR);
    ck_assert(again->gated);
    ck_assert_int_eq(again->term, TERM_MQL);
    ck_assert_int_eq(again->version, 3);
    ck_assert_int_gt(again->verdict_seq, 0);
    ck_assert_int_eq(again->verdict_seq, handoff->verdict_seq);
    ck_assert(uuid_equal(again->verdict_lead, lead->id));
    ck_assert_uint_gt(again->verdict_body_len, 0);
    ck_assert_uint_eq(again->verdict_body_len, handoff->verdict_body_len);
    ck_assert_ptr_eq(again->verdict_body, handoff->verdict_body);
    ck_assert_str_eq(again->offer_note, "a flagship");
    ck_assert(uuid_equal(again->previous, handoff->id));
    ck_assert_int_eq(again->offered_at, bench.work.now);
    ck_assert_int_eq(again->respond_by, bench.work.now);
    ck_assert_int_eq(again->accepted_at, bench.work.now);
    ck_assert(uuid_equal(again->accepted_by, bench.members[SDR].id));
    ck_assert_ptr_null(again->reason);
    ck_assert_int_eq(again->rating, 0);
    ck_assert_int_eq(again->dispute, DISPUTE_NONE);
    ck_assert_int_eq(again->closed_at, INSTANT_NONE);
    bench_close();
}
END_TEST

/* ---- appeal ---- */

/* Rejected by sam, disputed by ana, upheld by sam, appealed to eve. */
static struct handoff *appealed(void)
{
    struct handoff *handoff = bench_lead("kim@x.example", 120)->open;

    bench.config.route_terms.referee = bench.members[AE].id;
    bench_reject(SDR, handoff, "no_project");
    say(MARKETING, COMMAND_FEEDBACK_DISPUTE, handoff, 0, "They have one");
    say(SDR, COMMAND_FEEDBACK_UPHOLD, handoff, 0, "They have none");
    ck_assert_str_eq(
        error_code(say(MARKETING, COMMAND_FEEDBACK_APPEAL, handoff, 0, "See the call")), "ok");
    ck_assert_str_eq(bench_answer("handoff", "dispute"), "appealed");
    ck_assert_str_eq(last_feedback()->note, "See the call");
    ck_assert_int_eq(last_feedback()->kind, FEEDBACK_APPEALED);
    return handoff;
}

START_TEST(what_the_referee_upholds_stands)
{
    bench_open();
    struct handoff *handoff = appealed();

    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_UPHOLD, handoff, 0, NULL)),
                     "state_conflict");
    ck_assert_str_eq(error_code(say(MARKETING, COMMAND_FEEDBACK_CONCEDE, handoff, 0, NULL)),
                     "wrong_team");
    ck_assert_str_eq(error_code(say(AE, COMMAND_FEEDBACK_UPHOLD, handoff, 0, "I heard it")), "ok");
    ck_assert_str_eq(bench_answer("handoff", "dispute"), "upheld_finally");
    ck_assert_str_eq(error_code(say(MARKETING, COMMAND_FEEDBACK_APPEAL, handoff, 0, "Again")),
                     "state_conflict");
    bench_close();
}
END_TEST

START_TEST(what_the_referee_concedes_is_theirs_who_gave_it_back)
{
    bench_open();
    struct handoff *handoff = appealed();

    ck_assert_str_eq(error_code(say(AE, COMMAND_FEEDBACK_CONCEDE, handoff, 0, NULL)), "ok");
    ck_assert_str_eq(bench_answer("handoff", "dispute"), "conceded");
    ck_assert_str_eq(bench_answer("new_handoff", "state"), "accepted");
    ck_assert_str_eq(bench_answer("lead", "owner_team"), "sdr");
    struct lead *kim;
    ck_assert_int_eq(work_find_lead(&bench.work, handoff->lead, &kim), FIND_FOUND);
    ck_assert(uuid_equal(kim->open->accepted_by, bench.members[SDR].id));
    ck_assert(uuid_equal(kim->open->assignee, bench.members[SDR].id));
    bench_close();
}
END_TEST

START_TEST(without_a_referee_nothing_is_appealed)
{
    bench_open();
    struct handoff *handoff = bench_lead("kim@x.example", 120)->open;

    bench_reject(SDR, handoff, "no_project");
    say(MARKETING, COMMAND_FEEDBACK_DISPUTE, handoff, 0, "They have one");
    ck_assert_str_eq(error_code(say(MARKETING, COMMAND_FEEDBACK_APPEAL, handoff, 0, "Now")),
                     "state_conflict");
    say(SDR, COMMAND_FEEDBACK_UPHOLD, handoff, 0, NULL);
    ck_assert_str_eq(error_code(say(MARKETING, COMMAND_FEEDBACK_APPEAL, handoff, 0, "Now")),
                     "state_conflict");
    ck_assert_ptr_nonnull(strstr(bench.outcome.body, "name no referee"));
    bench_close();
}
END_TEST

START_TEST(a_lead_that_was_offered_anew_is_not_conceded)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    bench_reject(SDR, handoff, "no_project");
    say(MARKETING, COMMAND_FEEDBACK_DISPUTE, handoff, 0, "They have one");
    bench.work.now = lead->next.at;
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_nonnull(lead->open);
    ck_assert_str_eq(error_code(say(SDR, COMMAND_FEEDBACK_CONCEDE, handoff, 0, NULL)),
                     "state_conflict");
    ck_assert_int_eq(handoff->dispute, DISPUTE_OPEN);
    bench_close();
}
END_TEST

/* ---- outcome ---- */

static struct handoff *qualified(struct lead *lead)
{
    struct handoff *handoff = bench_accept(SDR, lead);
    struct handoff_qualify_input input = {.handoff = handoff->id};

    bench_must(SDR, COMMAND_HANDOFF_QUALIFY, &input);
    return handoff;
}

static enum err report(const struct handoff *handoff, struct handoff_outcome_input input)
{
    input.handoff = handoff->id;
    return bench_do(SDR, COMMAND_HANDOFF_OUTCOME, &input);
}

START_TEST(an_opportunity_is_won)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = qualified(lead);
    bench.work.now += 3 * INSTANT_DAY;
    struct handoff_outcome_input opportunity = {.outcome = OUTCOME_OPPORTUNITY,
                                                .occurred_at = bench.work.now - INSTANT_DAY};
    struct handoff_outcome_input won = {.outcome = OUTCOME_WON,
                                        .amount = {true, 90000, "EUR"},
                                        .note = "Signed",
                                        .occurred_at = INSTANT_NONE};
    ck_assert_str_eq(error_code(report(handoff, opportunity)), "ok");
    ASSERT_STAGE(lead, STAGE_OPPORTUNITY);
    ck_assert_int_eq(lead->reached[MILESTONE_OPPORTUNITY], bench.work.now - INSTANT_DAY);
    ck_assert_int_ne(lead->next.at, INSTANT_NONE);
    ck_assert_str_eq(error_code(report(handoff, won)), "ok");

    ck_assert_str_eq(bench_answer("handoff", "outcome"), "won");
    ASSERT_STAGE(lead, STAGE_CUSTOMER);
    ck_assert_int_eq(lead->reached[MILESTONE_CUSTOMER], bench.work.now);
    ck_assert_int_eq(lead->amount.minor, 90000);
    ck_assert_int_eq(lead->next.at, INSTANT_NONE);
    ck_assert_str_eq(last_feedback()->note, "Signed");
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_OUTCOME_WON),
                                 "{\"amount\":{\"currency\":\"EUR\",\"minor\":90000}"));
    ck_assert_str_eq(error_code(report(handoff, opportunity)), "state_conflict");
    bench_close();
}
END_TEST

START_TEST(a_lost_lead_goes_back_to_whoever_offered_it_first)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = qualified(lead);
    struct handoff_outcome_input lost = {.outcome = OUTCOME_LOST, .occurred_at = INSTANT_NONE};

    ck_assert_str_eq(error_code(report(handoff, lost)), "invalid_value");
    lost.reason = "whim";
    ck_assert_str_eq(error_code(report(handoff, lost)), "unknown_reason");
    ASSERT_STAGE(lead, STAGE_SQL);
    lost.reason = "no_project";
    ck_assert_str_eq(error_code(report(handoff, lost)), "ok");

    ASSERT_TEAM(lead->owner_team, MARKETING);
    ASSERT_STAGE(lead, STAGE_NURTURE);
    ck_assert_int_eq(lead->next.at, BENCH_NOW + 20 * INSTANT_DAY);
    ck_assert_str_eq(handoff->outcome_reason, "no_project");
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_null(lead->open);
    bench_close();
}
END_TEST

START_TEST(a_lost_srl_is_not_offered_again_for_what_it_was)
{
    bench_open();
    bench_enforce(TERM_SRL, 1, BENCH_SRL);
    struct lead *lead = bench_lead("kim@x.example", 120);
    bench_touch(MARKETING, lead, "demo_requested");
    struct handoff_outcome_input lost = {
        .outcome = OUTCOME_LOST, .reason = "no_project", .occurred_at = INSTANT_NONE};
    ck_assert_str_eq(error_code(report(qualified(lead), lost)), "ok");
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_null(lead->open);
    ASSERT_STAGE(lead, STAGE_NURTURE);
    bench_close();
}
END_TEST

START_TEST(nothing_becomes_of_it_in_the_future)
{
    bench_open();
    struct handoff *handoff = qualified(bench_lead("kim@x.example", 120));
    struct handoff_outcome_input won = {.outcome = OUTCOME_WON,
                                        .occurred_at = BENCH_NOW + INSTANT_DAY};
    ck_assert_str_eq(error_code(report(handoff, won)), "invalid_value");
    ck_assert_int_eq(handoff->outcome, OUTCOME_NONE);
    bench_close();
}
END_TEST

START_TEST(whoever_handed_it_on_reports_no_outcome)
{
    bench_open();
    bench.routes[1].gate_count = 0;
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = qualified(lead);
    struct handoff_outcome_input won = {.outcome = OUTCOME_WON, .occurred_at = INSTANT_NONE};
    ck_assert_ptr_nonnull(lead->open);
    ck_assert_str_eq(error_code(report(handoff, won)), "state_conflict");
    bench_accept(AE, lead);
    ck_assert_str_eq(error_code(report(handoff, won)), "state_conflict");
    ASSERT_STAGE(lead, STAGE_SQL);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "feedback");

    TESTS(tcase, a_later_rating_replaces_the_earlier_and_both_are_kept,
          a_rejection_is_disputed_once_and_upheld, conceding_makes_a_new_handoff_that_is_accepted,
          what_is_conceded_keeps_what_let_it_through, what_the_referee_upholds_stands,
          what_the_referee_concedes_is_theirs_who_gave_it_back,
          without_a_referee_nothing_is_appealed, a_lead_that_was_offered_anew_is_not_conceded,
          an_opportunity_is_won, a_lost_lead_goes_back_to_whoever_offered_it_first,
          a_lost_srl_is_not_offered_again_for_what_it_was, nothing_becomes_of_it_in_the_future,
          whoever_handed_it_on_reports_no_outcome);
}
