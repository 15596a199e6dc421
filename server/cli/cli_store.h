/* A workspace for a command of the command line: its configuration, and a lane that runs the same
 * commands as the service. */
#ifndef BATON_SERVER_CLI_STORE_H
#define BATON_SERVER_CLI_STORE_H

#include "cli/cli.h"
#include "cli/cli_database.h"

#include "core/command.h"

#include <jansson.h>

struct config_cache;
struct keyring;
struct lanes;
struct pg;

#define CLI_READ_TIMEOUT_MS 30000

struct cli_store {
    struct cli_database database;
    struct keyring *keyring; /* NULL with CLI_WITHOUT_SECRETS */
    struct arena *arena;     /* for what the command reads and is given */
    struct config_cache *cache;
    struct lanes *lanes;
    struct pg *app; /* role baton_app */
    struct pg *job; /* role baton_job: sees the workspaces' names */
    struct uuid workspace;
    const struct config *config; /* the newest that was read; see cli_store_config */
};

/** Whether a workspace's configuration will be read, which contains secrets. */
enum cli_secrets { CLI_WITH_SECRETS, CLI_WITHOUT_SECRETS };

/** Opens database and lane, without a workspace yet. CLI_OK, or an exit code, with what to do on
 *  stderr. */
int cli_store_open(struct cli_store *store, struct cli *cli, enum cli_secrets secrets) MUST_USE;

/** Also finds the workspace of this name and reads its configuration. */
int cli_store_open_workspace(struct cli_store *store, struct cli *cli, const char *name) MUST_USE;

/** Reads the configuration again into store->config. */
int cli_store_config(struct cli_store *store) MUST_USE;

void cli_store_close(struct cli_store *store);

/** Prints that the database does not answer. */
int cli_store_say_lost(const struct pg *pg);

/**
 * Runs a command through the lane as this caller (NULL: the operator) and reads its answer, which
 * the caller frees with json_decref. A refusal is printed on stderr, fault by fault.
 */
int cli_store_run(struct cli_store *store, const struct caller *caller, enum command_kind kind,
                  const void *input, json_t **answer) MUST_USE;

/** The run of a command within a workspace: opens the one that its first word names, calls the
 *  command's in_workspace, closes. */
int cli_in_workspace(struct cli *cli);

/** Runs a command as the operator and prints its answer. */
int cli_store_print(struct cli_store *store, enum command_kind kind, const void *input);

/** Prints JSON, indented, with a line end. */
void cli_print_json(const json_t *json);

/** The normal form of an email address; NULL stays NULL. */
int cli_read_email(struct arena *arena, const char *given, const char **out) MUST_USE;

/** An option that is "yes" or "no": *out is value, or NULL when it is not given. False: it is
 *  neither. */
bool cli_read_yes_no(const struct cli *cli, const char *option, bool *value, const bool **out);

int cli_say_missing(const char *option);

/** The JSON in a file, "-" is stdin; NULL when there is none, which has been said. */
json_t *cli_read_json(const char *path);

/** A line each on stdout: kind, pointer, sentence. */
void cli_print_faults(const struct faults *faults, const char *kind);

#endif
