/*
 * Ed25519 (RFC 8032) by OpenSSL: the key that signs checkpoints, and the check of what it signed.
 * Keys are read and written as text (PEM: PKCS #8 and SubjectPublicKeyInfo); where they are kept is
 * up to the caller.
 */
#ifndef BATON_CORE_SIGNING_KEY_H
#define BATON_CORE_SIGNING_KEY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGNING_SEED_BYTES 32
#define PUBLIC_KEY_BYTES   32
#define SIGNATURE_BYTES    64
/** The first bytes of SHA-256 of the raw public key. */
#define KEY_ID_BYTES 8

/** Room for a key in PEM, with any text around it. */
#define SIGNING_PEM_MAX_BYTES 4096

struct signing_key;

enum signing_key_fault {
    SIGNING_KEY_FINE,
    SIGNING_KEY_NOT_PEM, /* no private key in PEM, or one with a passphrase */
    SIGNING_KEY_OTHER,   /* a private key, but not Ed25519 */
};

/** The key derived from 32 random bytes; NULL when memory is short. */
struct signing_key *signing_key_new(const uint8_t seed[SIGNING_SEED_BYTES]);
enum signing_key_fault signing_key_read(const char *pem, size_t len,
                                        struct signing_key **out) MUST_USE;
void signing_key_free(struct signing_key *key);

/** PKCS #8 in PEM, NUL-terminated; the length, or 0 when memory is short. */
size_t signing_key_write(const struct signing_key *key, char out[SIGNING_PEM_MAX_BYTES]) MUST_USE;

/** The raw public key and its id, which live as long as the key. */
const uint8_t *signing_key_public(const struct signing_key *key);
const uint8_t *signing_key_id(const struct signing_key *key);

/** Any thread. False when memory is short. */
bool signing_key_sign(const struct signing_key *key, const void *bytes, size_t len,
                      uint8_t out[SIGNATURE_BYTES]) MUST_USE;

/** Says that another key signs from now on: input of the command in
 *  core/setup/signing_key_change.h. */
struct signing_key_input {
    uint8_t previous[KEY_ID_BYTES]; /* key id of the last checkpoint */
    int64_t size;                   /* of that checkpoint */
    uint8_t key_id[KEY_ID_BYTES];
    uint8_t public_key[PUBLIC_KEY_BYTES];
};

/* ---- with only the public key ---- */

/** From PEM, or from 64 hex digits with white space around them. */
bool public_key_read(const char *text, size_t len, uint8_t out[PUBLIC_KEY_BYTES]) MUST_USE;
/** SubjectPublicKeyInfo in PEM; as signing_key_write(). */
size_t public_key_write(const uint8_t key[PUBLIC_KEY_BYTES],
                        char out[SIGNING_PEM_MAX_BYTES]) MUST_USE;
void public_key_id(const uint8_t key[PUBLIC_KEY_BYTES], uint8_t out[KEY_ID_BYTES]);
bool public_key_verify(const uint8_t key[PUBLIC_KEY_BYTES], const void *bytes, size_t len,
                       const uint8_t signature[SIGNATURE_BYTES]) MUST_USE;

#endif
