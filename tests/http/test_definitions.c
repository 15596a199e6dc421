/* The agreement: from a draft to a definition in force, and everything that is refused on the way.
 */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include <stdlib.h>

#define VERSIONS "/v1/definitions/mql/versions"

static const struct step signing[] = {
    GET("the draft that came with the workspace", "sales", VERSIONS "/1", 200,
        .checks = {{"/state", "'draft'"},
                   {"/content_hash", "null"},
                   {"/created_by", "null"},
                   {"/allowed_actions", "[]"},
                   {"@Vary", "=Accept, Accept-Encoding"}}),
    GET("as those see it who may change it", "ana", VERSIONS "/1", 200,
        .checks = {{"/allowed_actions", "['replace','propose','delete','comment']"}},
        .keep = {{"etag", "@ETag"}, {"document", "/document"}}),
    POST("a draft is not signed", "ana", VERSIONS "/1/sign",
         "{'content_hash':"
         "'5b3c1f0e9a8d7c6b5a49382716054f3e2d1c0b9a8f7e6d5c4b3a291807f6e5d4'}",
         409,
         .checks = {{"/state", "'draft'"},
                    {"/allowed_actions", "['replace','propose','delete','comment']"}}),
    POST("a team's key proposes for nobody", "sales", VERSIONS "/1/propose", NULL, 403),
    POST("marketing proposes", "max", VERSIONS "/1/propose", NULL, 200,
         .headers = {"Idempotency-Key: p1"},
         .checks = {{"/state", "'proposed'"},
                    {"/effective_from", "null"},
                    {"/proposed_by", "<string>"},
                    {"/allowed_actions", "['sign','decline','acknowledge','comment']"}},
         .keep = {{"hash", "/content_hash"}}),
    PUT("what was proposed is not replaced", "ana", VERSIONS "/1", "${document}", 409,
        .headers = {"If-Match: ${etag}"}, .checks = {{"/state", "'proposed'"}}),
    POST("another content is not signed", "sam", VERSIONS "/1/sign",
         "{'content_hash':"
         "'5b3c1f0e9a8d7c6b5a49382716054f3e2d1c0b9a8f7e6d5c4b3a291807f6e5d4'}",
         422, .checks = {{"/code", "'not_signable'"}, {"/errors/0/pointer", "'/content_hash'"}}),
    POST("no hash at all", "sam", VERSIONS "/1/sign", "{'content_hash':'yes'}", 400),
    POST("a team's key does not sign", "sales", VERSIONS "/1/sign", "{'content_hash':'${hash}'}",
         403, .headers = {"Baton-Actor: sam@acme.example"}),
    POST("sales signs", "sam", VERSIONS "/1/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'proposed'"},
                    {"/signatures/0/side", "'sales'"},
                    {"/signatures/0/key_made_by/type", "'operator'"},
                    {"/signatures", "#1"},
                    {"/allowed_actions", "['decline','acknowledge','comment']"}}),
    POST("and once is enough", "sue", VERSIONS "/1/sign", "{'content_hash':'${hash}'}", 409,
         .checks = {{"/code", "'already_exists'"}}),
    POST("marketing signs, and it is in force", "ana", VERSIONS "/1/sign",
         "{'content_hash':'${hash}'}", 200, .headers = {"Idempotency-Key: s1"},
         .checks = {{"/state", "'in_force'"},
                    {"/signatures", "#2"},
                    {"/in_force_from", "<string>"},
                    {"/allowed_actions", "['suspend','acknowledge','comment']"}},
         .keep = {{"signed", "@body"}}),
    POST("the repeat answers the same bytes", "ana", VERSIONS "/1/sign",
         "{'content_hash':'${hash}'}", 200, .headers = {"Idempotency-Key: s1"},
         .checks = {{"@body", "=${signed}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("whoever read it says so", "sue", VERSIONS "/1/acknowledge", NULL, 200,
         .checks = {{"/acknowledgements/0/member/name", "'sue'"},
                    {"/allowed_actions", "['suspend','comment']"}}),
    POST("a person, not a tool", "sales", VERSIONS "/1/acknowledge", NULL, 422,
         .checks = {{"/code", "'actor_required'"}}),
    GET("it is the term's", "marketing", "/v1/definitions/mql", 200,
        .checks = {{"/in_force/version", "1"}, {"/versions", "#1"}}),
    GET("and the only one", "marketing", "/v1/definitions", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/in_force", "1"},
                   {"/data/0/latest_state", "'in_force'"}}),
    {0},
};

