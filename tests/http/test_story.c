/* The test client itself: what it fills in, what it finds equal, what it sends and records. */
#include "client.h"
#include "story.h"
#include "suite.h"
#include "test_cluster.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct answer answer_of(const char *body)
{
    struct answer answer = {.status = 200, .header_count = 1};

    answer.headers[0] = (struct answer_header){strdup("ETag"), strdup("\"r1\"")};
    answer.body = strdup(body);
    answer.body_len = strlen(body);
    answer.json = json_loads(body, JSON_DECODE_ANY, NULL);
    return answer;
}

START_TEST(a_story_fills_in_names_and_makes_quotes)
{
    const char *missing = NULL;
    struct story *story = story_new(NULL);

    story_set(story, "lead", "0199");
    story_set(story, "word", "it's");
    char *text = story_fill(story, "{'id':'${lead}','note':'${word}','cost':'$5'}", true, &missing);
    ck_assert_str_eq(text, "{\"id\":\"0199\",\"note\":\"it's\",\"cost\":\"$5\"}");
    free(text);
    text = story_fill(story, "/v1/leads/${lead}?email='", false, &missing);
    ck_assert_str_eq(text, "/v1/leads/0199?email='");
    free(text);
    story_free(story);
}
END_TEST

START_TEST(a_name_that_was_never_set_is_named)
{
    const char *missing = NULL;
    struct story *story = story_new(NULL);

    ck_assert_ptr_null(story_fill(story, "/v1/leads/${nobody}/x", false, &missing));
    ck_assert_str_eq(missing, "${nobody}/x");
    ck_assert_ptr_null(story_fill(story, "${open", false, &missing));
    story_free(story);
}
END_TEST

static const struct {
    const char *at, *wanted;
    bool met;
    const char *message;
} looks[] = {
    {"/lead/stage", "\"mql\"", true, NULL},
    {"/lead/stage", "\"sql\"", false, "/lead/stage: wanted \"sql\", got \"mql\""},
    {"/lead/due_at", "null", true, NULL},
    {"/lead/due_at", "*", true, NULL},
    {"/lead/due_at", "!", false, "/lead/due_at: wanted !, got null"},
    {"/lead/nobody", "!", true, NULL},
    {"/lead/nobody", "*", false, "/lead/nobody: wanted *, got nothing"},
    {"/lead/nobody", "null", false, "/lead/nobody: wanted null, got nothing"},
    {"/data", "#2", true, NULL},
    {"/data", "#3", false, "/data: wanted #3, got [1,{\"a/b\":true}]"},
    {"/data/1/a~1b", "true", true, NULL},
    {"/data/1/a~1b", "<boolean>", true, NULL},
    {"/data/2", "!", true, NULL},
    {"/data/0x", "!", true, NULL},
    {"/data/0", "1", true, NULL},
    {"/data/0", "1.0", false, "/data/0: wanted 1.0, got 1"},
    {"/data/0", "<string>", false, "/data/0: wanted <string>, got 1"},
    {"/lead", "{\"due_at\":null,\"stage\":\"mql\"}", true, NULL},
    {"/lead/stage", "~q", true, NULL},
    {"/lead/stage", "~z", false, "/lead/stage: wanted ~z, got \"mql\""},
    {"@ETag", "=\"r1\"", true, NULL},
    {"@etag", "*", true, NULL},
    {"@Location", "!", true, NULL},
    {"@body", "~\"data\":[1,", true, NULL},
};

START_TEST(a_check_finds_what_is_there_and_says_both_sides)
{
    char message[CHECK_MESSAGE_MAX] = "";
    struct answer answer =
        answer_of("{\"lead\":{\"stage\":\"mql\",\"due_at\":null},\"data\":[1,{\"a/b\":true}]}");

    ck_assert_int_eq(story_check(&answer, looks[_i].at, looks[_i].wanted, message), looks[_i].met);
    ck_assert_str_eq(message, looks[_i].met ? "" : looks[_i].message);
    answer_release(&answer);
}
END_TEST

/* A server that reads one request and gives one answer. */
struct canned {
    int listener;
    const char *answer;
    char request[4096];
};

static void *serve_once(void *context)
{
    struct canned *canned = context;
    size_t len = 0;
    int fd = accept(canned->listener, NULL, NULL);

    while (len + 1 < sizeof canned->request) {
        ssize_t got = read(fd, canned->request + len, sizeof canned->request - 1 - len);
        if (got <= 0)
            break;
        len += (size_t)got;
        canned->request[len] = '\0';
        if (strstr(canned->request, "}\n\n") != NULL) /* the bodies below end so */
            break;
    }
    if (write(fd, canned->answer, strlen(canned->answer)) < 0)
        perror("canned answer");
    close(fd);
    return NULL;
}

