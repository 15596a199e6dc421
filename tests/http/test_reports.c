/* Reports: what they count, that each number opens to leads which add up to it, and how they are
 * cut. Time passes by the clock of the tests. */
#include "stage.h"
#include "suite.h"

#include <jansson.h>
#include <stdio.h>

#define SIGNED "--starter mql --sign"
#define AT     "/v1/handoffs/${offer}"
#define GAPS   "/v1/reports/gaps"
#define HOUR   3600
#define DAY    (24 * HOUR)

#define OFFERED(name)                                                                              \
    POST("marketing captures " name ", who is offered to sales", "marketing", "/v1/leads",         \
         "{'email':'" name "@corp.example','attributes':{'seniority':'vp'},"                       \
         "'touch':{'kind':'form_submitted','source':'google','campaign':'=spring'}}",              \
         201, .checks = {{"/handoff/state", "'offered'"}},                                         \
         .keep = {{name, "/lead/id"}, {"offer", "/handoff/id"}})

#define INQUIRY(name)                                                                              \
    POST("and " name ", who is not ready", "marketing", "/v1/leads",                               \
         "{'email':'" name "@corp.example'}", 201, .checks = {{"/handoff", "null"}},               \
         .keep = {{name, "/lead/id"}})

/* ---- gaps ---- */

/* Everybody does what they promised. */
static const struct step no_gaps[] = {
    OFFERED("kim"),
    INQUIRY("lou"),
    GET("nothing is left undone", "ana", GAPS, 200,
        .checks = {{"/report", "'gaps'"},
                   {"/data", "#0"},
                   {"/query/by", "'team'"},
                   {"/query/then_by", "'step'"},
                   {"/definitions/0/term", "'mql'"},
                   {"/totals/leads", "0"},
                   {"/totals/since", "null"},
                   {"/totals/captured", "2"},
                   {"/totals/not_sales_ready", "1"},
                   {"/totals/not_sales_ready_share", "50.0"},
                   {"/published/0/column", "'not_sales_ready_share'"},
                   {"/left_out", "0"}},
        .keep = {{"not_ready", "/totals/links/not_sales_ready"}}),
    GET("who is not ready is Lou", "ana", "${not_ready}", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/lead_id", "'${lou}'"},
                   {"/data/0/handoff_id", "null"},
                   {"/data/0/value", "1"},
                   {"/next", "null"}}),
    POST("sales accepts in time", "sam", AT "/accept", NULL, 200),
    LATER("a day passes", DAY),
    POST("and decides", "sam", AT "/qualify", NULL, 200),
    LATER("and three weeks", 21 * DAY),
    GET("still nothing", "sam", GAPS, 200, .checks = {{"/data", "#0"}, {"/totals/leads", "0"}}),
    {0},
};

/* Nobody answers, then nobody decides, then nobody follows up. */
static const struct step gaps[] = {
    OFFERED("kim"),
    OFFERED("lea"),
    LATER("two days without an answer", 2 * DAY),
    GET("are a gap of sales", "ana", GAPS, 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/team", "'sales'"},
                   {"/data/0/step", "'answer'"},
                   {"/data/0/leads", "2"},
                   {"/data/0/since", "*"},
                   {"/totals/leads", "2"}},
        .keep = {{"late", "/data/0/links/leads"}, {"all", "/totals/links/leads"}}),
    GET("which opens to the two", "ana", "${late}", 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/lead_id", "'${kim}'"},
                   {"/data/1/lead_id", "'${lea}'"}}),
    GET("page by page", "ana", "${late}&limit=1", 200,
        .checks = {{"/data", "#1"}, {"@Link", "~rel=\"next\""}}, .keep = {{"next", "/next"}}),
    GET("to the last", "ana", "${late}&limit=1&cursor=${next}", 200,
        .checks = {{"/data/0/lead_id", "'${lea}'"}, {"/next", "null"}}),
    GET("the whole opens too", "ana", "${all}", 200, .checks = {{"/data", "#2"}}),
    GET("of marketing there is none", "ana", GAPS "/leads?by=team&row=%5B%22marketing%22%5D", 200,
        .checks = {{"/data", "#0"}}),
    GET("as a table", "ana", GAPS "?by=step", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~step,leads,since,link\r\nanswer,2,"},
                   {"@body", "~/v1/reports/gaps/leads?"}}),
    POST("Lea is accepted, late", "sam", AT "/accept", NULL, 200),
    GET("the gap is Kim's", "ana", GAPS "?by=team", 200,
        .checks = {{"/data", "#1"}, {"/data/0/leads", "1"}, {"/data/0/step", "!"}}),
    LATER("a month without a decision", 30 * DAY),
    GET("is another", "ana", GAPS "?by=step", 200,
        .checks = {{"/data", "#2"}, {"/totals/leads", "2"}}),
    POST("she is qualified", "sam", AT "/qualify", NULL, 200),
    GET("and it is closed", "ana", GAPS "?by=step", 200, .checks = {{"/data", "#1"}}),
    LATER("nobody follows up, when reminded either", 40 * DAY),
    UNTIL("so that is one", "ana", GAPS, 200,
          .checks = {{"/data/1/step", "'follow_up'"}, {"/data/1/team", "'sales'"}}),
    PATCH("until somebody says when", "sam", "/v1/leads/${lea}",
          "{'next_at':'2099-01-01T00:00:00Z'}", 200, .checks = {{"/lead/next/since", "*"}}),
    GET("then it is not", "ana", GAPS, 200, .checks = {{"/data", "#1"}}),
    {0},
};

/* What could not be offered stands there the same minute. */
static const struct step no_route[] = {
    POST("Kim would be offered", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','attributes':{'seniority':'vp'},"
         "'touch':{'kind':'form_submitted','source':'google'}}",
         201, .checks = {{"/lead/next/step", "'offer'"}}, .keep = {{"kim", "/lead/id"}}),
    GET("and is marketing's to see to", "sam", GAPS, 200,
        .checks = {{"/data/0/team", "'marketing'"}, {"/data/0/step", "'offer'"}}),
    {0},
};

/* ---- what became of what was offered ---- */

