/* The database that a command works on: the one of DATABASE_URL, or the private cluster. */
#ifndef BATON_SERVER_CLI_DATABASE_H
#define BATON_SERVER_CLI_DATABASE_H

#include "cli/cli.h"

struct cluster;

#define CLI_CONNECT_TIMEOUT_MS 10000

struct cli_database {
    struct cluster *cluster; /* NULL: DATABASE_URL */
    /** Connection strings: of the service, of its jobs, of the tables' owner. */
    char app_url[SETTINGS_TEXT_MAX_BYTES];
    char job_url[SETTINGS_TEXT_MAX_BYTES];
    char owner_url[SETTINGS_TEXT_MAX_BYTES];
};

/**
 * Finds the database and starts the private cluster when there is no DATABASE_URL; with share, one
 * that runs already is used and left running. The schema is not looked at.
 * CLI_OK, or the exit code once stderr has been told what to do.
 */
int cli_database_find(struct cli_database *database, const struct settings *settings,
                      bool share) MUST_USE;

/** Brings the schema up to date. */
int cli_database_migrate(const struct cli_database *database) MUST_USE;

/** CLI_OK when the schema is this program's, else an exit code and words on stderr. */
int cli_database_check(const struct cli_database *database) MUST_USE;

/** CLI_OK when the service and its jobs get the sessions that row-level security binds, else an
 *  exit code and words on stderr. */
int cli_database_check_roles(const struct cli_database *database) MUST_USE;

/** cli_database_find, then for a private cluster migrate, for another one check. Closed again
 *  when it fails. */
int cli_database_open(struct cli_database *database, const struct settings *settings,
                      bool share) MUST_USE;

/** Stops the cluster, unless it is another process's. Harmless to call twice. */
void cli_database_close(struct cli_database *database);

#endif
