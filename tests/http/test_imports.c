/* Imports of files over HTTP: sent, looked at, tried, run, mended, and run again. */
#include "stage.h"
#include "suite.h"

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAPPING                                                                                    \
    "'mapping':{'as':'lead','team':'marketing','external_id':{'source':'crm','at':'/Id'},"         \
    "'email':'/Email','occurred_at':'/Created','attributes':{'company.employees':{'at':'/Size',"   \
    "'type':'number'}},'touch':{'kind':{'value':'form_submitted'},'source':'/From'}}"

#define SEND(label_, text, status_, ...)                                                           \
    STEP_(label_, "POST", "ana", "/v1/imports?name=list.csv", .raw = text,                         \
          .raw_len = sizeof(text) - 1, .content_type = "text/csv", .status = status_, __VA_ARGS__)
#define RUN(label_, body_, status_, ...)                                                           \
    POST(label_, "ana", "/v1/imports/${import}/runs", body_, status_, __VA_ARGS__)

static const struct step sent[] = {
    SEND("a list from a spreadsheet",
         "sep=;\r\nID;E mail;Created;Size;From;Remark\r\n"
         "1;kim@kite.example;2026-02-01;120;fair;hello\r\n"
         "2;nobody;2026-02-02;30;fair;\"a; b\"\r\n"
         "3;ina@iris.example;2026-02-03;many;fair;\r\n",
         201,
         .checks = {{"/name", "'list.csv'"},
                    {"/format", "'csv'"},
                    {"/lines", "5"},
                    {"/team", "'marketing'"},
                    {"/preview/separator", "';'"},
                    {"/preview/recognised", "null"},
                    {"/preview/columns", "#6"},
                    {"/preview/columns/1/name", "'E mail'"},
                    {"/preview/columns/1/pointer", "'/E mail'"},
                    {"/preview/columns/1/samples/1", "'nobody'"},
                    {"/preview/columns/5/samples/2", "null"},
                    {"@Location", "*"}},
         .keep = {{"import", "/id"}}),
    RUN("a mapping that does not fit its columns",
        "{'mapping':{'as':'lead','team':'marketing','external_id':{'source':'crm','at':'/"
        "Number'}}}",
        422,
        .checks = {{"/detail", "~In the file: it has no column \"Number\""},
                   {"/detail", "~Its columns are: ID, E mail"}}),
    RUN("a mapping with a fault", "{'mapping':{'as':'lead','team':'marketing','colour':1}}", 400,
        .checks = {{"/errors/0/pointer", "~/mapping"}}),
    RUN("of another side", "{" MAPPING ",'team':'sales'}", 403,
        .checks = {{"/code", "'other_side'"}}),
    RUN("of nobody", "{" MAPPING ",'team':'nobody'}", 422),
    RUN("neither mapping nor export", "{}", 400),
    RUN("an export that nobody knows", "{'export':'abacus','team':'marketing'}", 400,
        .checks = {{"/errors/0/code", "'unknown_value'"}}),
    RUN("an export of deals", "{'export':'hubspot-deals','team':'marketing'}", 400,
        .checks = {{"/errors/0/pointer", "'/export'"}, {"/errors/0/code", "'deals'"}}),
    RUN("deals, which say what both sides did",
        "{'mapping':{'as':'deal','team':'marketing','external_id':{'source':'crm','at':'/Id'},"
        "'steps':[{'team':'sales','at':'/Created'}]}}",
        403, .checks = {{"/code", "'forbidden'"}}),
    RUN("tried", "{" MAPPING ",'dry_run':true}", 202,
        .checks = {{"/kind", "'import'"},
                   {"/request/unused_columns", "['Remark']"},
                   {"/request/absent_columns", "[]"},
                   {"@Location", "*"}},
        .keep = {{"job", "/id"}}),
    {0}};

