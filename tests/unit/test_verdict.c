/* Verdicts: a table of documents, leads and wanted verdicts in verdicts/ (one file per document),
 * and what no table shows. */
#include "core/definition/verdict.h"
#include "suite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW         "2026-11-22T10:00:00Z"
#define FILES_MAX   64
#define ARENA_BYTES (1 << 22)

static struct arena *arena;
static char *files[FILES_MAX];
static int files_count;

static instant now(void)
{
    instant at;

    ck_assert(instant_parse(NOW, &at));
    return at;
}

static struct definition *compile(const json_t *document)
{
    struct faults faults;
    struct definition *definition;

    faults_init(&faults, arena);
    enum err err = definition_compile(document, &faults, NULL, &definition);
    if (faults.count > 0)
        ck_abort_msg("%s: %s", faults.items[0].pointer, faults.items[0].detail);
    ck_assert_int_eq(err, ERR_NONE);
    return definition;
}

/* ---- subjects out of JSON ---- */

/* {name: value}, or {name: {"value": …, "known_days_ago": 3}} to place it in time. */
static struct attribute_set read_known(const json_t *json)
{
    struct attribute_set set = {0};
    const char *name;
    json_t *item;

    json_object_foreach((json_t *)json, name, item)
    {
        struct observation seen = {.source = SOURCE_FORM};
        json_int_t days = json_integer_value(json_object_get(item, "known_days_ago"));
        bool changed;
        seen.known_from = seen.occurred_at = now() - days * INSTANT_DAY;
        const json_t *value = json_is_object(item) ? json_object_get(item, "value") : item;
        ck_assert_int_eq(value_from_json(value, arena, &seen.value), ERR_NONE);
        ck_assert_int_eq(attribute_observe(&set, arena, name, &seen, &changed), ERR_NONE);
    }
    return set;
}

static struct touch read_touch(const json_t *json)
{
    double days = json_number_value(json_object_get(json, "days_ago"));
    const char *direction = json_string_value(json_object_get(json, "direction"));
    struct touch touch = {
        .kind = arena_strdup(arena, json_string_value(json_object_get(json, "kind"))),
        .occurred_at = now() - (instant)(days * (double)INSTANT_DAY),
        .direction = direction != NULL && strcmp(direction, "outbound") == 0 ? DIRECTION_OUTBOUND
                                                                             : DIRECTION_INBOUND,
    };

    touch.recorded_at = touch.occurred_at;
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        const char *value =
            json_string_value(json_object_get(json, dimension_name((enum dimension)i)));
        touch.dimensions[i] = dimension_id((enum dimension)i, value);
    }
    return touch;
}

static struct touch_log read_touches(const json_t *list, const json_t *older)
{
    struct touch *items = ARENA_ARRAY(arena, struct touch, json_array_size(list) + 1);
    struct touch_count *counts = ARENA_ARRAY(arena, struct touch_count, json_array_size(older) + 1);

    for (size_t i = 0; i < json_array_size(list); i++)
        items[i] = read_touch(json_array_get(list, i));
    for (size_t i = 0; i < json_array_size(older); i++) {
        const json_t *item = json_array_get(older, i);
        json_int_t days = json_integer_value(json_object_get(item, "days_ago"));
        counts[i] = (struct touch_count){
            .kind = arena_strdup(arena, json_string_value(json_object_get(item, "kind"))),
            .day = instant_day(now()) - days,
            .count = json_integer_value(json_object_get(item, "count")),
        };
    }
    return (struct touch_log){items, json_array_size(list), counts, json_array_size(older)};
}

static char *judge_lead(const struct definition *definition, const json_t *lead)
{
    struct attribute_set attributes = read_known(json_object_get(lead, "attributes"));
    struct attribute_set facts = read_known(json_object_get(lead, "facts"));
    struct touch_log touches =
        read_touches(json_object_get(lead, "touches"), json_object_get(lead, "older"));
    const json_t *known = json_object_get(lead, "known_days_ago");
    struct verdict_subject subject = {
        .attributes = &attributes,
        .facts = &facts,
        .touches = &touches,
        .now = now(),
        .known_at = known == NULL ? INSTANT_NONE : now() - json_integer_value(known) * INSTANT_DAY,
    };
    struct verdict verdict;
    struct json_out out;

    verdict_evaluate(definition, &subject, &verdict);
    json_out_init(&out, arena, ARENA_BYTES);
    verdict_write(definition, &verdict, 3, &out);
    return out.written.text;
}

/* ---- comparing ---- */

static const json_t *criterion_of(const json_t *verdict, const char *id)
{
    const json_t *list = json_object_get(verdict, "criteria");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(item, "id")), id) == 0)
            return item;
    }
    return NULL;
}

