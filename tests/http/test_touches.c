/* What is known of a touch: where it came from, by the address of its page, what it cost, and who
 * did it. */
#include "stage.h"
#include "suite.h"

#define SIGNED "--starter mql --sign"
#define KIM    "/v1/leads/${kim}"

static const struct step addresses[] = {
    POST("an address says where it came from", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','touch':{'kind':'page_viewed','occurred_at':"
         "'2026-01-01T10:00:00Z','url':'https://acme.example/?utm_source=news&utm_medium=email&"
         "utm_campaign=q4%20launch&utm_content=top&utm_term=crm'}}",
         201, .keep = {{"kim", "/lead/id"}}),
    GET("and the timeline shows it", "ana", KIM "/timeline", 200,
        .checks = {{"/data/0/touch/source", "'news'"},
                   {"/data/0/touch/medium", "'email'"},
                   {"/data/0/touch/campaign", "'q4 launch'"},
                   {"/data/0/touch/content", "'top'"},
                   {"/data/0/touch/term", "'crm'"},
                   {"/data/0/touch/team", "'marketing'"},
                   {"/data/0/touch/cost", "null"}}),
    POST("a click on an advertisement, and what it cost", "marketing", KIM "/touches",
         "{'kind':'page_viewed','url':'https://acme.example/?gclid=Cj0K','term':'best crm',"
         "'cost':{'minor':125,'currency':'EUR'},'occurred_at':'2026-01-02T10:00:00Z'}",
         201,
         .checks = {{"/touch/channel", "'paid search'"},
                    {"/touch/source", "'google'"},
                    {"/touch/medium", "'cpc'"},
                    {"/touch/term", "'best crm'"},
                    {"/touch/cost", "{'minor':125,'currency':'EUR'}"}}),
    POST("a call by sales", "sam", KIM "/touches",
         "{'kind':'call','direction':'outbound','url':null}", 201,
         .checks = {{"/touch/team", "'sales'"}, {"/touch/term", "null"}}),
    POST("no money", "marketing", KIM "/touches", "{'kind':'call','cost':{'minor':-1}}", 400,
         .checks = {{"@body", "~/cost/minor"}, {"@body", "~/cost/currency"}}),
    POST("no address", "marketing", KIM "/touches", "{'kind':'call','url':7,'term':''}", 400,
         .checks = {{"@body", "~/url"}, {"@body", "~/term"}}),
    POST("it becomes an mql", "ana", KIM "/override",
         "{'term':'mql','result':'qualified','note':'We know her.'}", 200),
    GET("credit by term", "ana", "/v1/attribution?milestone=mql&model=first,linear&by=term", 200,
        .checks = {{"/data/0/term", "'crm'"},
                   {"/data/0/credit", "'1.000000000'"},
                   {"/data/1/term", "'crm'"},
                   {"/data/1/model", "'linear'"}},
        .keep = {{"by_term", "/data/0/link"}}),
    GET("opens", "ana", "${by_term}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/share", "'1.000000000'"}}),
    GET("credit by team", "ana",
        "/v1/attribution?milestone=mql&model=linear&by=team&then_by=function", 200,
        .checks = {{"/query/counted_to", "null"},
                   {"/data/0/team", "'marketing'"},
                   {"/data/0/credit", "'0.666666667'"},
                   {"/data/0/function", "'marketing'"},
                   {"/data/1/team", "'sales'"},
                   {"/data/1/credit", "'0.333333333'"}},
        .keep = {{"by_team", "/data/1/link"}}),
    GET("opens, too", "ana", "${by_team}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/share", "'0.333333333'"}}),
    GET("and the leads", "ana",
        "/v1/attribution/leads?milestone=mql&by=team&number=leads&row="
        "%5B%22marketing%22%5D",
        200, .checks = {{"/data", "#1"}}),
    GET("of no team", "ana",
        "/v1/attribution/leads?milestone=mql&by=team&number=leads&row="
        "%5B%22nobody%22%5D",
        200, .checks = {{"/data", "[]"}}),
    GET("as a chart reads it", "ana",
        "/v1/attribution?milestone=mql&by=term&then_by=team&shape=rows", 200,
        .checks = {{"/0/term", "'crm'"}, {"/0/team", "'marketing'"}}),
    {0},
};

