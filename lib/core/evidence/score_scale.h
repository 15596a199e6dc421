/*
 * The totals that a definition can give, in steps, so that leads can be counted at each of them. A
 * step is the greatest number that all points of the definition are multiples of (20, 40 and 15
 * give 5), or a multiple of that where there would be more than SCORE_STEPS_MAX.
 */
#ifndef BATON_CORE_SCORE_SCALE_H
#define BATON_CORE_SCORE_SCALE_H

#include "core/definition/definition.h"

#define SCORE_STEPS_MAX 401

struct score_scale {
    int32_t least; /* the lowest total that the criteria could add up to */
    int32_t step;
    int count; /* 1: no criterion gives points */
};

void score_scale_init(struct score_scale *scale, const struct definition *definition);

/** The step that a total stands in, 0 to count - 1. */
int score_scale_step(const struct score_scale *scale, int32_t total);

/** The lowest total of a step: as a threshold it lets in whoever stands there or higher. */
int32_t score_scale_total(const struct score_scale *scale, int step);

#endif
