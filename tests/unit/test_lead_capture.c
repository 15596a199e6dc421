/* Capture: which lead it is, what it says, what follows, and what happens when it comes again. */
#include "../support/known.h"
#include "bench_person.h"
#include "suite.h"

#define NURTURE_DAYS 20 /* of BENCH_MQL */

static const struct person KIM = {
    .email = "kim@acme.example", .seniority = "vp", .employees = 120, .touch = "form_submitted"};

static size_t duplicates(void)
{
    return json_array_size(json_object_get(bench.answer, "possible_duplicates"));
}

static const char *duplicate(void)
{
    const char *id =
        json_string_value(json_array_get(json_object_get(bench.answer, "possible_duplicates"), 0));

    return id == NULL ? "" : id;
}

/* ---- what it needs ---- */

/* All identities at once, then the leads that they lead to; and nothing is decided before. */
START_TEST(what_is_not_loaded_is_asked_for_before_anything_is_made)
{
    const struct identity identities[] = {{IDENTITY_EXTERNAL, "crm", "51"},
                                          {IDENTITY_EMAIL, "", "kim@acme.example"},
                                          {IDENTITY_ANONYMOUS, "", "a-1"}};
    const struct uuid elsewhere = {{0x77}};
    const struct capture_input input = {
        .identities = identities,
        .identity_count = 3,
        .claimed_stage = STAGE_COUNT,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .occurred_at = INSTANT_NONE,
    };
    const struct api_key *key = NULL;
    struct command command = {.kind = COMMAND_LEAD_CAPTURE, .input = &input};

    bench_open();
    key = &bench.keys[MARKETING];
    command.caller = (struct caller){.key = key->id, .team = key->team, .roles = key->roles};
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDE_AGAIN);
    ck_assert_uint_eq(bench.work.needs.of[KIND_IDENTITY].count, 3);
    for (int i = 0; i < 3; i++)
        ck_assert(work_put_identity(&bench.work, &identities[i], i == 1 ? &elsewhere : NULL));
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDE_AGAIN);
    ck_assert_uint_eq(bench.work.needs.of[KIND_LEAD].count, 1);
    ck_assert_uint_eq(bench.work.saves[KIND_LEAD].count, 0);
    ck_assert_uint_eq(bench.work.saves[KIND_ENTRY].count, 0);
    bench_close();
}
END_TEST

/* ---- a new lead ---- */

START_TEST(who_qualifies_is_an_mql_and_offered_at_once)
{
    size_t mark = 0;

    bench_open();
    const struct lead *kim = person_must(KIM);
    ck_assert_int_eq(bench.outcome.status, 201);
    ASSERT_STAGE(kim, STAGE_MQL);
    ASSERT_TEAM(kim->owner_team, MARKETING);
    ck_assert_int_eq(kim->reached[MILESTONE_MQL], BENCH_NOW);
    ck_assert_ptr_nonnull(kim->open);
    ck_assert_int_eq(kim->next.at, kim->open->respond_by);
    ck_assert_str_eq(person_entries(&mark), "lead.captured lead.judged handoff.offered");
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "created"), "1");
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "stage_to"), "inquiry");
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "stage_from"), "");
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "owner"), person_uuid(kim->owner_team));
    ck_assert_str_eq(person_told(LEDGER_VERDICT_GIVEN, "stage_from"), "inquiry");
    ck_assert_str_eq(person_told(LEDGER_VERDICT_GIVEN, "stage_to"), "mql");
    bench_close();
}
END_TEST

START_TEST(who_has_done_nothing_is_a_prospect_with_a_next_date)
{
    bench_open();
    const struct lead *kim = person_must((struct person){.email = "kim@acme.example"});
    ASSERT_STAGE(kim, STAGE_PROSPECT);
    ck_assert_ptr_null(kim->open);
    ck_assert_int_eq(kim->next.at, BENCH_NOW + NURTURE_DAYS * INSTANT_DAY);
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "stage_to"), "prospect");
    bench_close();
}
END_TEST

START_TEST(who_was_called_on_is_a_prospect_of_outbound)
{
    struct person lee = {
        .email = "lee@acme.example", .touch = "email_sent", .direction = DIRECTION_OUTBOUND};

    bench_open();
    ck_assert_int_eq(person_capture(SDR, lee), ERR_NONE);
    const struct lead *lead = person_lead();
    ASSERT_STAGE(lead, STAGE_PROSPECT);
    ASSERT_TEAM(lead->owner_team, SDR);
    ck_assert_int_eq(lead->origin, DIRECTION_OUTBOUND);
    ck_assert_int_eq(lead->found_by, FUNCTION_SALES);
    bench_close();
}
END_TEST

