/*
 * Files in whatever encoding, read as UTF-8. What a file is in is found from its first bytes, and
 * where these do not say, from what begins with the first that is not ASCII, as far as there is
 * room; in which pieces the bytes come makes no difference:
 *   a byte-order mark, or a NUL beside each ASCII character: UTF-16 of that order;
 *   more bytes that are no UTF-8 than characters of several bytes that are: Windows-1252, which
 *   ISO 8859-1 is read as too;
 *   else UTF-8, which is handed on as it is, broken characters included.
 * Conversion is ICU's, opened where a file wants it; what has no meaning in UTF-16 (half a pair)
 * becomes U+FFFD. One thread.
 */
#ifndef BATON_BASE_ENCODING_H
#define BATON_BASE_ENCODING_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

#define ENCODING_READ_SIZE_BYTES (64u << 10)

enum encoding {
    ENCODING_UNKNOWN, /* ASCII so far */
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_WINDOWS_1252,
};

/** "UTF-8", as ICU and people call it; "ASCII" of the unknown. */
const char *encoding_name(enum encoding encoding);

/** What these bytes are in; is_first: they are a file's first. */
enum encoding encoding_detect(const char *bytes, size_t len, bool is_first);

/** Brings up to size bytes; *len 0 is the end. False: they cannot be had. */
typedef bool encoding_read(void *context, char *bytes, size_t size, size_t *len);

struct decoder {
    encoding_read *read;
    void *context;
    enum encoding encoding;
    struct converters *converters; /* NULL: bytes are handed on as they come */
    char *bytes;                   /* ENCODING_READ_SIZE_BYTES */
    size_t at, len;
    bool begun, ended;
};

/** False when memory is short; decoder_release() is due all the same. */
bool decoder_init(struct decoder *decoder, encoding_read *read, void *context);
void decoder_release(struct decoder *decoder);

/** An encoding_read of UTF-8; context is the decoder. False also when memory is short. */
bool decoder_read(void *context, char *bytes, size_t size, size_t *len);

/** A text that is there as a whole, in UTF-8 without a byte-order mark, in the arena unless it is
 * so already; bytes that are no character become U+FFFD. *changed: whether anything had to be done.
 *  NULL: memory is short. */
const char *encoding_whole(const char *text, size_t len, struct arena *arena, size_t *out_len,
                           bool *changed);

#endif
