#include "base/decimal.h"

#include <string.h>

size_t decimal_format(int64_t number, char out[DECIMAL_TEXT_MAX])
{
    char digits[DECIMAL_TEXT_MAX];
    size_t at = sizeof digits - 1;
    /* unsigned: the least number has no positive counterpart */
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0)
        digits[--at] = '-';
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - 1 - at;
}
