/* What real senders do that a tidy one would not, and what comes of it. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

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

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "senders");

    TESTS(t, one_event_of_two_people_is_a_touch_of_each, a_wrong_clock_costs_nobodys_word,
          who_waits_is_told_why);
}
