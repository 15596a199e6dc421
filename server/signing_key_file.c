#include "signing_key_file.h"

#include "store/pg/entropy.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#define HOW_TO "`baton signing-key create FILE` makes one"

static struct signing_key *parse(const char *path, const char *pem, size_t len,
                                 char why[SIGNING_KEY_WHY_MAX_BYTES])
{
    struct signing_key *key = NULL;
    const char *fault = NULL;

    switch (signing_key_read(pem, len, &key)) {
    case SIGNING_KEY_FINE:
        break;
    case SIGNING_KEY_NOT_PEM:
        fault = "there is no private key in PEM without a passphrase in it; " HOW_TO;
        break;
    case SIGNING_KEY_OTHER:
        fault = "this key is not an Ed25519 key; " HOW_TO;
        break;
    }
    if (fault != NULL)
        snprintf(why, SIGNING_KEY_WHY_MAX_BYTES, "%s: %s", path, fault);
    return key;
}

struct signing_key *signing_key_file_read(const char *path, char why[SIGNING_KEY_WHY_MAX_BYTES])
{
    char pem[SIGNING_PEM_MAX_BYTES];
    struct signing_key *key = NULL;
    size_t len;

    switch (private_file_read(path, pem, sizeof pem, &len, why)) {
    case PRIVATE_FILE_DONE:
        key = parse(path, pem, len, why);
        break;
    case PRIVATE_FILE_ABSENT:
        snprintf(why, SIGNING_KEY_WHY_MAX_BYTES, "%s: there is no such file; " HOW_TO, path);
        break;
    default:
        break;
    }
    OPENSSL_cleanse(pem, sizeof pem);
    return key;
}

static size_t new_pem(char out[SIGNING_PEM_MAX_BYTES])
{
    uint8_t seed[SIGNING_SEED_BYTES];

    entropy_fill(seed, sizeof seed);
    struct signing_key *key = signing_key_new(seed);
    size_t len = key == NULL ? 0 : signing_key_write(key, out);
    OPENSSL_cleanse(seed, sizeof seed);
    signing_key_free(key);
    return len;
}

enum private_file signing_key_file_make(const char *path, char why[SIGNING_KEY_WHY_MAX_BYTES])
{
    char pem[SIGNING_PEM_MAX_BYTES];
    size_t len = new_pem(pem);
    enum private_file end = PRIVATE_FILE_FAILED;

    if (len == 0)
        snprintf(why, SIGNING_KEY_WHY_MAX_BYTES, "%s: memory is short", path);
    else
        end = private_file_make(path, pem, len, why);
    OPENSSL_cleanse(pem, sizeof pem);
    return end;
}
