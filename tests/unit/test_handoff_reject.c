/* Rejections and returns: their class, what follows, and that nothing is played back at once. */
#include "../support/known.h"
#include "bench_handoff.h"
#include "suite.h"

static void reject_with(struct handoff *handoff, const char *reason, const char *name,
                        struct value value)
{
    struct attribute_input attributes = {name, value};
    struct handoff_reject_input input = {.handoff = handoff->id,
                                         .reason = reason,
                                         .corrections = &attributes,
                                         .correction_count = 1};

    bench_must(SDR, COMMAND_HANDOFF_REJECT, &input);
}

static const char *criterion(const char *member)
{
    const json_t *handoff = json_object_get(bench.answer, "handoff");
    const char *text =
        json_string_value(json_object_get(json_object_get(handoff, "criterion"), member));

    return text == NULL ? "" : text;
}

static void must_reject(int team, struct handoff *handoff, const char *reason)
{
    ck_assert_str_eq(error_code(bench_reject(team, handoff, reason)), "ok");
}

/* ---- class ---- */

START_TEST(a_criterion_that_was_met_is_contradicted)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    must_reject(SDR, handoff, "too_small");

    ck_assert_str_eq(bench_answer("handoff", "state"), "rejected");
    ck_assert_str_eq(bench_answer("handoff", "class"), "contradicts");
    ck_assert_str_eq(handoff->criterion,
                     "{\"id\":\"size\",\"result\":\"met\",\"seen\":120,\"now\":\"met\"}");
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_REJECTED),
                                 "{\"class\":\"contradicts\",\"criterion\":\"size\",\"handoff\":"));
    bench_close();
}
END_TEST

START_TEST(a_correction_that_unmeets_it_shows_bad_data)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    reject_with(lead->open, "too_small", "employees", bench_int(30));

    ck_assert_str_eq(bench_answer("handoff", "class"), "bad_data");
    ck_assert_str_eq(criterion("result"), "met");
    ck_assert_str_eq(criterion("now"), "unmet");
    ck_assert_int_eq(known_value(&lead->attributes, "employees")->integer, 30);
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_ATTRIBUTES_TOLD), "\"employees\":"));
    bench_close();
}
END_TEST

START_TEST(a_correction_of_something_else_does_not)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    reject_with(lead->open, "too_small", "city", bench_text("Bern"));
    ck_assert_str_eq(bench_answer("handoff", "class"), "contradicts");
    bench_close();
}
END_TEST

START_TEST(points_that_carried_an_unmet_criterion_show_it_weak)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 10);
    must_reject(SDR, lead->open, "too_small");
    ck_assert_str_eq(bench_answer("handoff", "class"), "shows_weak_criterion");
    ck_assert_str_eq(criterion("result"), "unmet");
    bench_close();
}
END_TEST

START_TEST(a_disqualifier_speaks_the_other_way_round)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    reject_with(lead->open, "a_rival", "rival",
                (struct value){.type = VALUE_BOOL, .boolean = true});
    ck_assert_str_eq(bench_answer("handoff", "class"), "shows_weak_criterion"); /* was unknown */
    ck_assert_str_eq(criterion("now"), "met");
    ASSERT_STAGE(lead, STAGE_DISQUALIFIED);
    bench_close();
}
END_TEST

START_TEST(an_exception_is_confirmed)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    lead->open->kind = HANDOFF_KIND_STRATEGIC;
    must_reject(SDR, lead->open, "too_small");
    ck_assert_str_eq(bench_answer("handoff", "class"), "confirms_exception");
    bench_close();
}
END_TEST

START_TEST(gap_and_process_speak_of_no_criterion)
{
    bench_open();
    must_reject(SDR, bench_lead("kim@x.example", 120)->open, "no_project");
    ck_assert_str_eq(bench_answer("handoff", "class"), "shows_gap");
    must_reject(SDR, bench_lead("lee@x.example", 120)->open, "duplicate");
    ck_assert_str_eq(bench_answer("handoff", "class"), "process");
    ck_assert(json_is_null(json_object_get(json_object_get(bench.answer, "handoff"), "criterion")));
    bench_close();
}
END_TEST

