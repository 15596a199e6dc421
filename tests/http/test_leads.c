/* Leads as their senders and their teams write them: captured, changed, judged, merged, erased. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED "--starter " MQL_FILE " --sign"
#define NOBODY "01939393-9393-7393-9393-939393939393"

#define CAPTURE(who, keep_as)                                                                      \
    POST("marketing captures " who, "marketing", "/v1/leads", "{'email':'" who "@corp.example'}",  \
         201, .keep = {{keep_as, "/lead/id"}})

#define CAPTURE_QUALIFIED(who, keep_as)                                                            \
    POST("marketing captures " who ", who qualifies", "marketing", "/v1/leads",                    \
         "{'email':'" who "@corp.example','attributes':{'seniority':'vp'},"                        \
         "'touch':{'kind':'form_submitted','source':'google'}}",                                   \
         201, .checks = {{"/lead/stage", "'mql'"}}, .keep = {{keep_as, "/lead/id"}})

/* ---- one mailbox ---- */

/* However it is written, it is the one that the first step made. */
#define SAME_MAILBOX(what, given)                                                                  \
    POST(what, "marketing", "/v1/leads", "{'email':'" given "'}", 200,                             \
         .checks = {{"/created", "false"}, {"/lead/id", "'${jurgen}'"}})

static const struct step spelled[] = {
    POST("in capitals", "marketing", "/v1/leads", "{'email':'J\xc3\x9cRGEN@CORP.example'}", 201,
         .keep = {{"jurgen", "/lead/id"}}),
    SAME_MAILBOX("in lower case", "j\xc3\xbcrgen@corp.example"),
    SAME_MAILBOX("with the accent as a character of its own", "ju\xcc\x88rgen@corp.example"),
    SAME_MAILBOX("with what nobody sees", "j\xc3\xbcrgen\xe2\x80\x8b@corp.example\xc2\xa0"),
    SAME_MAILBOX("with a name", "J\xc3\xbcrgen Ott <j\xc3\xbcrgen@corp.example>"),
    SAME_MAILBOX("as a link", "mailto:j%C3%BCrgen@corp.example?subject=x"),
    SAME_MAILBOX("the first of two", "j\xc3\xbcrgen@corp.example; kim@corp.example"),
    GET("and is found by all of these", "ana", "/v1/leads?email=JU%CC%88RGEN@corp.example", 200,
        .checks = {{"/data", "#1"}, {"/data/0/email", "'j\xc3\xbcrgen@corp.example'"}}),
    {0}};

/* ---- capture ---- */

#define KIM                                                                                        \
    "{'email':'Kim@Corp.example','external_ids':[{'source':'hubspot','id':'51'}],"                 \
    "'claimed_stage':'mql','attributes':{'company.employees':120,'seniority':'vp'},"               \
    "'touch':{'kind':'form_submitted','source':'google','medium':'cpc','campaign':'q4-launch',"    \
    "'event_id':'e1','occurred_at':'2026-11-20T10:00:00+02:00'}}"

static const struct step capture[] = {
    POST("marketing captures Kim, who qualifies and is offered to sales", "marketing", "/v1/leads",
         KIM, 201, .headers = {"Idempotency-Key: c1"},
         .checks = {{"/created", "true"},
                    {"/lead/stage", "'mql'"},
                    {"/lead/owner_team", "'marketing'"},
                    {"/lead/next/step", "'answer'"},
                    {"/lead/next/at", "<string>"},
                    {"/lead/next/why", "'offered'"},
                    {"/possible_duplicates", "[]"},
                    {"/verdict/term", "'mql'"},
                    {"/verdict/version", "1"},
                    {"/verdict/result", "'qualified'"},
                    {"/verdict/score", "80"},
                    {"/verdict/scores", "{'fit':40,'engagement':40,'readiness':0}"},
                    {"/verdict/criteria", "#6"},
                    {"/verdict/criteria/1/id", "'company-size'"},
                    {"/verdict/criteria/1/seen", "120"},
                    {"/verdict/criteria/1/points", "20"},
                    {"/verdict/ask_for", "[]"},
                    {"/handoff/state", "'offered'"},
                    {"@Location", "~/v1/leads/"},
                    {"@X-Request-Id", "*"},
                    {"@Idempotent-Replayed", "!"}},
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}, {"first", "@body"}}),
    POST("the repeat answers the same bytes", "marketing", "/v1/leads", KIM, 201,
         .headers = {"Idempotency-Key: c1"},
         .checks = {{"@body", "=${first}"},
                    {"@Idempotent-Replayed", "=true"},
                    {"@Location", "=/v1/leads/${kim}"}}),
    POST("the key with another body", "marketing", "/v1/leads", "{'email':'lee@corp.example'}", 422,
         .headers = {"Idempotency-Key: c1"}, .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("Kim is known; the event that came before counts once, null clears", "marketing",
         "/v1/leads",
         "{'email':'kim@corp.EXAMPLE','attributes':{'seniority':null},"
         "'touch':{'kind':'form_submitted','source':'google','event_id':'e1'}}",
         200,
         .checks = {{"/created", "false"},
                    {"/lead/id", "'${kim}'"},
                    {"/lead/stage", "'mql'"},
                    {"/verdict/score", "60"},
                    {"/handoff/id", "'${offer}'"}}),
    GET("what is known of her", "sam", "/v1/leads/${kim}", 200,
        .checks = {{"/email", "'kim@corp.example'"},
                   {"/external_ids", "[{'source':'hubspot','id':'51'}]"},
                   {"/claimed_stage", "'mql'"},
                   {"/origin", "'inbound'"},
                   {"/found_by", "'marketing'"},
                   {"/attributes/seniority", "!"},
                   {"/attributes/company.employees", "120"},
                   {"/attributes/company.domain", "'corp.example'"},
                   {"/milestones/mql", "<string>"},
                   {"/milestones/sal", "null"},
                   {"/open_handoff", "'${offer}'"}}),
    GET("one touch", "sam", "/v1/leads/${kim}/timeline", 200,
        .checks = {{"/data/0/touch/occurred_at", "'2026-11-20T08:00:00Z'"},
                   {"/data/0/touch/campaign", "'q4-launch'"},
                   {"/data/3/type", "'lead.captured'"},
                   {"/data/3/touch", "null"}}),
    {0},
};

