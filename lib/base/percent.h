/* The percent-encoding of targets (RFC 3986). Pure. */
#ifndef BATON_BASE_PERCENT_H
#define BATON_BASE_PERCENT_H

#include "base/arena.h"
#include "base/text_out.h"

#include <stdbool.h>
#include <stddef.h>

/** Decodes len bytes into the arena, NUL-terminated; plus: "+" is a space. NULL when an escape is
 *  broken, the result is not UTF-8 or holds a control byte, or memory is short (then
 *  arena_failed()). */
char *percent_decode(struct arena *arena, const char *text, size_t len, bool plus);

/** Adds the bytes as they stand in a query: all but letters, digits and - . _ ~ are encoded. */
void percent_encode(struct text_out *out, const char *text, size_t len);

#endif
