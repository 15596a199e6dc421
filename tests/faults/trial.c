#include "trial.h"
#include "mql_file.h"
#include "test_clock.h"

#include "invariants.h"
#include "test_cluster.h"

#include "store/pg/pg.h"

#include <check.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define COMMAND_MAX 4096 /* bytes */

int trial_baton(const struct trial *trial, const char *words, char out[TRIAL_OUTPUT_MAX])
{
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "DATABASE_URL=\"%s\" BATON_DATA_DIR='%s' '%s' %s",
             trial->database == NULL ? "" : trial->conninfo,
             trial->directory == NULL ? "" : trial->directory, getenv("BATON_BINARY"), words);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t len = fread(out, 1, TRIAL_OUTPUT_MAX - 1, pipe);
    out[len] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long long ask(const struct trial *trial, const char *sql, int count)
{
    const char *const values[] = {trial->workspace};
    PGconn *conn = PQconnectdb(trial->conninfo);
    PGresult *result = PQexecParams(conn, sql, count, NULL, values, NULL, NULL, 0);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        ck_abort_msg("%s: %s", sql, PQerrorMessage(conn));
    long long answer = PQntuples(result) == 0 || PQgetisnull(result, 0, 0)
                           ? -1
                           : strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    PQfinish(conn);
    return answer;
}

long long trial_ask(const struct trial *trial, const char *sql)
{
    return ask(trial, sql, 0);
}

long long trial_ask_workspace(const struct trial *trial, const char *sql)
{
    return ask(trial, sql, 1);
}

/* ---- what is due ---- */

#define DUE_WAIT_MS 30000
#define DUE_POLL_MS 50

/* Leads are locked first, as groups do, and those that a group has are left to it. */
void trial_make_due(const struct trial *trial, int leads)
{
    char sql[512];

    snprintf(
        sql, sizeof sql,
        "WITH picked AS MATERIALIZED (SELECT lead_id FROM lead WHERE next_step IS NOT NULL "
        "ORDER BY next_at DESC LIMIT %d FOR UPDATE SKIP LOCKED), due AS (UPDATE lead SET "
        "next_at = now() FROM picked WHERE lead.lead_id = picked.lead_id AND next_step IS NOT NULL "
        "RETURNING 1), job AS (UPDATE job SET due_at = now() WHERE name = 'due' RETURNING 1) "
        "SELECT (SELECT count(*) FROM due) + (SELECT count(*) FROM job)",
        leads);
    ck_assert_int_gt(trial_ask(trial, sql), 0);
}

void trial_wait_for_due(const struct trial *trial)
{
    static const char left[] = "SELECT count(*) FROM lead WHERE next_at <= now() AND "
                               "next_step <> 'review'";
    int64_t give_up = pg_now_ms() + DUE_WAIT_MS;

    while (trial_ask(trial, left) > 0 && pg_now_ms() < give_up)
        poll(NULL, 0, DUE_POLL_MS);
    ck_assert_int_eq(trial_ask(trial, left), 0);
}

/* ---- begin ---- */

static void take_key(struct trial *trial, const json_t *key)
{
    const char *token = json_string_value(json_object_get(key, "token"));
    const char *member = json_string_value(json_object_get(key, "member"));
    const char *team = json_string_value(json_object_get(key, "team"));
    char *to = member == NULL ? (strcmp(team, "marketing") == 0 ? trial->marketing : trial->sales)
               : member[0] == 'a' ? trial->ana
                                  : trial->sam;

    snprintf(to, TRIAL_KEY_MAX, "%s", token);
}

static void make_workspace(struct trial *trial, const char *starter)
{
    static char out[TRIAL_OUTPUT_MAX];
    char words[256];
    size_t i;
    json_t *key;

    snprintf(words, sizeof words,
             "workspace create acme --marketing ana@acme.example --sales sam@acme.example "
             "--starter %s --sign --json",
             starter == NULL ? MQL_FILE : starter);
    ck_assert_int_eq(trial_baton(trial, words, out), 0);
    json_t *made = json_loads(out, 0, NULL);
    ck_assert_msg(made != NULL, "no JSON: %s", out);
    json_array_foreach(json_object_get(made, "keys"), i, key) take_key(trial, key);
    const json_t *workspace = json_object_get(made, "workspace");
    const char *id = json_string_value(json_object_get(workspace, "id"));
    ck_assert_msg(id != NULL, "no id: %s", out);
    snprintf(trial->workspace, sizeof trial->workspace, "%s", id);
    json_decref(made);
}

