/*
 * The text of a key, "baton_<id>_<secret>": id is the public id of workspace and key, secret the
 * base32 text of 20 random bytes. Only the SHA-256 of the secret's text is stored.
 */
#ifndef BATON_CORE_API_KEY_H
#define BATON_CORE_API_KEY_H

#include "base/public_id.h"
#include "core/config.h"

#include <stdbool.h>

#define API_KEY_SECRET_BYTES 20
#define API_KEY_SECRET_LEN   BASE32_LEN(API_KEY_SECRET_BYTES)
#define API_KEY_PREFIX       "baton_"
/** Length of the text without the NUL: prefix, id, "_", secret. */
#define API_KEY_TEXT_LEN (sizeof API_KEY_PREFIX - 1 + PUBLIC_ID_LEN + 1 + API_KEY_SECRET_LEN)

struct api_key_text {
    struct uuid workspace;
    struct uuid key;
    char secret[API_KEY_SECRET_LEN + 1];
};

/** Accepts exactly the form above. */
bool api_key_parse(const char *text, size_t len, struct api_key_text *out);

void api_key_format(const struct api_key_text *key, char out[API_KEY_TEXT_LEN + 1]);

/** A secret of random bytes. */
void api_key_secret(const uint8_t random[API_KEY_SECRET_BYTES], char out[API_KEY_SECRET_LEN + 1]);

/**
 * The secret of a key made by a request that may be repeated: the first bytes of
 * HMAC-SHA256(workspace secret, "api key" ‖ 0 ‖ key id ‖ idempotency key). Only a digest of the
 * idempotency key is stored, so the database alone does not reveal the secret, and a repeat that
 * brings the key can derive it again.
 */
void api_key_secret_again(const struct config *config, struct uuid key, const char *idempotency_key,
                          char out[API_KEY_SECRET_LEN + 1]);

void api_key_hash(const char *secret, uint8_t out[DIGEST_BYTES]);

/** Whether this is the key's secret, in constant time. */
bool api_key_fits(const struct api_key *key, const char *secret);

#endif
