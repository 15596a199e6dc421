#include "base/uuid.h"

#include "base/hex.h"

#include <stddef.h>
#include <string.h>

struct uuid uuid_v7(uint64_t unix_ms, const uint8_t random[10])
{
    struct uuid id;

    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
    memcpy(id.b + 6, random, 10);
    id.b[6] = (uint8_t)(0x70 | (id.b[6] & 0x0f));
    id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3f));
    return id;
}

struct uuid uuid_v8(const uint8_t digest[16])
{
    struct uuid id;

    memcpy(id.b, digest, 16);
    id.b[6] = (uint8_t)(0x80 | (id.b[6] & 0x0f));
    id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3f));
    return id;
}

void uuid_format(struct uuid id, char out[UUID_TEXT_LEN + 1])
{
    static const size_t groups[] = {4, 2, 2, 2, 6};
    const uint8_t *from = id.b;

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        hex_write(from, groups[i], out);
        from += groups[i];
        out += 2 * groups[i];
        *out++ = '-';
    }
    out[-1] = '\0';
}

bool uuid_parse(const char *text, struct uuid *out)
{
    struct uuid id;
    const char *p = text;

    for (int i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-')
            return false;
        int high = hex_digit(p[0]);
        int low = high < 0 ? -1 : hex_digit(p[1]);
        if (low < 0)
            return false;
        id.b[i] = (uint8_t)(high << 4 | low);
        p += 2;
    }
    if (*p != '\0')
        return false;
    *out = id;
    return true;
}

int uuid_compare(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, 16);
}

bool uuid_equal(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, 16) == 0;
}

bool uuid_is_nil(struct uuid id)
{
    static const struct uuid nil;

    return memcmp(id.b, nil.b, 16) == 0;
}
