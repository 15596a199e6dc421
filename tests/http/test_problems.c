/* The `type` of a problem is an address that answers, for every code that there is; so are the
 * first page and the documents. */
#include "stage.h"

#include "base/error.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_MAX_BYTES 128

static struct stage stage;

static void set_up(void)
{
    stage = stage_open("");
}

static void tear_down(void)
{
    stage_close(&stage);
}

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
    {.label = "a refusal",
     .method = "GET",
     .path = "/v1/leads/51",
     .as = "ana",
     .status = 404,
     .checks = {{"/type", "'/problems/not_found'"}},
     .keep = {{"type", "/type"}}},
    {.label = "says where to read of it",
     .method = "GET",
     .path = "${type}",
     .headers = {"Accept: application/json"},
     .status = 200,
     .checks = {{"/code", "'not_found'"}, {"/status", "404"}, {"/cure", "<string>"}}},
    {.label = "as Markdown, for whoever does not say",
     .method = "GET",
     .path = "${type}",
     .headers = {"Accept:"},
     .status = 200,
     .checks = {{"@body", "~# 404 not"}, {"@Content-Type", "=text/markdown; charset=utf-8"}}},
    {.label = "in a browser as a page",
     .method = "GET",
     .path = "${type}",
     .headers = {"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
     .status = 200,
     .checks = {{"@body", "~<h1>404 not_found</h1>"}, {"@Content-Security-Policy", "*"}}},
    {.label = "all of them",
     .method = "GET",
     .path = "/problems",
     .headers = {"Accept: application/json"},
     .status = 200,
     .checks = {{"/data/0/code", "'malformed_request'"}}},
    {.label = "to read",
     .method = "GET",
     .path = "/problems",
     .headers = {"Accept: text/html"},
     .status = 200,
     .checks = {{"@body", "~<h2>410 gone</h2>"}}},
    {.label = "not as a picture",
     .method = "GET",
     .path = "/problems",
     .headers = {"Accept: image/png"},
     .status = 406},
    {.label = "nor one of them",
     .method = "GET",
     .path = "${type}",
     .headers = {"Accept: image/png"},
     .status = 406},
    {.label = "no such code", .method = "GET", .path = "/problems/nothing", .status = 404},
    {0}};

static const struct step read[] = {
    {.label = "the first page, in a browser",
     .method = "GET",
     .path = "/",
     .headers = {"Accept: text/html,*/*;q=0.8"},
     .status = 200,
     .checks = {{"@body", "~<h1>Baton</h1>"},
                {"@body", "~/docs/definition"},
                {"@body", "~<pre><code>URL=http"},
                {"@Content-Security-Policy", "*"},
                {"@Cache-Control", "=no-cache"}},
     .keep = {{"tag", "@ETag"}}},
    {.label = "is kept",
     .method = "GET",
     .path = "/",
     .headers = {"Accept: text/html,*/*;q=0.8", "If-None-Match: ${tag}"},
     .status = 304},
    {.label = "for whoever does not say, Markdown",
     .method = "GET",
     .path = "/",
     .headers = {"Accept:"},
     .status = 200,
     .checks = {{"@body", "~## Three requests"}}},
    {.label = "a document",
     .method = "GET",
     .path = "/docs/feeds",
     .headers = {"Accept: text/html"},
     .status = 200,
     .checks = {{"@body", "~<title>Following Baton</title>"},
                {"@body", "~<td><code>GET /v1/events</code></td>"}}},
    {.label = "as its file",
     .method = "GET",
     .path = "/docs/feeds.md",
     .headers = {"Accept: text/html"},
     .status = 200,
     .checks = {{"@body", "~# Following Baton"}}},
    {.label = "not as a picture",
     .method = "GET",
     .path = "/docs/feeds",
     .headers = {"Accept: image/png"},
     .status = 406},
    {.label = "nor the first page",
     .method = "GET",
     .path = "/",
     .headers = {"Accept: image/png"},
     .status = 406},
    {.label = "no such document", .method = "GET", .path = "/docs/nothing", .status = 404},
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

START_TEST(the_server_ends_cleanly)
{
    stage_end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/problems");
    TCase *t = tcase_create("problems");
    TCase *end = tcase_create("end");

    tcase_set_timeout(t, 60);
    tcase_set_timeout(end, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, every_code_has_an_address);
    tcase_add_test(t, a_type_can_be_opened);
    tcase_add_test(t, documents_are_served);
    tcase_add_test(end, the_server_ends_cleanly);
    suite_add_tcase(suite, t);
    suite_add_tcase(suite, end);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
