/* What is read over HTTP: leads, their timeline and verdicts, feeds, attribution, the funnel. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include <stdlib.h>

#define SIGNED "--starter " MQL_FILE " --sign"

#define CAPTURE_KIM                                                                                \
    POST("marketing captures Kim", "marketing", "/v1/leads",                                       \
         "{'email':'kim@acme.example','external_ids':[{'source':'hubspot','id':'51'}],"            \
         "'claimed_stage':'mql','attributes':{'company.employees':120,'seniority':'vp',"           \
         "'tags':['a']},'touch':{'kind':'form_submitted','source':'google',"                       \
         "'medium':'cpc','campaign':'q4-launch','event_id':'e1'}}",                                \
         201, .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}})
#define CAPTURE_LEE                                                                                \
    POST("and Lee, who does not qualify", "marketing", "/v1/leads",                                \
         "{'email':'lee@acme.example','attributes':{'seniority':null},"                            \
         "'touch':{'kind':'page_viewed','source':'bing',"                                          \
         "'occurred_at':'2020-10-01T10:00:00Z'}}",                                                 \
         201, .keep = {{"lee", "/lead/id"}})

static const struct step one_lead[] = {
    CAPTURE_KIM,
    GET("sales reads her", "sam", "/v1/leads/${kim}", 200,
        .checks = {{"/id", "'${kim}'"},
                   {"/email", "'kim@acme.example'"},
                   {"/stage", "'mql'"},
                   {"/attributes/tags", "['a']"},
                   {"/attributes/company.domain", "'acme.example'"},
                   {"/open_handoff", "'${offer}'"},
                   {"/milestones/sql", "null"},
                   {"@ETag", "~\"3."}}),
    HEAD("HEAD says the same without a body", "sam", "/v1/leads/${kim}", 200,
         .checks = {{"@ETag", "~\"3."}, {"@body", "="}}),
    GET("an id that is none is not there", "sam", "/v1/leads/51", 404,
        .checks = {{"/code", "'not_found'"}}),
    GET("nor is an unknown one", "sam", "/v1/leads/01939393-9393-7393-9393-939393939393", 404,
        .checks = {{"/code", "'not_found'"}}),
    GET("a query is not taken", "sam", "/v1/leads/${kim}?fields=id", 400,
        .checks = {{"/errors/0/code", "'unknown_parameter'"}, {"/errors/0/parameter", "'fields'"}}),
    {0}};

STORY(a_lead_is_read_by_its_id, SIGNED, one_lead)

static const struct step gone[] = {
    CAPTURE_KIM,
    CAPTURE_LEE,
    POST("Lee is Kim", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200),
    GET("Lee's id answers with Kim", "ana", "/v1/leads/${lee}", 200,
        .checks = {{"/id", "'${kim}'"}}),
    GET("their story is one", "ana", "/v1/leads/${lee}/timeline?limit=3", 200,
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
        .keep = {{"next", "/next"}}),
    GET("and goes on", "ana", "/v1/leads/${lee}/timeline?cursor=${next}&limit=2", 200,
        .checks = {{"/data/0/type", "'lead.captured'"}, {"/data/0/touch/source", "'bing'"}}),
    GET("verdicts, newest first", "ana", "/v1/leads/${kim}/verdicts?term=mql&version=1&limit=1",
        200, .checks = {{"/data", "#1"}, {"/data/0/verdict/term", "'mql'"}, {"/next", "<string>"}},
        .keep = {{"older", "/next"}}),
    GET("and the older ones", "ana",
        "/v1/leads/${kim}/verdicts?term=mql&version=1&limit=50&cursor=${older}", 200,
        .checks = {{"/data/0/verdict/criteria/0/id", "*"}, {"/next", "null"}}),
    POST("Kim is erased", "ana", "/v1/leads/${kim}/erase", NULL, 200),
    GET("she is gone", "ana", "/v1/leads/${kim}", 410, .checks = {{"/code", "'gone'"}}),
    GET("and who was merged into her", "ana", "/v1/leads/${lee}/timeline", 410),
    GET("verdicts too", "ana", "/v1/leads/${lee}/verdicts", 410),
    GET("attribution has not moved", "ana", "/v1/attribution?milestone=mql", 200,
        .checks = {{"/totals", "{'leads':1,'conversions':1}"}}),
    GET("nobody has no timeline", "ana", "/v1/leads/01939393-9393-7393-9393-939393939393/timeline",
        404),
    GET("and no verdicts", "ana", "/v1/leads/01939393-9393-7393-9393-939393939393/verdicts", 404),
    GET("a version is one of a term", "ana", "/v1/leads/${kim}/verdicts?version=1", 400,
        .checks = {{"/errors/0/parameter", "'version'"}}),
    {0}};

STORY(merged_and_erased_leads_answer_for_themselves, SIGNED, gone)

static const struct step lists[] = {
    CAPTURE_KIM,
    CAPTURE_LEE,
    GET("newest first, page by page", "marketing", "/v1/leads?limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${lee}'"}, {"@Link", "~limit=1&cursor="}},
        .keep = {{"next", "/next"}}),
    GET("the last page says so", "marketing", "/v1/leads?limit=1&cursor=${next}", 200,
        .checks = {{"/data/0/id", "'${kim}'"}, {"/next", "null"}, {"@Link", "!"}}),
    GET("by email, however it is written", "marketing", "/v1/leads?email=KIM%40ACME.example", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${kim}'"}}),
    GET("by what another system calls her", "marketing", "/v1/leads?external_id=hubspot:51", 200,
        .checks = {{"/data/0/id", "'${kim}'"}}),
    GET("by stage and owner", "marketing", "/v1/leads?stage=inquiry&owner_team=marketing", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${lee}'"}}),
    GET("nobody is a customer", "marketing", "/v1/leads?stage=customer", 200,
        .checks = {{"/data", "#0"}, {"/next", "null"}}),
    GET("every fault at once", "marketing",
        "/v1/leads?email=nobody&external_id=:51&owner_team=nobody&cursor=nothing&after=x", 400,
        .checks = {{"/code", "'invalid_parameter'"}, {"/errors", "#5"}}),
    GET("limits have limits", "marketing", "/v1/leads?limit=501&stage=lead", 400,
        .checks = {{"/errors", "#2"}}),
    GET("the cursor of another list is none here", "marketing", "/v1/events?after=${next}", 400,
        .checks = {{"/errors/0/code", "'cursor'"}}),
    {0}};

STORY(leads_are_listed_and_filtered, SIGNED, lists)

static const struct step synced[] = {
    CAPTURE_KIM,
    CAPTURE_LEE,
    GET("a sales tool asks for all", "sam", "/v1/leads?reached=mql", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/id", "'${kim}'"},
                   {"/data/0/gone", "null"},
                   {"/data/0/lead/email", "'kim@acme.example'"},
                   {"/next", "<string>"},
                   {"@Link", "!"}},
        .keep = {{"place", "/next"}}),
    GET("nothing came since", "sam", "/v1/leads?reached=mql&after=${place}", 200,
        .checks = {{"/data", "#0"}, {"/next", "'${place}'"}}),
    POST("Kim calls", "sam", "/v1/leads/${kim}/touches", "{'kind':'call'}", 201),
    GET("and is in the feed again, as she is now", "sam",
        "/v1/leads?reached=mql&limit=1&after=${place}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${kim}'"}}, .keep = {{"place", "/next"}}),
    POST("Kim is Lee", "ana", "/v1/leads/${lee}/merge", "{'from':'${kim}'}", 200),
    GET("a tombstone, and who stands for her", "sam", "/v1/leads?reached=mql&after=${place}", 200,
        .checks = {{"/data/0/id", "'${kim}'"},
                   {"/data/0/gone", "'merged'"},
                   {"/data/0/survivor", "'${lee}'"},
                   {"/data/0/lead", "null"},
                   {"/data/1/id", "'${lee}'"}},
        .keep = {{"place", "/next"}}),
    POST("Lee is erased", "ana", "/v1/leads/${lee}/erase", NULL, 200),
    GET("a tombstone for him as well", "sam", "/v1/leads?reached=mql&after=${place}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/gone", "'erased'"}, {"/data/0/survivor", "null"}}),
    GET("the feed takes no filter", "sam",
        "/v1/leads?reached=mql&stage=mql&email=a@b.example&external_id=a:1&owner_team=sales"
        "&cursor=x",
        400, .checks = {{"/errors", "#5"}, {"/errors/1/code", "'with_reached'"}}),
    {0}};

STORY(a_sales_tool_misses_nothing, SIGNED, synced)

static const struct step waiting[] = {
    CAPTURE_KIM,
    GET("sales sees what waits", "sam", "/v1/handoffs?state=offered&team=sales", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/id", "'${offer}'"},
                   {"/data/0/lead_id", "'${kim}'"},
                   {"/data/0/gate", "{'term':'mql','version':1}"},
                   {"/data/0/allowed_actions", "['claim','accept','reject','assign']"},
                   {"/next", "null"}}),
    GET("and about whom it is", "sam", "/v1/handoffs?state=offered&with=lead", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/handoff/id", "'${offer}'"},
                   {"/data/0/lead/id", "'${kim}'"},
                   {"/data/0/lead/open_handoff", "'${offer}'"},
                   {"/data/0/verdict/result", "'qualified'"},
                   {"/data/0/verdict/term", "'mql'"}}),
    GET("one of them", "sam", "/v1/handoffs/${offer}", 200,
        .checks = {{"/state", "'offered'"},
                   {"/from_team", "'marketing'"},
                   {"/to_team", "'sales'"}}),
    GET("marketing may do other things with it", "ana", "/v1/handoffs/${offer}", 200,
        .checks = {{"/allowed_actions", "['withdraw']"}}),
    GET("a tool may name who asks", "sales", "/v1/handoffs?assignee=me&limit=1", 200,
        .headers = {"Baton-Actor: sam@acme.example"}, .checks = {{"/data", "#0"}}),
    GET("nobody is me without a name", "sales", "/v1/handoffs?assignee=me", 400,
        .checks = {{"/errors/0/parameter", "'assignee'"}}),
    GET("by a member's email", "ana", "/v1/handoffs?assignee=sam@acme.example", 200,
        .checks = {{"/data", "#0"}}),
    GET("what is due soon", "sam", "/v1/handoffs?due_before=2020-01-01T00:00:00Z", 200,
        .checks = {{"/data", "#0"}}),
    GET("what is due some day", "sam", "/v1/handoffs?due_before=2999-01-01T00:00:00Z", 200,
        .checks = {{"/data", "#1"}}),
    GET("every fault at once", "sam", "/v1/handoffs?team=nobody&assignee=nobody&cursor=nothing",
        400, .checks = {{"/errors", "#3"}}),
    GET("a state that is none", "sam", "/v1/handoffs?state=open", 400,
        .checks = {{"/errors/0/code", "'unknown_value'"}}),
    GET("nobody has this id", "sam", "/v1/handoffs/01939393-9393-7393-9393-939393939393", 404),
    POST("Lee qualifies as well", "marketing", "/v1/leads",
         "{'email':'lee@acme.example','attributes':{'company.employees':120,'seniority':'vp'},"
         "'touch':{'kind':'form_submitted','source':'bing'}}",
         201, .keep = {{"second", "/handoff/id"}}),
    GET("what is due first comes first", "sam", "/v1/handoffs?limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${offer}'"}, {"@Link", "~cursor="}},
        .keep = {{"next", "/next"}}),
    GET("and then the other", "sam", "/v1/handoffs?limit=1&cursor=${next}", 200,
        .checks = {{"/data/0/id", "'${second}'"}, {"/next", "null"}}),
    {0}};

STORY(handoffs_are_read_as_the_caller_may_act, SIGNED, waiting)

static const struct step said[] = {
    CAPTURE_KIM,
    POST("sales takes her", "sam", "/v1/handoffs/${offer}/accept", NULL, 200),
    POST("finds her word for it", "sam", "/v1/handoffs/${offer}/feedback",
         "{'rating':4,'note':'Quick to answer'}", 200),
    POST("qualifies her", "sam", "/v1/handoffs/${offer}/qualify", NULL, 200),
    POST("and wins", "sam", "/v1/handoffs/${offer}/outcome",
         "{'outcome':'won','amount':{'minor':90000,'currency':'EUR'},'note':'At last'}", 200),
    POST("Lee qualifies as well", "marketing", "/v1/leads",
         "{'email':'lee@acme.example','attributes':{'company.employees':120,'seniority':'vp'},"
         "'touch':{'kind':'form_submitted','source':'bing'}}",
         201, .keep = {{"lee", "/lead/id"}, {"second", "/handoff/id"}}),
    POST("but sales says no", "sue", "/v1/handoffs/${second}/reject",
         "{'reason':'spam','note':'A robot'}", 200),
    POST("which marketing disputes", "ana", "/v1/handoffs/${second}/dispute",
         "{'note':'We met him'}", 200),
    GET("marketing hears it all, in order", "marketing", "/v1/feedback?limit=2", 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/type", "'feedback'"},
                   {"/data/0/rating", "4"},
                   {"/data/0/note", "'Quick to answer'"},
                   {"/data/0/handoff_id", "'${offer}'"},
                   {"/data/0/gate", "{'term':'mql','version':1}"},
                   {"/data/1/type", "'outcome'"},
                   {"/data/1/outcome", "'won'"},
                   {"/data/1/amount", "{'minor':90000,'currency':'EUR'}"},
                   {"/data/1/note", "'At last'"}},
        .keep = {{"place", "/next"}}),
    GET("and goes on", "marketing", "/v1/feedback?after=${place}", 200,
        .checks = {{"/data", "#2"},
                   {"/data/0/type", "'rejected'"},
                   {"/data/0/reason", "'spam'"},
                   {"/data/0/class", "'process'"},
                   {"/data/0/note", "'A robot'"},
                   {"/data/0/lead_id", "'${lee}'"},
                   {"/data/0/actor/team", "'sales'"},
                   {"/data/1/type", "'disputed'"},
                   {"/data/1/note", "'We met him'"},
                   {"/data/1/reason", "null"}}),
    GET("a closed handoff is in the list, after what is open", "ana", "/v1/handoffs?limit=1", 200,
        .checks = {{"/data/0/id", "'${offer}'"}, {"/data/0/outcome", "'won'"}},
        .keep = {{"next", "/next"}}),
    GET("page by page", "ana", "/v1/handoffs?limit=1&cursor=${next}", 200,
        .checks = {{"/data/0/id", "'${second}'"},
                   {"/data/0/dispute", "'open'"},
                   {"/next", "null"}}),
    GET("the money is where Kim came from", "ana", "/v1/attribution?milestone=customer", 200,
        .checks = {{"/data/0/source", "'google'"},
                   {"/data/0/amount", "{'minor':90000,'currency':'EUR'}"},
                   {"/totals/conversions", "1"}}),
    GET("a table has it too", "ana", "/v1/attribution?milestone=customer", 200,
        .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~,google,first,1,1.000000000,90000,0,90000,EUR"}}),
    GET("whoever reached sql", "sam", "/v1/leads?reached=sql", 200,
        .checks = {{"/data", "#1"}, {"/data/0/lead/stage", "'customer'"}}),
    GET("what sales wrote of Kim is hers", "sam", "/v1/leads/${kim}/timeline", 200,
        .checks = {{"/data", "*"}}),
    POST("she is erased", "sam", "/v1/leads/${kim}/erase", NULL, 200),
    GET("and with her what was said of her, not what it was", "marketing", "/v1/feedback?limit=2",
        200,
        .checks = {{"/data/0/rating", "4"},
                   {"/data/0/note", "null"},
                   {"/data/1/note", "null"},
                   {"/data/1/amount/minor", "90000"}}),
    {0}};

STORY(feedback_comes_back_with_its_words, SIGNED, said)

static const struct step followed[] = {
    GET("the feed begins at the beginning", "ana", "/v1/events?limit=1", 200,
        .checks = {{"/data/0/pos", "1"}, {"/data/0/type", "'workspace.created'"}}),
    GET("up to now", "ana", "/v1/events?limit=500", 200, .keep = {{"place", "/next"}}),
    CAPTURE_KIM,
    GET("what came since", "ana", "/v1/events?limit=500&after=${place}", 200,
        .checks = {{"/data", "#3"},
                   {"/data/0/type", "'lead.captured'"},
                   {"/data/0/lead_id", "'${kim}'"},
                   {"/data/0/actor/type", "'key'"},
                   {"/data/0/actor/team", "'marketing'"},
                   {"/data/1/old_stage", "'inquiry'"},
                   {"/data/1/new_stage", "'mql'"},
                   {"/data/2/handoff_id", "'${offer}'"}}),
    GET("no feedback yet, and a place to go on from", "ana", "/v1/feedback", 200,
        .checks = {{"/data", "#0"}, {"/next", "<string>"}}, .keep = {{"place", "/next"}}),
    GET("which is good", "ana", "/v1/feedback?after=${place}&limit=1", 200,
        .checks = {{"/next", "'${place}'"}}),
    {0}};

STORY(the_ledger_is_followed, SIGNED, followed)

static const struct step asked[] = {
    CAPTURE_KIM,
    CAPTURE_LEE,
    GET("who came from where", "sam", "/v1/attribution?milestone=mql&model=first&by=source", 200,
        .checks = {{"/query/window_days", "null"},
                   {"/query/timezone", "'UTC'"},
                   {"/query/setup", "{'name':'default','version':1}"},
                   {"/query/counted_to", "<integer>"},
                   {"/definitions", "[{'term':'mql','version':1}]"},
                   {"/data", "#2"},
                   {"/data/0/source", "'google'"},
                   {"/data/0/leads", "1"},
                   {"/data/0/credit", "'1.000000000'"},
                   {"/data/0/amount", "null"},
                   {"/data/1/source", "'bing'"},
                   {"/data/1/credit", "'0.000000000'"},
                   {"/totals", "{'leads':2,'conversions':1}"},
                   {"/notes", "{'outside_window':0,'late_first_touch':0,'no_rate':[]}"},
                   {"@Vary", "=Accept, Accept-Encoding"}},
        .keep = {{"google", "/data/0/link"}, {"bing", "/data/1/link"}}),
    GET("google's credit is Kim's", "sam", "${google}", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/share", "'1.000000000'"},
                   {"/data/0/amount", "null"},
                   {"/next", "null"}},
        .keep = {{"credited", "/data/0/lead_id"}}),
    GET("whom bing did not bring", "sam", "${bing}", 200, .checks = {{"/data", "#0"}}),
    GET("but a lead it did", "sam", "${bing}&number=leads", 200,
        .checks = {{"/data", "#1"}, {"/data/0/share", "'1.000000000'"}}),
    GET("all of them", "sam", "/v1/attribution/leads?milestone=mql&number=leads&limit=1", 200,
        .checks = {{"/data", "#1"}, {"/next", "<string>"}}, .keep = {{"next", "/next"}}),
    GET("page by page", "sam",
        "/v1/attribution/leads?milestone=mql&number=leads&limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/next", "null"}}),
    GET("half a row", "sam",
        "/v1/attribution/leads?milestone=mql&then_by=medium&interval=day"
        "&row=%5B%22google%22%5D",
        400, .checks = {{"/errors", "#2"}}),
    GET("by what would be missing, too", "sam",
        "/v1/attribution/leads?milestone=mql&model=markov&row=%5B%22google%22%5D", 200,
        .checks = {{"/data/0/lead_id", "'${credited}'"}, {"/data/0/share", "'1.000000000'"}}),
    GET("by month and medium, with a window", "sam",
        "/v1/attribution?milestone=mql&model=last&by=medium&then_by=campaign&interval=month"
        "&from=2020-01-01&to=2100-01-01T00:00:00Z&timezone=Europe/Berlin&window_days=1"
        "&basis=milestone",
        200,
        .checks = {{"/query/window_days", "1"},
                   {"/query/timezone", "'Europe/Berlin'"},
                   {"/data/0/time", "'2020-10-01'"},
                   {"/data/1/medium", "'cpc'"},
                   {"/data/1/campaign", "'q4-launch'"},
                   {"/data/1/credit", "'1.000000000'"},
                   {"/notes/outside_window", "0"}}),
    GET("by who did it, shared by age", "sam",
        "/v1/attribution?milestone=mql&model=time_decay&half_life_days=14&by=function"
        "&then_by=direction&interval=week",
        200,
        .checks = {{"/query/half_life_days", "14"},
                   {"/data/1/model", "'time_decay'"},
                   {"/data/1/function", "'marketing'"},
                   {"/data/1/direction", "'inbound'"},
                   {"/data/1/credit", "'1.000000000'"}}),
    GET("three side by side", "sam",
        "/v1/attribution?milestone=mql&model=first,linear,time_decay&by=source", 200,
        .checks = {{"/data", "#6"},
                   {"/data/0/model", "'first'"},
                   {"/data/2/model", "'linear'"},
                   {"/data/2/credit", "'1.000000000'"},
                   {"/data/5/model", "'time_decay'"},
                   {"/query/half_life_days", "7"},
                   {"/totals", "{'leads':2,'conversions':1}"}},
        .keep = {{"linear", "/data/2/link"}}),
    GET("each opens to its own", "sam", "${linear}", 200, .checks = {{"/data", "#1"}}),
    GET("as a chart reads it", "sam",
        "/v1/attribution?milestone=mql&model=first,last&shape=rows&interval=day", 200,
        .checks = {{"", "#4"},
                   {"/0/model", "'first'"},
                   {"/1/credit", "<real>"},
                   {"/0/amount_minor", "null"},
                   {"/0/currency", "null"},
                   {"/0/leads", "<integer>"}}),
    GET("by medium and campaign", "sam",
        "/v1/attribution?milestone=mql&shape=rows&by=medium&then_by=campaign", 200,
        .checks = {{"/0/medium", "*"}, {"/0/campaign", "*"}}),
    GET("by channel and content", "sam",
        "/v1/attribution?milestone=mql&shape=rows&by=channel&then_by=content", 200,
        .checks = {{"/0/channel", "null"}, {"/0/content", "null"}}),
    GET("by function and direction", "sam",
        "/v1/attribution?milestone=mql&shape=rows&by=function&then_by=direction", 200,
        .checks = {{"/0/function", "'marketing'"}, {"/0/direction", "'inbound'"}}),
    GET("no model twice", "sam", "/v1/attribution?milestone=mql&model=first,first", 400,
        .checks = {{"/errors/0/parameter", "'model'"}}),
    GET("nor one that is none", "sam", "/v1/attribution?milestone=mql&model=first,guess", 400,
        .checks = {{"/errors/0/parameter", "'model'"}}),
    GET("by channel and content, by what would be missing", "sam",
        "/v1/attribution?milestone=mql&model=markov&by=channel&then_by=content", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/channel", "null"},
                   {"/data/0/content", "null"},
                   {"/data/0/credit", "'1.000000000'"}}),
    GET("as a table", "sam", "/v1/attribution?milestone=mql&by=campaign", 200,
        .headers = {"Accept: text/csv"},
        .checks = {{"@Content-Type", "~text/csv"},
                   {"@body", "~time,campaign,model,leads,credit,amount_minor,pipeline_minor,won_"
                             "minor,currency,link\r\n"}}),
    GET("not as a picture", "sam", "/v1/attribution?milestone=mql", 406,
        .headers = {"Accept: image/png"}, .checks = {{"/code", "'not_acceptable'"}}),
    GET("every fault at once", "sam",
        "/v1/attribution?milestone=mql&by=source&then_by=source&from=yesterday&to=2026-02-30"
        "&timezone=XYZ3",
        400, .checks = {{"/errors", "#4"}}),
    GET("a zone that looks like one", "sam",
        "/v1/attribution?milestone=mql&timezone=Europe/Nowhere", 400,
        .checks = {{"/errors/0/parameter", "'timezone'"}}),
    GET("the milestone must be named", "sam", "/v1/attribution", 400,
        .checks = {{"/errors/0/code", "'required'"}}),
    GET("the funnel", "sam", "/v1/reports/stages", 200,
        .checks = {{"/data", "#8"},
                   {"/data/1", "{'stage':'inquiry','leads':1,'reached':null}"},
                   {"/data/2", "{'stage':'mql','leads':1,'reached':1}"},
                   {"/totals", "{'leads':2,'claimed_not_qualified':0}"}}),
    GET("of a month", "sam", "/v1/reports/stages?from=2020-10-01&to=2020-11-01T00:00:00Z", 200,
        .checks = {{"/query/from", "'2020-10-01T00:00:00Z'"}, {"/totals/leads", "1"}}),
    GET("of no month", "sam", "/v1/reports/stages?from=october", 400,
        .checks = {{"/errors/0/parameter", "'from'"}}),
    GET("the attributes in use", "sam", "/v1/attributes", 200,
        .checks = {{"/data/1", "{'name':'company.employees','types':['number'],'leads':1}"},
                   {"/leads", "2"}}),
    GET("the campaigns", "sam", "/v1/campaigns", 200,
        .checks = {{"/data", "[{'dimension':'campaign','value':'q4-launch','title':null,"
                             "'starts_on':null,'ends_on':null}]"}}),
    GET("the sources, one at a time", "sam", "/v1/campaigns?dimension=source&limit=1", 200,
        .checks = {{"/data/0/value", "'bing'"}}, .keep = {{"next", "/next"}}),
    GET("and the other", "sam", "/v1/campaigns?dimension=source&limit=1&cursor=${next}", 200,
        .checks = {{"/data/0/value", "'google'"}, {"/next", "null"}}),
    GET("no deliveries yet", "sam", "/v1/deliveries?status=failed", 200,
        .checks = {{"/data", "#0"}}),
    GET("of no such source", "sam", "/v1/deliveries?source=nobody", 400,
        .checks = {{"/errors/0/code", "'unknown_source'"}}),
    {0}};

STORY(questions_are_answered, SIGNED, asked)

static const struct step makes_report_key[] = {
    CAPTURE_KIM,
    POST("a dashboard gets a key", "ana", "/v1/keys",
         "{'title':'dashboard','team':'marketing','roles':['report']}", 201,
         .keep = {{"dashboard", "/token"}}),
    GET("it may see sums", "dashboard", "/v1/reports/stages", 200),
    GET("and attribution", "dashboard", "/v1/attribution?milestone=customer", 200),
    GET("but no lead", "dashboard", "/v1/leads/${kim}", 403, .checks = {{"/code", "'forbidden'"}}),
    GET("no list of them", "dashboard", "/v1/leads", 403),
    GET("and no events", "dashboard", "/v1/events", 403),
    GET("without a key nobody sees anything", NO_KEY, "/v1/leads", 401),
    {0}};

STORY(a_dashboard_sees_sums_alone, SIGNED, makes_report_key)

static const struct step of_another[] = {
    CAPTURE_KIM,
    GET("another workspace does not know her", "other_ana", "/v1/leads/${kim}", 404),
    GET("by no name", "other_ana", "/v1/leads?email=kim@acme.example", 200,
        .checks = {{"/data", "#0"}}),
    GET("nor in the feed", "other_ana", "/v1/leads?reached=mql", 200, .checks = {{"/data", "#0"}}),
    GET("nor in sums", "other_ana", "/v1/attribution?milestone=mql", 200,
        .checks = {{"/totals", "{'leads':0,'conversions':0}"}}),
    GET("nor in words", "other_ana", "/v1/campaigns", 200, .checks = {{"/data", "#0"}}),
    {0}};

START_TEST(a_foreign_workspace_is_not_seen)
{
    struct stage stage = stage_open(SIGNED);

    stage_add_workspace(&stage, "other_", "");
    story_run(stage.story, of_another);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "reads");

    TESTS(t, a_lead_is_read_by_its_id, merged_and_erased_leads_answer_for_themselves,
          leads_are_listed_and_filtered, a_sales_tool_misses_nothing,
          handoffs_are_read_as_the_caller_may_act, feedback_comes_back_with_its_words,
          the_ledger_is_followed, questions_are_answered, a_dashboard_sees_sums_alone,
          a_foreign_workspace_is_not_seen);
}
