/* Cursors: what a list writes it reads back, and nothing else. */
#include "base/cursor.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(1 << 16);
}

static void tear_down(void)
{
    arena_free(arena);
}

static const struct uuid ID = {{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16}};

START_TEST(a_place_comes_back_as_it_went)
{
    struct cursor place = {.number = -62135596800000000, .id = ID, .text = "a:b, Zoë?"};
    struct cursor back;
    const char *text = cursor_write(&place, "hd", arena);

    ck_assert_uint_eq(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_"),
                      strlen(text));
    ck_assert(cursor_read(text, "hd", arena, &back));
    ck_assert_int_eq(back.number, place.number);
    ck_assert(uuid_equal(back.id, ID));
    ck_assert_str_eq(back.text, place.text);
}
END_TEST

START_TEST(an_empty_place_comes_back_too)
{
    struct cursor back = {.number = 7, .id = ID};

    ck_assert(cursor_read(cursor_write(&(struct cursor){0}, "ev", arena), "ev", arena, &back));
    ck_assert_int_eq(back.number, 0);
    ck_assert(uuid_is_nil(back.id));
    ck_assert_str_eq(back.text, "");
}
END_TEST

START_TEST(a_cursor_of_another_list_is_refused)
{
    struct cursor back;
    const char *text = cursor_write(&(struct cursor){.number = 42}, "ev", arena);

    ck_assert(!cursor_read(text, "fb", arena, &back));
    ck_assert(!cursor_read(text, "e", arena, &back));
    ck_assert(!cursor_read(text, "ev1", arena, &back));
}
END_TEST

/* base64url of: nothing, "ev1", "ev1:4:", "ev1:4", "ev2:4::", "ev1:x::", "ev1:4:12:", "ev1:::",
 * "ev1:1-2::", "ev1:99999999999999999999::", one letter too few, letters that are none, spare
 * bits set, a NUL inside. */
static const char *const wrong[] = {
    "",
    "ZXYx",
    "ZXYxOjQ6",
    "ZXYxOjQ",
    "ZXYyOjQ6Og",
    "ZXYxOng6Og",
    "ZXYxOjQ6MTI6",
    "ZXYxOjo6",
    "ZXYxOjEtMjo6",
    "ZXYxOjk5OTk5OTk5OTk5OTk5OTk5OTk5Ojo",
    "ZXYxOjQ6O",
    "ZXYxOjQ6Og==",
    "ZXYxOjQ6Oh",
    "ZXYxOjQ6OgA",
};

START_TEST(what_is_no_cursor_is_refused)
{
    struct cursor back;

    ck_assert(cursor_read("ZXYxOjQ6Og", "ev", arena, &back));
    ck_assert_msg(!cursor_read(wrong[_i], "ev", arena, &back), "%s was taken", wrong[_i]);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_refused)
{
    char text[CURSOR_MAX_BYTES + 2];
    struct cursor back;

    memset(text, 'Z', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!cursor_read(text, "ev", arena, &back));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "cursor");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, a_place_comes_back_as_it_went, an_empty_place_comes_back_too,
          a_cursor_of_another_list_is_refused);
    EACH(t, what_is_no_cursor_is_refused, wrong);
    TESTS(t, a_text_that_is_too_long_is_refused);
}
