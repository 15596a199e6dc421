/* Subscriptions: what is sent, to whom, how it is signed, and what becomes of those who do not take
 * it. The receiver is tests/http/receiver.py. */
#include "receiver.h"
#include "stage.h"
#include "suite.h"

#include "store/pg/pg_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIGNED  "--starter mql --sign"
#define AT      "/v1/subscriptions/${sub}"
#define MINUTE  60
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)
#define WAIT_MS 40000

#define SUBSCRIBES(events, behaviour, ...)                                                         \
    POST("Ana wants to be sent it", "ana", "/v1/subscriptions",                                    \
         "{'name':'hook','events':[" events "],'target':{'kind':'webhook',"                        \
         "'url':'${receiver}/${workspace}/" behaviour "'}}",                                       \
         201, .keep = {{"sub", "/subscription/id"}, {"secret", "/secret"}}, __VA_ARGS__)

#define CAPTURES(name, id)                                                                         \
    POST("marketing captures " name, "marketing", "/v1/leads",                                     \
         "{'email':'" name "@corp.example'}", 201, .keep = {{id, "/lead/id"}})

#define OFFERS(name)                                                                               \
    POST("marketing captures " name ", who is offered", "marketing", "/v1/leads",                  \
         "{'email':'" name "@corp.example','attributes':{'seniority':'vp'},"                       \
         "'touch':{'kind':'form_submitted','source':'google'}}",                                   \
         201, .checks = {{"/handoff/state", "'offered'"}},                                         \
         .keep = {{"kim", "/lead/id"}, {"offer", "/handoff/id"}})

static struct stage open_stage(const char *options)
{
    struct stage stage = stage_open(options);

    story_set(stage.story, "receiver", receiver_url());
    story_set(stage.story, "workspace", stage_workspace());
    return stage;
}

static void nap(void)
{
    const struct timespec pause = {0, 20000000};

    nanosleep(&pause, NULL);
}

/* Waits until so many have come; the caller gives it back. */
static json_t *wait_for(const char *name, json_int_t count)
{
    int64_t until = pg_now_ms() + WAIT_MS;

    for (;;) {
        json_t *seen = receiver_seen(name);
        json_int_t came = json_integer_value(json_object_get(seen, "count"));
        if (came >= count)
            return seen;
        ck_assert_msg(pg_now_ms() < until, "%lld of %lld came", (long long)came, (long long)count);
        json_decref(seen);
        nap();
    }
}

static const json_t *came(const json_t *seen, size_t place, const char *member)
{
    return json_object_get(json_array_get(json_object_get(seen, "data"), place), member);
}

static void tell_secrets(struct stage *stage, const char *names)
{
    char text[256] = "";

    if (strchr(names, ' ') != NULL)
        snprintf(text, sizeof text, "%s %s", story_get(stage->story, "secret"),
                 story_get(stage->story, "old"));
    else
        snprintf(text, sizeof text, "%s", story_get(stage->story, names));
    receiver_secrets(stage_workspace(), text);
}

/* ---- what is sent ---- */

START_TEST(what_happens_is_sent_and_signed)
{
    static const struct step wants[] = {SUBSCRIBES("'handoff.*'", "ok"), {0}};
    static const struct step happens[] = {CAPTURES("lou", "lou"),
                                          OFFERS("kim"),
                                          UNTIL("it has arrived", "ana",
                                                AT "/deliveries?state=delivered", 200,
                                                .checks = {{"/data", "#1"},
                                                           {"/data/0/type", "'handoff.offered'"},
                                                           {"/data/0/tries", "1"},
                                                           {"/data/0/status", "200"},
                                                           {"/data/0/answer", "'thanks'"},
                                                           {"/data/0/failure", "null"}},
                                                .keep = {{"delivery", "/data/0/id"}}),
                                          {0}};
    struct stage stage = open_stage(SIGNED);
    char id[64];

    story_run(stage.story, wants);
    tell_secrets(&stage, "secret");
    story_run(stage.story, happens);
    json_t *seen = wait_for(stage_workspace(), 1);
    snprintf(id, sizeof id, "msg_%s", story_get(stage.story, "delivery"));
    ck_assert_str_eq(json_string_value(came(seen, 0, "id")), id);
    ck_assert_str_eq(json_string_value(came(seen, 0, "type")), "handoff.offered");
    ck_assert_str_eq(json_string_value(came(seen, 0, "lead")), story_get(stage.story, "kim"));
    ck_assert_int_eq(json_array_size(came(seen, 0, "signed_by")), 1);
    ck_assert_int_eq(strlen(json_string_value(came(seen, 0, "trace"))), 55);
    char *text = json_dumps(seen, 0);
    ck_assert_msg(strstr(text, "kim@") == NULL, "ids alone are sent: %s", text);
    free(text);
    json_decref(seen);
    stage_close(&stage);
}
END_TEST

START_TEST(what_is_wished_for_is_included)
{
    static const struct step steps[] = {
        POST("Sam wants leads with it", "sam", "/v1/subscriptions",
             "{'name':'crm','events':['handoff.offered'],'include':['lead','handoff'],"
             "'target':{'kind':'webhook','url':'${receiver}/${workspace}/created'}}",
             201, .checks = {{"/subscription/team", "'sales'"}},
             .keep = {{"sub", "/subscription/id"}}),
        OFFERS("kim"),
        {0}};
    struct stage stage = open_stage(SIGNED);

    story_run(stage.story, steps);
    json_t *seen = wait_for(stage_workspace(), 1);
    const json_t *data = json_object_get(came(seen, 0, "body"), "data");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(data, "lead"), "email")),
                     "kim@corp.example");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(data, "handoff"), "id")),
                     story_get(stage.story, "offer"));
    json_decref(seen);
    stage_close(&stage);
}
END_TEST

