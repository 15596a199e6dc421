#include "cli/cli_database.h"

#include "store/cluster/cluster.h"
#include "store/pg/migrate.h"
#include "store/pg/pg.h"

#include <string.h>

static bool copy(char out[SETTINGS_TEXT_MAX_BYTES], const char *text)
{
    size_t len = strlen(text);

    if (len >= SETTINGS_TEXT_MAX_BYTES)
        return false;
    memcpy(out, text, len + 1);
    return true;
}

static int start_cluster(struct cli_database *database, const struct settings *settings, bool share)
{
    char why[CLUSTER_WHY_MAX_BYTES];
    struct cluster_settings wanted = {
        .directory = settings->data_directory,
        .binaries = settings->postgres_binaries[0] == '\0' ? NULL : settings->postgres_binaries,
        .share = share,
    };

    database->cluster = cluster_open(&wanted, why);
    if (database->cluster == NULL)
        return cli_say(CLI_UNAVAILABLE, "%s", why);
    if (copy(database->owner_url, cluster_conninfo(database->cluster)) &&
        cluster_conninfo_as(database->cluster, ROLE_APP, NULL, database->app_url,
                            sizeof database->app_url) &&
        cluster_conninfo_as(database->cluster, ROLE_JOB, NULL, database->job_url,
                            sizeof database->job_url))
        return CLI_OK;
    cli_database_close(database);
    return cli_say(CLI_USAGE, "the path of the data directory is too long: %s",
                   settings->data_directory);
}

int cli_database_find(struct cli_database *database, const struct settings *settings, bool share)
{
    const char *url = settings->database_url;

    memset(database, 0, sizeof *database);
    if (url[0] == '\0')
        return start_cluster(database, settings, share);
    if (copy(database->app_url, url) && copy(database->job_url, url) &&
        copy(database->owner_url, settings->owner_url[0] == '\0' ? url : settings->owner_url))
        return CLI_OK;
    return cli_say(CLI_USAGE, "the database URL is too long");
}

static int tell(const struct migrate_report *report)
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
        return tell(&report);
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
        code = tell(&report);
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

int cli_database_open(struct cli_database *database, const struct settings *settings, bool share)
{
    int code = cli_database_find(database, settings, share);

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
