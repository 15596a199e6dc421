/* Sales asks for a lead that marketing has. */
#include "bench_person.h"
#include "suite.h"

#include "core/handoff/handoff_offer.h"
#include "core/handoff/handoff_request.h"

/* Of marketing, and no mql: nobody is offered him. */
static struct lead *lee_of_marketing(void)
{
    return person_must((struct person){.email = "lee@acme.example", .touch = "page_view"});
}

static struct handoff *asked(struct lead *lead)
{
    struct handoff_request_input input = {lead->id, "sdr", "Met him at the fair."};

    bench_must(SDR, COMMAND_HANDOFF_REQUEST, &input);
    ck_assert_ptr_nonnull(lead->open);
    return lead->open;
}

static void refused(int team, const struct handoff_request_input *input, enum err err,
                    const char *text)
{
    struct person_state before = person_state();

    ck_assert_int_eq(bench_do(team, COMMAND_HANDOFF_REQUEST, input), err);
    ck_assert_msg(strstr(bench.outcome.body, text) != NULL, "wanted %s: %.*s", text,
                  (int)bench.outcome.body_len, bench.outcome.body);
    ASSERT_UNCHANGED(before);
}

static void come_by(struct lead *lead, instant at)
{
    struct command command = {.kind = COMMAND_LEADS_DUE};

    ck_assert(list_add(bench_due(), bench.arena, lead));
    bench.work.now = at;
    ck_assert_int_eq(command_decide(&bench.work, &command, &bench.outcome), DECIDED);
    ck_assert_int_eq(bench.outcome.err, ERR_NONE);
}

START_TEST(nothing_about_the_lead_changes_when_it_is_asked_for)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct lead before = *lee;
    struct handoff *request = asked(lee);

    ck_assert_int_eq(bench.outcome.status, 201);
    ck_assert_str_eq(bench_answer("handoff", "kind"), "requested");
    ck_assert_str_eq(bench_answer("handoff", "state"), "requested");
    ck_assert_str_eq(bench_answer("handoff", "offer_note"), "Met him at the fair.");
    ck_assert_int_eq(request->respond_by, BENCH_NOW + REQUEST_ANSWER_MINUTES * INSTANT_MINUTE);
    ck_assert_int_eq(lee->stage, before.stage);
    ck_assert_int_eq(lee->next.step, before.next.step);
    ck_assert_int_eq(lee->next.at, before.next.at);
    ASSERT_TEAM(lee->owner_team, MARKETING);
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_REQUESTED, "kind"), "requested");
    bench_close();
}
END_TEST

START_TEST(whoever_asked_has_what_is_granted)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);
    struct handoff_grant_input grant = {request->id, "Take good care of him."};

    bench_must(MARKETING, COMMAND_HANDOFF_GRANT, &grant);
    ck_assert_str_eq(bench_answer("handoff", "state"), "accepted");
    ck_assert(uuid_equal(request->assignee, bench.members[SDR].id));
    ck_assert(uuid_equal(request->accepted_by, bench.members[SDR].id));
    ASSERT_TEAM(lee->owner_team, SDR);
    ASSERT_TEAM(lee->first_team, MARKETING);
    ASSERT_STAGE(lee, STAGE_SAL);
    ck_assert_int_eq(lee->next.step, STEP_DECIDE);
    ck_assert_str_eq(lee->next.why, "granted");
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_ACCEPTED, "assignee"),
                     person_uuid(bench.members[SDR].id));

    /* returned, it says nothing of the criteria */
    bench_load_verdict(request);
    ck_assert_int_eq(bench_reject(SDR, request, "too_small"), ERR_NONE);
    ck_assert_str_eq(bench_answer("handoff", "class"), "confirms_exception");
    ASSERT_TEAM(lee->owner_team, MARKETING);
    bench_close();
}
END_TEST

START_TEST(what_is_declined_is_so_for_a_reason)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);
    struct handoff_decline_input decline = {request->id, "in_talks", "On Thursday."};

    bench_must(MARKETING, COMMAND_HANDOFF_DECLINE, &decline);
    ck_assert_str_eq(bench_answer("handoff", "state"), "declined");
    ck_assert_str_eq(bench_answer("handoff", "reason"), "in_talks");
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_DECLINED, "reason"), "in_talks");
    ASSERT_TEAM(lee->owner_team, MARKETING);
    ck_assert_ptr_null(lee->open);
    asked(lee); /* they may ask again */
    bench_close();
}
END_TEST

