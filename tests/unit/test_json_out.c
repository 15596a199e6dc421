/* What is written as JSON is read again by jansson as what it was. */
#include "base/json_out.h"

#include "suite.h"

#include <jansson.h>
#include <string.h>

#define TEXT_BYTES 21

static struct arena *arena;
static struct json_out out;

static void setup(void)
{
    arena = arena_new(1u << 20);
    ck_assert_ptr_nonnull(arena);
    json_out_init(&out, arena, 4096);
}

static void teardown(void)
{
    arena_free(arena);
}

static void check_read_again(const char *text)
{
    json_error_t error;

    json_out_clear(&out);
    json_out_begin_object(&out);
    json_out_member_text(&out, text, text);
    json_out_end_object(&out);
    json_t *read = json_loadb(out.written.text, out.written.len, 0, &error);
    ck_assert_msg(read != NULL, "%s: %s", out.written.text, error.text);
    ck_assert_uint_eq(json_object_size(read), 1);
    ck_assert_str_eq(json_string_value(json_object_get(read, text)), text);
    json_decref(read);
}

/* Eight bytes are looked at at a time, so each byte stands once at each place of two such words and
 * of what is left, alone and with others like it. */
START_TEST(every_byte_at_every_place)
{
    char text[TEXT_BYTES + 1];

    for (size_t len = 1; len <= TEXT_BYTES; len++) {
        for (size_t at = 0; at < len; at++) {
            memset(text, 'a', len);
            text[len] = '\0';
            text[at] = (char)_i;
            check_read_again(text);
            memset(text + at, _i, len - at);
            check_read_again(text);
        }
    }
}
END_TEST

START_TEST(two_byte_characters_stay)
{
    check_read_again("Stra\xc3\x9f"
                     "e, \xc3\xa9\xc3\xa8\xc3\xaa, \xf0\x9f\x8e\xb7\xf0\x9f\x8e\xb7");
    ck_assert_ptr_nonnull(strstr(out.written.text, "\"Stra\xc3\x9f"
                                                   "e, "));
}
END_TEST

START_TEST(each_kind_of_value_has_its_comma)
{
    json_out_begin_array(&out);
    json_out_int(&out, -12);
    json_out_text(&out, "a\nb");
    json_out_hex(&out, (const uint8_t *)"\x0f\xa0", 2);
    json_out_uuid(&out, (struct uuid){{1}});
    json_out_null(&out);
    json_out_begin_object(&out);
    json_out_member_int(&out, "\"", 9223372036854775807);
    json_out_member_bool(&out, "b", true);
    json_out_end_object(&out);
    json_out_end_array(&out);
    ck_assert_str_eq(out.written.text,
                     "[-12,\"a\\nb\",\"0fa0\",\"01000000-0000-0000-0000-000000000000\",null,"
                     "{\"\\\"\":9223372036854775807,\"b\":true}]");
}
END_TEST

/* A cap is met to the byte, whatever is written last. */
START_TEST(what_fits_its_cap_exactly_is_written)
{
    struct json_out exact;

    json_out_init(&exact, arena, 13);
    json_out_begin_array(&exact);
    json_out_int(&exact, 12);
    json_out_text(&exact, "abcd");
    json_out_int(&exact, 7);
    json_out_end_array(&exact);
    ck_assert_str_eq(exact.written.text, "[12,\"abcd\",7]");
    ck_assert(!arena_failed(arena));
    json_out_null(&exact);
    ck_assert(arena_failed(arena));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "json_out");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, every_byte_at_every_place, 1, 128);
    TESTS(tcase, two_byte_characters_stay, each_kind_of_value_has_its_comma,
          what_fits_its_cap_exactly_is_written);
}
