/* What both sides were promised: nothing falls between the teams, whoever raises their hand is
 * heard, and nobody gets round the definition. */
#include "stage.h"
#include "suite.h"

#define BOTH   "--starter mql --starter srl --sign"
#define SIGNED "--starter mql --sign"
#define CHAIN                                                                                      \
    "--sdr sam@acme.example --sdr sue@acme.example --ae eli@acme.example "                         \
    "--starter mql --starter sql --sign"
#define HOUR (60 * 60)
#define DAY  (24 * HOUR)
#define KIM  "/v1/leads/${kim}"
#define AT   "/v1/handoffs/${offer}"

/* Kim is an mql. */
#define OFFERED                                                                                    \
    POST("marketing captures Kim, who is offered to sales", "marketing", "/v1/leads",              \
         "{'email':'kim@corp.example','attributes':{'seniority':'vp','company.employees':120},"    \
         "'touch':{'kind':'form_submitted','source':'google','campaign':'q4-launch'}}",            \
         201, .checks = {{"/handoff/state", "'offered'"}, {"/lead/stage", "'mql'"}},               \
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}})

#define ASKS(what, status, ...)                                                                    \
    POST(what, "marketing", KIM "/touches", "{'kind':'demo_requested','source':'google'}", status, \
         __VA_ARGS__)

/* ---- hand-raisers ---- */

static const struct step two_gates[] = {
    OFFERED,
    POST("a chief executive at a free mail address asks for a demonstration", "marketing",
         "/v1/leads",
         "{'email':'cleo@gmail.com','attributes':{'seniority':'c_level'},"
         "'touch':{'kind':'demo_requested','source':'google'}}",
         201, .checks = {{"/lead/stage", "'srl'"}, {"/handoff/state", "'offered'"}},
         .keep = {{"cleo", "/handoff/id"}}),
    GET("of a route only the first gate that is met is passed", "sam", "/v1/handoffs?state=offered",
        200,
        .checks = {{"/data", "#2"}, {"/data/0/id", "'${cleo}'"}, {"/data/1/id", "'${offer}'"}}),
    POST("a bought list", "marketing", "/v1/leads/batch",
         "{'leads':[{'email':'lou@corp.example','attributes':{'seniority':'vp',"
         "'company.employees':500}}]}",
         200, .checks = {{"/data/0/result/lead/stage", "'prospect'"}}),
    POST("a bare address in a form", "marketing", "/v1/leads",
         "{'email':'max@corp.example','touch':{'kind':'form_submitted'}}", 201,
         .checks = {{"/lead/stage", "'inquiry'"}, {"/handoff", "null"}}),
    POST("a badge scan", "marketing", "/v1/leads",
         "{'email':'pam@corp.example','attributes':{'seniority':'vp','company.employees':500},"
         "'touch':{'kind':'badge_scanned'}}",
         201, .checks = {{"/lead/stage", "'inquiry'"}, {"/handoff", "null"}}),
    {0},
};

static const struct step unreachable[] = {
    OFFERED,
    POST("Sam does not reach her", "sam", AT "/reject", "{'reason':'unreachable'}", 200,
         .checks = {{"/lead/stage", "'nurture'"}, {"/lead/next/step", "'nurture'"}}),
    POST("she comes by, and waits still", "marketing", KIM "/touches", "{'kind':'page_view'}", 201,
         .checks = {{"/handoff", "null"}}),
    ASKS("she asks for a demonstration, and is offered at once", 201,
         .checks = {{"/lead/stage", "'srl'"}, {"/handoff/state", "'offered'"}},
         .keep = {{"again", "/handoff/id"}}),
    GET("as who she is by now", "sam", "/v1/handoffs/${again}", 200,
        .checks = {{"/gate/term", "'srl'"}}),
    {0},
};

static const struct step disqualified[] = {
    OFFERED,
    POST("Sam takes her for spam", "sam", AT "/reject", "{'reason':'spam'}", 200,
         .checks = {{"/handoff/class", "'bad_source'"},
                    {"/lead/stage", "'disqualified'"},
                    {"/lead/next", "null"}}),
    ASKS("she asks for a demonstration: her owner is to look", 201,
         .checks = {{"/handoff", "null"},
                    {"/lead/next/step", "'review'"},
                    {"/lead/owner_team", "'marketing'"}}),
    GET("what was junk is said of where it came from", "ana",
        "/v1/reports/rejections?by=source&then_by=class", 200,
        .checks = {{"@body", "~google"}, {"@body", "~bad_source"}}),
    GET("and of the campaign", "ana", "/v1/reports/rejections?by=campaign&then_by=class", 200,
        .checks = {{"@body", "~q4-launch"}, {"@body", "~bad_source"}}),
    {0},
};

