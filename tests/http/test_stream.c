/* Who listens: the stream of events, and reads that wait. */
#include "client.h"
#include "stage.h"
#include "suite.h"

#include "store/pg/pg_time.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 30000
#define STREAM  "/v1/events/stream"

/* ---- somebody who listens ---- */

struct listener {
    int fd;
    char *text;
    size_t len;
    bool ended;
};

static int connect_to(const struct service *service)
{
    const char *port = strrchr(service_url(service), ':') + 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtol(port, NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int small = 4096;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Asks for the target with this header line ("": none); in HTTP/1.0, whose answers are not cut into
 * chunks. */
static struct listener listen_at(struct stage *stage, const struct service *service,
                                 const char *target, const char *header)
{
    struct listener listener = {.fd = connect_to(service), .text = calloc(1, 1)};
    char request[1024];
    int len = snprintf(request, sizeof request,
                       "GET %s HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer %s\r\n%s\r\n", target,
                       story_get(stage->story, "ana"), header);

    ck_assert_int_eq(send(listener.fd, request, (size_t)len, 0), len);
    return listener;
}

static bool hear_more(struct listener *listener)
{
    struct pollfd ready = {.fd = listener->fd, .events = POLLIN};
    char piece[4096];

    if (poll(&ready, 1, WAIT_MS) <= 0)
        return false;
    ssize_t len = recv(listener->fd, piece, sizeof piece, 0);
    listener->ended = len <= 0;
    if (listener->ended)
        return false;
    listener->text = realloc(listener->text, listener->len + (size_t)len + 1);
    memcpy(listener->text + listener->len, piece, (size_t)len);
    listener->len += (size_t)len;
    listener->text[listener->len] = '\0';
    return true;
}

/* Signs of life do not count as what is waited for. */
static void hear(struct listener *listener, const char *text)
{
    int64_t until = pg_now_ms() + WAIT_MS;

    while (strstr(listener->text, text) == NULL)
        ck_assert_msg(pg_now_ms() < until && hear_more(listener),
                      "\"%s\" does not come; this came: %s", text, listener->text);
}

static void hear_the_end(struct listener *listener)
{
    int64_t until = pg_now_ms() + WAIT_MS;

    while (pg_now_ms() < until && hear_more(listener))
        ;
    ck_assert_msg(listener->ended, "it does not end; this came: %s", listener->text);
}

static int times(const struct listener *listener, const char *text)
{
    int count = 0;

    for (const char *at = listener->text; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

static void hear_times(struct listener *listener, const char *text, int wanted)
{
    int64_t until = pg_now_ms() + WAIT_MS;

    while (times(listener, text) < wanted)
        ck_assert_msg(pg_now_ms() < until && hear_more(listener), "\"%s\" came %d times", text,
                      times(listener, text));
}

static void leave(struct listener *listener)
{
    close(listener->fd);
    free(listener->text);
}

static void capture(struct stage *stage, const char *name)
{
    char body[128];

    snprintf(body, sizeof body, "{\"email\":\"%s@corp.example\"}", name);
    struct answer answer = stage_call(stage, "marketing", "POST", "/v1/leads", body, 201);
    answer_release(&answer);
}

static void capture_many(struct stage *stage, int batch)
{
    char *body = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&body, &len);

    fputs("{\"leads\":[", out);
    for (int i = 0; i < 1000; i++)
        fprintf(out, "%s{\"email\":\"a%d_%d@corp.example\"}", i > 0 ? "," : "", batch, i);
    fputs("]}", out);
    fclose(out);
    struct answer answer = stage_call(stage, "marketing", "POST", "/v1/leads/batch", body, 200);
    answer_release(&answer);
    free(body);
}

/* Position of the last entry. */
static long long head_of(struct stage *stage)
{
    struct answer answer = stage_call(stage, "ana", "GET", "/v1/events?limit=500", NULL, 200);
    const json_t *data = json_object_get(answer.json, "data");
    const json_t *last = json_array_get(data, json_array_size(data) - 1);
    long long pos = json_integer_value(json_object_get(last, "pos"));

    answer_release(&answer);
    return pos;
}

/* ---- the stream ---- */

START_TEST(what_happens_is_heard)
{
    struct stage stage = stage_open("");
    struct listener listener = listen_at(&stage, stage_service(), STREAM, "");

    hear(&listener, "Content-Type: text/event-stream");
    hear(&listener, "retry: ");
    capture(&stage, "kim");
    hear(&listener, "event: lead.captured\ndata: {\"pos\":");
    ck_assert_ptr_null(strstr(listener.text, "kim@"));
    leave(&listener);
    stage_close(&stage);
}
END_TEST

/* Nothing is lost and nothing comes twice. */
START_TEST(it_goes_on_where_it_broke_off)
{
    struct stage stage = stage_open("");
    char header[64], first[32], last[32];

    capture(&stage, "before");
    long long seen = head_of(&stage);
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "kim%d", i);
        capture(&stage, name);
    }
    long long head = head_of(&stage);
    snprintf(header, sizeof header, "Last-Event-ID: %lld\r\n", seen);
    struct listener listener = listen_at(&stage, stage_service(), STREAM, header);
    snprintf(first, sizeof first, "id: %lld\nevent", seen + 1);
    snprintf(last, sizeof last, "id: %lld\nevent", head);
    hear(&listener, last);
    ck_assert_int_eq(times(&listener, first), 1);
    ck_assert_int_eq(times(&listener, "\nevent: "), (int)(head - seen));
    leave(&listener);
    stage_close(&stage);
}
END_TEST

/* A thousand entries are more than a server keeps at hand. */
START_TEST(it_goes_on_from_long_ago)
{
    struct stage stage = stage_open("");
    struct listener near = listen_at(&stage, stage_service(), STREAM, "");
    char last[32];

    hear(&near, "retry: ");
    capture_many(&stage, 1);
    capture(&stage, "last");
    struct listener listener =
        listen_at(&stage, stage_service(), STREAM "?types=lead.*", "Last-Event-ID: 0\r\n");
    hear(&listener, "id: 1000\nevent");
    snprintf(last, sizeof last, "event: lead.captured");
    hear_times(&listener, last, 1001);
    ck_assert_int_eq(times(&listener, "event: reset"), 0);
    leave(&near);
    leave(&listener);
    stage_close(&stage);
}
END_TEST

START_TEST(a_position_that_is_none_begins_anew)
{
    static const char *const headers[] = {"Last-Event-ID: 999999999\r\n", "Last-Event-ID: x\r\n"};
    struct stage stage = stage_open("");
    struct listener listener = listen_at(&stage, stage_service(), STREAM, headers[_i]);

    hear(&listener, "event: reset\nid: ");
    capture(&stage, "kim");
    hear(&listener, "event: lead.captured");
    leave(&listener);
    stage_close(&stage);
}
END_TEST

START_TEST(only_what_was_asked_for_is_heard)
{
    struct stage stage = stage_open("--starter mql --sign");
    struct listener offers = listen_at(&stage, stage_service(), STREAM "?types=handoff.*", "");
    struct listener teams = listen_at(&stage, stage_service(), STREAM "?team=sales", "");

    hear(&offers, "retry: ");
    hear(&teams, "retry: ");
    capture(&stage, "nobody");
    struct answer answer =
        stage_call(&stage, "marketing", "POST", "/v1/leads",
                   "{\"email\":\"kim@corp.example\",\"attributes\":{\"seniority\":\"vp\"},"
                   "\"touch\":{\"kind\":\"form_submitted\",\"source\":\"google\"}}",
                   201);
    answer_release(&answer);
    hear(&offers, "event: handoff.offered");
    hear(&teams, "event: handoff.offered");
    ck_assert_int_eq(times(&offers, "event: lead."), 0);
    leave(&offers);
    leave(&teams);
    stage_close(&stage);
}
END_TEST

static const struct step refusals[] = {
    GET("an event that is none", "ana", STREAM "?types=lead.*,handoff.eaten", 400,
        .checks = {{"/errors/0/code", "'unknown_event'"}, {"/errors/0/detail", "~handoff.eaten"}}),
    GET("a team that is none", "ana", STREAM "?team=nobody", 400,
        .checks = {{"/errors/0/code", "'unknown_team'"}}),
    GET("another feed's place", "ana", STREAM "?after=x", 400,
        .checks = {{"/errors/0/code", "'cursor'"}}),
    POST("somebody who may only send has a key", "ana", "/v1/keys",
         "{'title':'k','team':'marketing','roles':['capture']}", 201, .keep = {{"tool", "/token"}}),
    GET("and hears nothing", "tool", STREAM, 403),
    GET("nor does a stranger", NO_KEY, STREAM, 401),
    HEAD("what it would be can be asked", "ana", STREAM, 200,
         .checks = {{"@Content-Type", "'text/event-stream'"}, {"@X-Accel-Buffering", "'no'"}}),
    {0},
};

STORY(what_is_not_to_be_heard, "", refusals)

/* Within the second: it is looked at whenever the configuration changes. */
START_TEST(a_key_that_is_revoked_hears_no_more)
{
    struct stage stage = stage_open("");
    static const struct step makes[] = {POST("a tool has a key", "ana", "/v1/keys",
                                             "{'title':'k','team':'marketing','roles':['read']}",
                                             201, .keep = {{"tool", "/token"}, {"key", "/key/id"}}),
                                        {0}};
    static const struct step revokes[] = {
        POST("and loses it", "ana", "/v1/keys/${key}/revoke", NULL, 200), {0}};

    story_run(stage.story, makes);
    story_set(stage.story, "ana_herself", story_get(stage.story, "ana"));
    story_set(stage.story, "ana", story_get(stage.story, "tool"));
    struct listener listener = listen_at(&stage, stage_service(), STREAM, "");
    hear(&listener, "retry: ");
    story_set(stage.story, "ana", story_get(stage.story, "ana_herself"));
    story_run(stage.story, revokes);
    hear_the_end(&listener);
    capture(&stage, "kim");
    ck_assert_int_eq(times(&listener, "lead.captured"), 0);
    leave(&listener);
    stage_close(&stage);
}
END_TEST

START_TEST(a_server_that_ends_says_when_to_come_again)
{
    struct stage stage = stage_open("");
    struct service *second = service_start(stage_database(), NULL);
    struct listener listener = listen_at(&stage, second, STREAM, "");

    hear(&listener, "retry: 3000");
    capture(&stage, "kim"); /* which the other server does */
    hear(&listener, "event: lead.captured");
    service_stop(second);
    hear(&listener, "retry: 1000\n\n");
    hear_the_end(&listener);
    leave(&listener);
    stage_close(&stage);
}
END_TEST

/* Some megabytes lie in the kernel's buffers before anybody notices that nothing is read. */
START_TEST(who_does_not_listen_is_cut_off_and_holds_up_nobody)
{
    struct stage stage = stage_open("");
    struct listener deaf = listen_at(&stage, stage_service(), STREAM, "");
    struct listener listener = listen_at(&stage, stage_service(), STREAM "?types=key.*", "");
    long long before = service_metric(stage_service(), "connections_cut_off_total");

    hear(&deaf, "retry: ");
    hear(&listener, "retry: ");
    for (int batch = 0; service_metric(stage_service(), "connections_cut_off_total") == before;
         batch++) {
        ck_assert_int_lt(batch, 40);
        capture_many(&stage, batch);
    }
    static const struct step key[] = {POST("a key is made", "ana", "/v1/keys",
                                           "{'title':'k','team':'marketing','roles':['read']}",
                                           201),
                                      {0}};
    story_run(stage.story, key);
    hear(&listener, "event: key.created");
    leave(&deaf);
    leave(&listener);
    stage_close(&stage);
}
END_TEST

/* ---- reads that wait ---- */

struct reader {
    struct client *client;
    const char *token;
    const char *target;
    struct answer answer;
    pthread_t thread;
};

static void *read_once(void *argument)
{
    struct reader *reader = argument;

    if (!client_try(
            reader->client,
            &(struct call){.method = "GET", .target = reader->target, .token = reader->token},
            &reader->answer))
        reader->answer.status = 0;
    return NULL;
}

static const struct {
    const char *label;
    const char *target;
} feeds[] = {
    {"events", "/v1/events?limit=500"},
    {"feedback", "/v1/feedback?limit=500"},
    {"leads", "/v1/leads?reached=mql"},
};

/* The entry for which all three wait: a handoff is rejected. */
static void something_happens(struct stage *stage)
{
    static const struct step steps[] = {
        POST("marketing captures Kim, who is offered", "marketing", "/v1/leads",
             "{'email':'kim@corp.example','attributes':{'seniority':'vp'},"
             "'touch':{'kind':'form_submitted','source':'google'}}",
             201, .keep = {{"offer", "/handoff/id"}}),
        POST("sales rejects her", "sam", "/v1/handoffs/${offer}/reject",
             "{'reason':'too_small','note':'a small shop'}", 200),
        {0}};

    story_run(stage->story, steps);
}

START_TEST(a_read_waits_for_something_new)
{
    struct stage stage = stage_open("--starter mql --sign");
    char target[2048];

    struct answer first = stage_call(&stage, "ana", "GET", feeds[_i].target, NULL, 200);
    const char *next = json_string_value(json_object_get(first.json, "next"));
    snprintf(target, sizeof target, "%s&after=%s&wait_seconds=20", feeds[_i].target, next);
    answer_release(&first);
    static struct reader reader; /* outlives a test that fails */
    reader = (struct reader){.client = client_new(service_url(stage_service())),
                             .token = story_get(stage.story, "ana"),
                             .target = target};
    long long held = service_metric(stage_service(), "requests_waiting");
    ck_assert_int_eq(pthread_create(&reader.thread, NULL, read_once, &reader), 0);
    while (service_metric(stage_service(), "requests_waiting") <= held)
        ;
    something_happens(&stage);
    pthread_join(reader.thread, NULL);
    ck_assert_int_eq(reader.answer.status, 200);
    ck_assert_uint_gt(json_array_size(json_object_get(reader.answer.json, "data")), 0);
    answer_release(&reader.answer);
    client_free(reader.client);
    stage_close(&stage);
}
END_TEST

static const struct step in_vain[] = {
    GET("nothing happens, and the time is up", "ana", "/v1/feedback?wait_seconds=1", 200,
        .checks = {{"/data", "#0"}, {"/next", "<string>"}}),
    GET("too long", "ana", "/v1/events?wait_seconds=61", 400,
        .checks = {{"/errors/0/parameter", "'wait_seconds'"}}),
    GET("a list is no feed", "ana", "/v1/leads?wait_seconds=1", 400,
        .checks = {{"/errors/0/code", "'without_reached'"}}),
    {0},
};

STORY(a_read_that_waits_in_vain, "", in_vain)

/* A server that ends answers at once who waits. */
START_TEST(a_server_that_ends_keeps_nobody_waiting)
{
    struct stage stage = stage_open("");
    struct service *second = service_start(stage_database(), NULL);
    struct listener waits = listen_at(&stage, second, "/v1/feedback?wait_seconds=60", "");

    while (service_metric(second, "requests_waiting") == 0)
        ;
    service_stop(second);
    hear(&waits, " 200 ");
    leave(&waits);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "stream");

    TESTS(tcase, what_happens_is_heard, it_goes_on_where_it_broke_off, it_goes_on_from_long_ago,
          only_what_was_asked_for_is_heard, what_is_not_to_be_heard,
          a_key_that_is_revoked_hears_no_more, a_server_that_ends_says_when_to_come_again,
          who_does_not_listen_is_cut_off_and_holds_up_nobody, a_read_that_waits_in_vain,
          a_server_that_ends_keeps_nobody_waiting);
    tcase_add_loop_test(tcase, a_position_that_is_none_begins_anew, 0, 2);
    EACH(tcase, a_read_waits_for_something_new, feeds);
}
