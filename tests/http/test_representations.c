/*
 * What is sent of an answer to a read: nothing to whoever has it, compressed for whoever takes
 * that, without a body for HEAD. Walks the route table, so that a new read is held to it as well.
 */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include "http/representation.h"
#include "http/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define TARGET_MAX_BYTES 512
#define ANSWER_MAX_BYTES (4u << 20)

static struct stage stage;

static const struct step played[] = {
    POST("marketing captures Kim", "marketing", "/v1/leads",
         "{'email':'kim@kite.example','attributes':{'company.employees':120,'seniority':'vp'},"
         "'touch':{'kind':'form_submitted','source':'google'}}",
         201, .keep = {{"lead_id", "/lead/id"}, {"handoff_id", "/handoff/id"}}),
    PUT("sales says when it works", "sam", "/v1/teams/sales/calendar",
        "{'time_zone':'UTC','hours':{'mon':[['09:00','17:00']]}}", 200),
    POST("sales sends her back", "sam", "/v1/handoffs/${handoff_id}/reject",
         "{'reason':'too_small','note':'Thirty.'}", 200),
    POST("a source with a secret", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','auth':{'scheme':'hmac_sha256','secret':"
         "'a secret of the sender','header':'X-Signature','encoding':'hex'},"
         "'mapping':{'email':'/mail'}}",
         201, .keep = {{"source_id", "/source/id"}}),
    POST("a key that may do everything", "ana", "/v1/keys",
         "{'title':'all','member':'ana@acme.example',"
         "'roles':['capture','work','sign','report','read','admin']}",
         201, .keep = {{"all", "/token"}}),
    POST("a subscription", "ana", "/v1/subscriptions",
         "{'name':'crm','events':['lead.captured'],'target':{'kind':'webhook',"
         "'url':'https://crm.example/hook'}}",
         201, .keep = {{"subscription_id", "/subscription/id"}}),
    POST("a file to import", "ana", "/v1/imports", "Id,Email\n1,nobody\n", 201,
         .content_type = "text/csv", .keep = {{"import_id", "/id"}}),
    POST("a run of it", "ana", "/v1/imports/${import_id}/runs",
         "{'mapping':{'team':'marketing','external_id':{'source':'crm','at':'/Id'},"
         "'email':'/Email'}}",
         202),
    POST("a back-test", "ana", "/v1/backtests", "{'term':'mql','version':1}", 202,
         .keep = {{"job_id", "/id"}, {"job", "/id"}}),
    {0}};

static void set_up(void)
{
    stage = stage_open("--starter " MQL_FILE " --sign");
    story_run(stage.story, played);
    stage_wait_job(&stage, "done");
    story_set(stage.story, "term", "mql");
    story_set(stage.story, "version", "1");
    story_set(stage.story, "size", "1");
    story_set(stage.story, "pos", "1");
    story_set(stage.story, "code", "not_found");
    story_set(stage.story, "name", "http");
    story_set(stage.story, "report", "gaps");
    story_set(stage.story, "team", "sales");
}

static void tear_down(void)
{
    stage_close(&stage);
}

/* The route's pattern, with "${name}" for "{name}", filled from the story. */
static void target_of(const struct route *route, char out[TARGET_MAX_BYTES])
{
    char pattern[TARGET_MAX_BYTES];
    const char *missing = NULL;
    size_t len = 0;

    for (const char *p = route->pattern; *p != '\0'; p++)
        len += (size_t)snprintf(pattern + len, sizeof pattern - len, *p == '{' ? "$%c" : "%c", *p);
    char *path = story_fill(stage.story, pattern, false, &missing);
    ck_assert_msg(path != NULL, "%s: no value for %s", route->pattern, missing);
    snprintf(out, TARGET_MAX_BYTES, "%s%s", path,
             strcmp(route->operation_id, "ledger_consistency") == 0  ? "?from=1"
             : strncmp(route->operation_id, "attribution_", 12) == 0 ? "?milestone=mql"
                                                                     : "");
    free(path);
}

static void ask(const char *method, const char *target, const char *header, const char *another,
                struct answer *answer)
{
    client_call(stage.client,
                &(struct call){.method = method,
                               .target = target,
                               .token = story_get(stage.story, "all"),
                               .headers = {header == NULL ? "X-No: 1" : header, another}},
                answer);
}

static const char *header_or_nothing(const struct answer *answer, const char *name)
{
    const char *value = answer_header(answer, name);

    return value == NULL ? "" : value;
}

