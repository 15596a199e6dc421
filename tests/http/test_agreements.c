/* Routes and goals, and what is new in the life of definitions, as callers see it. */
#include "stage.h"
#include "suite.h"

#include <check.h>
#include <stdlib.h>

#define V   "/v1/${what}/versions"
#define V_N "/v1/${what}/versions/${n}"

/* Whoever is named does not belong to the key. */
#define NOBODY(verb, where, with)                                                                  \
    {                                                                                              \
        .label = "by nobody", .method = verb, .path = where, .as = "ana", .body = with,            \
        .headers = {"Baton-Actor: nobody@acme.example"}, .status = 422                             \
    }

#define NOWHERE(verb, where, by, with)                                                             \
    {                                                                                              \
        .label = "there is none", .method = verb, .path = where, .as = by, .body = with,           \
        .status = 404                                                                              \
    }

static const struct step drafts[] = {
    POST("a draft", "ana", V, "${document}", 201,
         .checks = {{"/state", "'draft'"}, {"/subject", "'${what}'"}, {"@Location", "~" V}},
         .keep = {{"n", "/version"}, {"etag", "@ETag"}}),
    POST("beside another", "sam", V, "${document}", 201, .keep = {{"other", "/version"}}),
    POST("with faults", "ana", V, "${wrong}", 422,
         .checks = {{"/code", "'invalid_definition'"}, {"/errors/0/pointer", "'${pointer}'"}}),
    PUT("it is replaced", "ana", V_N, "${document}", 200, .headers = {"If-Match: ${etag}"}),
    PUT("not on what nobody read", "ana", V_N, "${document}", 412,
        .headers = {"If-Match: \"another\""}),
    PUT("nor without having read it", "ana", V_N, "${document}", 428),
    PUT("nor with faults", "ana", V_N, "${wrong}", 422, .headers = {"If-Match: ${etag}"}),
    PUT("there is none", "ana", V "/99", "${document}", 404, .headers = {"If-Match: ${etag}"}),
    DELETE("the other's draft is not deleted", "ana", V "/${other}", 403,
           .checks = {{"/code", "'other_side'"}}),
    NOBODY("DELETE", V_N, NULL),
    DELETE("one's own is", "sam", V "/${other}", 200, .checks = {{"/state", "'deleted'"}}),
    NOWHERE("DELETE", V "/${other}", "sam", NULL),
    NOWHERE("GET", V "/${other}", "sam", NULL),
    {0},
};

static const struct step proposed[] = {
    POST(
        "sales asks", "sam", V_N "/comments", "{'text':'Why by itself?'}", 200,
        .checks = {{"/comments/0/text", "'Why by itself?'"}, {"/comments/0/member/name", "'sam'"}}),
    NOBODY("POST", V_N "/comments", "{'text':'x'}"),
    NOWHERE("POST", V "/99/comments", "sam", "{'text':'x'}"),
    NOWHERE("POST", V "/99/propose", "ana", "{}"),
    POST("in the past", "ana", V_N "/propose", "{'effective_from':'2020-01-01T00:00:00Z'}", 422),
    POST("not suspended as a draft", "sam", V_N "/suspend", "{'reason':'no'}", 409),
    POST("nor signed", "sam", V_N "/sign",
         "{'content_hash':"
         "'5b3c1f0e9a8d7c6b5a49382716054f3e2d1c0b9a8f7e6d5c4b3a291807f6e5d4'}",
         409),
    POST("nor declined", "sam", V_N "/decline", "{'note':'no'}", 409),
    POST("nor acknowledged", "sam", V_N "/acknowledge", NULL, 409),
    POST("it is proposed for later", "ana", V_N "/propose",
         "{'effective_from':'2040-01-01T00:00:00Z'}", 200, .checks = {{"/state", "'proposed'"}},
         .keep = {{"hash", "/content_hash"}}),
    POST("once", "ana", V_N "/propose", "{}", 409),
    DELETE("and not deleted any more", "ana", V_N, 409),
    PUT("nor replaced", "ana", V_N, "${document}", 409, .headers = {"If-Match: ${etag}"}),
    POST("another content is not signed", "sam", V_N "/sign",
         "{'content_hash':"
         "'5b3c1f0e9a8d7c6b5a49382716054f3e2d1c0b9a8f7e6d5c4b3a291807f6e5d4'}",
         422),
    NOWHERE("POST", V "/99/sign", "sam", "{'content_hash':'${hash}'}"),
    POST("sales signs", "sam", V_N "/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/signatures/0/side", "'sales'"}}),
    POST("marketing too", "ana", V_N "/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'signed'"}, {"/signatures", "#2"}}),
    NOBODY("POST", V_N "/revoke", "{'reason':'x'}"),
    NOWHERE("POST", V "/99/revoke", "sam", "{'reason':'x'}"),
    POST("and sales thinks better of it", "sam", V_N "/revoke", "{'reason':'We read on.'}", 200,
         .checks = {{"/state", "'revoked'"},
                    {"/revoked/note", "'We read on.'"},
                    {"/revoked/member/name", "'sam'"}}),
    POST("which ends it", "ana", V_N "/revoke", "{'reason':'x'}", 409),
    POST("nobody says more of it", "sam", V_N "/comments", "{'text':'x'}", 409),
    {0},
};

