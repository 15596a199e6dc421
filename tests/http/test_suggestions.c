/* What the answers say: imported deals in which one origin does better are reported, with a draft
 * that is taken as it is; too few say why there is nothing. */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include "test_cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER       SOURCE_DIR "/tests/http/backtest/"
#define LEADS        300
#define PATH_MAX_LEN 512 /* bytes */

static FILE *open_file(const char *folder, const char *name, char path[PATH_MAX_LEN])
{
    snprintf(path, PATH_MAX_LEN, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    return file;
}

static void import(const char *mapping, const char *path)
{
    char words[2 * PATH_MAX_LEN];

    snprintf(words, sizeof words, "import %s --mapping " FOLDER "%s %s", stage_workspace(), mapping,
             path);
    free(stage_baton(words, 0));
}

/* Every third came by reference, and of those four of five were won; of the others one of five. */
static void import_planted(void)
{
    char *folder = scratch_new();
    char leads_path[PATH_MAX_LEN], deals_path[PATH_MAX_LEN];
    FILE *leads = open_file(folder, "list.csv", leads_path);
    FILE *deals = open_file(folder, "deals.csv", deals_path);

    fputs("Prospect ID,Lead Origin,Total Visits,Page Views Per Visit,Do Not Email,First Seen\n",
          leads);
    fputs("Prospect ID,Closed,Outcome\n", deals);
    for (int i = 0; i < LEADS; i++) {
        bool reference = i % 3 == 0;
        bool won = reference ? i / 3 % 5 != 0 : i / 3 % 5 == 0;
        fprintf(leads, "P%d,%s,%d,2.5,No,2025-01-%02d\n", i, reference ? "Reference" : "Google",
                i * 7 % 11, 1 + i % 28);
        fprintf(deals, "P%d,2025-06-%02d,%s\n", i, 1 + i % 28, won ? "won" : "lost");
    }
    fclose(leads);
    fclose(deals);
    import("leads.json", leads_path);
    import("deals.json", deals_path);
    scratch_free(folder);
}

#define VISITED                                                                                    \
    "{'term':'mql','title':'Came back','criteria':[{'id':'visits','title':'Three visits','kind':"  \
    "'engagement','points':20,'test':{'attribute':'Total Visits','op':'gte','value':3}}],"         \
    "'thresholds':{'total':20}}"

static const struct step agreed[] = {
    POST("what the list knows", "ana", "/v1/definitions/mql/versions", VISITED, 201),
    POST("is proposed", "ana", "/v1/definitions/mql/versions/2/propose", NULL, 200,
         .keep = {{"hash", "/content_hash"}}),
    POST("signed by marketing", "ana", "/v1/definitions/mql/versions/2/sign",
         "{'content_hash':'${hash}'}", 200),
    POST("and by sales", "sam", "/v1/definitions/mql/versions/2/sign", "{'content_hash':'${hash}'}",
         200, .checks = {{"/state", "'in_force'"}}),
    {0}};

static const struct step answers[] = {
    GET("measured against acceptance, history says nothing: all were accepted", "ana",
        "/v1/definitions/mql/suggestions", 200,
        .checks = {{"/target", "'accepted'"},
                   {"/answered/leads", "300"},
                   {"/answered/accepted/count", "300"},
                   {"/suggestions", "#0"},
                   {"/why_none", "~300 reached accepted and 0 did not"}}),
    GET("against won, the origin stands out", "sam", "/v1/definitions/mql/suggestions?target=won",
        200,
        .checks = {{"/target", "'won'"},
                   {"/answered/won/count", "120"},
                   {"/capped", "false"},
                   {"/suggestions/0/kind", "'attribute'"},
                   {"/suggestions/0/name", "'Lead Origin'"},
                   {"/suggestions/0/met/leads", "100"},
                   {"/suggestions/0/unmet/leads", "200"},
                   {"/suggestions/0/unknown/leads", "0"},
                   {"/suggestions/0/now_qualified/leads", "28"},
                   {"/suggestions/0/no_longer_qualified/leads", "0"},
                   {"/suggestions/0/p", "<real>"}, /* small, and not 0 */
                   {"/suggestions/0/words", "~Give 20 points for this: Lead Origin is"},
                   {"/why_none", "null"}},
        .keep = {{"document", "/suggestions/0/document"}}),
    POST("its draft can be back-tested", "ana", "/v1/backtests",
         "{'document':${document},'against':2}", 202, .keep = {{"job", "/id"}}),
    POST("and drafted as it is", "ana", "/v1/definitions/mql/versions", "${document}", 201),
    GET("without what they will not hear of again", "sam",
        "/v1/definitions/mql/suggestions?target=won&exclude=Lead%20Origin,nobody", 200,
        .checks = {{"/suggestions", "#0"},
                   {"/left_out", "#1"},
                   {"/left_out/0/attribute", "'Lead Origin'"},
                   {"/left_out/0/why", "'excluded'"}}),
    GET("there is no such target", "ana", "/v1/definitions/mql/suggestions?target=lost", 400),
    {0}};

/* Runs `baton definition <words>` in the workspace; what it prints must hold every one of these. */
static void must_print(const char *command, const char *options, int code,
                       const char *const wanted[])
{
    char words[2 * PATH_MAX_LEN];

    snprintf(words, sizeof words, "definition %s %s %s 2>&1", command, stage_workspace(), options);
    char *printed = stage_baton(words, code);
    for (size_t i = 0; wanted[i] != NULL; i++)
        ck_assert_msg(strstr(printed, wanted[i]) != NULL, "baton %s: no \"%s\" in: %s", words,
                      wanted[i], printed);
    free(printed);
}

/* The same by the command line: read, and its draft back-tested as it is. */
static void ask_by_hand(void)
{
    static const char *const all_said[] = {
        "mql version 2, measured against won",
        "answered by sales: 300 leads",
        "won       0.4000  (120 of 300, 95 %: 0.34",
        "criterion visits",
        "rejections by class\n  none",
        "gaps: what no criterion asks for\n  none",
        "threshold of the total\n  now: ",
        "suggestion 1: ",
        "Lead Origin is",
        "by chance with p < 0.0001",
        NULL,
    };
    char *folder = scratch_new();
    char options[2 * PATH_MAX_LEN];

    must_print("suggestions", "mql --target won", 0, all_said);
    must_print("suggestions", "mql --target won --json", 0,
               (const char *const[]){"\"target\": \"won\"", "\"name\": \"Lead Origin\"", NULL});
    must_print("suggestions", "mql", 0,
               (const char *const[]){"no suggestion: ", "300 reached accepted", NULL});
    must_print("suggestions", "mql --draft 1", 1,
               (const char *const[]){"there are 0 suggestions: ", NULL});
    must_print("suggestions", "mql --target won --draft first", 2,
               (const char *const[]){"a whole number from 1", NULL});
    must_print("suggestions", "sql", 1, (const char *const[]){"no version of sql", NULL});
    snprintf(options, sizeof options, "mql --target won --draft 1 --out %s/draft.json", folder);
    must_print("suggestions", options, 0, (const char *const[]){NULL});
    snprintf(options, sizeof options, "%s/draft.json --against 2", folder);
    must_print("backtest", options, 0, (const char *const[]){"300 leads, judged as of", NULL});
    snprintf(options, sizeof options, "mql --target won --draft 1 --out %s/none/draft.json",
             folder);
    must_print("suggestions", options, 1, (const char *const[]){"No such file", NULL});
    snprintf(options, sizeof options, "%s/draft.json", folder);
    must_print("draft", options, 0, (const char *const[]){"mql version 3 is draft", NULL});
    must_print("propose", "mql 3", 0, (const char *const[]){"mql version 3 is proposed", NULL});
    scratch_free(folder);
}

START_TEST(test_by_hand)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    import_planted();
    story_run(stage.story, agreed);
    ask_by_hand();
    stage_close(&stage);
}
END_TEST

