/* The agreement: from a draft to a definition in force, and everything that is refused on the way.
 */
#include "mql_file.h"
#include "stage.h"

#include <check.h>
#include <stdlib.h>

#define VERSIONS "/v1/definitions/mql/versions"

static const struct step signing[] = {
    {.label = "the draft that came with the workspace",
     .method = "GET",
     .path = VERSIONS "/1",
     .as = "sales",
     .status = 200,
     .checks = {{"/state", "'draft'"},
                {"/content_hash", "null"},
                {"/created_by", "null"},
                {"/allowed_actions", "[]"},
                {"@Vary", "=Accept, Accept-Encoding"}}},
    {.label = "as those see it who may change it",
     .method = "GET",
     .path = VERSIONS "/1",
     .as = "ana",
     .status = 200,
     .checks = {{"/allowed_actions", "['replace','propose']"}},
     .keep = {{"etag", "@ETag"}, {"document", "/document"}}},
    {.label = "a draft is not signed",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "ana",
     .body = "{'content_hash':"
             "'5b3c1f0e9a8d7c6b5a49382716054f3e2d1c0b9a8f7e6d5c4b3a291807f6e5d4'}",
     .status = 409,
     .checks = {{"/state", "'draft'"}, {"/allowed_actions", "['replace','propose']"}}},
    {.label = "a team's key proposes for nobody",
     .method = "POST",
     .path = VERSIONS "/1/propose",
     .as = "sales",
     .status = 403},
    {.label = "marketing proposes",
     .method = "POST",
     .path = VERSIONS "/1/propose",
     .as = "max",
     .headers = {"Idempotency-Key: p1"},
     .status = 200,
     .checks = {{"/state", "'proposed'"},
                {"/effective_from", "null"},
                {"/proposed_by", "<string>"},
                {"/allowed_actions", "['sign','decline','acknowledge']"}},
     .keep = {{"hash", "/content_hash"}}},
    {.label = "what was proposed is not replaced",
     .method = "PUT",
     .path = VERSIONS "/1",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "${document}",
     .status = 409,
     .checks = {{"/state", "'proposed'"}}},
    {.label = "another content is not signed",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "sam",
     .body = "{'content_hash':"
             "'5b3c1f0e9a8d7c6b5a49382716054f3e2d1c0b9a8f7e6d5c4b3a291807f6e5d4'}",
     .status = 422,
     .checks = {{"/code", "'not_signable'"}, {"/errors/0/pointer", "'/content_hash'"}}},
    {.label = "no hash at all",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "sam",
     .body = "{'content_hash':'yes'}",
     .status = 400},
    {.label = "a team's key does not sign",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "sales",
     .headers = {"Baton-Actor: sam@acme.example"},
     .body = "{'content_hash':'${hash}'}",
     .status = 403},
    {.label = "sales signs",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "sam",
     .body = "{'content_hash':'${hash}'}",
     .status = 200,
     .checks = {{"/state", "'proposed'"},
                {"/signatures/0/side", "'sales'"},
                {"/signatures/0/key_made_by/type", "'operator'"},
                {"/signatures", "#1"},
                {"/allowed_actions", "['decline','acknowledge']"}}},
    {.label = "and once is enough",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "sue",
     .body = "{'content_hash':'${hash}'}",
     .status = 409,
     .checks = {{"/code", "'already_exists'"}}},
    {.label = "marketing signs, and it is in force",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "ana",
     .headers = {"Idempotency-Key: s1"},
     .body = "{'content_hash':'${hash}'}",
     .status = 200,
     .checks = {{"/state", "'in_force'"},
                {"/signatures", "#2"},
                {"/in_force_from", "<string>"},
                {"/allowed_actions", "['acknowledge']"}},
     .keep = {{"signed", "@body"}}},
    {.label = "the repeat answers the same bytes",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "ana",
     .headers = {"Idempotency-Key: s1"},
     .body = "{'content_hash':'${hash}'}",
     .status = 200,
     .checks = {{"@body", "=${signed}"}, {"@Idempotent-Replayed", "=true"}}},
    {.label = "whoever read it says so",
     .method = "POST",
     .path = VERSIONS "/1/acknowledge",
     .as = "sue",
     .status = 200,
     .checks = {{"/acknowledgements/0/member/name", "'sue'"}, {"/allowed_actions", "[]"}}},
    {.label = "a person, not a tool",
     .method = "POST",
     .path = VERSIONS "/1/acknowledge",
     .as = "sales",
     .status = 422,
     .checks = {{"/code", "'actor_required'"}}},
    {.label = "it is the term's",
     .method = "GET",
     .path = "/v1/definitions/mql",
     .as = "marketing",
     .status = 200,
     .checks = {{"/in_force/version", "1"}, {"/versions", "#1"}}},
    {.label = "and the only one",
     .method = "GET",
     .path = "/v1/definitions",
     .as = "marketing",
     .status = 200,
     .checks = {{"/data", "#1"},
                {"/data/0/in_force", "1"},
                {"/data/0/latest_state", "'in_force'"}}},
    {0},
};

