/*
 * What if there are more workspaces, with more configuration, than the server holds? Clients work
 * in all of them at once, so that each pushes the others out. Every key is known all the same.
 * BATON_LONG=1 has more of them, for longer.
 */
#include "invariants.h"
#include "mql_file.h"
#include "suite.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKSPACES      20
#define WORKSPACES_LONG 60
#define CLIENTS         6
#define REQUESTS        60 /* of each client */
#define REQUESTS_LONG   1000
#define DOCUMENT_BYTES  (5 << 20) /* of each workspace */
#define TEXT_MAX        256       /* bytes */
#define SQL_MAX         1024      /* bytes */

static struct trial trial;
static char keys[WORKSPACES_LONG][TRIAL_KEY_MAX]; /* of marketing in each */

static int in_full(int quick, int of_long)
{
    return getenv("BATON_LONG") != NULL ? of_long : quick;
}

static int workspaces(void)
{
    return in_full(WORKSPACES, WORKSPACES_LONG);
}

static void make_workspace(int number)
{
    static char out[TRIAL_OUTPUT_MAX];
    char words[TEXT_MAX];
    size_t i;
    json_t *key;

    snprintf(words, sizeof words,
             "workspace create w%d --marketing ana@w%d.example --sales sam@w%d.example "
             "--starter " MQL_FILE " --sign --json",
             number, number, number);
    ck_assert_int_eq(trial_baton(&trial, words, out), 0);
    json_t *made = json_loads(out, 0, NULL);
    json_array_foreach(json_object_get(made, "keys"), i, key)
    {
        const char *team = json_string_value(json_object_get(key, "team"));
        if (json_is_null(json_object_get(key, "member")) && strcmp(team, "marketing") == 0)
            snprintf(keys[number], TRIAL_KEY_MAX, "%s",
                     json_string_value(json_object_get(key, "token")));
    }
    json_decref(made);
}

/* A draft of another term: it is part of the configuration, and nobody judges by it. */
static void make_them_large(void)
{
    char sql[SQL_MAX];

    snprintf(sql, sizeof sql,
             "INSERT INTO agreement (workspace_id, kind, version, agreement_id, state, document, "
             "revision, created_at) SELECT workspace_id, 'srl', 1, gen_random_uuid(), 'draft', "
             "repeat('x', %d), 1, now() FROM workspace WHERE name LIKE 'w%%';"
             "UPDATE workspace_head SET config_version = config_version + 1",
             DOCUMENT_BYTES);
    database_exec(trial.database, sql);
}

/* In a thread, which libcheck cannot leave. */
static _Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("tests: workspaces: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void call_one(struct client *client, int caller, int number)
{
    char body[TEXT_MAX];
    struct answer answer;
    bool writes = number % 4 == 0;
    const char *token = keys[(caller * 7 + number) % workspaces()];

    snprintf(body, sizeof body, "{\"email\":\"p%d.%d@many.example\"}", caller, number);
    client_call(client,
                &(struct call){.method = writes ? "POST" : "GET",
                               .target = writes ? "/v1/leads" : "/v1/me",
                               .token = token,
                               .body = writes ? body : NULL},
                &answer);
    if (answer.status != (writes ? 201 : 200))
        give_up("client %d, request %d: %d %s", caller, number, answer.status, answer.body);
    answer_release(&answer);
}

static void *work(void *argument)
{
    int caller = *(const int *)argument;
    struct client *client = client_new(service_url(trial.services[0]));

    for (int i = 0; i < in_full(REQUESTS, REQUESTS_LONG); i++)
        call_one(client, caller, i);
    client_free(client);
    return NULL;
}

START_TEST(every_key_is_known)
{
    pthread_t threads[CLIENTS];
    int callers[CLIENTS];

    trial_begin(&trial, NULL);
    for (int i = 0; i < workspaces(); i++)
        make_workspace(i);
    make_them_large();
    for (int i = 0; i < CLIENTS; i++) {
        callers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &callers[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    printf("%d requests of %d clients in %d workspaces\n",
           CLIENTS * in_full(REQUESTS, REQUESTS_LONG), CLIENTS, workspaces());
    trial_end(&trial);
}
END_TEST

static void teardown(void)
{
    trial_free(&trial);
}

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "more workspaces than fit");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    TESTS(tcase, every_key_is_known);
}
