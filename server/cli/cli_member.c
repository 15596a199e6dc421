/* `baton member`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "core/setup/member_change.h"

#include <string.h>

/* SOURCE:ID */
static int split_external(struct arena *arena, const char *given, struct member_create_input *input)
{
    const char *colon = given == NULL ? NULL : strchr(given, ':');

    if (given == NULL)
        return CLI_OK;
    if (colon == NULL || colon == given || colon[1] == '\0')
        return cli_say(CLI_USAGE, "--external: give SOURCE:ID");
    input->external_source = arena_copy(arena, given, (size_t)(colon - given));
    input->external_id = colon + 1;
    return CLI_OK;
}

static int create(struct cli *cli, struct cli_store *store)
{
    struct member_create_input input = {
        .team = cli_option(cli, "team"),
        .name = cli_option(cli, "name"),
    };
    int code = cli_read_email(store->arena, cli_option(cli, "email"), &input.email);

    if (code == CLI_OK)
        code = split_external(store->arena, cli_option(cli, "external"), &input);
    if (code != CLI_OK)
        return code;
    if (input.team == NULL)
        return cli_say_missing("team");
    if (input.name == NULL)
        return cli_say_missing("name");
    if (input.email == NULL && input.external_id == NULL)
        return cli_say(CLI_USAGE, "--email or --external is needed");
    return cli_store_print(store, COMMAND_MEMBER_CREATE, &input);
}

/* By id, or by an email that only one member has. */
static const struct member *find_member(const struct config *config, const char *named)
{
    const struct member *found = NULL;
    struct uuid id;

    if (strlen(named) == UUID_TEXT_LEN && uuid_parse(named, &id))
        return config_member(config, id);
    for (size_t i = 0; i < config->member_count; i++) {
        const struct member *member = &config->members[i];
        if (member->email == NULL || strcmp(member->email, named) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = member;
    }
    return found;
}

static int update(struct cli *cli, struct cli_store *store)
{
    bool active;
    struct member_update_input input = {.name = cli_option(cli, "name")};
    const struct member *member = find_member(store->config, cli->words[1]);
    int code = cli_read_email(store->arena, cli_option(cli, "email"), &input.email);

    if (code != CLI_OK)
        return code;
    if (member == NULL)
        return cli_say(CLI_FAILED,
                       "no member, or several, are known as \"%s\"; give an id of "
                       "`baton member list`",
                       cli->words[1]);
    if (!cli_read_yes_no(cli, "active", &active, &input.active))
        return cli_say(CLI_USAGE, "--active: give yes or no");
    input.member = member->id;
    return cli_store_print(store, COMMAND_MEMBER_UPDATE, &input);
}

static int list(struct cli *cli, struct cli_store *store)
{
    char id[UUID_TEXT_LEN + 1];

    (void)cli;
    for (size_t i = 0; i < store->config->member_count; i++) {
        const struct member *member = &store->config->members[i];
        uuid_format(member->id, id);
        printf("%s  %-16s %-9s %-30s %s\n", id, config_team_name(store->config, member->team),
               member->active ? "active" : "inactive", member->email == NULL ? "-" : member->email,
               member->name);
    }
    return CLI_OK;
}

static const struct cli_option create_options[] = {
    {"team", "NAME", false, "the team"},
    {"name", "TEXT", false, "the person's name"},
    {"email", "EMAIL", false, "the person's address"},
    {"external", "SOURCE:ID", false, "how another system knows the person"},
    {NULL, NULL, false, NULL},
};

static const struct cli_option update_options[] = {
    {"name", "TEXT", false, "the person's name"},
    {"email", "EMAIL", false, "the person's address"},
    {"active", "yes|no", false, "whether the person may act"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_member_create = {
    .name = "member create",
    .words = "WORKSPACE",
    .what = "Add a member to a team",
    .words_min = 1,
    .words_max = 1,
    .options = create_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = create,
};

const struct cli_command cli_member_update = {
    .name = "member update",
    .words = "WORKSPACE MEMBER",
    .what = "Change a member, named by id or email",
    .words_min = 2,
    .words_max = 2,
    .options = update_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = update,
};

const struct cli_command cli_member_list = {
    .name = "member list",
    .words = "WORKSPACE",
    .what = "List the members",
    .words_min = 1,
    .words_max = 1,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = list,
};
