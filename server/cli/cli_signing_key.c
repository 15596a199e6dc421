/* `baton signing-key create` and `public`. */
#include "cli/cli_commands.h"
#include "signing_key_file.h"

static void print_hex(const char *name, const uint8_t *bytes, size_t len)
{
    printf("%-12s", name);
    for (size_t i = 0; i < len; i++)
        printf("%02x", bytes[i]);
    putchar('\n');
}

static int print_public(const struct signing_key *key)
{
    char pem[SIGNING_PEM_MAX_BYTES];

    if (public_key_write(signing_key_public(key), pem) == 0)
        return cli_say(CLI_FAILED, "short of memory");
    print_hex("key id", signing_key_id(key), KEY_ID_BYTES);
    print_hex("public key", signing_key_public(key), PUBLIC_KEY_BYTES);
    fputs(pem, stdout);
    return CLI_OK;
}

static int run_public(struct cli *cli)
{
    char why[SIGNING_KEY_WHY_MAX_BYTES];
    struct signing_key *key = signing_key_file_read(cli->words[0], why);
    int code = key == NULL ? cli_say(CLI_FAILED, "%s", why) : print_public(key);

    signing_key_free(key);
    return code;
}

static int run_create(struct cli *cli)
{
    char why[SIGNING_KEY_WHY_MAX_BYTES];

    if (signing_key_file_make(cli->words[0], why) != PRIVATE_FILE_DONE)
        return cli_say(CLI_FAILED, "%s", why);
    return run_public(cli);
}

const struct cli_command cli_signing_key_create = {
    .name = "signing-key create",
    .words = "FILE",
    .what = "Make the key that signs checkpoints, for BATON_SIGNING_KEY_FILE",
    .more = "All servers of one database use the same file. Prints the public key, for those who "
            "check\nreceipts; a key that was replaced by another never signs again.",
    .words_min = 1,
    .words_max = 1,
    .run = run_create,
};

const struct cli_command cli_signing_key_public = {
    .name = "signing-key public",
    .words = "FILE",
    .what = "Print the public key of a signing key, for `baton verify --receipt`",
    .words_min = 1,
    .words_max = 1,
    .run = run_public,
};
