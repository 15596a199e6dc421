/* Signing in with a browser: what a session may do, who else may not use it, and how it ends. */
#include "stage.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define HOUR 3600

/* What a browser says of the page that asks: of ours, of one of another origin, of another port of
 * this very machine, and of no page at all. */
#define COOKIE "Cookie: a=1; ${cookie}"
#define OURS   COOKIE, "Origin: ${origin}", "Sec-Fetch-Site: same-origin"
#define LEAD   "{'email':'kim@kite.example'}"

static const struct step acts_as_the_member[] = {
    POST("Ana signs in with her key", "ana", "/v1/sessions", NULL, 201,
         .checks = {{"/current", "true"},
                    {"@Set-Cookie", "~; Path=/; Secure; HttpOnly; SameSite=Strict"},
                    {"@Cache-Control", "=no-store"}},
         .keep = {{"session", "/id"}, {"cookie", "@Set-Cookie"}}),
    GET("and is Ana", NO_KEY, "/v1/me", 200, .headers = {OURS},
        .checks = {{"/member/email", "'ana@acme.example'"}, {"/team/name", "'marketing'"}}),
    POST("who writes", NO_KEY, "/v1/leads", LEAD, 201, .headers = {OURS},
         .keep = {{"lead", "/lead/id"}}),
    GET("as herself", "ana", "/v1/leads/${lead}/timeline", 200,
        .checks = {{"/data/0/actor/type", "'member'"}}),
    GET("an address that is opened from a bookmark", NO_KEY, "/v1/me", 200,
        .headers = {COOKIE, "Sec-Fetch-Site: none"}),
    GET("a key that comes along is what counts", "sam", "/v1/me", 200, .headers = {OURS},
        .checks = {{"/member/email", "'sam@acme.example'"}}),
    GET("one finds one's sessions", NO_KEY, "/v1/sessions", 200, .headers = {OURS},
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${session}'"}, {"/data/0/current", "true"}}),
    GET("and nobody else's", "sam", "/v1/sessions", 200, .checks = {{"/data", "#0"}}),
    DELETE("nor ends them", "sam", "/v1/sessions/${session}", 404),
    {0},
};

static const struct step is_of_our_pages_alone[] = {
    POST("Ana signs in, and somebody makes a cookie like hers", "ana", "/v1/sessions", NULL, 201,
         .keep = {{"cookie", "@Set-Cookie"}, {"session", "/id"}}),
    POST("a form of another site", NO_KEY, "/v1/leads", LEAD, 401,
         .headers = {COOKIE, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}),
    POST("of a neighbour on the same machine", NO_KEY, "/v1/leads", LEAD, 401,
         .headers = {COOKIE, "Origin: http://127.0.0.1:1", "Sec-Fetch-Site: same-site"}),
    POST("that an old browser sends", NO_KEY, "/v1/leads", LEAD, 401,
         .headers = {COOKIE, "Origin: https://evil.example"}),
    POST("that hides where it is from", NO_KEY, "/v1/leads", LEAD, 401,
         .headers = {COOKIE, "Origin: null"}),
    POST("without a word of it", NO_KEY, "/v1/leads", LEAD, 401, .headers = {COOKIE}),
    POST("by a name that begins like ours", NO_KEY, "/v1/leads", LEAD, 401,
         .headers = {COOKIE, "Origin: ${origin}.evil.example"}),
    GET("a picture in a page of another site", NO_KEY, "/v1/me", 401,
        .headers = {COOKIE, "Sec-Fetch-Site: cross-site"}),
    GET("a script there", NO_KEY, "/v1/me", 401,
        .headers = {COOKIE, "Origin: https://evil.example"}),
    GET("a cookie that somebody set beside it", NO_KEY, "/v1/me", 401,
        .headers = {COOKIE "; __Host-baton=x", "Origin: ${origin}"}),
    GET("one that is none", NO_KEY, "/v1/me", 401, .headers = {"Cookie: __Host-baton=${session}"}),
    POST("nothing was written", "ana", "/v1/leads", LEAD, 201, .checks = {{"/created", "true"}}),
    {0},
};

static const struct step makes_no_other[] = {
    POST("a team's key is nobody's", "marketing", "/v1/sessions", NULL, 422,
         .checks = {{"/code", "'actor_required'"}}),
    POST("also when it names a member", "marketing", "/v1/sessions", NULL, 422,
         .headers = {"Baton-Actor: ana@acme.example"}),
    POST("nor has it a link", "marketing", "/v1/sessions/links", NULL, 422),
    POST("Ana signs in", "ana", "/v1/sessions", NULL, 201, .keep = {{"cookie", "@Set-Cookie"}}),
    POST("her session opens no other", NO_KEY, "/v1/sessions", NULL, 403, .headers = {OURS}),
    POST("and makes no link", NO_KEY, "/v1/sessions/links", NULL, 403, .headers = {OURS}),
    {0},
};

static const struct step ends[] = {
    POST("Ana signs in", "ana", "/v1/sessions", NULL, 201, .keep = {{"cookie", "@Set-Cookie"}}),
    DELETE("and out", NO_KEY, "/v1/sessions/current", 204, .headers = {OURS},
           .checks = {{"@Set-Cookie", "~Max-Age=0"}}),
    GET("the cookie is worth nothing", NO_KEY, "/v1/me", 401, .headers = {OURS},
        .checks = {{"/detail", "'This session has ended: sign in again.'"}}),
    POST("neither for a write", NO_KEY, "/v1/leads", LEAD, 401, .headers = {OURS}),
    DELETE("there is none to end any more", "ana", "/v1/sessions/current", 404),

    POST("Ana signs in where she should not", "ana", "/v1/sessions", NULL, 201,
         .keep = {{"session", "/id"}, {"cookie", "@Set-Cookie"}}),
    DELETE("and ends it from elsewhere", "ana", "/v1/sessions/${session}", 204),
    GET("it has ended", NO_KEY, "/v1/me", 401, .headers = {OURS}),

    POST("Ana signs in", "ana", "/v1/sessions", NULL, 201, .keep = {{"cookie", "@Set-Cookie"}}),
    LATER("eleven hours pass", 11 * HOUR),
    GET("and she is still there", NO_KEY, "/v1/me", 200, .headers = {OURS}),
    LATER("eleven more", 11 * HOUR),
    GET("and still", NO_KEY, "/v1/me", 200, .headers = {OURS}),
    LATER("twelve in which nothing is done", 12 * HOUR),
    GET("then it is over", NO_KEY, "/v1/me", 401, .headers = {OURS}),

    POST("a key for a tablet", "ana", "/v1/keys",
         "{'title':'tablet','member':'max@acme.example','roles':['read']}", 201,
         .keep = {{"tablet", "/token"}, {"key", "/key/id"}}),
    POST("which signs Max in", "tablet", "/v1/sessions", NULL, 201,
         .keep = {{"cookie", "@Set-Cookie"}}),
    GET("with the key's roles", NO_KEY, "/v1/me", 200, .headers = {OURS},
        .checks = {{"/member/email", "'max@acme.example'"}, {"/key/roles", "['read']"}}),
    POST("and no more", NO_KEY, "/v1/leads", LEAD, 403, .headers = {OURS}),
    POST("it is revoked", "ana", "/v1/keys/${key}/revoke", NULL, 200),
    GET("and so are its sessions", NO_KEY, "/v1/me", 401, .headers = {OURS}),

    POST("Max signs in", "max", "/v1/sessions", NULL, 201, .keep = {{"cookie", "@Set-Cookie"}}),
    GET("who is he?", NO_KEY, "/v1/me", 200, .headers = {OURS}, .keep = {{"max_id", "/member/id"}}),
    PATCH("he leaves", "ana", "/v1/members/${max_id}", "{'active':false}", 200,
          .headers = {"If-Match: *"}),
    GET("and is out", NO_KEY, "/v1/me", 401, .headers = {OURS}),
    {0},
};

static const struct {
    const char *label;
    const struct step *steps;
} stories[] = {{"acts as the member", acts_as_the_member},
               {"is of our pages alone", is_of_our_pages_alone},
               {"makes no other", makes_no_other},
               {"ends", ends}};

static struct stage open_stage(void)
{
    struct stage stage = stage_open("--starter mql --sign");

    story_set(stage.story, "origin", service_url(stage_service()));
    return stage;
}

START_TEST(a_session)
{
    struct stage stage = open_stage();

    story_run(stage.story, stories[_i].steps);
    stage_close(&stage);
}
END_TEST

static const struct step signs_in[] = {
    POST("Ana signs in", "ana", "/v1/sessions", NULL, 201, .keep = {{"cookie", "@Set-Cookie"}}),
    {0},
};

static const struct step is_nobody[] = {
    GET("whoever guesses is nobody", NO_KEY, "/v1/me", 401, .headers = {OURS}),
    {0},
};

START_TEST(the_whole_secret_counts)
{
    struct stage stage = open_stage();

    story_run(stage.story, signs_in);
    char *cookie = strdup(story_get(stage.story, "cookie"));
    char *last = cookie + strcspn(cookie, ";") - 1;
    *last = *last == 'a' ? 'b' : 'a';
    story_set(stage.story, "cookie", cookie);
    free(cookie);
    story_run(stage.story, is_nobody);
    stage_close(&stage);
}
END_TEST

static const struct step link_is_made[] = {
    POST("Sam asks for a link", "sam", "/v1/sessions/links", NULL, 201,
         .keep = {{"link", "/link"}}),
    {0},
};

static const struct step link_opens_once[] = {
    GET("which is no key", "link", "/v1/me", 401),
    POST("his browser opens it", "link", "/v1/sessions", NULL, 201,
         .keep = {{"cookie", "@Set-Cookie"}}),
    GET("and is Sam's", NO_KEY, "/v1/me", 200, .headers = {OURS},
        .checks = {{"/member/email", "'sam@acme.example'"}}),
    POST("a second time it opens nothing", "link", "/v1/sessions", NULL, 401,
         .checks = {{"/detail", "'This link was used already, or is too old.'"}}),
    GET("Sam is signed in once", "sam", "/v1/sessions", 200, .checks = {{"/data", "#1"}}),
    {0},
};

static const struct step link_grows_old[] = {
    LATER("a quarter of an hour passes", 15 * 60),
    POST("it is too late", "link", "/v1/sessions", NULL, 401),
    {0},
};

static const struct step *const links[] = {link_opens_once, link_grows_old};

/* What stands behind "/#link=" is sent as a key. */
START_TEST(a_link)
{
    struct stage stage = open_stage();

    story_run(stage.story, link_is_made);
    char *token = strdup(strchr(story_get(stage.story, "link"), '=') + 1);
    story_set(stage.story, "link", token);
    free(token);
    story_run(stage.story, links[_i]);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "sessions");

    EACH(tcase, a_session, stories);
    tcase_add_test(tcase, the_whole_secret_counts);
    EACH(tcase, a_link, links);
}
