/* Origins whose pages may read the answers: which lists are lists, and who is on one. */
#include "http/cors.h"
#include "suite.h"

#include <stdlib.h>

static const struct {
    const char *list;
    bool fine;
} lists[] = {
    {"", true},
    {"https://board.example", true},
    {"https://board.example, http://localhost:3000", true},
    {"http://[::1]:3000,http://127.0.0.1", true},
    {"*", false},
    {"null", false},
    {"https://*.example", false},
    {"https://board.example/", false},
    {"https://board.example/path", false},
    {"https://Board.example", false},
    {"board.example", false},
    {"ftp://board.example", false},
    {"https://", false},
    {"https://a:", false},
    {"https://a:123456", false},
    {"https://a b", false},
    {"https://a,,https://b", false},
    {"https://u@a", false},
    {"http://[::1", false},
};

START_TEST(what_is_a_list_of_origins)
{
    ck_assert_msg(cors_list_is_fine(lists[_i].list) == lists[_i].fine, "%s", lists[_i].list);
}
END_TEST

START_TEST(who_is_on_it)
{
    const char *list = "https://board.example, http://localhost:3000";

    ck_assert(cors_allows(list, "https://board.example"));
    ck_assert(cors_allows(list, "http://localhost:3000"));
    ck_assert(!cors_allows(list, "http://board.example"));
    ck_assert(!cors_allows(list, "https://board.example.evil.example"));
    ck_assert(!cors_allows(list, "https://board.exampl"));
    ck_assert(!cors_allows(list, "http://localhost"));
    ck_assert(!cors_allows(list, "null"));
    ck_assert(!cors_allows(list, ""));
    ck_assert(!cors_allows(list, NULL));
    ck_assert(!cors_allows("", "https://board.example"));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "cors");

    EACH(t, what_is_a_list_of_origins, lists);
    TESTS(t, who_is_on_it);
}
