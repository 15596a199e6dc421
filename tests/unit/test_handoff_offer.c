/* Offers by hand: who may offer, along which way, past which gate, and what they are counted as. */
#include "bench_offer.h"
#include "suite.h"

#include "core/calendar/calendar.h"

START_TEST(a_qualified_lead_is_offered_along_its_route)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);

    const struct handoff *handoff = lead->open;
    ck_assert_int_eq(bench.outcome.status, 201);
    ck_assert_str_eq(bench.outcome.location, shape_handoff_path(handoff->id, bench.arena));
    ck_assert_str_eq(bench_answer("handoff", "state"), "offered");
    ck_assert_str_eq(bench_answer("handoff", "kind"), "standard");
    ASSERT_TEAM(handoff->from_team, MARKETING);
    ASSERT_TEAM(handoff->to_team, SDR);
    ASSERT_TEAM(lead->owner_team, MARKETING);
    ASSERT_TEAM(lead->first_team, MARKETING);
    ck_assert_int_eq(handoff->version, 3);
    ck_assert_int_gt(handoff->verdict_seq, 0);
    ck_assert_int_eq(handoff->respond_by, BENCH_NOW + 90 * INSTANT_MINUTE);
    ck_assert_int_eq(lead->next.at, handoff->respond_by);
    ck_assert_uint_eq(offer_entries(LEDGER_HANDOFF_OFFERED), 1);
    offer_close();
}
END_TEST

/* It is Sunday, and the team works from nine on Monday. */
START_TEST(a_team_with_a_calendar_answers_in_working_time)
{
    const char *text =
        "{\"time_zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"09:00\",\"17:00\"]]}}";
    json_t *document = json_loads(text, 0, NULL);
    struct faults faults;

    offer_open();
    faults_init(&faults, bench.arena);
    ck_assert_int_eq(calendar_compile(document, "",
                                      time_zone_find(calendar_document_zone(document), bench.arena),
                                      &faults, &bench.teams[SDR].working_time),
                     ERR_NONE);
    json_decref(document);
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
    /* Monday, 10:30 in Berlin */
    ck_assert_int_eq(lead->open->respond_by, BENCH_NOW + (23 * 60 + 30) * INSTANT_MINUTE);
    ck_assert_int_eq(lead->next.at, lead->open->respond_by);
    offer_close();
}
END_TEST

START_TEST(only_a_member_of_the_owning_team_offers)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");
    struct offer_input input = {lead->id, "sdr", HANDOFF_KIND_STANDARD, NULL};
    const struct uuid nobody = {{0}};

    ck_assert_int_eq(offer_do(SDR, lead, "ae", HANDOFF_KIND_STANDARD, NULL), ERR_NOT_YOUR_HANDOFF);
    ck_assert_int_eq(offer_decide(MARKETING, nobody, COMMAND_HANDOFF_OFFER, &input), DECIDED);
    ck_assert_int_eq(bench.outcome.err, ERR_ACTOR_REQUIRED);
    ck_assert_ptr_null(lead->open);
    ck_assert_uint_eq(offer_entries(LEDGER_HANDOFF_OFFERED), 0);
    offer_close();
}
END_TEST

START_TEST(without_a_route_nothing_is_offered)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");

    ck_assert_int_eq(offer_do(MARKETING, lead, "ae", HANDOFF_KIND_STANDARD, NULL), ERR_NO_ROUTE);
    ck_assert_int_eq(offer_do(MARKETING, lead, "nowhere", HANDOFF_KIND_STANDARD, NULL),
                     ERR_INVALID_VALUE);
    ck_assert_str_eq(offer_fault(0, "pointer"), "/to_team");
    ck_assert_ptr_null(lead->open);
    offer_close();
}
END_TEST

START_TEST(a_second_offer_is_refused_with_the_state_of_the_first)
{
    offer_open();
    struct handoff *first = offer_made("kim@x.example");
    struct lead *lead = offer_leads[0];

    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL),
                     ERR_STATE_CONFLICT);
    ck_assert_str_eq(offer_problem("state"), "offered");
    const json_t *allowed = json_object_get(bench.answer, "allowed_actions");
    ck_assert_uint_eq(json_array_size(allowed), 1);
    ck_assert_str_eq(json_string_value(json_array_get(allowed, 0)), "withdraw");
    ck_assert_ptr_eq(lead->open, first);
    offer_close();
}
END_TEST

