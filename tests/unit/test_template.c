/* Templates: what is filled in, and where; and the presets, each with an event. */
#include "core/setup/subscription.h"
#include "core/setup/target.h"
#include "core/setup/template.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static struct template_source source;

static json_t *read_json(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

    ck_assert_msg(json != NULL, "%s", text);
    return json;
}

static void set_up(void)
{
    arena = arena_new(1 << 20);
    source = (struct template_source){
        .data = read_json("{\"timestamp\":\"2026-11-22T10:00:00.5Z\",\"id\":\"msg_1\","
                          "\"lead\":{\"email\":\"Kim@Corp.example\",\"n\":12,\"r\":1.5,\"t\":true,"
                          "\"none\":null,\"empty\":\"\",\"a/b~c\":\"odd\",\"list\":[\"x\",2],"
                          "\"evil\":\"a\\r\\nb&c=d\\\"\"}}"),
        .maps = read_json("{\"words\":{\"12\":\"dozen\"}}"),
        .secrets = read_json("{\"key\":\"k&/\"}"),
        .arena = arena,
    };
}

static void tear_down(void)
{
    json_decref((json_t *)source.data);
    json_decref((json_t *)source.maps);
    json_decref((json_t *)source.secrets);
    arena_free(arena);
}

static const struct {
    const char *text, *plain, *url, *json;
} places[] = {
    {"no place", "no place", "no place", "\"no place\""},
    {"{{/lead/email}}", "Kim@Corp.example", "Kim%40Corp.example", "\"Kim@Corp.example\""},
    {"a {{ /lead/n }} b", "a 12 b", "a 12 b", "\"a 12 b\""},
    {"{{/lead/n}}", "12", "12", "12"},
    {"{{text:/lead/n}}", "12", "12", "\"12\""},
    {"{{/lead/r}}{{/lead/t}}", "1.5true", "1.5true", "\"1.5true\""},
    {"{{/lead/list}}", "x, 2", "x%2C%202", "[\"x\",2]"},
    {"{{lines:/lead/list}}", "x\n2", "x%0A2", "\"x\\n2\""},
    {"{{/lead/list/1}}", "2", "2", "2"},
    {"{{/lead/a~1b~0c}}", "odd", "odd", "\"odd\""},
    {"{{/lead/none|/lead/empty|/lead/n}}", "12", "12", "12"},
    {"{{/lead/none|nobody knows}}", "nobody knows", "nobody%20knows", "\"nobody knows\""},
    {"<{{/lead/none}}>", "<>", "<>", "\"<>\""},
    {"{{words:/lead/n}}", "dozen", "dozen", "\"dozen\""},
    {"{{unix:/timestamp}}", "1795341600", "1795341600", "1795341600"},
    {"{{google_time:/timestamp}}", "2026-11-22 10:00:00+00:00",
     "2026-11-22%2010%3A00%3A00%2B00%3A00", "\"2026-11-22 10:00:00+00:00\""},
    {"{{secret:key}}", "k&/", "k&/", "\"k&/\""},
    {"{{/lead/evil}}", "a\r\nb&c=d\"", "a%0D%0Ab%26c%3Dd%22", "\"a\\r\\nb&c=d\\\"\""},
    {"{{sha256:/lead/email}}", "EMAIL", "EMAIL", "\"EMAIL\""},
};

START_TEST(places_are_filled_in)
{
    static const char hash[] = "9855e885eb11b86687547f356966a6482d732337c079c6f1065c71b18fea5478";
    const char *wanted[] = {places[_i].plain, places[_i].url, places[_i].json};
    json_t *text = json_string(places[_i].text);
    struct text_out plain, url;
    struct json_out json;

    text_out_init(&plain, arena, 4096);
    text_out_init(&url, arena, 4096);
    json_out_init(&json, arena, 4096);
    template_fill(places[_i].text, TEMPLATE_PLAIN, &source, &plain);
    template_fill(places[_i].text, TEMPLATE_URL, &source, &url);
    template_fill_json(text, &source, &json);
    const char *got[] = {plain.text, url.text, json.written.text};
    for (int i = 0; i < 3; i++) {
        if (strstr(wanted[i], "EMAIL") != NULL)
            ck_assert_msg(strstr(got[i], hash) != NULL, "%s", got[i]);
        else
            ck_assert_str_eq(got[i], wanted[i]);
    }
    json_decref(text);
}
END_TEST

