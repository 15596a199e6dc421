/* Bytes as texts: hexadecimal and base64, the vectors of RFC 4648 section 10, and one text for one
 * value. */
#include "base/base64.h"
#include "base/hex.h"
#include "suite.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *bytes, *hex, *base64, *base64url;
} vectors[] = {
    {"", "", "", ""},
    {"f", "66", "Zg==", "Zg"},
    {"fo", "666f", "Zm8=", "Zm8"},
    {"foo", "666f6f", "Zm9v", "Zm9v"},
    {"foob", "666f6f62", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "666f6f6261", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "666f6f626172", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "fbfffe", "+//+", "-__-"},
};

START_TEST(each_is_written_and_read)
{
    const char *bytes = vectors[_i].bytes;
    size_t len = strlen(bytes), got;
    char out[32], back[32] = "";

    hex_encode(bytes, len, out);
    ck_assert_str_eq(out, vectors[_i].hex);
    ck_assert(hex_decode_lower(out, 2 * len, back, len));
    ck_assert_mem_eq(back, bytes, len);
    base64_encode(bytes, len, out);
    ck_assert_str_eq(out, vectors[_i].base64);
    ck_assert_uint_eq(strlen(out), BASE64_LEN(len));
    ck_assert_uint_eq(base64url_encode(bytes, len, out), strlen(vectors[_i].base64url));
    ck_assert_str_eq(out, vectors[_i].base64url);
    ck_assert_int_eq(base64url_decode(out, strlen(out), back, &got), len > 0);
    if (len > 0)
        ck_assert_uint_eq(got, len);
    ck_assert_mem_eq(back, bytes, len);
}
END_TEST

START_TEST(one_text_for_one_value)
{
    static const char *const others[] = {"Zg==", "Zh",   "Zm9v\n", " Zm9v", "Zm9",  "Z",
                                         "Zm+v", "Zm/v", "Zm9v=",  "",      "Zm 9v"};
    char out[32];
    size_t len;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (base64url_decode(others[i], strlen(others[i]), out, &len))
            ck_abort_msg("%s was read", others[i]);
}
END_TEST

START_TEST(what_is_no_hexadecimal)
{
    uint8_t out[2];

    ck_assert(hex_decode("aBCd", 4, out, 2));
    ck_assert_int_eq(out[1], 0xcd);
    ck_assert(!hex_decode_lower("aBCd", 4, out, 2));
    ck_assert(!hex_decode("abc", 3, out, 2));
    ck_assert(!hex_decode("abcde", 5, out, 2));
    ck_assert(!hex_decode("abcg", 4, out, 2));
    ck_assert(!hex_decode("ab:d", 4, out, 2));
    for (int c = -128; c < 128; c++)
        ck_assert_int_eq(hex_digit((char)c) >= 0,
                         c != 0 && strchr("0123456789abcdefABCDEF", c) != NULL);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "hex");

    EACH(tcase, each_is_written_and_read, vectors);
    TESTS(tcase, one_text_for_one_value, what_is_no_hexadecimal);
}
