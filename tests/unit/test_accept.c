/* Which representation an Accept header asks for. */
#include "http/accept.h"
#include "suite.h"

#include <stdlib.h>

static const char *const offered[] = {"application/json", "text/html", "text/markdown"};

static const struct {
    const char *accept;
    int chosen;
} headers[] = {
    {NULL, 0},
    {"", 0},
    {"*/*", 0},
    {"application/json", 0},
    {"text/markdown", 2},
    {"TEXT/HTML", 1},
    {"text/*", 1},
    {"text/*;q=0.5, text/markdown", 2},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 1},
    {"text/html;q=0.2, application/json;q=0.3", 0},
    {"text/html;level=1;q=0.4,text/markdown;q=0.39", 1},
    {"application/json;q=0", -1},
    {"application/json;q=0, */*;q=0.1", 1},
    {"image/png", -1},
    {"image/png, */*;q=0.001", 0},
    {"text", -1},
    {"text/htm", -1},
    {"text/html;q=2", -1},
    {",,;", -1},
    {"text/html;q", 1},
};

START_TEST(the_best_of_what_is_offered)
{
    ck_assert_int_eq(accept_choose(headers[_i].accept, offered, 3), headers[_i].chosen);
}
END_TEST

static const struct {
    const char *accept;
    bool gzip;
} codings[] = {
    {NULL, false},
    {"", false},
    {"gzip", true},
    {"GZIP", true},
    {"x-gzip", true},
    {"gzip, deflate, br", true},
    {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
    {"*", true},
    {"*;q=0", false},
    {"gzip;q=0", false},
    {"gzip;q=0, *", false},
    {"gzip;q=0.001", true},
    {"gzip;q=0.5, identity", false},
    {"identity;q=0.5, gzip;q=1.0", true},
    {"identity;q=0, gzip;q=0.1", true},
    {"identity", false},
    {"identity, *;q=0.5", false},
    {"deflate, br", false},
    {"gzipped", false},
    {"gzip;q=2", false},
    {" gzip ; q=0.3 ,identity;q=0.2", true},
};

START_TEST(gzip_is_sent_to_whoever_takes_it)
{
    ck_assert_msg(accept_gzip(codings[_i].accept) == codings[_i].gzip, "Accept-Encoding: %s",
                  codings[_i].accept);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "headers");

    EACH(tests, the_best_of_what_is_offered, headers);
    EACH(tests, gzip_is_sent_to_whoever_takes_it, codings);
}
