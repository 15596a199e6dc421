/*
 * The HTTP edge on raw sockets, in front of a backend that does as it is bidden: what is refused
 * and how, what waits, what is cut off, and how it ends. Each test starts an edge of its own.
 */
#include "edge.h"
#include "exposition.h"
#include "suite.h"

#include "api/health_api.h"
#include "http/body.h"
#include "http/httpd_inside.h"
#include "http/metrics.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KEY "Authorization: Bearer good\r\n"

static struct edge edge;

static void set_up(void)
{
    edge_start(&edge, NULL);
}

static void tear_down(void)
{
    edge_stop(&edge);
}

/* Starts it again with other settings. */
static void restart(const struct httpd_settings *settings)
{
    edge_stop(&edge);
    edge_start(&edge, settings);
}

/* ---- what is refused ---- */

#define HEAD(line)  line " HTTP/1.1\r\nHost: a\r\n"
#define POST_THINGS HEAD("POST /things") KEY
#define JSON_TYPE   "Content-Type: application/json\r\n"

enum after { KEPT, CLOSED };

static const struct {
    const char *what;
    const char *request;
    int status;
    const char *code;
    enum after after;
} refused[] = {
    {"an unknown path", HEAD("GET /nope") "\r\n", 404, "not_found", KEPT},
    {"a NUL in the path", HEAD("GET /%00x") "\r\n", 404, "not_found", KEPT},
    {"a NUL after a known path", HEAD("GET /livez%00") "\r\n", 404, "not_found", KEPT},
    {"dot segments", HEAD("GET /x/../livez") "\r\n", 404, "not_found", KEPT},
    {"a wrong method", HEAD("DELETE /livez") "Content-Length: 0\r\n\r\n", 405, "method_not_allowed",
     KEPT},
    {"OPTIONS", HEAD("OPTIONS /things") "\r\n", 405, "method_not_allowed", KEPT},
    {"an unknown method", HEAD("BREW /livez") "\r\n", 405, "method_not_allowed", CLOSED},
    {"an absolute target", HEAD("GET http://a/livez") "\r\n", 400, "malformed_request", CLOSED},
    {"no key", HEAD("GET /things/now") "\r\n", 401, "unauthenticated", KEPT},
    {"a wrong key", HEAD("GET /things/now") "Authorization: Bearer bad\r\n\r\n", 401,
     "unauthenticated", KEPT},
    {"no key, with a body", HEAD("POST /things") JSON_TYPE "Content-Length: 2\r\n\r\n{}", 401,
     "unauthenticated", KEPT},
    {"a role too small",
     HEAD("POST /things") "Authorization: Bearer small\r\n" JSON_TYPE "Content-Length: 2\r\n\r\n{}",
     403, "forbidden", KEPT},
    {"a parameter that is not known", HEAD("GET /things/now?x=1") KEY "\r\n", 400,
     "invalid_parameter", KEPT},
    {"a parameter out of range", HEAD("GET /items?limit=9") "\r\n", 400, "invalid_parameter", KEPT},
    {"no length", POST_THINGS JSON_TYPE "\r\n", 411, "length_required", CLOSED},
    {"a length in a line that is dropped", POST_THINGS JSON_TYPE ":Content-Length: 2\r\n\r\n{}",
     411, "length_required", CLOSED},
    {"no key, with chunks",
     HEAD("POST /things") JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 401,
     "unauthenticated", KEPT},
    {"chunks to an unknown path",
     HEAD("POST /nope") "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 404, "not_found",
     KEPT},
    {"chunks over the cap",
     POST_THINGS JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n65\r\n"
                           "12345678901234567890123456789012345678901234567890"
                           "123456789012345678901234567890123456789012345678901\r\n0\r\n\r\n",
     413, "body_too_large", KEPT},
    {"chunks of another type",
     POST_THINGS "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "2\r\n{}\r\n0\r\n\r\n",
     415, "unsupported_media_type", KEPT},
    {"chunks on a GET", HEAD("GET /livez") "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
     413, "body_too_large", KEPT},
    {"chunks in HTTP/1.0",
     "POST /things HTTP/1.0\r\nHost: a\r\n" KEY JSON_TYPE
     "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
     400, "malformed_request", CLOSED},
    {"another encoding", POST_THINGS JSON_TYPE "Transfer-Encoding: gzip\r\n\r\n", 501,
     "transfer_encoding_unsupported", CLOSED},
    {"another encoding beside chunks",
     HEAD("POST /hooks/a") KEY "Transfer-Encoding: gzip, chunked\r\n\r\n", 501,
     "transfer_encoding_unsupported", CLOSED},
    {"another type", POST_THINGS "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415,
     "unsupported_media_type", KEPT},
    {"no type", POST_THINGS "Content-Length: 2\r\n\r\n{}", 415, "unsupported_media_type", KEPT},
    {"a body over the cap",
     POST_THINGS JSON_TYPE "Content-Length: 101\r\n\r\n"
                           "12345678901234567890123456789012345678901234567890"
                           "123456789012345678901234567890123456789012345678901",
     413, "body_too_large", KEPT},
    {"a body that is announced far over the cap",
     POST_THINGS JSON_TYPE "Content-Length: 9999999\r\n\r\n", 413, "body_too_large", CLOSED},
    {"a body on a GET", HEAD("GET /livez") "Content-Length: 2\r\n\r\n{}", 413, "body_too_large",
     KEPT},
    {"an idempotency key with a space",
     POST_THINGS JSON_TYPE "Idempotency-Key: a b\r\nContent-Length: 2\r\n\r\n{}", 400,
     "invalid_idempotency_key", KEPT},
    {"an empty body", POST_THINGS JSON_TYPE "Content-Length: 0\r\n\r\n", 400, "malformed_json",
     KEPT},
    {"broken JSON", POST_THINGS JSON_TYPE "Content-Length: 4\r\n\r\n{\"a\"", 400, "malformed_json",
     KEPT},
    {"a member that is not known", POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"b\":1}", 400,
     "invalid_body", KEPT},

    {"two lengths", POST_THINGS JSON_TYPE "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400,
     "malformed_request", CLOSED},
    {"length and encoding",
     POST_THINGS JSON_TYPE "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
     "malformed_request", CLOSED},
    {"a space before the colon", POST_THINGS JSON_TYPE "Content-Length : 2\r\n\r\n{}", 400,
     "malformed_request", CLOSED},
    {"a folded line", HEAD("GET /livez") "X-A: b\r\n folded: c\r\n\r\n", 400, "malformed_request",
     CLOSED},
    {"a second Host", HEAD("GET /livez") "Host: b\r\n\r\n", 400, "malformed_request", CLOSED},
    {"two keys", HEAD("GET /livez") KEY KEY "\r\n", 400, "malformed_request", CLOSED},
    {"two names in Host", "GET /livez HTTP/1.1\r\nHost: a,b\r\n\r\n", 400, "malformed_request",
     CLOSED},
    {"a user in Host", "GET /livez HTTP/1.1\r\nHost: x@y\r\n\r\n", 400, "malformed_request",
     CLOSED},
};