/* As a CRM wants it: by its own names, with what is not known left out, and a key of its own. */
static const struct step templates[] = {
    POST("a template is made", "ana", "/v1/subscriptions",
         "{'name':'crm','events':['handoff.offered'],'target':{'kind':'template','method':'PATCH',"
         "'url':'${receiver}/${workspace}/system/{{/lead/email}}?of={{/event/handoff_id}}',"
         "'headers':{'Authorization':'Bearer {{secret:token}}'},'secrets':{'token':'s3cret-token'},"
         "'maps':{'stages':{'mql':'marketingqualifiedlead'}},"
         "'body':{'email':'{{/lead/email}}','seniority':'{{/lead/attributes/seniority}}',"
         "'stage':'{{stages:/lead/stage}}','phone':'{{/lead/attributes/phone}}',"
         "'hash':'{{sha256:/lead/email}}','at':'{{unix:/timestamp}}',"
         "'who':'{{/handoff/carries/who/name|/lead/email|nobody}} of {{/handoff/to_team}}',"
         "'score':'{{/verdict/score}}','list':['{{/lead/attributes/phone}}','b']},"
         "'learn':{'external_id':{'source':'crm','at':'/results/0/id'}}}}",
         201,
         .checks = {{"/subscription/target/kind", "'template'"},
                    {"/subscription/target/method", "'PATCH'"},
                    {"/subscription/target/secret_names", "['token']"},
                    {"/subscription/include", "['lead','handoff','verdict']"},
                    {"/subscription/warnings", "#0"}},
         .keep = {{"sub", "/subscription/id"}}),
    GET("its secret is never shown again", "ana", AT, 200,
        .checks = {{"/target/headers/Authorization", "'Bearer {{secret:token}}'"},
                   {"/target/secret_names", "['token']"}}),
    OFFERS("kim"),
    UNTIL(
        "it has arrived, and the secret is not in the answer", "ana",
        AT "/deliveries?state=delivered", 200,
        .checks = {{"/data", "#1"}, {"/data/0/status", "201"}, {"/data/0/answer", "~Bearer ****"}}),
    UNTIL("the id that came back is the lead's", "ana", "/v1/leads/${kim}", 200,
          .checks = {{"/external_ids", "[{'source':'crm','id':'4711'}]"}}),
    PATCH("kept for the same URL", "ana", AT,
          "{'target':{'kind':'template','form':{'a':'{{/lead/email}} & Co','b':'{{secret:token}}',"
          "'c':'{{/lead/attributes/phone}}'},"
          "'url':'${receiver}/${workspace}/system/{{/lead/email}}?of={{/event/handoff_id}}'}}",
          200, .checks = {{"/target/body", "!"}, {"/target/form/b", "'{{secret:token}}'"}}),
    PATCH("and for no other", "ana", AT,
          "{'target':{'kind':'template','body':{'a':'{{secret:token}}'},"
          "'url':'${receiver}/other/system'}}",
          422,
          .checks = {{"/errors/0/pointer", "'/target/secrets/token'"},
                     {"/errors/0/code", "'required'"}}),
    POST("one is sent again", "ana", AT "/replay",
         "{'from':'2020-01-01T00:00:00Z','to':'2100-01-01T00:00:00Z'}", 202),
    {0},
};

START_TEST(what_a_template_says_is_sent)
{
    struct stage stage = open_stage(SIGNED);

    story_run(stage.story, templates);
    json_t *seen = wait_for(stage_workspace(), 2);
    const json_t *body = came(seen, 0, "body");
    char *text = json_dumps(body, JSON_SORT_KEYS | JSON_COMPACT);
    const char *at = json_string_value(came(seen, 0, "path"));
    ck_assert_str_eq(json_string_value(came(seen, 0, "method")), "PATCH");
    ck_assert_str_eq(json_string_value(came(seen, 0, "authorization")), "Bearer s3cret-token");
    ck_assert_msg(strstr(at, "/system/kim%40corp.example?of=") != NULL, "%s", at);
    ck_assert_msg(json_is_integer(json_object_get(body, "at")), "%s", text);
    ck_assert_msg(json_is_integer(json_object_get(body, "score")), "%s", text);
    ck_assert_msg(json_object_get(body, "phone") == NULL, "%s", text);
    ck_assert_str_eq(json_string_value(json_object_get(body, "who")), "kim@corp.example of sales");
    ck_assert_str_eq(json_string_value(json_object_get(body, "stage")), "marketingqualifiedlead");
    ck_assert_str_eq(json_string_value(json_object_get(body, "hash")),
                     "9855e885eb11b86687547f356966a6482d732337c079c6f1065c71b18fea5478");
    ck_assert_uint_eq(json_array_size(json_object_get(body, "list")), 1);
    free(text);
    text = json_dumps(came(seen, 1, "body"), JSON_SORT_KEYS | JSON_COMPACT);
    ck_assert_str_eq(text, "{\"a\":\"kim@corp.example & Co\",\"b\":\"s3cret-token\"}");
    free(text);
    json_decref(seen);
    stage_close(&stage);
}
END_TEST

#define TEMPLATE(rest)                                                                             \
    "{'name':'a','events':['lead.captured','definition.signed'],'target':{'kind':'template'," rest \
    "}}"
#define NO_TEMPLATE(label, rest, place, error)                                                     \
    POST(label, "ana", "/v1/subscriptions", TEMPLATE(rest), 400,                                   \
         .checks = {{"/errors/0/pointer", "'" place "'"}, {"/errors/0/code", "'" error "'"}})