static const struct step matching[] = {
    POST("somebody looks around", "marketing", "/v1/leads",
         "{'anonymous_ids':['cookie-1'],'touch':{'kind':'page_viewed','source':'bing'}}", 201,
         .checks = {{"/lead/stage", "'inquiry'"}, {"/verdict/result", "'not_qualified'"}},
         .keep = {{"nobody", "/lead/id"}}),
    POST("and fills in a form", "marketing", "/v1/leads",
         "{'email':'max@corp.example','anonymous_ids':['cookie-1'],"
         "'touch':{'kind':'form_submitted'}}",
         200,
         .checks = {{"/created", "false"}, {"/lead/id", "'${nobody}'"}, {"/lead/stage", "'mql'"}}),
    POST("from then on the browser is Max's", "marketing", "/v1/leads",
         "{'anonymous_ids':['cookie-1'],'touch':{'kind':'page_viewed'}}", 200,
         .checks = {{"/lead/id", "'${nobody}'"}}),
    POST("another browser", "marketing", "/v1/leads",
         "{'anonymous_ids':['cookie-2'],'touch':{'kind':'page_viewed','source':'mail'}}", 201,
         .keep = {{"second", "/lead/id"}}),
    POST("is Max as well: both are one", "marketing", "/v1/leads",
         "{'email':'max@corp.example','anonymous_ids':['cookie-2']}", 200,
         .checks = {{"/lead/id", "'${nobody}'"}, {"/possible_duplicates", "[]"}}),
    GET("and the other id answers with him", "sam", "/v1/leads/${second}", 200,
        .checks = {{"/id", "'${nobody}'"}, {"/anonymous_ids", "#2"}}),
    POST("a lead that the CRM knows", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'crm','id':'7'}]}", 201, .keep = {{"crm", "/lead/id"}}),
    POST("has Max's address: nothing is merged, both are named", "marketing", "/v1/leads",
         "{'email':'max@corp.example','external_ids':[{'source':'crm','id':'7'}]}", 200,
         .checks = {{"/lead/id", "'${crm}'"}, {"/possible_duplicates", "['${nobody}']"}}),
    POST("a prospect is found, not heard from", "sales", "/v1/leads",
         "{'email':'cold@corp.example','touch':{'kind':'call','direction':'outbound'}}", 201,
         .checks = {{"/lead/stage", "'prospect'"}, {"/handoff", "null"}},
         .keep = {{"cold", "/lead/id"}}),
    POST("who answers", "sales", "/v1/leads/${cold}/touches", "{'kind':'email_replied'}", 201,
         .checks = {{"/lead/stage", "'inquiry'"}}),
    POST("a form by nobody known", "marketing", "/v1/leads",
         "{'anonymous_ids':['cookie-3'],'touch':{'kind':'form_submitted'}}", 201,
         .checks = {{"/verdict/result", "'unclear'"}, {"/handoff", "null"}}),
    POST("and May, of whom an address is known", "marketing", "/v1/leads",
         "{'email':'may@corp.example'}", 201, .keep = {{"may", "/lead/id"}}),
    POST("are one, and that alone qualifies her", "marketing", "/v1/leads",
         "{'email':'may@corp.example','anonymous_ids':['cookie-3']}", 200,
         .checks = {{"/lead/id", "'${may}'"},
                    {"/lead/stage", "'mql'"},
                    {"/handoff/state", "'offered'"}}),
    {0},
};

/* The newest word counts, also when it says again what was known. */
static const struct step retold[] = {
    POST("ten people work there", "marketing", "/v1/leads",
         "{'email':'rita@corp.example','attributes':{'company.employees':10},"
         "'occurred_at':'2026-01-01T10:00:00Z'}",
         201, .keep = {{"rita", "/lead/id"}}),
    POST("still ten, four days later", "marketing", "/v1/leads",
         "{'email':'rita@corp.example','attributes':{'company.employees':10},"
         "'occurred_at':'2026-01-05T10:00:00Z'}",
         200),
    PATCH("what was true in between comes late", "ana", "/v1/leads/${rita}",
          "{'attributes':{'company.employees':500},'occurred_at':'2026-01-03T10:00:00Z'}", 200),
    GET("and is history", "ana", "/v1/leads/${rita}", 200,
        .checks = {{"/attributes/company.employees", "10"}}),
    POST("a lead without an address", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'crm','id':'r1'}]}", 201, .keep = {{"ray", "/lead/id"}}),
    PATCH("is given one", "ana", "/v1/leads/${ray}", "{'email':'ray@corp.example'}", 200),
    GET("which says what a captured one does", "ana", "/v1/leads/${ray}", 200,
        .checks = {{"/attributes/email.domain", "'corp.example'"},
                   {"/attributes/email.is_free_mail", "false"},
                   {"/attributes/company.domain", "'corp.example'"}}),
    {0},
};

static const struct step refused[] = {
    POST("no key", NO_KEY, "/v1/leads", "{}", 401),
    POST("a key that there is not", "false_key", "/v1/leads", "{}", 401,
         .checks = {{"/code", "'unauthenticated'"}, {"@WWW-Authenticate", "~Bearer"}}),
    POST("a key that may only read is made", "ana", "/v1/keys",
         "{'title':'reader','team':'marketing','roles':['read']}", 201,
         .keep = {{"reader", "/token"}}),
    POST("and captures nothing", "reader", "/v1/leads", "{'email':'kim@corp.example'}", 403,
         .checks = {{"/code", "'forbidden'"}}),
    POST("nor a batch", "reader", "/v1/leads/batch", "{'leads':[{'email':'kim@corp.example'}]}",
         403),
    POST("not JSON", "marketing", "/v1/leads", NULL, 400,
         .raw = "{\"email\":", .checks = {{"/code", "'malformed_json'"}, {"/detail", "~Line 1"}}),
    POST("a member twice", "marketing", "/v1/leads",
         "{'email':'a@corp.example','email':'b@corp.example'}", 400,
         .checks = {{"/code", "'malformed_json'"}}),
    POST("not an object", "marketing", "/v1/leads", "[1]", 400,
         .checks = {{"/code", "'invalid_body'"}}),
    POST("another type", "marketing", "/v1/leads", "{}", 415, .content_type = "text/plain"),
    POST("known by nothing", "marketing", "/v1/leads", "{'attributes':{'seniority':'vp'}}", 400,
         .checks = {{"/code", "'invalid_body'"}}),
    POST("every fault at once", "marketing", "/v1/leads",
         "{'email':5,'claimed_stage':'qualified lead','colour':'red',"
         "'touch':{'occurred_at':'yesterday','direction':'up'}}",
         400,
         .checks = {{"/code", "'invalid_body'"},
                    {"/errors", "#6"},
                    {"@body", "~\"/email\""},
                    {"@body", "~\"/claimed_stage\""},
                    {"@body", "~\"/colour\""},
                    {"@body", "~\"/touch/kind\""},
                    {"@body", "~\"/touch/occurred_at\""},
                    {"@body", "~\"/touch/direction\""}}),
    POST("those of form and those of value in one answer", "marketing", "/v1/leads",
         "{'email':'no address','external_ids':[{'source':'crm'},{'source':'crm','id':'7'}],"
         "'anonymous_ids':['a',5],'attributes':{'company':{'employees':70},'seniority':'vp'},"
         "'touch':{'source':'kim@acme.example'},'colour':'red'}",
         400,
         .checks = {{"/code", "'invalid_body'"},
                    {"/errors", "#7"},
                    {"@body", "~\"/email\""},
                    {"@body", "~\"/external_ids/0/id\""},
                    {"@body", "~\"/anonymous_ids/1\""},
                    {"@body", "~\"/attributes/company\""},
                    {"@body", "~\"/touch/kind\""},
                    {"@body", "~\"/touch/source\""},
                    {"@body", "~\"/colour\""}}),
    POST("what is no object is nothing else", "marketing", "/v1/leads", "[]", 400,
         .checks = {{"/errors", "#1"}, {"/errors/0/pointer", "''"}}),
    POST("what no address is, and no attribute", "marketing", "/v1/leads",
         "{'email':'nobody','attributes':{'nested':{'a':1}}}", 400,
         .checks = {{"/errors/0/pointer", "'/email'"},
                    {"/errors/1/pointer", "'/attributes/nested'"}}),
    POST("a person is no campaign", "marketing", "/v1/leads",
         "{'email':'a@corp.example','touch':{'kind':'call','campaign':'kim@corp.example'}}", 400,
         .checks = {{"/errors/0/pointer", "'/touch/campaign'"}}),
    POST("a key that is none", "marketing", "/v1/leads", "{'email':'a@corp.example'}", 400,
         .headers = {"Idempotency-Key: a b"}, .checks = {{"/code", "'invalid_idempotency_key'"}}),
    POST("an unknown parameter", "marketing", "/v1/leads?dry_run=1", "{'email':'a@corp.example'}",
         400, .checks = {{"/errors/0/parameter", "'dry_run'"}}),
    PUT("a method that is not offered", "marketing", "/v1/leads", "{}", 405,
        .checks = {{"/code", "'method_not_allowed'"}, {"@Allow", "~POST"}}),
    GET("a path that is not there", "marketing", "/v1/lead", 404),
    GET("none of it was captured", "marketing", "/v1/leads", 200, .checks = {{"/data", "#0"}}),
    {0},
};

