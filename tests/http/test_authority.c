/* What one side tries with what is the other's, as its callers see it. */
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct step what_is_there[] = {
    GET("max, who signs for marketing", "max", "/v1/me", 200, .keep = {{"max_id", "/member/id"}}),
    GET("sam, who signs for sales", "sam", "/v1/me", 200,
        .keep = {{"sam_id", "/member/id"}, {"sam_key", "/key/id"}}),
    GET("sue, who left sales", "sue", "/v1/me", 200,
        .keep = {{"sue_id", "/member/id"}, {"sue_key", "/key/id"}}),
    POST("a team on no side", "ana", "/v1/teams", "{'name':'partners','function':'other'}", 201),
    POST("with an admin of marketing's choice", "ana", "/v1/members",
         "{'team':'partners','name':'Pia','email':'pia@acme.example'}", 201,
         .keep = {{"pia_id", "/id"}}),
    POST("and a key", "ana", "/v1/keys",
         "{'title':'k','member':'pia@acme.example','roles':['admin','work']}", 201,
         .keep = {{"pia", "/token"}}),
    POST("sales' own source", "sam", "/v1/sources",
         "{'name':'crm','team':'sales','mapping':{'email':'/email'}}", 201,
         .keep = {{"source", "/source/id"}}),
    {0},
};

#define OTHERS(what, by, verb, where, with)                                                        \
    {                                                                                              \
        .label = what, .method = verb, .path = where, .as = by, .body = with, .status = 403,       \
        .checks = {{"/code", "'other_side'"}},                                                     \
    }

static const struct step tried[] = {
    OTHERS("a member on a team of theirs", "ana", "POST", "/v1/members",
           "{'team':'sales','name':'Eve','email':'eve@acme.example'}"),
    OTHERS("a key that signs for them", "ana", "POST", "/v1/keys",
           "{'title':'k','member':'${sam_id}','roles':['sign']}"),
    OTHERS("the same by a signer", "max", "POST", "/v1/keys",
           "{'title':'k','member':'${sam_id}','roles':['sign']}"),
    OTHERS("a team's key of theirs", "ana", "POST", "/v1/keys",
           "{'title':'k','team':'sales','roles':['work']}"),
    OTHERS("a team of their function", "ana", "POST", "/v1/teams",
           "{'name':'sdr','function':'sales'}"),
    OTHERS("a team of nobody's, moved to them", "ana", "PATCH", "/v1/teams/partners",
           "{'function':'sales'}"),
    OTHERS("the same by that team's admin", "pia", "PATCH", "/v1/teams/partners",
           "{'function':'sales'}"),
    OTHERS("a team of one's own, moved to them", "ana", "PATCH", "/v1/teams/marketing",
           "{'function':'sales'}"),
    OTHERS("their team, moved to nobody", "ana", "PATCH", "/v1/teams/sales",
           "{'function':'other'}"),
    OTHERS("their team, ended", "ana", "PATCH", "/v1/teams/sales", "{'active':false}"),
    OTHERS("their signer, disabled", "ana", "PATCH", "/v1/members/${sam_id}", "{'active':false}"),
    OTHERS("their former member, back again", "ana", "PATCH", "/v1/members/${sue_id}",
           "{'active':true}"),
    OTHERS("their signer, with another address", "ana", "PATCH", "/v1/members/${sam_id}",
           "{'email':'mine@acme.example'}"),
    PATCH("a member, moved to them", "ana", "/v1/members/${pia_id}", "{'team':'sales'}", 400),
    OTHERS("their key, revoked", "ana", "POST", "/v1/keys/${sam_key}/revoke", NULL),
    OTHERS("a source of theirs", "ana", "POST", "/v1/sources",
           "{'name':'web','team':'sales','mapping':{'email':'/email'}}"),
    OTHERS("their source, changed", "ana", "PATCH", "/v1/sources/${source}", "{'active':false}"),
    OTHERS("their source, taken over", "ana", "PATCH", "/v1/sources/${source}",
           "{'team':'marketing'}"),
    GET("their member, named by a key of one's own team", "marketing", "/v1/me", 422,
        .headers = {"Baton-Actor: sam@acme.example"}, .checks = {{"/code", "'actor_required'"}}),
    OTHERS("one of them, named as one's own", "ana", "POST", "/v1/members",
           "{'team':'marketing','name':'Sam','email':'Sam@acme.example'}"),
    OTHERS("one's own, with an address of theirs", "ana", "PATCH", "/v1/members/${max_id}",
           "{'email':'sam@acme.example'}"),
    POST("one of them, on a team of nobody's", "ana", "/v1/members",
         "{'team':'partners','name':'Sam','email':'sam@acme.example'}", 201,
         .keep = {{"twin", "/id"}}),
    OTHERS("which is then moved to one's own side", "ana", "PATCH", "/v1/teams/partners",
           "{'function':'marketing'}"),
    PATCH("the last signer goes", "sam", "/v1/members/${sam_id}", "{'active':false}", 409,
          .checks = {{"/code", "'last_signer'"}}),
    POST("or the key that is left", "sam", "/v1/keys/${sam_key}/revoke", NULL, 409,
         .checks = {{"/code", "'last_signer'"}}),
    {0},
};

