/* The database that a command uses: the one of DATABASE_URL, or the private cluster. */
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

/** What a command does with a private PostgreSQL. All but CLI_DATABASE_SERVE share one that another
 *  process runs, and leave it running. */
enum cli_database_use {
    CLI_DATABASE_FIND,  /* it must exist */
    CLI_DATABASE_MAKE,  /* it is made if it does not exist */
    CLI_DATABASE_SERVE, /* the same, but no other process may be running it */
};

/**
 * Finds the database, and starts the private cluster when there is no DATABASE_URL. When no data
 * directory is given, CLI_DATABASE_FIND uses that of a running server, else the default. The schema
 * is not checked. CLI_OK, and cli->database says which one it is; or an exit code, with what to do
 * on stderr.
 */
int cli_database_find(struct cli_database *database, struct cli *cli,
                      enum cli_database_use use) MUST_USE;

/** Sets cli->database to the one that CLI_DATABASE_FIND would use, without starting or opening
 *  it. */
int cli_database_locate(struct cli *cli) MUST_USE;

/** The running servers that commands know of: those of this user, else those of root, which other
 *  users may at least see. */
size_t cli_database_servers(const struct settings *settings, struct running out[RUNNING_MAX]);

/** Brings the schema up to date. */
int cli_database_migrate(const struct cli_database *database) MUST_USE;

/** CLI_OK when the schema is this program's, else an exit code, with words on stderr. */
int cli_database_check(const struct cli_database *database) MUST_USE;

/** CLI_OK when the service and its jobs get sessions that row-level security binds, else an exit
 *  code, with words on stderr. */
int cli_database_check_roles(const struct cli_database *database) MUST_USE;

/** cli_database_find, and then migrate for a private cluster, or check for any other database.
 *  Closed again when it fails. */
int cli_database_open(struct cli_database *database, struct cli *cli,
                      enum cli_database_use use) MUST_USE;

/** Stops the cluster, unless another process runs it. Harmless to call twice. */
void cli_database_close(struct cli_database *database);

#endif
