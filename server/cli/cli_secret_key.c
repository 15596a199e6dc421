/* `baton secret-key create`, `add` and `list`: the file of keys that secrets are sealed with. */
#include "cli/cli_commands.h"

#include "store/seal/keyring.h"

#include <stdio.h>

static int run_list(struct cli *cli)
{
    uint8_t ids[KEYRING_KEYS_MAX][SEAL_KEY_ID_BYTES];
    char why[PRIVATE_FILE_WHY_MAX_BYTES];
    char id[KEYRING_ID_LEN + 1];
    size_t count = keyring_list_file(cli->words[0], ids, why);

    if (count == 0)
        return cli_say(CLI_FAILED, "%s", why);
    for (size_t i = 0; i < count; i++) {
        keyring_write_id(ids[i], id);
        printf("key id      %s%s\n", id, i == count - 1 ? "  seals" : "");
    }
    return CLI_OK;
}

static int run_create(struct cli *cli)
{
    char why[PRIVATE_FILE_WHY_MAX_BYTES];

    if (keyring_make_file(cli->words[0], why) != PRIVATE_FILE_DONE)
        return cli_say(CLI_FAILED, "%s", why);
    return run_list(cli);
}

static int run_add(struct cli *cli)
{
    char why[PRIVATE_FILE_WHY_MAX_BYTES];

    if (!keyring_add_to_file(cli->words[0], why))
        return cli_say(CLI_FAILED, "%s", why);
    return run_list(cli);
}

const struct cli_command cli_secret_key_create = {
    .name = "secret-key create",
    .words = "FILE",
    .what = "Make the key that secrets are sealed with, for BATON_SECRET_KEY_FILE",
    .more = "All servers of one database use the same file. Keep a copy of it, but not with "
            "the\nbackups of the database: the secrets can only be read with both.",
    .words_min = 1,
    .words_max = 1,
    .run = run_create,
};

const struct cli_command cli_secret_key_add = {
    .name = "secret-key add",
    .words = "FILE",
    .what = "Add a newer key to the file, which seals from then on",
    .more = "Servers read the file again by themselves. `baton seal rotate` then seals everything "
            "with\nthe new key; after that the older keys can be removed from the file.",
    .words_min = 1,
    .words_max = 1,
    .run = run_add,
};

const struct cli_command cli_secret_key_list = {
    .name = "secret-key list",
    .words = "FILE",
    .what = "List the ids of the keys in the file; the last one seals",
    .words_min = 1,
    .words_max = 1,
    .run = run_list,
};
