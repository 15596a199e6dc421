/* Every statement of the store fits the migrated schema and its role's grants, and the hot ones
 * have the plan that they were written for: on empty, unanalysed tables, where a wrong choice
 * would be kept for as long as the connection lives. */
#include "database.h"
#include "store/pg/migrate.h"
#include "store/pg/pg_params.h"
#include "suite.h"

#include <ctype.h>
#include <glob.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAN_MAX_BYTES 32768
#define NAME_MAX_BYTES 64

static struct database *database;
static PGconn *conn;

static void execute(const char *sql)
{
    PGresult *result = PQexec(conn, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
}

static void set_up(void)
{
    database = database_new();
    conn = PQconnectdb(database_conninfo(database));
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
    execute("SET plan_cache_mode = force_generic_plan");
}

static void tear_down(void)
{
    PQfinish(conn);
    database_free(database);
}

static const char *role_name(enum statement_role role)
{
    return role == STATEMENT_APP ? ROLE_APP : role == STATEMENT_JOB ? ROLE_JOB : NULL;
}

static void become(enum statement_role role)
{
    char sql[128];

    execute("RESET ROLE");
    if (role_name(role) == NULL)
        return;
    snprintf(sql, sizeof sql, "SET ROLE %s", role_name(role));
    execute(sql);
}

/* Number of parameters; -1 when it does not prepare. */
static int prepare(const struct statement *statement)
{
    char *text = statement_text(statement);

    ck_assert_msg(text != NULL, "%s speaks of columns that are not there", statement->name);
    PGresult *result = PQprepare(conn, statement->name, text, 0, NULL);
    bool prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!prepared)
        fprintf(stderr, "%s\n", text);
    free(text);
    PQclear(result);
    if (!prepared)
        return -1;
    result = PQdescribePrepared(conn, statement->name);
    int params = PQnparams(result);
    PQclear(result);
    return params;
}

static bool explain(const struct statement *statement, int params, char plan[PLAN_MAX_BYTES])
{
    char sql[4096];
    size_t len =
        (size_t)snprintf(sql, sizeof sql, "EXPLAIN (COSTS OFF) EXECUTE \"%s\"", statement->name);

    for (int i = 0; i < params; i++)
        len += (size_t)snprintf(sql + len, sizeof sql - len, i == 0 ? "(NULL" : ", NULL");
    snprintf(sql + len, sizeof sql - len, params == 0 ? "" : ")");
    PGresult *result = PQexec(conn, sql);
    bool explained = PQresultStatus(result) == PGRES_TUPLES_OK;
    len = 0;
    plan[0] = '\0';
    for (int i = 0; explained && i < PQntuples(result) && len < PLAN_MAX_BYTES; i++)
        len += (size_t)snprintf(plan + len, PLAN_MAX_BYTES - len, "    %s\n",
                                PQgetvalue(result, i, 0));
    PQclear(result);
    return explained;
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[len]))
            return true;
    return false;
}

/* What is wrong with it, on stderr with the plan; true when nothing is. */
static bool is_well(const struct statement *statement)
{
    static char plan[PLAN_MAX_BYTES];
    const char *fault = NULL;

    become(statement->role);
    int params = prepare(statement);
    if (params > PG_PARAMS_MAX)
        fprintf(stderr, "%s: %d parameters are more than PG_PARAMS_MAX\n", statement->name, params);
    if (params < 0 || params > PG_PARAMS_MAX || !explain(statement, params, plan)) {
        fprintf(stderr, "%s: %s", statement->name, PQerrorMessage(conn));
        return false;
    }
    if (statement->hot && strstr(plan, "Seq Scan") != NULL)
        fault = "is hot and scans a whole table";
    else if (statement->index != NULL && !has_word(plan, statement->index))
        fault = "does not use the index that it names";
    if (fault != NULL)
        fprintf(stderr, "%s %s (%s):\n%s", statement->name, fault,
                statement->index == NULL ? "none named" : statement->index, plan);
    return fault == NULL;
}

