/* The words that a text is found by. */
#include "base/text/words.h"
#include "suite.h"

#include <string.h>

static struct arena *arena;

static void setup(void)
{
    arena = arena_new(1 << 20);
}

static void teardown(void)
{
    arena_free(arena);
}

static const char *joined(const struct words *words)
{
    const char *text = "";

    for (size_t i = 0; i < words->count; i++)
        text = arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "", words->items[i]);
    return text;
}

static const struct {
    const char *text;
    const char *whole;
    const char *parts; /* NULL: the same */
} texts[] = {
    {"Kim Lee", "kim lee", NULL},
    {"  Kim\t Kim\u00a0LEE ", "kim lee", NULL},
    {"M\u00fcller-L\u00fcdenscheidt", "muller-ludenscheidt",
     "muller-ludenscheidt muller ludenscheidt"},
    {"Mu\u0308ller", "muller", NULL},
    {"Stra\u00dfe", "strasse", NULL},
    {"\u0130stanbul", "istanbul", NULL},
    {"\u0141ukasz", "\u0142ukasz", NULL}, /* a letter of its own, not an accent */
    {"O\u2019Brien", "o'brien", "o'brien o brien"},
    {"\uff2b\uff49\uff4d", "kim", NULL}, /* full width */
    {"K\u200bim", "kim", NULL},
    {"\u041e\u043b\u044c\u0433\u0430 \u0401\u043b\u043a\u0438\u043d\u0430",
     "\u043e\u043b\u044c\u0433\u0430 \u0435\u043b\u043a\u0438\u043d\u0430", NULL},
    {"\u0645\u064f\u062d\u0645\u062f", "\u0645\u062d\u0645\u062f",
     NULL}, /* vowel signs are marks */
    {"\u6771\u4eac\u682a\u5f0f\u4f1a\u793e", "\u6771\u4eac\u682a\u5f0f\u4f1a\u793e", NULL},
    {"\"Acme\" (Holding), Inc.", "acme holding inc", NULL},
    {"kim.lee@acme.example", "kim.lee@acme.example", "kim.lee@acme.example kim lee acme example"},
    {"\U0001f680 \u2013 ?!", "", NULL},
    {"\U0001f680Rocket\U0001f680", "rocket", NULL},
    {"", "", NULL},
};

START_TEST(a_text_has_these_words)
{
    for (int cut = WORDS_WHOLE; cut <= WORDS_AND_PARTS; cut++) {
        struct words words = {.count = 0};
        const char *wanted =
            cut == WORDS_WHOLE || texts[_i].parts == NULL ? texts[_i].whole : texts[_i].parts;
        ck_assert_int_eq(words_add(&words, texts[_i].text, strlen(texts[_i].text), cut, arena),
                         ERR_NONE);
        ck_assert_str_eq(joined(&words), wanted);
    }
}
END_TEST

START_TEST(what_is_long_is_cut_between_characters)
{
    struct words words = {.count = 0};
    char text[2 * WORD_MAX_BYTES];

    text[0] = 'k';
    for (size_t i = 1; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xd0\xb0", 2);
    text[sizeof text - 1] = 'k';
    ck_assert_int_eq(words_add(&words, text, sizeof text, WORDS_WHOLE, arena), ERR_NONE);
    ck_assert_uint_eq(words.count, 1);
    ck_assert_uint_eq(strlen(words.items[0]), WORD_MAX_BYTES - 1);
}
END_TEST

START_TEST(no_more_than_a_list_holds)
{
    struct words words = {.count = 0};
    const char *text = "";

    for (int i = 0; i < 2 * WORDS_MAX; i++)
        text = arena_printf(arena, "%s %d", text, i);
    ck_assert_int_eq(words_add(&words, text, strlen(text), WORDS_WHOLE, arena), ERR_NONE);
    ck_assert_uint_eq(words.count, WORDS_MAX);
    ck_assert_int_eq(words_add(&words, "\xc3", 1, WORDS_WHOLE, arena), ERR_INVALID_VALUE);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "words");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, a_text_has_these_words, 0, sizeof texts / sizeof *texts);
    TESTS(tcase, what_is_long_is_cut_between_characters, no_more_than_a_list_holds);
}
