/* One spelling for one mailbox, and what its domain says. */
#include "base/email.h"
#include "suite.h"

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
    {"kim@XN--Bcher-KVA.example", "kim@xn--bcher-kva.example"},
    {"J\xc3\x9cRGEN@acme.example", "j\xc3\xbcrgen@acme.example"},
    {"Ju\xcc\x88rgen@acme.example", "j\xc3\xbcrgen@acme.example"}, /* NFD */
    {"JU\xcc\x88RGEN@acme.example", "j\xc3\xbcrgen@acme.example"},
    {"j\xe2\x80\x8bu\xe2\x80\x8b\xcc\x88rgen@acme.example", "j\xc3\xbcrgen@acme.example"},
    {"\xe2\x80\x8bkim@acme.example", "kim@acme.example"}, /* zero-width space */
    {"kim@acme.example\xc2\xa0", "kim@acme.example"},     /* no-break space */
    {"kim\xc2\xa0@\xe2\x80\xaf"                           /* beside the sign, too */
     "acme.example",
     "kim@acme.example"},
    {"kim @acme.example", "kim@acme.example"},
    {"\xe3\x80\x80kim@acme.example ", "kim@acme.example"},            /* ideographic space */
    {"\xef\xbb\xbfkim@acme.example", "kim@acme.example"},             /* byte-order mark */
    {"\xe2\x80\xaakim@acme\xe2\x80\xac.example", "kim@acme.example"}, /* LRE, PDF */
    {"ki\xc2\xadm@ac\xc2\xadme.example", "kim@acme.example"},         /* soft hyphen */
    {"kim@acme\xe3\x80\x82"
     "example",
     "kim@acme.example"}, /* ideographic full stop */
    {"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd@\xd0\xbf\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0.\xd1\x80\xd1\x84",
     "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd@xn--80a1acny.xn--p1ai"},
};

START_TEST(one_spelling)
{
    const char *email = NULL;

    ck_assert_int_eq(email_normalize(spellings[_i].given, arena, &email), ERR_NONE);
    ck_assert_str_eq(email, spellings[_i].wanted);
}
END_TEST

/* As mail programs and forms have them. */
static const struct {
    const char *given;
    const char *wanted;
} found[] = {
    {"kim@acme.example", "kim@acme.example"},
    {" Kim Lee <Kim@ACME.example> ", "kim@acme.example"},
    {"<kim@acme.example>", "kim@acme.example"},
    {"kim@acme.example (Kim Lee)", "kim@acme.example"},
    {"\"Lee, Kim; \\\"K\\\"\" <kim@acme.example>", "kim@acme.example"},
    {"Lee, Kim <kim@acme.example>", "kim@acme.example"},
    {"mailto:kim@acme.example", "kim@acme.example"},
    {"MAILTO:kim%40acme.example?subject=a,b", "kim@acme.example"},
    {"<mailto:kim+x@acme.example?cc=bo@b.example>", "kim+x@acme.example"},
    {"kim@acme.example, bo@acme.example", "kim@acme.example"},
    {"kim@acme.example;bo@acme.example", "kim@acme.example"},
    {"Kim <kim@acme.example>, Bo <bo@acme.example>", "kim@acme.example"},
    {"undisclosed; kim@acme.example", "kim@acme.example"},
    {"J\xc3\xbcrgen <J\xc3\x9cRGEN@acme.example>", "j\xc3\xbcrgen@acme.example"},
    {"kim@acme.example\xc2\xa0,", "kim@acme.example"},
    {"kim@acme.example lou@acme.example", "kim@acme.example"}, /* two in a cell */
    {"kim@acme.example\nlou@acme.example", "kim@acme.example"},
    {"kim@acme.example / lou@acme.example", "kim@acme.example"},
};

START_TEST(an_address_in_what_a_sender_wrote)
{
    const char *email = NULL;

    ck_assert_int_eq(email_find(found[_i].given, arena, &email), ERR_NONE);
    ck_assert_str_eq(email, found[_i].wanted);
}
END_TEST

static const char *const nothing[] = {"",
                                      "Kim Lee",
                                      "Kim <kim>",
                                      "mailto:",
                                      "mailto:%zz@acme.example",
                                      "kim bo@acme.example",
                                      "kim@@acme.example, bo@acme.example",
                                      "Kim <kim@acme.example",
                                      "\xff@acme.example",
                                      ",;,"};

START_TEST(no_address_in_it)
{
    const char *email = NULL;

    ck_assert_int_eq(email_find(nothing[_i], arena, &email), ERR_INVALID_VALUE);
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
    "kim\xc2\xa0"
    "bo@acme.example",
    "kim.@acme.example",
    ".kim@acme.example",
    "k..im@acme.example",
    "kim@acme.example, bo@acme.example",
    "kim<kim@acme.example>",
    "kim@ac_me.example",
    "\xc3\x28@acme.example",
    "kim@\xe2\x80\x8b.example",
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

static const struct {
    const char *text;
    const char *why; /* in it */
} reasons[] = {
    {"kim at acme", "no @"},     {"@acme.example", "nothing stands before"},
    {"kim@acme", "no dot"},      {"kim lee@acme.example", "before the @ has a character"},
    {"kim@.acme.", "no domain"},
};

START_TEST(why_it_is_none)
{
    ck_assert_msg(strstr(email_why(reasons[_i].text), reasons[_i].why) != NULL, "%s",
                  email_why(reasons[_i].text));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "email");

    tcase_add_checked_fixture(tcase, setup, teardown);
    EACH(tcase, one_spelling, spellings);
    EACH(tcase, an_address_in_what_a_sender_wrote, found);
    EACH(tcase, no_address_in_it, nothing);
    EACH(tcase, why_it_is_none, reasons);
    EACH(tcase, no_address, wrong);
    TESTS(tcase, too_long, what_a_domain_tells);
}