/* What leads to the cure stands in the answer. */
static const struct {
    const char *what;
    const char *request;
    int status;
    const char *says[3]; /* in the answer, headers or body */
} cures[] = {
    {"a body that gzip has compressed",
     POST_THINGS JSON_TYPE "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
     415,
     {"Accept-Encoding: identity\r\n", "\"header\":\"Content-Encoding\"",
      "without Content-Encoding"}},
    {"the same in chunks",
     POST_THINGS JSON_TYPE "Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "2\r\n{}\r\n0\r\n\r\n",
     415,
     {"Accept-Encoding: identity\r\n"}},
    {"compressed, and not said to be",
     POST_THINGS JSON_TYPE "Content-Length: 3\r\n\r\n\x1f\x8b\x08",
     400,
     {"compressed by gzip"}},
    {"what curl sends by itself",
     POST_THINGS "Content-Type: application/x-www-form-urlencoded\r\n"
                 "Content-Length: 7\r\n\r\n{\"a\":1}",
     415,
     {"application/json, not application/x-www-form-urlencoded", "\"header\":\"Content-Type\""}},
    {"no type", POST_THINGS "Content-Length: 2\r\n\r\n{}", 415, {"\"code\":\"required\""}},
    {"another charset",
     POST_THINGS "Content-Type: application/json; charset=iso-8859-1\r\n"
                 "Content-Length: 2\r\n\r\n{}",
     415,
     {"Send the body in UTF-8"}},
    {"Latin-1 without a word",
     POST_THINGS JSON_TYPE "Content-Length: 9\r\n\r\n{\"a\":\"\xe9\"}",
     400,
     {"Byte 7 (0xe9) is not UTF-8"}},
    {"nothing", POST_THINGS JSON_TYPE "Content-Length: 0\r\n\r\n", 400, {"The body is empty"}},
    {"no length", POST_THINGS JSON_TYPE "\r\n", 411, {"0 when there is no body"}},
    {"two keys", HEAD("GET /livez") KEY KEY "\r\n", 400, {"Authorization was sent twice"}},
};

START_TEST(a_refusal_leads_to_the_cure)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, cures[_i].request);
    int status = edge_hear(fd, answer);
    ck_assert_msg(status == cures[_i].status, "%s: wanted %d, got %s", cures[_i].what,
                  cures[_i].status, answer);
    for (int i = 0; i < 3 && cures[_i].says[i] != NULL; i++)
        ck_assert_msg(strstr(answer, cures[_i].says[i]) != NULL, "%s: no %s in %s", cures[_i].what,
                      cures[_i].says[i], answer);
    close(fd);
}
END_TEST

START_TEST(utf_8_may_be_named)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, POST_THINGS "Content-Type: application/json;charset=\"UTF-8\"\r\n"
                             "Content-Encoding: identity\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 201);
    close(fd);
}
END_TEST

