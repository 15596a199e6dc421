/* Entity tags: lists of them, what If-Match allows and what If-None-Match knows. */
#include "base/etag.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *list;
    bool fine;
    bool matches; /* "5.ab" by If-Match: its content is 5 */
    bool known;   /* and by If-None-Match */
} lists[] = {
    {"*", true, true, true},
    {"\"5.ab\"", true, true, true},
    {"\"5\"", true, true, false},
    {"\"5.cd\"", true, true, false},
    {"\"5.ab.gz\"", true, true, false},
    {"W/\"5.ab\"", true, false, true},
    {"W/\"5\"", true, false, false},
    {"\"4\", \"5\"", true, true, false},
    {"\"4\",\t\"5.ab\" , \"6\"", true, true, true},
    {",, \"5.ab\",", true, true, true},
    {"\"4\", W/\"5.ab\"", true, false, true},
    {"\"55\"", true, false, false},
    {"\"\"", true, false, false},
    {"\".ab\"", true, false, false},
    {"\"a,5\", \"b\"", true, false, false},
    {"5", false, false, false},
    {"", false, false, false},
    {"\"5", false, false, false},
    {"\"4\" \"5.ab\"", false, false, false},
    {"\"4\"; \"5.ab\"", false, false, false},
    {"*, \"5.ab\"", false, false, false},
    {"w/\"5.ab\"", false, false, false},
    {"\"5.ab\" x", false, false, false},
    {"\"5 ab\"", false, false, false},
    {"W/", false, false, false},
};

START_TEST(lists_of_tags)
{
    const char *list = lists[_i].list;

    ck_assert_msg(etag_list_is_fine(list) == lists[_i].fine, "%s: fine %d", list, lists[_i].fine);
    ck_assert_msg(etag_matches(list, "\"5.ab\"") == lists[_i].matches, "%s: matches %d", list,
                  lists[_i].matches);
    ck_assert_msg(etag_is_known(list, "\"5.ab\"") == lists[_i].known, "%s: known %d", list,
                  lists[_i].known);
}
END_TEST

START_TEST(without_a_header_all_is_allowed_and_nothing_known)
{
    ck_assert(etag_matches(NULL, "\"5\""));
    ck_assert(!etag_is_known(NULL, "\"5\""));
}
END_TEST

START_TEST(tags_of_contents)
{
    char tag[ETAG_LEN + 1];

    etag_of_revision(INT64_MAX, tag);
    ck_assert_str_eq(tag, "\"9223372036854775807\"");
    ck_assert(etag_matches("\"9223372036854775807\"", tag));
    etag_of_text("{}", 2, tag);
    ck_assert_uint_eq(strlen(tag), ETAG_LEN);
    ck_assert(etag_list_is_fine(tag));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "etag");

    EACH(t, lists_of_tags, lists);
    TESTS(t, without_a_header_all_is_allowed_and_nothing_known, tags_of_contents);
}