START_TEST(without_a_definition_nothing_is_above_inquiry)
{
    size_t mark = 0;

    bench_open();
    bench.config.in_force[TERM_MQL] = NULL;
    const struct lead *kim = person_must(KIM);
    ASSERT_STAGE(kim, STAGE_INQUIRY);
    ck_assert_ptr_null(kim->open);
    ck_assert_int_eq(kim->next.at, BENCH_NOW + 30 * INSTANT_DAY);
    ck_assert_int_eq(kim->next.step, STEP_NURTURE);
    ck_assert_str_eq(kim->next.why, "no_definition");
    ck_assert_str_eq(person_entries(&mark), "lead.captured");
    bench_close();
}
END_TEST

/* Nothing is hidden: who meets the definition and is offered to nobody says why, and the word of
 * why changes with the reason; the date does not. */
START_TEST(who_meets_the_gate_and_is_not_offered_says_why)
{
    bench_open();
    bench.routes[0].automatic = false;
    struct lead *kim = person_must(KIM);
    ASSERT_STAGE(kim, STAGE_MQL);
    ck_assert_ptr_null(kim->open);
    ck_assert_int_eq(kim->next.step, STEP_OFFER);
    ck_assert_int_eq(kim->next.at, BENCH_NOW + INSTANT_DAY);
    ck_assert_str_eq(kim->next.why, "not_automatic");

    bench.config.route_count = 0;
    bench.work.now += 60 * INSTANT_MINUTE;
    bench_touch(MARKETING, kim, "page_viewed");
    ck_assert_str_eq(kim->next.why, "no_route");
    ck_assert_int_eq(kim->next.at, BENCH_NOW + INSTANT_DAY);
    bench_close();
}
END_TEST

/* ---- hand-raisers, and those who have bought ---- */

START_TEST(who_asks_to_be_called_after_being_sent_away_is_reviewed)
{
    bench_open();
    bench_enforce(TERM_SRL, 1, BENCH_SRL);
    struct lead *kim = person_must(KIM);
    ck_assert_int_eq(bench_reject(SDR, kim->open, "duplicate"), ERR_NONE);
    ASSERT_STAGE(kim, STAGE_DISQUALIFIED);
    ck_assert_int_eq(kim->next.step, STEP_NONE);
    bench_touch(MARKETING, kim, "form_submitted");
    ck_assert_int_eq(kim->next.step, STEP_NONE);

    bench_touch(MARKETING, kim, "demo_requested");
    ASSERT_STAGE(kim, STAGE_DISQUALIFIED);
    ck_assert_ptr_null(kim->open);
    ck_assert_int_eq(kim->next.step, STEP_REVIEW);
    ck_assert_str_eq(kim->next.why, "hand_raiser");
    instant asked = kim->next.at;
    bench.work.now += INSTANT_DAY;
    bench_touch(MARKETING, kim, "demo_requested");
    ck_assert_int_eq(kim->next.at, asked); /* asked once */
    bench_close();
}
END_TEST

START_TEST(who_asks_to_be_called_after_a_rejection_is_offered_at_once)
{
    bench_open();
    bench_enforce(TERM_SRL, 1, BENCH_SRL);
    struct lead *kim = person_must(KIM);
    ck_assert_int_eq(bench_reject(SDR, kim->open, "no_project"), ERR_NONE);
    ASSERT_STAGE(kim, STAGE_NURTURE);
    bench_touch(MARKETING, kim, "demo_requested");
    ck_assert_ptr_nonnull(kim->open);
    ASSERT_STAGE(kim, STAGE_SRL);
    bench_close();
}
END_TEST

START_TEST(who_is_said_to_be_a_customer_is_reviewed_and_not_offered)
{
    struct person kim = KIM;

    bench_open();
    kim.claimed = STAGE_CUSTOMER;
    struct lead *lead = person_must(kim);
    ASSERT_STAGE(lead, STAGE_MQL);
    ck_assert_ptr_null(lead->open);
    ck_assert_int_eq(lead->next.step, STEP_REVIEW);
    ck_assert_str_eq(lead->next.why, "claimed: customer");
    bench_close();
}
END_TEST