static const struct step editing[] = {
    GET("the draft", "ana", VERSIONS "/1", 200,
        .keep = {{"etag", "@ETag"}, {"document", "/document"}}),
    PUT("a change says what it changes", "ana", VERSIONS "/1", "${document}", 428,
        .checks = {{"/errors/0/header", "'If-Match'"}}),
    PUT("ana changes it", "ana", VERSIONS "/1",
        "{'term':'mql','title':'Ours','statement':'Those we want.','criteria':["
        "{'id':'size','title':'Big enough','kind':'fit','required':true,"
        "'test':{'attribute':'company.employees','op':'gte','value':50},'points':20}],"
        "'reasons':["
        "{'code':'too_small','title':'Too small','about':'criterion','criterion':'size',"
        "'then':'nurture'}]}",
        200, .headers = {"If-Match: ${etag}"},
        .checks = {{"/document/title", "'Ours'"},
                   {"/version", "1"},
                   {"@ETag", "*"},
                   {"/warnings/0/code", "'never_seen'"},
                   {"/warnings/0/pointer", "'/criteria/0/test/attribute'"}},
        .keep = {{"new_etag", "@ETag"}, {"new_document", "/document"}}),
    PUT("sam, who read it before, is refused", "sam", VERSIONS "/1", "${document}", 412,
        .headers = {"If-Match: ${etag}"}),
    POST("a lead has what the draft asks for", "marketing", "/v1/leads",
         "{'email':'kim@kite.example','attributes':{'company.employees':70}}", 201),
    GET("so nothing is warned of", "sam", VERSIONS "/1", 200, .checks = {{"/warnings", "[]"}},
        .keep = {{"read_etag", "@ETag"}}),
    PUT("ten faults are reported at once", "ana", VERSIONS "/1",
        "{'term':'mql','title':'','statement':7,'colour':'red','criteria':["
        "{'id':'A B','title':'x','kind':'size','test':{'attribute':'a','op':'about','value':1}},"
        "{'id':'b','title':'x','kind':'fit','points':'many','test':{'fact':'b'}},"
        "{'id':'b','title':'x','kind':'fit','test':{'all':[]}}],"
        "'thresholds':{'weight':3},'reasons':["
        "{'code':'r','title':'x','about':'criterion','criterion':'nobody','then':'wait'}]}",
        422, .headers = {"If-Match: ${read_etag}"},
        .checks = {{"/code", "'invalid_definition'"}, {"/errors/9", "*"}}),
    PUT("not JSON", "ana", VERSIONS "/1", NULL, 400, .headers = {"If-Match: ${new_etag}"},
        .raw = "{term:", .checks = {{"/code", "'malformed_json'"}}),
    PUT("not an object", "ana", VERSIONS "/1", "[]", 400, .headers = {"If-Match: ${new_etag}"}),
    POST("under its own term", "ana", "/v1/definitions/sql/versions", "${document}", 422,
         .checks = {{"/errors/0/pointer", "'/term'"}}),
    GET("no such term", "ana", "/v1/definitions/hot", 404),
    GET("a term without a version", "ana", "/v1/definitions/srl", 404),
    GET("no such version", "ana", VERSIONS "/7", 404),
    GET("no version at all", "ana", VERSIONS "/one", 404),
    {0},
};

