/* The keys that secrets in the database are sealed with: found, checked against what is stored,
 * and what still lies in clear sealed with them. */
#ifndef BATON_SERVER_CLI_SECRETS_H
#define BATON_SERVER_CLI_SECRETS_H

#include "cli/cli_database.h"

struct keyring;

/** Reads the file that is named, before anything starts; *out is NULL when none is named, and the
 *  private cluster's own is to be taken. CLI_OK, or the exit code once stderr has the reason. */
int cli_secrets_named(const struct settings *settings, struct keyring **out) MUST_USE;

/**
 * With the database open and its schema current: takes, or makes, the private cluster's own file
 * when *keyring is NULL; refuses a database that is sealed with other keys; seals what lies in
 * clear. CLI_OK, or the exit code once stderr has the reason. *keyring is the caller's either way.
 */
int cli_secrets_begin(const struct cli_database *database, const struct settings *settings,
                      struct keyring **keyring) MUST_USE;

/** As cli_secrets_begin(), but a database that is sealed with other keys is as good, and nothing
 *  is sealed yet: for the commands that mend it. */
int cli_secrets_open(const struct cli_database *database, const struct settings *settings,
                     struct keyring **keyring) MUST_USE;

#endif
