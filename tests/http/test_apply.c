/* A version that came into force judges what is there: counted first, then done, once. */
#include "stage.h"
#include "suite.h"

#include "database.h"

#include <stdio.h>
#include <stdlib.h>

#define LOWER                                                                                      \
    "{'term':'mql','title':'Smaller is fine','criteria':[{'id':'size','title':'Ten or more',"      \
    "'kind':'fit','required':true,'test':{'attribute':'company.employees','op':'gte','value':10}}" \
    "],"                                                                                           \
    "'reasons':[{'code':'spam','title':'Spam','about':'process','then':'disqualify'}]}"
#define HIGHER                                                                                     \
    "{'term':'mql','title':'Only big','criteria':[{'id':'size','title':'A thousand','kind':'fit'," \
    "'required':true,'test':{'attribute':'company.employees','op':'gte','value':1000}}],"          \
    "'reasons':[{'code':'spam','title':'Spam','about':'process','then':'disqualify'}]}"

#define SIGN(version, document)                                                                    \
    POST("a draft", "ana", "/v1/definitions/mql/versions", document, 201),                         \
        POST("is proposed", "ana", "/v1/definitions/mql/versions/" version "/propose", NULL, 200,  \
             .keep = {{"hash", "/content_hash"}}),                                                 \
        POST("signed by marketing", "ana", "/v1/definitions/mql/versions/" version "/sign",        \
             "{'content_hash':'${hash}'}", 200),                                                   \
        POST("and by sales", "sam", "/v1/definitions/mql/versions/" version "/sign",               \
             "{'content_hash':'${hash}'}", 200, .checks = {{"/state", "'in_force'"}})

#define CAPTURE(name, size)                                                                        \
    POST("a lead of " #size, "marketing", "/v1/leads",                                             \
         "{'email':'" name "@" name ".example','attributes':{'company.employees':" #size           \
         "},'touch':{'kind':'form_submitted'}}",                                                   \
         201, .keep = {{name, "/lead/id"}})

static const struct step before[] = {
    SIGN("1", HIGHER),
    CAPTURE("kim", 5),
    CAPTURE("lee", 50),
    CAPTURE("mia", 5000),
    POST("a version that is none", "ana", "/v1/definitions/mql/versions/7/apply", NULL, 404),
    SIGN("2", LOWER),
    POST("what was superseded is not applied", "ana", "/v1/definitions/mql/versions/1/apply", NULL,
         409, .checks = {{"/state", "'superseded'"}}),
    GET("its list says since when it is", "ana", "/v1/definitions/mql", 200,
        .checks = {{"/versions/0/superseded_at", "null"},
                   {"/versions/1/state", "'superseded'"},
                   {"/versions/1/superseded_at", "<string>"},
                   {"/versions/1/in_force_from", "<string>"}}),
    POST("a key of the team", "ana", "/v1/keys",
         "{'title':'runs things','team':'marketing','roles':['admin']}", 201,
         .keep = {{"tools", "/token"}}),
    POST("says who wants it", "tools", "/v1/definitions/mql/versions/2/apply", NULL, 422,
         .checks = {{"/code", "'actor_required'"}}),
    POST("and names a member", "tools", "/v1/definitions/mql/versions/2/apply", NULL, 422,
         .headers = {"Baton-Actor: nobody@acme.example"}),
    POST("how many would change sides", "ana", "/v1/definitions/mql/versions/2/apply",
         "{'dry_run':true}", 202, .checks = {{"/kind", "'apply'"}, {"/request/dry_run", "true"}},
         .keep = {{"job", "/id"}}),
    {0}};