static const struct step editing[] = {
    {.label = "the draft",
     .method = "GET",
     .path = VERSIONS "/1",
     .as = "ana",
     .status = 200,
     .keep = {{"etag", "@ETag"}, {"document", "/document"}}},
    {.label = "a term has one draft",
     .method = "POST",
     .path = VERSIONS,
     .as = "sam",
     .body = "${document}",
     .status = 409,
     .checks = {{"/state", "'draft'"}, {"/allowed_actions", "['replace','propose']"}}},
    {.label = "a change says what it changes",
     .method = "PUT",
     .path = VERSIONS "/1",
     .as = "ana",
     .body = "${document}",
     .status = 428,
     .checks = {{"/errors/0/header", "'If-Match'"}}},
    {.label = "ana changes it",
     .method = "PUT",
     .path = VERSIONS "/1",
     .as = "ana",
     .headers = {"If-Match: ${etag}"},
     .body = "{'term':'mql','title':'Ours','statement':'Those we want.','criteria':["
             "{'id':'size','title':'Big enough','kind':'fit','required':true,"
             "'test':{'attribute':'company.employees','op':'gte','value':50},'points':20}],"
             "'reasons':["
             "{'code':'too_small','title':'Too small','about':'criterion','criterion':'size',"
             "'then':'nurture'}]}",
     .status = 200,
     .checks = {{"/document/title", "'Ours'"},
                {"/version", "1"},
                {"@ETag", "*"},
                {"/warnings/0/code", "'never_seen'"},
                {"/warnings/0/pointer", "'/criteria/0/test/attribute'"}},
     .keep = {{"new_etag", "@ETag"}, {"new_document", "/document"}}},
    {.label = "sam, who read it before, is told",
     .method = "PUT",
     .path = VERSIONS "/1",
     .as = "sam",
     .headers = {"If-Match: ${etag}"},
     .body = "${document}",
     .status = 412},
    {.label = "a lead has what the draft asks for",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .body = "{'email':'kim@kite.example','attributes':{'company.employees':70}}",
     .status = 201},
    {.label = "so nothing is warned of",
     .method = "GET",
     .path = VERSIONS "/1",
     .as = "sam",
     .status = 200,
     .checks = {{"/warnings", "[]"}},
     .keep = {{"read_etag", "@ETag"}}},
    {.label = "ten faults are told at once",
     .method = "PUT",
     .path = VERSIONS "/1",
     .as = "ana",
     .headers = {"If-Match: ${read_etag}"},
     .body =
         "{'term':'mql','title':'','statement':7,'colour':'red','criteria':["
         "{'id':'A B','title':'x','kind':'size','test':{'attribute':'a','op':'about','value':1}},"
         "{'id':'b','title':'x','kind':'fit','points':'many','test':{'fact':'b'}},"
         "{'id':'b','title':'x','kind':'fit','test':{'all':[]}}],"
         "'thresholds':{'weight':3},'reasons':["
         "{'code':'r','title':'x','about':'criterion','criterion':'nobody','then':'wait'}]}",
     .status = 422,
     .checks = {{"/code", "'invalid_definition'"}, {"/errors/9", "*"}}},
    {.label = "not JSON",
     .method = "PUT",
     .path = VERSIONS "/1",
     .as = "ana",
     .headers = {"If-Match: ${new_etag}"},
     .raw = "{term:",
     .status = 400,
     .checks = {{"/code", "'malformed_json'"}}},
    {.label = "not an object",
     .method = "PUT",
     .path = VERSIONS "/1",
     .as = "ana",
     .headers = {"If-Match: ${new_etag}"},
     .body = "[]",
     .status = 400},
    {.label = "under its own term",
     .method = "POST",
     .path = "/v1/definitions/sql/versions",
     .as = "ana",
     .body = "${document}",
     .status = 422,
     .checks = {{"/errors/0/pointer", "'/term'"}}},
    {.label = "no such term",
     .method = "GET",
     .path = "/v1/definitions/hot",
     .as = "ana",
     .status = 404},
    {.label = "a term without a version",
     .method = "GET",
     .path = "/v1/definitions/srl",
     .as = "ana",
     .status = 404},
    {.label = "no such version",
     .method = "GET",
     .path = VERSIONS "/7",
     .as = "ana",
     .status = 404},
    {.label = "no version at all",
     .method = "GET",
     .path = VERSIONS "/one",
     .as = "ana",
     .status = 404},
    {0},
};