static const struct step declined[] = {
    POST("the next", "sam", V, "${document}", 201, .keep = {{"n", "/version"}}),
    POST("is proposed by sales", "sam", V_N "/propose", NULL, 200),
    NOBODY("POST", V_N "/decline", "{'note':'x'}"),
    NOWHERE("POST", V "/99/decline", "ana", "{'note':'x'}"),
    POST("marketing does not want it", "ana", V_N "/decline", "{'note':'Too many.'}", 200,
         .checks = {{"/state", "'declined'"}, {"/declined/note", "'Too many.'"}}),
    {0},
};

static const struct step in_force[] = {
    POST("the one that is wanted", "ana", V, "${document}", 201, .keep = {{"n", "/version"}}),
    POST("is proposed", "ana", V_N "/propose", "{}", 200, .keep = {{"hash", "/content_hash"}}),
    POST("signed", "sam", V_N "/sign", "{'content_hash':'${hash}'}", 200),
    POST("by both", "ana", V_N "/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'in_force'"}, {"/notice", "null"}}),
    NOBODY("POST", V_N "/acknowledge", NULL),
    NOWHERE("POST", V "/99/acknowledge", "sue", NULL),
    POST("read by a third", "sue", V_N "/acknowledge", NULL, 200,
         .checks = {{"/acknowledgements/0/member/name", "'sue'"}}),
    NOBODY("POST", V_N "/suspend", "{'reason':'x'}"),
    NOWHERE("POST", V "/99/suspend", "sam", "{'reason':'x'}"),
    POST("nothing to resume", "sam", V_N "/resume", NULL, 409),
    POST("sales suspends it", "sam", V_N "/suspend", "{'reason':'Nobody is in.'}", 200,
         .checks = {{"/state", "'suspended'"}, {"/suspended/note", "'Nobody is in.'"}}),
    NOWHERE("POST", V "/99/resume", "sam", NULL),
    POST("which marketing does not undo", "ana", V_N "/resume", NULL, 422,
         .checks = {{"/code", "'not_signable'"}}),
    POST("sales does", "sam", V_N "/resume", NULL, 200,
         .checks = {{"/state", "'in_force'"}, {"/suspended", "null"}}),
    POST("another is proposed", "ana", V, "${changed}", 201, .keep = {{"next", "/version"}}),
    POST("of which this one tells", "ana", V "/${next}/propose", NULL, 200),
    GET("in its notice", "sam", V_N, 200,
        .checks = {{"/notice/version", "${next}"}, {"/notice/state", "'proposed'"}},
        .keep = {{"etag", "@ETag"}}),
    GET("it has not changed", "sam", V_N, 304, .headers = {"If-None-Match: ${etag}"}),
    GET("in plain language", "sam", V_N, 200, .headers = {"Accept: text/markdown"},
        .checks = {{"@body", "~${says}"}}),
    GET("for a browser", "sam", V_N, 200, .headers = {"Accept: text/html"},
        .checks = {{"@body", "~<h1>"}}),
    GET("not as a picture", "sam", V_N, 406, .headers = {"Accept: image/png"}),
    GET("what changes", "sam", V "/${next}/diff", 200,
        .checks = {{"/against", "${n}"}, {"/changes", "#2"}, {"/changes/0/change", "'removed'"}}),
    NOWHERE("GET", V "/99/diff", "sam", NULL),
    GET("all of it", "sue", "/v1/${what}", 200,
        .checks = {{"/in_force/version", "${n}"}, {"/versions/0/version", "${next}"}}),
    GET("and beside the others", "sue", "/v1/agreements", 200,
        .checks = {{"/data", "#5"}, {"@body", "~not_acknowledged"}}),
    {0},
};