static const struct step counted[] = {
    DELETE("who cancels names a member likewise", "tools", "/v1/jobs/${job}", 422,
           .headers = {"Baton-Actor: nobody@acme.example"}),
    GET("two qualify, one of them newly, and would be offered", "sam", "/v1/jobs/${job}", 200,
        .checks = {{"/result/leads", "3"},
                   {"/result/qualified", "2"},
                   {"/result/not_qualified", "1"},
                   {"/result/stage_up", "1"},
                   {"/result/stage_down", "0"},
                   {"/result/offered", "1"},
                   {"/progress/done", "3"}}),
    GET("nothing has moved", "ana", "/v1/leads/${lee}", 200, .checks = {{"/stage", "'inquiry'"}}),
    GET("nor was it judged", "ana", "/v1/leads/${lee}/verdicts", 200, .checks = {{"/data", "#1"}}),
    POST("now in earnest", "ana", "/v1/definitions/mql/versions/2/apply", NULL, 202,
         .headers = {"Idempotency-Key: apply-2"}, .checks = {{"/request/dry_run", "false"}},
         .keep = {{"job", "/id"}, {"answer", "@body"}}),
    POST("said twice is one job", "ana", "/v1/definitions/mql/versions/2/apply", NULL, 202,
         .headers = {"Idempotency-Key: apply-2"}, .checks = {{"@body", "=${answer}"}}),
    {0}};

static const struct step applied[] = {
    GET("the same counts", "sam", "/v1/jobs/${job}", 200,
        .checks = {{"/result/leads", "3"},
                   {"/result/qualified", "2"},
                   {"/result/stage_up", "1"},
                   {"/result/offered", "1"}}),
    GET("lee is an mql, and offered", "ana", "/v1/leads/${lee}", 200,
        .checks = {{"/stage", "'mql'"}, {"/open_handoff", "*"}}),
    GET("with the old verdict kept", "ana", "/v1/leads/${lee}/verdicts", 200,
        .checks = {{"/data", "#2"}}),
    GET("by whom stands in the ledger", "ana", "/v1/leads/${lee}/timeline", 200,
        .checks = {{"/data/2/actor/type", "'member'"}, {"/data/2/definition/version", "2"}}),
    {0}};

START_TEST(test_applied)
{
    struct stage stage = stage_open("");

    story_run(stage.story, before);
    stage_wait_job(&stage, "done");
    story_run(stage.story, counted);
    stage_wait_job(&stage, "done");
    story_run(stage.story, applied);
    stage_close(&stage);
}
END_TEST

/* ---- and back again, over several chunks ---- */

#define MANY 250

static void capture_many(struct stage *stage)
{
    struct step capture[] = {POST("one of many", "marketing", "/v1/leads", NULL, 201), {0}};
    char body[256];

    for (int i = 0; i < MANY; i++) {
        snprintf(body, sizeof body,
                 "{'email':'p%d@x.example','attributes':{'company.employees':%d},'touch':{'kind':"
                 "'form_submitted'}}",
                 i, i % 2 == 0 ? 20 : 5);
        capture[0].body = body;
        story_run(stage->story, capture);
    }
}

static const struct step first_version[] = {SIGN("1", LOWER), {0}};

static const struct step second_version[] = {SIGN("2", HIGHER),
                                             POST("applied", "ana",
                                                  "/v1/definitions/mql/versions/2/apply", NULL, 202,
                                                  .keep = {{"job", "/id"}}),
                                             {0}};

static const struct step many[] = {GET("all were judged once; what is offered keeps its stage",
                                       "ana", "/v1/jobs/${job}", 200,
                                       .checks = {{"/result/leads", "250"},
                                                  {"/result/qualified", "0"},
                                                  {"/result/not_qualified", "250"},
                                                  {"/result/stage_down", "0"},
                                                  {"/progress/done", "250"},
                                                  {"/progress/total", "250"}}),
                                   {0}};

START_TEST(test_many_chunks)
{
    struct stage stage = stage_open("");

    story_run(stage.story, first_version);
    capture_many(&stage);
    story_run(stage.story, second_version);
    stage_wait_job(&stage, "done");
    story_run(stage.story, many);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "apply");

    TESTS(tcase, test_applied, test_many_chunks);
}
