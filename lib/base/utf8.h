/* UTF-8 as RFC 3629 has it: nothing overlong, no surrogates, up to U+10FFFF. Pure. */
#ifndef BATON_BASE_UTF8_H
#define BATON_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** How many bytes from the beginning are whole characters: len when all are. */
size_t utf8_span(const char *text, size_t len);

bool utf8_is_whole(const char *text, size_t len);

#endif
