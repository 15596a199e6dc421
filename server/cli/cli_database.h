/* The database that a command works on: the one of DATABASE_URL, or the private cluster. */
#ifndef BATON_SERVER_CLI_DATABASE_H
#define BATON_SERVER_CLI_DATABASE_H

#include "cli/cli.h"
#include "running.h"

struct cluster;

#define CLI_CONNECT_TIMEOUT_MS 10000

struct cli_database {
    struct cluster *cluster;                 /* NULL: DATABASE_URL */
    bool is_new;                             /* the cluster was made by this command */
    char directory[SETTINGS_TEXT_MAX_BYTES]; /* of the cluster; "": there is none */
    /** Connection strings: of the service, of its jobs, of the tables' owner. */
    char app_url[SETTINGS_TEXT_MAX_BYTES];
    char job_url[SETTINGS_TEXT_MAX_BYTES];
    char owner_url[SETTINGS_TEXT_MAX_BYTES];
};

/** What a command makes of a private PostgreSQL. One that another process runs is used beside that
 *  process and left running, but by CLI_DATABASE_SERVE. */
enum cli_database_use {
    CLI_DATABASE_FIND,  /* it must be there */
    CLI_DATABASE_MAKE,  /* it is made when it is not */
    CLI_DATABASE_SERVE, /* the same, and no other process may run it */
};

/**
 * Finds the database and starts the private cluster when there is no DATABASE_URL. Without a data
 * directory that was given, CLI_DATABASE_FIND takes the one that a running server works on, else
 * the default. The schema is not looked at. CLI_OK, and cli->database says which one it is; or the
 * exit code once stderr says what to do.
 */
int cli_database_find(struct cli_database *database, struct cli *cli,
                      enum cli_database_use use) MUST_USE;

/** Sets cli->database to the one that CLI_DATABASE_FIND takes, without starting or opening it. */
int cli_database_locate(struct cli *cli) MUST_USE;

/** The servers that run and that commands know of: those of this user, else those of root, which
 *  another user may at least be shown. */
size_t cli_database_servers(const struct settings *settings, struct running out[RUNNING_MAX]);

/** Brings the schema up to date. */
int cli_database_migrate(const struct cli_database *database) MUST_USE;

/** CLI_OK when the schema is this program's, else an exit code and words on stderr. */
int cli_database_check(const struct cli_database *database) MUST_USE;

/** CLI_OK when the service and its jobs get the sessions that row-level security binds, else an
 *  exit code and words on stderr. */
int cli_database_check_roles(const struct cli_database *database) MUST_USE;

/** cli_database_find, then for a private cluster migrate, for another one check. Closed again
 *  when it fails. */
int cli_database_open(struct cli_database *database, struct cli *cli,
                      enum cli_database_use use) MUST_USE;

/** Stops the cluster, unless it is another process's. Harmless to call twice. */
void cli_database_close(struct cli_database *database);

#endif
