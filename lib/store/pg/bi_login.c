#include "store/pg/bi_login.h"

#include "base/hex.h"
#include "store/pg/entropy.h"
#include "store/pg/migrate.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#define SQL_MAX_BYTES      2048
#define PASSWORD_RAW_BYTES 20
#define CONNECT_SECONDS    "10"

static enum bi_login_state fail(char *why, const char *what, PGconn *conn)
{
    snprintf(why, BI_WHY_MAX_BYTES, "%s: %s", what, PQerrorMessage(conn));
    why[strcspn(why, "\n")] = '\0';
    return BI_LOGIN_FAILED;
}

static PGconn *connect_owner(const char *conninfo)
{
    const char *const keys[] = {"dbname", "connect_timeout", "application_name", NULL};
    const char *const values[] = {conninfo, CONNECT_SECONDS, "baton", NULL};

    return PQconnectdbParams(keys, values, 1);
}

/* As one transaction, which is what several statements sent at once are. */
static enum bi_login_state run(PGconn *conn, const char *sql, char *why)
{
    PGresult *result = PQexec(conn, sql);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    enum bi_login_state state = BI_LOGIN_DONE;

    if (sqlstate != NULL && strcmp(sqlstate, "42501") == 0) {
        snprintf(why, BI_WHY_MAX_BYTES, "%s", sql);
        state = BI_LOGIN_ASKS;
    } else if (PQresultStatus(result) != PGRES_COMMAND_OK &&
               PQresultStatus(result) != PGRES_TUPLES_OK) {
        state = fail(why, "the login cannot be changed", conn);
    }
    PQclear(result);
    return state;
}

static void name_login(struct uuid workspace, const PGconn *conn, struct bi_login *out)
{
    char hex[2 * sizeof workspace.b + 1];

    hex_encode(workspace.b, sizeof workspace.b, hex);
    snprintf(out->role, sizeof out->role, "%s_%s", ROLE_BI, hex);
    snprintf(out->host, sizeof out->host, "%s", PQhost(conn));
    snprintf(out->port, sizeof out->port, "%s", PQport(conn));
    snprintf(out->database, sizeof out->database, "%s", PQdb(conn));
}

/* The words of role and verifier are ours and PostgreSQL's own: neither has a quote. */
static enum bi_login_state make(PGconn *conn, struct bi_login *login, char *why)
{
    char sql[SQL_MAX_BYTES];
    uint8_t raw[PASSWORD_RAW_BYTES];

    entropy_fill(raw, sizeof raw);
    hex_encode(raw, sizeof raw, login->password);
    char *verifier = PQencryptPasswordConn(conn, login->password, login->role, "scram-sha-256");
    if (verifier == NULL)
        return fail(why, "no password can be made", conn);
    snprintf(sql, sizeof sql,
             "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN"
             " CREATE ROLE %1$s; END IF; END$$;\n"
             "ALTER ROLE %1$s LOGIN INHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT %3$d"
             " PASSWORD '%2$s';\n"
             "ALTER ROLE %1$s SET search_path = reporting;\n"
             "ALTER ROLE %1$s SET default_transaction_read_only = on;\n"
             "ALTER ROLE %1$s SET statement_timeout = '%4$ds';\n"
             "ALTER ROLE %1$s SET idle_in_transaction_session_timeout = '60s';\n"
             "GRANT " ROLE_BI " TO %1$s;\n",
             login->role, verifier, BI_CONNECTIONS, BI_STATEMENT_SECONDS);
    PQfreemem(verifier);
    return run(conn, sql, why);
}

/* First no new session, then an end to those that are there. */
static enum bi_login_state drop(PGconn *conn, struct bi_login *login, char *why)
{
    char sql[SQL_MAX_BYTES];

    snprintf(sql, sizeof sql,
             "DO $$BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN"
             " ALTER ROLE %1$s NOLOGIN; END IF; END$$;\n"
             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%1$s';\n"
             "DROP ROLE IF EXISTS %1$s;\n",
             login->role);
    return run(conn, sql, why);
}

static enum bi_login_state change(const char *conninfo, struct uuid workspace,
                                  struct bi_login *login, char *why,
                                  enum bi_login_state (*deed)(PGconn *, struct bi_login *, char *))
{
    PGconn *conn = connect_owner(conninfo);
    enum bi_login_state state;

    *login = (struct bi_login){.password = ""};
    if (PQstatus(conn) == CONNECTION_OK) {
        name_login(workspace, conn, login);
        state = deed(conn, login, why);
    } else {
        state = fail(why, "the database does not answer", conn);
    }
    PQfinish(conn);
    return state;
}

enum bi_login_state bi_login_make(const char *conninfo, struct uuid workspace, struct bi_login *out,
                                  char why[BI_WHY_MAX_BYTES])
{
    return change(conninfo, workspace, out, why, make);
}

enum bi_login_state bi_login_drop(const char *conninfo, struct uuid workspace, struct bi_login *out,
                                  char why[BI_WHY_MAX_BYTES])
{
    return change(conninfo, workspace, out, why, drop);
}
