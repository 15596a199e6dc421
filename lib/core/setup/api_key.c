#include "core/setup/api_key.h"

#include <string.h>

#define PREFIX_LEN (sizeof API_KEY_PREFIX - 1)

static bool is_secret(const char *text)
{
    uint8_t bytes[API_KEY_SECRET_BYTES];

    return base32_decode(text, API_KEY_SECRET_LEN, bytes, sizeof bytes);
}

bool api_key_parse(const char *text, size_t len, struct api_key_text *out)
{
    const char *id = text + PREFIX_LEN;
    const char *secret = id + PUBLIC_ID_LEN + 1;

    if (len != API_KEY_TEXT_LEN || memcmp(text, API_KEY_PREFIX, PREFIX_LEN) != 0)
        return false;
    if (secret[-1] != '_' || !is_secret(secret) ||
        !public_id_parse(id, PUBLIC_ID_LEN, &out->workspace, &out->key))
        return false;
    memcpy(out->secret, secret, API_KEY_SECRET_LEN);
    out->secret[API_KEY_SECRET_LEN] = '\0';
    return true;
}

void api_key_format(const struct api_key_text *key, char out[API_KEY_TEXT_LEN + 1])
{
    char *id = out + PREFIX_LEN;

    memcpy(out, API_KEY_PREFIX, PREFIX_LEN);
    public_id_format(key->workspace, key->key, id);
    id[PUBLIC_ID_LEN] = '_';
    memcpy(id + PUBLIC_ID_LEN + 1, key->secret, API_KEY_SECRET_LEN + 1);
}

void api_key_secret(const uint8_t random[API_KEY_SECRET_BYTES], char out[API_KEY_SECRET_LEN + 1])
{
    base32_encode(random, API_KEY_SECRET_BYTES, out);
}

void api_key_secret_again(const struct config *config, struct uuid key, const char *idempotency_key,
                          char out[API_KEY_SECRET_LEN + 1])
{
    uint8_t mac[DIGEST_BYTES];
    const struct digest_part parts[] = {
        {"api key", sizeof "api key"},
        {key.b, sizeof key.b},
        {idempotency_key, strlen(idempotency_key)},
    };

    digest_hmac(config->secret, sizeof config->secret, parts, 3, mac);
    api_key_secret(mac, out);
}

void api_key_hash(const char *secret, uint8_t out[DIGEST_BYTES])
{
    digest_sha256(&(struct digest_part){secret, strlen(secret)}, 1, out);
}

bool api_key_fits(const struct api_key *key, const char *secret)
{
    uint8_t hash[DIGEST_BYTES];

    api_key_hash(secret, hash);
    return digest_equal(hash, key->secret_hash, DIGEST_BYTES);
}
