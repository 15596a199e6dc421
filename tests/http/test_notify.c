/* Mail to members about what is theirs to act on, and what each of them wants of it. The mail
 * server is tests/http/receiver.py. */
#include "receiver.h"
#include "stage.h"
#include "suite.h"

#include "store/pg/pg_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIGNED  "--starter mql --sign"
#define MINUTE  60
#define HOUR    (60 * MINUTE)
#define WAIT_MS 20000

#define OFFERS(name)                                                                               \
    POST("marketing captures " name ", who is offered", "marketing", "/v1/leads",                  \
         "{'email':'" name "@corp.example','attributes':{'seniority':'vp','name':'" name "'},"     \
         "'touch':{'kind':'form_submitted','source':'google'}}",                                   \
         201, .checks = {{"/handoff/state", "'offered'"}},                                         \
         .keep = {{"lead", "/lead/id"}, {"offer", "/handoff/id"}})

static json_int_t count_of(const char *address)
{
    json_t *seen = receiver_seen(address);
    json_int_t count = json_integer_value(json_object_get(seen, "count"));

    json_decref(seen);
    return count;
}

/* The mail that comes after the first `before` of them; the caller gives it back. */
static json_t *mail_after(const char *address, json_int_t before)
{
    int64_t until = pg_now_ms() + WAIT_MS;
    const struct timespec pause = {0, 20000000};

    for (;; nanosleep(&pause, NULL)) {
        json_t *seen = receiver_seen(address);
        const json_t *data = json_object_get(seen, "data");
        if ((json_int_t)json_array_size(data) > before) {
            json_t *mail = json_incref(json_array_get(data, (size_t)before));
            json_decref(seen);
            return mail;
        }
        json_decref(seen);
        ck_assert_msg(pg_now_ms() < until, "%s has got no mail", address);
    }
}

static const char *part(const json_t *mail, const char *name)
{
    const char *text = json_string_value(json_object_get(mail, name));

    return text == NULL ? "" : text;
}

static void check_mail(json_t *mail, const char *subject, const char *says)
{
    ck_assert_str_eq(part(mail, "subject"), subject);
    ck_assert_msg(strstr(part(mail, "plain"), says) != NULL, "%s", part(mail, "plain"));
    json_decref(mail);
}

/* A proposal is older than the first look of the server at this workspace, and told of all the
 * same. */
START_TEST(who_may_sign_hears_of_a_proposal)
{
    static const struct step proposes[] = {POST("Ana proposes a definition", "ana",
                                                "/v1/definitions/mql/versions/1/propose", "{}",
                                                200),
                                           {0}};
    json_int_t sam = count_of("sam@acme.example"), ana = count_of("ana@acme.example");
    struct stage stage = stage_open("--starter mql");

    story_run(stage.story, proposes);
    check_mail(mail_after("sam@acme.example", sam), "Baton: A definition is proposed",
               "(mql, version 1)");
    ck_assert_int_eq(count_of("ana@acme.example"), ana); /* did it herself */
    stage_close(&stage);
}
END_TEST

static const struct step more_leads[] = {OFFERS("Lou"), OFFERS("Max"), {0}};

START_TEST(a_team_hears_of_what_waits_for_it)
{
    static const struct step first[] = {OFFERS("Kim"), {0}};
    static const struct step later[] = {LATER("ten minutes pass", 10 * MINUTE + 1), {0}};
    struct stage stage = stage_open(SIGNED);
    json_int_t sam = count_of("sam@acme.example"), ana = count_of("ana@acme.example");

    story_run(stage.story, first);
    json_t *mail = mail_after("sam@acme.example", sam);
    ck_assert_msg(strstr(part(mail, "html"), "You choose what Baton writes to you about") != NULL,
                  "%s", part(mail, "html"));
    check_mail(mail, "Baton: A new lead for you", "New for sales: Kim");
    story_run(stage.story, more_leads);
    story_run(stage.story, later);
    mail = mail_after("sam@acme.example", sam + 1);
    ck_assert_msg(strstr(part(mail, "plain"), "Max") != NULL, "%s", part(mail, "plain"));
    check_mail(mail, "Baton: 2 things have happened", "New for sales: Lou");
    ck_assert_int_eq(count_of("ana@acme.example"), ana);
    stage_close(&stage);
}
END_TEST

/* What one does oneself is no news, and what one does not want is not sent. */
static const struct step chooses[] = {
    GET("Sam gets what everybody gets who has said nothing", "sam", "/v1/members?team=sales", 200,
        .checks = {{"/data/0/notify",
                    "['mine','team','reminder','overdue','returned','dispute','proposal',"
                    "'suspended','import','subscription','week']"}},
        .keep = {{"sam_id", "/data/0/id"}}),
    PATCH("Sam wants mail of what is Sam's alone", "sam", "/v1/members/me",
          "{'notify':['overdue','mine']}", 200, .checks = {{"/notify", "['mine','overdue']"}}),
    PATCH("no such thing is written about", "sam", "/v1/members/me", "{'notify':['weather']}", 400,
          .checks = {{"/errors/0/pointer", "'/notify/0'"}}),
    PATCH("nor does the other side say what Sam gets", "ana", "/v1/members/${sam_id}",
          "{'notify':[]}", 403),
    OFFERS("Kim"),
    POST("Sam rejects", "sam", "/v1/handoffs/${offer}/reject", "{'reason':'spam'}", 200),
    {0},
};