START_TEST(what_is_unmet_or_unknown_is_named_and_nothing_is_left_behind)
{
    offer_open();
    struct lead *unmet = offer_lead(MARKETING, "kim@x.example", "intern");
    struct lead *unknown = offer_lead(MARKETING, "lee@x.example", NULL);
    size_t verdicts = offer_entries(LEDGER_VERDICT_GIVEN);
    int64_t seq = unmet->chain.seq;

    ck_assert_int_eq(offer_do(MARKETING, unmet, "sdr", HANDOFF_KIND_STANDARD, NULL),
                     ERR_NOT_QUALIFIED);
    ck_assert_str_eq(offer_fault(0, "code"), "criterion_unmet");
    ck_assert_str_eq(offer_fault(0, "detail"), "decider: Decides.");
    ck_assert_str_eq(offer_fault(1, "code"), "threshold_missed");
    ck_assert_int_eq(offer_do(MARKETING, unknown, "sdr", HANDOFF_KIND_STANDARD, NULL),
                     ERR_NOT_QUALIFIED);
    ck_assert_str_eq(offer_fault(0, "code"), "criterion_unknown");
    ck_assert_uint_eq(offer_entries(LEDGER_VERDICT_GIVEN), verdicts);
    ck_assert_int_eq(unmet->chain.seq, seq);
    offer_close();
}
END_TEST

START_TEST(without_a_definition_no_gate_is_passed)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "vp");
    bench.config.in_force[TERM_MQL] = NULL;

    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL),
                     ERR_NO_DEFINITION);
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_OVERRIDE, "trust me"),
                     ERR_NO_DEFINITION);
    ck_assert_ptr_null(lead->open);
    offer_close();
}
END_TEST

/* ---- exceptions ---- */

static struct exception_count *load_exception(enum exception_kind kind, int32_t used)
{
    struct exception_count *count = ARENA_NEW(bench.arena, struct exception_count);

    *count = (struct exception_count){.term = TERM_MQL,
                                      .kind = kind,
                                      .month = instant_month(BENCH_NOW),
                                      .used = used,
                                      .stored_used = used};
    ck_assert(work_put(&bench.work, KIND_EXCEPTION, count, count));
    return count;
}

START_TEST(an_exception_asks_for_its_counter_first)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "intern");
    struct offer_input input = {lead->id, "sdr", HANDOFF_KIND_STRATEGIC, "a flagship"};

    ck_assert_int_eq(
        offer_decide(MARKETING, bench.members[MARKETING].id, COMMAND_HANDOFF_OFFER, &input),
        DECIDE_AGAIN);
    ck_assert_uint_eq(bench.work.needs.of[KIND_EXCEPTION].count, 1);
    const struct exception_count *wanted = bench.work.needs.of[KIND_EXCEPTION].items[0];
    ck_assert_int_eq(wanted->kind, EXCEPTION_STRATEGIC);
    ck_assert_int_eq(wanted->month, instant_month(BENCH_NOW));
    ck_assert_ptr_null(lead->open);
    offer_close();
}
END_TEST

START_TEST(exceptions_end_at_the_agreed_limit)
{
    offer_open();
    struct lead *first = offer_lead(MARKETING, "kim@x.example", "intern");
    struct lead *second = offer_lead(MARKETING, "lee@x.example", "intern");
    struct exception_count *count = load_exception(EXCEPTION_STRATEGIC, 0);

    ck_assert_int_eq(offer_do(MARKETING, first, "sdr", HANDOFF_KIND_STRATEGIC, "a flagship"),
                     ERR_NONE);
    ck_assert_str_eq(bench_answer("handoff", "kind"), "strategic");
    ck_assert_str_eq(bench_answer("handoff", "offer_note"), "a flagship");
    ck_assert_int_eq(count->used, STRATEGIC_LIMIT);
    ck_assert_int_eq(offer_do(MARKETING, second, "sdr", HANDOFF_KIND_STRATEGIC, "another"),
                     ERR_LIMIT_REACHED);
    ck_assert_int_eq(count->used, STRATEGIC_LIMIT);
    ck_assert_ptr_null(second->open);
    offer_close();
}
END_TEST

START_TEST(an_exception_needs_a_note_and_an_agreement)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "intern");
    load_exception(EXCEPTION_STRATEGIC, 0);
    load_exception(EXCEPTION_ACCOUNT_BASED, 0);

    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STRATEGIC, NULL),
                     ERR_UNPROCESSABLE);
    ck_assert_str_eq(offer_fault(0, "pointer"), "/note");
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_ACCOUNT_BASED, "their group"),
                     ERR_UNPROCESSABLE);
    ck_assert_str_eq(offer_fault(0, "code"), "not_agreed");
    ck_assert_ptr_null(lead->open);
    offer_close();
}
END_TEST

