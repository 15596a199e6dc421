/* Whose turn it is: what its owner says of a lead that waits for them, or that sales asks for. */
#include "stage.h"
#include "suite.h"

#define SIGNED "--starter mql --sign"
#define DAY    (24 * 3600)
#define KIM    "/v1/leads/${kim}"

#define OFFERED                                                                                    \
    POST("marketing captures Kim, who is offered to sales", "marketing", "/v1/leads",              \
         "{'email':'kim@corp.example','attributes':{'seniority':'vp','company.employees':120},"    \
         "'touch':{'kind':'form_submitted','source':'google'}}",                                   \
         201, .checks = {{"/handoff/state", "'offered'"}},                                         \
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}})

#define TAKEN_BACK                                                                                 \
    POST("marketing takes her back", "ana", "/v1/handoffs/${offer}/withdraw", NULL, 200,           \
         .checks = {{"/lead/next/step", "'review'"}})

/* ---- review ---- */

static const struct step reviewed[] = {
    OFFERED,
    POST("while she is offered sales has the word", "ana", KIM "/review", "{'decision':'nurture'}",
         409, .checks = {{"/code", "'state_conflict'"}, {"/allowed_actions", "['withdraw']"}}),
    TAKEN_BACK,
    POST("sales has no say in it", "sam", KIM "/review", "{'decision':'customer'}", 403,
         .checks = {{"/code", "'other_side'"}}),
    POST("nor has a tool for nobody", "sales", KIM "/review", "{'decision':'nurture'}", 422,
         .checks = {{"/code", "'actor_required'"}}),
    POST("there are four words", "ana", KIM "/review", "{'decision':'forget'}", 400,
         .checks = {{"/errors/0/pointer", "'/decision'"}}),
    POST("she is to wait", "ana", KIM "/review",
         "{'decision':'nurture','until':'2036-01-01T08:00:00Z'}", 200,
         .headers = {"Idempotency-Key: r1"},
         .checks = {{"/lead/stage", "'nurture'"},
                    {"/lead/next/step", "'nurture'"},
                    {"/lead/next/at", "'2036-01-01T08:00:00Z'"},
                    {"/lead/next/why", "'reviewed'"},
                    {"/handoff", "null"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", KIM "/review",
         "{'decision':'nurture','until':'2036-01-01T08:00:00Z'}", 200,
         .headers = {"Idempotency-Key: r1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("she comes by", "marketing", KIM "/touches", "{'kind':'page_view','source':'google'}", 201,
         .checks = {{"/handoff", "null"}, {"/lead/next/step", "'nurture'"}}),
    POST("marketing thinks again", "ana", KIM "/review",
         "{'decision':'offer','note':'She wrote today.'}", 200,
         .checks = {{"/lead/next/step", "'answer'"}, {"/handoff/state", "'offered'"}},
         .keep = {{"again", "/handoff/id"}}),
    GET("sales sees why", "sam", "/v1/handoffs/${again}", 200,
        .checks = {{"/offer_note", "'She wrote today.'"}, {"/previous", "'${offer}'"}}),
    GET("and all of it is on her timeline", "sam", KIM "/timeline", 200,
        .checks = {{"/data/4/type", "'lead.reviewed'"},
                   {"/data/4/new_stage", "'nurture'"},
                   {"/data/4/actor/team", "'marketing'"}}),
    {0},
};

static const struct step ended[] = {
    OFFERED,
    TAKEN_BACK,
    POST("nobody is sent away without a reason", "ana", KIM "/review", "{'decision':'disqualify'}",
         422, .checks = {{"/errors/0/pointer", "'/reason'"}}),
    POST("that the definition knows", "ana", KIM "/review",
         "{'decision':'disqualify','reason':'ugly'}", 422,
         .checks = {{"/code", "'unknown_reason'"},
                    {"/allowed_reasons", "<array>"},
                    {"/state", "!"}}),
    POST("spam is one", "ana", KIM "/review", "{'decision':'disqualify','reason':'spam'}", 200,
         .checks = {{"/lead/stage", "'disqualified'"}, {"/lead/next", "null"}}),
    POST("once", "ana", KIM "/review", "{'decision':'disqualify','reason':'spam'}", 409,
         .checks = {{"/state", "'disqualified'"}}),
    POST("she was a customer all along", "ana", KIM "/review",
         "{'decision':'customer','occurred_at':'2020-05-01T00:00:00Z'}", 200,
         .checks = {{"/lead/stage", "'customer'"}, {"/lead/next", "null"}}),
    GET("since when is known", "ana", KIM, 200,
        .checks = {{"/milestones/customer", "'2020-05-01T00:00:00Z'"}}),
    POST("nothing is to be said of a customer", "ana", KIM "/review", "{'decision':'offer'}", 409,
         .checks = {{"/state", "'customer'"}}),
    POST("nor of nobody", "ana", "/v1/leads/01939393-9393-7393-9393-939393939393/review",
         "{'decision':'offer'}", 404),
    {0},
};

static const struct step not_offered[] = {
    POST("Lee is known by little", "marketing", "/v1/leads", "{'email':'lee@corp.example'}", 201,
         .keep = {{"kim", "/lead/id"}}),
    POST("which no gate lets through", "ana", KIM "/review", "{'decision':'offer'}", 422,
         .checks = {{"/code", "'not_qualified'"}, {"/errors/0/code", "<string>"}}),
    POST("a date to come is wanted", "ana", KIM "/review",
         "{'decision':'nurture','until':'2020-01-01T00:00:00Z'}", 422,
         .checks = {{"/errors/0/pointer", "'/until'"}}),
    {0},
};

/* ---- requests ---- */

#define LEE                                                                                        \
    POST("marketing knows Lee, who is no mql", "marketing", "/v1/leads",                           \
         "{'email':'lee@corp.example','touch':{'kind':'page_view','source':'google'}}", 201,       \
         .keep = {{"kim", "/lead/id"}})

static const struct step granted[] = {
    LEE,
    POST("Sam asks for him", "sam", KIM "/request",
         "{'team':'sales','note':'Met him at the fair.'}", 201, .headers = {"Idempotency-Key: q1"},
         .checks = {{"/handoff/kind", "'requested'"},
                    {"/handoff/state", "'requested'"},
                    {"/handoff/from_team", "'marketing'"},
                    {"/handoff/allowed_actions", "['withdraw']"},
                    {"/lead/owner_team", "'marketing'"},
                    {"/lead/next/step", "'nurture'"},
                    {"@Location", "~/v1/handoffs/"}},
         .keep = {{"first", "@body"}, {"offer", "/handoff/id"}}),
    POST("the repeat answers the same bytes", "sam", KIM "/request",
         "{'team':'sales','note':'Met him at the fair.'}", 201, .headers = {"Idempotency-Key: q1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("once", "sam", KIM "/request", "{'note':'x'}", 409,
         .checks = {{"/state", "'requested'"}, {"/allowed_actions", "['withdraw']"}}),
    POST("marketing does not ask", "ana", KIM "/request", "{'note':'x'}", 403),
    GET("marketing finds it", "ana", "/v1/handoffs?state=requested", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/id", "'${offer}'"},
                   {"/data/0/offer_note", "'Met him at the fair.'"},
                   {"/data/0/allowed_actions", "['grant','decline']"}}),
    GET("and so does who looks for all that is open", "sam", "/v1/handoffs?team=sales", 200,
        .checks = {{"/data", "#1"}, {"/data/0/state", "'requested'"}}),
    GET("and at him", "ana", KIM, 200, .checks = {{"/open_handoff", "'${offer}'"}}),
    POST("nobody claims him", "sam", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data", "#0"}}),
    GET("there is no answer yet", "ana", "/v1/handoffs/${offer}/receipt", 409),
    POST("sales cannot grant it to itself", "sam", "/v1/handoffs/${offer}/grant", NULL, 403),
    POST("nobody does", "ana", "/v1/handoffs/${offer}/grant", NULL, 422,
         .headers = {"Baton-Actor: nobody@acme.example"}),
    POST("marketing grants it", "ana", "/v1/handoffs/${offer}/grant", "{'note':'Good luck.'}", 200,
         .headers = {"Idempotency-Key: g1"},
         .checks = {{"/handoff/state", "'accepted'"},
                    {"/handoff/kind", "'requested'"},
                    {"/handoff/accepted_by", "<string>"},
                    {"/lead/owner_team", "'sales'"},
                    {"/lead/stage", "'sal'"},
                    {"/lead/next/step", "'decide'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/handoffs/${offer}/grant",
         "{'note':'Good luck.'}", 200, .headers = {"Idempotency-Key: g1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("once", "ana", "/v1/handoffs/${offer}/grant", NULL, 409,
         .checks = {{"/state", "'accepted'"}}),
    GET("it is Sam's", "sam", "/v1/handoffs?assignee=me", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${offer}'"}}),
    POST("who qualifies him", "sam", "/v1/handoffs/${offer}/qualify", NULL, 200,
         .checks = {{"/lead/stage", "'sql'"}}),
    {0},
};

static const struct step declined[] = {
    LEE,
    POST("a request without a word", "sam", KIM "/request", "{}", 400,
         .checks = {{"/errors/0/pointer", "'/note'"}}),
    POST("or for another team", "sam", KIM "/request", "{'team':'marketing','note':'x'}", 422,
         .checks = {{"/errors/0/pointer", "'/team'"}}),
    POST("Sam asks", "sam", KIM "/request", "{'note':'Met him at the fair.'}", 201,
         .keep = {{"offer", "/handoff/id"}}),
    POST("no without a reason", "ana", "/v1/handoffs/${offer}/decline", "{}", 400),
    POST("or by nobody", "ana", "/v1/handoffs/${offer}/decline", "{'reason':'in_talks'}", 422,
         .headers = {"Baton-Actor: nobody@acme.example"}),
    POST("nor is it appealed by nobody", "ana", "/v1/handoffs/${offer}/appeal", "{'note':'x'}", 422,
         .headers = {"Baton-Actor: nobody@acme.example"}),
    POST("marketing declines", "ana", "/v1/handoffs/${offer}/decline",
         "{'reason':'in_talks','note':'We see him on Thursday.'}", 200,
         .headers = {"Idempotency-Key: d1"},
         .checks = {{"/handoff/state", "'declined'"},
                    {"/handoff/reason", "'in_talks'"},
                    {"/lead/owner_team", "'marketing'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/handoffs/${offer}/decline",
         "{'reason':'in_talks','note':'We see him on Thursday.'}", 200,
         .headers = {"Idempotency-Key: d1"}, .checks = {{"@body", "=${first}"}}),
    POST("once", "ana", "/v1/handoffs/${offer}/decline", "{'reason':'in_talks'}", 409,
         .checks = {{"/state", "'declined'"}}),
    GET("Sam reads why", "sam", "/v1/handoffs?lead_id=${kim}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/note", "'We see him on Thursday.'"}}),
    POST("he asks again", "sam", KIM "/request", "{'note':'And after Thursday?'}", 201,
         .keep = {{"offer", "/handoff/id"}}),
    POST("and thinks again", "sam", "/v1/handoffs/${offer}/withdraw", NULL, 200,
         .checks = {{"/handoff/state", "'withdrawn'"}, {"/lead/next/step", "'nurture'"}}),
    POST("and again", "sam", KIM "/request", "{'note':'Well?'}", 201,
         .keep = {{"offer", "/handoff/id"}}),
    POST("he does what makes him an mql", "marketing", "/v1/leads",
         "{'email':'lee@corp.example','attributes':{'seniority':'vp','company.employees':120},"
         "'touch':{'kind':'form_submitted','source':'google'}}",
         200, .checks = {{"/handoff/state", "'offered'"}}),
    GET("and the offer overtakes the request", "sam", "/v1/handoffs/${offer}", 200,
        .checks = {{"/state", "'withdrawn'"}, {"/reason", "'overtaken'"}}),
    {0},
};

static const struct step unanswered[] = {
    LEE,
    POST("Sam asks", "sam", KIM "/request", "{'note':'Met him at the fair.'}", 201,
         .keep = {{"offer", "/handoff/id"}}),
    LATER("nobody says anything for a day", DAY),
    UNTIL("that is a no, and it says why", "sam", "/v1/handoffs/${offer}", 200,
          .checks = {{"/state", "'declined'"},
                     {"/reason", "'unanswered'"},
                     {"/closed_by", "null"},
                     {"/overdue", "true"}}),
    GET("which is on his timeline", "sam", KIM "/timeline", 200,
        .checks = {{"/data/3/type", "'handoff.declined'"},
                   {"/data/3/actor/cause", "'respond_by'"}}),
    {0},
};

/* ---- a duplicate ---- */

static const struct step duplicate[] = {
    OFFERED,
    POST("Sam works her", "sam", "/v1/handoffs/${offer}/accept", NULL, 200),
    POST("she comes by another address", "marketing", "/v1/leads",
         "{'email':'kim.kite@corp.example','attributes':{'seniority':'vp',"
         "'company.employees':120},'touch':{'kind':'form_submitted','source':'bing'}}",
         201, .keep = {{"lee", "/lead/id"}, {"again", "/handoff/id"}}),
    POST("that is no matter of timing", "sam", "/v1/handoffs/${again}/reject",
         "{'reason':'bad_timing','duplicate_of':'${kim}'}", 422,
         .checks = {{"/errors/0/pointer", "'/duplicate_of'"}}),
    POST("Sam knows her", "sam", "/v1/handoffs/${again}/reject",
         "{'reason':'duplicate','duplicate_of':'${kim}'}", 200, .headers = {"Idempotency-Key: m1"},
         .checks = {{"/handoff/state", "'rejected'"},
                    {"/handoff/class", "'process'"},
                    {"/lead/id", "'${kim}'"},
                    {"/lead/owner_team", "'sales'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "sam", "/v1/handoffs/${again}/reject",
         "{'reason':'duplicate','duplicate_of':'${kim}'}", 200, .headers = {"Idempotency-Key: m1"},
         .checks = {{"@body", "=${first}"}}),
    GET("they are one lead", "sam", "/v1/leads/${lee}", 200,
        .checks = {{"/id", "'${kim}'"}, {"/open_handoff", "'${offer}'"}, {"/stage", "'sal'"}}),
    {0},
};

/* ---- erasure by the other side ---- */

static const struct step erasure[] = {
    LEE,
    POST("Sam wants him forgotten", "sam", KIM "/erase", NULL, 202,
         .headers = {"Idempotency-Key: e1"}, .checks = {{"/due_at", "<string>"}},
         .keep = {{"first", "@body"}, {"due", "/due_at"}}),
    POST("the repeat answers the same bytes", "sam", KIM "/erase", NULL, 202,
         .headers = {"Idempotency-Key: e1"}, .checks = {{"@body", "=${first}"}}),
    GET("marketing sees it", "ana", KIM, 200,
        .checks = {{"/erasure_asked/by", "'sales'"}, {"/erasure_asked/due_at", "'${due}'"}}),
    POST("a no has a reason", "ana", KIM "/erase/decline", "{}", 400),
    POST("and somebody who says it", "ana", KIM "/erase/decline", "{'reason':'contract_runs'}", 422,
         .headers = {"Baton-Actor: nobody@acme.example"}),
    POST("marketing declines", "ana", KIM "/erase/decline", "{'reason':'contract_runs'}", 200),
    POST("once", "ana", KIM "/erase/decline", "{'reason':'contract_runs'}", 409),
    GET("and both hear of it", "sam", KIM "/timeline", 200,
        .checks = {{"/data/2/type", "'lead.erasure_asked'"},
                   {"/data/3/type", "'lead.erasure_declined'"},
                   {"/data/3/reason", "'contract_runs'"}}),
    POST("Sam asks again", "sam", KIM "/erase", NULL, 202),
    LATER("nobody answers for two days", 2 * DAY + 60),
    POST("then he erases him", "sam", KIM "/erase", NULL, 200),
    GET("who is gone", "ana", KIM, 410),
    {0},
};

/* ---- a referee ---- */

static const struct step appeal[] = {
    POST("a team of neither side", "ana", "/v1/teams", "{'name':'board','function':'other'}", 201),
    POST("with Rev", "ana", "/v1/members",
         "{'team':'board','name':'Rev','email':'rev@acme.example'}", 201,
         .keep = {{"rev_id", "/id"}}),
    POST("who has a key", "ana", "/v1/keys",
         "{'title':'rev','member':'${rev_id}','roles':['work','read']}", 201,
         .keep = {{"rev", "/token"}}),
    POST("both sides want her to decide", "ana", "/v1/routes/versions",
         "{'routes':[{'from':'marketing','to':'sales','gates':['mql']}],"
         "'referee':'rev@acme.example'}",
         201, .keep = {{"n", "/version"}}),
    POST("which marketing proposes", "ana", "/v1/routes/versions/${n}/propose", NULL, 200,
         .keep = {{"hash", "/content_hash"}}),
    POST("and signs", "ana", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}", 200),
    POST("as does sales", "sam", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'in_force'"}}),
    OFFERED,
    POST("Sam rejects her", "sam", "/v1/handoffs/${offer}/reject", "{'reason':'bad_timing'}", 200),
    POST("Ana disputes it", "ana", "/v1/handoffs/${offer}/dispute", "{'note':'She said now.'}",
         200),
    POST("nothing is appealed before it is answered", "ana", "/v1/handoffs/${offer}/appeal",
         "{'note':'x'}", 409),
    POST("Sam upholds it", "sam", "/v1/handoffs/${offer}/uphold", "{'note':'She did not.'}", 200),
    GET("Ana may go on", "ana", "/v1/handoffs/${offer}", 200,
        .checks = {{"/allowed_actions", "['appeal']"}}),
    POST("not without a word", "ana", "/v1/handoffs/${offer}/appeal", "{}", 400),
    POST("Ana appeals", "ana", "/v1/handoffs/${offer}/appeal", "{'note':'Hear the call.'}", 200,
         .headers = {"Idempotency-Key: a1"}, .checks = {{"/handoff/dispute", "'appealed'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/handoffs/${offer}/appeal",
         "{'note':'Hear the call.'}", 200, .headers = {"Idempotency-Key: a1"},
         .checks = {{"@body", "=${first}"}}),
    POST("it is not Sam's to say any more", "sam", "/v1/handoffs/${offer}/concede", NULL, 409),
    GET("it is Rev's", "rev", "/v1/handoffs/${offer}", 200,
        .checks = {{"/allowed_actions", "['uphold','concede']"}}),
    POST("who concedes it", "rev", "/v1/handoffs/${offer}/concede", "{'note':'Now, she says.'}",
         200,
         .checks = {{"/handoff/dispute", "'conceded'"},
                    {"/new_handoff/state", "'accepted'"},
                    {"/new_handoff/to_team", "'sales'"},
                    {"/lead/owner_team", "'sales'"}}),
    GET("it is Sam's to work", "sam", "/v1/handoffs?assignee=me", 200,
        .checks = {{"/data", "#1"}, {"/data/0/previous", "'${offer}'"}}),
    GET("and both hear of it", "ana", "/v1/feedback", 200,
        .checks = {{"/data/3/type", "'appealed'"},
                   {"/data/3/note", "'Hear the call.'"},
                   {"/data/4/type", "'conceded'"}}),
    {0},
};

/* ---- what a handoff carries ---- */

static const struct step carried[] = {
    POST("marketing captures Kim by all that it knows", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','attributes':{'seniority':'vp','company.employees':120,"
         "'first_name':'Kim','last_name':'Kite','company.name':'Corp'},"
         "'touch':{'kind':'form_submitted','source':'google','campaign':'q4-launch'}}",
         201, .checks = {{"/handoff/state", "'offered'"}},
         .keep = {{"kim", "/lead/id"}, {"first", "/handoff/id"}}),
    GET("who it is, and why", "sam", "/v1/handoffs/${first}", 200,
        .checks = {{"/carries/who", "{'email':'kim@corp.example','name':'Kim Kite','company':'Corp'"
                                    ",'role':'vp'}"},
                   {"/carries/verdict/0", "~Qualified by version 1 of mql, with "},
                   {"/carries/verdict/1", "~address: met."},
                   {"/carries/verdict/2", "~: met (120)."},
                   {"/carries/facts/known", "{}"},
                   {"/carries/facts/missing", "['authority','budget','need','timeline']"},
                   {"/carries/touches", "#1"},
                   {"/carries/touches/0/touch/campaign", "'q4-launch'"},
                   {"/carries/touches/0/counts_for/0", "<string>"},
                   {"/carries/asked_for", "null"},
                   {"/carries/earlier", "[]"},
                   {"/carries/members", "[]"}}),
    POST("Sam rejects her", "sam", "/v1/handoffs/${first}/reject",
         "{'reason':'bad_timing','note':'In spring, she says.'}", 200),
    POST("he learns something", "sam", KIM "/facts",
         "{'facts':{'budget':{'value':5000,'evidence':'Said so.'}}}", 200),
    POST("she asks for a demonstration", "marketing", KIM "/touches",
         "{'kind':'demo_requested','source':'google','content':'the big one'}", 201,
         .checks = {{"/handoff/state", "'offered'"}}, .keep = {{"again", "/handoff/id"}}),
    POST("Sue claims her, and has all of it", "sue", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data/0/handoff/id", "'${again}'"},
                    {"/data/0/handoff/carries/who/name", "'Kim Kite'"},
                    {"/data/0/handoff/carries/facts/known/budget/value", "5000"},
                    {"/data/0/handoff/carries/facts/missing", "['authority','need','timeline']"},
                    {"/data/0/handoff/carries/touches", "#2"},
                    {"/data/0/handoff/carries/touches/0/touch/content", "'the big one'"},
                    {"/data/0/handoff/carries/asked_for/kind", "'demo_requested'"},
                    {"/data/0/handoff/carries/asked_for/content", "'the big one'"},
                    {"/data/0/handoff/carries/earlier", "#1"},
                    {"/data/0/handoff/carries/earlier/0/id", "'${first}'"},
                    {"/data/0/handoff/carries/earlier/0/state", "'rejected'"},
                    {"/data/0/handoff/carries/earlier/0/from_team", "'marketing'"},
                    {"/data/0/handoff/carries/earlier/0/reason", "'bad_timing'"},
                    {"/data/0/handoff/carries/earlier/0/note", "'In spring, she says.'"},
                    {"/data/0/handoff/carries/members", "#2"},
                    {"/data/0/handoff/carries/members/0/email", "~sue"},
                    {"/data/0/handoff/carries/members/0/team", "'sales'"}},
         .keep = {{"carries", "/data/0/handoff/carries/verdict/0"}}),
    GET("whoever reads it has the same", "sue", "/v1/handoffs/${again}", 200,
        .checks = {{"/carries/verdict/0", "'${carries}'"},
                   {"/carries/asked_for/content", "'the big one'"},
                   {"/carries/earlier/0/id", "'${first}'"}}),
    POST("another lead is the same person", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'crm','id':'7'}],"
         "'touch':{'kind':'page_view','source':'bing'}}",
         201, .keep = {{"lee", "/lead/id"}}),
    POST("which absorbs her", "ana", "/v1/leads/${lee}/merge", "{'from':'${kim}'}", 200),
    GET("and the handoff goes on carrying both", "sue", "/v1/handoffs/${again}", 200,
        .checks = {{"/carries/who/name", "'Kim Kite'"},
                   {"/carries/touches", "#3"},
                   {"/carries/touches/0/touch/source", "'bing'"},
                   {"/carries/earlier/0/id", "'${first}'"}}),
    GET("a list carries nothing", "sue", "/v1/handoffs?team=sales", 200,
        .checks = {{"/data/0/carries", "!"}}),
    POST("when she is erased", "ana", "/v1/leads/${lee}/erase", NULL, 200),
    GET("nothing of her is carried", "sue", "/v1/handoffs/${again}", 200,
        .checks = {{"/carries", "!"}}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {{"a review", reviewed},     {"the end", ended},    {"no gate", not_offered},
               {"a request", granted},     {"a no", declined},    {"no answer", unanswered},
               {"a duplicate", duplicate}, {"an appeal", appeal}, {"an erasure", erasure}};

STORY(whose_turn_it_is, SIGNED, stories[_i].steps)

STORY(what_a_handoff_carries, SIGNED " --starter srl --starter sql", carried)

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "process");

    EACH(tcase, whose_turn_it_is, stories);
    TESTS(tcase, what_a_handoff_carries);
}