#define REJECTED "/v1/reports/rejections"
#define TIMES    "/v1/reports/response-times"
#define BYPASS   "/v1/reports/bypass"
#define EFFORT   "/v1/reports/effort"
#define ADD_UP(label, link, count)                                                                 \
    GET(label, "ana", link, 200, .checks = {{"/data", "#" #count}, {"/data/0/value", "1"}})

/* Sales rejects Kim after an hour, returns Lea after two days of work, is late with Lou, and lets
 * Max wait. */
static const struct step answers[] = {
    OFFERED("kim"),
    LATER("an hour passes", HOUR),
    POST("Sam says that it is spam", "sam", AT "/reject", "{'reason':'spam'}", 200),
    OFFERED("lea"),
    LATER("half an hour passes", HOUR / 2),
    POST("Lea is accepted", "sam", AT "/accept", NULL, 200,
         .keep = {{"then", "/handoff/accepted_at"}}),
    POST("he writes to her", "sam", "/v1/leads/${lea}/touches",
         "{'kind':'email_sent','direction':'outbound'}", 201),
    LATER("two days pass", 2 * DAY),
    POST("and Sue returns her", "sue", AT "/return", "{'reason':'bad_timing'}", 200),
    POST("marketing disputes it", "ana", AT "/dispute", "{'note':'She asked for it.'}", 200),
    OFFERED("lou"),
    LATER("two days pass", 2 * DAY),
    POST("she is accepted, late", "sam", AT "/accept", NULL, 200),
    OFFERED("mia"),
    LATER("two days pass", 2 * DAY),
    GET("what was rejected, by reason", "ana", REJECTED, 200,
        .checks = {{"/data", "#2"},
                   {"/totals/rejected", "2"},
                   {"/totals/returned", "1"},
                   {"/totals/answered", "3"},
                   {"/totals/rejected_share", "66.7"},
                   {"/totals/disputed", "1"},
                   {"/totals/upheld", "0"},
                   {"/data/0/reason", "'bad_timing'"},
                   {"/data/0/disputed", "1"},
                   {"/data/1/reason", "'spam'"},
                   {"/published", "#0"}},
        .keep = {{"row", "/data/1/links/rejected"},
                 {"whole", "/totals/links/rejected"},
                 {"answered", "/totals/links/answered"},
                 {"disputed", "/data/0/links/disputed"}}),
    GET("spam was Kim", "ana", "${row}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${kim}'"}, {"/data/0/handoff_id", "*"}}),
    ADD_UP("both are the whole", "${whole}", 2),
    ADD_UP("of three answers", "${answered}", 3),
    GET("the dispute is of Lea", "ana", "${disputed}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${lea}'"}}),
    GET("by source and campaign", "sam", REJECTED "?by=source&then_by=campaign", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/source", "'google'"},
                   {"/data/0/campaign", "'=spring'"},
                   {"/data/0/rejected", "2"},
                   {"/data/0/answered", "3"}}),
    GET("which is no formula", "sam", REJECTED "?by=campaign", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~=spring,2,1,3,66.7,1,0,0,/v1/reports/"}}),
    GET("by class and member", "sam", REJECTED "?by=class&then_by=member", 200,
        .checks = {{"/data", "#2"}, {"/data/0/member", "*"}}),
    GET("by criterion and kind", "sam", REJECTED "?by=criterion&then_by=kind", 200,
        .checks = {{"/data", "#1"}, {"/data/0/criterion", "null"}, {"/data/0/kind", "'standard'"}}),
    GET("by the teams", "sam", REJECTED "?by=team&then_by=from_team", 200,
        .checks = {{"/data/0/team", "'sales'"}, {"/data/0/from_team", "'marketing'"}}),
    GET("how long answers took", "ana", TIMES, 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/team", "'sales'"},
                   {"/data/0/offered", "4"},
                   {"/data/0/promised", "4"},
                   {"/data/0/in_time", "2"},
                   {"/data/0/in_time_share", "50.0"},
                   {"/data/0/late", "1"},
                   {"/data/0/overdue", "1"},
                   {"/data/0/expired", "0"},
                   {"/data/0/median_minutes", "60"},
                   {"/data/0/p90_minutes", "2880"}},
        .keep = {{"late", "/data/0/links/late"}, {"waits", "/totals/links/overdue"}}),
    GET("late was Lou", "ana", "${late}", 200, .checks = {{"/data/0/lead_id", "'${lou}'"}}),
    GET("Mia waits still", "ana", "${waits}", 200, .checks = {{"/data/0/lead_id", "'${mia}'"}}),
    GET("by hour of the week and member", "ana", TIMES "?by=hour&then_by=member", 200,
        .checks = {{"/data/0/hour", "*"}}),
    GET("by where they came from", "ana", TIMES "?by=source&then_by=campaign", 200,
        .checks = {{"/data", "#1"}, {"/data/0/offered", "4"}}),
    GET("by kind and team", "ana", TIMES "?by=kind&then_by=from_team", 200,
        .checks = {{"/data/0/kind", "'standard'"}}),
    GET("as a table", "ana", TIMES, 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~\r\nsales,4,4,2,50.0,1,1,0,60,2880,/v1/reports/"}}),
    GET("what it cost", "ana", EFFORT, 200,
        .checks = {{"/data", "#2"},
                   {"/totals/handoffs", "2"},
                   {"/totals/returned", "1"},
                   {"/totals/touches", "1"},
                   {"/totals/accepted_minutes", "2880"}},
        .keep = {{"touched", "/totals/links/touches"}}),
    GET("the touch was Lea's", "ana", "${touched}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${lea}'"}}),
    GET("by where they came from", "ana", EFFORT "?by=source&then_by=campaign", 200,
        .checks = {{"/data/0/touches", "1"}}),
    GET("by what it was about", "ana", EFFORT "?by=class&then_by=criterion", 200),
    GET("by who said it", "ana", EFFORT "?by=member&then_by=team", 200),
    GET("by who offered it", "ana", EFFORT "?by=from_team", 200,
        .checks = {{"/data/0/from_team", "'marketing'"}}),
    GET("the same as a table", "ana", EFFORT "?by=from_team", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~\r\nmarketing,2,1,1,2880,/v1/reports/effort/leads?"}}),
    GET("of another time there is nothing", "ana", EFFORT "?from=2020-01-01&to=2020-02-01", 200,
        .checks = {{"/data", "#0"}, {"/totals/accepted_minutes", "0"}}),
    GET("and no minutes", "ana", TIMES "?from=2020-01-01&to=2020-02-01", 200,
        .checks = {{"/totals/median_minutes", "null"}, {"/totals/in_time_share", "null"}}),
    GET("as it stood when Lea was accepted", "ana", REJECTED "?as_of=${then}", 200,
        .checks = {{"/query/as_of", "'${then}'"},
                   {"/data", "#1"},
                   {"/data/0/reason", "'spam'"},
                   {"/totals/rejected", "1"},
                   {"/totals/returned", "0"},
                   {"/totals/answered", "2"},
                   {"/totals/disputed", "0"}},
        .keep = {{"whole", "/totals/links/answered"}}),
    ADD_UP("which opens as it stood", "${whole}", 2),
    GET("so do the times", "ana", TIMES "?as_of=${then}", 200,
        .checks = {{"/totals/offered", "2"}, {"/totals/in_time", "2"}, {"/totals/overdue", "0"}}),
    GET("and before Kim there was nothing", "ana", TIMES "?as_of=2020-01-01", 200,
        .checks = {{"/data", "#0"}, {"/totals/offered", "0"}}),
    GET("rejections as a picture", "ana", REJECTED, 406, .headers = {"Accept: image/png"}),
    GET("times as a picture", "ana", TIMES, 406, .headers = {"Accept: image/png"}),
    GET("effort as a picture", "ana", EFFORT, 406, .headers = {"Accept: image/png"}),
    {0},
};