static void play(const char *what, const char *document, const char *changed, const char *wrong,
                 const char *pointer, const char *says)
{
    struct stage stage = stage_open("--starter mql --sign");

    story_set(stage.story, "what", what);
    story_set(stage.story, "document", document);
    story_set(stage.story, "changed", changed);
    story_set(stage.story, "wrong", wrong);
    story_set(stage.story, "pointer", pointer);
    story_set(stage.story, "says", says);
    story_run(stage.story, drafts);
    story_run(stage.story, proposed);
    story_run(stage.story, declined);
    story_run(stage.story, in_force);
    stage_close(&stage);
}

START_TEST(routes_have_a_life)
{
    play("routes",
         "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gates\":[\"mql\"],"
         "\"overdue\":{\"then\":\"give_back\"}}]}",
         "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gates\":[\"srl\",\"mql\"],"
         "\"automatic\":false}]}",
         "{\"routes\":[{\"from\":\"marketing\",\"to\":\"nowhere\",\"gates\":[\"mql\"]}]}",
         "/routes/0/to", "marketing offers leads to sales once they meet mql");
}
END_TEST

START_TEST(goals_have_a_life)
{
    play("goals",
         "{\"goals\":[{\"side\":\"sales\",\"measure\":\"answers_in_time\",\"period\":\"month\","
         "\"target\":90}]}",
         "{\"goals\":[{\"side\":\"sales\",\"measure\":\"answers_in_time\",\"period\":\"month\","
         "\"target\":95}]}",
         "{\"goals\":[{\"side\":\"sales\",\"measure\":\"answers_in_time\",\"period\":\"month\","
         "\"target\":101}]}",
         "/goals/0/target", "Sales: 90 % of the handoffs are answered in time, each month");
}
END_TEST

/* ---- what nobody can take alone ---- */

#define LEAD(who, then)                                                                            \
    POST(who, "marketing", "/v1/leads",                                                            \
         "{'email':'" who                                                                          \
         "@kite.example','attributes':{'company.employees':120,'seniority':'vp'},"                 \
         "'touch':{'kind':'form_submitted'}}",                                                     \
         201, .checks = {{"/lead/stage", "'mql'"}, then})
#define OFFERED                                                                                    \
    {                                                                                              \
        "/handoff/state", "'offered'"                                                              \
    }
#define NOT_OFFERED                                                                                \
    {                                                                                              \
        "/handoff", "null"                                                                         \
    }

