/*
 * Whoever owns the database changes rows and leaves the ledger as it is: each column of each table,
 * one at a time, and each table loses a row. `baton verify --state` must name the table, unless the
 * column is declared to be free (lib/store/pg/columns.h); and docs/ledger.md has that list.
 */
#include "story.h"
#include "suite.h"
#include "test_cluster.h"
#include "trial.h"

#include "store/pg/columns.h"
#include "store/verify/verify_unlisted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_MAX_BYTES    4096
#define UNSOUND          4 /* exit code */
#define LIST_BYTES       65536
#define CROWD_LEADS      300
#define CROWD_ITEM_BYTES 40

static struct trial trial;
static struct client *client;
static struct story *story;

/* ---- something in every table ---- */

#define CAPTURE(who)                                                                               \
    POST("marketing captures " who, "marketing", "/v1/leads",                                      \
         "{'email':'" who "@corp.example','external_ids':[{'source':'crm','id':'" who "'}],"       \
         "'claimed_stage':'mql','attributes':{'company.employees':120,'seniority':'vp'},"          \
         "'touch':{'kind':'form_submitted','source':'google','medium':'cpc','campaign':'autumn',"  \
         "'content':'a','channel':'search','event_id':'" who "'}}",                                \
         201, .keep = {{who, "/lead/id"}, {who "_offer", "/handoff/id"}})

#define VERSION "/v1/definitions/mql/versions/${version}"

static const struct step past[] = {
    POST("a form tool", "ana", "/v1/sources",
         "{'name':'forms','team':'marketing','mapping':{'email':'/mail'}}", 201,
         .keep = {{"source", "/source/id"}}),
    PUT("a campaign", "ana", "/v1/campaigns/autumn", "{'title':'Autumn'}", 200),
    PUT("rates", "ana", "/v1/rates", "{'base':'EUR','rates':{'USD':'1.1'}}", 200),
    PUT("content", "ana", "/v1/content/a", "{'title':'A','owner_team':'marketing'}", 200),
    PUT("an account", "ana", "/v1/accounts/corp.example", "{'named':true}", 200),
    POST("a subscription", "ana", "/v1/subscriptions",
         "{'name':'crm','events':['lead.captured'],'target':{'kind':'webhook','url':"
         "'https://crm.example/hook'}}",
         201),
    PUT("what a stage is called", "ana", "/v1/stages/mql",
        "{'wording':{'title':'Warm','meaning':'Has asked'}}", 200),
    POST("a draft", "ana", "/v1/definitions/mql/versions",
         "{'term':'mql','title':'MQL','criteria':[{'id':'c1','kind':'fit','title':'Of a "
         "size','required':true,"
         "'test':{'attribute':'company.employees','op':'gte','value':50}}]}",
         201, .keep = {{"version", "/version"}}),
    POST("of which sales says something", "sam", VERSION "/comments", "{'text':'Why 50?'}", 200),
    POST("it is proposed", "ana", VERSION "/propose", NULL, 200),
    POST("and acknowledged", "sam", VERSION "/acknowledge", NULL, 200),
    CAPTURE("kim"),
    CAPTURE("lee"),
    CAPTURE("max"),
    POST("a crowd, so that the tree over the entries has stored nodes", "marketing",
         "/v1/leads/batch", "{'leads':[${crowd}]}", 200),
    POST("a delivery", "marketing", "/v1/inbound/${source}", "{'mail':'zoe@corp.example'}", 202),
    POST("Ana knows better", "ana", "/v1/leads", "{'email':'ned@corp.example'}", 201,
         .keep = {{"ned", "/lead/id"}}),
    POST("than the definition", "ana", "/v1/leads/${ned}/override",
         "{'term':'mql','result':'qualified','note':'met her'}", 200),
    POST("Sam accepts", "sam", "/v1/handoffs/${kim_offer}/accept", "{}", 200),
    POST("and qualifies", "sam", "/v1/handoffs/${kim_offer}/qualify", "{}", 200),
    POST("and thanks", "sam", "/v1/handoffs/${kim_offer}/feedback",
         "{'rating':5,'note':'more of these'}", 200),
    POST("and is worth something", "sam", "/v1/handoffs/${kim_offer}/outcome",
         "{'outcome':'won','amount':{'minor':5000,'currency':'EUR'}}", 200),
    POST("Lee is rejected", "sam", "/v1/handoffs/${lee_offer}/reject",
         "{'reason':'too_small','note':'30 on the call'}", 200),
    {0},
};

