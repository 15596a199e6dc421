/* `baton source`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "core/intake/preset.h"
#include "core/setup/source_change.h"

#include <stdio.h>
#include <string.h>

static void list_presets(void)
{
    for (const struct preset *at = presets_embedded; at->name != NULL; at++)
        fprintf(stderr, "%s%s", at == presets_embedded ? "" : ", ", at->name);
    fprintf(stderr, "\n");
}

/* The address, the secret, and what to paste where. */
static int print(struct cli_store *store, const struct source_create_input *input,
                 const json_t *answer)
{
    const char *id = json_string_value(json_object_get(json_object_get(answer, "source"), "id"));
    const char *secret = json_string_value(json_object_get(answer, "secret"));
    struct uuid workspace, source_id;

    int code = cli_store_config(store);
    if (code != CLI_OK)
        return code;
    const struct source *source =
        id != NULL && public_id_parse(id, strlen(id), &workspace, &source_id)
            ? config_source(store->config, source_id)
            : NULL;
    if (source == NULL)
        return cli_say(CLI_FAILED, "the source was made, and is not there");
    printf("source   %s, of the team %s\n", input->name, input->team);
    const struct source_words words = {store->config->workspace, source, input->base, secret};
    printf("address  %s\n", source_step("{address}", &words, store->arena));
    if (secret != NULL)
        printf("secret   %s (shown this once)\n", secret);
    for (size_t i = 0; i < input->step_count; i++)
        printf("%zu. %s\n", i + 1, source_step(input->steps[i], &words, store->arena));
    return CLI_OK;
}

static int create(struct cli *cli, struct cli_store *store)
{
    const char *url = cli_option(cli, "url");
    struct source_create_input input = {0};
    json_t *answer = NULL;
    enum err err = preset_source(cli->words[1], store->arena, &input);

    if (err == ERR_NOT_FOUND) {
        cli_say(CLI_USAGE, "there is no preset \"%s\"; there are:", cli->words[1]);
        list_presets();
        return CLI_USAGE;
    }
    if (err != ERR_NONE)
        return cli_say(CLI_FAILED, "memory is short");
    if (cli_option(cli, "name") != NULL)
        input.name = cli_option(cli, "name");
    input.team = cli_option(cli, "team");
    if (input.team == NULL)
        return cli_say_missing("team");
    input.idempotency_key = "";
    input.base = url == NULL ? "https://<this server>" : url;
    input.auth.secret = cli_option(cli, "secret");
    int code = cli_store_run(store, NULL, COMMAND_SOURCE_CREATE, &input, &answer);
    if (code == CLI_OK)
        code = print(store, &input, answer);
    json_decref(answer);
    return code;
}

static const struct cli_option create_options[] = {
    {"team", "TEAM", false, "whose the leads are"},
    {"name", "NAME", false, "of the source; by default that of the preset"},
    {"secret", "SECRET", false, "the sender's own; by default one is made"},
    {"url", "URL", false, "where senders reach this server, such as https://baton.example"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_source_create = {
    .name = "source create",
    .words = "WORKSPACE PRESET",
    .what = "Make a source of a preset, and say what to paste where",
    .words_min = 2,
    .words_max = 2,
    .options = create_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = create,
};