static void compare(const char *what, const char *member, const json_t *got, const json_t *wanted)
{
    char *left = json_dumps(got, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    char *right = json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS);

    if (left == NULL || strcmp(left, right) != 0)
        ck_abort_msg("%s: %s is %s, wanted %s", what, member, left ? left : "absent", right);
    free(left);
    free(right);
}

/* A wanted criterion is its result, or an object of the members that matter. */
static void compare_criteria(const char *what, const json_t *verdict, const json_t *wanted)
{
    const char *id;
    const char *member;
    json_t *item;
    json_t *value;

    json_object_foreach((json_t *)wanted, id, item)
    {
        const json_t *got = criterion_of(verdict, id);
        if (got == NULL)
            ck_abort_msg("%s: no criterion %s", what, id);
        if (json_is_string(item)) {
            compare(what, id, json_object_get(got, "result"), item);
            continue;
        }
        json_object_foreach(item, member, value)
        {
            const char *place = arena_printf(arena, "%s.%s", id, member);
            compare(what, place, json_object_get(got, member), value);
        }
    }
}

static void check_case(const char *file, const struct definition *definition, const json_t *lead)
{
    const char *name = json_string_value(json_object_get(lead, "case"));
    const char *what = arena_printf(arena, "%s: %s", file, name);
    char *text = judge_lead(definition, lead);
    json_t *verdict = json_loads(text, 0, NULL);
    const char *member;
    json_t *value;

    json_object_foreach(json_object_get(lead, "wanted"), member, value)
    {
        if (strcmp(member, "criteria") == 0)
            compare_criteria(what, verdict, value);
        else
            compare(what, member, json_object_get(verdict, member), value);
    }
    json_decref(verdict);
}

START_TEST(there_are_tables)
{
    ck_assert_int_gt(files_count, 0);
}
END_TEST

START_TEST(the_table_holds)
{
    json_error_t error;
    json_t *table = json_load_file(files[_i], JSON_REJECT_DUPLICATES, &error);
    size_t i;
    json_t *lead;

    if (table == NULL)
        ck_abort_msg("%s:%d: %s", files[_i], error.line, error.text);
    struct definition *definition = compile(json_object_get(table, "definition"));
    ck_assert_int_gt((int)json_array_size(json_object_get(table, "leads")), 0);
    json_array_foreach(json_object_get(table, "leads"), i, lead)
        check_case(strrchr(files[_i], '/') + 1, definition, lead);
    definition_free(definition);
    json_decref(table);
}
END_TEST

/* ---- what no table shows ---- */

static struct definition *compile_text(const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    json_t *document = json_loads(copy, 0, NULL);
    ck_assert_ptr_nonnull(document);
    struct definition *definition = compile(document);
    json_decref(document);
    return definition;
}

#define DECAYED                                                                                    \
    "{'term':'mql','title':'T','criteria':[{'id':'e','title':'E','kind':'engagement',"             \
    "'required':true,'test':{'touches':{'half_life_days':%d},'op':'gte','value':1}}]}"

static int64_t decayed_count(int half_life_days, instant age)
{
    struct definition *definition = compile_text(arena_printf(arena, DECAYED, half_life_days));
    struct touch touch = {.kind = "visit", .occurred_at = now() - age};
    struct touch_log log = {.items = &touch, .count = 1};
    struct verdict_subject subject = {.touches = &log, .now = now(), .known_at = INSTANT_NONE};
    struct verdict verdict;

    verdict_evaluate(definition, &subject, &verdict);
    int64_t count = verdict.criteria[0].touches;
    definition_free(definition);
    return count;
}

/* Millionths by the rule of touch_counter_count(), worked out apart from the program with whole
 * numbers of any size. */
static const struct {
    int half_life_days;
    int64_t age_seconds;
    int64_t millionths;
} decays[] = {
    {1, 0, 1000000},       {1, 43200, 707106},      {1, 86400, 500000},     {30, 86400, 977165},
    {30, 1000000, 765360}, {30, 2591999, 500005},   {30, 2592000, 500000},  {30, 3900345, 352388},
    {7, 521999, 549776},   {365, 17280000, 683994}, {36500, 86400, 999989}, {1, 1641600, 1},
    {1, 1728000, 0},       {1, 3456000, 0},
};

START_TEST(decay_is_exact_to_the_millionth)
{
    ck_assert_int_eq(
        decayed_count(decays[_i].half_life_days, decays[_i].age_seconds * INSTANT_SECOND + 999999),
        decays[_i].millionths);
}
END_TEST

START_TEST(older_weighs_never_more)
{
    int64_t last = TOUCH_COUNT_ONE;

    for (int hours = 0; hours < 24 * 40; hours += 7) {
        int64_t count = decayed_count(3, hours * 60 * INSTANT_MINUTE);
        ck_assert_int_le(count, last);
        last = count;
    }
    ck_assert_int_lt(last, 200);
}
END_TEST

