#include "base/utf8.h"

/* The length of the character at this place, 0 when it is not valid. The bounds for the second byte
 * exclude overlong forms, surrogates and anything beyond U+10FFFF (RFC 3629, section 4). */
static size_t character(const unsigned char *p, size_t left)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t size;

    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    size = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] == 0xe0)
        low = 0xa0;
    if (p[0] == 0xed)
        high = 0x9f;
    if (p[0] == 0xf0)
        low = 0x90;
    if (p[0] == 0xf4)
        high = 0x8f;
    if (left < size || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    return size;
}

size_t utf8_span(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t i = 0;

    for (size_t size; i < len; i += size) {
        size = character(p + i, len - i);
        if (size == 0)
            break;
    }
    return i;
}

bool utf8_is_whole(const char *text, size_t len)
{
    return utf8_span(text, len) == len;
}