/* ---- waiting ---- */

static const struct step waits[] = {
    OFFERED,
    POST("she asked to be left alone for a month", "ana", AT "/withdraw",
         "{'until':'2999-01-01T00:00:00Z','note':'asked to wait'}", 200,
         .checks = {{"/lead/next/step", "'nurture'"}, {"/lead/next/at", "'2999-01-01T00:00:00Z'"}}),
    POST("she comes by", "marketing", KIM "/touches", "{'kind':'page_view','source':'google'}", 201,
         .checks = {{"/handoff", "null"}, {"/lead/next/at", "'2999-01-01T00:00:00Z'"}}),
    POST("and fills in a form", "marketing", KIM "/touches",
         "{'kind':'form_submitted','source':'google'}", 201,
         .checks = {{"/handoff", "null"}, {"/lead/next/at", "'2999-01-01T00:00:00Z'"}}),
    {0},
};

static const struct step by_night[] = {
    OFFERED,
    LATER("the night goes by", 14 * HOUR),
    UNTIL("she is late, and waits still", "sam", "/v1/handoffs?overdue=true", 200,
          .checks = {{"/data/0/id", "'${offer}'"}, {"/data/0/overdue", "true"}}),
    POST("somebody comes in the morning", "marketing", "/v1/leads",
         "{'email':'lou@corp.example','attributes':{'seniority':'vp','company.employees':120},"
         "'touch':{'kind':'form_submitted','source':'google'}}",
         201),
    POST("whoever is late is first in the queue", "sam", "/v1/handoffs/claim", "{'team':'sales'}",
         200, .checks = {{"/data/0/handoff/id", "'${offer}'"}}),
    POST("and accepted", "sam", AT "/accept", NULL, 200,
         .checks = {{"/handoff/overdue", "true"}, {"/lead/owner_team", "'sales'"}}),
    GET("which counts as late", "ana", "/v1/reports/response-times?by=team", 200,
        .checks = {{"/data/0/late", "1"}}),
    {0},
};

/* Whoever has half a day to answer hears of it when half of it is over, and not twice. */
static const struct step reminded[] = {
    POST("both sides want sales to be reminded", "ana", "/v1/routes/versions",
         "{'routes':[{'from':'marketing','to':'sales','gates':['mql'],"
         "'overdue':{'remind_at_percent':[50,90]}}]}",
         201, .keep = {{"n", "/version"}}),
    POST("no share comes twice, or before another", "ana", "/v1/routes/versions",
         "{'routes':[{'from':'marketing','to':'sales','gates':['mql'],"
         "'overdue':{'remind_at_percent':[50,50,100]}}]}",
         422,
         .checks = {{"/errors", "#2"},
                    {"/errors/0/pointer", "'/routes/0/overdue/remind_at_percent/1'"},
                    {"/errors/0/code", "'order'"},
                    {"/errors/1/pointer", "'/routes/0/overdue/remind_at_percent/2'"}}),
    POST("marketing proposes it", "ana", "/v1/routes/versions/${n}/propose", NULL, 200,
         .keep = {{"hash", "/content_hash"}}),
    POST("signs", "ana", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}", 200),
    POST("and sales does", "sam", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}",
         200, .checks = {{"/state", "'in_force'"}}),
    GET("which stands on its page", "sam", "/v1/routes/versions/${n}", 200,
        .headers = {"Accept: text/markdown"},
        .checks = {{"@body", "~reminded of at 50 % and 90 % of the time to answer"}}),
    OFFERED,
    LATER("four of eight hours pass", 4 * HOUR + 60),
    UNTIL("and sales hears of it", "sam", KIM "/timeline?limit=100", 200,
          .checks = {{"/data/3/type", "'handoff.reminded'"},
                     {"/data/3/actor/type", "'system'"},
                     {"/data/3/actor/cause", "'remind_at_percent'"}}),
    GET("whose offer waits as before", "sam", AT, 200,
        .checks = {{"/state", "'offered'"}, {"/overdue", "false"}}),
    POST("Sam accepts", "sam", AT "/accept", NULL, 200),
    LATER("the rest of the time passes", 4 * HOUR),
    POST("Lou comes", "marketing", "/v1/leads",
         "{'email':'lou@corp.example','attributes':{'seniority':'vp','company.employees':120},"
         "'touch':{'kind':'form_submitted','source':'google'}}",
         201, .keep = {{"lou", "/lead/id"}}),
    LATER("and is nearly late", 7 * HOUR + 30 * 60),
    UNTIL("one reminder is enough", "sam", "/v1/leads/${lou}/timeline?limit=100", 200,
          .checks = {{"/data", "#4"}, {"/data/3/type", "'handoff.reminded'"}}),
    GET("and nobody is reminded of what is answered", "sam", KIM "/timeline?limit=100", 200,
        .checks = {{"/data", "#5"}, {"/data/4/type", "'handoff.accepted'"}}),
    {0},
};

