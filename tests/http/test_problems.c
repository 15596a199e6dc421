/* The `type` of a problem is an address that answers, for every code that there is; so are the
 * first page and the documents. */
#include "stage.h"
#include "suite.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_MAX_BYTES 128

STAGE_FIXTURE("", NULL)

static void get(const char *target, const char *accept, struct answer *answer)
{
    client_call(stage.client,
                &(struct call){.method = "GET", .target = target, .headers = {accept}}, answer);
}

START_TEST(every_code_has_an_address)
{
    static const char *const accepts[] = {"Accept: text/html", "Accept: text/markdown",
                                          "Accept: application/json"};

    for (int err = ERR_NONE + 1; err < ERR_COUNT; err++) {
        char target[TYPE_MAX_BYTES];
        snprintf(target, sizeof target, "/problems/%s", error_code((enum err)err));
        ck_assert_uint_gt(strlen(error_means((enum err)err)), 20);
        ck_assert_uint_gt(strlen(error_cure((enum err)err)), 10);
        for (int i = 0; i < 3; i++) {
            struct answer answer;
            get(target, accepts[i], &answer);
            ck_assert_msg(answer.status == 200, "%s, %s: %d %s", target, accepts[i], answer.status,
                          answer.body);
            ck_assert_str_eq(answer_header(&answer, "Vary"), "Accept, Accept-Encoding");
            ck_assert_ptr_nonnull(strstr(answer_header(&answer, "Content-Type"), accepts[i] + 8));
            answer_release(&answer);
        }
    }
}
END_TEST

static const struct step opened[] = {
    GET("a refusal", "ana", "/v1/leads/51", 404, .checks = {{"/type", "'/problems/not_found'"}},
        .keep = {{"type", "/type"}}),
    GET("says where to read of it", NO_KEY, "${type}", 200, .headers = {"Accept: application/json"},
        .checks = {{"/code", "'not_found'"}, {"/status", "404"}, {"/cure", "<string>"}}),
    GET("as Markdown, for whoever does not say", NO_KEY, "${type}", 200, .headers = {"Accept:"},
        .checks = {{"@body", "~# 404 not"}, {"@Content-Type", "=text/markdown; charset=utf-8"}}),
    GET("in a browser as a page", NO_KEY, "${type}", 200,
        .headers = {"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
        .checks = {{"@body", "~<h1>404 not_found</h1>"}, {"@Content-Security-Policy", "*"}}),
    GET("all of them", NO_KEY, "/problems", 200, .headers = {"Accept: application/json"},
        .checks = {{"/data/0/code", "'malformed_request'"}}),
    GET("to read", NO_KEY, "/problems", 200, .headers = {"Accept: text/html"},
        .checks = {{"@body", "~<h2>410 gone</h2>"}}),
    GET("not as a picture", NO_KEY, "/problems", 406, .headers = {"Accept: image/png"}),
    GET("nor one of them", NO_KEY, "${type}", 406, .headers = {"Accept: image/png"}),
    GET("no such code", NO_KEY, "/problems/nothing", 404),
    {0}};

static const struct step read[] = {
    GET("the first page, in a browser", NO_KEY, "/", 200,
        .headers = {"Accept: text/html,*/*;q=0.8"},
        .checks = {{"@body", "~/web/app.js"},
                   {"@Content-Security-Policy", "~require-trusted-types-for"},
                   {"@X-Frame-Options", "=DENY"},
                   {"@Cache-Control", "=no-cache"}},
        .keep = {{"tag", "@ETag"}}),
    GET("is kept", NO_KEY, "/", 304,
        .headers = {"Accept: text/html,*/*;q=0.8", "If-None-Match: ${tag}"}),
    GET("which loads its own scripts", NO_KEY, "/web/app.js", 200,
        .checks = {{"@Content-Type", "=text/javascript; charset=utf-8"}, {"@ETag", "*"}},
        .keep = {{"script", "@ETag"}}),
    GET("which are kept too", NO_KEY, "/web/app.js", 304, .headers = {"If-None-Match: ${script}"}),
    GET("and nothing else", NO_KEY, "/web/nothing.js", 404),
    GET("where to begin, as a page", NO_KEY, "/docs/start", 200, .headers = {"Accept: text/html"},
        .checks = {{"@body", "~<h1>Baton</h1>"},
                   {"@body", "~/docs/definition"},
                   {"@body", "~<pre><code>URL=http"},
                   {"@Content-Security-Policy", "*"}}),
    GET("for whoever does not say, Markdown", NO_KEY, "/", 200, .headers = {"Accept:"},
        .checks = {{"@body", "~## Three requests"}}),
    GET("a document", NO_KEY, "/docs/feeds", 200, .headers = {"Accept: text/html"},
        .checks = {{"@body", "~<title>Following Baton</title>"},
                   {"@body", "~<td><code>GET /v1/events</code></td>"}}),
    GET("as its file", NO_KEY, "/docs/feeds.md", 200, .headers = {"Accept: text/html"},
        .checks = {{"@body", "~# Following Baton"}}),
    GET("not as a picture", NO_KEY, "/docs/feeds", 406, .headers = {"Accept: image/png"}),
    GET("nor the first page", NO_KEY, "/", 406, .headers = {"Accept: image/png"}),
    GET("no such document", NO_KEY, "/docs/nothing", 404),
    {0}};

START_TEST(documents_are_served)
{
    story_run(stage.story, read);
}
END_TEST

START_TEST(a_type_can_be_opened)
{
    story_run(stage.story, opened);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "problems");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, every_code_has_an_address, a_type_can_be_opened, documents_are_served);
}
