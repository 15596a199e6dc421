/* Handoffs: offered, claimed, answered, disputed, and what came of them. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED "--starter " MQL_FILE " --sign"
#define CHAIN                                                                                      \
    "--sdr sam@acme.example --sdr sue@acme.example --ae eli@acme.example "                         \
    "--starter " MQL_FILE " --starter sql --sign"
#define NOBODY "01939393-9393-7393-9393-939393939393"
#define AT     "/v1/handoffs/${offer}"

#define OFFERED                                                                                    \
    POST("marketing captures Kim, who is offered by route", "marketing", "/v1/leads",              \
         "{'email':'kim@corp.example','attributes':{'company.employees':120,"                      \
         "'seniority':'vp'},'touch':{'kind':'form_submitted','source':'google'}}",                 \
         201, .checks = {{"/handoff/state", "'offered'"}},                                         \
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}})

#define ACCEPTED                                                                                   \
    POST("Sam accepts", "sam", AT "/accept", NULL, 200,                                            \
         .checks = {{"/handoff/state", "'accepted'"}})

#define REJECTED                                                                                   \
    POST("Sam rejects", "sam", AT "/reject", "{'reason':'too_small','note':'a small shop'}", 200,  \
         .checks = {{"/handoff/state", "'rejected'"}, {"/handoff/class", "'contradicts'"}})

/* ---- claim and accept ---- */