/* What differs from one answer to the next even when nothing has happened. */
static bool is_volatile(const struct route *route)
{
    return strcmp(route->operation_id, "metrics") == 0;
}

/* ---- HEAD ---- */

static void assert_same_header(const struct route *route, const char *name,
                               const struct answer *get, const struct answer *head)
{
    const char *wanted = header_or_nothing(get, name);
    const char *got = header_or_nothing(head, name);

    ck_assert_msg(strcmp(wanted, got) == 0, "HEAD %s: %s is \"%s\", of GET \"%s\"", route->pattern,
                  name, got, wanted);
}

START_TEST(head_says_what_get_says)
{
    static const char *const names[] = {"Content-Type",    "Content-Length", "ETag",
                                        "Cache-Control",   "Vary",           "Link",
                                        "Content-Encoding"};
    int asked = 0;

    for (size_t i = 0; i < routes_count; i++) {
        char target[TARGET_MAX_BYTES];
        struct answer get, head;
        if (strcmp(routes[i].method, "GET") != 0)
            continue;
        target_of(&routes[i], target);
        ask("GET", target, NULL, NULL, &get);
        ask("HEAD", target, NULL, NULL, &head);
        ck_assert_msg(get.status == head.status, "HEAD %s: %d, GET: %d", target, head.status,
                      get.status);
        ck_assert_uint_eq(head.body_len, 0);
        for (size_t n = 0; n < sizeof names / sizeof *names && !is_volatile(&routes[i]); n++)
            assert_same_header(&routes[i], names[n], &get, &head);
        answer_release(&get);
        answer_release(&head);
        asked++;
    }
    ck_assert_int_ge(asked, 30);
}
END_TEST

/* ---- compressed ---- */

/* The caller frees it. */
static char *expand(const struct answer *answer, size_t *len)
{
    z_stream stream = {.next_in = (unsigned char *)answer->body,
                       .avail_in = (unsigned)answer->body_len};
    char *out = malloc(ANSWER_MAX_BYTES);

    ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_out = (unsigned char *)out;
    stream.avail_out = ANSWER_MAX_BYTES;
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    *len = stream.total_out;
    inflateEnd(&stream);
    return out;
}

static void assert_compressed(const char *target, const struct answer *plain,
                              const struct answer *gzip, bool same)
{
    size_t len;
    char *text = expand(gzip, &len);

    ck_assert_msg(gzip->body_len < plain->body_len, "%s: %zu bytes became %zu", target,
                  plain->body_len, gzip->body_len);
    ck_assert_msg(!same || (len == plain->body_len && memcmp(text, plain->body, len) == 0),
                  "%s is another text when it is compressed", target);
    ck_assert_ptr_nonnull(strstr(header_or_nothing(gzip, "Vary"), "Accept-Encoding"));
    free(text);
}

START_TEST(reads_are_compressed_but_for_secrets)
{
    int compressed = 0, refused = 0;

    for (size_t i = 0; i < routes_count; i++) {
        char target[TARGET_MAX_BYTES];
        struct answer plain, gzip;
        if (strcmp(routes[i].method, "GET") != 0)
            continue;
        target_of(&routes[i], target);
        ask("GET", target, NULL, NULL, &plain);
        ask("GET", target, "Accept-Encoding: br, gzip;q=0.5", NULL, &gzip);
        bool is_gzip = strcmp(header_or_nothing(&gzip, "Content-Encoding"), "gzip") == 0;
        bool wanted = !(routes[i].flags & ROUTE_SECRET) && plain.status == 200 &&
                      plain.body_len >= REPRESENTATION_GZIP_MIN_BYTES;
        ck_assert_msg(answer_header(&plain, "Content-Encoding") == NULL, "%s", target);
        ck_assert_msg(is_gzip == wanted, "%s: %zu bytes, compressed: %d", target, plain.body_len,
                      is_gzip);
        if (is_gzip)
            assert_compressed(target, &plain, &gzip, !is_volatile(&routes[i]));
        compressed += is_gzip;
        refused += (routes[i].flags & ROUTE_SECRET) != 0 &&
                   plain.body_len >= REPRESENTATION_GZIP_MIN_BYTES;
        answer_release(&plain);
        answer_release(&gzip);
    }
    ck_assert_int_ge(compressed, 5);
    ck_assert_int_ge(refused, 1);
}
END_TEST

