/* GET /v1/leads?q=: leads are found by the words of what they are called. */
#include "stage.h"
#include "suite.h"

#define CAPTURE(who, name, email, more)                                                            \
    POST("marketing captures " who, "marketing", "/v1/leads",                                      \
         "{'email':'" email "','attributes':{'name':'" name "'" more "}}", 201,                    \
         .keep = {{who, "/lead/id"}})
#define FIND(what, q, ...) GET("by " what, "sam", "/v1/leads?q=" q, 200, .checks = {__VA_ARGS__})
#define ONE(who)                                                                                   \
    {"/data", "#1"}, {"/data/0/id", "'${" who "}'"},                                               \
    {                                                                                              \
        "/next", "null"                                                                            \
    }
#define NONE_FOUND                                                                                 \
    {"/data", "#0"},                                                                               \
    {                                                                                              \
        "/next", "null"                                                                            \
    }

static const struct step found[] = {
    CAPTURE("kim", "Kim M\u00fcller-L\u00fcdenscheidt", "kim.lee@acme.example",
            ",'company.name':'Acme Werke'"),
    CAPTURE("olga", "\u041e\u043b\u044c\u0433\u0430 O\u2019Brien", "olga@gmail.com", ""),
    POST("and one who is known by an id alone", "marketing", "/v1/leads",
         "{'external_ids':[{'source':'hubspot','id':'AB-51'}],"
         "'attributes':{'first_name':'Bo','last_name':'Kim'}}",
         201, .keep = {{"bo", "/lead/id"}}),
    FIND("a name", "muller-lud", ONE("kim")),
    FIND("the part of a name", "LUDEN", ONE("kim")),
    FIND("a name in another script", "%D0%9E%D0%9B%D0%AC", ONE("olga")),
    FIND("a name with the apostrophe of a keyboard", "o'brien", ONE("olga")),
    FIND("the company", "werke", ONE("kim")),
    FIND("the company and the name", "acme+kim", ONE("kim")),
    FIND("an email", "kim.lee@ac", ONE("kim")),
    FIND("the mailbox", "lee", ONE("kim")),
    FIND("the company's domain", "acme.exam", ONE("kim")),
    FIND("no provider of mail", "gmail", NONE_FOUND),
    FIND("an id elsewhere", "ab-5", ONE("bo")),
    FIND("a last name", "bo+kim", ONE("bo")),
    FIND("words of two", "olga+acme", NONE_FOUND),
    FIND("a word of nobody", "xavier", NONE_FOUND),
    GET("at a stage", "sam", "/v1/leads?q=kim&stage=mql", 200, .checks = {NONE_FOUND}),
    GET("of a team", "sam", "/v1/leads?q=kim&owner_team=marketing", 200,
        .checks = {{"/data", "#2"}}),
    GET("the first of two, of which one is met by several words", "sam", "/v1/leads?q=k&limit=1",
        200, .checks = {{"/data", "#1"}, {"/data/0/id", "'${kim}'"}}, .keep = {{"next", "/next"}}),
    GET("the second", "sam", "/v1/leads?q=k&limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${bo}'"}, {"/next", "null"}}),
    {0}};

STORY(leads_are_found_by_their_words, "", found)

static const struct step changed[] = {
    CAPTURE("kim", "Kim Lee", "kim@acme.example", ""),
    CAPTURE("lee", "Lee Long", "lee@kite.example", ""),
    PATCH("she marries", "ana", "/v1/leads/${kim}", "{'attributes':{'name':'Kim Stone'}}", 200),
    FIND("her new name", "stone", ONE("kim")),
    FIND("the old one", "lee", ONE("lee")),
    POST("Lee is Kim", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200),
    FIND("the address of the one that was merged", "lee@kite", ONE("kim")),
    POST("she is erased", "ana", "/v1/leads/${kim}/erase", NULL, 200),
    FIND("her name, then", "stone", NONE_FOUND),
    FIND("her address", "kim@acme.example", NONE_FOUND),
    FIND("the other's", "lee", NONE_FOUND),
    {0}};

/* Of the story's leads nobody is active any more. */
START_TEST(what_a_person_was_called_goes_with_them)
{
    struct stage stage = stage_open("");

    story_run(stage.story, changed);
    stage_sql(
        "DO $$ BEGIN IF EXISTS (SELECT FROM lead WHERE status <> 'active' AND (words <> '' OR "
        "EXISTS (SELECT FROM lead_word w WHERE w.lead_id = lead.lead_id))) "
        "THEN RAISE 'words are left'; END IF; END $$");
    stage_close(&stage);
}
END_TEST

static const struct step refused[] = {
    GET("nothing to look for", "sam", "/v1/leads?q=%21%21", 400,
        .checks = {{"/errors/0/code", "'words'"}, {"/errors/0/parameter", "'q'"}}),
    GET("too much", "sam", "/v1/leads?q=a+b+c+d+e+f+g+h+i", 400,
        .checks = {{"/errors/0/code", "'words'"}}),
    GET("two ways at once", "sam", "/v1/leads?q=kim&email=kim@acme.example", 400,
        .checks = {{"/errors/0/code", "'with_identity'"}}),
    GET("with the feed", "sam", "/v1/leads?q=kim&reached=mql", 400,
        .checks = {{"/errors/0/code", "'with_reached'"}}),
    {0}};

STORY(a_question_without_sense_is_refused, "", refused)

static const struct step of_another[] = {CAPTURE("kim", "Kim Lee", "kim@acme.example", ""),
                                         GET("another workspace does not find her", "other_ana",
                                             "/v1/leads?q=kim", 200, .checks = {NONE_FOUND}),
                                         {0}};

START_TEST(a_foreign_workspace_finds_nobody)
{
    struct stage stage = stage_open("");

    stage_add_workspace(&stage, "other_", "");
    story_run(stage.story, of_another);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "search");

    TESTS(t, leads_are_found_by_their_words, what_a_person_was_called_goes_with_them,
          a_question_without_sense_is_refused, a_foreign_workspace_finds_nobody);
}
