/* `baton key`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "core/setup/key_change.h"

#include <string.h>

static int read_roles(const struct cli *cli, unsigned *roles)
{
    const char *given;

    *roles = 0;
    for (int n = 0; (given = cli_option_at(cli, "role", n)) != NULL; n++) {
        if (role_parse(given) == 0)
            return cli_say(CLI_USAGE, "--role %s: give capture, work, sign, report, read or admin",
                           given);
        *roles |= role_parse(given);
    }
    return *roles == 0 ? cli_say_missing("role") : CLI_OK;
}

static int create(struct cli *cli, struct cli_store *store)
{
    const char *member = cli_option(cli, "member");
    struct key_create_input input = {
        .title = cli_option(cli, "title"),
        .team = cli_option(cli, "team"),
        .member = member,
    };
    int code = read_roles(cli, &input.roles);

    if (code == CLI_OK && member != NULL && strchr(member, '@') != NULL)
        code = cli_read_email(store->arena, member, &input.member);
    if (code != CLI_OK)
        return code;
    if (input.title == NULL)
        return cli_say_missing("title");
    if ((input.team == NULL) == (input.member == NULL))
        return cli_say(CLI_USAGE, "give --team or --member, not both");
    return cli_store_print(store, COMMAND_KEY_CREATE, &input);
}

/* By id, or by the whole key. */
static int revoke(struct cli *cli, struct cli_store *store)
{
    const char *named = cli->words[1];
    struct key_revoke_input input;
    struct api_key_text text;
    struct uuid workspace;

    if (api_key_parse(named, strlen(named), &text)) {
        input.key = text.key;
        workspace = text.workspace;
    } else if (!public_id_parse(named, strlen(named), &workspace, &input.key)) {
        return cli_say(CLI_USAGE, "give a key, or the id of one that `baton key list` lists");
    }
    if (!uuid_equal(workspace, store->workspace))
        return cli_say(CLI_FAILED, "this key is of another workspace");
    return cli_store_print(store, COMMAND_KEY_REVOKE, &input);
}

static void print_key(const struct config *config, const struct api_key *key)
{
    const struct member *member = config_member(config, key->member);
    const char *separator = "";
    char id[PUBLIC_ID_LEN + 1];

    public_id_format(config->workspace, key->id, id);
    printf("%s  %-7s %-16s %-24s ", id, key->revoked_at == INSTANT_NONE ? "valid" : "revoked",
           config_team_name(config, key->team), member == NULL ? "-" : member->name);
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (!(key->roles & 1u << i))
            continue;
        printf("%s%s", separator, role_name(1u << i));
        separator = ",";
    }
    printf("  %s\n", key->title);
}

static int list(struct cli *cli, struct cli_store *store)
{
    (void)cli;
    for (size_t i = 0; i < store->config->key_count; i++)
        print_key(store->config, &store->config->keys[i]);
    return CLI_OK;
}

static const struct cli_option create_options[] = {
    {"title", "TEXT", false, "what it is for"},
    {"team", "NAME", false, "the team that it belongs to"},
    {"member", "EMAIL|ID", false, "or the member that it belongs to"},
    {"role", "ROLE", true, "capture, work, sign (members' only), report, read or admin"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_key_create = {
    .name = "key create",
    .words = "WORKSPACE",
    .what = "Make a key; its token is shown only this once",
    .words_min = 1,
    .words_max = 1,
    .options = create_options,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = create,
};

const struct cli_command cli_key_revoke = {
    .name = "key revoke",
    .words = "WORKSPACE KEY",
    .what = "Revoke a key, given by its id or itself",
    .words_min = 2,
    .words_max = 2,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = revoke,
};

const struct cli_command cli_key_list = {
    .name = "key list",
    .words = "WORKSPACE",
    .what = "List the keys, without their secrets",
    .words_min = 1,
    .words_max = 1,
    .settings = SETTINGS_DATABASE,
    .run = cli_in_workspace,
    .in_workspace = list,
};
