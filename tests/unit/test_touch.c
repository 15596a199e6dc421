/* What looks personal in a dimension, and what does not; what the address of a page says. */
#include "core/definition/touch.h"
#include "core/lead/touch_page.h"
#include "suite.h"

#include <string.h>

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
    /* written so that no program finds it */
    "kim (at) acme.example",
    "kim[at]acme[dot]example",
    "kim { AT } acme (dot) example",
    "kim at acme dot example",
    "kim&#64;acme.example",
    "kim&commat;acme&period;example",
    /* in full width, other digits, other marks */
    "kim\xef\xbc\xa0"
    "acme.example",
    "kim%EF%BC%A0acme.example",
    "kim\xef\xbc\x85"
    "40acme.example",
    "kim\xe2\x80\x8b@acme.example",
    "\xef\xbc\x8b\xef\xbc\x94\xef\xbc\x99 351 1234567",
    "+\xd9\xa4\xd9\xa9 \xd9\xa3\xd9\xa5\xd9\xa1 \xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5",
    "\xe0\xa5\xa6\xe0\xa5\xa9\xe0\xa5\xab\xe0\xa5\xa7/1234567",
    "+49\xc2\xa0"
    "351\xe2\x80\x93"
    "1234567",
    "0351\xc2\xb7"
    "1234567",
    "+49_351_1234567",
    "+49,351,1234567",
    "00493511234567",
    "0049 351 1234567",
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
    "2025/2026",
    "11/2026 - 01/2027",
    "10:30-12:45 2026-11-13",
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
    "Meet us at the fair",
    "meet us at fair.example", /* a place, in a sentence */
    "connect the dot at once",
    "(at) home",
    "save 10 (dot) com",
    "0012345678", /* filled up */
    "000000000123456",
    "1,200,300",
    "2026_11_13",
    "20_000_000",
    "a*b*c",
    "\xe6\x98\xa5\xe3\x81\xae\xe3\x82\xbb\xe3\x83\xbc\xe3\x83\xab 2026\xe5\xb9\xb4",
    "",
};

START_TEST(is_not_personal)
{
    ck_assert_msg(!dimension_looks_personal(impersonal[_i]), "%s", impersonal[_i]);
}
END_TEST

/* ---- addresses ---- */

#define SAYS(channel, source, medium, campaign, content, term)                                     \
    {                                                                                              \
        [DIMENSION_CHANNEL] = (channel), [DIMENSION_SOURCE] = (source),                            \
        [DIMENSION_MEDIUM] = (medium), [DIMENSION_CAMPAIGN] = (campaign),                          \
        [DIMENSION_CONTENT] = (content), [DIMENSION_TERM] = (term)                                 \
    }

static const struct {
    const char *url;
    const char *given[DIMENSION_COUNT];
    const char *said[DIMENSION_COUNT];
} pages[] = {
    {"https://acme.example/p", {0}, {0}},
    {"https://acme.example/p?utm_source=news&utm_medium=email&utm_campaign=q4%20launch"
     "&utm_content=top&utm_term=crm+for+teams",
     {0},
     SAYS(NULL, "news", "email", "q4 launch", "top", "crm for teams")},
    {"utm_source=news&UTM_Medium=email", {0}, SAYS(NULL, "news", "email", NULL, NULL, NULL)},
    {"https://acme.example/p?a=1#utm_source=news", {0}, SAYS(NULL, "news", NULL, NULL, NULL, NULL)},
    {"/p?utm_source=news&utm_source=other", {0}, SAYS(NULL, "news", NULL, NULL, NULL, NULL)},
    {"/p?utm_source=&utm_medium", {0}, {0}},
    {"/p?utm_source=%00x&utm_medium=%zz", {0}, {0}},
    {"/p?utm_source=kim%40acme.example",
     {0},
     SAYS(NULL, DIMENSION_PERSONAL, NULL, NULL, NULL, NULL)},
    {"/p?xutm_source=news&utm_sourcex=news", {0}, {0}},
    /* what was given says more */
    {"/p?utm_source=news&utm_medium=email", SAYS("web", "partner", NULL, NULL, NULL, NULL),
     SAYS("web", "partner", "email", NULL, NULL, NULL)},
    /* clicks */
    {"/p?gclid=Cj0K", {0}, SAYS("paid search", "google", "cpc", NULL, NULL, NULL)},
    {"/p?gbraid=Cj0K", {0}, SAYS("paid search", "google", "cpc", NULL, NULL, NULL)},
    {"/p?wbraid=Cj0K", {0}, SAYS("paid search", "google", "cpc", NULL, NULL, NULL)},
    {"/p?msclkid=x", {0}, SAYS("paid search", "bing", "cpc", NULL, NULL, NULL)},
    {"/p?li_fat_id=x", {0}, SAYS("paid social", "linkedin", "cpc", NULL, NULL, NULL)},
    {"/p?ttclid=x", {0}, SAYS("paid social", "tiktok", "cpc", NULL, NULL, NULL)},
    {"/p?fbclid=x", {0}, SAYS("social", "facebook", "social", NULL, NULL, NULL)},
    {"/p?fbclid=x&gclid=y", {0}, SAYS("paid search", "google", "cpc", NULL, NULL, NULL)},
    {"/p?gclid=", {0}, {0}},
    /* unless something else says where it came from */
    {"/p?gclid=x&utm_source=news&utm_medium=email",
     {0},
     SAYS(NULL, "news", "email", NULL, NULL, NULL)},
    {"/p?gclid=x&utm_source=news", {0}, SAYS(NULL, "news", NULL, NULL, NULL, NULL)},
    {"/p?gclid=x&utm_source=Google&utm_term=crm",
     {0},
     SAYS("paid search", "Google", "cpc", NULL, NULL, "crm")},
    {"/p?gclid=x", SAYS("display", NULL, NULL, NULL, NULL, NULL),
     SAYS("display", "google", "cpc", NULL, NULL, NULL)},
};

START_TEST(address_says)
{
    struct arena *arena = arena_new(65536);
    const char *values[DIMENSION_COUNT];

    memcpy(values, pages[_i].given, sizeof values);
    touch_page_read(pages[_i].url, arena, values);
    for (int i = 0; i < DIMENSION_COUNT; i++)
        ck_assert_pstr_eq(values[i], pages[_i].said[i]);
    arena_free(arena);
}
END_TEST

START_TEST(too_long_says_nothing)
{
    struct arena *arena = arena_new(65536);
    const char *values[DIMENSION_COUNT] = {0};
    char url[DIMENSION_VALUE_MAX_BYTES + 20];

    snprintf(url, sizeof url, "utm_term=%0*d", DIMENSION_VALUE_MAX_BYTES, 1);
    touch_page_read(url, arena, values);
    ck_assert_uint_eq(strlen(values[DIMENSION_TERM]), DIMENSION_VALUE_MAX_BYTES);
    values[DIMENSION_TERM] = NULL;
    snprintf(url, sizeof url, "utm_term=%0*d", DIMENSION_VALUE_MAX_BYTES + 1, 1);
    touch_page_read(url, arena, values);
    ck_assert_ptr_null(values[DIMENSION_TERM]);
    arena_free(arena);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "touch");

    EACH(t, is_personal, personal);
    EACH(t, is_not_personal, impersonal);
    EACH(t, address_says, pages);
    tcase_add_test(t, too_long_says_nothing);
}
