/*
 * Writes text that grows in an arena, up to a cap. What does not fit, or finds no memory, marks the
 * arena as failed: look there once, at the end.
 */
#ifndef BATON_BASE_TEXT_OUT_H
#define BATON_BASE_TEXT_OUT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct text_out {
    struct arena *arena;
    char *text; /* NUL-terminated when it has any content */
    size_t len;
    size_t size; /* bytes of room */
    size_t cap;  /* bytes; writing beyond fails */
};

void text_out_init(struct text_out *out, struct arena *arena, size_t cap_bytes);

/** Forgets the text and keeps its memory. */
void text_out_clear(struct text_out *out);

/** Room for more bytes and a NUL. */
bool text_out_reserve(struct text_out *out, size_t more);

void text_out_put(struct text_out *out, const char *text);
void text_out_put_len(struct text_out *out, const char *text, size_t len);
void text_out_format(struct text_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
