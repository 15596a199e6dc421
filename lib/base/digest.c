/* OpenSSL's EVP functions allocate for each hash, and fail when they cannot. A hash that cannot
 * fail is worth using deprecated functions. Measured with OpenSSL 3.0, an HMAC of 59 bytes in three
 * parts takes 484 ns here, 1,094 ns by EVP_MAC with a context that is kept, 2,366 ns with a new
 * one. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

#define HMAC_BLOCK_BYTES 64

static void update(SHA256_CTX *context, const struct digest_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (parts[i].len > 0)
            SHA256_Update(context, parts[i].bytes, parts[i].len);
}

void digest_sha256(const struct digest_part *parts, size_t count, uint8_t out[DIGEST_BYTES])
{
    SHA256_CTX context;

    SHA256_Init(&context);
    update(&context, parts, count);
    SHA256_Final(out, &context);
}

static void hash_block(const uint8_t block[HMAC_BLOCK_BYTES], uint32_t state[8])
{
    SHA256_CTX context;

    SHA256_Init(&context);
    SHA256_Update(&context, block, HMAC_BLOCK_BYTES);
    memcpy(state, context.h, sizeof context.h);
}

void digest_key_set(struct digest_key *out, const uint8_t *key, size_t key_len)
{
    uint8_t block[HMAC_BLOCK_BYTES] = {0};
    struct digest_part whole = {key, key_len};

    if (key_len > HMAC_BLOCK_BYTES)
        digest_sha256(&whole, 1, block);
    else
        memcpy(block, key, key_len);
    for (int i = 0; i < HMAC_BLOCK_BYTES; i++)
        block[i] ^= 0x36;
    hash_block(block, out->inner);
    for (int i = 0; i < HMAC_BLOCK_BYTES; i++)
        block[i] ^= 0x36 ^ 0x5c;
    hash_block(block, out->outer);
}

/* Goes on after the key's block. */
static void begin_after(SHA256_CTX *context, const uint32_t state[8])
{
    SHA256_Init(context);
    memcpy(context->h, state, sizeof context->h);
    context->Nl = 8 * HMAC_BLOCK_BYTES; /* bits so far */
}

void digest_hmac_by(const struct digest_key *key, const struct digest_part *parts, size_t count,
                    uint8_t out[DIGEST_BYTES])
{
    uint8_t inner[DIGEST_BYTES];
    SHA256_CTX context;

    begin_after(&context, key->inner);
    update(&context, parts, count);
    SHA256_Final(inner, &context);
    begin_after(&context, key->outer);
    SHA256_Update(&context, inner, sizeof inner);
    SHA256_Final(out, &context);
}

void digest_hmac(const uint8_t *key, size_t key_len, const struct digest_part *parts, size_t count,
                 uint8_t out[DIGEST_BYTES])
{
    struct digest_key ready;

    digest_key_set(&ready, key, key_len);
    digest_hmac_by(&ready, parts, count, out);
}

void digest_hmac_sha1(const uint8_t *key, size_t key_len, const struct digest_part *parts,
                      size_t count, uint8_t out[DIGEST_SHA1_BYTES])
{
    uint8_t block[HMAC_BLOCK_BYTES] = {0};
    SHA_CTX context;

    if (key_len > HMAC_BLOCK_BYTES)
        SHA1(key, key_len, block);
    else
        memcpy(block, key, key_len);
    for (int i = 0; i < HMAC_BLOCK_BYTES; i++)
        block[i] ^= 0x36;
    SHA1_Init(&context);
    SHA1_Update(&context, block, sizeof block);
    for (size_t i = 0; i < count; i++)
        SHA1_Update(&context, parts[i].bytes, parts[i].len);
    SHA1_Final(out, &context);
    for (int i = 0; i < HMAC_BLOCK_BYTES; i++)
        block[i] ^= 0x36 ^ 0x5c;
    SHA1_Init(&context);
    SHA1_Update(&context, block, sizeof block);
    SHA1_Update(&context, out, DIGEST_SHA1_BYTES);
    SHA1_Final(out, &context);
}

bool digest_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}
