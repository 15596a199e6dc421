#include "cli/cli_commands.h"

#include "store/pg/migrate.h"

static int run(struct cli *cli)
{
    (void)cli;
    printf("baton %s, schema %zu\n", BATON_VERSION, migrations_embedded.count);
    return CLI_OK;
}

const struct cli_command cli_version = {
    .name = "version",
    .words = "",
    .what = "Print the version of this program and of the schema that it needs",
    .run = run,
};
