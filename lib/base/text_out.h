/*
 * Writes text into a growing buffer with a cap. The first failure (cap, memory) sticks, and
 * text_out_steal() then gives nothing.
 */
#ifndef BATON_BASE_TEXT_OUT_H
#define BATON_BASE_TEXT_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct text_out {
    char *text; /* malloc'd, NUL-terminated when it has any content */
    size_t len;
    size_t size;
    size_t cap; /* bytes; writing beyond fails */
    bool failed;
};

void text_out_init(struct text_out *out, size_t cap_bytes);
void text_out_release(struct text_out *out);
/** Gives the text away (caller frees), also when it is empty; NULL if it failed. */
char *text_out_steal(struct text_out *out, size_t *len);

void text_out_put(struct text_out *out, const char *text);
void text_out_put_len(struct text_out *out, const char *text, size_t len);
void text_out_format(struct text_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
