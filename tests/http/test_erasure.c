/*
 * A person is erased: a word that stands for everything personal is sent to every place that takes
 * one, about two leads that turn out to be the same person, and afterwards no table has it. The log
 * never had it.
 */
#include "mql_file.h"
#include "stage.h"
#include "suite.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED "--starter " MQL_FILE " --sign"

/* Told in every note, value and id; no other text has it. */
#define WORD     "zqxvbn"
#define WORD_HEX "7a717876626e" /* as bytea shows it */

#define SQL_MAX_BYTES 512

static const struct step sent[] = {
    POST("marketing has a form tool", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','mapping':{'email':'/mail','attributes':"
         "{'company.name':'/company'},'touch':{'kind':{'value':'form_submitted'}}}}",
         201, .keep = {{"path", "/source/path"}}),
    POST("and somewhere to send what happens", "ana", "/v1/subscriptions",
         "{'name':'crm','team':'marketing','events':['lead.*','handoff.*'],"
         "'target':{'kind':'webhook','url':'https://crm.example/baton'}}",
         201),
    POST("which delivers Kim", "marketing", "${path}",
         "{'mail':'" WORD "@corp.example','company':'" WORD "','more':'" WORD "'}", 202,
         .keep = {{"kim", "/lead_id"}}),
    POST("Kim is captured again, with a key that names her", "marketing", "/v1/leads",
         "{'email':'" WORD "@corp.example','external_ids':[{'source':'crm','id':'" WORD "'}],"
         "'anonymous_ids':['" WORD "'],'attributes':{'company.employees':120,"
         "'seniority':'vp','title':'" WORD "'},'touch':{'kind':'form_submitted','event_id':'" WORD
         "'}}",
         200, .headers = {"Idempotency-Key: " WORD "-1"},
         .checks = {{"/handoff/state", "'offered'"}}, .keep = {{"first", "/handoff/id"}}),
    POST("Lee is somebody else", "marketing", "/v1/leads",
         "{'email':'" WORD "2@corp.example','attributes':{'company.employees':120,"
         "'seniority':'vp','title':'" WORD "'},'touch':{'kind':'form_submitted'}}",
         201, .keep = {{"lee", "/lead/id"}, {"lees", "/handoff/id"}}),
    POST("in a batch too", "marketing", "/v1/leads/batch",
         "{'leads':[{'email':'" WORD "2@corp.example','attributes':{'city':'" WORD "'}},"
         "{'email':'" WORD "@corp.example','attributes':{'city':'" WORD "'}}]}",
         200),
    POST("in a delivery of several", "marketing", "${path}",
         "[{'mail':'" WORD "@corp.example','company':'" WORD "'},"
         "{'mail':'" WORD "2@corp.example','company':'" WORD "'}]",
         202),
    PATCH("is changed by hand", "ana", "/v1/leads/${lee}",
          "{'external_ids':[{'source':'erp','id':'" WORD "'}],'attributes':{'street':'" WORD "'}}",
          200),
    POST("comes back", "marketing", "/v1/leads/${lee}/touches",
         "{'kind':'page_viewed','event_id':'" WORD "-2'}", 201),
    GET("is looked for", "ana", "/v1/leads?email=" WORD "2@corp.example", 200,
        .checks = {{"/data", "#1"}}),
    POST("is misspelt in every way", "marketing", "/v1/leads?" WORD "=1",
         "{'email':'" WORD "','" WORD "':'" WORD "'}", 400),
    POST("in a body too", "marketing", "/v1/leads", "{'email':'" WORD "','" WORD "':'" WORD "'}",
         400),
    POST("in what is no JSON", "marketing", "/v1/leads", NULL, 400,
         .raw = "{\"email\":\"" WORD "@corp.example\",}"),
    POST("Sue takes what waits", "sue", "/v1/handoffs/claim", "{'team':'sales','limit':2}", 200,
         .checks = {{"/data", "#2"}}),
    POST("gives Lee to Sam", "sue", "/v1/handoffs/${lees}/assign",
         "{'member':'sam@acme.example','note':'" WORD "'}", 200),
    POST("and lets Kim go", "sue", "/v1/handoffs/${first}/release", "{'note':'" WORD "'}", 200),
    POST("Sam rejects Lee", "sam", "/v1/handoffs/${lees}/reject",
         "{'reason':'too_small','note':'" WORD "','corrections':{'title':'" WORD " the 2nd'}}",
         200),
    POST("Ana disputes that", "ana", "/v1/handoffs/${lees}/dispute", "{'note':'" WORD "'}", 200),
    POST("and Sam concedes", "sam", "/v1/handoffs/${lees}/concede", "{'note':'" WORD "'}", 200,
         .keep = {{"again", "/new_handoff/id"}}),
    POST("with facts", "sam", "/v1/leads/${lee}/facts",
         "{'facts':{'need':{'value':'" WORD "','evidence':'" WORD "'}}}", 200),
    POST("and gives Lee back", "sam", "/v1/handoffs/${again}/return",
         "{'reason':'too_small','note':'" WORD "'}", 200),
    POST("Ana's word stands against that", "ana", "/v1/leads/${lee}/override",
         "{'term':'mql','result':'not_qualified','note':'" WORD "'}", 200),
    POST("who offers Lee all the same", "ana", "/v1/handoffs",
         "{'lead_id':'${lee}','to_team':'sales','kind':'override','note':'" WORD "'}", 201,
         .keep = {{"offer", "/handoff/id"}}),
    POST("and takes it back", "ana", "/v1/handoffs/${offer}/withdraw", "{'note':'" WORD "'}", 200),
    POST("Sam accepts Kim", "sam", "/v1/handoffs/${first}/accept", "{'note':'" WORD "'}", 200),
    POST("qualifies Kim", "sam", "/v1/handoffs/${first}/qualify", "{'note':'" WORD "'}", 200),
    POST("says of Kim", "sam", "/v1/handoffs/${first}/feedback", "{'rating':4,'note':'" WORD "'}",
         200),
    POST("and loses Kim", "sam", "/v1/handoffs/${first}/outcome",
         "{'outcome':'lost','reason':'bad_timing','note':'" WORD "'}", 200),
    POST("Lee was Kim all the time", "ana", "/v1/leads/${kim}/merge", "{'from':'${lee}'}", 200),
    {0},
};

