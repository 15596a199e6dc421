/* Spreads: whatever is added and taken away, they hold what is left, and know its median. */
#include "core/attribution/spread.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define NUMBERS 300
#define ROUNDS  200

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new((size_t)16 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* The same by counting: how often each number is there. */
static int64_t plain_median(const int64_t *counts)
{
    int64_t all = 0, seen = 0;

    for (int i = 0; i < NUMBERS; i++)
        all += counts[i];
    for (int i = 0; i < NUMBERS; i++) {
        seen += counts[i];
        if (all > 0 && 2 * seen >= all)
            return i;
    }
    return -1;
}

static void holds(const uint8_t *spread, size_t len, const int64_t *counts)
{
    struct spread_item items[NUMBERS], item;
    struct spread_reader reader = {.at = spread, .end = spread + len};
    size_t count = 0;

    for (int i = 0; i < NUMBERS; i++) {
        if (counts[i] == 0)
            continue;
        ck_assert(spread_next(&reader, &item));
        ck_assert_int_eq(item.number, i);
        ck_assert_int_eq(item.count, counts[i]);
        items[count++] = item;
    }
    ck_assert(!spread_next(&reader, &item));
    ck_assert_int_eq(spread_median(items, count), plain_median(counts));
}

START_TEST(a_spread_is_what_was_added_to_it)
{
    int64_t counts[NUMBERS] = {0};
    const uint8_t *spread = NULL;
    size_t len = 0;
    unsigned seed = 11;

    for (int round = 0; round < ROUNDS; round++) {
        struct spread_item changes[NUMBERS];
        size_t count = 0;
        for (int i = 0; i < NUMBERS; i++) {
            if (rand_r(&seed) % 8 != 0)
                continue;
            /* once in a while all of it goes, else more comes than goes */
            int64_t by = counts[i] > 0 && rand_r(&seed) % 3 == 0 ? -counts[i] : rand_r(&seed) % 200;
            counts[i] += by;
            changes[count++] = (struct spread_item){i, by};
        }
        spread = spread_change(spread, len, changes, count, arena, &len);
        ck_assert_ptr_nonnull(spread);
        holds(spread, len, counts);
    }
}
END_TEST

START_TEST(what_goes_leaves_nothing)
{
    const struct spread_item come[] = {{0, 2}, {INT64_C(1) << 40, 1}};
    const struct spread_item go[] = {{0, -2}, {INT64_C(1) << 40, -1}};
    struct spread_item items[2];
    size_t len = 0;
    uint8_t *spread = spread_change(NULL, 0, come, 2, arena, &len);
    struct spread_reader reader = {.at = spread, .end = spread + len};

    ck_assert(spread_next(&reader, &items[0]) && spread_next(&reader, &items[1]));
    ck_assert_int_eq(items[1].number, INT64_C(1) << 40);
    ck_assert_int_eq(spread_median(items, 2), 0);
    ck_assert_ptr_nonnull(spread_change(spread, len, go, 2, arena, &len));
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(spread_median(NULL, 0), -1);
}
END_TEST

START_TEST(a_damaged_one_ends)
{
    const uint8_t damaged[] = {0x05, 0x80};
    struct spread_reader reader = {.at = damaged, .end = damaged + sizeof damaged};
    struct spread_item item;

    ck_assert(!spread_next(&reader, &item));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "spread");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, a_spread_is_what_was_added_to_it, what_goes_leaves_nothing, a_damaged_one_ends);
}
