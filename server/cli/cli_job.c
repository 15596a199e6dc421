/* `baton job`: work that takes longer than a request. */
#include "cli/cli_job.h"

#include "cli/cli_commands.h"

#include "core/background_change.h"
#include "store/pg/pg.h"
#include "store/read/background_read.h"
#include "store/table/background_table.h"

#include <string.h>

#define JOB_ANSWER_MAX_BYTES (8u << 20)

static json_t *to_json(const struct config *config, const struct background_job *job,
                       struct arena *arena)
{
    struct json_out out;

    json_out_init(&out, arena, JOB_ANSWER_MAX_BYTES);
    background_write(config, job, &out);
    return arena_failed(arena) ? NULL : json_loadb(out.written.text, out.written.len, 0, NULL);
}

static struct read begin_read(struct cli_store *store, struct arena *arena)
{
    return (struct read){
        .pg = store->app,
        .arena = arena,
        .workspace = store->workspace,
        .deadline = pg_deadline_in(CLI_READ_TIMEOUT_MS),
    };
}

static int say_failed(const struct cli_store *store, const struct cli *cli, enum err err)
{
    if (err == ERR_NOT_FOUND)
        return cli_say(CLI_FAILED, "there is no such job; see `baton job list %s`", cli->words[0]);
    return err == ERR_UNAVAILABLE ? cli_store_say_lost(store->app)
                                  : cli_say(CLI_FAILED, "%s", error_title(err));
}

int cli_job_read(const struct cli *cli, struct cli_store *store, struct uuid id, json_t **out)
{
    struct arena *arena = arena_new(READ_MEMORY_MAX_BYTES);
    const struct background_job *job = NULL;

    *out = NULL;
    if (arena == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    struct read read = begin_read(store, arena);
    enum err err = background_read(&read, id, &job);
    if (err == ERR_NONE && (*out = to_json(store->config, job, arena)) == NULL)
        err = ERR_OUT_OF_MEMORY;
    arena_free(arena);
    return err == ERR_NONE ? CLI_OK : say_failed(store, cli, err);
}

static const char *text(const json_t *job, const char *key)
{
    const char *value = json_string_value(json_object_get(job, key));

    return value == NULL ? "-" : value;
}

bool cli_job_is_open(const json_t *job)
{
    return strcmp(text(job, "state"), "queued") == 0 || strcmp(text(job, "state"), "running") == 0;
}

/* ---- list ---- */

static void print_row(const json_t *job)
{
    const json_t *progress = json_object_get(job, "progress");

    printf("%s  %-8s  %-9s  %10lld of %-10lld  %s\n", text(job, "id"), text(job, "kind"),
           text(job, "state"), (long long)json_integer_value(json_object_get(progress, "done")),
           (long long)json_integer_value(json_object_get(progress, "total")),
           text(job, "created_at"));
}

/* Adds one page to the array; *before is where the next begins, nil after the last. */
static enum err add_page(struct cli_store *store, json_t *all, struct uuid *before)
{
    struct arena *arena = arena_new(READ_MEMORY_MAX_BYTES);
    struct background_page page;

    if (arena == NULL)
        return ERR_OUT_OF_MEMORY;
    struct read read = begin_read(store, arena);
    enum err err = background_read_page(&read, *before, READ_LIMIT_DEFAULT, &page);
    *before = (struct uuid){{0}};
    for (size_t i = 0; err == ERR_NONE && i < page.count; i++) {
        if (json_array_append_new(all, to_json(store->config, page.items[i], arena)) != 0)
            err = ERR_OUT_OF_MEMORY;
        if (page.more)
            *before = page.items[i]->id;
    }
    arena_free(arena);
    return err;
}

static int list(struct cli *cli, struct cli_store *store)
{
    json_t *all = json_array();
    struct uuid before = {{0}};
    enum err err;
    size_t i;
    json_t *job;

    do
        err = add_page(store, all, &before);
    while (err == ERR_NONE && !uuid_is_nil(before));
    if (err == ERR_NONE && cli_option(cli, "json") != NULL)
        cli_print_json(all);
    else if (err == ERR_NONE)
        json_array_foreach(all, i, job) print_row(job);
    json_decref(all);
    return err == ERR_NONE ? CLI_OK : say_failed(store, cli, err);
}

static const struct cli_option json_options[] = {
    {"json", NULL, false, "as JSON"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_job_list = {
    .name = "job list",
    .words = "WORKSPACE",
    .what = "List back-tests and applications of a version, the newest first",
    .words_min = 1,
    .words_max = 1,
    .options = json_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = list,
};

/* ---- show and cancel ---- */

static int read_id(const struct cli *cli, struct uuid *out)
{
    if (uuid_parse(cli->words[1], out))
        return CLI_OK;
    return cli_say(CLI_USAGE, "\"%s\": give an id of `baton job list %s`", cli->words[1],
                   cli->words[0]);
}

static int print_job(const struct cli *cli, json_t *job)
{
    if (cli_option(cli, "json") != NULL) {
        cli_print_json(job);
        return CLI_OK;
    }
    print_row(job);
    if (!json_is_null(json_object_get(job, "error")))
        printf("error: %s\n", text(job, "error"));
    if (!json_is_null(json_object_get(job, "result")))
        cli_print_json(json_object_get(job, "result"));
    return CLI_OK;
}

static int show(struct cli *cli, struct cli_store *store)
{
    json_t *job = NULL;
    struct uuid id;
    int code = read_id(cli, &id);

    if (code == CLI_OK)
        code = cli_job_read(cli, store, id, &job);
    if (code == CLI_OK)
        code = print_job(cli, job);
    json_decref(job);
    return code;
}

static int cancel(struct cli *cli, struct cli_store *store)
{
    struct job_cancel_input input;
    json_t *job = NULL;
    int code = read_id(cli, &input.job);

    if (code == CLI_OK)
        code = cli_store_run(store, NULL, COMMAND_JOB_CANCEL, &input, &job);
    if (code == CLI_OK)
        code = print_job(cli, job);
    json_decref(job);
    return code;
}

const struct cli_command cli_job_show = {
    .name = "job show",
    .words = "WORKSPACE ID",
    .what = "Show how far a job is, and its result",
    .words_min = 2,
    .words_max = 2,
    .options = json_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = show,
};

const struct cli_command cli_job_cancel = {
    .name = "job cancel",
    .words = "WORKSPACE ID",
    .what = "Cancel a job; what it has done so far stays",
    .words_min = 2,
    .words_max = 2,
    .options = json_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = cancel,
};
