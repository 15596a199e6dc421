#include "core/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define HMAC_BLOCK_BYTES 64

static EVP_MD *sha256;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static _Thread_local EVP_MD_CTX *context;
static pthread_key_t context_key;

static void context_free(void *value)
{
    EVP_MD_CTX_free(value);
}

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 == NULL || pthread_key_create(&context_key, context_free) != 0)
        abort();
}

/* One context per thread, freed when the thread ends. Without a digest there is no ledger, so
 * a process that cannot have one ends. */
static EVP_MD_CTX *start(void)
{
    pthread_once(&fetched, fetch);
    if (context == NULL) {
        context = EVP_MD_CTX_new();
        if (context == NULL || pthread_setspecific(context_key, context) != 0)
            abort();
    }
    if (EVP_DigestInit_ex2(context, sha256, NULL) != 1)
        abort();
    return context;
}

static void update(EVP_MD_CTX *ctx, const void *bytes, size_t len)
{
    if (len > 0 && EVP_DigestUpdate(ctx, bytes, len) != 1)
        abort();
}

static void finish(EVP_MD_CTX *ctx, uint8_t out[DIGEST_BYTES])
{
    unsigned len = DIGEST_BYTES;

    if (EVP_DigestFinal_ex(ctx, out, &len) != 1)
        abort();
}

void digest_sha256(const struct digest_part *parts, size_t count, uint8_t out[DIGEST_BYTES])
{
    EVP_MD_CTX *ctx = start();

    for (size_t i = 0; i < count; i++)
        update(ctx, parts[i].bytes, parts[i].len);
    finish(ctx, out);
}

void digest_hmac(const uint8_t *key, size_t key_len, const struct digest_part *parts, size_t count,
                 uint8_t out[DIGEST_BYTES])
{
    uint8_t block[HMAC_BLOCK_BYTES] = {0};
    uint8_t inner[DIGEST_BYTES];
    struct digest_part whole = {key, key_len};

    if (key_len > HMAC_BLOCK_BYTES)
        digest_sha256(&whole, 1, block);
    else
        memcpy(block, key, key_len);
    for (int i = 0; i < HMAC_BLOCK_BYTES; i++)
        block[i] ^= 0x36;
    EVP_MD_CTX *ctx = start();
    update(ctx, block, sizeof block);
    for (size_t i = 0; i < count; i++)
        update(ctx, parts[i].bytes, parts[i].len);
    finish(ctx, inner);
    for (int i = 0; i < HMAC_BLOCK_BYTES; i++)
        block[i] ^= 0x36 ^ 0x5c;
    ctx = start();
    update(ctx, block, sizeof block);
    update(ctx, inner, sizeof inner);
    finish(ctx, out);
}

bool digest_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}
