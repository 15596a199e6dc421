/* `baton seal rotate` and `check`: the sealed values in the database, and their keys. */
#include "cli/cli_commands.h"
#include "cli/cli_secrets.h"

#include "store/pg/migrate.h"
#include "store/pg/pg.h"
#include "store/seal/keyring.h"
#include "store/sealing.h"

#include <stdio.h>
#include <string.h>

/* What a command works with. */
struct seal_work {
    struct cli_database database;
    struct keyring *keyring;
    struct pg *app;
    struct pg *job;
};

static int open_work(struct seal_work *work, struct cli *cli)
{
    int code = cli_secrets_named(&cli->settings, &work->keyring);

    if (code == CLI_OK)
        code = cli_database_open(&work->database, cli, CLI_DATABASE_FIND);
    if (code == CLI_OK)
        code = cli_secrets_open(&work->database, &cli->settings, &work->keyring);
    if (code != CLI_OK)
        return code;
    work->app = pg_new(&(struct pg_settings){.conninfo = work->database.app_url, .role = ROLE_APP});
    work->job = pg_new(&(struct pg_settings){.conninfo = work->database.job_url, .role = ROLE_JOB});
    return work->app == NULL || work->job == NULL ? cli_say(CLI_FAILED, "short of memory") : CLI_OK;
}

static void close_work(struct seal_work *work)
{
    pg_free(work->app);
    pg_free(work->job);
    keyring_free(work->keyring);
    cli_database_close(&work->database);
}

/* For the session that failed. */
static int say_failed(const struct seal_work *work)
{
    bool by_job = pg_error(work->job)->status != PG_OK;
    const struct pg_error *error = pg_error(by_job ? work->job : work->app);

    return cli_say(CLI_UNAVAILABLE,
                   "the database refused it: %s%s%s; what is done stays done, run it again",
                   pg_status_name(error->status), error->text[0] == '\0' ? "" : ": ", error->text);
}

static void print(const char *what, int64_t count)
{
    printf("%-12s%lld\n", what, (long long)count);
}

/* ---- rotate ---- */

static int print_rotated(const struct sealing_counts *counts, bool gave_up)
{
    int64_t stays = gave_up ? 0 : counts->shut + counts->broken;

    print("workspaces", counts->workspaces);
    print("resealed", counts->resealed);
    print("from clear", counts->sealed);
    print("unchanged", counts->fine);
    if (gave_up)
        print("given up", counts->replaced);
    if (stays == 0)
        return CLI_OK;
    print("do not open", stays);
    return cli_say(
        CLI_FAILED,
        "%lld values do not open with these keys and stay as they are; see `baton seal check`",
        (long long)stays);
}

static int run_rotate(struct cli *cli)
{
    struct seal_work work = {0};
    struct sealing_counts counts;
    bool lost = cli_option(cli, "lost") != NULL;
    int code = open_work(&work, cli);

    if (code == CLI_OK)
        code = sealing_rotate(work.job, work.app, work.keyring,
                              lost ? SEALING_GIVE_UP : SEALING_KEEP, &counts) == PG_OK
                   ? print_rotated(&counts, lost)
                   : say_failed(&work);
    close_work(&work);
    return code;
}

/* ---- check ---- */

static void print_keys(const struct sealing_state *state, struct keyring *keyring)
{
    uint8_t newest[SEAL_KEY_ID_BYTES];
    char id[KEYRING_ID_LEN + 1];

    keyring_newest(keyring, newest);
    for (size_t i = 0; i < state->key_count; i++) {
        const struct sealing_key *key = &state->keys[i];
        keyring_write_id(key->id, id);
        printf("key id      %s  %lld values%s\n", id, (long long)key->values,
               key->missing                                      ? "  is missing"
               : memcmp(key->id, newest, SEAL_KEY_ID_BYTES) == 0 ? "  seals"
                                                                 : "");
    }
}

static int print_checked(const struct sealing_counts *counts)
{
    print("workspaces", counts->workspaces);
    print("open", counts->fine + counts->resealed);
    print("older key", counts->resealed);
    print("in clear", counts->sealed);
    print("key missing", counts->shut);
    print("altered", counts->broken);
    if (counts->shut + counts->broken > 0)
        return cli_say(CLI_FAILED,
                       "%lld values do not open: bring back their keys, or give these "
                       "sources new secrets",
                       (long long)(counts->shut + counts->broken));
    if (counts->sealed > 0)
        return cli_say(CLI_FAILED, "%lld values are in clear: `baton seal rotate` seals them",
                       (long long)counts->sealed);
    return CLI_OK;
}

static int run_check(struct cli *cli)
{
    struct seal_work work = {0};
    struct sealing_state state;
    struct sealing_counts counts;
    int code = open_work(&work, cli);

    if (code == CLI_OK && (sealing_look(work.job, work.keyring,
                                        pg_deadline_in(CLI_CONNECT_TIMEOUT_MS), &state) != PG_OK ||
                           sealing_check(work.job, work.app, work.keyring, &counts) != PG_OK))
        code = say_failed(&work);
    if (code == CLI_OK) {
        print_keys(&state, work.keyring);
        code = print_checked(&counts);
    }
    close_work(&work);
    return code;
}

static const struct cli_option rotate_options[] = {
    {"lost", NULL, false, "give up values that do not open: their key is lost for good"},
    {NULL, NULL, false, NULL},
};

const struct cli_command cli_seal_rotate = {
    .name = "seal rotate",
    .words = "",
    .what = "Seal all secrets in the database with the newest key",
    .more = "For use after `baton secret-key add FILE`, while servers run, and for secrets still "
            "in\nclear. Each workspace is done completely or not at all; if interrupted, run it "
            "again.\nWith --lost, where a key is gone for good, workspaces get new secrets "
            "(idempotency\n"
            "keys of the last week no longer count) and sources have none until a PATCH or a\n"
            "rotation gives them one; their deliveries are answered 503 until then.",
    .options = rotate_options,
    .settings = SETTINGS_DATABASE,
    .run = run_rotate,
};

const struct cli_command cli_seal_check = {
    .name = "seal check",
    .words = "",
    .what = "Open all secrets in the database, and count them by key",
    .more = "Changes nothing. A key with no values can be removed from the file. Exit code 1 "
            "when\nsomething does not open or is in clear.",
    .settings = SETTINGS_DATABASE,
    .run = run_check,
};