START_TEST(what_is_refused_says_so)
{
    char answer[EDGE_ANSWER_MAX];
    char code[96];
    int fd = edge_connect(&edge);

    edge_say(fd, refused[_i].request);
    int status = edge_hear(fd, answer);
    ck_assert_msg(status == refused[_i].status, "%s: wanted %d, got %d: %s", refused[_i].what,
                  refused[_i].status, status, answer);
    snprintf(code, sizeof code, "\"code\":\"%s\"", refused[_i].code);
    ck_assert_msg(strstr(answer, code) != NULL, "%s: no %s in %s", refused[_i].what, code, answer);
    ck_assert_ptr_nonnull(strstr(answer, "Content-Type: application/problem+json\r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "X-Request-Id: "));
    if (refused[_i].after == CLOSED) {
        ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
        ck_assert_msg(edge_is_closed(fd), "%s: the connection is kept", refused[_i].what);
    } else {
        edge_say(fd, HEAD("GET /livez") "\r\n");
        ck_assert_int_eq(edge_hear(fd, answer), 200);
    }
    close(fd);
}
END_TEST

/* What libmicrohttpd refuses before it asks; docs/http.md lists it. */
static const struct {
    const char *what;
    const char *request;
    int status;
} refused_inside[] = {
    {"no Host", "GET /livez HTTP/1.1\r\n\r\n", 400},
    {"a line without a colon", HEAD("GET /livez") "nonsense\r\n\r\n", 400},
    {"an absurd length", POST_THINGS "Content-Length: 99999999999999999999999\r\n\r\n", 413},
    {"a length that is no number", POST_THINGS "Content-Length: 0x2\r\n\r\n", 400},
    {"another version", "GET /livez HTTP/2.0\r\nHost: a\r\n\r\n", 505},
};

START_TEST(what_the_library_refuses_ends_the_connection)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, refused_inside[_i].request);
    edge_hear_all(fd, answer);
    int status = (int)strtol(answer + 9, NULL, 10);
    ck_assert_msg(status == refused_inside[_i].status, "%s: wanted %d, got %d: %s",
                  refused_inside[_i].what, refused_inside[_i].status, status, answer);
    ck_assert_msg(edge_is_closed(fd), "%s: the connection is kept", refused_inside[_i].what);
    close(fd);
}
END_TEST

/* A request line or a block of headers of so many bytes: what the guard refuses, with a problem,
 * and what the library refuses before it. */
static const struct {
    const char *what;
    const char *begin; /* then bytes of filler, then end */
    int filler;
    const char *end;
    int status;
    const char *code; /* NULL: no problem document */
} long_requests[] = {
    {"a target of 4,096 bytes", "GET /", 4095, " HTTP/1.1\r\nHost: a\r\n\r\n", 404, "not_found"},
    {"a target of 4,097 bytes", "GET /", 4096, " HTTP/1.1\r\nHost: a\r\n\r\n", 400,
     "malformed_request"},
    {"headers within the cap", HEAD("GET /livez") "X-Long: ", 12000, "\r\n\r\n", 200, ""},
    {"headers beyond the cap", HEAD("GET /livez") "X-Long: ", 12400, "\r\n\r\n", 431,
     "headers_too_large"},
    {"headers beyond the library's buffer", HEAD("GET /livez") "X-Long: ", 40000, "\r\n\r\n", 431,
     NULL},
    {"a request line beyond the library's buffer", "GET /", 40000, " HTTP/1.1\r\nHost: a\r\n\r\n",
     414, NULL},
};

START_TEST(what_is_too_long_is_refused)
{
    char *request = calloc(1, (size_t)long_requests[_i].filler + 256);
    char answer[EDGE_ANSWER_MAX];
    char code[96];
    int fd = edge_connect(&edge);

    ck_assert_ptr_nonnull(request);
    size_t len = strlen(long_requests[_i].begin);
    memcpy(request, long_requests[_i].begin, len);
    memset(request + len, 'a', (size_t)long_requests[_i].filler);
    len += (size_t)long_requests[_i].filler;
    memcpy(request + len, long_requests[_i].end, strlen(long_requests[_i].end));
    edge_say(fd, request);
    int status = edge_hear(fd, answer);
    ck_assert_msg(status == long_requests[_i].status, "%s: wanted %d, got %d: %.300s",
                  long_requests[_i].what, long_requests[_i].status, status, answer);
    snprintf(code, sizeof code, "\"code\":\"%s\"",
             long_requests[_i].code == NULL ? "" : long_requests[_i].code);
    if (long_requests[_i].code == NULL)
        ck_assert_ptr_null(strstr(answer, "X-Request-Id: "));
    else if (long_requests[_i].code[0] != '\0')
        ck_assert_ptr_nonnull(strstr(answer, code));
    close(fd);
    free(request);
}
END_TEST

START_TEST(more_than_64_headers_are_refused)
{
    char request[4096] = HEAD("GET /livez");
    char answer[EDGE_ANSWER_MAX];
    size_t len = strlen(request);

    for (int count = 1; count < 64; count++) /* with Host */
        len += (size_t)snprintf(request + len, sizeof request - len, "X-%d: a\r\n", count);
    for (int more = 0; more < 2; more++) {
        int fd = edge_connect(&edge);
        snprintf(request + len, sizeof request - len, "%s\r\n", more ? "X-64: a\r\n" : "");
        edge_say(fd, request);
        ck_assert_int_eq(edge_hear(fd, answer), more ? 431 : 200);
        close(fd);
    }
}
END_TEST

/* What the library ends without a problem document, if it answers at all. */
static const char *const broken[] = {
    HEAD("GET /a b") "\r\n",
    HEAD("POST /hooks/a") KEY "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
};

START_TEST(what_cannot_be_parsed_ends_the_connection)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, broken[_i]);
    edge_hear_all(fd, answer);
    ck_assert_msg(answer[0] == '\0' || strncmp(answer, "HTTP/1.1 400 ", 13) == 0, "%s", answer);
    ck_assert_ptr_null(strstr(answer, "X-Request-Id: "));
    ck_assert(edge_is_closed(fd));
    close(fd);
}
END_TEST

/* ---- what is answered ---- */

START_TEST(one_connection_serves_many_requests)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    for (int i = 0; i < 3; i++) {
        edge_say(fd, HEAD("GET /livez") "\r\n");
        ck_assert_int_eq(edge_hear(fd, answer), 200);
        ck_assert_ptr_nonnull(strstr(answer, "{\"status\":\"live\"}"));
        edge_say(fd, POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"a\":1}");
        ck_assert_int_eq(edge_hear(fd, answer), 201);
        ck_assert_ptr_nonnull(strstr(answer, "Location: /things/1\r\n"));
    }
    close(fd);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("GET /things/first") KEY "\r\n" HEAD("GET /things/second") KEY
             "\r\n" HEAD("GET /things/third") KEY "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "\"first\""));
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "\"second\""));
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "\"third\""));
    close(fd);
}
END_TEST

