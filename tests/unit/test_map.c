/* A map finds what was put into it, by all bytes of the key and its length. */
#include "base/map.h"

#include "suite.h"

#include <string.h>

#define LEN_MAX 40

static struct arena *arena;
static struct map map;

static void setup(void)
{
    arena = arena_new(1u << 20);
    ck_assert_ptr_nonnull(arena);
    map_init(&map, arena);
}

static void teardown(void)
{
    arena_free(arena);
}

/* Keys of every length that differ from those of the same length in one byte, wherever it is, and
 * from others in the length alone. */
START_TEST(each_byte_and_the_length_count)
{
    static unsigned char keys[LEN_MAX + 1][LEN_MAX + 1][LEN_MAX];
    size_t count = 0;

    for (size_t len = 1; len <= LEN_MAX; len++)
        for (size_t at = 0; at <= len; at++) { /* at len: all are 0 */
            if (at < len)
                keys[len][at][at] = 1;
            ck_assert_ptr_null(map_get(&map, keys[len][at], len));
            ck_assert(map_put(&map, keys[len][at], len, &keys[len][at]));
            count++;
        }
    ck_assert_uint_eq(map.count, count);
    for (size_t len = 1; len <= LEN_MAX; len++)
        for (size_t at = 0; at <= len; at++) {
            unsigned char copy[LEN_MAX];
            memcpy(copy, keys[len][at], len);
            ck_assert_ptr_eq(map_get(&map, copy, len), &keys[len][at]);
        }
}
END_TEST

START_TEST(what_is_put_again_is_replaced)
{
    int first, second;

    ck_assert_ptr_null(map_get(&map, "key", 3));
    ck_assert(map_put(&map, "key", 3, &first));
    ck_assert(map_put(&map, "key", 3, &second));
    ck_assert_uint_eq(map.count, 1);
    ck_assert_ptr_eq(map_get(&map, "key", 3), &second);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "map");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, each_byte_and_the_length_count, what_is_put_again_is_replaced);
}
