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

void digest_hmac(const uint8_t *key, size_t key_len, const struct digest_part *parts, size_t count,
                 uint8_t out[DIGEST_BYTES])
{
    uint8_t block[HMAC_BLOCK_BYTES] = {0};
    uint8_t inner[DIGEST_BYTES];
    struct digest_part whole = {key, key_len};
    SHA256_CTX context;

    if (key_len > HMAC_BLOCK_BYTES)
        digest_sha256(&whole, 1, block);
    else
        memcpy(block, key, key_len);
    for (int i = 0; i < HMAC_BLOCK_BYTES; i++)
        block[i] ^= 0x36;
    SHA256_Init(&context);
    SHA256_Update(&context, block, sizeof block);
    update(&context, parts, count);
    SHA256_Final(inner, &context);
    for (int i = 0; i < HMAC_BLOCK_BYTES; i++)
        block[i] ^= 0x36 ^ 0x5c;
    SHA256_Init(&context);
    SHA256_Update(&context, block, sizeof block);
    SHA256_Update(&context, inner, sizeof inner);
    SHA256_Final(out, &context);
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