START_TEST(the_newest_value_known_then_counts)
{
    struct definition *definition =
        compile_text("{'term':'mql','title':'T','criteria':[{'id':'a','title':'A','kind':'fit',"
                     "'required':true,'test':{'attribute':'size','op':'gte','value':50}}]}");
    struct attribute_set set = {0};
    struct observation small = {.value = {.type = VALUE_INT, .integer = 10},
                                .occurred_at = now() - 9 * INSTANT_DAY,
                                .known_from = now() - 9 * INSTANT_DAY};
    struct observation large = {.value = {.type = VALUE_INT, .integer = 90},
                                .occurred_at = now() - 5 * INSTANT_DAY,
                                .known_from = now() - 1 * INSTANT_DAY};
    struct verdict verdict;
    bool changed;

    ck_assert_int_eq(attribute_observe(&set, arena, "size", &small, &changed), ERR_NONE);
    ck_assert_int_eq(attribute_observe(&set, arena, "size", &large, &changed), ERR_NONE);
    struct verdict_subject subject = {
        .attributes = &set, .now = now(), .known_at = now() - 2 * INSTANT_DAY};
    verdict_evaluate(definition, &subject, &verdict);
    ck_assert_int_eq(verdict.result, VERDICT_NOT_QUALIFIED);
    ck_assert_int_eq(verdict.criteria[0].seen->integer, 10);
    subject.known_at = now();
    verdict_evaluate(definition, &subject, &verdict);
    ck_assert_int_eq(verdict.result, VERDICT_QUALIFIED);
    ck_assert_int_eq(verdict.criteria[0].seen->integer, 90);
    definition_free(definition);
}
END_TEST

#define STORY                                                                                      \
    "{'term':'mql','title':'T','criteria':["                                                       \
    "{'id':'email','title':'E','kind':'fit','points':20,"                                          \
    "'test':{'attribute':'email.domain','op':'matches_domain','value':'acme.example'}},"           \
    "{'id':'role','title':'R','kind':'fit','required':true,"                                       \
    "'test':{'attribute':'seniority','op':'in','value':['vp']}},"                                  \
    "{'id':'engaged','title':'G','kind':'engagement','points':40,"                                 \
    "'test':{'touches':{'kind':['form_submitted']},'op':'gte','value':1}}],"                       \
    "'thresholds':{'total':40}}"

static struct verdict judge_story(const struct definition *definition)
{
    static struct attribute_set set;
    static struct touch touch;
    static struct touch_log log;
    struct observation seen = {.value = {.type = VALUE_TEXT, .len = 12, .text = "acme.example"},
                               .occurred_at = now()};
    struct verdict verdict;
    bool changed;

    set = (struct attribute_set){0};
    ck_assert_int_eq(attribute_observe(&set, arena, "email.domain", &seen, &changed), ERR_NONE);
    touch = (struct touch){.kind = "form_submitted", .occurred_at = now()};
    log = (struct touch_log){.items = &touch, .count = 1};
    struct verdict_subject subject = {
        .attributes = &set, .touches = &log, .now = now(), .known_at = INSTANT_NONE};
    verdict_evaluate(definition, &subject, &verdict);
    return verdict;
}

START_TEST(the_api_shows_the_canonical_shape)
{
    struct definition *definition = compile_text(STORY);
    struct verdict verdict = judge_story(definition);
    struct json_out out;

    json_out_init(&out, arena, ARENA_BYTES);
    verdict_write(definition, &verdict, 3, &out);
    ck_assert_str_eq(
        out.written.text,
        "{\"term\":\"mql\",\"version\":3,\"result\":\"unclear\",\"score\":60,"
        "\"scores\":{\"fit\":20,\"engagement\":40,\"readiness\":0},\"criteria\":["
        "{\"id\":\"email\",\"result\":\"met\",\"seen\":\"acme.example\",\"points\":20},"
        "{\"id\":\"role\",\"result\":\"unknown\",\"seen\":null,\"points\":0,\"why\":\"missing\"},"
        "{\"id\":\"engaged\",\"result\":\"met\",\"seen\":1,\"points\":40}],"
        "\"ask_for\":[\"seniority\"]}");
    definition_free(definition);
}
END_TEST

START_TEST(the_ledger_holds_nothing_personal)
{
    struct definition *definition = compile_text(STORY);
    struct verdict verdict = judge_story(definition);
    struct json_out out;

    json_out_init(&out, arena, ARENA_BYTES);
    verdict_write_ledger(definition, &verdict, 3, &out);
    ck_assert_str_eq(out.written.text,
                     "{\"criteria\":[{\"id\":\"email\",\"points\":20,\"result\":\"met\"},"
                     "{\"id\":\"role\",\"points\":0,\"result\":\"unknown\"},"
                     "{\"id\":\"engaged\",\"points\":40,\"result\":\"met\"}],"
                     "\"result\":\"unclear\",\"score\":60,"
                     "\"scores\":{\"engagement\":40,\"fit\":20,\"readiness\":0},"
                     "\"term\":\"mql\",\"version\":3}");
    definition_free(definition);
}
END_TEST

