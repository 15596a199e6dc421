/*
 * Nothing crosses from one workspace to another, whatever the program asks: every table that
 * there is, also one that came yesterday, has its workspace first in its keys, forces row-level
 * security, and gives the service's roles what is written here and no more. The cluster is this
 * program's own, because roles are changed.
 */
#include "cli/cli.h"
#include "database.h"
#include "store/pg/migrate.h"
#include "suite.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define ACME            "00000000-0000-7000-8000-00000000000a"
#define RIVAL           "00000000-0000-7000-8000-00000000000b"
#define SQL_MAX_BYTES   16384
#define TABLES_MAX      128
#define NAME_MAX_BYTES  64
#define OUT_MAX_BYTES   4096
#define NO_PRIVILEGE    "42501" /* also of a row that a policy refuses */
#define SERVE_TIMEOUT_S "20"

/* ---- what the roles may, written by hand ---- */

static const struct {
    const char *table;
    const char *app; /* in alphabetical order */
    const char *job;
} grants[] = {
    {"agreement", "INSERT,SELECT,UPDATE", NULL},
    {"agreement_acknowledgement", "INSERT,SELECT", NULL},
    {"agreement_comment", "INSERT,SELECT", NULL},
    {"agreement_signature", "INSERT,SELECT", NULL},
    {"account", "INSERT,SELECT,UPDATE", NULL},
    {"api_key", "INSERT,SELECT", NULL},
    {"attribution_setup", "INSERT,SELECT,UPDATE", NULL},
    {"background_job", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"campaign", "INSERT,SELECT,UPDATE", NULL},
    {"chain", "INSERT,SELECT,UPDATE", NULL},
    {"checkpoint", "INSERT,SELECT", NULL},
    {"completion", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"content", "INSERT,SELECT,UPDATE", NULL},
    {"rates", "INSERT,SELECT,UPDATE", NULL},
    {"delivery", "INSERT,SELECT,UPDATE", NULL},
    {"delivery_lead", "DELETE,INSERT,SELECT", NULL},
    {"dimension", "INSERT,SELECT", NULL},
    {"distribution_count", "INSERT,SELECT,UPDATE", NULL},
    {"distribution_share", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"exception_count", "INSERT,SELECT,UPDATE", NULL},
    {"feedback", "INSERT,SELECT,UPDATE", NULL},
    {"handoff", "INSERT,SELECT,UPDATE", NULL},
    {"idempotency", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"idempotency_lead", "DELETE,INSERT,SELECT", NULL},
    {"identity", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"import_file", "DELETE,INSERT,SELECT", NULL},
    {"import_piece", "DELETE,INSERT,SELECT", NULL},
    {"import_refused", "DELETE,INSERT,SELECT", NULL},
    {"block", "DELETE,INSERT,SELECT", NULL},
    {"lead_merge", "DELETE,INSERT,SELECT", NULL},
    {"job", "INSERT,SELECT,UPDATE", NULL},
    {"journey", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"lead", "INSERT,SELECT,UPDATE", NULL},
    {"lead_word", "DELETE,INSERT,SELECT", NULL},
    {"ledger", "INSERT,SELECT", NULL},
    {"ledger_node", "INSERT,SELECT", NULL},
    {"member", "INSERT,SELECT,UPDATE", NULL},
    {"outbound", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"outbound_cursor", "INSERT,SELECT,UPDATE", "SELECT"},
    {"outbound_queue", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"rollup", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"rollup_credit", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"rollup_cursor", "INSERT,SELECT,UPDATE", "SELECT"},
    {"rollup_spread", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"schema_migration", "SELECT", "SELECT"}, /* has no workspace: the program's own */
    {"sealed", "DELETE,INSERT,SELECT", NULL},
    {"session", "DELETE,INSERT,SELECT", NULL},
    {"signing_key", "INSERT,SELECT", NULL},
    {"source", "INSERT,SELECT,UPDATE", NULL},
    {"subscription", "DELETE,INSERT,SELECT,UPDATE", NULL},
    {"team", "INSERT,SELECT,UPDATE", NULL},
    {"touch", "INSERT,SELECT,UPDATE", NULL},
    {"verdict", "INSERT,SELECT,UPDATE", NULL},
    {"stage", "INSERT,SELECT,UPDATE", NULL},
    {"workspace", "", NULL},
    {"workspace_head", "INSERT,SELECT,UPDATE", NULL},
};

#define GRANTS_COUNT (sizeof grants / sizeof *grants)

