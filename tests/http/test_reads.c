/* What is read over HTTP: leads, their timeline and verdicts, feeds, attribution, the funnel. */
#include "stage.h"

#include <check.h>
#include <stdlib.h>

#define SIGNED "--starter mql --sign"

#define CAPTURE_KIM                                                                                \
    {                                                                                              \
        .label = "marketing captures Kim", .method = "POST", .path = "/v1/leads",                  \
        .as = "marketing",                                                                         \
        .body = "{'email':'kim@acme.example','external_ids':[{'source':'hubspot','id':'51'}],"     \
                "'claimed_stage':'mql','attributes':{'company.employees':120,'seniority':'vp',"    \
                "'tags':['a']},'touch':{'kind':'form_submitted','source':'google',"                \
                "'medium':'cpc','campaign':'q4-launch','event_id':'e1'}}",                         \
        .status = 201, .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}},                    \
    }
#define CAPTURE_LEE                                                                                \
    {                                                                                              \
        .label = "and Lee, who does not qualify", .method = "POST", .path = "/v1/leads",           \
        .as = "marketing",                                                                         \
        .body = "{'email':'lee@acme.example','attributes':{'seniority':null},"                     \
                "'touch':{'kind':'page_viewed','source':'bing',"                                   \
                "'occurred_at':'2020-10-01T10:00:00Z'}}",                                          \
        .status = 201, .keep = {{"lee", "/lead/id"}},                                              \
    }

static const struct step one_lead[] = {
    CAPTURE_KIM,
    {.label = "sales reads her",
     .method = "GET",
     .path = "/v1/leads/${kim}",
     .as = "sam",
     .status = 200,
     .checks = {{"/id", "'${kim}'"},
                {"/email", "'kim@acme.example'"},
                {"/stage", "'mql'"},
                {"/attributes/tags", "['a']"},
                {"/attributes/company.domain", "'acme.example'"},
                {"/open_handoff", "'${offer}'"},
                {"/milestones/sql", "null"},
                {"@ETag", "=\"3\""}}},
    {.label = "HEAD says the same without a body",
     .method = "HEAD",
     .path = "/v1/leads/${kim}",
     .as = "sam",
     .status = 200,
     .checks = {{"@ETag", "=\"3\""}, {"@body", "="}}},
    {.label = "an id that is none is not there",
     .method = "GET",
     .path = "/v1/leads/51",
     .as = "sam",
     .status = 404,
     .checks = {{"/code", "'not_found'"}}},
    {.label = "nor is an unknown one",
     .method = "GET",
     .path = "/v1/leads/01939393-9393-7393-9393-939393939393",
     .as = "sam",
     .status = 404,
     .checks = {{"/code", "'not_found'"}}},
    {.label = "a query is not taken",
     .method = "GET",
     .path = "/v1/leads/${kim}?fields=id",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors/0/code", "'unknown_parameter'"}, {"/errors/0/parameter", "'fields'"}}},
    {0}};

START_TEST(a_lead_is_read_by_its_id)
{
    stage_play(SIGNED, one_lead);
}
END_TEST

static const struct step gone[] = {
    CAPTURE_KIM,
    CAPTURE_LEE,
    {.label = "Lee is Kim",
     .method = "POST",
     .path = "/v1/leads/${kim}/merge",
     .as = "ana",
     .body = "{'from':'${lee}'}",
     .status = 200},
    {.label = "Lee's id answers with Kim",
     .method = "GET",
     .path = "/v1/leads/${lee}",
     .as = "ana",
     .status = 200,
     .checks = {{"/id", "'${kim}'"}}},
    {.label = "their story is one",
     .method = "GET",
     .path = "/v1/leads/${lee}/timeline?limit=3",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#3"},
                {"/data/0/type", "'lead.captured'"},
                {"/data/0/touch/source", "'google'"},
                {"/data/0/new_stage", "'inquiry'"},
                {"/data/1/type", "'lead.judged'"},
                {"/data/1/definition", "{'term':'mql','version':1}"},
                {"/data/1/new_stage", "'mql'"},
                {"/data/2/type", "'handoff.offered'"},
                {"/data/2/handoff_id", "'${offer}'"},
                {"/data/2/actor/type", "'system'"},
                {"@Link", "~cursor="}},
     .keep = {{"next", "/next"}}},
    {.label = "and goes on",
     .method = "GET",
     .path = "/v1/leads/${lee}/timeline?cursor=${next}&limit=2",
     .as = "ana",
     .status = 200,
     .checks = {{"/data/0/type", "'lead.captured'"}, {"/data/0/touch/source", "'bing'"}}},
    {.label = "verdicts, newest first",
     .method = "GET",
     .path = "/v1/leads/${kim}/verdicts?term=mql&version=1&limit=1",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#1"}, {"/data/0/verdict/term", "'mql'"}, {"/next", "<string>"}},
     .keep = {{"older", "/next"}}},
    {.label = "and the older ones",
     .method = "GET",
     .path = "/v1/leads/${kim}/verdicts?term=mql&version=1&limit=50&cursor=${older}",
     .as = "ana",
     .status = 200,
     .checks = {{"/data/0/verdict/criteria/0/id", "*"}, {"/next", "null"}}},
    {.label = "Kim is erased",
     .method = "POST",
     .path = "/v1/leads/${kim}/erase",
     .as = "ana",
     .status = 200},
    {.label = "she is gone",
     .method = "GET",
     .path = "/v1/leads/${kim}",
     .as = "ana",
     .status = 410,
     .checks = {{"/code", "'gone'"}}},
    {.label = "and who was merged into her",
     .method = "GET",
     .path = "/v1/leads/${lee}/timeline",
     .as = "ana",
     .status = 410},
    {.label = "verdicts too",
     .method = "GET",
     .path = "/v1/leads/${lee}/verdicts",
     .as = "ana",
     .status = 410},
    {.label = "attribution has not moved",
     .method = "GET",
     .path = "/v1/attribution?milestone=mql",
     .as = "ana",
     .status = 200,
     .checks = {{"/totals", "{'leads':1,'conversions':1}"}}},
    {.label = "nobody has no timeline",
     .method = "GET",
     .path = "/v1/leads/01939393-9393-7393-9393-939393939393/timeline",
     .as = "ana",
     .status = 404},
    {.label = "and no verdicts",
     .method = "GET",
     .path = "/v1/leads/01939393-9393-7393-9393-939393939393/verdicts",
     .as = "ana",
     .status = 404},
    {.label = "a version is one of a term",
     .method = "GET",
     .path = "/v1/leads/${kim}/verdicts?version=1",
     .as = "ana",
     .status = 400,
     .checks = {{"/errors/0/parameter", "'version'"}}},
    {0}};