/* ---- changes ---- */

static const struct step changed[] = {
    CAPTURE("kim", "kim"),
    CAPTURE("lee", "lee"),
    GET("sales reads her", "sam", "/v1/leads/${kim}", 200,
        .keep = {{"read", "@ETag"}, {"due", "/next/at"}}),
    PATCH("and writes what it knows; what it does not name stays", "sam", "/v1/leads/${kim}",
          "{'attributes':{'seniority':'vp','company.employees':30}}", 200,
          .headers = {"If-Match: ${read}"},
          .checks = {{"/lead/id", "'${kim}'"},
                     {"/lead/next/at", "'${due}'"},
                     {"/verdict/score", "20"},
                     {"@ETag", "*"}},
          .keep = {{"now", "@ETag"}}),
    PATCH("marketing, who read it before, is refused", "max", "/v1/leads/${kim}",
          "{'attributes':{'seniority':'intern'}}", 412, .headers = {"If-Match: ${read}"},
          .checks = {{"/code", "'precondition_failed'"}}),
    PATCH("null clears, absent does not", "max", "/v1/leads/${kim}",
          "{'email':null,'external_ids':[{'source':'crm','id':'9'}],'attributes':{'company."
          "employees':null},"
          "'next_at':'2030-01-01T00:00:00Z'}",
          200, .headers = {"If-Match: ${read}, ${now}"},
          .checks = {{"/lead/next/at", "'2030-01-01T00:00:00Z'"}, {"/lead/next/why", "*"}}),
    PATCH("sales does not move what marketing is to do next", "sam", "/v1/leads/${kim}",
          "{'next_at':'2029-01-01T00:00:00Z'}", 403, .checks = {{"/code", "'other_side'"}}),
    GET("Kim is in nurture until then", "max",
        "/v1/leads?step=nurture&due_before=2030-01-02T00:00:00Z&limit=2", 200,
        .checks = {{"/data", "#2"}, {"/data/1/id", "'${kim}'"}, {"/next", "null"}}),
    GET("Lee is due before her", "max", "/v1/leads?step=nurture&limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${lee}'"}, {"/next", "<string>"}},
        .keep = {{"rest", "/next"}}),
    GET("and the next page goes on with Kim", "max",
        "/v1/leads?step=nurture&limit=1&cursor=${rest}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${kim}'"}}),
    GET("nobody is to be reviewed", "max", "/v1/leads?step=review", 200,
        .checks = {{"/data", "#0"}}),
    GET("a feed knows no dates", "max",
        "/v1/leads?reached=sql&step=review&due_before=2030-01-02T00:00:00Z", 400,
        .checks = {{"/errors", "#2"}}),
    GET("as it is now", "sam", "/v1/leads/${kim}", 200,
        .checks = {{"/email", "null"},
                   {"/attributes/seniority", "'vp'"},
                   {"/attributes/company.employees", "!"},
                   {"/external_ids/0/id", "'9'"}}),
    PATCH("the last identity stays", "ana", "/v1/leads/${lee}", "{'email':null}", 422,
          .checks = {{"/errors/0/pointer", "'/email'"}}),
    PATCH("what another is known by", "ana", "/v1/leads/${lee}",
          "{'external_ids':[{'source':'crm','id':'9'}]}", 409,
          .checks = {{"/code", "'already_exists'"}}),
    PATCH("nothing to change", "sam", "/v1/leads/${lee}", "{}", 400),
    PATCH("every fault with its place", "sam", "/v1/leads/${lee}",
          "{'email':5,'next_at':null,'stage':'customer'}", 400, .checks = {{"/errors", "#3"}}),
    PATCH("those of form and those of value in one answer", "sam", "/v1/leads/${lee}",
          "{'email':'no address','attributes':{'size':{}},'stage':'customer'}", 400,
          .checks = {{"/errors", "#3"},
                     {"@body", "~\"/email\""},
                     {"@body", "~\"/attributes/size\""},
                     {"@body", "~\"/stage\""}}),
    PATCH("a tag that is none", "sam", "/v1/leads/${lee}", "{'attributes':{'a':1}}", 400,
          .headers = {"If-Match: yesterday"}, .checks = {{"/errors/0/header", "'If-Match'"}}),
    PATCH("a tag that it never had", "sam", "/v1/leads/${lee}", "{'attributes':{'a':1}}", 412,
          .headers = {"If-Match: \"yesterday\""}),
    PATCH("nobody", "sam", "/v1/leads/" NOBODY, "{'attributes':{'a':1}}", 404),
    PATCH("without a key", NO_KEY, "/v1/leads/${lee}", "{'attributes':{'a':1}}", 401),
    {0},
};

