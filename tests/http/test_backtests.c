/* Back-tests over HTTP and by the command line: asked, run in the background, read, cancelled; and
 * every count equal to a count of the same file by other means. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include "database.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER SOURCE_DIR "/tests/http/backtest/"
#define BIG                                                                                        \
    "{'term':'mql','title':'Big','criteria':[{'id':'size','title':'Big','kind':'fit',"             \
    "'required':true,'test':{'attribute':'company.employees','op':'gte','value':50}}]}"

/* ---- asked for and read ---- */

#define CAPTURE(name, size)                                                                        \
    POST("a lead of " #size, "marketing", "/v1/leads",                                             \
         "{'email':'" name "@" name ".example','attributes':{'company.employees':" #size           \
         "},'touch':{'kind':'form_submitted'}}",                                                   \
         201, .keep = {{name, "/handoff/id"}, {"lead_" name, "/lead/id"}})

static const struct step four_leads[] = {
    CAPTURE("kim", 120),
    CAPTURE("lee", 10),
    CAPTURE("mia", 80),
    CAPTURE("noa", 20),
    POST("sales takes kim", "sam", "/v1/handoffs/${kim}/accept", NULL, 200),
    POST("sales takes lee, whom they find large after all", "sam", "/v1/handoffs/${lee}/accept",
         NULL, 200),
    PATCH("they say how large", "sam", "/v1/leads/${lead_lee}",
          "{'attributes':{'company.employees':900}}", 200),
    POST("mia is spam: nothing about the lead", "sam", "/v1/handoffs/${mia}/reject",
         "{'reason':'spam'}", 200),
    {0}};

static const struct step asked[] = {
    POST("marketing asks what a stricter definition had done", "ana", "/v1/backtests",
         "{'document':" BIG ",'against':1,'from':'2020-01-01'}", 202,
         .headers = {"Idempotency-Key: ask-1"},
         .checks = {{"/state", "'queued'"},
                    {"/request/term", "'mql'"},
                    {"/request/version", "null"},
                    {"/request/against", "1"},
                    {"/request/from", "'2020-01-01T00:00:00Z'"},
                    {"/asked_by", "<string>"},
                    {"/result", "null"},
                    {"@Location", "~/v1/jobs/"}},
         .keep = {{"job", "/id"}, {"answer", "@body"}}),
    POST("the same question is the same job", "ana", "/v1/backtests",
         "{'document':" BIG ",'against':1,'from':'2020-01-01'}", 202,
         .headers = {"Idempotency-Key: ask-1"},
         .checks = {{"@body", "=${answer}"}, {"@Idempotent-Replayed", "=true"}}),
    {0}};

/* Lee and noa are too small for the stricter one; lee was accepted, and noa has no answer. */
static const struct step moved[] = {
    GET("how many change sides, by what, and whether that is for the better", "sam",
        "/v1/jobs/${job}", 200,
        .checks = {{"/result/base/won/count", "0"},
                   {"/result/volume/capacity_per_week", "null"},
                   {"/result/volume/weeks", "1.0"},
                   {"/result/result/per_week", "2.0"},
                   {"/result/scores/step", "1"},
                   {"/result/scores/totals/0/qualified", "2"},
                   {"/result/changes/no_longer_qualified/by/0/criterion", "'size'"},
                   {"/result/changes/no_longer_qualified/by/0/leads", "2"},
                   {"/result/changes/no_longer_qualified/by/0/alone", "2"},
                   {"/result/changes/no_longer_qualified/accepted/of", "1"},
                   {"/result/changes/paired/accepted/worse", "1"},
                   {"/result/changes/paired/accepted/p", "null"}}),
    GET("which they are", "sam", "/v1/jobs/${job}/movers?limit=1", 200,
        .checks = {{"/data", "#1"},
                   {"/data/0/way", "'out'"},
                   {"/data/0/criterion", "'size'"},
                   {"/data/0/threshold", "null"},
                   {"/data/0/alone", "true"},
                   {"/data/0/external_ids", "#0"},
                   {"/data/0/link", "~/v1/leads/"},
                   {"@Link", "~limit=1&cursor="}},
        .keep = {{"next", "/next"}}),
    GET("and the other one", "sam", "/v1/jobs/${job}/movers?limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/next", "null"}, {"@Link", "!"}}),
    GET("nobody comes in", "sam", "/v1/jobs/${job}/movers?way=in", 200,
        .checks = {{"/data", "#0"}}),
    GET("of one cause", "sam", "/v1/jobs/${job}/movers?way=out&criterion=size", 200,
        .checks = {{"/data", "#2"}}),
    GET("of a threshold there is none", "sam", "/v1/jobs/${job}/movers?threshold=total", 200,
        .checks = {{"/data", "#0"}}),
    GET("a table for a spreadsheet", "sam", "/v1/jobs/${job}/movers", 200,
        .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~lead_id,way,criterion,threshold,alone,score,"},
                   {"@body", "~,out,size,,true,0,40,"},
                   {"@Content-Type", "~text/csv"}}),
    GET("its second page has no names of columns", "sam",
        "/v1/jobs/${job}/movers?limit=1&cursor=${next}", 200, .headers = {"Accept: text/csv"},
        .checks = {{"@body", "~,out,size,,true,0,40,"}, {"@Link", "!"}}),
    GET("nothing else is offered", "sam", "/v1/jobs/${job}/movers", 406,
        .headers = {"Accept: text/html"}),
    GET("no job, no movers", "sam", "/v1/jobs/0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11/movers", 404),
    {0}};

