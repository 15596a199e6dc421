/* `baton definition apply`: the job of POST /v1/definitions/{term}/versions/{n}/apply, run while
 * the user waits. It is a job like any other: a running server may be faster to take it, and if
 * this process dies another continues it. */
#include "background.h"
#include "cli/cli_commands.h"
#include "cli/cli_job.h"
#include "cli/cli_progress.h"

#include "core/agreement/agreement_change.h"
#include "core/agreement/definition_apply.h"
#include "core/background_change.h"
#include "store/pg/migrate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/** How often a job that another process runs is looked at. */
#define LOOK_EVERY_MS 200

/* ---- the arguments ---- */

static int read_what(const struct cli *cli, struct definition_apply_input *out)
{
    char *end;
    long version = strtol(cli->words[2], &end, 10);

    *out = (struct definition_apply_input){.dry_run = cli_option(cli, "dry-run") != NULL};
    if (!term_parse(cli->words[1], &out->term))
        return cli_say(CLI_USAGE, "\"%s\": the terms are mql, srl and sql", cli->words[1]);
    if (*end != '\0' || version < 1 || version > VERSIONS_MAX)
        return cli_say(CLI_USAGE, "\"%s\": a version is a whole number from 1", cli->words[2]);
    out->version = (int)version;
    return CLI_OK;
}

/* In whose name leads are judged again: it is recorded in the ledger of each. */
static int read_actor(struct cli *cli, struct cli_store *store, struct caller *out)
{
    const struct member *member;
    const char *email;
    int code = cli_read_email(store->arena, cli_option(cli, "as"), &email);

    if (code != CLI_OK)
        return code;
    if (email == NULL)
        return cli_say_missing("as");
    member = config_member_by_email(store->config, (struct uuid){{0}}, email);
    if (member == NULL)
        return cli_say(CLI_FAILED, "%s is not an active member; see `baton member list %s`", email,
                       cli->words[0]);
    *out = (struct caller){.team = member->team, .member = member->id};
    return CLI_OK;
}

/* ---- until it has ended ---- */

static struct background_settings settings_of(const struct cli_store *store)
{
    return (struct background_settings){
        .app = {.conninfo = store->database.app_url, .role = ROLE_APP},
        .job = {.conninfo = store->database.job_url, .role = ROLE_JOB},
        .lanes = store->lanes,
        .cache = store->cache,
    };
}

static int64_t progress_of(const json_t *job, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(job, "progress"), key));
}

static int look(struct cli *cli, struct cli_store *store, struct uuid id, json_t **job)
{
    json_decref(*job);
    int code = cli_job_read(cli, store, id, job);

    if (code == CLI_OK && cli_job_is_open(*job))
        cli_progress_show(NULL, progress_of(*job, "done"), progress_of(*job, "total"));
    return code;
}

/* Tries to run it here; otherwise looks how far the other process is. */
static int step(struct cli *cli, struct cli_store *store, struct uuid id, json_t **job)
{
    static const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
    const struct background_watch watch = {cli_progress_show, NULL};
    const struct background_settings settings = settings_of(store);
    bool ran;

    if (background_run(&settings, store->workspace, id, &watch, &ran) != ERR_NONE)
        return cli_store_say_lost(store->app);
    if (!ran)
        nanosleep(&pause, NULL);
    return look(cli, store, id, job);
}

static int take_back(struct cli *cli, struct cli_store *store, struct uuid id, json_t **job)
{
    const struct job_cancel_input input = {id};
    int code = cli_store_run(store, NULL, COMMAND_JOB_CANCEL, &input, NULL);

    if (code == CLI_OK)
        code = look(cli, store, id, job);
    if (code != CLI_OK)
        return code;
    return cli_say(CLI_FAILED,
                   "interrupted: the job is cancelled; %lld of its leads were done, and stay so",
                   (long long)progress_of(*job, "done"));
}

static int wait(struct cli *cli, struct cli_store *store, struct uuid id, json_t **job)
{
    int code = CLI_OK;

    cli_progress_begin();
    while (code == CLI_OK && cli_job_is_open(*job) && !cli_progress_interrupted())
        code = step(cli, store, id, job);
    cli_progress_end();
    if (code == CLI_OK && cli_job_is_open(*job))
        code = take_back(cli, store, id, job);
    return code;
}

/* ---- the result ---- */

static long long number(const json_t *job, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(job, "result"), key));
}

static int print(const struct cli *cli, const json_t *job)
{
    const char *state = json_string_value(json_object_get(job, "state"));
    bool dry = cli_option(cli, "dry-run") != NULL;

    if (cli_option(cli, "json") != NULL)
        cli_print_json(job);
    if (strcmp(state, "done") != 0)
        return cli_say(CLI_FAILED, "the job is %s%s%s", state,
                       json_is_null(json_object_get(job, "error")) ? "" : ": ",
                       json_is_null(json_object_get(job, "error"))
                           ? ""
                           : json_string_value(json_object_get(job, "error")));
    if (cli_option(cli, "json") != NULL)
        return CLI_OK;
    printf("%s\n", dry ? "a dry run: nothing has changed" : "applied");
    printf("  %-36s %10lld\n", "leads judged again", number(job, "leads"));
    printf("  %-36s %10lld\n", "qualified", number(job, "qualified"));
    printf("  %-36s %10lld\n", "unclear", number(job, "unclear"));
    printf("  %-36s %10lld\n", "not qualified", number(job, "not_qualified"));
    printf("  %-36s %10lld\n", dry ? "would become mql or srl" : "became mql or srl",
           number(job, "stage_up"));
    printf("  %-36s %10lld\n", dry ? "would be lowered to inquiry" : "were lowered to inquiry",
           number(job, "stage_down"));
    printf("  %-36s %10lld\n", dry ? "would be offered" : "were offered", number(job, "offered"));
    return CLI_OK;
}

static int apply(struct cli *cli, struct cli_store *store)
{
    struct definition_apply_input input;
    struct caller caller;
    json_t *job = NULL;
    struct uuid id;
    int code = read_what(cli, &input);

    if (code == CLI_OK)
        code = read_actor(cli, store, &caller);
    if (code == CLI_OK)
        code = cli_store_run(store, &caller, COMMAND_DEFINITION_APPLY, &input, &job);
    const char *text = json_string_value(json_object_get(job, "id"));
    if (code == CLI_OK && (text == NULL || !uuid_parse(text, &id)))
        code = cli_say(CLI_FAILED, "short of memory");
    if (code == CLI_OK)
        code = wait(cli, store, id, &job);
    if (code == CLI_OK)
        code = print(cli, job);
    json_decref(job);
    return code;
}

static const struct cli_option apply_options[] = {
    {"as", "EMAIL", false, "the member in whose name leads are judged"},
    {"dry-run", NULL, false, "only count what it would do"},
    {"json", NULL, false, "print the job as JSON"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_definition_apply = {
    .name = "definition apply",
    .words = "WORKSPACE TERM VERSION",
    .what = "Judge leads again by the version in force",
    .more =
        "Leads that are still before sales (mql, srl), or accepted and not yet qualified (sql).\n"
        "If interrupted, it is cancelled: each lead is as before or judged again. If this\nprocess "
        "dies, a server continues it.\n"
        "  baton definition apply acme mql 2 --as ana@acme.example --dry-run",
    .words_min = 3,
    .words_max = 3,
    .options = apply_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = apply,
};
