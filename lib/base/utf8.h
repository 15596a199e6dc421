/* UTF-8 as in RFC 3629: no overlong forms, no surrogates, up to U+10FFFF. Pure. */
#ifndef BATON_BASE_UTF8_H
#define BATON_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** The length of the valid part at the beginning, in bytes: len when all of it is valid. */
size_t utf8_span(const char *text, size_t len);

bool utf8_is_whole(const char *text, size_t len);

#endif
