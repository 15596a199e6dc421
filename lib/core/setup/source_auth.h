/*
 * How deliveries of a source are recognised: by a key of its team (bearer), or by HMAC-SHA256 of
 * the raw body with a shared secret; with either of two, while one replaces the other. Stored as
 * JSON, and the secrets separately, sealed: {"scheme":"bearer"} or
 * {"scheme":"hmac_sha256","header":…,"encoding":"hex"|"base64","prefix":…}.
 */
#ifndef BATON_CORE_SOURCE_AUTH_H
#define BATON_CORE_SOURCE_AUTH_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json_out.h"
#include "base/public_id.h"
#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>

#define SOURCE_SECRET_MIN_BYTES 16
#define SOURCE_SECRET_MAX_BYTES 256

#define SOURCE_SECRET_BYTES 20
/** Length of the text of a made secret, without the NUL. */
#define SOURCE_SECRET_LEN BASE32_LEN(SOURCE_SECRET_BYTES)

enum auth_scheme { AUTH_BEARER, AUTH_HMAC_SHA256 };
enum auth_encoding { AUTH_HEX, AUTH_BASE64 };

const char *auth_scheme_name(enum auth_scheme scheme);
const char *auth_encoding_name(enum auth_encoding encoding);
extern const struct input_type auth_scheme_type;
extern const struct input_type auth_encoding_type;

struct source_auth {
    enum auth_scheme scheme;
    /* of AUTH_HMAC_SHA256 */
    const char *header;
    enum auth_encoding encoding;
    const char *prefix;     /* before the signature, such as "sha256="; "": none */
    const char *secret;     /* NULL: not given, or cannot be opened */
    const char *old_secret; /* accepted as well until old_until; NULL: none */
    instant old_until;
};

/** Reads the stored form, which has no secrets; texts are copied. ERR_INVALID_VALUE,
 *  ERR_OUT_OF_MEMORY. */
enum err source_auth_parse(const char *json, struct arena *arena, struct source_auth *out) MUST_USE;

/** That of a source, with its secrets, which are borrowed from it. */
enum err source_auth_of(const struct source *source, struct arena *arena,
                        struct source_auth *out) MUST_USE;

/** Whether a header's value is the signature of these bytes with either secret, in constant time.
 *  False for bearer. */
bool source_auth_fits(const struct source_auth *auth, instant now, const char *signature,
                      const void *body, size_t body_len);

/**
 * The secret that Baton makes for a source: base32 of the first bytes of HMAC-SHA256(workspace
 * secret, "source secret" ‖ 0 ‖ source id ‖ idempotency key), so that a repeat of the request shows
 * the same secret although it is not stored with the answer. One that replaces another (since is
 * when, else INSTANT_NONE) is made from "source secret since" ‖ 0 ‖ source id ‖ since as 8 bytes,
 * big-endian ‖ idempotency key: a key may be used again after a week.
 */
void source_auth_make_secret(const struct config *config, struct uuid source, instant since,
                             const char *idempotency_key, char out[SOURCE_SECRET_LEN + 1]);

/** Writes the object as it is stored and shown: without secrets. */
void source_auth_write(const struct source_auth *auth, struct json_out *out);

#endif
