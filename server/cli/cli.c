#include "cli/cli.h"

#include "cli/cli_commands.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
static const struct cli_command *const commands[] = {
    &cli_serve,
    &cli_migrate,
    &cli_workspace_create,
    &cli_workspace_list,
    &cli_team_create,
    &cli_team_update,
    &cli_team_list,
    &cli_member_create,
    &cli_member_update,
    &cli_member_list,
    &cli_key_create,
    &cli_key_revoke,
    &cli_key_list,
    &cli_definition_check,
    &cli_definition_starter,
    &cli_definition_list,
    &cli_definition_show,
    &cli_definition_draft,
    &cli_definition_propose,
    &cli_definition_sign,
    &cli_definition_backtest,
    &cli_definition_apply,
    &cli_definition_suggestions,
    &cli_job_list,
    &cli_job_show,
    &cli_job_cancel,
    &cli_import,
    &cli_verify,
    &cli_signing_key_create,
    &cli_signing_key_public,
    &cli_secret_key_create,
    &cli_secret_key_add,
    &cli_secret_key_list,
    &cli_routes,
    &cli_version,
};
/* clang-format on */

#define COMMANDS (sizeof commands / sizeof *commands)

int cli_say(enum cli_exit code, const char *format, ...)
{
    va_list args;

    fputs("baton: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return (int)code;
}

const char *cli_option_at(const struct cli *cli, const char *name, int n)
{
    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, name) == 0 && n-- == 0)
            return cli->given[i].value;
    return NULL;
}

const char *cli_option(const struct cli *cli, const char *name)
{
    const char *value = NULL;

    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, name) == 0)
            value = cli->given[i].value;
    return value;
}

/* ---- help ---- */

static void print_row(const struct cli_command *command, FILE *out)
{
    char name[64];

    snprintf(name, sizeof name, "%s %s", command->name, command->words);
    fprintf(out, "  %-42s %s\n", name, command->what);
}

/* All commands, or those that begin with this word. */
static int print_list(const char *word, FILE *out)
{
    size_t len = word == NULL ? 0 : strlen(word);

    fprintf(out, "usage: baton %s\n\n",
            len > 0 ? "COMMAND [OPTIONS], of which" : "COMMAND [OPTIONS]");
    for (size_t i = 0; i < COMMANDS; i++)
        if (len == 0 ||
            (strncmp(commands[i]->name, word, len) == 0 && commands[i]->name[len] == ' '))
            print_row(commands[i], out);
    fprintf(out, "\n`baton COMMAND --help` tells the options and settings of one.\n"
                 "Exit codes: 0 done, 1 cannot be done, 2 wrong use or setting,\n"
                 "3 database out of reach or not migrated, 4 the ledger does not hold.\n");
    return CLI_OK;
}

static int print_help(const struct cli_command *command, FILE *out)
{
    fprintf(out, "usage: baton %s%s%s%s\n\n%s.\n", command->name,
            command->words[0] == '\0' ? "" : " ", command->words,
            command->options == NULL && command->settings == 0 ? "" : " [OPTIONS]", command->what);
    if (command->more != NULL)
        fprintf(out, "\n%s\n", command->more);
    if (command->options != NULL)
        fprintf(out, "\nOptions:\n");
    for (const struct cli_option *option = command->options; option != NULL && option->name != NULL;
         option++) {
        char name[48];
        snprintf(name, sizeof name, "--%s %s", option->name,
                 option->value == NULL ? "" : option->value);
        fprintf(out, "  %-28s %s%s\n", name, option->what,
                option->repeats ? "; may be repeated" : "");
    }
    if (command->settings != 0) {
        fprintf(out, "\nSettings (flag, or environment variable):\n");
        settings_help(command->settings, out);
    }
    return CLI_OK;
}

/* ---- finding the command ---- */

/* How many of the words behind argv[0] the command's name is; 0: it is another. */
static int match(const struct cli_command *command, int argc, char **argv)
{
    const char *rest = command->name;

    for (int i = 1; i < argc; i++) {
        size_t len = strlen(argv[i]);
        if (strncmp(rest, argv[i], len) != 0)
            return 0;
        rest += len;
        if (*rest == '\0')
            return i;
        if (*rest != ' ')
            return 0;
        rest++;
    }
    return 0;
}

