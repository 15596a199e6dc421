/* Replies: what problem documents and their headers look like on the wire, and strict JSON. */
#include "http/reply.h"
#include "http/request_refuse.h"
#include "suite.h"

#include "base/json_bounds.h"
#include "http/body.h"
#include "http/request.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

static struct request *r;
static struct MHD_Response *response;

static void set_up(void)
{
    r = request_new(NULL, NULL, "/v1/leads");
    response = NULL;
    memcpy(r->request_id, "req-1", 6);
}

static void tear_down(void)
{
    if (response != NULL)
        MHD_destroy_response(response);
    request_unref(r);
}

static const char *header(const char *name)
{
    if (response == NULL)
        response = reply_response(&r->reply, r->request_id);
    ck_assert_ptr_nonnull(response);
    return MHD_get_response_header(response, name);
}

START_TEST(a_problem_says_what_and_where)
{
    struct faults *faults = request_faults(r);

    faults_add(faults, "/email", "type", "A text is wanted");
    request_refuse(r, ERR_INVALID_BODY, "See \"%s\"", "errors");
    ck_assert_int_eq(r->reply.status, 400);
    ck_assert_str_eq(
        r->reply.body,
        "{\"type\":\"/problems/invalid_body\",\"title\":\"The body does not "
        "fit this operation\",\"status\":400,\"code\":\"invalid_body\",\"detail\":\"See "
        "\\\"errors\\\".\",\"request_id\":\"req-1\",\"errors\":[{\"pointer\":\"/email\","
        "\"code\":\"type\",\"detail\":\"A text is wanted.\"}]}");
    ck_assert_str_eq(header("Content-Type"), "application/problem+json");
    ck_assert_str_eq(header("X-Request-Id"), "req-1");
    ck_assert_str_eq(header("Cache-Control"), "no-store");
    ck_assert_ptr_null(header("Retry-After"));
    ck_assert_ptr_null(header("WWW-Authenticate"));
}
END_TEST

START_TEST(an_internal_error_says_nothing_of_the_inside)
{
    request_refuse(r, ERR_INTERNAL, "relation lead does not exist");
    ck_assert_int_eq(r->reply.status, 500);
    ck_assert_ptr_null(strstr(r->reply.body, "relation"));
}
END_TEST

START_TEST(errors_bring_their_headers)
{
    request_refuse(r, ERR_UNAUTHENTICATED, NULL);
    ck_assert_str_eq(header("WWW-Authenticate"), "Bearer realm=\"baton\"");
}
END_TEST

START_TEST(an_unknown_outcome_brings_the_key_to_retry_with)
{
    r->idempotency_key = "k-1";
    request_refuse(r, ERR_OUTCOME_UNKNOWN, NULL);
    ck_assert_int_eq(r->reply.status, 503);
    ck_assert_str_eq(header("Idempotency-Key"), "k-1");
    ck_assert_str_eq(header("Retry-After"), "1");
}
END_TEST

START_TEST(a_written_text_becomes_the_body_and_headers_stay)
{
    struct json_out out;

    json_out_init(&out, r->arena, 100);
    json_out_begin_object(&out);
    json_out_end_object(&out);
    r->reply.location = "/v1/leads/x";
    r->reply.replayed = true;
    reply_json(r, 201, &out);
    ck_assert_int_eq(r->reply.status, 201);
    ck_assert_str_eq(r->reply.body, "{}");
    ck_assert_str_eq(header("Location"), "/v1/leads/x");
    ck_assert_str_eq(header("Idempotent-Replayed"), "true");
    ck_assert_str_eq(header("Content-Type"), "application/json");
}
END_TEST

START_TEST(a_text_that_did_not_fit_is_a_503)
{
    struct json_out out;

    json_out_init(&out, r->arena, 2);
    json_out_text(&out, "longer than two bytes");
    reply_json(r, 200, &out);
    ck_assert_int_eq(r->reply.status, 503);
    ck_assert_ptr_nonnull(strstr(r->reply.body, "out_of_memory"));
}
END_TEST

static void answer_text(const char *content_type, const char *text)
{
    struct text_out out;

    text_out_init(&out, r->arena, strlen(text));
    text_out_put(&out, text);
    reply_text(r, 200, content_type, &out);
}

START_TEST(a_page_may_load_nothing)
{
    answer_text("text/html; charset=utf-8", "<p>");
    ck_assert_ptr_nonnull(strstr(header("Content-Security-Policy"), "default-src 'none'"));
    ck_assert_str_eq(header("X-Content-Type-Options"), "nosniff");
    ck_assert_str_eq(header("X-Frame-Options"), "DENY");
}
END_TEST