static const struct step sue_leaves[] = {
    PATCH("sam ends her", "sam", "/v1/members/${sue_id}", "{'active':false}", 200),
    {0},
};

/* As good the other way round. */
static const struct step tried_by_sales[] = {
    GET("ana", "ana", "/v1/me", 200, .keep = {{"ana_id", "/member/id"}, {"ana_key", "/key/id"}}),
    OTHERS("a member on a team of theirs", "sam", "POST", "/v1/members",
           "{'team':'marketing','name':'Eve','email':'eve@acme.example'}"),
    OTHERS("a key that signs for them", "sam", "POST", "/v1/keys",
           "{'title':'k','member':'${ana_id}','roles':['sign']}"),
    OTHERS("a key for forms of theirs", "sam", "POST", "/v1/keys",
           "{'title':'k','team':'marketing','roles':['capture']}"),
    OTHERS("a team of their function", "sam", "POST", "/v1/teams",
           "{'name':'events','function':'marketing'}"),
    OTHERS("their signer, disabled", "sam", "PATCH", "/v1/members/${ana_id}", "{'active':false}"),
    OTHERS("their key, revoked", "sam", "POST", "/v1/keys/${ana_key}/revoke", NULL),
    {0},
};

/* ---- what both agree on ---- */

#define ROUTES "/v1/routes/versions"
#define OTHER  "{'routes':[{'from':'marketing','to':'sales','gates':['srl']}]}"

#define MQL   "/v1/stages/mql"
#define WORDS "{'wording':{'title':'Hot','meaning':'Ready to buy.'}}"

static const struct step agreed[] = {
    PUT("the routes are replaced", "ana", "/v1/routes", OTHER, 405),
    POST("other routes, written down", "ana", ROUTES, OTHER, 201,
         .keep = {{"n", "/version"}, {"etag", "@ETag"}}),
    OTHERS("their draft, deleted", "sam", "DELETE", ROUTES "/${n}", NULL),
    POST("and proposed", "ana", ROUTES "/${n}/propose", NULL, 200,
         .keep = {{"hash", "/content_hash"}}),
    POST("and signed by one side", "ana", ROUTES "/${n}/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'proposed'"}, {"/signatures", "#1"}}),
    POST("and once more by a colleague", "max", ROUTES "/${n}/sign", "{'content_hash':'${hash}'}",
         409, .checks = {{"/code", "'already_exists'"}}),
    POST("and for the others, by a team's key", "sales", ROUTES "/${n}/sign",
         "{'content_hash':'${hash}'}", 403, .headers = {"Baton-Actor: sam@acme.example"}),
    POST("what is in force, suspended", "sam", ROUTES "/1/suspend", "{'reason':'We are away.'}",
         200, .checks = {{"/state", "'suspended'"}, {"/suspended/member/name", "'sam'"}}),
    POST("what they suspended, resumed", "ana", ROUTES "/1/resume", NULL, 422,
         .checks = {{"/code", "'not_signable'"}}),
    PUT("a stage, called otherwise", "ana", MQL, WORDS, 200,
        .checks = {{"/title", "'Marketing-qualified lead'"}, {"/proposed/title", "'Hot'"}}),
    PUT("and their guide to it, written", "ana", MQL, "{'guide':{'next':'Wait.'}}", 200,
        .checks = {{"/guides/sales", "null"}, {"/guides/marketing/next", "'Wait.'"}}),
    PUT("the same by a partner's admin", "pia", MQL, WORDS, 403,
        .checks = {{"/code", "'other_side'"}}),
    PUT("a version in force, changed", "ana", ROUTES "/1", OTHER, 409,
        .headers = {"If-Match: ${etag}"}),
    {0},
};

