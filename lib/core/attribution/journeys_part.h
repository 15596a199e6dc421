/* What a model makes of journeys, before its values have words. */
#ifndef BATON_CORE_JOURNEYS_PART_H
#define BATON_CORE_JOURNEYS_PART_H

#include "core/attribution/attribution.h"

/** Values of which a chain distinguishes the most frequent; all others are one. */
#define JOURNEYS_CHANNELS_MAX 64

/** The id of all others: ATTRIBUTION_OTHER. */
#define JOURNEYS_OTHER INT64_C(-1)

/** What has the same time, values, standing and currency. */
struct journeys_part {
    const char *time;
    int64_t values[ATTRIBUTION_DIMENSIONS_MAX];
    enum attribution_standing standing;
    const char *currency;
    int64_t count;  /* conversions, each counted once, whatever touches share it */
    int64_t credit; /* in units of CREDIT_ONE */
    int64_t amount_minor;
    int64_t pipeline_minor; /* of these the parts that are open, and won */
    int64_t won_minor;
};

#endif
