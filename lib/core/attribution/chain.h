/* The chain of markov from moves that were counted, in place of journeys one by one. */
#ifndef BATON_CORE_CHAIN_H
#define BATON_CORE_CHAIN_H

#include "core/attribution/journeys_part.h"

/** In the place of a value: before the first, and after the last. No id of a word is one of them.
 */
#define CHAIN_BEGIN INT64_MIN
#define CHAIN_END   INT64_MAX

struct chain_move {
    const char *time; /* NULL: the answer is not cut by time; a chain for each */
    int64_t from, to; /* values; CHAIN_BEGIN before the first, CHAIN_END after the last */
    int64_t times;
    bool lost; /* of journeys that have not converted: counted in the chain, not credited */
};

/** What conversions are worth that have a touch to credit. */
struct chain_money {
    const char *time;
    const char *currency;
    int64_t amount_minor;
    int64_t pipeline_minor;
    int64_t won_minor;
};

struct chain_counts {
    struct chain_move *moves; /* sorted on the way; so is the money */
    size_t move_count;
    struct chain_money *money;
    size_t money_count;
};

/** The credit and the money of each value, by time; those that are not among the
 *  JOURNEYS_CHANNELS_MAX most frequent together. False when memory is short. */
bool chain_share(const struct chain_counts *counts, struct arena *arena,
                 struct journeys_part **parts, size_t *count) MUST_USE;
/** Shares it among the places of a chain as their credit is: part by part, without values. False
 *  when memory is short. */
bool chain_share_money(const struct chain_money *money, const int64_t *credit, size_t size,
                       struct arena *arena, struct journeys_part *out) MUST_USE;

#endif
