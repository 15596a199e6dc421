/* `baton definition try`: the verdict of a version on somebody whom a file describes. */
#include "api/definitions_api.h"
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "core/agreement/agreement_change.h"
#include "core/intake/lead_try.h"

#include <stdlib.h>

static int read_lead(struct cli_store *store, const char *path, struct lead_try_input *input)
{
    struct faults faults;
    struct input in = {.arena = store->arena, .faults = &faults, .where = "file", .copies = true};
    json_t *json = cli_read_json(path);
    const struct input_node root = input_root(json, "");

    if (json == NULL)
        return CLI_FAILED;
    faults_init(&faults, store->arena);
    bool sound = input_members(&in, &root, &definition_try_spec, input);
    json_decref(json);
    cli_print_faults(&faults, "fault");
    if (arena_failed(store->arena))
        return cli_say(CLI_FAILED, "short of memory");
    return sound ? CLI_OK : CLI_FAILED;
}

static int try_lead(struct cli *cli, struct cli_store *store)
{
    struct lead_try_input input = {0};
    enum term term;
    char *end;
    long version = strtol(cli->words[2], &end, 10);

    if (!term_parse(cli->words[1], &term))
        return cli_say(CLI_USAGE, "\"%s\": the definitions are mql, srl and sql", cli->words[1]);
    if (*end != '\0' || version < 1 || version > VERSIONS_MAX)
        return cli_say(CLI_USAGE, "\"%s\": a version is a whole number from 1", cli->words[2]);
    int code = read_lead(store, cli->words[3], &input);
    input.kind = (enum agreement_kind)term;
    input.version = (int)version;
    return code == CLI_OK ? cli_store_print(store, COMMAND_LEAD_TRY, &input) : code;
}

const struct cli_command cli_definition_try = {
    .name = "definition try",
    .words = "WORKSPACE TERM VERSION FILE",
    .what = "Print the verdict of a version, also of a draft, on a lead; nothing is stored",
    .more = "FILE is JSON with any of lead_id, email, attributes, facts and touches; - is stdin.",
    .words_min = 4,
    .words_max = 4,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = try_lead,
};
