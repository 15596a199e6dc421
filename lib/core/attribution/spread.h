/*
 * A spread: how often each of some numbers that are not negative was there, as bytes, so that the
 * median of many leads is read from few rows. Numbers in ascending order, each as its distance from
 * the one before and its count, in groups of seven bits, the lowest first (LEB128).
 */
#ifndef BATON_CORE_SPREAD_H
#define BATON_CORE_SPREAD_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spread_item {
    int64_t number;
    int64_t count;
};

/** Reads a spread from its first byte to its end. */
struct spread_reader {
    const uint8_t *at, *end;
    int64_t number;
};

/** False at the end, or where it is damaged. */
bool spread_next(struct spread_reader *reader, struct spread_item *out);

/** The spread with these changes, in ascending order, each number once: counts are added, and what
 *  becomes 0 goes. In the arena; NULL when memory is short. */
uint8_t *spread_change(const uint8_t *spread, size_t len, const struct spread_item *changes,
                       size_t count, struct arena *arena, size_t *out_len);

/** The smallest number that is at least half of them: percentile_disc(0.5) of PostgreSQL. Sorts
 *  them; their counts are above 0. -1: there are none. */
int64_t spread_median(struct spread_item *items, size_t count);

#endif
