#include "core/attribution/markov.h"

#include "core/attribution/credit.h"

#include <math.h>

/* The largest effect as a weight: the finer, the larger. The sum of them all stays below 2^63. */
#define EFFECT_ONE 0x1p52

struct markov {
    size_t channels;
    size_t states;  /* start, then the channels */
    int64_t *moves; /* from a state to a state */
    int64_t *won;   /* from a state to conversion */
    int64_t *left;  /* all moves from a state, lost ones too */
    int64_t conversions;
};

struct markov *markov_new(size_t channels, struct arena *arena)
{
    struct markov *markov = ARENA_NEW(arena, struct markov);
    size_t states = channels + 1;

    if (markov == NULL)
        return NULL;
    *markov = (struct markov){
        .channels = channels,
        .states = states,
        .moves = ARENA_ARRAY(arena, int64_t, states * states),
        .won = ARENA_ARRAY(arena, int64_t, states),
        .left = ARENA_ARRAY(arena, int64_t, states),
    };
    return markov->moves == NULL || markov->won == NULL || markov->left == NULL ? NULL : markov;
}

void markov_add(struct markov *markov, const int *channels, size_t count, bool converted,
                int64_t times)
{
    size_t state = 0;

    for (size_t i = 0; i < count; i++) {
        size_t next = (size_t)channels[i] + 1;
        markov->moves[state * markov->states + next] += times;
        markov->left[state] += times;
        state = next;
    }
    markov->left[state] += times;
    if (converted) {
        markov->won[state] += times;
        markov->conversions += times;
    }
}

void markov_add_moves(struct markov *markov, int from, int to, int64_t times)
{
    size_t state = (size_t)(from + 1);

    markov->left[state] += times;
    if (to >= 0)
        markov->moves[state * markov->states + (size_t)to + 1] += times;
    if (to == MARKOV_CONVERTED) {
        markov->won[state] += times;
        markov->conversions += times;
    }
}

/* Gauss and Jordan on [I - Q | I] in place, without exchanging rows: I - Q is diagonally dominant,
 * since no state keeps everybody, and stays so. A state that nobody came to has no moves. */
static bool invert(const struct markov *markov, struct arena *arena, double *inverse)
{
    size_t n = markov->states;
    double *rest = ARENA_ARRAY(arena, double, n *n);

    if (rest == NULL)
        return false;
    for (size_t i = 0; i < n * n; i++) {
        size_t row = i / n, column = i % n;
        double moved =
            markov->left[row] == 0 ? 0 : (double)markov->moves[i] / (double)markov->left[row];
        rest[i] = (row == column) - moved;
        inverse[i] = row == column;
    }
    for (size_t pivot = 0; pivot < n; pivot++) {
        double by = rest[pivot * n + pivot];
        for (size_t j = 0; j < n; j++) {
            rest[pivot * n + j] /= by;
            inverse[pivot * n + j] /= by;
        }
        for (size_t row = 0; row < n; row++) {
            double times = rest[row * n + pivot];
            for (size_t j = 0; row != pivot && times != 0 && j < n; j++) {
                rest[row * n + j] -= times * rest[pivot * n + j];
                inverse[row * n + j] -= times * inverse[pivot * n + j];
            }
        }
    }
    return true;
}

static double chance(const struct markov *markov, const double *visits, size_t from)
{
    double sum = 0;

    for (size_t j = 0; j < markov->states; j++)
        if (markov->left[j] > 0)
            sum += visits[from * markov->states + j] * (double)markov->won[j] /
                   (double)markov->left[j];
    return sum;
}

bool markov_credit(const struct markov *markov, struct arena *arena, int64_t *out)
{
    size_t n = markov->states;
    double *visits = ARENA_ARRAY(arena, double, n *n);
    int64_t *weights = ARENA_ARRAY(arena, int64_t, markov->channels + 1);

    if (visits == NULL || weights == NULL || !invert(markov, arena, visits))
        return false;
    for (size_t i = 0; i < markov->channels; i++)
        out[i] = 0;
    if (markov->conversions == 0)
        return true;
    for (size_t i = 0; i < markov->channels; i++) {
        double comes = visits[i + 1] / visits[(i + 1) * n + i + 1];
        double effect = comes * chance(markov, visits, i + 1) / chance(markov, visits, 0);
        weights[i] = (int64_t)llround(effect * EFFECT_ONE);
    }
    return credit_share(markov->conversions * CREDIT_ONE, weights, markov->channels, arena, out);
}