START_TEST(test_planted)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    import_planted();
    story_run(stage.story, agreed);
    story_run(stage.story, answers);
    stage_wait_job(&stage, "done");
    stage_close(&stage);
}
END_TEST

static const struct step too_few[] = {
    POST("one lead", "marketing", "/v1/leads",
         "{'email':'kim@acme.example','attributes':{'company.employees':120,'seniority':'vp'},"
         "'touch':{'kind':'form_submitted'}}",
         201, .keep = {{"handoff", "/handoff/id"}}),
    POST("rejected for a gap", "sam", "/v1/handoffs/${handoff}/reject", "{'reason':'bad_timing'}",
         200),
    POST("a small one that a human lets through", "marketing", "/v1/leads",
         "{'email':'lee@gmail.com','touch':{'kind':'form_submitted'}}", 201,
         .checks = {{"/verdict/result", "'not_qualified'"},
                    {"/verdict/criteria/0/result", "'unmet'"}},
         .keep = {{"lee", "/lead/id"}}),
    POST("by an override", "ana", "/v1/leads/${lee}/override",
         "{'term':'mql','result':'qualified','note':'met them at the fair'}", 200),
    POST("a student who fits all else", "marketing", "/v1/leads",
         "{'email':'mia@kite.example','attributes':{'company.employees':120,'seniority':"
         "'student'},'touch':{'kind':'form_submitted'}}",
         201,
         .checks = {{"/verdict/result", "'not_qualified'"},
                    {"/verdict/criteria/5/id", "'student'"},
                    {"/verdict/criteria/5/result", "'met'"}},
         .keep = {{"mia", "/lead/id"}}),
    POST("by an override, against the disqualifier", "ana", "/v1/leads/${mia}/override",
         "{'term':'mql','result':'qualified','note':'she signs'}", 200),
    GET("is counted, and suggests nothing", "ana", "/v1/definitions/mql/suggestions", 200,
        .checks = {{"/answered/leads", "1"},
                   {"/criteria/0/overrides/to_qualified", "1"},
                   {"/criteria/0/overrides/to_not_qualified", "0"},
                   {"/criteria/5/overrides/to_qualified", "1"}, /* met by mia, and not by lee */
                   {"/criteria/5/overrides/to_not_qualified", "0"},
                   {"/rejections", "#1"},
                   {"/rejections/0/class", "'shows_gap'"},
                   {"/rejections/0/reason", "'bad_timing'"},
                   {"/rejections/0/count", "1"},
                   {"/minimum/leads", "100"},
                   {"/why_none", "~Only 1 leads"}}),
    GET("no sql definition is in force", "ana", "/v1/definitions/sql/suggestions", 404),
    {0}};

START_TEST(test_too_few)
{
    struct stage stage = stage_open("--starter " MQL_FILE " --sign");

    story_run(stage.story, too_few);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "suggestions");

    TESTS(tcase, test_planted, test_by_hand, test_too_few);
}