static void name_crowd(void)
{
    static char crowd[CROWD_LEADS * CROWD_ITEM_BYTES];
    size_t len = 0;

    for (int i = 0; i < CROWD_LEADS; i++)
        len += (size_t)snprintf(crowd + len, sizeof crowd - len,
                                "%s{\"email\":\"c%d@corp.example\"}", i == 0 ? "" : ",", i);
    story_set(story, "crowd", crowd);
}

static void begin(void)
{
    trial_begin(&trial, NULL);
    client = client_new(service_url(trial.services[0]));
    story = story_new(client);
    story_set(story, "marketing", trial.marketing);
    story_set(story, "ana", trial.ana);
    story_set(story, "sam", trial.sam);
    name_crowd();
    story_run(story, past);
    for (int tries = 0; trial_ask(&trial, "SELECT count(*) FROM ledger_node") < 1; tries++) {
        ck_assert_int_lt(tries, 300);
        database_exec(trial.database, "SELECT pg_sleep(0.1)");
    }
    service_stop(trial.services[0]);
    trial.services[0] = NULL;
}

/* What stands in the way of whoever changes it: nothing. */
static const char OPEN[] =
    "CREATE SCHEMA kept;"
    "DO $$ DECLARE r record; BEGIN "
    "FOR r IN SELECT conname, contypid::regtype AS d FROM pg_constraint WHERE contypid <> 0 LOOP "
    "EXECUTE format('ALTER DOMAIN %s DROP CONSTRAINT %I', r.d, r.conname); END LOOP; "
    "FOR r IN SELECT conname, conrelid::regclass AS t FROM pg_constraint WHERE contype IN "
    "('c', 'f') AND connamespace = 'public'::regnamespace LOOP "
    "EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, r.conname); END LOOP; "
    "FOR r IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
    "'public'::regnamespace LOOP "
    "EXECUTE format('ALTER TABLE %I DISABLE TRIGGER ALL', r.relname);"
    "EXECUTE format('CREATE TABLE kept.%I AS TABLE %I', r.relname, r.relname); END LOOP; END $$";

static void set_up(void)
{
    begin();
    database_exec(trial.database, OPEN);
}

static void tear_down(void)
{
    story_free(story);
    client_free(client);
    trial_free(&trial);
}

/* ---- changing it ---- */

static void put_back(const char *table)
{
    char sql[SQL_MAX_BYTES];

    snprintf(sql, sizeof sql, "DELETE FROM %s; INSERT INTO %s TABLE kept.%s", table, table, table);
    database_exec(trial.database, sql);
}

/* Another value of the column's type; of JSON another word or number in it. $ is the column. */
static const char *altered(enum pg_type type)
{
    switch (type) {
    case PG_BOOL:
        return "NOT coalesce($, false)";
    case PG_INT2:
    case PG_INT4:
    case PG_INT8:
        return "coalesce($, 0) + 1000";
    case PG_TIMESTAMPTZ:
        return "coalesce($, '2026-01-01') + interval '1 second'";
    case PG_UUID:
        return "gen_random_uuid()";
    case PG_BYTEA:
        return "CASE WHEN length(coalesce($, '')) = 0 THEN '\\x01'::bytea ELSE set_byte($, 0, "
               "get_byte($, 0) # 1) END";
    case PG_JSON:
    case PG_JSONB:
        return "CASE WHEN $ IS NULL OR $::text = '{}' THEN '{\"x\":1}' ELSE "
               "regexp_replace($::text, "
               "'\"([^\"]+)\"', '\"\\1x\"') || CASE WHEN $::text ~ '\"' THEN '' ELSE ' ' END "
               "END::json";
    case PG_TEXT:
        break;
    }
    return "coalesce($, '') || 'x'";
}

