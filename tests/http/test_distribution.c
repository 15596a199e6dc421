/* Offers that are dealt to the members of a team: by its rules, their hours and what they can take.
 */
#include "stage.h"
#include "suite.h"

#include "store/pg/pg.h"

#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED "--starter mql --sign"
#define RULES  "/v1/teams/sales/distribution"
#define MINUTE 60
#define DAY    (24 * 60 * MINUTE)

#define MQL(label, name, country, ...)                                                             \
    POST(label, "marketing", "/v1/leads",                                                          \
         "{'email':'" name "@corp.example','attributes':{'seniority':'vp','country':'" country     \
         "'},'touch':{'kind':'form_submitted','source':'google'}}",                                \
         201, __VA_ARGS__)

static const struct step rules[] = {
    GET("nothing is dealt", "sue", RULES, 404),
    GET("of no team", "sue", "/v1/teams/nowhere/distribution", 404),
    PUT("all that is wrong at once", "sam", RULES,
        "{'rules':[{'to':{'pool':[]}},{'to':{'pool':[{'member':'sam@acme.example','weight':0}],"
        "'by':'luck'}},{'when':{'attribute':'country','op':'is','value':'DE'},'to':'somebody'},{}],"
        "'reassign_after_minutes':0,'then':'queue'}",
        400,
        .checks = {{"/errors/0/pointer", "'/rules/0/to/pool'"},
                   {"@body", "~/rules/1/to/pool/0/weight"},
                   {"@body", "~/rules/1/to/by"},
                   {"@body", "~/rules/2/when/op"},
                   {"@body", "~/rules/2/to"},
                   {"@body", "~/rules/3/to"},
                   {"@body", "~/reassign_after_minutes"},
                   {"@body", "~/then"}}),
    PUT("and all who are none of theirs, or twice in a pool", "sam", RULES,
        "{'rules':[{'to':{'pool':[{'member':'nobody@acme.example'},{'member':'ana@acme.example'}]"
        "}},{'to':{'pool':[{'member':'sam@acme.example'},{'member':'SAM@acme.example'}]}}]}",
        422,
        .checks = {{"/errors", "#3"},
                   {"/errors/0/pointer", "'/rules/0/to/pool/0/member'"},
                   {"/errors/0/code", "'unknown_member'"},
                   {"/errors/1/pointer", "'/rules/0/to/pool/1/member'"},
                   {"/errors/2/pointer", "'/rules/1/to/pool/1/member'"},
                   {"/errors/2/code", "'repeated'"}}),
    PUT("by the other side", "ana", RULES, "{'rules':[{'to':'queue'}]}", 403,
        .checks = {{"/code", "'other_side'"}}),
    PUT("of no team", "sam", "/v1/teams/nowhere/distribution", "{'rules':[{'to':'queue'}]}", 404),
    PUT("by nobody", "sam", RULES, "{'rules':[{'to':'queue'}]}", 422,
        .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("a rule that no lead comes to is a warning", "sam", RULES,
        "{'rules':[{'to':'queue'},{'when':{'attribute':'country','op':'eq','value':'DE'},"
        "'to':{'member':'sam@acme.example'}}],'otherwise':'account_owner'}",
        200, .headers = {"Idempotency-Key: d1"},
        .checks = {{"/warnings", "#2"},
                   {"/warnings/0/pointer", "'/rules/1'"},
                   {"/warnings/0/code", "'unreachable'"},
                   {"/warnings/1/pointer", "'/otherwise'"},
                   {"/distribution/rules/1/to/member", "<string>"}},
        .keep = {{"tag", "@ETag"}, {"first", "@body"}}),
    PUT("its repeat answers the same bytes", "sam", RULES,
        "{'rules':[{'to':'queue'},{'when':{'attribute':'country','op':'eq','value':'DE'},"
        "'to':{'member':'sam@acme.example'}}],'otherwise':'account_owner'}",
        200, .headers = {"Idempotency-Key: d1"},
        .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    GET("they are there, for the other side too", "ana", RULES, 200,
        .checks = {{"@body", "=${first}"}}, .keep = {{"seen", "@ETag"}}),
    GET("as they were", "ana", RULES, 304, .headers = {"If-None-Match: ${seen}"}),
    PUT("others", "sam", RULES,
        "{'rules':[{'when':{'attribute':'country','op':'eq','value':'DE'},"
        "'to':{'member':'sue@acme.example'}},{'to':{'pool':[{'member':'sam@acme.example',"
        "'weight':2},{'member':'sue@acme.example'}]}}],'reassign_after_minutes':60}",
        200, .headers = {"If-Match: ${tag}"}, .checks = {{"/warnings", "#0"}}),
    PUT("on what was read before", "sam", RULES, "{'rules':[{'to':'queue'}]}", 412,
        .headers = {"If-Match: ${tag}"}),
    DELETE("on what was read before", "sam", RULES, 412, .headers = {"If-Match: ${tag}"}),
    DELETE("by the other side", "ana", RULES, 403),
    DELETE("by nobody", "sam", RULES, 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    DELETE("they go", "sam", RULES, 200, .checks = {{"/name", "'sales'"}}),
    DELETE("once", "sam", RULES, 404),
    POST("nothing is dealt, and so not tried", "sam", RULES "/dry_run",
         "{'lead_id':'01a205d0-e7b4-73bd-84a4-feb143c1da1f'}", 404),
    {0},
};

static const struct step own_time[] = {
    GET("Sue", "sue", "/v1/me", 200, .keep = {{"sue_id", "/member/id"}}),
    GET("and Sam", "sam", "/v1/me", 200, .keep = {{"sam_id", "/member/id"}}),
    PATCH("Sue, who is no admin, says when she is away", "sue", "/v1/members/me",
          "{'absent':[{'from':'2026-12-24','to':'2027-01-06'}]}", 200,
          .checks = {{"/id", "'${sue_id}'"}, {"/absent/0/from", "'2026-12-24'"}},
          .keep = {{"first", "@body"}}),
    PATCH("once more, which changes nothing", "sue", "/v1/members/me",
          "{'absent':[{'from':'2026-12-24','to':'2027-01-06'}]}", 200,
          .checks = {{"@body", "=${first}"}}),
    PATCH("and when she works, by her id", "sue", "/v1/members/${sue_id}",
          "{'hours':{'time_zone':'UTC','hours':{'mon':[['09:00','12:00']]}}}", 200,
          .checks = {{"/hours/time_zone", "'UTC'"}, {"/absent", "#1"}}),
    PATCH("a team's key does so for whom it names", "sales", "/v1/members/me", "{'hours':null}",
          200, .headers = {"Baton-Actor: sue@acme.example"}, .checks = {{"/hours", "null"}}),
    PATCH("and for nobody else", "sales", "/v1/members/me", "{'hours':null}", 422,
          .checks = {{"/code", "'actor_required'"}}),
    PATCH("but not how much she is given", "sue", "/v1/members/me", "{'capacity':{'per_day':1}}",
          403),
    PATCH("nor another's time", "sue", "/v1/members/${sam_id}", "{'absent':[]}", 403),
    PATCH("nor of who is not there", "sue", "/v1/members/them", "{'absent':[]}", 404),
    PATCH("an admin says all of it", "sam", "/v1/members/${sue_id}", "{'absent':[]}", 200,
          .checks = {{"/absent", "[]"}}),
    {0},
};

static const struct step by_rule[] = {
    GET("Sam", "sam", "/v1/me", 200, .keep = {{"sam_id", "/member/id"}}),
    GET("and Sue", "sue", "/v1/me", 200, .keep = {{"sue_id", "/member/id"}}),
    PUT("Sue has Germany, and of the rest every third", "sam", RULES,
        "{'rules':[{'when':{'attribute':'country','op':'eq','value':'DE'},"
        "'to':{'member':'sue@acme.example'}},{'to':{'pool':[{'member':'sam@acme.example',"
        "'weight':2},{'member':'sue@acme.example'}]}}],'reassign_after_minutes':60}",
        200),
    MQL("a German goes to Sue", "dora", "DE",
        .keep = {{"dora", "/handoff/id"}, {"lead", "/lead/id"}}),
    GET("and to nobody else", "sam", "/v1/handoffs/${dora}", 200,
        .checks = {{"/assignee", "'${sue_id}'"},
                   {"/claimed_until", "<string>"},
                   {"/distribution", "{'rule':1,'by':'member','member':'${sue_id}'}"},
                   {"/allowed_actions", "['assign']"}}),
    POST("Sam may not have her", "sam", "/v1/handoffs/${dora}/accept", NULL, 409,
         .checks = {{"/code", "'claimed_by_other'"}}),
    POST("and it would be so again", "ana", RULES "/dry_run", "{'lead_id':'${lead}'}", 200,
         .checks = {{"/rule", "1"}, {"/member", "'${sue_id}'"}, {"/why", "#1"}}),
    POST("of nobody", "ana", RULES "/dry_run", "{'lead_id':'01a205d0-e7b4-73bd-84a4-feb143c1da1f'}",
         404),
    POST("by nobody", "sam", RULES "/dry_run", "{'lead_id':'${lead}'}", 422,
         .headers = {"Baton-Actor: nobody@acme.example"}),
    MQL("the first of the others to Sam", "fay", "FR", .keep = {{"fay", "/handoff/id"}}),
    MQL("then one to Sue", "ida", "IT", .keep = {{"ida", "/handoff/id"}}),
    MQL("then Sam again", "pia", "PL", .keep = {{"pia", "/handoff/id"}}),
    GET("Fay", "ana", "/v1/handoffs/${fay}", 200,
        .checks = {{"/distribution", "{'rule':2,'by':'weighted','member':'${sam_id}'}"}}),
    GET("Ida", "ana", "/v1/handoffs/${ida}", 200, .checks = {{"/assignee", "'${sue_id}'"}}),
    GET("Pia", "ana", "/v1/handoffs/${pia}", 200, .checks = {{"/assignee", "'${sam_id}'"}}),
    GET("what is Sam's is listed", "sam", "/v1/handoffs?state=offered&assignee=sam@acme.example",
        200, .checks = {{"/data", "#2"}}),
    POST("whose it is accepts it", "sue", "/v1/handoffs/${dora}/accept", NULL, 200),
    PATCH("Sue is away", "sam", "/v1/members/${sue_id}", "{'absent':[{'from':'2020-01-01'}]}", 200),
    MQL("so all are Sam's", "rita", "RU", .keep = {{"rita", "/handoff/id"}, {"lead", "/lead/id"}}),
    MQL("Germans too", "gita", "DE", .keep = {{"gita", "/handoff/id"}, {"german", "/lead/id"}}),
    GET("Rita", "ana", "/v1/handoffs/${rita}", 200, .checks = {{"/assignee", "'${sam_id}'"}}),
    GET("Gita", "ana", "/v1/handoffs/${gita}", 200,
        .checks = {{"/distribution", "{'rule':2,'by':'weighted','member':'${sam_id}'}"}}),
    POST("and it is said why", "ana", RULES "/dry_run", "{'lead_id':'${german}'}", 200,
         .checks = {{"/why/0", "{'rule':1,'member':'${sue_id}','code':'absent'}"},
                    {"/why/1", "{'rule':2,'member':'${sue_id}','code':'absent'}"},
                    {"/why/2", "{'rule':2,'member':'${sam_id}','code':'weighted'}"}}),
    PATCH("Sam has enough in hand", "sam", "/v1/members/${sam_id}", "{'capacity':{'open':4}}", 200),
    MQL("nobody can take more", "zoe", "CZ", .keep = {{"zoe", "/handoff/id"}}),
    GET("so it waits in the queue", "ana", "/v1/handoffs/${zoe}", 200,
        .checks = {{"/distribution", "{'rule':null,'by':'queue','member':null}"},
                   {"/assignee", "null"}}),
    POST("where whoever will may claim it", "sam", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data/0/handoff/id", "'${zoe}'"}}),
    {0},
};

static const struct step again[] = {
    GET("Sam", "sam", "/v1/me", 200, .keep = {{"sam_id", "/member/id"}}),
    GET("and Sue", "sue", "/v1/me", 200, .keep = {{"sue_id", "/member/id"}}),
    PUT("an hour each", "sam", RULES,
        "{'rules':[{'to':{'pool':[{'member':'sam@acme.example'},{'member':'sue@acme.example'}],"
        "'by':'least_loaded'}}],'reassign_after_minutes':60}",
        200),
    MQL("Kim is Sam's", "kim", "DE", .keep = {{"kim", "/handoff/id"}, {"lead", "/lead/id"}}),
    GET("for an hour", "sam", "/v1/handoffs/${kim}", 200,
        .checks = {{"/assignee", "'${sam_id}'"}, {"/distribution/by", "'least_loaded'"}}),
    LATER("it passes", 61 * MINUTE),
    UNTIL("and she is Sue's", "ana", "/v1/handoffs/${kim}", 200,
          .checks = {{"/assignee", "'${sue_id}'"}, {"/distribution/member", "'${sue_id}'"}}),
    POST("and no longer Sam's", "sam", "/v1/handoffs/${kim}/accept", NULL, 409),
    GET("which stands on her timeline", "ana", "/v1/leads/${lead}/timeline", 200,
        .checks = {{"@body", "~handoff.assigned"}, {"@body", "~reassign_after"}}),
    POST("Sue has her", "sue", "/v1/handoffs/${kim}/accept", NULL, 200),
    PATCH("then she is away", "sam", "/v1/members/${sue_id}", "{'absent':[{'from':'2020-01-01'}]}",
          200),
    MQL("Lou is Sam's", "lou", "DE", .keep = {{"lou", "/handoff/id"}}),
    LATER("the hour passes", 61 * MINUTE),
    POST("and nobody else can take him: whoever will may claim him", "sue", "/v1/handoffs/claim",
         "{'team':'sales'}", 200, .checks = {{"/data/0/handoff/id", "'${lou}'"}}),
    {0},
};

/* Companies: sales owns them, both name them. */
#define ACME "/v1/accounts/acme.example"
static const struct step accounts[] = {
    GET("Sam", "sam", "/v1/me", 200, .keep = {{"sam_id", "/member/id"}}),
    GET("nobody speaks of it", "ana", ACME, 404),
    PUT("marketing names it", "ana", "/v1/accounts/Mail.Acme.example", "{'named':true}", 200,
        .headers = {"Idempotency-Key: a1"},
        .checks = {{"/domain", "'acme.example'"},
                   {"/owner", "null"},
                   {"/named", "false"},
                   {"/named_by", "['marketing']"}},
        .keep = {{"first", "@body"}, {"tag", "@ETag"}}),
    PUT("once, however often that is said", "ana", "/v1/accounts/Mail.Acme.example",
        "{'named':true}", 200, .headers = {"Idempotency-Key: a1"},
        .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    PUT("but does not say whose it is", "ana", ACME, "{'owner':{'team':'sales'}}", 403,
        .checks = {{"/code", "'other_side'"}}),
    PUT("sales names it as well, and says whose it is", "sue", ACME,
        "{'owner':{'team':'sales','member':'sam@acme.example'},'named':true}", 200,
        .headers = {"If-Match: ${tag}"},
        .checks = {{"/owner", "{'team':'sales','member':'${sam_id}'}"},
                   {"/named", "true"},
                   {"/named_by", "['marketing','sales']"}}),
    PUT("on what was read before", "sue", ACME, "{'named':false}", 412,
        .headers = {"If-Match: ${tag}"}),
    GET("both sides see it", "ana", ACME, 200, .checks = {{"/named", "true"}},
        .keep = {{"seen", "@ETag"}}),
    GET("as it was", "ana", ACME, 304, .headers = {"If-None-Match: ${seen}"}),
    GET("by nobody", "ana", ACME, 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("another", "sam", "/v1/accounts/other.example", "{'owner':{'team':'sales'}}", 200,
        .checks = {{"/owner/member", "null"}}),
    GET("all of them, page by page", "ana", "/v1/accounts?limit=1", 200,
        .checks = {{"/data", "#1"}, {"@Link", "~rel="}}, .keep = {{"next", "/next"}}),
    GET("to the end", "ana", "/v1/accounts?limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/next", "null"}}),
    GET("those that both have named", "ana", "/v1/accounts?named=true", 200,
        .checks = {{"/data", "#1"}, {"/data/0/domain", "'acme.example'"}}),
    GET("the others", "ana", "/v1/accounts?named=false", 200,
        .checks = {{"/data", "#1"}, {"/data/0/domain", "'other.example'"}}),
    GET("of a team", "ana", "/v1/accounts?owner_team=sales", 200, .checks = {{"/data", "#2"}}),
    GET("and named", "ana", "/v1/accounts?owner_team=sales&named=true&limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/domain", "'acme.example'"}, {"/next", "null"}}),
    GET("or not", "ana", "/v1/accounts?owner_team=sales&named=false", 200,
        .checks = {{"/data", "#1"}, {"/data/0/domain", "'other.example'"}}),
    GET("of a team that owns none", "ana", "/v1/accounts?owner_team=marketing", 200,
        .checks = {{"/data", "[]"}}),
    GET("of a team that is none", "ana", "/v1/accounts?owner_team=nowhere", 400,
        .checks = {{"/errors/0/code", "'unknown_team'"}}),
    GET("a cursor of nothing", "ana", "/v1/accounts?cursor=x", 400),
    PUT("what anybody can have an address at is no company", "sam", "/v1/accounts/gmail.com",
        "{'named':true}", 404),
    PUT("nor is this", "sam", "/v1/accounts/acme", "{'named':true}", 404),
    PUT("of a team of marketing", "sam", ACME, "{'owner':{'team':'marketing'}}", 422,
        .checks = {{"/errors/0/pointer", "'/owner/team'"}}),
    PUT("of nobody there", "sam", ACME, "{'owner':{'team':'sales','member':'ana@acme.example'}}",
        422, .checks = {{"/errors/0/pointer", "'/owner/member'"}}),
    PUT("by nobody", "sam", ACME, "{}", 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("by who only captures", "marketing", ACME, "{'named':true}", 403),
    PUT("what no account has", "ana", ACME, "{'colour':'red'}", 400),
    PUT("its owner gets what comes from there, the queue the rest", "sam", RULES,
        "{'rules':[{'to':'account_owner'}]}", 200),
    POST("from there", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'seniority':'vp'},"
         "'touch':{'kind':'form_submitted','source':'google'}}",
         201, .keep = {{"kim", "/handoff/id"}, {"lead", "/lead/id"}}),
    POST("which a trial finds too", "ana", RULES "/dry_run", "{'lead_id':'${lead}'}", 200,
         .checks = {{"/rule", "1"}, {"/member", "'${sam_id}'"}}),
    GET("is Sam's", "ana", "/v1/handoffs/${kim}", 200,
        .checks = {{"/distribution", "{'rule':1,'by':'account_owner','member':'${sam_id}'}"}}),
    MQL("from elsewhere", "lou", "DE", .keep = {{"lou", "/handoff/id"}, {"other", "/lead/id"}}),
    GET("is in the queue", "ana", "/v1/handoffs/${lou}", 200,
        .checks = {{"/distribution", "{'rule':null,'by':'queue','member':null}"}}),
    POST("for this reason", "ana", RULES "/dry_run", "{'lead_id':'${other}'}", 200,
         .checks = {{"/why/0", "{'rule':1,'member':null,'code':'no_owner'}"},
                    {"/why/1", "{'rule':null,'member':null,'code':'queue'}"}}),
    PUT("either side takes the name back", "ana", ACME, "{'named':false,'owner':null}", 403),
    PUT("by itself", "ana", ACME, "{'named':false}", 200, .checks = {{"/named_by", "[]"}}),
    PUT("and sales its hand", "sam", ACME, "{'owner':null}", 200, .checks = {{"/owner", "null"}}),
    {0},
};

/* Sales calls whom marketing has, marketing mails whom sales works: each finds out. */
#define CALL "{'kind':'call','direction':'outbound'}"
static const struct step collisions[] = {
    POST("marketing has Ivy", "marketing", "/v1/leads", "{'email':'ivy@corp.example'}", 201,
         .keep = {{"ivy", "/lead/id"}}),
    POST("sales calls her", "sam", "/v1/leads/${ivy}/touches", CALL, 201),
    GET("which is a collision", "ana", "/v1/leads/${ivy}/timeline", 200,
        .checks = {{"@body", "~lead.collided"}}),
    MQL("Kim is offered to sales", "kim", "DE",
        .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}}),
    POST("who calls her", "sam", "/v1/leads/${kim}/touches", CALL, 201),
    GET("as was agreed", "ana", "/v1/leads/${kim}/timeline", 200,
        .checks = {{"/data/3/type", "'lead.touched'"}, {"/data/4/type", "'lead.judged'"}}),
    POST("and accepts", "sam", "/v1/handoffs/${offer}/accept", NULL, 200),
    POST("she writes to marketing, which is no collision", "marketing", "/v1/leads/${kim}/touches",
         "{'kind':'form_submitted','direction':'inbound'}", 201),
    GET("she came by herself", "ana", "/v1/leads/${kim}/timeline", 200,
        .checks = {{"/data/6/type", "'lead.touched'"}, {"/data/7/type", "'lead.judged'"}}),
    POST("marketing mails her all the same", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','touch':{'kind':'mail_sent','direction':'outbound'}}", 200),
    GET("which is one", "sam", "/v1/leads/${kim}/timeline", 200,
        .checks = {{"@body", "~lead.collided"}}),
    {0},
};

/* What marketing says of its campaigns. */
#define WEBINAR "/v1/campaigns/Autumn%20webinar"
#define RECORD                                                                                     \
    "{'title':'Autumn "                                                                            \
    "webinar','starts_on':'2026-10-01','ends_on':'2026-10-31','budget':{'minor':1000000,'"         \
    "currency':"                                                                                   \
    "'EUR'},'spend':[{'day':'2026-10-01','minor':25000}],'promised':'A demonstration','"           \
    "talking_points':['They saw reporting.']}"
static const struct step campaigns[] = {
    GET("nothing is said of it", "sam", WEBINAR, 404),
    PUT("marketing keeps its record", "ana", WEBINAR, RECORD, 200,
        .headers = {"Idempotency-Key: c1"},
        .checks = {{"/name", "'Autumn webinar'"}, {"/record/spend/0/minor", "25000"}},
        .keep = {{"first", "@body"}, {"tag", "@ETag"}}),
    PUT("once", "ana", WEBINAR, RECORD, 200, .headers = {"Idempotency-Key: c1"},
        .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    GET("sales reads what it may talk about", "sam", WEBINAR, 200,
        .checks = {{"/record/talking_points/0", "'They saw reporting.'"}},
        .keep = {{"seen", "@ETag"}}),
    GET("as it was", "sam", WEBINAR, 304, .headers = {"If-None-Match: ${seen}"}),
    GET("by nobody", "sam", WEBINAR, 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("and does not write it", "sam", WEBINAR, "{'title':'Ours'}", 403,
        .checks = {{"/code", "'other_side'"}}),
    PUT("by nobody", "ana", WEBINAR, "{'title':'x'}", 422,
        .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("all that is wrong at once", "ana", WEBINAR,
        "{'starts_on':'2026-10-01','ends_on':'2026-09-30','spend':[{'day':'2026-10-02','minor':1},"
        "{'day':'2026-10-01','minor':-1},{'day':'soon','minor':1}],'talking_points':[''],'x':1}",
        400,
        .checks = {{"@body", "~/title"},
                   {"@body", "~/ends_on"},
                   {"@body", "~/spend/1/minor"},
                   {"@body", "~/spend/2/day"},
                   {"@body", "~/talking_points/0"},
                   {"@body", "~/x"}}),
    PUT("a person is no campaign", "ana", "/v1/campaigns/kim@acme.example", "{'title':'x'}", 404),
    PUT("another record", "ana", WEBINAR, "{'title':'Autumn'}", 200,
        .headers = {"If-Match: ${tag}"}, .checks = {{"/record", "{'title':'Autumn'}"}}),
    GET("it is listed with what touches name", "sam", "/v1/campaigns", 200,
        .checks = {{"/data", "[{'dimension':'campaign','value':'Autumn webinar','title':'Autumn',"
                             "'starts_on':null,'ends_on':null}]"}}),
    POST("one that has no record", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','touch':{'kind':'click','campaign':'Zoo','source':'bing'}}",
         201),
    GET("is listed as well", "sam", "/v1/campaigns?limit=1", 200, .keep = {{"next", "/next"}}),
    GET("on the next page", "sam", "/v1/campaigns?limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/value", "'Zoo'"}, {"/data/0/title", "null"}}),
    GET("but not among the records", "sam", "/v1/campaigns?recorded=true&limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/title", "'Autumn'"}, {"/next", "null"}}),
    GET("sources have none", "sam", "/v1/campaigns?dimension=source&recorded=true", 400,
        .checks = {{"/errors/0/code", "'not_campaign'"}}),
    PUT("on what was read before", "ana", WEBINAR, "{'title':'Winter'}", 412,
        .headers = {"If-Match: ${tag}"}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {{"rules", rules},        {"own time", own_time}, {"by rule", by_rule},
               {"again", again},        {"accounts", accounts}, {"collisions", collisions},
               {"campaigns", campaigns}};

STORY(offers_are_dealt, SIGNED, stories[_i].steps)

/* ---- many ---- */

#define LEADS 300

static void set_rules(struct stage *stage)
{
    struct answer answer =
        stage_call(stage, "sam", "PUT", RULES,
                   "{\"rules\":[{\"to\":{\"pool\":[{\"member\":\"sam@acme.example\",\"weight\":7},"
                   "{\"member\":\"sue@acme.example\",\"weight\":3}]}}]}",
                   200);

    answer_release(&answer);
}

static size_t write_lead(char *to, size_t size, int n)
{
    return (size_t)snprintf(to, size,
                            "{\"email\":\"p%d@corp.example\",\"attributes\":{\"seniority\":\"vp\"},"
                            "\"touch\":{\"kind\":\"form_submitted\"}}",
                            n);
}

/* Whose each is, in the order in which they were offered. */
static char *dealt_in(const char *workspace)
{
    char sql[512];
    PGconn *conn = PQconnectdb(stage_database());

    snprintf(sql, sizeof sql,
             "SELECT string_agg(left(m.email, 3), '' ORDER BY n.place) FROM handoff h "
             "JOIN member m ON m.workspace_id = h.workspace_id AND m.member_id = h.dealt_to "
             "JOIN LATERAL (SELECT substr(i.value, 2, strpos(i.value, '@') - 2)::int AS place "
             "FROM identity i WHERE i.workspace_id = h.workspace_id AND i.lead_id = h.lead_id) n "
             "ON true JOIN workspace w ON w.workspace_id = h.workspace_id WHERE w.name = '%s'",
             workspace);
    PGresult *result = PQexec(conn, sql);
    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
    char *text = strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return text;
}

/* One after the other, and as one batch. */
START_TEST(a_batch_is_spread_as_single_ones_are)
{
    char lead[256];
    size_t most = LEADS * sizeof lead;
    char *batch = malloc(most);
    struct stage stage = stage_open(SIGNED);
    char *single = NULL;
    size_t len = (size_t)snprintf(batch, most, "{\"leads\":[");

    set_rules(&stage);
    for (int i = 1; i <= LEADS; i++) {
        write_lead(lead, sizeof lead, i);
        struct answer answer = stage_call(&stage, "marketing", "POST", "/v1/leads", lead, 201);
        answer_release(&answer);
        len += (size_t)snprintf(batch + len, most - len, "%s%s", i == 1 ? "" : ",", lead);
    }
    snprintf(batch + len, most - len, "]}");
    single = dealt_in(stage_workspace());
    stage_close(&stage);
    stage = stage_open(SIGNED);
    set_rules(&stage);
    struct answer answer = stage_call(&stage, "marketing", "POST", "/v1/leads/batch", batch, 200);
    answer_release(&answer);
    char *together = dealt_in(stage_workspace());
    ck_assert_uint_eq(strlen(single), 3 * LEADS);
    ck_assert_str_eq(together, single);
    int sam = 0;
    for (int i = 0; i < LEADS; i++) {
        sam += strncmp(single + 3 * i, "sam", 3) == 0;
        ck_assert_int_le(abs(10 * sam - 7 * (i + 1)), 10); /* within one lead, always */
    }
    free(single);
    free(together);
    free(batch);
    stage_close(&stage);
}
END_TEST

/* ---- a claim that waits ---- */

#define COMES_AFTER_MS 600
#define WAITS_MS       1000

static char capturing_key[256];

static void *capture_soon(void *argument)
{
    struct client *client = client_new(argument);
    struct answer answer;
    char lead[256];

    write_lead(lead, sizeof lead, 1);
    poll(NULL, 0, COMES_AFTER_MS);
    client_call(client,
                &(struct call){
                    .method = "POST", .target = "/v1/leads", .token = capturing_key, .body = lead},
                &answer);
    answer_release(&answer);
    client_free(client);
    return NULL;
}

START_TEST(a_claim_waits_until_something_comes)
{
    struct stage stage = stage_open(SIGNED);
    pthread_t thread;
    int64_t begun = pg_now_ms();

    struct answer answer = stage_call(&stage, "sam", "POST", "/v1/handoffs/claim",
                                      "{\"team\":\"sales\",\"wait_seconds\":1}", 200);
    ck_assert_uint_eq(json_array_size(json_object_get(answer.json, "data")), 0);
    ck_assert_int_ge(pg_now_ms() - begun, WAITS_MS);
    answer_release(&answer);
    answer = stage_call(&stage, "sam", "POST", "/v1/handoffs/claim",
                        "{\"team\":\"marketing\",\"wait_seconds\":60}", 403); /* at once */
    answer_release(&answer);
    snprintf(capturing_key, sizeof capturing_key, "%s", story_get(stage.story, "marketing"));
    ck_assert_int_eq(
        pthread_create(&thread, NULL, capture_soon, (void *)service_url(stage_service())), 0);
    begun = pg_now_ms();
    answer = stage_call(&stage, "sam", "POST", "/v1/handoffs/claim",
                        "{\"team\":\"sales\",\"wait_seconds\":25}", 200);
    ck_assert_uint_eq(json_array_size(json_object_get(answer.json, "data")), 1);
    ck_assert_int_ge(pg_now_ms() - begun, COMES_AFTER_MS / 2);
    ck_assert_int_lt(pg_now_ms() - begun, 20000);
    answer_release(&answer);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "distribution");

    EACH(tcase, offers_are_dealt, stories);
    TESTS(tcase, a_batch_is_spread_as_single_ones_are, a_claim_waits_until_something_comes);
}
