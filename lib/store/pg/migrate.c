#include "store/pg/migrate.h"

#include <libpq-fe.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Long, since a migration may rewrite a large table, or another process may be in the middle of
 * one. */
#define MIGRATE_TIMEOUT_MS ((int64_t)3600 * 1000)
#define CONNECT_WAIT_MS    15000
#define CHECKSUM_BYTES     32
#define ARENA_MAX_BYTES    65536
#define SQL_MAX_BYTES      1024
#define USER_MAX_BYTES     256

/* Any number that nobody else is likely to use; these locks are per database. */
#define LOCK_SQL "SELECT pg_advisory_lock(7077886012)"

/* clang-format off */

static const struct statement MIGRATE_APPLIED = {
    .name = "migrate_applied",
    .sql = "SELECT version, name, checksum "
           "FROM schema_migration "
           "ORDER BY version",
};

static const struct statement MIGRATE_REMEMBER = {
    .name = "migrate_remember",
    .sql = "INSERT INTO schema_migration (version, name, checksum, applied_at) "
           "VALUES ($1::int4, $2, $3, now())",
    .role = STATEMENT_OWNER,
};

/* clang-format on */

const struct statement *const migrate_statements[] = {&MIGRATE_APPLIED, &MIGRATE_REMEMBER, NULL};