static void choose_database(struct trial *trial, const struct trial_options *options)
{
    if (options->embedded) {
        trial->owns_directory = options->directory == NULL;
        trial->directory = trial->owns_directory ? scratch_new() : strdup(options->directory);
        trial->database_url = "";
        snprintf(trial->conninfo, sizeof trial->conninfo,
                 "host=%s/run port=5432 user=postgres dbname=baton", trial->directory);
    } else {
        trial->database = database_new();
        if (options->clock)
            test_clock_open(trial->database);
        snprintf(trial->conninfo, sizeof trial->conninfo, "%s", database_conninfo(trial->database));
        /* of a keyword string the last word holds */
        snprintf(trial->through, sizeof trial->through,
                 "%.900s host=127.0.0.1 port=%d sslmode=disable gssencmode=disable",
                 trial->conninfo, options->through_port);
        trial->database_url = options->through_port > 0       ? trial->through
                              : options->database_url == NULL ? trial->conninfo
                                                              : options->database_url;
    }
}

/* Checkpoints are signed along, so that the tree over the ledger stands the same faults. */
static void make_signing_key(struct trial *trial)
{
    static char out[TRIAL_OUTPUT_MAX];
    char words[TRIAL_PATH_MAX + 32];

    trial->keys = scratch_new();
    snprintf(trial->signing_key, TRIAL_PATH_MAX, "%s/key", trial->keys);
    snprintf(words, sizeof words, "signing-key create %s", trial->signing_key);
    ck_assert_int_eq(trial_baton(trial, words, out), 0);
}

/* What every trial sets before the test's own, which may say otherwise. */
static void start_server(struct trial *trial, const struct trial_options *options, int which)
{
    struct service_setting settings[TRIAL_SETTINGS_MAX + 4] = {
        {"BATON_LOG_LEVEL", "warn"}, {"BATON_SIGNING_KEY_FILE", trial->signing_key}};
    int count = 2;

    if (trial->directory != NULL)
        settings[count++] = (struct service_setting){"BATON_DATA_DIR", trial->directory};
    for (int i = 0; i < TRIAL_SETTINGS_MAX && options->settings[i].name != NULL; i++)
        settings[count++] = options->settings[i];
    trial->services[which] = service_start(trial->database_url, settings);
}

void trial_begin(struct trial *trial, const struct trial_options *options)
{
    static const struct trial_options plain;

    if (options == NULL)
        options = &plain;
    /* so that a long form that is ended has said how far it came */
    setvbuf(stdout, NULL, _IOLBF, 0);
    *trial = (struct trial){.journal = journal_new()};
    choose_database(trial, options);
    make_signing_key(trial);
    for (int i = 0; i < (options->servers == 0 ? 1 : options->servers); i++)
        start_server(trial, options, i);
    make_workspace(trial, options->starter);
    trial->follower = follower_start(trial->conninfo, trial->workspace);
    trial->descriptors = invariants_descriptors(trial);
}

/* ---- end ---- */

void trial_end(struct trial *trial)
{
    invariants_check(trial, 0);
    for (int i = 0; i < TRIAL_SERVERS_MAX; i++) {
        struct service *service = trial->services[i];
        trial->services[i] = NULL;
        if (service != NULL)
            service_stop(service);
    }
    trial_free(trial);
}

void trial_free(struct trial *trial)
{
    follower_free(trial->follower);
    for (int i = 0; i < TRIAL_SERVERS_MAX; i++)
        service_free(trial->services[i]);
    journal_free(trial->journal);
    if (getenv("BATON_TEST_CLOCK") != NULL)
        test_clock_close();
    if (trial->database != NULL)
        database_free(trial->database);
    if (trial->owns_directory)
        scratch_free(trial->directory);
    else
        free(trial->directory);
    if (trial->keys != NULL)
        scratch_free(trial->keys);
    *trial = (struct trial){0};
}