/* Columns that a role is granted one by one, because it does not need the others. */
static const char column_grants[] =
    "baton_app api_key UPDATE: revoked_at\n"
    "baton_app sealed UPDATE: key_id,value\n"
    "baton_app session UPDATE: ended_at,opened_at,secret_hash,used_at\n"
    "baton_app workspace INSERT: created_at,name,salt,workspace_id\n"
    "baton_app workspace SELECT: clear_secret,name,salt,workspace_id\n"
    "baton_app workspace UPDATE: clear_secret\n"
    "baton_bi dimension SELECT: dimension,dimension_id,value,workspace_id\n"
    "baton_bi handoff SELECT: "
    "accepted_at,class,closed_at,first_contact_at,from_team,handoff_id,kind,lead_id,offered_at,"
    "outcome,outcome_at,reason,respond_by,state,term,to_team,workspace_id\n"
    "baton_bi lead SELECT: "
    "amount_currency,amount_minor,created_at,customer_at,first_touch_at,found_by,lead_id,mql_at,"
    "opportunity_at,origin,owner_team,sal_at,sql_at,stage,status,workspace_id\n"
    "baton_bi team SELECT: function,name,team_id,workspace_id\n"
    "baton_bi touch SELECT: "
    "campaign,channel,content,cost_currency,cost_minor,direction,function,kind,lead_id,medium,"
    "occurred_at,source,team,term,touch_id,workspace_id\n"
    "baton_job attribution_setup SELECT: state,workspace_id\n"
    "baton_job background_job SELECT: asked_by,created_at,done,job_id,kind,lease_until,place,"
    "request,started_at,state,tally,team_id,workspace_id\n"
    "baton_job background_job UPDATE: lease_until,started_at,state\n"
    "baton_job completion SELECT: completion_id,lease_until,next_at,workspace_id\n"
    "baton_job completion UPDATE: lease,lease_until\n"
    "baton_job job SELECT: due_at,name,sound_at,workspace_id\n"
    "baton_job job UPDATE: due_at,sound_at\n"
    "baton_job member SELECT: active,created_at,email,member_id,workspace_id\n"
    "baton_job outbound_queue SELECT: due_at,lease_until,subscription_id,workspace_id\n"
    "baton_job outbound_queue UPDATE: lease,lease_until\n"
    "baton_job sealed SELECT: field,key_id,workspace_id\n"
    "baton_job workspace SELECT: name,workspace_id\n"
    "baton_job workspace_head SELECT: pos,workspace_id";

/* A row in every table, the same ids in both workspaces: an id alone says nothing. $W is the
 * workspace, $I an id, $H 32 bytes. */
