/* gzip (RFC 1952) by zlib. The same input always gives the same bytes. Thread-safe. */
#ifndef BATON_BASE_GZIP_H
#define BATON_BASE_GZIP_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/** In arena, and its length in *out_len; NULL when memory is short, and arena is marked. */
char *gzip_compress(const char *text, size_t len, struct arena *arena, size_t *out_len);

/** Whether these bytes begin as gzip does. */
bool gzip_is(const char *bytes, size_t len);

/** What was compressed, in arena; several members one after the other are one text. NULL: it is
 *  damaged or longer than max bytes, or memory is short (then arena is marked). */
char *gzip_expand(const char *bytes, size_t len, size_t max, struct arena *arena, size_t *out_len);

#endif