START_TEST(an_imported_claim_counts_when_the_form_comes)
{
    struct person row = {.email = "kim@acme.example", .claimed = STAGE_CUSTOMER, .imported = true};

    bench_open();
    ck_assert_str_eq(person_must(row)->next.why, "imported");
    struct lead *kim = person_must(KIM);
    ck_assert_ptr_null(kim->open);
    ck_assert_int_eq(kim->next.step, STEP_REVIEW);
    bench_close();
}
END_TEST

/* ---- clocks that run ahead ---- */

START_TEST(what_lies_ahead_counts_as_now_and_is_said)
{
    struct person kim = KIM;

    bench_open();
    kim.touched_at = BENCH_NOW + 2 * INSTANT_SECOND;
    struct lead *lead = person_must(kim);
    ASSERT_STAGE(lead, STAGE_MQL);
    ck_assert_int_eq(lead->touches.items[0].occurred_at, BENCH_NOW);
    ck_assert_int_eq(attribute_find(&lead->attributes, "employees")->observations[0].occurred_at,
                     BENCH_NOW);
    ck_assert(json_is_true(json_object_get(bench.answer, "counted_as_now")));
    bench_close();
}
END_TEST

START_TEST(a_persons_word_beats_whatever_was_told_before)
{
    bench_open();
    struct lead *kim = person_must(KIM);
    attribute_find(&kim->attributes, "seniority")->observations[0].occurred_at =
        BENCH_NOW + 3650 * INSTANT_DAY; /* as it could be stored before */
    struct attribute_input intern = {"seniority", bench_text("intern")};
    struct update_input input = {.lead = kim->id,
                                 .attributes = &intern,
                                 .attribute_count = 1,
                                 .occurred_at = INSTANT_NONE,
                                 .next_at = INSTANT_NONE};
    bench_must(MARKETING, COMMAND_LEAD_UPDATE, &input);
    ck_assert_str_eq(known_value(&kim->attributes, "seniority")->text, "intern");
    ck_assert_ptr_null(json_object_get(bench.answer, "counted_as_now"));
    bench_close();
}
END_TEST

/* ---- again ---- */

START_TEST(told_again_it_changes_nothing)
{
    struct person kim = {.email = "kim@acme.example", .seniority = "vp", .employees = 120};

    bench_open();
    const struct lead *lead = person_must(kim);
    struct person_state before = person_state();
    const struct lead *again = person_must(kim);
    ASSERT_SAME_LEAD(lead, again);
    ck_assert_int_eq(bench.outcome.status, 200);
    ASSERT_UNCHANGED(before);
    ck_assert_str_eq(bench_answer("verdict", "term"), "mql");
    bench_close();
}
END_TEST

START_TEST(the_same_event_counts_once)
{
    struct person kim = KIM;

    kim.event = "e1";
    bench_open();
    const struct lead *lead = person_must(kim);
    struct person_state before = person_state();
    person_must(kim);
    ASSERT_UNCHANGED(before);
    ck_assert_int_eq(lead->touch_count, 1);
    kim.event = "e2";
    person_must(kim);
    ck_assert_int_eq(lead->touch_count, 2);
    bench_close();
}
END_TEST

START_TEST(a_prospect_who_comes_is_an_inquiry)
{
    struct person kim = {.email = "kim@acme.example"};
    size_t mark;

    bench_open();
    const struct lead *lead = person_must(kim);
    mark = bench.work.saves[KIND_ENTRY].count;
    kim.touch = "page_viewed";
    person_must(kim);
    ASSERT_STAGE(lead, STAGE_INQUIRY);
    ck_assert_str_eq(person_entries(&mark), "lead.captured lead.judged");
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "created"), "0");
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "stage_from"), "prospect");
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "stage_to"), "inquiry");
    ck_assert_str_eq(person_told(LEDGER_VERDICT_GIVEN, "stage_to"), "");
    bench_close();
}
END_TEST

START_TEST(another_team_adds_to_it_and_does_not_own_it)
{
    struct person kim = {.email = "kim@acme.example"};

    bench_open();
    const struct lead *lead = person_must(kim);
    kim.employees = 70;
    ck_assert_int_eq(person_capture(SDR, kim), ERR_NONE);
    ASSERT_SAME_LEAD(lead, person_lead());
    ASSERT_TEAM(lead->owner_team, MARKETING);
    ck_assert_int_eq(lead->found_by, FUNCTION_MARKETING);
    bench_close();
}
END_TEST

