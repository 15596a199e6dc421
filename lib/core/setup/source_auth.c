#include "core/setup/source_auth.h"

#include "base/base64.h"
#include "base/digest.h"
#include "base/hex.h"
#include "base/json_tree.h"

#include <jansson.h>
#include <string.h>

static const char *const scheme_names[] = {
    [AUTH_BEARER] = "bearer", [AUTH_HMAC_SHA256] = "hmac_sha256"};
static const char *const encoding_names[] = {[AUTH_HEX] = "hex", [AUTH_BASE64] = "base64"};

const struct input_type auth_scheme_type = {
    .kind = INPUT_ENUM, .values = scheme_names, .max = AUTH_HMAC_SHA256};
const struct input_type auth_encoding_type = {
    .kind = INPUT_ENUM, .values = encoding_names, .max = AUTH_BASE64};

const char *auth_scheme_name(enum auth_scheme scheme)
{
    return scheme_names[scheme];
}

const char *auth_encoding_name(enum auth_encoding encoding)
{
    return encoding_names[encoding];
}

static const char *copy_member(const json_t *json, const char *name, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text == NULL ? NULL : arena_strdup(arena, text);
}

static enum err parse(const json_t *json, struct arena *arena, struct source_auth *out)
{
    const char *scheme = json_string_value(json_object_get(json, "scheme"));
    const char *encoding = json_string_value(json_object_get(json, "encoding"));

    *out = (struct source_auth){.scheme = AUTH_BEARER, .old_until = INSTANT_NONE};
    if (scheme == NULL)
        return ERR_INVALID_VALUE;
    if (strcmp(scheme, auth_scheme_name(AUTH_BEARER)) == 0)
        return ERR_NONE;
    out->scheme = AUTH_HMAC_SHA256;
    out->header = copy_member(json, "header", arena);
    out->prefix = copy_member(json, "prefix", arena);
    if (encoding != NULL && strcmp(encoding, auth_encoding_name(AUTH_BASE64)) == 0)
        out->encoding = AUTH_BASE64;
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return out->header == NULL || out->prefix == NULL ? ERR_INVALID_VALUE : ERR_NONE;
}

enum err source_auth_parse(const char *json, struct arena *arena, struct source_auth *out)
{
    json_t *parsed = json_tree_read(arena, json, strlen(json), JSON_REJECT_DUPLICATES, NULL);

    if (parsed == NULL)
        return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_INVALID_VALUE;
    enum err err = parse(parsed, arena, out);
    json_decref(parsed);
    return err;
}

enum err source_auth_of(const struct source *source, struct arena *arena, struct source_auth *out)
{
    enum err err = source_auth_parse(source->auth, arena, out);

    if (err == ERR_NONE && out->scheme == AUTH_HMAC_SHA256) {
        out->secret = source->secret;
        out->old_secret = source->old_secret;
        out->old_until = source->old_until;
    }
    return err;
}

/* ---- signatures ---- */

#define HEX_DIGITS    (2 * DIGEST_BYTES)
#define BASE64_DIGITS BASE64_LEN(DIGEST_BYTES)

/* Takes the same steps whatever the result, so that the time says nothing. */
static bool is_made_with(const struct source_auth *auth, const char *secret, const char *given,
                         size_t given_len, const struct digest_part *body)
{
    uint8_t digest[DIGEST_BYTES];
    char wanted[HEX_DIGITS + 1];

    digest_hmac((const uint8_t *)secret, strlen(secret), body, 1, digest);
    if (auth->encoding == AUTH_BASE64)
        base64_encode(digest, DIGEST_BYTES, wanted);
    else
        hex_encode(digest, DIGEST_BYTES, wanted);
    return digest_equal((const uint8_t *)wanted, (const uint8_t *)given, given_len);
}

bool source_auth_fits(const struct source_auth *auth, instant now, const char *signature,
                      const void *body, size_t body_len)
{
    const struct digest_part part = {body, body_len};
    size_t prefix_len = auth->prefix == NULL ? 0 : strlen(auth->prefix);
    size_t wanted_len = auth->encoding == AUTH_HEX ? HEX_DIGITS : BASE64_DIGITS;
    char given[HEX_DIGITS];

    if (auth->scheme != AUTH_HMAC_SHA256 || auth->secret == NULL ||
        strncmp(signature, auth->prefix == NULL ? "" : auth->prefix, prefix_len) != 0 ||
        strlen(signature + prefix_len) != wanted_len)
        return false;
    memcpy(given, signature + prefix_len, wanted_len);
    for (size_t i = 0; auth->encoding == AUTH_HEX && i < wanted_len; i++)
        given[i] = given[i] >= 'A' && given[i] <= 'F' ? (char)(given[i] | 0x20) : given[i];
    /* both are always tried, so that the time does not say which one fits */
    bool two = auth->old_secret != NULL && now < auth->old_until;
    bool by_old = two && is_made_with(auth, auth->old_secret, given, wanted_len, &part);
    bool by_new = is_made_with(auth, auth->secret, given, wanted_len, &part);
    return by_new | by_old;
}

void source_auth_write(const struct source_auth *auth, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "scheme", auth_scheme_name(auth->scheme));
    if (auth->scheme == AUTH_HMAC_SHA256) {
        json_out_member_text(out, "header", auth->header);
        json_out_member_text(out, "encoding", auth_encoding_name(auth->encoding));
        json_out_member_text(out, "prefix", auth->prefix);
    }
    json_out_end_object(out);
}

void source_auth_make_secret(const struct config *config, struct uuid source, instant since,
                             const char *idempotency_key, char out[SOURCE_SECRET_LEN + 1])
{
    static const char first[] = "source secret", next[] = "source secret since";
    bool replaces = since != INSTANT_NONE;
    uint8_t mac[DIGEST_BYTES];
    uint8_t at[8];

    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)((uint64_t)since >> (56 - 8 * i));
    const struct digest_part parts[] = {
        replaces ? (struct digest_part){next, sizeof next}
                 : (struct digest_part){first, sizeof first},
        {source.b, sizeof source.b},
        {at, replaces ? sizeof at : 0},
        {idempotency_key, strlen(idempotency_key)},
    };
    digest_hmac(config->secret, sizeof config->secret, parts, 4, mac);
    base32_encode(mac, SOURCE_SECRET_BYTES, out);
}
