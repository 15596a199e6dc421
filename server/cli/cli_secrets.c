#include "cli/cli_secrets.h"

#include "store/pg/migrate.h"
#include "store/pg/pg.h"
#include "store/seal/keyring.h"
#include "store/sealing.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/** The file that the private cluster's own keys are in, in its data directory. */
#define SECRET_KEY_NAME "secret-key"
#define PATH_MAX_BYTES  (SETTINGS_TEXT_MAX_BYTES + sizeof SECRET_KEY_NAME)

static int read_keys(const char *path, struct keyring **out)
{
    char why[PRIVATE_FILE_WHY_MAX_BYTES];

    *out = keyring_open(path, why);
    return *out == NULL ? cli_say(CLI_USAGE, "secret key: %s", why) : CLI_OK;
}

int cli_secrets_named(const struct settings *settings, struct keyring **out)
{
    *out = NULL;
    if (settings->secret_key_file[0] != '\0')
        return read_keys(settings->secret_key_file, out);
    if (settings->database_url[0] == '\0')
        return CLI_OK;
    return cli_say(CLI_USAGE, "BATON_SECRET_KEY_FILE is not set: the secrets in a database are "
                              "sealed with the key in that file; `baton secret-key create FILE` "
                              "makes one, which all servers of the database share");
}

/* ---- what is stored ---- */

struct sessions {
    struct pg *app;
    struct pg *job;
};

static int open_sessions(struct sessions *sessions, const struct cli_database *database)
{
    sessions->app = pg_new(&(struct pg_settings){.conninfo = database->app_url, .role = ROLE_APP});
    sessions->job = pg_new(&(struct pg_settings){.conninfo = database->job_url, .role = ROLE_JOB});
    return sessions->app == NULL || sessions->job == NULL ? cli_say(CLI_FAILED, "short of memory")
                                                          : CLI_OK;
}

static void close_sessions(struct sessions *sessions)
{
    pg_free(sessions->app);
    pg_free(sessions->job);
}

static int say_lost(const struct pg *pg)
{
    const struct pg_error *error = pg_error(pg);

    return cli_say(CLI_UNAVAILABLE, "the secrets cannot be read: %s%s%s",
                   pg_status_name(error->status), error->text[0] == '\0' ? "" : ": ", error->text);
}

static int look(const struct sessions *sessions, struct keyring *keyring,
                struct sealing_state *state)
{
    return sealing_look(sessions->job, keyring, pg_deadline_in(CLI_CONNECT_TIMEOUT_MS), state) ==
                   PG_OK
               ? CLI_OK
               : say_lost(sessions->job);
}

static int say_missing(const struct sealing_state *state, const char *where)
{
    char id[KEYRING_ID_LEN + 1] = "";

    for (size_t i = 0; i < state->key_count; i++)
        if (state->keys[i].missing)
            keyring_write_id(state->keys[i].id, id);
    return cli_say(CLI_USAGE,
                   "secrets of this database are sealed with the key %s%s, which is not in %s: "
                   "bring back the file that has it (`baton secret-key list FILE` shows ids). If "
                   "it is gone for good, see `baton seal rotate --help`",
                   id, state->missing > 1 ? " and others" : "", where);
}

/* ---- the private cluster's own file ---- */

/* When something is already sealed, a missing key is lost, and another one would be of no use. */
static int make_own(const struct sessions *sessions, const char *path)
{
    char why[PRIVATE_FILE_WHY_MAX_BYTES];
    struct sealing_state state;
    int code = look(sessions, NULL, &state);

    if (code != CLI_OK)
        return code;
    if (state.key_count > 0)
        return say_missing(&state, path);
    return keyring_make_file(path, why) == PRIVATE_FILE_FAILED
               ? cli_say(CLI_FAILED, "secret key: %s", why)
               : CLI_OK;
}

static int take_own(const struct sessions *sessions, const char *directory,
                    struct keyring **keyring)
{
    char path[PATH_MAX_BYTES];
    int code = CLI_OK;

    snprintf(path, sizeof path, "%s/" SECRET_KEY_NAME, directory);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        code = make_own(sessions, path);
    return code == CLI_OK ? read_keys(path, keyring) : code;
}

/* ---- all of it ---- */

static int seal_clear(const struct sessions *sessions, struct keyring *keyring)
{
    struct sealing_counts counts;

    if (sealing_begin(sessions->job, sessions->app, keyring, &counts) != PG_OK)
        return say_lost(sessions->app);
    fprintf(stderr,
            "baton: %lld secrets of %lld workspaces were in clear and are sealed now. Older "
            "backups still have them in clear\n",
            (long long)counts.sealed, (long long)counts.workspaces);
    return CLI_OK;
}

static int check(const struct sessions *sessions, const char *where, struct keyring *keyring)
{
    struct sealing_state state;
    int code = look(sessions, keyring, &state);

    if (code != CLI_OK)
        return code;
    if (state.missing > 0)
        return say_missing(&state, where);
    return state.in_clear > 0 ? seal_clear(sessions, keyring) : CLI_OK;
}

static int begin(const struct cli_database *database, const struct settings *settings, bool checked,
                 struct keyring **keyring)
{
    const char *where = *keyring == NULL ? database->directory : settings->secret_key_file;
    struct sessions sessions;
    int code = open_sessions(&sessions, database);

    if (code == CLI_OK && *keyring == NULL)
        code = take_own(&sessions, database->directory, keyring);
    if (code == CLI_OK && checked)
        code = check(&sessions, where, *keyring);
    close_sessions(&sessions);
    return code;
}

int cli_secrets_begin(const struct cli_database *database, const struct settings *settings,
                      struct keyring **keyring)
{
    return begin(database, settings, true, keyring);
}

int cli_secrets_open(const struct cli_database *database, const struct settings *settings,
                     struct keyring **keyring)
{
    return begin(database, settings, false, keyring);
}
