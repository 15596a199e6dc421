/* Mail to members about what is theirs to act on, and what each of them wants of it. The mail
 * server is tests/http/receiver.py. */
#include "receiver.h"
#include "stage.h"
#include "suite.h"
#include "test_cluster.h"

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

static const char *part(const json_t *mail, const char *name)
{
    const char *text = json_string_value(json_object_get(mail, name));

    return text == NULL ? "" : text;
}

/* The first after so many that has this subject and says this; NULL: there is none yet. The caller
 * gives it back. The server serves the workspaces of other tests too, whose members have the same
 * addresses. */
static json_t *look_for_mail(const char *address, json_int_t before, const char *subject,
                             const char *says)
{
    json_t *seen = receiver_seen(address);
    const json_t *data = json_object_get(seen, "data");
    json_t *found = NULL;

    for (size_t i = (size_t)before; found == NULL && i < json_array_size(data); i++) {
        json_t *mail = json_array_get(data, i);
        if ((subject == NULL || strcmp(part(mail, "subject"), subject) == 0) &&
            strstr(part(mail, "plain"), says) != NULL)
            found = json_incref(mail);
    }
    json_decref(seen);
    return found;
}

static json_t *wait_for_mail(const char *address, json_int_t before, const char *subject,
                             const char *says)
{
    int64_t until = pg_now_ms() + WAIT_MS;
    const struct timespec pause = {0, 20000000};
    json_t *mail;

    while ((mail = look_for_mail(address, before, subject, says)) == NULL) {
        ck_assert_msg(pg_now_ms() < until, "%s has got no mail \"%s\" that says \"%s\"", address,
                      subject == NULL ? "of any kind" : subject, says);
        nanosleep(&pause, NULL);
    }
    return mail;
}

static void check_mail(const char *address, json_int_t before, const char *subject,
                       const char *says)
{
    json_decref(wait_for_mail(address, before, subject, says));
}

static void check_no_mail(const char *address, json_int_t before, const char *says)
{
    json_t *mail = look_for_mail(address, before, NULL, says);

    ck_assert_msg(mail == NULL, "%s has got: %s", address, part(mail, "plain"));
}

/* A proposal is older than the first look of the server at this workspace, and reported all the
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
    check_mail("sam@acme.example", sam, "Baton: A definition is proposed", "(mql, version 1)");
    check_no_mail("ana@acme.example", ana, "(mql, version 1)"); /* did it herself */
    stage_close(&stage);
}
END_TEST

static const struct step more_leads[] = {OFFERS("Lou"), OFFERS("Max"), {0}};

START_TEST(a_team_hears_of_what_waits_for_it)
{
    static const struct step first[] = {OFFERS("Kim"), {0}};
    static const struct step later[] = {LATER("ten minutes pass", 10 * MINUTE + 1), {0}};
    static const struct step unseen[] = {GET("nobody sees in a list what Sam was sent", "ana",
                                             "/v1/deliveries?direction=out", 200,
                                             .checks = {{"/data", "#0"}}),
                                         {0}};
    struct stage stage = stage_open(SIGNED);
    json_int_t sam = count_of("sam@acme.example"), ana = count_of("ana@acme.example");

    story_run(stage.story, first);
    json_t *mail =
        wait_for_mail("sam@acme.example", sam, "Baton: A new lead for you", "New for sales: Kim");
    ck_assert_msg(strstr(part(mail, "html"), "You choose what Baton writes to you about") != NULL,
                  "%s", part(mail, "html"));
    json_decref(mail);
    check_no_mail("ana@acme.example", ana, story_get(stage.story, "lead"));
    story_run(stage.story, unseen);
    story_run(stage.story, more_leads);
    story_run(stage.story, later);
    mail = wait_for_mail("sam@acme.example", sam, "Baton: 2 things have happened",
                         story_get(stage.story, "lead"));
    ck_assert_msg(strstr(part(mail, "plain"), "New for sales: Lou") != NULL &&
                      strstr(part(mail, "plain"), "New for sales: Max") != NULL,
                  "%s", part(mail, "plain"));
    json_decref(mail);
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
    check_mail("ana@acme.example", ana, "Baton: A lead came back", story_get(stage.story, "lead"));
    check_no_mail("sam@acme.example", sam, story_get(stage.story, "lead"));
    story_run(stage.story, chooses_again);
    json_t *mail = wait_for_mail("sam@acme.example", sam, "Baton: A lead waits for you",
                                 story_get(stage.story, "lead"));
    ck_assert_msg(strstr(part(mail, "plain"), "Lou, corp.example, waits for sales: offered") !=
                      NULL,
                  "%s", part(mail, "plain"));
    json_decref(mail);
    check_no_mail("ana@acme.example", ana, story_get(stage.story, "lead"));
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
    check_mail("ana@acme.example", ana, "Baton: Something is no longer sent", "switched off");
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
    json_t *mail = look_for_mail("sam@acme.example", sam, NULL, story_get(stage.story, "lead"));
    for (int i = 0; mail == NULL && i < 3; i++) { /* the first was sent alone: the next waits */
        test_clock_pass(10 * MINUTE + 31);
        const struct timespec pause = {1, 0};
        nanosleep(&pause, NULL);
        mail = look_for_mail("sam@acme.example", sam, NULL, story_get(stage.story, "lead"));
    }
    json_decref(mail);
    check_mail("sam@acme.example", sam, NULL, story_get(stage.story, "lead"));
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
    char says[128];
    snprintf(says, sizeof says, " in %s.", stage_workspace());
    json_t *mail = wait_for_mail("sam@acme.example", sam, "Baton: Your week", says);
    const char *plain = part(mail, "plain");
    ck_assert_msg(strstr(plain, "Handed to sales: ") != NULL, "%s", plain);
    ck_assert_msg(strstr(plain, "mql, version 1, came into force on ") != NULL ||
                      strstr(plain, "Nothing has changed.") != NULL,
                  "%s", plain);
    ck_assert_msg(strstr(plain, "\"signature\":\"") != NULL, "%s", plain);
    json_decref(mail);
    check_mail("ana@acme.example", ana, NULL, says); /* may sign */
    check_no_mail("sam@acme.example", sam, story_get(stage.story, "lead"));
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
        POST("an address that is none", NULL, "/v1/unsubscribe/x", NULL, 404),
        POST("nor is a longer one", NULL, "${unsubscribe}x", NULL, 404),
        OFFERS("Lou"),
        POST("Sam rejects, which Ana hears of", "sam", "/v1/handoffs/${offer}/reject",
             "{'reason':'spam'}", 200),
        {0}};
    struct stage stage = stage_open(SIGNED);
    json_int_t sam = count_of("sam@acme.example"), ana = count_of("ana@acme.example");

    story_run(stage.story, first);
    keep_path(&stage, wait_for_mail("sam@acme.example", sam, NULL, story_get(stage.story, "lead")));
    story_run(stage.story, click);
    test_clock_pass(10 * MINUTE + 1);
    check_mail("ana@acme.example", ana, NULL, story_get(stage.story, "lead"));
    check_no_mail("sam@acme.example", sam, story_get(stage.story, "lead"));
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

