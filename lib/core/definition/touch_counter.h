/* Counts the touches of one subject for the tests of a definition. */
#ifndef BATON_CORE_TOUCH_COUNTER_H
#define BATON_CORE_TOUCH_COUNTER_H

#include "core/definition/definition.h"
#include "core/definition/verdict_subject.h"

#define TOUCH_KIND_NONE 0xff

/** Counts the touches of one subject for any number of tests. */
struct touch_counter {
    const struct verdict_subject *subject;
    size_t count;                      /* of touches */
    uint8_t kinds[TOUCHES_LOADED_MAX]; /* index into definition.kinds, or TOUCH_KIND_NONE */
    const struct definition *definition;
};

void touch_counter_init(struct touch_counter *counter, const struct definition *definition,
                        const struct verdict_subject *subject);

/**
 * The count in millionths. A touch counts when it has happened by now, was recorded by known_at
 * (where given) and lies within within_days, both ends included. Older touches, of which only
 * kind and day are kept, stand at 00:00Z of their day and count only for tests that ask neither
 * for a direction nor for a dimension.
 *
 * With per_days p the count is that of p days, on average over within_days w: count * 1,000,000 * p
 * / w, rounded down.
 *
 * With half_life_days h a touch of age a weighs 2^(-a/h): a and h in whole seconds, a rounded
 * down; q = a / h and f = (a mod h) * 2^16 / h, both rounded down; the weight in units of 2^-32 is
 * 2^32, for each set bit of f multiplied by that bit's constant round(2^32 * 2^(-2^(bit-16))) and
 * shifted right by 32, from the highest bit to the lowest, at last shifted right by q. The weights
 * are added and the sum * 1,000,000 / 2^32 is rounded down. Integers only, so every machine gets
 * the same.
 */
int64_t touch_counter_count(const struct touch_counter *counter, const struct touch_filter *filter);

#endif