static const char rows[] =
    "INSERT INTO workspace VALUES ($W, 'w-' || right($W, 12), $H, now());"
    "INSERT INTO workspace_head VALUES ($W, 1, 1);"
    "INSERT INTO chain VALUES ($W, $I, 1, $H, now());"
    "INSERT INTO team VALUES ($W, $I, 'marketing', 'M', 'marketing', true, now()),"
    " ($W, $J, 'sales', 'S', 'sales', true, now());"
    "INSERT INTO member VALUES ($W, $I, $I, 'Ana', 'ana@a.example', NULL, NULL, true, now());"
    "INSERT INTO api_key VALUES ($W, $I, $I, $I, 'k', 63, $H, 0, NULL, now(), NULL);"
    "INSERT INTO session VALUES ($W, $I, $I, $I, $H, now(), NULL, now(), now(), NULL);"
    "INSERT INTO agreement (workspace_id, kind, version, agreement_id, state, document, revision,"
    " created_at) VALUES ($W, 'mql', 1, $I, 'draft', '{}', 1, now());"
    "INSERT INTO agreement_signature VALUES ($W, 'mql', 1, 'marketing', $I, $I, 0, NULL, $H,"
    " now());"
    "INSERT INTO agreement_acknowledgement VALUES ($W, 'mql', 1, $I, now());"
    "INSERT INTO agreement_comment VALUES ($W, 'mql', 1, $I, $I, NULL, 'why', now());"
    "INSERT INTO source VALUES ($W, $I, 'forms', $I, '{}', '{}', true, 1, now());"
    "INSERT INTO sealed VALUES ($W, $I, 'source_secret', $H || $H, substr($H, 2, 8));"
    "INSERT INTO dimension VALUES ($W, 1, 'source', 'google');"
    "INSERT INTO lead (workspace_id, lead_id, status, stage, owner_team, next_step, next_why, "
    "next_at, origin, found_by,"
    " created_at, updated_at, touch_count, seq, hash, chain_at) VALUES ($W, $I, 'active', 'mql',"
    " $I, 'nurture', 'captured', now(), 'inbound', 'marketing', now(), now(), 1, 1, $H, now());"
    "INSERT INTO identity VALUES ($W, 'email', 'kim@a.example', $I);"
    "INSERT INTO lead_word VALUES ($W, 'kim', $I);"
    "INSERT INTO touch VALUES ($W, $I, $I, 'form', now(), now(), NULL, NULL, NULL, NULL, NULL,"
    " 'inbound', 'marketing');"
    "INSERT INTO verdict VALUES ($W, $I, 1, 'mql', 1, 'qualified', 1, '{}', now());"
    "INSERT INTO handoff (workspace_id, handoff_id, lead_id, kind, state, from_team, to_team,"
    " offered_at, respond_by, updated_at) VALUES ($W, $I, $I, 'standard', 'offered', $I, $J,"
    " now(), now(), now());"
    "INSERT INTO exception_count VALUES ($W, 'mql', 'strategic', 1, 1);"
    "INSERT INTO feedback VALUES ($W, $I, $I, $I, 'feedback', 5, NULL, $I, now());"
    "INSERT INTO ledger VALUES ($W, 1, $I, 1, 1, now(), 0, NULL, NULL, '{}', $H);"
    "INSERT INTO ledger_node VALUES ($W, 1, 0, $H);"
    "INSERT INTO signing_key VALUES ($W, substr($H, 1, 8), $H, 1);"
    "INSERT INTO checkpoint VALUES ($W, 1, $H, now(), substr($H, 1, 8), $H || $H);"
    "INSERT INTO idempotency VALUES ($W, $H, $H, 200, NULL, '{}', $I, now());"
    "INSERT INTO idempotency_lead VALUES ($W, $I, $H);"
    "INSERT INTO delivery VALUES ($W, $I, $I, now(), 'application/json', '{}', 'applied', NULL, $I,"
    " NULL);"
    "INSERT INTO delivery_lead VALUES ($W, $I, $I);"
    "INSERT INTO completion VALUES ($W, $I, $I, $I, 0, 'https://a.example', NULL, 'pending', 0,"
    " now(), now(), NULL, NULL, NULL, NULL, NULL, NULL);"
    "INSERT INTO account VALUES ($W, $I, 'a.example', NULL, NULL, false, false, now(), now());"
    "INSERT INTO block VALUES ($W, $H, $I, $I, now());"
    "INSERT INTO lead_merge VALUES ($W, $I, $I, 1, now(), '{}');"
    "INSERT INTO campaign VALUES ($W, 1, 'autumn', '{}', now(), now());"
    "INSERT INTO content VALUES ($W, 1, 'e-book', 'E-book', $I, NULL, now(), now());"
    "INSERT INTO rates VALUES ($W, 1, '{}', now());"
    "INSERT INTO stage (workspace_id, stage, updated_at) VALUES ($W, 'mql', now());"
    "INSERT INTO distribution_share VALUES ($W, $I, 0, $I, 0);"
    "INSERT INTO distribution_count VALUES ($W, $I, 0, $I, 0, 0);"
    "INSERT INTO subscription VALUES ($W, $I, 'hook', $I, '[]', 0, 'https://a.example', 'active',"
    " NULL, 1, now(), NULL, NULL, now());"
    "INSERT INTO outbound_cursor VALUES ($W, 1);"
    "INSERT INTO outbound_queue VALUES ($W, $I, now(), 1, NULL, NULL, NULL);"
    "INSERT INTO outbound VALUES ($W, $I, 1, $I, $I, 1, 'pending', 0, now(), now(), NULL, NULL,"
    " NULL, NULL);"
    "INSERT INTO attribution_setup VALUES ($W, 0, 1, 'default', '{}', 'counted', NULL, now());"
    "INSERT INTO rollup_cursor VALUES ($W, 1, 1, 'current', $I);"
    "INSERT INTO journey VALUES ($W, $I, $H);"
    "INSERT INTO rollup VALUES ($W, 0, 1, 0, 0, 0, 0, 0, 0, 0, '', 1, 0, 0, 0);"
    "INSERT INTO rollup_credit VALUES ($W, 0, 1, 0, 1, 0, 0, 0, 0, '', 1, 1, 1, 1, 1, 1, 1, 1, 1, "
    "1);"
    "INSERT INTO rollup_spread VALUES ($W, 4107, 0, 0, 0, 0, '\\x0101');"
    "INSERT INTO job VALUES ($W, 'due', now(), 0);"
    "INSERT INTO background_job (workspace_id, job_id, kind, state, request, done, total,"
    " created_at) VALUES ($W, $I, 'backtest', 'queued', '{}', 0, 0, now());"
    "INSERT INTO import_file VALUES ($W, $I, 'list.csv', 'csv', 1, 1, '{}', $I, NULL, now());"
    "INSERT INTO import_piece VALUES ($W, $I, 0, 'x', now());"
    "INSERT INTO import_refused VALUES ($W, $I, 1, 'x', now());";

