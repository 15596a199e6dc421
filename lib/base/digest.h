/* SHA-256 and HMACs by OpenSSL, without allocations. Thread-safe. */
#ifndef BATON_BASE_DIGEST_H
#define BATON_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32

struct digest_part {
    const void *bytes;
    size_t len;
};

/** SHA-256 over the parts, one after the other. */
void digest_sha256(const struct digest_part *parts, size_t count, uint8_t out[DIGEST_BYTES]);

/** HMAC-SHA256 over the parts (RFC 2104). */
void digest_hmac(const uint8_t *key, size_t key_len, const struct digest_part *parts, size_t count,
                 uint8_t out[DIGEST_BYTES]);

/** A key, made ready for many HMACs: of a short one the key alone is half of the work. As secret as
 *  the key. */
struct digest_key {
    uint32_t inner[8]; /* SHA-256 after the key's block */
    uint32_t outer[8];
};

void digest_key_set(struct digest_key *out, const uint8_t *key, size_t key_len);

/** digest_hmac() by a key that is ready. */
void digest_hmac_by(const struct digest_key *key, const struct digest_part *parts, size_t count,
                    uint8_t out[DIGEST_BYTES]);

/** With SHA-1, for senders that know no other: an HMAC does not rest on what SHA-1 has lost. */
#define DIGEST_SHA1_BYTES 20
void digest_hmac_sha1(const uint8_t *key, size_t key_len, const struct digest_part *parts,
                      size_t count, uint8_t out[DIGEST_SHA1_BYTES]);

/** Compares in constant time. */
bool digest_equal(const uint8_t *a, const uint8_t *b, size_t len);

#endif