static const struct step suspended[] = {
    LEAD("kim", OFFERED),
    POST("sales suspends the definition", "sam", "/v1/definitions/mql/versions/1/suspend",
         "{'reason':'All of them are students.'}", 200, .checks = {{"/state", "'suspended'"}}),
    LEAD("lee", NOT_OFFERED),
    GET("she waits", "ana", "/v1/leads?email=lee@kite.example", 200,
        .keep = {{"lee", "/data/0/id"}}),
    POST("and is not offered by hand", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales'}", 409),
    POST("nor by a review", "ana", "/v1/leads/${lee}/review", "{'decision':'offer'}", 409),
    POST("nor resumed by marketing", "ana", "/v1/definitions/mql/versions/1/resume", NULL, 422),
    POST("sales resumes", "sam", "/v1/definitions/mql/versions/1/resume", NULL, 200),
    LEAD("max", OFFERED),
    POST("the routes are suspended", "ana", "/v1/routes/versions/1/suspend",
         "{'reason':'The other way round.'}", 200),
    LEAD("ann", NOT_OFFERED),
    POST("and by nobody", "ana", "/v1/handoffs", "{'lead_id':'${lee}','to_team':'sales'}", 409),
    POST("nobody else resumes", "sam", "/v1/definitions/mql/versions/1/resume", NULL, 409),
    POST("a draft", "ana", "/v1/definitions/sql/versions", "${sql}", 201,
         .keep = {{"v", "/version"}}),
    POST("is talked of", "sam", "/v1/definitions/sql/versions/${v}/comments",
         "{'text':'Who says so?','criterion':'budget'}", 200,
         .checks = {{"/comments/0/criterion", "'budget'"}}),
    POST("one asks what it would have done", "ana", "/v1/backtests", "{'term':'mql','version':1}",
         202, .keep = {{"job", "/id"}}),
    POST("and points at it", "ana", "/v1/definitions/sql/versions/${v}/comments",
         "{'text':'See this.','backtest':'${job}'}", 200,
         .checks = {{"/comments/1/backtest", "'${job}'"}, {"/comments/0/backtest", "null"}}),
    POST("but not at what is none", "ana", "/v1/definitions/sql/versions/${v}/comments",
         "{'text':'See this.','backtest':'0199c0aa-1a2b-7c3d-8e4f-5a6b7c8d9e0f'}", 422,
         .checks = {{"/errors/0/pointer", "'/backtest'"}}),
    POST("in all its parts", "sam", "/v1/definitions/sql/versions/${v}/comments",
         "{'text':'x','criterion':'colour'}", 422),
    GET("and on its page", "ana", "/v1/definitions/sql/versions/${v}", 200,
        .headers = {"Accept: text/markdown"}, .checks = {{"@body", "~Who says so?"}}),
    DELETE("it is deleted", "ana", "/v1/definitions/sql/versions/${v}", 200),
    POST("and no more is said of it", "sam", "/v1/definitions/sql/versions/${v}/comments",
         "{'text':'x'}", 404),
    {0},
};

START_TEST(what_is_suspended_lets_nobody_pass)
{
    struct stage stage = stage_open("--starter mql --sign");

    story_set(stage.story, "sql",
              "{\"term\":\"sql\",\"title\":\"S\",\"criteria\":[{\"id\":\"budget\",\"title\":\"B\","
              "\"kind\":\"readiness\",\"required\":true,"
              "\"test\":{\"fact\":\"budget\",\"op\":\"exists\"}}]}");
    story_run(stage.story, suspended);
    stage_close(&stage);
}
END_TEST

#define WRONG(why, where, what, document)                                                          \
    POST(why, "ana", "/v1/routes/versions", document, 422,                                         \
         .checks = {{"/errors/0/pointer", "'" where "'"}, {"/errors/0/code", "'" what "'"}})
#define WAY(from, to, gates) "{'from':'" from "','to':'" to "','gates':[" gates "]}"

static const struct step faults[] = {
    POST("a second team of sales", "sam", "/v1/teams", "{'name':'ae','function':'sales'}", 201),
    POST("and one that is gone", "sam", "/v1/teams", "{'name':'old','function':'sales'}", 201),
    PATCH("gone", "sam", "/v1/teams/old", "{'active':false}", 200),
    WRONG("no gate between functions", "/routes/0/gates", "gate_needed",
          "{'routes':[" WAY("marketing", "sales", "") "]}"),
    WRONG("to a team that is gone", "/routes/0/to", "inactive_team",
          "{'routes':[" WAY("marketing", "old", "'mql'") "]}"),
    WRONG("to itself", "/routes/0/to", "same_team",
          "{'routes':[" WAY("sales", "sales", "'mql'") "]}"),
    WRONG("in a circle", "/routes/0/to", "circle",
          "{'routes':[" WAY("sales", "ae", "") "," WAY("ae", "sales", "") "]}"),
    WRONG("never taken", "/routes/1", "unreachable",
          "{'routes':[" WAY("marketing", "sales", "'mql','srl'") "," WAY("marketing", "ae",
                                                                         "'mql'") "]}"),
    WRONG("judged by a party", "/referee", "party",
          "{'routes':[" WAY("marketing", "sales", "'mql'") "],'referee':'sam@acme.example'}"),
    WRONG("a test of nothing", "/routes/0/when/op", "unknown_operator",
          "{'routes':[{'from':'marketing','to':'sales','gates':['mql'],"
          "'when':{'attribute':'country','op':'is','value':'DE'}}]}"),
    WRONG("signed by a team of the others", "/signers/sales/0", "unknown_team",
          "{'routes':[" WAY("marketing", "sales", "'mql'") "],'signers':{'sales':['marketing']}}"),
    {0},
};

static const struct step signers[] = {
    POST("two of sales are asked", "ana", "/v1/routes/versions",
         "{'routes':[" WAY("marketing", "sales", "'mql'") "],'signers':{'sales':2}}", 201,
         .keep = {{"n", "/version"}}),
    POST("for their names", "ana", "/v1/routes/versions/${n}/propose", NULL, 200,
         .keep = {{"hash", "/content_hash"}}),
    POST("one", "sam", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}", 200),
    POST("and once only", "sam", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}",
         409),
    POST("marketing", "ana", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'proposed'"}}),
    POST("and the other", "sue", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}", 200,
         .checks = {{"/state", "'in_force'"}}),
    {0},
};