static const struct step bad_templates[] = {
    NO_TEMPLATE("braces that do not close", "'url':'https://a.example/','body':{'a':['{{/x']}",
                "/target/body/a/0", "template"),
    NO_TEMPLATE("an unknown change", "'url':'https://a.example/','body':{'a':'{{md5:/x}}'}",
                "/target/body/a", "template"),
    NO_TEMPLATE("a host that a lead says", "'url':'https://{{/lead/email}}/','body':{}",
                "/target/url", "template"),
    NO_TEMPLATE("a header of the connection's",
                "'url':'https://a.example/','body':{},'headers':{'Host':'b'}",
                "/target/headers/Host", "header"),
    NO_TEMPLATE("a header of two lines",
                "'url':'https://a.example/','body':{},'headers':{'A':'b\\r\\nC: d'}",
                "/target/headers/A", "type"),
    NO_TEMPLATE("nothing to send", "'url':'https://a.example/'", "/target", "required"),
    NO_TEMPLATE("no URL", "'body':{}", "/target/url", "required"),
    NO_TEMPLATE("an unknown preset", "'preset':'pigeon'", "/target/preset", "unknown_preset"),
    POST("a webhook has no body", "ana", "/v1/subscriptions",
         "{'name':'a','events':['*'],'target':{'kind':'webhook','url':'https://a.example/',"
         "'body':{}}}",
         400,
         .checks = {{"/errors/0/pointer", "'/target'"}, {"/errors/0/code", "'unknown_member'"}}),
    POST("a secret that is not given", "ana", "/v1/subscriptions", TEMPLATE("'preset':'hubspot'"),
         422, .checks = {{"/errors/0/pointer", "'/target/secrets/token'"}}),
    POST("a secret that makes it an address inside", "ana", "/v1/subscriptions",
         TEMPLATE("'preset':'teams','secrets':{'url':'https://10.0.0.1/x'}"), 422,
         .checks = {{"/errors/0/code", "'not_sent_to'"}}),
    POST("what never leads anywhere is warned of", "ana", "/v1/subscriptions",
         TEMPLATE("'url':'https://a.example/?token=abc','body':{'a':'{{/lead/emial}}',"
                  "'b':'{{/lead/email}}','c':'{{/handoff/state}}','d':'{{/lead/stage|-}}'}"),
         201,
         .checks = {{"/subscription/warnings", "#4"},
                    {"/subscription/warnings/0/code", "'secret_in_url'"},
                    {"/subscription/warnings/1/pointer", "'/target/body/a'"},
                    {"/subscription/warnings/1/code", "'never_there'"},
                    {"/subscription/warnings/2/pointer", "'/target/body/b'"},
                    {"/subscription/warnings/2/detail", "~definition.signed"},
                    {"/subscription/warnings/3/detail", "~lead.captured"}}),
    GET("templates that many need", "sam", "/v1/targets", 200,
        .checks = {{"/data", "#8"},
                   {"/data/2/name", "'hubspot'"},
                   {"/data/2/asks_for/0/name", "'token'"}}),
    {0},
};

STORY(what_is_wrong_with_a_template_is_said, "", bad_templates)

/* ---- mail ---- */

static const struct step mailed[] = {
    PATCH("Sam gets no other mail", "sam", "/v1/members/me", "{'notify':[]}", 200),
    POST("Sam wants mail of what is new", "sam", "/v1/subscriptions",
         "{'name':'reps','events':['handoff.offered','handoff.claimed'],'target':{'kind':'email',"
         "'to':['sam@acme.example']}}",
         201, .checks = {{"/subscription/target", "{'kind':'email','to':['sam@acme.example']}"}},
         .keep = {{"sub", "/subscription/id"}}),
    OFFERS("kim"),
    UNTIL("it is sent", "sam", AT "/deliveries?state=delivered", 200,
          .checks = {{"/data", "#1"}, {"/data/0/status", "250"}}),
    POST("marketing captures Lou, with a name that would be a header", "marketing", "/v1/leads",
         "{'email':'lou@corp.example','attributes':{'seniority':'vp','name':'<b>Lou</b>\\nBcc: "
         "eve@evil.example'},'touch':{'kind':'form_submitted','source':'google'}}",
         201),
    POST("and Max", "marketing", "/v1/leads",
         "{'email':'max@corp.example','attributes':{'seniority':'vp'},"
         "'touch':{'kind':'form_submitted','source':'google'}}",
         201),
    UNTIL("they wait", "sam", AT "/deliveries?state=pending", 200, .checks = {{"/data", "#2"}}),
    {0},
};

static const struct step mailed_later[] = {
    LATER("ten minutes pass", 10 * MINUTE + 1),
    UNTIL("they are sent", "sam", AT "/deliveries?state=delivered", 200,
          .checks = {{"/data", "#3"}}),
    PATCH("nobody takes it", "sam", AT, "{'target':{'kind':'email','to':['no-one@acme.example']}}",
          422, .checks = {{"/errors/0/pointer", "'/target/to/0'"}}),
    POST("mail to the other side", "sam", "/v1/subscriptions",
         "{'name':'x','events':['*'],'target':{'kind':'email','to':['ana@acme.example']}}", 422,
         .checks = {{"/errors/0/code", "'unknown_member'"}}),
    POST("mail to an address with a line break", "sam", "/v1/subscriptions",
         "{'name':'x','events':['*'],'target':{'kind':'email','to':['a@b.example\\r\\nx']}}", 400),
    POST("mail to nobody", "sam", "/v1/subscriptions",
         "{'name':'x','events':['*'],'target':{'kind':'email'}}", 400,
         .checks = {{"/errors/0/pointer", "'/target/to'"}}),
    POST("mail has no URL", "sam", "/v1/subscriptions",
         "{'name':'x','events':['*'],'target':{'kind':'email','to':['sam@acme.example'],"
         "'url':'https://a.example'}}",
         400, .checks = {{"/errors/0/code", "'unknown_member'"}}),
    {0},
};

static const char *mail_text(const json_t *seen, json_int_t count, size_t place, const char *part)
{
    size_t all = (size_t)json_integer_value(json_object_get(seen, "count"));

    return json_string_value(came(seen, all - (size_t)count + place, part));
}

static json_int_t mails_to_sam(void)
{
    json_t *seen = receiver_seen("sam@acme.example");
    json_int_t count = json_integer_value(json_object_get(seen, "count"));

    json_decref(seen);
    return count;
}

/* One at once, and what comes within ten minutes in one. Its headers hold nothing that a lead
 * says. */