static const struct step tried[] = {
    GET("what would come of it", "ana", "/v1/jobs/${job}", 200,
        .checks = {{"/result/rows", "3"},
                   {"/result/new", "2"},
                   {"/result/refused", "1"},
                   {"/result/causes", "#2"},
                   {"/result/causes/0/kind", "'refused'"},
                   {"/result/causes/0/column", "'/Email'"},
                   {"/result/causes/0/count", "1"},
                   {"/result/causes/0/lines", "[4]"},
                   {"/result/causes/1/kind", "'left_out'"},
                   {"/progress/done", "3"}}),
    GET("keeps nothing", "ana", "/v1/leads?external_id=crm:1", 200, .checks = {{"/data", "#0"}}),
    POST("run", "ana", "/v1/imports/${import}/runs", "{" MAPPING "}", 202,
         .headers = {"Idempotency-Key: run-it"}, .keep = {{"job", "/id"}}),
    POST("once, however often it is asked", "ana", "/v1/imports/${import}/runs", "{" MAPPING "}",
         202, .headers = {"Idempotency-Key: run-it"}, .checks = {{"/id", "'${job}'"}}),
    {0}};

static const struct step run[] = {
    GET("a lead as it was imported", "ana", "/v1/leads?external_id=crm:1", 200,
        .checks = {{"/data/0/email", "'kim@kite.example'"},
                   {"/data/0/attributes/company.employees", "120"}}),
    GET("a value that does not fit costs no lead", "ana", "/v1/leads?external_id=crm:3", 200,
        .checks = {{"/data/0/attributes/company.employees", "!"}}),
    GET("a row that was refused made none", "ana", "/v1/leads?external_id=crm:2", 200,
        .checks = {{"/data", "#0"}}),
    GET("but it can be mended", "ana", "/v1/imports/${import}/refused", 200,
        .checks = {{"@Content-Type", "~text/csv"},
                   {"@body", "=ID,E mail,Created,Size,From,Remark,why\r\n"
                             "2,nobody,2026-02-02,30,fair,a; b,/Email: This is not an email "
                             "address: there is no @ in it.\r\n"}}),
    GET("both runs are there", "ana", "/v1/imports/${import}", 200,
        .checks = {{"/runs", "#2"},
                   {"/runs/0/id", "'${job}'"},
                   {"/runs/0/state", "'done'"},
                   {"/runs/0/request/dry_run", "false"},
                   {"/runs/1/request/dry_run", "true"}}),
    GET("and the file in the list", "ana", "/v1/imports?limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${import}'"}, {"/next", "null"}}),
    SEND("mended, as it came",
         "ID,E mail,Created,Size,From,Remark,why\r\n"
         "2,tom@tower.example,2026-02-02,30,fair,a; b,/Email: This is not an email address.\r\n",
         201, .keep = {{"import", "/id"}}),
    RUN("is run with the same mapping", "{" MAPPING "}", 202, .keep = {{"job", "/id"}}),
    {0}};

static const struct step mended[] = {
    GET("and is there", "ana", "/v1/leads?external_id=crm:2", 200,
        .checks = {{"/data/0/email", "'tom@tower.example'"}}),
    GET("with nothing to mend any more", "ana", "/v1/imports/${import}/refused", 200,
        .checks = {{"@body", "="}}),
    GET("the list has the newest first", "ana", "/v1/imports?limit=1", 200,
        .checks = {{"/data", "#1"}, {"/data/0/id", "'${import}'"}, {"/next", "<string>"}},
        .keep = {{"next", "/next"}}),
    GET("and goes on", "ana", "/v1/imports?limit=1&cursor=${next}", 200,
        .checks = {{"/data", "#1"}, {"/next", "null"}}),
    {0}};

START_TEST(from_a_file_to_its_leads)
{
    struct stage stage = stage_open("");

    story_run(stage.story, sent);
    stage_wait_job(&stage, "done");
    story_run(stage.story, tried);
    stage_wait_job(&stage, "done");
    story_run(stage.story, run);
    stage_wait_job(&stage, "done");
    story_run(stage.story, mended);
    stage_close(&stage);
}
END_TEST

/* ---- what is no table ---- */