START_TEST(without_a_verdict_it_is_judged_as_it_stands)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    lead->open->verdict_body = NULL;
    lead->open->version = 0;
    reject_with(lead->open, "too_small", "employees", bench_int(30));
    ck_assert_str_eq(bench_answer("handoff", "class"), "bad_data");
    bench_close();
}
END_TEST

/* ---- the reason ---- */

START_TEST(an_unknown_reason_is_answered_with_the_known_ones)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = lead->open;
    ck_assert_str_eq(error_code(bench_reject(SDR, handoff, "whim")), "unknown_reason");
    const json_t *fault = json_array_get(json_object_get(bench.answer, "errors"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(fault, "pointer")), "/reason");
    const json_t *allowed = json_object_get(bench.answer, "allowed_reasons");
    ck_assert_str_eq(json_string_value(json_array_get(allowed, 0)), "too_small");
    ck_assert_str_eq(handoff_state_name(handoff->state), "offered");
    ck_assert_ptr_eq(lead->open, handoff);
    bench_close();
}
END_TEST

START_TEST(with_no_definition_any_code_is_a_gap)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    lead->open->version = 0;
    bench.config.in_force[TERM_MQL] = NULL;
    must_reject(SDR, lead->open, "whim");
    ck_assert_str_eq(bench_answer("handoff", "class"), "shows_gap");
    ck_assert_int_eq(lead->next.at, BENCH_NOW + NURTURE_DAYS_DEFAULT * INSTANT_DAY);
    bench_close();
}
END_TEST

/* ---- what follows ---- */

START_TEST(nurture_waits_for_its_date)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    must_reject(SDR, lead->open, "no_project");

    ASSERT_TEAM(lead->owner_team, MARKETING);
    ASSERT_STAGE(lead, STAGE_NURTURE);
    ck_assert_int_eq(lead->next.at, BENCH_NOW + 20 * INSTANT_DAY);
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_null(lead->open);
    ASSERT_STAGE(lead, STAGE_NURTURE);
    bench.work.now = lead->next.at;
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_nonnull(lead->open);
    ASSERT_STAGE(lead, STAGE_MQL);
    bench_close();
}
END_TEST

START_TEST(disqualified_leads_have_no_next_date)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    must_reject(SDR, lead->open, "duplicate");

    ASSERT_STAGE(lead, STAGE_DISQUALIFIED);
    ck_assert_int_eq(lead->next.at, INSTANT_NONE);
    bench.work.now += 100 * INSTANT_DAY;
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_null(lead->open);
    ASSERT_STAGE(lead, STAGE_DISQUALIFIED);
    bench_close();
}
END_TEST

START_TEST(a_lead_to_go_elsewhere_is_due_at_once_and_waits_for_a_human)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    must_reject(SDR, lead->open, "elsewhere");

    ASSERT_STAGE(lead, STAGE_INQUIRY);
    ck_assert_int_eq(lead->next.at, BENCH_NOW);
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_null(lead->open);
    bench_close();
}
END_TEST

/* And so does what no other route is open to; the same route is no other one. */
START_TEST(a_lead_to_go_elsewhere_goes_along_the_next_route)
{
    bench_open();
    bench.routes[1] = bench_route(MARKETING, AE, TERM_MQL);
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *first = lead->open;
    must_reject(SDR, first, "elsewhere");

    ck_assert_ptr_nonnull(lead->open);
    ASSERT_TEAM(lead->open->to_team, AE);
    ck_assert(uuid_equal(lead->open->previous, first->id));
    ASSERT_STAGE(lead, STAGE_MQL);
    ck_assert_str_eq(lead_step_name(lead->next.step), "answer");
    must_reject(AE, lead->open, "elsewhere");
    ck_assert_ptr_nonnull(lead->open); /* ae gave it back, sdr may have it again */
    ASSERT_TEAM(lead->open->to_team, SDR);
    bench_close();
}
END_TEST

