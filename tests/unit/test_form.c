/* Forms: what their fields say. */
#include "base/arena.h"
#include "base/form.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *wanted; /* NULL: no form */
    const char *why;
} bodies[] = {
    {"", "{}", ""},
    {"&&", "{}", ""},
    {"a=1&b=two", "{\"a\":\"1\",\"b\":\"two\"}", ""},
    {"a=1+2%2B3", "{\"a\":\"1 2+3\"}", ""},
    {"a=%c3%A4", "{\"a\":\"\xc3\xa4\"}", ""},
    {"a%5Bb%5D=x=y", "{\"a[b]\":\"x=y\"}", ""},
    {"a&b=", "{\"a\":\"\",\"b\":\"\"}", ""},
    {"=x", "{\"\":\"x\"}", ""},
    {"a=1&a=2&a=3", "{\"a\":[\"1\",\"2\",\"3\"]}", ""},
    {"a=%", NULL, "Field 1: a % is not followed by two hex digits"},
    {"a=%4", NULL, "Field 1: a % is not"},
    {"b=1&&a=%zz", NULL, "Field 2: a % is not"},
    {"a=%00", NULL, "Field 1: it holds a NUL"},
    {"a=M%FCller", "{\"a\":\"M\xc3\xbcller\"}", ""}, /* as an old page sends it */
    {"a=\xe9&b=%C3%A9", "{\"a\":\"\xc3\xa9\",\"b\":\"\xc3\xa9\"}", ""},
    {"%80=a", "{\"\xe2\x82\xac\":\"a\"}", ""},
};

START_TEST(a_form_is_an_object_of_texts)
{
    json_t *form;

    char why[FORM_WHY_MAX_BYTES];
    bool converted;
    struct arena *arena = arena_new(1 << 20);

    enum err err =
        form_parse(bodies[_i].text, strlen(bodies[_i].text), arena, &form, &converted, why);
    arena_free(arena);
    ck_assert_int_eq(err, bodies[_i].wanted == NULL ? ERR_MALFORMED_JSON : ERR_NONE);
    if (bodies[_i].wanted == NULL) {
        ck_assert_ptr_null(form);
        ck_assert_msg(strstr(why, bodies[_i].why) == why, "%s: %s", bodies[_i].text, why);
        return;
    }
    char *text = json_dumps(form, JSON_COMPACT);
    ck_assert_str_eq(text, bodies[_i].wanted);
    free(text);
    json_decref(form);
}
END_TEST

START_TEST(too_many_fields_are_no_form)
{
    char text[2 * (FORM_FIELDS_MAX + 1) + 1];
    char why[FORM_WHY_MAX_BYTES];
    json_t *form;
    bool converted;
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i <= FORM_FIELDS_MAX; i++)
        memcpy(text + 2 * i, "a&", 2);
    ck_assert_int_eq(form_parse(text, 2 * (FORM_FIELDS_MAX + 1), arena, &form, &converted, why),
                     ERR_MALFORMED_JSON);
    ck_assert_str_eq(why, "It has more than 1000 fields");
    ck_assert_int_eq(form_parse(text, 2 * FORM_FIELDS_MAX, arena, &form, &converted, why),
                     ERR_NONE);
    ck_assert(!converted);
    ck_assert_uint_eq(json_array_size(json_object_get(form, "a")), FORM_FIELDS_MAX);
    json_decref(form);
    arena_free(arena);
}
END_TEST

START_TEST(the_type_of_a_form)
{
    ck_assert(form_is_type("application/x-www-form-urlencoded"));
    ck_assert(form_is_type("Application/X-WWW-Form-Urlencoded; charset=utf-8"));
    ck_assert(!form_is_type("application/x-www-form-urlencoded-not"));
    ck_assert(!form_is_type("application/json"));
    ck_assert(!form_is_type(NULL));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "form");

    EACH(t, a_form_is_an_object_of_texts, bodies);
    TESTS(t, too_many_fields_are_no_form, the_type_of_a_form);
}