static const struct step foreign[] = {
    SEND("a workbook", "PK\003\004 and so on", 422, .checks = {{"/detail", "~this is a workbook"}}),
    SEND("a page", "<html><table>", 422, .checks = {{"/detail", "~this is a page"}}),
    SEND("a blank first row", ",,\n1,2,3\n", 422, .checks = {{"/detail", "~it is blank"}}),
    POST("nothing", "ana", "/v1/imports", NULL, 422, .checks = {{"/detail", "~is empty"}}),
    POST("a format that nobody knows", "ana", "/v1/imports?format=xlsx", "a", 400),
    STEP_("lines of JSON", "POST", "ana", "/v1/imports?name=v.ndjson&format=ndjson",
          .raw = "{\"Id\":\"7\",\"Email\":\"zoe@zinc.example\",\"Created\":\"2026-02-01\"}\n[1]\n",
          .content_type = "application/x-ndjson", .status = 201,
          .checks = {{"/format", "'ndjson'"},
                     {"/preview/columns", "#3"},
                     {"/preview/columns/0/pointer", "'/Id'"}},
          .keep = {{"import", "/id"}}),
    GET("of which nothing was run", "ana", "/v1/imports/${import}/refused", 404),
    RUN("are run likewise", "{" MAPPING "}", 202, .keep = {{"job", "/id"}}),
    {0}};

static const struct step lines[] = {
    GET("an object is a row", "ana", "/v1/leads?external_id=crm:7", 200,
        .checks = {{"/data/0/email", "'zoe@zinc.example'"}}),
    GET("and what is none comes back", "ana", "/v1/imports/${import}/refused", 200,
        .checks = {{"@Content-Type", "~application/x-ndjson"},
                   {"@body", "={\"why\":\"it is no JSON object\",\"line\":\"[1]\"}\n"}}),
    SEND("an export that is known",
         "Record ID,First Name,Last Name,Email,Lifecycle Stage,Create Date,Shoe Size\n"
         "51,Kim,Lee,kim@kite.example,Marketing Qualified Lead,2026-01-05 10:00,43\n",
         201,
         .checks = {{"/preview/recognised", "'hubspot-contacts'"},
                    {"/preview/mapping/email", "'/Email'"},
                    {"/preview/mapping/team", "!"}},
         .keep = {{"import", "/id"}}),
    RUN("needs no mapping", "{'export':'hubspot-contacts','team':'marketing'}", 202,
        .checks = {{"/request/unused_columns", "['Shoe Size']"}}, .keep = {{"job", "/id"}}),
    {0}};

static const struct step exported[] = {GET("its rows are leads", "ana",
                                           "/v1/leads?external_id=hubspot:51", 200,
                                           .checks = {{"/data/0/email", "'kim@kite.example'"},
                                                      {"/data/0/claimed_stage", "'mql'"},
                                                      {"/data/0/attributes/first_name", "'Kim'"}}),
                                       RUN("a run of which nothing is wanted any more",
                                           "{'export':'hubspot-contacts','team':"
                                           "'marketing'}",
                                           202, .keep = {{"job", "/id"}}),
                                       {0}};

/* ---- what a mapping may say ---- */

static const struct step whole[] = {
    SEND("a list without ids",
         "Email,Status,Visitor,Event,Stage,Note\n"
         "kim@kite.example,New,v1,e1,mql,x\n"
         "kim@kite.example,old,v2,e2,mql,x\n"
         "tom@tower.example,open,v3,e3,mql,n/a\n",
         201, .keep = {{"import", "/id"}}),
    RUN("with all that there is to say",
        "{'mapping':{'as':'lead','team':'marketing','id':'row','where':{'/Status':['new','open']},"
        "'null_values':['','n/a'],'email':'/Email','anonymous_id':'/Visitor','event_id':'/Event',"
        "'occurred_at':{'first':['/Day',{'value':'2026-01-31'}]},'claimed_stage':'/Stage',"
        "'attributes':{'note':'/Note'},'touch':{'kind':{'value':'form_submitted'}}},"
        "'date':'2026-01-30'}",
        202, .checks = {{"/request/date", "'2026-01-30T00:00:00Z'"}}, .keep = {{"job", "/id"}}),
    {0}};

static const struct step whole_ran[] = {
    GET("only some rows were wanted", "ana", "/v1/jobs/${job}", 200,
        .checks = {{"/result/rows", "3"}, {"/result/new", "2"}, {"/result/skipped", "1"}}),
    RUN("again", "{'mapping':{'team':'marketing','id':'row','email':'/Email'}}", 202,
        .keep = {{"job", "/id"}}),
    {0}};

