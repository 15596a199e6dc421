#include "base/text/encoding.h"

#include "base/text/unicode.h"
#include "base/text_out.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>

#define PIVOT_UNITS      4096
#define DETECT_MIN_BYTES 4

struct converters {
    UConverter *from;
    UConverter *to;
    UChar pivot[PIVOT_UNITS];
    UChar *written; /* of the pivot */
    UChar *taken;
};

static const char *const names[] = {
    [ENCODING_UNKNOWN] = "ASCII",
    [ENCODING_UTF8] = "UTF-8",
    [ENCODING_UTF16LE] = "UTF-16LE",
    [ENCODING_UTF16BE] = "UTF-16BE",
    [ENCODING_WINDOWS_1252] = "windows-1252",
};

const char *encoding_name(enum encoding encoding)
{
    return names[encoding];
}

/* ---- finding it ---- */

static enum encoding by_first_bytes(const unsigned char *bytes, size_t len)
{
    if (len < 2)
        return ENCODING_UNKNOWN;
    if (bytes[0] == 0xff && bytes[1] == 0xfe)
        return ENCODING_UTF16LE;
    if (bytes[0] == 0xfe && bytes[1] == 0xff)
        return ENCODING_UTF16BE;
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        return ENCODING_UTF8;
    if (len < DETECT_MIN_BYTES)
        return ENCODING_UNKNOWN;
    if (bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0)
        return ENCODING_UTF16LE;
    if (bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0)
        return ENCODING_UTF16BE;
    return ENCODING_UNKNOWN;
}

/* Whether these are the first bytes of a character that goes on after them. */
static bool is_cut(const char *bytes, size_t len)
{
    size_t at = 1;

    if (len > 3 || (unsigned char)bytes[0] < 0xc2)
        return false;
    while (at < len && ((unsigned char)bytes[at] & 0xc0) == 0x80)
        at++;
    return at == len;
}

enum encoding encoding_detect(const char *bytes, size_t len, bool is_first)
{
    enum encoding first =
        is_first ? by_first_bytes((const unsigned char *)bytes, len) : ENCODING_UNKNOWN;
    size_t wide = 0, broken = 0;

    if (first != ENCODING_UNKNOWN)
        return first;
    for (size_t at = 0; at < len; at++) {
        size_t span = utf8_span(bytes + at, len - at);
        for (size_t i = at; i < at + span; i++)
            wide += (unsigned char)bytes[i] >= 0xc0;
        at += span;
        broken += at < len && !is_cut(bytes + at, len - at);
    }
    if (broken > wide)
        return ENCODING_WINDOWS_1252;
    return wide + broken > 0 ? ENCODING_UTF8 : ENCODING_UNKNOWN;
}

/* ---- reading ---- */

bool decoder_init(struct decoder *decoder, encoding_read *read, void *context)
{
    *decoder = (struct decoder){.read = read, .context = context};
    decoder->bytes = malloc(ENCODING_READ_SIZE_BYTES);
    return decoder->bytes != NULL;
}

void decoder_release(struct decoder *decoder)
{
    if (decoder->converters != NULL) {
        ucnv_close(decoder->converters->from);
        ucnv_close(decoder->converters->to);
        free(decoder->converters);
    }
    free(decoder->bytes);
}

static bool open_converters(struct decoder *decoder)
{
    UErrorCode status = U_ZERO_ERROR;
    struct converters *both = calloc(1, sizeof *both);

    if (both == NULL || !unicode_open()) {
        free(both);
        return false;
    }
    decoder->converters = both;
    both->written = both->taken = both->pivot;
    both->from = ucnv_open(encoding_name(decoder->encoding), &status);
    both->to = ucnv_open("UTF-8", &status);
    return U_SUCCESS(status);
}

/* More bytes after those that are there; what was handed out makes room. */
static bool fetch(struct decoder *decoder)
{
    size_t got = 0;

    memmove(decoder->bytes, decoder->bytes + decoder->at, decoder->len - decoder->at);
    decoder->len -= decoder->at;
    decoder->at = 0;
    if (!decoder->read(decoder->context, decoder->bytes + decoder->len,
                       ENCODING_READ_SIZE_BYTES - decoder->len, &got))
        return false;
    decoder->len += got;
    decoder->ended = got == 0;
    return true;
}

static bool is_wide(const struct decoder *decoder)
{
    return decoder->at < decoder->len && (unsigned char)decoder->bytes[decoder->at] >= 0x80;
}

/* The first look wants a few bytes, and one at a byte that is not ASCII all that there is room for,
 * in however many pieces they come: what is found must not depend on the pieces. */