START_TEST(every_statement_prepares_and_has_its_plan)
{
    int bad = 0;

    for (size_t i = 0; i < statements_count(); i++)
        bad += !is_well(statements_at(i));
    ck_assert_int_eq(bad, 0);
}
END_TEST

START_TEST(every_name_is_there_once_and_short_enough)
{
    for (size_t i = 0; i < statements_count(); i++) {
        const struct statement *statement = statements_at(i);
        ck_assert_msg(statements_find(statement->name) == statement, "%s is there twice",
                      statement->name);
        ck_assert_uint_lt(strlen(statement->name), NAME_MAX_BYTES);
    }
}
END_TEST

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    ck_assert_msg(file != NULL, "%s", path);
    if (getdelim(&text, &size, '\0', file) < 0)
        ck_abort_msg("%s is empty", path);
    fclose(file);
    return text;
}

/* Rows of the file's table, X(…), of which a macro makes statements and their list alike. */
static int count_rows(const char *text)
{
    int count = 0;

    for (const char *at = text; (at = strstr(at, "\n    X(")) != NULL; at++)
        count++;
    return count;
}

/* How many statements the file declares, each of which is asserted to be listed, with those for few
 * rows that it stands for. */
static int find_declared(const char *path)
{
    static const char declaration[] = "const struct statement ";
    char *text = read_file(path);
    int count = 0;

    for (char *at = text; (at = strstr(at, declaration)) != NULL; at++) {
        char name[NAME_MAX_BYTES];
        char *given = strchr(at, '"'); /* the name comes first */
        /* A pointer or a list is no declaration. */
        if (at[strlen(declaration)] == '*' || (at > text && !strchr("\n ", at[-1])))
            continue;
        if (memchr(at, '#', strcspn(at, "=")) != NULL) {
            count += count_rows(text);
            continue;
        }
        ck_assert_msg(given != NULL && sscanf(given, "\"%63[^\"]\"", name) == 1,
                      "%s: a statement without a name", path);
        const struct statement *listed = statements_find(name);
        ck_assert_msg(listed != NULL, "%s declares %s, which is in no list of statements.h", path,
                      name);
        count += listed->few == NULL ? 1 : 1 + STATEMENT_FEW;
    }
    free(text);
    return count;
}

START_TEST(every_declared_statement_is_listed)
{
    glob_t found;
    int count = 0;

    ck_assert_int_eq(glob(SOURCE_DIR "/lib/store/*/*.c", 0, NULL, &found), 0);
    ck_assert_int_eq(glob(SOURCE_DIR "/lib/store/*.c", GLOB_APPEND, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        count += find_declared(found.gl_pathv[i]);
    globfree(&found);
    ck_assert_int_eq(count, (int)statements_count());
}
END_TEST

static const struct statement SCANS = {
    .name = "scans", .sql = "SELECT * FROM lead", .hot = true, .role = STATEMENT_OWNER};
static const struct statement WRONG_INDEX = {
    .name = "wrong_index",
    .sql = "SELECT * FROM lead WHERE workspace_id = $1 AND lead_id = $2",
    .index = "lead_pke"};
static const struct statement FORBIDDEN = {.name = "forbidden",
                                           .sql = "DELETE FROM ledger WHERE workspace_id = $1"};
static const struct statement RIGHT = {
    .name = "right",
    .sql = "SELECT * FROM lead WHERE workspace_id = $1 AND lead_id = $2",
    .index = "lead_pkey",
    .hot = true};

START_TEST(a_wrong_plan_and_a_missing_grant_are_seen)
{
    fprintf(stderr, "The next faults are meant to be found:\n");
    ck_assert(!is_well(&SCANS));
    ck_assert(!is_well(&WRONG_INDEX));
    ck_assert(!is_well(&FORBIDDEN));
    ck_assert(is_well(&RIGHT));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "statements");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, every_statement_prepares_and_has_its_plan, every_name_is_there_once_and_short_enough,
          every_declared_statement_is_listed, a_wrong_plan_and_a_missing_grant_are_seen);
}