START_TEST(unclear_is_only_what_the_verdict_calls_unclear)
{
    offer_open();
    struct lead *unmet = offer_lead(MARKETING, "kim@x.example", "intern");
    struct lead *unknown = offer_lead(MARKETING, "lee@x.example", NULL);
    struct exception_count *count = load_exception(EXCEPTION_UNCLEAR, 0);

    ck_assert_int_eq(offer_do(MARKETING, unmet, "sdr", HANDOFF_KIND_UNCLEAR, "looks good"),
                     ERR_UNPROCESSABLE);
    ck_assert_str_eq(offer_fault(0, "code"), "not_unclear");
    ck_assert_int_eq(offer_do(MARKETING, unknown, "sdr", HANDOFF_KIND_UNCLEAR, "looks good"),
                     ERR_NONE);
    ck_assert_int_eq(count->used, 1);
    offer_close();
}
END_TEST

START_TEST(where_nothing_gates_there_is_no_exception)
{
    offer_open();
    struct lead *lead = offer_lead(SDR, "kim@x.example", "intern");
    bench.routes[1].gate_count = 0;

    ck_assert_int_eq(offer_do(SDR, lead, "ae", HANDOFF_KIND_STRATEGIC, "a flagship"),
                     ERR_UNPROCESSABLE);
    ck_assert_str_eq(offer_fault(0, "pointer"), "/kind");
    ck_assert_int_eq(offer_do(SDR, lead, "ae", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
    ck_assert_int_eq(lead->open->version, 0);
    ck_assert(!lead->open->gated);
    offer_close();
}
END_TEST

/* Each kind has a counter of its own, and what is no exception has none. */
START_TEST(an_exception_is_counted_for_its_own_kind_alone)
{
    offer_open();
    struct exception_count *counts[EXCEPTION_KIND_COUNT];
    static const struct {
        const char *email, *seniority;
        enum handoff_kind kind;
    } offers[] = {
        {"a@x.example", "vp", HANDOFF_KIND_STANDARD},
        {"b@x.example", "intern", HANDOFF_KIND_OVERRIDE},
        {"c@x.example", NULL, HANDOFF_KIND_UNCLEAR},
        {"d@x.example", NULL, HANDOFF_KIND_UNCLEAR},
        {"e@x.example", "intern", HANDOFF_KIND_STRATEGIC},
    };

    for (int kind = 0; kind < EXCEPTION_KIND_COUNT; kind++)
        counts[kind] = load_exception((enum exception_kind)kind, 0);
    for (size_t i = 0; i < sizeof offers / sizeof *offers; i++)
        ck_assert_int_eq(offer_do(MARKETING,
                                  offer_lead(MARKETING, offers[i].email, offers[i].seniority),
                                  "sdr", offers[i].kind, "why"),
                         ERR_NONE);
    for (int kind = 0; kind < EXCEPTION_KIND_COUNT; kind++)
        ck_assert_msg(counts[kind]->used ==
                          (kind == EXCEPTION_UNCLEAR                                   ? 2
                           : kind == EXCEPTION_STRATEGIC || kind == EXCEPTION_OVERRIDE ? 1
                                                                                       : 0),
                      "%s was counted %d times", exception_kind_name((enum exception_kind)kind),
                      counts[kind]->used);
    ck_assert_uint_eq(bench.work.saves[KIND_EXCEPTION].count, 3);
    offer_close();
}
END_TEST

/* ---- whose clock ---- */

/* An srl is answered by its own definition's clock, whatever gates the route, and whether Baton or
 * a member offers it; any other lead by the gate's; and without either by the default. */
START_TEST(an_srl_is_answered_by_its_own_clock)
{
    static const char srl[] =
        "{\"term\": \"srl\", \"title\": \"SRL\", \"criteria\": ["
        "{\"id\": \"demo\", \"title\": \"Asked\", \"kind\": \"readiness\", \"required\": true,"
        " \"test\": {\"touches\": {\"kind\": [\"demo_requested\"]}, \"op\": \"gte\","
        " \"value\": 1}}], \"reasons\": [{\"code\": \"no_project\", \"title\": \"No project\","
        " \"about\": \"gap\", \"then\": \"nurture\"}], \"respond_within\": {\"minutes\": 15}}";

    for (int automatic = 0; automatic < 2; automatic++) {
        offer_open();
        bench_enforce(TERM_SRL, 1, srl);
        struct lead *mql = offer_lead(MARKETING, "kim@x.example", "vp");
        ck_assert_int_eq(offer_do(MARKETING, mql, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
        ck_assert_int_eq(mql->open->respond_by, BENCH_NOW + 90 * INSTANT_MINUTE);
        struct lead *ready = offer_lead(MARKETING, "lee@x.example", "vp");
        bench.routes[0].automatic = automatic == 1;
        bench_touch(MARKETING, ready, "demo_requested");
        ASSERT_STAGE(ready, STAGE_SRL);
        if (automatic == 0)
            ck_assert_int_eq(offer_do(MARKETING, ready, "sdr", HANDOFF_KIND_STANDARD, NULL),
                             ERR_NONE);
        ck_assert_ptr_nonnull(ready->open);
        ck_assert_int_eq(ready->open->term, TERM_MQL); /* the gate */
        ck_assert_int_eq(ready->open->respond_by, BENCH_NOW + 15 * INSTANT_MINUTE);
        ck_assert_int_eq(ready->next.at, ready->open->respond_by);
        bench.routes[1].gate_count = 0;
        struct lead *plain = offer_lead(SDR, "max@x.example", "intern");
        ck_assert_int_eq(offer_do(SDR, plain, "ae", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
        ck_assert_int_eq(plain->open->respond_by,
                         BENCH_NOW + RESPOND_MINUTES_DEFAULT * INSTANT_MINUTE);
        bench_load_verdict(mql->open);
        bench_load_verdict(ready->open);
        offer_close();
    }
}
END_TEST

/* ---- a human's word ---- */

START_TEST(an_override_passes_the_gate_and_says_why)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "intern");

    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_OVERRIDE, NULL),
                     ERR_UNPROCESSABLE);
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_OVERRIDE, "I met her"),
                     ERR_NONE);
    ck_assert_str_eq(bench_answer("handoff", "kind"), "override");
    ck_assert_str_eq(lead->open->offer_note, "I met her");
    ck_assert_int_eq(lead->open->version, 3);
    offer_close();
}
END_TEST

