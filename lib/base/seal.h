/*
 * What is kept secret, sealed: AES-256-GCM (NIST SP 800-38D) by OpenSSL, under a key that is not
 * stored beside it. The envelope carries the id of its key and is bound to its place: moved to
 * another workspace, row or field it does not open.
 *
 *     1 byte    1, the form of the envelope
 *     8 bytes   id of the key: the first of SHA-256("baton secret key" ‖ 0 ‖ key)
 *     12 bytes  nonce, random
 *     n bytes   ciphertext
 *     16 bytes  tag, over "baton sealed" ‖ 0 ‖ envelope up to the nonce ‖ workspace ‖ subject ‖
 *               field, and the ciphertext
 *
 * Random nonces are safe for some 2^32 values under one key; a database has thousands.
 */
#ifndef BATON_BASE_SEAL_H
#define BATON_BASE_SEAL_H

#include "base/error.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_KEY_BYTES    32
#define SEAL_KEY_ID_BYTES 8
#define SEAL_NONCE_BYTES  12
#define SEAL_TAG_BYTES    16
#define SEAL_HEAD_BYTES   (1 + SEAL_KEY_ID_BYTES + SEAL_NONCE_BYTES)

/** Length of the envelope of n bytes. */
#define SEALED_BYTES(n) (SEAL_HEAD_BYTES + (n) + SEAL_TAG_BYTES)

struct seal_key {
    uint8_t id[SEAL_KEY_ID_BYTES];
    uint8_t bytes[SEAL_KEY_BYTES];
};

/** A value in clear, or its envelope. */
struct seal_bytes {
    const void *bytes; /* NULL: there is none */
    size_t len;
};

/** Where a value belongs. */
struct seal_place {
    struct uuid workspace;
    struct uuid subject; /* the row: a source, or the workspace itself */
    const char *field;
};

enum seal_end {
    SEAL_DONE,
    SEAL_NO_KEY, /* the key with the envelope's id is missing */
    SEAL_BROKEN, /* not an envelope, or altered, or from another place */
    SEAL_NO_MEMORY,
};

/** Sets the key to these bytes, and computes its id. */
void seal_key_set(struct seal_key *key, const uint8_t bytes[SEAL_KEY_BYTES]);

/** Writes SEALED_BYTES(clear.len). The nonce must be random and never used again. */
enum seal_end seal_close(const struct seal_key *key, const struct seal_place *place,
                         const uint8_t nonce[SEAL_NONCE_BYTES], struct seal_bytes clear,
                         uint8_t *out) MUST_USE;

/** The id of the envelope's key, within the envelope; NULL when it is not an envelope. */
const uint8_t *seal_key_id(struct seal_bytes envelope);

/** Writes envelope.len - SEALED_BYTES(0) bytes, or none. SEAL_NO_KEY: it was sealed with another
 * key. */
enum seal_end seal_open(const struct seal_key *key, const struct seal_place *place,
                        struct seal_bytes envelope, uint8_t *out) MUST_USE;

#endif
