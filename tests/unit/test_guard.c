/* The guard: what is one HTTP request beyond doubt, and what two servers might read differently. */
#include "http/guard.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 6

static const struct {
    const char *what;
    const char *method;
    const char *target;
    const char *lines[LINES_MAX]; /* "name|value": what comes after Host */
    enum err wanted;
    int64_t length;
    bool chunked;
} cases[] = {
    {"a plain GET", "GET", "/v1/leads?limit=3", {NULL}, ERR_NONE, -1, false},
    {"a body with its length", "POST", "/v1/leads", {"Content-Length|12"}, ERR_NONE, 12, false},
    {"a chunked body", "POST", "/v1/x", {"Transfer-Encoding|chunked"}, ERR_NONE, -1, true},
    {"any case of it", "POST", "/v1/x", {"transfer-ENCODING|Chunked"}, ERR_NONE, -1, true},
    {"a tab in a value", "GET", "/", {"Accept|text/html,\t*/*"}, ERR_NONE, -1, false},
    {"bytes beyond ASCII in a value", "GET", "/", {"User-Agent|\xc3\xa9"}, ERR_NONE, -1, false},

    {"two equal lengths",
     "POST",
     "/",
     {"Content-Length|5", "Content-Length|5"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"two lengths",
     "POST",
     "/",
     {"Content-Length|5", "content-length|6"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"a list of lengths", "POST", "/", {"Content-Length|5, 5"}, ERR_MALFORMED_REQUEST, 0, false},
    {"a signed length", "POST", "/", {"Content-Length|+5"}, ERR_MALFORMED_REQUEST, 0, false},
    {"a negative length", "POST", "/", {"Content-Length|-5"}, ERR_MALFORMED_REQUEST, 0, false},
    {"a hexadecimal length", "POST", "/", {"Content-Length|0x5"}, ERR_MALFORMED_REQUEST, 0, false},
    {"no digits", "POST", "/", {"Content-Length|"}, ERR_MALFORMED_REQUEST, 0, false},
    {"a length beyond 64 bits",
     "POST",
     "/",
     {"Content-Length|99999999999999999999"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"a space before the colon",
     "POST",
     "/",
     {"Content-Length |5"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"a name that only begins like it",
     "POST",
     "/",
     {"Content-LengthX|5"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"a vertical tab after the name",
     "POST",
     "/",
     {"Transfer-Encoding\x0b|chunked"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"a name that begins like the encoding",
     "POST",
     "/",
     {"Transfer-Encoding-X|chunked"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"both length and encoding",
     "POST",
     "/",
     {"Content-Length|5", "Transfer-Encoding|chunked"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"an encoding on top",
     "POST",
     "/",
     {"Transfer-Encoding|gzip, chunked"},
     ERR_NOT_IMPLEMENTED_ENCODING,
     0,
     false},
    {"another encoding",
     "POST",
     "/",
     {"Transfer-Encoding|identity"},
     ERR_NOT_IMPLEMENTED_ENCODING,
     0,
     false},
    {"chunked with a tail",
     "POST",
     "/",
     {"Transfer-Encoding|chunked;x=1"},
     ERR_NOT_IMPLEMENTED_ENCODING,
     0,
     false},
    {"two encodings",
     "POST",
     "/",
     {"Transfer-Encoding|chunked", "Transfer-Encoding|chunked"},
     ERR_NOT_IMPLEMENTED_ENCODING,
     0,
     false},
    {"a folded line, glued to a name",
     "GET",
     "/",
     {" folded: x\r\nX-A|1"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"an empty name", "GET", "/", {"|x"}, ERR_MALFORMED_REQUEST, 0, false},
    {"a line feed in a value",
     "GET",
     "/",
     {"X-A|a\nContent-Length: 5"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"a carriage return in a value", "GET", "/", {"X-A|a\rb"}, ERR_MALFORMED_REQUEST, 0, false},
    {"a delete byte in a value", "GET", "/", {"X-A|a\x7f"}, ERR_MALFORMED_REQUEST, 0, false},
    {"a second Host", "GET", "/", {"host|other.example"}, ERR_MALFORMED_REQUEST, 0, false},
    {"two keys",
     "GET",
     "/",
     {"Authorization|Bearer a", "Authorization|Bearer b"},
     ERR_MALFORMED_REQUEST,
     0,
     false},
    {"two idempotency keys",
     "POST",
     "/",
     {"Idempotency-Key|a", "idempotency-key|a"},
     ERR_MALFORMED_REQUEST,
     0,
     false},

    {"no such method", "BREW", "/", {NULL}, ERR_METHOD_NOT_ALLOWED, 0, false},
    {"a method in small letters", "get", "/", {NULL}, ERR_METHOD_NOT_ALLOWED, 0, false},
    {"TRACE", "TRACE", "/", {NULL}, ERR_METHOD_NOT_ALLOWED, 0, false},
    {"CONNECT", "CONNECT", "host:1", {NULL}, ERR_MALFORMED_REQUEST, 0, false},
    {"an absolute target", "GET", "http://other.example/", {NULL}, ERR_MALFORMED_REQUEST, 0, false},
    {"an empty target", "GET", "", {NULL}, ERR_MALFORMED_REQUEST, 0, false},
    {"a raw space in the target", "GET", "/a b", {NULL}, ERR_MALFORMED_REQUEST, 0, false},
    {"raw bytes in the target", "GET", "/\xc3\xa9", {NULL}, ERR_MALFORMED_REQUEST, 0, false},
    {"a fragment", "GET", "/a#b", {NULL}, ERR_MALFORMED_REQUEST, 0, false},
};

static struct guard_header header_of(const char *line)
{
    const char *bar = strchr(line, '|');

    return (struct guard_header){line, (size_t)(bar - line), bar + 1, strlen(bar + 1)};
}

START_TEST(the_table_holds)
{
    struct guard_header headers[LINES_MAX + 1] = {{"Host", 4, "baton.example", 13}};
    struct guard_result result;
    size_t count = 1;

    while (count <= LINES_MAX && cases[_i].lines[count - 1] != NULL) {
        headers[count] = header_of(cases[_i].lines[count - 1]);
        count++;
    }
    const struct guard_line line = {cases[_i].method, cases[_i].target, "HTTP/1.1"};
    enum err err = guard_check(&line, headers, count, &result);
    ck_assert_msg(err == cases[_i].wanted, "%s: wanted %s, got %s", cases[_i].what,
                  error_code(cases[_i].wanted), error_code(err));
    if (err != ERR_NONE) {
        ck_assert_str_ne(result.detail, "");
        return;
    }
    ck_assert_str_eq(result.method, cases[_i].method);
    ck_assert_int_eq(result.content_length, cases[_i].length);
    ck_assert_int_eq(result.chunked, cases[_i].chunked);
}
END_TEST

/* A body in chunks is unheard of there: who is in front of us may have taken it for something else.
 */
/* Whatever the service reads of a header that may stand once; others may be repeated. */
static const struct {
    const char *name;
    bool once;
} headers_that_came_twice[] = {
    {"Authorization", true},    {"Content-Type", true}, {"Content-Encoding", true},
    {"Idempotency-Key", true},  {"Baton-Actor", true},  {"If-Match", true},
    {"If-None-Match", true},    {"X-Request-Id", true}, {"traceparent", true},
    {"Expect", true},           {"Origin", true},       {"Accept", false},
    {"X-Forwarded-For", false}, {"Cookie", false},      {"Authorization2", false},
};

START_TEST(what_may_stand_once_is_refused_twice)
{
    const char *name = headers_that_came_twice[_i].name;
    const struct guard_line line = {"POST", "/v1/leads", "HTTP/1.1"};
    char other[64] = "";

    for (size_t i = 0; name[i] != '\0'; i++) /* in another case */
        other[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    for (int way = 0; way < 3; way++) {
        struct guard_header headers[4] = {
            {"Host", 4, "a", 1}, {name, strlen(name), "a", 1}, {"X-Between", 9, "b", 1}};
        struct guard_result result;
        headers[3] = way == 0   ? (struct guard_header){name, strlen(name), "a", 1}
                     : way == 1 ? (struct guard_header){other, strlen(other), "b", 1}
                                : (struct guard_header){"X-Other", 7, "b", 1};
        ck_assert_msg(
            guard_check(&line, headers, 4, &result) ==
                (way < 2 && headers_that_came_twice[_i].once ? ERR_MALFORMED_REQUEST : ERR_NONE),
            "%s, way %d", name, way);
    }
}
END_TEST

START_TEST(http_1_0_has_no_chunks)
{
    static const char *const encodings[] = {"chunked", "identity"};
    struct guard_header headers[] = {{"Host", 4, "a", 1}, {"Transfer-Encoding", 17, NULL, 0}};
    struct guard_result result;

    for (int i = 0; i < 2; i++) {
        headers[1].value = encodings[i];
        headers[1].value_len = strlen(encodings[i]);
        const struct guard_line line = {"POST", "/", "HTTP/1.0"};
        ck_assert_int_eq(guard_check(&line, headers, 2, &result), ERR_MALFORMED_REQUEST);
    }
    headers[1] = (struct guard_header){"Content-Length", 14, "5", 1};
    ck_assert_int_eq(
        guard_check(&(struct guard_line){"POST", "/", "HTTP/1.0"}, headers, 2, &result), ERR_NONE);
}
END_TEST

START_TEST(a_request_without_a_host_is_refused)
{
    struct guard_result result;

    ck_assert_int_eq(guard_check(&(struct guard_line){"GET", "/", "HTTP/1.1"}, NULL, 0, &result),
                     ERR_MALFORMED_REQUEST);
    ck_assert_str_eq(result.detail, "Exactly one Host header is needed");
}
END_TEST

START_TEST(a_nul_within_a_value_is_seen)
{
    const struct guard_header headers[] = {{"Host", 4, "a", 1}, {"X-A", 3, "a\0b", 3}};
    struct guard_result result;

    ck_assert_int_eq(guard_check(&(struct guard_line){"GET", "/", "HTTP/1.1"}, headers, 2, &result),
                     ERR_MALFORMED_REQUEST);
}
END_TEST

START_TEST(targets_and_headers_have_a_bound)
{
    static char long_value[GUARD_HEAD_MAX_BYTES];
    char target[GUARD_TARGET_MAX_BYTES + 2];
    struct guard_header headers[GUARD_HEADERS_MAX + 1];
    struct guard_result result;

    for (size_t i = 0; i <= GUARD_HEADERS_MAX; i++)
        headers[i] = (struct guard_header){"X-A", 3, "a", 1};
    headers[0] = (struct guard_header){"Host", 4, "a", 1};
    headers[1].value_len = GUARD_HEAD_MAX_BYTES;
    headers[1].value = memset(long_value, 'a', sizeof long_value);
    ck_assert_int_eq(guard_check(&(struct guard_line){"GET", "/", "HTTP/1.1"}, headers, 2, &result),
                     ERR_HEADERS_TOO_LARGE);
    headers[1] = (struct guard_header){"X-A", 3, "a", 1};
    memset(target, 'a', sizeof target);
    target[0] = '/';
    target[GUARD_TARGET_MAX_BYTES] = '\0';
    ck_assert_int_eq(guard_check(&(struct guard_line){"GET", target, "HTTP/1.1"}, headers,
                                 GUARD_HEADERS_MAX, &result),
                     ERR_NONE);
    ck_assert_int_eq(guard_check(&(struct guard_line){"GET", target, "HTTP/1.1"}, headers,
                                 GUARD_HEADERS_MAX + 1, &result),
                     ERR_HEADERS_TOO_LARGE);
    target[GUARD_TARGET_MAX_BYTES] = 'a';
    target[GUARD_TARGET_MAX_BYTES + 1] = '\0';
    ck_assert_int_eq(
        guard_check(&(struct guard_line){"GET", target, "HTTP/1.1"}, headers, 1, &result),
        ERR_MALFORMED_REQUEST);
}
END_TEST

static const struct {
    const char *host;
    bool fine;
} hosts[] = {
    {"baton.example", true},
    {"baton.example:8080", true},
    {"BATON_1.internal.", true},
    {"127.0.0.1:1", true},
    {"[::1]", true},
    {"[2001:db8::192.0.2.1]:65535", true},
    {"localhost ", true},
    {"a:", true}, /* the grammar has ports without digits */
    {"", false},
    {":80", false},
    {"a b", false},
    {"a,b", false},
    {"x@y", false},
    {"a/b", false},
    {"a?b", false},
    {"a#b", false},
    {"a\\b", false},
    {"a%2fb", false},
    {"a:b", false},
    {"a:80:80", false},
    {"a:123456", false},
    {"[::1", false},
    {"[]", false},
    {"[::1]x", false},
    {"::1", false},
    {"b\xc3\xbc"
     "cher.example",
     false},
};

START_TEST(a_host_is_a_name_or_an_address)
{
    const struct guard_line line = {"GET", "/", "HTTP/1.1"};
    struct guard_header headers[] = {{"Host", 4, hosts[_i].host, strlen(hosts[_i].host)}};
    struct guard_result result;

    ck_assert_msg(guard_check(&line, headers, 1, &result) ==
                      (hosts[_i].fine ? ERR_NONE : ERR_MALFORMED_REQUEST),
                  "%s: %s", hosts[_i].host, result.detail);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "guard");

    EACH(t, the_table_holds, cases);
    EACH(t, what_may_stand_once_is_refused_twice, headers_that_came_twice);
    EACH(t, a_host_is_a_name_or_an_address, hosts);
    TESTS(t, http_1_0_has_no_chunks, a_request_without_a_host_is_refused,
          a_nul_within_a_value_is_seen, targets_and_headers_have_a_bound);
}
