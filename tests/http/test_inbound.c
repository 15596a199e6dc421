/* What senders deliver: stored whatever it is, mapped item by item, signed or with a key, mapped
 * again when it did not fit. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include "base/base64.h"
#include "base/digest.h"
#include "store/pg/pg.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "a secret of both sides"
#define SIGNED "{\"email\":\"kim@acme.example\",\"id\":\"e1\"}"

static const struct step a_source[] = {
    POST("marketing has a form tool that posts with its key", "ana", "/v1/sources",
         "{'name':'hubspot','team':'marketing','mapping':{'email':'/contact/email',"
         "'event_id':'/id','attributes':{'company.employees':'/contact/size'},"
         "'claimed_stage':{'at':'/lifecyclestage','map':{'marketingqualifiedlead':'mql'}},"
         "'touch':{'kind':{'value':'form_submitted'},'source':'/utm'}}}",
         201, .keep = {{"source", "/source/id"}, {"path", "/source/path"}, {"etag", "@ETag"}}),
    {0},
};

#define DELIVERY                                                                                   \
    "{'id':'evt-1','lifecyclestage':'marketingqualifiedlead','contact':{'email':'Kim@Acme."        \
    "example'"                                                                                     \
    ",'size':120},'utm':'google','more':[1,{'x':null}]}"

static const struct step delivered[] = {
    POST(
        "a delivery becomes a lead of the source's team", "marketing", "${path}", DELIVERY, 202,
        .checks = {{"/status", "'applied'"}, {"/claimed_stage", "'mql'"}, {"/verdict", "<string>"}},
        .keep = {{"lead", "/lead_id"}, {"delivery", "/delivery_id"}}),
    GET("the lead is there, and claimed is not qualified", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/email", "'kim@acme.example'"},
                   {"/claimed_stage", "'mql'"},
                   {"/owner_team", "'marketing'"},
                   {"/attributes/company.employees", "120"}}),
    POST("the same event again is another delivery and changes nothing", "marketing", "${path}",
         DELIVERY, 202,
         .checks = {{"/status", "'applied'"}, {"/lead_id", "'${lead}'"}, {"/verdict", "<string>"}}),
    GET("one touch came of both", "ana", "/v1/leads/${lead}/timeline", 200,
        .checks = {{"/data/0/type", "'lead.captured'"},
                   {"/data/0/touch/source", "'google'"},
                   {"/data/1/touch", "null"},
                   {"/data/2/touch", "null"},
                   {"/data", "#3"}}),
    POST("nobody is named as the one who replays it", "ana", "/v1/deliveries/${delivery}/replay",
         NULL, 422, .headers = {"Baton-Actor: nobody@acme.example"},
         .checks = {{"/code", "'actor_required'"}}),
    POST("replayed, it has no second effect", "ana", "/v1/deliveries/${delivery}/replay", NULL, 200,
         .checks = {{"/status", "'applied'"},
                    {"/lead_id", "'${lead}'"},
                    {"/delivery_id", "'${delivery}'"}}),
    POST("a repeat of a request answers as the first time", "marketing", "${path}",
         "{'contact':{'email':'lou@acme.example'}}", 202, .headers = {"Idempotency-Key: again"},
         .keep = {{"first", "/delivery_id"}}),
    POST("and is not delivered twice", "marketing", "${path}",
         "{'contact':{'email':'lou@acme.example'}}", 202, .headers = {"Idempotency-Key: again"},
         .checks = {{"/delivery_id", "'${first}'"}, {"@Idempotent-Replayed", "=true"}}),
    POST("another body under the same key is another request", "marketing", "${path}",
         "{'contact':{'email':'lea@acme.example'}}", 422, .headers = {"Idempotency-Key: again"},
         .checks = {{"/code", "'idempotency_key_reused'"}}),
    {0},
};

static const struct step unmapped[] = {
    POST("what does not fit is stored, and the sender is content", "marketing", "${path}",
         "{'mail':'lee@acme.example'}", 202,
         .checks = {{"/status", "'failed'"},
                    {"/lead_id", "null"},
                    {"/verdict", "null"},
                    {"/claimed_stage", "null"}},
         .keep = {{"failed", "/delivery_id"}}),
    GET("it is listed with code and place, without a value", "ana", "/v1/deliveries?status=failed",
        200,
        .checks = {{"/data", "#1"},
                   {"/data/0/id", "'${failed}'"},
                   {"/data/0/error", "'no_identity at /contact/email'"}}),
    POST("mapped again it fails again", "ana", "/v1/deliveries/${failed}/replay", NULL, 200,
         .checks = {{"/status", "'failed'"}}),
    PATCH("the mapping is mended", "ana", "/v1/sources/${source}", "{'mapping':{'email':'/mail'}}",
          200, .headers = {"If-Match: ${etag}"}),
    POST("and now it holds", "ana", "/v1/deliveries/${failed}/replay", NULL, 200,
         .checks = {{"/status", "'applied'"}, {"/lead_id", "<string>"}},
         .keep = {{"lee", "/lead_id"}}),
    GET("none has failed any more", "ana", "/v1/deliveries?status=failed", 200,
        .checks = {{"/data", "#0"}}),
    POST("the person goes, and the raw body too", "ana", "/v1/leads/${lee}/erase", NULL, 200),
    POST("so nothing can be mapped again", "ana", "/v1/deliveries/${failed}/replay", NULL, 410),
    {0},
};

static const struct step several[] = {
    POST("a source that delivers several at once", "ana", "/v1/sources",
         "{'name':'fair','team':'marketing','mapping':{'each':'/visitors','email':'/mail',"
         "'touch':{'kind':{'value':'fair_visit'}}}}",
         201, .keep = {{"path", "/source/path"}, {"source", "/source/id"}, {"etag", "@ETag"}}),
    POST("the answer speaks of the first", "marketing", "${path}",
         "{'visitors':[{'mail':'a@acme.example'},{'mail':'b@acme.example'}]}", 202,
         .checks = {{"/status", "'applied'"}},
         .keep = {{"delivery", "/delivery_id"}, {"first", "/lead_id"}}),
    GET("the second is there as well", "ana", "/v1/leads?email=b@acme.example", 200,
        .checks = {{"/data", "#1"}}),
    POST("one wrong item fails alone", "marketing", "${path}",
         "{'visitors':[{'mail':'nobody'},{'mail':'c@acme.example'}]}", 202,
         .checks = {{"/status", "'partial'"}, {"/lead_id", "<string>"}},
         .keep = {{"delivery", "/delivery_id"}, {"third", "/lead_id"}}),
    GET("the good one is there", "ana", "/v1/leads?email=c@acme.example", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${third}'"}}),
    GET("the delivery names both", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/status", "'partial'"},
                   {"/error", "'email at /visitors/0/mail'"},
                   {"/lead_id", "'${third}'"},
                   {"/headers/authorization", "'(hidden)'"},
                   {"/headers/content-type", "'application/json'"},
                   {"/body_encoding", "'utf-8'"},
                   {"/items", "#2"},
                   {"/items/0/status", "'failed'"},
                   {"/items/0/error", "'email at /visitors/0/mail'"},
                   {"/items/0/lead_id", "null"},
                   {"/items/1/status", "'applied'"},
                   {"/items/1/lead_id", "'${third}'"}}),
    GET("those in part are listed apart", "ana", "/v1/deliveries?status=partial", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${delivery}'"}}),
    POST("an item that it does not have", "ana", "/v1/deliveries/${delivery}/replay",
         "{'items':[2]}", 422, .checks = {{"/errors/0/pointer", "'/items/0'"}}),
    POST("one item is mapped again", "ana", "/v1/deliveries/${delivery}/replay", "{'items':[1]}",
         200, .checks = {{"/status", "'partial'"}, {"/lead_id", "'${third}'"}}),
    GET("and adds no touch", "ana", "/v1/leads/${third}/timeline", 200,
        .checks = {{"/data", "#1"}}),
    PATCH("the mapping learns of another place", "ana", "/v1/sources/${source}",
          "{'mapping':{'each':'/visitors','external_id':'/mail','touch':{'kind':{'value':"
          "'fair_visit'}}}}",
          200, .headers = {"If-Match: ${etag}"}),
    POST("the one that failed is mapped again", "ana", "/v1/deliveries/${delivery}/replay",
         "{'items':[0]}", 200, .checks = {{"/status", "'applied'"}, {"/lead_id", "<string>"}}),
    GET("now both are there", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/status", "'applied'"},
                   {"/error", "null"},
                   {"/items/0/lead_id", "<string>"},
                   {"/items/1/lead_id", "'${third}'"},
                   {"/replayed_at", "<string>"}}),
    GET("a delivery that is none", "ana", "/v1/deliveries/0199c000-0000-7000-8000-000000000000",
        404),
    {0},
};

/* A value that does not fit costs itself, never the lead. */
static const struct step fitted[] = {
    POST("a form that asks for much", "ana", "/v1/sources",
         "{'name':'form','team':'marketing','mapping':{'email':'/email','attributes':{"
         "'size':{'at':'/size','type':'number'},'since':{'at':'/since','type':'date'},"
         "'consent':{'at':'/consent','type':'boolean'},'message':'/message'},"
         "'touch':{'kind':{'value':'form_submitted'},'campaign':'/utm_campaign'}}}",
         201, .keep = {{"path", "/source/path"}}),
    POST("of all that was filled in little fits", "marketing", "${path}",
         "{'email':'kim@acme.example','size':'many','since':'soon','consent':'perhaps',"
         "'message':{},'utm_campaign':'kim@acme.example'}",
         202, .checks = {{"/status", "'applied'"}},
         .keep = {{"lead", "/lead_id"}, {"delivery", "/delivery_id"}}),
    GET("the delivery names what is missing, and why", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/error", "null"},
                   {"/items/0/left_out", "#5"},
                   {"/items/0/left_out/0/what", "'attributes.consent'"},
                   {"/items/0/left_out/0/at", "'/consent'"},
                   {"/items/0/left_out/0/code", "'boolean'"},
                   {"/items/0/left_out/1/code", "'type'"},
                   {"/items/0/left_out/2/code", "'date'"},
                   {"/items/0/left_out/3/code", "'number'"},
                   {"/items/0/left_out/4/what", "'touch.campaign'"},
                   {"/items/0/left_out/4/code", "'personal'"}}),
    GET("and so does the lead's timeline", "ana", "/v1/leads/${lead}/timeline", 200,
        .checks = {{"/data/0/touch/campaign", "'(personal)'"},
                   {"/data/0/left_out", "#5"},
                   {"/data/0/left_out/3/what", "'attributes.size'"},
                   {"/data/0/left_out/3/code", "'number'"}}),
    {0},
};