static struct database *database;
static PGconn *conn; /* superuser, whose role is changed by SET ROLE */
static char tables[TABLES_MAX][NAME_MAX_BYTES + 1];
static size_t table_count;

/* ---- SQL ---- */

static const char *letter_value(char letter, const char *workspace)
{
    switch (letter) {
    case 'W':
        return workspace;
    case 'I':
        return "'11111111-1111-7111-8111-111111111111'";
    case 'J':
        return "'22222222-2222-7222-8222-222222222222'";
    default:
        return "decode(repeat('00', 32), 'hex')";
    }
}

static void insert_rows(const char *workspace)
{
    static char sql[SQL_MAX_BYTES];
    char quoted[NAME_MAX_BYTES];
    size_t len = 0;

    snprintf(quoted, sizeof quoted, "'%s'", workspace);
    for (const char *at = rows; *at != '\0' && len < sizeof sql - 64; at++) {
        if (*at != '$') {
            sql[len++] = *at;
            continue;
        }
        len += (size_t)snprintf(sql + len, sizeof sql - len, "%s", letter_value(*++at, quoted));
    }
    sql[len] = '\0';
    database_exec(database, sql);
}

/* Rows touched or read; -1 when it is not permitted, anything else ends the test. */
static long run(const char *sql)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool refused = sqlstate != NULL && strcmp(sqlstate, NO_PRIVILEGE) == 0;
    long count = status == PGRES_TUPLES_OK ? strtol(PQgetvalue(result, 0, 0), NULL, 10)
                                           : strtol(PQcmdTuples(result), NULL, 10);

    PQclear(result);
    if (refused)
        return -1;
    ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s: %s", sql,
                  PQerrorMessage(conn));
    return count;
}

/* Begins a transaction of the role in a workspace; NULL: in none. */
static void begin_as(const char *role, const char *workspace)
{
    char sql[256];

    snprintf(sql, sizeof sql, "BEGIN; SET LOCAL ROLE %s", role);
    run(sql);
    if (workspace == NULL)
        return;
    snprintf(sql, sizeof sql, "SET LOCAL baton.workspace_id = '%s'", workspace);
    run(sql);
}

static void end(void)
{
    run("ROLLBACK");
}

/* What one statement on a table does, in a transaction that is then taken back. # is the table. */
static long try(const char *role, const char *workspace, const char *pattern, const char *table)
{
    char sql[SQL_MAX_BYTES];
    size_t len = 0;

    for (const char *at = pattern; *at != '\0'; at++)
        len += (size_t)snprintf(sql + len, sizeof sql - len, "%.*s",
                                *at == '#' ? NAME_MAX_BYTES : 1, *at == '#' ? table : at);
    begin_as(role, workspace);
    long count = run(sql);
    end();
    return count;
}

static bool is_kept_apart(const char *table)
{
    return strcmp(table, "schema_migration") != 0;
}

static void list_tables(void)
{
    PGresult *found = PQexec(
        conn, "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
              " AND c.relkind IN ('r', 'p', 'f', 'm', 'v') ORDER BY 1");

    ck_assert_int_eq(PQresultStatus(found), PGRES_TUPLES_OK);
    for (int i = 0; i < PQntuples(found) && table_count < TABLES_MAX; i++)
        if (is_kept_apart(PQgetvalue(found, i, 0)))
            snprintf(tables[table_count++], NAME_MAX_BYTES, "%s", PQgetvalue(found, i, 0));
    PQclear(found);
}

/* A copy of the rival's rows that the roles can read, to try to insert. */
static void copy_rival(const char *table)
{
    char sql[512];

    snprintf(sql, sizeof sql,
             "CREATE TABLE spare.%s AS SELECT * FROM public.%s WHERE workspace_id = '" RIVAL "';"
             "GRANT SELECT ON spare.%s TO " ROLE_APP ", " ROLE_JOB,
             table, table, table);
    database_exec(database, sql);
}