START_TEST(routes_that_lead_nowhere_are_refused)
{
    struct stage stage = stage_open("--starter mql --sign");

    story_run(stage.story, faults);
    story_run(stage.story, signers);
    stage_close(&stage);
}
END_TEST

/* Whatever a document may say is kept as it was said. */
static const struct step spoken[] = {
    POST("a third team of sales", "sam", "/v1/teams", "{'name':'se','function':'sales'}", 201),
    POST("routes that say all that one can", "ana", "/v1/routes/versions",
         "{'routes':[{'from':'marketing','to':'sales','gates':['mql'],'automatic':true,"
         "'when':{'attribute':'country','op':'eq','value':'DE'},"
         "'overdue':{'then':'escalate','escalate_to':'se'}}],"
         "'signers':{'marketing':1,'sales':1}}",
         201, .checks = {{"/document/routes/0/overdue/escalate_to", "'se'"}}),
    POST("goals with money", "sam", "/v1/goals/versions",
         "{'goals':[{'side':'sales','measure':'won','period':'quarter','target':500000,"
         "'currency':'EUR'}],'signers':{'marketing':1,'sales':['sales']}}",
         201, .checks = {{"/document/goals/0/currency", "'EUR'"}}),
    POST("a definition whose signers and reasons are named", "ana", "/v1/definitions/sql/versions",
         "{'term':'sql','title':'Sales-qualified lead','statement':'They have a project.',"
         "'criteria':[{'id':'need','title':'Has a need','kind':'readiness','required':true,"
         "'test':{'fact':'need','op':'exists'}}],'reasons':[{'code':'wrong_territory','title':"
         "'Belongs to another territory','about':'process','then':'reroute','team':'se'}],"
         "'signers':{'marketing':1,'sales':1}}",
         201, .checks = {{"/document/reasons/0/team", "'se'"}}, .keep = {{"v", "/version"}}),
    POST("is proposed", "ana", "/v1/definitions/sql/versions/${v}/propose", NULL, 200),
    POST("once proposed nothing can be suspended", "ana",
         "/v1/definitions/sql/versions/${v}/suspend", "{'reason':'Wait.'}", 409),
    NOBODY("POST", "/v1/definitions/sql/versions/${v}/suspend", "{'reason':'x'}"),
    NOBODY("POST", "/v1/definitions/sql/versions/${v}/revoke", "{'reason':'x'}"),
    NOBODY("DELETE", "/v1/definitions/sql/versions/${v}", NULL),
    {0},
};