/* In a body a member that has no value is left out, and so is an item; in a form a field is. */
START_TEST(what_is_not_there_is_left_out)
{
    json_t *body = read_json("{\"a\":\"{{/lead/none}}\",\"b\":[\"{{/x}}\",\"{{/lead/n}}\",null,7],"
                             "\"c\":{\"d\":\"-{{/x}}-\"},\"{{/lead/n}}\":true}");
    json_t *form = read_json("{\"a b\":\"{{/lead/evil}}\",\"c\":\"{{/x}}\",\"d\":\"1\"}");
    struct json_out json;
    struct text_out text;

    json_out_init(&json, arena, 4096);
    text_out_init(&text, arena, 4096);
    template_fill_json(body, &source, &json);
    template_fill_form(form, &source, &text);
    ck_assert_str_eq(json.written.text,
                     "{\"b\":[12,null,7],\"c\":{\"d\":\"--\"},\"{{/lead/n}}\":true}");
    ck_assert_str_eq(text.text, "a%20b=a%0D%0Ab%26c%3Dd%22&d=1");
    json_decref(body);
    json_decref(form);
}
END_TEST

START_TEST(a_host_is_nobodys_to_say)
{
    static const struct {
        const char *url;
        bool fixed;
    } urls[] = {
        {"https://a.example/{{/lead/id}}", true},
        {"https://{{/lead/email}}/", false},
        {"https://a.example{{/lead/email}}", false},
        {"https://{{secret:host}}/{{/lead/id}}", true},
        {"{{secret:url}}", true},
        {"{{/lead/attributes/url}}", false},
        {"https://a.example/{{/lead/id", false},
    };

    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        ck_assert_msg(template_host_is_fixed(urls[i].url) == urls[i].fixed, "%s", urls[i].url);
}
END_TEST

/* What stands in the files can be sent: no faults, no pointers that lead nowhere, and the secrets
 * that they name are those that they use. */
START_TEST(every_preset_is_sound)
{
    size_t count = 0;

    for (const struct target_preset *at = target_presets_embedded; at->name != NULL; at++) {
        json_t *preset = target_preset_document(at->name, arena);
        const json_t *target = json_object_get(preset, "target");
        const char *url = json_string_value(json_object_get(target, "url"));
        struct faults faults, warnings;
        unsigned includes = 0;
        faults_init(&faults, arena);
        faults_init(&warnings, arena);
        ck_assert_msg(url != NULL, "%s", at->name);
        json_t *used = target_check(url, target, arena, &faults, &includes);
        ck_assert_msg(!faults_any(&faults), "%s %s: %s", at->name, faults.items[0].pointer,
                      faults.items[0].detail);
        const json_t *named = json_object_get(preset, "asks_for");
        ck_assert_msg(json_object_size(used) == json_array_size(named), "%s", at->name);
        for (size_t i = 0; i < json_array_size(named); i++)
            ck_assert_msg(json_object_get(used, json_string_value(json_object_get(
                                                    json_array_get(named, i), "name"))) != NULL,
                          "%s", at->name);
        char *text = json_dumps(target, 0);
        char *events = json_dumps(json_object_get(preset, "events"), 0);
        const struct subscription subscription = {.url = url, .template = text, .events = events};
        const struct kind_set kinds = subscription_kinds(&subscription, arena);
        target_warn(&subscription, &kinds, &warnings);
        ck_assert_msg(!faults_any(&warnings), "%s %s: %s", at->name, warnings.items[0].pointer,
                      warnings.items[0].detail);
        free(text);
        free(events);
        json_decref(used);
        json_decref(preset);
        count++;
    }
    ck_assert_uint_eq(count, 8);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "template");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    TESTS(tcase, what_is_not_there_is_left_out, a_host_is_nobodys_to_say, every_preset_is_sound);
    EACH(tcase, places_are_filled_in, places);
}