START_TEST(what_nobody_answers_is_declined_in_time)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);
    instant at = lee->next.at;

    come_by(lee, request->respond_by - 1);
    ck_assert_str_eq(handoff_state_name(request->state), "requested");
    come_by(lee, request->respond_by);
    ck_assert_str_eq(handoff_state_name(request->state), "declined");
    ck_assert_str_eq(request->reason, "unanswered");
    ck_assert(uuid_is_nil(request->closed_by));
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_DECLINED, "cause"), "respond_by");
    ck_assert_ptr_null(lee->open);
    ck_assert_int_eq(lee->next.at, at);
    bench_close();
}
END_TEST

START_TEST(or_granted_where_the_routes_say_so)
{
    bench_open();
    bench.config.route_terms =
        (struct route_terms){.grants_unanswered = true, .unanswered_minutes = 30};
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);

    ck_assert_int_eq(request->respond_by, BENCH_NOW + 30 * INSTANT_MINUTE);
    come_by(lee, request->respond_by);
    ck_assert_str_eq(handoff_state_name(request->state), "accepted");
    ck_assert(uuid_equal(request->accepted_by, bench.members[SDR].id));
    ASSERT_TEAM(lee->owner_team, SDR);
    ASSERT_TEAM(lee->first_team, MARKETING);
    ck_assert_str_eq(person_told(LEDGER_HANDOFF_ACCEPTED, "cause"), "respond_by");
    bench_close();
}
END_TEST

START_TEST(what_moved_on_cannot_be_granted)
{
    bench_open();
    bench.config.route_terms =
        (struct route_terms){.grants_unanswered = true, .unanswered_minutes = 30};
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);

    lee->owner_team = bench.teams[AE].id;
    come_by(lee, request->respond_by);
    ck_assert_str_eq(handoff_state_name(request->state), "declined");
    ASSERT_TEAM(lee->owner_team, AE);
    bench_close();
}
END_TEST

START_TEST(whoever_asked_may_think_again)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff_withdraw_input withdraw = {asked(lee)->id, NULL, INSTANT_NONE};

    ck_assert_int_eq(bench_do(MARKETING, COMMAND_HANDOFF_WITHDRAW, &withdraw),
                     ERR_NOT_YOUR_HANDOFF);
    withdraw.until = bench.work.now + INSTANT_DAY;
    ck_assert_int_eq(bench_do(SDR, COMMAND_HANDOFF_WITHDRAW, &withdraw), ERR_UNPROCESSABLE);
    withdraw.until = INSTANT_NONE;
    bench_must(SDR, COMMAND_HANDOFF_WITHDRAW, &withdraw);
    ck_assert_ptr_null(lee->open);
    ck_assert(!lee->held);
    bench_close();
}
END_TEST

START_TEST(an_offer_overtakes_it)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);
    struct person known = {.email = "lee@acme.example",
                           .seniority = "vp",
                           .employees = 120,
                           .touch = "form_submitted"};

    person_must(known);
    ck_assert_str_eq(handoff_state_name(request->state), "withdrawn");
    ck_assert_str_eq(request->reason, "overtaken");
    ck_assert_str_eq(handoff_state_name(lee->open->state), "offered");
    bench_close();
}
END_TEST

START_TEST(an_offer_by_hand_too)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);
    struct offer_input offer = {lee->id, "sdr", HANDOFF_KIND_OVERRIDE, "They want him."};

    bench_must(MARKETING, COMMAND_HANDOFF_OFFER, &offer);
    ck_assert_str_eq(request->reason, "overtaken");
    ck_assert_str_eq(handoff_state_name(lee->open->state), "offered");
    bench_close();
}
END_TEST

START_TEST(of_two_that_are_merged_one_stays_asked_for)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct lead *lou =
        person_must((struct person){.email = "lou@acme.example", .touch = "page_view"});
    struct handoff *kept = asked(lee), *dropped = asked(lou);

    ck_assert_int_eq(person_merge(lee->id, lou->id), ERR_NONE);
    ck_assert_str_eq(dropped->reason, "overtaken");
    ck_assert_ptr_eq(lee->open, kept);
    ASSERT_TEAM(lee->owner_team, MARKETING);
    bench_close();
}
END_TEST