START_TEST(mail_is_sent_bundled)
{
    struct stage stage = open_stage(SIGNED);
    json_int_t before = mails_to_sam();

    story_run(stage.story, mailed);
    ck_assert_int_eq(mails_to_sam(), before + 1);
    story_run(stage.story, mailed_later);
    json_t *seen = receiver_seen("sam@acme.example");
    ck_assert_int_eq(json_integer_value(json_object_get(seen, "count")), before + 2);
    ck_assert_str_eq(mail_text(seen, 2, 0, "from"), "baton@acme.example");
    ck_assert_str_eq(mail_text(seen, 2, 0, "subject"), "Baton: A new lead for you");
    ck_assert_str_eq(mail_text(seen, 2, 1, "subject"), "Baton: 2 things have happened");
    const char *plain = mail_text(seen, 2, 1, "plain"), *html = mail_text(seen, 2, 1, "html");
    ck_assert_msg(strstr(plain, "New for sales: <b>Lou</b>") != NULL, "%s", plain);
    ck_assert_msg(strstr(plain, "max@corp.example") != NULL, "%s", plain);
    ck_assert_msg(strstr(plain, "https://baton.acme.example/#/lead/") != NULL, "%s", plain);
    ck_assert_msg(strstr(html, "&lt;b&gt;Lou&lt;/b&gt;") != NULL && strstr(html, "<b>") == NULL,
                  "%s", html);
    for (json_int_t i = 0; i < 2; i++) {
        size_t all = (size_t)json_integer_value(json_object_get(seen, "count"));
        const json_t *headers = came(seen, all - 2 + (size_t)i, "headers");
        ck_assert_uint_eq(json_array_size(came(seen, all - 2 + (size_t)i, "defects")), 0);
        ck_assert_uint_eq(json_array_size(headers), 8);
    }
    json_decref(seen);
    stage_close(&stage);
}
END_TEST

static const struct step wanted[] = {
    POST("what is to go to the sdr team alone", "ana", "/v1/subscriptions",
         "{'name':'sdr','events':['handoff.*'],'where':{'all':[{'attribute':'handoff.to_team',"
         "'op':'eq','value':'sales'},{'attribute':'seniority','op':'eq','value':'vp'}]},"
         "'target':{'kind':'webhook','url':'${receiver}/${workspace}/ok'}}",
         201,
         .checks = {{"/subscription/where/all", "#2"},
                    {"/subscription/warnings", "#1"},
                    {"/subscription/warnings/0/code", "'never_seen'"},
                    {"/subscription/warnings/0/pointer", "'/where/all/1/attribute'"}},
         .keep = {{"sub", "/subscription/id"}}),
    POST("what nobody is", "ana", "/v1/subscriptions",
         "{'name':'none','events':['handoff.*'],'where':{'attribute':'handoff.to_team','op':'eq',"
         "'value':'marketing'},'target':{'kind':'webhook','url':'${receiver}/${workspace}/ok'}}",
         201, .checks = {{"/subscription/warnings", "#0"}}, .keep = {{"none", "/subscription/id"}}),
    OFFERS("kim"),
    UNTIL("it has arrived", "ana", AT "/deliveries?state=delivered", 200,
          .checks = {{"/data", "#1"}, {"/data/0/type", "'handoff.offered'"}}),
    GET("and not there", "ana", "/v1/subscriptions/${none}/deliveries", 200,
        .checks = {{"/data", "#0"}}),
    PATCH("all of it again", "ana", "/v1/subscriptions/${none}", "{'where':null}", 200,
          .checks = {{"/where", "null"}}),
    POST("no test", "ana", "/v1/subscriptions",
         "{'name':'a','events':['*'],'where':{'attribute':'a','op':'eats','value':1},"
         "'target':{'kind':'webhook','url':'https://example.com/x'}}",
         400, .checks = {{"/errors/0/pointer", "'/where/op'"}}),
    POST("touches are not at hand", "ana", "/v1/subscriptions",
         "{'name':'a','events':['*'],'where':{'touches':{'kind':['webinar_attended']},'op':'gte',"
         "'value':1},'target':{'kind':'webhook','url':'https://example.com/x'}}",
         400, .checks = {{"/errors/0/pointer", "'/where'"}, {"/errors/0/code", "'not_here'"}}),
    {0},
};

START_TEST(what_is_wanted_is_tested)
{
    struct stage stage = open_stage(SIGNED);

    story_run(stage.story, wanted);
    stage_close(&stage);
}
END_TEST

START_TEST(two_secrets_count_for_a_day)
{
    static const struct step wants[] = {SUBSCRIBES("'lead.captured'", "ok"), {0}};
    static const struct step rotates[] = {POST("she has another secret", "ana", AT "/secret/rotate",
                                               NULL, 200, .keep = {{"secret", "/secret"}}),
                                          CAPTURES("kim", "kim"),
                                          {0}};
    static const struct step later[] = {
        LATER("a day passes", DAY + 1), CAPTURES("lou", "lou"), {0}};
    struct stage stage = open_stage("");

    story_run(stage.story, wants);
    story_set(stage.story, "old", story_get(stage.story, "secret"));
    story_run(stage.story, rotates);
    tell_secrets(&stage, "secret old");
    json_decref(wait_for(stage_workspace(), 1));
    story_run(stage.story, later);
    json_t *seen = wait_for(stage_workspace(), 2);
    ck_assert_str_ne(story_get(stage.story, "old"), story_get(stage.story, "secret"));
    ck_assert_int_eq(json_array_size(came(seen, 1, "signed_by")), 1);
    ck_assert_int_eq(json_integer_value(json_array_get(came(seen, 1, "signed_by"), 0)), 0);
    json_decref(seen);
    stage_close(&stage);
}
END_TEST

/* ---- who does not take it ---- */

static const struct {
    const char *behaviour;
    const char *failure;
    const char *status;
} bad[] = {
    {"no", "\"status\"", "500"},         {"elsewhere", "\"redirect\"", "302"},
    {"reset", "\"connection\"", "null"}, {"cut", "\"connection\"", "null"},
    {"hang", "\"timeout\"", "null"},
};

