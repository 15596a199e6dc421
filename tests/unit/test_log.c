/* Log lines: one JSON object each, and nothing in them that a stranger sent. */
#include "http/log.h"
#include "suite.h"

#include "http/request.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char text[2 * LOG_LINE_MAX_BYTES];
static int kept, ends[2];

/* The log goes to a pipe for a while. */
static void capture_begin(void)
{
    ck_assert_int_eq(pipe(ends), 0);
    kept = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
}

static void capture_end(void)
{
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(ends[1]);
    ssize_t len = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    text[len > 0 ? len : 0] = '\0';
}

static json_t *line(void)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);

    ck_assert_msg(json != NULL, "%s: %s", error.text, text);
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    return json;
}

static const char *member(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

START_TEST(a_sentence_is_one_line_of_json_whatever_is_in_it)
{
    log_set(LOG_LEVEL_INFO, true);
    capture_begin();
    log_event(LOG_LEVEL_WARN, "trouble", "a \"quote\", a \\, a\nbreak and \xff");
    capture_end();
    json_t *json = line();
    ck_assert_str_eq(member(json, "level"), "warn");
    ck_assert_str_eq(member(json, "event"), "trouble");
    ck_assert_str_eq(member(json, "detail"), "a \"quote\", a \\, a?break and ?");
    ck_assert_int_eq((int)strlen(member(json, "time")), 27);
    json_decref(json);
}
END_TEST

START_TEST(a_long_sentence_is_cut_and_the_line_stays_whole)
{
    char words[2 * LOG_LINE_MAX_BYTES];

    memset(words, '"', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    capture_begin();
    log_event(LOG_LEVEL_ERROR, "trouble", "%s", words);
    capture_end();
    json_decref(line());
}
END_TEST

START_TEST(what_is_below_the_level_is_not_told)
{
    log_set(LOG_LEVEL_WARN, true);
    capture_begin();
    log_event(LOG_LEVEL_INFO, "chatter", NULL);
    capture_end();
    ck_assert_str_eq(text, "");
    log_set(LOG_LEVEL_INFO, true);
}
END_TEST

START_TEST(an_access_line_tells_the_pattern_and_not_the_target)
{
    static const struct route route = {
        .method = "GET", .pattern = "/v1/leads/{lead_id}", .operation_id = "leads_get"};
    struct request *r = request_new(NULL, NULL, "/v1/leads/kim?email=kim@acme.example");

    r->route = &route;
    r->method = "GET";
    r->sent_status = 404;
    r->sent_err = ERR_NOT_FOUND;
    r->sent_len = 17;
    memcpy(r->request_id, "req-1", 6);
    memcpy(r->trace_id, "0af7651916cd43dd8448eb211c80319c", 33);
    ck_assert(uuid_parse("0199a000-0000-7000-8000-000000000001", &r->caller.key));
    capture_begin();
    log_access(r, 1234, true);
    capture_end();
    json_t *json = line();
    ck_assert_ptr_null(strstr(text, "kim"));
    ck_assert_str_eq(member(json, "route"), "/v1/leads/{lead_id}");
    ck_assert_str_eq(member(json, "operation"), "leads_get");
    ck_assert_str_eq(member(json, "request_id"), "req-1");
    ck_assert_str_eq(member(json, "code"), "not_found");
    ck_assert_str_eq(member(json, "trace_id"), "0af7651916cd43dd8448eb211c80319c");
    ck_assert_str_eq(member(json, "key_id"), "0199a000-0000-7000-8000-000000000001");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "status")), 404);
    ck_assert_int_eq(json_integer_value(json_object_get(json, "duration_us")), 1234);
    ck_assert(json_is_true(json_object_get(json, "cut")));
    json_decref(json);
    request_unref(r);
}
END_TEST

START_TEST(access_lines_can_be_left_out)
{
    struct request *r = request_new(NULL, NULL, "/livez");

    log_set(LOG_LEVEL_INFO, false);
    capture_begin();
    log_access(r, 1, false);
    capture_end();
    ck_assert_str_eq(text, "");
    request_unref(r);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "log");

    TESTS(t, a_sentence_is_one_line_of_json_whatever_is_in_it,
          a_long_sentence_is_cut_and_the_line_stays_whole, what_is_below_the_level_is_not_told,
          an_access_line_tells_the_pattern_and_not_the_target, access_lines_can_be_left_out);
}
