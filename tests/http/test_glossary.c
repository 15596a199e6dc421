/* The words of a workspace: what it calls its stages, what they mean there, and what to do next. */
#include "stage.h"
#include "suite.h"

#define SIGNED "--starter mql --sign"
#define MQL    "/v1/stages/mql"
#define OURS   "{'title':'Promising','meaning':'Somebody whom we would call ourselves.'}"
#define GUIDE                                                                                      \
    "{'next':'Call within the hour.','tactics':['Ask why now.'],'links':[{'title':'Script',"       \
    "'url':'https://wiki.acme.example/call'}]}"

static const struct step wording[] = {
    GET("what Baton calls it", "sue", MQL, 200,
        .checks = {{"/title", "'Marketing-qualified lead'"},
                   {"/agreed", "false"},
                   {"/definition/version", "1"},
                   {"/definition/statement", "<string>"},
                   {"/guides", "{'marketing':null,'sales':null}"},
                   {"/proposed", "null"},
                   {"/updated_at", "null"}},
        .keep = {{"tag", "@ETag"}}),
    GET("as it was", "sue", MQL, 304, .headers = {"If-None-Match: ${tag}"}),
    GET("a stage that is none", "sue", "/v1/stages/hot", 404),
    GET("by nobody", "sue", MQL, 422, .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("all that is wrong at once", "ana", MQL,
        "{'wording':{'title':''},'guide':{'tactics':[''],'links':[{'title':'x','url':'javascript:"
        "alert(1)'}]},'x':1}",
        400,
        .checks = {{"@body", "~/wording/title"},
                   {"@body", "~/wording/meaning"},
                   {"@body", "~/guide/next"},
                   {"@body", "~/guide/tactics/0"},
                   {"@body", "~/guide/links/0/url"},
                   {"@body", "~/x"}}),
    PUT("nothing is said", "ana", MQL, "{}", 400),
    PUT("by who is no admin", "max", MQL, "{'wording':" OURS "}", 403),
    PUT("by nobody", "ana", MQL, "{'wording':null}", 422,
        .headers = {"Baton-Actor: nobody@acme.example"}),
    PUT("marketing proposes", "ana", MQL, "{'wording':" OURS "}", 200,
        .headers = {"Idempotency-Key: w1", "If-Match: ${tag}"},
        .checks = {{"/title", "'Marketing-qualified lead'"},
                   {"/proposed/title", "'Promising'"},
                   {"/proposed/side", "'marketing'"},
                   {"/proposed/member", "<string>"}},
        .keep = {{"first", "@body"}, {"proposed", "@ETag"}}),
    PUT("once", "ana", MQL, "{'wording':" OURS "}", 200,
        .headers = {"Idempotency-Key: w1", "If-Match: ${tag}"},
        .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    PUT("on what was read before", "sam", MQL, "{'wording':" OURS "}", 412,
        .headers = {"If-Match: ${tag}"}),
    PUT("and cannot agree with itself", "ana", MQL, "{'wording':" OURS "}", 200,
        .checks = {{"/agreed", "false"}, {"/proposed/side", "'marketing'"}}),
    PUT("sales would say it otherwise", "sam", MQL,
        "{'wording':{'title':'Promising','meaning':'Maybe.'}}", 200,
        .checks = {{"/agreed", "false"}, {"/proposed/side", "'sales'"}}),
    PUT("marketing insists", "ana", MQL, "{'wording':" OURS "}", 200,
        .checks = {{"/proposed/side", "'marketing'"}}),
    PUT("and sales agrees", "sam", MQL, "{'wording':" OURS "}", 200,
        .checks = {{"/title", "'Promising'"},
                   {"/meaning", "'Somebody whom we would call ourselves.'"},
                   {"/agreed", "true"},
                   {"/proposed", "null"}}),
    PUT("Baton's words again, if sales has its way", "sam", MQL, "{'wording':null}", 200,
        .checks = {{"/title", "'Promising'"},
                   {"/proposed/title", "'Marketing-qualified lead'"},
                   {"/proposed/side", "'sales'"}}),
    PUT("which marketing does not want", "ana", MQL, "{'wording':" OURS "}", 200,
        .checks = {{"/title", "'Promising'"}, {"/proposed", "null"}}),
    GET("all words", "sue", "/v1/glossary", 200,
        .checks = {{"/stages", "#10"},
                   {"/stages/0/stage", "'prospect'"},
                   {"/stages/2/title", "'Promising'"},
                   {"/stages/2/definition/term", "'mql'"},
                   {"/stages/3/definition", "null"},
                   {"/words/0/meaning", "<string>"}}),
    GET("the ledger shows it", "ana", "/v1/events?limit=500", 200,
        .checks = {{"@body", "~stage.updated"}}),
    {0},
};

static const struct step guides[] = {
    PUT("sales writes what to do", "sam", MQL, "{'guide':" GUIDE "}", 200,
        .checks = {{"/guides/sales/links/0/title", "'Script'"}, {"/guides/marketing", "null"}}),
    PUT("marketing its own", "ana", MQL, "{'guide':{'next':'Mention the webinar.'}}", 200,
        .checks = {{"/guides/sales/next", "'Call within the hour.'"},
                   {"/guides/marketing", "{'next':'Mention the webinar.'}"}}),
    PUT("and says what it promised", "ana", "/v1/campaigns/autumn",
        "{'title':'Autumn','budget':{'minor':1000,'currency':'EUR'},"
        "'promised':'A demonstration','talking_points':['They saw reporting.']}",
        200),
    POST("a lead comes by it", "marketing", "/v1/leads",
         "{'email':'kim@corp.example','attributes':{'seniority':'vp'},"
         "'touch':{'kind':'form_submitted','campaign':'autumn'}}",
         201, .keep = {{"offer", "/handoff/id"}}),
    GET("whoever works it has all of that", "sue", "/v1/handoffs/${offer}", 200,
        .checks = {{"/carries/stage/stage", "'mql'"},
                   {"/carries/stage/title", "'Marketing-qualified lead'"},
                   {"/carries/stage/guides/sales/tactics", "['Ask why now.']"},
                   {"/carries/stage/guides/marketing/next", "'Mention the webinar.'"},
                   {"/carries/campaigns", "[{'name':'autumn','title':'Autumn','starts_on':null,"
                                          "'ends_on':null,'promised':'A demonstration',"
                                          "'talking_points':['They saw reporting.']}]"}}),
    POST("also on a card that was claimed", "sue", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data/0/handoff/id", "'${offer}'"},
                    {"/data/0/handoff/carries/stage/guides/marketing/next",
                     "'Mention the webinar.'"},
                    {"/data/0/handoff/carries/campaigns", "#1"},
                    {"/data/0/handoff/carries/campaigns/0/promised", "'A demonstration'"}}),
    POST("she accepts", "sue", "/v1/handoffs/${offer}/accept", NULL, 200),
    GET("and reads what to do next", "sue", "/v1/handoffs/${offer}", 200,
        .checks = {{"/carries/stage/stage", "'sal'"}, {"/carries/stage/guides/sales", "null"}}),
    PUT("a guide goes", "sam", MQL, "{'guide':null}", 200,
        .checks = {{"/guides/sales", "null"}, {"/guides/marketing/next", "<string>"}}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {{"wording", wording}, {"guides", guides}};

STORY(words_are_agreed, SIGNED, stories[_i].steps)

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "glossary");

    EACH(tcase, words_are_agreed, stories);
}
