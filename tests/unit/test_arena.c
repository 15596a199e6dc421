/* Memory of one piece of work: what grows keeps its bytes and is bounded by whoever grows it, and
 * one mark says that any of it was short. */
#include "base/json_tree.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define CAP_BYTES  (64 << 10)
#define GROWN_MAX  (1 << 20)
#define BLOCK_LIKE 8192 /* more than that has memory of its own */

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(CAP_BYTES);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* Every byte of a text that grew byte by byte, with others growing and allocating in between. */
START_TEST(texts_that_grow_beside_each_other_keep_their_bytes)
{
    struct text_out outs[3];

    for (int i = 0; i < 3; i++)
        text_out_init(&outs[i], arena, GROWN_MAX);
    for (int n = 0; n < 100000; n++) {
        char c = (char)('a' + n % 26);
        text_out_put_len(&outs[n % 3], &c, 1);
        if (n % 4096 == 0)
            ck_assert_ptr_nonnull(arena_alloc(arena, 16));
    }
    ck_assert(!arena_failed(arena));
    for (int n = 0; n < 100000; n++)
        ck_assert_int_eq(outs[n % 3].text[n / 3], 'a' + n % 26);
    ck_assert_uint_eq(outs[0].len, strlen(outs[0].text));
}
END_TEST

START_TEST(one_that_is_last_grows_where_it_is)
{
    char *text = arena_resize(arena, NULL, 0, 100);

    memset(text, 'x', 100);
    ck_assert_ptr_eq(arena_resize(arena, text, 100, 1000), text);
    ck_assert_ptr_nonnull(arena_alloc(arena, 1));
    char *moved = arena_resize(arena, text, 1000, 2000);
    ck_assert_ptr_ne(moved, text);
    ck_assert_int_eq(moved[99], 'x');
}
END_TEST

/* A large answer is not counted against what a request's input may take, and is given back. */
START_TEST(what_is_large_stands_beside_the_cap)
{
    size_t before = arena_bytes(arena);
    char *large = arena_resize(arena, NULL, 0, 4 * CAP_BYTES);

    ck_assert_ptr_nonnull(large);
    ck_assert_uint_ge(arena_bytes(arena), before + 4 * CAP_BYTES);
    ck_assert_ptr_nonnull(arena_alloc(arena, CAP_BYTES / 2));
    large = arena_resize(arena, large, 4 * CAP_BYTES, BLOCK_LIKE * 2);
    arena_drop(arena, large);
    ck_assert_uint_lt(arena_bytes(arena), before + CAP_BYTES);
    arena_drop(arena, "what did not grow here");
    ck_assert(!arena_failed(arena));
    ck_assert_ptr_null(arena_alloc(arena, CAP_BYTES));
    ck_assert(arena_failed(arena));
}
END_TEST

START_TEST(after_a_clear_all_of_it_is_free_again)
{
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_nonnull(arena_resize(arena, NULL, 0, 3 * CAP_BYTES));
        ck_assert_ptr_nonnull(arena_alloc(arena, CAP_BYTES / 2));
        ck_assert_ptr_nonnull(arena_alloc(arena, 10));
        arena_clear(arena);
        ck_assert_uint_le(arena_bytes(arena), BLOCK_LIKE);
    }
    arena_fail(arena);
    arena_clear(arena);
    ck_assert(!arena_failed(arena));
}
END_TEST

START_TEST(a_text_beyond_its_cap_marks_the_arena)
{
    struct text_out out;
    struct json_out json;

    text_out_init(&out, arena, 10);
    text_out_put(&out, "0123456789");
    ck_assert(!arena_failed(arena));
    text_out_put(&out, "0");
    ck_assert(arena_failed(arena));
    arena_clear(arena);
    json_out_init(&json, arena, 5);
    json_out_text(&json, "abc");
    ck_assert(!arena_failed(arena));
    json_out_begin_object(&json);
    ck_assert(arena_failed(arena));
    ck_assert_ptr_null(json_out_keep(&json, arena, NULL));
}
END_TEST

START_TEST(one_writer_is_used_again)
{
    struct json_out json;
    size_t len;

    json_out_init(&json, arena, 100);
    json_out_text(&json, "first");
    char *first = json_out_keep(&json, arena, &len);
    json_out_clear(&json);
    json_out_int(&json, 2);
    ck_assert_str_eq(first, "\"first\"");
    ck_assert_uint_eq(len, 7);
    ck_assert_str_eq(json_out_keep(&json, arena, NULL), "2");
}
END_TEST

START_TEST(text_that_is_wrong_is_no_shortage)
{
    json_error_t error;

    ck_assert_ptr_null(json_tree_read(arena, "{\"a\":}", 6, 0, &error));
    ck_assert(!arena_failed(arena));
    ck_assert_int_eq(json_error_code(&error), json_error_invalid_syntax);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "arena");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, texts_that_grow_beside_each_other_keep_their_bytes, one_that_is_last_grows_where_it_is,
          what_is_large_stands_beside_the_cap, after_a_clear_all_of_it_is_free_again,
          a_text_beyond_its_cap_marks_the_arena, one_writer_is_used_again,
          text_that_is_wrong_is_no_shortage);
}
