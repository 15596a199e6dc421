/*
 * Whatever an operation does not take is refused, and nothing is done: a body where none belongs, a
 * member, a parameter or a condition that it does not know. Walks the route table, so a new route
 * is held to it as well.
 */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include "http/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 512
#define UNKNOWN_BODY   "{\"nobody_knows_this\":true}"

static struct stage stage;

/* One key with every role, and the ids that paths ask for. */
static const struct step prepared[] = {
    POST("a key that may do everything", "ana", "/v1/keys",
         "{'title':'all','member':'ana@acme.example',"
         "'roles':['capture','work','sign','report','read','admin']}",
         201, .keep = {{"all", "/token"}, {"key_id", "/key/id"}}),
    POST("a source", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','mapping':{'email':'/mail'}}", 201,
         .keep = {{"source_id", "/source/id"}}),
    POST("a lead", "marketing", "/v1/leads", "{'email':'kim@acme.example'}", 201,
         .keep = {{"lead_id", "/lead/id"}}),
    POST("other routes", "ana", "/v1/routes/versions", "{'routes':[]}", 201,
         .keep = {{"routes_draft", "/version"}}),
    POST("goals", "ana", "/v1/goals/versions",
         "{'goals':[{'side':'sales','measure':'sql','period':'month','target':9}]}", 201),
    {0}};

static void set_up(void)
{
    static const char id[] = "0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11";

    stage = stage_open("--starter " MQL_FILE);
    story_set(stage.story, "handoff_id", id);
    story_set(stage.story, "delivery_id", id);
    story_set(stage.story, "job_id", id);
    story_set(stage.story, "session_id", id);
    story_set(stage.story, "subscription_id", id);
    story_set(stage.story, "token", "nothing");
    story_set(stage.story, "domain", "corp.example");
    story_set(stage.story, "member_id", id);
    story_set(stage.story, "team", "marketing");
    story_set(stage.story, "domain", "acme.example");
    story_set(stage.story, "campaign", "autumn");
    story_set(stage.story, "content", "e-book");
    story_set(stage.story, "size", "1");
    story_set(stage.story, "pos", "1");
    story_set(stage.story, "code", "not_found");
    story_set(stage.story, "name", "http");
    story_set(stage.story, "report", "gaps");
    story_set(stage.story, "setup", "default");
    story_set(stage.story, "stage", "mql");
    story_set(stage.story, "import_id", id);
    story_set(stage.story, "file", "page.css");
    story_run(stage.story, prepared);
}

static void tear_down(void)
{
    stage_close(&stage);
}

/* The route's pattern with the story's ids in it. */
static void fill_path(const struct route *route, char out[PATH_MAX_BYTES])
{
    size_t len = 0;

    /* of srl there is no draft yet that would be in the way of another */
    story_set(stage.story, "term",
              strcmp(route->operation_id, "definitions_draft") == 0 ? "srl" : "mql");
    /* the first version of the routes is in force */
    story_set(stage.story, "version",
              strncmp(route->operation_id, "routes_", 7) == 0
                  ? story_get(stage.story, "routes_draft")
                  : "1");
    for (const char *p = route->pattern; *p != '\0';) {
        char name[64];
        if (*p != '{') {
            out[len++] = *p++;
            continue;
        }
        size_t name_len = strcspn(p, "}");
        snprintf(name, sizeof name, "%.*s", (int)name_len - 1, p + 1);
        const char *value = story_get(stage.story, name);
        ck_assert_msg(value != NULL, "%s: no value for {%s}", route->pattern, name);
        len += (size_t)snprintf(out + len, PATH_MAX_BYTES - len, "%s", value);
        ck_assert_uint_lt(len, PATH_MAX_BYTES - 1);
        p += name_len + 1;
    }
    out[len] = '\0';
}

/* Parameters that an operation cannot do without. */
static const char *needed_query(const struct route *route)
{
    if (strcmp(route->operation_id, "ledger_consistency") == 0)
        return "from=1&";
    return strcmp(route->operation_id, "attribution_get") == 0 ||
                   strcmp(route->operation_id, "attribution_leads") == 0
               ? "milestone=mql&model=first&"
               : "";
}

static void ask(const struct route *route, const char *more, const char *body, bool chunked,
                struct answer *answer)
{
    char target[2 * PATH_MAX_BYTES];
    char path[PATH_MAX_BYTES];
    bool needs_match = strcmp(route->method, "PUT") == 0;

    fill_path(route, path);
    snprintf(target, sizeof target, "%s?%s%s", path, needed_query(route), more);
    client_call(stage.client,
                &(struct call){.method = route->method,
                               .target = target,
                               .token = story_get(stage.story, "all"),
                               .body = body,
                               .headers = {needs_match ? "If-Match: *" : "X-No: 1",
                                           chunked ? "Transfer-Encoding: chunked" : NULL}},
                answer);
}

static void assert_refused(const struct route *route, const char *what, struct answer *answer,
                           int status, const char *code)
{
    const char *said = json_string_value(json_object_get(answer->json, "code"));

    ck_assert_msg(answer->status == status && said != NULL && strcmp(said, code) == 0,
                  "%s %s with %s: wanted %d %s, got %d %s", route->method, route->pattern, what,
                  status, code, answer->status, answer->body);
}