START_TEST(head_answers_as_get_without_a_body)
{
    char answer[EDGE_ANSWER_MAX] = "";
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("HEAD /livez") "Connection: close\r\n\r\n");
    edge_hear_all(fd, answer);
    ck_assert_ptr_nonnull(strstr(answer, "HTTP/1.1 200 OK\r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "Content-Length: 17\r\n"));
    ck_assert_str_eq(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    close(fd);
}
END_TEST

START_TEST(a_sane_request_id_comes_back)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("GET /livez") "X-Request-Id: my:id-1\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "X-Request-Id: my:id-1\r\n"));
    edge_say(fd, HEAD("GET /livez") "X-Request-Id: \"my id\"\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    ck_assert_ptr_null(strstr(answer, "my id"));
    close(fd);
}
END_TEST

START_TEST(a_path_parameter_is_decoded_once)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("GET /things/a%2Fb%2541") KEY "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "\"a/b%41\""));
    close(fd);
}
END_TEST

START_TEST(a_body_is_asked_for_only_when_it_is_wanted)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, POST_THINGS JSON_TYPE "Expect: 100-continue\r\nContent-Length: 7\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 100);
    edge_say(fd, "{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 201);
    edge_say(fd,
             HEAD("POST /things") JSON_TYPE "Expect: 100-continue\r\nContent-Length: 7\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 401);
    ck_assert(edge_is_closed(fd));
    close(fd);
}
END_TEST

START_TEST(chunks_are_taken_up_to_the_cap)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("POST /hooks/a") KEY "Transfer-Encoding: chunked\r\n\r\n"
                                           "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "\"abcdefg\""));
    edge_say(fd, POST_THINGS JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n"
                                       "1\r\n{\r\n5;x=y\r\n\"a\":1\r\n1\r\n}\r\n0\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 201);
    edge_say(fd, POST_THINGS JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 400);
    edge_say(fd, HEAD("GET /livez") "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    edge_say(fd, HEAD("POST /hooks/a") KEY "Content-Length: 0\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    edge_say(fd, HEAD("POST /hooks/a") KEY "Transfer-Encoding: chunked\r\n\r\n15\r\n"
                                           "123456789012345678901\r\n0\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 413);
    edge_say(fd, HEAD("GET /livez") "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    close(fd);
}
END_TEST

START_TEST(a_signature_is_checked_when_the_body_is_there)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("POST /hooks/a") "X-Signature: abc\r\nContent-Length: 3\r\n\r\nabc");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    edge_say(fd, HEAD("POST /hooks/a") "X-Signature: abc\r\nContent-Length: 3\r\n\r\nabd");
    ck_assert_int_eq(edge_hear(fd, answer), 401);
    edge_say(fd, HEAD("GET /livez") "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    close(fd);
}
END_TEST

START_TEST(a_key_may_be_looked_up_first)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("POST /things") "Authorization: Bearer slow\r\n" JSON_TYPE
                                      "Content-Length: 7\r\n\r\n{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 201);
    edge_say(fd, HEAD("GET /things/x") "Authorization: Bearer slow\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    edge_say(fd, HEAD("POST /things") "Authorization: Bearer slow\r\n" JSON_TYPE
                                      "Content-Length: 4\r\n\r\n{\"a\"");
    ck_assert_int_eq(edge_hear(fd, answer), 400);
    close(fd);
}
END_TEST

START_TEST(an_answer_that_was_never_made_is_a_500)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("GET /things/silent") KEY "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 500);
    ck_assert_ptr_null(strstr(answer, "detail"));
    close(fd);
}
END_TEST