static bool detect(struct decoder *decoder)
{
    while (!decoder->begun && decoder->len < DETECT_MIN_BYTES && !decoder->ended)
        if (!fetch(decoder))
            return false;
    if (!decoder->begun)
        decoder->encoding = by_first_bytes((unsigned char *)decoder->bytes, decoder->len);
    decoder->begun = true;
    if (decoder->encoding == ENCODING_UNKNOWN && is_wide(decoder)) {
        while (decoder->len - decoder->at < ENCODING_READ_SIZE_BYTES && !decoder->ended)
            if (!fetch(decoder))
                return false;
        decoder->encoding =
            encoding_detect(decoder->bytes + decoder->at, decoder->len - decoder->at, false);
        if (decoder->encoding == ENCODING_UNKNOWN) /* the file's last character is cut */
            decoder->encoding = ENCODING_WINDOWS_1252;
    }
    return decoder->encoding <= ENCODING_UTF8 || open_converters(decoder);
}

static size_t ascii_span(const char *bytes, size_t len)
{
    size_t at = 0;

    while (at < len && (unsigned char)bytes[at] < 0x80)
        at++;
    return at;
}

static bool convert(struct decoder *decoder, char *bytes, size_t size, size_t *len)
{
    struct converters *both = decoder->converters;

    for (;;) {
        UErrorCode status = U_ZERO_ERROR;
        const char *from = decoder->bytes + decoder->at;
        char *to = bytes;
        ucnv_convertEx(both->to, both->from, &to, bytes + size, &from,
                       decoder->bytes + decoder->len, both->pivot, &both->taken, &both->written,
                       both->pivot + PIVOT_UNITS, false, decoder->ended, &status);
        decoder->at = (size_t)(from - decoder->bytes);
        *len = (size_t)(to - bytes);
        if (status == U_BUFFER_OVERFLOW_ERROR || *len > 0)
            return true;
        if (U_FAILURE(status))
            return false;
        if (decoder->ended)
            return true;
        if (!fetch(decoder))
            return false;
    }
}

bool decoder_read(void *context, char *bytes, size_t size, size_t *len)
{
    struct decoder *decoder = context;

    *len = 0;
    if (decoder->at == decoder->len && !decoder->ended && !fetch(decoder))
        return false;
    if (decoder->encoding == ENCODING_UNKNOWN && !detect(decoder))
        return false;
    if (decoder->converters != NULL)
        return convert(decoder, bytes, size, len);
    size_t left = decoder->len - decoder->at;
    if (decoder->encoding == ENCODING_UNKNOWN)
        left = ascii_span(decoder->bytes + decoder->at, left);
    *len = left < size ? left : size;
    memcpy(bytes, decoder->bytes + decoder->at, *len);
    decoder->at += *len;
    return true;
}

/* ---- whole texts ---- */

#define WHOLE_MAX_BYTES ((size_t)16 << 20)

struct bytes {
    const char *text;
    size_t len;
};

static bool read_bytes(void *context, char *bytes, size_t size, size_t *len)
{
    struct bytes *left = context;

    *len = left->len < size ? left->len : size;
    memcpy(bytes, left->text, *len);
    left->text += *len;
    left->len -= *len;
    return true;
}

static void replace_broken(const char *text, size_t len, struct text_out *out)
{
    while (len > 0) {
        size_t span = utf8_span(text, len);
        text_out_put_len(out, text, span);
        text += span;
        len -= span;
        if (len > 0) {
            text_out_put(out, "\xef\xbf\xbd");
            text++;
            len--;
        }
    }
}

const char *encoding_whole(const char *text, size_t len, struct arena *arena, size_t *out_len,
                           bool *changed)
{
    struct bytes left = {text, len};
    struct decoder decoder;
    struct text_out out, whole;
    size_t got = 0;

    *out_len = len;
    *changed = false;
    if (utf8_is_whole(text, len) && (len < 2 || memchr(text, '\0', len) == NULL))
        return text;
    *changed = true;
    text_out_init(&out, arena, WHOLE_MAX_BYTES);
    text_out_init(&whole, arena, WHOLE_MAX_BYTES);
    bool read = decoder_init(&decoder, read_bytes, &left);
    while (read && text_out_reserve(&out, ENCODING_READ_SIZE_BYTES)) {
        read = decoder_read(&decoder, out.text + out.len, ENCODING_READ_SIZE_BYTES, &got);
        if (!read || got == 0)
            break;
        out.len += got;
    }
    decoder_release(&decoder);
    if (!read)
        arena_fail(arena);
    if (arena_failed(arena))
        return NULL;
    replace_broken(out.text, out.len, &whole);
    *out_len = whole.len;
    return whole.len == 0 ? "" : whole.text;
}