static const struct step claimed[] = {
    OFFERED,
    GET("sales sees it", "sam", AT, 200,
        .checks = {{"/kind", "'standard'"},
                   {"/state", "'offered'"},
                   {"/from_team", "'marketing'"},
                   {"/to_team", "'sales'"},
                   {"/gate", "{'term':'mql','version':1}"},
                   {"/respond_by", "<string>"},
                   {"/assignee", "null"},
                   {"/previous", "null"},
                   {"/allowed_actions", "['claim','accept','reject','assign']"}}),
    GET("marketing may only take it back", "ana", AT, 200,
        .checks = {{"/allowed_actions", "['withdraw']"}}),
    GET("it waits in the list", "sue", "/v1/handoffs?state=offered&team=sales", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${offer}'"}, {"/next", "null"}}),
    POST("Sam claims what waits", "sam", "/v1/handoffs/claim",
         "{'team':'sales','limit':5,'lease_seconds':600}", 200, .headers = {"Idempotency-Key: c1"},
         .checks = {{"/data", "#1"},
                    {"/data/0/handoff/id", "'${offer}'"},
                    {"/data/0/handoff/claimed_until", "<string>"},
                    {"/data/0/handoff/allowed_actions", "['accept','reject','release','assign']"},
                    {"/data/0/lead/email", "'kim@corp.example'"},
                    {"/data/0/verdict/result", "'qualified'"},
                    {"/waiting", "0"}},
         .keep = {{"first", "@body"}, {"sam_id", "/data/0/handoff/assignee"}}),
    POST("the repeat answers the same bytes", "sam", "/v1/handoffs/claim",
         "{'team':'sales','limit':5,'lease_seconds':600}", 200, .headers = {"Idempotency-Key: c1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("nothing is left for Sue", "sue", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data", "[]"}, {"/waiting", "0"}}),
    GET("it is Sam's", "sam", "/v1/handoffs?assignee=me", 200, .checks = {{"/data", "#1"}}),
    GET("and not Sue's", "sue", "/v1/handoffs?assignee=me", 200, .checks = {{"/data", "#0"}}),
    POST("who cannot accept it", "sue", AT "/accept", NULL, 409,
         .checks = {{"/code", "'claimed_by_other'"},
                    {"/state", "'offered'"},
                    {"/allowed_actions", "['assign']"}}),
    POST("nor let it go", "sue", AT "/release", NULL, 409),
    POST("Sam lets it go", "sam", AT "/release", NULL, 200,
         .checks = {{"/handoff/assignee", "null"}, {"/handoff/claimed_until", "null"}}),
    POST("once", "sam", AT "/release", NULL, 409,
         .checks = {{"/code", "'state_conflict'"},
                    {"/state", "'offered'"},
                    {"/allowed_actions", "['claim','accept','reject','assign']"}}),
    POST("and gives it to Sue", "sam", AT "/assign",
         "{'member':'sue@acme.example','note':'she knows them'}", 200,
         .checks = {{"/handoff/assignee", "<string>"}, {"/handoff/claimed_until", "<string>"}}),
    POST("nobody of marketing can have it", "sam", AT "/assign", "{'member':'ana@acme.example'}",
         422, .checks = {{"/errors/0/pointer", "'/member'"}}),
    POST("a tool accepts for nobody", "sales", AT "/accept", NULL, 422,
         .checks = {{"/code", "'actor_required'"}}),
    POST("Sue accepts through it", "sales", AT "/accept", "{'note':'calling today'}", 200,
         .headers = {"Baton-Actor: sue@acme.example", "Idempotency-Key: a1"},
         .checks = {{"/handoff/state", "'accepted'"},
                    {"/handoff/accepted_at", "<string>"},
                    {"/handoff/decide_by", "<string>"},
                    {"/handoff/allowed_actions", "['return','qualify','assign','feedback']"},
                    {"/lead/stage", "'sal'"},
                    {"/lead/owner_team", "'sales'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "sales", AT "/accept", "{'note':'calling today'}",
         200, .headers = {"Baton-Actor: sue@acme.example", "Idempotency-Key: a1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("with another note it is another request", "sales", AT "/accept",
         "{'note':'calling tomorrow'}", 422,
         .headers = {"Baton-Actor: sue@acme.example", "Idempotency-Key: a1"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("what is accepted is not accepted again", "sam", AT "/accept", NULL, 409,
         .checks = {{"/code", "'state_conflict'"},
                    {"/state", "'accepted'"},
                    {"/allowed_actions", "['return','qualify','assign','feedback']"}}),
    POST("nor rejected", "sam", AT "/reject", "{'reason':'spam'}", 409),
    POST("nor taken back", "ana", AT "/withdraw", NULL, 409,
         .checks = {{"/state", "'accepted'"}, {"/allowed_actions", "[]"}}),
    POST("Sue calls, the first contact", "sue", "/v1/leads/${kim}/touches",
         "{'kind':'call','direction':'outbound'}", 201),
    GET("which the handoff knows", "sue", AT, 200, .checks = {{"/first_contact_at", "<string>"}}),
    {0},
};

/* ---- qualify, return, outcome ---- */

static const struct step qualified[] = {
    OFFERED,
    POST("nothing is qualified before it is accepted", "sam", AT "/qualify", "{}", 409,
         .checks = {{"/state", "'offered'"}}),
    ACCEPTED,
    POST("with no sql definition it is the word of sales", "sam", AT "/qualify",
         "{'facts':{'budget':{'value':50000,'evidence':'said so'}},'note':'a good one'}", 200,
         .headers = {"Idempotency-Key: q1"},
         .checks = {{"/handoff/state", "'qualified'"},
                    {"/handoff/definition", "null"},
                    {"/handoff/closed_at", "<string>"},
                    {"/lead/stage", "'sql'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "sam", AT "/qualify",
         "{'facts':{'budget':{'value':50000,'evidence':'said so'}},'note':'a good one'}", 200,
         .headers = {"Idempotency-Key: q1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("an opportunity", "sam", AT "/outcome",
         "{'outcome':'opportunity','amount':{'minor':900000,'currency':'EUR'}}", 200,
         .checks = {{"/handoff/outcome", "'opportunity'"}, {"/lead/stage", "'opportunity'"}}),
    POST("that is not lost without a reason", "sam", AT "/outcome", "{'outcome':'lost'}", 422,
         .checks = {{"/errors/0/pointer", "'/reason'"}}),
    POST("nor for one that nobody agreed on", "sam", AT "/outcome",
         "{'outcome':'lost','reason':'mood'}", 422,
         .checks = {{"/code", "'unknown_reason'"}, {"/allowed_reasons", "<array>"}}),
    POST("what marketing says of it does not count", "ana", AT "/outcome", "{'outcome':'won'}", 403,
         .checks = {{"/code", "'wrong_team'"}}),
    POST("every fault with its place", "sam", AT "/outcome",
         "{'outcome':'sold','price':1,'amount':{'currency':'eur'}}", 400,
         .checks = {{"/errors", "#4"},
                    {"@body", "~\"/amount/currency\""},
                    {"@body", "~\"/amount/minor\""}}),
    POST("it is won", "sam", AT "/outcome",
         "{'outcome':'won','amount':{'minor':900000,'currency':'EUR'}}", 200,
         .headers = {"Idempotency-Key: w1"},
         .checks = {{"/handoff/outcome", "'won'"},
                    {"/handoff/allowed_actions", "['feedback']"},
                    {"/lead/stage", "'customer'"},
                    {"/lead/next", "null"}}),
    POST("once", "sam", AT "/outcome", "{'outcome':'won'}", 409,
         .checks = {{"/state", "'qualified'"}, {"/allowed_actions", "['feedback']"}}),
    POST("and was worth it", "sue", AT "/feedback", "{'rating':5,'note':'more of these'}", 200,
         .headers = {"Idempotency-Key: f1"}, .checks = {{"/handoff/rating", "5"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "sue", AT "/feedback",
         "{'rating':5,'note':'more of these'}", 200, .headers = {"Idempotency-Key: f1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("marketing does not rate its own", "ana", AT "/feedback", "{'rating':5}", 403,
         .checks = {{"/code", "'wrong_team'"}}),
    POST("from 1 to 5", "sue", AT "/feedback", "{'rating':6}", 400,
         .checks = {{"/errors/0/pointer", "'/rating'"}}),
    GET("all of it comes back to marketing", "ana", "/v1/feedback", 200,
        .checks = {{"/data", "#3"},
                   {"/data/0/type", "'outcome'"},
                   {"/data/1/outcome", "'won'"},
                   {"/data/1/amount/minor", "900000"},
                   {"/data/2/type", "'feedback'"},
                   {"/data/2/rating", "5"},
                   {"/data/2/note", "'more of these'"}}),
    {0},
};

static const struct step lost[] = {
    OFFERED,
    ACCEPTED,
    POST("and qualifies", "sam", AT "/qualify", NULL, 200),
    POST("it is lost, and goes back to those who found it", "sam", AT "/outcome",
         "{'outcome':'lost','reason':'bad_timing'}", 200,
         .checks = {{"/handoff/outcome_reason", "'bad_timing'"},
                    {"/lead/stage", "'nurture'"},
                    {"/lead/owner_team", "'marketing'"},
                    {"/lead/next/step", "'nurture'"}}),
    {0},
};

static const struct step returned[] = {
    OFFERED,
    ACCEPTED,
    POST("Sam gives Kim back", "sam", AT "/return", "{'reason':'bad_timing','note':'next year'}",
         200, .headers = {"Idempotency-Key: r1"},
         .checks = {{"/handoff/state", "'returned'"},
                    {"/handoff/reason", "'bad_timing'"},
                    {"/handoff/class", "'shows_gap'"},
                    {"/lead/stage", "'nurture'"},
                    {"/lead/owner_team", "'marketing'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "sam", AT "/return",
         "{'reason':'bad_timing','note':'next year'}", 200, .headers = {"Idempotency-Key: r1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("once", "sam", AT "/return", "{'reason':'bad_timing'}", 409,
         .checks = {{"/state", "'returned'"}, {"/allowed_actions", "['feedback']"}}),
    POST("Kim is not offered again by herself", "marketing", "/v1/leads/${kim}/touches",
         "{'kind':'page_viewed'}", 201, .checks = {{"/handoff", "null"}}),
    {0},
};

/* ---- reject and dispute ---- */

static const struct step rejected[] = {
    OFFERED,
    POST("there is nothing to rate yet", "sam", AT "/feedback", "{'rating':3}", 409,
         .checks = {{"/state", "'offered'"}}),
    POST("not for a reason that nobody agreed on", "sam", AT "/reject", "{'reason':'mood'}", 422,
         .checks = {{"/code", "'unknown_reason'"},
                    {"/errors/0/pointer", "'/reason'"},
                    {"/allowed_reasons/0", "'too_small'"}}),
    POST("nor without any", "sam", AT "/reject", "{'why':'no'}", 400,
         .checks = {{"/errors", "#2"}}),
    POST("nor by marketing", "ana", AT "/reject", "{'reason':'too_small'}", 403,
         .checks = {{"/code", "'wrong_team'"}}),
    POST("Sam was on the phone: they are 30", "sam", AT "/reject",
         "{'reason':'too_small','note':'30 on the call',"
         "'corrections':{'company.employees':30}}",
         200, .headers = {"Idempotency-Key: j1"},
         .checks = {{"/handoff/state", "'rejected'"},
                    {"/handoff/class", "'bad_data'"},
                    {"/handoff/criterion",
                     "{'id':'company-size','result':'met','seen':120,'now':'unmet'}"},
                    {"/lead/stage", "'nurture'"},
                    {"/lead/owner_team", "'marketing'"},
                    {"/lead/next/step", "'nurture'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "sam", AT "/reject",
         "{'reason':'too_small','note':'30 on the call',"
         "'corrections':{'company.employees':30}}",
         200, .headers = {"Idempotency-Key: j1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("for another reason it is another request", "sam", AT "/reject", "{'reason':'spam'}", 422,
         .headers = {"Idempotency-Key: j1"}, .checks = {{"/code", "'idempotency_key_reused'"}}),
    POST("once", "sam", AT "/reject", "{'reason':'spam'}", 409,
         .checks = {{"/state", "'rejected'"}, {"/allowed_actions", "['feedback']"}}),
    POST("nor is it given to anybody", "sam", AT "/assign", "{'member':'sue@acme.example'}", 409,
         .checks = {{"/state", "'rejected'"}}),
    GET("what marketing reads of it", "ana", "/v1/feedback", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/type", "'rejected'"},
                   {"/data/0/class", "'bad_data'"},
                   {"/data/0/criterion", "'company-size'"},
                   {"/data/0/note", "'30 on the call'"}}),
    GET("and of the lead", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/attributes/company.employees", "30"}, {"/open_handoff", "null"}}),
    {0},
};

static const struct step upheld[] = {
    OFFERED,
    POST("there is nothing to dispute yet", "ana", AT "/dispute", "{'note':'look again'}", 409,
         .checks = {{"/state", "'offered'"}, {"/allowed_actions", "['withdraw']"}}),
    REJECTED,
    POST("a dispute says why", "ana", AT "/dispute", "{}", 400,
         .checks = {{"/errors/0/pointer", "'/note'"}}),
    POST("sales does not dispute its own word", "sam", AT "/dispute", "{'note':'look again'}", 403,
         .checks = {{"/code", "'wrong_team'"}}),
    POST("Ana does", "ana", AT "/dispute", "{'note':'120 on their own site'}", 200,
         .headers = {"Idempotency-Key: d1"}, .checks = {{"/handoff/dispute", "'open'"}},
         .keep = {{"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", AT "/dispute",
         "{'note':'120 on their own site'}", 200, .headers = {"Idempotency-Key: d1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    POST("once", "ana", AT "/dispute", "{'note':'again'}", 409,
         .checks = {{"/state", "'rejected'"}, {"/allowed_actions", "[]"}}),
    POST("and does not answer herself", "ana", AT "/uphold", NULL, 403),
    GET("sales is asked", "sue", AT, 200,
        .checks = {{"/allowed_actions", "['feedback','uphold','concede']"}}),
    POST("Sue upholds", "sue", AT "/uphold", "{'note':'contractors'}", 200,
         .checks = {{"/handoff/dispute", "'upheld'"}, {"/handoff/state", "'rejected'"}}),
    POST("that is the end of it", "sue", AT "/concede", NULL, 409,
         .checks = {{"/allowed_actions", "['feedback']"}}),
    POST("nor is it upheld twice", "sue", AT "/uphold", NULL, 409),
    {0},
};

static const struct step conceded[] = {
    OFFERED,
    REJECTED,
    POST("Ana disputes it", "ana", AT "/dispute", "{'note':'120 on their own site'}", 200),
    POST("Sam looks again", "sam", AT "/concede", "{'note':'right'}", 200,
         .headers = {"Idempotency-Key: n1"},
         .checks = {{"/handoff/dispute", "'conceded'"},
                    {"/handoff/state", "'rejected'"},
                    {"/new_handoff/state", "'accepted'"},
                    {"/new_handoff/previous", "'${offer}'"},
                    {"/lead/owner_team", "'sales'"},
                    {"/lead/stage", "'sal'"}},
         .keep = {{"first", "@body"}, {"again", "/new_handoff/id"}}),
    POST("the repeat answers the same bytes", "sam", AT "/concede", "{'note':'right'}", 200,
         .headers = {"Idempotency-Key: n1"},
         .checks = {{"@body", "=${first}"}, {"@Idempotent-Replayed", "=true"}}),
    GET("the lead is handed off anew", "sam", "/v1/leads/${kim}", 200,
        .checks = {{"/open_handoff", "'${again}'"}}),
    GET("and what was said stands in order", "ana", "/v1/feedback", 200,
        .checks = {{"/data/0/type", "'rejected'"},
                   {"/data/1/type", "'disputed'"},
                   {"/data/2/type", "'conceded'"}}),
    {0},
};

/* ---- by hand ---- */

static const struct step by_hand[] = {
    POST("marketing captures Lee, who does not qualify", "marketing", "/v1/leads",
         "{'email':'lee@corp.example'}", 201, .checks = {{"/handoff", "null"}},
         .keep = {{"lee", "/lead/id"}}),
    POST("so Lee is not offered", "ana", "/v1/handoffs", "{'lead_id':'${lee}','to_team':'sales'}",
         422, .checks = {{"/code", "'not_qualified'"}, {"/errors", "<array>"}}),
    POST("an exception says why", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'strategic'}", 422,
         .checks = {{"/errors/0/pointer", "'/note'"}}),
    POST("and is one that was agreed on", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'account_based','note':'x'}", 422,
         .checks = {{"/errors/0/code", "'not_agreed'"}}),
    POST("Lee is not unclear", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'unclear','note':'x'}", 422,
         .checks = {{"/errors/0/code", "'not_unclear'"}}),
    POST("not what sales does not own", "sam", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'override','note':'x'}", 403,
         .checks = {{"/code", "'wrong_team'"}}),
    POST("nor where no route leads", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'nowhere'}", 422,
         .checks = {{"/errors/0/pointer", "'/to_team'"}}),
    POST("every fault with its place", "ana", "/v1/handoffs",
         "{'lead_id':'Lee','kind':'imported','why':'x'}", 400, .checks = {{"/errors", "#4"}}),
    POST("nobody is not offered", "ana", "/v1/handoffs",
         "{'lead_id':'" NOBODY "','to_team':'sales'}", 404),
    POST("a tool offers nobody", "marketing", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales'}", 403),
    POST("Ana makes an exception", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'strategic','note':'their CEO called'}", 201,
         .headers = {"Idempotency-Key: o1"},
         .checks = {{"/handoff/kind", "'strategic'"},
                    {"/handoff/state", "'offered'"},
                    {"/handoff/offer_note", "'their CEO called'"},
                    {"/lead/owner_team", "'marketing'"},
                    {"@Location", "~/v1/handoffs/"}},
         .keep = {{"offer", "/handoff/id"}, {"first", "@body"}}),
    POST("the repeat answers the same bytes", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'strategic','note':'their CEO called'}", 201,
         .headers = {"Idempotency-Key: o1"},
         .checks = {{"@body", "=${first}"},
                    {"@Location", "=" AT},
                    {"@Idempotent-Replayed", "=true"}}),
    POST("Lee is offered already", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'override','note':'x'}", 409,
         .checks = {{"/code", "'state_conflict'"},
                    {"/state", "'offered'"},
                    {"/allowed_actions", "['withdraw']"}}),
    POST("sales does not take it back", "sam", AT "/withdraw", NULL, 403,
         .checks = {{"/code", "'wrong_team'"}}),
    POST("a date that has passed is none to wait for", "max", AT "/withdraw",
         "{'until':'2020-01-01T00:00:00Z'}", 422, .checks = {{"/errors/0/pointer", "'/until'"}}),
    POST("Max does, and she is left in peace until the day that she named", "max", AT "/withdraw",
         "{'until':'2999-01-01T00:00:00Z','note':'Asked us to wait.'}", 200,
         .headers = {"Idempotency-Key: w1"},
         .checks = {{"/handoff/state", "'withdrawn'"},
                    {"/lead/owner_team", "'marketing'"},
                    {"/lead/next/step", "'nurture'"},
                    {"/lead/next/at", "'2999-01-01T00:00:00Z'"},
                    {"/lead/next/why", "'withdrawn'"}}),
    GET("what was offered of her is found by her", "sam", "/v1/handoffs?lead_id=${lee}", 200,
        .checks = {{"/data/0/lead_id", "'${lee}'"}}),
    GET("nothing is overdue", "sam", "/v1/handoffs?overdue=true", 200, .checks = {{"/data", "#0"}}),
    POST("once", "max", AT "/withdraw", NULL, 409,
         .checks = {{"/state", "'withdrawn'"}, {"/allowed_actions", "[]"}}),
    POST("and offers Lee against the verdict", "max", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'override','note':'trust me'}", 201,
         .checks = {{"/handoff/kind", "'override'"}}, .keep = {{"offer", "/handoff/id"}}),
    POST("which sales does not", "sam", AT "/reject", "{'reason':'no_authority'}", 200,
         .checks = {{"/handoff/class", "'confirms_exception'"}}),
    POST("sales finds one of its own", "sales", "/v1/leads", "{'email':'own@corp.example'}", 201,
         .keep = {{"own", "/lead/id"}}),
    POST("which skips the gate", "sam", "/v1/handoffs",
         "{'lead_id':'${own}','to_team':'sales','kind':'self_sourced'}", 201,
         .checks = {{"/handoff/state", "'accepted'"},
                    {"/handoff/from_team", "'sales'"},
                    {"/handoff/gate", "null"},
                    {"/lead/stage", "'sal'"}}),
    {0},
};

/* ---- a chain ---- */

static const struct step chain[] = {
    OFFERED,
    ACCEPTED,
    POST("what the sql definition asks for is not known", "sam", AT "/qualify",
         "{'facts':{'budget':{'value':50000},'need':{'value':'none'}}}", 422,
         .checks = {{"/code", "'not_qualified'"},
                    {"/errors", "#3"},
                    {"/errors/0/pointer", "'/facts/authority'"},
                    {"/errors/0/code", "'unknown'"},
                    {"/errors/1/pointer", "'/facts/need'"},
                    {"/errors/1/code", "'unmet'"},
                    {"/errors/2/pointer", "'/facts/timeline'"}}),
    GET("and nothing of it was kept", "sam", "/v1/leads/${kim}", 200,
        .checks = {{"/facts", "{}"}, {"/stage", "'sal'"}}),
    POST("with all four the lead goes on to the account executives", "sam", AT "/qualify",
         "{'facts':{'budget':{'value':50000},'authority':{'value':'she decides'},"
         "'need':{'value':'reporting'},'timeline':{'value':'this quarter'}}}",
         200,
         .checks = {{"/handoff/state", "'qualified'"},
                    {"/handoff/definition", "{'term':'sql','version':1}"},
                    {"/lead/stage", "'sql'"}}),
    POST("the next link of the chain", "eli", "/v1/handoffs/claim", "{'team':'ae'}", 200,
         .checks = {{"/data", "#1"},
                    {"/data/0/handoff/from_team", "'sdr'"},
                    {"/data/0/handoff/gate", "{'term':'sql','version':1}"},
                    {"/data/0/lead/id", "'${kim}'"},
                    {"/data/0/verdict/term", "'sql'"}},
         .keep = {{"second", "/data/0/handoff/id"}}),
    POST("is not for the ones before", "sam", "/v1/handoffs/${second}/accept", NULL, 403,
         .checks = {{"/code", "'wrong_team'"}}),
    POST("Eli accepts", "eli", "/v1/handoffs/${second}/accept", NULL, 200,
         .checks = {{"/lead/owner_team", "'ae'"}, {"/lead/stage", "'sql'"}}),
    GET("sales tools find Kim among the sqls", "eli", "/v1/leads?reached=sql", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/id", "'${kim}'"},
                   {"/data/0/reached_at", "<string>"}}),
    {0},
};

/* ---- what is refused ---- */

static const char *const actions[] = {"accept",  "reject",   "return",  "qualify", "withdraw",
                                      "release", "assign",   "dispute", "uphold",  "concede",
                                      "outcome", "feedback", "claim"};

static const char *const bodies[] = {
    NULL,
    "{'reason':'spam'}",
    "{'reason':'spam'}",
    "{}",
    NULL,
    NULL,
    "{'member':'sam@acme.example'}",
    "{'note':'x'}",
    NULL,
    NULL,
    "{'outcome':'won'}",
    "{'rating':3}",
    NULL,
};

#define ACTIONS (sizeof actions / sizeof *actions - 1) /* claim has a path of its own */

static void refuse_one(struct story *story, const char *action, const char *body)
{
    story_set(story, "action", action);
    const struct step steps[] = {
        POST("without a key", NO_KEY, AT "/${action}", body, 401),
        POST("with a key that may not", "marketing", AT "/${action}", body, 403,
             .checks = {{"/code", "'forbidden'"}}),
        POST("there is none", "sam", "/v1/handoffs/" NOBODY "/${action}", body, 404,
             .headers = {"Idempotency-Key: n-${action}"},
             .checks = {{"@Idempotent-Replayed", "!"}}),
        POST("nor the second time", "sam", "/v1/handoffs/" NOBODY "/${action}", body, 404,
             .headers = {"Idempotency-Key: n-${action}"},
             .checks = {{"@Idempotent-Replayed", "=true"}}),
        POST("the key with another handoff", "sam", AT "/${action}", body, 422,
             .headers = {"Idempotency-Key: n-${action}"},
             .checks = {{"/code", "'idempotency_key_reused'"}}),
        POST("from another workspace", "other_sam", AT "/${action}", body, 404,
             .checks = {{"/code", "'not_found'"}}),
        POST("not JSON", "sam", AT "/${action}", NULL, 400, .raw = "{"),
        POST("with what nobody knows", "sam", AT "/${action}", "{'colour':'red'}", 400,
             .checks = {{"@body", "~/colour"}}),
        GET("by another method", "sam", AT "/${action}", 405, .checks = {{"@Allow", "~POST"}}),
        {0},
    };
    story_run(story, steps);
}

static const struct step offered[] = {OFFERED, {0}};

static const struct step refused[] = {
    POST("no claim for another team", "ana", "/v1/handoffs/claim", "{'team':'sales'}", 403,
         .checks = {{"/code", "'wrong_team'"}}),
    POST("nor for none", "sam", "/v1/handoffs/claim", "{'team':'nowhere'}", 422,
         .checks = {{"/errors/0/pointer", "'/team'"}}),
    POST("nor by a tool", "sales", "/v1/handoffs/claim", "{'team':'sales'}", 422,
         .checks = {{"/code", "'actor_required'"}}),
    POST("nor for ever", "sam", "/v1/handoffs/claim",
         "{'limit':1000,'lease_seconds':1,'mine':true}", 400, .checks = {{"/errors", "#4"}}),
    GET("no list by what nobody knows", "sam",
        "/v1/handoffs?state=open&due_before=tomorrow&owner=me", 400, .checks = {{"/errors", "#3"}}),
    GET("none without a key", NO_KEY, "/v1/handoffs", 401),
    GET("no handoff that there is not", "sam", "/v1/handoffs/" NOBODY, 404),
    GET("nor one of another workspace", "other_sam", AT, 404),
    GET("where it is not in the list", "other_sam", "/v1/handoffs", 200,
        .checks = {{"/data", "#0"}}),
    POST("nor to be claimed", "other_sam", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data", "#0"}, {"/waiting", "0"}}),
    POST("nor is its lead to be offered", "other_ana", "/v1/handoffs",
         "{'lead_id':'${kim}','to_team':'sales'}", 404),
    GET("it is as it was", "sam", AT, 200,
        .checks = {{"/state", "'offered'"}, {"/assignee", "null"}}),
    {0},
};

START_TEST(what_does_not_fit_is_refused_and_changes_nothing)
{
    struct stage stage = stage_open(SIGNED);

    stage_add_workspace(&stage, "other_", SIGNED);
    story_run(stage.story, offered);
    for (size_t i = 0; i < ACTIONS; i++)
        refuse_one(stage.story, actions[i], bodies[i]);
    story_run(stage.story, refused);
    stage_close(&stage);
}
END_TEST

/* ---- erased ---- */

static const struct step erased[] = {
    POST("Kim is erased", "ana", "/v1/leads/${kim}/erase", NULL, 200),
    GET("the offer was taken back", "sam", AT, 200,
        .checks = {{"/state", "'withdrawn'"}, {"/reason", "'erased'"}, {"/allowed_actions", "[]"}}),
    POST("nobody waits", "sam", "/v1/handoffs/claim", "{'team':'sales'}", 200,
         .checks = {{"/data", "#0"}}),
    POST("nor is Kim to be offered", "ana", "/v1/handoffs",
         "{'lead_id':'${kim}','to_team':'sales','kind':'override','note':'x'}", 410,
         .checks = {{"/code", "'gone'"}}),
    {0},
};

static const struct step conceded_and_erased[] = {
    POST("Sam returns what he conceded, and says why", "sam", "/v1/handoffs/${again}/return",
         "{'reason':'too_small','note':'Kim says 30'}", 200,
         .checks = {{"/handoff/note", "'Kim says 30'"}}),
    POST("Ana disputes that too", "ana", "/v1/handoffs/${again}/dispute", "{'note':'Kim said 120'}",
         200),
    POST("Kim is erased", "ana", "/v1/leads/${kim}/erase", NULL, 200),
    GET("and what was said of Kim", "sam", "/v1/handoffs/${again}", 200,
        .checks = {{"/state", "'returned'"}, {"/note", "null"}, {"/criterion/seen", "null"}}),
    GET("by both sides", "ana", "/v1/feedback", 200,
        .checks = {{"/data/3/type", "'returned'"},
                   {"/data/3/note", "null"},
                   {"/data/4/type", "'disputed'"},
                   {"/data/4/note", "null"}}),
    {0},
};

START_TEST(what_a_concession_made_is_erased_too)
{
    struct stage stage = stage_open(SIGNED);

    story_run(stage.story, conceded);
    story_run(stage.story, conceded_and_erased);
    stage_close(&stage);
}
END_TEST

static void gone_one(struct story *story, const char *action, const char *body)
{
    bool by_marketing = strcmp(action, "withdraw") == 0 || strcmp(action, "dispute") == 0;
    const struct step steps[] = {
        POST("nothing is done with it any more", by_marketing ? "ana" : "sam", AT "/${action}",
             body, 410, .checks = {{"/code", "'gone'"}}),
        {0},
    };

    story_set(story, "action", action);
    story_run(story, steps);
}

START_TEST(an_erased_lead_takes_its_handoff_with_it)
{
    struct stage stage = stage_open(SIGNED);

    story_run(stage.story, offered);
    story_run(stage.story, erased);
    for (size_t i = 0; i < ACTIONS; i++)
        gone_one(stage.story, actions[i], bodies[i]);
    stage_close(&stage);
}
END_TEST

/* ---- two at once ---- */

struct rep {
    const char *token;
    pthread_barrier_t *start;
    int status;
    size_t got;
};

static void *claim_one(void *context)
{
    struct rep *rep = context;
    struct client *client = client_new(service_url(stage_service()));
    struct answer answer;
    const struct call call = {.method = "POST",
                              .target = "/v1/handoffs/claim",
                              .token = rep->token,
                              .body = "{\"team\":\"sales\"}"};

    pthread_barrier_wait(rep->start);
    if (client_try(client, &call, &answer)) {
        rep->status = answer.status;
        rep->got = json_array_size(json_object_get(answer.json, "data"));
        answer_release(&answer);
    }
    client_free(client);
    return NULL;
}

START_TEST(two_reps_claim_at_once_and_one_gets_it)
{
    struct stage stage = stage_open(SIGNED);
    pthread_barrier_t start;
    pthread_t threads[2];
    struct rep reps[2] = {{.token = story_get(stage.story, "sam"), .start = &start},
                          {.token = story_get(stage.story, "sue"), .start = &start}};

    story_run(stage.story, offered);
    pthread_barrier_init(&start, NULL, 2);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, claim_one, &reps[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    ck_assert_int_eq(reps[0].status, 200);
    ck_assert_int_eq(reps[1].status, 200);
    ck_assert_uint_eq(reps[0].got + reps[1].got, 1);
    stage_close(&stage);
}
END_TEST

/* ---- the tests ---- */

static const struct {
    const char *options;
    const struct step *steps;
} stories[] = {
    {SIGNED, claimed},  {SIGNED, qualified}, {SIGNED, lost},
    {SIGNED, returned}, {SIGNED, rejected},  {SIGNED, upheld},
    {SIGNED, conceded}, {SIGNED, by_hand},   {CHAIN, chain},
};

STORY(handoffs_are_answered, stories[_i].options, stories[_i].steps)

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "stories");

    EACH(t, handoffs_are_answered, stories);
    TESTS(t, what_does_not_fit_is_refused_and_changes_nothing,
          an_erased_lead_takes_its_handoff_with_it, what_a_concession_made_is_erased_too,
          two_reps_claim_at_once_and_one_gets_it);
}
