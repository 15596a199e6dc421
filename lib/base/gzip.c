#include "base/gzip.h"

#include "base/text_out.h"

#include <limits.h>
#define ZLIB_CONST
#include <zlib.h>

/* For our JSON and YAML, within a twentieth of the best that zlib can do, at half its time. */
#define LEVEL 5

#define EXPAND_BYTES ((size_t)64 << 10) /* at a time */

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

bool gzip_is(const char *bytes, size_t len)
{
    return len > 2 && (unsigned char)bytes[0] == 0x1f && (unsigned char)bytes[1] == 0x8b;
}

/* Grows with what comes: a length that the sender claims is not believed. */
static int expand(z_stream *stream, struct text_out *out)
{
    int status = Z_OK;

    while (status == Z_OK && out->len < out->cap) {
        size_t room = out->cap - out->len < EXPAND_BYTES ? out->cap - out->len : EXPAND_BYTES;
        if (!text_out_reserve(out, room))
            return Z_MEM_ERROR;
        stream->next_out = (unsigned char *)out->text + out->len;
        stream->avail_out = (unsigned)room;
        status = inflate(stream, Z_NO_FLUSH);
        out->len += room - stream->avail_out;
        if (status == Z_STREAM_END && stream->avail_in > 0)
            status = inflateReset(stream);
    }
    return status;
}

char *gzip_expand(const char *bytes, size_t len, size_t max, struct arena *arena, size_t *out_len)
{
    z_stream stream = {.next_in = (const unsigned char *)bytes, .avail_in = (unsigned)len};
    struct text_out out;

    if (len > UINT_MAX)
        return NULL;
    if (inflateInit2(&stream, WINDOW_BITS_GZIP) != Z_OK) {
        arena_fail(arena);
        return NULL;
    }
    text_out_init(&out, arena, max);
    int status = expand(&stream, &out);
    inflateEnd(&stream);
    if (status == Z_MEM_ERROR)
        arena_fail(arena);
    *out_len = out.len;
    return status == Z_STREAM_END ? out.text : NULL;
}