/* Sales asks for three, and is given one. */
static const struct step requests[] = {
    INQUIRY("lou"),
    POST("Sam asks for Lou", "sam", "/v1/leads/${lou}/request",
         "{'team':'sales','note':'Met her at the fair.'}", 201, .keep = {{"asked", "/handoff/id"}}),
    POST("and is given her", "ana", "/v1/handoffs/${asked}/grant", NULL, 200),
    INQUIRY("mia"),
    POST("he asks for Mia", "sam", "/v1/leads/${mia}/request",
         "{'team':'sales','note':'A friend.'}", 201, .keep = {{"asked", "/handoff/id"}}),
    POST("and is not", "ana", "/v1/handoffs/${asked}/decline", "{'reason':'in_talks'}", 200),
    INQUIRY("pia"),
    POST("Sue asks for Pia", "sue", "/v1/leads/${pia}/request",
         "{'team':'sales','note':'She called.'}", 201),
    GET("what was asked for, and given", "ana", "/v1/reports/requests", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/team", "'sales'"},
                   {"/data/0/from_team", "'marketing'"},
                   {"/data/0/requested", "3"},
                   {"/data/0/answered", "2"},
                   {"/data/0/granted", "1"},
                   {"/data/0/granted_share", "50.0"},
                   {"/data/0/declined", "1"},
                   {"/data/0/waiting", "1"},
                   {"/data/0/overdue", "0"}},
        .keep = {{"waits", "/totals/links/waiting"}}),
    GET("Pia waits", "ana", "${waits}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${pia}'"}}),
    GET("by who asked, and why not", "ana", "/v1/reports/requests?by=member&then_by=reason", 200,
        .checks = {{"/data", "#3"}}),
    GET("by where they came from", "ana", "/v1/reports/requests?by=source&then_by=campaign", 200,
        .checks = {{"/data", "#1"}}),
    GET("as a table", "ana", "/v1/reports/requests?by=team", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~sales,3,2,1,50.0,1,1,0,/v1/reports/requests/leads?"}}),
    GET("as a picture", "ana", "/v1/reports/requests", 406, .headers = {"Accept: image/png"}),
    {0},
};

/* Kim meets the definition, Lou goes past it. */
static const struct step bypass[] = {
    OFFERED("kim"),
    INQUIRY("lou"),
    POST("whom marketing passes on all the same", "ana", "/v1/leads/${lou}/override",
         "{'term':'mql','result':'qualified','note':'They called.'}", 200),
    POST("and Mia, whom sales found", "sam", "/v1/leads",
         "{'email':'mia@corp.example','touch':{'kind':'call','direction':'outbound'}}", 201,
         .keep = {{"mia", "/lead/id"}}),
    POST("and takes", "sam", "/v1/handoffs",
         "{'lead_id':'${mia}','kind':'self_sourced','to_team':'sales'}", 201),
    GET("what went past the definition", "ana", BYPASS "?by=kind", 200,
        .checks = {{"/totals/handed_off", "3"},
                   {"/totals/without_verdict", "1"},
                   {"/totals/without_verdict_share", "33.3"},
                   {"/totals/met_definition", "1"},
                   {"/totals/met_definition_share", "33.3"},
                   {"/totals/exceptions", "1"},
                   {"/published", "#2"},
                   {"/published/0/from", "67.0"},
                   {"/published/1/from", "27.0"}},
        .keep = {{"past", "/totals/links/exceptions"}}),
    GET("was Lou", "ana", "${past}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${lou}'"}}),
    GET("by the teams", "ana", BYPASS "?by=from_team&then_by=team", 200,
        .checks = {{"/data", "#2"}}),
    GET("by where they came from", "ana", BYPASS "?by=source&then_by=campaign", 200,
        .checks = {{"/data", "#2"}}),
    GET("as a table", "ana", BYPASS, 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~from_team,handed_off,without_verdict,"}}),
    GET("as a picture", "ana", BYPASS, 406, .headers = {"Accept: image/png"}),
    {0},
};

/* ---- collisions, and who got how many ---- */

#define COLLISIONS   "/v1/reports/collisions"
#define DISTRIBUTION "/v1/reports/distribution"

static const struct step collisions[] = {
    INQUIRY("lou"),
    POST("sales calls Lou, who is marketing's", "sam", "/v1/leads/${lou}/touches",
         "{'kind':'call','direction':'outbound'}", 201),
    OFFERED("kim"),
    POST("sales has Kim", "sam", AT "/accept", NULL, 200),
    POST("and calls her, which is its own affair", "sam", "/v1/leads/${kim}/touches",
         "{'kind':'call','direction':'outbound'}", 201),
    POST("marketing writes to her", "ana", "/v1/leads/${kim}/touches",
         "{'kind':'email_sent','direction':'outbound'}", 201),
    POST("twice", "ana", "/v1/leads/${kim}/touches", "{'kind':'email_sent','direction':'outbound'}",
         201),
    GET("who got in whose way", "sue", COLLISIONS, 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/team", "'marketing'"},
                   {"/data/0/with_team", "'sales'"},
                   {"/data/0/collisions", "2"},
                   {"/data/1/team", "'sales'"},
                   {"/data/1/collisions", "1"},
                   {"/totals/collisions", "3"},
                   {"/totals/by_marketing", "2"},
                   {"/totals/by_sales", "1"}},
        .keep = {{"row", "/data/0/links/collisions"}, {"sales", "/totals/links/by_sales"}}),
    GET("at Kim, twice", "sue", "${row}", 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/lead_id", "'${kim}'"},
                   {"/data/1/lead_id", "'${kim}'"},
                   {"/data/0/handoff_id", "null"}}),
    GET("and at Lou", "sue", "${sales}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${lou}'"}}),
    GET("at which company, and by whom", "ana", COLLISIONS "?by=account&then_by=member", 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/account", "'corp.example'"},
                   {"/data/0/member", "*"},
                   {"/data/0/collisions", "2"}}),
    GET("before all of that there was none", "ana", COLLISIONS "?as_of=2020-01-01", 200,
        .checks = {{"/data", "#0"}, {"/totals/collisions", "0"}}),
    GET("as a table", "ana", COLLISIONS "?by=account", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body",
                    "~account,collisions,by_marketing,by_sales,link\r\ncorp.example,3,2,1,"}}),
    GET("as a picture", "ana", COLLISIONS, 406, .headers = {"Accept: image/png"}),
    {0},
};

