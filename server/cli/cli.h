/*
 * The command line: `baton <command> [words] [options]`. A command is a row of the table in
 * cli_commands.c and a function in cli_<thing>.c; --help is printed from the same rows.
 */
#ifndef BATON_SERVER_CLI_H
#define BATON_SERVER_CLI_H

#include "settings.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CLI_WORDS_MAX 8
#define CLI_GIVEN_MAX 64

/** Options of one command, at most. */
#define CLI_OPTIONS_MAX 16

#define CLI_DATABASE_WORDS_MAX 1280

/* Exit codes. */
enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,      /* it cannot be done; stderr says why */
    CLI_USAGE = 2,       /* a wrong flag, word or setting */
    CLI_UNAVAILABLE = 3, /* the database is out of reach, or its schema is not this program's */
    CLI_UNSOUND = 4,     /* verify: the ledger does not hold */
};

struct cli_option {
    const char *name;  /* without "--"; NULL ends the array */
    const char *value; /* what it takes, such as "EMAIL"; NULL: a switch */
    bool repeats;
    const char *what;
};

struct cli;
struct cli_store;

struct cli_command {
    const char *name;  /* "key create" */
    const char *words; /* the words after it, such as "WORKSPACE [TERM]" */
    const char *what;  /* one line */
    const char *more;  /* for its own --help; NULL: none */
    int words_min;
    int words_max;
    const struct cli_option *options;                              /* NULL: none */
    unsigned settings;                                             /* enum settings_for; 0: none */
    int (*run)(struct cli *cli);                                   /* returns an exit code */
    int (*in_workspace)(struct cli *cli, struct cli_store *store); /* where run opens one */
};

struct cli {
    struct settings settings;
    const struct cli_command *command;
    const char *words[CLI_WORDS_MAX];
    int word_count;
    struct {
        const struct cli_option *option;
        const char *value; /* "" for a switch */
    } given[CLI_GIVEN_MAX];
    int given_count;
    /** The database that the command uses, in words and without a password; "" before it has opened
     *  one. A command that fails prints it. */
    char database[CLI_DATABASE_WORDS_MAX];
};

/** All of them, in the order of --help. In cli_commands.c. */
extern const struct cli_command *const cli_commands[];
extern const size_t cli_command_count;

/** The whole program. */
int cli_main(int argc, char **argv);

/** The value of an option, the last one when it was given several times; NULL: not given. */
const char *cli_option(const struct cli *cli, const char *name);

/** The n-th value of an option that may be repeated; NULL after the last. */
const char *cli_option_at(const struct cli *cli, const char *name, int n);

/** Prints "baton: …" on stderr; returns the exit code. */
int cli_say(enum cli_exit code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Prints why a file is not JSON, or cannot be opened. */
int cli_say_json_fault(enum cli_exit code, const char *path, const json_error_t *error);

#endif
