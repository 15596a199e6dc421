/* The starters: signable as they stand, and usable for the first story that a new user tries. */
#include "core/definition/starter.h"
#include "core/definition/verdict.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (1 << 22)
#define NOW         ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(ARENA_BYTES);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct definition *compile(enum term term)
{
    json_t *document = json_loads(starter_document(term), JSON_REJECT_DUPLICATES, NULL);
    struct faults faults;
    struct faults warnings;
    struct definition *definition;

    ck_assert_ptr_nonnull(document);
    faults_init(&faults, arena);
    faults_init(&warnings, arena);
    enum err err = definition_compile(document, &faults, &warnings, &definition);
    if (faults.count > 0)
        ck_abort_msg("%s: %s", faults.items[0].pointer, faults.items[0].detail);
    if (warnings.count > 0)
        ck_abort_msg("%s: %s", warnings.items[0].pointer, warnings.items[0].detail);
    ck_assert_int_eq(err, ERR_NONE);
    ck_assert_int_eq(definition->term, term);
    json_decref(document);
    return definition;
}

static void tell(struct attribute_set *set, const char *name, struct value value)
{
    struct observation seen = {.value = value, .occurred_at = NOW, .known_from = NOW};
    bool changed;

    ck_assert_int_eq(attribute_observe(set, arena, name, &seen, &changed), ERR_NONE);
}

static struct value text(const char *words)
{
    return (struct value){.type = VALUE_TEXT, .len = (uint32_t)strlen(words), .text = words};
}

static struct verdict judge(const struct definition *definition,
                            const struct attribute_set *attributes,
                            const struct attribute_set *facts, const char *touch_kind)
{
    struct touch touch = {.kind = touch_kind, .occurred_at = NOW, .recorded_at = NOW};
    struct touch_log log = {.items = &touch, .count = touch_kind != NULL};
    struct verdict_subject subject = {attributes, facts, &log, NOW, INSTANT_NONE};
    struct verdict verdict;

    verdict_evaluate(definition, &subject, &verdict);
    return verdict;
}

START_TEST(a_business_address_and_a_form_make_an_mql)
{
    struct definition *definition = compile(TERM_MQL);
    struct attribute_set attributes = {0};

    tell(&attributes, "email.is_free_mail", (struct value){.type = VALUE_BOOL, .boolean = false});
    ck_assert_int_eq(judge(definition, &attributes, NULL, "form_submitted").result,
                     VERDICT_QUALIFIED);
    ck_assert_int_eq(judge(definition, &attributes, NULL, "demo_requested").result,
                     VERDICT_QUALIFIED);
    ck_assert_int_eq(judge(definition, &attributes, NULL, "email_opened").result,
                     VERDICT_NOT_QUALIFIED);
    ck_assert_int_eq(judge(definition, NULL, NULL, "form_submitted").result, VERDICT_UNCLEAR);
    tell(&attributes, "seniority", text("student"));
    ck_assert_int_eq(judge(definition, &attributes, NULL, "form_submitted").result,
                     VERDICT_NOT_QUALIFIED);
    definition_free(definition);
}
END_TEST

START_TEST(an_sql_asks_for_its_four_facts)
{
    static const char *const names[] = {"budget", "authority", "need", "timeline"};
    struct definition *definition = compile(TERM_SQL);
    struct attribute_set facts = {0};
    struct verdict verdict = judge(definition, NULL, &facts, NULL);

    ck_assert_int_eq(verdict.result, VERDICT_UNCLEAR);
    ck_assert_uint_eq(verdict.ask_for_count, 4);
    for (int i = 0; i < 4; i++) {
        ck_assert_str_eq(verdict.ask_for[i], names[i]);
        tell(&facts, names[i], text("told on the call"));
    }
    ck_assert_int_eq(judge(definition, NULL, &facts, NULL).result, VERDICT_QUALIFIED);
    tell(&facts, "budget", (struct value){.type = VALUE_INT, .integer = 0});
    ck_assert_int_eq(judge(definition, NULL, &facts, NULL).result, VERDICT_NOT_QUALIFIED);
    definition_free(definition);
}
END_TEST

START_TEST(both_have_the_common_reasons)
{
    static const char *const codes[] = {"duplicate",        "spam",       "unreachable",
                                        "wrong_territory",  "bad_timing", "expectation_mismatch",
                                        "existing_customer"};
    struct definition *definition = compile(_i == 0 ? TERM_MQL : TERM_SQL);

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (definition_reason(definition, codes[i]) == NULL)
            ck_abort_msg("no reason %s", codes[i]);
    definition_free(definition);
}
END_TEST

START_TEST(there_is_none_for_srl)
{
    ck_assert_ptr_null(starter_document(TERM_SRL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("starter");
    TCase *starters = tcase_create("starters");

    tcase_add_checked_fixture(starters, set_up, tear_down);
    tcase_add_test(starters, a_business_address_and_a_form_make_an_mql);
    tcase_add_test(starters, an_sql_asks_for_its_four_facts);
    tcase_add_loop_test(starters, both_have_the_common_reasons, 0, 2);
    tcase_add_test(starters, there_is_none_for_srl);
    suite_add_tcase(suite, starters);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