/* Two of three go to Sam: of four, three to one of them. */
static const struct step distribution[] = {
    GET("Sam", "sam", "/v1/me", 200, .keep = {{"sam_id", "/member/id"}}),
    PUT("Sam has two of three", "sam", "/v1/teams/sales/distribution",
        "{'rules':[{'to':{'pool':[{'member':'sam@acme.example','weight':2},"
        "{'member':'sue@acme.example'}]}}]}",
        200),
    OFFERED("kim"),
    POST("Sam takes Kim", "sam", AT "/accept", NULL, 200),
    OFFERED("lea"),
    OFFERED("mia"),
    POST("and sends Mia back", "sam", AT "/reject", "{'reason':'spam'}", 200),
    OFFERED("pia"),
    GET("who got how many", "ana", DISTRIBUTION, 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/rule", "'sales 1'"},
                   {"/data/0/member", "'${sam_id}'"},
                   {"/data/0/dealt", "3"},
                   {"/data/0/quota", "2.7"},
                   {"/data/0/answered", "2"},
                   {"/data/0/answered_by_them", "2"},
                   {"/data/0/answered_by_them_share", "100.0"},
                   {"/data/0/accepted", "1"},
                   {"/data/1/dealt", "1"},
                   {"/data/1/quota", "1.3"},
                   {"/totals/dealt", "4"},
                   {"/totals/quota", "null"}},
        .keep = {{"row", "/data/0/links/accepted"}}),
    GET("Sam took Kim", "ana", "${row}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${kim}'"}}),
    GET("the other way round", "ana", DISTRIBUTION "?by=member&then_by=rule", 200,
        .checks = {{"/data", "#2"}, {"/data/0/quota", "2.7"}}),
    GET("by how it was dealt there is no quota", "ana", DISTRIBUTION "?by=dealt_by&then_by=team",
        200,
        .checks = {{"/data", "#1"}, {"/data/0/dealt_by", "'weighted'"}, {"/data/0/quota", "null"}}),
    GET("where they came from", "ana", DISTRIBUTION "?by=source&then_by=campaign", 200,
        .checks = {{"/data", "#1"}, {"/data/0/dealt", "4"}}),
    GET("what was rejected of a rule", "ana", REJECTED "?by=rule", 200,
        .checks = {{"/data", "#1"}, {"/data/0/rule", "'sales 1'"}, {"/data/0/rejected", "1"}}),
    GET("as a table", "ana", DISTRIBUTION "?by=rule&then_by=member", 200,
        .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~sales 1,${sam_id},3,3,2.7,2,2,100.0,1,0,"}}),
    GET("as a picture", "ana", DISTRIBUTION, 406, .headers = {"Accept: image/png"}),
    {0},
};

/* ---- leads, from the first touch on ---- */

#define FUNNEL   "/v1/reports/funnel"
#define MIX      "/v1/reports/source-mix"
#define CAPTURES "/v1/reports/capture-types"
#define NURTURE  "/v1/reports/nurture"
#define COVERAGE "/v1/reports/coverage"

/* Kim becomes a customer, Lea is sent back into nurture, Lou is no more than an inquiry, and Mia
 * sales found itself. */