START_TEST(merged_and_erased_leads_answer_for_themselves)
{
    stage_play(SIGNED, gone);
}
END_TEST

static const struct step lists[] = {
    CAPTURE_KIM,
    CAPTURE_LEE,
    {.label = "newest first, page by page",
     .method = "GET",
     .path = "/v1/leads?limit=1",
     .as = "marketing",
     .status = 200,
     .checks = {{"/data", "#1"}, {"/data/0/id", "'${lee}'"}, {"@Link", "~limit=1&cursor="}},
     .keep = {{"next", "/next"}}},
    {.label = "the last page says so",
     .method = "GET",
     .path = "/v1/leads?limit=1&cursor=${next}",
     .as = "marketing",
     .status = 200,
     .checks = {{"/data/0/id", "'${kim}'"}, {"/next", "null"}, {"@Link", "!"}}},
    {.label = "by email, however it is written",
     .method = "GET",
     .path = "/v1/leads?email=KIM%40ACME.example",
     .as = "marketing",
     .status = 200,
     .checks = {{"/data", "#1"}, {"/data/0/id", "'${kim}'"}}},
    {.label = "by what another system calls her",
     .method = "GET",
     .path = "/v1/leads?external_id=hubspot:51",
     .as = "marketing",
     .status = 200,
     .checks = {{"/data/0/id", "'${kim}'"}}},
    {.label = "by stage and owner",
     .method = "GET",
     .path = "/v1/leads?stage=inquiry&owner_team=marketing",
     .as = "marketing",
     .status = 200,
     .checks = {{"/data", "#1"}, {"/data/0/id", "'${lee}'"}}},
    {.label = "nobody is a customer",
     .method = "GET",
     .path = "/v1/leads?stage=customer",
     .as = "marketing",
     .status = 200,
     .checks = {{"/data", "#0"}, {"/next", "null"}}},
    {.label = "every fault at once",
     .method = "GET",
     .path = "/v1/leads?email=nobody&external_id=:51&owner_team=nobody&cursor=nothing&after=x",
     .as = "marketing",
     .status = 400,
     .checks = {{"/code", "'invalid_parameter'"}, {"/errors", "#5"}}},
    {.label = "limits have limits",
     .method = "GET",
     .path = "/v1/leads?limit=501&stage=lead",
     .as = "marketing",
     .status = 400,
     .checks = {{"/errors", "#2"}}},
    {.label = "the cursor of another list is none here",
     .method = "GET",
     .path = "/v1/events?after=${next}",
     .as = "marketing",
     .status = 400,
     .checks = {{"/errors/0/code", "'cursor'"}}},
    {0}};

