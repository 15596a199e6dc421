/* `baton definition try`: the verdict of a version on somebody whom a file describes. */
#include "api/definitions_api.h"
#include "cli/cli_agreement.h"
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "core/intake/lead_try.h"

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
    enum agreement_kind kind;
    int version;
    int code = cli_read_version(cli, 1, &kind, &version);

    if (code == CLI_OK && !agreement_is_definition(kind))
        code = cli_say(CLI_USAGE, "\"%s\": the definitions are mql, srl and sql", cli->words[1]);
    if (code == CLI_OK)
        code = read_lead(store, cli->words[3], &input);
    input.kind = kind;
    input.version = version;
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