static const struct step ways[] = {
    OFFERED("kim"),
    LATER("an hour", HOUR),
    POST("Kim is accepted", "sam", AT "/accept", NULL, 200,
         .keep = {{"then", "/handoff/accepted_at"}}),
    LATER("a day", DAY),
    POST("called", "sam", "/v1/leads/${kim}/touches", "{'kind':'call','direction':'outbound'}",
         201),
    POST("qualified", "sam", AT "/qualify", NULL, 200),
    LATER("a day", DAY),
    POST("and won", "sam", AT "/outcome",
         "{'outcome':'won','amount':{'minor':9000,'currency':'EUR'}}", 200),
    OFFERED("lea"),
    POST("Lea is not", "sam", AT "/reject", "{'reason':'bad_timing'}", 200),
    INQUIRY("lou"),
    POST("and Mia, whom sales found", "sam", "/v1/leads",
         "{'email':'mia@corp.example','touch':{'kind':'call','direction':'outbound','source':'fair'"
         "}}",
         201, .keep = {{"mia", "/lead/id"}}),
    POST("and takes", "sam", "/v1/handoffs",
         "{'lead_id':'${mia}','kind':'self_sourced','to_team':'sales'}", 201),
    GET("the funnel", "ana", FUNNEL, 200,
        .checks = {{"/data", "#1"},
                   {"/query/basis", "'cohort'"},
                   {"/query/by", "null"},
                   {"/parts/0/part", "'marketing'"},
                   {"/parts/1/columns/0", "'sal'"},
                   {"/totals/leads", "4"},
                   {"/totals/begun", "4"},
                   {"/totals/mql", "2"},
                   {"/totals/begun_to_mql_share", "50.0"},
                   {"/totals/sal", "2"},
                   {"/totals/mql_to_sal", "1"},
                   {"/totals/mql_to_sal_share", "50.0"},
                   {"/totals/mql_to_sal_median_minutes", "60"},
                   {"/totals/sql", "1"},
                   {"/totals/sal_to_sql_median_minutes", "1440"},
                   {"/totals/customer", "1"},
                   {"/totals/opportunity_to_customer_median_minutes", "null"}},
        .keep = {{"joint", "/totals/links/mql_to_sal"}, {"all", "/totals/links/leads"}}),
    GET("Kim went the joint step", "ana", "${joint}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${kim}'"}}),
    ADD_UP("all are four", "${all}", 4),
    GET("by motion and function", "ana", FUNNEL "?by=motion&then_by=function", 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/motion", "'inbound'"},
                   {"/data/0/leads", "3"},
                   {"/data/1/motion", "'outbound'"},
                   {"/data/1/function", "'sales'"},
                   {"/data/1/sal", "1"}}),
    GET("by the words of the first touch", "ana", FUNNEL "?by=source&then_by=campaign", 200,
        .checks = {{"/data", "#3"},
                   {"/data/0/source", "'google'"},
                   {"/data/0/campaign", "'=spring'"},
                   {"/data/0/customer", "1"},
                   {"/data/1/source", "'fair'"},
                   {"/data/2/source", "null"}}),
    GET("and the others", "ana", FUNNEL "?by=medium&then_by=channel", 200,
        .checks = {{"/data", "#1"}}),
    GET("and the others", "ana", FUNNEL "?by=content&then_by=kind", 200,
        .checks = {{"/data", "#3"}}),
    GET("by owner and month", "ana", FUNNEL "?by=team&then_by=month", 200,
        .checks = {{"/data/0/month", "*"}}),
    GET("what was reached in the last day", "ana", FUNNEL "?basis=flow", 200,
        .checks = {{"/query/basis", "'flow'"}, {"/totals/leads", "4"}, {"/totals/customer", "1"}},
        .keep = {{"won", "/totals/links/customer"}}),
    GET("was reached by Kim", "ana", "${won}", 200, .checks = {{"/data/0/lead_id", "'${kim}'"}}),
    GET("of another time there is nothing", "ana",
        FUNNEL "?basis=flow&from=2020-01-01&to=2020-02-01", 200,
        .checks = {{"/data", "#0"},
                   {"/totals/leads", "0"},
                   {"/totals/begun_to_mql_share", "null"}}),
    GET("as it stood when Kim was accepted", "ana", FUNNEL "?as_of=${then}", 200,
        .checks = {{"/totals/leads", "1"}, {"/totals/sal", "1"}, {"/totals/sql", "0"}}),
    GET("and so it flowed", "ana", FUNNEL "?basis=flow&as_of=${then}", 200,
        .checks = {{"/totals/leads", "1"}, {"/totals/sal", "1"}, {"/totals/customer", "0"}}),
    GET("of no basis", "ana", FUNNEL "?basis=luck", 400,
        .checks = {{"/errors/0/parameter", "'basis'"}}),
    GET("of a basis that another report has", "ana", NURTURE "?basis=flow", 400,
        .checks = {{"/errors/0/parameter", "'basis'"}}),
    GET("as a table", "ana", FUNNEL "?by=motion", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~motion,leads,begun,mql,begun_to_mql,"}}),
    GET("as a picture", "ana", FUNNEL, 406, .headers = {"Accept: image/png"}),
    GET("by how they were captured", "ana", CAPTURES, 200,
        .checks = {{"/data", "#3"},
                   {"/data/0/kind", "'form_submitted'"},
                   {"/data/0/leads", "2"},
                   {"/data/0/offered", "2"},
                   {"/data/0/accepted", "1"},
                   {"/data/0/accepted_share", "50.0"},
                   {"/data/0/sql", "1"},
                   {"/data/0/won", "1"},
                   {"/data/0/won_share", "50.0"},
                   {"/data/1/kind", "'call'"},
                   {"/data/1/offered", "0"},
                   {"/data/2/kind", "null"}},
        .keep = {{"row", "/data/0/links/accepted"}}),
    GET("a form that was accepted is Kim's", "ana", "${row}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${kim}'"}}),
    GET("as it stood", "ana", CAPTURES "?as_of=${then}", 200,
        .checks = {{"/totals/offered", "1"}, {"/totals/accepted", "1"}, {"/totals/won", "0"}}),
    GET("as a picture", "ana", CAPTURES, 406, .headers = {"Accept: image/png"}),
    GET("nurtured and straight", "ana", NURTURE, 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/path", "'straight'"},
                   {"/data/0/leads", "3"},
                   {"/data/0/customers", "1"},
                   {"/data/0/customers_share", "33.3"},
                   {"/data/0/customers_median_minutes", "2940"},
                   {"/data/1/path", "'nurtured'"},
                   {"/data/1/leads", "1"}},
        .keep = {{"row", "/data/1/links/leads"}}),
    GET("nurtured is Lea", "ana", "${row}", 200, .checks = {{"/data/0/lead_id", "'${lea}'"}}),
    GET("as a picture", "ana", NURTURE, 406, .headers = {"Accept: image/png"}),
    GET("what is followed up", "ana", COVERAGE "?by=team", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/offered", "2"},
                   {"/data/0/accepted", "1"},
                   {"/data/0/touched", "1"},
                   {"/data/0/touched_in_time", "1"},
                   {"/data/0/touched_in_time_share", "100.0"},
                   {"/data/0/attempts", "1"},
                   {"/data/0/attempts_per_lead", "1.0"},
                   {"/data/0/better_refused", "50.0"},
                   {"/totals/better_refused", "50.0"}},
        .keep = {{"row", "/data/0/links/attempts"}}),
    GET("one call, to Kim", "ana", "${row}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${kim}'"}, {"/data/0/value", "1"}}),
    GET("by who answered, and by which rule", "ana", COVERAGE "?by=member&then_by=rule", 200,
        .checks = {{"/data", "#1"}, {"/data/0/member", "*"}, {"/data/0/rule", "null"}}),
    GET("as it stood", "ana", COVERAGE "?as_of=${then}", 200,
        .checks = {{"/totals/offered", "1"}, {"/totals/accepted", "1"}, {"/totals/attempts", "0"}}),
    GET("as a picture", "ana", COVERAGE, 406, .headers = {"Accept: image/png"}),
    {0},
};

/* ---- what was promised ---- */

#define GOALS     "/v1/reports/goals"
#define BOARD     "/v1/reports/scoreboard"
#define QUESTIONS "/v1/reports/five-questions"
#define RESULTS   "/v1/reports/results"
#define SOCIAL    "/v1/reports/social"
#define PROCESS   "/v1/reports/process"

static const char promised[] =
    "{\"goals\":["
    "{\"side\":\"marketing\",\"measure\":\"accepted_handoffs\",\"period\":\"year\",\"target\":6},"
    "{\"side\":\"marketing\",\"measure\":\"acceptance_rate\",\"period\":\"year\",\"target\":80},"
    "{\"side\":\"sales\",\"measure\":\"answers_in_time\",\"period\":\"year\",\"target\":90},"
    "{\"side\":\"sales\",\"measure\":\"follow_up\",\"period\":\"year\",\"target\":100},"
    "{\"side\":\"sales\",\"measure\":\"sql\",\"period\":\"year\",\"target\":5000},"
    "{\"side\":\"sales\",\"measure\":\"won\",\"period\":\"year\",\"target\":9000,\"currency\":"
    "\"EUR\"},"
    "{\"side\":\"sales\",\"measure\":\"pipeline\",\"period\":\"year\",\"target\":1,\"currency\":"
    "\"USD\"}]}";

#define TAKEN_FROM_BING(name)                                                                      \
    POST(name " came from elsewhere", "marketing", "/v1/leads",                                    \
         "{'email':'" name "@corp.example','attributes':{'seniority':'vp'},"                       \
         "'touch':{'kind':'form_submitted','source':'bing'}}",                                     \
         201, .keep = {{"offer", "/handoff/id"}}),                                                 \
        POST("and is accepted", "sam", AT "/accept", NULL, 200)

static const struct step nothing_promised[] = {
    GET("nothing was promised", "sam", GOALS, 200,
        .checks = {{"/agreement", "null"}, {"/data", "#0"}, {"/as_of", "null"}}),
    GET("nor does the board say so", "ana", BOARD, 200,
        .checks = {{"/agreement", "null"},
                   {"/sides/0/side", "'marketing'"},
                   {"/sides/1/side", "'sales'"},
                   {"/sides/1/promised", "0"},
                   {"/results/totals/results", "0"}}),
    GET("each process is there, set up or not", "ana", PROCESS, 200,
        .checks = {{"/data", "#5"},
                   {"@body", "~\"process\":\"capture\",\"volume\":0,\"leaks\":0,\"leaks_share\":"
                             "null,\"median_dwell_minutes\":null,\"set_up\":true"},
                   {"@body", "~\"process\":\"tracking\",\"volume\":0,\"leaks\":0,\"leaks_share\":"
                             "null,\"median_dwell_minutes\":null,\"set_up\":false"},
                   {"/totals/set_up", "null"}}),
    {0},
};