/* ---- which lead ---- */

START_TEST(an_external_id_beats_an_email)
{
    bench_open();
    const struct lead *kim = person_must((struct person){.external = "51"});
    const struct lead *lee = person_must((struct person){.email = "lee@acme.example"});
    person_must((struct person){.external = "51", .email = "lee@acme.example", .employees = 9});
    ASSERT_SAME_LEAD(kim, person_lead());
    ck_assert_uint_eq(duplicates(), 1);
    ck_assert_str_eq(duplicate(), person_uuid(lee->id));
    ck_assert_ptr_null(lead_email(kim));
    ck_assert_str_eq(lead_email(lee), "lee@acme.example");
    bench_close();
}
END_TEST

START_TEST(an_anonymous_id_of_somebody_else_says_nothing)
{
    bench_open();
    const struct lead *kim =
        person_must((struct person){.email = "kim@acme.example", .anonymous = "a1"});
    const struct lead *lee =
        person_must((struct person){.email = "lee@acme.example", .anonymous = "a1"});
    ck_assert_int_eq(bench.outcome.status, 201);
    ck_assert_str_ne(person_uuid(kim->id), person_uuid(lee->id));
    ck_assert_str_eq(duplicate(), person_uuid(kim->id));
    ck_assert_uint_eq(lee->identity_count, 1);
    bench_close();
}
END_TEST

START_TEST(who_turns_out_to_be_behind_a_visit_takes_it_over)
{
    bench_open();
    const struct lead *visit =
        person_must((struct person){.anonymous = "a1", .touch = "form_submitted"});
    person_must((struct person){
        .email = "kim@acme.example", .anonymous = "a1", .seniority = "vp", .employees = 120});
    ck_assert_int_eq(bench.outcome.status, 200);
    ASSERT_SAME_LEAD(visit, person_lead());
    ck_assert_str_eq(lead_email(visit), "kim@acme.example");
    ASSERT_STAGE(visit, STAGE_MQL); /* by the touch of the visit */
    bench_close();
}
END_TEST

START_TEST(a_visit_joins_the_person_and_may_qualify_them)
{
    size_t mark;

    bench_open();
    struct lead *kim = person_must(
        (struct person){.email = "kim@acme.example", .seniority = "vp", .employees = 120});
    struct lead *visit = person_must((struct person){.anonymous = "a1", .touch = "form_submitted"});
    ASSERT_STAGE(kim, STAGE_PROSPECT);
    mark = bench.work.saves[KIND_ENTRY].count;
    person_must((struct person){.email = "kim@acme.example", .anonymous = "a1"});
    ASSERT_SAME_LEAD(kim, person_lead());
    ck_assert_str_eq(person_entries(&mark), "lead.absorbed lead.merged lead.captured lead.judged "
                                            "handoff.offered");
    ck_assert_int_eq(visit->status, LEAD_MERGED);
    ASSERT_STAGE(kim, STAGE_MQL);
    ck_assert_int_eq(kim->touch_count, 1);
    ck_assert_uint_eq(duplicates(), 0);
    bench_close();
}
END_TEST

/* An anonymous lead may be offered too: by what its visits show. */
START_TEST(two_open_handoffs_are_not_joined)
{
    struct person visit = {
        .anonymous = "a1", .seniority = "vp", .employees = 99, .touch = "form_submitted"};

    bench_open();
    struct lead *kim = person_must(KIM);
    struct lead *other = person_must(visit);
    ck_assert_ptr_nonnull(kim->open);
    ck_assert_ptr_nonnull(other->open);
    person_must((struct person){.email = "kim@acme.example", .anonymous = "a1"});
    ASSERT_SAME_LEAD(kim, person_lead());
    ck_assert_int_eq(other->status, LEAD_ACTIVE);
    ck_assert_str_eq(duplicate(), person_uuid(other->id));
    ck_assert_ptr_ne(kim->open, other->open);
    bench_close();
}
END_TEST

/* ---- what is given ---- */