static void set_up(void)
{
    unsetenv("BATON_TEST_PG");
    database = database_new();
    conn = PQconnectdb(database_conninfo(database));
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
    insert_rows(ACME);
    insert_rows(RIVAL);
    database_exec(database,
                  "CREATE SCHEMA spare; GRANT USAGE ON SCHEMA spare TO " ROLE_APP ", " ROLE_JOB);
    list_tables();
    for (size_t i = 0; i < table_count; i++)
        copy_rival(tables[i]);
}

static void tear_down(void)
{
    PQfinish(conn);
    database_free(database);
}

/* ---- the tables ---- */

/* No row of the answer: what it lists are faults. */
static void none(const char *what, const char *sql)
{
    char *fault = database_ask(database, sql);

    ck_assert_msg(fault == NULL, "%s: %s", what, fault);
    free(fault);
}

START_TEST(every_table_forces_row_level_security)
{
    ck_assert_uint_gt(table_count, 20);
    none("without row-level security, or not forced on its owner",
         "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN"
         " ('r', 'p') AND relname <> 'schema_migration' AND NOT (relrowsecurity AND"
         " relforcerowsecurity)");
    none("a relation that policies cannot bind",
         "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN"
         " ('v', 'm', 'f', 'S')");
    none("a function that runs as its owner",
         "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef");
    none("a table without the policy of its context",
         "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN"
         " ('r', 'p') AND relname <> 'schema_migration' AND NOT EXISTS (SELECT FROM pg_policies"
         " WHERE tablename = relname AND policyname = 'workspace_context' AND cmd = 'ALL' AND"
         " qual LIKE '(workspace_id = (NULLIF(current_setting(''baton.workspace_id''%'"
         " AND with_check = qual)");
    none("another policy",
         "SELECT tablename || '.' || policyname FROM pg_policies WHERE policyname <>"
         " 'workspace_context' AND NOT roles IN ('{baton_job}', '{baton_bi}') OR roles = "
         "'{baton_bi}' AND NOT (cmd = 'SELECT' AND tablename IN ('dimension', 'handoff', 'lead', "
         "'team', 'touch') AND qual = '(workspace_id = ( SELECT reporting.workspace() AS "
         "workspace))') OR roles = '{baton_job}' AND"
         " (tablename, policyname, cmd) NOT IN (('job', 'job_of_any_workspace', 'ALL'),"
         " ('background_job', 'job_of_any_workspace', 'ALL'),"
         " ('completion', 'job_of_any_workspace', 'ALL'),"
         " ('sealed', 'job_of_any_workspace', 'SELECT'),"
         " ('attribution_setup', 'job_of_any_workspace', 'SELECT'),"
         " ('rollup_cursor', 'job_of_any_workspace', 'SELECT'),"
         " ('outbound_cursor', 'job_of_any_workspace', 'SELECT'),"
         " ('member', 'mailbox_of_any_workspace', 'SELECT'),"
         " ('outbound_queue', 'job_of_any_workspace', 'ALL'),"
         " ('workspace_head', 'outbound_of_any_workspace', 'SELECT'),"
         " ('workspace', 'workspace_by_name', 'SELECT'))");
}
END_TEST

/* Policies that allow are added up, and anybody may set the context of one of them: so the group of
 * logins that read has one that forbids, on each table of which it may read anything. */
START_TEST(a_login_for_reports_is_held_to_its_workspace)
{
    none("a table that it may read and that does not restrict it",
         "SELECT DISTINCT relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid,"
         " aclexplode(a.attacl) WHERE grantee = 'baton_bi'::regrole AND NOT EXISTS (SELECT FROM"
         " pg_policies WHERE tablename = relname AND roles = '{baton_bi}' AND permissive ="
         " 'RESTRICTIVE')");
    none("a view that reads with other rights than its reader's",
         "SELECT relname FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind ="
         " 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)");
    none(
        "a function that runs as its owner",
        "SELECT proname FROM pg_proc WHERE pronamespace = 'reporting'::regnamespace AND prosecdef");
}
END_TEST

START_TEST(the_workspace_leads_every_key)
{
    none("without a primary key",
         "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN"
         " ('r', 'p') AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND"
         " indisprimary)");
    none("a primary or unique key that does not begin with the workspace",
         "SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
         " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE"
         " c.relnamespace = 'public'::regnamespace AND indisunique AND attname <> 'workspace_id'"
         " AND c.relname <> 'schema_migration' AND indexrelid <> 'workspace_name'::regclass");
    none("a foreign key that does not begin with the workspace",
         "SELECT conrelid::regclass::text || ' ' || conname FROM pg_constraint k JOIN pg_attribute"
         " a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] JOIN pg_attribute b ON"
         " b.attrelid = k.confrelid AND b.attnum = k.confkey[1] WHERE contype = 'f' AND"
         " (a.attname <> 'workspace_id' OR b.attname <> 'workspace_id')");
}
END_TEST