/* Optional fields as forms send them: each lead arrives, and what is wrong is named. */
static const struct step optional[] = {
    POST("a form with optional fields", "ana", "/v1/sources",
         "{'name':'optional','team':'marketing','mapping':{'email':'/email','attributes':{"
         "'size':{'at':'/size','type':'number','locale':'en'},'consent':{'at':'/consent','type':"
         "'boolean'},'since':{'at':'/since','type':'date','format':'dd/MM/yyyy'},"
         "'phone':'/phone'},'occurred_at':'/t','touch':{'kind':{'value':'form_submitted'},"
         "'campaign':'/utm_campaign'}}}",
         201, .keep = {{"path", "/source/path"}}),
    POST("numbers and dates as people write them", "marketing", "${path}",
         "{'email':'Kim Lee <kim@q.example>','size':'1,200','consent':'','since':'20/11/2025',"
         "'phone':'+49 351 1','t':'2026-11-20T12:00:00+0200','utm_campaign':'2026/11/13'}",
         202, .keep = {{"lead", "/lead_id"}, {"delivery", "/delivery_id"}}),
    GET("are understood", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/email", "'kim@q.example'"},
                   {"/attributes/size", "1200"},
                   {"/attributes/since", "'2025-11-20T00:00:00Z'"},
                   {"/attributes/phone", "'+49 351 1'"}}),
    GET("and nothing was left out", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/items/0/left_out", "#0"}, {"/read", "#0"}}),
    GET("the offset without a colon is one", "ana", "/v1/leads/${lead}/timeline", 200,
        .checks = {{"/data/0/touch/occurred_at", "'2026-11-20T10:00:00Z'"},
                   {"/data/0/touch/campaign", "'2026/11/13'"}}),
    POST("a field left blank says nothing", "marketing", "${path}",
         "{'email':'kim@q.example','phone':'','t':1763630000.5}", 202,
         .checks = {{"/lead_id", "'${lead}'"}}),
    GET("so what was known stays", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/attributes/phone", "'+49 351 1'"}}),
    POST("a clock that is years off", "marketing", "${path}",
         "{'email':'lou@q.example','t':'9999-12-31T00:00:00Z'}", 202,
         .checks = {{"/status", "'applied'"}}, .keep = {{"delivery", "/delivery_id"}}),
    GET("counts as now, and that is said", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/items/0/left_out/0/what", "'occurred_at'"},
                   {"/items/0/left_out/0/code", "'date_bounds'"}}),
    POST("no address", "marketing", "${path}", "{'email':'kim at acme'}", 202,
         .checks = {{"/status", "'failed'"}}, .keep = {{"delivery", "/delivery_id"}}),
    GET("and why it is none", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/items/0/detail", "'This is not an email address: there is no @ in it.'"}}),
    {0},
};

/* Answers in an array, whose order changes; several kinds of events on one address. */
static const struct step answers[] = {
    POST("answers are found by their names", "ana", "/v1/sources",
         "{'name':'ads','team':'marketing','mapping':{'event_id':'/id','email':{'at':"
         "'/field_data','where':{'/name':['email','E-Mail']},'take':'/values/0'},'attributes':{"
         "'name':{'at':'/field_data','where':{'/name':'full_name'},'take':'/values/0'}},"
         "'touch':{'kind':{'value':'form_submitted'}}}}",
         201, .keep = {{"path", "/source/path"}}),
    POST("in one order", "marketing", "${path}",
         "{'id':'l1','field_data':[{'name':'email','values':['m1@me.example']},"
         "{'name':'full_name','values':['Mo M']}]}",
         202, .checks = {{"/status", "'applied'"}}),
    POST("and in another", "marketing", "${path}",
         "{'id':'l2','field_data':[{'name':'full_name','values':['Mo N']},"
         "{'name':'e-mail','values':['m2@me.example']}]}",
         202, .checks = {{"/status", "'applied'"}}, .keep = {{"lead", "/lead_id"}}),
    GET("each is where it belongs", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/email", "'m2@me.example'"}, {"/attributes/name", "'Mo N'"}}),
    POST("a tool that sends all its events to one address", "ana", "/v1/sources",
         "{'name':'tool','team':'marketing','mapping':{'external_id':'/lead/id','email':"
         "'/lead/fields/core/email/value','when':[{'each':'/mautic.lead_post_save_new','touch':{"
         "'kind':{'value':'form_submitted'}}},{'each':'/mautic.lead_post_save_update'},"
         "{'each':'/mautic.lead_points_change','effect':'ignore'}]}}",
         201, .keep = {{"path", "/source/path"}}),
    POST("a new contact, a changed one, and points", "marketing", "${path}",
         "{'mautic.lead_post_save_update':[{'lead':{'id':31,'fields':{'core':{'email':{'value':"
         "'mau@ma.example'}}}}}],'mautic.lead_points_change':[{'lead':{'id':31}}],"
         "'mautic.lead_post_save_new':[{'lead':{'id':32,'fields':{'core':{'email':{'value':"
         "'neu@ma.example'}}}}}]}",
         202, .checks = {{"/status", "'applied'"}}, .keep = {{"delivery", "/delivery_id"}}),
    GET("are what they are", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/items", "#3"},
                   {"/items/0/status", "'applied'"},
                   {"/items/1/status", "'applied'"},
                   {"/items/2/status", "'ignored'"},
                   {"/items/2/effect", "'ignore'"},
                   {"/items/2/lead_id", "null"}}),
    POST("what only happens is ignored as a whole", "marketing", "${path}",
         "{'mautic.lead_points_change':[{'lead':{'id':31}}]}", 202,
         .checks = {{"/status", "'applied'"}, {"/lead_id", "null"}}),
    POST("a kind that nobody thought of is a failure", "marketing", "${path}",
         "{'mautic.new_thing':[{'lead':{'id':31}}]}", 202, .checks = {{"/status", "'failed'"}}),
    {0},
};

#define MAILED "'mapping':{'email':'/email'}}"
#define LOU    "{'email':'lou@q.example'}"

/* Senders that cannot sign show a key where they can. */
static const struct step keys[] = {
    POST("a source whose sender knows only an address", "ana", "/v1/sources",
         "{'name':'wordpress','team':'marketing','auth':{'scheme':'key','query':'key',"
         "'secret':'" SECRET "'}," MAILED,
         201, .keep = {{"path", "/source/path"}}),
    POST("the key stands in the address", NO_KEY, "${path}?key=a+secret+of+both+sides&x=1", LOU,
         202, .checks = {{"/status", "'applied'"}}, .keep = {{"delivery", "/delivery_id"}}),
    POST("another one opens nothing", NO_KEY, "${path}?key=another", LOU, 401),
    POST("nor does none", NO_KEY, "${path}", LOU, 401),
    POST("a source that wants a header", "ana", "/v1/sources",
         "{'name':'flow','team':'marketing','auth':{'scheme':'key','header':'X-Flow-Key',"
         "'secret':'" SECRET "'}," MAILED,
         201, .keep = {{"path", "/source/path"}}),
    POST("which it gets", NO_KEY, "${path}", LOU, 202, .headers = {"X-Flow-Key: " SECRET},
         .keep = {{"delivery", "/delivery_id"}}),
    GET("and does not show", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/headers/x-flow-key", "'(hidden)'"}}),
    POST("a source whose key is in the body", "ana", "/v1/sources",
         "{'name':'google','team':'marketing','auth':{'scheme':'key','body':'/google_key',"
         "'secret':'" SECRET "'}," MAILED,
         201, .keep = {{"path", "/source/path"}}),
    POST("as Google's forms have it", NO_KEY, "${path}",
         "{'email':'lou@q.example','google_key':'" SECRET "'}", 202,
         .checks = {{"/status", "'applied'"}}),
    POST("the wrong one", NO_KEY, "${path}", "{'email':'lou@q.example','google_key':'x'}", 401),
    POST("none", NO_KEY, "${path}", LOU, 401),
    POST("what is no JSON shows none", NO_KEY, "${path}", NULL, 401, .raw = "google_key"),
    POST("a source with a name and a password", "ana", "/v1/sources",
         "{'name':'sdk','team':'marketing','auth':{'scheme':'basic','secret':"
         "'a-secret-of-both-sides'}," MAILED,
         201, .keep = {{"path", "/source/path"}}),
    POST("the key is the name", NO_KEY, "${path}", LOU, 202,
         .headers = {"Authorization: Basic YS1zZWNyZXQtb2YtYm90aC1zaWRlczo="}),
    POST("or the password", NO_KEY, "${path}", LOU, 202,
         .headers = {"Authorization: Basic eDphLXNlY3JldC1vZi1ib3RoLXNpZGVz"}),
    POST("and else opens nothing", NO_KEY, "${path}", LOU, 401,
         .headers = {"Authorization: Basic eDp4"}),
    POST("nor does what is no base64", NO_KEY, "${path}", LOU, 401,
         .headers = {"Authorization: Basic !"}),
    POST("a form with parts", "marketing", "${path}", NULL, 202,
         .content_type = "multipart/form-data; boundary=xYz",
         .raw = "--xYz\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nlou@q.example"
                "\r\n--xYz--\r\n",
         .checks = {{"/status", "'applied'"}}),
    POST("a coding that nobody knows is kept", "marketing", "${path}", NULL, 202,
         .headers = {"Content-Encoding: br"}, .raw = "\x8b\x01",
         .checks = {{"/status", "'failed'"}}),
    GET("it is asked nothing", "ana", "${path}", 422),
    POST("a scheme has its own members", "ana", "/v1/sources",
         "{'name':'x','team':'marketing','auth':{'scheme':'key','query':'a','header':'B'},"
         "'mapping':{'email':'/email'}}",
         400, .checks = {{"/errors/0/pointer", "'/auth'"}}),
    POST("and what it needs", "ana", "/v1/sources",
         "{'name':'x','team':'marketing','auth':{'scheme':'hmac_sha1','query':'a'},"
         "'mapping':{'email':'/email'}}",
         400,
         .checks = {{"/errors/0/pointer", "'/auth/query'"},
                    {"/errors/1/pointer", "'/auth/header'"}}),
    {0},
};

/* A mapping is tried before it counts, and leaves no trace. */
static const struct step tried[] = {
    POST("a source", "ana", "/v1/sources",
         "{'name':'tried','team':'marketing','mapping':{'email':'/email','attributes':{'size':{"
         "'at':'/size','type':'number'},'seniority':'/title'},'touch':{'kind':{'value':"
         "'form_submitted'},'source':'/utm'}}}",
         201, .keep = {{"source", "/source/id"}, {"path", "/source/path"}}),
    POST("a body is tried", "ana", "/v1/sources/${source}/try",
         "{'body':{'email':'Kim <KIM@acme.example>','size':'many','title':'vp','utm':'google'}}",
         200,
         .checks = {{"/error", "null"},
                    {"/items", "#1"},
                    {"/items/0/status", "'applied'"},
                    {"/items/0/left_out/0/code", "'number'"},
                    {"/items/0/result/lead_id", "null"},
                    {"/items/0/result/identities/0/value", "'kim@acme.example'"},
                    {"/items/0/result/attributes/seniority", "'vp'"},
                    {"/items/0/result/touch/kind", "'form_submitted'"},
                    {"/items/0/result/touch/source", "'google'"},
                    {"/items/0/result/verdict", "<string>"}}),
    GET("and nothing is there", "ana", "/v1/leads?email=kim@acme.example", 200,
        .checks = {{"/data", "#0"}}),
    GET("no delivery either", "ana", "/v1/deliveries", 200, .checks = {{"/data", "#0"}}),
    POST("a delivery that does not fit", "marketing", "${path}", "{'mail':'lou@acme.example'}", 202,
         .checks = {{"/status", "'failed'"}}, .keep = {{"delivery", "/delivery_id"}}),
    POST("another mapping is tried on it", "ana", "/v1/sources/${source}/try",
         "{'delivery':'${delivery}','mapping':{'email':'/mail'}}", 200,
         .checks = {{"/items/0/status", "'applied'"}, {"/items/0/result/touch", "null"}}),
    POST("under the source's own it fails", "ana", "/v1/sources/${source}/try",
         "{'delivery':'${delivery}'}", 200,
         .checks = {{"/items/0/status", "'failed'"}, {"/items/0/result", "null"}}),
    GET("the lead is not there", "ana", "/v1/leads?email=lou@acme.example", 200,
        .checks = {{"/data", "#0"}}),
    POST("a text as it is sent", "ana", "/v1/sources/${source}/try",
         "{'body':'email=ina%40acme.example&size=7','content_type':"
         "'application/x-www-form-urlencoded'}",
         200, .headers = {"Idempotency-Key: once"},
         .checks = {{"/items/0/result/attributes/size", "7"}}),
    POST("what was shown is not stored", "ana", "/v1/sources/${source}/try",
         "{'body':'email=ina%40acme.example&size=7','content_type':"
         "'application/x-www-form-urlencoded'}",
         200, .headers = {"Idempotency-Key: once"},
         .checks = {{"/items", "#0"}, {"@Idempotent-Replayed", "=true"}}),
    POST("a body that is no JSON", "ana", "/v1/sources/${source}/try", "{'body':'<lead/>'}", 200,
         .checks = {{"/error", "'not_json at line 1, column 1'"}, {"/items", "#0"}}),
    POST("one of both is wanted", "ana", "/v1/sources/${source}/try", "{}", 400),
    POST("a mapping that is none", "ana", "/v1/sources/${source}/try",
         "{'body':{},'mapping':{'email':'x'}}", 400,
         .checks = {{"/errors/0/pointer", "'/mapping/email'"}}),
    POST("a delivery that is none", "ana", "/v1/sources/${source}/try",
         "{'delivery':'0199c000-0000-7000-8000-000000000000'}", 404),
    POST("nobody tries", "ana", "/v1/sources/${source}/try", "{'delivery':'${delivery}'}", 422,
         .headers = {"Baton-Actor: nobody@acme.example"}),
    POST("Max comes", "marketing", "${path}", "{'email':'max@acme.example'}", 202,
         .keep = {{"max", "/lead_id"}, {"gone", "/delivery_id"}}),
    POST("and is forgotten", "ana", "/v1/leads/${max}/erase", NULL, 200),
    POST("what he sent is too", "ana", "/v1/sources/${source}/try", "{'delivery':'${gone}'}", 410),
    POST("nobody asks for him", "sam", "/v1/leads/${max}/request", "{'note':'x'}", 410),
    POST("or reviews him", "ana", "/v1/leads/${max}/review", "{'decision':'nurture'}", 410),
    {0},
};

/* A sender that many have: its name is enough. */
static const struct step preset[] = {
    GET("the senders that are known", "ana", "/v1/presets", 200,
        .checks = {{"/data", "#19"}, {"/data/0/name", "'calendly'"}}),
    POST("one of them", "ana", "/v1/sources", "{'preset':'google-ads','team':'marketing'}", 201,
         .checks = {{"/source/name", "'google-ads'"},
                    {"/source/auth/body", "'/google_key'"},
                    {"/secret", "<string>"},
                    {"/steps", "#1"},
                    {"/steps/0", "~/v1/inbound/"}},
         .keep = {{"path", "/source/path"},
                  {"key", "/secret"},
                  {"source", "/source/id"},
                  {"etag", "@ETag"}}),
    POST("its sender sends", NO_KEY, "${path}",
         "{'lead_id':'TeSter-1','google_key':'${key}','campaign_id':7,'user_column_data':["
         "{'column_id':'EMAIL','string_value':'kim@acme.example'}]}",
         202, .checks = {{"/status", "'applied'"}}, .keep = {{"lead", "/lead_id"}}),
    GET("a lead", "ana", "/v1/leads/${lead}", 200, .checks = {{"/email", "'kim@acme.example'"}}),
    POST("test data make none", NO_KEY, "${path}",
         "{'lead_id':'t','google_key':'${key}','is_test':true,'user_column_data':[]}", 202,
         .checks = {{"/status", "'applied'"}, {"/lead_id", "null"}}),
    PATCH("the workspace changes its copy", "ana", "/v1/sources/${source}",
          "{'mapping':{'external_id':'/lead_id'}}", 200, .headers = {"If-Match: ${etag}"}),
    POST("with the sender's own secret and another name", "ana", "/v1/sources",
         "{'preset':'meta','name':'ads','team':'marketing','secret':'" SECRET "'}", 201,
         .headers = {"Idempotency-Key: meta"},
         .checks = {{"/source/name", "'ads'"},
                    {"/secret", "'" SECRET "'"},
                    {"/source/auth/verify_token", "<string>"}}),
    POST("and again", "ana", "/v1/sources",
         "{'preset':'meta','name':'ads','team':'marketing','secret':'" SECRET "'}", 201,
         .headers = {"Idempotency-Key: meta"}, .checks = {{"/secret", "'" SECRET "'"}}),
    POST("a sender that nobody knows", "ana", "/v1/sources",
         "{'preset':'nobody','team':'marketing'}", 400,
         .checks = {{"/errors/0/code", "'unknown_preset'"}}),
    POST("without one all has to be said", "ana", "/v1/sources", "{'team':'marketing'}", 400,
         .checks = {{"/errors", "#2"}}),
    {0},
};

/* The libraries of Segment and RudderStack, with nothing changed but their host. The header is what
 * they make of the write key; see write_key(). */
static const struct step libraries[] = {
    POST("who somebody is", NO_KEY, "/v1/identify",
         "{'userId':'u1','anonymousId':'a1','traits':{'email':'kim@acme.example','name':'Kim'},"
         "'messageId':'m1','timestamp':'2026-11-22T10:00:00.000Z'}",
         202, .headers = {"Authorization: Basic ${basic}"}, .checks = {{"/status", "'applied'"}},
         .keep = {{"lead", "/lead_id"}}),
    POST("and what they did, several at once", NO_KEY, "/v1/batch",
         "{'batch':[{'type':'track','userId':'u1','event':'Form Submitted','messageId':'m2',"
         "'context':{'campaign':{'source':'google','name':'q4'}}},{'type':'page','anonymousId':"
         "'a1','messageId':'m3','context':{'page':{'path':'/p'}}}],'sentAt':"
         "'2026-11-22T10:00:02.000Z'}",
         202, .headers = {"Authorization: Basic ${basic}"},
         .checks = {{"/status", "'applied'"}, {"/lead_id", "'${lead}'"}}),
    GET("all of it is one lead's", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/email", "'kim@acme.example'"}, {"/attributes/name", "'Kim'"}}),
    POST("they repeat what they are not sure of", NO_KEY, "/v1/batch",
         "{'batch':[{'type':'track','userId':'u1','event':'Form Submitted','messageId':'m2',"
         "'context':{'campaign':{'source':'google','name':'q4'}}}]}",
         202, .headers = {"Authorization: Basic ${basic}"}),
    GET("which changes nothing", "ana", "/v1/leads/${lead}/timeline", 200,
        .checks = {{"/data", "#3"},
                   {"/data/1/touch/campaign", "'q4'"},
                   {"/data/2/touch/kind", "'page_viewed'"}}),
    POST("a track alone", NO_KEY, "/v1/track", "{'userId':'u1','event':'X','messageId':'m4'}", 202,
         .headers = {"Authorization: Basic ${basic}"}, .checks = {{"/lead_id", "'${lead}'"}}),
    POST("a page", NO_KEY, "/v1/page", "{'userId':'u1','properties':{},'messageId':'m5'}", 202,
         .headers = {"Authorization: Basic ${basic}"}, .checks = {{"/lead_id", "'${lead}'"}}),
    POST("a screen", NO_KEY, "/v1/screen", "{'userId':'u1','properties':{},'messageId':'m6'}", 202,
         .headers = {"Authorization: Basic ${basic}"}, .checks = {{"/lead_id", "'${lead}'"}}),
    POST("a company", NO_KEY, "/v1/group",
         "{'userId':'u1','groupId':'g1','traits':{'name':'Acme'},'messageId':'m7'}", 202,
         .headers = {"Authorization: Basic ${basic}"}, .checks = {{"/lead_id", "'${lead}'"}}),
    POST("another name", NO_KEY, "/v1/alias", "{'userId':'u1','previousId':'a2','messageId':'m8'}",
         202, .headers = {"Authorization: Basic ${basic}"}, .checks = {{"/lead_id", "'${lead}'"}}),
    POST("another write key", NO_KEY, "/v1/identify", "{'userId':'u1'}", 401,
         .headers = {"Authorization: Basic V0sxMjM6"}),
    POST("none", NO_KEY, "/v1/identify", "{'userId':'u1'}", 401),
    POST("a key of the team says not which source", "marketing", "/v1/identify", "{'userId':'u1'}",
         422),
    {0},
};

static const struct step a_library[] = {
    POST("a source of the preset", "ana", "/v1/sources", "{'preset':'segment','team':'marketing'}",
         201, .keep = {{"source", "/source/id"}, {"secret", "/secret"}}),
    {0},
};

/* What Meta and LinkedIn ask before they send. The answer to the challenge was made by another
 * program. */
static const struct step handshakes[] = {
    POST("a page's leads", "ana", "/v1/sources",
         "{'name':'meta','team':'marketing','auth':{'scheme':'hmac_sha256','header':"
         "'X-Hub-Signature-256','prefix':'sha256=','handshake':'meta','verify_token':"
         "'meatyhamhock','secret':'" SECRET "'}," MAILED,
         201, .keep = {{"path", "/source/path"}}),
    GET("the challenge is sent back", NO_KEY,
        "${path}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock", 200,
        .checks = {{"@Content-Type", "=text/plain; charset=utf-8"}, {"@body", "=1158201444"}}),
    GET("not to those who do not know the token", NO_KEY,
        "${path}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=another", 403),
    GET("nor anything else than a challenge", NO_KEY,
        "${path}?hub.mode=subscribe&hub.challenge=%3Cb%3E&hub.verify_token=meatyhamhock", 400),
    POST("LinkedIn's leads", "ana", "/v1/sources",
         "{'name':'linkedin','team':'marketing','auth':{'scheme':'hmac_sha256','header':"
         "'X-LI-Signature','over':'hmacsha256={body}','handshake':'linkedin','secret':"
         "'s3cr3t-key-of-both'}," MAILED,
         201, .keep = {{"path", "/source/path"}}),
    GET("its challenge is answered", NO_KEY,
        "${path}?challengeCode=890e4665-4dfe-4ab1-b689-ed553bceeed0", 200,
        .checks = {{"/challengeCode", "'890e4665-4dfe-4ab1-b689-ed553bceeed0'"},
                   {"/challengeResponse", "<string>"}}),
    GET("a source that is none", NO_KEY, "/v1/inbound/nothing-that-is-a-source", 401),
    {0},
};

/* What comes with a valid proof is stored and answered 202, and then read. */
static const struct step stored[] = {
    POST("a source", "ana", "/v1/sources",
         "{'name':'any','team':'marketing','mapping':{'email':'/email','attributes':{'click':"
         "'/click_id'},'touch':{'kind':{'value':'form_submitted'}}}}",
         201, .keep = {{"path", "/source/path"}}),
    POST("a number of 21 digits", "marketing", "${path}", NULL, 202,
         .raw = "{\"email\":\"v1@q.example\",\"click_id\":120210123456789012345}",
         .checks = {{"/status", "'applied'"}},
         .keep = {{"lead", "/lead_id"}, {"delivery", "/delivery_id"}}),
    GET("is a text, with all of them", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/attributes/click", "'120210123456789012345'"}}),
    GET("and that is said", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/read/0/code", "'big_number'"}, {"/read/0/at", "'/click_id'"}}),
    POST("an emoji that was cut in half", "marketing", "${path}", NULL, 202,
         .raw = "{\"email\":\"v2@q.example\",\"meta\":{\"x\":\"cut \\ud83d\"}}",
         .checks = {{"/status", "'applied'"}}),
    POST("a NUL", "marketing", "${path}", NULL, 202,
         .raw = "{\"email\":\"v3@q.example\",\"meta\":{\"x\":\"\\u0000\"}}",
         .checks = {{"/status", "'applied'"}}),
    POST("a name that stands twice", "marketing", "${path}", NULL, 202,
         .raw = "{\"email\":\"v4@q.example\",\"click_id\":\"a\",\"click_id\":\"b\"}",
         .checks = {{"/status", "'applied'"}}, .keep = {{"lead", "/lead_id"}}),
    GET("the last one counts", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/attributes/click", "'b'"}}),
    POST("a form of an old page", "marketing", "${path}", NULL, 202,
         .content_type = "application/x-www-form-urlencoded",
         .raw = "email=v5%40q.example&click_id=M%FCller", .checks = {{"/status", "'applied'"}},
         .keep = {{"lead", "/lead_id"}, {"delivery", "/delivery_id"}}),
    GET("is read as it was meant", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/attributes/click", "'M\303\274ller'"}}),
    POST("what is no JSON", "marketing", "${path}", NULL, 202, .raw = "<lead/>",
         .checks = {{"/status", "'failed'"}}, .keep = {{"delivery", "/delivery_id"}}),
    GET("can be looked at", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/error", "'not_json at line 1, column 1'"},
                   {"/body", "'<lead/>'"},
                   {"/items", "#0"}}),
    POST("and mapped again, in vain", "ana", "/v1/deliveries/${delivery}/replay", NULL, 200,
         .checks = {{"/status", "'failed'"}}),
    POST("another type", "marketing", "${path}", NULL, 202, .content_type = "application/xml",
         .raw = "<lead/>", .checks = {{"/status", "'failed'"}}),
    POST("nothing at all", "marketing", "${path}", NULL, 202, .checks = {{"/status", "'failed'"}},
         .keep = {{"delivery", "/delivery_id"}}),
    GET("is also something", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/error", "'empty'"}, {"/body", "''"}}),
    POST("bytes that are no text", "marketing", "${path}", NULL, 202, .raw = "\xff\x80\x81",
         .checks = {{"/status", "'failed'"}}, .keep = {{"delivery", "/delivery_id"}}),
    GET("are shown in base64", "ana", "/v1/deliveries/${delivery}", 200,
        .checks = {{"/body_encoding", "'base64'"}, {"/body", "'/4CB'"}}),
    {0},
};

static const struct step forms[] = {
    POST("a source of a form", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','mapping':{'email':'/E-Mail','attributes':{"
         "'company.employees':'/size','zip':{'at':'/zip','type':'text'},'note':'/note'}}}",
         201, .keep = {{"path", "/source/path"}}),
    POST("its fields are the members of an object", "marketing", "${path}", NULL, 202,
         .content_type = "application/x-www-form-urlencoded; charset=utf-8",
         .raw = "E-Mail=kim%2Bfair%40acme.example&size=120&zip=10115&note=two%0D%0Alines+here&&",
         .checks = {{"/status", "'applied'"}},
         .keep = {{"lead", "/lead_id"}, {"delivery", "/delivery_id"}}),
    GET("as they were sent", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/email", "'kim+fair@acme.example'"},
                   {"/attributes/company.employees", "120"},
                   {"/attributes/zip", "'10115'"},
                   {"/attributes/note", "'two\\r\\nlines here'"}}),
    POST("a form can be mapped again", "ana", "/v1/deliveries/${delivery}/replay", NULL, 200,
         .checks = {{"/lead_id", "'${lead}'"}}),
    POST("a broken escape is no form", "marketing", "${path}", NULL, 202,
         .content_type = "application/x-www-form-urlencoded", .raw = "E-Mail=%4",
         .checks = {{"/status", "'failed'"}}),
    {0},
};

static const struct step refused[] = {
    POST("no key", NO_KEY, "${path}", "{}", 401),
    POST("a role too small", "sales", "${path}", "{}", 403),
    POST("a source that is none", "marketing", "/v1/inbound/nothing-that-is-a-source", "{}", 404),
    POST("of another workspace", "other_marketing", "${path}", "{}", 404),
    POST("a delivery that is none", "ana",
         "/v1/deliveries/0199c000-0000-7000-8000-000000000000/replay", NULL, 404),
    PATCH("the source rests", "ana", "/v1/sources/${source}", "{'active':false}", 200,
          .headers = {"If-Match: ${etag}"}),
    POST("and takes nothing", "marketing", "${path}", "{}", 404),
    {0},
};

static const struct step signed_by_both[] = {
    POST("a source whose sender signs", "ana", "/v1/sources",
         "{'name':'signed','team':'marketing','auth':{'scheme':'hmac_sha256','header':"
         "'X-Signature','prefix':'sha256=','secret':'" SECRET "'},"
         "'mapping':{'email':'/email','event_id':'/id'}}",
         201, .keep = {{"path", "/source/path"}, {"signed", "/source/id"}, {"etag", "@ETag"}}),
    POST("signed in hex", NO_KEY, "${path}", NULL, 202, .headers = {"X-Signature: sha256=${hex}"},
         .raw = SIGNED, .checks = {{"/status", "'applied'"}}, .keep = {{"lead", "/lead_id"}}),
    POST("signed, and sent in chunks", NO_KEY, "${path}", NULL, 202,
         .headers = {"X-Signature: sha256=${hex}", "Transfer-Encoding: chunked"}, .raw = SIGNED,
         .checks = {{"/lead_id", "'${lead}'"}}),
    GET("the lead belongs to the source's team", "ana", "/v1/leads/${lead}", 200,
        .checks = {{"/owner_team", "'marketing'"}}),
    POST("the signature of another body", NO_KEY, "${path}", NULL, 401,
         .headers = {"X-Signature: sha256=${hex}"}, .raw = "{\"email\":\"mallory@acme.example\"}"),
    POST("without the prefix", NO_KEY, "${path}", NULL, 401, .headers = {"X-Signature: ${hex}"},
         .raw = SIGNED),
    POST("without the header", NO_KEY, "${path}", NULL, 401, .raw = SIGNED),
    POST("a key of the team opens it too", "marketing", "${path}", NULL, 202, .raw = SIGNED),
    POST("another secret is prepared", "ana", "/v1/sources/${signed}/secret/rotate",
         "{'secret':'the next secret of both'}", 200),
    POST("the sender has not changed over yet", NO_KEY, "${path}", NULL, 202,
         .headers = {"X-Signature: sha256=${hex}"}, .raw = SIGNED,
         .checks = {{"/lead_id", "'${lead}'"}}),
    POST("now it has", NO_KEY, "${path}", NULL, 202, .headers = {"X-Signature: sha256=${next}"},
         .raw = SIGNED, .checks = {{"/lead_id", "'${lead}'"}}),
    POST("neither of them", NO_KEY, "${path}", NULL, 401,
         .headers = {"X-Signature: sha256=${third}"}, .raw = SIGNED),
    POST("the old one ends", "ana", "/v1/sources/${signed}/secret/retire", NULL, 200,
         .keep = {{"etag", "@ETag"}}),
    POST("and opens nothing", NO_KEY, "${path}", NULL, 401,
         .headers = {"X-Signature: sha256=${hex}"}, .raw = SIGNED),
    POST("the new one does", NO_KEY, "${path}", NULL, 202,
         .headers = {"X-Signature: sha256=${next}"}, .raw = SIGNED),
    POST("for a second both", "ana", "/v1/sources/${signed}/secret/rotate",
         "{'secret':'" SECRET "','overlap_seconds':1}", 200, .keep = {{"etag", "@ETag"}}),
    {0},
};

static const struct step changed_at_once[] = {
    PATCH("the secret changes", "ana", "/v1/sources/${signed}",
          "{'auth':{'scheme':'hmac_sha256','header':'X-Signature','encoding':'base64',"
          "'secret':'another secret now'}}",
          200, .headers = {"If-Match: ${etag}"}),
    POST("the old one opens nothing", NO_KEY, "${path}", NULL, 401,
         .headers = {"X-Signature: sha256=${hex}"}, .raw = SIGNED),
    POST("the new one does, in base64", NO_KEY, "${path}", NULL, 202,
         .headers = {"X-Signature: ${base64}"}, .raw = SIGNED,
         .checks = {{"/lead_id", "'${lead}'"}}),
    {0},
};

START_TEST(a_delivery_becomes_a_lead)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_run(stage.story, a_source);
    story_run(stage.story, delivered);
    stage_close(&stage);
}
END_TEST

START_TEST(what_does_not_fit_is_mapped_again)
{
    struct stage stage = stage_open("");

    story_run(stage.story, a_source);
    story_run(stage.story, unmapped);
    stage_close(&stage);
}
END_TEST

/* Whatever a mapping and a proof may say is kept as it was said. */
static const struct step spoken[] = {
    POST("a source whose mapping says all that one can", "ana", "/v1/sources",
         "{'name':'wordy','team':'marketing','auth':{'scheme':'hmac_sha256','secret':"
         "'a secret of the sender','header':'X-Sign','encoding':'hex','prefix':'v1=','over':"
         "'{t}.{body}','timestamp_header':'X-Time','tolerance_seconds':60},'mapping':{"
         "'email':{'first':['/mail',{'join':['/user','/domain'],'with':'@','cut':200,"
         "'case':'lower'}],'null_values':['none']},"
         "'external_id':{'source':'crm','at':'/ids','where':{'/kind':'crm'},'take':'/id',"
         "'decode':'url','query':'id','split':'-','part':-1,'case':'upper','cut':40,"
         "'map':{'A':'B'},'null_values':['0'],'on_fault':'leave'},"
         "'occurred_at':{'at':'/when','format':'M/d/yyyy h:mm a','zone':'America/New_York'},"
         "'touch':{'kind':{'value':'form_submitted'},'term':'/term','url':'/page',"
         "'cost':{'at':'/cost','locale':'de'},'currency':'/currency',"
         "'source':{'at':'/page','query':'utm_source','decode':'url','on_fault':'cut'},"
         "'campaign':{'at':'/tags','where':{'/name':'campaign'},'take':'/value','split':',',"
         "'part':0,'map':{'q4':'q4-launch'}}},"
         "'attributes':{'revenue':{'at':'/rows','where':{'/name':'revenue'},'take':'/value',"
         "'type':'number','locale':'de','null_values':['n/a']},"
         "'budget':{'first':['/budget','/money'],'type':'number','decimal':',','group':'.'},"
         "'title':{'join':['/a','/b'],'with':' ','decode':'url','case':'lower','cut':100,"
         "'split':'|','part':0,'map':{'x':'y'},'on_fault':'cut'},"
         "'page':{'at':'/page','query':'p'},'stage':{'value':'new'},"
         "'since':{'at':'/since','type':'date','format':'d.M.yyyy','zone':'Europe/Berlin'}},"
         "'when':[{'is':{'/type':'seen'},'effect':'touch','null_values':['-']},"
         "{'effect':'lead'}]}}",
         201),
    POST("one with the older hash", "ana", "/v1/sources",
         "{'name':'older','team':'marketing','auth':{'scheme':'hmac_sha1','secret':"
         "'a secret of the sender','header':'X-Sign','encoding':'hex','over':'{t}{body}',"
         "'timestamp_header':'X-Time','tolerance_seconds':60},'mapping':{'email':'/mail',"
         "'external_id':{'join':['/shop','/customer'],'with':'-','format':'d.M.yyyy',"
         "'zone':'UTC'}}}",
         201),
    POST("one of HubSpot's", "ana", "/v1/sources",
         "{'name':'hub','team':'marketing','auth':{'scheme':'hubspot','secret':"
         "'a secret of the sender','tolerance_seconds':60},'mapping':{'email':'/mail',"
         "'external_id':{'first':['/vid','/id']}}}",
         201),
    POST("one of the common standard", "ana", "/v1/sources",
         "{'name':'svix','team':'marketing','auth':{'scheme':'standard_webhooks','secret':"
         "'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw','tolerance_seconds':60},"
         "'mapping':{'email':'/mail','external_id':{'value':'guest'}}}",
         201),
    {0},
};

STORY(what_a_mapping_says_is_kept, "", spoken)

STORY(one_item_never_fails_another, "", several)

STORY(a_value_never_costs_the_lead, "", fitted)

STORY(fields_are_read_as_people_write_them, "", optional)

STORY(answers_and_events_have_names, "", answers)

STORY(a_key_is_shown_where_it_can_be, "", keys)

STORY(a_mapping_is_tried, "--starter " MQL_FILE " --sign", tried)

STORY(a_preset_makes_a_source, "", preset)

STORY(senders_ask_first, "", handshakes)

STORY(nothing_that_is_authenticated_is_lost, "", stored)

STORY(a_form_is_an_object, "", forms)

START_TEST(what_is_refused)
{
    struct stage stage = stage_open("");

    stage_add_workspace(&stage, "other_", "");
    story_run(stage.story, a_source);
    story_run(stage.story, refused);
    stage_close(&stage);
}
END_TEST

/* What a library puts into its header: the write key, and no password. */
static void write_key(struct stage *stage)
{
    char key[256], text[BASE64_LEN(sizeof key) + 1];

    snprintf(key, sizeof key, "%s_%s:", story_get(stage->story, "source"),
             story_get(stage->story, "secret"));
    base64_encode(key, strlen(key), text);
    story_set(stage->story, "basic", text);
}

START_TEST(libraries_work_unchanged)
{
    struct stage stage = stage_open("");

    story_run(stage.story, a_library);
    write_key(&stage);
    story_run(stage.story, libraries);
    stage_close(&stage);
}
END_TEST

/* The command line says what to paste where. */
START_TEST(a_preset_by_the_command_line)
{
    static const char *const said[] = {
        "source   segment, of the team marketing\n", "address  https://b.example/v1/inbound/",
        "secret   ", "1. In the library give the host https://b.example and the write key "};
    struct stage stage = stage_open("");
    char words[256];

    snprintf(words, sizeof words,
             "source create %s segment --team marketing --url https://b.example",
             stage_workspace());
    char *out = stage_baton(words, 0);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        ck_assert_msg(strstr(out, said[i]) != NULL, "%s", out);
    free(out);
    snprintf(words, sizeof words, "source create %s nobody --team marketing 2>&1",
             stage_workspace());
    out = stage_baton(words, 2);
    ck_assert_msg(strstr(out, "calendly, contact-form-7") != NULL, "%s", out);
    free(out);
    stage_close(&stage);
}
END_TEST

static void sign(struct stage *stage, const char *secret, const char *name, bool base64)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct digest_part body = {SIGNED, sizeof SIGNED - 1};
    uint8_t mac[DIGEST_BYTES + 1] = {0};
    char text[2 * DIGEST_BYTES + 1] = "";

    digest_hmac((const uint8_t *)secret, strlen(secret), &body, 1, mac);
    for (size_t i = 0; !base64 && i < DIGEST_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02X", mac[i]);
    for (size_t bit = 0, i = 0; base64 && i < 43; i++, bit += 6)
        text[i] = digits[((mac[bit / 8] << 8 | mac[bit / 8 + 1]) >> (10 - bit % 8)) & 63];
    if (base64)
        text[43] = '=';
    story_set(stage->story, name, text);
}

/* Deliveries signed so are answered so, within a while. */
static void await_status(struct stage *stage, const char *name, int wanted)
{
    char header[128];
    int64_t until = pg_deadline_in(CALL_TIMEOUT_MS);
    struct answer answer;
    int status;

    snprintf(header, sizeof header, "X-Signature: sha256=%s", story_get(stage->story, name));
    do {
        poll(NULL, 0, 20);
        client_call(stage->client,
                    &(struct call){.method = "POST",
                                   .target = story_get(stage->story, "path"),
                                   .body = SIGNED,
                                   .headers = {header}},
                    &answer);
        status = answer.status;
        answer_release(&answer);
    } while (status != wanted && pg_now_ms() < until);
    ck_assert_int_eq(status, wanted);
}

START_TEST(a_sender_is_known_by_its_signature)
{
    struct stage stage = stage_open("");

    sign(&stage, SECRET, "hex", false);
    sign(&stage, "another secret now", "base64", true);
    sign(&stage, "the next secret of both", "next", false);
    sign(&stage, "a secret of nobody here", "third", false);
    story_run(stage.story, signed_by_both);
    await_status(&stage, "next", 401);
    story_run(stage.story, changed_at_once);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "inbound");

    TESTS(t, a_delivery_becomes_a_lead, what_does_not_fit_is_mapped_again,
          what_a_mapping_says_is_kept, what_a_mapping_says_is_kept, one_item_never_fails_another,
          a_value_never_costs_the_lead, fields_are_read_as_people_write_them,
          answers_and_events_have_names, a_key_is_shown_where_it_can_be, senders_ask_first,
          a_preset_makes_a_source, nothing_that_is_authenticated_is_lost, a_form_is_an_object,
          what_is_refused, a_mapping_is_tried, libraries_work_unchanged,
          a_preset_by_the_command_line, a_sender_is_known_by_its_signature);
}
