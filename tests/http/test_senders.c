/* What real senders do that a tidy one would not, and what comes of it. */
#include "mql_file.h"
#include "receiver.h"
#include "stage.h"
#include "suite.h"

#include <stdlib.h>

/* ---- one event, two people ---- */

#define WEBINAR                                                                                    \
    "{'name':'zoom','team':'marketing','mapping':{'email':'/email','event_id':'/id',"              \
    "'touch':{'kind':{'value':'webinar_attended'}}}}"

static const struct step one_event_of_two[] = {
    POST("a webinar tool gives all who attended the webinar's id", "ana", "/v1/sources", WEBINAR,
         201, .keep = {{"path", "/source/path"}}),
    POST("one attended", "marketing", "${path}", "{'email':'one@web.example','id':'webinar-42'}",
         202, .checks = {{"/status", "'applied'"}, {"/verdict", "'qualified'"}},
         .keep = {{"one", "/lead_id"}}),
    POST("another, too", "marketing", "${path}", "{'email':'two@web.example','id':'webinar-42'}",
         202, .checks = {{"/status", "'applied'"}, {"/verdict", "'qualified'"}},
         .keep = {{"two", "/lead_id"}, {"delivery", "/delivery_id"}}),
    GET("each has the touch", "ana", "/v1/leads/${two}", 200, .checks = {{"@ETag", "~\"3."}}),
    GET("of its own", "ana", "/v1/leads/${one}", 200, .checks = {{"@ETag", "~\"3."}},
        .keep = {{"offer", "/open_handoff"}}),
    GET("which the delivery says", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/items/0/left_out/0/code", "'event_shared'"},
                   {"/items/0/left_out/0/what", "'event_id'"}}),
    GET("and the timeline", "ana", "/v1/leads/${two}/timeline", 200,
        .checks = {{"@body", "~\"event_shared\""}}),
    POST("sent again, it is known of both", "marketing", "${path}",
         "[{'email':'one@web.example','id':'webinar-42'},"
         "{'email':'two@web.example','id':'webinar-42'}]",
         202, .checks = {{"/status", "'applied'"}}),
    GET("of the first", "ana", "/v1/leads/${one}", 200, .checks = {{"@ETag", "~\"3."}}),
    GET("and of the second", "ana", "/v1/leads/${two}", 200, .checks = {{"@ETag", "~\"3."}}),
    POST("two who are new in one delivery", "marketing", "${path}",
         "[{'email':'six@web.example','id':'webinar-43'},{'email':'ten@web.example','id':'webinar-"
         "43'}]",
         202, .checks = {{"/status", "'applied'"}}),
    GET("have it both", "ana", "/v1/leads?email=ten@web.example", 200,
        .checks = {{"/data/0/stage", "'mql'"}}),
    POST("one of the two is taken back", "ana", "/v1/handoffs/${offer}/withdraw", NULL, 200),
    POST("when it turns out that they are one", "ana", "/v1/leads/${two}/merge",
         "{'from':'${one}'}", 200, .checks = {{"/lead/id", "'${two}'"}}),
    GET("which is said of both", "ana", "/v1/leads/${two}", 200, .checks = {{"@ETag", "~\"5."}}),
    POST("the event is known still", "marketing", "${path}",
         "{'email':'one@web.example','id':'webinar-42'}", 202,
         .checks = {{"/lead_id", "'${two}'"}}),
    GET("and nothing was added", "ana", "/v1/leads/${two}", 200, .checks = {{"@ETag", "~\"5."}}),
    {0},
};

/* ---- clocks that run ahead ---- */

