/*
 * A person is erased: a word that stands for everything personal is told in every place that takes
 * one, about two leads that turn out to be the same person, and afterwards no table has it. The log
 * never had it.
 */
#include "mql_file.h"
#include "stage.h"

#include <check.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED "--starter " MQL_FILE " --sign"

/* Told in every note, value and id; no other text has it. */
#define WORD     "zqxvbn"
#define WORD_HEX "7a717876626e" /* as bytea shows it */

#define SQL_MAX_BYTES 512

static const struct step told[] = {
    {.label = "marketing has a form tool",
     .method = "POST",
     .path = "/v1/sources",
     .as = "ana",
     .body = "{'name':'forms','team':'marketing','mapping':{'email':'/mail','attributes':"
             "{'company.name':'/company'},'touch':{'kind':{'value':'form_submitted'}}}}",
     .status = 201,
     .keep = {{"path", "/source/path"}}},
    {.label = "which delivers Kim",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .body = "{'mail':'" WORD "@corp.example','company':'" WORD "','more':'" WORD "'}",
     .status = 202,
     .keep = {{"kim", "/lead_id"}}},
    {.label = "Kim is captured again, with a key that names her",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .headers = {"Idempotency-Key: " WORD "-1"},
     .body = "{'email':'" WORD "@corp.example','external_ids':[{'source':'crm','id':'" WORD "'}],"
             "'anonymous_ids':['" WORD "'],'attributes':{'company.employees':120,"
             "'seniority':'vp','title':'" WORD
             "'},'touch':{'kind':'form_submitted','event_id':'" WORD "'}}",
     .status = 200,
     .checks = {{"/handoff/state", "'offered'"}},
     .keep = {{"first", "/handoff/id"}}},
    {.label = "Lee is somebody else",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .body = "{'email':'" WORD "2@corp.example','attributes':{'company.employees':120,"
             "'seniority':'vp','title':'" WORD "'},'touch':{'kind':'form_submitted'}}",
     .status = 201,
     .keep = {{"lee", "/lead/id"}, {"lees", "/handoff/id"}}},
    {.label = "in a batch too",
     .method = "POST",
     .path = "/v1/leads/batch",
     .as = "marketing",
     .body = "{'leads':[{'email':'" WORD "2@corp.example','attributes':{'city':'" WORD "'}},"
             "{'email':'" WORD "@corp.example','attributes':{'city':'" WORD "'}}]}",
     .status = 200},
    {.label = "in a delivery of several",
     .method = "POST",
     .path = "${path}",
     .as = "marketing",
     .body = "[{'mail':'" WORD "@corp.example','company':'" WORD "'},"
             "{'mail':'" WORD "2@corp.example','company':'" WORD "'}]",
     .status = 202},
    {.label = "is changed by hand",
     .method = "PATCH",
     .path = "/v1/leads/${lee}",
     .as = "ana",
     .body =
         "{'external_ids':[{'source':'erp','id':'" WORD "'}],'attributes':{'street':'" WORD "'}}",
     .status = 200},
    {.label = "comes back",
     .method = "POST",
     .path = "/v1/leads/${lee}/touches",
     .as = "marketing",
     .body = "{'kind':'page_viewed','event_id':'" WORD "-2'}",
     .status = 201},
    {.label = "is looked for",
     .method = "GET",
     .path = "/v1/leads?email=" WORD "2@corp.example",
     .as = "ana",
     .status = 200,
     .checks = {{"/data", "#1"}}},
    {.label = "is misspelt in every way",
     .method = "POST",
     .path = "/v1/leads?" WORD "=1",
     .as = "marketing",
     .body = "{'email':'" WORD "','" WORD "':'" WORD "'}",
     .status = 400},
    {.label = "in a body too",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .body = "{'email':'" WORD "','" WORD "':'" WORD "'}",
     .status = 400},
    {.label = "in what is no JSON",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .raw = "{\"email\":\"" WORD "@corp.example\",}",
     .status = 400},
    {.label = "Sue takes what waits",
     .method = "POST",
     .path = "/v1/handoffs/claim",
     .as = "sue",
     .body = "{'team':'sales','limit':2}",
     .status = 200,
     .checks = {{"/data", "#2"}}},
    {.label = "gives Lee to Sam",
     .method = "POST",
     .path = "/v1/handoffs/${lees}/assign",
     .as = "sue",
     .body = "{'member':'sam@acme.example','note':'" WORD "'}",
     .status = 200},
    {.label = "and lets Kim go",
     .method = "POST",
     .path = "/v1/handoffs/${first}/release",
     .as = "sue",
     .body = "{'note':'" WORD "'}",
     .status = 200},
    {.label = "Sam rejects Lee",
     .method = "POST",
     .path = "/v1/handoffs/${lees}/reject",
     .as = "sam",
     .body = "{'reason':'too_small','note':'" WORD "','corrections':{'title':'" WORD " the 2nd'}}",
     .status = 200},
    {.label = "Ana disputes that",
     .method = "POST",
     .path = "/v1/handoffs/${lees}/dispute",
     .as = "ana",
     .body = "{'note':'" WORD "'}",
     .status = 200},
    {.label = "and Sam concedes",
     .method = "POST",
     .path = "/v1/handoffs/${lees}/concede",
     .as = "sam",
     .body = "{'note':'" WORD "'}",
     .status = 200,
     .keep = {{"again", "/new_handoff/id"}}},
    {.label = "with facts",
     .method = "POST",
     .path = "/v1/leads/${lee}/facts",
     .as = "sam",
     .body = "{'facts':{'need':{'value':'" WORD "','evidence':'" WORD "'}}}",
     .status = 200},
    {.label = "and gives Lee back",
     .method = "POST",
     .path = "/v1/handoffs/${again}/return",
     .as = "sam",
     .body = "{'reason':'too_small','note':'" WORD "'}",
     .status = 200},
    {.label = "Ana's word stands against that",
     .method = "POST",
     .path = "/v1/leads/${lee}/override",
     .as = "ana",
     .body = "{'term':'mql','result':'not_qualified','note':'" WORD "'}",
     .status = 200},
    {.label = "who offers Lee all the same",
     .method = "POST",
     .path = "/v1/handoffs",
     .as = "ana",
     .body = "{'lead_id':'${lee}','to_team':'sales','kind':'override','note':'" WORD "'}",
     .status = 201,
     .keep = {{"offer", "/handoff/id"}}},
    {.label = "and takes it back",
     .method = "POST",
     .path = "/v1/handoffs/${offer}/withdraw",
     .as = "ana",
     .body = "{'note':'" WORD "'}",
     .status = 200},
    {.label = "Sam accepts Kim",
     .method = "POST",
     .path = "/v1/handoffs/${first}/accept",
     .as = "sam",
     .body = "{'note':'" WORD "'}",
     .status = 200},
    {.label = "qualifies Kim",
     .method = "POST",
     .path = "/v1/handoffs/${first}/qualify",
     .as = "sam",
     .body = "{'note':'" WORD "'}",
     .status = 200},
    {.label = "says of Kim",
     .method = "POST",
     .path = "/v1/handoffs/${first}/feedback",
     .as = "sam",
     .body = "{'rating':4,'note':'" WORD "'}",
     .status = 200},
    {.label = "and loses Kim",
     .method = "POST",
     .path = "/v1/handoffs/${first}/outcome",
     .as = "sam",
     .body = "{'outcome':'lost','reason':'bad_timing','note':'" WORD "'}",
     .status = 200},
    {.label = "Lee was Kim all the time",
     .method = "POST",
     .path = "/v1/leads/${kim}/merge",
     .as = "ana",
     .body = "{'from':'${lee}'}",
     .status = 200},
    {0},
};

