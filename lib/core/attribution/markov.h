/*
 * The removal effect in a Markov chain of order 1: how many conversions would be missing if
 * everybody who came to a channel were lost there (E. Anderl, I. Becker, F. von Wangenheim,
 * J. H. Schumann, "Mapping the customer journey", 2016). Solved exactly, not simulated: with Q the
 * transitions among start and channels, and N = (I - Q)^-1 how often each is visited,
 *
 *     p(i)      = sum over j of N(i, j) * P(j converts next)      the chance to convert from i
 *     effect(c) = N(start, c) / N(c, c) * p(c) / p(start)
 *
 * where N(start, c) / N(c, c) is the chance to come to c at all. Credit is in proportion to the
 * effects, and all of it is the number of conversions.
 */
#ifndef BATON_CORE_MARKOV_H
#define BATON_CORE_MARKOV_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/** Channels of one chain, at most: whoever has more joins the smallest. */
#define MARKOV_CHANNELS_MAX 65

struct markov;

/** With all counts 0; NULL when memory is short. Channels are numbers from 0. */
struct markov *markov_new(size_t channels, struct arena *arena);

/** Adds so many journeys through these channels, at least one; converted, or null paths, which it
 *  is the caller's choice to count. */
void markov_add(struct markov *markov, const int *channels, size_t count, bool converted,
                int64_t times);

/* In the place of a channel. */
#define MARKOV_START     (-1)
#define MARKOV_CONVERTED (-2)
#define MARKOV_LOST      (-3)

/** Adds so many moves from a channel, or MARKOV_START, to the next, or to one of the ends: journeys
 *  that were counted move by move. */
void markov_add_moves(struct markov *markov, int from, int to, int64_t times);

/** The credit of each channel, in units of which a conversion has CREDIT_ONE; 0 each without
 *  conversions. False when memory is short. */
bool markov_credit(const struct markov *markov, struct arena *arena, int64_t *out);

#endif