/* Lee is judged as known when captured, not as sales found later; the spam is no answer. */
static const struct step answered[] = {
    GET("its result", "sam", "/v1/jobs/${job}", 200,
        .checks = {{"/state", "'done'"},
                   {"/error", "null"},
                   {"/progress/done", "4"},
                   {"/progress/total", "4"},
                   {"/result/leads", "4"},
                   {"/result/judged_as_of/first_verdict", "4"},
                   {"/result/coverage/answered/count", "2"},
                   {"/result/coverage/accepted", "2"},
                   {"/result/coverage/without_outcome", "2"},
                   {"/result/result/qualified", "2"},
                   {"/result/result/not_qualified", "2"},
                   {"/result/result/accepted/true_positive", "1"},
                   {"/result/result/accepted/false_negative", "1"},
                   {"/result/result/accepted/recall", "null"},
                   {"/result/result/accepted/why_none", "~All 2 leads that count reached it"},
                   {"/result/result/won/open", "2"},
                   {"/result/result/criteria/0/met/leads", "2"},
                   {"/result/against/qualified", "4"},
                   {"/result/changes/now_qualified/count", "0"},
                   {"/result/changes/no_longer_qualified/count", "2"},
                   {"/result/changes/no_longer_qualified/sample", "#2"},
                   {"@Retry-After", "!"}}),
    POST("one more", "sam", "/v1/backtests", "{'term':'mql','version':1}", 202,
         .keep = {{"second", "/id"}}),
    GET("jobs are listed, the newest first", "sam", "/v1/jobs?limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${second}'"}}, .keep = {{"next", "/next"}}),
    GET("the page after it is the last", "sam", "/v1/jobs?limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${job}'"}, {"/next", "null"}}),
    GET("a page has at most fifty, since their results are in it", "sam", "/v1/jobs?limit=51", 400,
        .checks = {{"/errors/0/parameter", "'limit'"}}),
    DELETE("what is done is not cancelled", "sam", "/v1/jobs/${job}", 409,
           .checks = {{"/state", "'done'"}}),
    {0}};

START_TEST(test_asked_run_and_read)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_run(stage.story, four_leads);
    story_run(stage.story, asked);
    stage_wait_job(&stage, "done");
    story_run(stage.story, answered);
    story_run(stage.story, moved);
    stage_close(&stage);
}
END_TEST

/* ---- refused ---- */

