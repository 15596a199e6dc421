/* Verdicts: a table of documents, leads and wanted verdicts in verdicts/ (one file per document),
 * and what no table shows. */
#include "core/verdict.h"

#include <check.h>
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
        ck_assert_int_eq(attribute_tell(&set, arena, name, &seen, &changed), ERR_NONE);
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
    size_t len;

    verdict_evaluate(definition, &subject, &verdict);
    json_out_init(&out, ARENA_BYTES);
    verdict_write(definition, &verdict, 3, &out);
    return json_out_steal(&out, &len);
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
    free(text);
}

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

int main(void)
{
    find_files(SOURCE_DIR "/tests/unit/verdicts");
    if (files_count == 0) {
        fprintf(stderr, "no tables in tests/unit/verdicts\n");
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("verdict");
    TCase *tables = tcase_create("tables");
    tcase_add_checked_fixture(tables, set_up, tear_down);
    tcase_add_loop_test(tables, the_table_holds, 0, files_count);
    suite_add_tcase(suite, tables);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    for (int i = 0; i < files_count; i++)
        free(files[i]);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
