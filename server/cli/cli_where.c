/* `baton where`: which servers run, and which database commands use. */
#include "cli/cli_commands.h"
#include "cli/cli_database.h"

#include <stdlib.h>
#include <string.h>

/* Prints the address of one process, for scripts that have started it. */
static int print_url(const char *process, const struct running *servers, size_t count)
{
    char *end;
    long wanted = strtol(process, &end, 10);

    if (*end != '\0' || wanted < 1)
        return cli_say(CLI_USAGE, "--process: give the id of a process");
    for (size_t i = 0; i < count; i++) {
        if (servers[i].process != wanted)
            continue;
        printf("%s\n", servers[i].url);
        return CLI_OK;
    }
    return CLI_FAILED;
}

static int run(struct cli *cli)
{
    struct running servers[RUNNING_MAX];
    size_t count = cli_database_servers(&cli->settings, servers);

    if (cli_option(cli, "process") != NULL)
        return print_url(cli_option(cli, "process"), servers, count);
    for (size_t i = 0; i < count; i++)
        printf("server    %s, process %d, on %s\n", servers[i].url, (int)servers[i].process,
               servers[i].database);
    int code = cli_database_locate(cli);
    if (code == CLI_OK)
        printf("database  %s\n", cli->database);
    return code;
}

static const struct cli_option options[] = {
    {"process", "ID", false, "print only where the server with this process id answers"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_where = {
    .name = "where",
    .words = "",
    .what = "Say which servers run, and on which database the other commands work",
    .more = "That is the one of --database-url, else of --data-dir, else the one that the running\n"
            "server works on, else the one in the default data directory. Only `baton serve`\nand "
            "`baton migrate` make one.",
    .options = options,
    .settings = SETTINGS_DATABASE,
    .run = run,
};