static const struct step refused[] = {
    POST("neither version nor document", "ana", "/v1/backtests", "{'term':'mql'}", 400,
         .checks = {{"/code", "'invalid_body'"}, {"/errors/0/code", "'one_of'"}}),
    POST("a version without its term, and a period that ends before it begins", "ana",
         "/v1/backtests", "{'version':1,'from':'2026-02-01','to':'2026-01-01'}", 400,
         .checks = {{"/errors", "#2"}}),
    POST("a version that is not there", "ana", "/v1/backtests", "{'term':'mql','version':9}", 422,
         .checks = {{"/errors/0/pointer", "'/version'"}}),
    POST("a comparison that is not there", "ana", "/v1/backtests",
         "{'term':'mql','version':1,'against':7}", 422,
         .checks = {{"/errors/0/pointer", "'/against'"}}),
    POST("a document with faults, each with its place", "ana", "/v1/backtests",
         "{'document':{'term':'mql','title':'X','criteria':[{'id':'a','title':'A',"
         "'kind':'fit','test':{'attribute':'x','op':'near','value':1}}]}}",
         422,
         .checks = {{"/code", "'invalid_definition'"},
                    {"/errors/0/pointer", "~/document/criteria/0"}}),
    POST("a document of another term", "ana", "/v1/backtests", "{'term':'sql','document':" BIG "}",
         422, .checks = {{"/errors/0/code", "'other_term'"}}),
    GET("a job that is not there", "ana", "/v1/jobs/0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11", 404),
    DELETE("nor is it cancelled", "ana", "/v1/jobs/0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11", 404),
    {0}};

START_TEST(test_refused)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_run(stage.story, refused);
    stage_close(&stage);
}
END_TEST

/* ---- cancelled, and taken over ---- */

#define RUNNING_ELSEWHERE "019ae000-1111-7abc-9def-001122334455"
#define LEFT_BEHIND       "019ae000-2222-7abc-9def-001122334455"

/* A job that another server runs, and one whose server died: its lease has lapsed. */
static void insert_jobs(struct stage *stage)
{
    char sql[2048];
    static const char question[] =
        "{\"term\":\"mql\",\"version\":1,\"document\":null,\"against\":null,"
        "\"from\":null,\"to\":null}";

    snprintf(sql, sizeof sql,
             "INSERT INTO background_job (workspace_id, job_id, kind, state, request, done, total, "
             "created_at, started_at, lease_until) VALUES "
             "('%s', '" RUNNING_ELSEWHERE "', 'backtest', 'running', '%s', 0, 0, now(), now(), "
             "'infinity'), ('%s', '" LEFT_BEHIND "', 'backtest', 'running', '%s', 0, 0, now(), "
             "now(), now() - interval '1 second')",
             story_get(stage->story, "workspace"), question, story_get(stage->story, "workspace"),
             question);
    stage_sql(sql);
}

static const struct step who[] = {
    GET("where", "ana", "/v1/me", 200, .keep = {{"workspace", "/workspace/id"}}), {0}};

static const struct step cancelled[] = {
    DELETE("a running job is taken back", "ana", "/v1/jobs/" RUNNING_ELSEWHERE, 200,
           .checks = {{"/state", "'cancelled'"}, {"/ended_at", "<string>"}}),
    DELETE("twice is the same", "ana", "/v1/jobs/" RUNNING_ELSEWHERE, 200,
           .checks = {{"/state", "'cancelled'"}}),
    GET("and has no result", "ana", "/v1/jobs/" RUNNING_ELSEWHERE, 200,
        .checks = {{"/state", "'cancelled'"}, {"/result", "null"}}),
    {0}};

START_TEST(test_cancelled_and_taken_over)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_run(stage.story, who);
    insert_jobs(&stage);
    story_run(stage.story, cancelled);
    story_set(stage.story, "job", LEFT_BEHIND);
    stage_wait_job(&stage, "done");
    stage_close(&stage);
}
END_TEST

/* ---- as many as there are slots ---- */

#define SLOTS  16
#define ASKING 4
#define ROUNDS 20

/* All slots but one are held by jobs of a server that is elsewhere, and nobody claims a new one
 * until let_claim(). */
static void fill_slots(struct stage *stage)
{
    char sql[2048];

    snprintf(sql, sizeof sql,
             "INSERT INTO background_job (workspace_id, job_id, kind, state, request, done, total, "
             "created_at, started_at, lease_until, slot) SELECT '%s', gen_random_uuid(), "
             "'backtest', 'running', '{\"term\":\"mql\",\"version\":1,\"document\":null,"
             "\"against\":null,\"from\":null,\"to\":null}', 0, 0, now(), now(), 'infinity', n "
             "FROM generate_series(1, %d) n",
             story_get(stage->story, "workspace"), SLOTS - 1);
    stage_sql(sql);
    stage_sql(
        "CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
        "CREATE TRIGGER stay BEFORE UPDATE ON background_job FOR EACH ROW WHEN (OLD.state = "
        "'queued' AND NEW.state = 'running') EXECUTE FUNCTION stay()");
}