START_TEST(every_table_has_a_row_of_both)
{
    for (size_t i = 0; i < table_count; i++) {
        char sql[256];
        snprintf(sql, sizeof sql, "SELECT count(DISTINCT workspace_id) FROM %.*s", NAME_MAX_BYTES,
                 tables[i]);
        ck_assert_msg(database_ask_int(database, sql) == 2,
                      "%s has no row of both workspaces: add one to rows[]", tables[i]);
    }
}
END_TEST

/* ---- the roles ---- */

static void check_grants(const char *role, const char *table, const char *wanted)
{
    char sql[512];

    snprintf(sql, sizeof sql,
             "SELECT string_agg(privilege_type, ',' ORDER BY privilege_type) FROM"
             " information_schema.role_table_grants WHERE grantee = '%s' AND table_name = '%s' AND"
             " table_schema = 'public'",
             role, table);
    char *found = database_ask(database, sql);
    ck_assert_msg(strcmp(found == NULL ? "" : found, wanted) == 0, "%s on %s: wanted %s, has %s",
                  role, table, wanted, found == NULL ? "nothing" : found);
    free(found);
}

START_TEST(the_roles_have_the_grants_that_are_listed)
{
    for (size_t i = 0; i < GRANTS_COUNT; i++) {
        check_grants(ROLE_APP, grants[i].table, grants[i].app);
        check_grants(ROLE_JOB, grants[i].table, grants[i].job == NULL ? "" : grants[i].job);
    }
    ck_assert_uint_eq(GRANTS_COUNT, table_count + 1);
    char *columns = database_ask(
        database,
        "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (SELECT format('%s %s %s: %s',"
        " grantee::regrole, relname, privilege_type, string_agg(attname, ',' ORDER BY attname))"
        " AS line FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid,"
        " aclexplode(a.attacl) WHERE relnamespace = 'public'::regnamespace"
        " GROUP BY grantee, relname, privilege_type) l");
    ck_assert_str_eq(columns, column_grants);
    free(columns);
}
END_TEST

/* No foreign key holds what the rows of leads and handoffs name: so nobody may take it away. */
START_TEST(what_rows_name_cannot_be_deleted)
{
    none("a grant to delete what others name",
         "SELECT relname || ' ' || rolname FROM pg_class, pg_roles WHERE relnamespace ="
         " 'public'::regnamespace AND relname IN ('team', 'lead', 'handoff') AND rolname IN"
         " ('baton_app', 'baton_job') AND (has_table_privilege(rolname, pg_class.oid, 'DELETE') OR"
         " has_table_privilege(rolname, pg_class.oid, 'TRUNCATE'))");
}
END_TEST

/* Whoever else there is, a role of reports or one that somebody made: what it may read it was
 * given by an administrator. */
START_TEST(nobody_else_was_granted_anything)
{
    none("on a table, or to everybody",
         "SELECT relname || ' ' || grantee FROM pg_class, aclexplode(relacl) WHERE relnamespace ="
         " 'public'::regnamespace AND grantee <> relowner AND (grantee = 0 OR"
         " grantee::regrole::text NOT IN ('baton_app', 'baton_job'))");
    none("on a column, or to everybody",
         "SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid,"
         " aclexplode(attacl) WHERE relnamespace = 'public'::regnamespace AND grantee <> relowner"
         " AND (grantee = 0 OR grantee::regrole::text NOT IN ('baton_app', 'baton_job') AND NOT"
         " (grantee::regrole::text = 'baton_bi' AND privilege_type = 'SELECT'))");
    none("on what is yet to be made", "SELECT defaclobjtype FROM pg_default_acl");
}
END_TEST

/* The columns with something secret, or the digest of it, in them: the service's own session reads
 * them, and that of the jobs does not. */