static const struct step erased[] = {
    {.label = "the person asks to be forgotten, by the id that was absorbed",
     .method = "POST",
     .path = "/v1/leads/${lee}/erase",
     .as = "ana",
     .status = 200,
     .checks = {{"/id", "'${kim}'"}}},
    {.label = "both ids are gone",
     .method = "GET",
     .path = "/v1/leads/${lee}",
     .as = "ana",
     .status = 410},
    {.label = "an old answer is not repeated",
     .method = "POST",
     .path = "/v1/leads",
     .as = "marketing",
     .headers = {"Idempotency-Key: " WORD "-1"},
     .body = "{'email':'" WORD "@corp.example','external_ids':[{'source':'crm','id':'" WORD "'}],"
             "'anonymous_ids':['" WORD "'],'attributes':{'company.employees':120,"
             "'seniority':'vp','title':'" WORD
             "'},'touch':{'kind':'form_submitted','event_id':'" WORD "'}}",
     .status = 410},
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

START_TEST(no_table_knows_the_person_any_more)
{
    struct stage stage = stage_open(SIGNED);
    char where[SQL_MAX_BYTES];

    conn = PQconnectdb(stage_database());
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
    story_run(stage.story, told);
    /* leads, their handoffs, what was said, identities, deliveries, answers */
    ck_assert_msg(tables_with_word(where) >= 6, "only%s", where);
    ck_assert_int_eq(rows_with_word("ledger"), 0); /* never */
    story_run(stage.story, erased);
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

START_TEST(the_service_ends_cleanly)
{
    stage_end();
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("erasure");
    TCase *t = tcase_create("erasure");

    tcase_set_timeout(t, 0);
    tcase_add_test(t, no_table_knows_the_person_any_more);
    tcase_add_test(t, the_service_ends_cleanly);
    suite_add_tcase(suite, t);
    return suite;
}

int main(void)
{
    return stage_run_sizes(make);
}
