/* Suggestions: a planted predictor comes first, and answers by chance suggest next to nothing. */
#include "core/evidence/suggestion.h"
#include "suite.h"

#include "../support/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (1 << 26)
#define SEEDS       200
#define LEADS       400
#define NAMES       8

static struct arena *arena;
static struct definition *scored;
static json_t *document;

static void set_up(void)
{
    static const char text[] =
        "{\"term\":\"mql\",\"title\":\"Scored\",\"criteria\":["
        "{\"id\":\"a\",\"title\":\"A\",\"kind\":\"fit\",\"points\":10,\"test\":"
        "{\"attribute\":\"in.a\",\"op\":\"gte\",\"value\":5}},"
        "{\"id\":\"b\",\"title\":\"B\",\"kind\":\"fit\",\"points\":20,\"test\":"
        "{\"attribute\":\"in.b\",\"op\":\"gte\",\"value\":5}},"
        "{\"id\":\"c\",\"title\":\"C\",\"kind\":\"fit\",\"points\":40,\"test\":"
        "{\"attribute\":\"in.c\",\"op\":\"gte\",\"value\":5}}],\"thresholds\":{\"total\":30}}";

    document = json_loads(text, 0, NULL);
    ck_assert_int_eq(definition_compile(document, NULL, NULL, &scored), ERR_NONE);
    arena = arena_new(ARENA_BYTES);
}

static void tear_down(void)
{
    definition_free(scored);
    json_decref(document);
    arena_free(arena);
}

/* xorshift64*: the same everywhere for the same seed. */
static uint64_t chance;

static uint32_t roll(uint32_t sides)
{
    chance ^= chance >> 12;
    chance ^= chance << 25;
    chance ^= chance >> 27;
    return (uint32_t)((chance * UINT64_C(2685821657736338717)) >> 33) % sides;
}

/* ---- leads ---- */

struct person {
    struct history_view view;
    struct attribute items[NAMES + 4];
    struct observation seen[NAMES + 4];
};

static void know(struct person *person, const char *name, struct value value)
{
    size_t at = person->view.attributes.count++;

    person->seen[at] = (struct observation){.value = value};
    person->items[at] = (struct attribute){name, &person->seen[at], 1};
}

static struct value number(int64_t n)
{
    return (struct value){.type = VALUE_INT, .integer = n};
}

static struct value word(const char *text)
{
    return (struct value){.type = VALUE_TEXT, .text = text, .len = (uint32_t)strlen(text)};
}

/* Sorted by name, as sets are: in.a, in.b, in.c, then what nobody asks for. */
static void make_person(struct person *person)
{
    static const char *const names[NAMES] = {"n0", "n1", "n2", "n3", "t0", "t1", "t2", "t3"};
    static const char *const words[] = {"red", "green", "blue"};

    memset(person, 0, sizeof *person);
    person->view.attributes.items = person->items;
    know(person, "in.a", number(roll(10)));
    know(person, "in.b", number(roll(10)));
    know(person, "in.c", number(roll(10)));
    for (int i = 0; i < NAMES; i++)
        know(person, names[i], i < NAMES / 2 ? number(roll(1000)) : word(words[roll(3)]));
    person->view.subject =
        (struct verdict_subject){.attributes = &person->view.attributes, .known_at = INSTANT_NONE};
}

static const struct value *value_of(const struct person *person, const char *name)
{
    return known_value(&person->view.attributes, name);
}

static void add(struct suggestion_set *set, const struct person *person, bool accepted)
{
    const struct history_answer answer = {
        .answered = true, .accepted = accepted, .sql = accepted && roll(2) == 0};

    ck_assert_int_eq(suggestion_add(set, &person->view, &answer), ERR_NONE);
}

static struct suggestion_set *begin(void)
{
    struct suggestion_set *set;

    arena_clear(arena);
    set = suggestion_begin(scored, TARGET_ACCEPTED, 0, arena);
    ck_assert_ptr_nonnull(set);
    return set;
}

static struct suggestions make(struct suggestion_set *set)
{
    static struct suggestions made;

    ck_assert_int_eq(suggestion_make(set, document, &made), ERR_NONE);
    return made;
}

/* ---- chance ---- */

