/* `baton workspace bi`: the login of tools that read the views of `reporting`. */
#include "cli/cli_commands.h"
#include "cli/cli_store.h"

#include "base/percent.h"
#include "store/pg/bi_login.h"

#include <stdio.h>
#include <string.h>

#define CONNECTION_MAX_BYTES 4096

/* A directory of a socket does not fit before the path of a URL, and stands in its query. */
static const char *connection_of(const struct bi_login *login, struct arena *arena)
{
    struct text_out out;

    text_out_init(&out, arena, CONNECTION_MAX_BYTES);
    text_out_format(&out, "postgresql://%s:%s@", login->role, login->password);
    if (login->host[0] != '/')
        text_out_format(&out, "%s:%s", login->host, login->port);
    text_out_put(&out, "/");
    percent_encode(&out, login->database, strlen(login->database));
    if (login->host[0] == '/') {
        text_out_put(&out, "?host=");
        percent_encode(&out, login->host, strlen(login->host));
        text_out_format(&out, "&port=%s", login->port);
    }
    return arena_copy(arena, out.text, out.len);
}

static int print_login(const struct bi_login *login, const char *connection)
{
    if (connection == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    printf("host      %s\nport      %s\ndatabase  %s\nschema    reporting\nuser      %s\n"
           "password  %s\n%s\n",
           login->host, login->port, login->database, login->role, login->password, connection);
    return CLI_OK;
}

static int bi(struct cli *cli, struct cli_store *store)
{
    char why[BI_WHY_MAX_BYTES];
    struct bi_login login;
    bool revoke = cli_option(cli, "revoke") != NULL;
    const char *owner = store->database.owner_url;
    enum bi_login_state state = revoke ? bi_login_drop(owner, store->workspace, &login, why)
                                       : bi_login_make(owner, store->workspace, &login, why);

    if (state == BI_LOGIN_FAILED)
        return cli_say(CLI_FAILED, "%s", why);
    if (state == BI_LOGIN_ASKS)
        printf("this user may not change roles; an administrator has to run, once:\n\n%s\n", why);
    else if (revoke)
        printf("there is no login %s any more\n", login.role);
    return revoke ? CLI_OK : print_login(&login, connection_of(&login, store->arena));
}

static const struct cli_option options[] = {
    {"revoke", NULL, false, "take the login away, and end its sessions"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_workspace_bi = {
    .name = "workspace bi",
    .words = "WORKSPACE",
    .what = "Make a login for tools that read the views of `reporting`, and print its connection",
    .more =
        "It sees this workspace alone, reads only, and no personal data. The password is shown\n"
        "only this once; again, it makes another. The user of the owner URL makes the role.",
    .words_min = 1,
    .words_max = 1,
    .options = options,
    .settings = SETTINGS_DATABASE | SETTINGS_OWNER,
    .run = cli_in_workspace,
    .in_workspace = bi,
};
