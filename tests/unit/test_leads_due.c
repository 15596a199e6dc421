/* What Baton does when next steps are due. */
#include "bench_person.h"
#include "suite.h"

#include "core/calendar/calendar.h"
#include "core/handoff/handoff_offer.h"

static const struct person KIM = {
    .email = "kim@acme.example", .seniority = "vp", .employees = 120, .touch = "form_submitted"};

static const struct person LEE = {
    .email = "lee@acme.example", .seniority = "vp", .employees = 120, .touch = "form_submitted"};

/* The job comes by when the lead's step is due, or a moment before. */
static int64_t come_by(struct lead *lead, instant at)
{
    struct command command = {.kind = COMMAND_LEADS_DUE};

    ck_assert(list_add(bench_due(), bench.arena, lead));
    bench.work.now = at;
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
    ck_assert_int_eq(bench.outcome.err, ERR_NONE);
    json_decref(bench.answer);
    bench.answer = json_loadb(bench.outcome.body, bench.outcome.body_len, 0, NULL);
    return json_integer_value(json_object_get(bench.answer, "done"));
}

static int64_t come_by_in_time(struct lead *lead)
{
    instant due = lead->next.at + (lead->next.step == STEP_REVIEW ? REMIND_EVERY : 0);

    ck_assert_int_eq(come_by(lead, due - 1), 0);
    return come_by(lead, due);
}

#define ASSERT_NEXT(lead, wanted, when, because)                                                   \
    do {                                                                                           \
        ck_assert_str_eq(lead_step_name((lead)->next.step), lead_step_name(wanted));               \
        ck_assert_int_eq((lead)->next.at, when);                                                   \
        ck_assert_str_eq((lead)->next.why, because);                                               \
    } while (0)

/* ---- answers ---- */

START_TEST(what_is_not_answered_stays_and_they_are_reminded_daily)
{
    bench_open();
    struct lead *kim = person_must(KIM);
    struct handoff *offer = kim->open;
    size_t mark = 0;

    person_entries(&mark);
    for (int day = 1; day <= 3; day++) {
        ck_assert_int_eq(come_by_in_time(kim), 1);
        ck_assert_str_eq(person_entries(&mark), "handoff.reminded");
        ck_assert_str_eq(person_told(LEDGER_HANDOFF_REMINDED, "cause"), "respond_by");
        ASSERT_NEXT(kim, STEP_ANSWER, bench.work.now + INSTANT_DAY, "overdue");
        ck_assert_ptr_eq(kim->open, offer);
        ck_assert(handoff_is_overdue(offer, bench.work.now));
    }
    ck_assert_ptr_eq(bench_accept(SDR, kim), offer);
    ck_assert(handoff_is_overdue(offer, bench.work.now + 30 * INSTANT_DAY));
    bench_close();
}
END_TEST

START_TEST(what_is_answered_in_time_is_never_late)
{
    bench_open();
    struct lead *kim = person_must(KIM);
    bench.work.now = kim->open->respond_by - 1;
    ck_assert(!handoff_is_overdue(bench_accept(SDR, kim), bench.work.now + INSTANT_DAY));
    bench_close();
}
END_TEST

/* Twice in a test's own time to answer, and what was slept over is one reminder. */
START_TEST(a_route_reminds_at_shares_of_the_time)
{
    bench_open();
    bench.routes[0].remind_at_percent[0] = 50;
    bench.routes[0].remind_at_percent[1] = 90;
    bench.routes[0].reminder_count = 2;
    struct lead *kim = person_must(KIM);
    struct handoff *offer = kim->open;
    instant offered = offer->offered_at, span = offer->respond_by - offered;
    size_t mark = 0;

    person_entries(&mark);
    ck_assert_int_eq(come_by(kim, offered + span / 2 - 1), 0);
    ck_assert_int_eq(come_by(kim, offered + span / 2), 1);
    ck_assert_str_eq(person_entries(&mark), "handoff.reminded");
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_REMINDED, "cause"), "remind_at_percent");
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_REMINDED), "\"percent\":50"));
    ASSERT_NEXT(kim, STEP_ANSWER, offer->respond_by, "offered");
    ck_assert_int_eq(come_by(kim, offered + span / 2 + 1), 0);
    ck_assert_int_eq(come_by(kim, offered + span / 10 * 9), 1);
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_REMINDED), "\"percent\":90"));
    ck_assert_int_eq(offer->remind_at, INSTANT_NONE);

    struct lead *lee = person_must(LEE);
    person_entries(&mark);
    lee->open->remind_at = lee->open->offered_at; /* nobody came by until now */
    ck_assert_int_eq(come_by(lee, lee->open->respond_by - 1), 1);
    ck_assert_str_eq(person_entries(&mark), "handoff.reminded");
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_REMINDED), "\"percent\":90"));
    bench_close();
}
END_TEST