START_TEST(an_answer_takes_the_place_of_the_one_before)
{
    answer_text("text/plain", "first");
    reply_json_copy(r, 200, "{}", 2);
    ck_assert_str_eq(r->reply.body, "{}");
    reply_empty(r, 204);
    ck_assert_ptr_null(r->reply.body);
    ck_assert_int_eq(r->reply.status, 204);
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    const char *detail; /* part of it; NULL: the text is good */
} texts[] = {
    {"{\"a\":[1,\"x,[{\\\"\"]}", 0, NULL},
    {" [] ", 0, NULL},
    {"", 0, "The body is empty"},
    {" \r\n", 0, "The body is empty"},
    {"{", 0, "it ends too early"},
    {"{\n \"a\": 1,\n \"b\" 2}", 0, "Line 3, column 6"},
    {"{\"a\":1,\"a\":2}", 0, "column 10: a member stands twice in one object, near '\"a\"'"},
    {"{\"a\":\"\\u0000\"}", 0, "\\u0000 is not taken: no text holds a NUL"},
    {"{\"\\u0000\":1}", 0, "\\u0000 is not taken: no name holds a NUL"},
    {"{\"a\":\"x\0y\"}", 11, "Byte 8 is NUL"},
    {"{}\0", 3, "Byte 3 is NUL"},
    {"{\"a\":\"\xff\"}", 0, "Byte 7 (0xff) is not UTF-8"},
    {"{\"a\":\"\xc0\xaf\"}", 0, "Byte 7 (0xc0) is not UTF-8"},
    {"{\"a\":\"\xed\xa0\x80\"}", 0, "Byte 7 (0xed) is not UTF-8"},
    {"{\"a\":\"\\ud800\"}", 0, "here is one alone"},
    {"{} {}", 0, "column 4: nothing may follow the JSON value"},
    {"1", 0, "a JSON object is wanted, near '1'"},
    {"{\"a\":01}", 0, "Line 1"},
    {"{\"a\":1e999}", 0, "beyond 1.8e308"},
    {"{\"a\":9223372036854775808}", 0, "whole numbers have 64 bits"},
    {"{'a':1}", 0, "a name in double quotes is wanted"},
    {"{\"a\":NaN}", 0, "this is no JSON value, near 'NaN'"},
    {"{\"a\":1,}", 0, "a name in double quotes is wanted, or the end of the object, near '}'"},
    {"{\"a\"", 0, "it ends too early"},
    {"{\"a\":\"\t\"}", 0, "a control character in a text is written"},
    {"{\"a\":\"\n\"}", 0, "a line break in a text is written"},
    {"{\"a\":\"\\x\"}", 0, "after a backslash"},
    {"\xef\xbb\xbf{}", 0, "byte-order mark"},
    {"\xff\xfe{\0}\0", 6, "UTF-16"},
    {"{\0}\0", 4, "UTF-16"},
    {"\x1f\x8b\x08\0\0", 5, "compressed by gzip"},
    {"<form/>", 0, "XML or HTML"},
    {"a=1&b=2", 0, "a JSON object is wanted"},
};

START_TEST(json_is_taken_strictly)
{
    json_t *json = NULL;
    char detail[BODY_DETAIL_MAX_BYTES] = "";
    size_t len = texts[_i].len > 0 ? texts[_i].len : strlen(texts[_i].text);
    enum err err = body_parse(texts[_i].text, len, r->arena, &json, detail);

    if (texts[_i].detail == NULL) {
        ck_assert_int_eq(err, ERR_NONE);
        json_decref(json);
        return;
    }
    ck_assert_ptr_null(json);
    ck_assert_int_eq(err, ERR_MALFORMED_JSON);
    ck_assert_msg(strstr(detail, texts[_i].detail) != NULL, "%s: %s lacks %s", texts[_i].text,
                  detail, texts[_i].detail);
}
END_TEST

static enum err parse_repeated(char *text, size_t count, const char *unit, size_t tail)
{
    char detail[BODY_DETAIL_MAX_BYTES];
    json_t *json = NULL;
    size_t len = 0, size = strlen(unit);

    for (size_t i = 0; i < count; i++, len += size)
        memcpy(text + len, unit, size);
    memset(text + len, ']', tail);
    enum err err = body_parse(text, len + tail, r->arena, &json, detail);
    json_decref(json);
    return err;
}

START_TEST(the_tree_of_a_body_has_a_bound)
{
    char *text = malloc(4 * JSON_VALUES_MAX);

    ck_assert_int_eq(parse_repeated(text, JSON_DEPTH_MAX, "[", JSON_DEPTH_MAX), ERR_NONE);
    ck_assert_int_eq(parse_repeated(text, JSON_DEPTH_MAX + 1, "[", JSON_DEPTH_MAX + 1),
                     ERR_MALFORMED_JSON);
    text[0] = '[';
    ck_assert_int_eq(parse_repeated(text, JSON_VALUES_MAX + 1, "[],", 0), ERR_MALFORMED_JSON);
    free(text);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "reply");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, a_problem_says_what_and_where, an_internal_error_says_nothing_of_the_inside,
          errors_bring_their_headers, an_unknown_outcome_brings_the_key_to_retry_with,
          a_written_text_becomes_the_body_and_headers_stay, a_text_that_did_not_fit_is_a_503,
          a_page_may_load_nothing, an_answer_takes_the_place_of_the_one_before);
    EACH(t, json_is_taken_strictly, texts);
    TESTS(t, the_tree_of_a_body_has_a_bound);
}
