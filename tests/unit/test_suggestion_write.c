/* Suggestions as the API shows them: every number stands in its own place and is rounded as the
 * contract has it. All that is counted here is another number. */
#include "core/evidence/suggestion_write.h"
#include "suite.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MAX 65536 /* bytes */

static struct suggestions suggestions;
static struct suggestion_answer answer;
static struct agreement_version version;
static json_t *shown;
static int64_t last; /* the number that was given last */

/* Leads, of which fewer and fewer were accepted, came to sales and were won. */
static struct suggestion_rates rates(void)
{
    last += 10;
    return (struct suggestion_rates){.leads = 4 * last,
                                     .accepted = last + 1,
                                     .sql = last + 2,
                                     .won = last + 3,
                                     .hits = last + 4};
}

static struct suggestion_split split(void)
{
    return (struct suggestion_split){.met = rates(), .unmet = rates(), .unknown = rates()};
}

static struct suggestion_threshold threshold(void)
{
    last += 10;
    return (struct suggestion_threshold){.found = true,
                                         .threshold = (int32_t)last,
                                         .precision = {last + 1, 2 * last},
                                         .recall = {last + 2, 3 * last},
                                         .f1 = 0.123456};
}

static void set_up(void)
{
    static const struct rejection_count rejections[] = {{CLASS_BAD_DATA, "small", "size", 17},
                                                        {CLASS_PROCESS, "elsewhere", NULL, 5}};
    static const char text[] =
        "{\"term\":\"mql\",\"title\":\"MQL\",\"criteria\":["
        "{\"id\":\"size\",\"title\":\"Large\",\"kind\":\"fit\",\"required\":true,\"test\":"
        "{\"attribute\":\"size\",\"op\":\"gte\",\"value\":50}},"
        "{\"id\":\"role\",\"title\":\"Decides\",\"kind\":\"fit\",\"points\":70,\"test\":"
        "{\"attribute\":\"role\",\"op\":\"eq\",\"value\":\"vp\"}}],\"thresholds\":{\"total\":70},"
        "\"reasons\":[{\"code\":\"small\",\"title\":\"Too small\",\"about\":\"criterion\","
        "\"criterion\":\"size\",\"then\":\"nurture\"}]}";
    struct definition *compiled = NULL;
    json_t *document = json_loads(text, 0, NULL);

    ck_assert_int_eq(definition_compile(document, NULL, NULL, &compiled), ERR_NONE);
    json_decref(document);
    version = (struct agreement_version){.kind = AGREEMENT_MQL, .version = 7, .compiled = compiled};
    last = 0;
    suggestions = (struct suggestions){
        .count = 1,
        .answered = rates(),
        .all = rates(),
        .open = 601,
        .immature = 602,
        .mature_days = 603,
        .tests = 604,
        .ask_for = {false, true},
    };
    suggestions.criteria[0] = split();
    suggestions.criteria[1] = split();
    suggestions.best_f1 = threshold();
    suggestions.keep = threshold();
    suggestions.items[0] = (struct suggestion){.kind = 0,
                                               .name = "a name",
                                               .words = "some words",
                                               .split = split(),
                                               .adjusted = 0.00012345,
                                               .gained = rates(),
                                               .lost = rates(),
                                               .document = "{\"a\":1}"};
    answer = (struct suggestion_answer){
        .version = &version,
        .target = 0,
        .suggestions = &suggestions,
        .rejections = rejections,
        .rejection_count = 2,
        .overrides = {{701, 702}, {703, 704}},
        .capped = true,
    };
}

static void tear_down(void)
{
    json_decref(shown);
    shown = NULL;
    definition_free((struct definition *)version.compiled);
}

static void show(void)
{
    struct json_out out;

    struct arena *arena = arena_new(65536);
    json_out_init(&out, arena, OUT_MAX);
    ck_assert_int_eq(suggestion_write(&answer, &out), ERR_NONE);
    json_decref(shown);
    shown = json_loadb(out.written.text, out.written.len, 0, NULL);
    ck_assert_ptr_nonnull(shown);
    arena_free(arena);
}

/* "criteria/0/met": members and places. */
static const json_t *at(const char *path)
{
    const json_t *value = shown;
    char name[64];

    for (const char *part = path; *part != '\0';) {
        size_t len = strcspn(part, "/");
        snprintf(name, sizeof name, "%.*s", (int)len, part);
        value = json_is_array(value) ? json_array_get(value, (size_t)strtol(name, NULL, 10))
                                     : json_object_get(value, name);
        ck_assert_msg(value != NULL, "%s is not there", path);
        part += len + (part[len] == '/');
    }
    return value;
}

static int64_t number(const char *path, const char *member)
{
    char whole[128];

    snprintf(whole, sizeof whole, "%s%s%s", path, member[0] == '\0' ? "" : "/", member);
    return json_integer_value(at(whole));
}

/* Which rates stand where, as they were given. */
static const char *const places[] = {
    "answered",
    "counted",
    "criteria/0/met",
    "criteria/0/unmet",
    "criteria/0/unknown",
    "criteria/1/met",
    "criteria/1/unmet",
    "criteria/1/unknown",
    NULL /* two thresholds */,
    NULL,
    "suggestions/0/met",
    "suggestions/0/unmet",
    "suggestions/0/unknown",
    "suggestions/0/now_qualified",
    "suggestions/0/no_longer_qualified",
};