START_TEST(what_is_secret_is_the_services_own)
{
    static const char *const columns[] = {"sealed.value",        "workspace.clear_secret",
                                          "api_key.secret_hash", "lead.salt",
                                          "source.auth",         "source.mapping",
                                          "idempotency.key",     "idempotency.body_mac",
                                          "idempotency.answer",  "delivery.body"};

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char sql[512];
        const char *dot = strchr(columns[i], '.');
        snprintf(sql, sizeof sql,
                 "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE NOT rolsuper"
                 " AND rolname NOT LIKE 'pg\\_%%' AND"
                 " has_column_privilege(oid, 'public.%.*s', '%s', 'SELECT')",
                 (int)(dot - columns[i]), columns[i], dot + 1);
        char *readers = database_ask(database, sql);
        ck_assert_msg(readers != NULL && strcmp(readers, ROLE_APP) == 0, "%s is read by %s",
                      columns[i], readers == NULL ? "nobody" : readers);
        free(readers);
    }
}
END_TEST

START_TEST(the_roles_are_no_more_than_that)
{
    none("a role above policies",
         "SELECT rolname FROM pg_roles WHERE rolname LIKE 'baton%' AND (rolsuper OR rolbypassrls OR"
         " rolcreaterole OR rolcreatedb OR rolreplication)");
    none("a role that owns something",
         "SELECT relname FROM pg_class WHERE relowner IN (SELECT oid FROM pg_roles WHERE rolname"
         " LIKE 'baton%')");
    none("a role that is a member of another",
         "SELECT member::regrole::text FROM pg_auth_members WHERE member IN (SELECT oid FROM"
         " pg_roles WHERE rolname LIKE 'baton%')");
    none("a role that may make tables",
         "SELECT rolname FROM pg_roles WHERE rolname LIKE 'baton%' AND has_schema_privilege(oid,"
         " 'public', 'CREATE')");
    ck_assert_int_eq(database_ask_int(database,
                                      "SELECT count(*) FROM pg_roles WHERE rolname IN ('" ROLE_APP
                                      "', '" ROLE_JOB "')"),
                     2);
}
END_TEST

/* ---- without a workspace, and in another's ---- */

#define COUNT_ALL   "SELECT count(*) FROM #"
#define COUNT_RIVAL "SELECT count(*) FROM # WHERE workspace_id = '" RIVAL "'"
#define UPDATE_ALL  "UPDATE # SET workspace_id = workspace_id"
#define UPDATE_AWAY "UPDATE # SET workspace_id = '" RIVAL "'"
#define DELETE_HERS "DELETE FROM # WHERE workspace_id = '" RIVAL "'"
#define INSERT_HERS "INSERT INTO # SELECT * FROM spare.#"

START_TEST(without_a_workspace_nothing_is_there)
{
    for (size_t i = 0; i < table_count; i++) {
        const char *table = tables[i];
        ck_assert_msg(try(ROLE_APP, NULL, COUNT_ALL, table) == 0, "%s is read", table);
        ck_assert_msg(try(ROLE_APP, NULL, UPDATE_ALL, table) <= 0, "%s is updated", table);
        ck_assert_msg(try(ROLE_APP, NULL, "DELETE FROM #", table) <= 0, "%s is deleted", table);
        ck_assert_msg(try(ROLE_APP, NULL, INSERT_HERS, table) == -1, "%s is inserted", table);
    }
}
END_TEST

START_TEST(in_one_workspace_the_other_is_not_there)
{
    for (size_t i = 0; i < table_count; i++) {
        const char *table = tables[i];
        ck_assert_msg(try(ROLE_APP, ACME, COUNT_ALL, table) >= 1, "%s cannot be read", table);
        ck_assert_msg(try(ROLE_APP, ACME, COUNT_RIVAL, table) == 0, "%s: hers is read", table);
        ck_assert_msg(try(ROLE_APP, ACME, UPDATE_AWAY, table) == -1, "%s is given away", table);
        ck_assert_msg(try(ROLE_APP, ACME, DELETE_HERS, table) <= 0, "%s: hers is deleted", table);
        ck_assert_msg(try(ROLE_APP, ACME, INSERT_HERS, table) == -1, "%s: hers is written", table);
    }
}
END_TEST

/* A list of workspaces, empty text and what is no id open nothing either. */
START_TEST(a_context_that_is_none_opens_nothing)
{
    for (size_t i = 0; i < table_count; i++)
        ck_assert_msg(try(ROLE_APP, "", COUNT_ALL, tables[i]) == 0, "%s is read", tables[i]);
}
END_TEST