START_TEST(metrics_count_by_operation)
{
    char answer[EDGE_ANSWER_MAX];
    int fd = edge_connect(&edge);

    edge_say(fd, HEAD("GET /things/x") KEY "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    edge_say(fd, HEAD("GET /metrics") "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    ck_assert_ptr_nonnull(
        strstr(answer, "baton_requests_total{operation=\"things_get\",status=\"200\"} "));
    close(fd);
}
END_TEST

static const char *metrics_text(struct arena *arena)
{
    struct text_out out;

    text_out_init(&out, arena, METRICS_MAX_BYTES);
    metrics_write(&out);
    ck_assert(!arena_failed(arena));
    return out.text;
}

/* Whole, straight from the source: the edge's answers are cut. */
START_TEST(metrics_are_what_prometheus_reads)
{
    struct arena *arena = arena_new(1 << 16);
    const char *text = metrics_text(arena);
    double value;

    const char *fault = exposition_fault(text);
    ck_assert_msg(fault == NULL, "%s", fault);
    ck_assert(exposition_value(text, "baton_build_info{version=\"" BATON_VERSION "\"}", &value));
    ck_assert(value == 1);
    ck_assert(exposition_value(text, "process_start_time_seconds", &value));
    ck_assert(value <= (double)time(NULL) + 1 && value > (double)time(NULL) - 3600);
    ck_assert(exposition_value(text, "process_cpu_seconds_total", &value));
    ck_assert(value > 0);
    ck_assert(exposition_value(text, "process_open_fds", &value));
    ck_assert(value >= 4);
    int fd = open("/dev/null", O_RDONLY);
    const char *more = metrics_text(arena);
    double one_more;
    ck_assert(exposition_value(more, "process_open_fds", &one_more));
    ck_assert(one_more == value + 1);
    close(fd);
    ck_assert(exposition_value(text, "process_resident_memory_bytes", &value));
    ck_assert(value > 1e6);
    arena_free(arena);
}
END_TEST

/* The checker finds what is wrong: else it would prove nothing. */
static const char *const misfits[] = {
    "",
    "baton_x 1\n",
    "# HELP baton_x It.\n# TYPE baton_x gauge\nbaton_x 1",
    "# HELP baton_x It.\n# TYPE baton_x gauge\nbaton_y 1\n",
    "# HELP baton_x It.\n# TYPE baton_x counter\nbaton_x 1\n",
    "# HELP baton_x_total It.\n# TYPE baton_x_total gauge\nbaton_x_total 1\n",
    "# TYPE baton_x gauge\nbaton_x 1\n",
    "# HELP baton_x \n# TYPE baton_x gauge\nbaton_x 1\n",
    "# HELP baton_x It.\n# TYPE baton_x gauge\nbaton_x one\n",
    "# HELP baton_x It.\n# TYPE baton_x gauge\nbaton_x{a=\"b} 1\n",
    "# HELP baton_x It.\n# TYPE baton_x gauge\nbaton_x 1\n# HELP baton_x It.\n# TYPE baton_x "
    "gauge\n",
};

START_TEST(what_prometheus_does_not_read_is_found)
{
    ck_assert_msg(exposition_fault(misfits[_i]) != NULL, "%s", misfits[_i]);
}
END_TEST

/* ---- what waits ---- */

#define MANY 64

/* With one HTTP thread and with three. */
START_TEST(many_connections_wait_at_once)
{
    struct httpd_settings settings = edge_settings();
    char answer[EDGE_ANSWER_MAX];
    int fds[MANY];

    settings.threads = _i == 0 ? 1 : 3;
    restart(&settings);
    edge_hold(&edge, HOLD_QUEUED);
    for (int i = 0; i < MANY; i++) {
        fds[i] = edge_connect(&edge);
        edge_say(fds[i], HEAD("GET /things/x") KEY "\r\n");
    }
    edge_wait_queued(&edge, MANY);
    ck_assert_int_eq(metrics_value(METRIC_WAITING), MANY);
    edge_hold(&edge, HOLD_NOTHING);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            ck_assert_int_eq(edge_hear(fds[i], answer), 200);
        for (int i = 0; i < MANY && round < 2; i++)
            edge_say(fds[i], HEAD("GET /things/x") KEY "\r\n");
    }
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    ck_assert_int_eq(metrics_value(METRIC_WAITING), 0);
}
END_TEST

/* How many of those that wait beyond the limit are given time to show a pace. */
#define BEYOND_MAX 200
#define ASK_MS     50

static bool is_answered(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    return poll(&ready, 1, ASK_MS) == 1;
}

/* One may wait in any case. As long as nothing says that the others cannot be served they wait too;
 * when nobody was answered for a while, the next is turned away. */
START_TEST(beyond_the_limit_it_is_overloaded)
{
    struct httpd_settings settings = edge_settings();
    char answer[EDGE_ANSWER_MAX];
    int fds[BEYOND_MAX];
    int last = -1;

    settings.waiting_max = 1;
    restart(&settings);
    edge_hold(&edge, HOLD_QUEUED);
    do {
        ck_assert_int_lt(++last, BEYOND_MAX);
        fds[last] = edge_connect(&edge);
        edge_say(fds[last], HEAD("GET /things/x") KEY "\r\n");
    } while (!is_answered(fds[last]));
    ck_assert_int_ge(last, 2);
    ck_assert_int_eq(edge_hear(fds[last], answer), 503);
    ck_assert_ptr_nonnull(strstr(answer, "\"code\":\"overloaded\""));
    ck_assert_ptr_nonnull(strstr(answer, "Retry-After: 1\r\n"));
    edge_hold(&edge, HOLD_NOTHING);
    for (int i = 0; i < last; i++)
        ck_assert_int_eq(edge_hear(fds[i], answer), 200);
    for (int i = 0; i <= last; i++)
        close(fds[i]);
}
END_TEST

START_TEST(all_bodies_together_have_a_bound)
{
    struct httpd_settings settings = edge_settings();
    char answer[EDGE_ANSWER_MAX];

    settings.bodies_max_bytes = 10;
    restart(&settings);
    int fd = edge_connect(&edge);
    edge_say(fd, POST_THINGS JSON_TYPE "Content-Length: 11\r\n\r\n{\"a\": 1   }");
    ck_assert_int_eq(edge_hear(fd, answer), 503);
    edge_say(fd, POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 201);
    close(fd);
}
END_TEST

static void use_short_deadline(void)
{
    struct httpd_settings settings = edge_settings();

    settings.request_timeout_ms = 100;
    restart(&settings);
}

START_TEST(a_deadline_withdraws_what_is_queued)
{
    char answer[EDGE_ANSWER_MAX];

    use_short_deadline();
    edge_hold(&edge, HOLD_QUEUED);
    int fd = edge_connect(&edge);
    edge_say(fd, POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 503);
    ck_assert_ptr_nonnull(strstr(answer, "\"code\":\"unavailable\""));
    ck_assert_ptr_nonnull(strstr(answer, "Retry-After: 2\r\n"));
    ck_assert_int_eq(edge.done, 0);
    edge_hold(&edge, HOLD_NOTHING);
    edge_say(fd, POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 201);
    close(fd);
}
END_TEST

