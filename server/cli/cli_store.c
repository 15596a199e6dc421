#include "cli/cli_store.h"

#include "cli/cli_secrets.h"

#include "base/email.h"
#include "base/json_out.h"
#include "store/config_cache.h"
#include "store/lane.h"
#include "store/pg/migrate.h"
#include "store/seal/keyring.h"
#include "store/table/workspace_table.h"

#include <stdlib.h>
#include <string.h>

#define CLI_INPUT_MEMORY_BYTES (1u << 20)

int cli_store_say_lost(const struct pg *pg)
{
    const struct pg_error *error = pg_error(pg);

    return cli_say(CLI_UNAVAILABLE, "the database refused it: %s%s%s",
                   pg_status_name(error->status), error->text[0] == '\0' ? "" : ": ", error->text);
}

static struct pg_settings database_as(const char *url, const char *role)
{
    return (struct pg_settings){.conninfo = url, .role = role};
}

static int open_database(struct cli_store *store, struct cli *cli, enum cli_secrets secrets)
{
    int code = CLI_OK;

    if (secrets == CLI_WITH_SECRETS)
        code = cli_secrets_named(&cli->settings, &store->keyring);
    if (code == CLI_OK)
        code = cli_database_open(&store->database, cli, CLI_DATABASE_FIND);
    if (code == CLI_OK && secrets == CLI_WITH_SECRETS)
        code = cli_secrets_begin(&store->database, &cli->settings, &store->keyring);
    if (code != CLI_OK) {
        cli_database_close(&store->database);
        keyring_free(store->keyring);
    }
    return code;
}

int cli_store_open(struct cli_store *store, struct cli *cli, enum cli_secrets secrets)
{
    memset(store, 0, sizeof *store);
    int code = open_database(store, cli, secrets);
    if (code != CLI_OK)
        return code;
    struct pg_settings app = database_as(store->database.app_url, ROLE_APP);
    struct pg_settings job = database_as(store->database.job_url, ROLE_JOB);
    store->arena = arena_new(CLI_INPUT_MEMORY_BYTES);
    store->cache = config_cache_new(store->keyring);
    store->app = pg_new(&app);
    store->job = pg_new(&job);
    store->lanes = store->cache == NULL
                       ? NULL
                       : lanes_start(&(struct lanes_settings){
                             .database = app, .cache = store->cache, .workers = 1});
    if (store->arena != NULL && store->app != NULL && store->job != NULL && store->lanes != NULL)
        return CLI_OK;
    cli_store_close(store);
    return cli_say(CLI_FAILED, "short of memory");
}

int cli_store_config(struct cli_store *store)
{
    const struct config *config = NULL;
    enum pg_status status = config_cache_refresh(store->cache, store->app, store->workspace, 0,
                                                 pg_deadline_in(CLI_READ_TIMEOUT_MS), &config);

    if (status != PG_OK)
        return cli_store_say_lost(store->app);
    if (config == NULL)
        return cli_say(CLI_FAILED, "the workspace is gone");
    config_release(store->config);
    store->config = config;
    return CLI_OK;
}

static int find_workspace(struct cli_store *store, const char *name)
{
    if (workspace_table_find(store->job, name, pg_deadline_in(CLI_READ_TIMEOUT_MS),
                             &store->workspace) != PG_OK)
        return cli_store_say_lost(store->job);
    if (uuid_is_nil(store->workspace))
        return cli_say(CLI_FAILED,
                       "there is no workspace \"%s\"; `baton workspace list` lists them", name);
    return cli_store_config(store);
}

int cli_store_open_workspace(struct cli_store *store, struct cli *cli, const char *name)
{
    int code = cli_store_open(store, cli, CLI_WITH_SECRETS);

    if (code != CLI_OK)
        return code;
    code = find_workspace(store, name);
    if (code != CLI_OK)
        cli_store_close(store);
    return code;
}