START_TEST(a_claimed_stage_is_evidence_and_not_the_stage)
{
    struct person kim = {.email = "kim@acme.example", .claimed = STAGE_MQL};

    bench_open();
    const struct lead *lead = person_must(kim);
    ASSERT_STAGE(lead, STAGE_PROSPECT);
    ck_assert_int_eq(lead->claimed_stage, STAGE_MQL);
    ck_assert_str_eq(person_told(LEDGER_LEAD_CAPTURED, "claimed_stage"), "mql");
    struct person_state before = person_state();
    person_must(kim);
    ASSERT_UNCHANGED(before);
    kim.claimed = STAGE_SQL;
    kim.imported = true; /* history does not speak against what was claimed since */
    person_must(kim);
    ck_assert_int_eq(lead->claimed_stage, STAGE_MQL);
    bench_close();
}
END_TEST

START_TEST(history_is_neither_judged_nor_offered)
{
    struct person kim = KIM;
    size_t mark = 0;

    kim.imported = true;
    bench_open();
    const struct lead *lead = person_must(kim);
    ASSERT_STAGE(lead, STAGE_INQUIRY);
    ck_assert_ptr_null(lead->open);
    ck_assert_str_eq(person_entries(&mark), "lead.imported");
    ck_assert_str_eq(person_told(LEDGER_LEAD_IMPORTED, "cause"), "import");
    bench_close();
}
END_TEST

START_TEST(the_ledger_says_nothing_of_the_person)
{
    struct person kim = KIM;

    kim.seniority = "grand vizier";
    bench_open();
    person_must(kim);
    for (size_t i = 0; i < bench.work.saves[KIND_ENTRY].count; i++) {
        const struct ledger_entry *entry = bench.work.saves[KIND_ENTRY].items[i];
        const char *body = arena_copy(bench.arena, entry->body, entry->body_len);
        ck_assert_msg(strstr(body, "kim") == NULL && strstr(body, "vizier") == NULL, "%s", body);
    }
    bench_close();
}
END_TEST

/* ---- refused ---- */

START_TEST(more_identities_than_a_lead_may_have_change_nothing)
{
    static struct identity many[IDENTITIES_PER_LEAD_MAX + 1];
    struct capture_input input = {.identities = many,
                                  .identity_count = IDENTITIES_PER_LEAD_MAX + 1,
                                  .claimed_stage = STAGE_COUNT,
                                  .origin = CAPTURE_ORIGIN_OF_TOUCH,
                                  .occurred_at = INSTANT_NONE};

    bench_open();
    for (int i = 0; i <= IDENTITIES_PER_LEAD_MAX; i++)
        many[i] = (struct identity){IDENTITY_EXTERNAL, "crm", arena_printf(bench.arena, "%d", i)};
    person_load(many, input.identity_count);
    struct person_state before = person_state();
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_LEAD_CAPTURE, &input), ERR_LIMIT_REACHED);
    ASSERT_UNCHANGED(before);
    struct uuid holder;
    ck_assert_int_eq(work_find_identity(&bench.work, &many[0], &holder), FIND_ABSENT);
    input.identity_count--;
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_LEAD_CAPTURE, &input), ERR_NONE);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lead_capture");

    TESTS(
        tcase, what_is_not_loaded_is_asked_for_before_anything_is_made,
        who_qualifies_is_an_mql_and_offered_at_once,
        who_has_done_nothing_is_a_prospect_with_a_next_date,
        who_was_called_on_is_a_prospect_of_outbound, without_a_definition_nothing_is_above_inquiry,
        who_meets_the_gate_and_is_not_offered_says_why,
        who_asks_to_be_called_after_being_sent_away_is_reviewed,
        who_asks_to_be_called_after_a_rejection_is_offered_at_once,
        who_is_said_to_be_a_customer_is_reviewed_and_not_offered,
        an_imported_claim_counts_when_the_form_comes, what_lies_ahead_counts_as_now_and_is_said,
        a_persons_word_beats_whatever_was_told_before, told_again_it_changes_nothing,
        the_same_event_counts_once, a_prospect_who_comes_is_an_inquiry,
        another_team_adds_to_it_and_does_not_own_it, an_external_id_beats_an_email,
        an_anonymous_id_of_somebody_else_says_nothing,
        who_turns_out_to_be_behind_a_visit_takes_it_over,
        a_visit_joins_the_person_and_may_qualify_them, two_open_handoffs_are_not_joined,
        a_claimed_stage_is_evidence_and_not_the_stage, history_is_neither_judged_nor_offered,
        the_ledger_says_nothing_of_the_person, more_identities_than_a_lead_may_have_change_nothing);
}