START_TEST(a_source_says_nothing_of_the_criteria)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    must_reject(SDR, lead->open, "junk");
    ck_assert_str_eq(bench_answer("handoff", "class"), "bad_source");
    ck_assert_ptr_null(
        json_string_value(json_object_get(json_object_get(bench.answer, "handoff"), "criterion")));
    ASSERT_STAGE(lead, STAGE_DISQUALIFIED);
    bench_close();
}
END_TEST

START_TEST(who_is_known_already_is_reviewed_by_a_human)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    must_reject(SDR, lead->open, "known");
    ASSERT_STAGE(lead, STAGE_INQUIRY);
    ck_assert_str_eq(lead_step_name(lead->next.step), "review");
    ck_assert_str_eq(lead->next.why, "rejected: known");
    bench_close();
}
END_TEST

/* However late the clock of whoever said it ran. */
START_TEST(a_correction_beats_what_was_told_with_a_date_to_come)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct observation *said = attribute_find(&lead->attributes, "employees")->observations;
    said[0].occurred_at = BENCH_NOW + 3650 * INSTANT_DAY; /* as it could be stored before */
    reject_with(lead->open, "too_small", "employees", bench_int(30));
    ck_assert_str_eq(bench_answer("handoff", "class"), "bad_data");
    ck_assert_int_eq(known_value(&lead->attributes, "employees")->integer, 30);
    bench_close();
}
END_TEST

START_TEST(a_returned_lead_goes_back_to_its_offerer)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = bench_accept(SDR, lead);
    must_reject(SDR, handoff, "too_small");

    ck_assert_str_eq(bench_answer("handoff", "state"), "returned");
    ck_assert_str_eq(bench_answer("lead", "owner_team"), "marketing");
    ASSERT_STAGE(lead, STAGE_NURTURE);
    ck_assert_ptr_null(lead->open);
    ck_assert_int_eq(lead->reached[MILESTONE_SAL], BENCH_NOW); /* what was reached stays */
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_RETURNED), "\"owner\":"));
    bench_close();
}
END_TEST

/* ---- no ping-pong ---- */

START_TEST(the_correction_itself_offers_nothing)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    reject_with(lead->open, "too_small", "employees", bench_int(30)); /* still 60 points */
    ck_assert_ptr_null(lead->open);
    ASSERT_STAGE(lead, STAGE_NURTURE);
    bench_close();
}
END_TEST

START_TEST(a_change_in_the_disputed_criterion_opens_the_way)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    must_reject(SDR, lead->open, "too_small");
    struct attribute_input other = {"city", bench_text("Bern")};
    struct attribute_input size = {"employees", bench_int(900)};
    struct update_input update = {.lead = lead->id,
                                  .attributes = &other,
                                  .attribute_count = 1,
                                  .occurred_at = INSTANT_NONE,
                                  .next_at = INSTANT_NONE};
    bench.work.now += INSTANT_DAY;
    bench_must(MARKETING, COMMAND_LEAD_UPDATE, &update);
    ck_assert_ptr_null(lead->open);
    update.attributes = &size;
    bench_must(MARKETING, COMMAND_LEAD_UPDATE, &update);
    ck_assert_ptr_nonnull(lead->open);
    bench_close();
}
END_TEST

START_TEST(a_touch_that_the_disputed_criterion_counts_opens_the_way)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    must_reject(SDR, lead->open, "not_engaged");
    bench_touch(MARKETING, lead, "email_opened");
    ck_assert_ptr_null(lead->open);
    bench_touch(MARKETING, lead, "form_submitted");
    ck_assert_ptr_nonnull(lead->open);
    bench_close();
}
END_TEST

START_TEST(a_newly_met_srl_skips_nurture_an_old_one_does_not)
{
    bench_open();
    bench_enforce(TERM_SRL, 1, BENCH_SRL);
    struct lead *fresh = bench_lead("kim@x.example", 120);
    must_reject(SDR, fresh->open, "no_project");
    bench_touch(MARKETING, fresh, "demo_requested");
    ck_assert_ptr_nonnull(fresh->open);
    ASSERT_STAGE(fresh, STAGE_SRL);
    must_reject(SDR, fresh->open, "no_project");
    bench_touch(MARKETING, fresh, "demo_requested");
    ck_assert_ptr_null(fresh->open);
    ASSERT_STAGE(fresh, STAGE_NURTURE);
    bench_close();
}
END_TEST

