/* A question of attribution, and its parameters as the statements of attribution_sql.h take them.
 */
#ifndef BATON_STORE_ATTRIBUTION_ASK_H
#define BATON_STORE_ATTRIBUTION_ASK_H

#include "base/period.h"
#include "core/attribution/attribution.h"
#include "store/read/read.h"

struct attribution_ask {
    struct attribution_query query; /* its model is the first of the models */
    struct period period;
    enum credit_model models[CREDIT_MODEL_COUNT]; /* side by side, each at most once */
    size_t model_count;
};

/** Begins the parameters: $1 to $6. */
void attribution_ask_begin(struct read_query *query, const struct read *read,
                           const struct attribution_ask *ask);

/** Adds the next parameters: one for each of ATTRIBUTION_DIMENSIONS_MAX, null beyond the last. */
void attribution_ask_dimensions(struct pg_params *params, const struct attribution_query *query);
/** Adds the window in days, or null. */
void attribution_ask_window(struct pg_params *params, const struct attribution_query *query);
/** Adds the kinds of touches that count, or null. */
void attribution_ask_kinds(struct pg_params *params, const struct attribution_query *query);

#endif