START_TEST(who_answered_is_not_reminded)
{
    bench_open();
    bench.routes[0].remind_at_percent[0] = 50;
    bench.routes[0].reminder_count = 1;
    struct lead *kim = person_must(KIM);
    instant half = kim->open->remind_at;

    ck_assert_int_ne(half, INSTANT_NONE);
    struct handoff *taken = bench_accept(SDR, kim);
    ck_assert_int_eq(taken->remind_at, INSTANT_NONE);
    ck_assert_int_eq(come_by(kim, half), 0);
    bench_close();
}
END_TEST

/* The team works eight hours on Mondays: half of eight is reminded of on the Monday as well. */
START_TEST(shares_are_of_working_time)
{
    json_t *document = json_loads(
        "{\"time_zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"09:00\",\"17:00\"]]}}", 0, NULL);
    struct faults faults;

    bench_open();
    faults_init(&faults, bench.arena);
    ck_assert_int_eq(calendar_compile(document, "",
                                      time_zone_find(calendar_document_zone(document), bench.arena),
                                      &faults, &bench.teams[SDR].working_time),
                     ERR_NONE);
    json_decref(document);
    bench.routes[0].remind_at_percent[0] = 75;
    bench.routes[0].reminder_count = 1;
    struct lead *kim = person_must(KIM);
    ck_assert_int_eq(kim->open->respond_by - kim->open->remind_at, 2 * 60 * INSTANT_MINUTE);
    bench_close();
}
END_TEST

START_TEST(what_the_route_gives_back_ends_after_as_much_time_again)
{
    bench_open();
    bench.routes[0].overdue = OVERDUE_GIVE_BACK;
    struct lead *kim = person_must(KIM);
    struct handoff *offer = kim->open;
    instant end = offer->respond_by + (offer->respond_by - offer->offered_at);

    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_str_eq(handoff_state_name(offer->state), "offered");
    ck_assert_int_eq(kim->next.at, end);
    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_str_eq(handoff_state_name(offer->state), "expired");
    ck_assert_int_eq(offer->closed_at, end);
    ck_assert(uuid_is_nil(offer->closed_by));
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_EXPIRED), "\"cause\":\"respond_by\""));
    ASSERT_TEAM(kim->owner_team, MARKETING);
    ASSERT_STAGE(kim, STAGE_MQL);
    ASSERT_NEXT(kim, STEP_REVIEW, end, "expired");

    /* the same route is not tried again behind its owner's back */
    bench_touch(MARKETING, kim, "form_submitted");
    ck_assert_ptr_null(kim->open);
    bench_close();
}
END_TEST

/* The team works eight hours on Mondays: the second eight are those of the Monday after. */
START_TEST(the_second_span_is_of_working_time_too)
{
    json_t *document = json_loads(
        "{\"time_zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"09:00\",\"17:00\"]]}}", 0, NULL);
    struct faults faults;

    bench_open();
    faults_init(&faults, bench.arena);
    ck_assert_int_eq(calendar_compile(document, "",
                                      time_zone_find(calendar_document_zone(document), bench.arena),
                                      &faults, &bench.teams[SDR].working_time),
                     ERR_NONE);
    json_decref(document);
    bench.routes[0].overdue = OVERDUE_GIVE_BACK;
    struct lead *kim = person_must(KIM);
    struct handoff *offer = kim->open;
    instant end = offer->respond_by + 7 * INSTANT_DAY;

    while (kim->next.at < end) {
        ck_assert_int_eq(come_by_in_time(kim), 1);
        ck_assert_str_eq(handoff_state_name(offer->state), "offered");
    }
    ck_assert_int_eq(kim->next.at, end);
    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_str_eq(handoff_state_name(offer->state), "expired");
    bench_close();
}
END_TEST