static enum migrate_state say(struct migrate_report *report, enum migrate_state state,
                              const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum migrate_state say(struct migrate_report *report, enum migrate_state state,
                              const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(report->text, sizeof report->text, format, args);
    va_end(args);
    report->state = state;
    return state;
}

static enum migrate_state say_failed(struct migrate_report *report, struct pg *pg, const char *what)
{
    const struct pg_error *error = pg_error(pg);

    return say(report, MIGRATE_FAILED, "%s: %s%s%s", what,
               error->text[0] != '\0' ? error->text : pg_status_name(error->status),
               error->sqlstate[0] != '\0' ? ", SQLSTATE " : "", error->sqlstate);
}

static void checksum(const char *sql, uint8_t out[CHECKSUM_BYTES])
{
    if (EVP_Digest(sql, strlen(sql), out, NULL, EVP_sha256(), NULL) != 1)
        memset(out, 0, CHECKSUM_BYTES);
}

static bool is_same(const struct migration *ours, const struct pg_result *rows, int row)
{
    uint8_t wanted[CHECKSUM_BYTES];
    size_t len;
    const uint8_t *stored = pg_get_bytea(rows, row, 2, &len);

    checksum(ours->sql, wanted);
    return pg_get_int4(rows, row, 0) == ours->version && len == sizeof wanted &&
           memcmp(stored, wanted, sizeof wanted) == 0;
}

/* The applied migrations must be the first of this program's, in order and unaltered. */
static enum migrate_state compare(const struct migrations *migrations, const struct pg_result *rows,
                                  struct migrate_report *report)
{
    int applied = pg_rows(rows);

    report->applied = applied == 0 ? 0 : pg_get_int4(rows, applied - 1, 0);
    for (int i = 0; i < applied && (size_t)i < migrations->count; i++)
        if (!is_same(&migrations->items[i], rows, i))
            return say(report, MIGRATE_ALTERED,
                       "migration %s of the database is not the one that this program holds: use "
                       "the program that applied it; nothing was changed",
                       pg_get_text(rows, i, 1, NULL));
    if (report->applied > report->wanted)
        return say(report, MIGRATE_AHEAD,
                   "the schema is at version %d and this program knows %d: use the newer program",
                   report->applied, report->wanted);
    if (report->applied < report->wanted)
        return say(report, MIGRATE_BEHIND,
                   "the schema is at version %d and this program needs %d: run `baton migrate`",
                   report->applied, report->wanted);
    return say(report, MIGRATE_CURRENT, "the schema is at version %d", report->applied);
}

static void begin_report(const struct migrations *migrations, struct migrate_report *report)
{
    *report = (struct migrate_report){.wanted = (int)migrations->count};
}

enum migrate_state migrate_check(struct pg *pg, const struct migrations *migrations,
                                 int64_t deadline, struct migrate_report *report)
{
    int done = report->done;

    begin_report(migrations, report);
    report->done = done;
    if (pg_run(pg, &MIGRATE_APPLIED, NULL, deadline) == PG_OK)
        compare(migrations, pg_result(pg, 0), report);
    else if (strcmp(pg_error(pg)->sqlstate, "42P01") == 0)
        compare(migrations, NULL, report);
    else
        say_failed(report, pg, "cannot read the version of the schema");
    pg_pipeline_end(pg);
    return report->state;
}

/* --- roles ------------------------------------------------------------------------------- */

static const char *const roles[] = {ROLE_APP, ROLE_JOB};

#define ROLES (sizeof roles / sizeof *roles)

/* The user of the connection, quoted as SQL wants it. */
static void own_user(struct pg *pg, char *out, size_t size)
{
    const char *user = NULL;

    if (pg_run_sql(pg, "SELECT quote_ident(current_user)", pg_deadline_in(CONNECT_WAIT_MS)) ==
        PG_OK)
        user = pg_get_text(pg_result(pg, 0), 0, 0, NULL);
    snprintf(out, size, "%s", user == NULL ? "CURRENT_USER" : user);
    pg_pipeline_end(pg);
}

/* The service's user is "" when it is the same, or not known. */
static enum migrate_state ask_administrator(struct migrate_report *report, struct pg *pg,
                                            const char *service)
{
    char sqlstate[sizeof pg_error(pg)->sqlstate];
    char owner[USER_MAX_BYTES];

    snprintf(sqlstate, sizeof sqlstate, "%s", pg_error(pg)->sqlstate);
    own_user(pg, owner, sizeof owner);
    return say(report, MIGRATE_FAILED,
               "this user may not make the roles that Baton needs (SQLSTATE %s). An "
               "administrator has to run, once, and then `baton migrate` again:\n\n"
               "  CREATE ROLE " ROLE_APP " LOGIN;\n"
               "  CREATE ROLE " ROLE_JOB " LOGIN;\n"
               "  CREATE ROLE " ROLE_BI " NOLOGIN;\n"
               "  GRANT " ROLE_APP ", " ROLE_JOB " TO %s%s%s;\n",
               sqlstate, owner, service[0] == '\0' ? "" : ", ", service);
}

static bool is_refused(const struct pg *pg)
{
    return strcmp(pg_error(pg)->sqlstate, "42501") == 0;
}

/* Roles belong to the whole cluster, so the migration of another database may be making the same
 * one at this moment; IF NOT EXISTS alone does not win that race. */
static bool make_role(struct pg *pg, const char *role, const char *login, int64_t deadline)
{
    char sql[SQL_MAX_BYTES];

    snprintf(sql, sizeof sql,
             "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%s') THEN"
             " CREATE ROLE %s %s NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; END IF;"
             " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$",
             role, role, login);
    return pg_run_script(pg, sql, deadline) == PG_OK;
}

static bool can_take_role(struct pg *pg, const char *role, int64_t deadline)
{
    char sql[SQL_MAX_BYTES];

    snprintf(sql, sizeof sql, "BEGIN; SET LOCAL ROLE %s; ROLLBACK", role);
    return pg_run_script(pg, sql, deadline) == PG_OK;
}

/* When two processes grant the same membership at once, one of them may get XX000 ("tuple
 * concurrently updated") or 23505: so it tries again. */
static bool grant_role(struct pg *pg, const char *role, const char *user, int64_t deadline)
{
    char sql[SQL_MAX_BYTES];

    snprintf(sql, sizeof sql, "GRANT %s TO %s", role, user);
    for (int attempt = 0; attempt < 5; attempt++) {
        if (pg_run_script(pg, sql, deadline) == PG_OK)
            return true;
        if (is_refused(pg))
            return false;
    }
    return false;
}

/* The quoted user of a connection string; "" when it names none. */
static void user_of(const char *conninfo, char *out, size_t size)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

    out[0] = '\0';
    for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
        if (strcmp(o->keyword, "user") == 0 && o->val != NULL && strpbrk(o->val, "\"'") == NULL)
            snprintf(out, size, "\"%s\"", o->val);
    PQconninfoFree(options);
}

static bool is_role_itself(const char *user, const char *role)
{
    return strlen(user) == strlen(role) + 2 && strncmp(user + 1, role, strlen(role)) == 0;
}

static bool has_role(struct pg *pg, const char *role, const char *user, int64_t deadline)
{
    char sql[SQL_MAX_BYTES];

    /* The name is compared as text, so its quotes must go. */
    snprintf(sql, sizeof sql,
             "DO $$BEGIN IF NOT pg_has_role(trim(both '\"' from '%s'), '%s', 'MEMBER') THEN"
             " RAISE insufficient_privilege; END IF; END$$",
             user, role);
    return pg_run_script(pg, sql, deadline) == PG_OK;
}

static bool let_service_take(struct pg *pg, const char *role, const char *user, int64_t deadline)
{
    return user[0] == '\0' || is_role_itself(user, role) || has_role(pg, role, user, deadline) ||
           grant_role(pg, role, user, deadline);
}