START_TEST(test_answers_by_chance_suggest_next_to_nothing)
{
    int suggested = 0;

    for (int seed = 1; seed <= SEEDS; seed++) {
        struct suggestion_set *set = begin();
        struct person person;
        chance = (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15);
        for (int i = 0; i < LEADS; i++) {
            make_person(&person);
            add(set, &person, roll(3) == 0);
        }
        struct suggestions made = make(set);
        suggested += made.count > 0;
        ck_assert((made.count == 0) == (made.why_none != NULL));
    }
    printf("%d of %d by chance\n", suggested, SEEDS);
    ck_assert_int_le(suggested, SEEDS / 20);
}
END_TEST

/* ---- planted ---- */

static struct suggestions planted(const char *name, int share_if, int share_else)
{
    struct suggestion_set *set = begin();
    struct person person;

    chance = 42;
    for (int i = 0; i < LEADS; i++) {
        make_person(&person);
        const struct value *value = value_of(&person, name);
        bool fits =
            value->type == VALUE_INT ? value->integer >= 700 : strcmp(value->text, "green") == 0;
        add(set, &person, (int)roll(100) < (fits ? share_if : share_else));
    }
    return make(set);
}

START_TEST(test_planted_word_comes_first)
{
    struct suggestions made = planted("t2", 75, 25);

    ck_assert_uint_ge(made.count, 1);
    ck_assert_int_eq(made.items[0].kind, SUGGEST_ATTRIBUTE);
    ck_assert_str_eq(made.items[0].name, "t2");
    ck_assert(!made.items[0].at_least);
    ck_assert_str_eq(made.items[0].value.text, "green");
    ck_assert_ptr_null(made.why_none);
}
END_TEST

START_TEST(test_planted_number_comes_first)
{
    struct suggestions made = planted("n1", 80, 25);

    ck_assert_uint_ge(made.count, 1);
    ck_assert_str_eq(made.items[0].name, "n1");
    ck_assert(made.items[0].at_least);
    ck_assert_int_ge(made.items[0].value.integer, 550);
    ck_assert_int_le(made.items[0].value.integer, 850);
    ck_assert_int_eq(made.items[0].split.met.leads + made.items[0].split.unmet.leads, LEADS);
}
END_TEST

/* What sales reported with its answer parts the leads as nothing else does, and is left out; so is
 * what who asks names. What remains is what can be known in time. */
START_TEST(test_what_leaks_the_answer_is_left_out)
{
    static const struct suggestion_exclude exclude = {{"n3", "t2"}, 2};
    struct suggestion_set *set = begin();
    struct person person;

    if (_i > 0)
        set->exclude = &exclude;
    chance = 42;
    for (int i = 0; i < LEADS; i++) {
        make_person(&person);
        bool accepted =
            (int)roll(100) < (strcmp(value_of(&person, "t2")->text, "green") == 0 ? 75 : 25);
        know(&person, "t9", word(accepted ? "fine" : "too small"));
        person.seen[person.view.attributes.count - 1].source = SOURCE_SALES;
        add(set, &person, accepted);
    }
    struct suggestions made = make(set);
    for (size_t i = 0; i < made.count; i++)
        ck_assert_str_ne(made.items[i].name, "t9");
    if (_i == 0) {
        ck_assert_uint_eq(made.left_out_count, 1);
        ck_assert_str_eq(made.items[0].name, "t2");
    } else {
        ck_assert_uint_eq(made.left_out_count, 3);
        ck_assert_str_eq(made.left_out[0].name, "n3");
        ck_assert(made.left_out[0].asked && made.left_out[1].asked);
        ck_assert_uint_eq(made.count, 0);
    }
    ck_assert_str_eq(made.left_out[made.left_out_count - 1].name, "t9");
    ck_assert(!made.left_out[made.left_out_count - 1].asked);
}
END_TEST

/* ---- criteria and thresholds ---- */

static bool meets(const struct person *person, const char *name)
{
    return value_of(person, name)->integer >= 5;
}

START_TEST(test_a_criterion_that_misleads_is_dropped)
{
    struct suggestion_set *set = begin();
    struct person person;

    chance = 7;
    for (int i = 0; i < LEADS; i++) {
        make_person(&person);
        add(set, &person, roll(100) < (meets(&person, "in.b") ? 15u : 75u));
    }
    struct suggestions made = make(set);
    ck_assert_int_eq(made.items[0].kind, SUGGEST_DROP);
    ck_assert_str_eq(made.items[0].name, "b");
}
END_TEST

