#include "base/percent.h"

#include "base/hex.h"
#include "base/utf8.h"

#include <string.h>

static bool has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return true;
    return false;
}

char *percent_decode(struct arena *arena, const char *text, size_t len, bool plus)
{
    char *out = arena_alloc(arena, len + 1);
    size_t used = 0;

    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%') {
            int high = i + 1 < len ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            out[used++] = (char)(high << 4 | low);
            i += 2;
        } else {
            out[used++] = plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    if (has_control(out, used) || !utf8_is_whole(out, used))
        return NULL;
    out[used] = '\0';
    return out;
}

void percent_encode(struct text_out *out, const char *text, size_t len)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (size_t i = 0; i < len; i++) {
        if (memchr(plain, text[i], sizeof plain - 1) != NULL)
            text_out_put_len(out, &text[i], 1);
        else
            text_out_format(out, "%%%02X", (unsigned char)text[i]);
    }
}