START_TEST(the_latest_thousand_touches_are_counted_one_by_one)
{
    struct definition *definition =
        compile_text("{'term':'mql','title':'T','criteria':[{'id':'e','title':'E',"
                     "'kind':'engagement','required':true,"
                     "'test':{'touches':{'kind':['visit']},'op':'gte','value':1500}}]}");
    struct touch *items = ARENA_ARRAY(arena, struct touch, TOUCHES_LOADED_MAX);
    struct touch_count older = {.kind = "visit", .day = instant_day(now()) - 30, .count = 500};
    struct touch_log log = {items, TOUCHES_LOADED_MAX, &older, 1};
    struct verdict_subject subject = {.touches = &log, .now = now(), .known_at = INSTANT_NONE};
    struct verdict verdict;

    for (int i = 0; i < TOUCHES_LOADED_MAX; i++)
        items[i] = (struct touch){.kind = "visit", .occurred_at = now() - i * INSTANT_MINUTE};
    verdict_evaluate(definition, &subject, &verdict);
    ck_assert_int_eq(verdict.criteria[0].touches, 1500 * TOUCH_COUNT_ONE);
    ck_assert_int_eq(verdict.result, VERDICT_QUALIFIED);
    definition_free(definition);
}
END_TEST

/* ---- fixture ---- */

static void set_up(void)
{
    arena = arena_new(ARENA_BYTES);
}

static void tear_down(void)
{
    arena_free(arena);
}

static void find_files(const char *directory)
{
    DIR *dir = opendir(directory);
    struct dirent *entry;

    while (dir != NULL && files_count < FILES_MAX && (entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);
        if (len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0 &&
            asprintf(&files[files_count], "%s/%s", directory, entry->d_name) > 0)
            files_count++;
    }
    if (dir != NULL)
        closedir(dir);
}

/* How a lead came is known to Baton, whatever a sender says of it. */
START_TEST(a_hand_raiser_is_told_from_who_was_found)
{
    json_t *document = json_loads(
        "{\"term\":\"mql\",\"title\":\"M\",\"criteria\":[{\"id\":\"came\",\"title\":\"C\","
        "\"kind\":\"fit\",\"required\":true,\"test\":{\"all\":[{\"attribute\":\"lead.origin\","
        "\"op\":\"eq\",\"value\":\"inbound\"},{\"attribute\":\"lead.found_by\",\"op\":\"ne\","
        "\"value\":\"sales\"}]}}]}",
        0, NULL);
    json_t *claimed = json_pack("{s:s}", "lead.origin", "inbound");
    struct definition *definition = compile(document);
    struct attribute_set attributes = read_known(claimed);
    struct verdict_subject subject = {
        .attributes = &attributes, .now = now(), .known_at = INSTANT_NONE, .has_origin = true};
    struct verdict verdict;

    subject.origin = (struct lead_origin){DIRECTION_INBOUND, FUNCTION_MARKETING};
    verdict_evaluate(definition, &subject, &verdict);
    ck_assert_int_eq(verdict.result, VERDICT_QUALIFIED);
    subject.origin.direction = DIRECTION_OUTBOUND;
    verdict_evaluate(definition, &subject, &verdict);
    ck_assert_int_eq(verdict.result, VERDICT_NOT_QUALIFIED);
    subject.origin = (struct lead_origin){DIRECTION_INBOUND, FUNCTION_SALES};
    verdict_evaluate(definition, &subject, &verdict);
    ck_assert_int_eq(verdict.result, VERDICT_NOT_QUALIFIED);
    definition_free(definition);
    json_decref(claimed);
    json_decref(document);
}
END_TEST

void suite_cases(Suite *suite)
{
    find_files(SOURCE_DIR "/tests/unit/verdicts");
    TCase *tables = suite_case(suite, "tables");
    tcase_add_checked_fixture(tables, set_up, tear_down);
    TESTS(tables, there_are_tables);
    tcase_add_loop_test(tables, the_table_holds, 0, files_count);
    TCase *alone = suite_case(suite, "alone");
    tcase_add_checked_fixture(alone, set_up, tear_down);
    EACH(alone, decay_is_exact_to_the_millionth, decays);
    TESTS(alone, older_weighs_never_more, the_newest_value_known_then_counts,
          the_api_shows_the_canonical_shape, the_ledger_holds_nothing_personal,
          the_latest_thousand_touches_are_counted_one_by_one,
          a_hand_raiser_is_told_from_who_was_found);
}
