/*
 * What only grows cannot be changed, whoever tries: the service's roles have no such grant, and the
 * triggers hold for the tables' owner and for a superuser, in replica role too.
 */
#include "database.h"
#include "suite.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_MAX_BYTES 1024
#define WORKSPACE     "11111111-1111-7111-8111-111111111111"
#define GUARD         "ledger_refuse_change" /* the function of the triggers */
#define REFUSED       "42501"

static struct database *database;
static PGconn *conn;

/* ---- who, what, where ---- */

static const struct {
    const char *name;
    const char *become;
    bool by_trigger; /* no grant is missing: only the trigger refuses */
} whos[] = {
    {"baton_app", "SET LOCAL ROLE baton_app", false},
    {"baton_job", "SET LOCAL ROLE baton_job", false},
    {"the owner", "SET LOCAL ROLE append_only_owner", true},
    {"the owner who gave himself all grants",
     "GRANT ALL ON ALL TABLES IN SCHEMA public TO append_only_owner; SET LOCAL ROLE "
     "append_only_owner",
     true},
    {"baton_app with grants that it must not have",
     "GRANT ALL ON ALL TABLES IN SCHEMA public TO baton_app; SET LOCAL ROLE baton_app", true},
    {"a superuser", "SELECT 1", true},
    {"a superuser in replica role", "SET LOCAL session_replication_role = replica", true},
};

/* # is the table, @ a column of it */
static const char *const changes[] = {
    "UPDATE # SET workspace_id = workspace_id",
    "UPDATE # SET @ = sha256('another') WHERE workspace_id = '" WORKSPACE "'",
    "DELETE FROM #",
    "DELETE FROM # WHERE workspace_id = '" WORKSPACE "'",
    "TRUNCATE # CASCADE",
};

/* A row in every table that only grows, referenced ones first. */
static const struct {
    const char *table;
    const char *hash; /* a column to change */
    const char *sql;
} rows[] = {
    {"ledger", "hash",
     "INSERT INTO ledger VALUES ('" WORKSPACE "', 1, '" WORKSPACE "', 1, 1, now(), 0, NULL, NULL, "
     "'{}', decode(repeat('00', 32), 'hex'))"},
    {"ledger_node", "hash",
     "INSERT INTO ledger_node VALUES ('" WORKSPACE "', 1, 0, decode(repeat('00', 32), 'hex'))"},
    {"signing_key", "public_key",
     "INSERT INTO signing_key VALUES ('" WORKSPACE "', decode(repeat('00', 8), 'hex'), "
     "decode(repeat('00', 32), 'hex'), 1)"},
    {"checkpoint", "root",
     "INSERT INTO checkpoint VALUES ('" WORKSPACE "', 1, decode(repeat('00', 32), 'hex'), now(), "
     "decode(repeat('00', 8), 'hex'), decode(repeat('00', 64), 'hex'))"},
};

#define WHOS    (sizeof whos / sizeof *whos)
#define CHANGES (sizeof changes / sizeof *changes)
#define ROWS    (sizeof rows / sizeof *rows)