static enum migrate_state make_roles(struct pg *pg, const struct migrate_settings *settings,
                                     int64_t deadline, struct migrate_report *report)
{
    char service[USER_MAX_BYTES] = "";

    if (settings->service_conninfo != NULL)
        user_of(settings->service_conninfo, service, sizeof service);
    for (size_t i = 0; i < ROLES; i++) {
        if (make_role(pg, roles[i], "LOGIN", deadline) &&
            (can_take_role(pg, roles[i], deadline) ||
             grant_role(pg, roles[i], "CURRENT_USER", deadline)) &&
            let_service_take(pg, roles[i], service, deadline))
            continue;
        if (is_refused(pg))
            return ask_administrator(report, pg, service);
        return say_failed(report, pg, "cannot make the roles");
    }
    if (make_role(pg, ROLE_BI, "NOLOGIN", deadline))
        return MIGRATE_CURRENT;
    return is_refused(pg) ? ask_administrator(report, pg, service)
                          : say_failed(report, pg, "cannot make the roles");
}

/* --- applying ---------------------------------------------------------------------------- */

static const char SCHEMA_MIGRATION[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " version int4 PRIMARY KEY, name text NOT NULL,"
    " checksum bytea NOT NULL CHECK (length(checksum) = 32), applied_at timestamptz NOT NULL);"
    "GRANT SELECT ON schema_migration TO " ROLE_APP ", " ROLE_JOB;

static enum pg_status remember(struct pg *pg, const struct migration *migration, int64_t deadline)
{
    struct arena *arena = arena_new(ARENA_MAX_BYTES);
    struct pg_params params;
    uint8_t sum[CHECKSUM_BYTES];
    enum pg_status status = PG_OTHER;

    if (arena == NULL)
        return status;
    checksum(migration->sql, sum);
    pg_params_init(&params, arena);
    pg_params_int4(&params, migration->version);
    pg_params_text(&params, migration->name);
    pg_params_bytea(&params, sum, sizeof sum);
    status = pg_pipeline_begin(pg, deadline);
    if (status == PG_OK) {
        pg_queue(pg, &MIGRATE_REMEMBER, &params);
        pg_queue_commit(pg);
        status = pg_pipeline_run(pg, deadline);
    }
    pg_pipeline_end(pg);
    arena_free(arena);
    return status;
}

static enum pg_status apply_one(struct pg *pg, const struct migration *migration, int64_t deadline)
{
    enum pg_status status = pg_run_script(pg, "BEGIN", deadline);

    if (status == PG_OK)
        status = pg_run_script(pg, migration->sql, deadline);
    if (status == PG_OK)
        status = remember(pg, migration, deadline);
    return status;
}

static enum migrate_state apply_missing(struct pg *pg, const struct migrations *migrations,
                                        int64_t deadline, struct migrate_report *report)
{
    for (size_t i = (size_t)report->applied; i < migrations->count; i++) {
        if (apply_one(pg, &migrations->items[i], deadline) != PG_OK)
            return say_failed(report, pg, migrations->items[i].name);
        report->done++;
    }
    return MIGRATE_CURRENT;
}

static enum migrate_state run_locked(struct pg *pg, const struct migrate_settings *settings,
                                     int64_t deadline, struct migrate_report *report)
{
    const struct migrations *migrations = settings->migrations;

    if (migrate_check(pg, migrations, deadline, report) != MIGRATE_BEHIND &&
        report->state != MIGRATE_CURRENT)
        return report->state;
    if (make_roles(pg, settings, deadline, report) != MIGRATE_CURRENT)
        return report->state;
    if (pg_run_script(pg, SCHEMA_MIGRATION, deadline) != PG_OK)
        return say_failed(report, pg,
                          "cannot make tables (this user must own the database, or "
                          "have CREATE on its schema public)");
    if (apply_missing(pg, migrations, deadline, report) != MIGRATE_CURRENT)
        return report->state;
    return migrate_check(pg, migrations, deadline, report);
}

enum migrate_state migrate_run(const struct migrate_settings *settings,
                               struct migrate_report *report)
{
    int64_t deadline = pg_deadline_in(MIGRATE_TIMEOUT_MS);
    struct pg_settings session = {.conninfo = settings->conninfo,
                                  .statement_timeout_ms = MIGRATE_TIMEOUT_MS,
                                  .lock_timeout_ms = MIGRATE_TIMEOUT_MS};
    struct pg *pg = pg_new(&session);

    begin_report(settings->migrations, report);
    if (pg == NULL)
        return say(report, MIGRATE_FAILED, "out of memory");
    if (pg_connect(pg, pg_deadline_in(CONNECT_WAIT_MS)) != PG_OK)
        say_failed(report, pg, "cannot connect");
    else if (pg_run_script(pg, LOCK_SQL, deadline) != PG_OK)
        say_failed(report, pg, "cannot take the lock for migrations");
    else
        run_locked(pg, settings, deadline, report);
    /* Its end frees the lock. */
    pg_free(pg);
    return report->state;
}