static void let_claim(void)
{
    stage_sql("DROP TRIGGER stay ON background_job; DROP FUNCTION stay");
}

static const struct step full[] = {
    POST("the last place", "ana", "/v1/backtests", "{'term':'mql','version':1}", 202,
         .keep = {{"job", "/id"}}),
    POST("then no more", "ana", "/v1/backtests", "{'term':'mql','version':1}", 409,
         .headers = {"Idempotency-Key: one-too-many"},
         .checks = {{"/code", "'too_many_jobs'"}, {"/detail", "~16 jobs of this workspace"}},
         .keep = {{"refusal", "@body"}}),
    POST("nor of the other kind", "ana", "/v1/definitions/mql/versions/1/apply", NULL, 409,
         .checks = {{"/code", "'too_many_jobs'"}}),
    DELETE("one is cancelled", "sam", "/v1/jobs/${job}", 200),
    POST("a repeat is a repeat", "ana", "/v1/backtests", "{'term':'mql','version':1}", 409,
         .headers = {"Idempotency-Key: one-too-many"},
         .checks = {{"@Idempotent-Replayed", "=true"}}),
    POST("asked anew there is room", "ana", "/v1/backtests", "{'term':'mql','version':1}", 202,
         .keep = {{"job", "/id"}}),
    {0}};

START_TEST(test_as_many_as_slots)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_run(stage.story, who);
    fill_slots(&stage);
    story_run(stage.story, full);
    let_claim();
    stage_wait_job(&stage, "done");
    stage_close(&stage);
}
END_TEST

/* Two clients of each of two servers. */
struct asking {
    pthread_t thread;
    pthread_barrier_t *start;
    struct client *client;
    const char *token;
    char job[64];
    int taken, declined;
};

static void cancel_job(const struct asking *asking)
{
    struct answer answer;
    char target[128];

    snprintf(target, sizeof target, "/v1/jobs/%s", asking->job);
    client_call(asking->client,
                &(struct call){.method = "DELETE", .target = target, .token = asking->token},
                &answer);
    ck_assert_int_eq(answer.status, 200);
    answer_release(&answer);
}

static bool ask_one(struct asking *asking)
{
    const char *code;
    struct answer answer;

    client_call(asking->client,
                &(struct call){.method = "POST",
                               .target = "/v1/backtests",
                               .token = asking->token,
                               .body = "{\"term\":\"mql\",\"version\":1}"},
                &answer);
    bool accepted = answer.status == 202;
    code = json_string_value(json_object_get(answer.json, accepted ? "id" : "code"));
    ck_assert_msg(accepted || strcmp(code, "too_many_jobs") == 0, "%d %s", answer.status,
                  answer.body);
    snprintf(asking->job, sizeof asking->job, "%s", code);
    answer_release(&answer);
    return accepted;
}

static void *ask_rounds(void *argument)
{
    struct asking *asking = argument;

    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(asking->start);
        bool accepted = ask_one(asking);
        asking->taken += accepted;
        asking->declined += !accepted;
        pthread_barrier_wait(asking->start);
        if (accepted)
            cancel_job(asking);
    }
    return NULL;
}

START_TEST(test_the_last_slot)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");
    struct service *other = service_start(stage_database(), NULL);
    struct asking asking[ASKING] = {0};
    pthread_barrier_t start;
    int taken = 0, declined = 0;

    story_run(stage.story, who);
    fill_slots(&stage);
    pthread_barrier_init(&start, NULL, ASKING);
    for (int i = 0; i < ASKING; i++) {
        asking[i].start = &start;
        asking[i].client = client_new(service_url(i % 2 == 0 ? stage_service() : other));
        asking[i].token = story_get(stage.story, i < 2 ? "ana" : "sam");
        ck_assert_int_eq(pthread_create(&asking[i].thread, NULL, ask_rounds, &asking[i]), 0);
    }
    for (int i = 0; i < ASKING; i++) {
        pthread_join(asking[i].thread, NULL);
        client_free(asking[i].client);
        taken += asking[i].taken;
        declined += asking[i].declined;
    }
    pthread_barrier_destroy(&start);
    let_claim();
    ck_assert_int_eq(taken, ROUNDS);
    ck_assert_int_eq(declined, ROUNDS * (ASKING - 1));
    service_stop(other);
    stage_close(&stage);
}
END_TEST