void cli_store_close(struct cli_store *store)
{
    config_release(store->config);
    if (store->lanes != NULL)
        lanes_stop(store->lanes);
    pg_free(store->app);
    pg_free(store->job);
    if (store->cache != NULL)
        config_cache_free(store->cache);
    cli_database_close(&store->database);
    keyring_free(store->keyring);
    arena_free(store->arena);
    memset(store, 0, sizeof *store);
}

static void say_faults(const json_t *problem)
{
    const json_t *errors = json_object_get(problem, "errors");

    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *fault = json_array_get(errors, i);
        const char *pointer = json_string_value(json_object_get(fault, "pointer"));
        const char *detail = json_string_value(json_object_get(fault, "detail"));
        fprintf(stderr, "  %s: %s\n", pointer == NULL || pointer[0] == '\0' ? "/" : pointer,
                detail == NULL ? "" : detail);
    }
}

static int say_refusal(enum err err, const json_t *problem)
{
    const char *detail = json_string_value(json_object_get(problem, "detail"));

    cli_say(CLI_FAILED, "%s", detail == NULL ? error_title(err) : detail);
    say_faults(problem);
    return error_status(err) == 503 ? CLI_UNAVAILABLE : CLI_FAILED;
}

int cli_store_run(struct cli_store *store, const struct caller *caller, enum command_kind kind,
                  const void *input, json_t **answer)
{
    struct command command = {.kind = kind, .input = input};
    char *body = NULL;
    int code = CLI_OK;

    command.caller = caller == NULL ? (struct caller){.operator= true } : * caller;
    command.caller.workspace = store->workspace;
    enum err err = lanes_run(store->lanes, &command, &body, NULL);
    json_t *json = body == NULL ? NULL : json_loads(body, 0, NULL);
    free(body);
    if (err != ERR_NONE)
        code = say_refusal(err, json);
    if (answer != NULL && err == ERR_NONE)
        *answer = json;
    else
        json_decref(json);
    return code;
}

void cli_print_json(const json_t *json)
{
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(DECIMAL_DIGITS));
    putchar('\n');
}

int cli_in_workspace(struct cli *cli)
{
    struct cli_store store;
    int code = cli_store_open_workspace(&store, cli, cli->words[0]);

    if (code != CLI_OK)
        return code;
    code = cli->command->in_workspace(cli, &store);
    cli_store_close(&store);
    return code;
}

int cli_store_print(struct cli_store *store, enum command_kind kind, const void *input)
{
    json_t *answer = NULL;
    int code = cli_store_run(store, NULL, kind, input, &answer);

    if (code == CLI_OK)
        cli_print_json(answer);
    json_decref(answer);
    return code;
}

/* ---- options ---- */

int cli_say_missing(const char *option)
{
    return cli_say(CLI_USAGE, "--%s is missing", option);
}

int cli_read_email(struct arena *arena, const char *given, const char **out)
{
    *out = NULL;
    if (given == NULL || email_normalize(given, arena, out) == ERR_NONE)
        return CLI_OK;
    return cli_say(CLI_USAGE, "\"%s\" is not an email address", given);
}

bool cli_read_yes_no(const struct cli *cli, const char *option, bool *value, const bool **out)
{
    const char *given = cli_option(cli, option);

    *out = NULL;
    if (given == NULL)
        return true;
    *value = strcmp(given, "yes") == 0;
    *out = value;
    return *value || strcmp(given, "no") == 0;
}

json_t *cli_read_json(const char *path)
{
    json_error_t error;
    json_t *document = strcmp(path, "-") == 0
                           ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error)
                           : json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (document == NULL)
        cli_say_json_fault(CLI_FAILED, path, &error);
    return document;
}

void cli_print_faults(const struct faults *faults, const char *kind)
{
    for (size_t i = 0; i < faults->count; i++)
        printf("%s %s: %s\n", kind,
               faults->items[i].pointer[0] == '\0' ? "/" : faults->items[i].pointer,
               faults->items[i].detail);
}
