#include "cli/cli_proof.h"

#include "core/ledger/receipt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROOF_FILE_MAX_BYTES ((size_t)2 << 20)

/* Up to size bytes of a file, or of a pipe, whose length is not known beforehand. */
static int read_file(const char *path, char *bytes, size_t size, size_t *len)
{
    FILE *file = fopen(path, "rb");

    *len = 0;
    if (file == NULL)
        return cli_say(CLI_FAILED, "%s: %s", path, strerror(errno));
    *len = fread(bytes, 1, size, file);
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    return failed == 0 ? CLI_OK : cli_say(CLI_FAILED, "%s: %s", path, strerror(failed));
}

static int parse(const char *path, const char *text, size_t len, json_t **out)
{
    json_error_t why;

    if (len > PROOF_FILE_MAX_BYTES)
        return cli_say(CLI_UNSOUND, "%s: this is not JSON: it is too long", path);
    *out = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    if (*out != NULL)
        return CLI_OK;
    return cli_say_json_fault(CLI_UNSOUND, path, &why);
}

/* The JSON in a file; the caller frees it with json_decref. */
static int load(const char *path, json_t **out)
{
    char *text = malloc(PROOF_FILE_MAX_BYTES + 1);
    size_t len;

    *out = NULL;
    if (text == NULL)
        return cli_say(CLI_FAILED, "%s: memory is short", path);
    int code = read_file(path, text, PROOF_FILE_MAX_BYTES + 1, &len);
    if (code == CLI_OK)
        code = parse(path, text, len, out);
    free(text);
    return code;
}

/* A key is given as a file, or as its 64 hex digits. */
static int read_key(const char *option, const char *given, uint8_t out[PUBLIC_KEY_BYTES])
{
    char text[SIGNING_PEM_MAX_BYTES];

    if (public_key_read(given, strlen(given), out))
        return CLI_OK;
    FILE *file = fopen(given, "rb");
    if (file == NULL)
        return cli_say(CLI_FAILED, "--%s %s: %s", option, given, strerror(errno));
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    if (public_key_read(text, len, out))
        return CLI_OK;
    return cli_say(CLI_FAILED,
                   "--%s %s: there is no Ed25519 public key in it, in PEM or 64 hex digits", option,
                   given);
}

static int public_key(const struct cli *cli, uint8_t out[PUBLIC_KEY_BYTES])
{
    const char *given = cli_option(cli, "public-key");

    if (given == NULL)
        return cli_say(CLI_USAGE,
                       "--public-key is missing: the key in the file itself proves nothing");
    return read_key("public-key", given, out);
}

static int print_fault(const char *path, enum proof_fault fault, const char *member)
{
    return cli_say(CLI_UNSOUND, "%s: it does not hold: %s%s%s%s", path, proof_fault_words(fault),
                   member == NULL ? "" : " (", member == NULL ? "" : member,
                   member == NULL ? "" : ")");
}

static void print_checkpoint(const struct checkpoint *checkpoint)
{
    char workspace[UUID_TEXT_LEN + 1];
    char at[INSTANT_TEXT_MAX];

    uuid_format(checkpoint->workspace, workspace);
    instant_format(checkpoint->at, at);
    printf("checkpoint  %lld entries of workspace %s, signed %s, key id ",
           (long long)checkpoint->size, workspace, at);
    for (int i = 0; i < KEY_ID_BYTES; i++)
        printf("%02x", checkpoint->key_id[i]);
    putchar('\n');
}

/* ---- receipts ---- */

static void print_who(const char *what, struct uuid id)
{
    char text[UUID_TEXT_LEN + 1];

    uuid_format(id, text);
    if (!uuid_is_nil(id))
        printf(" %s %s", what, text);
}