START_TEST(a_deadline_on_what_is_taken_leaves_the_outcome_open)
{
    char answer[EDGE_ANSWER_MAX];

    use_short_deadline();
    edge_hold(&edge, HOLD_TAKEN);
    int fd = edge_connect(&edge);
    int64_t late = metrics_value(METRIC_LATE);
    edge_say(fd,
             POST_THINGS JSON_TYPE "Idempotency-Key: k-1\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 503);
    ck_assert_ptr_nonnull(strstr(answer, "\"code\":\"outcome_unknown\""));
    ck_assert_ptr_nonnull(strstr(answer, "Idempotency-Key: k-1\r\n"));
    /* The result comes now, for nobody. */
    edge_hold(&edge, HOLD_NOTHING);
    edge_wait_done(&edge, 1);
    ck_assert_int_eq(metrics_value(METRIC_LATE), late + 1);
    edge_say(fd, HEAD("GET /things/x") KEY "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    close(fd);
}
END_TEST

START_TEST(a_key_of_the_servers_own_is_told)
{
    char answer[EDGE_ANSWER_MAX];

    use_short_deadline();
    edge_hold(&edge, HOLD_TAKEN);
    int fd = edge_connect(&edge);
    edge_say(fd, POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 503);
    ck_assert_ptr_nonnull(strstr(answer, "\r\nIdempotency-Key: "));
    close(fd);
}
END_TEST

START_TEST(a_read_that_is_late_is_only_unavailable)
{
    char answer[EDGE_ANSWER_MAX];

    use_short_deadline();
    edge_hold(&edge, HOLD_TAKEN);
    int fd = edge_connect(&edge);
    edge_say(fd, HEAD("GET /things/x") KEY "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 503);
    ck_assert_ptr_nonnull(strstr(answer, "\"code\":\"unavailable\""));
    close(fd);
}
END_TEST

START_TEST(a_look_up_has_the_same_deadline)
{
    char answer[EDGE_ANSWER_MAX];

    use_short_deadline();
    edge_hold(&edge, HOLD_QUEUED);
    int fd = edge_connect(&edge);
    edge_say(fd, HEAD("GET /things/x") "Authorization: Bearer slow\r\n\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 503);
    close(fd);
}
END_TEST

START_TEST(a_client_that_goes_away_while_it_waits_does_no_harm)
{
    char answer[EDGE_ANSWER_MAX];

    edge_hold(&edge, HOLD_QUEUED);
    int gone = edge_connect(&edge);
    edge_say(gone, HEAD("GET /things/x") KEY "\r\n");
    edge_wait_queued(&edge, 1);
    close(gone);
    edge_hold(&edge, HOLD_NOTHING);
    int fd = edge_connect(&edge);
    edge_say(fd, HEAD("GET /things/x") KEY "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 200);
    close(fd);
}
END_TEST

/* Nothing more comes from such a client, and it waits for its answer. */
START_TEST(whoever_ends_their_side_is_answered)
{
    char answer[EDGE_ANSWER_MAX];

    for (int held = 0; held < 2; held++) {
        int fd = edge_connect(&edge);
        edge_hold(&edge, held ? HOLD_QUEUED : HOLD_NOTHING);
        edge_say(fd, POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"a\":1}");
        ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
        if (held)
            edge_wait_queued(&edge, 1);
        edge_hold(&edge, HOLD_NOTHING);
        ck_assert_int_eq(edge_hear(fd, answer), 201);
        close(fd);
    }
}
END_TEST

/* ---- who is cut off ---- */

#define SLOW_CLIENTS 500

START_TEST(slow_clients_are_cut_off_and_hurt_nobody)
{
    struct httpd_settings settings = edge_settings();
    char answer[EDGE_ANSWER_MAX];
    static int slow[SLOW_CLIENTS];

    settings.head_timeout_ms = 1000;
    restart(&settings);
    for (int i = 0; i < SLOW_CLIENTS; i++) {
        slow[i] = edge_connect(&edge);
        edge_say(slow[i], "GET /livez HTTP/1.1\r\nHost: a\r\nX-A: ");
    }
    int fd = edge_connect(&edge);
    for (int i = 0; i < 50; i++) {
        edge_say(fd, HEAD("GET /things/x") KEY "\r\n");
        ck_assert_int_eq(edge_hear(fd, answer), 200);
        edge_say(slow[i], "b");
    }
    for (int i = 0; i < SLOW_CLIENTS; i++) {
        ck_assert_msg(edge_is_closed(slow[i]), "slow client %d is still there", i);
        close(slow[i]);
    }
    close(fd);
}
END_TEST

static const char *const stuck[] = {
    "",                                                              /* nothing at all */
    "GE",                                                            /* a method */
    HEAD("GET /livez") "X",                                          /* headers */
    POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{",              /* a body */
    HEAD("POST /hooks/a") KEY "Transfer-Encoding: chunked\r\n\r\n5", /* chunks */
    HEAD("POST /things") "Content-Length: 7\r\n\r\n{",               /* a body that is refused */
    HEAD("GET /livez") "\r\n",                                       /* idle afterwards */
    HEAD("GET /large") "\r\n", /* an answer that is not read */
};

START_TEST(whoever_does_not_go_on_is_cut_off)
{
    struct httpd_settings settings = edge_settings();

    settings.head_timeout_ms = settings.body_timeout_ms = settings.idle_timeout_ms = 200;
    restart(&settings);
    int64_t before = metrics_value(METRIC_CUT_OFF);
    int fd = edge_connect(&edge);
    edge_say(fd, stuck[_i]);
    edge_wait_metric(METRIC_CUT_OFF, before + 1);
    edge_wait_metric(METRIC_CONNECTIONS, 0);
    close(fd);
}
END_TEST

START_TEST(a_waiting_client_is_not_slow)
{
    struct httpd_settings settings = edge_settings();
    char answer[EDGE_ANSWER_MAX];

    settings.head_timeout_ms = settings.body_timeout_ms = settings.idle_timeout_ms = 100;
    settings.request_timeout_ms = 1500;
    restart(&settings);
    edge_hold(&edge, HOLD_TAKEN);
    int fd = edge_connect(&edge);
    edge_say(fd, HEAD("GET /things/x") KEY "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 503);
    close(fd);
}
END_TEST

/* ---- pages of other origins ---- */

#define ORIGIN "Origin: https://board.example\r\n"

static void use_origins(void)
{
    struct httpd_settings settings = edge_settings();

    settings.cors_origins = "https://other.example, https://board.example";
    restart(&settings);
}

static void ask_once(const char *request, int status, char answer[EDGE_ANSWER_MAX])
{
    int fd = edge_connect(&edge);

    edge_say(fd, request);
    int got = edge_hear(fd, answer);
    ck_assert_msg(got == status, "wanted %d, got %d: %s", status, got, answer);
    close(fd);
}

START_TEST(a_page_of_an_allowed_origin_may_read)
{
    char answer[EDGE_ANSWER_MAX];

    use_origins();
    ask_once(HEAD("GET /livez") ORIGIN "\r\n", 200, answer);
    ck_assert_ptr_nonnull(strstr(answer, "Access-Control-Allow-Origin: https://board.example\r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "Access-Control-Expose-Headers: Allow, ETag, "));
    ck_assert_ptr_nonnull(strstr(answer, "Vary: Accept-Encoding, Origin\r\n"));
    ck_assert_ptr_null(strstr(answer, "Credentials"));
    /* also why it is refused */
    ask_once(HEAD("GET /things/now") ORIGIN "\r\n", 401, answer);
    ck_assert_ptr_nonnull(strstr(answer, "Access-Control-Allow-Origin: https://board.example\r\n"));
    ask_once(HEAD("GET /nope") ORIGIN "\r\n", 404, answer);
    ck_assert_ptr_nonnull(strstr(answer, "Access-Control-Allow-Origin: "));
}
END_TEST

START_TEST(a_preflight_is_answered_without_a_key)
{
    char answer[EDGE_ANSWER_MAX];
    int fd;

    use_origins();
    fd = edge_connect(&edge);
    edge_say(fd, HEAD("OPTIONS /things") ORIGIN "Access-Control-Request-Method: POST\r\n"
                                                "Access-Control-Request-Headers: authorization\r\n"
                                                "\r\n");
    ck_assert_int_eq(edge_hear(fd, answer), 204);
    ck_assert_ptr_nonnull(strstr(answer, "Access-Control-Allow-Origin: https://board.example\r\n"));
    ck_assert_ptr_nonnull(strstr(answer, "Access-Control-Allow-Methods: GET, HEAD, POST, "));
    ck_assert_ptr_nonnull(strstr(answer, "Authorization, Baton-Actor, Content-Type, "));
    ck_assert_ptr_nonnull(strstr(answer, "Access-Control-Max-Age: 600\r\n"));
    ck_assert_ptr_null(strstr(answer, "Credentials"));
    edge_say(fd, POST_THINGS JSON_TYPE ORIGIN "Content-Length: 7\r\n\r\n{\"a\":1}");
    ck_assert_int_eq(edge_hear(fd, answer), 201);
    ck_assert_ptr_nonnull(strstr(answer, "Access-Control-Allow-Origin: "));
    close(fd);
}
END_TEST

START_TEST(others_may_not)
{
    char answer[EDGE_ANSWER_MAX];

    use_origins();
    ask_once(HEAD("GET /livez") "Origin: https://evil.example\r\n\r\n", 200, answer);
    ck_assert_ptr_null(strstr(answer, "Access-Control"));
    ck_assert_ptr_nonnull(strstr(answer, "Vary: Accept-Encoding, Origin\r\n"));
    ask_once(HEAD("OPTIONS /things") "Origin: null\r\nAccess-Control-Request-Method: POST\r\n\r\n",
             405, answer);
    ck_assert_ptr_null(strstr(answer, "Access-Control"));
    ask_once(HEAD("OPTIONS /things") ORIGIN "\r\n", 405, answer); /* no preflight */
}
END_TEST

START_TEST(without_a_list_nothing_is_said_of_origins)
{
    char answer[EDGE_ANSWER_MAX];

    ask_once(HEAD("GET /livez") ORIGIN "\r\n", 200, answer);
    ck_assert_ptr_null(strstr(answer, "Access-Control"));
    ck_assert_ptr_null(strstr(answer, "Origin"));
    ask_once(HEAD("OPTIONS /things") ORIGIN "Access-Control-Request-Method: POST\r\n\r\n", 405,
             answer);
}
END_TEST

/* ---- begin and end ---- */

START_TEST(a_port_that_is_taken_is_said)
{
    struct httpd_settings settings = edge_settings();
    char why[HTTPD_WHY_MAX_BYTES] = "";

    settings.port = httpd_port(edge.httpd);
    ck_assert_ptr_null(httpd_start(&settings, routes, routes_count, &edge.backend, why));
    ck_assert_ptr_nonnull(strstr(why, "cannot listen on 127.0.0.1:"));
    ck_assert_ptr_nonnull(strstr(why, "in use"));
}
END_TEST

static void *stop(void *argument)
{
    httpd_stop(argument);
    return NULL;
}

START_TEST(draining_answers_what_has_begun)
{
    char answer[EDGE_ANSWER_MAX];
    pthread_t thread;

    edge_hold(&edge, HOLD_QUEUED);
    int waiting = edge_connect(&edge), kept = edge_connect(&edge);
    edge_say(waiting, HEAD("GET /things/x") KEY "\r\n");
    edge_wait_queued(&edge, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, stop, edge.httpd), 0);
    do {
        edge_say(kept, HEAD("GET /readyz") "\r\n");
    } while (edge_hear(kept, answer) == 200);
    ck_assert_ptr_nonnull(strstr(answer, " 503 "));
    ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
    ck_assert(edge_is_closed(kept));
    edge_hold(&edge, HOLD_NOTHING);
    ck_assert_int_eq(edge_hear(waiting, answer), 200);
    ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
    pthread_join(thread, NULL);
    edge.stopped = true;
    close(waiting);
    close(kept);
}
END_TEST

START_TEST(draining_does_not_wait_for_ever)
{
    struct httpd_settings settings = edge_settings();
    char answer[EDGE_ANSWER_MAX];
    int fds[MANY];

    settings.drain_timeout_ms = 200;
    restart(&settings);
    edge_hold(&edge, HOLD_TAKEN);
    for (int i = 0; i < MANY; i++) {
        fds[i] = edge_connect(&edge);
        edge_say(fds[i], POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"a\":1}");
    }
    edge_wait_started(&edge, MANY);
    httpd_stop(edge.httpd);
    edge.stopped = true;
    int unknown = 0;
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(edge_hear(fds[i], answer), 503);
        unknown += strstr(answer, "outcome_unknown") != NULL;
        close(fds[i]);
    }
    ck_assert_int_eq(unknown, 1); /* the one that the worker had taken */
}
END_TEST

/* libmicrohttpd aborts the process when it is stopped with a suspended connection: so a body that
 * is whole only when nobody is waited for any more is refused, and not suspended. */
START_TEST(a_body_that_comes_at_the_very_end_is_refused)
{
    struct httpd_settings settings = edge_settings();
    char answer[EDGE_ANSWER_MAX];
    pthread_t thread;

    settings.drain_timeout_ms = 200;
    restart(&settings);
    edge_hold(&edge, HOLD_QUEUED);
    int late = edge_connect(&edge);
    edge_say(late, POST_THINGS JSON_TYPE "Content-Length: 7\r\n\r\n{\"a\"");
    edge_wait_metric(METRIC_ACTIVE, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, stop, edge.httpd), 0);
    while (!atomic_load(&edge.httpd->closed))
        poll(NULL, 0, 1);
    edge_say(late, ":1}");
    ck_assert_int_eq(edge_hear(late, answer), 503);
    ck_assert_ptr_nonnull(strstr(answer, "Connection: close\r\n"));
    pthread_join(thread, NULL);
    edge.stopped = true;
    close(late);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "edge");

    tcase_add_checked_fixture(t, set_up, tear_down);
    EACH(t, what_is_refused_says_so, refused);
    EACH(t, a_refusal_leads_to_the_cure, cures);
    TESTS(t, utf_8_may_be_named);
    EACH(t, what_the_library_refuses_ends_the_connection, refused_inside);
    EACH(t, what_is_too_long_is_refused, long_requests);
    TESTS(t, more_than_64_headers_are_refused);
    EACH(t, what_cannot_be_parsed_ends_the_connection, broken);
    TESTS(t, one_connection_serves_many_requests, pipelined_requests_are_answered_in_order,
          head_answers_as_get_without_a_body, a_sane_request_id_comes_back,
          a_path_parameter_is_decoded_once, a_body_is_asked_for_only_when_it_is_wanted,
          chunks_are_taken_up_to_the_cap, a_signature_is_checked_when_the_body_is_there,
          a_key_may_be_looked_up_first, an_answer_that_was_never_made_is_a_500,
          metrics_count_by_operation, metrics_are_what_prometheus_reads);
    EACH(t, what_prometheus_does_not_read_is_found, misfits);
    tcase_add_loop_test(t, many_connections_wait_at_once, 0, 2);
    TESTS(t, beyond_the_limit_it_is_overloaded, all_bodies_together_have_a_bound,
          a_deadline_withdraws_what_is_queued, a_deadline_on_what_is_taken_leaves_the_outcome_open,
          a_key_of_the_servers_own_is_told, a_read_that_is_late_is_only_unavailable,
          a_look_up_has_the_same_deadline, a_client_that_goes_away_while_it_waits_does_no_harm,
          whoever_ends_their_side_is_answered, slow_clients_are_cut_off_and_hurt_nobody);
    EACH(t, whoever_does_not_go_on_is_cut_off, stuck);
    TESTS(t, a_waiting_client_is_not_slow, a_page_of_an_allowed_origin_may_read,
          a_preflight_is_answered_without_a_key, others_may_not,
          without_a_list_nothing_is_said_of_origins, a_port_that_is_taken_is_said,
          draining_answers_what_has_begun, draining_does_not_wait_for_ever,
          a_body_that_comes_at_the_very_end_is_refused);
}