static void put_value(char *out, size_t room, const char *text, const char *column)
{
    size_t at = 0;

    for (; *text != '\0' && at < room; text++)
        at += (size_t)snprintf(out + at, room - at, "%.*s", *text == '$' ? 64 : 1,
                               *text == '$' ? column : text);
}

/* Of a person who is there, and one that has a value where there is one. */
static void change(const char *table, const char *column, enum pg_type type)
{
    char sql[SQL_MAX_BYTES], value[512];
    const char *person = strcmp(table, "lead") == 0 ? "WHERE status = 'active'" : "";

    put_value(value, sizeof value, altered(type), column);
    snprintf(sql, sizeof sql,
             "UPDATE %s SET %s = %s WHERE ctid = (SELECT ctid FROM %s %s ORDER BY %s IS NULL, ctid "
             "DESC LIMIT 1)",
             table, column, value, table, person, column);
    database_exec(trial.database, sql);
}

static bool is_named(const char *out, const char *table)
{
    static const struct {
        const char *table;
        const char *word;
    } words[] = {
        {"ledger", "entr"},     {"ledger_node", "node"}, {"checkpoint", "checkpoint"},
        {"signing_key", "key"}, {"agreement", "mql"},    {"lead", "lead"},
        {"handoff", "handoff"},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].table, table) == 0)
            return strstr(out, words[i].word) != NULL;
    return strstr(out, table) != NULL;
}

static int failed;

static void expect(const char *table, const char *what)
{
    static char out[TRIAL_OUTPUT_MAX];
    int code = trial_baton(&trial, "verify --state 2>&1", out);

    if (code != UNSOUND || !is_named(out, table)) {
        failed++;
        fprintf(stderr, "%s, %s: exit code %d: %s\n", table, what, code, out);
    }
    put_back(table);
}

static bool is_proven(const struct columns *columns, const struct column *column)
{
    return column_proof(columns, column) != PROOF_FREE;
}

static bool any_is_proven(const struct columns *columns)
{
    for (int i = 0; i < columns->count; i++)
        if (is_proven(columns, &columns->list[i]))
            return true;
    return false;
}

static void drop_row(const char *table)
{
    char sql[SQL_MAX_BYTES];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    ck_assert_msg(trial_ask(&trial, sql) > 0, "%s has no row", table);
    snprintf(sql, sizeof sql,
             "DELETE FROM %s WHERE ctid = (SELECT ctid FROM %s ORDER BY ctid DESC LIMIT 1)", table,
             table);
    database_exec(trial.database, sql);
    expect(table, "without a row");
}

START_TEST(each_column_that_is_changed_is_named)
{
    static char out[TRIAL_OUTPUT_MAX];
    const struct columns *columns;
    int tried = 0;

    ck_assert_msg(trial_baton(&trial, "verify --state 2>&1", out) == 0, "%s", out);
    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++) {
        if (columns->part || !any_is_proven(columns))
            continue;
        /* that one of these is gone shows to whoever has kept a checkpoint */
        if (columns != &workspace_columns && columns != &checkpoint_columns)
            drop_row(columns->table);
        for (int k = 0; k < columns->count; k++) {
            if (!is_proven(columns, &columns->list[k]))
                continue;
            change(columns->table, columns->list[k].name, columns->list[k].form->type);
            expect(columns->table, columns->list[k].name);
            tried++;
        }
    }
    printf("%d columns\n", tried);
    ck_assert_int_eq(failed, 0);
}
END_TEST