/* What the item says counts first, then the address, then the mapping's own constants. */
static const struct step mapped[] = {
    POST("a source that knows the page and what a click cost", "ana", "/v1/sources",
         "{'name':'clicks','team':'marketing','mapping':{'email':'/mail','event_id':'/id',"
         "'touch':{'kind':{'value':'page_viewed'},'channel':{'value':'web'},'campaign':'/campaign',"
         "'url':'/page','cost':'/cost','currency':{'value':'eur'}}}}",
         201, .keep = {{"source", "/source/id"}, {"path", "/source/path"}}),
    POST("a click", "marketing", "${path}",
         "{'mail':'kim@acme.example','id':'1','campaign':'q4','cost':'1.25',"
         "'page':'https://acme.example/?gclid=x&utm_campaign=other&utm_term=crm'}",
         202, .keep = {{"kim", "/lead_id"}}),
    POST("a visit", "marketing", "${path}",
         "{'mail':'kim@acme.example','id':'2','page':'https://acme.example/'}", 202),
    POST("what is no money is left out", "marketing", "${path}",
         "{'mail':'kim@acme.example','id':'3','cost':'much'}", 202,
         .checks = {{"/status", "'applied'"}}),
    GET("in the order in which it came", "ana", KIM "/timeline", 200,
        .checks = {{"/data/0/touch/channel", "'paid search'"},
                   {"/data/0/touch/source", "'google'"},
                   {"/data/0/touch/campaign", "'q4'"},
                   {"/data/0/touch/term", "'crm'"},
                   {"/data/0/touch/cost", "{'minor':125,'currency':'EUR'}"},
                   {"/data/2/touch/channel", "'web'"},
                   {"/data/2/touch/source", "null"},
                   {"/data/2/touch/cost", "null"}}),
    POST("tried", "ana", "/v1/sources/${source}/try",
         "{'body':{'mail':'kim@acme.example','cost':2,'page':'?utm_term=x'}}", 200,
         .checks = {{"/items/0/result/touch/term", "'x'"},
                    {"/items/0/result/touch/cost", "{'minor':200,'currency':'EUR'}"}}),
    {0},
};

/* Who made what a lead came by. */
#define EBOOK  "/v1/content/e-book"
#define RECORD "{'title':'Reporting','owner_team':'marketing','link':'https://acme.example/r.pdf'}"
#define CREDIT "/v1/attribution?milestone=mql&by=content_owner&model="

