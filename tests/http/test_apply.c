/* A version that came into force judges what is there: counted first, then done, once. */
#include "stage.h"

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
    {.label = "a draft",                                                                           \
     .method = "POST",                                                                             \
     .path = "/v1/definitions/mql/versions",                                                       \
     .as = "ana",                                                                                  \
     .body = document,                                                                             \
     .status = 201},                                                                               \
        {.label = "is proposed",                                                                   \
         .method = "POST",                                                                         \
         .path = "/v1/definitions/mql/versions/" version "/propose",                               \
         .as = "ana",                                                                              \
         .status = 200,                                                                            \
         .keep = {{"hash", "/content_hash"}}},                                                     \
        {.label = "signed by marketing",                                                           \
         .method = "POST",                                                                         \
         .path = "/v1/definitions/mql/versions/" version "/sign",                                  \
         .as = "ana",                                                                              \
         .body = "{'content_hash':'${hash}'}",                                                     \
         .status = 200},                                                                           \
    {                                                                                              \
        .label = "and by sales", .method = "POST",                                                 \
        .path = "/v1/definitions/mql/versions/" version "/sign", .as = "sam",                      \
        .body = "{'content_hash':'${hash}'}", .status = 200, .checks = {                           \
            {"/state", "'in_force'"}                                                               \
        }                                                                                          \
    }

#define CAPTURE(name, size)                                                                        \
    {                                                                                              \
        .label = "a lead of " #size, .method = "POST", .path = "/v1/leads", .as = "marketing",     \
        .body = "{'email':'" name "@" name ".example','attributes':{'company.employees':" #size    \
                "},'touch':{'kind':'form_submitted'}}",                                            \
        .status = 201, .keep = {                                                                   \
            {name, "/lead/id"}                                                                     \
        }                                                                                          \
    }

static const struct step before[] = {
    SIGN("1", HIGHER),
    CAPTURE("kim", 5),
    CAPTURE("lee", 50),
    CAPTURE("mia", 5000),
    {.label = "a version that is none",
     .method = "POST",
     .path = "/v1/definitions/mql/versions/7/apply",
     .as = "ana",
     .status = 404},
    SIGN("2", LOWER),
    {.label = "what was superseded is not applied",
     .method = "POST",
     .path = "/v1/definitions/mql/versions/1/apply",
     .as = "ana",
     .status = 409,
     .checks = {{"/state", "'superseded'"}}},
    {.label = "a key of the team",
     .method = "POST",
     .path = "/v1/keys",
     .as = "ana",
     .body = "{'title':'runs things','team':'marketing','roles':['admin']}",
     .status = 201,
     .keep = {{"tools", "/token"}}},
    {.label = "says who wants it",
     .method = "POST",
     .path = "/v1/definitions/mql/versions/2/apply",
     .as = "tools",
     .status = 422,
     .checks = {{"/code", "'actor_required'"}}},
    {.label = "and names a member",
     .method = "POST",
     .path = "/v1/definitions/mql/versions/2/apply",
     .as = "tools",
     .headers = {"Baton-Actor: nobody@acme.example"},
     .status = 422},
    {.label = "how many would change sides",
     .method = "POST",
     .path = "/v1/definitions/mql/versions/2/apply",
     .as = "ana",
     .body = "{'dry_run':true}",
     .status = 202,
     .checks = {{"/kind", "'apply'"}, {"/request/dry_run", "true"}},
     .keep = {{"job", "/id"}}},
    {0}};

static const struct step counted[] = {
    {.label = "who cancels names a member likewise",
     .method = "DELETE",
     .path = "/v1/jobs/${job}",
     .as = "tools",
     .headers = {"Baton-Actor: nobody@acme.example"},
     .status = 422},
    {.label = "two qualify, one of them newly, and would be offered",
     .method = "GET",
     .path = "/v1/jobs/${job}",
     .as = "sam",
     .status = 200,
     .checks = {{"/result/leads", "3"},
                {"/result/qualified", "2"},
                {"/result/not_qualified", "1"},
                {"/result/stage_up", "1"},
                {"/result/stage_down", "0"},
                {"/result/offered", "1"},
                {"/progress/done", "3"}}},
    {.label = "nothing has moved",
     .method = "GET",
     .path = "/v1/leads/${lee}",
     .as = "ana",
     .status = 200,
     .checks = {{"/stage", "'inquiry'"}}},
    {.label = "nor was it judged",
     .method = "GET",
     .path = "/v1/leads/${lee}/verdicts",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#1"}}},
    {.label = "now in earnest",
     .method = "POST",
     .path = "/v1/definitions/mql/versions/2/apply",
     .as = "ana",
     .headers = {"Idempotency-Key: apply-2"},
     .status = 202,
     .checks = {{"/request/dry_run", "false"}},
     .keep = {{"job", "/id"}, {"answer", "@body"}}},
    {.label = "said twice is one job",
     .method = "POST",
     .path = "/v1/definitions/mql/versions/2/apply",
     .as = "ana",
     .headers = {"Idempotency-Key: apply-2"},
     .status = 202,
     .checks = {{"@body", "=${answer}"}}},
    {0}};

static const struct step applied[] = {
    {.label = "the same counts",
     .method = "GET",
     .path = "/v1/jobs/${job}",
     .as = "sam",
     .status = 200,
     .checks = {{"/result/leads", "3"},
                {"/result/qualified", "2"},
                {"/result/stage_up", "1"},
                {"/result/offered", "1"}}},
    {.label = "lee is an mql, and offered",
     .method = "GET",
     .path = "/v1/leads/${lee}",
     .as = "ana",
     .status = 200,
     .checks = {{"/stage", "'mql'"}, {"/open_handoff", "*"}}},
    {.label = "with the old verdict kept",
     .method = "GET",
     .path = "/v1/leads/${lee}/verdicts",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#2"}}},
    {.label = "by whom stands in the ledger",
     .method = "GET",
     .path = "/v1/leads/${lee}/timeline",
     .as = "ana",
     .status = 200,
     .checks = {{"/data/2/actor/type", "'member'"}, {"/data/2/definition/version", "2"}}},
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
    struct step capture[] = {{.label = "one of many",
                              .method = "POST",
                              .path = "/v1/leads",
                              .as = "marketing",
                              .status = 201},
                             {0}};
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
                                             {.label = "applied",
                                              .method = "POST",
                                              .path = "/v1/definitions/mql/versions/2/apply",
                                              .as = "ana",
                                              .status = 202,
                                              .keep = {{"job", "/id"}}},
                                             {0}};

static const struct step many[] = {
    {.label = "all were judged once; what is offered keeps its stage",
     .method = "GET",
     .path = "/v1/jobs/${job}",
     .as = "ana",
     .status = 200,
     .checks = {{"/result/leads", "250"},
                {"/result/qualified", "0"},
                {"/result/not_qualified", "250"},
                {"/result/stage_down", "0"},
                {"/progress/done", "250"},
                {"/progress/total", "250"}}},
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

START_TEST(test_ended)
{
    stage_end();
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("http/apply");
    TCase *tcase = tcase_create("apply");

    tcase_set_timeout(tcase, 0); /* CTest has one */
    tcase_add_test(tcase, test_applied);
    tcase_add_test(tcase, test_many_chunks);
    tcase_add_test(tcase, test_ended);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return stage_run_sizes(make_suite);
}