static bool is_unlisted(const char *table)
{
    static const char *const names[] = {
#define X(table, column, proof, by) #table,
        VERIFY_UNLISTED(X)
#undef X
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], table) == 0)
            return true;
    return false;
}

START_TEST(every_table_says_what_shows_a_change)
{
    char *tables = database_ask(trial.database,
                                "SELECT string_agg(relname, ' ') FROM pg_class WHERE relkind = 'r' "
                                "AND relnamespace = 'public'::regnamespace");

    char *rest = tables;
    for (char *name; (name = strsep(&rest, " ")) != NULL;)
        ck_assert_msg(columns_find(name, strlen(name)) != NULL || is_unlisted(name), "%s", name);
    free(tables);
}
END_TEST

/* ---- the page ---- */

static size_t put_line(char *out, size_t at, const char *table, const char *column,
                       enum proof proof, const char *by)
{
    return at + (size_t)snprintf(out + at, LIST_BYTES - at, "| `%s` | %s%s%s | %s | %s |\n", table,
                                 *column == '*' ? "" : "`", *column == '*' ? "all" : column,
                                 *column == '*' ? "" : "`", proof_name(proof),
                                 by == NULL ? "" : by);
}

/* One line for the columns that are as their table says, and one for each other. */
static size_t put_table(char *out, size_t at, const struct columns *columns)
{
    bool apart = false;

    for (int k = 0; k < columns->count; k++) {
        const struct column *column = &columns->list[k];
        if (column_proof(columns, column) == columns->proof && column->proven == NULL)
            continue;
        at = put_line(out, at, columns->table, column->name, column_proof(columns, column),
                      column_proven(columns, column));
        apart = true;
    }
    return at + (size_t)snprintf(out + at, LIST_BYTES - at, "| `%s` | %s | %s | %s |\n",
                                 columns->table, apart ? "the others" : "all",
                                 proof_name(columns->proof),
                                 columns->proven == NULL ? "" : columns->proven);
}

static char *read_page(void)
{
    FILE *file = fopen(SOURCE_DIR "/docs/ledger.md", "r");
    char *text = NULL;
    size_t size = 0;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(getdelim(&text, &size, '\0', file), 0);
    fclose(file);
    return text;
}

START_TEST(the_page_has_the_list)
{
    static char list[LIST_BYTES];
    const struct columns *columns;
    size_t at = 0;

    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++)
        if (!columns->part)
            at = put_table(list, at, columns);
#define X(table, column, proof, by) at = put_line(list, at, #table, column, proof, by);
    VERIFY_UNLISTED(X)
#undef X
    char *page = read_page();
    if (strstr(page, list) == NULL) /* too long for a message of check */
        fprintf(stderr, "docs/ledger.md is to have this list:\n%s", list);
    ck_assert(strstr(page, list) != NULL);
    free(page);
}
END_TEST

/* What is free says why. */
START_TEST(what_is_free_has_a_reason)
{
    const struct columns *columns;

    for (size_t i = 0; (columns = columns_at(i)) != NULL; i++)
        for (int k = 0; k < columns->count; k++)
            ck_assert_msg(column_proof(columns, &columns->list[k]) == PROOF_COMMITTED ||
                              column_proven(columns, &columns->list[k]) != NULL,
                          "%s.%s", columns->table, columns->list[k].name);
}
END_TEST

const char suite_name[] = "altered";

void suite_cases(Suite *suite)
{
    TCase *rows = suite_case(suite, "rows");
    TCase *lists = suite_case(suite, "lists");

    tcase_add_checked_fixture(rows, set_up, tear_down);
    tcase_set_timeout(rows, 300);
    tcase_add_test(rows, every_table_says_what_shows_a_change);
    tcase_add_test(rows, each_column_that_is_changed_is_named);
    tcase_add_test(lists, the_page_has_the_list);
    tcase_add_test(lists, what_is_free_has_a_reason);
}