START_TEST(what_is_given_back_goes_along_the_next_route)
{
    bench_open();
    bench.routes[0].overdue = OVERDUE_GIVE_BACK;
    bench.routes[1] = bench_route(MARKETING, AE, TERM_MQL);
    struct lead *kim = person_must(KIM);
    struct handoff *late = kim->open;

    come_by_in_time(kim);
    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_ptr_nonnull(kim->open);
    ASSERT_TEAM(kim->open->to_team, AE);
    ck_assert(uuid_equal(kim->open->previous, late->id));
    ASSERT_NEXT(kim, STEP_ANSWER, kim->open->respond_by, "offered");
    bench_close();
}
END_TEST

START_TEST(what_is_escalated_is_another_teams_at_once)
{
    bench_open();
    bench.routes[0].overdue = OVERDUE_ESCALATE;
    bench.routes[0].escalate_to = bench.teams[AE].id;
    struct lead *kim = person_must(KIM);
    struct handoff *late = kim->open;

    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_str_eq(handoff_state_name(late->state), "expired");
    ASSERT_TEAM(kim->open->to_team, AE);
    ck_assert_int_eq(kim->open->version, late->version);
    ck_assert_int_eq(kim->open->verdict_seq, late->verdict_seq);
    ck_assert(uuid_equal(kim->open->previous, late->id));
    bench_accept(AE, kim);
    ASSERT_TEAM(kim->owner_team, AE);
    bench_close();
}
END_TEST

START_TEST(a_customer_whose_offer_is_given_back_has_no_next_step)
{
    bench_open();
    bench.routes[0].overdue = OVERDUE_GIVE_BACK;
    struct lead *kim = person_must(KIM);
    kim->stage = STAGE_CUSTOMER;
    come_by_in_time(kim);
    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_int_eq(kim->next.step, STEP_NONE);
    ck_assert_int_eq(kim->next.at, INSTANT_NONE);
    bench_close();
}
END_TEST

START_TEST(who_accepted_is_reminded_to_decide)
{
    bench_open();
    struct lead *kim = person_must(KIM);
    struct handoff *handoff = bench_accept(SDR, kim);
    ck_assert_int_eq(kim->next.at, handoff->decide_by);
    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_REMINDED, "cause"), "decide_by");
    ASSERT_NEXT(kim, STEP_DECIDE, handoff->decide_by + INSTANT_DAY, "overdue");
    ck_assert_str_eq(handoff_state_name(handoff->state), "accepted");
    bench_close();
}
END_TEST

/* ---- nurture ---- */

START_TEST(who_was_rejected_is_offered_again_when_the_wait_is_over)
{
    bench_open();
    struct lead *kim = person_must(KIM);
    struct handoff *first = kim->open;
    bench_reject(SDR, first, "no_project");
    ASSERT_NEXT(kim, STEP_NURTURE, bench.work.now + 20 * INSTANT_DAY, "rejected: no_project");
    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_ptr_nonnull(kim->open);
    ck_assert(uuid_equal(kim->open->previous, first->id));
    ASSERT_STAGE(kim, STAGE_MQL);
    ck_assert(!kim->held);
    bench_close();
}
END_TEST

START_TEST(who_is_nurtured_in_vain_is_reviewed_after_three_rounds)
{
    bench_open();
    struct lead *lee =
        person_must((struct person){.email = "lee@acme.example", .touch = "form_submitted"});
    ASSERT_NEXT(lee, STEP_NURTURE, BENCH_NOW + 20 * INSTANT_DAY, "unclear");
    for (int round = 1; round < NURTURE_ROUNDS_MAX; round++) {
        ck_assert_int_eq(come_by_in_time(lee), 1);
        ASSERT_NEXT(lee, STEP_NURTURE, bench.work.now + 20 * INSTANT_DAY, "unclear");
        ck_assert_int_eq(lee->next.round, round);
    }
    ck_assert_int_eq(come_by_in_time(lee), 1);
    ASSERT_NEXT(lee, STEP_REVIEW, bench.work.now, "nurtured_in_vain");
    size_t mark = 0;
    person_entries(&mark);
    ck_assert_int_eq(come_by_in_time(lee), 1);
    ck_assert_str_eq(person_entries(&mark), "lead.reminded");
    ck_assert_str_eq(person_told(LEDGER_LEAD_REMINDED, "step"), "review");
    bench_close();
}
END_TEST