/* And nobody else waits for it. */
START_TEST(what_does_not_arrive_is_tried_again)
{
    static const struct step wants[] = {
        POST("one misbehaves", "ana", "/v1/subscriptions",
             "{'name':'bad','events':['lead.captured'],'target':{'kind':'webhook',"
             "'url':'${receiver}/${workspace}-bad/${behaviour}'}}",
             201, .keep = {{"sub", "/subscription/id"}}),
        POST("one does not", "ana", "/v1/subscriptions",
             "{'name':'good','events':['lead.captured'],'target':{'kind':'webhook',"
             "'url':'${receiver}/${workspace}/ok'}}",
             201),
        CAPTURES("kim", "kim"),
        {0}};
    static const struct step fails[] = {UNTIL("the other is tried again", "ana", AT "/deliveries",
                                              200,
                                              .checks = {{"/data", "#1"},
                                                         {"/data/0/state", "'pending'"},
                                                         {"/data/0/tries", "1"},
                                                         {"/data/0/failure", "${failure}"},
                                                         {"/data/0/status", "${status}"},
                                                         {"/data/0/next_at", "<string>"}}),
                                        {0}};
    struct stage stage = open_stage("");

    story_set(stage.story, "behaviour", bad[_i].behaviour);
    story_set(stage.story, "failure", bad[_i].failure);
    story_set(stage.story, "status", bad[_i].status);
    story_run(stage.story, wants);
    int64_t asked = pg_now_ms();
    json_decref(wait_for(stage_workspace(), 1));
    ck_assert_int_lt(pg_now_ms() - asked, 5000);
    story_run(stage.story, fails);
    stage_close(&stage);
}
END_TEST