START_TEST(what_a_document_says_is_kept)
{
    struct stage stage = stage_open("--starter mql --sign");

    story_run(stage.story, spoken);
    stage_close(&stage);
}
END_TEST

static const struct step thought_over[] = {
    POST("a definition for later", "ana", "/v1/definitions/srl/versions",
         "{'term':'srl','title':'Hand-raiser','statement':'They asked.','criteria':[{'id':'asked',"
         "'title':'Asked','kind':'readiness','required':true,'test':{'touches':{'kind':["
         "'demo_requested']},'op':'gte','value':1}}],'reasons':[{'code':'spam','title':'Spam',"
         "'about':'source','then':'disqualify'}]}",
         201, .keep = {{"v", "/version"}}),
    POST("is proposed", "ana", "/v1/definitions/srl/versions/${v}/propose",
         "{'effective_from':'2099-01-01T00:00:00Z'}", 200, .keep = {{"hash", "/content_hash"}}),
    POST("marketing signs", "ana", "/v1/definitions/srl/versions/${v}/sign",
         "{'content_hash':'${hash}'}", 200),
    POST("sales too", "sam", "/v1/definitions/srl/versions/${v}/sign", "{'content_hash':'${hash}'}",
         200, .checks = {{"/state", "'signed'"}}),
    POST("and thinks better of it", "sam", "/v1/definitions/srl/versions/${v}/revoke",
         "{'reason':'We read on.'}", 200, .checks = {{"/state", "'revoked'"}}),
    POST("nobody says more of it", "ana", "/v1/definitions/srl/versions/${v}/comments",
         "{'text':'x'}", 409),
    {0},
};

START_TEST(a_definition_that_is_not_in_force_yet_is_revoked)
{
    struct stage stage = stage_open("--starter mql --sign");

    story_run(stage.story, thought_over);
    stage_close(&stage);
}
END_TEST

#define DRAFTS_MAX 20

static void draft_too_many(struct stage *stage, const char *path, const char *document)
{
    int made = 0;
    int status = 201;

    while (status == 201 && made <= DRAFTS_MAX) {
        struct answer answer;
        client_call(stage->client,
                    &(struct call){.method = "POST",
                                   .target = path,
                                   .token = story_get(stage->story, "ana"),
                                   .body = document},
                    &answer);
        status = answer.status;
        made += status == 201;
        answer_release(&answer);
    }
    ck_assert_int_eq(made, DRAFTS_MAX);
    ck_assert_int_eq(status, 422);
}

START_TEST(there_are_so_many_drafts_and_no_more)
{
    struct stage stage = stage_open("--starter mql --sign");

    draft_too_many(&stage, "/v1/routes/versions",
                   "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gates\":[\"mql\"]}]}");
    draft_too_many(&stage, "/v1/goals/versions",
                   "{\"goals\":[{\"side\":\"sales\",\"measure\":\"sql\",\"period\":\"month\","
                   "\"target\":9}]}");
    draft_too_many(
        &stage, "/v1/definitions/sql/versions",
        "{\"term\":\"sql\",\"title\":\"SQL\",\"statement\":\"A need.\",\"criteria\":[{\"id\":"
        "\"need\",\"title\":\"Need\",\"kind\":\"readiness\",\"required\":true,\"test\":"
        "{\"fact\":\"need\",\"op\":\"exists\"}}],\"reasons\":[{\"code\":\"spam\",\"title\":"
        "\"Spam\",\"about\":\"source\",\"then\":\"disqualify\"}]}");
    stage_close(&stage);
}
END_TEST