static const struct step exported[] = {
    GET("the person asks what is held", "ana", "/v1/leads/${lee}/export", 200,
        .checks = {{"/id", "'${kim}'"},
                   {"/erased", "false"},
                   {"/lead/email", "'" WORD "2@corp.example'"},
                   {"/lead/external_ids", "#2"},
                   {"/attributes/title/0/value", "<string>"},
                   {"/attributes/company.name/0/source", "'form'"},
                   {"/attributes/street/0/source", "'enrichment'"},
                   {"/facts/need/0/evidence", "'" WORD "'"},
                   {"/facts/need/0/source", "'sales'"},
                   {"/facts/need/0/confirmed_by", "<string>"},
                   {"/timeline/0/type", "'lead.captured'"},
                   {"/timeline/0/actor/team", "'marketing'"},
                   {"/verdicts/0/verdict/result", "<string>"},
                   {"/handoffs", "<array>"},
                   {"@body", "~\"offer_note\":\"" WORD "\""},
                   {"@body", "~\"kind\":\"disputed\",\"rating\":null,\"note\":\"" WORD "\""},
                   {"@body", "~\"kind\":\"feedback\",\"rating\":4,\"note\":\"" WORD "\""},
                   {"/deliveries", "#2"},
                   {"/deliveries/0/source", "'forms'"},
                   {"/cut", "#0"}}),
    UNTIL("and to whom it was sent", "ana", "/v1/leads/${kim}/export", 200,
          .checks = {{"/sent/0/subscription", "'crm'"},
                     {"/sent/0/team", "'marketing'"},
                     {"/sent/0/pos", "<integer>"}}),
    GET("the other side may ask for erasure, and not read it all", "sam", "/v1/leads/${kim}/export",
        403, .checks = {{"/code", "'other_side'"}}),
    GET("nobody is there of this id", "ana",
        "/v1/leads/0199d5a0-7d3e-7a41-9c52-3b1f0a6d2e11/export", 404),
    {0},
};

static const struct step remaining[] = {
    GET("what remains names nobody", "ana", "/v1/leads/${lee}/export", 200,
        .checks = {{"/id", "'${kim}'"},
                   {"/erased", "true"},
                   {"/lead", "null"},
                   {"/attributes", "#0"},
                   {"/facts", "#0"},
                   {"/overrides", "#0"},
                   {"/verdicts", "#0"},
                   {"/timeline/0/type", "'lead.captured'"},
                   {"/handoffs/0/state", "<string>"},
                   {"/feedback/0/note", "null"},
                   {"/deliveries", "#2"},
                   {"/sent/0/subscription", "'crm'"}}),
    {0},
};

