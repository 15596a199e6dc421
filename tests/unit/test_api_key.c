/* The text of keys and of public ids: one spelling, and nothing else is taken. */
#include "core/setup/api_key.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static const struct uuid acme = {{1, 0x99, 0xc0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};
static const struct uuid key = {
    {1, 0x99, 0xc0, 2, 0, 0, 0x7a, 0xbc, 0x9d, 0xef, 0, 0x11, 0x22, 0x33, 0x44, 0xff}};

START_TEST(base32_is_that_of_the_rfc)
{
    char text[BASE32_LEN(6) + 1];

    base32_encode((const uint8_t *)"foobar", 6, text);
    ck_assert_str_eq(text, "mzxw6ytboi");
    base32_encode((const uint8_t *)"fooba", 5, text);
    ck_assert_str_eq(text, "mzxw6ytb");
    base32_encode((const uint8_t *)"f", 1, text);
    ck_assert_str_eq(text, "my");
}
END_TEST

START_TEST(a_key_reads_back_what_was_written)
{
    const uint8_t random[API_KEY_SECRET_BYTES] = "twenty random bytes";
    struct api_key_text made = {.workspace = acme, .key = key};
    struct api_key_text read;
    char text[API_KEY_TEXT_LEN + 1];

    api_key_secret(random, made.secret);
    api_key_format(&made, text);
    ck_assert_uint_eq(strlen(text), API_KEY_TEXT_LEN);
    ck_assert_int_eq(strncmp(text, "baton_", 6), 0);
    ck_assert(api_key_parse(text, strlen(text), &read));
    ck_assert(uuid_equal(read.workspace, acme));
    ck_assert(uuid_equal(read.key, key));
    ck_assert_str_eq(read.secret, made.secret);
}
END_TEST

static void refused(const char *text)
{
    struct api_key_text read;

    if (api_key_parse(text, strlen(text), &read))
        ck_abort_msg("was taken: %s", text);
}

START_TEST(nothing_but_the_one_spelling_is_a_key)
{
    struct api_key_text made = {.workspace = acme, .key = key};
    char text[API_KEY_TEXT_LEN + 2];

    api_key_secret((const uint8_t *)"twenty random bytes", made.secret);
    refused("");
    refused("baton_");
    for (size_t at = 0; at < API_KEY_TEXT_LEN; at++) { /* a character that is none */
        api_key_format(&made, text);
        text[at] = '!';
        refused(text);
    }
    api_key_format(&made, text);
    text[API_KEY_TEXT_LEN - 1] = 'B'; /* upper case */
    refused(text);
    api_key_format(&made, text);
    text[6 + PUBLIC_ID_LEN - 1] = 'b'; /* bits beyond the last byte */
    refused(text);
    api_key_format(&made, text);
    text[API_KEY_TEXT_LEN] = 'a'; /* too long */
    text[API_KEY_TEXT_LEN + 1] = '\0';
    refused(text);
}
END_TEST

START_TEST(a_secret_fits_its_own_key_alone)
{
    struct api_key stored = {.id = key};

    api_key_hash("mzxw6ytboimzxw6ytboimzxw6ytboixx", stored.secret_hash);
    ck_assert(api_key_fits(&stored, "mzxw6ytboimzxw6ytboimzxw6ytboixx"));
    ck_assert(!api_key_fits(&stored, "mzxw6ytboimzxw6ytboimzxw6ytboixy"));
    ck_assert(!api_key_fits(&stored, ""));
}
END_TEST

START_TEST(a_repeat_makes_the_same_secret_and_nobody_else_does)
{
    struct config config = {.workspace = acme, .secret = "secret of the workspace"};
    struct config other = {.workspace = acme, .secret = "secret of another one"};
    char first[API_KEY_SECRET_LEN + 1];
    char again[API_KEY_SECRET_LEN + 1];

    api_key_secret_again(&config, key, "k-1", first);
    api_key_secret_again(&config, key, "k-1", again);
    ck_assert_str_eq(first, again);
    api_key_secret_again(&config, key, "k-2", again);
    ck_assert_str_ne(first, again);
    api_key_secret_again(&config, acme, "k-1", again);
    ck_assert_str_ne(first, again);
    api_key_secret_again(&other, key, "k-1", again);
    ck_assert_str_ne(first, again);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "text");

    TESTS(tests, base32_is_that_of_the_rfc, a_key_reads_back_what_was_written,
          nothing_but_the_one_spelling_is_a_key, a_secret_fits_its_own_key_alone,
          a_repeat_makes_the_same_secret_and_nobody_else_does);
}
