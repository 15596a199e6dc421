#include "base/gzip.h"

#include <limits.h>
#define ZLIB_CONST
#include <zlib.h>

/* For our JSON and YAML, within a twentieth of the best that zlib can do, at half its time. */
#define LEVEL 5

#define WINDOW_BITS_GZIP (15 + 16)
#define MEMORY_LEVEL     8 /* zlib's own default */

char *gzip_compress(const char *text, size_t len, struct arena *arena, size_t *out_len)
{
    z_stream stream = {0};
    char *out = NULL;
    int end = Z_MEM_ERROR;

    if (len > UINT_MAX || deflateInit2(&stream, LEVEL, Z_DEFLATED, WINDOW_BITS_GZIP, MEMORY_LEVEL,
                                       Z_DEFAULT_STRATEGY) != Z_OK) {
        arena_fail(arena);
        return NULL;
    }
    size_t room = deflateBound(&stream, len);
    if (room <= UINT_MAX)
        out = arena_resize(arena, NULL, 0, room);
    if (out != NULL) {
        stream.next_in = (const unsigned char *)text;
        stream.avail_in = (unsigned)len;
        stream.next_out = (unsigned char *)out;
        stream.avail_out = (unsigned)room;
        end = deflate(&stream, Z_FINISH);
    }
    *out_len = stream.total_out;
    deflateEnd(&stream);
    if (end != Z_STREAM_END) {
        arena_fail(arena);
        return NULL;
    }
    return arena_resize(arena, out, room, *out_len);
}
