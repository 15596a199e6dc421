#include "core/evidence/score_scale.h"

#include <stdlib.h>

static int32_t greatest_divisor(int32_t a, int32_t b)
{
    while (b != 0) {
        int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct reach {
    int32_t least, most; /* of one criterion, or of all */
    int32_t divisor;
};

static void take_points(struct reach *reach, int32_t points)
{
    reach->divisor = greatest_divisor(reach->divisor, abs(points));
    reach->least = points < reach->least ? points : reach->least;
    reach->most = points > reach->most ? points : reach->most;
}

/* A criterion that is not met gives nothing, so 0 is always among what it can give. */
static void take_criterion(struct reach *all, const struct criterion *criterion)
{
    struct reach one = {.divisor = all->divisor};

    take_points(&one, criterion->points);
    for (size_t i = 0; i < criterion->tiers_count; i++)
        take_points(&one, criterion->tiers[i].points);
    all->divisor = one.divisor;
    all->least += one.least;
    all->most += one.most;
}

void score_scale_init(struct score_scale *scale, const struct definition *definition)
{
    struct reach all = {0};

    for (size_t i = 0; i < definition->criteria_count; i++)
        take_criterion(&all, &definition->criteria[i]);
    if (all.divisor == 0) {
        *scale = (struct score_scale){.step = 1, .count = 1};
        return;
    }
    int32_t steps = (all.most - all.least) / all.divisor;
    int32_t coarser = (steps + SCORE_STEPS_MAX - 2) / (SCORE_STEPS_MAX - 1);
    scale->step = all.divisor * (coarser > 1 ? coarser : 1);
    scale->least = all.least;
    scale->count = (all.most - all.least) / scale->step + 1;
}

int score_scale_step(const struct score_scale *scale, int32_t total)
{
    return (total - scale->least) / scale->step;
}

int32_t score_scale_total(const struct score_scale *scale, int step)
{
    return scale->least + step * scale->step;
}
