/* Qualifying: by the sql definition in force, or by the word of sales; then on to the next team. */
#include "../support/known.h"
#include "bench_handoff.h"
#include "suite.h"

static enum err qualify(struct handoff *handoff, const struct fact_input *facts, size_t count)
{
    struct handoff_qualify_input input = {
        .handoff = handoff->id, .facts = facts, .fact_count = count};

    return bench_do(SDR, COMMAND_HANDOFF_QUALIFY, &input);
}

static const json_t *fault_at(const char *pointer)
{
    size_t i;
    json_t *fault;

    json_array_foreach(json_object_get(bench.answer, "errors"), i,
                       fault) if (strcmp(json_string_value(json_object_get(fault, "pointer")),
                                         pointer) == 0) return fault;
    return NULL;
}

static const char *code_at(const char *pointer)
{
    const char *code = json_string_value(json_object_get(fault_at(pointer), "code"));

    return code == NULL ? "" : code;
}

START_TEST(with_no_sql_definition_the_word_of_sales_counts)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = bench_accept(SDR, lead);
    bench.work.now += INSTANT_DAY;
    ck_assert_str_eq(error_code(qualify(handoff, NULL, 0)), "ok");

    ck_assert_str_eq(bench_answer("handoff", "state"), "qualified");
    ck_assert_int_eq(handoff->qualified_version, 0);
    ck_assert_int_eq(handoff->closed_at, bench.work.now);
    ASSERT_STAGE(lead, STAGE_SQL);
    ASSERT_TEAM(lead->owner_team, SDR);
    ck_assert_int_eq(lead->reached[MILESTONE_SQL], bench.work.now);
    ck_assert_int_eq(lead->next.at, bench.work.now + 20 * INSTANT_DAY);
    ck_assert_ptr_null(lead->open); /* the way to ae asks for an sql verdict */
    bench_close();
}
END_TEST

START_TEST(what_is_missing_or_unmet_is_named)
{
    struct fact_input low = {"budget", bench_int(5), NULL};

    bench_open();
    bench_enforce(TERM_SQL, 2, BENCH_SQL);
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = bench_accept(SDR, lead);
    size_t entries = bench.work.saves[KIND_ENTRY].count;
    ck_assert_str_eq(error_code(qualify(handoff, &low, 1)), "not_qualified");

    ck_assert_str_eq(code_at("/facts/budget"), "unmet");
    ck_assert_str_eq(code_at("/facts/need"), "unknown");
    ck_assert_str_eq(handoff_state_name(handoff->state), "accepted");
    ASSERT_STAGE(lead, STAGE_SAL);
    ck_assert_ptr_null(known_value(&lead->facts, "budget")); /* nothing is kept */
    ck_assert_uint_eq(bench.work.saves[KIND_ENTRY].count, entries);
    bench_close();
}
END_TEST

/* What can be asked and written down is named; of anything else the criterion alone is. */
static const char MIXED_SQL[] =
    "{\"term\": \"sql\", \"title\": \"SQL\", \"criteria\": ["
    "{\"id\": \"size\", \"title\": \"Is large\", \"kind\": \"fit\", \"required\": true,"
    " \"test\": {\"attribute\": \"employees\", \"op\": \"gte\", \"value\": 1000}},"
    "{\"id\": \"call\", \"title\": \"Was called\", \"kind\": \"engagement\", \"required\": true,"
    " \"test\": {\"all\": [{\"fact\": \"budget\", \"op\": \"gte\", \"value\": 1000},"
    " {\"fact\": \"need\", \"op\": \"eq\", \"value\": true}]}},"
    "{\"id\": \"gone\", \"title\": \"Has left\", \"kind\": \"disqualifier\","
    " \"test\": {\"fact\": \"left\", \"op\": \"eq\", \"value\": true}}],"
    "\"reasons\": [{\"code\": \"price\", \"title\": \"Price\", \"about\": \"gap\","
    " \"then\": \"nurture\"}]}";

static size_t faults_at(const char *pointer)
{
    const json_t *errors = json_object_get(bench.answer, "errors");
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(errors); i++)
        count += strcmp(json_string_value(json_object_get(json_array_get(errors, i), "pointer")),
                        pointer) == 0;
    return count;
}

START_TEST(only_facts_have_a_place_in_the_body)
{
    struct fact_input left = {"left", (struct value){.type = VALUE_BOOL, .boolean = true}, NULL};

    bench_open();
    bench_enforce(TERM_SQL, 2, MIXED_SQL);
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = bench_accept(SDR, lead);
    ck_assert_str_eq(error_code(qualify(handoff, &left, 1)), "not_qualified");

    ck_assert_str_eq(code_at("/facts/left"), "met");
    ck_assert_uint_eq(faults_at("/facts/employees"), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(bench.answer, "errors")), 3);
    bench_close();
}
END_TEST

START_TEST(a_qualified_lead_goes_on_to_the_next_team)
{
    struct fact_input facts[] = {
        {"budget", bench_int(5000), "said so"},
        {"need", {.type = VALUE_BOOL, .boolean = true}, NULL},
    };

    bench_open();
    bench_enforce(TERM_SQL, 2, BENCH_SQL);
    struct lead *lead = bench_lead("kim@x.example", 120);
    struct handoff *handoff = bench_accept(SDR, lead);
    ck_assert_str_eq(error_code(qualify(handoff, facts, 2)), "ok");

    ck_assert_int_eq(handoff->qualified_version, 2);
    ASSERT_STAGE(lead, STAGE_SQL);
    ASSERT_TEAM(lead->owner_team, SDR);
    ck_assert_ptr_nonnull(lead->open);
    ASSERT_TEAM(lead->open->from_team, SDR);
    ASSERT_TEAM(lead->open->to_team, AE);
    ck_assert_int_eq(lead->open->version, 2);
    ck_assert_int_ne(lead->open->verdict_seq, 0);
    ASSERT_TEAM(lead->first_team, MARKETING);
    ck_assert_ptr_nonnull(strstr(bench_entry(LEDGER_HANDOFF_QUALIFIED),
                                 "\"stage_from\":\"sal\",\"stage_to\":\"sql\",\"term\":\"sql\","
                                 "\"version\":2"));
    bench_accept(AE, lead);
    ASSERT_TEAM(lead->owner_team, AE);
    ASSERT_STAGE(lead, STAGE_SQL);
    bench_close();
}
END_TEST

START_TEST(only_what_was_accepted_is_qualified)
{
    bench_open();
    struct lead *lead = bench_lead("kim@x.example", 120);
    ck_assert_str_eq(error_code(qualify(lead->open, NULL, 0)), "state_conflict");
    ASSERT_STAGE(lead, STAGE_MQL);
    bench_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "handoff_qualify");

    TESTS(tcase, with_no_sql_definition_the_word_of_sales_counts, what_is_missing_or_unmet_is_named,
          only_facts_have_a_place_in_the_body, a_qualified_lead_goes_on_to_the_next_team,
          only_what_was_accepted_is_qualified);
}