static void print_receipt(const struct receipt *receipt)
{
    const struct ledger_entry *entry = &receipt->entry;
    char at[INSTANT_TEXT_MAX];

    instant_format(entry->at, at);
    printf("the receipt holds\nentry       position %lld: %s at %s, by %s", (long long)receipt->pos,
           ledger_kind_name((int)entry->kind), at, actor_kind_name(entry->actor.kind));
    print_who("", entry->actor.id);
    print_who("of team", entry->team);
    printf("\nbody        %.*s\n", (int)entry->body_len, entry->body);
    print_checkpoint(&receipt->checkpoint);
}

static int check_receipt(const char *path, const json_t *json, const uint8_t key[PUBLIC_KEY_BYTES])
{
    struct receipt receipt;
    const char *member;
    enum proof_fault fault = receipt_read(json, &receipt, &member);

    if (fault == PROOF_HOLDS)
        fault = receipt_check(&receipt, key);
    if (fault != PROOF_HOLDS)
        return print_fault(path, fault, member);
    print_receipt(&receipt);
    return CLI_OK;
}

static int verify_receipt(const struct cli *cli, const char *path)
{
    uint8_t key[PUBLIC_KEY_BYTES];
    json_t *json;
    int code = public_key(cli, key);

    if (code == CLI_OK)
        code = load(path, &json);
    if (code != CLI_OK)
        return code;
    code = check_receipt(path, json, key);
    json_decref(json);
    return code;
}

/* ---- consistency ---- */

/* A checkpoint by itself, or that of a kept receipt or proof. */
static int read_kept(const char *path, struct checkpoint *out)
{
    const char *member;
    json_t *json;
    int code = load(path, &json);

    if (code != CLI_OK)
        return code;
    const json_t *inside = json_object_get(json, "checkpoint");
    if (!checkpoint_read(inside == NULL ? json : inside, out, &member))
        code = print_fault(path, PROOF_FAULT_SHAPE, member);
    json_decref(json);
    return code;
}

static int check_consistency(const struct cli *cli, const char *path, const json_t *json,
                             const struct checkpoint *kept)
{
    const char *kept_key = cli_option(cli, "checkpoint-key");
    uint8_t keys[2][PUBLIC_KEY_BYTES];
    struct consistency proof;
    const char *member;
    int code = public_key(cli, keys[1]);

    memcpy(keys[0], keys[1], PUBLIC_KEY_BYTES);
    if (code == CLI_OK && kept_key != NULL)
        code = read_key("checkpoint-key", kept_key, keys[0]);
    if (code != CLI_OK)
        return code;
    if (!consistency_read(json, &proof, &member))
        return print_fault(path, PROOF_FAULT_SHAPE, member);
    enum proof_fault fault = consistency_check(&proof, kept, keys[0], keys[1]);
    if (fault != PROOF_HOLDS)
        return print_fault(path, fault, NULL);
    printf("all that the kept checkpoint covers is unchanged\n");
    print_checkpoint(kept);
    print_checkpoint(&proof.checkpoint);
    return CLI_OK;
}

static int verify_consistency(const struct cli *cli, const char *path)
{
    const char *kept_path = cli_option(cli, "checkpoint");
    struct checkpoint kept;
    json_t *json;

    if (kept_path == NULL)
        return cli_say(CLI_USAGE, "--checkpoint is missing: the one that you kept");
    int code = read_kept(kept_path, &kept);
    if (code == CLI_OK)
        code = load(path, &json);
    if (code != CLI_OK)
        return code;
    code = check_consistency(cli, path, json, &kept);
    json_decref(json);
    return code;
}

bool cli_proof_is_asked(const struct cli *cli)
{
    return cli_option(cli, "receipt") != NULL || cli_option(cli, "consistency") != NULL;
}

int cli_proof_verify(const struct cli *cli)
{
    const char *receipt = cli_option(cli, "receipt");
    const char *consistency = cli_option(cli, "consistency");

    if (cli->word_count > 0 || (receipt != NULL && consistency != NULL))
        return cli_say(CLI_USAGE, "give a workspace, or --receipt, or --consistency");
    return receipt != NULL ? verify_receipt(cli, receipt) : verify_consistency(cli, consistency);
}