static const struct step made[] = {
    GET("nobody has said", "sam", EBOOK, 404),
    PUT("marketing says that it made it", "ana", EBOOK, RECORD, 200,
        .headers = {"Idempotency-Key: c1"},
        .checks = {{"/name", "'e-book'"}, {"/owner_team", "'marketing'"}},
        .keep = {{"first", "@body"}, {"tag", "@ETag"}}),
    PUT("once", "ana", EBOOK, RECORD, 200, .headers = {"Idempotency-Key: c1"},
        .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    GET("sales reads it", "sam", EBOOK, 200,
        .checks = {{"/title", "'Reporting'"}, {"/link", "'https://acme.example/r.pdf'"}},
        .keep = {{"seen", "@ETag"}}),
    GET("as it was", "sam", EBOOK, 304, .headers = {"If-None-Match: ${seen}"}),
    GET("by nobody", "sam", EBOOK, 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("sales cannot take it", "sam", EBOOK, "{'title':'Ours','owner_team':'sales'}", 403,
        .checks = {{"/code", "'other_side'"}}),
    PUT("nor give it", "sam", "/v1/content/demo", "{'title':'Theirs','owner_team':'marketing'}",
        403, .checks = {{"/code", "'other_side'"}}),
    PUT("but has its own", "sam", "/v1/content/demo", "{'title':'Demo','owner_team':'sales'}", 200,
        .checks = {{"/link", "null"}}),
    PUT("of a team that is none", "ana", EBOOK, "{'title':'x','owner_team':'nobody'}", 422,
        .headers = {"If-Match: ${tag}"}, .checks = {{"@body", "~/owner_team"}}),
    PUT("by nobody", "ana", EBOOK, RECORD, 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("all that is wrong at once", "ana", EBOOK, "{'title':'','link':'javascript:1','x':1}", 400,
        .checks = {{"@body", "~/title"},
                   {"@body", "~/owner_team"},
                   {"@body", "~/link"},
                   {"@body", "~/x"}}),
    PUT("a person is no content", "ana", "/v1/content/kim@acme.example", RECORD, 404),
    PUT("another record", "ana", EBOOK, "{'title':'Reporting 2','owner_team':'marketing'}", 200,
        .headers = {"If-Match: ${tag}"}, .checks = {{"/link", "null"}}),
    PUT("on what was read before", "ana", EBOOK, RECORD, 412, .headers = {"If-Match: ${tag}"}),
    GET("all of them", "sam", "/v1/content?limit=1", 200, .checks = {{"/data", "#1"}},
        .keep = {{"next", "/next"}, {"one", "/data/0/name"}}),
    GET("on two pages", "sam", "/v1/content?limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/next", "null"}}),
    GET("those of a team", "ana", "/v1/content?owner_team=sales", 200,
        .checks = {{"/data", "#1"}, {"/data/0/name", "'demo'"}}),
    GET("of no team", "ana", "/v1/content?owner_team=nobody", 400),
    POST("a lead comes by what both made, and by what nobody did", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','touch':{'kind':'download','content':'e-book',"
         "'occurred_at':'2026-01-01T10:00:00Z'}}",
         201, .keep = {{"kim", "/lead/id"}}),
    POST("a demonstration", "sam", KIM "/touches",
         "{'kind':'demo','content':'demo','occurred_at':'2026-01-02T10:00:00Z'}", 201),
    POST("a call", "sam", KIM "/touches", "{'kind':'call','occurred_at':'2026-01-03T10:00:00Z'}",
         201),
    POST("it becomes an mql", "ana", KIM "/override",
         "{'term':'mql','result':'qualified','note':'We know her.'}", 200),
    GET("credit by who made it, from what is kept counted", "sam", CREDIT "first,linear", 200,
        .checks = {{"/query/counted_to", "<integer>"},
                   {"/data/0/content_owner", "'marketing'"},
                   {"/data/0/credit", "'1.000000000'"},
                   {"/data/1/content_owner", "'marketing'"},
                   {"/data/1/credit", "'0.333333334'"},
                   {"/data/2/content_owner", "'sales'"},
                   {"/data/2/credit", "'0.333333333'"},
                   {"/data/3/content_owner", "null"}},
        .keep = {{"linear", "/data/2/link"}}),
    GET("opens", "sam", "${linear}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/share", "'0.333333333'"}}),
    GET("by models that look at journeys", "sam", CREDIT "shapley,markov", 200,
        .checks = {{"/query/counted_to", "null"}, {"/data/0/credit", "'0.333333334'"}}),
    GET("with another cut", "sam", CREDIT "linear&then_by=content", 200,
        .checks = {{"/query/counted_to", "null"}, {"/data/0/content", "'e-book'"}}),
    POST("no pair of a setup", "ana", "/v1/attribution/setups/owners",
         "{'pairs':[{'by':'content_owner','then_by':'source'}]}", 400),
    GET("as a table", "sam", CREDIT "linear", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~time,content_owner,model,"}}),
    GET("as a chart reads it", "sam", CREDIT "linear&shape=rows", 200,
        .checks = {{"/0/content_owner", "'marketing'"}}),
    {0},
};

/* Amounts in one currency, by the rates that the workspace keeps. */
#define RATES  "/v1/rates"
#define EUROS  "{'base':'EUR','rates':{'USD':'1.1','JPY':'160'}}"
#define BOUGHT "/v1/attribution?milestone=customer&by=source"
#define BUYS(who, source, currency, minor)                                                         \
    POST(who " comes and is offered", "marketing", "/v1/leads",                                    \
         "{'email':'" who "@corp.example','attributes':{'company.employees':120,'seniority':"      \
         "'vp'},'touch':{'kind':'form_submitted','source':'" source "'}}",                         \
         201, .keep = {{"handoff", "/handoff/id"}}),                                               \
        POST("accepted", "sam", "/v1/handoffs/${handoff}/accept", "{}", 200),                      \
        POST("qualified", "sam", "/v1/handoffs/${handoff}/qualify", "{}", 200),                    \
        POST("and buys", "sam", "/v1/handoffs/${handoff}/outcome",                                 \
             "{'outcome':'won','amount':{'minor':" minor ",'currency':'" currency "'}}", 200)