/* Kim is won, Lea rejected, and five more are accepted that nobody has called. */
static const struct step promises[] = {
    OFFERED("kim"),
    POST("Kim is accepted", "sam", AT "/accept", NULL, 200),
    POST("written to", "sam", "/v1/leads/${kim}/touches",
         "{'kind':'social_message','direction':'outbound','channel':'LinkedIn'}", 201),
    POST("qualified", "sam", AT "/qualify", NULL, 200),
    POST("an opportunity", "sam", AT "/outcome",
         "{'outcome':'opportunity','amount':{'minor':8000,'currency':'EUR'}}", 200),
    POST("and won", "sam", AT "/outcome",
         "{'outcome':'won','amount':{'minor':9000,'currency':'EUR'}}", 200),
    OFFERED("lea"),
    POST("Lea is rejected", "sam", AT "/reject", "{'reason':'spam'}", 200),
    TAKEN_FROM_BING("b1"),
    TAKEN_FROM_BING("b2"),
    TAKEN_FROM_BING("b3"),
    TAKEN_FROM_BING("b4"),
    TAKEN_FROM_BING("b5"),
    GET("how far both are", "ana", GOALS, 200,
        .checks = {{"/agreement/kind", "'goals'"},
                   {"/agreement/version", "1"},
                   {"/data", "#7"},
                   {"/data/0/reached", "6"},
                   {"/data/0/met", "true"},
                   {"/data/0/rests_on/report", "'results'"},
                   {"/data/0/rests_on/columns/accepted", "6"},
                   {"/data/0/forecast/method", "'nelson_poisson'"},
                   {"/data/1/reached", "85.7"},
                   {"/data/1/rests_on/columns/answered", "7"},
                   {"/data/1/forecast", "{'value':85.7,'low':48.6,'high':97.5,'method':'wilson'}"},
                   {"/data/2/reached", "100.0"},
                   {"/data/3/reached", "16.7"},
                   {"/data/3/met", "false"},
                   {"/data/4/reached", "1"},
                   {"/data/4/pace/on_pace", "false"},
                   {"/data/5/reached", "9000"},
                   {"/data/5/currency", "'EUR'"},
                   {"/data/5/rests_on/columns/customers", "1"},
                   {"/data/6/reached", "0"},
                   {"/data/6/forecast/low", "null"}},
        .keep = {{"accepted", "/data/0/rests_on/links/accepted"},
                 {"answered", "/data/1/rests_on/links/answered"},
                 {"followed", "/data/3/rests_on/links/touched_in_time"},
                 {"won", "/data/5/rests_on/links/customers"},
                 {"data", "/data/3/rests_on"}}),
    GET("sales reads the same", "sam", GOALS, 200, .checks = {{"/data/3/rests_on", "${data}"}}),
    ADD_UP("six were accepted", "${accepted}", 6),
    ADD_UP("of seven answers", "${answered}", 7),
    GET("one was followed up", "ana", "${followed}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${kim}'"}}),
    GET("the same was won", "ana", "${won}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead_id", "'${kim}'"}}),
    GET("before it was agreed nothing was promised", "ana", GOALS "?as_of=2020-01-01", 200,
        .checks = {{"/agreement", "null"}, {"/data", "#0"}, {"/as_of", "'2020-01-01T00:00:00Z'"}}),
    GET("of tomorrow nobody knows", "ana", GOALS "?as_of=2999-01-01", 400,
        .checks = {{"/errors/0/parameter", "'as_of'"}}),
    GET("as a table", "ana", GOALS, 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~side,measure,period,from,to,target,currency,reached,expected,"},
                   {"@body", "~\r\nmarketing,accepted_handoffs,year,"},
                   {"@body", "~/v1/reports/results/leads?"}}),
    GET("as a picture", "ana", GOALS, 406, .headers = {"Accept: image/png"}),
    GET("side by side, by what became of leads", "sam", BOARD, 200,
        .checks = {{"/sides/0/promised", "2"},
                   {"/sides/0/met", "2"},
                   {"/sides/1/promised", "5"},
                   {"/sides/1/met", "2"},
                   {"/results/data", "#2"},
                   {"/results/data/0/source", "'google'"},
                   {"/results/data/0/results", "4"},
                   {"/results/data/0/won_minor", "9000"},
                   {"/results/data/1/source", "'bing'"},
                   {"/results/data/1/results", "5"},
                   {"/results/data/1/accepted", "5"}}),
    GET("the board of tomorrow", "ana", BOARD "?as_of=2999-01-01", 400),
    GET("money by its currency", "ana", RESULTS "?by=currency&then_by=function", 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/currency", "null"},
                   {"/data/0/won_minor", "null"},
                   {"/data/1/currency", "'EUR'"},
                   {"/data/1/pipeline_minor", "9000"},
                   {"/data/1/won_minor", "9000"},
                   {"/totals/won_minor", "9000"},
                   {"/totals/accepted", "6"}}),
    GET("as a table", "ana", RESULTS "?by=source", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~bing,5,5,0,0,,0,,/v1/reports/results/leads?"}}),
    GET("as a picture", "ana", RESULTS, 406, .headers = {"Accept: image/png"}),
    GET("who writes on social networks", "ana", SOCIAL, 200,
        .checks = {{"/data", "#1"}, {"/data/0/member", "*"}, {"/data/0/touches", "1"}},
        .keep = {{"row", "/data/0/links/touches"}}),
    GET("to Kim", "ana", "${row}", 200, .checks = {{"/data/0/lead_id", "'${kim}'"}}),
    GET("by kind", "ana", SOCIAL "?by=kind&then_by=source", 200,
        .checks = {{"/data/0/kind", "'social_message'"}, {"/data/0/source", "null"}}),
    GET("as a picture", "ana", SOCIAL, 406, .headers = {"Accept: image/png"}),
    GET("five questions", "sam", QUESTIONS, 200,
        .checks = {{"/goals/marketing/goals", "2"},
                   {"/goals/sales/goals", "5"},
                   {"/acknowledged/0/kind", "'mql'"},
                   {"/acknowledged/0/members", "4"},
                   {"/sellers", "{'members':2,'logging':1}"},
                   {"/sources/totals/leads", "7"},
                   {"/sources/data/0/source", "'bing'"},
                   {"/sources/data/0/leads_share", "71.4"},
                   {"/contributions/data/0/function", "'marketing'"},
                   {"/contributions/data/0/customers", "1"},
                   {"/social/totals/touches", "1"}}),
    GET("the other way round", "sam", QUESTIONS "?from=2026-02-01&to=2026-01-01", 400,
        .checks = {{"/errors/0/parameter", "'from'"}}),
    GET("what goes through each process", "ana", PROCESS, 200,
        .checks = {{"/data", "#5"},
                   {"@body", "~\"process\":\"capture\",\"volume\":7,\"leaks\":0,"},
                   {"@body", "~\"process\":\"distribution\",\"volume\":7,\"leaks\":0,"},
                   {"@body", "~\"process\":\"tracking\",\"volume\":6,\"leaks\":0,"},
                   {"/totals/volume", "27"}},
        .keep = {{"all", "/totals/links/volume"}}),
    LATER("two months without a decision", 60 * DAY),
    GET("leak out of tracking", "ana",
        PROCESS "?by=process&then_by=team&from=2026-11-01&to=2027-11-01", 200,
        .checks = {{"@body", "~\"process\":\"tracking\",\"team\":\"sales\",\"volume\":6,\"leaks\":"
                             "5,\"leaks_share\":83.3,"}}),
    GET("as of then nobody knows", "ana", PROCESS "?as_of=2026-01-01", 400,
        .checks = {{"/errors/0/parameter", "'as_of'"}}),
    GET("as a table", "ana", PROCESS, 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body",
                    "~process,volume,leaks,leaks_share,median_dwell_minutes,set_up,link"}}),
    GET("as a picture", "ana", PROCESS, 406, .headers = {"Accept: image/png"}),
    {0},
};