static const struct step erased[] = {
    POST("the person asks to be forgotten, by the id that was absorbed", "ana",
         "/v1/leads/${lee}/erase", NULL, 200, .checks = {{"/id", "'${kim}'"}}),
    GET("both ids are gone", "ana", "/v1/leads/${lee}", 410),
    POST("an old answer is not repeated", "marketing", "/v1/leads",
         "{'email':'" WORD "@corp.example','external_ids':[{'source':'crm','id':'" WORD "'}],"
         "'anonymous_ids':['" WORD "'],'attributes':{'company.employees':120,"
         "'seniority':'vp','title':'" WORD "'},'touch':{'kind':'form_submitted','event_id':'" WORD
         "'}}",
         410, .headers = {"Idempotency-Key: " WORD "-1"}),
    {0},
};

/* ---- what the tables have ---- */

static PGconn *conn;

static PGresult *ask(const char *sql)
{
    PGresult *result = PQexec(conn, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(conn));
    return result;
}

static long count(const char *sql)
{
    PGresult *result = ask(sql);
    long answer = strtol(PQgetvalue(result, 0, 0), NULL, 10);

    PQclear(result);
    return answer;
}

static long rows_with_word(const char *table)
{
    char sql[SQL_MAX_BYTES];

    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM %s t WHERE t::text LIKE '%%" WORD "%%' "
             "OR t::text LIKE '%%" WORD_HEX "%%'",
             table);
    return count(sql);
}

/* How many tables have the word; the first that has it is named in *where. */
static int tables_with_word(char where[SQL_MAX_BYTES])
{
    PGresult *tables = ask("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' "
                           "AND relnamespace = 'public'::regnamespace ORDER BY 1");
    int found = 0;

    where[0] = '\0';
    ck_assert_int_gt(PQntuples(tables), 20);
    for (int i = 0; i < PQntuples(tables); i++) {
        const char *table = PQgetvalue(tables, i, 0);
        if (rows_with_word(table) == 0)
            continue;
        size_t len = strlen(where);
        snprintf(where + len, SQL_MAX_BYTES - len, " %s", table);
        found++;
    }
    PQclear(tables);
    return found;
}

/* Lines of the server's log that hold the word. */
static int log_lines_with_word(void)
{
    FILE *log = fopen(service_log(stage_service()), "r");
    char *line = NULL;
    size_t size = 0;
    int found = 0, read = 0;

    ck_assert_ptr_nonnull(log);
    for (; getline(&line, &size, log) > 0; read++)
        found += strstr(line, WORD) != NULL;
    free(line);
    fclose(log);
    ck_assert_int_gt(read, 0);
    return found;
}

/* Not by the checks above alone, which look at what one thought of. */
static void says_nothing_of_the_person(struct stage *stage)
{
    const char *missing = "";
    char *path = story_fill(stage->story, "/v1/leads/${kim}/export", false, &missing);
    ck_assert_msg(path != NULL, "no value for %.40s", missing);
    struct answer answer = stage_call(stage, "ana", "GET", path, NULL, 200);

    ck_assert_msg(strstr(answer.body, WORD) == NULL, "%s", answer.body);
    answer_release(&answer);
    free(path);
}

START_TEST(no_table_knows_the_person_any_more)
{
    struct stage stage = stage_open(SIGNED);
    char where[SQL_MAX_BYTES];

    conn = PQconnectdb(stage_database());
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
    story_run(stage.story, sent);
    /* leads, their handoffs, what was said, identities, deliveries, answers */
    ck_assert_msg(tables_with_word(where) >= 6, "only%s", where);
    ck_assert_int_eq(rows_with_word("ledger"), 0); /* never */
    story_run(stage.story, exported);
    story_run(stage.story, erased);
    story_run(stage.story, remaining);
    says_nothing_of_the_person(&stage);
    ck_assert_msg(tables_with_word(where) == 0, "still in%s", where);
    ck_assert_int_eq(count("SELECT count(*) FROM lead WHERE salt IS NOT NULL"), 0);
    ck_assert_int_eq(count("SELECT count(*) FROM identity"), 0);
    ck_assert_int_gt(count("SELECT count(*) FROM touch"), 0); /* what attribution counts stays */
    ck_assert_int_eq(log_lines_with_word(), 0);
    free(stage_baton("verify --state", 0));
    PQfinish(conn);
    stage_close(&stage);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "erasure");

    TESTS(t, no_table_knows_the_person_any_more);
}
