#include "base/public_id.h"

#include <string.h>

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

void base32_encode(const uint8_t *bytes, size_t len, char *out)
{
    uint32_t bits = 0;
    int held = 0;

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 5; held -= 5)
            *out++ = alphabet[bits >> (held - 5) & 31];
    }
    if (held > 0)
        *out++ = alphabet[bits << (5 - held) & 31];
    *out = '\0';
}

static int digit_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= '2' && c <= '7')
        return c - '2' + 26;
    return -1;
}

bool base32_decode(const char *text, size_t text_len, uint8_t *bytes, size_t len)
{
    uint32_t bits = 0;
    int held = 0;

    if (text_len != BASE32_LEN(len))
        return false;
    for (size_t i = 0; i < text_len; i++) {
        int digit = digit_of(text[i]);
        if (digit < 0)
            return false;
        bits = bits << 5 | (uint32_t)digit;
        held += 5;
        if (held >= 8) {
            held -= 8;
            *bytes++ = (uint8_t)(bits >> held);
        }
    }
    return (bits & ((1u << held) - 1)) == 0; /* one text for one value */
}

void public_id_format(struct uuid workspace, struct uuid id, char out[PUBLIC_ID_LEN + 1])
{
    uint8_t both[32];

    memcpy(both, workspace.b, 16);
    memcpy(both + 16, id.b, 16);
    base32_encode(both, sizeof both, out);
}

bool public_id_parse(const char *text, size_t len, struct uuid *workspace, struct uuid *id)
{
    uint8_t both[32];

    if (!base32_decode(text, len, both, sizeof both))
        return false;
    memcpy(workspace->b, both, 16);
    memcpy(id->b, both + 16, 16);
    return true;
}
