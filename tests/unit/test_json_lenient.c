/* JSON as strangers write it: read whole, with what was changed and where. */
#include "base/json_lenient.h"
#include "base/text_out.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *wanted; /* NULL: no JSON */
    const char *notes;
} texts[] = {
    {"{\"a\":1}", "{\"a\":1}", ""},
    {"\xef\xbb\xbf[1]", "[1]", ""},
    {"\"alone\"", "\"alone\"", ""},
    {"{\"id\":120210123456789012345}", "{\"id\":\"120210123456789012345\"}", "big_number /id"},
    {"[9223372036854775807,9223372036854775808]", "[9223372036854775807,\"9223372036854775808\"]",
     "big_number /1"},
    {"{\"n\":1e999}", "{\"n\":\"1e999\"}", "big_number /n"},
    {"{\"m\":{\"x\":\"cut \\ud83d\"}}", "{\"m\":{\"x\":\"cut \xef\xbf\xbd\"}}",
     "half_character /m/x"},
    {"[\"\\ude00\\ud83d\\ude00\"]", "[\"\xef\xbf\xbd\xf0\x9f\x98\x80\"]", "half_character /0"},
    {"[\"\\ud83d\\u0041\"]",
     "[\"\xef\xbf\xbd"
     "A\"]",
     "half_character /0"},
    {"{\"m\":\"a\\u0000b\"}", "{\"m\":\"ab\"}", "nul /m"},
    {"{\"a\\u0000\":1}", "{\"a\":1}", "nul "},
    {"{\"u\":\"a\",\"u\":\"b\"}", "{\"u\":\"b\"}", "repeated /u"},
    {"{\"x\":[{\"u\":1,\"\\u0075\":2}]}", "{\"x\":[{\"u\":2}]}", "repeated /x/0/u"},
    {"{\"a/b\":{\"~\":\"\\ud800\"}}", "{\"a/b\":{\"~\":\"\xef\xbf\xbd\"}}",
     "half_character /a~1b/~0"},
    {"{\"m\":\"two\nlines\"}", "{\"m\":\"two\\nlines\"}", "control /m"},
    {"{\"a\":\"\\ud83d\",\"b\":99999999999999999999}",
     "{\"a\":\"\xef\xbf\xbd\",\"b\":\"99999999999999999999\"}", "half_character /a,big_number /b"},
    {"", NULL, ""},
    {"<lead/>", NULL, ""},
    {"{\"a\":1", NULL, ""},
    {"{\"a\":1}x", NULL, ""},
    {"{\"a\":99999999999999999999", NULL, ""},
    {"[007]", NULL, ""},
    {"{\"a\":1,}", NULL, ""},
    {"{\"u\":1,\"u\":\"\\q\"}", NULL, ""},
};

START_TEST(what_the_grammar_allows_is_read)
{
    struct arena *arena = arena_new(1 << 20);
    struct json_notes notes = {0};
    struct text_out said;
    int line, column;
    json_t *json;

    enum err err = json_lenient_read(texts[_i].text, strlen(texts[_i].text), arena, &notes, &json,
                                     &line, &column);
    ck_assert_msg(err == (texts[_i].wanted == NULL ? ERR_MALFORMED_JSON : ERR_NONE), "%s",
                  texts[_i].text);
    text_out_init(&said, arena, 1024);
    text_out_put(&said, "");
    for (size_t i = 0; i < notes.count; i++)
        text_out_format(&said, "%s%s %s", i == 0 ? "" : ",", json_note_name(notes.items[i].code),
                        notes.items[i].pointer);
    ck_assert_str_eq(said.text, texts[_i].notes);
    if (texts[_i].wanted == NULL) {
        ck_assert_ptr_null(json);
        ck_assert_int_gt(line, 0);
    } else {
        char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
        ck_assert_str_eq(text, texts[_i].wanted);
        free(text);
    }
    json_decref(json);
    arena_free(arena);
}
END_TEST

/* One that is nested too deep, or would become too large a tree, is not parsed at all. */
START_TEST(what_is_too_large_is_refused_before)
{
    struct arena *arena = arena_new(1 << 20);
    struct json_notes notes = {0};
    char text[200];
    int line, column;
    json_t *json;

    memset(text, '[', sizeof text);
    ck_assert_int_eq(json_lenient_read(text, sizeof text, arena, &notes, &json, &line, &column),
                     ERR_MALFORMED_JSON);
    ck_assert_int_eq(line, 0);
    arena_free(arena);
}
END_TEST

/* Beyond so many notes the text is read in the same way. */
START_TEST(notes_have_an_end)
{
    struct arena *arena = arena_new(1 << 20);
    struct json_notes notes = {0};
    struct text_out text;
    int line, column;
    json_t *json;

    text_out_init(&text, arena, 2048);
    for (int i = 0; i < 2 * JSON_NOTES_MAX; i++)
        text_out_format(&text, "%s\"\\ud800\"", i == 0 ? "[" : ",");
    text_out_put(&text, "]");
    ck_assert_int_eq(json_lenient_read(text.text, text.len, arena, &notes, &json, &line, &column),
                     ERR_NONE);
    ck_assert_uint_eq(notes.count, JSON_NOTES_MAX);
    ck_assert_uint_eq(json_array_size(json), 2 * JSON_NOTES_MAX);
    ck_assert_str_eq(json_string_value(json_array_get(json, 2 * JSON_NOTES_MAX - 1)),
                     "\xef\xbf\xbd");
    json_decref(json);
    arena_free(arena);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "json_lenient");

    EACH(t, what_the_grammar_allows_is_read, texts);
    TESTS(t, what_is_too_large_is_refused_before, notes_have_an_end);
}
