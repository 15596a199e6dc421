/* Files in encodings other than UTF-8, in pieces of every size. */
#include "base/text/encoding.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

struct source {
    const char *text;
    size_t len, at, piece;
};

static bool bring(void *context, char *bytes, size_t size, size_t *len)
{
    struct source *source = context;
    size_t left = source->len - source->at;

    *len = left < source->piece ? left : source->piece;
    *len = *len < size ? *len : size;
    memcpy(bytes, source->text + source->at, *len);
    source->at += *len;
    return true;
}

#define TEXT(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *bytes;
    size_t len;
    enum encoding encoding;
    const char *text;
} files[] = {
    {TEXT(""), ENCODING_UNKNOWN, ""},
    {TEXT("a"), ENCODING_UNKNOWN, "a"},
    {TEXT("a,b\r\n"), ENCODING_UNKNOWN, "a,b\r\n"},
    {TEXT("Gr\xc3\xb6\xc3\x9f"
          "e\n"),
     ENCODING_UTF8,
     "Gr\xc3\xb6\xc3\x9f"
     "e\n"},
    {TEXT("\xef\xbb\xbf"
          "a"),
     ENCODING_UTF8,
     "\xef\xbb\xbf"
     "a"},
    {TEXT("\xc3\xb6 \xf6 \xc3\xb6\n"), ENCODING_UTF8,
     "\xc3\xb6 \xf6 \xc3\xb6\n"}, /* one is broken */
    {TEXT("Gr\xf6\xdf"
          "e 5\x80\n"),
     ENCODING_WINDOWS_1252,
     "Gr\xc3\xb6\xc3\x9f"
     "e 5\xe2\x82\xac\n"},
    {TEXT("ascii first, then \xfc\n"), ENCODING_WINDOWS_1252, "ascii first, then \xc3\xbc\n"},
    {TEXT("the last \xfc"), ENCODING_WINDOWS_1252, "the last \xc3\xbc"},
    {TEXT("\xff\xfe"
          "a\0\xfc\0\n\0"),
     ENCODING_UTF16LE,
     "\xef\xbb\xbf"
     "a\xc3\xbc\n"},
    {TEXT("\xfe\xff\0a\0\xfc\0\n"), ENCODING_UTF16BE,
     "\xef\xbb\xbf"
     "a\xc3\xbc\n"},
    {TEXT("a\0b\0\x3d\xd8\x00\xde"), ENCODING_UTF16LE, "ab\xf0\x9f\x98\x80"},
    {TEXT("\0a\0b\xd8\x3d\xde\x00"), ENCODING_UTF16BE, "ab\xf0\x9f\x98\x80"},
    {TEXT("a\0b\0\x3d\xd8"), ENCODING_UTF16LE, "ab\xef\xbf\xbd"}, /* half a pair */
};

static void read_with(size_t file, size_t piece, size_t room)
{
    struct source source = {files[file].bytes, files[file].len, 0, piece};
    struct decoder decoder;
    char text[64];
    size_t len = 0, got;

    ck_assert(decoder_init(&decoder, bring, &source));
    do {
        ck_assert_uint_lt(len + room, sizeof text);
        ck_assert(decoder_read(&decoder, text + len, room, &got));
        len += got;
    } while (got > 0);
    text[len] = '\0';
    ck_assert_int_eq(decoder.encoding, files[file].encoding);
    ck_assert_str_eq(text, files[file].text);
    ck_assert_uint_eq(source.at, source.len);
    decoder_release(&decoder);
}

START_TEST(every_encoding_in_every_piece)
{
    for (size_t piece = 1; piece < 40; piece += 1 + piece / 4)
        for (size_t room = 4; room < 24; room += 7)
            read_with((size_t)_i, piece, room);
}
END_TEST

START_TEST(a_long_file_is_decided_where_it_stops_being_ascii)
{
    size_t len = 3 * ENCODING_READ_SIZE_BYTES;
    char *bytes = malloc(len);
    struct source source = {bytes, len, 0, len};
    struct decoder decoder;
    char text[1000];
    size_t got, wide = 0, all = 0;

    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'x', len);
    for (size_t at = 2 * ENCODING_READ_SIZE_BYTES; at < len; at += 50)
        bytes[at] = '\xe9';
    ck_assert(decoder_init(&decoder, bring, &source));
    do {
        ck_assert(decoder_read(&decoder, text, sizeof text, &got));
        for (size_t i = 0; i < got; i++)
            wide += text[i] == '\xc3';
        all += got;
    } while (got > 0);
    ck_assert_int_eq(decoder.encoding, ENCODING_WINDOWS_1252);
    ck_assert_uint_eq(wide, (ENCODING_READ_SIZE_BYTES + 49) / 50);
    ck_assert_uint_eq(all, len + wide);
    decoder_release(&decoder);
    free(bytes);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "encoding");

    EACH(tcase, every_encoding_in_every_piece, files);
    TESTS(tcase, a_long_file_is_decided_where_it_stops_being_ascii);
}