START_TEST(any_touch_opens_the_way_where_any_counts)
{
    static const char any[] =
        "{\"term\": \"mql\", \"title\": \"MQL\", \"criteria\": ["
        "{\"id\": \"engaged\", \"title\": \"Engaged\", \"kind\": \"engagement\","
        " \"required\": true, \"test\": {\"touches\": {}, \"op\": \"gte\", \"value\": 1}}],"
        "\"reasons\": [{\"code\": \"not_engaged\", \"title\": \"Not engaged\","
        " \"about\": \"criterion\", \"criterion\": \"engaged\", \"then\": \"nurture\"}]}";

    bench_open();
    definition_free(bench.compiled[TERM_MQL]);
    bench_enforce(TERM_MQL, 3, any);
    struct lead *lead = bench_lead("kim@x.example", 120);
    must_reject(SDR, lead->open, "not_engaged");
    bench_touch(MARKETING, lead, "page_viewed");
    ck_assert_ptr_nonnull(lead->open);
    bench_close();
}
END_TEST

/* A member's word that it is an srl counts as having met it, as long as that version stands. */
START_TEST(an_srl_by_a_members_word_is_not_newly_met)
{
    for (int version = 1; version <= 2; version++) {
        bench_open();
        bench_enforce(TERM_SRL, version, BENCH_SRL);
        struct lead *lead = bench_lead("kim@x.example", 120);
        lead->overrides[TERM_SRL] = (struct verdict_override){
            .given = true, .result = VERDICT_QUALIFIED, .note = "They called", .version = 1};
        must_reject(SDR, lead->open, "no_project");
        bench_touch(MARKETING, lead, "demo_requested");
        ck_assert_int_eq(lead->open != NULL, version == 2);
        bench_close();
    }
}
END_TEST

/* ---- to whom the reason says ---- */

START_TEST(a_lead_goes_to_the_team_that_the_reason_names)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *first = lead->open;

    must_reject(SDR, first, "large"); /* no route leads there from marketing */
    ck_assert_ptr_nonnull(lead->open);
    ASSERT_TEAM(lead->open->to_team, AE);
    ASSERT_TEAM(lead->open->from_team, MARKETING);
    ck_assert(uuid_equal(lead->open->previous, first->id));
    ck_assert_int_eq(lead->open->verdict_seq, first->verdict_seq);
    ck_assert_int_eq(lead->next.step, STEP_ANSWER);
    bench_load_verdict(lead->open);
    must_reject(AE, lead->open, "large"); /* it was with them already: then the next route */
    ck_assert_ptr_nonnull(lead->open);
    ASSERT_TEAM(lead->open->to_team, SDR);
    bench_close();
}
END_TEST

START_TEST(whom_the_correction_disqualifies_goes_nowhere)
{
    struct attribute_input junior = {"seniority", bench_text("junior")};

    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff_reject_input input = {.handoff = lead->open->id,
                                         .reason = "large",
                                         .corrections = &junior,
                                         .correction_count = 1};
    bench_must(SDR, COMMAND_HANDOFF_REJECT, &input);
    ck_assert_ptr_null(lead->open);
    ck_assert_int_eq(lead->next.step, STEP_REVIEW);
    bench_close();
}
END_TEST

/* ---- which lead it is ---- */

static enum err reject_as(struct lead *lead, const char *reason, struct uuid same)
{
    struct handoff_reject_input input = {
        .handoff = lead->open->id, .reason = reason, .duplicate_of = same};

    return bench_do(SDR, COMMAND_HANDOFF_REJECT, &input);
}

