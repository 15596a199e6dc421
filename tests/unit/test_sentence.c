/* Sentences in JSON end once, whether or not the text in the program does. */
#include "base/sentence.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *written; /* as JSON */
} sentences[] = {
    {"A text is wanted", "{\"s\":\"A text is wanted.\"}"},
    {"A text is wanted.", "{\"s\":\"A text is wanted.\"}"},
    {"Did you mean \"email\"?", "{\"s\":\"Did you mean \\\"email\\\"?\"}"},
    {"Send it as \"text\"", "{\"s\":\"Send it as \\\"text\\\".\"}"},
    {"Nothing was done. Try again", "{\"s\":\"Nothing was done. Try again.\"}"},
    {"", "{\"s\":\"\"}"},
    {NULL, "{\"s\":null}"},
};

static struct arena *arena;
static struct json_out out;

static const char *written(const char *text)
{
    json_out_clear(&out);
    json_out_begin_object(&out);
    sentence_write(&out, "s", text);
    json_out_end_object(&out);
    ck_assert(!arena_failed(arena));
    return out.written.text;
}

START_TEST(a_sentence_ends_once)
{
    arena = arena_new(8192);
    json_out_init(&out, arena, 10000);
    ck_assert_str_eq(written(sentences[_i].text), sentences[_i].written);
    arena_free(arena);
}
END_TEST

START_TEST(a_text_of_any_length_is_written_whole)
{
    char text[3000];

    arena = arena_new(8192);
    json_out_init(&out, arena, 10000);
    for (size_t len = 2040; len < 2060; len++) {
        memset(text, 'a', len);
        text[len] = '\0';
        size_t shown = strlen(written(text)) - strlen("{\"s\":\"\"}");
        ck_assert_msg(shown == len || shown == len + 1, "%zu bytes of %zu", shown, len);
    }
    arena_free(arena);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "sentence");

    EACH(t, a_sentence_ends_once, sentences);
    TESTS(t, a_text_of_any_length_is_written_whole);
}