START_TEST(every_count_stands_in_its_place)
{
    show();
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int64_t given = 10 * ((int64_t)i + 1);
        if (places[i] == NULL)
            continue;
        ck_assert_int_eq(number(places[i], "leads"), 4 * given);
        ck_assert_int_eq(number(places[i], "accepted/count"), given + 1);
        ck_assert_int_eq(number(places[i], "accepted/of"), 4 * given);
        ck_assert_int_eq(number(places[i], "sql/count"), given + 2);
        ck_assert_int_eq(number(places[i], "won/count"), given + 3);
        ck_assert_int_eq(number(places[i], "won/of"), 4 * given);
    }
    static const struct {
        const char *path;
        int64_t wanted;
    } counts[] = {
        {"version", 7},
        {"open", 601},
        {"immature", 602},
        {"mature_days", 603},
        {"tests", 604},
        {"minimum/leads", SUGGESTION_LEADS_MIN},
        {"minimum/each", SUGGESTION_EACH_MIN},
        {"criteria/0/overrides/to_qualified", 701},
        {"criteria/0/overrides/to_not_qualified", 702},
        {"criteria/1/overrides/to_qualified", 703},
        {"criteria/1/overrides/to_not_qualified", 704},
        {"rejections/0/count", 17},
        {"rejections/1/count", 5},
        {"thresholds/current", 70},
        {"thresholds/best_f1/threshold", 90},
        {"thresholds/best_f1/precision/count", 91},
        {"thresholds/best_f1/precision/of", 180},
        {"thresholds/best_f1/recall/count", 92},
        {"thresholds/best_f1/recall/of", 270},
        {"thresholds/recall_95/threshold", 100},
        {"thresholds/recall_95/precision/count", 101},
        {"thresholds/recall_95/recall/count", 102},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        ck_assert_msg(number(counts[i].path, "") == counts[i].wanted, "%s is %lld", counts[i].path,
                      (long long)number(counts[i].path, ""));
}
END_TEST

START_TEST(every_word_stands_in_its_place)
{
    static const struct {
        const char *path;
        const char *wanted; /* NULL: null */
    } words[] = {
        {"term", "mql"},
        {"target", "accepted"},
        {"criteria/0/id", "size"},
        {"criteria/0/title", "Large"},
        {"criteria/1/id", "role"},
        {"rejections/0/class", "bad_data"},
        {"rejections/0/reason", "small"},
        {"rejections/0/title", "Too small"},
        {"rejections/0/criterion", "size"},
        {"rejections/1/title", NULL},
        {"rejections/1/criterion", NULL},
        {"suggestions/0/name", "a name"},
        {"suggestions/0/words", "some words"},
        {"why_none", NULL},
    };

    show();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *got = json_string_value(at(words[i].path));
        ck_assert_msg(got == words[i].wanted || (got != NULL && words[i].wanted != NULL &&
                                                 strcmp(got, words[i].wanted) == 0),
                      "%s is %s", words[i].path, got == NULL ? "null" : got);
    }
    ck_assert(json_is_true(at("capped")));
    ck_assert(json_is_false(at("criteria/0/ask_for")));
    ck_assert(json_is_true(at("criteria/1/ask_for")));
    ck_assert_int_eq(number("suggestions/0/document", "a"), 1);
}
END_TEST

/* A chance keeps three digits however small it is, and is never more than 1. */
static const struct {
    double chance, shown;
} chances[] = {
    {0.00012345, 0.000123},
    {0.000123567, 0.000124},
    {0.5, 0.5},
    {0.98765, 0.988},
    {1, 1},
    {7.5, 1}, /* corrected for the number of tests */
    {0, 0},
    {3.14159e-200, 3.14e-200},
};

START_TEST(a_chance_keeps_three_digits)
{
    suggestions.items[0].adjusted = chances[_i].chance;
    show();
    double got = json_number_value(at("suggestions/0/p"));
    ck_assert_msg(got >= chances[_i].shown * (1 - 1e-12) && got <= chances[_i].shown * (1 + 1e-12),
                  "%g is shown as %.17g", chances[_i].chance, got);
}
END_TEST

START_TEST(other_numbers_keep_four_decimals)
{
    struct suggestion_split *lifted = &suggestions.items[0].split;

    lifted->met = (struct suggestion_rates){.leads = 40, .hits = 30};
    lifted->unmet = (struct suggestion_rates){.leads = 50, .hits = 10};
    show();
    ck_assert_double_eq(json_number_value(at("thresholds/best_f1/f1")), 0.1235);
    ck_assert_double_eq(json_number_value(at("suggestions/0/lift/rate")), 3.75);
    ck_assert_double_eq(json_number_value(at("suggestions/0/lift/low")), 2.0943);
    ck_assert_double_eq(json_number_value(at("suggestions/0/lift/high")), 6.7145);
}
END_TEST

START_TEST(what_there_is_not_is_null)
{
    suggestions.best_f1.found = false;
    suggestions.mature_days = -1;
    suggestions.criteria[0].met.hits = 0;
    suggestions.count = 0;
    suggestions.why_none = "Too few";
    ((struct definition *)version.compiled)->has_threshold[THRESHOLD_TOTAL] = false;
    show();
    ck_assert(json_is_null(at("thresholds/best_f1")));
    ck_assert(json_is_object(at("thresholds/recall_95")));
    ck_assert(json_is_null(at("thresholds/current")));
    ck_assert(json_is_null(at("mature_days")));
    ck_assert(json_is_null(at("criteria/0/lift")));
    ck_assert(json_is_object(at("criteria/1/lift")));
    ck_assert_str_eq(json_string_value(at("why_none")), "Too few.");
    suggestions.mature_days = 0;
    show();
    ck_assert(json_is_integer(at("mature_days")));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "suggestion_write");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, every_count_stands_in_its_place, every_word_stands_in_its_place);
    EACH(tcase, a_chance_keeps_three_digits, chances);
    TESTS(tcase, other_numbers_keep_four_decimals, what_there_is_not_is_null);
}