static const struct step chooses_again[] = {
    PATCH("Ana wants none", "ana", "/v1/members/me", "{'notify':[]}", 200,
          .checks = {{"/notify", "[]"}}),
    OFFERS("Lou"),
    LATER("it is overdue", 9 * HOUR),
    {0},
};

START_TEST(each_member_says_what_they_want)
{
    struct stage stage = stage_open(SIGNED);
    json_int_t sam = count_of("sam@acme.example"), ana = count_of("ana@acme.example");

    story_run(stage.story, chooses);
    check_mail(mail_after("ana@acme.example", ana), "Baton: A lead came back",
               "was rejected by sales: spam");
    story_run(stage.story, chooses_again);
    check_mail(mail_after("sam@acme.example", sam), "Baton: A lead waits for you",
               "Lou, corp.example, waits for sales: offered");
    ck_assert_int_eq(count_of("ana@acme.example"), ana + 1);
    stage_close(&stage);
}
END_TEST

/* Whoever is switched off hears of it, by mail, since nobody looks at what is quiet. */
static const struct step goes_off[] = {
    POST("a hook of marketing's", "ana", "/v1/subscriptions",
         "{'name':'hook','events':['lead.captured'],'target':{'kind':'webhook',"
         "'url':'${receiver}/${workspace}/gone'}}",
         201, .keep = {{"sub", "/subscription/id"}}),
    OFFERS("Kim"),
    UNTIL("it is switched off", "ana", "/v1/subscriptions/${sub}", 200,
          .checks = {{"/state", "'off'"}}),
    {0},
};

START_TEST(its_side_hears_that_a_subscription_is_off)
{
    struct stage stage = stage_open(SIGNED);
    json_int_t ana = count_of("ana@acme.example");

    story_set(stage.story, "receiver", receiver_url());
    story_set(stage.story, "workspace", stage_workspace());
    story_run(stage.story, goes_off);
    check_mail(mail_after("ana@acme.example", ana), "Baton: Something is no longer sent",
               "switched off");
    stage_close(&stage);
}
END_TEST

/* The mail of a member is kept like any delivery: under one id, in the queue of its reader. */
START_TEST(no_mail_is_lost_when_the_server_is_killed)
{
    struct stage stage = stage_open(SIGNED);
    json_int_t sam = count_of("sam@acme.example");

    story_run(stage.story, more_leads);
    service_kill(stage_service());
    service_restart(stage_service());
    test_clock_pass(10 * MINUTE + 31); /* the lease of the one that was killed */
    json_t *mail = mail_after("sam@acme.example", sam);
    bool both = strstr(part(mail, "plain"), "Max") != NULL;
    json_decref(mail);
    if (!both) { /* the first was sent before */
        test_clock_pass(10 * MINUTE + 31);
        mail = mail_after("sam@acme.example", sam + 1);
        ck_assert_msg(strstr(part(mail, "plain"), "Max") != NULL, "%s", part(mail, "plain"));
        json_decref(mail);
    }
    stage_close(&stage);
}
END_TEST

/* What each side keeps, and with what a cut ledger is found out. */
static const struct step signs_week[] = {
    OFFERS("Kim"),
    LATER("the week passes", 7 * 24 * HOUR),
    {0},
};

START_TEST(each_side_gets_the_page_of_its_week)
{
    static const struct step week[] = {
        PATCH("Sam wants the week alone", "sam", "/v1/members/me", "{'notify':['week']}", 200),
        {0}};
    static const struct step none[] = {
        PATCH("Ana says nothing of it", "ana", "/v1/members/me", "{'notify':null}", 200), {0}};
    struct stage stage = stage_open(SIGNED);
    json_int_t sam = count_of("sam@acme.example"), ana = count_of("ana@acme.example");

    story_run(stage.story, week);
    story_run(stage.story, none);
    story_run(stage.story, signs_week);
    json_t *mail = mail_after("sam@acme.example", sam);
    const char *plain = part(mail, "plain");
    ck_assert_msg(strstr(plain, "Handed to sales: ") != NULL, "%s", plain);
    ck_assert_msg(strstr(plain, "mql, version 1, came into force on ") != NULL ||
                      strstr(plain, "Nothing has changed.") != NULL,
                  "%s", plain);
    ck_assert_msg(strstr(plain, "no checkpoint yet") != NULL ||
                      strstr(plain, "\"signature\":\"") != NULL,
                  "%s", plain);
    check_mail(mail, "Baton: Your week", "The week from ");
    json_decref(mail_after("ana@acme.example", ana)); /* may sign */
    ck_assert_int_eq(count_of("sam@acme.example"), sam + 1);
    stage_close(&stage);
}
END_TEST

