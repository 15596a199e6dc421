/* Currencies by ISO 4217. */
#ifndef BATON_BASE_CURRENCY_H
#define BATON_BASE_CURRENCY_H

#include <stdbool.h>
#include <stdint.h>

/** Money, where there may be none. */
struct amount {
    bool given;
    int64_t minor; /* in the currency's smallest unit */
    char currency[4];
};

/** Three capital letters. */
bool currency_valid(const char *code);

/** How many decimals its smallest unit has; source: the table of ISO 4217, where all that is not
 *  listed as 0, 3 or 4 has 2. */
int currency_decimals(const char *code);

/** An amount in the smallest units of its currency, rounded to the nearest. False: negative, no
 *  number, or more than JSON readers keep exactly (2^53 - 1). */
bool currency_minor(double amount, const char *code, int64_t *out);

#endif
