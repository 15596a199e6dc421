/* Conversions one by one with their touches: what all models but first and last read. */
#ifndef BATON_STORE_CONVERSIONS_READ_H
#define BATON_STORE_CONVERSIONS_READ_H

#include "core/attribution/journeys.h"
#include "store/read/attribution_ask.h"

/** The memory that one conversion's touches may take: some 100,000. */
#define CONVERSION_MAX_BYTES ((size_t)16 << 20)

/** The conversions of the period, by their moment and lead, until read_end(). ERR_UNPROCESSABLE:
 *  more than ATTRIBUTION_JOURNEYS_MAX; else as read_run(). */
enum err conversions_read(const struct read *read, const struct attribution_ask *ask,
                          const struct pg_result **out) MUST_USE;

struct uuid conversions_lead(const struct pg_result *result, int row);

/** One of them; its steps live in the scratch memory. False when memory is short. */
bool conversions_take(const struct read *read, const struct pg_result *result, int row,
                      struct arena *scratch, struct conversion *out);

/** Adds all of them. False when memory is short. */
bool conversions_add(const struct read *read, const struct pg_result *result, struct arena *scratch,
                     struct journeys *journeys);

#endif