static const struct step next_version[] = {
    GET("the one in force", "ana", VERSIONS "/1", 200,
        .checks = {{"/state", "'in_force'"}, {"/signatures", "#2"}},
        .keep = {{"document", "/document"}}),
    GET("nothing to compare it with", "ana", VERSIONS "/1/diff", 404),
    POST("sales drafts another", "sue", VERSIONS,
         "{'term':'mql','title':'Marketing-qualified lead','statement':'Bigger ones.','criteria':["
         "{'id':'company-size','title':'Company is big enough','kind':'fit','required':true,"
         "'test':{'attribute':'company.employees','op':'gte','value':200},'points':20}],"
         "'thresholds':{'total':20},'reasons':["
         "{'code':'spam','title':'Not a real inquiry','about':'process','then':'disqualify'}]}",
         201, .checks = {{"@Location", "=" VERSIONS "/2"}, {"@ETag", "*"}, {"/version", "2"}}),
    GET("what is new in it", "marketing", VERSIONS "/2/diff", 200,
        .checks = {{"/version", "2"}, {"/against", "1"}, {"/changes/0", "<object>"}}),
    GET("against a version that there is not", "marketing", VERSIONS "/2/diff?against=9", 404),
    GET("its page in plain language", "marketing", VERSIONS "/2", 200,
        .headers = {"Accept: text/markdown"},
        .checks = {{"@body", "~is at least 200"},
                   {"@body", "~Changed since version 1"},
                   {"@Content-Type", "=text/markdown; charset=utf-8"},
                   {"@ETag", "*"}}),
    GET("for a browser", "marketing", VERSIONS "/2", 200,
        .headers = {"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
        .checks = {{"@body", "~<!doctype html>"},
                   {"@body", "~Changed since version 1"},
                   {"@Content-Type", "=text/html; charset=utf-8"}}),
    GET("for nobody", "marketing", VERSIONS "/2", 406, .headers = {"Accept: image/png"}),
    POST("from a date on", "sue", VERSIONS "/2/propose",
         "{'effective_from':'2020-01-01T00:00:00Z'}", 422,
         .checks = {{"/errors/0/pointer", "'/effective_from'"}}),
    POST("that is to come", "sue", VERSIONS "/2/propose",
         "{'effective_from':'2099-01-01T01:00:00+01:00'}", 200,
         .checks = {{"/effective_from", "'2099-01-01T00:00:00Z'"}},
         .keep = {{"hash", "/content_hash"}}),
    POST("sales signs", "sue", VERSIONS "/2/sign", "{'content_hash':'${hash}'}", 200),
    POST("marketing signs, and it waits for its day", "max", VERSIONS "/2/sign",
         "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'signed'"}, {"/in_force_from", "null"}}),
    GET("the first is in force still", "marketing", "/v1/definitions/mql", 200,
        .checks = {{"/in_force/version", "1"}, {"/versions/0/state", "'signed'"}}),
    POST("the old one comes back as a third", "ana", VERSIONS, "${document}", 201,
         .checks = {{"/version", "3"}}),
    POST("is proposed", "ana", VERSIONS "/3/propose", NULL, 200),
    POST("and declined, with a word", "sam", VERSIONS "/3/decline", "{}", 400,
         .checks = {{"/errors/0/pointer", "'/note'"}}),
    POST("that is given", "sam", VERSIONS "/3/decline", "{'note':'We agreed on the second.'}", 200,
         .checks = {{"/state", "'declined'"},
                    {"/declined/note", "'We agreed on the second.'"},
                    {"/declined/member/name", "'sam'"}}),
    POST("and is closed", "ana", VERSIONS "/3/decline", "{'note':'So do we.'}", 409,
         .checks = {{"/state", "'declined'"}, {"/allowed_actions", "[]"}}),
    {0},
};

