/* What was spent to bring leads about: the cost of touches, and what campaigns' records say. */
#ifndef BATON_STORE_SPEND_READ_H
#define BATON_STORE_SPEND_READ_H

#include "store/read/attribution_ask.h"

/**
 * The parts of the period, by the dimensions and the interval that are asked for, each of one
 * currency. A touch costs at its moment. Asked for by campaign alone, a campaign whose record has
 * spend costs that and not what its touches did, so that nothing counts twice. ERR_LIMIT_REACHED:
 * more than ATTRIBUTION_ROWS_MAX; else as read_run().
 */
enum err spend_read(const struct read *read, const struct attribution_ask *ask,
                    struct attribution_spend **out, size_t *count) MUST_USE;

#endif
