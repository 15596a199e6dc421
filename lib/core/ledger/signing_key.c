#include "core/ledger/signing_key.h"

#include "base/digest.h"
#include "base/hex.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

struct signing_key {
    EVP_PKEY *pkey;
    uint8_t public[PUBLIC_KEY_BYTES];
    uint8_t id[KEY_ID_BYTES];
};

/* Consumes pkey. */
static struct signing_key *hold(EVP_PKEY *pkey)
{
    struct signing_key *key = calloc(1, sizeof *key);
    size_t len = PUBLIC_KEY_BYTES;

    if (key == NULL || EVP_PKEY_get_raw_public_key(pkey, key->public, &len) != 1) {
        EVP_PKEY_free(pkey);
        free(key);
        return NULL;
    }
    key->pkey = pkey;
    public_key_id(key->public, key->id);
    return key;
}

struct signing_key *signing_key_new(const uint8_t seed[SIGNING_SEED_BYTES])
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SIGNING_SEED_BYTES);

    return pkey == NULL ? NULL : hold(pkey);
}

/* Otherwise OpenSSL would ask for a passphrase on the terminal. */
static int no_passphrase(char *buffer, int size, int for_writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)for_writing;
    (void)context;
    return -1;
}

enum signing_key_fault signing_key_read(const char *pem, size_t len, struct signing_key **out)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);

    BIO_free(bio);
    *out = NULL;
    if (pkey == NULL)
        return SIGNING_KEY_NOT_PEM;
    if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(pkey);
        return SIGNING_KEY_OTHER;
    }
    *out = hold(pkey);
    return *out == NULL ? SIGNING_KEY_NOT_PEM : SIGNING_KEY_FINE;
}

void signing_key_free(struct signing_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

/* The text that was written to the BIO, which is consumed. */
static size_t take_text(BIO *bio, bool written, char out[SIGNING_PEM_MAX_BYTES])
{
    char *text;
    long len = written ? BIO_get_mem_data(bio, &text) : 0;

    if (len <= 0 || len >= SIGNING_PEM_MAX_BYTES)
        len = 0;
    else
        memcpy(out, text, (size_t)len);
    out[len] = '\0';
    BIO_free(bio);
    return (size_t)len;
}

size_t signing_key_write(const struct signing_key *key, char out[SIGNING_PEM_MAX_BYTES])
{
    BIO *bio = BIO_new(BIO_s_secmem());
    bool written = bio != NULL &&
                   PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1;

    return take_text(bio, written, out);
}

const uint8_t *signing_key_public(const struct signing_key *key)
{
    return key->public;
}

const uint8_t *signing_key_id(const struct signing_key *key)
{
    return key->id;
}

bool signing_key_sign(const struct signing_key *key, const void *bytes, size_t len,
                      uint8_t out[SIGNATURE_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t made = SIGNATURE_BYTES;
    bool fine = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
                EVP_DigestSign(context, out, &made, bytes, len) == 1 && made == SIGNATURE_BYTES;

    EVP_MD_CTX_free(context);
    return fine;
}

/* ---- with only the public key ---- */

static EVP_PKEY *public_of(const uint8_t key[PUBLIC_KEY_BYTES])
{
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, PUBLIC_KEY_BYTES);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool read_hex(const char *text, size_t len, uint8_t out[PUBLIC_KEY_BYTES])
{
    for (; len > 0 && is_blank(text[0]); len--)
        text++;
    for (; len > 0 && is_blank(text[len - 1]); len--)
        continue;
    return hex_decode(text, len, out, PUBLIC_KEY_BYTES);
}

bool public_key_read(const char *text, size_t len, uint8_t out[PUBLIC_KEY_BYTES])
{
    size_t made = PUBLIC_KEY_BYTES;

    if (len > SIGNING_PEM_MAX_BYTES)
        return false;
    if (read_hex(text, len, out))
        return true;
    BIO *bio = BIO_new_mem_buf(text, (int)len);
    EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
    bool fine = pkey != NULL && EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519 &&
                EVP_PKEY_get_raw_public_key(pkey, out, &made) == 1;
    EVP_PKEY_free(pkey);
    BIO_free(bio);
    return fine;
}

size_t public_key_write(const uint8_t key[PUBLIC_KEY_BYTES], char out[SIGNING_PEM_MAX_BYTES])
{
    BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *pkey = public_of(key);
    bool written = bio != NULL && pkey != NULL && PEM_write_bio_PUBKEY(bio, pkey) == 1;

    EVP_PKEY_free(pkey);
    return take_text(bio, written, out);
}

void public_key_id(const uint8_t key[PUBLIC_KEY_BYTES], uint8_t out[KEY_ID_BYTES])
{
    uint8_t digest[DIGEST_BYTES];
    struct digest_part part = {key, PUBLIC_KEY_BYTES};

    digest_sha256(&part, 1, digest);
    memcpy(out, digest, KEY_ID_BYTES);
}

bool public_key_verify(const uint8_t key[PUBLIC_KEY_BYTES], const void *bytes, size_t len,
                       const uint8_t signature[SIGNATURE_BYTES])
{
    EVP_PKEY *pkey = public_of(key);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool holds = pkey != NULL && context != NULL &&
                 EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1 &&
                 EVP_DigestVerify(context, signature, SIGNATURE_BYTES, bytes, len) == 1;

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    return holds;
}
