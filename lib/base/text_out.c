#include "base/text_out.h"

#include "base/shortage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES  512
#define FORMAT_BYTES 512 /* longest formatted piece */

void text_out_init(struct text_out *out, size_t cap_bytes)
{
    *out = (struct text_out){.cap = cap_bytes};
}

void text_out_release(struct text_out *out)
{
    free(out->text);
    *out = (struct text_out){.cap = out->cap};
}

static bool reserve(struct text_out *out, size_t more)
{
    if (out->failed || more > out->cap || out->len > out->cap - more) {
        out->failed = true;
        return false;
    }
    size_t need = out->len + more + 1;
    if (need <= out->size)
        return true;
    size_t size = out->size != 0 ? out->size : FIRST_BYTES;
    while (size < need)
        size *= 2;
    char *text = realloc(out->text, size);
    if (text == NULL) {
        shortage_note();
        out->failed = true;
        return false;
    }
    out->text = text;
    out->size = size;
    return true;
}

char *text_out_steal(struct text_out *out, size_t *len)
{
    text_out_put_len(out, "", 0);
    if (out->failed)
        return NULL;
    char *text = out->text;
    *len = out->len;
    *out = (struct text_out){.cap = out->cap};
    return text;
}

void text_out_put_len(struct text_out *out, const char *text, size_t len)
{
    if (!reserve(out, len))
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
        out->failed = true;
    else
        text_out_put_len(out, piece, (size_t)len);
}