/* ---- who does what ---- */

#define REFEREED                                                                                   \
    "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gates\":[\"srl\",\"mql\"],"           \
    "\"overdue\":{\"then\":\"give_back\"}}],\"referee\":\"rev@acme.example\","                     \
    "\"requests\":{\"unanswered\":\"grant\",\"after_minutes\":60}}"

static const struct step a_referee[] = {
    POST("a team of neither side", "ana", "/v1/teams", "{'name':'ops','function':'other'}", 201),
    POST("with a referee", "ana", "/v1/members",
         "{'team':'ops','name':'Rev','email':'rev@acme.example'}", 201),
    {0},
};

/* Of the two gates one is in force. */
static const struct step responsible[] = {
    POST("sam has read the definition", "sam", "/v1/definitions/mql/versions/1/acknowledge", NULL,
         200),
    GET("who does what, and by when", "sue", "/v1/responsibilities", 200,
        .checks = {{"/data", "#7"},
                   {"/data/0/step", "'offer'"},
                   {"/data/0/team", "'marketing'"},
                   {"/data/0/agreement/subject", "'routes'"},
                   {"/data/1/step", "'answer'"},
                   {"/data/1/team", "'sales'"},
                   {"/data/1/within_minutes", "480"},
                   {"/data/1/agreement/subject", "'mql'"},
                   {"/data/1/acknowledged/0/name", "'sam'"},
                   {"/data/1/not_acknowledged/0/name", "'sue'"},
                   {"/data/2/step", "'decide'"},
                   {"/data/2/within_days", "14"},
                   {"/data/3/step", "'nurture'"},
                   {"/data/3/team", "'marketing'"},
                   {"/data/4/step", "'overdue'"},
                   {"/data/5/step", "'request'"},
                   {"/data/5/within_minutes", "60"},
                   {"/data/6/step", "'dispute'"},
                   {"/data/6/member/name", "'Rev'"}}),
    {0},
};

START_TEST(everybody_sees_who_does_what)
{
    struct stage stage = stage_open("--starter mql --sign");

    story_run(stage.story, a_referee);
    stage_agree(&stage, "routes", REFEREED);
    story_run(stage.story, responsible);
    stage_close(&stage);
}
END_TEST

/* ---- several gates, and accounts ---- */

#define ONE_WAY                                                                                    \
    "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gates\":[\"srl\",\"mql\"]}]}"
#define FORM "'touch':{'kind':'form_submitted'}}"
#define DEMO "'touch':{'kind':'demo_requested'}}"

