/* A key that may capture and no more, such as one that stands in the page of a website: it adds,
 * and learns nothing. */
#include "stage.h"
#include "suite.h"

#define BRIEF                                                                                      \
    {"/lead", "#1"}, {"/lead/id", "'${kim}'"}, {"/verdict", "!"}, {"/handoff", "!"},               \
    {                                                                                              \
        "/possible_duplicates", "!"                                                                \
    }

static const struct step it_adds_and_learns_nothing[] = {
    POST("a key for the form on the website", "ana", "/v1/keys",
         "{'title':'form','team':'marketing','roles':['capture']}", 201,
         .keep = {{"form", "/token"}}),
    POST("somebody fills it in", "form", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'company.employees':120},"
         "'touch':{'kind':'form_submitted','source':'web','event_id':'e1'}}",
         201, .checks = {{"", "#2"}, {"/created", "true"}, {"/lead", "#1"}},
         .keep = {{"kim", "/lead/id"}}),
    POST("and again, with another number", "form", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'company.employees':130}}", 200,
         .checks = {{"", "#2"}, {"/created", "false"}, BRIEF}),
    GET("which counts: a form said both", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/attributes/company.employees", "130"}}),
    PATCH("marketing knows better", "marketing", "/v1/leads/${kim}",
          "{'attributes':{'company.employees':80,'seniority':'vp'}}", 200),
    POST("sales takes her", "sam", "/v1/leads/${kim}/facts", "{'facts':{'budget':{'value':1000}}}",
         200),
    POST("and somebody who guesses her address fills in the form", "form", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'company.employees':1,'seniority':null,"
         "'job.title':'CEO'},'claimed_stage':'inquiry'}",
         200, .checks = {{"", "#2"}, BRIEF}),
    GET("what people said stands, what was not known is added", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/attributes/company.employees", "80"},
                   {"/attributes/seniority", "'vp'"},
                   {"/attributes/job.title", "'CEO'"},
                   {"/claimed_stage", "'inquiry'"}}),
    GET("and the lead's history says so", "ana", "/v1/leads/${kim}/timeline", 200,
        .checks = {{"@body", "~{\"code\":\"kept\",\"what\":\"attributes\"}"}}),
    POST("a stage is claimed once", "form", "/v1/leads",
         "{'email':'kim@acme.example','claimed_stage':'customer'}", 200, .checks = {BRIEF}),
    POST("of many", "form", "/v1/leads/batch",
         "{'leads':[{'email':'kim@acme.example','attributes':{'seniority':'intern'}},"
         "{'email':'lee@acme.example'}]}",
         200,
         .checks = {{"/data/0/result", "#2"},
                    {"/data/0/result/lead", "#1"},
                    {"/data/1/result/created", "true"},
                    {"/data/1/result/lead", "#1"}}),
    GET("nothing has changed", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/attributes/seniority", "'vp'"}, {"/claimed_stage", "'inquiry'"}}),
    POST("a touch is added", "form", "/v1/leads/${kim}/touches",
         "{'kind':'page_viewed','source':'web','event_id':'e2'}", 201,
         .checks = {{"", "#2"}, {"/created", "true"}, BRIEF}),
    POST("once", "form", "/v1/leads/${kim}/touches",
         "{'kind':'page_viewed','source':'web','event_id':'e2'}", 200,
         .checks = {{"", "#2"}, {"/created", "false"}, BRIEF}),
    PATCH("it changes nobody", "form", "/v1/leads/${kim}", "{'attributes':{'seniority':'intern'}}",
          403),
    GET("it reads nobody", "form", "/v1/leads/${kim}", 403),
    POST("the team's own key is answered in full", "marketing", "/v1/leads",
         "{'email':'kim@acme.example'}", 200, .headers = {"Idempotency-Key: of-the-team"},
         .checks = {{"/lead/stage", "*"}, {"/verdict", "*"}}),
    POST("and its answer is nobody else's", "form", "/v1/leads", "{'email':'kim@acme.example'}",
         422, .headers = {"Idempotency-Key: of-the-team"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("of sales, a form's too", "sam", "/v1/keys",
         "{'title':'form','team':'sales','roles':['capture']}", 201,
         .keep = {{"sales_form", "/token"}}),
    POST("which is no word of sales", "sales_form", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'company.employees':2}}", 200,
         .checks = {BRIEF}),
    GET("so nothing has changed", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/attributes/company.employees", "80"}}),
    {0},
};

STORY(a_key_that_may_capture_adds_and_learns_nothing, "--starter mql --sign",
      it_adds_and_learns_nothing)

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "stories");

    TESTS(tests, a_key_that_may_capture_adds_and_learns_nothing);
}