START_TEST(test_a_threshold_that_fits_the_answers)
{
    struct suggestion_set *set = begin();
    struct person person;

    chance = 7;
    for (int i = 0; i < LEADS; i++) {
        make_person(&person);
        add(set, &person, meets(&person, "in.c") ? roll(100) < 95 : roll(100) < 5);
    }
    struct suggestions made = make(set);
    bool found = false;
    for (size_t i = 0; i < made.count; i++)
        found = found || (made.items[i].kind == SUGGEST_THRESHOLD && made.items[i].threshold == 40);
    ck_assert_msg(found, "no threshold of 40 among %zu", made.count);
    ck_assert_int_eq(made.best_f1.threshold, 40);
    ck_assert(made.keep.found);
    ck_assert_int_ge(made.keep.recall.count * 100, made.keep.recall.of * 95);
}
END_TEST

START_TEST(test_a_threshold_counts_like_the_leads_it_parts)
{
    struct suggestion_set *set = begin();
    struct person person;
    size_t thresholds = 0;

    chance = 7;
    for (int i = 0; i < LEADS; i++) {
        make_person(&person);
        add(set, &person, meets(&person, "in.c") ? roll(100) < 95 : roll(100) < 5);
    }
    struct suggestions made = make(set);
    for (size_t i = 0; i < made.count; i++) {
        const struct suggestion_split *split = &made.items[i].split;
        if (made.items[i].kind != SUGGEST_THRESHOLD)
            continue;
        thresholds++;
        ck_assert_int_eq(split->met.leads + split->unmet.leads, LEADS);
        ck_assert_int_eq(split->met.accepted, split->met.hits);
        ck_assert_int_eq(split->unmet.accepted, split->unmet.hits);
        ck_assert_int_eq(split->met.accepted + split->unmet.accepted, made.all.accepted);
        ck_assert_int_eq(split->met.sql + split->unmet.sql, made.all.sql);
    }
    ck_assert_uint_gt(thresholds, 0);
}
END_TEST

/* ---- unknown, drafts ---- */

/* Of those who meet it 47 % reach the target, of those who do not 1 %, and of those of whom it is
 * unknown all: nothing for leaving it out, and much for asking. */
START_TEST(test_unknown_is_not_unmet)
{
    struct suggestion_set *set = begin();
    struct person person;

    chance = 7;
    for (int i = 0; i < 2 * LEADS; i++) {
        make_person(&person);
        bool is_unknown = i % 3 == 0;
        if (is_unknown)
            person.seen[0].value = (struct value){.type = VALUE_NULL};
        add(set, &person, is_unknown || roll(100) < (meets(&person, "in.a") ? 47u : 1u));
    }
    struct suggestions made = make(set);
    const struct suggestion_split *split = &made.criteria[0];
    ck_assert_int_eq(split->unknown.leads, 267);
    ck_assert_int_eq(split->unknown.hits, 267);
    ck_assert_int_eq(split->met.leads + split->unmet.leads + split->unknown.leads, 2 * LEADS);
    ck_assert(suggestion_rates_beat(&split->met, &split->unmet));
    ck_assert(made.ask_for[0]);
    ck_assert(!made.ask_for[1]);
    for (size_t i = 0; i < made.count; i++)
        ck_assert(made.items[i].kind != SUGGEST_DROP);
}
END_TEST

/* What is suggested against leads keeps leads out, by as much as that takes, and says so. */
START_TEST(test_a_value_that_sales_never_accepts_goes_against_the_lead)
{
    struct suggestion_set *set = begin();
    struct person person;

    chance = 42;
    for (int i = 0; i < LEADS; i++) {
        make_person(&person);
        bool retail = strcmp(value_of(&person, "t2")->text, "green") == 0;
        add(set, &person, !retail && roll(100) < 60);
    }
    struct suggestions made = make(set);
    const struct suggestion *first = &made.items[0];
    ck_assert_uint_ge(made.count, 1);
    ck_assert_str_eq(first->name, "t2");
    ck_assert(first->form == FORM_DISQUALIFIER || first->points < 0);
    ck_assert(first->form == FORM_DISQUALIFIER ? strstr(first->words, "Disqualify by") != NULL
                                               : strstr(first->words, "points off") != NULL);
    ck_assert_int_eq(first->gained.leads, 0);
    ck_assert_int_gt(first->lost.leads, 0);
    ck_assert_int_eq(first->lost.hits, 0);
}
END_TEST