static const struct step next_version[] = {
    {.label = "the one in force",
     .method = "GET",
     .path = VERSIONS "/1",
     .as = "ana",
     .status = 200,
     .checks = {{"/state", "'in_force'"}, {"/signatures", "#2"}},
     .keep = {{"document", "/document"}}},
    {.label = "nothing to compare it with",
     .method = "GET",
     .path = VERSIONS "/1/diff",
     .as = "ana",
     .status = 404},
    {.label = "sales drafts another",
     .method = "POST",
     .path = VERSIONS,
     .as = "sue",
     .body =
         "{'term':'mql','title':'Marketing-qualified lead','statement':'Bigger ones.','criteria':["
         "{'id':'company-size','title':'Company is big enough','kind':'fit','required':true,"
         "'test':{'attribute':'company.employees','op':'gte','value':200},'points':20}],"
         "'thresholds':{'total':20},'reasons':["
         "{'code':'spam','title':'Not a real inquiry','about':'process','then':'disqualify'}]}",
     .status = 201,
     .checks = {{"@Location", "=" VERSIONS "/2"}, {"@ETag", "*"}, {"/version", "2"}}},
    {.label = "what is new in it",
     .method = "GET",
     .path = VERSIONS "/2/diff",
     .as = "marketing",
     .status = 200,
     .checks = {{"/version", "2"}, {"/against", "1"}, {"/changes/0", "<object>"}}},
    {.label = "against a version that there is not",
     .method = "GET",
     .path = VERSIONS "/2/diff?against=9",
     .as = "marketing",
     .status = 404},
    {.label = "its page in plain language",
     .method = "GET",
     .path = VERSIONS "/2",
     .as = "marketing",
     .headers = {"Accept: text/markdown"},
     .status = 200,
     .checks = {{"@body", "~is at least 200"},
                {"@body", "~Changed since version 1"},
                {"@Content-Type", "=text/markdown; charset=utf-8"},
                {"@ETag", "*"}}},
    {.label = "for a browser",
     .method = "GET",
     .path = VERSIONS "/2",
     .as = "marketing",
     .headers = {"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
     .status = 200,
     .checks = {{"@body", "~<!doctype html>"},
                {"@body", "~Changed since version 1"},
                {"@Content-Type", "=text/html; charset=utf-8"}}},
    {.label = "for nobody",
     .method = "GET",
     .path = VERSIONS "/2",
     .as = "marketing",
     .headers = {"Accept: image/png"},
     .status = 406},
    {.label = "from a date on",
     .method = "POST",
     .path = VERSIONS "/2/propose",
     .as = "sue",
     .body = "{'effective_from':'2020-01-01T00:00:00Z'}",
     .status = 422,
     .checks = {{"/errors/0/pointer", "'/effective_from'"}}},
    {.label = "that is to come",
     .method = "POST",
     .path = VERSIONS "/2/propose",
     .as = "sue",
     .body = "{'effective_from':'2099-01-01T01:00:00+01:00'}",
     .status = 200,
     .checks = {{"/effective_from", "'2099-01-01T00:00:00Z'"}},
     .keep = {{"hash", "/content_hash"}}},
    {.label = "sales signs",
     .method = "POST",
     .path = VERSIONS "/2/sign",
     .as = "sue",
     .body = "{'content_hash':'${hash}'}",
     .status = 200},
    {.label = "marketing signs, and it waits for its day",
     .method = "POST",
     .path = VERSIONS "/2/sign",
     .as = "max",
     .body = "{'content_hash':'${hash}'}",
     .status = 200,
     .checks = {{"/state", "'signed'"}, {"/in_force_from", "null"}}},
    {.label = "the first is in force still",
     .method = "GET",
     .path = "/v1/definitions/mql",
     .as = "marketing",
     .status = 200,
     .checks = {{"/in_force/version", "1"}, {"/versions/0/state", "'signed'"}}},
    {.label = "the old one comes back as a third",
     .method = "POST",
     .path = VERSIONS,
     .as = "ana",
     .body = "${document}",
     .status = 201,
     .checks = {{"/version", "3"}}},
    {.label = "is proposed",
     .method = "POST",
     .path = VERSIONS "/3/propose",
     .as = "ana",
     .status = 200},
    {.label = "and declined, with a word",
     .method = "POST",
     .path = VERSIONS "/3/decline",
     .as = "sam",
     .body = "{}",
     .status = 400,
     .checks = {{"/errors/0/pointer", "'/note'"}}},
    {.label = "that is given",
     .method = "POST",
     .path = VERSIONS "/3/decline",
     .as = "sam",
     .body = "{'note':'We agreed on the second.'}",
     .status = 200,
     .checks = {{"/state", "'declined'"},
                {"/declined/note", "'We agreed on the second.'"},
                {"/declined/member/name", "'sam'"}}},
    {.label = "and is closed",
     .method = "POST",
     .path = VERSIONS "/3/decline",
     .as = "ana",
     .body = "{'note':'So do we.'}",
     .status = 409,
     .checks = {{"/state", "'declined'"}, {"/allowed_actions", "[]"}}},
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
    {.label = "everything that a definition can say",
     .method = "POST",
     .path = "/v1/definitions/srl/versions",
     .as = "ana",
     .headers = {"Idempotency-Key: s1"},
     .body = SRL,
     .status = 201,
     .checks = {{"/document/criteria/0/test/all", "#3"},
                {"/document/criteria/1/test/touches/half_life_days", "30"}},
     .keep = {{"first", "@body"}}},
    {.label = "the repeat answers the same bytes",
     .method = "POST",
     .path = "/v1/definitions/srl/versions",
     .as = "ana",
     .headers = {"Idempotency-Key: s1"},
     .body = SRL,
     .status = 201,
     .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}},
    {.label = "a draft is nothing to have read",
     .method = "POST",
     .path = "/v1/definitions/srl/versions/1/acknowledge",
     .as = "sam",
     .status = 409},
    {.label = "it is proposed",
     .method = "POST",
     .path = "/v1/definitions/srl/versions/1/propose",
     .as = "ana",
     .status = 200},
    {.label = "once",
     .method = "POST",
     .path = "/v1/definitions/srl/versions/1/propose",
     .as = "ana",
     .status = 409,
     .checks = {{"/code", "'state_conflict'"}, {"/state", "'proposed'"}}},
    {.label = "no such term to draft",
     .method = "POST",
     .path = "/v1/definitions/hot/versions",
     .as = "ana",
     .body = SRL,
     .status = 404},
    {.label = "no such version to replace",
     .method = "PUT",
     .path = "/v1/definitions/srl/versions/9",
     .as = "ana",
     .headers = {"If-Match: *"},
     .body = SRL,
     .status = 404},
    {.label = "to propose",
     .method = "POST",
     .path = "/v1/definitions/srl/versions/9/propose",
     .as = "ana",
     .status = 404},
    {.label = "to sign",
     .method = "POST",
     .path = "/v1/definitions/srl/versions/9/sign",
     .as = "ana",
     .body = "{'content_hash':'0000000000000000000000000000000000000000000000000000000000000000'}",
     .status = 404},
    {.label = "to decline",
     .method = "POST",
     .path = "/v1/definitions/srl/versions/9/decline",
     .as = "ana",
     .headers = {"Idempotency-Key: d1"},
     .body = "{'note':'no'}",
     .status = 404},
    {.label = "and with another note it is another request",
     .method = "POST",
     .path = "/v1/definitions/srl/versions/9/decline",
     .as = "ana",
     .headers = {"Idempotency-Key: d1"},
     .body = "{'note':'never'}",
     .status = 422,
     .checks = {{"/code", "'idempotency_key_reused'"}}},
    {.label = "to have read",
     .method = "POST",
     .path = "/v1/definitions/srl/versions/9/acknowledge",
     .as = "sam",
     .status = 404},
    {.label = "a capturing key drafts nothing",
     .method = "POST",
     .path = "/v1/definitions/srl/versions",
     .as = "marketing",
     .body = SRL,
     .status = 403},
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
    "{'attribute':'seniority','op':'eq','value':'vp'}]}}],"                                        \
    "'thresholds':{'total':10},'reasons':["                                                        \
    "{'code':'too_small','title':'Too small','about':'criterion','criterion':'size',"              \
    "'then':'nurture'}]}"

static const struct step every_tier[] = {
    {.label = "a document with every form of a tier",
     .method = "POST",
     .path = VERSIONS,
     .as = "ana",
     .body = EVERY_TIER,
     .status = 201,
     .checks = {{"/document/criteria/0/tiers", TIERS_OF_TEXT},
                {"/document/criteria/1/tiers", TIERS_OF_NUMBER},
                {"/document/criteria/3/tiers/0/within_days", "30"}}},
    {.label = "is proposed",
     .method = "POST",
     .path = VERSIONS "/1/propose",
     .as = "ana",
     .status = 200,
     .keep = {{"hash", "/content_hash"}}},
    {.label = "marketing signs",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "ana",
     .body = "{'content_hash':'${hash}'}",
     .status = 200},
    {.label = "sales signs",
     .method = "POST",
     .path = VERSIONS "/1/sign",
     .as = "sam",
     .body = "{'content_hash':'${hash}'}",
     .status = 200,
     .checks = {{"/state", "'in_force'"}}},
    {.label =
         "the tier with most points counts; of a test with parts the verdict names what it saw",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .body = "{'email':'kim@acme.example','attributes':{'seniority':'vp','company.employees':70}}",
     .status = 201,
     .checks = {{"/verdict/result", "'qualified'"},
                {"/verdict/criteria/0/points", "30"},
                {"/verdict/criteria/1/points", "1"},
                {"/verdict/criteria/2/points", "2"},
                {"/verdict/criteria/3/why", "'missing'"},
                {"/verdict/criteria/4/subject", "'company.employees'"},
                {"/verdict/criteria/4/seen", "70"}}},
    {0},
};

START_TEST(what_is_not_there_is_not_changed)
{
    stage_play("", refused);
}
END_TEST

START_TEST(both_sides_sign_and_it_is_in_force)
{
    stage_play("--starter " MQL_FILE, signing);
}
END_TEST

START_TEST(a_draft_is_edited_by_one_at_a_time)
{
    stage_play("--starter " MQL_FILE, editing);
}
END_TEST

START_TEST(the_next_version)
{
    stage_play("--starter " MQL_FILE " --sign", next_version);
}
END_TEST

START_TEST(a_tier_has_many_forms)
{
    stage_play("", every_tier);
}
END_TEST

START_TEST(the_server_ends_cleanly)
{
    stage_end();
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("definitions");
    TCase *tests = tcase_create("stories");

    tcase_add_test(tests, both_sides_sign_and_it_is_in_force);
    tcase_add_test(tests, a_draft_is_edited_by_one_at_a_time);
    tcase_add_test(tests, the_next_version);
    tcase_add_test(tests, what_is_not_there_is_not_changed);
    tcase_add_test(tests, a_tier_has_many_forms);
    tcase_add_test(tests, the_server_ends_cleanly);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return stage_run_sizes(make);
}
