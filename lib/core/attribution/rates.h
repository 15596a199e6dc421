/*
 * Exchange rates: what one unit of a base is in other currencies, as the European Central Bank
 * publishes them. Whole numbers only, so that every machine converts alike. Pure.
 */
#ifndef BATON_CORE_RATES_H
#define BATON_CORE_RATES_H

#include "base/currency.h"
#include "base/error.h"
#include "base/input.h"
#include "base/json_out.h"

#define RATES_MAX              200
#define RATE_ONE               INT64_C(1000000000) /* a rate is a multiple of 10^-9 */
#define RATES_RECORD_MAX_BYTES 16384

struct rate {
    char currency[4];
    int64_t per_base; /* in units of RATE_ONE: so much of it is one unit of the base; above 0 */
};

struct rates {
    char base[4];
    const struct rate *items; /* sorted by currency, each once; never the base */
    size_t count;
};

/** {"base": "EUR", "rates": {"USD": "1.0843"}} of a body, into a struct rates. */
extern const struct input_type rates_type;

/** The same as it was written by rates_write(); false when it is damaged or memory is short. */
bool rates_read(const char *json, size_t len, struct arena *arena, struct rates *out) MUST_USE;
void rates_write(const struct rates *rates, struct json_out *out);

/** An amount of smallest units in another currency, rounded half up: minor · to/from, by the units
 *  that each has. False when there is no rate for one of them. What JSON numbers cannot hold stops
 * at 2^53 - 1. */
bool rates_convert(const struct rates *rates, const char *from, const char *to,
                   int64_t *minor) MUST_USE;

#endif