/* Whoever meets both comes by the gate that is written first. */
static const struct step by_either_gate[] = {
    POST("one who asks for a demonstration, whatever the address", "marketing", "/v1/leads",
         "{'email':'kim@gmail.com'," DEMO, 201,
         .checks = {{"/lead/stage", "'srl'"}, {"/handoff/state", "'offered'"}},
         .keep = {{"asks", "/handoff/id"}}),
    GET("comes by srl", "sam", "/v1/handoffs/${asks}", 200, .checks = {{"/gate/term", "'srl'"}}),
    POST("one who fits and filled in a form", "marketing", "/v1/leads",
         "{'email':'lee@corp.example','attributes':{'seniority':'vp'}," FORM, 201,
         .checks = {{"/lead/stage", "'mql'"}, {"/handoff/state", "'offered'"}},
         .keep = {{"fits", "/handoff/id"}}),
    GET("comes by mql, on the same route", "sam", "/v1/handoffs/${fits}", 200,
        .checks = {{"/gate/term", "'mql'"}}),
    POST("one who does both", "marketing", "/v1/leads",
         "{'email':'lou@corp.example','attributes':{'seniority':'vp'}," DEMO, 201,
         .keep = {{"both", "/handoff/id"}}),
    GET("by the first gate", "sam", "/v1/handoffs/${both}", 200,
        .checks = {{"/gate/term", "'srl'"}}),
    POST("one is suspended", "sam", "/v1/definitions/srl/versions/1/suspend",
         "{'reason':'Too many.'}", 200),
    POST("the next of both", "marketing", "/v1/leads",
         "{'email':'may@corp.example','attributes':{'seniority':'vp'}," DEMO, 201,
         .keep = {{"next", "/handoff/id"}}),
    GET("comes by the other", "sam", "/v1/handoffs/${next}", 200,
        .checks = {{"/gate/term", "'mql'"}}),
    {0},
};

START_TEST(a_route_has_several_gates)
{
    struct stage stage = stage_open("--starter mql --starter srl --sign");

    stage_agree(&stage, "routes", ONE_WAY);
    story_run(stage.story, by_either_gate);
    stage_close(&stage);
}
END_TEST

#define BY_ACCOUNT                                                                                 \
    "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\",\"gates\":[\"mql\"],\"named\":true}]}"

static const struct step by_account[] = {
    PUT("marketing names an account", "ana", "/v1/accounts/big.example", "{'named':true}", 200),
    POST("somebody of it fits", "marketing", "/v1/leads",
         "{'email':'kim@big.example','attributes':{'seniority':'vp'}," FORM, 201,
         .checks = {{"/lead/stage", "'mql'"}, {"/handoff", "null"}}, .keep = {{"kim", "/lead/id"}}),
    GET("but sales has not named it", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/next/step", "'offer'"}, {"/next/why", "'no_route'"}}),
    POST("and by hand there is no way either", "ana", "/v1/handoffs",
         "{'lead_id':'${kim}','to_team':'sales'}", 422, .checks = {{"/code", "'no_route'"}}),
    PUT("it does", "sam", "/v1/accounts/big.example", "{'named':true}", 200,
        .checks = {{"/named", "true"}}),
    POST("a colleague is offered at once", "marketing", "/v1/leads",
         "{'email':'lee@mail.big.example','attributes':{'seniority':'vp'}," FORM, 201,
         .checks = {{"/handoff/state", "'offered'"}}),
    POST("of another company nobody is", "marketing", "/v1/leads",
         "{'email':'lou@small.example','attributes':{'seniority':'vp'}," FORM, 201,
         .checks = {{"/lead/stage", "'mql'"}, {"/handoff", "null"}}),
    GET("and it is said in words", "sue", "/v1/routes/versions/2", 200,
        .headers = {"Accept: text/markdown"},
        .checks = {{"@body", "~offers leads of accounts that both sides have named to sales"}}),
    POST("who waited is offered by hand, or by Baton within the minute", "ana", "/v1/handoffs",
         "{'lead_id':'${kim}','to_team':'sales'}", 201,
         .checks = {{"/handoff/state", "'offered'"}}),
    {0},
};

START_TEST(a_route_is_for_named_accounts)
{
    struct stage stage = stage_open("--starter mql --sign");

    stage_agree(&stage, "routes", BY_ACCOUNT);
    story_run(stage.story, by_account);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tests = suite_case(suite, "stories");

    TESTS(tests, routes_have_a_life, goals_have_a_life, what_is_suspended_lets_nobody_pass,
          routes_that_lead_nowhere_are_refused, what_a_document_says_is_kept,
          a_definition_that_is_not_in_force_yet_is_revoked, there_are_so_many_drafts_and_no_more,
          everybody_sees_who_does_what, a_route_has_several_gates, a_route_is_for_named_accounts);
}
