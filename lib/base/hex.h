/* Bytes as hexadecimal digits, two each. Pure. (OpenSSL's functions write only capitals, and report
 * a text that they cannot read in its queue of errors, which allocates.) */
#ifndef BATON_BASE_HEX_H
#define BATON_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/** The value of a digit, capital or not; -1: not a digit. */
static inline int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** Writes 2 * len digits, in lower case, and no NUL. */
void hex_write(const void *bytes, size_t len, char *out);

/** Writes 2 * len digits, in lower case, and a NUL. */
void hex_encode(const void *bytes, size_t len, char *out);

/** Reads len bytes from exactly 2 * len digits, capital or not; false: the text is not that. */
bool hex_decode(const char *text, size_t text_len, void *out, size_t len);

/** As hex_decode, but only lower case: one text for one value. */
bool hex_decode_lower(const char *text, size_t text_len, void *out, size_t len);

#endif
