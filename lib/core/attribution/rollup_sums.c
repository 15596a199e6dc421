#include "core/attribution/rollup_sums.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

/* Days of a month go by at most 31 back. */
int32_t rollup_month(int32_t day)
{
    int64_t month = instant_month((instant)day * INSTANT_DAY);
    int32_t first = day;

    while (instant_month((instant)(first - 1) * INSTANT_DAY) == month)
        first--;
    return first;
}

/* Those of one table. */
struct bag {
    int numbers;      /* of each sum */
    struct map known; /* struct rollup_key: struct rollup_sum */
    struct rollup_sum **sums;
    size_t count, room;
};

struct rollup_sums {
    struct arena *arena;
    struct bag bags[ROLLUP_TABLES]; /* of days; months are made of them at the end */
};

struct rollup_sums *rollup_sums_new(struct arena *arena)
{
    static const int numbers[ROLLUP_TABLES] = {
        [ROLLUP_COUNTS] = ROLLUP_COUNTS_NUMBERS,
        [ROLLUP_CREDITS] = ROLLUP_CREDITS_NUMBERS,
        [ROLLUP_SPREADS] = ROLLUP_SPREADS_NUMBERS,
    };
    struct rollup_sums *sums = ARENA_NEW(arena, struct rollup_sums);

    if (sums == NULL)
        return NULL;
    sums->arena = arena;
    for (int i = 0; i < ROLLUP_TABLES; i++) {
        sums->bags[i].numbers = numbers[i];
        map_init(&sums->bags[i].known, arena);
    }
    return sums;
}

static bool keep(struct arena *arena, struct bag *bag, struct rollup_sum *sum)
{
    size_t wanted = bag->room == 0 ? 1024 : 2 * bag->room;

    if (bag->count == bag->room) {
        void *more = arena_resize(arena, bag->sums, bag->room * sizeof sum, wanted * sizeof sum);
        if (more == NULL)
            return false;
        bag->sums = more;
        bag->room = wanted;
    }
    bag->sums[bag->count++] = sum;
    return map_put(&bag->known, &sum->key, sizeof sum->key, sum);
}

struct rollup_sum *rollup_sums_find(struct rollup_sums *sums, enum rollup_table table,
                                    const struct rollup_key *key)
{
    struct bag *bag = &sums->bags[table];
    struct rollup_sum *sum = map_get(&bag->known, key, sizeof *key);

    if (sum != NULL)
        return sum;
    sum = arena_alloc(sums->arena, sizeof *sum + (size_t)bag->numbers * sizeof *sum->numbers);
    if (sum == NULL)
        return NULL;
    sum->key = *key;
    return keep(sums->arena, bag, sum) ? sum : NULL;
}

/* A turn of many leads with the largest amounts there are is too much for a number: it is marked
 * as one without memory, and so taken in smaller parts. */
void rollup_sums_increase(struct rollup_sums *sums, int64_t *number, int64_t by)
{
    if (__builtin_add_overflow(*number, by, number))
        arena_fail(sums->arena);
}

void rollup_sums_fail(struct rollup_sums *sums)
{
    arena_fail(sums->arena);
}

static bool is_zero(const struct rollup_sum *sum, int numbers)
{
    for (int i = 0; i < numbers; i++)
        if (sum->numbers[i] != 0)
            return false;
    return true;
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* As the tables' primary keys have it, so that neighbours are written one after another. */
static int by_key(const void *a, const void *b)
{
    const struct rollup_key *left = &(*(const struct rollup_sum *const *)a)->key;
    const struct rollup_key *right = &(*(const struct rollup_sum *const *)b)->key;

    if (left->setup != right->setup)
        return order_of(left->setup, right->setup);
    if (left->version != right->version)
        return order_of(left->version, right->version);
    if (left->what != right->what)
        return order_of(left->what, right->what);
    if (left->cut != right->cut)
        return order_of(left->cut, right->cut);
    if (left->grain != right->grain)
        return order_of(left->grain, right->grain);
    if (left->day != right->day)
        return order_of(left->day, right->day);
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        if (left->values[i] != right->values[i])
            return order_of(left->values[i], right->values[i]);
    if (left->standing != right->standing)
        return order_of(left->standing, right->standing);
    return strcmp(left->currency, right->currency);
}

static bool add_months(struct rollup_sums *sums, enum rollup_table table)
{
    struct bag *bag = &sums->bags[table];
    size_t days = bag->count;

    for (size_t i = 0; i < days; i++) {
        const struct rollup_sum *day = bag->sums[i];
        struct rollup_key key = day->key;
        key.grain = ROLLUP_MONTH;
        key.day = rollup_month(key.day);
        struct rollup_sum *month = rollup_sums_find(sums, table, &key);
        for (int n = 0; month != NULL && n < bag->numbers; n++)
            rollup_sums_increase(sums, &month->numbers[n], day->numbers[n]);
    }
    return !arena_failed(sums->arena);
}

bool rollup_sums_end(struct rollup_sums *sums, struct rollup_changes out[ROLLUP_TABLES])
{
    for (int i = 0; i < ROLLUP_TABLES; i++) {
        struct bag *bag = &sums->bags[i];
        size_t kept = 0;
        if (!add_months(sums, (enum rollup_table)i))
            return false;
        for (size_t k = 0; k < bag->count; k++)
            if (!is_zero(bag->sums[k], bag->numbers))
                bag->sums[kept++] = bag->sums[k];
        if (kept > 0)
            qsort(bag->sums, kept, sizeof(struct rollup_sum *), by_key);
        out[i] = (struct rollup_changes){(const struct rollup_sum *const *)bag->sums, kept};
    }
    return true;
}
