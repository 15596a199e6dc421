/*
 * How a conversion is shared among the touches before it. Credit is counted in whole units of a
 * thousandth of a millionth, by largest remainder, ties to the earlier touch: so each conversion
 * gives exactly CREDIT_ONE, and the same journey the same credit everywhere.
 *
 * With n touches, oldest first:
 *
 *   first, last         all of it to the first, the last
 *   last_non_direct     to the last that is not direct; to the last when all are
 *   linear              1/n each
 *   position_based      40 % first, 40 % last, 20 % shared by those between; two touches half each;
 *                       or other parts, as the rules have them
 *   w_shaped            30 % each to the first touch and to those of mql and opportunity, 10 %
 * shared by the rest full_path           22.5 % each to these and to that of customer, 10 % shared
 * by the rest time_decay          in proportion to 2^(-d/h): d days before the milestone, half-life
 * h shapley             to each distinct value alike, at its first touch. This is the Shapley value
 *                       of the game in which a set of values is worth the conversions of journeys
 *                       within it (K. Zhao, S. H. Mahboobi, S. R. Bagheri, "Shapley Value Methods
 *                       for Attribution Modeling in Online Advertising", 2018, section 3): linear
 *                       in the number of journeys, and exact
 *   markov              by all journeys together: core/attribution/markov.h
 *
 * The first eight are as the analytics products that made them known describe them (Google
 * Analytics' attribution models; Bizible's W-shaped and full path). The touch of a milestone is the
 * last one at or before it. Touches of several milestones get the parts of each. What has no touch
 * of its own, because the milestone was not reached by then or there is no rest, falls away, and
 * the other parts keep their proportions: so three touches that are all milestones get a third
 * each.
 */
#ifndef BATON_CORE_CREDIT_H
#define BATON_CORE_CREDIT_H

#include "base/arena.h"
#include "core/lead/lead.h"

#include <stdbool.h>

/** A whole conversion. */
#define CREDIT_ONE INT64_C(1000000000)

#define CREDIT_MODEL_TABLE(X)                                                                      \
    X(FIRST, "first")                                                                              \
    X(LAST, "last")                                                                                \
    X(LAST_NON_DIRECT, "last_non_direct")                                                          \
    X(LINEAR, "linear")                                                                            \
    X(POSITION_BASED, "position_based")                                                            \
    X(W_SHAPED, "w_shaped")                                                                        \
    X(FULL_PATH, "full_path")                                                                      \
    X(TIME_DECAY, "time_decay")                                                                    \
    X(MARKOV, "markov")                                                                            \
    X(SHAPLEY, "shapley")

enum credit_model {
#define X(name, text) CREDIT_##name,
    CREDIT_MODEL_TABLE(X)
#undef X
        CREDIT_MODEL_COUNT
};

const char *credit_model_name(enum credit_model model);

struct journey_touch {
    instant at;
    int key; /* which value of the dimension it has; touches of one value have one key */
    bool direct;
};

/** Days in which a touch loses half its weight, when nothing else is asked for. */
#define CREDIT_HALF_LIFE_DAYS 7

/** What a workspace may choose of the models. */
struct credit_rules {
    int half_life_days; /* of time_decay */
    int position[3];    /* of position_based: percent of the first, of those between, of the last */
};

/** As the models are known. */
extern const struct credit_rules CREDIT_RULES_USUAL;

/** The touches of a conversion that count, oldest first; at least one. */
struct journey {
    const struct journey_touch *touches;
    size_t count;
    instant at;                       /* the milestone that is credited */
    instant reached[MILESTONE_COUNT]; /* INSTANT_NONE: not; after `at` is not yet */
};

/**
 * Shares a total (a conversion, or money in its smallest unit) by weights, none negative and at
 * least one above 0: out[i] is total * weights[i] / sum, rounded so that they add up to total. The
 * sum of the weights is below 2^63, total at least 0. False when memory is short.
 */
bool credit_share(int64_t total, const int64_t *weights, size_t count, struct arena *arena,
                  int64_t *out);

/** The credit of each touch, CREDIT_ONE in all, by any model but markov. False when memory is
 *  short. */
bool credit_journey(enum credit_model model, const struct credit_rules *rules,
                    const struct journey *journey, struct arena *arena, int64_t *out);

#endif