static void must(const char *sql)
{
    PGresult *result = PQexec(conn, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK ||
                      PQresultStatus(result) == PGRES_TUPLES_OK,
                  "%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
}

static void set_up(void)
{
    char sql[SQL_MAX_BYTES];

    database = database_new();
    database_exec(database, "DO $$ BEGIN CREATE ROLE append_only_owner; EXCEPTION WHEN OTHERS THEN "
                            "NULL; END $$; GRANT CREATE, USAGE ON SCHEMA public TO "
                            "append_only_owner; INSERT INTO workspace VALUES ('" WORKSPACE
                            "', 'acme', decode(repeat('00', 32), 'hex'), now())");
    for (size_t i = 0; i < ROWS; i++) {
        database_exec(database, rows[i].sql);
        snprintf(sql, sizeof sql, "ALTER TABLE %s OWNER TO append_only_owner", rows[i].table);
        database_exec(database, sql);
    }
    conn = PQconnectdb(database_conninfo(database));
    ck_assert_int_eq(PQstatus(conn), CONNECTION_OK);
}

static void tear_down(void)
{
    PQfinish(conn);
    database_free(database);
}

/* The change as it is for this table. */
static void write_change(const char *change, size_t at, char out[SQL_MAX_BYTES])
{
    size_t len = 0;

    for (; *change != '\0'; change++) {
        const char *piece = *change == '#' ? rows[at].table : *change == '@' ? rows[at].hash : NULL;
        if (piece == NULL)
            out[len++] = *change;
        else
            len += (size_t)snprintf(out + len, SQL_MAX_BYTES - len, "%s", piece);
    }
    out[len] = '\0';
}

static void refuse(size_t who, const char *change, size_t at)
{
    char sql[SQL_MAX_BYTES];

    write_change(change, at, sql);
    must("BEGIN");
    must("SET LOCAL baton.workspace_id = '" WORKSPACE "'");
    must(whos[who].become);
    PGresult *result = PQexec(conn, sql);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    ck_assert_msg(state != NULL && strcmp(state, REFUSED) == 0, "%s may %s: %s", whos[who].name,
                  sql, state == NULL ? PQcmdStatus(result) : PQerrorMessage(conn));
    ck_assert_msg(!whos[who].by_trigger || strstr(text, "append-only") != NULL, "%s, %s: %s",
                  whos[who].name, sql, text);
    PQclear(result);
    must("ROLLBACK");
}

START_TEST(nobody_changes_what_only_grows)
{
    for (size_t at = 0; at < ROWS; at++)
        for (size_t who = 0; who < WHOS; who++)
            for (size_t i = 0; i < CHANGES; i++)
                refuse(who, changes[i], at);
}
END_TEST

/* A table that comes to be guarded later is tried here as well. */
START_TEST(every_guarded_table_is_tried)
{
    PGresult *result = PQexec(conn, "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger "
                                    "WHERE tgfoid = '" GUARD "'::regproc ORDER BY 1");

    ck_assert_int_eq(PQresultStatus(result), PGRES_TUPLES_OK);
    for (int i = 0; i < PQntuples(result); i++) {
        size_t at = 0;
        while (at < ROWS && strcmp(rows[at].table, PQgetvalue(result, i, 0)) != 0)
            at++;
        ck_assert_msg(at < ROWS, "table %s is guarded, and not tried here",
                      PQgetvalue(result, i, 0));
    }
    ck_assert_int_eq(PQntuples(result), (int)ROWS);
    PQclear(result);
}
END_TEST

/* UPDATE, DELETE (row) and TRUNCATE (statement), each fired always. */
START_TEST(every_guard_fires_in_replica_role_too)
{
    PGresult *result = PQexec(
        conn, "SELECT tgrelid::regclass::text, bit_or(tgtype)::int, bool_and(tgenabled = 'A') "
              "FROM pg_trigger WHERE tgfoid = '" GUARD "'::regproc GROUP BY 1");

    ck_assert_int_eq(PQresultStatus(result), PGRES_TUPLES_OK);
    for (int i = 0; i < PQntuples(result); i++) {
        const char *table = PQgetvalue(result, i, 0);
        long on =
            strtol(PQgetvalue(result, i, 1), NULL, 10); /* bits: 8 delete, 16 update, 32 truncate */
        ck_assert_msg((on & 56) == 56, "%s is not guarded against all: %ld", table, on);
        ck_assert_msg(strcmp(PQgetvalue(result, i, 2), "t") == 0, "%s: not ENABLE ALWAYS", table);
    }
    PQclear(result);
}
END_TEST

/* Locking a row for update asks for the same grant. */
START_TEST(the_service_cannot_even_lock_it)
{
    must("BEGIN");
    must("SET LOCAL baton.workspace_id = '" WORKSPACE "'");
    must("SET LOCAL ROLE baton_app");
    PGresult *result = PQexec(conn, "SELECT 1 FROM ledger FOR UPDATE");
    ck_assert_str_eq(PQresultErrorField(result, PG_DIAG_SQLSTATE), REFUSED);
    PQclear(result);
    must("ROLLBACK");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "append_only");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, nobody_changes_what_only_grows, every_guarded_table_is_tried,
          every_guard_fires_in_replica_role_too, the_service_cannot_even_lock_it);
}
