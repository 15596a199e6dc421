/* A lead tried against a version: the verdict, and nothing else. */
#include "stage.h"
#include "suite.h"

#define TRY  "/v1/definitions/mql/versions/1/try"
#define FITS "'attributes':{'seniority':'vp'}"
#define FORM "'touches':[{'kind':'form_submitted'}]"

static const struct step tried[] = {
    POST("somebody who is only described", "ana", TRY,
         "{'email':'kim@corp.example'," FITS "," FORM "}", 200, .headers = {"Idempotency-Key: t1"},
         .checks = {{"/term", "'mql'"},
                    {"/version", "1"},
                    {"/state", "'in_force'"},
                    {"/verdict/result", "'qualified'"},
                    {"/verdict/score", "60"}},
         .keep = {{"first", "@body"}}),
    POST("the same answer", "ana", TRY, "{'email':'kim@corp.example'," FITS "," FORM "}", 200,
         .headers = {"Idempotency-Key: t1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("from an address that anybody can have", "ana", TRY,
         "{'email':'kim@gmail.com'," FITS "," FORM "}", 200,
         .checks = {{"/verdict/result", "'not_qualified'"}}),
    POST("who did something too long ago", "ana", TRY,
         "{'email':'kim@corp.example'," FITS ",'touches':[{'kind':'form_submitted',"
         "'occurred_at':'2020-01-01T00:00:00Z'},{'kind':'page_view'}]}",
         200, .checks = {{"/verdict/result", "'not_qualified'"}}),
    POST("nobody at all", "ana", TRY, "{}", 200,
         .checks = {{"/verdict/result", "'not_qualified'"}, {"/verdict/score", "0"}}),
    GET("nothing of it is kept", "sam", "/v1/leads", 200, .checks = {{"/data", "[]"}}),
    POST("a lead that is there", "marketing", "/v1/leads", "{'email':'lee@corp.example'," FITS "}",
         201, .keep = {{"lee", "/lead/id"}}),
    POST("as it is known", "sam", TRY, "{'lead_id':'${lee}'}", 200,
         .checks = {{"/verdict/result", "'not_qualified'"}}),
    POST("and if there were a form", "sam", TRY, "{'lead_id':'${lee}'," FORM "}", 200,
         .checks = {{"/verdict/result", "'qualified'"}}),
    GET("is as it was", "sam", "/v1/leads/${lee}", 200, .checks = {{"/stage", "'prospect'"}}),
    GET("and has no other verdict", "sam", "/v1/leads/${lee}/verdicts", 200,
        .checks = {{"/data", "#1"}}),
    POST("a lead that is none", "sam", TRY, "{'lead_id':'0199c0aa-1a2b-7c3d-8e4f-5a6b7c8d9e0f'}",
         404),
    POST("a key that signs, and reads no leads", "ana", "/v1/keys",
         "{'title':'s','member':'ana@acme.example','roles':['sign']}", 201,
         .keep = {{"signer", "/token"}}),
    POST("describes somebody", "signer", TRY, "{" FITS "," FORM "}", 200,
         .checks = {{"/verdict/term", "'mql'"}}),
    POST("and does not see what is known of a lead", "signer", TRY, "{'lead_id':'${lee}'}", 403),
    POST("by nobody", "ana", TRY, "{}", 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    POST("of no version", "ana", "/v1/definitions/mql/versions/9/try", "{}", 404),
    POST("all that is wrong at once", "ana", TRY,
         "{'email':'kim','touches':[{'kind':'No Code'}],'attribute':{}}", 400,
         .checks = {{"@body", "~/email"}, {"@body", "~/touches/0/kind"}, {"@body", "~/attribute"}}),
    GET("the version", "ana", "/v1/definitions/mql/versions/1", 200,
        .keep = {{"document", "/document"}}),
    POST("drafted again", "ana", "/v1/definitions/mql/versions", "${document}", 201,
         .keep = {{"draft", "/version"}}),
    POST("is tried before anybody signs", "sam", "/v1/definitions/mql/versions/${draft}/try",
         "{'lead_id':'${lee}'," FORM "}", 200,
         .checks = {{"/state", "'draft'"}, {"/verdict/result", "'qualified'"}}),
    DELETE("the draft goes", "ana", "/v1/definitions/mql/versions/${draft}", 200),
    POST("and is tried no more", "sam", "/v1/definitions/mql/versions/${draft}/try", "{}", 404),
    POST("facts", "ana", "/v1/definitions/sql/versions",
         "{'term':'sql','title':'S','statement':'They have a need.','criteria':[{'id':'need',"
         "'title':'Has a need','kind':'readiness','required':true,'test':{'fact':'need',"
         "'op':'exists'}}]}",
         201, .keep = {{"sql", "/version"}}),
    POST("that are missing", "sam", "/v1/definitions/sql/versions/${sql}/try",
         "{'lead_id':'${lee}'}", 200,
         .checks = {{"/verdict/result", "'unclear'"}, {"/verdict/ask_for", "['need']"}}),
    POST("and would settle it", "sam", "/v1/definitions/sql/versions/${sql}/try",
         "{'lead_id':'${lee}','facts':{'need':{'value':'Reports'}}}", 200,
         .checks = {{"/verdict/result", "'qualified'"}}),
    {0},
};

STORY(a_lead_is_tried, "--starter mql --sign", tried)

#define ROUTES "/v1/routes/versions"

static const struct step by_routes[] = {
    POST("Kim qualifies, and is offered", "marketing", "/v1/leads",
         "{'email':'kim@corp.example'," FITS ",'touch':{'kind':'form_submitted'}}", 201,
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}}),
    POST("Lee does not", "marketing", "/v1/leads", "{'email':'lee@corp.example'," FITS "}", 201,
         .keep = {{"lee", "/lead/id"}}),
    POST("Kim has an offer already", "sam", ROUTES "/1/try", "{'lead_id':'${kim}'}", 200,
         .checks = {{"/owner_team", "'marketing'"},
                    {"/routes/0/takes", "true"},
                    {"/to_team", "null"},
                    {"/why_not", "'under_way'"}}),
    POST("no gate lets Lee through", "ana", ROUTES "/1/try", "{'lead_id':'${lee}'}", 200,
         .checks = {{"/routes/0/owns", "true"},
                    {"/routes/0/is_for", "true"},
                    {"/routes/0/gates/1",
                     "{'term':'mql','result':'not_qualified','suspended':false}"},
                    {"/routes/0/takes", "false"},
                    {"/why_not", "'no_route'"}}),
    POST("other ways are drafted", "ana", ROUTES,
         "{'routes':[{'from':'marketing','to':'sales','gates':['mql'],'when':{'attribute':"
         "'company.country','op':'eq','value':'DE'}},{'from':'marketing','to':'sales',"
         "'gates':['mql'],'automatic':false,'when':{'attribute':'seniority','op':'eq','value':'vp'}"
         "},"
         "{'from':'marketing','to':'sales','gates':['mql'],'named':true}]}",
         201, .keep = {{"draft", "/version"}}),
    POST("sales gives Kim back", "sam", "/v1/handoffs/${offer}/reject",
         "{'reason':'unreachable','note':'No.'}", 200),
    POST("who waits for her date", "ana", ROUTES "/${draft}/try", "{'lead_id':'${kim}'}", 200,
         .checks = {{"/state", "'draft'"},
                    {"/routes/0/is_for", "false"},
                    {"/routes/1/takes", "true"},
                    {"/routes/2/is_for", "false"},
                    {"/why_not", "'held'"}}),
    POST("Mia is known to be of another country", "marketing", "/v1/leads",
         "{'email':'mia@corp.example','attributes':{'seniority':'vp','company.country':'DE'}}", 201,
         .keep = {{"mia", "/lead/id"}}),
    POST("the first way is for her, if she qualified", "ana", ROUTES "/${draft}/try",
         "{'lead_id':'${mia}'}", 200,
         .checks = {{"/routes/0/is_for", "true"}, {"/routes/0/takes", "false"}}),
    GET("nothing of it is kept", "sam", "/v1/leads/${mia}/verdicts", 200,
        .checks = {{"/data", "#1"}}),
    POST("a lead that is none", "sam", ROUTES "/1/try",
         "{'lead_id':'0199c0aa-1a2b-7c3d-8e4f-5a6b7c8d9e0f'}", 404),
    POST("a version that is none", "sam", ROUTES "/9/try", "{'lead_id':'${mia}'}", 404),
    POST("no lead", "sam", ROUTES "/1/try", "{}", 400),
    POST("by nobody", "ana", ROUTES "/1/try", "{'lead_id':'${mia}'}", 422,
         .headers = {"Baton-Actor: nobody@acme.example"}),
    POST("Mia is erased", "ana", "/v1/leads/${mia}/erase", NULL, 200),
    POST("and tried no more", "sam", ROUTES "/1/try", "{'lead_id':'${mia}'}", 410),
    {0},
};

STORY(a_lead_is_tried_against_routes, "--starter mql --sign", by_routes)

void suite_cases(Suite *suite)
{
    TESTS(suite_case(suite, "try"), a_lead_is_tried, a_lead_is_tried_against_routes);
}
