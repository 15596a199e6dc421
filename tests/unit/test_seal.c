/* Sealed values: what was sealed opens at its place, under its key, unaltered, and not else. */
#include "base/seal.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define SECRET     "hunter2 hunter2 hunter2"
#define SECRET_LEN (sizeof SECRET - 1)

static const struct uuid WORKSPACE = {{1, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};
static const struct uuid SOURCE = {{1, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 2}};

#define WHOLE(array) ((struct seal_bytes){array, sizeof(array)})

static struct seal_key key_of(uint8_t first)
{
    uint8_t bytes[SEAL_KEY_BYTES];
    struct seal_key key;

    for (int i = 0; i < SEAL_KEY_BYTES; i++)
        bytes[i] = (uint8_t)(first + i);
    seal_key_set(&key, bytes);
    return key;
}

static struct seal_place place(void)
{
    return (struct seal_place){WORKSPACE, SOURCE, "source_secret"};
}

static void seal(uint8_t out[SEALED_BYTES(SECRET_LEN)])
{
    struct seal_key key = key_of(0);
    struct seal_place at = place();
    uint8_t nonce[SEAL_NONCE_BYTES];

    for (int i = 0; i < SEAL_NONCE_BYTES; i++)
        nonce[i] = (uint8_t)(0xa0 + i);
    ck_assert_int_eq(seal_close(&key, &at, nonce, (struct seal_bytes){SECRET, SECRET_LEN}, out),
                     SEAL_DONE);
}

/* Computed with Node's crypto module from the words of seal.h. */
START_TEST(the_envelope_is_what_the_header_says)
{
    uint8_t sealed[SEALED_BYTES(SECRET_LEN)];
    char hex[2 * sizeof sealed + 1];

    seal(sealed);
    for (size_t i = 0; i < sizeof sealed; i++)
        snprintf(hex + 2 * i, 3, "%02x", sealed[i]);
    ck_assert_str_eq(hex, "015ff1dd3b1ec04f3ea0a1a2a3a4a5a6a7a8a9aaab8e6d125920b9309f0a10e9a76208f2"
                          "fe18d93764f7c57035c4415af2ff708a52216e30b36103a1");
}
END_TEST

START_TEST(it_opens_at_its_place)
{
    uint8_t sealed[SEALED_BYTES(SECRET_LEN)];
    uint8_t clear[SECRET_LEN];
    struct seal_key key = key_of(0);
    struct seal_place at = place();

    seal(sealed);
    ck_assert_mem_eq(seal_key_id(WHOLE(sealed)), key.id, SEAL_KEY_ID_BYTES);
    ck_assert_int_eq(seal_open(&key, &at, WHOLE(sealed), clear), SEAL_DONE);
    ck_assert_mem_eq(clear, SECRET, SECRET_LEN);
}
END_TEST

static const struct seal_place elsewhere[] = {
    {{{1}}, {{1, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 2}}, "source_secret"},
    {{{1, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}}, {{2}}, "source_secret"},
    {{{1, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}},
     {{1, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 2}},
     "source_previous_secret"},
    {{{1, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}},
     {{1, 0x99, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 2}},
     ""},
};

START_TEST(it_opens_nowhere_else)
{
    static const uint8_t nothing[SECRET_LEN];
    uint8_t sealed[SEALED_BYTES(SECRET_LEN)];
    uint8_t clear[SECRET_LEN];
    struct seal_key key = key_of(0);

    seal(sealed);
    ck_assert_int_eq(seal_open(&key, &elsewhere[_i], WHOLE(sealed), clear), SEAL_BROKEN);
    ck_assert_mem_eq(clear, nothing, SECRET_LEN);
}
END_TEST

START_TEST(another_key_is_named_as_missing)
{
    uint8_t sealed[SEALED_BYTES(SECRET_LEN)];
    uint8_t clear[SECRET_LEN];
    struct seal_key key = key_of(1);
    struct seal_place at = place();

    seal(sealed);
    ck_assert_int_eq(seal_open(&key, &at, WHOLE(sealed), clear), SEAL_NO_KEY);
}
END_TEST

START_TEST(no_bit_can_be_altered)
{
    uint8_t sealed[SEALED_BYTES(SECRET_LEN)];
    uint8_t clear[SECRET_LEN];
    struct seal_key key = key_of(0);
    struct seal_place at = place();

    for (size_t bit = 0; bit < 8 * sizeof sealed; bit++) {
        seal(sealed);
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_msg(seal_open(&key, &at, WHOLE(sealed), clear) != SEAL_DONE, "bit %zu", bit);
    }
}
END_TEST

START_TEST(what_is_cut_does_not_open)
{
    uint8_t sealed[SEALED_BYTES(SECRET_LEN)];
    uint8_t clear[SECRET_LEN];
    struct seal_key key = key_of(0);
    struct seal_place at = place();

    seal(sealed);
    for (size_t len = 0; len < sizeof sealed; len++)
        ck_assert_int_eq(seal_open(&key, &at, (struct seal_bytes){sealed, len}, clear),
                         SEAL_BROKEN);
    ck_assert_ptr_null(seal_key_id((struct seal_bytes){NULL, 0}));
    ck_assert_ptr_null(seal_key_id((struct seal_bytes){sealed, SEALED_BYTES(0) - 1}));
}
END_TEST

START_TEST(nothing_can_be_sealed_too)
{
    uint8_t sealed[SEALED_BYTES(0)];
    uint8_t clear[SEAL_NONCE_BYTES] = {7};
    struct seal_key key = key_of(0);
    struct seal_place at = place();

    ck_assert_int_eq(seal_close(&key, &at, clear, (struct seal_bytes){"", 0}, sealed), SEAL_DONE);
    ck_assert_int_eq(seal_open(&key, &at, WHOLE(sealed), clear), SEAL_DONE);
    ck_assert_int_eq(clear[0], 7);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "seal");

    TESTS(tests, the_envelope_is_what_the_header_says, it_opens_at_its_place);
    EACH(tests, it_opens_nowhere_else, elsewhere);
    TESTS(tests, another_key_is_named_as_missing, no_bit_can_be_altered, what_is_cut_does_not_open,
          nothing_can_be_sealed_too);
}
