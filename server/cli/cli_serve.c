/* `baton serve`: first the database, then the service; the main thread watches the private cluster,
 * because PostgreSQL ends with the thread that started it. */
#include "cli/cli_commands.h"
#include "cli/cli_database.h"
#include "cli/cli_secrets.h"
#include "http/log.h"
#include "running.h"
#include "service.h"
#include "signing_key_file.h"

#include "store/cluster/cluster.h"
#include "store/seal/keyring.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/** The key that the server of a private PostgreSQL makes in its data directory. */
#define SIGNING_KEY_NAME "signing-key.pem"

/** How often the main thread checks PostgreSQL. */
#define CLUSTER_WATCH_MS 500

struct service_thread {
    const struct settings *settings;
    const struct service_keys *keys;
    struct running *self;
    atomic_bool ending;
    int code;
};

static void hold_signals(void)
{
    sigset_t held;

    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &held, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, SIG_IGN); /* these signals must not end the service */
    signal(SIGUSR2, SIG_IGN);
}

static void *run_service(void *argument)
{
    struct service_thread *service = argument;

    service->code = service_run(service->settings, service->keys, service->self, &service->ending);
    return NULL;
}

static bool has_ended_soon(pthread_t thread)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += CLUSTER_WATCH_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

static void watch(struct cluster *cluster, const struct service_thread *service)
{
    char why[CLUSTER_WHY_MAX_BYTES];

    switch (cluster_restart_if_dead(cluster, &service->ending, why)) {
    case CLUSTER_ALIVE:
        break;
    case CLUSTER_RESTARTED:
        log_event(LOG_LEVEL_WARN, "database", "PostgreSQL had ended and runs again");
        break;
    case CLUSTER_DOWN:
        log_event(LOG_LEVEL_WARN, "database", "PostgreSQL has ended: %s", why);
        break;
    }
}

static int serve_on_cluster(const struct settings *settings, const struct service_keys *keys,
                            struct running *self, struct cluster *cluster)
{
    struct service_thread service = {
        .settings = settings, .keys = keys, .self = self, .code = CLI_FAILED};
    pthread_t thread;

    if (pthread_create(&thread, NULL, run_service, &service) != 0)
        return cli_say(CLI_FAILED, "cannot start a thread");
    while (!has_ended_soon(thread))
        watch(cluster, &service);
    return service.code;
}

/* ---- the signing key ---- */

static int read_key(const char *path, struct signing_key **out)
{
    char why[SIGNING_KEY_WHY_MAX_BYTES];

    *out = signing_key_file_read(path, why);
    return *out == NULL ? cli_say(CLI_USAGE, "signing key: %s", why) : CLI_OK;
}

/* A key that is named is read before anything starts. */
static int named_key(const struct settings *settings, struct signing_key **out)
{
    *out = NULL;
    return settings->signing_key_file[0] == '\0' ? CLI_OK
                                                 : read_key(settings->signing_key_file, out);
}

/* When none is named, the server of a private PostgreSQL has its own. */
static int own_key(const struct settings *settings, struct signing_key **out)
{
    char path[SETTINGS_TEXT_MAX_BYTES + sizeof SIGNING_KEY_NAME];
    char why[SIGNING_KEY_WHY_MAX_BYTES];

    if (*out != NULL)
        return CLI_OK;
    snprintf(path, sizeof path, "%s/" SIGNING_KEY_NAME, settings->data_directory);
    if (signing_key_file_make(path, why) == PRIVATE_FILE_FAILED)
        return cli_say(CLI_FAILED, "signing key: %s", why);
    return read_key(path, out);
}

/* ---- the command ---- */

static int serve(const struct cli *cli, const struct settings *settings,
                 struct cli_database *database, struct service_keys *keys)
{
    struct running self = {.process = getpid()};
    char *directory;

    snprintf(self.database, sizeof self.database, "%s", cli->database);
    if (database->cluster == NULL)
        return service_run(settings, keys, &self, NULL);
    if (database->is_new)
        log_event(LOG_LEVEL_INFO, "database", "a new one is made in %s", settings->data_directory);
    if ((directory = realpath(settings->data_directory, NULL)) != NULL)
        snprintf(self.data_directory, sizeof self.data_directory, "%s", directory);
    free(directory);
    int code = own_key(settings, &keys->signing);
    return code == CLI_OK ? serve_on_cluster(settings, keys, &self, database->cluster) : code;
}

static int run(struct cli *cli)
{
    struct settings settings = cli->settings;
    struct cli_database database = {0};
    struct service_keys keys = {0};

    hold_signals();
    int code = cli_secrets_named(&settings, &keys.secrets);
    if (code == CLI_OK)
        code = named_key(&settings, &keys.signing);
    if (code == CLI_OK)
        code = cli_database_open(&database, cli, CLI_DATABASE_SERVE);
    if (code == CLI_OK)
        code = cli_database_check_roles(&database);
    if (code == CLI_OK)
        code = cli_secrets_begin(&database, &settings, &keys.secrets);
    if (code == CLI_OK) {
        memcpy(settings.database_url, database.app_url, sizeof settings.database_url);
        memcpy(settings.job_url, database.job_url, sizeof settings.job_url);
        code = serve(cli, &settings, &database, &keys);
    }
    cli_database_close(&database);
    keyring_free(keys.secrets);
    signing_key_free(keys.signing);
    return code;
}

const struct cli_command cli_serve = {
    .name = "serve",
    .words = "",
    .what = "Run the service",
    .more = "Ends on SIGTERM, SIGHUP and Ctrl-C, once the requests that have begun are answered. "
            "With a "
            "database\n"
            "URL the schema must be current (`baton migrate`); the private PostgreSQL is migrated "
            "here.",
    .settings = SETTINGS_DATABASE | SETTINGS_SERVE,
    .run = run,
};