#define SRL                                                                                        \
    "{'term':'srl','title':'Sales-ready lead','statement':'Asked for sales.',"                     \
    "'criteria':[{'id':'a','title':'A','kind':'fit','points':10,'test':{'all':["                   \
    "{'attribute':'seniority','op':'in','value':['vp']},"                                          \
    "{'any':[{'fact':'budget','op':'gte','value':5},{'not':{'attribute':'city','op':'eq',"         \
    "'value':'Rome'}}]},{'at_least':1,'of':[{'attribute':'x','op':'exists','value':true},"         \
    "{'attribute':'y','op':'starts_with','value':'z'}]}]}},"                                       \
    "{'id':'b','title':'B','kind':'engagement','points':5,'test':{'touches':{'kind':['call'],"     \
    "'direction':'inbound','source':['google'],'medium':['cpc'],'campaign':['q4'],"                \
    "'channel':['web'],'content':['ad'],'within_days':90,'half_life_days':30},'op':'gte',"         \
    "'value':1}}],'thresholds':{'total':10,'fit':5,'engagement':0,'readiness':0},"                 \
    "'reasons':[{'code':'spam','title':'Spam','about':'process','then':'disqualify'}],"            \
    "'respond_within':{'minutes':60},'decide_within_days':5,'nurture_days':10}"

