#include "core/distribution/share.h"

/* Claims in proportion to the weights; what rounding leaves over goes to the first ones, so that
 * all claims together stay what they were. */
static void grow(struct share *const *shares, size_t count, int64_t *parts)
{
    int64_t weights = 0, left = SHARE_ONE;

    for (size_t i = 0; i < count; i++)
        weights += shares[i]->weight;
    for (size_t i = 0; i < count; i++) {
        parts[i] = SHARE_ONE / weights * shares[i]->weight +
                   SHARE_ONE % weights * shares[i]->weight / weights;
        left -= parts[i];
    }
    for (size_t i = 0; i < count; i++) {
        parts[i] += (int64_t)i < left;
        shares[i]->claim += parts[i];
    }
}

/* Whether one falls behind before the other: (behind - claim) / part, compared crosswise. */
static bool is_before(int64_t behind, const struct share *one, int64_t part,
                      const struct share *other, int64_t other_part)
{
    return (behind - one->claim) * other_part < (behind - other->claim) * part;
}

size_t share_next(struct share *const *shares, size_t count)
{
    int64_t parts[SHARES_MAX];
    int64_t spare = count < 2 ? SHARE_ONE : SHARE_ONE / (2 * (int64_t)count - 2);
    size_t next = count, most = 0;

    grow(shares, count, parts);
    for (size_t i = 0; i < count; i++) {
        if (shares[i]->claim > shares[most]->claim)
            most = i;
        if (shares[i]->claim < spare)
            continue;
        if (next == count ||
            is_before(SHARE_ONE - spare, shares[i], parts[i], shares[next], parts[next]))
            next = i;
    }
    if (next == count) /* only with claims that come from other turns */
        next = most;
    shares[next]->claim -= SHARE_ONE;
    return next;
}