START_TEST(the_ledger_is_only_added_to)
{
    ck_assert_int_eq(try(ROLE_APP, ACME, UPDATE_ALL, "ledger"), -1);
    ck_assert_int_eq(try(ROLE_APP, ACME, "DELETE FROM #", "ledger"), -1);
    ck_assert_int_eq(try(ROLE_APP, ACME, "TRUNCATE #", "ledger"), -1);
    ck_assert_int_eq(try(ROLE_APP, ACME, "ALTER TABLE # DISABLE TRIGGER ALL", "ledger"), -1);
    ck_assert_int_eq(try(ROLE_APP, ACME, "ALTER TABLE # DISABLE ROW LEVEL SECURITY", "ledger"), -1);
}
END_TEST

static bool is_claimed(const char *table)
{
    return strcmp(table, "job") == 0 || strcmp(table, "background_job") == 0;
}

static bool is_for_jobs(const char *table)
{
    static const char *const others[] = {"workspace",
                                         "sealed",
                                         "workspace_head",
                                         "outbound_cursor",
                                         "outbound_queue",
                                         "rollup_cursor",
                                         "attribution_setup",
                                         "completion",
                                         "member",
                                         NULL};
    size_t i = 0;

    while (others[i] != NULL && strcmp(table, others[i]) != 0)
        i++;
    return is_claimed(table) || others[i] != NULL;
}

START_TEST(jobs_see_what_is_due_and_no_more)
{
    for (size_t i = 0; i < table_count; i++) {
        const char *table = tables[i];
        long seen = try(ROLE_JOB, NULL, COUNT_ALL, table);
        ck_assert_msg(seen == (is_for_jobs(table) ? 2 : -1), "%s: jobs see %ld", table, seen);
        ck_assert_msg(try(ROLE_JOB, RIVAL, INSERT_HERS, table) == -1, "%s is inserted", table);
        ck_assert_msg(try(ROLE_JOB, RIVAL, "DELETE FROM #", table) == -1, "%s is deleted", table);
        if (!is_claimed(table))
            ck_assert_msg(try(ROLE_JOB, RIVAL, UPDATE_ALL, table) == -1, "%s is updated", table);
    }
}
END_TEST

/* ---- serve ---- */

static void serve_refuses(const char *broken_by, const char *mended_by, const char *role)
{
    char command[512], out[OUT_MAX_BYTES];

    database_exec(database, broken_by);
    setenv("DATABASE_URL", database_conninfo(database), 1);
    snprintf(command, sizeof command,
             "BATON_LISTEN=127.0.0.1:0 timeout " SERVE_TIMEOUT_S " '%s' serve 2>&1",
             getenv("BATON_BINARY"));
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    out[fread(out, 1, sizeof out - 1, pipe)] = '\0';
    int status = pclose(pipe);
    unsetenv("DATABASE_URL");
    database_exec(database, mended_by);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == CLI_UNAVAILABLE, "%s: status %d: %s",
                  broken_by, status, out);
    ck_assert_msg(strstr(out, role) != NULL && strstr(out, "row-level security") != NULL, "%s: %s",
                  broken_by, out);
}

START_TEST(serve_refuses_a_role_that_policies_do_not_bind)
{
    if (getenv("BATON_BINARY") == NULL)
        SKIP("BATON_BINARY is not set");
    serve_refuses("ALTER ROLE baton_app SUPERUSER", "ALTER ROLE baton_app NOSUPERUSER", ROLE_APP);
    serve_refuses("ALTER ROLE baton_app BYPASSRLS", "ALTER ROLE baton_app NOBYPASSRLS", ROLE_APP);
    serve_refuses("ALTER TABLE lead OWNER TO baton_app", "ALTER TABLE lead OWNER TO postgres",
                  ROLE_APP);
    serve_refuses("GRANT postgres TO baton_app", "REVOKE postgres FROM baton_app", ROLE_APP);
    serve_refuses("ALTER ROLE baton_job BYPASSRLS", "ALTER ROLE baton_job NOBYPASSRLS", ROLE_JOB);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "isolation");

    tcase_add_unchecked_fixture(t, set_up, tear_down);
    TESTS(t, every_table_forces_row_level_security, the_workspace_leads_every_key,
          a_login_for_reports_is_held_to_its_workspace, every_table_has_a_row_of_both,
          the_roles_have_the_grants_that_are_listed, what_rows_name_cannot_be_deleted,
          nobody_else_was_granted_anything, what_is_secret_is_the_services_own,
          the_roles_are_no_more_than_that, without_a_workspace_nothing_is_there,
          in_one_workspace_the_other_is_not_there, a_context_that_is_none_opens_nothing,
          the_ledger_is_only_added_to, jobs_see_what_is_due_and_no_more,
          serve_refuses_a_role_that_policies_do_not_bind);
}