/* Three were sent, and the last is kept. */
static void wait_for_three(struct stage *stage, json_int_t before, const char *says)
{
    int64_t until = pg_now_ms() + WAIT_MS;
    const struct timespec pause = {0, 20000000};
    size_t came = 0;

    for (; came < 3; nanosleep(&pause, NULL)) {
        json_t *seen = receiver_seen("sam@acme.example");
        const json_t *data = json_object_get(seen, "data");
        came = 0;
        for (size_t i = (size_t)before; i < json_array_size(data); i++) {
            json_t *mail = json_array_get(data, i);
            if (strstr(part(mail, "plain"), says) != NULL && ++came == 3)
                keep_link(stage, json_incref(mail));
        }
        json_decref(seen);
        ck_assert_msg(pg_now_ms() < until, "%zu of 3 came", came);
    }
    ck_assert_uint_eq(came, 3);
}

START_TEST(a_link_by_mail_signs_in_once)
{
    struct stage stage = stage_open("");
    json_int_t sam = count_of("sam@acme.example");

    char says[128];
    snprintf(says, sizeof says, "signs you in to %s,", stage_workspace());
    story_run(stage.story, asks);
    keep_link(&stage,
              wait_for_mail("sam@acme.example", sam, "Your link to sign in to Baton", says));
    story_run(stage.story, opens);
    wait_for_three(&stage, sam, says);
    story_run(stage.story, too_late);
    ck_assert_int_eq(count_of("nobody@acme.example"), 0);
    stage_close(&stage);
}
END_TEST

static char place[64];

static void remove_place(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf %s", place);
    if (system(command) != 0)
        fprintf(stderr, "tests: %s stays\n", place);
}

/* Checkpoints are signed with it. */
static void make_key(void)
{
    char text[512];

    if (place[0] != '\0')
        return; /* in an earlier round */
    scratch_path(place, sizeof place, "baton-notify-XXXXXX");
    if (mkdtemp(place) == NULL)
        abort();
    atexit(remove_place);
    snprintf(text, sizeof text, "$BATON_BINARY signing-key create %s/key > /dev/null", place);
    if (system(text) != 0)
        abort();
    snprintf(text, sizeof text, "%s/key", place);
    setenv("BATON_SIGNING_KEY_FILE", text, 1);
}

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "notify");

    receiver_takes_mail();
    make_key();
    setenv("BATON_DELIVERY_ALLOW", "127.0.0.0/8", 1);
    TESTS(tcase, who_may_sign_hears_of_a_proposal, a_team_hears_of_what_waits_for_it,
          each_member_says_what_they_want, its_side_hears_that_a_subscription_is_off,
          no_mail_is_lost_when_the_server_is_killed, each_side_gets_the_page_of_its_week,
          a_click_ends_it, a_link_by_mail_signs_in_once);
}
