#include "cli/cli.h"

#include "base/json_fault.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
/* clang-format on */

#define OWN_NAME       "baton"
#define SAID_MAX_BYTES 4096

/* Of one command: its own options, the settings, and the end of the array. */
#define FLAGS_MAX (CLI_OPTIONS_MAX + SETTINGS_MAX + 1)

/* ---- messages ---- */

/* A program that is called by another name, such as script/baton, uses that name in its
 * messages. */
static const char *own_name(void)
{
    const char *name = getenv("BATON_CALLED_AS");

    return name == NULL || name[0] == '\0' ? OWN_NAME : name;
}

/* Texts name commands as `baton …`, and give examples on lines that begin with it. */
static void put_words(const char *text, FILE *out)
{
    const char *at = text;

    for (const char *found; (found = strstr(at, OWN_NAME " ")) != NULL;) {
        bool is_command =
            found > text &&
            (found[-1] == '`' || (found > text + 1 && found[-1] == ' ' && found[-2] == ' '));
        fwrite(at, 1, (size_t)(found - at), out);
        fputs(is_command ? own_name() : OWN_NAME, out);
        at = found + strlen(OWN_NAME);
    }
    fputs(at, out);
}

int cli_say(enum cli_exit code, const char *format, ...)
{
    char text[SAID_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fputs(OWN_NAME ": ", stderr);
    put_words(text, stderr);
    fputc('\n', stderr);
    return (int)code;
}

int cli_say_json_fault(enum cli_exit code, const char *path, const json_error_t *error)
{
    char words[JSON_FAULT_MAX_BYTES];

    if (json_error_code(error) == json_error_cannot_open_file)
        return cli_say(code, "%s", error->text);
    json_fault_words(error, words);
    return cli_say(code, "%s: this is not JSON: line %d, column %d: %s", path, error->line,
                   error->column > 0 ? error->column : 1, words);
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

    fprintf(out, "usage: %s %s\n\n", own_name(),
            len > 0 ? "COMMAND [OPTIONS], of which" : "COMMAND [OPTIONS]");
    for (size_t i = 0; i < cli_command_count; i++)
        if (len == 0 ||
            (strncmp(cli_commands[i]->name, word, len) == 0 && cli_commands[i]->name[len] == ' '))
            print_row(cli_commands[i], out);
    put_words("\n`baton COMMAND --help` shows the options and settings of one.\n"
              "Exit codes: 0 done, 1 cannot be done, 2 wrong use or setting,\n"
              "3 database missing, out of reach or not migrated, 4 the ledger does not hold.\n",
              out);
    return CLI_OK;
}

static int print_help(const struct cli_command *command, FILE *out)
{
    fprintf(out, "usage: %s %s%s%s%s\n\n%s.\n", own_name(), command->name,
            command->words[0] == '\0' ? "" : " ", command->words,
            command->options == NULL && command->settings == 0 ? "" : " [OPTIONS]", command->what);
    if (command->more != NULL) {
        fputc('\n', out);
        put_words(command->more, out);
        fputc('\n', out);
    }
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

/* How many of the words after argv[0] are the command's name; 0: it is another command. */
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
    for (size_t i = 0; i < cli_command_count; i++) {
        *words = match(cli_commands[i], argc, argv);
        if (*words > 0)
            return cli_commands[i];
    }
    return NULL;
}

static bool is_family(const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < cli_command_count; i++)
        if (strncmp(cli_commands[i]->name, word, len) == 0 && cli_commands[i]->name[len] == ' ')
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

static const struct cli_option *own_option(const struct cli_command *command, int which)
{
    return &command->options[which];
}

/* For getopt_long(): the command's own options are numbered from OWN on, the settings from
 * SETTING on. */
enum { OWN = 256, SETTING = 512 };

static void list_flags(const struct cli_command *command, struct option flags[FLAGS_MAX])
{
    const struct cli_option *own = command->options;
    struct settings_flag setting;
    int count = 0;

    for (int i = 0; own != NULL && own[i].name != NULL; i++) {
        if (i == CLI_OPTIONS_MAX)
            abort(); /* a mistake in a table of options */
        flags[count++] = (struct option){
            own[i].name, own[i].value == NULL ? no_argument : required_argument, NULL, OWN + i};
    }
    for (size_t i = 0; i < settings_count(); i++)
        if (settings_flag(i, command->settings, &setting))
            flags[count++] =
                (struct option){setting.name, required_argument, NULL, SETTING + (int)i};
    flags[count] = (struct option){0};
}

static const char *value_of(const struct cli_command *command, int flag)
{
    struct settings_flag setting;

    if (flag < SETTING)
        return own_option(command, flag - OWN)->value;
    (void)settings_flag((size_t)(flag - SETTING), command->settings, &setting);
    return setting.value;
}

/* The length of a flag's name in a word that may also contain its value. */
static int name_len(const char *word)
{
    return (int)strcspn(word, "=");
}

/* Reports what getopt_long() has found wrong with this word. */
static int refuse_flag(const struct cli *cli, const char *word, bool lacks_value)
{
    if (lacks_value)
        return cli_say(CLI_USAGE, "%s needs a value: %s", word, value_of(cli->command, optopt));
    if (optopt >= OWN)
        return cli_say(CLI_USAGE, "%.*s takes no value", name_len(word), word);
    if (optopt > 0)
        return cli_say(CLI_USAGE, "%s knows no option -%c; see `baton %s --help`",
                       cli->command->name, optopt, cli->command->name);
    return cli_say(CLI_USAGE, "%s knows no option %.*s; see `baton %s --help`", cli->command->name,
                   name_len(word), word, cli->command->name);
}

static bool was_given(const struct cli *cli, const struct cli_option *option)
{
    for (int i = 0; i < cli->given_count; i++)
        if (cli->given[i].option == option)
            return true;
    return false;
}

static int take_own(struct cli *cli, const struct cli_option *option, const char *value)
{
    if (!option->repeats && was_given(cli, option))
        return cli_say(CLI_USAGE, "--%s is given twice", option->name);
    if (cli->given_count == CLI_GIVEN_MAX)
        return cli_say(CLI_USAGE, "too many options, %d at most", CLI_GIVEN_MAX);
    cli->given[cli->given_count].option = option;
    cli->given[cli->given_count++].value = value == NULL ? "" : value;
    return CLI_OK;
}

static int take_setting(const char *settings[SETTINGS_MAX], int which, const char *name,
                        const char *value)
{
    if (settings[which] != NULL)
        return cli_say(CLI_USAGE, "--%s is given twice", name);
    settings[which] = value;
    return CLI_OK;
}

/* getopt_long() also accepts the beginning of a name, which another option may share one day. */
static bool is_whole(const char *word, const char *name)
{
    return strncmp(word, "--", 2) == 0 && (size_t)name_len(word + 2) == strlen(name);
}

/* Options go into cli and settings; the words are left at the end of argv, from optind on. */
static int read_options(struct cli *cli, int argc, char **argv, const char *settings[SETTINGS_MAX])
{
    struct option flags[FLAGS_MAX];
    int code = CLI_OK;
    int at, found;

    list_flags(cli->command, flags);
    optind = 0;
    opterr = 0;
    while (code == CLI_OK && (found = getopt_long(argc, argv, ":", flags, &at)) != -1) {
        const char *word = argv[optind - 1];
        if (found == ':' || found == '?')
            return refuse_flag(cli, word, found == ':');
        if (optarg != NULL && optarg == word)
            word = argv[optind - 2];
        if (!is_whole(word, flags[at].name))
            code = cli_say(CLI_USAGE, "%.*s: write it whole, --%s", name_len(word), word,
                           flags[at].name);
        else if (found < SETTING)
            code = take_own(cli, own_option(cli->command, found - OWN), optarg);
        else
            code = take_setting(settings, found - SETTING, flags[at].name, optarg);
    }
    return code;
}

static int read_words(struct cli *cli, int argc, char **argv)
{
    const struct cli_command *command = cli->command;

    for (int at = optind; at < argc; at++) {
        if (cli->word_count >= command->words_max)
            return cli_say(CLI_USAGE, "\"%s\" is too much; usage: %s %s %s", argv[at], own_name(),
                           command->name, command->words);
        cli->words[cli->word_count++] = argv[at];
    }
    if (cli->word_count >= command->words_min)
        return CLI_OK;
    return cli_say(CLI_USAGE, "something is missing; usage: %s %s %s", own_name(), command->name,
                   command->words);
}

/* Otherwise the first connection would get stderr's number, and the log would go into it. */
static void open_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            abort();
}

int cli_main(int argc, char **argv)
{
    const char *settings[SETTINGS_MAX] = {NULL};
    struct cli cli = {0};
    int name_words;

    open_standard();
    cli.command = find_command(argc, argv, &name_words);
    if (cli.command == NULL)
        return no_command(argc, argv);
    if (asks_help(argc, argv))
        return print_help(cli.command, stdout);
    /* The last word of the name takes the place of a program's name. */
    int code = read_options(&cli, argc - name_words, argv + name_words, settings);
    if (code == CLI_OK)
        code = read_words(&cli, argc - name_words, argv + name_words);
    if (settings_read(&cli.settings, cli.command->settings, settings, stderr) > 0)
        code = CLI_USAGE;
    if (code != CLI_OK)
        return code;
    code = cli.command->run(&cli);
    if (code != CLI_OK && cli.database[0] != '\0')
        cli_say(code, "the database was %s", cli.database);
    return code;
}
