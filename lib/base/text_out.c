#include "base/text_out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_BYTES  512
#define FORMAT_BYTES 512 /* longest formatted piece */

void text_out_init(struct text_out *out, struct arena *arena, size_t cap_bytes)
{
    *out = (struct text_out){.arena = arena, .cap = cap_bytes};
}

void text_out_clear(struct text_out *out)
{
    out->len = 0;
}

bool text_out_reserve(struct text_out *out, size_t more)
{
    if (more > out->cap || out->len > out->cap - more) {
        arena_fail(out->arena);
        return false;
    }
    size_t need = out->len + more + 1;
    if (need <= out->size)
        return true;
    size_t size = out->size != 0 ? out->size : FIRST_BYTES;
    while (size < need)
        size *= 2;
    char *text = arena_resize(out->arena, out->text, out->size, size);
    if (text == NULL)
        return false;
    out->text = text;
    out->size = size;
    return true;
}

void text_out_put_len(struct text_out *out, const char *text, size_t len)
{
    if (!text_out_reserve(out, len))
        return;
    memcpy(out->text + out->len, text, len);
    out->len += len;
    out->text[out->len] = '\0';
}

void text_out_put(struct text_out *out, const char *text)
{
    text_out_put_len(out, text, strlen(text));
}

void text_out_format(struct text_out *out, const char *format, ...)
{
    char piece[FORMAT_BYTES];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof piece)
        arena_fail(out->arena);
    else
        text_out_put_len(out, piece, (size_t)len);
}