/* Every draft that is shown, judged lead by lead from its text, changes what it says it changes. */
START_TEST(test_drafts_change_what_they_claim)
{
    static struct person people[LEADS];
    struct suggestion_set *set = begin();

    chance = 7;
    for (int i = 0; i < LEADS; i++) {
        make_person(&people[i]);
        add(set, &people[i], roll(100) < (meets(&people[i], "in.c") ? 80u : 20u));
    }
    struct suggestions made = make(set);
    ck_assert_uint_ge(made.count, 1);
    for (size_t k = 0; k < made.count; k++) {
        json_t *text = json_loads(made.items[k].document, 0, NULL);
        struct definition *draft;
        int64_t gained = 0, lost = 0;
        ck_assert_int_eq(definition_compile(text, NULL, NULL, &draft), ERR_NONE);
        for (int i = 0; i < LEADS; i++) {
            struct verdict now, before;
            verdict_evaluate(draft, &people[i].view.subject, &now);
            verdict_evaluate(scored, &people[i].view.subject, &before);
            bool is_in = now.result == VERDICT_QUALIFIED;
            bool was_in = before.result == VERDICT_QUALIFIED;
            gained += is_in && !was_in;
            lost += was_in && !is_in;
        }
        ck_assert_int_eq(made.items[k].gained.leads, gained);
        ck_assert_int_eq(made.items[k].lost.leads, lost);
        ck_assert_int_gt(gained + lost, 0);
        definition_free(draft);
        json_decref(text);
    }
}
END_TEST

/* ---- too few ---- */

START_TEST(test_too_few_answers)
{
    struct suggestion_set *set = begin();
    struct person person;

    chance = 7;
    for (int i = 0; i < SUGGESTION_LEADS_MIN - 1; i++) {
        make_person(&person);
        add(set, &person, strcmp(value_of(&person, "t0")->text, "red") == 0);
    }
    struct suggestions made = make(set);
    ck_assert_uint_eq(made.count, 0);
    ck_assert_msg(strstr(made.why_none, "99") != NULL, "%s", made.why_none);
    ck_assert_int_eq(made.criteria[0].met.leads + made.criteria[0].unmet.leads, 99);
}
END_TEST

START_TEST(test_all_accepted)
{
    struct suggestion_set *set = begin();
    struct person person;

    chance = 7;
    for (int i = 0; i < LEADS; i++) {
        make_person(&person);
        add(set, &person, true);
    }
    ck_assert_uint_eq(make(set).count, 0);
}
END_TEST

/* ---- the exact test ---- */

/* Fisher's lady tasting tea, and tables whose sums are short enough to do by hand. */
static const struct {
    struct two_by_two table;
    double p;
} tables[] = {
    {{3, 1, 1, 3}, 0.485714}, {{8, 2, 1, 5}, 0.034965}, {{10, 0, 0, 10}, 1.08251e-5},
    {{5, 5, 5, 5}, 1.0},      {{0, 7, 0, 9}, 1.0},
};

START_TEST(test_fisher)
{
    ck_assert_double_eq_tol(fisher_test(&tables[_i].table), tables[_i].p, 1e-6);
}
END_TEST

START_TEST(test_fisher_of_large_tables)
{
    double p = fisher_test(&(struct two_by_two){9000, 1000, 1000, 9000});

    ck_assert(p >= 0 && p < 1e-300);
    p = fisher_test(&(struct two_by_two){5000, 5000, 5010, 4990});
    ck_assert_double_ge(p, 0.87);
    ck_assert_double_le(p, 0.91);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "suggestion");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, test_answers_by_chance_suggest_next_to_nothing, test_planted_word_comes_first,
          test_planted_number_comes_first, test_a_criterion_that_misleads_is_dropped,
          test_a_threshold_that_fits_the_answers, test_a_threshold_counts_like_the_leads_it_parts,
          test_unknown_is_not_unmet, test_a_value_that_sales_never_accepts_goes_against_the_lead,
          test_drafts_change_what_they_claim, test_too_few_answers, test_all_accepted);
    tcase_add_loop_test(tcase, test_what_leaks_the_answer_is_left_out, 0, 2);
    EACH(tcase, test_fisher, tables);
    TESTS(tcase, test_fisher_of_large_tables);
}