/* 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h. */
static const struct step scheduled[] = {
    SUBSCRIBES("'lead.captured'", "no"),
    CAPTURES("kim", "kim"),
#define TRIED(times)                                                                               \
    UNTIL("it was tried " #times, "ana", AT "/deliveries", 200,                                    \
          .checks = {{"/data/0/tries", #times}, {"/data/0/state", "'pending'"}})
    TRIED(1),
    LATER("5 s", 6),
    TRIED(2),
    LATER("5 min", 5 * MINUTE + 1),
    TRIED(3),
    LATER("30 min", 30 * MINUTE + 1),
    TRIED(4),
    LATER("2 h", 2 * HOUR + 1),
    TRIED(5),
    LATER("5 h", 5 * HOUR + 1),
    TRIED(6),
    LATER("10 h", 10 * HOUR + 1),
    TRIED(7),
    LATER("10 h", 10 * HOUR + 1),
    UNTIL("then it has failed", "ana", AT "/deliveries?state=failed", 200,
          .checks = {{"/data", "#1"}, {"/data/0/tries", "8"}, {"/data/0/next_at", "null"}}),
    POST("all that failed is sent again", "ana", AT "/replay", "{'failed':true}", 202),
    UNTIL("from the beginning", "ana", AT "/deliveries?state=pending", 200,
          .checks = {{"/data", "#1"}, {"/data/0/tries", "1"}}),
    {0},
};

START_TEST(it_is_tried_by_the_schedule_under_one_id)
{
    struct stage stage = open_stage("");

    story_run(stage.story, scheduled);
    json_t *seen = wait_for(stage_workspace(), 9);
    ck_assert_int_eq(json_integer_value(json_object_get(seen, "ids")), 1);
    json_decref(seen);
    stage_close(&stage);
}
END_TEST

static const struct step patient[] = {
    SUBSCRIBES("'lead.captured'", "later"),
    CAPTURES("kim", "kim"),
    UNTIL("it says when", "ana", AT "/deliveries", 200,
          .checks = {{"/data/0/tries", "1"}, {"/data/0/status", "503"}}),
    LATER("five minutes are not an hour", 5 * MINUTE),
    GET("so nothing was tried", "ana", AT "/deliveries", 200, .checks = {{"/data/0/tries", "1"}}),
    LATER("the hour passes", 56 * MINUTE),
    UNTIL("and it is", "ana", AT "/deliveries", 200,
          .checks = {{"/data/0/tries", "2"}, {"/data/0/state", "'delivered'"}}),
    {0},
};

static const struct step gone[] = {
    SUBSCRIBES("'lead.captured'", "gone"),
    CAPTURES("kim", "kim"),
    UNTIL("it is switched off", "ana", AT, 200,
          .checks = {{"/state", "'off'"}, {"/off_cause", "'gone'"}}),
    CAPTURES("lou", "lou"),
    UNTIL("what happens then is not sent", "ana", AT "/deliveries?state=failed", 200,
          .checks = {{"/data", "#2"}, {"/data/0/failure", "'switched_off'"}}),
    POST("nor can it be tried", "ana", AT "/test", NULL, 409),
    POST("or sent again", "ana", AT "/replay", "{'failed':true}", 409),
    PATCH("elsewhere somebody takes it", "ana", AT,
          "{'state':'active','target':{'kind':'webhook','url':'${receiver}/${workspace}/ok'}}", 200,
          .checks = {{"/state", "'active'"}, {"/off_cause", "null"}}),
    POST("and is sent what was missed", "ana", AT "/replay", "{'failed':true}", 202),
    UNTIL("all of it", "ana", AT "/deliveries?state=delivered", 200, .checks = {{"/data", "#2"}}),
    {0},
};

static const struct step dead[] = {
    SUBSCRIBES("'lead.captured'", "no"),
    CAPTURES("kim", "kim"),
    UNTIL("nobody takes it", "ana", AT "/deliveries", 200, .checks = {{"/data/0/tries", "1"}}),
    LATER("five days pass", 5 * DAY + HOUR),
    UNTIL("then nothing more is sent", "ana", AT, 200,
          .checks = {{"/state", "'off'"}, {"/off_cause", "'failing'"}}),
    {0},
};

static const struct step paused[] = {
    SUBSCRIBES("'lead.captured'", "ok"),
    PATCH("she pauses it", "ana", AT, "{'state':'paused'}", 200,
          .checks = {{"/state", "'paused'"}}),
    CAPTURES("kim", "kim"),
    UNTIL("it is kept", "ana", AT "/deliveries?state=pending", 200, .checks = {{"/data", "#1"}}),
    PATCH("and goes on", "ana", AT, "{'state':'active'}", 200),
    UNTIL("it is sent", "ana", AT "/deliveries?state=delivered", 200, .checks = {{"/data", "#1"}},
          .keep = {{"delivery", "/data/0/id"}}),
    POST("one is sent again", "ana", AT "/replay", "{'delivery_id':'${delivery}'}", 202,
         .checks = {{"/delivery_id", "'${delivery}'"}}),
    POST("what was sent since then is sent again", "ana", AT "/replay",
         "{'from':'2020-01-01T00:00:00Z','to':'2100-01-01T00:00:00Z'}", 202),
    UNTIL("again", "ana", AT "/deliveries?state=delivered", 200, .checks = {{"/data", "#1"}}),
    {0},
};

static const struct step tried[] = {
    SUBSCRIBES("'handoff.offered'", "ok"),
    POST("she tries it", "ana", AT "/test", NULL, 202, .keep = {{"delivery", "/delivery_id"}}),
    UNTIL("and sees what came back", "ana", AT "/deliveries", 200,
          .checks = {{"/data/0/id", "'${delivery}'"},
                     {"/data/0/type", "'subscription.tested'"},
                     {"/data/0/state", "'delivered'"},
                     {"/data/0/status", "200"},
                     {"/data/0/answer", "'thanks'"}}),
    {0},
};

static const struct step deleted[] = {
    SUBSCRIBES("'lead.captured'", "slow"),
    CAPTURES("kim", "kim"),
    CAPTURES("lou", "lou"),
    UNTIL("they are being sent", "ana", AT "/deliveries", 200, .checks = {{"/data", "#2"}}),
    DELETE("she deletes it before they arrive", "ana", AT, 200),
    SUBSCRIBES("'lead.captured'", "ok"),
    CAPTURES("max", "max"),
    UNTIL("others are sent to", "ana", AT "/deliveries?state=delivered", 200,
          .checks = {{"/data", "#1"}}),
    {0},
};

static const struct step long_answer[] = {
    SUBSCRIBES("'lead.captured'", "huge"),
    CAPTURES("kim", "kim"),
    UNTIL("what is too long is taken and not read", "ana", AT "/deliveries", 200,
          .checks = {{"/data/0/state", "'delivered'"}, {"/data/0/answer", "~xxxxxxxx"}}),
    {0},
};

/* What is sent to all of them, in one list. */
#define SENT "/v1/deliveries?direction=out"
static const struct step across[] = {
    SUBSCRIBES("'lead.captured'", "no"),
    POST("Sam wants it as well", "sam", "/v1/subscriptions",
         "{'name':'crm','events':['lead.captured'],'target':{'kind':'webhook',"
         "'url':'${receiver}/${workspace}/ok'}}",
         201, .keep = {{"crm", "/subscription/id"}}),
    CAPTURES("kim", "kim"),
    /* What happens before the server looks again is made at one moment. */
    UNTIL("the first arrives", "sam", SENT "&state=delivered", 200, .checks = {{"/data", "#1"}}),
    CAPTURES("lou", "lou"),
    UNTIL("what arrived", "sam", SENT "&state=delivered", 200,
          .checks = {{"/data", "#2"},
                     {"/data/0/subscription", "'crm'"},
                     {"/data/0/subscription_id", "'${crm}'"},
                     {"/data/0/status", "200"},
                     {"/data/0/answer", "'thanks'"},
                     {"/data/0/links/replay", "'/v1/subscriptions/${crm}/replay'"},
                     {"/next", "null"}},
          .keep = {{"later", "/data/0/id"},
                   {"first", "/data/1/id"},
                   {"made", "/data/1/made_at"},
                   {"replay", "/data/0/links/replay"}}),
    UNTIL("and what did not, with why", "sam", SENT "&state=pending", 200,
          .checks = {{"/data", "#2"},
                     {"/data/1/subscription", "'hook'"},
                     {"/data/1/status", "500"},
                     {"/data/1/failure", "'status'"},
                     {"/data/1/tries", "1"}}),
    GET("nothing was given up", "ana", SENT "&state=failed", 200, .checks = {{"/data", "#0"}}),
    GET("all", "ana", SENT, 200, .checks = {{"/data", "#4"}, {"/next", "null"}}),
    GET("a page, the newest first", "ana", SENT "&limit=3", 200, .checks = {{"/data", "#3"}},
        .keep = {{"next", "/next"}, {"pos", "/data/0/pos"}, {"third", "/data/2/pos"}}),
    GET("the rest, of which nothing was shown", "ana", SENT "&limit=3&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/pos", "${third}"}, {"/next", "null"}}),
    GET("of one", "ana", SENT "&subscription=crm", 200,
        .checks = {{"/data", "#2"}, {"/data/0/id", "'${later}'"}, {"/data/0/pos", "${pos}"}}),
    GET("a page of it", "ana", SENT "&subscription=crm&limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${later}'"}}, .keep = {{"next", "/next"}}),
    GET("and the next", "ana", SENT "&subscription=crm&limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${first}'"}, {"/next", "null"}}),
    GET("until a time, which is included", "ana", SENT "&subscription=crm&to=${made}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${first}'"}}),
    GET("from it on", "ana", SENT "&from=${made}", 200, .checks = {{"/data", "#4"}}),
    GET("before all of it", "ana", SENT "&to=2020-01-01T00:00:00Z", 200,
        .checks = {{"/data", "#0"}}),
    GET("after all of it", "ana", SENT "&from=2100-01-01T00:00:00Z", 200,
        .checks = {{"/data", "#0"}}),
    POST("one is sent again, by its link", "sam", "${replay}", "{'delivery_id':'${later}'}", 202),
    GET("no such subscription", "ana", SENT "&subscription=pigeon", 400,
        .checks = {{"/errors/0/code", "'unknown_subscription'"}}),
    GET("no such direction", "ana", "/v1/deliveries?direction=up", 400),
    GET("what is of the other direction", "ana", SENT "&source=crm&status=failed", 400,
        .checks = {{"/errors", "#3"},
                   {"/errors/0/parameter", "'status'"},
                   {"/errors/0/code", "'direction'"}}),
    GET("and the other way", "ana", "/v1/deliveries?state=failed&to=2020-01-01T00:00:00Z", 400,
        .checks = {{"/errors", "#2"}, {"/errors/0/code", "'direction'"}}),
    GET("as is its cursor", "ana", "/v1/deliveries?cursor=${next}", 400,
        .checks = {{"/errors/0/code", "'cursor'"}}),
    GET("what was received is not among it", "ana", "/v1/deliveries", 200,
        .checks = {{"/data", "#0"}}),
    DELETE("Ana deletes hers", "ana", AT, 200),
    GET("with what was sent", "ana", SENT, 200,
        .checks = {{"/data", "#2"}, {"/data/1/subscription", "'crm'"}}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {
    {"Retry-After", patient}, {"gone", gone},          {"five days", dead},
    {"a pause", paused},      {"a test", tried},       {"a long answer", long_answer},
    {"a deletion", deleted},  {"all of them", across},
};

START_TEST(it_goes_as_the_receiver_does)
{
    struct stage stage = open_stage("");

    story_run(stage.story, stories[_i].steps);
    stage_close(&stage);
}
END_TEST

/* Of one lead one after the other, and others meanwhile. */
START_TEST(what_happens_to_a_lead_comes_in_its_order)
{
    static const struct step wants[] = {SUBSCRIBES("'lead.*'", "twice"), {0}};
    static const struct step happens[] = {CAPTURES("kim", "kim"),
                                          PATCH("she rises", "marketing", "/v1/leads/${kim}",
                                                "{'attributes':{'seniority':'vp'}}", 200),
                                          CAPTURES("lou", "lou"),
                                          {0}};
    struct stage stage = open_stage("");
    int64_t until = pg_now_ms() + WAIT_MS;

    story_run(stage.story, wants);
    story_run(stage.story, happens);
    for (size_t done = 0; done < 3; nap()) {
        char target[128];
        test_clock_pass(6); /* each fails once */
        snprintf(target, sizeof target, "/v1/subscriptions/%s/deliveries?state=delivered",
                 story_get(stage.story, "sub"));
        struct answer answer = stage_call(&stage, "ana", "GET", target, NULL, 200);
        done = json_array_size(json_object_get(answer.json, "data"));
        answer_release(&answer);
        ck_assert_msg(pg_now_ms() < until, "%zu have arrived", done);
    }
    json_t *seen = wait_for(stage_workspace(), 6);
    json_int_t last = 0;
    for (size_t i = 0; i < 6; i++) {
        if (strcmp(json_string_value(came(seen, i, "lead")), story_get(stage.story, "kim")) != 0)
            continue;
        ck_assert_int_ge(json_integer_value(came(seen, i, "pos")), last);
        last = json_integer_value(came(seen, i, "pos"));
    }
    json_decref(seen);
    stage_close(&stage);
}
END_TEST

/* How those behave who get the same events meanwhile; one a line, since each is a subscription. */
static const char *const others[] = {"twice", "no",   "hang",  "reset",
                                     "cut",   "huge", "later", "elsewhere"};

#define LEADS_PER_KILL 6
#define KILLS          5
#define KILLS_LONG     50
/** What one server sends to one target at the same time, and what has arrived and is not saved yet:
 * so much can be sent twice (server/delivery/courier_target.c). */
#define AT_ONCE 8
#define UNSAVED 8

static void subscribe_to(struct stage *stage, const char *name, const char *behaviour)
{
    char body[512];

    snprintf(body, sizeof body,
             "{\"name\":\"%s\",\"events\":[\"lead.captured\"],\"target\":{\"kind\":\"webhook\","
             "\"url\":\"%s/%s-%s/%s\"}}",
             name, receiver_url(), stage_workspace(), name, behaviour);
    struct answer answer = stage_call(stage, "ana", "POST", "/v1/subscriptions", body, 201);
    answer_release(&answer);
}

static void wait_for_ids(const char *name, json_int_t all, int kills)
{
    char key[128];
    int64_t until = pg_now_ms() + WAIT_MS;

    snprintf(key, sizeof key, "%s-%s", stage_workspace(), name);
    for (json_int_t ids = 0, came_in_all = 0; ids < all; nap()) {
        json_t *seen = receiver_seen(key);
        ids = json_integer_value(json_object_get(seen, "ids"));
        came_in_all = json_integer_value(json_object_get(seen, "count"));
        json_decref(seen);
        ck_assert_int_le(ids, all);
        ck_assert_msg(strcmp(name, "ok") != 0 || came_in_all - ids <= (AT_ONCE + UNSAVED) * kills,
                      "%lld were sent more than once", (long long)(came_in_all - ids));
        if (ids < all)
            test_clock_pass(6); /* those who are to be tried again */
        ck_assert_msg(pg_now_ms() < until, "%s: %lld of %lld came", name, (long long)ids,
                      (long long)all);
    }
}

/* Each at least once, under the id that it has; what is sent twice was being sent when the power
 * went. Whoever misbehaves meanwhile, in every way, takes nothing from the others. */
START_TEST(nothing_is_lost_when_the_server_is_killed)
{
    int kills = getenv("BATON_LONG") == NULL ? KILLS : KILLS_LONG;
    struct stage stage = open_stage("");

    subscribe_to(&stage, "ok", "ok");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        subscribe_to(&stage, others[i], others[i]);
    for (int i = 0; i < kills * LEADS_PER_KILL; i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"email\":\"a%d@corp.example\"}", i);
        struct answer answer = stage_call(&stage, "marketing", "POST", "/v1/leads", body, 201);
        answer_release(&answer);
        if (i % LEADS_PER_KILL == LEADS_PER_KILL - 1) {
            service_kill(stage_service());
            service_restart(stage_service());
            test_clock_pass(31); /* the lease of the one that was killed */
        }
    }
    wait_for_ids("ok", kills * LEADS_PER_KILL, kills);
    wait_for_ids("huge", kills * LEADS_PER_KILL, kills);
    wait_for_ids("twice", kills * LEADS_PER_KILL, kills);
    stage_close(&stage);
}
END_TEST

