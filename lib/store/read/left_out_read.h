/* Touches of conversions that do not count, and why. */
#ifndef BATON_STORE_LEFT_OUT_READ_H
#define BATON_STORE_LEFT_OUT_READ_H

#include "store/read/attribution_ask.h"

/** Of the conversions of the period. ERR_UNPROCESSABLE: they are more than
 * ATTRIBUTION_JOURNEYS_MAX; else as read_run(). */
enum err left_out_read(const struct read *read, const struct attribution_ask *ask,
                       struct attribution_left_out *out) MUST_USE;

#endif