/* ---- what is asked ---- */

static const struct step questions[] = {
    GET("by what is not there", "ana", GAPS "?by=colour&then_by=step", 400,
        .checks = {{"/errors/0/parameter", "'by'"}}),
    GET("twice by the same", "ana", GAPS "?by=team&then_by=team", 400,
        .checks = {{"/errors/0/parameter", "'then_by'"}}),
    GET("then by, without by", "ana", GAPS "?then_by=team", 400,
        .checks = {{"/errors/0/parameter", "'then_by'"}}),
    GET("from after to", "ana", GAPS "?from=2026-02-01&to=2026-01-01", 400,
        .checks = {{"/errors/0/parameter", "'from'"}}),
    GET("of ten years", "ana", GAPS "?from=2016-02-01&to=2026-01-01", 400,
        .checks = {{"/errors/0/parameter", "'from'"}}),
    GET("as of an earlier day, which nobody knows", "ana", GAPS "?as_of=2026-01-01", 400,
        .checks = {{"/errors/0/parameter", "'as_of'"}}),
    GET("as of a later one", "ana", BYPASS "?as_of=2999-01-01", 400,
        .checks = {{"/errors/0/parameter", "'as_of'"}, {"/errors/0/code", "'future'"}}),
    GET("as of no day", "ana", BYPASS "?as_of=2026-02-30", 400,
        .checks = {{"/errors/0/parameter", "'as_of'"}}),
    GET("as a picture", "ana", GAPS, 406, .headers = {"Accept: image/png"}),
    GET("of no report", "ana", "/v1/reports/moods/leads", 404,
        .checks = {{"/code", "'not_found'"}}),
    GET("of a column that counts nothing", "ana", GAPS "/leads?column=since", 400,
        .checks = {{"/errors/0/parameter", "'column'"}}),
    GET("of half a row", "ana", GAPS "/leads?row=%5B%22sales%22%5D", 400,
        .checks = {{"/errors/0/parameter", "'row'"}}),
    GET("of a row that is none", "ana", GAPS "/leads?row=sales", 400,
        .checks = {{"/errors/0/parameter", "'row'"}}),
    {0},
};

#define MAIL "{'kind':'email_sent','direction':'outbound'}"

