#include "cli/cli_database.h"

#include "running.h"

#include "store/cluster/cluster.h"
#include "store/pg/conninfo.h"
#include "store/pg/migrate.h"
#include "store/pg/pg.h"

#include <string.h>
#include <sys/stat.h>

static bool copy(char out[SETTINGS_TEXT_MAX_BYTES], const char *text)
{
    size_t len = strlen(text);

    if (len >= SETTINGS_TEXT_MAX_BYTES)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

/* ---- the private cluster: where ---- */

static int say_none(const char *directory, bool is_given)
{
    return cli_say(
        CLI_UNAVAILABLE,
        is_given ? "there is no database in %s, the data directory that was given (--data-dir "
                   "or BATON_DATA_DIR); `baton serve` makes one, and no other command does"
                 : "there is no database in %s, the default data directory, and no server of "
                   "this user runs; say which one you mean with --data-dir or BATON_DATA_DIR, or "
                   "DATABASE_URL; `baton serve` makes a new one",
        directory);
}

static void say_servers(const struct running *servers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cli_say(CLI_UNAVAILABLE, "a server runs as process %d at %s, on %s",
                (int)servers[i].process, servers[i].url, servers[i].database);
}

static bool is_same_place(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

size_t cli_database_servers(const struct settings *settings, struct running out[RUNNING_MAX])
{
    size_t count = running_list(settings->run_directory, out);

    if (count == 0 && strcmp(settings->run_directory, SETTINGS_RUN_DIRECTORY_OF_ROOT) != 0 &&
        !settings->run_directory_is_given)
        count = running_list(SETTINGS_RUN_DIRECTORY_OF_ROOT, out);
    return count;
}

/* Finds the server that is meant when no place is given: the one in the default directory, else the
 * only one. */
static int choose_server(const struct settings *settings, const struct running *servers,
                         size_t count, const char **directory)
{
    for (size_t i = 0; i < count; i++)
        if (is_same_place(servers[i].data_directory, settings->data_directory))
            return CLI_OK;
    if (count == 1 && servers[0].data_directory[0] != '\0') {
        *directory = servers[0].data_directory;
        return CLI_OK;
    }
    say_servers(servers, count);
    if (count == 1)
        return cli_say(CLI_UNAVAILABLE, "give its DATABASE_URL, or another place by --data-dir or "
                                        "BATON_DATA_DIR");
    return cli_say(CLI_UNAVAILABLE, "several servers run: say which one is meant, by --data-dir or "
                                    "BATON_DATA_DIR, or by DATABASE_URL");
}

static int choose_directory(const struct settings *settings, struct running servers[RUNNING_MAX],
                            const char **directory)
{
    size_t count = cli_database_servers(settings, servers);

    *directory = settings->data_directory;
    if (!settings->data_directory_is_given && count > 0)
        return choose_server(settings, servers, count, directory);
    if (cluster_exists(*directory))
        return CLI_OK;
    int code = say_none(*directory, settings->data_directory_is_given);
    say_servers(servers, count);
    return code;
}

/* ---- the private cluster: starting it ---- */

static int start_cluster(struct cli_database *database, const struct settings *settings,
                         const char *directory, enum cli_database_use use)
{
    char why[CLUSTER_WHY_MAX_BYTES];
    struct cluster_settings wanted = {
        .directory = directory,
        .binaries = settings->postgres_binaries[0] == '\0' ? NULL : settings->postgres_binaries,
        .share = use != CLI_DATABASE_SERVE,
        .must_exist = use == CLI_DATABASE_FIND,
    };

    database->is_new = !cluster_exists(directory);
    database->cluster = cluster_open(&wanted, why);
    if (database->cluster == NULL)
        return cli_say(CLI_UNAVAILABLE, "%s", why);
    if (copy(database->directory, directory) &&
        copy(database->owner_url, cluster_conninfo(database->cluster)) &&
        cluster_conninfo_as(database->cluster, ROLE_APP, NULL, database->app_url,
                            sizeof database->app_url) &&
        cluster_conninfo_as(database->cluster, ROLE_JOB, NULL, database->job_url,
                            sizeof database->job_url))
        return CLI_OK;
    cli_database_close(database);
    return cli_say(CLI_USAGE, "the path of the data directory is too long: %s", directory);
}

/* Sets cli->database; *directory is that of the private cluster, or NULL. */
static int locate(struct cli *cli, enum cli_database_use use, struct running servers[RUNNING_MAX],
                  const char **directory)
{
    const struct settings *settings = &cli->settings;
    int code = CLI_OK;

    *directory = NULL;
    if (settings->database_url[0] != '\0') {
        conninfo_words(settings->database_url, cli->database, sizeof cli->database);
        return CLI_OK;
    }
    *directory = settings->data_directory;
    if (use == CLI_DATABASE_FIND)
        code = choose_directory(settings, servers, directory);
    if (code == CLI_OK)
        snprintf(cli->database, sizeof cli->database, "the private one in %s", *directory);
    return code;
}

int cli_database_locate(struct cli *cli)
{
    struct running servers[RUNNING_MAX];
    const char *directory;

    return locate(cli, CLI_DATABASE_FIND, servers, &directory);
}

int cli_database_find(struct cli_database *database, struct cli *cli, enum cli_database_use use)
{
    const struct settings *settings = &cli->settings;
    const char *url = settings->database_url;
    struct running servers[RUNNING_MAX];
    const char *directory;

    memset(database, 0, sizeof *database);
    int code = locate(cli, use, servers, &directory);
    if (code != CLI_OK)
        return code;
    if (directory != NULL)
        return start_cluster(database, settings, directory, use);
    if (copy(database->app_url, url) && copy(database->job_url, url) &&
        copy(database->owner_url, settings->owner_url[0] == '\0' ? url : settings->owner_url))
        return CLI_OK;
    return cli_say(CLI_USAGE, "the database URL is too long");
}

static int print_report(const struct migrate_report *report)
{
    if (report->state == MIGRATE_CURRENT)
        return CLI_OK;
    return cli_say(CLI_UNAVAILABLE, "%s", report->text);
}

int cli_database_migrate(const struct cli_database *database)
{
    struct migrate_report report;
    bool two = strcmp(database->owner_url, database->app_url) != 0;
    struct migrate_settings settings = {
        .conninfo = database->owner_url,
        .service_conninfo = two && database->cluster == NULL ? database->app_url : NULL,
        .migrations = &migrations_embedded,
    };

    if (migrate_run(&settings, &report) != MIGRATE_CURRENT)
        return print_report(&report);
    return CLI_OK;
}

int cli_database_check(const struct cli_database *database)
{
    struct migrate_report report;
    struct pg *pg = pg_new(&(struct pg_settings){.conninfo = database->app_url});
    int64_t deadline = pg_deadline_in(CLI_CONNECT_TIMEOUT_MS);
    int code;

    if (pg == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    if (pg_connect(pg, deadline) != PG_OK)
        code = cli_say(CLI_UNAVAILABLE, "the database does not answer: %s", pg_error(pg)->text);
    else if (migrate_check(pg, &migrations_embedded, deadline, &report) == MIGRATE_CURRENT)
        code = CLI_OK;
    else
        code = print_report(&report);
    pg_free(pg);
    return code;
}

static int check_role(const char *url, const char *role)
{
    struct pg *pg = pg_new(&(struct pg_settings){.conninfo = url, .role = role});
    int code = CLI_OK;

    if (pg == NULL)
        return cli_say(CLI_FAILED, "short of memory");
    if (pg_connect(pg, pg_deadline_in(CLI_CONNECT_TIMEOUT_MS)) != PG_OK)
        code = cli_say(CLI_UNAVAILABLE, "cannot work as %s: %s", role, pg_error(pg)->text);
    pg_free(pg);
    return code;
}

int cli_database_check_roles(const struct cli_database *database)
{
    int code = check_role(database->app_url, ROLE_APP);

    return code != CLI_OK ? code : check_role(database->job_url, ROLE_JOB);
}

int cli_database_open(struct cli_database *database, struct cli *cli, enum cli_database_use use)
{
    int code = cli_database_find(database, cli, use);

    if (code != CLI_OK)
        return code;
    code =
        database->cluster != NULL ? cli_database_migrate(database) : cli_database_check(database);
    if (code != CLI_OK)
        cli_database_close(database);
    return code;
}

void cli_database_close(struct cli_database *database)
{
    if (database->cluster != NULL)
        cluster_close(database->cluster);
    database->cluster = NULL;
}
