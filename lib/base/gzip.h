/* gzip (RFC 1952) by zlib. The same input always gives the same bytes. Thread-safe. */
#ifndef BATON_BASE_GZIP_H
#define BATON_BASE_GZIP_H

#include "base/arena.h"

#include <stddef.h>

/** In arena, and its length in *out_len; NULL when memory is short, and arena is marked. */
char *gzip_compress(const char *text, size_t len, struct arena *arena, size_t *out_len);

#endif
