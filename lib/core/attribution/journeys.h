/*
 * Journeys become parts of the answer: each conversion is shared among its touches by a model, its
 * money likewise, and what has period, dimensions, currency and standing in common is added up. The
 * rules are in docs/attribution.md, the models in core/attribution/credit.h.
 */
#ifndef BATON_CORE_JOURNEYS_H
#define BATON_CORE_JOURNEYS_H

#include "core/attribution/attribution.h"
#include "core/attribution/journeys_part.h"

struct journey_step {
    instant at;
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX]; /* ids; 0: absent */
    bool direct;
};

/** What becomes of the money of a lead. */
enum journey_money {
    JOURNEY_MONEY_NONE,     /* lost, or none was named */
    JOURNEY_MONEY_PIPELINE, /* of an open opportunity */
    JOURNEY_MONEY_WON,
};

struct conversion {
    const char *time; /* borrowed; NULL: the answer is not cut by time */
    instant at;
    instant reached[MILESTONE_COUNT];
    const struct journey_step *steps; /* oldest first; borrowed until it is added */
    size_t count;
    enum attribution_standing standing; /* credited or late with steps, the others without */
    int64_t amount_minor;
    enum journey_money money;
    const char *currency; /* NULL: no amount */
};

struct journeys;

/** NULL when memory is short. The rules are borrowed. What it keeps lives in the arena, which is
 * marked when that is. */
struct journeys *journeys_new(enum credit_model model, const struct credit_rules *rules,
                              struct arena *arena);

void journeys_add(struct journeys *journeys, const struct conversion *conversion);

/**
 * What one conversion gives to these values, whether or not it was added: a part of its credit and
 * of its amount. Not of markov, which credits all conversions together. False when memory is short.
 */
bool journeys_share_of(struct journeys *journeys, const struct conversion *conversion,
                       const int64_t *values, int64_t *credit, int64_t *amount_minor);

/** Whether it came by these values: has a step with them. */
bool journeys_came_by(const struct conversion *conversion, const int64_t *values);

/** Ends it, in any case: the parts are sorted by time, values, standing and currency. False when
 *  memory was short. */
bool journeys_end(struct journeys *journeys, const struct journeys_part **parts, size_t *count);

#endif
