/* `baton team`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "base/name.h"
#include "core/setup/team_change.h"
#include "core/workspace_setup.h"
#include "store/read/handoff_read.h"

static bool read_function(const struct cli *cli, enum team_function *value,
                          const enum team_function **out)
{
    const char *given = cli_option(cli, "function");

    *out = given == NULL ? NULL : value;
    return given == NULL || team_function_parse(given, value);
}

static int create(struct cli *cli, struct cli_store *store)
{
    enum team_function function;
    const enum team_function *given;

    if (!read_function(cli, &function, &given))
        return cli_say(CLI_USAGE, "--function: give marketing, sales or other");
    if (given == NULL)
        return cli_say_missing("function");
    if (!name_valid(cli->words[1]))
        return cli_say(CLI_USAGE, "\"%s\": a name has 1 to %d of a-z, 0-9, - and _", cli->words[1],
                       NAME_MAX_CHARS);
    struct team_create_input input = {cli->words[1], cli_option(cli, "title"), function};
    return cli_store_print(store, COMMAND_TEAM_CREATE, &input);
}

/* Whether the team has been part of a handoff. */
static int read_used(struct cli_store *store, const char *name, bool *used)
{
    const struct team *team = config_team_named(store->config, name);
    struct read read = {.pg = store->app,
                        .arena = store->arena,
                        .workspace = store->workspace,
                        .deadline = pg_deadline_in(CLI_READ_TIMEOUT_MS)};

    *used = false;
    enum err err = team == NULL ? ERR_NONE : handoff_read_has_team(&read, team->id, used);
    return err == ERR_NONE ? CLI_OK : cli_store_say_lost(store->app);
}

static int update(struct cli *cli, struct cli_store *store)
{
    enum team_function function;
    bool active;
    struct team_update_input input = {.name = cli->words[1], .title = cli_option(cli, "title")};

    if (!read_function(cli, &function, &input.function))
        return cli_say(CLI_USAGE, "--function: give marketing, sales or other");
    if (!cli_read_yes_no(cli, "active", &active, &input.active))
        return cli_say(CLI_USAGE, "--active: give yes or no");
    int code = read_used(store, input.name, &input.handed_off);
    return code == CLI_OK ? cli_store_print(store, COMMAND_TEAM_UPDATE, &input) : code;
}

static int list(struct cli *cli, struct cli_store *store)
{
    (void)cli;
    for (size_t i = 0; i < store->config->team_count; i++) {
        const struct team *team = &store->config->teams[i];
        printf("%-20s %-10s %-9s %s\n", team->name, team_function_name(team->function),
               team->active ? "active" : "inactive", team->title);
    }
    return CLI_OK;
}

static const struct cli_option create_options[] = {
    {"function", "FUNCTION", false, "marketing, sales or other"},
    {"title", "TEXT", false, "how people call it; by default its name"},
    {NULL, NULL, false, NULL},
};

static const struct cli_option update_options[] = {
    {"title", "TEXT", false, "how people call it"},
    {"function", "FUNCTION", false, "only of a team that was never used"},
    {"active", "yes|no", false, "whether its keys open anything"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_team_create = {
    .name = "team create",
    .words = "WORKSPACE NAME",
    .what = "Make a team",
    .words_min = 2,
    .words_max = 2,
    .options = create_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = create,
};

const struct cli_command cli_team_update = {
    .name = "team update",
    .words = "WORKSPACE NAME",
    .what = "Change a team",
    .words_min = 2,
    .words_max = 2,
    .options = update_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = update,
};

const struct cli_command cli_team_list = {
    .name = "team list",
    .words = "WORKSPACE",
    .what = "List the teams",
    .words_min = 1,
    .words_max = 1,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = list,
};