static void assert_no_body(const struct route *route, bool chunked)
{
    struct answer answer;

    ask(route, "", "{\"dry_run\":true}", chunked, &answer);
    assert_refused(route, chunked ? "a chunked body" : "a body", &answer, 413, "body_too_large");
    ck_assert_str_eq(json_string_value(json_object_get(answer.json, "detail")),
                     "This operation takes no body.");
    answer_release(&answer);
}

START_TEST(no_body_is_taken_where_none_belongs)
{
    int reads = 0, writes = 0;

    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        if (route->body_max > 0)
            continue;
        assert_no_body(route, false);
        assert_no_body(route, true);
        reads += strcmp(route->method, "GET") == 0;
        writes += strcmp(route->method, "GET") != 0;
    }
    ck_assert_int_ge(reads, 30);
    ck_assert_int_ge(writes, 5);
}
END_TEST

/* A read has no body, whatever the table says. */
START_TEST(no_read_takes_a_body)
{
    for (size_t i = 0; i < routes_count; i++)
        if (strcmp(routes[i].method, "GET") == 0)
            ck_assert_msg(routes[i].body_max == 0, "GET %s takes a body", routes[i].pattern);
}
END_TEST

static bool has_fault(const struct answer *answer, const char *pointer)
{
    const json_t *errors = json_object_get(answer->json, "errors");

    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *at = json_object_get(json_array_get(errors, i), "pointer");
        if (json_is_string(at) && strcmp(json_string_value(at), pointer) == 0)
            return true;
    }
    return false;
}

/* What a webhook sends is its sender's; a batch names the only member that it has; what both
 * sides agree on is read as a document. */
START_TEST(an_unknown_member_is_refused_and_named)
{
    int asked = 0;

    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        struct answer answer;
        bool is_batch = strcmp(route->operation_id, "leads_batch") == 0;
        bool is_document = strstr(route->operation_id, "_draft") != NULL ||
                           strstr(route->operation_id, "_replace") != NULL;
        if (route->body_max == 0 || route->flags & ROUTE_ANY_TYPE)
            continue;
        ask(route, "", UNKNOWN_BODY, false, &answer);
        assert_refused(route, "an unknown member", &answer, is_document ? 422 : 400,
                       is_document ? "invalid_definition" : "invalid_body");
        ck_assert_msg(has_fault(&answer, is_batch ? "/leads" : "/nobody_knows_this"),
                      "%s %s does not name it: %s", route->method, route->pattern, answer.body);
        answer_release(&answer);
        asked++;
    }
    ck_assert_int_ge(asked, 30);
}
END_TEST

static void assert_condition(const struct route *route, const char *header, int status)
{
    char path[PATH_MAX_BYTES];
    struct answer answer;

    fill_path(route, path);
    client_call(stage.client,
                &(struct call){.method = route->method,
                               .target = path,
                               .token = story_get(stage.story, "all"),
                               .body = route->body_max > 0 ? UNKNOWN_BODY : NULL,
                               .headers = {header}},
                &answer);
    const char *code = json_string_value(json_object_get(answer.json, "code"));
    ck_assert_msg(answer.status == status && code != NULL && strcmp(code, "invalid_parameter") == 0,
                  "%s %s with %s: %d %s", route->method, route->pattern, header, answer.status,
                  answer.body);
    answer_release(&answer);
}

/* A client that sends a condition relies on it being checked. */
START_TEST(a_condition_is_looked_at_or_refused)
{
    int looked_at = 0;

    for (size_t i = 0; i < routes_count; i++) {
        const struct route *route = &routes[i];
        if (route->flags & ROUTE_TOKEN)
            continue; /* who calls is not known */
        if (route_reads_header(route, "If-Match")) {
            assert_condition(route, "If-Match: 5", 400);
            looked_at++;
        } else {
            assert_condition(route, "If-Match: \"5\"", 400);
        }
        if (route->kind == ROUTE_WRITE)
            assert_condition(route, "If-None-Match: *", 400);
    }
    ck_assert_int_eq(looked_at, 17);
}
END_TEST

START_TEST(an_unknown_parameter_is_refused)
{
    for (size_t i = 0; i < routes_count; i++) {
        struct answer answer;
        bool takes_body = routes[i].body_max > 0;
        if (routes[i].flags & ROUTE_ANY_QUERY)
            continue;
        ask(&routes[i], "nobody_knows_this=1", takes_body ? "{}" : NULL, false, &answer);
        assert_refused(&routes[i], "an unknown parameter", &answer, 400, "invalid_parameter");
        answer_release(&answer);
    }
}
END_TEST

static const struct step nobody_was_erased[] = {
    POST("erase takes no word that asks for less", "ana", "/v1/leads/${lead_id}/erase",
         "{'dry_run':true}", 400, .checks = {{"/code", "'invalid_body'"}}),
    GET("the lead stands", "ana", "/v1/leads/${lead_id}", 200,
        .checks = {{"/email", "'kim@acme.example'"}}),
    POST("erased it is without one", "ana", "/v1/leads/${lead_id}/erase", NULL, 200),
    {0}};

START_TEST(what_was_refused_was_not_done)
{
    story_run(stage.story, nobody_was_erased);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "bodies");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, no_body_is_taken_where_none_belongs, no_read_takes_a_body,
          an_unknown_member_is_refused_and_named, an_unknown_parameter_is_refused,
          a_condition_is_looked_at_or_refused, what_was_refused_was_not_done);
}