/* ---- what a signature rests on, and what a signer wants changed ---- */

#define V2     "/v1/definitions/mql/versions/2"
#define NOBODY "0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11"

static const struct step proposed[] = {
    POST("marketing wants a stricter definition", "ana", "/v1/definitions/mql/versions", BIG, 201),
    POST("and proposes it", "ana", V2 "/propose", "{}", 200,
         .checks = {{"/waits_for", "#2"}, {"/not_acknowledged", "#4"}},
         .keep = {{"hash", "/content_hash"}}),
    POST("marketing asks what it had done", "ana", "/v1/backtests", "{'term':'mql','version':2}",
         202, .checks = {{"/request/document_hash", "<string>"}}, .keep = {{"job", "/id"}}),
    {0}};

static const struct step of_another_text[] = {POST("what the first one had done", "ana",
                                                   "/v1/backtests", "{'term':'mql','version':1}",
                                                   202, .keep = {{"job", "/id"}}),
                                              {0}};

static const struct step rests_on[] = {
    POST("a signature rests on what was tested", "ana", V2 "/sign",
         "{'content_hash':'${hash}','evidence':['" NOBODY "']}", 422,
         .checks = {{"/errors/0/pointer", "'/evidence/0'"},
                    {"/errors/0/code", "'unknown_backtest'"}}),
    POST("of this very text", "ana", V2 "/sign",
         "{'content_hash':'${hash}','evidence':['${evidence}','${job}']}", 422,
         .checks = {{"/errors/0/code", "'other_content'"}}),
    POST("then it says so", "ana", V2 "/sign",
         "{'content_hash':'${hash}','evidence':['${evidence}']}", 200,
         .headers = {"Idempotency-Key: sign-2"},
         .checks = {{"/signatures/0/evidence", "#1"},
                    {"/signatures/0/evidence/0", "'${evidence}'"},
                    {"/waits_for", "#1"},
                    {"/waits_for/0", "'sales'"}},
         .keep = {{"answer", "@body"}}),
    POST("once", "ana", V2 "/sign", "{'content_hash':'${hash}','evidence':['${evidence}']}", 200,
         .headers = {"Idempotency-Key: sign-2"}, .checks = {{"@body", "=${answer}"}}),
    POST("who has read it says so", "sam", V2 "/acknowledge", NULL, 200),
    GET("it stands beside the signature, for who reads its page", "sam", V2, 200,
        .headers = {"Accept: text/markdown"},
        .checks = {{"@body", "~| back-test `${evidence}` |"},
                   {"@body", "~- **Proposed by**: "},
                   {"@body", "~## Read by"}}),
    {0}};

