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

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {{"addresses", addresses}, {"mapped", mapped}};

STORY(touches_are_understood, SIGNED, stories[_i].steps)

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "touches");

    EACH(tcase, touches_are_understood, stories);
}
