#include "base/hex.h"

#include <stdint.h>

void hex_write(const void *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = bytes;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[from[i] >> 4];
        out[2 * i + 1] = digits[from[i] & 15];
    }
}

void hex_encode(const void *bytes, size_t len, char *out)
{
    hex_write(bytes, len, out);
    out[2 * len] = '\0';
}

bool hex_decode(const char *text, size_t text_len, void *out, size_t len)
{
    uint8_t *to = out;

    if (text_len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool hex_decode_lower(const char *text, size_t text_len, void *out, size_t len)
{
    for (size_t i = 0; i < text_len; i++)
        if (text[i] >= 'A' && text[i] <= 'F')
            return false;
    return hex_decode(text, text_len, out, len);
}
