/* Finds the keys of the secrets in the database, compares them with what is stored, and seals what
 * is still in clear. */
#ifndef BATON_SERVER_CLI_SECRETS_H
#define BATON_SERVER_CLI_SECRETS_H

#include "cli/cli_database.h"

struct keyring;

/** Reads the file that is named, before anything starts; *out is NULL when none is named, and the
 *  private cluster's own is to be used. CLI_OK, or an exit code, with the reason on stderr. */
int cli_secrets_named(const struct settings *settings, struct keyring **out) MUST_USE;

/**
 * With the database open and its schema current: uses, or makes, the private cluster's own file
 * when *keyring is NULL; refuses a database that is sealed with other keys; seals what is in clear.
 * CLI_OK, or an exit code, with the reason on stderr. *keyring is the caller's either way.
 */
int cli_secrets_begin(const struct cli_database *database, const struct settings *settings,
                      struct keyring **keyring) MUST_USE;

/** As cli_secrets_begin(), but accepts a database that is sealed with other keys, and seals nothing
 *  yet: for the commands that repair it. */
int cli_secrets_open(const struct cli_database *database, const struct settings *settings,
                     struct keyring **keyring) MUST_USE;

#endif