START_TEST(leads_are_listed_and_filtered)
{
    stage_play(SIGNED, lists);
}
END_TEST

static const struct step synced[] = {
    CAPTURE_KIM,
    CAPTURE_LEE,
    {.label = "a sales tool asks for all",
     .method = "GET",
     .path = "/v1/leads?reached=mql",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#1"},
                {"/data/0/id", "'${kim}'"},
                {"/data/0/gone", "null"},
                {"/data/0/lead/email", "'kim@acme.example'"},
                {"/next", "<string>"},
                {"@Link", "~reached=mql&after="}},
     .keep = {{"place", "/next"}}},
    {.label = "nothing came since",
     .method = "GET",
     .path = "/v1/leads?reached=mql&after=${place}",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#0"}, {"/next", "'${place}'"}}},
    {.label = "Kim calls",
     .method = "POST",
     .path = "/v1/leads/${kim}/touches",
     .as = "sam",
     .body = "{'kind':'call'}",
     .status = 201},
    {.label = "and is in the feed again, as she is now",
     .method = "GET",
     .path = "/v1/leads?reached=mql&limit=1&after=${place}",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#1"}, {"/data/0/id", "'${kim}'"}},
     .keep = {{"place", "/next"}}},
    {.label = "Kim is Lee",
     .method = "POST",
     .path = "/v1/leads/${lee}/merge",
     .as = "ana",
     .body = "{'from':'${kim}'}",
     .status = 200},
    {.label = "a tombstone, and who stands for her",
     .method = "GET",
     .path = "/v1/leads?reached=mql&after=${place}",
     .as = "sam",
     .status = 200,
     .checks = {{"/data/0/id", "'${kim}'"},
                {"/data/0/gone", "'merged'"},
                {"/data/0/survivor", "'${lee}'"},
                {"/data/0/lead", "null"},
                {"/data/1/id", "'${lee}'"}},
     .keep = {{"place", "/next"}}},
    {.label = "Lee is erased",
     .method = "POST",
     .path = "/v1/leads/${lee}/erase",
     .as = "ana",
     .status = 200},
    {.label = "a tombstone for him as well",
     .method = "GET",
     .path = "/v1/leads?reached=mql&after=${place}",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#1"}, {"/data/0/gone", "'erased'"}, {"/data/0/survivor", "null"}}},
    {.label = "the feed takes no filter",
     .method = "GET",
     .path = "/v1/leads?reached=mql&stage=mql&email=a@b.example&external_id=a:1&owner_team=sales"
             "&cursor=x",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors", "#5"}, {"/errors/0/code", "'with_reached'"}}},
    {0}};

START_TEST(a_sales_tool_misses_nothing)
{
    stage_play(SIGNED, synced);
}
END_TEST

static const struct step waiting[] = {
    CAPTURE_KIM,
    {.label = "sales sees what waits",
     .method = "GET",
     .path = "/v1/handoffs?state=offered&team=sales",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#1"},
                {"/data/0/id", "'${offer}'"},
                {"/data/0/lead_id", "'${kim}'"},
                {"/data/0/gate", "{'term':'mql','version':1}"},
                {"/data/0/allowed_actions", "['claim','accept','reject','assign']"},
                {"/next", "null"}}},
    {.label = "one of them",
     .method = "GET",
     .path = "/v1/handoffs/${offer}",
     .as = "sam",
     .status = 200,
     .checks = {{"/state", "'offered'"}, {"/from_team", "'marketing'"}, {"/to_team", "'sales'"}}},
    {.label = "marketing may do other things with it",
     .method = "GET",
     .path = "/v1/handoffs/${offer}",
     .as = "ana",
     .status = 200,
     .checks = {{"/allowed_actions", "['withdraw']"}}},
    {.label = "a tool may name who asks",
     .method = "GET",
     .path = "/v1/handoffs?assignee=me&limit=1",
     .as = "sales",
     .headers = {"Baton-Actor: sam@acme.example"},
     .status = 200,
     .checks = {{"/data", "#0"}}},
    {.label = "nobody is me without a name",
     .method = "GET",
     .path = "/v1/handoffs?assignee=me",
     .as = "sales",
     .status = 400,
     .checks = {{"/errors/0/parameter", "'assignee'"}}},
    {.label = "by a member's email",
     .method = "GET",
     .path = "/v1/handoffs?assignee=sam@acme.example",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#0"}}},
    {.label = "what is due soon",
     .method = "GET",
     .path = "/v1/handoffs?due_before=2020-01-01T00:00:00Z",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#0"}}},
    {.label = "what is due some day",
     .method = "GET",
     .path = "/v1/handoffs?due_before=2999-01-01T00:00:00Z",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#1"}}},
    {.label = "every fault at once",
     .method = "GET",
     .path = "/v1/handoffs?team=nobody&assignee=nobody&cursor=nothing",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors", "#3"}}},
    {.label = "a state that is none",
     .method = "GET",
     .path = "/v1/handoffs?state=open",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors/0/code", "'unknown_value'"}}},
    {.label = "nobody has this id",
     .method = "GET",
     .path = "/v1/handoffs/01939393-9393-7393-9393-939393939393",
     .as = "sam",
     .status = 404},
    {.label = "Lee qualifies as well",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .body = "{'email':'lee@acme.example','attributes':{'company.employees':120,'seniority':'vp'},"
             "'touch':{'kind':'form_submitted','source':'bing'}}",
     .status = 201,
     .keep = {{"second", "/handoff/id"}}},
    {.label = "what is due first comes first",
     .method = "GET",
     .path = "/v1/handoffs?limit=1",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#1"}, {"/data/0/id", "'${offer}'"}, {"@Link", "~cursor="}},
     .keep = {{"next", "/next"}}},
    {.label = "and then the other",
     .method = "GET",
     .path = "/v1/handoffs?limit=1&cursor=${next}",
     .as = "sam",
     .status = 200,
     .checks = {{"/data/0/id", "'${second}'"}, {"/next", "null"}}},
    {0}};

START_TEST(handoffs_are_read_as_the_caller_may_act)
{
    stage_play(SIGNED, waiting);
}
END_TEST

static const struct step followed[] = {
    {.label = "the feed begins at the beginning",
     .method = "GET",
     .path = "/v1/events?limit=1",
     .as = "ana",
     .status = 200,
     .checks = {{"/data/0/pos", "1"}, {"/data/0/type", "'workspace.created'"}}},
    {.label = "up to now",
     .method = "GET",
     .path = "/v1/events?limit=500",
     .as = "ana",
     .status = 200,
     .keep = {{"place", "/next"}}},
    CAPTURE_KIM,
    {.label = "what came since",
     .method = "GET",
     .path = "/v1/events?limit=500&after=${place}",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#3"},
                {"/data/0/type", "'lead.captured'"},
                {"/data/0/lead_id", "'${kim}'"},
                {"/data/0/actor/type", "'key'"},
                {"/data/0/actor/team", "'marketing'"},
                {"/data/1/old_stage", "'inquiry'"},
                {"/data/1/new_stage", "'mql'"},
                {"/data/2/handoff_id", "'${offer}'"}}},
    {.label = "no feedback yet, and a place to go on from",
     .method = "GET",
     .path = "/v1/feedback",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#0"}, {"/next", "<string>"}},
     .keep = {{"place", "/next"}}},
    {.label = "which is good",
     .method = "GET",
     .path = "/v1/feedback?after=${place}&limit=1",
     .as = "ana",
     .status = 200,
     .checks = {{"/next", "'${place}'"}}},
    {0}};

START_TEST(the_ledger_is_followed)
{
    stage_play(SIGNED, followed);
}
END_TEST

static const struct step asked[] = {
    CAPTURE_KIM,
    CAPTURE_LEE,
    {.label = "who came from where",
     .method = "GET",
     .path = "/v1/attribution?milestone=mql&model=first&by=source",
     .as = "sam",
     .status = 200,
     .checks = {{"/query", "{'milestone':'mql','window_days':null,'timezone':'UTC',"
                           "'basis':'milestone'}"},
                {"/definitions", "[{'term':'mql','version':1}]"},
                {"/data", "#2"},
                {"/data/0", "{'time':null,'source':'google','model':'first','leads':1,"
                            "'credit':'1.000000','amount':null}"},
                {"/data/1/source", "'bing'"},
                {"/data/1/credit", "'0.000000'"},
                {"/totals", "{'leads':2,'conversions':1}"},
                {"/notes", "{'outside_window':0,'late_first_touch':0}"},
                {"@Vary", "=Accept"}}},
    {.label = "by month and medium, with a window",
     .method = "GET",
     .path = "/v1/attribution?milestone=mql&model=last&by=medium&then_by=campaign&interval=month"
             "&from=2020-01-01&to=2100-01-01T00:00:00Z&timezone=Europe/Berlin&window_days=1"
             "&basis=milestone",
     .as = "sam",
     .status = 200,
     .checks = {{"/query/window_days", "1"},
                {"/query/timezone", "'Europe/Berlin'"},
                {"/data/0/time", "'2020-10-01'"},
                {"/data/1/medium", "'cpc'"},
                {"/data/1/campaign", "'q4-launch'"},
                {"/data/1/credit", "'1.000000'"},
                {"/notes/outside_window", "0"}}},
    {.label = "as a table",
     .method = "GET",
     .path = "/v1/attribution?milestone=mql&by=campaign",
     .as = "sam",
     .headers = {"Accept: text/csv"},
     .status = 200,
     .checks = {{"@Content-Type", "~text/csv"},
                {"@body", "~time,campaign,model,leads,credit,amount_minor,currency\r\n"}}},
    {.label = "not as a picture",
     .method = "GET",
     .path = "/v1/attribution?milestone=mql",
     .as = "sam",
     .headers = {"Accept: image/png"},
     .status = 406,
     .checks = {{"/code", "'not_acceptable'"}}},
    {.label = "every fault at once",
     .method = "GET",
     .path = "/v1/attribution?milestone=mql&by=source&then_by=source&from=yesterday&to=2026-02-30"
             "&timezone=XYZ3",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors", "#4"}}},
    {.label = "a zone that looks like one",
     .method = "GET",
     .path = "/v1/attribution?milestone=mql&timezone=Europe/Nowhere",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors/0/parameter", "'timezone'"}}},
    {.label = "the milestone must be named",
     .method = "GET",
     .path = "/v1/attribution",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors/0/code", "'required'"}}},
    {.label = "the funnel",
     .method = "GET",
     .path = "/v1/reports/funnel",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#10"},
                {"/data/1", "{'stage':'inquiry','leads':1,'reached':null}"},
                {"/data/2", "{'stage':'mql','leads':1,'reached':1}"},
                {"/totals", "{'leads':2,'claimed_not_qualified':0}"}}},
    {.label = "of a month",
     .method = "GET",
     .path = "/v1/reports/funnel?from=2020-10-01&to=2020-11-01T00:00:00Z",
     .as = "sam",
     .status = 200,
     .checks = {{"/query/from", "'2020-10-01T00:00:00Z'"}, {"/totals/leads", "1"}}},
    {.label = "of no month",
     .method = "GET",
     .path = "/v1/reports/funnel?from=october",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors/0/parameter", "'from'"}}},
    {.label = "the attributes in use",
     .method = "GET",
     .path = "/v1/attributes",
     .as = "sam",
     .status = 200,
     .checks = {{"/data/1", "{'name':'company.employees','types':['number'],'leads':1}"},
                {"/leads", "2"}}},
    {.label = "the campaigns",
     .method = "GET",
     .path = "/v1/campaigns",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "[{'dimension':'campaign','value':'q4-launch'}]"}}},
    {.label = "the sources, one at a time",
     .method = "GET",
     .path = "/v1/campaigns?dimension=source&limit=1",
     .as = "sam",
     .status = 200,
     .checks = {{"/data/0/value", "'bing'"}},
     .keep = {{"next", "/next"}}},
    {.label = "and the other",
     .method = "GET",
     .path = "/v1/campaigns?dimension=source&limit=1&cursor=${next}",
     .as = "sam",
     .status = 200,
     .checks = {{"/data/0/value", "'google'"}, {"/next", "null"}}},
    {.label = "no deliveries yet",
     .method = "GET",
     .path = "/v1/deliveries?status=failed",
     .as = "sam",
     .status = 200,
     .checks = {{"/data", "#0"}}},
    {.label = "of no such source",
     .method = "GET",
     .path = "/v1/deliveries?source=nobody",
     .as = "sam",
     .status = 400,
     .checks = {{"/errors/0/code", "'unknown_source'"}}},
    {0}};

START_TEST(questions_are_answered)
{
    stage_play(SIGNED, asked);
}
END_TEST

static const struct step makes_report_key[] = {
    CAPTURE_KIM,
    {.label = "a dashboard gets a key",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .body = "{'title':'dashboard','team':'marketing','roles':['report']}",
     .status = 201,
     .keep = {{"dashboard", "/token"}}},
    {.label = "it may see sums",
     .method = "GET",
     .path = "/v1/reports/funnel",
     .as = "dashboard",
     .status = 200},
    {.label = "and attribution",
     .method = "GET",
     .path = "/v1/attribution?milestone=customer",
     .as = "dashboard",
     .status = 200},
    {.label = "but no lead",
     .method = "GET",
     .path = "/v1/leads/${kim}",
     .as = "dashboard",
     .status = 403,
     .checks = {{"/code", "'forbidden'"}}},
    {.label = "no list of them",
     .method = "GET",
     .path = "/v1/leads",
     .as = "dashboard",
     .status = 403},
    {.label = "and no events",
     .method = "GET",
     .path = "/v1/events",
     .as = "dashboard",
     .status = 403},
    {.label = "without a key nobody sees anything",
     .method = "GET",
     .path = "/v1/leads",
     .status = 401},
    {0}};

START_TEST(a_dashboard_sees_sums_alone)
{
    stage_play(SIGNED, makes_report_key);
}
END_TEST

static const struct step of_another[] = {CAPTURE_KIM,
                                         {.label = "another workspace does not know her",
                                          .method = "GET",
                                          .path = "/v1/leads/${kim}",
                                          .as = "other_ana",
                                          .status = 404},
                                         {.label = "by no name",
                                          .method = "GET",
                                          .path = "/v1/leads?email=kim@acme.example",
                                          .as = "other_ana",
                                          .status = 200,
                                          .checks = {{"/data", "#0"}}},
                                         {.label = "nor in the feed",
                                          .method = "GET",
                                          .path = "/v1/leads?reached=mql",
                                          .as = "other_ana",
                                          .status = 200,
                                          .checks = {{"/data", "#0"}}},
                                         {.label = "nor in sums",
                                          .method = "GET",
                                          .path = "/v1/attribution?milestone=mql",
                                          .as = "other_ana",
                                          .status = 200,
                                          .checks = {{"/totals", "{'leads':0,'conversions':0}"}}},
                                         {.label = "nor in words",
                                          .method = "GET",
                                          .path = "/v1/campaigns",
                                          .as = "other_ana",
                                          .status = 200,
                                          .checks = {{"/data", "#0"}}},
                                         {0}};

START_TEST(a_foreign_workspace_is_not_seen)
{
    struct stage stage = stage_open(SIGNED);

    stage_add_workspace(&stage, "other_", "");
    story_run(stage.story, of_another);
    stage_close(&stage);
}
END_TEST

START_TEST(the_server_ends_cleanly)
{
    stage_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("http/reads");
    TCase *t = tcase_create("reads");

    tcase_add_test(t, a_lead_is_read_by_its_id);
    tcase_add_test(t, merged_and_erased_leads_answer_for_themselves);
    tcase_add_test(t, leads_are_listed_and_filtered);
    tcase_add_test(t, a_sales_tool_misses_nothing);
    tcase_add_test(t, handoffs_are_read_as_the_caller_may_act);
    tcase_add_test(t, the_ledger_is_followed);
    tcase_add_test(t, questions_are_answered);
    tcase_add_test(t, a_dashboard_sees_sums_alone);
    tcase_add_test(t, a_foreign_workspace_is_not_seen);
    tcase_add_test(t, the_server_ends_cleanly);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