START_TEST(what_passes_by_a_members_word_is_never_standard)
{
    offer_open();
    struct lead *lead = offer_lead(MARKETING, "kim@x.example", "intern");
    struct override_input word = {
        .lead = lead->id, .term = TERM_MQL, .result = VERDICT_QUALIFIED, .note = "I met her"};

    bench_must(MARKETING, COMMAND_LEAD_OVERRIDE, &word);
    ck_assert_int_eq(offer_do(MARKETING, lead, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
    ck_assert_str_eq(bench_answer("handoff", "kind"), "override");
    ck_assert_str_eq(bench_answer("handoff", "offer_note"), "I met her");
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_OFFERED), "\"kind\":\"override\""));
    offer_close();
}
END_TEST

/* By an offer or by a word, it is counted once; a word that keeps a lead back is not. */
START_TEST(overrides_end_at_the_agreed_limit)
{
    offer_open();
    struct lead *kim = offer_lead(MARKETING, "kim@x.example", "intern");
    struct lead *lee = offer_lead(MARKETING, "lee@x.example", "intern");
    struct lead *lou = offer_lead(MARKETING, "lou@x.example", "intern");
    struct lead *mia = offer_lead(MARKETING, "mia@x.example", "vp");
    struct override_input word = {
        .lead = lee->id, .term = TERM_MQL, .result = VERDICT_QUALIFIED, .note = "I met her"};

    ck_assert_int_eq(offer_do(MARKETING, kim, "sdr", HANDOFF_KIND_OVERRIDE, "I met him"), ERR_NONE);
    bench_must(MARKETING, COMMAND_LEAD_OVERRIDE, &word);
    ck_assert_int_eq(offer_do(MARKETING, lee, "sdr", HANDOFF_KIND_STANDARD, NULL), ERR_NONE);
    ck_assert_int_eq(offer_do(MARKETING, lou, "sdr", HANDOFF_KIND_OVERRIDE, "x"),
                     ERR_LIMIT_REACHED);
    word.lead = lou->id;
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_LEAD_OVERRIDE, &word), ERR_LIMIT_REACHED);
    word.lead = mia->id;
    word.result = VERDICT_NOT_QUALIFIED;
    bench_must(MARKETING, COMMAND_LEAD_OVERRIDE, &word);

    bench.work.now += 31 * INSTANT_DAY; /* another month */
    word.lead = lou->id;
    word.result = VERDICT_QUALIFIED;
    bench_must(MARKETING, COMMAND_LEAD_OVERRIDE, &word);
    offer_close();
}
END_TEST

