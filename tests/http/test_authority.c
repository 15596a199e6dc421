/* What one side tries with what is the other's, as its callers see it. */
#include "stage.h"

#include <check.h>
#include <stdlib.h>

static const struct step what_is_there[] = {
    {.label = "sam, who signs for sales",
     .method = "GET",
     .path = "/v1/me",
     .as = "sam",
     .status = 200,
     .keep = {{"sam_id", "/member/id"}, {"sam_key", "/key/id"}}},
    {.label = "sue, who left sales",
     .method = "GET",
     .path = "/v1/me",
     .as = "sue",
     .status = 200,
     .keep = {{"sue_id", "/member/id"}, {"sue_key", "/key/id"}}},
    {.label = "a team on no side",
     .method = "POST",
     .path = "/v1/teams",
     .as = "ana",
     .body = "{'name':'partners','function':'other'}",
     .status = 201},
    {.label = "with an admin of marketing's choice",
     .method = "POST",
     .path = "/v1/members",
     .as = "ana",
     .body = "{'team':'partners','name':'Pia','email':'pia@acme.example'}",
     .status = 201,
     .keep = {{"pia_id", "/id"}}},
    {.label = "and a key",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .body = "{'title':'k','member':'pia@acme.example','roles':['admin','work']}",
     .status = 201,
     .keep = {{"pia", "/token"}}},
    {.label = "sales' own source",
     .method = "POST",
     .path = "/v1/sources",
     .as = "sam",
     .body = "{'name':'crm','team':'sales','mapping':{'email':'/email'}}",
     .status = 201,
     .keep = {{"source", "/source/id"}}},
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
    {.label = "a member, moved to them",
     .method = "PATCH",
     .path = "/v1/members/${pia_id}",
     .as = "ana",
     .body = "{'team':'sales'}",
     .status = 400},
    OTHERS("their key, revoked", "ana", "POST", "/v1/keys/${sam_key}/revoke", NULL),
    OTHERS("a source of theirs", "ana", "POST", "/v1/sources",
           "{'name':'web','team':'sales','mapping':{'email':'/email'}}"),
    OTHERS("their source, changed", "ana", "PATCH", "/v1/sources/${source}", "{'active':false}"),
    OTHERS("their source, taken over", "ana", "PATCH", "/v1/sources/${source}",
           "{'team':'marketing'}"),
    {.label = "their member, named by a key of one's own team",
     .method = "GET",
     .path = "/v1/me",
     .as = "marketing",
     .headers = {"Baton-Actor: sam@acme.example"},
     .status = 422,
     .checks = {{"/code", "'actor_required'"}}},
    {.label = "the last signer goes",
     .method = "PATCH",
     .path = "/v1/members/${sam_id}",
     .as = "sam",
     .body = "{'active':false}",
     .status = 409,
     .checks = {{"/code", "'last_signer'"}}},
    {.label = "or the key that is left",
     .method = "POST",
     .path = "/v1/keys/${sam_key}/revoke",
     .as = "sam",
     .status = 409,
     .checks = {{"/code", "'last_signer'"}}},
    {0},
};

static const struct step sue_leaves[] = {
    {.label = "sam ends her",
     .method = "PATCH",
     .path = "/v1/members/${sue_id}",
     .as = "sam",
     .body = "{'active':false}",
     .status = 200},
    {0},
};

/* As good the other way round. */
static const struct step tried_by_sales[] = {
    {.label = "ana",
     .method = "GET",
     .path = "/v1/me",
     .as = "ana",
     .status = 200,
     .keep = {{"ana_id", "/member/id"}, {"ana_key", "/key/id"}}},
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

/* ---- leads ---- */

static const struct step leads[] = {
    {.label = "a lead of marketing",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .body = "{'email':'kim@acme.example'}",
     .status = 201,
     .keep = {{"kim", "/lead/id"}}},
    {.label = "and another",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .body = "{'external_ids':[{'source':'crm','id':'7'}]}",
     .status = 201,
     .keep = {{"lee", "/lead/id"}}},
    {.label = "sales saw her",
     .method = "POST",
     .path = "/v1/leads/${kim}/touches",
     .as = "sam",
     .body = "{'kind':'call','direction':'outbound'}",
     .status = 201},
    {.label = "and knows something of her",
     .method = "PATCH",
     .path = "/v1/leads/${kim}",
     .as = "sam",
     .body = "{'attributes':{'seniority':'vp'}}",
     .status = 200},
    OTHERS("moves her next step", "sam", "PATCH", "/v1/leads/${kim}",
           "{'next_at':'2030-01-01T00:00:00Z'}"),
    OTHERS("gives her another id", "sam", "PATCH", "/v1/leads/${kim}",
           "{'external_ids':[{'source':'crm','id':'8'}]}"),
    OTHERS("takes her address", "sam", "PATCH", "/v1/leads/${kim}", "{'email':null}"),
    OTHERS("merges her", "sam", "POST", "/v1/leads/${kim}/merge", "{'from':'${lee}'}"),
    OTHERS("erases her", "sam", "POST", "/v1/leads/${kim}/erase", NULL),
    {.label = "marketing does all of it",
     .method = "POST",
     .path = "/v1/leads/${kim}/merge",
     .as = "ana",
     .body = "{'from':'${lee}'}",
     .status = 200},
    {.label = "to the end",
     .method = "POST",
     .path = "/v1/leads/${kim}/erase",
     .as = "ana",
     .status = 200},
    {0},
};

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

START_TEST(of_the_others_lead_one_says_what_one_knows)
{
    stage_play("", leads);
}
END_TEST

START_TEST(the_server_ends_cleanly)
{
    stage_end();
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("authority");
    TCase *tests = tcase_create("stories");

    tcase_add_test(tests, neither_side_reaches_into_the_other);
    tcase_add_test(tests, of_the_others_lead_one_says_what_one_knows);
    tcase_add_test(tests, the_server_ends_cleanly);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return stage_run_sizes(make);
}