/* Who looks at the best first. */
#define MQL_OF(who, attributes, key)                                                               \
    POST(who " comes", "marketing", "/v1/leads",                                                   \
         "{'email':'" who "@corp.example','attributes':{'seniority':'vp'" attributes "},"          \
         "'touch':{'kind':'form_submitted','source':'google'}}",                                   \
         201, .keep = {{key, "/handoff/id"}})
static const struct step by_score[] = {
    MQL_OF("lou", "", "lou"),
    MQL_OF("kim", ",'company.employees':120", "kim"),
    MQL_OF("max", "", "max_offer"),
    MQL_OF("big", ",'company.employees':5000", "big"),
    GET("the best is first, of equals the oldest", "sam", "/v1/handoffs?order=score", 200,
        .checks = {{"/data", "#4"},
                   {"/data/0/id", "'${big}'"},
                   {"/data/0/score", "90"},
                   {"/data/1/id", "'${kim}'"},
                   {"/data/2/id", "'${lou}'"},
                   {"/data/3/id", "'${max_offer}'"},
                   {"/data/3/score", "60"}}),
    GET("page by page", "sam", "/v1/handoffs?order=score&team=sales&limit=3", 200,
        .checks = {{"/data", "#3"}, {"/data/2/id", "'${lou}'"}}, .keep = {{"next", "/next"}}),
    GET("to the end", "sam", "/v1/handoffs?order=score&team=sales&limit=3&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${max_offer}'"}, {"/next", "null"}}),
    GET("a place of one order is none of the other", "sam", "/v1/handoffs?cursor=${next}", 400,
        .checks = {{"/errors/0/code", "'other_order'"}}),
    GET("what is answered has no place in it", "sam", "/v1/handoffs?order=score&state=accepted",
        400, .checks = {{"/errors/0/code", "'with_others'"}}),
    GET("nor what is due", "sam", "/v1/handoffs?order=score&overdue=true", 400),
    POST("Sam claims the best", "sam", "/v1/handoffs/claim", "{'team':'sales','order':'score'}",
         200, .checks = {{"/data/0/handoff/id", "'${big}'"}, {"/waiting", "3"}}),
    POST("Sue what waits longest", "sue", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data/0/handoff/id", "'${lou}'"}}),
    POST("and then the best that is left", "sue", "/v1/handoffs/claim",
         "{'team':'sales','order':'score'}", 200, .checks = {{"/data/0/handoff/id", "'${kim}'"}}),
    GET("what is Sue's", "sue", "/v1/handoffs?order=score&assignee=me", 200,
        .checks = {{"/data", "#2"}, {"/data/0/id", "'${kim}'"}, {"/data/1/id", "'${lou}'"}}),
    POST("by luck nobody claims", "sue", "/v1/handoffs/claim", "{'team':'sales','order':'luck'}",
         400, .checks = {{"/errors/0/pointer", "'/order'"}}),
    {0},
};

/* ---- reasons ---- */

static const struct step elsewhere[] = {
    OFFERED,
    POST("Sam is not for her", "sam", AT "/reject", "{'reason':'wrong_territory'}", 200,
         .checks = {{"/handoff/class", "'process'"},
                    {"/lead/owner_team", "'marketing'"},
                    {"/lead/next/step", "'review'"},
                    {"/lead/next/why", "'rejected: wrong_territory'"}}),
    GET("which nobody overlooks", "ana", "/v1/reports/gaps", 200,
        .checks = {{"@body", "~\"review\""}}),
    POST("a page view does not offer her there again", "marketing", KIM "/touches",
         "{'kind':'page_view','source':'google'}", 201, .checks = {{"/handoff", "null"}}),
    {0},
};