START_TEST(a_duplicate_of_what_sales_works_is_merged)
{
    bench_open();
    struct lead *kim = bench_lead("kim@x.example", 120);
    bench_accept(SDR, kim);
    struct handoff *hers = kim->open;
    struct lead *again = bench_lead("kim.kite@x.example", 120);
    struct uuid id = again->id;
    struct handoff *offer = again->open;

    ck_assert_int_eq(reject_as(again, "known", kim->id), ERR_NONE);
    ck_assert_str_eq(handoff_state_name(offer->state), "rejected");
    ck_assert_str_eq(bench_answer("handoff", "class"), "process");
    ck_assert_str_eq(bench_answer("lead", "owner_team"), "sdr");
    struct lead *found;
    ck_assert_int_eq(work_find_lead(&bench.work, id, &found), FIND_FOUND);
    ck_assert_ptr_eq(found, kim);
    ck_assert_ptr_eq(kim->open, hers);
    ASSERT_STAGE(kim, STAGE_SAL);
    ck_assert_int_eq(kim->next.step, STEP_DECIDE);
    ck_assert(!kim->held);
    ck_assert_uint_eq(kim->identity_count, 2);
    bench_close();
}
END_TEST

START_TEST(of_what_marketing_has_its_owner_says)
{
    bench_open();
    struct lead *lee = bench_lead("lee@x.example", 120);
    must_reject(SDR, lee->open, "no_project");
    struct lead *again = bench_lead("lee.lake@x.example", 120);

    ck_assert_int_eq(reject_as(again, "known", lee->id), ERR_NONE);
    ck_assert_int_eq(again->status, LEAD_ACTIVE);
    ck_assert_int_eq(again->next.step, STEP_REVIEW);
    bench_close();
}
END_TEST

START_TEST(which_lead_it_is_goes_with_a_reason_that_says_so)
{
    struct uuid nobody = {{0x77}};

    bench_open();
    struct lead *kim = bench_lead("kim@x.example", 120);
    struct lead *lee = bench_lead("lee@x.example", 120);
    ck_assert_int_eq(reject_as(kim, "no_project", lee->id), ERR_UNPROCESSABLE);
    ck_assert_int_eq(reject_as(kim, "known", kim->id), ERR_INVALID_VALUE);
    ck_assert_ptr_nonnull(strstr(bench.outcome.body, "same_lead"));
    ck_assert(work_put(&bench.work, KIND_LEAD, &nobody, NULL));
    ck_assert_int_eq(reject_as(kim, "known", nobody), ERR_INVALID_VALUE);
    ck_assert_ptr_nonnull(strstr(bench.outcome.body, "not_found"));
    ck_assert_ptr_nonnull(kim->open);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "handoff_reject");

    TESTS(tcase, a_criterion_that_was_met_is_contradicted,
          a_correction_that_unmeets_it_shows_bad_data, a_correction_of_something_else_does_not,
          points_that_carried_an_unmet_criterion_show_it_weak,
          a_disqualifier_speaks_the_other_way_round, an_exception_is_confirmed,
          gap_and_process_speak_of_no_criterion, without_a_verdict_it_is_judged_as_it_stands,
          an_unknown_reason_is_answered_with_the_known_ones, with_no_definition_any_code_is_a_gap,
          nurture_waits_for_its_date, disqualified_leads_have_no_next_date,
          a_lead_to_go_elsewhere_is_due_at_once_and_waits_for_a_human,
          a_lead_to_go_elsewhere_goes_along_the_next_route, a_source_says_nothing_of_the_criteria,
          who_is_known_already_is_reviewed_by_a_human,
          a_correction_beats_what_was_told_with_a_date_to_come,
          a_returned_lead_goes_back_to_its_offerer, the_correction_itself_offers_nothing,
          a_change_in_the_disputed_criterion_opens_the_way,
          a_touch_that_the_disputed_criterion_counts_opens_the_way,
          a_newly_met_srl_skips_nurture_an_old_one_does_not,
          a_lead_goes_to_the_team_that_the_reason_names,
          whom_the_correction_disqualifies_goes_nowhere, a_duplicate_of_what_sales_works_is_merged,
          of_what_marketing_has_its_owner_says, which_lead_it_is_goes_with_a_reason_that_says_so,
          any_touch_opens_the_way_where_any_counts, an_srl_by_a_members_word_is_not_newly_met);
}