/* A review without a hold keeps nobody from being offered. */
START_TEST(who_qualifies_while_reviewed_is_offered)
{
    bench_open();
    struct lead *lee =
        person_must((struct person){.email = "lee@acme.example", .touch = "form_submitted"});
    for (int round = 1; round <= NURTURE_ROUNDS_MAX; round++)
        come_by_in_time(lee);
    ck_assert_int_eq(lee->next.step, STEP_REVIEW);
    struct person known = KIM;
    known.email = "lee@acme.example";
    person_must(known);
    ck_assert_ptr_nonnull(lee->open);
    bench_close();
}
END_TEST

/* ---- offers ---- */

START_TEST(who_could_not_be_offered_is_tried_again)
{
    bench_open();
    bench.config.route_count = 0;
    struct lead *kim = person_must(KIM);
    ASSERT_NEXT(kim, STEP_OFFER, BENCH_NOW + INSTANT_DAY, "no_route");
    ck_assert_int_eq(come_by(kim, BENCH_NOW + INSTANT_DAY), 1);
    ASSERT_NEXT(kim, STEP_OFFER, bench.work.now + INSTANT_DAY, "no_route");

    /* the store loads it before its date when there is a new configuration */
    bench.config.route_count = 1;
    ck_assert_int_eq(come_by(kim, bench.work.now + INSTANT_MINUTE), 1);
    ck_assert_ptr_nonnull(kim->open);
    bench_close();
}
END_TEST

/* ---- a date of the owner's own ---- */

START_TEST(whom_to_follow_up_is_said_when_the_day_comes)
{
    size_t mark = 0;

    bench_open();
    struct lead *kim = person_must(KIM);
    struct handoff_qualify_input input = {.handoff = bench_accept(SDR, kim)->id};
    bench.config.route_count = 0;
    bench_must(SDR, COMMAND_HANDOFF_QUALIFY, &input);
    ASSERT_NEXT(kim, STEP_FOLLOW_UP, bench.work.now + 20 * INSTANT_DAY, "qualified");
    person_entries(&mark);
    ck_assert_int_eq(come_by_in_time(kim), 1);
    ck_assert_str_eq(person_entries(&mark), "lead.reminded");
    ASSERT_NEXT(kim, STEP_FOLLOW_UP, bench.work.now + 20 * INSTANT_DAY, "qualified");
    bench_close();
}
END_TEST

/* ---- the whole ---- */

START_TEST(it_says_whether_more_is_due)
{
    struct command command = {.kind = COMMAND_LEADS_DUE};

    bench_open();
    struct lead *kim = person_must(KIM);
    struct list *due = bench_due();
    for (int i = 0; i < DUE_BATCH; i++)
        ck_assert(list_add(due, bench.arena, kim));
    bench.work.now = kim->next.at;
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
    json_decref(bench.answer);
    bench.answer = json_loadb(bench.outcome.body, bench.outcome.body_len, 0, NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(bench.answer, "done")), 1);
    ck_assert(json_is_true(json_object_get(bench.answer, "more")));
    /* she waits again: the same batch once more comes to nothing, and does not ask for another */
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
    json_decref(bench.answer);
    bench.answer = json_loadb(bench.outcome.body, bench.outcome.body_len, 0, NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(bench.answer, "done")), 0);
    ck_assert(!json_is_true(json_object_get(bench.answer, "more")));
    bench_close();
}
END_TEST

START_TEST(it_asks_for_what_is_due_first)
{
    struct command command = {.kind = COMMAND_LEADS_DUE};

    bench_open();
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDE_AGAIN);
    ck_assert_uint_eq(bench.work.needs.of[KIND_DUE].count, 1);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "leads_due");

    TESTS(tcase, what_is_not_answered_stays_and_they_are_reminded_daily,
          what_is_answered_in_time_is_never_late, a_route_reminds_at_shares_of_the_time,
          who_answered_is_not_reminded, shares_are_of_working_time,
          what_the_route_gives_back_ends_after_as_much_time_again,
          the_second_span_is_of_working_time_too, what_is_given_back_goes_along_the_next_route,
          what_is_escalated_is_another_teams_at_once,
          a_customer_whose_offer_is_given_back_has_no_next_step, who_accepted_is_reminded_to_decide,
          who_was_rejected_is_offered_again_when_the_wait_is_over,
          who_is_nurtured_in_vain_is_reviewed_after_three_rounds,
          who_qualifies_while_reviewed_is_offered, who_could_not_be_offered_is_tried_again,
          whom_to_follow_up_is_said_when_the_day_comes, it_says_whether_more_is_due,
          it_asks_for_what_is_due_first);
}