static const struct step a_wrong_clock[] = {
    POST("a sender whose clock is years ahead", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'company.employees':200},'occurred_at':"
         "'2036-01-01T00:00:00Z','touch':{'kind':'form_submitted'}}",
         201, .checks = {{"/counted_as_now", "true"}, {"/verdict/result", "'qualified'"}},
         .keep = {{"kim", "/lead/id"}, {"handoff", "/handoff/id"}}),
    POST("sales says what is right", "sam", "/v1/handoffs/${handoff}/reject",
         "{'reason':'too_small','corrections':{'company.employees':30}}", 200,
         .checks = {{"/handoff/class", "'bad_data'"}}),
    GET("and it holds", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/attributes/company.employees", "30"}}),
    PATCH("and so does what somebody says after", "ana", "/v1/leads/${kim}",
          "{'attributes':{'company.employees':700}}", 200),
    GET("in any case", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/attributes/company.employees", "700"}}),
    {0},
};

/* ---- who waits ---- */

static const struct step a_hot_lead_waits[] = {
    POST("sales gets a lead", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','touch':{'kind':'form_submitted'}}", 201,
         .keep = {{"handoff", "/handoff/id"}}),
    POST("and cannot reach her", "sam", "/v1/handoffs/${handoff}/reject",
         "{'reason':'unreachable'}", 200),
    POST("when she asks for a demonstration, the answer says what holds her back", "marketing",
         "/v1/leads", "{'email':'kim@acme.example','touch':{'kind':'demo_requested'}}", 200,
         .checks = {{"/verdict/result", "'qualified'"},
                    {"/handoff", "null"},
                    {"/lead/next/step", "'nurture'"},
                    {"/lead/next/why", "'rejected: unreachable'"},
                    {"/lead/next/at", "<string>"}}),
    {0},
};

/* ---- what a CRM says of a lead that is there ---- */

#define CRM                                                                                        \
    "{'name':'crm','team':'sales','mapping':{'external_id':'/contact','event_id':'/id','when':["   \
    "{'is':{'/type':'deal'},'effect':'outcome','occurred_at':'/at','outcome':{'kind':{'at':"       \
    "'/stage','map':{'open':'opportunity','won':'won','lost':'lost'}},'amount':{'at':'/value',"    \
    "'locale':'de'},'currency':'/currency','reason':'/why'}},"                                     \
    "{'is':{'/type':'facts'},'effect':'facts','facts':{'budget':{'at':'/budget','type':'number'}," \
    "'need':'/need'}},"                                                                            \
    "{'is':{'/type':'gone'},'effect':'erase'},"                                                    \
    "{'is':{'/type':'merged'},'effect':'merge','merged':'/others'},"                               \
    "{'effect':'ignore'}]}}"
#define DEAL(contact, stage, at)                                                                   \
    "{'type':'deal','contact':'" contact "','stage':'" stage "','at':'" at "'"

/* Kim, whom sales has accepted and qualified, as contact 7 of the CRM. */
#define QUALIFIED                                                                                  \
    POST("sales connects its CRM", "sam", "/v1/sources", CRM, 201,                                 \
         .keep = {{"crm", "/source/path"}, {"source", "/source/id"}}),                             \
        POST("marketing hands Kim on", "marketing", "/v1/leads",                                   \
             "{'email':'kim@acme.example','external_ids':[{'source':'crm','id':'7'}],"             \
             "'touch':{'kind':'form_submitted','source':'google'}}",                               \
             201, .keep = {{"kim", "/lead/id"}, {"handoff", "/handoff/id"}}),                      \
        POST("sales accepts", "sam", "/v1/handoffs/${handoff}/accept", NULL, 200)

static const struct step deals[] = {
    QUALIFIED,
    POST("before it is qualified nothing can come of it", "sales", "${crm}",
         DEAL("7", "open", "2026-11-20T10:00:00Z") "}", 202, .checks = {{"/status", "'failed'"}},
         .keep = {{"early", "/delivery_id"}}),
    GET("which the delivery says", "ana", "/v1/deliveries/${early}", 200,
        .checks = {{"/items/0/error", "'state_conflict'"}, {"/items/0/effect", "'outcome'"}}),
    POST("sales qualifies", "sam", "/v1/handoffs/${handoff}/qualify", NULL, 200),
    POST("now it is taken", "ana", "/v1/deliveries/${early}/replay", NULL, 200,
         .checks = {{"/status", "'applied'"}}),
    GET("it is an opportunity", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/stage", "'opportunity'"}, {"/amount", "null"}}),
    POST("its amount is told, as Germans write it", "sales", "${crm}",
         DEAL("7", "open", "2026-11-21T10:00:00Z") ",'value':'1.200,50','currency':'eur'}", 202,
         .checks = {{"/status", "'applied'"}}),
    GET("and stands there", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/amount/minor", "120050"}, {"/amount/currency", "'EUR'"}, {"@ETag", "~."}},
        .keep = {{"updated", "/updated_at"}}),
    POST("the same again", "sales", "${crm}",
         DEAL("7", "open", "2026-11-21T10:00:00Z") ",'value':'1.200,50','currency':'eur'}", 202,
         .checks = {{"/status", "'applied'"}}),
    GET("changes nothing", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/updated_at", "'${updated}'"}}),
    POST("it is won", "sales", "${crm}", DEAL("7", "won", "2026-11-24T10:00:00Z") "}", 202,
         .checks = {{"/status", "'applied'"}}),
    GET("and she a customer", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/stage", "'customer'"},
                   {"/milestones/customer", "'2026-11-24T10:00:00Z'"},
                   {"/amount/minor", "120050"}},
        .keep = {{"updated", "/updated_at"}}),
    POST("what was so before comes late, and twice", "sales", "${crm}",
         "[" DEAL("7", "open", "2026-11-22T10:00:00Z") ",'value':9,'currency':'EUR'}," DEAL(
             "7", "won", "2026-11-24T10:00:00Z") "}]",
         202, .checks = {{"/status", "'applied'"}}, .keep = {{"late", "/delivery_id"}}),
    GET("without harm", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/updated_at", "'${updated}'"}, {"/stage", "'customer'"}}),
    GET("and that is said", "ana", "/v1/deliveries/${late}", 200,
        .checks = {{"/items/0/left_out/0/code", "'older'"}}),
    POST("a stage that its map does not know is nothing to us", "sales", "${crm}",
         DEAL("7", "legal review", "2026-11-25T10:00:00Z") "}", 202,
         .checks = {{"/status", "'applied'"}}),
    POST("a deal with somebody who is not known fails, to be sent again", "sales", "${crm}",
         DEAL("8", "won", "2026-11-25T10:00:00Z") "}", 202, .checks = {{"/status", "'failed'"}},
         .keep = {{"unknown", "/delivery_id"}}),
    GET("which says so", "ana", "/v1/deliveries/${unknown}", 200,
        .checks = {{"/items/0/error", "'unknown_lead'"}}),
    {0},
};

static const struct step a_deal_that_is_lost[] = {
    QUALIFIED,
    POST("sales qualifies", "sam", "/v1/handoffs/${handoff}/qualify", NULL, 200),
    POST("it is lost, for a reason in the CRM's own words, without a date", "sales", "${crm}",
         "{'type':'deal','contact':'7','stage':'lost','why':'went with Acme','value':'a lot'}", 202,
         .checks = {{"/status", "'applied'"}}, .keep = {{"lost", "/delivery_id"}}),
    GET("she is marketing's again", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/stage", "'nurture'"}, {"/owner_team", "'marketing'"}}),
    GET("what did not fit is named", "ana", "/v1/deliveries/${lost}", 200,
        .checks = {{"/items/0/left_out/0/what", "'outcome.amount'"},
                   {"/items/0/left_out/1/what", "'outcome.reason'"},
                   {"/items/0/left_out/1/code", "'reason'"}}),
    {0},
};

static const struct step facts_and_persons[] = {
    QUALIFIED,
    POST("the CRM knows her budget", "sales", "${crm}",
         "{'type':'facts','contact':'7','budget':'50000','need':''}", 202,
         .checks = {{"/status", "'applied'"}}),
    GET("it is a fact", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/facts/budget/value", "50000"}, {"/facts/need", "!"}},
        .keep = {{"updated", "/updated_at"}}),
    POST("the same again", "sales", "${crm}", "{'type':'facts','contact':'7','budget':50000}", 202,
         .checks = {{"/status", "'applied'"}}),
    GET("is nothing new", "ana", "/v1/leads/${kim}", 200,
        .checks = {{"/updated_at", "'${updated}'"}}),
    POST("contacts 8 and 9 were the same person", "sales", "${crm}",
         "{'type':'merged','contact':'8','others':[7,'9']}", 202,
         .checks = {{"/status", "'applied'"}}),
    GET("so she is known by all of them", "ana", "/v1/leads?external_id=crm:8", 200,
        .checks = {{"/data/0/id", "'${kim}'"}}),
    GET("by the last as well", "ana", "/v1/leads?external_id=crm:9", 200,
        .checks = {{"/data/0/id", "'${kim}'"}}),
    POST("somebody of sales' own", "sales", "/v1/leads",
         "{'email':'kim.lee@acme.example','external_ids':[{'source':'crm','id':'10'}]}", 201,
         .keep = {{"other", "/lead/id"}}),
    POST("of the other side a source merges nobody", "sales", "${crm}",
         "{'type':'merged','contact':'10','others':['7']}", 202),
    POST("that she is deleted there is not enough", "sales", "${crm}",
         "{'type':'gone','contact':'10'}", 202, .checks = {{"/status", "'failed'"}},
         .keep = {{"gone", "/delivery_id"}}),
    GET("before somebody said that it is", "ana", "/v1/deliveries/${gone}", 200,
        .checks = {{"/items/0/error", "'not_confirmed'"}}),
    PATCH("sam does", "sam", "/v1/sources/${source}", "{'erases':true}", 200,
          .checks = {{"/erases", "true"}}),
    POST("sent again", "sam", "/v1/deliveries/${gone}/replay", NULL, 200,
         .checks = {{"/status", "'applied'"}}),
    GET("she is gone", "ana", "/v1/leads/${other}", 410),
    GET("and what was said of her", "ana", "/v1/deliveries/${gone}", 200,
        .checks = {{"/body", "null"}}),
    POST("told twice, there is nobody to forget", "sales", "${crm}",
         "{'type':'gone','contact':'10'}", 202, .checks = {{"/status", "'applied'"}}),
    {0},
};

/* ---- what is fetched ---- */

#define FETCHES(behaviour)                                                                         \
    "{'name':'ids','team':'marketing','mapping':{'external_id':'/id','each':['/ids',''],'when':["  \
    "{'is':{'/field_data':'*'},'event_id':'/id','occurred_at':'/created_time','email':{'at':"      \
    "'/field_data','where':{'/name':'email'},'take':'/values'},'touch':{'kind':{'value':"          \
    "'form_submitted'}}},{'effect':'fetch','fetch':{'url':'${receiver}/leads/"                     \
    "${workspace}/" behaviour                                                                      \
    "/{id}','values':{'id':'/lead'},'headers':{'Authorization':'Bearer {secret}'}}}]}}"
#define A_SOURCE(behaviour)                                                                        \
    POST("a sender sends ids", "ana", "/v1/sources", FETCHES(behaviour), 201,                      \
         .keep = {{"path", "/source/path"}, {"source", "/source/id"}})
#define SENDS(lead)                                                                                \
    POST("it sends one", "marketing", "${path}", "{'lead':'" lead "'}", 202,                       \
         .checks = {{"/status", "'applied'"}, {"/lead_id", "null"}},                               \
         .keep = {{"delivery", "/delivery_id"}})

static const struct step a_lead_is_completed[] = {
    A_SOURCE("ok"),
    POST("without a token nothing can be fetched", "marketing", "${path}", "{'lead':'l1'}", 202,
         .checks = {{"/status", "'failed'"}}, .keep = {{"delivery", "/delivery_id"}}),
    GET("which is said", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/items/0/error", "'no_secret'"}, {"/fetches", "#0"}}),
    PATCH("it is given", "ana", "/v1/sources/${source}", "{'fetch_secret':'a-page-token'}", 200,
          .checks = {{"/fetches", "true"}}),
    POST("and the delivery sent again", "ana", "/v1/deliveries/${delivery}/replay", NULL, 200,
         .checks = {{"/status", "'applied'"}}),
    UNTIL("the lead appears", "ana", "/v1/leads?email=l1@me.example", 200,
          .checks = {{"/data", "#1"}, {"/data/0/stage", "'mql'"}}),
    GET("by a delivery of its own", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/items/0/status", "'waiting'"},
                   {"/fetches/0/state", "'done'"},
                   {"/fetches/0/tries", "1"},
                   {"/fetches/0/next_at", "null"}},
        .keep = {{"result", "/fetches/0/delivery_id"}, {"lead", "/fetches/0/delivery_id"}}),
    GET("which shows what came back", "ana", "/v1/deliveries/${result}", 200,
        .checks = {{"/status", "'applied'"}, {"/body", "~l1@me.example"}},
        .keep = {{"lead", "/lead_id"}}),
    POST("the same again is fetched again", "marketing", "${path}", "{'lead':'l1'}", 202,
         .keep = {{"again", "/delivery_id"}}),
    UNTIL("and is the same event", "ana", "/v1/deliveries/${again}", 200,
          .checks = {{"/fetches/0/state", "'done'"}}),
    POST("when she is forgotten", "ana", "/v1/leads/${lead}/erase", NULL, 200),
    GET("so is what named her", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/body", "null"}, {"/fetches", "#0"}}),
    {0},
};

static const struct step fetched_the_second_time[] = {
    A_SOURCE("twice"),
    PATCH("its token is given", "ana", "/v1/sources/${source}", "{'fetch_secret':'a-page-token'}",
          200),
    SENDS("l2"),
    UNTIL("the first try fails", "ana", "/v1/deliveries/${delivery}", 200,
          .checks = {{"/fetches/0/state", "'pending'"},
                     {"/fetches/0/tries", "1"},
                     {"/fetches/0/status", "500"},
                     {"/fetches/0/failure", "'status'"},
                     {"/fetches/0/next_at", "<string>"}}),
    LATER("some seconds pass", 6),
    UNTIL("the second arrives", "ana", "/v1/leads?email=l2@me.example", 200,
          .checks = {{"/data", "#1"}}),
    {0},
};

static const struct step fetched_later[] = {
    A_SOURCE("limited"),
    PATCH("its token is given", "ana", "/v1/sources/${source}", "{'fetch_secret':'a-page-token'}",
          200),
    SENDS("l3"),
    UNTIL("it is told to wait", "ana", "/v1/deliveries/${delivery}", 200,
          .checks = {{"/fetches/0/tries", "1"}, {"/fetches/0/status", "429"}}),
    LATER("which it does", 7),
    UNTIL("and then it arrives", "ana", "/v1/leads?email=l3@me.example", 200,
          .checks = {{"/data", "#1"}}),
    {0},
};

static const struct step fetched_after_a_stall[] = {
    A_SOURCE("stalls"),
    PATCH("its token is given", "ana", "/v1/sources/${source}", "{'fetch_secret':'a-page-token'}",
          200),
    SENDS("l4"),
    UNTIL("nobody answers", "ana", "/v1/deliveries/${delivery}", 200,
          .checks = {{"/fetches/0/tries", "1"}, {"/fetches/0/failure", "'timeout'"}}),
    LATER("some seconds pass", 6),
    UNTIL("the second arrives", "ana", "/v1/leads?email=l4@me.example", 200,
          .checks = {{"/data", "#1"}}),
    {0},
};

static const struct step never_fetched[] = {
    A_SOURCE("gone"),
    PATCH("its token is given", "ana", "/v1/sources/${source}", "{'fetch_secret':'a-page-token'}",
          200),
    SENDS("l5"),
    UNTIL("what is not there is not asked for again", "ana", "/v1/deliveries/${delivery}", 200,
          .checks = {{"/fetches/0/state", "'failed'"},
                     {"/fetches/0/status", "404"},
                     {"/fetches/0/next_at", "null"}}),
    POST("but when somebody sends it again", "ana", "/v1/deliveries/${delivery}/replay", NULL, 200),
    UNTIL("it is", "ana", "/v1/deliveries/${delivery}", 200,
          .checks = {{"/fetches/0/state", "'failed'"}, {"/fetches/0/tries", "1"}}),
    POST("an address that leads elsewhere by what is sent", "ana", "/v1/sources",
         "{'name':'open','team':'marketing','mapping':{'effect':'fetch','fetch':{'url':"
         "'https://{host}/x','values':{'host':'/h'}}}}",
         400, .checks = {{"/errors/0/pointer", "'/mapping/fetch/url'"}}),
    {0},
};

/* A source that sends one kind of events needs no cases; and an answer that has no name is found by
 * its look. */
#define ONLY(name, mapping)                                                                        \
    POST("a source of one kind of events: " name, "sam", "/v1/sources",                            \
         "{'name':'" name "','team':'sales','mapping':{'external_id':'/id'," mapping "}}", 201,    \
         .checks = {{"/source/mapping/external_id", "'/id'"}})

static const struct step one_kind[] = {
    ONLY("deals", "'effect':'outcome','outcome':{'kind':'/status','at':'/closed'}"),
    ONLY("facts", "'effect':'facts','facts':{'budget':'/budget'}"),
    ONLY("merges", "'effect':'merge','merged':'/others'"),
    ONLY("ids", "'effect':'fetch','fetch':{'url':'https://api.crm.example/leads/{id}',"
                "'values':{'id':'/lead'}}"),
    POST("a source of answers without names", "ana", "/v1/sources",
         "{'name':'quiz','team':'marketing','mapping':{'external_id':{'source':'quiz',"
         "'at':'/answers','find':'email'},'attributes':{'mail':{'at':'/answers','find':'email'}}}}",
         201, .keep = {{"path", "/source/path"}}),
    POST("answers somebody", "marketing", "${path}", "{'answers':['vp','kim@corp.example']}", 202,
         .keep = {{"delivery", "/delivery_id"}}),
    GET("and is found by them", "ana", "/v1/leads?external_id=quiz:kim@corp.example", 200,
        .checks = {{"/data/0/attributes/mail", "'kim@corp.example'"}}),
    {0},
};

START_TEST(one_kind_of_events_needs_no_cases)
{
    stage_play("--starter " MQL_FILE " --sign", one_kind);
}
END_TEST

START_TEST(one_event_of_two_people_is_a_touch_of_each)
{
    stage_play("--starter " MQL_FILE " --sign", one_event_of_two);
}
END_TEST

START_TEST(a_wrong_clock_costs_nobodys_word)
{
    stage_play("--starter " MQL_FILE " --sign", a_wrong_clock);
}
END_TEST

START_TEST(who_waits_is_told_why)
{
    stage_play("--starter " MQL_FILE " --sign", a_hot_lead_waits);
}
END_TEST

START_TEST(a_deal_becomes_an_outcome)
{
    stage_play("--starter " MQL_FILE " --sign", deals);
}
END_TEST

START_TEST(a_lost_deal_goes_back)
{
    stage_play("--starter " MQL_FILE " --sign", a_deal_that_is_lost);
}
END_TEST

START_TEST(facts_merges_and_erasures_come_in)
{
    stage_play("--starter " MQL_FILE " --sign", facts_and_persons);
}
END_TEST

static void play_fetch(const struct step *steps)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_set(stage.story, "receiver", receiver_url());
    story_set(stage.story, "workspace", stage_workspace());
    receiver_secrets(stage_workspace(), "a-page-token");
    story_run(stage.story, steps);
    stage_close(&stage);
}

static const struct step *const fetches[] = {
    a_lead_is_completed,   fetched_the_second_time, fetched_later,
    fetched_after_a_stall, never_fetched,
};

START_TEST(what_a_sender_leaves_out_is_fetched)
{
    play_fetch(fetches[_i]);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "senders");

    setenv("BATON_DELIVERY_ALLOW", "127.0.0.0/8", 1);

    EACH(t, what_a_sender_leaves_out_is_fetched, fetches);
    TESTS(t, one_event_of_two_people_is_a_touch_of_each, a_wrong_clock_costs_nobodys_word,
          who_waits_is_told_why, a_deal_becomes_an_outcome, a_lost_deal_goes_back,
          facts_merges_and_erasures_come_in, one_kind_of_events_needs_no_cases);
}
