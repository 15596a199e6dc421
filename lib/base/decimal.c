#include "base/decimal.h"

#include <string.h>

/* "00" to "99", so that two digits cost one division. */
static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

size_t decimal_format(int64_t number, char out[DECIMAL_TEXT_MAX])
{
    char digits[DECIMAL_TEXT_MAX];
    size_t at = sizeof digits - 1;
    /* unsigned: the least number has no positive counterpart */
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    digits[at] = '\0';
    for (; left >= 100; left /= 100) {
        const char *pair = pairs + 2 * (left % 100);
        digits[--at] = pair[1];
        digits[--at] = pair[0];
    }
    if (left >= 10) {
        digits[--at] = pairs[2 * left + 1];
        digits[--at] = pairs[2 * left];
    } else {
        digits[--at] = (char)('0' + left);
    }
    if (number < 0)
        digits[--at] = '-';
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - 1 - at;
}