static const struct step money[] = {
    GET("there are no rates", "ana", RATES, 404),
    GET("to convert by", "ana", BOUGHT "&currency=EUR", 400,
        .checks = {{"/errors/0/parameter", "'currency'"}, {"/errors/0/code", "'no_rates'"}}),
    PUT("all that is wrong at once", "ana", RATES,
        "{'base':'EUR','rates':{'USD':'much','EUR':'1'}}", 400,
        .checks = {{"@body", "~/rates/USD"}, {"@body", "~/rates/EUR"}}),
    PUT("by who is no admin", "max", RATES, EUROS, 403),
    PUT("by nobody", "ana", RATES, EUROS, 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("rates", "ana", RATES, EUROS, 200, .headers = {"Idempotency-Key: r1"},
        .checks = {{"/table/base", "'EUR'"}, {"/table/rates/USD", "'1.1'"}},
        .keep = {{"first", "@body"}, {"tag", "@ETag"}}),
    PUT("once", "ana", RATES, EUROS, 200, .headers = {"Idempotency-Key: r1"},
        .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    GET("both sides read them", "sam", RATES, 200, .keep = {{"seen", "@ETag"}}),
    GET("as they were", "sam", RATES, 304, .headers = {"If-None-Match: ${seen}"}),
    GET("by nobody", "sam", RATES, 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("other ones", "sam", RATES, "{'base':'EUR','rates':{'USD':'1.25','JPY':'160'}}", 200,
        .headers = {"If-Match: ${tag}"}),
    PUT("on what was read before", "ana", RATES, EUROS, 412, .headers = {"If-Match: ${tag}"}),
    BUYS("kim", "google", "EUR", "10000"),
    BUYS("lee", "google", "USD", "12500"),
    BUYS("pat", "bing", "CHF", "500"),
    GET("of several currencies there is no sum", "ana", BOUGHT, 200,
        .checks = {{"/query/currency", "null"},
                   {"/query/rates_at", "null"},
                   {"/data/0/source", "'google'"},
                   {"/data/0/won", "null"}}),
    GET("but in one of them", "ana", BOUGHT "&currency=EUR", 200,
        .checks = {{"/query/currency", "'EUR'"},
                   {"/query/rates_at", "<string>"},
                   {"/data/0/won", "{'minor':20000,'currency':'EUR'}"},
                   {"/data/0/pipeline", "{'minor':0,'currency':'EUR'}"},
                   {"/data/1/source", "'bing'"},
                   {"/data/1/won", "null"},
                   {"/notes/no_rate", "['CHF']"}},
        .keep = {{"google", "/data/0/link"}}),
    GET("or in a third", "ana", BOUGHT "&currency=JPY&model=linear", 200,
        .checks = {{"/data/0/won", "{'minor':32000,'currency':'JPY'}"}}),
    GET("each lead has its own", "ana", "${google}", 200,
        .checks = {{"/data/0/amount", "{'minor':10000,'currency':'EUR'}"},
                   {"/data/1/amount", "{'minor':12500,'currency':'USD'}"}}),
    GET("no currency", "ana", BOUGHT "&currency=euro", 400,
        .checks = {{"/errors/0/parameter", "'currency'"}}),
    GET("as a table", "ana", BOUGHT "&currency=EUR", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~,20000,0,20000,EUR,"}}),
    {0},
};

/* What was spent, beside what came of it. */
#define SPENT BOUGHT "&costs=true"

static const struct step spend[] = {
    PUT("rates", "ana", RATES, "{'base':'EUR','rates':{'USD':'1.25'}}", 200),
    BUYS("kim", "google", "EUR", "10000"),
    GET("who it was", "ana", "/v1/leads?email=kim@corp.example", 200,
        .keep = {{"kim", "/data/0/id"}}),
    POST("a click that cost something", "marketing", KIM "/touches",
         "{'kind':'click','source':'google','campaign':'q4','cost':{'minor':125,'currency':'EUR'}}",
         201),
    POST("another", "marketing", KIM "/touches",
         "{'kind':'click','source':'google','cost':{'minor':75,'currency':'EUR'}}", 201),
    POST("one that is no first touch", "marketing", KIM "/touches",
         "{'kind':'click','source':'yahoo','cost':{'minor':50,'currency':'USD'}}", 201),
    BUYS("lee", "bing", "USD", "500"),
    GET("cost, and what came of it", "ana", SPENT, 200,
        .checks = {{"/data/1/source", "'google'"},
                   {"/data/1/cost", "{'minor':200,'currency':'EUR'}"},
                   {"/data/1/cost_per_lead", "{'minor':200,'currency':'EUR'}"},
                   {"/data/1/cost_per_conversion", "{'minor':200,'currency':'EUR'}"},
                   {"/data/1/return_on_spend", "'50.00'"},
                   {"/data/0/source", "'bing'"},
                   {"/data/0/cost", "null"},
                   {"/data/0/return_on_spend", "null"},
                   {"/data/2/source", "'yahoo'"},
                   {"/data/2/leads", "0"},
                   {"/data/2/cost", "{'minor':50,'currency':'USD'}"},
                   {"/data/2/cost_per_lead", "null"},
                   {"/data/2/cost_per_conversion", "null"},
                   {"/data/2/return_on_spend", "'0.00'"}},
        .keep = {{"google", "/data/1/link"}}),
    GET("the leads are the same", "ana", "${google}", 200, .checks = {{"/data", "#1"}}),
    GET("in one currency", "ana", SPENT "&currency=EUR&model=first,linear", 200,
        .checks = {{"/data/2/cost", "{'minor':40,'currency':'EUR'}"},
                   {"/data/3/model", "'linear'"},
                   {"/data/3/source", "'bing'"}}),
    GET("of a time in which nothing was spent", "ana", SPENT "&to=2020-01-01", 200,
        .checks = {{"/data", "[]"}}),
    GET("by month", "ana", SPENT "&interval=month", 200,
        .checks = {{"/data/1/cost", "{'minor':200,'currency':'EUR'}"}}),
    PUT("a campaign says what it spent", "ana", "/v1/campaigns/q4",
        "{'title':'Q4','budget':{'minor':100000,'currency':'EUR'},'spend':[{'day':'2026-10-01',"
        "'minor':20000},{'day':'2026-10-02','minor':10000}]}",
        200),
    GET("which counts, and its touches do not", "ana",
        "/v1/attribution?milestone=customer&by=campaign&costs=true&currency=EUR", 200,
        .checks = {{"/data/0/campaign", "null"},
                   {"/data/0/cost", "{'minor':115,'currency':'EUR'}"},
                   {"/data/1/campaign", "'q4'"},
                   {"/data/1/cost", "{'minor':30000,'currency':'EUR'}"}}),
    GET("of a day", "ana",
        "/v1/attribution?milestone=customer&by=campaign&costs=true&from=2026-10-02&to=2026-10-03",
        200, .checks = {{"/data", "#1"}, {"/data/0/cost/minor", "10000"}}),
    GET("as a table", "ana", SPENT, 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~,currency,cost_minor,cost_per_lead_minor,"},
                   {"@body", "~,EUR,200,200,200,50.00,EUR,"}}),
    GET("as a chart reads it", "ana", SPENT "&shape=rows", 200,
        .checks = {{"/1/cost_minor", "200"},
                   {"/1/cost_per_lead_minor", "200"},
                   {"/1/cost_per_conversion_minor", "200"},
                   {"/1/return_on_spend", "50.00"},
                   {"/1/cost_currency", "'EUR'"},
                   {"/0/cost_minor", "null"}}),
    {0},
};

/* How many touches do not count, and why. */
#define LEFT "/v1/attribution?milestone=mql&left_out=true"
#define MET  "{'term':'mql','result':'qualified','note':'We know them.'}"

static const struct step left_out[] = {
    POST("a lead with an old touch", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','touch':{'kind':'download','occurred_at':"
         "'2020-01-01T10:00:00Z'}}",
         201, .keep = {{"kim", "/lead/id"}}),
    POST("a newer one", "marketing", KIM "/touches", "{'kind':'click'}", 201),
    POST("becomes an mql", "ana", KIM "/override", MET, 200),
    POST("is called twice after it", "sam", KIM "/touches", "{'kind':'call'}", 201),
    POST("again", "sam", KIM "/touches", "{'kind':'call'}", 201),
    POST("a lead without any", "marketing", "/v1/leads", "{'email':'lee@acme.example'}", 201,
         .keep = {{"lee", "/lead/id"}}),
    POST("becomes one, too", "ana", "/v1/leads/${lee}/override", MET, 200),
    POST("and is called after it", "sam", "/v1/leads/${lee}/touches", "{'kind':'call'}", 201),
    POST("again", "sam", "/v1/leads/${lee}/touches", "{'kind':'call'}", 201),
    GET("what came after the milestone, but the first of who has no other", "ana", LEFT, 200,
        .checks = {{"/notes/late_first_touch", "1"},
                   {"/notes/touches_left_out",
                    "{'after_milestone':3,'outside_window':0,'other_kinds':0}"}}),
    GET("what is older than the window", "ana", LEFT "&window_days=30&model=linear", 200,
        .checks = {{"/notes/touches_left_out",
                    "{'after_milestone':3,'outside_window':1,'other_kinds':0}"}}),
    POST("clicks alone count", "ana", "/v1/attribution/setups/clicks", "{'kinds':['click']}", 201),
    GET("and no other kind", "ana", LEFT "&setup=clicks", 200,
        .checks = {{"/notes/late_first_touch", "0"},
                   {"/notes/touches_left_out",
                    "{'after_milestone':0,'outside_window':0,'other_kinds':5}"}}),
    GET("in no time at all", "ana", LEFT "&to=2020-01-01", 200,
        .checks = {{"/notes/touches_left_out",
                    "{'after_milestone':0,'outside_window':0,'other_kinds':0}"}}),
    {0},
};

/* What an anonymous visitor did is their first touch when they are known, and corrects what was
 * credited before. */
static const struct step visitors[] = {
    POST("a visit of nobody knows whom", "marketing", "/v1/leads",
         "{'anonymous_ids':['v1'],'touch':{'kind':'page_viewed','url':'https://acme.example/?gclid="
         "x','occurred_at':'2026-01-01T10:00:00Z'}}",
         201),
    POST("somebody else fills in a form", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','touch':{'kind':'form_submitted','source':'news',"
         "'occurred_at':'2026-02-01T10:00:00Z'}}",
         201, .keep = {{"kim", "/lead/id"}}),
    POST("and becomes an mql", "ana", KIM "/override", MET, 200),
    GET("by the form, as far as is known", "ana", "/v1/attribution?milestone=mql&by=source", 200,
        .checks = {{"/data/0/source", "'news'"},
                   {"/data/0/credit", "'1.000000000'"},
                   {"/totals/leads", "2"}}),
    POST("who turns out to be the visitor", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','anonymous_ids':['v1']}", 200),
    GET("it was the advertisement", "ana", "/v1/attribution?milestone=mql&by=source", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/source", "'google'"},
                   {"/data/0/credit", "'1.000000000'"},
                   {"/totals/leads", "1"}}),
    POST("and the whole of it goes with the person", "ana", KIM "/erase", NULL, 200),
    GET("but for the credit", "ana", "/v1/attribution?milestone=mql&by=source", 200,
        .checks = {{"/data/0/source", "'google'"}, {"/data/0/credit", "'1.000000000'"}}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {{"addresses", addresses}, {"mapped", mapped}, {"made", made},
               {"money", money},         {"spend", spend},   {"left out", left_out},
               {"visitors", visitors}};

STORY(touches_are_understood, SIGNED, stories[_i].steps)

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "touches");

    EACH(tcase, touches_are_understood, stories);
}