static const struct step written[] = {
    POST("what a write answers is not compressed", "ana", "/v1/keys",
         "{'title':'more','team':'marketing','roles':['capture']}", 201,
         .headers = {"Accept-Encoding: gzip"},
         .checks = {{"@Content-Encoding", "!"}, {"/token", "<string>"}}),
    {0}};

START_TEST(writes_are_not_compressed)
{
    story_run(stage.story, written);
}
END_TEST

/* ---- conditional ---- */

static void assert_known(const char *target, const char *encoding, const char *etag, int status)
{
    char header[HEADER_LINE_MAX];
    struct answer answer;

    snprintf(header, sizeof header, "If-None-Match: \"another\", W/%s", etag);
    ask("GET", target, header, encoding, &answer);
    ck_assert_msg(answer.status == status, "%s, %s, %s: wanted %d, got %d", target, header,
                  encoding == NULL ? "plain" : encoding, status, answer.status);
    if (status == 304) {
        ck_assert_uint_eq(answer.body_len, 0);
        ck_assert_str_eq(header_or_nothing(&answer, "ETag"), etag);
    }
    answer_release(&answer);
}

START_TEST(whoever_has_it_is_sent_nothing)
{
    int tagged = 0;

    for (size_t i = 0; i < routes_count; i++) {
        char target[TARGET_MAX_BYTES];
        struct answer plain, gzip;
        if (strcmp(routes[i].method, "GET") != 0)
            continue;
        target_of(&routes[i], target);
        ask("GET", target, NULL, NULL, &plain);
        ask("GET", target, "Accept-Encoding: gzip", NULL, &gzip);
        const char *etag = header_or_nothing(&plain, "ETag");
        const char *zipped = header_or_nothing(&gzip, "ETag");
        bool differ = answer_header(&gzip, "Content-Encoding") != NULL;
        if (etag[0] != '\0') {
            ck_assert_msg((strcmp(etag, zipped) != 0) == differ, "%s: %s and %s", target, etag,
                          zipped);
            assert_known(target, NULL, etag, 304);
            assert_known(target, "Accept-Encoding: gzip", zipped, 304);
            assert_known(target, NULL, zipped, differ ? 200 : 304);
            tagged++;
        }
        answer_release(&plain);
        answer_release(&gzip);
    }
    ck_assert_int_ge(tagged, 4);
}
END_TEST

/* The document is the same, and what is shown of it is not. */
static const struct step shown[] = {
    GET("a definition as JSON", "sam", "/v1/definitions/mql/versions/1", 200,
        .keep = {{"json", "@ETag"}}),
    GET("as a page it is another answer", "sam", "/v1/definitions/mql/versions/1", 200,
        .headers = {"Accept: text/html", "If-None-Match: ${json}"},
        .checks = {{"@Vary", "=Accept, Accept-Encoding"}}, .keep = {{"page", "@ETag"}}),
    GET("which is known by its own tag", "sam", "/v1/definitions/mql/versions/1", 304,
        .headers = {"Accept: text/html", "If-None-Match: ${json}, ${page}"},
        .checks = {{"@ETag", "=${page}"}, {"@body", "="}}),
    GET("somebody else may do something else with it", "marketing",
        "/v1/definitions/mql/versions/1", 200, .headers = {"If-None-Match: ${json}"}),
    GET("a lead", "sam", "/v1/leads/${lead_id}", 200, .keep = {{"lead", "@ETag"}}),
    PATCH("is changed by whoever read it", "sam", "/v1/leads/${lead_id}",
          "{'attributes':{'company.employees':30}}", 200, .headers = {"If-Match: ${lead}"},
          .keep = {{"changed", "@ETag"}}),
    GET("and then another", "sam", "/v1/leads/${lead_id}", 200,
        .headers = {"If-None-Match: ${lead}"}, .checks = {{"/attributes/company.employees", "30"}}),
    PATCH("the tag of the change is the content's, for the next", "sam", "/v1/leads/${lead_id}",
          "{'attributes':{'company.employees':31}}", 200,
          .headers = {"If-Match: ${lead}, ${changed}"}),
    {0}};

START_TEST(a_tag_names_the_very_answer)
{
    story_run(stage.story, shown);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "representations");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, head_says_what_get_says, reads_are_compressed_but_for_secrets,
          writes_are_not_compressed, whoever_has_it_is_sent_nothing, a_tag_names_the_very_answer);
}