static const struct step refused[] = {
    POST("everything that a definition can say", "ana", "/v1/definitions/srl/versions", SRL, 201,
         .headers = {"Idempotency-Key: s1"},
         .checks = {{"/document/criteria/0/test/all", "#3"},
                    {"/document/criteria/1/test/touches/half_life_days", "30"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/definitions/srl/versions", SRL, 201,
         .headers = {"Idempotency-Key: s1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("a draft is nothing to have read", "sam", "/v1/definitions/srl/versions/1/acknowledge",
         NULL, 409),
    POST("it is proposed", "ana", "/v1/definitions/srl/versions/1/propose", NULL, 200),
    POST("once", "ana", "/v1/definitions/srl/versions/1/propose", NULL, 409,
         .checks = {{"/code", "'state_conflict'"}, {"/state", "'proposed'"}}),
    POST("no such term to draft", "ana", "/v1/definitions/hot/versions", SRL, 404),
    PUT("no such version to replace", "ana", "/v1/definitions/srl/versions/9", SRL, 404,
        .headers = {"If-Match: *"}),
    POST("to propose", "ana", "/v1/definitions/srl/versions/9/propose", NULL, 404),
    POST("to sign", "ana", "/v1/definitions/srl/versions/9/sign",
         "{'content_hash':'0000000000000000000000000000000000000000000000000000000000000000'}",
         404),
    POST("to decline", "ana", "/v1/definitions/srl/versions/9/decline", "{'note':'no'}", 404,
         .headers = {"Idempotency-Key: d1"}),
    POST("and with another note it is another request", "ana",
         "/v1/definitions/srl/versions/9/decline", "{'note':'never'}", 422,
         .headers = {"Idempotency-Key: d1"}, .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("to have read", "sam", "/v1/definitions/srl/versions/9/acknowledge", NULL, 404),
    POST("a capturing key drafts nothing", "marketing", "/v1/definitions/srl/versions", SRL, 403),
    {0},
};

#define TIERS_OF_TEXT                                                                              \
    "[{'eq':'vp','points':30},{'ne':'vp','points':1},{'in':['vp','cto'],'points':20},"             \
    "{'not_in':['intern'],'points':2},{'contains':'chief','points':22},"                           \
    "{'starts_with':'head','points':21},{'exists':true,'points':1},"                               \
    "{'test':{'attribute':'seniority','op':'eq','value':'owner'},'points':31}]"

#define TIERS_OF_NUMBER                                                                            \
    "[{'lt':10,'points':1},{'lte':50,'points':2},{'gt':100,'points':3},{'gte':1000,'points':4}]"

#define EVERY_TIER                                                                                 \
    "{'term':'mql','title':'Ours','statement':'Those we want.','criteria':["                       \
    "{'id':'seniority','title':'Decides','kind':'fit','points':5,"                                 \
    "'test':{'attribute':'seniority','op':'in','value':['director','vp']},"                        \
    "'tiers':" TIERS_OF_TEXT "},"                                                                  \
    "{'id':'size','title':'Big enough','kind':'fit','points':1,"                                   \
    "'test':{'attribute':'company.employees','op':'gte','value':5},"                               \
    "'tiers':" TIERS_OF_NUMBER "},"                                                                \
    "{'id':'known','title':'Of our friends','kind':'fit','points':1,"                              \
    "'test':{'attribute':'company.domain','op':'matches_domain','value':['acme.example']},"        \
    "'tiers':[{'matches_domain':['acme.example','rival.example'],'points':2}]},"                   \
    "{'id':'renewal','title':'Renews soon','kind':'readiness','points':1,"                         \
    "'test':{'attribute':'renewal.on','op':'within_days','value':90},"                             \
    "'tiers':[{'within_days':30,'points':2}]},"                                                    \
    "{'id':'either','title':'Big, or decides','kind':'fit','required':true,"                       \
    "'test':{'any':[{'attribute':'company.employees','op':'gte','value':50},"                      \
    "{'attribute':'seniority','op':'eq','value':'vp'}]}},"                                         \
    "{'id':'budget','title':'Has a budget','kind':'fit','points':1,"                               \
    "'test':{'attribute':'budget','op':'gte','value':1,'missing':'unmet'}},"                       \
    "{'id':'need','title':'Has the need','kind':'readiness','points':1,"                           \
    "'test':{'fact':'need','op':'eq','value':'yes','missing':'unmet'}},"                           \
    "{'id':'searches','title':'Searches for us','kind':'engagement','points':1,"                   \
    "'test':{'touches':{'term':'lead agreement','within_days':28,'per_days':7},"                   \
    "'op':'gte','value':1}}],"                                                                     \
    "'thresholds':{'total':10},'reasons':["                                                        \
    "{'code':'too_small','title':'Too small','about':'criterion','criterion':'size',"              \
    "'then':'nurture'}]}"

static const struct step every_tier[] = {
    POST("a document with every form of a tier", "ana", VERSIONS, EVERY_TIER, 201,
         .checks = {{"/document/criteria/0/tiers", TIERS_OF_TEXT},
                    {"/document/criteria/1/tiers", TIERS_OF_NUMBER},
                    {"/document/criteria/3/tiers/0/within_days", "30"}}),
    POST("is proposed", "ana", VERSIONS "/1/propose", NULL, 200,
         .keep = {{"hash", "/content_hash"}}),
    POST("marketing signs", "ana", VERSIONS "/1/sign", "{'content_hash':'${hash}'}", 200),
    POST("sales signs", "sam", VERSIONS "/1/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'in_force'"}}),
    POST("the tier with most points counts; of a test with parts the verdict names what it saw",
         "marketing", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'seniority':'vp','company.employees':70}}", 201,
         .checks = {{"/verdict/result", "'qualified'"},
                    {"/verdict/criteria/0/points", "30"},
                    {"/verdict/criteria/1/points", "1"},
                    {"/verdict/criteria/2/points", "2"},
                    {"/verdict/criteria/3/why", "'missing'"},
                    {"/verdict/criteria/4/subject", "'company.employees'"},
                    {"/verdict/criteria/4/seen", "70"},
                    {"/verdict/criteria/5/result", "'unmet'"},
                    {"/verdict/criteria/6/result", "'unmet'"},
                    {"/verdict/criteria/7/result", "'unmet'"}}),
    {0},
};

STORY(what_is_not_there_is_not_changed, "", refused)

STORY(both_sides_sign_and_it_is_in_force, "--starter " MQL_FILE, signing)

STORY(a_draft_is_edited_by_one_at_a_time, "--starter " MQL_FILE, editing)

STORY(the_next_version, "--starter " MQL_FILE " --sign", next_version)

STORY(a_tier_has_many_forms, "", every_tier)

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "stories");

    TESTS(tests, both_sides_sign_and_it_is_in_force, a_draft_is_edited_by_one_at_a_time,
          the_next_version, what_is_not_there_is_not_changed, a_tier_has_many_forms);
}