static const struct step another_team[] = {
    POST("a second team of sales", "sam", "/v1/teams", "{'name':'south','function':'sales'}", 201),
    POST("which is named for what it is not to get", "ana", "/v1/routes/versions",
         "{'routes':[{'from':'marketing','to':'sales','gates':['mql']},"
         "{'from':'marketing','to':'south','gates':['mql']}]}",
         422,
         .checks = {{"/errors/0/pointer", "'/routes/1'"}, {"/errors/0/code", "'unreachable'"}}),
    POST("leads of the south are for it", "ana", "/v1/routes/versions",
         "{'routes':[{'from':'marketing','to':'sales','gates':['mql'],"
         "'when':{'not':{'attribute':'country','op':'eq','value':'IT'}}},"
         "{'from':'marketing','to':'south','gates':['mql']}]}",
         201, .keep = {{"n", "/version"}}),
    POST("marketing proposes it", "ana", "/v1/routes/versions/${n}/propose", NULL, 200,
         .keep = {{"hash", "/content_hash"}}),
    POST("signs", "ana", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}", 200),
    POST("and sales does", "sam", "/v1/routes/versions/${n}/sign", "{'content_hash':'${hash}'}",
         200, .checks = {{"/state", "'in_force'"}}),
    POST("Kim says where she is", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','attributes':{'seniority':'vp','company.employees':120,"
         "'country':'FR'},'touch':{'kind':'form_submitted','source':'google'}}",
         201, .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}}),
    POST("Sam is not for her", "sam", AT "/reject", "{'reason':'wrong_territory'}", 200,
         .checks = {{"/lead/next/step", "'answer'"}}),
    GET("and the next route is open to her", "ana", "/v1/handoffs?lead_id=${kim}&state=offered",
        200,
        .checks = {{"/data", "#1"},
                   {"/data/0/to_team", "'south'"},
                   {"/data/0/previous", "'${offer}'"}}),
    {0},
};

static const struct step ahead[] = {
    POST("a sender whose clock is two hours ahead tells of Kim", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','occurred_at':'2036-01-01T00:00:00Z',"
         "'attributes':{'seniority':'vp','company.employees':120},"
         "'touch':{'kind':'form_submitted','source':'google',"
         "'occurred_at':'2036-01-01T00:00:00Z'}}",
         201, .checks = {{"/handoff/state", "'offered'"}, {"/counted_as_now", "true"}},
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}}),
    POST("Sam knows better", "sam", AT "/reject",
         "{'reason':'too_small','corrections':{'company.employees':30}}", 200,
         .checks = {{"/handoff/class", "'bad_data'"}}),
    GET("which stands", "ana", KIM, 200, .checks = {{"/attributes/company.employees", "30"}}),
    PATCH("and what is said after it too", "ana", KIM, "{'attributes':{'company.employees':31}}",
          200),
    GET("at once", "ana", KIM, 200, .checks = {{"/attributes/company.employees", "31"}}),
    {0},
};

/* ---- who claims to be a customer ---- */

static const struct step customer[] = {
    POST("a list says that Kim is a customer", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','claimed_stage':'customer',"
         "'attributes':{'seniority':'vp','company.employees':120}}",
         201, .checks = {{"/handoff", "null"}}, .keep = {{"kim", "/lead/id"}}),
    POST("she fills in a form, and her owner is to look", "marketing", KIM "/touches",
         "{'kind':'form_submitted','source':'google'}", 201,
         .checks = {{"/handoff", "null"}, {"/lead/next/step", "'review'"}}),
    ASKS("and asks for a demonstration", 201,
         .checks = {{"/handoff", "null"}, {"/lead/next/step", "'review'"}}),
    {0},
};

/* ---- nobody is asked twice ---- */

static const struct step by_sql[] = {
    OFFERED,
    POST("Sam accepts", "sam", AT "/accept", NULL, 200),
    POST("and qualifies her", "sam", AT "/qualify",
         "{'facts':{'budget':{'value':50000},'authority':{'value':'she decides'},"
         "'need':{'value':'reporting'},'timeline':{'value':'this quarter'}}}",
         200, .checks = {{"/lead/stage", "'sql'"}}),
    POST("Eli claims her", "eli", "/v1/handoffs/claim", "{'team':'ae'}", 200,
         .keep = {{"second", "/data/0/handoff/id"}}),
    POST("and accepts, by which she is qualified", "eli", "/v1/handoffs/${second}/accept", NULL,
         200, .checks = {{"/handoff/state", "'qualified'"}}),
    POST("so that there can be an opportunity at once", "eli", "/v1/handoffs/${second}/outcome",
         "{'outcome':'opportunity'}", 200, .checks = {{"/lead/stage", "'opportunity'"}}),
    {0},
};

static const struct {
    const char *options;
    const struct step *steps;
} stories[] = {
    {BOTH, two_gates},      {BOTH, unreachable}, {BOTH, disqualified}, {BOTH, waits},
    {SIGNED, by_score},     {SIGNED, reminded},  {SIGNED, by_night},   {SIGNED, elsewhere},
    {SIGNED, another_team}, {SIGNED, ahead},     {BOTH, customer},     {CHAIN, by_sql},
};

STORY(promises_are_kept, stories[_i].options, stories[_i].steps)

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "promises");

    EACH(tcase, promises_are_kept, stories);
}
