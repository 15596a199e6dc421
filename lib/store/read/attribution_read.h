/* What attribution counts. The rules are in docs/attribution.md. */
#ifndef BATON_STORE_ATTRIBUTION_READ_H
#define BATON_STORE_ATTRIBUTION_READ_H

#include "base/period.h"
#include "core/attribution/attribution.h"
#include "store/read/read.h"

/** *from and *to are the period's ends as moments, INSTANT_NONE where it is open.
 *  ERR_INVALID_PARAMETER: there is no such time zone. ERR_LIMIT_REACHED: more than
 *  ATTRIBUTION_ROWS_MAX rows. Else as read_run(). */
enum err attribution_read(const struct read *read, const struct attribution_query *query,
                          const struct period *period, struct attribution *out, instant *from,
                          instant *to) MUST_USE;

#endif
