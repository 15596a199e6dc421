/* `baton team`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "base/json_tree.h"
#include "base/name.h"
#include "core/calendar/calendar.h"
#include "core/setup/team_change.h"
#include "core/workspace_setup.h"
#include "store/read/handoff_read.h"

#include <string.h>

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

/* ---- its working time ---- */

static int show_calendar(struct cli_store *store, const char *name)
{
    const struct team *team = config_team_named(store->config, name);

    if (team == NULL)
        return cli_say(CLI_FAILED, "there is no team \"%s\"", name);
    if (team->calendar == NULL) {
        printf("no calendar: day and night count\n");
        return CLI_OK;
    }
    json_t *calendar = json_loads(team->calendar, 0, NULL);
    cli_print_json(calendar);
    json_decref(calendar);
    return CLI_OK;
}

static int set_calendar(struct cli_store *store, const char *name, const json_t *document)
{
    struct arena *arena = store->arena;
    const struct calendar *compiled;
    struct faults faults;
    struct json_out out;

    faults_init(&faults, arena);
    const struct time_zone *zone = time_zone_find(calendar_document_zone(document), arena);
    enum err err = calendar_compile(document, "", zone, &faults, &compiled);
    cli_print_faults(&faults, "fault  ");
    if (err != ERR_NONE)
        return cli_say(CLI_FAILED,
                       err == ERR_OUT_OF_MEMORY ? "short of memory" : "it is no calendar");
    json_out_init(&out, arena, CALENDAR_MAX_BYTES);
    json_tree_write(document, &out);
    struct team_calendar_input input = {.name = name, .calendar = out.written.text};
    if (arena_failed(arena))
        return cli_say(CLI_FAILED, "it has at most %u bytes", CALENDAR_MAX_BYTES);
    return cli_store_print(store, COMMAND_TEAM_CALENDAR, &input);
}

static int calendar(struct cli *cli, struct cli_store *store)
{
    const char *name = cli->words[1];

    if (cli_option(cli, "remove") != NULL) {
        struct team_calendar_input none = {.name = name};
        return cli_store_print(store, COMMAND_TEAM_CALENDAR, &none);
    }
    if (cli->word_count < 3)
        return show_calendar(store, name);
    json_t *document = cli_read_json(cli->words[2]);
    int code = document == NULL ? CLI_FAILED : set_calendar(store, name, document);
    json_decref(document);
    return code;
}

static const struct cli_option calendar_options[] = {
    {"remove", NULL, false, "day and night count again"},
    {NULL, NULL, false, NULL},
};

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

const struct cli_command cli_team_calendar = {
    .name = "team calendar",
    .words = "WORKSPACE TEAM [FILE]",
    .what = "Show a team's working time, or set it from a file; - is stdin",
    .words_min = 2,
    .words_max = 3,
    .options = calendar_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = calendar,
};
