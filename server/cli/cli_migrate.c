#include "cli/cli_commands.h"
#include "cli/cli_database.h"

#include "store/pg/migrate.h"

static int run(struct cli *cli)
{
    struct cli_database database;
    bool check = cli_option(cli, "check") != NULL;
    int code = cli_database_find(&database, cli, check ? CLI_DATABASE_FIND : CLI_DATABASE_MAKE);

    if (code != CLI_OK)
        return code;
    if (database.is_new)
        printf("a new database was made: %s\n", cli->database);
    code = check ? cli_database_check(&database) : cli_database_migrate(&database);
    if (code == CLI_OK)
        printf("schema %zu, as this program needs it\n", migrations_embedded.count);
    cli_database_close(&database);
    return code;
}

static const struct cli_option options[] = {
    {"check", NULL, false, "compare only, change nothing"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_migrate = {
    .name = "migrate",
    .words = "",
    .what = "Bring the schema of the database to this program's version",
    .more = "Forward only, each migration in its own transaction; any number of these may run "
            "at\nonce. The user of the owner URL becomes the owner of the tables. If it may not "
            "make\nroles, the SQL for the administrator is printed.",
    .options = options,
    .settings = SETTINGS_DATABASE | SETTINGS_OWNER,
    .run = run,
};
