/*
 * A share that was counted, and how far it can be trusted: the Wilson score interval at 95 %
 * (E. B. Wilson, JASA 22 (1927), 209–212), z = 1.959963984540054.
 */
#ifndef BATON_CORE_PROPORTION_H
#define BATON_CORE_PROPORTION_H

#include "base/json_out.h"

#include <stdint.h>

/** count of `of`; 0 <= count <= of. */
struct proportion {
    int64_t count;
    int64_t of;
};

struct interval {
    double low;
    double high;
};

/** [0, 1] when nothing was counted. */
struct interval proportion_wilson(struct proportion share);

/** {"count": 3, "of": 4, "rate": 0.75, "low": 0.3006, "high": 0.9544}, rounded to four decimals,
 *  the interval outwards; rate, low and high are null when `of` is 0. */
void proportion_write(struct proportion share, struct json_out *out);
/** The rate alone as a member, to four decimals; of must not be 0. */
void proportion_rate_member(struct proportion share, const char *key, struct json_out *out);
/** All of it as a member. */
void proportion_member(struct proportion share, const char *key, struct json_out *out);

#endif
