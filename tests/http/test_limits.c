/* What a key may ask of a server in a minute, and an address with wrong keys. */
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRONG_QUOTA 600 /* of an address, by default */

static const struct step a_small_key[] = {
    POST("a key for a dashboard", "ana", "/v1/keys",
         "{'title':'wall','team':'marketing','roles':['report','read'],'rate_limit':60}", 201,
         .checks = {{"/key/rate_limit", "60"}},
         .keep = {{"wall", "/token"}, {"wall_id", "/key/id"}}),
    POST("too large a limit", "ana", "/v1/keys",
         "{'title':'k','team':'marketing','roles':['read'],'rate_limit':10000001}", 400,
         .checks = {{"/errors/0/pointer", "'/rate_limit'"}}),
    GET("one read", "wall", "/v1/me", 200,
        .checks = {{"@RateLimit", "~\"key\";r=59;t=1"},
                   {"@RateLimit-Policy", "=\"key\";q=60;w=60"}}),
    GET("a report", "wall", "/v1/reports/funnel", 200, .checks = {{"@RateLimit", "~\"key\";r="}}),
    GET("and another", "wall", "/v1/reports/funnel", 429,
        .checks = {{"/code", "'rate_limited'"},
                   {"@Retry-After", "~"},
                   {"@RateLimit", "~\"key\";r="},
                   {"@RateLimit-Policy", "=\"key\";q=60;w=60"}}),
    GET("for a short read there is enough", "wall", "/v1/me", 200),
    GET("others have their own", "ana", "/v1/reports/funnel", 200,
        .checks = {{"@RateLimit-Policy", "=\"key\";q=300000;w=60"}}),
    GET("a key without a limit of its own", "ana", "/v1/keys", 200,
        .checks = {{"@body", "~\"rate_limit\":null"}, {"@body", "~\"rate_limit\":60"}}),
    {0},
};

STORY(a_key_has_a_quota, "", a_small_key)

static const struct step what_is_used[] = {
    GET("at first", "ana", "/v1/usage", 200,
        .checks = {{"/data/1/name", "'members'"},
                   {"/data/1/limit", "10000"},
                   {"/data/3", "{'name':'sources','used':0,'limit':1000}"},
                   {"/data/6", "{'name':'jobs','used':0,'limit':16}"},
                   {"@body", "~{\"name\":\"values_of_campaign\",\"used\":0,\"limit\":null}"}}),
    POST("a source", "ana", "/v1/sources",
         "{'name':'web','team':'marketing','mapping':{'email':'/email'}}", 201),
    POST("and a campaign that nobody knew", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','touch':{'kind':'form_submitted','source':'web','campaign':'"
         "q4'}}",
         201),
    GET("are counted", "ana", "/v1/usage", 200,
        .checks = {{"/data/3/used", "1"},
                   {"@body", "~{\"name\":\"values_of_campaign\",\"used\":1,\"limit\":null}"},
                   {"@body", "~{\"name\":\"values_of_medium\",\"used\":0,\"limit\":null}"}}),
    {0},
};

STORY(what_is_used_is_shown, "", what_is_used)

static int status_of(struct stage *stage, const char *key, const char *from, struct answer *answer)
{
    char forwarded[128];

    snprintf(forwarded, sizeof forwarded, "X-Forwarded-For: %s", from);
    client_call(
        stage->client,
        &(struct call){.method = "GET", .target = "/v1/me", .token = key, .headers = {forwarded}},
        answer);
    return answer->status;
}

static void expect(struct stage *stage, const char *key, const char *from, int status)
{
    struct answer answer;

    status_of(stage, key, from, &answer);
    ck_assert_msg(answer.status == status, "%s: wanted %d, got %d %s", from, status, answer.status,
                  answer.body);
    ck_assert((status == 429) == (answer_header(&answer, "Retry-After") != NULL));
    answer_release(&answer);
}

/* The same key with another secret, and one of nobody. */
static char *wrong(const char *key, bool of_nobody)
{
    char *copy = strdup(key);

    ck_assert_ptr_nonnull(copy);
    char *at = of_nobody ? copy + strlen("baton_") : copy + strlen(copy) - 4;
    memset(at, *at == '0' ? '1' : '0', 4);
    return copy;
}

START_TEST(wrong_keys_are_limited_by_address)
{
    struct stage stage = stage_open("");
    const char *ana = story_get(stage.story, "ana");
    char *secret = wrong(ana, false), *nobodys = wrong(ana, true);
    int refused = 0;

    expect(&stage, ana, "203.0.113.9", 200);
    /* whatever is wrong with it, each counts once; some of the quota comes back meanwhile */
    for (int i = 0; i < 2 * WRONG_QUOTA; i++) {
        struct answer answer;
        int status = status_of(&stage, i % 2 ? secret : nobodys, "192.0.2.1, 203.0.113.9", &answer);
        ck_assert_msg(status == 401 || status == 429, "%d", status);
        ck_assert_msg(status == 401 || i >= WRONG_QUOTA, "refused after %d", i);
        refused += status == 429;
        answer_release(&answer);
    }
    ck_assert_int_gt(refused, 0);
    expect(&stage, ana, "203.0.113.9", 200);     /* who is known is not kept waiting */
    expect(&stage, secret, "203.0.113.10", 401); /* nor is another address */
    expect(&stage, secret, "2001:db8::1", 401);
    free(secret);
    free(nobodys);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "limits");

    TESTS(tests, a_key_has_a_quota, what_is_used_is_shown, wrong_keys_are_limited_by_address);
}
