/* What a back-test is asked: the question that is made of it, and what is wrong with one. */
#include "bench_handoff.h"
#include "core/evidence/backtest_request.h"
#include "suite.h"

static struct faults faults;
static struct backtest_question question;

/* mql 3 is in force; its text is there as version 3, and a draft that does not compile as 4. */
static void set_up(void)
{
    static struct agreement_version versions[2];

    bench_open();
    versions[0] = *bench.config.in_force[TERM_MQL];
    versions[0].document = BENCH_MQL;
    versions[1] = (struct agreement_version){
        .id = {{9, 9}}, .kind = AGREEMENT_MQL, .version = 4, .document = "{\"term\":\"mql\"}"};
    bench.config.agreements = versions;
    bench.config.agreement_count = 2;
    faults_init(&faults, bench.arena);
}

static void tear_down(void)
{
    backtest_question_release(&question);
    bench_close();
}

static enum err make(const char *document, struct backtest_input input)
{
    json_t *json = document == NULL ? NULL : json_loads(document, 0, NULL);

    input.document = json;
    if (input.period.from == 0)
        input.period.from = INSTANT_NONE;
    if (input.period.to == 0)
        input.period.to = INSTANT_NONE;
    enum err err = backtest_question_make(&bench.config, &input, &faults, &question);
    json_decref(json);
    return err;
}

static void expect_fault(const char *pointer, const char *code)
{
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].pointer, pointer);
    ck_assert_str_eq(faults.items[0].code, code);
}

START_TEST(a_version_and_one_to_hold_it_against)
{
    ck_assert_int_eq(make(NULL, (struct backtest_input){.term = TERM_MQL,
                                                        .version = 3,
                                                        .against = 3,
                                                        .period = {BENCH_NOW, BENCH_NOW + 1}}),
                     ERR_NONE);
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_int_eq(question.term, TERM_MQL);
    ck_assert_int_eq(question.period.from, BENCH_NOW);
    ck_assert_int_eq(question.period.to, BENCH_NOW + 1);
    ck_assert_ptr_nonnull(question.definition);
    ck_assert_ptr_nonnull(question.against);
    ck_assert_ptr_ne(question.definition, question.against);
}
END_TEST

START_TEST(a_document_has_its_own_term)
{
    ck_assert_int_eq(make(BENCH_SQL, (struct backtest_input){.term = TERM_COUNT}), ERR_NONE);
    ck_assert_int_eq(question.term, TERM_SQL);
    ck_assert_ptr_null(question.against);
}
END_TEST

static const struct {
    struct backtest_input input;
    const char *document;
    enum err err;
    const char *pointer, *code;
} wrong[] = {
    {{.term = TERM_MQL}, NULL, ERR_INVALID_BODY, "", "one_of"},
    {{.term = TERM_SQL, .version = 3}, BENCH_SQL, ERR_INVALID_BODY, "", "one_of"},
    {{.term = TERM_COUNT, .version = 3}, NULL, ERR_INVALID_BODY, "/term", "required"},
    {{.term = TERM_MQL, .version = 3, .period = {BENCH_NOW, BENCH_NOW}},
     NULL,
     ERR_INVALID_BODY,
     "/to",
     "order"},
    {{.term = TERM_MQL, .version = 9}, NULL, ERR_INVALID_VALUE, "/version", "unknown_version"},
    {{.term = TERM_SQL, .version = 3}, NULL, ERR_INVALID_VALUE, "/version", "unknown_version"},
    {{.term = TERM_MQL, .version = 4},
     NULL,
     ERR_INVALID_DEFINITION,
     "/version",
     "invalid_definition"},
    {{.term = TERM_MQL, .version = 3, .against = 8},
     NULL,
     ERR_INVALID_VALUE,
     "/against",
     "unknown_version"},
    {{.term = TERM_MQL, .version = 3, .against = 4},
     NULL,
     ERR_INVALID_DEFINITION,
     "/against",
     "invalid_definition"},
    {{.term = TERM_MQL}, BENCH_SQL, ERR_INVALID_VALUE, "/term", "other_term"},
};

START_TEST(what_cannot_be_asked)
{
    ck_assert_int_eq(make(wrong[_i].document, wrong[_i].input), wrong[_i].err);
    expect_fault(wrong[_i].pointer, wrong[_i].code);
}
END_TEST

START_TEST(a_documents_faults_stand_below_it)
{
    ck_assert_int_eq(make("{\"term\":\"mql\",\"title\":\"M\",\"criteria\":7}",
                          (struct backtest_input){.term = TERM_COUNT}),
                     ERR_INVALID_DEFINITION);
    ck_assert_uint_ge(faults.count, 1);
    for (size_t i = 0; i < faults.count; i++)
        ck_assert_ptr_eq(strstr(faults.items[i].pointer, "/document/"), faults.items[i].pointer);
}
END_TEST

static const struct {
    const char *kept;
    enum err err;
} kept[] = {
    {"{\"term\":\"mql\",\"version\":3,\"document\":null,\"against\":3,"
     "\"from\":\"2026-01-01T00:00:00Z\",\"to\":null}",
     ERR_NONE},
    {"{\"term\":\"hot\",\"version\":3}", ERR_INTERNAL},
    {"not JSON", ERR_INTERNAL},
};

START_TEST(the_job_reads_what_was_kept)
{
    ck_assert_int_eq(
        backtest_question_read(&bench.config, kept[_i].kept, strlen(kept[_i].kept), &question),
        kept[_i].err);
    ck_assert(kept[_i].err != ERR_NONE || question.against != NULL);
    ck_assert(kept[_i].err != ERR_NONE || question.term == TERM_MQL);
    ck_assert(kept[_i].err != ERR_NONE ||
              question.period.from == (instant)1767225600 * INSTANT_SECOND);
    ck_assert(kept[_i].err != ERR_NONE || question.period.to == INSTANT_NONE);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "back-test request");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, a_version_and_one_to_hold_it_against, a_document_has_its_own_term,
          a_documents_faults_stand_below_it);
    EACH(tcase, what_cannot_be_asked, wrong);
    EACH(tcase, the_job_reads_what_was_kept, kept);
}