/* What is suspended is resumed by a version that both sign. */
static const struct step agreed_by_both[] = {
    POST("sales signs as well", "sam", ROUTES "/${n}/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'in_force'"}}),
    GET("and what was suspended is over", "sam", ROUTES "/1", 200,
        .checks = {{"/state", "'superseded'"}}),
    {0},
};

/* ---- leads ---- */

static const struct step leads[] = {
    POST("a lead of marketing", "marketing", "/v1/leads", "{'email':'kim@acme.example'}", 201,
         .keep = {{"kim", "/lead/id"}}),
    POST("and another", "marketing", "/v1/leads", "{'external_ids':[{'source':'crm','id':'7'}]}",
         201, .keep = {{"lee", "/lead/id"}}),
    POST("sales saw her", "sam", "/v1/leads/${kim}/touches",
         "{'kind':'call','direction':'outbound'}", 201),
    PATCH("and knows something of her", "sam", "/v1/leads/${kim}",
          "{'attributes':{'seniority':'vp'}}", 200),
    OTHERS("moves her next step", "sam", "PATCH", "/v1/leads/${kim}",
           "{'next_at':'2030-01-01T00:00:00Z'}"),
    OTHERS("gives her another id", "sam", "PATCH", "/v1/leads/${kim}",
           "{'external_ids':[{'source':'crm','id':'8'}]}"),
    OTHERS("takes her address", "sam", "PATCH", "/v1/leads/${kim}", "{'email':null}"),
    OTHERS("merges her", "sam", "POST", "/v1/leads/${kim}/merge", "{'from':'${lee}'}"),
    OTHERS("says what becomes of her", "sam", "POST", "/v1/leads/${kim}/review",
           "{'decision':'nurture'}"),
    POST("erases her", "sam", "/v1/leads/${kim}/erase", NULL, 202),
    POST("marketing does all of it", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200),
    POST("to the end", "ana", "/v1/leads/${kim}/erase", NULL, 200),
    {0},
};

/* ---- the page ---- */

#define PAGE_MAX_BYTES (64u << 10)

/* How many of these steps have a row in docs/trust.md, which all of them should from `first` on. */
static size_t rows_of(const char *page, const struct step *steps, size_t first, size_t last)
{
    char row[128];

    for (size_t i = first; i <= last; i++) {
        snprintf(row, sizeof row, "\n| %s | %d", steps[i].label, steps[i].status);
        ck_assert_msg(strstr(page, row) != NULL, "docs/trust.md has no row \"%s\"", row + 1);
    }
    return last - first + 1;
}

static size_t last_of(const struct step *steps)
{
    size_t last = 0;

    while (steps[last + 1].label != NULL)
        last++;
    return last;
}

START_TEST(the_page_on_trust_has_the_rows_that_are_tried)
{
    static char page[PAGE_MAX_BYTES];
    FILE *file = fopen(SOURCE_DIR "/docs/trust.md", "r");
    size_t rows = 0;

    ck_assert_ptr_nonnull(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    size_t tried_rows = rows_of(page, tried, 0, last_of(tried)) +
                        rows_of(page, agreed, 0, last_of(agreed)) +
                        rows_of(page, leads, 2, last_of(leads) - 2); /* two make her, two end */
    for (const char *at = page; (at = strstr(at, "\n| ")) != NULL; at++)
        rows++;
    ck_assert_uint_eq(rows, tried_rows + 3); /* and three heads */
}
END_TEST

START_TEST(neither_side_reaches_into_the_other)
{
    struct stage stage = stage_open("");

    story_run(stage.story, what_is_there);
    story_run(stage.story, sue_leaves);
    story_run(stage.story, tried);
    story_run(stage.story, tried_by_sales);
    stage_close(&stage);
}
END_TEST

START_TEST(neither_side_agrees_alone)
{
    struct stage stage = stage_open("");

    story_run(stage.story, what_is_there);
    story_run(stage.story, agreed);
    story_run(stage.story, agreed_by_both);
    stage_close(&stage);
}
END_TEST

STORY(of_the_others_lead_one_says_what_one_knows, "", leads)

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "stories");

    TESTS(tests, the_page_on_trust_has_the_rows_that_are_tried, neither_side_reaches_into_the_other,
          neither_side_agrees_alone, of_the_others_lead_one_says_what_one_knows);
}
