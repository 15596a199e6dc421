/* `baton source`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "base/json_tree.h"
#include "core/intake/preset.h"
#include "core/setup/source_change.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX_BYTES (256u << 10)

/* What the preset says, in the arena. False: it says nothing such. */
static bool fill(struct cli_store *store, const json_t *preset, struct source_create_input *input)
{
    const json_t *list = json_object_get(preset, "steps");
    const char **steps = ARENA_ARRAY(store->arena, const char *, json_array_size(list) + 1);
    struct json_out auth, mapping;

    json_out_init(&auth, store->arena, TEXT_MAX_BYTES);
    json_out_init(&mapping, store->arena, TEXT_MAX_BYTES);
    json_tree_write(json_object_get(preset, "auth"), &auth);
    json_tree_write(json_object_get(preset, "mapping"), &mapping);
    for (size_t i = 0; steps != NULL && i < json_array_size(list); i++)
        steps[i] = arena_strdup(store->arena, json_string_value(json_array_get(list, i)));
    input->mapping = mapping.written.text;
    input->steps = steps;
    input->step_count = json_array_size(list);
    return !arena_failed(store->arena) &&
           source_auth_parse(auth.written.text, store->arena, &input->auth) == ERR_NONE;
}

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
    printf("address  %s\n",
           source_step("{address}", store->config, source, input->base, secret, store->arena));
    if (secret != NULL)
        printf("secret   %s (shown this once)\n", secret);
    for (size_t i = 0; i < input->step_count; i++)
        printf(
            "%zu. %s\n", i + 1,
            source_step(input->steps[i], store->config, source, input->base, secret, store->arena));
    return CLI_OK;
}

static int create(struct cli *cli, struct cli_store *store)
{
    const char *name = cli->words[1];
    const char *url = cli_option(cli, "url");
    struct source_create_input input = {
        .name = cli_option(cli, "name") == NULL ? name : cli_option(cli, "name"),
        .team = cli_option(cli, "team"),
        .idempotency_key = "",
        .base = url == NULL ? "https://<this server>" : url,
    };
    json_t *preset = preset_document(name, store->arena);
    json_t *answer = NULL;

    if (preset == NULL) {
        cli_say(CLI_USAGE, "there is no preset \"%s\"; there are:", name);
        list_presets();
        return CLI_USAGE;
    }
    bool filled = fill(store, preset, &input);
    json_decref(preset);
    if (!filled)
        return cli_say(CLI_FAILED, "memory is short");
    if (input.team == NULL)
        return cli_say_missing("team");
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
