/* One spelling for one mailbox, and what its domain tells. */
#include "base/email.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void setup(void)
{
    arena = arena_new(1 << 20);
}

static void teardown(void)
{
    arena_free(arena);
}

static const struct {
    const char *given;
    const char *wanted;
} spellings[] = {
    {"kim@acme.example", "kim@acme.example"},
    {"  Kim@ACME.example\n", "kim@acme.example"},
    {"kim+news@acme.example", "kim+news@acme.example"},
    {"o'brien.x@mail.acme.co.uk", "o'brien.x@mail.acme.co.uk"},
    {"kim@B\xc3\xbc"
     "cher.example",
     "kim@xn--bcher-kva.example"},
    {"kim@xn--bcher-kva.example", "kim@xn--bcher-kva.example"},
    {"kim@stra\xc3\x9f"
     "e.example",
     "kim@xn--strae-oqa.example"}, /* IDNA 2008 keeps the sharp s */
};

START_TEST(one_spelling)
{
    const char *email = NULL;

    ck_assert_int_eq(email_normalize(spellings[_i].given, arena, &email), ERR_NONE);
    ck_assert_str_eq(email, spellings[_i].wanted);
}
END_TEST

static const char *const wrong[] = {
    "",
    "kim",
    "@acme.example",
    "kim@",
    "kim@acme",
    "kim@@acme.example",
    "kim@acme..example",
    "kim@.acme.example",
    "kim@-acme.example",
    "kim@acme.example.",
    "kim bo@acme.example",
    "kim.@acme.example",
    ".kim@acme.example",
    "k..im@acme.example",
    "kim@acme.example, bo@acme.example",
    "kim<kim@acme.example>",
    "kim@ac_me.example",
    "a23456789012345678901234567890123456789012345678901234567890abcde@acme.example",
};

START_TEST(no_address)
{
    const char *email = NULL;

    ck_assert_int_eq(email_normalize(wrong[_i], arena, &email), ERR_INVALID_VALUE);
}
END_TEST

START_TEST(too_long)
{
    char text[EMAIL_MAX_BYTES + 64];
    const char *email = NULL;

    memset(text, 'a', sizeof text);
    for (size_t i = 10; i < sizeof text; i += 20)
        text[i] = '.';
    memcpy(text, "kim@", 4);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(email_normalize(text, arena, &email), ERR_INVALID_VALUE);
}
END_TEST

START_TEST(what_a_domain_tells)
{
    ck_assert_str_eq(email_domain("kim@acme.example"), "acme.example");
    ck_assert_int_eq(email_is_free_mail("gmail.com"), true);
    ck_assert_int_eq(email_is_free_mail("126.com"), true);
    ck_assert_int_eq(email_is_free_mail("zoho.com"), true);
    ck_assert_int_eq(email_is_free_mail("acme.example"), false);
    ck_assert_int_eq(email_is_free_mail("mygmail.com"), false);
    ck_assert_str_eq(email_company_domain("mail.acme.co.uk", arena), "acme.co.uk");
    ck_assert_str_eq(email_company_domain("acme.com", arena), "acme.com");
    ck_assert_str_eq(email_company_domain("eu.mail.acme.com.br", arena), "acme.com.br");
    ck_assert_ptr_null(email_company_domain("co.uk", arena));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("email");
    TCase *tcase = tcase_create("email");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, one_spelling, 0, sizeof spellings / sizeof *spellings);
    tcase_add_loop_test(tcase, no_address, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tcase, too_long);
    tcase_add_test(tcase, what_a_domain_tells);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