static const struct step gone[] = {
    RUN("of a file whose days are over", "{" MAPPING ",'date':'2026-01-30'}", 410,
        .checks = {{"/detail", "~send it again"}}),
    GET("its name is still known", "ana", "/v1/imports/${import}", 200),
    {0}};

START_TEST(what_a_mapping_may_say)
{
    struct stage stage = stage_open("");

    story_run(stage.story, whole);
    stage_wait_job(&stage, "done");
    story_run(stage.story, whole_ran);
    stage_wait_job(&stage, "done");
    stage_sql("DELETE FROM import_piece");
    story_run(stage.story, gone);
    stage_close(&stage);
}
END_TEST

/* As many pieces as there may be, of files that were never sent to their end. */
#define FULL                                                                                       \
    "INSERT INTO import_piece SELECT workspace_id, md5(n::text)::uuid, 0, 'x', now() "             \
    "FROM workspace, generate_series(1, 2000) n"

START_TEST(a_workspace_keeps_so_many_files)
{
    static const struct step refused[] = {
        SEND("there is no room for another", "Id\n1\n", 422,
             .checks = {{"/code", "'limit_reached'"}, {"/detail", "~seven days"}}),
        {0}};
    static const struct step taken[] = {SEND("there is room again", "Id\n1\n", 201), {0}};
    struct stage stage = stage_open("");

    stage_sql(FULL);
    story_run(stage.story, refused);
    stage_sql("DELETE FROM import_piece WHERE import_id = md5('7')::uuid");
    story_run(stage.story, taken);
    stage_close(&stage);
}
END_TEST

START_TEST(files_of_other_kinds)
{
    struct stage stage = stage_open("");

    story_run(stage.story, foreign);
    stage_wait_job(&stage, "done");
    story_run(stage.story, lines);
    stage_wait_job(&stage, "done");
    story_run(stage.story, exported);
    stage_wait_job(&stage, "done");
    stage_close(&stage);
}
END_TEST

/* ---- a long one ---- */

#define LONG_ROWS      12000
#define LONG_ROW_BYTES 400

/* More than the pieces that are stored at once; rows lie across their ends. */
static char *long_file(size_t *len)
{
    size_t size = (size_t)LONG_ROWS * LONG_ROW_BYTES + 64;
    char *text = malloc(size);
    size_t at = (size_t)snprintf(text, size, "Id,Email,Created,Size,From,Remark\n");

    for (int i = 0; i < LONG_ROWS; i++)
        at +=
            (size_t)snprintf(text + at, size - at, "%d,p%d@c%d.example,2026-02-%02d,%d,fair,%0*d\n",
                             i, i, i % 97, 1 + i % 28, i % 400, 300 + i % 50, i);
    *len = at;
    return text;
}

START_TEST(a_long_file)
{
    static const struct step ran[] = {
        RUN("it is run", "{" MAPPING ",'dry_run':true}", 202, .keep = {{"job", "/id"}}), {0}};
    static const struct step counted[] = {GET("every row is counted once", "ana", "/v1/jobs/${job}",
                                              200,
                                              .checks = {{"/result/rows", "12000"},
                                                         {"/result/new", "12000"},
                                                         {"/progress/total", "12000"},
                                                         {"/result/causes", "#0"}}),
                                          {0}};
    struct stage stage = stage_open("");
    struct answer answer;
    size_t len;
    char *text = long_file(&len);
    const struct call call = {.method = "POST",
                              .target = "/v1/imports?name=long.csv",
                              .token = story_get(stage.story, "ana"),
                              .body = text,
                              .body_len = len,
                              .content_type = "text/csv"};

    client_call(stage.client, &call, &answer);
    ck_assert_msg(answer.status == 201, "%d %s", answer.status, answer.body);
    ck_assert_int_eq(json_integer_value(json_object_get(answer.json, "bytes")), (json_int_t)len);
    story_set(stage.story, "import", json_string_value(json_object_get(answer.json, "id")));
    answer_release(&answer);
    story_run(stage.story, ran);
    stage_wait_job(&stage, "done");
    story_run(stage.story, counted);
    free(text);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "imports");

    TESTS(tcase, from_a_file_to_its_leads, a_workspace_keeps_so_many_files, files_of_other_kinds,
          what_a_mapping_may_say, a_long_file);
}