static const struct step changed[] = {
    POST("sales would sign it with other words", "sam", V2 "/comments",
         "{'text':'80 is what we can serve.','criterion':'size','asks_for_changes':true,'edits':["
         "{'op':'replace','path':'/criteria/size/test/value','value':80},"
         "{'op':'add','path':'/statement','value':'Large enough.'}]}",
         200,
         .checks = {{"/state", "'proposed'"},
                    {"/comments/0/asks_for_changes", "true"},
                    {"/comments/0/edits", "#2"},
                    {"/comments/0/edits/0/value", "80"}},
         .keep = {{"comment", "/comments/0/id"}}),
    POST("not by edits that have no place", "sam", V2 "/comments",
         "{'text':'Older.','edits':[{'op':'replace','path':'/criteria/age/points','value':5}]}",
         422, .checks = {{"/errors/0/pointer", "'/edits/0'"}, {"/errors/0/code", "'place'"}}),
    POST("nor by edits that make no sound document", "sam", V2 "/comments",
         "{'text':'Nothing.','edits':[{'op':'remove','path':'/criteria/0'}]}", 422,
         .checks = {{"/code", "'invalid_definition'"}}),
    POST("nor by what is no edit", "sam", V2 "/comments",
         "{'text':'?','edits':[{'op':'move','path':'/title','value':'X'}]}", 422,
         .checks = {{"/errors/0/code", "'edit'"}}),
    POST("only who could decline asks for changes", "marketing", V2 "/comments",
         "{'text':'No.','asks_for_changes':true}", 403),
    POST("a comment without edits makes no draft", "ana", V2 "/edits",
         "{'comments':['" NOBODY "']}", 422, .checks = {{"/errors/0/code", "'no_edits'"}}),
    POST("nor does a version that is not there", "ana", "/v1/definitions/mql/versions/9/edits",
         "{'comments':['${comment}']}", 404),
    POST("what is suggested becomes a draft with one call", "ana", V2 "/edits",
         "{'comments':['${comment}']}", 201, .headers = {"Idempotency-Key: edits-2"},
         .checks = {{"/version", "3"},
                    {"/state", "'draft'"},
                    {"/document/criteria/0/test/value", "80"},
                    {"/document/statement", "'Large enough.'"},
                    {"@Location", "=/v1/definitions/mql/versions/3"}},
         .keep = {{"answer", "@body"}}),
    POST("once", "ana", V2 "/edits", "{'comments':['${comment}']}", 201,
         .headers = {"Idempotency-Key: edits-2"}, .checks = {{"@body", "=${answer}"}}),
    POST("what is only a draft has nobody to ask", "sam", "/v1/definitions/mql/versions/3/comments",
         "{'text':'Too soon.','asks_for_changes':true}", 409),
    {0}};

START_TEST(test_what_a_signature_rests_on)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_run(stage.story, proposed);
    stage_wait_job(&stage, "done");
    story_set(stage.story, "evidence", story_get(stage.story, "job"));
    story_run(stage.story, of_another_text);
    stage_wait_job(&stage, "done");
    story_run(stage.story, rests_on);
    stage_sql("DO $$ BEGIN "
              "ASSERT (SELECT count(*) FROM background_job WHERE kept) = 1, 'it is kept'; "
              "ASSERT (SELECT count(*) FROM ledger, background_job WHERE kept "
              "AND convert_from(body, 'UTF8') LIKE '%\"evidence\":[\"' || job_id || '\"]%') = 1, "
              "'it stands in the ledger'; END $$");
    story_run(stage.story, changed);
    stage_close(&stage);
}
END_TEST

/* ---- counted by other means ---- */

static void keep_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* tests/http/backtest/recount.py, which shares no code with Baton, must find the very counts that
 * the command line prints as JSON, and the very leads of its table. */
START_TEST(test_every_count_is_recounted)
{
    struct stage stage = stage_open("");
    char words[1024], command[1024], table[64];

    snprintf(words, sizeof words, "import %s --mapping " FOLDER "leads.json " FOLDER "list.csv",
             stage_workspace());
    free(stage_baton(words, 0));
    snprintf(words, sizeof words, "import %s --mapping " FOLDER "deals.json " FOLDER "deals.csv",
             stage_workspace());
    free(stage_baton(words, 0));
    snprintf(words, sizeof words, "definition draft %s " FOLDER "before.json", stage_workspace());
    free(stage_baton(words, 0));
    snprintf(words, sizeof words,
             "definition movers %s " FOLDER "definition.json --against 1 --csv", stage_workspace());
    char *movers = stage_baton(words, 0);
    snprintf(table, sizeof table, "/tmp/baton-movers-%d.csv", (int)getpid());
    keep_file(table, movers);
    free(movers);
    snprintf(words, sizeof words,
             "definition backtest %s " FOLDER "definition.json --against 1 --json",
             stage_workspace());
    char *printed = stage_baton(words, 0);
    snprintf(command, sizeof command, "/usr/bin/python3 " FOLDER "recount.py " FOLDER " %s", table);
    FILE *pipe = popen(command, "w");
    ck_assert_ptr_nonnull(pipe);
    fputs(printed, pipe);
    ck_assert_int_eq(pclose(pipe), 0);
    unlink(table);
    free(printed);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "backtests");

    TESTS(tcase, test_asked_run_and_read, test_refused, test_cancelled_and_taken_over,
          test_as_many_as_slots, test_the_last_slot, test_what_a_signature_rests_on,
          test_every_count_is_recounted);
}