/* A name may lead into the network of the machine, or do so from some moment on: what counts is the
 * address that is connected to. */
static const struct step rebound[] = {
    POST("a name that is fine by itself", "ana", "/v1/subscriptions",
         "{'name':'hook','events':['lead.captured'],'target':{'kind':'webhook',"
         "'url':'https://localhost:9/x'}}",
         201, .keep = {{"sub", "/subscription/id"}}),
    CAPTURES("kim", "kim"),
    UNTIL("and leads to ::1, which nobody allows", "ana", AT "/deliveries", 200,
          .checks = {{"/data/0/failure", "'address_refused'"}, {"/data/0/status", "null"}}),
    {0},
};

START_TEST(the_address_that_is_connected_to_counts)
{
    struct stage stage = open_stage("");

    story_run(stage.story, rebound);
    stage_close(&stage);
}
END_TEST

/* ---- what is refused ---- */

#define TO(url) "{'name':'a','events':['*'],'target':{'kind':'webhook','url':'" url "'}}"
#define NOT_TO(label, url)                                                                         \
    POST(label, "ana", "/v1/subscriptions", TO(url), 422,                                          \
         .checks = {{"/errors/0/pointer", "'/target/url'"}, {"/errors/0/code", "'not_sent_to'"}})

static const struct step refusals[] = {
    NOT_TO("a network of somebody's own", "https://10.0.0.1/x"),
    NOT_TO("the machine's metadata", "https://169.254.169.254/latest"),
    NOT_TO("the same as IPv6", "https://[::ffff:10.0.0.1]/x"),
    NOT_TO("a password", "https://ana:secret@example.com/x"),
    NOT_TO("a file", "file:///etc/passwd"),
    NOT_TO("no URL", "example"),
    POST("an event that is none", "ana", "/v1/subscriptions",
         "{'name':'a','events':['lead.*','lead.eaten'],'target':{'kind':'webhook',"
         "'url':'https://example.com/x'}}",
         400,
         .checks = {{"/errors/0/pointer", "'/events/1'"}, {"/errors/0/code", "'unknown_event'"}}),
    POST("another target", "ana", "/v1/subscriptions",
         "{'name':'a','events':['*'],'target':{'kind':'pigeon','url':'https://example.com/x'}}",
         400),
    POST("for the other side", "ana", "/v1/subscriptions",
         "{'name':'a','team':'sales','events':['*'],'target':{'kind':'webhook',"
         "'url':'https://example.com/x'}}",
         403, .checks = {{"/code", "'other_side'"}}),
    POST("one's own", "ana", "/v1/subscriptions", TO("https://example.com/x"), 201,
         .headers = {"Idempotency-Key: one"},
         .checks = {{"/subscription/state", "'active'"}, {"/secret", "~whsec_"}},
         .keep = {{"sub", "/subscription/id"}, {"secret", "/secret"}}),
    POST("asked twice it is shown again", "ana", "/v1/subscriptions", TO("https://example.com/x"),
         201, .headers = {"Idempotency-Key: one"},
         .checks = {{"/subscription/id", "'${sub}'"}, {"/secret", "'${secret}'"}}),
    POST("of the same name", "ana", "/v1/subscriptions", TO("https://example.com/x"), 409,
         .checks = {{"/errors/0/code", "'already_exists'"}}),
    GET("it is listed without its secret", "sam", "/v1/subscriptions", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${sub}'"}, {"/data/0/secret", "!"}}),
    PATCH("Sam may not change it", "sam", AT, "{'state':'paused'}", 403,
          .checks = {{"/code", "'other_side'"}}),
    GET("its tag is kept", "ana", AT, 200, .keep = {{"tag", "@ETag"}}),
    PATCH("a change by one who has seen it", "ana", AT, "{'include':['lead']}", 200,
          .headers = {"If-Match: ${tag}"}, .checks = {{"/include", "['lead']"}}),
    PATCH("and by one who has seen what it was", "ana", AT, "{'include':[]}", 412,
          .headers = {"If-Match: ${tag}"}),
    PATCH("nobody switches off", "ana", AT, "{'state':'off'}", 400),
    PATCH("nor elsewhere", "ana", AT, "{'target':{'kind':'webhook','url':'https://127.1.0.1.x y'}}",
          422),
    POST("nor rotate it", "sam", AT "/secret/rotate", NULL, 403),
    POST("nor try it", "sam", AT "/test", NULL, 403),
    POST("nor send it again", "sam", AT "/replay", "{'failed':true}", 403),
    POST("what is to be sent again", "ana", AT "/replay", "{}", 422),
    DELETE("nor delete it", "sam", AT, 403),
    DELETE("its own side does", "ana", AT, 200, .checks = {{"/id", "'${sub}'"}}),
    GET("and it is gone", "ana", AT, 404),
    GET("with what was sent", "ana", AT "/deliveries", 404),
    PATCH("nothing is left to change", "ana", AT, "{'state':'paused'}", 404),
    DELETE("or to delete", "ana", AT, 404),
    POST("or to rotate", "ana", AT "/secret/rotate", NULL, 404),
    POST("or to try", "ana", AT "/test", NULL, 404),
    POST("or to send again", "ana", AT "/replay", "{'failed':true}", 404),
    {0},
};

STORY(what_is_refused, "", refusals)

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "subscriptions");

    setenv("BATON_DELIVERY_ALLOW", "127.0.0.0/8", 1);
    receiver_takes_mail();
    TESTS(tcase, what_happens_is_sent_and_signed, what_is_wished_for_is_included,
          two_secrets_count_for_a_day, it_is_tried_by_the_schedule_under_one_id,
          what_happens_to_a_lead_comes_in_its_order, nothing_is_lost_when_the_server_is_killed,
          what_is_refused, what_is_wanted_is_tested, what_a_template_says_is_sent,
          what_is_wrong_with_a_template_is_said, mail_is_sent_bundled,
          the_address_that_is_connected_to_counts);
    EACH(tcase, what_does_not_arrive_is_tried_again, bad);
    EACH(tcase, it_goes_as_the_receiver_does, stories);
}
