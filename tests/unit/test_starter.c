/* The starters: signable as they stand, and usable for the first story that a new user tries. */
#include "core/definition/starter.h"
#include "core/definition/verdict.h"
#include "suite.h"

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

static void give(struct attribute_set *set, const char *name, struct value value)
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
    struct verdict_subject subject = {.attributes = attributes,
                                      .facts = facts,
                                      .touches = &log,
                                      .now = NOW,
                                      .known_at = INSTANT_NONE};
    struct verdict verdict;

    verdict_evaluate(definition, &subject, &verdict);
    return verdict;
}

/* Who comes, what they did, and what the starters make of it. */
static const struct {
    const char *who;
    const char *kind; /* of the touch; NULL: none */
    bool free_mail;
    bool outbound;
    int days_ago;
    int employees;         /* 0: not known */
    const char *seniority; /* NULL: not known */
    bool mql;
    bool srl;
} people[] = {
    {"a bought list without any action", NULL, false, false, 0, 500, "vp", false, false},
    {"a bought list that sales wrote to", "email_sent", false, true, 0, 500, "vp", false, false},
    {"a bare email in a form", "form_submitted", false, false, 0, 0, NULL, false, false},
    {"a badge scan", "badge_scanned", false, false, 0, 500, "vp", false, false},
    {"a badge scan, as an event", "event_attended", false, false, 0, 500, "vp", false, false},
    {"a form that somebody else filled in", "form_submitted", false, true, 0, 500, "vp", false,
     false},
    {"a CEO at a free mail address who asks for a demo", "demo_requested", true, false, 0, 0,
     "c_level", false, true},
    {"who asks for a price", "pricing_requested", true, false, 0, 0, NULL, false, true},
    {"a student who asks for contact", "contact_requested", false, false, 0, 500, "student", false,
     true},
    {"a demo asked for 40 days ago", "demo_requested", true, false, 40, 0, NULL, false, false},
    {"a big enough company and a form", "form_submitted", false, false, 0, 50, NULL, true, false},
    {"one that is too small", "form_submitted", false, false, 0, 49, NULL, false, false},
    {"a decision maker and a webinar", "webinar_attended", false, false, 89, 0, "vp", true, false},
    {"too long ago", "webinar_attended", false, false, 91, 0, "vp", false, false},
    {"who only opened a mail", "email_opened", false, false, 0, 500, "vp", false, false},
    {"who fits and asks", "demo_requested", false, false, 0, 500, "vp", true, true},
    {"a student", "form_submitted", false, false, 0, 500, "student", false, false},
};

START_TEST(fit_and_an_action_of_their_own_make_an_mql)
{
    struct definition *mql = compile(TERM_MQL);
    struct definition *srl = compile(TERM_SRL);
    struct attribute_set attributes = {0};
    struct touch touch = {
        .kind = people[_i].kind,
        .direction = people[_i].outbound ? DIRECTION_OUTBOUND : DIRECTION_INBOUND,
        .occurred_at = NOW - people[_i].days_ago * INSTANT_DAY,
        .recorded_at = NOW,
    };
    struct touch_log log = {.items = &touch, .count = people[_i].kind != NULL};
    struct verdict_subject subject = {
        .attributes = &attributes, .touches = &log, .now = NOW, .known_at = INSTANT_NONE};
    struct verdict verdict;

    give(&attributes, "email.is_free_mail",
         (struct value){.type = VALUE_BOOL, .boolean = people[_i].free_mail});
    if (people[_i].employees > 0)
        give(&attributes, "company.employees",
             (struct value){.type = VALUE_INT, .integer = people[_i].employees});
    if (people[_i].seniority != NULL)
        give(&attributes, "seniority", text(people[_i].seniority));
    verdict_evaluate(mql, &subject, &verdict);
    ck_assert_msg((verdict.result == VERDICT_QUALIFIED) == people[_i].mql, "mql: %s",
                  people[_i].who);
    verdict_evaluate(srl, &subject, &verdict);
    ck_assert_msg((verdict.result == VERDICT_QUALIFIED) == people[_i].srl, "srl: %s",
                  people[_i].who);
    definition_free(mql);
    definition_free(srl);
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
        give(&facts, names[i], text("said on the call"));
    }
    ck_assert_int_eq(judge(definition, NULL, &facts, NULL).result, VERDICT_QUALIFIED);
    give(&facts, "budget", (struct value){.type = VALUE_INT, .integer = 0});
    ck_assert_int_eq(judge(definition, NULL, &facts, NULL).result, VERDICT_NOT_QUALIFIED);
    definition_free(definition);
}
END_TEST

START_TEST(all_have_the_common_reasons)
{
    static const char *const codes[] = {"duplicate",        "spam",       "unreachable",
                                        "wrong_territory",  "bad_timing", "expectation_mismatch",
                                        "existing_customer"};
    struct definition *definition = compile((enum term)_i);

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (definition_reason(definition, codes[i]) == NULL)
            ck_abort_msg("no reason %s", codes[i]);
    definition_free(definition);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *starters = suite_case(suite, "starters");

    tcase_add_checked_fixture(starters, set_up, tear_down);
    EACH(starters, fit_and_an_action_of_their_own_make_an_mql, people);
    TESTS(starters, an_sql_asks_for_its_four_facts);
    tcase_add_loop_test(starters, all_have_the_common_reasons, 0, TERM_COUNT);
}