static const struct step touched[] = {
    CAPTURE("kim", "kim"),
    POST("Kim asks for a demonstration, and is offered", "marketing", "/v1/leads/${kim}/touches",
         "{'kind':'demo_requested','source':'website','event_id':'d1'}", 201,
         .headers = {"Idempotency-Key: t1"},
         .checks = {{"/created", "true"},
                    {"/touch/kind", "'demo_requested'"},
                    {"/touch/direction", "'inbound'"},
                    {"/touch/function", "'marketing'"},
                    {"/lead/stage", "'mql'"},
                    {"/verdict/score", "40"},
                    {"/handoff/state", "'offered'"}},
         .keep = {{"first", "@body"}, {"touch", "/touch/id"}}),
    PATCH("when it is answered was promised by sales", "max", "/v1/leads/${kim}",
          "{'next_at':'2030-01-01T00:00:00Z'}", 409,
          .checks = {{"/code", "'state_conflict'"}, {"/state", "'answer'"}}),
    POST("the repeat answers the same bytes", "marketing", "/v1/leads/${kim}/touches",
         "{'kind':'demo_requested','source':'website','event_id':'d1'}", 201,
         .headers = {"Idempotency-Key: t1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("the event delivered again changes nothing", "marketing", "/v1/leads/${kim}/touches",
         "{'kind':'demo_requested','source':'website','event_id':'d1'}", 200,
         .checks = {{"/created", "false"}, {"/touch/id", "'${touch}'"}, {"/lead/stage", "'mql'"}}),
    POST("the key with another touch", "marketing", "/v1/leads/${kim}/touches", "{'kind':'call'}",
         422, .headers = {"Idempotency-Key: t1"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("sales calls back", "sam", "/v1/leads/${kim}/touches",
         "{'kind':'call','direction':'outbound'}", 201, .checks = {{"/touch/function", "'sales'"}}),
    POST("of no kind", "sam", "/v1/leads/${kim}/touches",
         "{'source':'x','campaign':'kim@acme.example','mood':'good'}", 400,
         .checks = {{"/errors", "#3"}, {"@body", "~\"/campaign\""}}),
    POST("with nobody", "sam", "/v1/leads/" NOBODY "/touches", "{'kind':'call'}", 404),
    POST("without a key", NO_KEY, "/v1/leads/${kim}/touches", "{'kind':'call'}", 401),
    GET("by another method", "sam", "/v1/leads/${kim}/touches", 405,
        .checks = {{"@Allow", "~POST"}}),
    POST("a clock that runs ahead counts as now, which is said", "marketing",
         "/v1/leads/${kim}/touches", "{'kind':'page_viewed','occurred_at':'2999-01-01T00:00:00Z'}",
         201, .checks = {{"/counted_as_now", "true"}}),
    PATCH("so what somebody says after that holds", "max", "/v1/leads/${kim}",
          "{'attributes':{'city':'Bern'},'occurred_at':'2999-01-01T00:00:00Z'}", 200,
          .checks = {{"/counted_as_now", "true"}}),
    POST("the same of a capture", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','attributes':{'city':'Oslo'},"
         "'occurred_at':'2999-01-01T00:00:00Z'}",
         200, .checks = {{"/counted_as_now", "true"}}),
    PATCH("now", "max", "/v1/leads/${kim}", "{'attributes':{'city':'Rome'}}", 200),
    GET("she is in Rome", "max", "/v1/leads/${kim}", 200,
        .checks = {{"/attributes/city", "'Rome'"}}),
    {0},
};

static const struct step facts[] = {
    CAPTURE("kim", "kim"),
    POST("Sam has found out", "sam", "/v1/leads/${kim}/facts",
         "{'facts':{'budget':{'value':50000,'evidence':'said so on the call'},"
         "'need':{'value':'reporting'}}}",
         200, .headers = {"Idempotency-Key: f1"}, .checks = {{"/lead/id", "'${kim}'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "sam", "/v1/leads/${kim}/facts",
         "{'facts':{'budget':{'value':50000,'evidence':'said so on the call'},"
         "'need':{'value':'reporting'}}}",
         200, .headers = {"Idempotency-Key: f1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("with other facts it is another request", "sam", "/v1/leads/${kim}/facts",
         "{'facts':{'budget':{'value':1}}}", 422, .headers = {"Idempotency-Key: f1"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("a need that is none any more", "sales", "/v1/leads/${kim}/facts",
         "{'facts':{'need':{'value':null}}}", 200, .headers = {"Baton-Actor: sue@acme.example"}),
    GET("is not there", "sales", "/v1/leads/${kim}", 200,
        .checks = {{"/facts/budget/value", "50000"},
                   {"/facts/budget/evidence", "'said so on the call'"},
                   {"/facts/budget/confirmed_by", "<string>"},
                   {"/facts/need", "!"}}),
    POST("a person's word, not a tool's", "sales", "/v1/leads/${kim}/facts",
         "{'facts':{'need':{'value':'x'}}}", 422, .checks = {{"/code", "'actor_required'"}}),
    POST("of those who talk with leads", "ana", "/v1/leads/${kim}/facts",
         "{'facts':{'need':{'value':'x'}}}", 403),
    POST("a capturing key has no facts", "marketing", "/v1/leads/${kim}/facts",
         "{'facts':{'need':{'value':'x'}}}", 403),
    POST("every fault with its place", "sam", "/v1/leads/${kim}/facts",
         "{'facts':{'budget':{'evidence':'x'},'need':{'value':{},'proof':1}},'by':'sam'}", 400,
         .checks = {{"/errors", "#4"},
                    {"@body", "~\"/facts/budget/value\""},
                    {"@body", "~\"/facts/need/value\""},
                    {"@body", "~\"/facts/need/proof\""},
                    {"@body", "~\"/by\""}}),
    POST("of nobody", "sam", "/v1/leads/" NOBODY "/facts", "{'facts':{'need':{'value':'x'}}}", 404),
    {0},
};

static const struct step overridden[] = {
    CAPTURE("kim", "kim"),
    POST("Ana knows better", "ana", "/v1/leads/${kim}/override",
         "{'term':'mql','result':'qualified','note':'met her at the fair'}", 200,
         .headers = {"Idempotency-Key: o1"},
         .checks = {{"/lead/stage", "'mql'"},
                    {"/verdict/result", "'not_qualified'"},
                    {"/handoff/state", "'offered'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/leads/${kim}/override",
         "{'term':'mql','result':'qualified','note':'met her at the fair'}", 200,
         .headers = {"Idempotency-Key: o1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("not while she is offered", "ana", "/v1/leads/${kim}/override",
         "{'term':'mql','result':'not_qualified','note':'no'}", 409,
         .checks = {{"/code", "'state_conflict'"}, {"/state", "'offered'"}}),
    CAPTURE("lee", "lee"),
    POST("the verdict says so already", "ana", "/v1/leads/${lee}/override",
         "{'term':'mql','result':'not_qualified','note':'no'}", 409,
         .checks = {{"/code", "'state_conflict'"}}),
    POST("there is no sql definition", "ana", "/v1/leads/${lee}/override",
         "{'term':'sql','result':'qualified','note':'yes'}", 422,
         .checks = {{"/code", "'no_definition_in_force'"}}),
    POST("a person's word", "sales", "/v1/leads/${lee}/override",
         "{'term':'mql','result':'qualified','note':'yes'}", 422,
         .checks = {{"/code", "'actor_required'"}}),
    POST("with a reason", "ana", "/v1/leads/${lee}/override", "{'term':'hot','result':'unclear'}",
         400, .checks = {{"/errors", "#3"}}),
    POST("of nobody", "ana", "/v1/leads/" NOBODY "/override",
         "{'term':'mql','result':'qualified','note':'yes'}", 404),
    POST("a capturing key may not", "marketing", "/v1/leads/${lee}/override",
         "{'term':'mql','result':'qualified','note':'yes'}", 403),
    {0},
};

/* ---- merge and erase ---- */

static const struct step merged[] = {
    CAPTURE_QUALIFIED("kim", "kim"),
    CAPTURE("lee", "lee"),
    CAPTURE_QUALIFIED("max", "max_lead"),
    POST("both are offered", "ana", "/v1/leads/${kim}/merge", "{'from':'${max_lead}'}", 409,
         .checks = {{"/code", "'state_conflict'"}, {"/state", "'open_handoffs'"}}),
    POST("Lee is Kim", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200,
         .headers = {"Idempotency-Key: m1"},
         .checks = {{"/lead/id", "'${kim}'"}, {"/handoff/state", "'offered'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}",
         200, .headers = {"Idempotency-Key: m1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    GET("Lee's id answers with Kim", "sam", "/v1/leads/${lee}", 200,
        .checks = {{"/id", "'${kim}'"}}),
    POST("Lee's address is Kim's", "marketing", "/v1/leads",
         "{'email':'lee@corp.example','touch':{'kind':'page_viewed'}}", 200,
         .checks = {{"/lead/id", "'${kim}'"}}),
    PATCH("and what is written of Lee, of her", "sam", "/v1/leads/${lee}",
          "{'attributes':{'city':'Bonn'}}", 200, .checks = {{"/lead/id", "'${kim}'"}}),
    POST("they are one already", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 422,
         .checks = {{"/errors/0/pointer", "'/from'"}}),
    POST("nobody to absorb", "ana", "/v1/leads/${kim}/merge", "{'from':'" NOBODY "'}", 422),
    POST("nobody to absorb her", "ana", "/v1/leads/" NOBODY "/merge", "{'from':'${kim}'}", 404),
    POST("not an id", "ana", "/v1/leads/${kim}/merge", "{'from':'Lee'}", 400,
         .checks = {{"/errors/0/pointer", "'/from'"}}),
    POST("a person's act", "sales", "/v1/leads/${kim}/merge", "{'from':'${max_lead}'}", 422,
         .checks = {{"/code", "'actor_required'"}}),
    POST("a capturing key may not", "marketing", "/v1/leads/${kim}/merge", "{'from':'${max_lead}'}",
         403),
    {0},
};

/* Kim is offered; Lee, who is not, becomes part of Kim and goes again. */
static const struct step unmerged[] = {
    CAPTURE_QUALIFIED("kim", "kim"),
    POST("marketing captures Lee", "marketing", "/v1/leads",
         "{'email':'lee@corp.example','external_ids':[{'source':'crm','id':'7'}],"
         "'attributes':{'city':'Bonn'},'touch':{'kind':'page_viewed','event_id':'l1'}}",
         201, .keep = {{"lee", "/lead/id"}}),
    CAPTURE("ina", "ina"),
    POST("Lee was nobody's", "ana", "/v1/leads/${kim}/unmerge", "{'from':'${lee}'}", 409,
         .checks = {{"/code", "'state_conflict'"}, {"/state", "'not_merged'"}}),
    POST("Lee is Kim", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200),
    POST("and Ina too", "ana", "/v1/leads/${kim}/merge", "{'from':'${ina}'}", 200),
    POST("what comes of Lee is Kim's", "marketing", "/v1/leads",
         "{'email':'lee@corp.example','attributes':{'floor':3},"
         "'touch':{'kind':'page_viewed','event_id':'l2'}}",
         200, .checks = {{"/lead/id", "'${kim}'"}}),
    POST("the last merge is taken back first", "ana", "/v1/leads/${kim}/unmerge",
         "{'from':'${lee}'}", 409, .checks = {{"/state", "'merged_later'"}}),
    POST("by a person", "sales", "/v1/leads/${kim}/unmerge", "{'from':'${ina}'}", 422,
         .checks = {{"/code", "'actor_required'"}}),
    POST("of marketing, who has Kim", "sam", "/v1/leads/${kim}/unmerge", "{'from':'${ina}'}", 403,
         .checks = {{"/code", "'other_side'"}}),
    POST("Ina goes", "ana", "/v1/leads/${kim}/unmerge", "{'from':'${ina}'}", 200,
         .checks = {{"/restored/lead/id", "'${ina}'"}}),
    POST("and Lee", "ana", "/v1/leads/${kim}/unmerge", "{'from':'${lee}'}", 200,
         .headers = {"Idempotency-Key: u1"},
         .checks = {{"/lead/id", "'${kim}'"},
                    {"/handoff/state", "'offered'"},
                    {"/restored/lead/id", "'${lee}'"},
                    {"/restored/lead/stage", "'inquiry'"},
                    {"/restored/lead/owner_team", "'marketing'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/leads/${kim}/unmerge",
         "{'from':'${lee}'}", 200, .headers = {"Idempotency-Key: u1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("and another request finds nothing to take back", "ana", "/v1/leads/${kim}/unmerge",
         "{'from':'${lee}'}", 409, .checks = {{"/state", "'not_merged'"}}),
    GET("Lee's id is Lee's, with what came with Lee", "ana", "/v1/leads/${lee}", 200,
        .checks = {{"/id", "'${lee}'"},
                   {"/email", "'lee@corp.example'"},
                   {"/attributes/city", "'Bonn'"},
                   {"/attributes/floor", "!"}}),
    GET("Kim keeps what came since", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/id", "'${kim}'"},
                   {"/email", "'kim@corp.example'"},
                   {"/attributes/city", "!"},
                   {"/attributes/floor", "3"}}),
    GET("Lee's way", "ana", "/v1/leads/${lee}/timeline?limit=500", 200,
        .checks = {{"/data/0/touch/kind", "'page_viewed'"},
                   {"/data/2/type", "'lead.absorbed'"},
                   {"/data/2/other_lead_id", "'${kim}'"},
                   {"/data/3/type", "'lead.unmerged'"},
                   {"/data/3/other_lead_id", "'${kim}'"}}),
    POST("Lee comes again", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'crm','id':'7'}],'touch':{'kind':'page_viewed'}}", 200,
         .checks = {{"/lead/id", "'${lee}'"}}),
    POST("is Kim after all", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200),
    POST("Sam takes what waits", "sam", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data", "#1"}}),
    POST("which is decided on, so the merge stays", "ana", "/v1/leads/${kim}/unmerge",
         "{'from':'${lee}'}", 409, .checks = {{"/state", "'decided'"}}),
    POST("nobody to take it back of", "ana", "/v1/leads/" NOBODY "/unmerge", "{'from':'${lee}'}",
         404),
    POST("nobody to go", "ana", "/v1/leads/${kim}/unmerge", "{'from':'" NOBODY "'}", 422,
         .checks = {{"/errors/0/pointer", "'/from'"}}),
    POST("Kim is erased, and Lee with Kim", "ana", "/v1/leads/${kim}/erase", NULL, 200),
    POST("who goes nowhere then", "ana", "/v1/leads/${kim}/unmerge", "{'from':'${lee}'}", 410),
    {0},
};

/* Together they qualify and are offered; apart they do not. */
static const struct step unmerged_offer[] = {
    POST("Lee, a student, has asked", "marketing", "/v1/leads",
         "{'email':'lee@corp.example','occurred_at':'2026-10-01T00:00:00Z',"
         "'attributes':{'seniority':'student'},"
         "'touch':{'kind':'form_submitted','source':'google'}}",
         201, .checks = {{"/handoff", "null"}}, .keep = {{"lee", "/lead/id"}}),
    POST("Kim has the rank", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','attributes':{'seniority':'vp'}}", 201,
         .keep = {{"kim", "/lead/id"}}),
    POST("as one they are offered", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200,
         .checks = {{"/handoff/state", "'offered'"}}, .keep = {{"offer", "/handoff/id"}}),
    POST("apart they are not", "ana", "/v1/leads/${kim}/unmerge", "{'from':'${lee}'}", 200,
         .checks = {{"/handoff", "null"}, {"/restored/handoff", "null"}}),
    GET("the offer is withdrawn", "sam", "/v1/handoffs/${offer}", 200,
        .checks = {{"/state", "'withdrawn'"}, {"/reason", "'unmerged'"}}),
    {0},
};

/* The handoff that came with the absorbed lead goes back with it. */
static const struct step unmerged_handoff[] = {
    CAPTURE("kim", "kim"),
    POST("Lee is offered", "marketing", "/v1/leads",
         "{'email':'lee@corp.example','attributes':{'seniority':'vp'},"
         "'touch':{'kind':'form_submitted'}}",
         201, .keep = {{"lee", "/lead/id"}, {"offer", "/handoff/id"}}),
    POST("Lee is Kim", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200,
         .checks = {{"/handoff/id", "'${offer}'"}}),
    POST("and is not", "ana", "/v1/leads/${kim}/unmerge", "{'from':'${lee}'}", 200,
         .checks = {{"/handoff", "null"},
                    {"/lead/stage", "'prospect'"},
                    {"/restored/handoff/id", "'${offer}'"},
                    {"/restored/lead/stage", "'mql'"}}),
    GET("it is Lee's", "sam", "/v1/handoffs/${offer}", 200,
        .checks = {{"/state", "'offered'"}, {"/lead_id", "'${lee}'"}}),
    POST("who is accepted", "sam", "/v1/handoffs/${offer}/accept", NULL, 200,
         .checks = {{"/lead/id", "'${lee}'"}}),
    {0},
};

#define ERASED_KIM                                                                                 \
    "{'email':'kim@corp.example','attributes':{'seniority':'vp'},"                                 \
    "'touch':{'kind':'form_submitted','source':'google','event_id':'x1'}}"

static const struct step erased[] = {
    POST("marketing captures Kim", "marketing", "/v1/leads", ERASED_KIM, 201,
         .headers = {"Idempotency-Key: e1"}, .keep = {{"kim", "/lead/id"}}),
    POST("only an admin erases", "sue", "/v1/leads/${kim}/erase", NULL, 403),
    POST("Ana does", "ana", "/v1/leads/${kim}/erase", NULL, 200, .headers = {"Idempotency-Key: e2"},
         .checks = {{"/id", "'${kim}'"}, {"/erased_at", "<string>"}}),
    POST("the key with somebody else", "ana", "/v1/leads/" NOBODY "/erase", NULL, 422,
         .headers = {"Idempotency-Key: e2"}, .checks = {{"/code", "'idempotency_key_reused'"}}),
    GET("Kim is gone", "sam", "/v1/leads/${kim}", 410, .checks = {{"/code", "'gone'"}}),
    POST("so is what was answered of her", "marketing", "/v1/leads", ERASED_KIM, 410,
         .headers = {"Idempotency-Key: e1"}, .checks = {{"/code", "'gone'"}}),
    PATCH("nothing is written of her", "sam", "/v1/leads/${kim}", "{'attributes':{'a':1}}", 410),
    POST("no touch", "sam", "/v1/leads/${kim}/touches", "{'kind':'call'}", 410),
    POST("no fact", "sam", "/v1/leads/${kim}/facts", "{'facts':{'need':{'value':'x'}}}", 410),
    POST("no word", "ana", "/v1/leads/${kim}/override",
         "{'term':'mql','result':'qualified','note':'yes'}", 410),
    POST("she is not erased twice", "ana", "/v1/leads/${kim}/erase", NULL, 410),
    POST("nobody is not erased", "ana", "/v1/leads/" NOBODY "/erase", NULL, 404),
    POST("who comes again is somebody new", "marketing", "/v1/leads",
         "{'email':'kim@corp.example'}", 201, .checks = {{"/created", "true"}},
         .keep = {{"again", "/lead/id"}}),
    POST("who absorbs nobody", "ana", "/v1/leads/${kim}/merge", "{'from':'${again}'}", 410),
    POST("and absorbs nobody who was erased", "ana", "/v1/leads/${again}/merge",
         "{'from':'${kim}'}", 422, .checks = {{"/errors/0/code", "'erased'"}}),
    {0},
};

#define BLOCKED_KIM "{'email':'kim@corp.example','touch':{'kind':'form_submitted'}}"

/* Kim, who had two addresses, is not to come back by either, until Kim wants to. */
static const struct step blocked[] = {
    POST("marketing captures Kim", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','external_ids':[{'source':'crm','id':'9'}]}", 201,
         .keep = {{"kim", "/lead/id"}}),
    POST("and a form is there", "ana", "/v1/sources",
         "{'name':'form','team':'marketing','mapping':{'each':'','email':'/mail',"
         "'external_id':{'source':'crm','at':'/id'}}}",
         201, .keep = {{"form", "/source/id"}}),
    POST("Kim is erased for good", "ana", "/v1/leads/${kim}/erase", "{'block':true}", 200),
    POST("and does not come back", "marketing", "/v1/leads", BLOCKED_KIM, 422,
         .checks = {{"/code", "'blocked'"}, {"/detail", "~erased"}}),
    POST("nor by the other id with another address", "marketing", "/v1/leads",
         "{'email':'k@corp.example','external_ids':[{'source':'CRM','id':'9'}]}", 422,
         .checks = {{"/code", "'blocked'"}}),
    POST("in a batch the others come", "marketing", "/v1/leads/batch",
         "{'leads':[" BLOCKED_KIM ",{'email':'lee@corp.example'}]}", 200,
         .checks = {{"/data/0/status", "422"},
                    {"/data/0/problem/code", "'blocked'"},
                    {"/data/1/status", "201"}},
         .keep = {{"lee", "/data/1/result/lead/id"}}),
    PATCH("nobody gets Kim's address", "ana", "/v1/leads/${lee}", "{'email':'kim@corp.example'}",
          422, .checks = {{"/code", "'blocked'"}}),
    POST("a delivery is taken without Kim", "ana", "/v1/inbound/${form}",
         "[{'mail':'kim@corp.example','note':'hi'},{'mail':'ina@corp.example'}]", 202,
         .checks = {{"/status", "'applied'"}}, .keep = {{"delivery", "/delivery_id"}}),
    GET("which says how many, and keeps nothing", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/items/0/status", "'ignored'"},
                   {"/items/0/error", "'blocked'"},
                   {"/items/0/lead_id", "null"},
                   {"/items/1/status", "'applied'"},
                   {"/body", "null"}}),
    POST("sales lets nobody back whom marketing has erased", "sam", "/v1/leads/unblock",
         "{'email':'kim@corp.example'}", 403, .checks = {{"/code", "'other_side'"}}),
    POST("Kim wants to come back", "ana", "/v1/leads/unblock", "{'email':'KIM@corp.example'}", 200,
         .checks = {{"/lifted", "true"}}),
    POST("which is done once", "ana", "/v1/leads/unblock",
         "{'email':'kim@corp.example','external_ids':[{'source':'crm','id':'9'}],"
         "'anonymous_ids':['visitor-9']}",
         200, .headers = {"Idempotency-Key: b1"}, .checks = {{"/lifted", "false"}}),
    POST("and not for somebody else by the same key", "ana", "/v1/leads/unblock",
         "{'email':'lee@corp.example'}", 422, .headers = {"Idempotency-Key: b1"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("Kim comes, as somebody new", "marketing", "/v1/leads", BLOCKED_KIM, 201),
    POST("by the other id as well", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'crm','id':'9'}]}", 201),
    {0},
};

/* ---- reading them ---- */

static const struct step listed[] = {
    CAPTURE_QUALIFIED("kim", "kim"),
    CAPTURE("lee", "lee"),
    GET("by address, however it is written", "sam", "/v1/leads?email=KIM@corp.example", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${kim}'"}, {"/next", "null"}}),
    GET("by stage and owner", "sam", "/v1/leads?stage=prospect&owner_team=marketing", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${lee}'"}}),
    GET("the verdict on her", "sam", "/v1/leads/${kim}/verdicts?term=mql", 200,
        .checks = {{"/data", "#1"}, {"/data/0/verdict/result", "'qualified'"}}),
    GET("marketing captures for others, and sees them", "marketing", "/v1/leads?limit=1", 200,
        .checks = {{"/data", "#1"}, {"/next", "<string>"}}),
    {0},
};

static const struct step foreign[] = {
    CAPTURE("kim", "kim"),
    GET("there nobody knows her", "other_ana", "/v1/leads/${kim}", 404),
    PATCH("nobody changes her", "other_ana", "/v1/leads/${kim}", "{'attributes':{'a':1}}", 404),
    POST("nobody calls her", "other_ana", "/v1/leads/${kim}/touches", "{'kind':'call'}", 404),
    POST("nobody has found out about her", "other_sam", "/v1/leads/${kim}/facts",
         "{'facts':{'need':{'value':'x'}}}", 404),
    POST("nobody has a word on her", "other_ana", "/v1/leads/${kim}/override",
         "{'term':'mql','result':'qualified','note':'yes'}", 404),
    POST("the same address is another lead", "other_ana", "/v1/leads",
         "{'email':'kim@corp.example'}", 201, .keep = {{"theirs", "/lead/id"}}),
    POST("that does not absorb her", "other_ana", "/v1/leads/${theirs}/merge", "{'from':'${kim}'}",
         422),
    POST("nobody erases her", "other_ana", "/v1/leads/${kim}/erase", NULL, 404),
    GET("her story is not shown there", "other_ana", "/v1/leads/${kim}/timeline", 404),
    GET("and here she is as she was", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"@ETag", "~\"1."}}),
    {0},
};

/* ---- whose ids ---- */

#define NO_SOURCE(name, fault)                                                                     \
    POST("no source: " name, "marketing", "/v1/leads",                                             \
         "{'external_ids':[{'source':'crm','id':'1'},{'source':'" name "','id':'1'}]}", 400,       \
         .checks = {{"/errors", "#1"},                                                             \
                    {"/errors/0/pointer", "'/external_ids/1/source'"},                             \
                    {"/errors/0/code", "'" fault "'"}})

#define CHARS_64 "1234567890123456789012345678901234567890123456789012345678901234"

#define FOUND(filter, id)                                                                          \
    GET("found by " filter, "sam", "/v1/leads?external_id=" filter, 200,                           \
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${" id "}'"}})

#define NO_FILTER(filter)                                                                          \
    GET("no filter: " filter, "sam", "/v1/leads?external_id=" filter, 400,                         \
        .checks = {{"/errors/0/parameter", "'external_id'"}, {"/errors/0/code", "'external_id'"}})

static const struct step sources[] = {
    POST("a source with capitals", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'HubSpot','id':'Ab:1'},{'source':'HUBSPOT','id':'Ab:1'}]}",
         201, .checks = {{"/created", "true"}}, .keep = {{"kim", "/lead/id"}}),
    GET("shown in lower case, each id once and as it is", "sam", "/v1/leads/${kim}", 200,
        .checks = {{"/external_ids", "[{'source':'hubspot','id':'Ab:1'}]"}}),
    POST("the same source", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'hubspot','id':'Ab:1'}]}", 200,
         .checks = {{"/lead/id", "'${kim}'"}}),
    POST("in a batch too, but another id", "marketing", "/v1/leads/batch",
         "{'leads':[{'external_ids':[{'source':'hubSPOT','id':'Ab:1'}]},"
         "{'external_ids':[{'source':'hubspot','id':'ab:1'}]}]}",
         200,
         .checks = {{"/data/0/result/lead/id", "'${kim}'"}, {"/data/1/result/created", "true"}}),
    FOUND("hubspot:Ab:1", "kim"),
    FOUND("HubSpot:Ab:1", "kim"),
    POST("all that a source may be made of", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'_A-z.0','id':'1'},{'source':'" CHARS_64 "','id':'1'}]}", 201,
         .keep = {{"lee", "/lead/id"}}),
    FOUND("_a-Z.0:1", "lee"),
    FOUND(CHARS_64 ":1", "lee"),
    NO_SOURCE("a:b", "pattern"),
    NO_SOURCE("hub spot", "pattern"),
    NO_SOURCE("h\u00fcb", "pattern"),
    NO_SOURCE(CHARS_64 "5", "length"),
    NO_FILTER("hub%20spot:1"),
    NO_FILTER("hubspot"),
    NO_FILTER("hubspot:"),
    NO_FILTER(CHARS_64 "5:1"),
    PATCH("a change gives one as well", "ana", "/v1/leads/${lee}",
          "{'external_ids':[{'source':'CRM','id':'9'},{'source':'_a-z.0','id':'1'}]}", 200),
    FOUND("crm:9", "lee"),
    PATCH("and no other lead's", "ana", "/v1/leads/${lee}",
          "{'external_ids':[{'source':'HubSpot','id':'Ab:1'}]}", 409,
          .checks = {{"/code", "'already_exists'"}}),
    PATCH("nor one that is none", "sam", "/v1/leads/${lee}",
          "{'external_ids':[{'source':'a:b','id':'1'}]}", 400,
          .checks = {{"/errors/0/pointer", "'/external_ids/0/source'"}}),
    POST("a webhook's mapping names one", "ana", "/v1/sources",
         "{'name':'hook','team':'marketing','mapping':{'external_id':{'source':'HubSpot',"
         "'at':'/id'}}}",
         201, .checks = {{"/source/mapping/external_id/source", "'HubSpot'"}},
         .keep = {{"path", "/source/path"}}),
    POST("which is the same one", "marketing", "${path}", "{'id':'Ab:1'}", 202,
         .checks = {{"/lead_id", "'${kim}'"}}),
    POST("and none that is none", "ana", "/v1/sources",
         "{'name':'other','team':'marketing','mapping':{'external_id':{'source':'a:b',"
         "'at':'/id'}}}",
         400, .checks = {{"/errors/0/pointer", "'/mapping/external_id/source'"}}),
    POST("members have such ids", "sam", "/v1/members",
         "{'team':'sales','name':'Rep','external_id':{'source':'HubSpot','id':'7'}}", 201,
         .checks = {{"/external_id", "{'source':'hubspot','id':'7'}"}}),
    POST("one member each", "sam", "/v1/members",
         "{'team':'sales','name':'Rep','external_id':{'source':'hubspot','id':'7'}}", 409,
         .checks = {{"/code", "'already_exists'"}}),
    {0},
};

/* ---- batch ---- */

#define BATCH_LEADS     1000
#define BATCH_BAD_EVERY 100
#define BATCH_ITEM_MAX  96 /* bytes */

/* Every hundredth has no address. The caller frees it. */
static char *batch_of_a_thousand(void)
{
    size_t size = BATCH_LEADS * BATCH_ITEM_MAX + 64, len = 0;
    char *body = malloc(size);

    ck_assert_ptr_nonnull(body);
    len += (size_t)snprintf(body, size, "{'leads':[");
    for (int i = 0; i < BATCH_LEADS; i++) {
        bool bad = i % BATCH_BAD_EVERY == BATCH_BAD_EVERY - 1;
        len += (size_t)snprintf(body + len, size - len, "%s{'email':'lead%d%s'}", i == 0 ? "" : ",",
                                i, bad ? "" : "@corp.example");
    }
    snprintf(body + len, size - len, "]}");
    return body;
}

START_TEST(a_batch_of_a_thousand_is_decided_item_by_item)
{
    struct stage stage = stage_open("");
    char *body = batch_of_a_thousand();
    const struct step steps[] = {
        POST("a thousand, ten of them bad", "marketing", "/v1/leads/batch", body, 200,
             .headers = {"Idempotency-Key: b1"},
             .checks = {{"/data", "#1000"},
                        {"/data/0/status", "201"},
                        {"/data/0/result/lead/stage", "'prospect'"},
                        {"/data/98/status", "201"},
                        {"/data/99/status", "400"},
                        {"/data/99/problem/code", "'invalid_body'"},
                        {"/data/999/status", "400"}},
             .keep = {{"first", "@body"}, {"last", "/data/998/result/lead/id"}}),
        POST("the repeat answers the same bytes", "marketing", "/v1/leads/batch", body, 200,
             .headers = {"Idempotency-Key: b1"},
             .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
        GET("each is a lead", "sam", "/v1/leads/${last}", 200,
            .checks = {{"/email", "'lead998@corp.example'"}}),
        {0},
    };

    story_run(stage.story, steps);
    free(body);
    stage_close(&stage);
}
END_TEST

static const struct step batch[] = {
    POST("the same lead twice is one lead", "marketing", "/v1/leads/batch",
         "{'leads':[{'email':'kim@corp.example'},{'email':'KIM@corp.example'},"
         "{'email':'nobody'}]}",
         200, .headers = {"Idempotency-Key: b2"},
         .checks = {{"/data", "#3"},
                    {"/data/0/status", "201"},
                    {"/data/1/status", "200"},
                    {"/data/1/result/created", "false"},
                    {"/data/2/status", "400"},
                    {"/data/2/problem/errors/0/pointer", "'/leads/2/email'"}}),
    POST("the key with another batch", "marketing", "/v1/leads/batch",
         "{'leads':[{'email':'lee@corp.example'}]}", 422, .headers = {"Idempotency-Key: b2"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("broken in the middle nothing is captured", "marketing", "/v1/leads/batch", NULL, 400,
         .raw = "{\"leads\":[{\"email\":\"lee@corp.example\"},{\"email\":}]}",
         .checks = {{"/code", "'malformed_json'"}}),
    GET("Lee is not there", "marketing", "/v1/leads?email=lee@corp.example", 200,
        .checks = {{"/data", "#0"}}),
    POST("none at all", "marketing", "/v1/leads/batch", "{'leads':[]}", 400),
    POST("not leads", "marketing", "/v1/leads/batch", "{'people':[{'email':'lee@corp.example'}]}",
         400),
    POST("no key", NO_KEY, "/v1/leads/batch", "{'leads':[{'email':'lee@corp.example'}]}", 401),
    PUT("another method", "marketing", "/v1/leads/batch", "{}", 405),
    {0},
};

/* ---- the tests ---- */

static const struct {
    const char *options;
    const struct step *steps;
} stories[] = {
    {SIGNED, capture},
    {SIGNED, matching},
    {SIGNED, retold},
    {SIGNED, changed},
    {SIGNED, touched},
    {"", facts},
    {SIGNED, listed},
    {SIGNED, overridden},
    {SIGNED, merged},
    {SIGNED, erased},
    {"", sources},
    {"", batch},
    {"", spelled},
    {SIGNED, blocked},
    {SIGNED, unmerged},
    {SIGNED, unmerged_offer},
    {SIGNED, unmerged_handoff},
};

STORY(leads_are_written, stories[_i].options, stories[_i].steps)

START_TEST(what_is_wrong_is_refused_and_captures_nothing)
{
    struct stage stage = stage_open("");

    story_set(stage.story, "false_key", "baton_nobody_nothing");
    story_run(stage.story, refused);
    stage_close(&stage);
}
END_TEST

#define TOO_LONG ((256 << 10) + 1) /* bytes */

START_TEST(what_is_too_long_is_refused)
{
    struct stage stage = stage_open("");
    char *body = calloc(1, TOO_LONG + 1);

    ck_assert_ptr_nonnull(body);
    memset(body, ' ', TOO_LONG);
    const struct step steps[] = {
        POST("a body beyond all measure", "marketing", "/v1/leads", NULL, 413, .raw = body,
             .checks = {{"/code", "'body_too_large'"}}),
        {0},
    };
    story_run(stage.story, steps);
    free(body);
    stage_close(&stage);
}
END_TEST

START_TEST(another_workspace_has_no_hand_in_it)
{
    struct stage stage = stage_open("");

    stage_add_workspace(&stage, "other_", "");
    story_run(stage.story, foreign);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "stories");

    EACH(t, leads_are_written, stories);
    TESTS(t, what_is_wrong_is_refused_and_captures_nothing, what_is_too_long_is_refused,
          another_workspace_has_no_hand_in_it, a_batch_of_a_thousand_is_decided_item_by_item);
}