static const struct cli_command *find_command(int argc, char **argv, int *words)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        *words = match(commands[i], argc, argv);
        if (*words > 0)
            return commands[i];
    }
    return NULL;
}

static bool is_family(const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < COMMANDS; i++)
        if (strncmp(commands[i]->name, word, len) == 0 && commands[i]->name[len] == ' ')
            return true;
    return false;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int no_command(int argc, char **argv)
{
    if (argc < 2) {
        print_list(NULL, stderr);
        return CLI_USAGE;
    }
    if (is_help(argv[1]))
        return print_list(NULL, stdout);
    if (strcmp(argv[1], "--version") == 0) {
        printf("baton %s\n", BATON_VERSION);
        return CLI_OK;
    }
    if (is_family(argv[1]) && (argc == 2 || is_help(argv[2]))) {
        print_list(argv[1], argc == 2 ? stderr : stdout);
        return argc == 2 ? CLI_USAGE : CLI_OK;
    }
    return cli_say(CLI_USAGE, "there is no command \"%s%s%s\"; `baton --help` lists them", argv[1],
                   is_family(argv[1]) ? " " : "", is_family(argv[1]) ? argv[2] : "");
}

/* ---- its words and options ---- */

static const struct cli_option *find_option(const struct cli_command *command, const char *name,
                                            size_t len)
{
    for (const struct cli_option *option = command->options; option != NULL && option->name != NULL;
         option++)
        if (strlen(option->name) == len && strncmp(option->name, name, len) == 0)
            return option;
    return NULL;
}

static bool was_given(const struct cli *cli, const struct cli_option *option)
{
    for (int i = 0; i < cli->given_count; i++)
        if (cli->given[i].option == option)
            return true;
    return false;
}

/* Takes the option at argv[at]; answers the index of its last word, or -1. */
static int take_option(struct cli *cli, int argc, char **argv, int at)
{
    const char *name = argv[at] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const struct cli_option *option = find_option(cli->command, name, len);
    const char *value = equals == NULL ? NULL : equals + 1;

    if (option == NULL)
        return cli_say(-1, "%s knows no option --%.*s; see `baton %s --help`", cli->command->name,
                       (int)len, name, cli->command->name);
    if (option->value == NULL && value != NULL)
        return cli_say(-1, "--%s takes no value", option->name);
    if (option->value != NULL && value == NULL) {
        if (at + 1 >= argc)
            return cli_say(-1, "--%s: %s is missing", option->name, option->value);
        value = argv[++at];
    }
    if (!option->repeats && was_given(cli, option))
        return cli_say(-1, "--%s is given twice", option->name);
    if (cli->given_count == CLI_GIVEN_MAX)
        return cli_say(-1, "too many options, %d at most", CLI_GIVEN_MAX);
    cli->given[cli->given_count].option = option;
    cli->given[cli->given_count++].value = value == NULL ? "" : value;
    return at;
}

static bool read_words(struct cli *cli, int argc, char **argv, int at)
{
    bool only_words = false;

    for (; at < argc; at++) {
        if (!only_words && strcmp(argv[at], "--") == 0) {
            only_words = true;
        } else if (!only_words && strncmp(argv[at], "--", 2) == 0) {
            at = take_option(cli, argc, argv, at);
            if (at < 0)
                return false;
        } else if (cli->word_count >= cli->command->words_max) {
            cli_say(CLI_USAGE, "\"%s\" is too much; usage: baton %s %s", argv[at],
                    cli->command->name, cli->command->words);
            return false;
        } else {
            cli->words[cli->word_count++] = argv[at];
        }
    }
    if (cli->word_count >= cli->command->words_min)
        return true;
    cli_say(CLI_USAGE, "something is missing; usage: baton %s %s", cli->command->name,
            cli->command->words);
    return false;
}

/* Else the first connection would get the log's number, and the log. */
static void open_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            abort();
}

int cli_main(int argc, char **argv)
{
    struct cli cli = {0};
    int name_words;

    open_standard();
    cli.command = find_command(argc, argv, &name_words);
    if (cli.command == NULL)
        return no_command(argc, argv);
    if (asks_help(argc, argv))
        return print_help(cli.command, stdout);
    int faults = settings_read(&cli.settings, cli.command->settings, &argc, argv, stderr);
    if (!read_words(&cli, argc, argv, name_words + 1) || faults > 0)
        return CLI_USAGE;
    return cli.command->run(&cli);
}