/* ---- by one click ---- */

/* The value of a header, at most to its end: "<https://…/v1/unsubscribe/…>". */
static void keep_path(struct stage *stage, json_t *mail)
{
    char path[256];
    const char *at = strstr(part(mail, "unsubscribe"), "/v1/unsubscribe/");

    ck_assert_msg(at != NULL, "no List-Unsubscribe");
    ck_assert_str_eq(part(mail, "one_click"), "List-Unsubscribe=One-Click");
    snprintf(path, sizeof path, "%.*s", (int)strcspn(at, ">"), at);
    story_set(stage->story, "unsubscribe", path);
    json_decref(mail);
}

START_TEST(a_click_ends_it)
{
    static const struct step first[] = {OFFERS("Kim"), {0}};
    static const struct step click[] = {
        POST("Sam's mail program is clicked", NULL, "${unsubscribe}", NULL, 200,
             .checks = {{"/email", "'sam@acme.example'"}, {"/notify", "[]"}}),
        POST("and once more", NULL, "${unsubscribe}", NULL, 200, .checks = {{"/notify", "[]"}}),
        POST("an address that is none", NULL, "/v1/unsubscribe/x", NULL, 401),
        POST("one that is another's", NULL, "${unsubscribe}x", NULL, 401),
        OFFERS("Lou"),
        LATER("ten minutes pass", 10 * MINUTE + 1),
        PATCH("Ana's is as it was", "ana", "/v1/members/me", "{'absent':[]}", 200,
              .checks = {{"/notify", "#11"}}),
        {0}};
    struct stage stage = stage_open(SIGNED);
    json_int_t sam = count_of("sam@acme.example");

    story_run(stage.story, first);
    keep_path(&stage, mail_after("sam@acme.example", sam));
    story_run(stage.story, click);
    ck_assert_int_eq(count_of("sam@acme.example"), sam + 1);
    stage_close(&stage);
}
END_TEST

/* ---- signing in ---- */

/* The link's token, without what stands before it. */
static void keep_link(struct stage *stage, json_t *mail)
{
    char token[256];
    const char *at = strstr(part(mail, "plain"), "/#link=");

    ck_assert_msg(at != NULL, "%s", part(mail, "plain"));
    at += sizeof "/#link=" - 1;
    snprintf(token, sizeof token, "%.*s", (int)strcspn(at, "\r\n"), at);
    story_set(stage->story, "link", token);
    json_decref(mail);
}

#define ASKS(label, address)                                                                       \
    POST(label, NULL, "/v1/sessions/mail", "{'email':'" address "'}", 202,                         \
         .checks = {{"@body", "={\"status\":\"asked\"}"}})

static const struct step asks[] = {
    ASKS("Sam asks for a link", "Sam@ACME.example"),
    ASKS("nobody does, and is answered the same", "nobody@acme.example"),
    POST("no address", NULL, "/v1/sessions/mail", "{'email':'sam'}", 400,
         .checks = {{"/errors/0/pointer", "'/email'"}}),
    {0},
};

static const struct step opens[] = {
    POST("Sam opens it", "link", "/v1/sessions", NULL, 201, .checks = {{"/current", "true"}}),
    POST("it opens once", "link", "/v1/sessions", NULL, 401),
    ASKS("another one", "sam@acme.example"),
    ASKS("the third within a quarter of an hour", "sam@acme.example"),
    ASKS("the fourth is answered, and not sent", "sam@acme.example"),
    {0},
};

static const struct step too_late[] = {
    LATER("a quarter of an hour passes", 15 * MINUTE + 1),
    POST("too late", "link", "/v1/sessions", NULL, 401),
    {0},
};

START_TEST(a_link_by_mail_signs_in_once)
{
    struct stage stage = stage_open("");
    json_int_t sam = count_of("sam@acme.example");

    story_run(stage.story, asks);
    json_t *mail = mail_after("sam@acme.example", sam);
    ck_assert_str_eq(part(mail, "subject"), "Your link to sign in to Baton");
    keep_link(&stage, mail);
    story_run(stage.story, opens);
    json_decref(mail_after("sam@acme.example", sam + 1));
    keep_link(&stage, mail_after("sam@acme.example", sam + 2));
    story_run(stage.story, too_late);
    ck_assert_int_eq(count_of("sam@acme.example"), sam + 3);
    ck_assert_int_eq(count_of("nobody@acme.example"), 0);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "notify");

    receiver_takes_mail();
    setenv("BATON_DELIVERY_ALLOW", "127.0.0.0/8", 1);
    TESTS(tcase, who_may_sign_hears_of_a_proposal, a_team_hears_of_what_waits_for_it,
          each_member_says_what_they_want, its_side_hears_that_a_subscription_is_off,
          no_mail_is_lost_when_the_server_is_killed, each_side_gets_the_page_of_its_week,
          a_click_ends_it, a_link_by_mail_signs_in_once);
}
