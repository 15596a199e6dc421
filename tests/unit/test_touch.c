/* What looks personal in a dimension, and what does not. */
#include "core/definition/touch.h"
#include "suite.h"

static const char *const personal[] = {
    "kim@acme.example",
    "mail to kim.lee+x@mail.acme.example now",
    "kim%40acme.example",
    "kim%2540acme.example",
    "?email=kim@acme.example&x=1",
    "https://a.example/p?e=kim%40acme.example",
    "j\xc3\xbcrgen@acme.example",
    "+49 351 1234567",
    "+493511234567",
    "%2B49%20351%201234567",
    "tel:+493511234567",
    "?phone=+493511234567&x=1",
    "0351/1234567",
    "(0351) 123 4567",
    "0351-1234567",
    "(555) 123-4567",
    "555-123-4567",
    "1.555.123.4567",
};

START_TEST(is_personal)
{
    ck_assert_msg(dimension_looks_personal(personal[_i]), "%s", personal[_i]);
}
END_TEST

static const char *const impersonal[] = {
    "google",
    "q4-launch",
    "@acme",
    "@acme.example",                  /* a handle */
    "medium.example/@kim.lee/post",   /* of somebody's page */
    "maps.example/@52.5200,13.4050z", /* a place */
    "sale @ 9.99",
    "2 @ 1.5",
    "kim@acme",
    "2026/11/13",
    "2026-11-13",
    "13.11.2026",
    "13/11/2026",
    "2026 11 13",
    "2026-11-13 10:00",
    "01.02.2026",
    "1.200,50",
    "12 000 000",
    "120 000",
    "100% off",
    "100%25",
    "120210123456789012345",
    "23851234567",
    "cid-555-123",
    "2026-11",
    "v1.2.3.4",
    "50% + 20%",
    "24/7",
    "728x90",
    "",
};

START_TEST(is_not_personal)
{
    ck_assert_msg(!dimension_looks_personal(impersonal[_i]), "%s", impersonal[_i]);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "touch");

    EACH(t, is_personal, personal);
    EACH(t, is_not_personal, impersonal);
}