/* A dashboard sees no row that is about a few. */
static const struct step dashboards[] = {
    OFFERED("kim"),
    LATER("two days without an answer", 2 * DAY),
    POST("a key for a dashboard", "ana", "/v1/keys",
         "{'title':'wall','team':'marketing','roles':['report']}", 201,
         .keep = {{"wall", "/token"}}),
    GET("shows that there is a gap, and not whose", "wall", GAPS, 200,
        .checks = {{"/data", "#0"}, {"/left_out", "1"}, {"/totals/leads", "1"}}),
    GET("nor who is in it", "wall", GAPS "/leads", 403),
    POST("one lead", "sam", AT "/accept", NULL, 200),
    POST("that is mailed once", "ana", "/v1/leads/${kim}/touches", MAIL, 201),
    POST("and again", "ana", "/v1/leads/${kim}/touches", MAIL, 201),
    POST("and again", "ana", "/v1/leads/${kim}/touches", MAIL, 201),
    POST("and again", "ana", "/v1/leads/${kim}/touches", MAIL, 201),
    POST("and again", "ana", "/v1/leads/${kim}/touches", MAIL, 201),
    GET("is five collisions", "sam", COLLISIONS, 200, .checks = {{"/data/0/collisions", "5"}}),
    GET("and still one lead", "wall", COLLISIONS, 200,
        .checks = {{"/data", "#0"}, {"/left_out", "1"}, {"/totals/collisions", "5"}}),
    GET("a dashboard sees what was promised", "wall", GOALS, 200, .checks = {{"/data", "#0"}}),
    GET("and the board", "wall", BOARD, 200,
        .checks = {{"/results/data", "#0"}, {"/results/left_out", "1"}}),
    GET("and the questions", "wall", QUESTIONS, 200, .checks = {{"/sources/left_out", "1"}}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {{"no gaps", no_gaps},
               {"gaps", gaps},
               {"answers", answers},
               {"bypass", bypass},
               {"collisions", collisions},
               {"distribution", distribution},
               {"ways", ways},
               {"requests", requests},
               {"questions", questions},
               {"dashboards", dashboards}};

STORY(a_report_counts_what_it_opens_to, SIGNED, stories[_i].steps)

START_TEST(what_cannot_be_offered_is_a_gap_at_once)
{
    struct stage stage = stage_open(SIGNED);

    stage_agree(&stage, "routes", "{\"routes\":[]}");
    story_run(stage.story, no_route);
    stage_close(&stage);
}
END_TEST

/* ---- whose leads they are ---- */

#define MIX_BYTES (64 << 10)

static const struct step makes_partners[] = {
    POST("a team on no side", "ana", "/v1/teams", "{'name':'partners','function':'other'}", 201),
    POST("which captures", "ana", "/v1/keys",
         "{'title':'partners','team':'partners','roles':['capture']}", 201,
         .keep = {{"partners", "/token"}}),
    {0},
};

/* So many leads, first touched in the middle of the year. */
static void capture(struct stage *stage, const char *as, int year, int count)
{
    static char body[MIX_BYTES];
    size_t len = (size_t)snprintf(body, sizeof body, "{\"leads\":[");

    for (int i = 0; i < count; i++)
        len +=
            (size_t)snprintf(body + len, sizeof body - len,
                             "%s{\"email\":\"%s-%d-%d@corp.example\",\"touch\":{\"kind\":\"met\","
                             "\"occurred_at\":\"%d-06-01T00:00:00Z\"}}",
                             i == 0 ? "" : ",", as, year, i, year);
    snprintf(body + len, sizeof body - len, "]}");
    struct answer answer = stage_call(stage, as, "POST", "/v1/leads/batch", body, 200);
    answer_release(&answer);
}

static const struct {
    int year, sales, marketing, partners;
} found[] = {{2023, 38, 21, 22}, {2024, 43, 23, 24}, {2025, 60, 23, 31}};

static const struct step mixes[] = {
    GET("each year is whole", "ana", MIX "?from=2023-01-01&to=2026-01-01", 200,
        .checks =
            {{"/data", "#9"},
             {"@body",
              "~\"year\":\"2023\",\"function\":\"sales\",\"leads\":38,\"leads_share\":46.9,"},
             {"@body",
              "~\"year\":\"2023\",\"function\":\"marketing\",\"leads\":21,\"leads_share\":25.9,"},
             {"@body",
              "~\"year\":\"2023\",\"function\":\"other\",\"leads\":22,\"leads_share\":27.2,"},
             {"@body",
              "~\"year\":\"2024\",\"function\":\"sales\",\"leads\":43,\"leads_share\":47.8,"},
             {"@body",
              "~\"year\":\"2024\",\"function\":\"marketing\",\"leads\":23,\"leads_share\":25.5,"},
             {"@body",
              "~\"year\":\"2024\",\"function\":\"other\",\"leads\":24,\"leads_share\":26.7,"},
             {"@body",
              "~\"year\":\"2025\",\"function\":\"sales\",\"leads\":60,\"leads_share\":52.6,"},
             {"@body",
              "~\"year\":\"2025\",\"function\":\"marketing\",\"leads\":23,\"leads_share\":20.2,"},
             {"@body",
              "~\"year\":\"2025\",\"function\":\"other\",\"leads\":31,\"leads_share\":27.2,"},
             {"/totals/leads", "285"},
             {"/totals/leads_share", "null"},
             {"/data/0/customers_share", "null"}},
        .keep = {{"row", "/data/0/links/leads"}}),
    GET("and opens", "ana", "${row}&limit=500", 200, .checks = {{"/data", "#60"}}),
    GET("the other way round each function is", "ana",
        MIX "?from=2023-01-01&to=2026-01-01&by=function&then_by=year", 200,
        .checks =
            {{"@body",
              "~\"function\":\"sales\",\"year\":\"2025\",\"leads\":60,\"leads_share\":42.6,"}}),
    GET("or all of them", "ana", MIX "?from=2023-01-01&to=2026-01-01&by=function", 200,
        .checks = {{"/data/0/leads_share", "49.5"},
                   {"/data/1/leads_share", "27.0"},
                   {"/data/2/leads_share", "23.5"}}),
    GET("as it stood before anybody came", "ana",
        MIX "?as_of=2020-01-01&from=2023-01-01&to=2026-01-01", 200, .checks = {{"/data", "#0"}}),
    GET("eleven years are too many", "ana", MIX "?from=2015-01-01&to=2026-01-01", 400,
        .checks = {{"/errors/0/parameter", "'from'"}}),
    GET("as a table", "ana", MIX "?from=2023-01-01&to=2024-01-01", 200,
        .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~year,function,leads,leads_share,"},
                   {"@body", "~2023,sales,38,46.9,0,,0,,"}}),
    GET("as a picture", "ana", MIX, 406, .headers = {"Accept: image/png"}),
    {0},
};

START_TEST(the_shares_of_a_year_are_a_hundred)
{
    struct stage stage = stage_open(SIGNED);

    story_run(stage.story, makes_partners);
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        capture(&stage, "sales", found[i].year, found[i].sales);
        capture(&stage, "marketing", found[i].year, found[i].marketing);
        capture(&stage, "partners", found[i].year, found[i].partners);
    }
    story_run(stage.story, mixes);
    stage_close(&stage);
}
END_TEST

START_TEST(both_sides_see_how_far_they_are)
{
    struct stage stage = stage_open(SIGNED);

    story_run(stage.story, nothing_promised);
    stage_agree(&stage, "goals", promised);
    story_run(stage.story, promises);
    stage_close(&stage);
}
END_TEST

/* ---- every way to cut them ---- */

static const struct {
    const char *report, *by, *then_by;
} cuts[] = {
    {"capture-types", "source", "medium"},
    {"capture-types", "campaign", "channel"},
    {"capture-types", "content", "motion"},
    {"capture-types", "function", "month"},
    {"capture-types", "year", "kind"},
    {"coverage", "source", "campaign"},
    {"coverage", "from_team", "kind"},
    {"coverage", "side", "from_side"},
    {"funnel", "year", "source"},
    {"nurture", "source", "medium"},
    {"nurture", "campaign", "channel"},
    {"nurture", "content", "kind"},
    {"nurture", "motion", "function"},
    {"nurture", "team", "month"},
    {"nurture", "year", "path"},
    {"response-times", "side", "from_side"},
    {"results", "medium", "campaign"},
    {"results", "channel", "content"},
    {"results", "kind", "motion"},
    {"results", "team", "month"},
    {"results", "year", "function"},
    {"source-mix", "medium", "campaign"},
    {"source-mix", "channel", "content"},
    {"source-mix", "kind", "motion"},
    {"source-mix", "team", "month"},
};

/* Of what counts leads, and so has a link. */
static void expect_sums(const struct answer *answer, const char *where)
{
    const json_t *totals = json_object_get(answer->json, "totals");
    const json_t *data = json_object_get(answer->json, "data"), *row, *link;
    const char *name;
    size_t i;

    ck_assert_msg(json_array_size(data) > 0, "%s: no rows", where);
    json_object_foreach(json_object_get(totals, "links"), name, link)
    {
        json_int_t sum = 0;
        json_array_foreach(data, i, row) sum += json_integer_value(json_object_get(row, name));
        ck_assert_msg(sum == json_integer_value(json_object_get(totals, name)), "%s: %s: %lld",
                      where, name, (long long)sum);
    }
}

START_TEST(rows_add_up_however_they_are_cut)
{
    struct stage stage = stage_open(SIGNED);
    char target[256];

    story_run(stage.story, ways);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        snprintf(target, sizeof target, "/v1/reports/%s?by=%s&then_by=%s", cuts[i].report,
                 cuts[i].by, cuts[i].then_by);
        struct answer answer = stage_call(&stage, "ana", "GET", target, NULL, 200);
        expect_sums(&answer, target);
        answer_release(&answer);
    }
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "reports");

    EACH(tcase, a_report_counts_what_it_opens_to, stories);
    TESTS(tcase, what_cannot_be_offered_is_a_gap_at_once, the_shares_of_a_year_are_a_hundred,
          both_sides_see_how_far_they_are, rows_add_up_however_they_are_cut);
}
