#include "core/attribution/credit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The weight of the latest touch in a decay: the more, the finer. */
#define DECAY_ONE 0x1p52

static const char *const model_names[] = {
#define X(name, text) [CREDIT_##name] = text,
    CREDIT_MODEL_TABLE(X)
#undef X
};

const struct credit_rules CREDIT_RULES_USUAL = {CREDIT_HALF_LIFE_DAYS, {40, 20, 40}};

const char *credit_model_name(enum credit_model model)
{
    return model_names[model];
}

/* ---- sharing ---- */

/* More than 64 bits: a total times a weight. */
__extension__ typedef unsigned __int128 wide;

struct remainder {
    int64_t left; /* of the division by the sum, which is below 2^63 */
    size_t place;
};

/* The largest first, of equals the earlier. */
static int by_size(const void *a, const void *b)
{
    const struct remainder *left = a, *right = b;

    if (left->left != right->left)
        return left->left < right->left ? 1 : -1;
    return left->place < right->place ? -1 : 1;
}

bool credit_share(int64_t total, const int64_t *weights, size_t count, struct arena *arena,
                  int64_t *out)
{
    struct remainder *remainders;
    int64_t sum = 0, left = total;

    if (total == 0 || count == 1) { /* nothing to share, or nobody to share it with: most leads */
        for (size_t i = 0; i < count; i++)
            out[i] = total;
        return true;
    }
    remainders = ARENA_ARRAY(arena, struct remainder, count);
    if (remainders == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    for (size_t i = 0; i < count; i++) {
        wide product = (wide)total * (wide)weights[i];
        out[i] = (int64_t)(product / (wide)sum);
        remainders[i] = (struct remainder){(int64_t)(product % (wide)sum), i};
        left -= out[i];
    }
    qsort(remainders, count, sizeof *remainders, by_size);
    for (size_t i = 0; i < (size_t)left; i++)
        out[remainders[i].place]++;
    return true;
}

/* ---- weights ---- */

static void weigh_last_non_direct(const struct journey *journey, int64_t *weights)
{
    size_t at = journey->count;

    while (at > 0 && journey->touches[at - 1].direct)
        at--;
    weights[at == 0 ? journey->count - 1 : at - 1] = 1;
}

/* An end's part is to that of each of m between as part * m is to theirs. What nobody stands for
 * falls away; if nothing is left, all are alike. */
static void weigh_position(const int *parts, const struct journey *journey, int64_t *weights)
{
    size_t last = journey->count - 1;
    int64_t between = journey->count > 2 ? (int64_t)journey->count - 2 : 0;
    int64_t times = between == 0 ? 1 : between;
    bool none = between == 0 && parts[0] + (last > 0 ? parts[2] : 0) == 0;

    for (size_t i = 0; i <= last; i++)
        weights[i] = none ? 1 : parts[1];
    if (none)
        return;
    weights[last] = parts[2] * times;
    weights[0] = last == 0 ? 1 : parts[0] * times;
}

/* The last touch at or before a milestone that was reached; count when there is none. */
static size_t touch_of(const struct journey *journey, instant milestone)
{
    size_t at = journey->count;

    if (milestone == INSTANT_NONE || milestone > journey->at)
        return journey->count;
    while (at > 0 && journey->touches[at - 1].at > milestone)
        at--;
    return at == 0 ? journey->count : at - 1;
}

/* Each milestone's part is to the rest's as part * m is to rest, for m touches in the rest. */
static void weigh_milestones(const struct journey *journey, const enum milestone *milestones,
                             size_t milestone_count, int64_t part, int64_t rest, int64_t *weights)
{
    int64_t others = 0;

    weights[0] = 1;
    for (size_t i = 0; i < milestone_count; i++) {
        size_t at = touch_of(journey, journey->reached[milestones[i]]);
        if (at < journey->count)
            weights[at]++;
    }
    for (size_t i = 0; i < journey->count; i++)
        others += weights[i] == 0;
    for (size_t i = 0; i < journey->count && others > 0; i++)
        weights[i] = weights[i] == 0 ? rest : weights[i] * part * others;
}

/* By the distance to the latest touch: what all have in common cancels out, and nothing is lost
 * however long ago it was. */
static void weigh_decay(const struct journey *journey, int half_life_days, int64_t *weights)
{
    instant latest = journey->touches[journey->count - 1].at;
    double half_life = (double)half_life_days * (double)INSTANT_DAY;

    for (size_t i = 0; i < journey->count; i++) {
        double halves = (double)(latest - journey->touches[i].at) / half_life;
        weights[i] = (int64_t)llround(exp2(-halves) * DECAY_ONE);
    }
}

static void weigh_distinct(const struct journey *journey, int64_t *weights)
{
    for (size_t i = 0; i < journey->count; i++) {
        size_t before = 0;
        while (before < i && journey->touches[before].key != journey->touches[i].key)
            before++;
        weights[i] = before == i;
    }
}

static void weigh(enum credit_model model, const struct credit_rules *rules,
                  const struct journey *journey, int64_t *weights)
{
    static const enum milestone anchors[] = {MILESTONE_MQL, MILESTONE_OPPORTUNITY,
                                             MILESTONE_CUSTOMER};

    switch (model) {
    case CREDIT_FIRST:
        weights[0] = 1;
        break;
    case CREDIT_LAST:
        weights[journey->count - 1] = 1;
        break;
    case CREDIT_LAST_NON_DIRECT:
        weigh_last_non_direct(journey, weights);
        break;
    case CREDIT_POSITION_BASED:
        weigh_position(rules->position, journey, weights);
        break;
    case CREDIT_W_SHAPED:
        weigh_milestones(journey, anchors, 2, 3, 1, weights);
        break;
    case CREDIT_FULL_PATH:
        weigh_milestones(journey, anchors, 3, 9, 4, weights);
        break;
    case CREDIT_TIME_DECAY:
        weigh_decay(journey, rules->half_life_days, weights);
        break;
    case CREDIT_SHAPLEY:
        weigh_distinct(journey, weights);
        break;
    case CREDIT_LINEAR:
    case CREDIT_MARKOV:
    case CREDIT_MODEL_COUNT:
        for (size_t i = 0; i < journey->count; i++)
            weights[i] = 1;
        break;
    }
}

bool credit_journey(enum credit_model model, const struct credit_rules *rules,
                    const struct journey *journey, struct arena *arena, int64_t *out)
{
    int64_t *weights = ARENA_ARRAY(arena, int64_t, journey->count);

    if (weights == NULL)
        return false;
    weigh(model, rules, journey, weights);
    return credit_share(CREDIT_ONE, weights, journey->count, arena, out);
}