static const char NO_OVERRIDE[] =
    "{\"term\": \"mql\", \"title\": \"MQL\", \"criteria\": ["
    "{\"id\": \"boss\", \"title\": \"A boss\", \"kind\": \"fit\", \"required\": true,"
    " \"test\": {\"attribute\": \"seniority\", \"op\": \"eq\", \"value\": \"ceo\"}}]}";

START_TEST(what_the_definition_does_not_allow_is_no_override)
{
    offer_open();
    definition_free(bench.compiled[TERM_MQL]);
    bench_enforce(TERM_MQL, 4, NO_OVERRIDE);
    struct lead *kim = offer_lead(MARKETING, "kim@x.example", "vp");
    struct override_input word = {
        .lead = kim->id, .term = TERM_MQL, .result = VERDICT_QUALIFIED, .note = "I met her"};

    ck_assert_int_eq(offer_do(MARKETING, kim, "sdr", HANDOFF_KIND_OVERRIDE, "x"),
                     ERR_UNPROCESSABLE);
    ck_assert_str_eq(offer_fault(0, "code"), "not_agreed");
    ck_assert_int_eq(bench_do(MARKETING, COMMAND_LEAD_OVERRIDE, &word), ERR_UNPROCESSABLE);
    ck_assert_str_eq(offer_fault(0, "pointer"), "/result");
    offer_close();
}
END_TEST

/* ---- found by sales ---- */

START_TEST(a_self_sourced_lead_is_accepted_at_once)
{
    offer_open();
    struct lead *lead = offer_lead(SDR, "kim@x.example", "intern");

    ck_assert_int_eq(offer_do(SDR, lead, "sdr", HANDOFF_KIND_SELF_SOURCED, NULL), ERR_NONE);
    ck_assert_str_eq(bench_answer("handoff", "state"), "accepted");
    ASSERT_TEAM(lead->owner_team, SDR);
    ASSERT_STAGE(lead, STAGE_SAL);
    ck_assert_int_eq(lead->reached[MILESTONE_SAL], BENCH_NOW);
    ck_assert_int_eq(lead->open->version, 0);
    ck_assert(uuid_equal(lead->open->accepted_by, bench.members[SDR].id));
    ck_assert_int_eq(lead->next.at, lead->open->decide_by);
    ck_assert_uint_eq(offer_entries(LEDGER_HANDOFF_OFFERED), 1);
    ck_assert_uint_eq(offer_entries(LEDGER_HANDOFF_ACCEPTED), 1);
    offer_close();
}
END_TEST

START_TEST(marketing_and_other_teams_source_nothing_for_themselves)
{
    offer_open();
    struct lead *marketing = offer_lead(MARKETING, "kim@x.example", "vp");
    struct lead *sales = offer_lead(SDR, "lee@x.example", "vp");

    ck_assert_int_eq(offer_do(MARKETING, marketing, "marketing", HANDOFF_KIND_SELF_SOURCED, NULL),
                     ERR_UNPROCESSABLE);
    ck_assert_int_eq(offer_do(SDR, sales, "ae", HANDOFF_KIND_SELF_SOURCED, NULL),
                     ERR_UNPROCESSABLE);
    ck_assert_str_eq(offer_fault(0, "pointer"), "/to_team");
    ck_assert_int_eq(offer_do(MARKETING, marketing, "sdr", HANDOFF_KIND_IMPORTED, NULL),
                     ERR_INVALID_VALUE);
    offer_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "handoff_offer");

    TESTS(tcase, a_qualified_lead_is_offered_along_its_route,
          a_team_with_a_calendar_answers_in_working_time, only_a_member_of_the_owning_team_offers,
          without_a_route_nothing_is_offered, a_second_offer_is_refused_with_the_state_of_the_first,
          what_is_unmet_or_unknown_is_named_and_nothing_is_left_behind,
          without_a_definition_no_gate_is_passed, an_exception_asks_for_its_counter_first,
          exceptions_end_at_the_agreed_limit, an_exception_needs_a_note_and_an_agreement,
          unclear_is_only_what_the_verdict_calls_unclear, where_nothing_gates_there_is_no_exception,
          an_exception_is_counted_for_its_own_kind_alone, an_srl_is_answered_by_its_own_clock,
          an_override_passes_the_gate_and_says_why, overrides_end_at_the_agreed_limit,
          what_the_definition_does_not_allow_is_no_override,
          what_passes_by_a_members_word_is_never_standard, a_self_sourced_lead_is_accepted_at_once,
          marketing_and_other_teams_source_nothing_for_themselves);
}