static void listen_for(struct canned *canned, char url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    canned->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(canned->listener, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(canned->listener, 1), 0);
    ck_assert_int_eq(getsockname(canned->listener, (struct sockaddr *)&address, &len), 0);
    snprintf(url, 64, "http://127.0.0.1:%u", ntohs(address.sin_port));
}

static json_t *recorded(const char *path)
{
    json_error_t error;
    json_t *line = json_load_file(path, JSON_DISABLE_EOF_CHECK, &error);

    if (line == NULL)
        ck_abort_msg("%s: %s", path, error.text);
    return line;
}

static const struct step one_step[] = {POST("a capture is sent and its answer kept", "marketing",
                                            "/v1/leads?x=${x}", "{'email':'kim@acme.example'}\n\n",
                                            201, .headers = {"Idempotency-Key: k-${x}"},
                                            .checks = {{"/id", "'0199'"}, {"@Location", "=/v1/x"}},
                                            .keep = {{"id", "/id"}, {"n", "/n"}}),
                                       {0}};

START_TEST(a_step_is_sent_checked_kept_and_recorded)
{
    char url[64], path[512], name[64];
    pthread_t thread;
    struct canned canned = {.answer = "HTTP/1.1 201 Created\r\nLocation: /v1/x\r\nContent-Type: "
                                      "application/json\r\nContent-Length: 19\r\n\r\n"
                                      "{\"id\":\"0199\",\"n\":7}"};

    snprintf(name, sizeof name, "baton-test-story-%d.ndjson", (int)getpid());
    scratch_path(path, sizeof path, name);
    char *before = getenv("BATON_EXCHANGES") ? strdup(getenv("BATON_EXCHANGES")) : NULL;
    setenv("BATON_EXCHANGES", path, 1);
    listen_for(&canned, url);
    ck_assert_int_eq(pthread_create(&thread, NULL, serve_once, &canned), 0);
    struct client *client = client_new(url);
    struct story *story = story_new(client);
    story_set(story, "marketing", "baton_a_b");
    story_set(story, "x", "1");
    story_run(story, one_step);
    pthread_join(thread, NULL);
    ck_assert_str_eq(story_get(story, "id"), "0199");
    ck_assert_str_eq(story_get(story, "n"), "7");
    ck_assert_ptr_nonnull(strstr(canned.request, "POST /v1/leads?x=1 HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(canned.request, "Authorization: Bearer baton_a_b\r\n"));
    ck_assert_ptr_nonnull(strstr(canned.request, "Idempotency-Key: k-1\r\n"));
    ck_assert_ptr_nonnull(strstr(canned.request, "{\"email\":\"kim@acme.example\"}"));

    json_t *line = recorded(path);
    ck_assert_str_eq(json_string_value(json_object_get(line, "target")), "/v1/leads?x=1");
    ck_assert_int_eq(json_integer_value(json_object_get(line, "status")), 201);
    json_t *sent = json_object_get(line, "request_headers");
    ck_assert_str_eq(json_string_value(json_object_get(sent, "Idempotency-Key")), "k-1");
    ck_assert_ptr_null(json_object_get(sent, "Authorization"));
    ck_assert_str_eq(json_string_value(json_object_get(line, "response_body")),
                     "{\"id\":\"0199\",\"n\":7}");
    json_decref(line);
    unlink(path);
    if (before != NULL)
        setenv("BATON_EXCHANGES", before, 1);
    else
        unsetenv("BATON_EXCHANGES");
    free(before);
    close(canned.listener);
    story_free(story);
    client_free(client);
}
END_TEST

START_TEST(no_answer_is_told_from_an_answer)
{
    char url[64];
    struct answer answer;
    struct canned canned = {.answer = ""};

    listen_for(&canned, url);
    close(canned.listener);
    struct client *client = client_new(url);
    ck_assert(!client_try(client, &(struct call){.method = "GET", .target = "/"}, &answer));
    ck_assert_int_eq(answer.status, 0);
    client_free(client);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "story");

    TESTS(t, a_story_fills_in_names_and_makes_quotes, a_name_that_was_never_set_is_named);
    EACH(t, a_check_finds_what_is_there_and_says_both_sides, looks);
    TESTS(t, a_step_is_sent_checked_kept_and_recorded, no_answer_is_told_from_an_answer);
}