START_TEST(what_is_handed_off_is_kept_when_two_are_merged)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct lead *kim = bench_lead("kim@acme.example", 120);
    struct handoff *offer = kim->open, *request = asked(lee);

    ck_assert_int_eq(person_merge(lee->id, kim->id), ERR_NONE);
    ck_assert_str_eq(request->reason, "overtaken");
    ck_assert_ptr_eq(lee->open, offer);
    ck_assert_int_eq(lee->next.step, STEP_ANSWER);
    bench_close();
}
END_TEST

START_TEST(a_request_goes_with_the_lead_that_is_absorbed)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct lead *lou =
        person_must((struct person){.email = "lou@acme.example", .touch = "page_view"});
    struct handoff *request = asked(lou);

    ck_assert_int_eq(person_merge(lee->id, lou->id), ERR_NONE);
    ck_assert_ptr_eq(lee->open, request);
    ck_assert_int_eq(lee->next.step, STEP_NURTURE);
    struct handoff_grant_input grant = {request->id, NULL};
    bench_must(MARKETING, COMMAND_HANDOFF_GRANT, &grant);
    ASSERT_TEAM(lee->owner_team, SDR);
    bench_close();
}
END_TEST

START_TEST(an_erasure_ends_it)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);

    ck_assert_int_eq(person_erase(lee->id), ERR_NONE);
    ck_assert_str_eq(handoff_state_name(request->state), "withdrawn");
    ck_assert_str_eq(request->reason, "erased");
    bench_close();
}
END_TEST

START_TEST(what_cannot_be_asked_for_is_said)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff_request_input input = {lee->id, NULL, "x"};

    refused(MARKETING, &input, ERR_FORBIDDEN, "Sales teams ask");
    input.team = "ae";
    refused(SDR, &input, ERR_UNPROCESSABLE, "\"/team\"");
    input.team = NULL;
    asked(lee);
    refused(AE, &input, ERR_STATE_CONFLICT, "\"state\":\"requested\"");
    refused(SDR, &input, ERR_STATE_CONFLICT, "\"allowed_actions\":[\"withdraw\"]");
    struct handoff_request_input kim = {bench_lead("kim@acme.example", 120)->id, NULL, "x"};
    refused(SDR, &kim, ERR_STATE_CONFLICT, "\"state\":\"offered\"");
    lee->open = NULL;
    lee->owner_team = bench.teams[SDR].id;
    refused(SDR, &input, ERR_STATE_CONFLICT, "has the lead already");
    lee->owner_team = bench.teams[MARKETING].id;
    lee->stage = STAGE_CUSTOMER;
    refused(SDR, &input, ERR_STATE_CONFLICT, "\"state\":\"customer\"");
    bench_close();
}
END_TEST

START_TEST(a_lead_that_went_elsewhere_is_not_theirs_to_grant)
{
    bench_open();
    struct lead *lee = lee_of_marketing();
    struct handoff *request = asked(lee);
    struct handoff_grant_input grant = {request->id, NULL};
    struct handoff_decline_input decline = {request->id, "gone", NULL};

    lee->owner_team = bench.teams[AE].id;
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_HANDOFF_GRANT, &grant), ERR_STATE_CONFLICT);
    bench_must(MARKETING, COMMAND_HANDOFF_DECLINE, &decline);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "handoff_request");

    TESTS(tcase, nothing_about_the_lead_changes_when_it_is_asked_for,
          whoever_asked_has_what_is_granted, what_is_declined_is_so_for_a_reason,
          what_nobody_answers_is_declined_in_time, or_granted_where_the_routes_say_so,
          what_moved_on_cannot_be_granted, whoever_asked_may_think_again, an_offer_overtakes_it,
          an_offer_by_hand_too, of_two_that_are_merged_one_stays_asked_for,
          what_is_handed_off_is_kept_when_two_are_merged,
          a_request_goes_with_the_lead_that_is_absorbed, an_erasure_ends_it,
          what_cannot_be_asked_for_is_said, a_lead_that_went_elsewhere_is_not_theirs_to_grant);
}
