/*
 * How deliveries of a source are recognised: by a key of its team (bearer), or by a secret that the
 * source and its sender share; with either of two, while one replaces the other. Stored as JSON,
 * and the secrets separately, sealed:
 *   {"scheme": "bearer"}
 *   {"scheme": "hmac_sha256", "header", "encoding", "prefix", "over", "timestamp_header",
 *    "tolerance_seconds"}     hmac_sha1 likewise: of the body, or of a template such as
 * "{t}.{body}"
 *   {"scheme": "hubspot"}               versions 1 to 3 of its signatures
 *   {"scheme": "standard_webhooks"}     also Svix
 *   {"scheme": "basic"}                 the secret is the name or the password
 *   {"scheme": "key", "header" | "query" | "body"}   the secret itself, in one of these places
 * and beside these "handshake" (meta, linkedin) with "verify_token".
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

/** Of signatures that are dated, unless the source says otherwise. */
#define SOURCE_TOLERANCE_SECONDS 300

enum auth_scheme {
    AUTH_BEARER,
    AUTH_HMAC_SHA256,
    AUTH_HMAC_SHA1,
    AUTH_HUBSPOT,
    AUTH_STANDARD_WEBHOOKS,
    AUTH_BASIC,
    AUTH_KEY,
    AUTH_SCHEME_COUNT
};
enum auth_encoding { AUTH_HEX, AUTH_BASE64 };
enum auth_handshake { AUTH_NO_HANDSHAKE, AUTH_META, AUTH_LINKEDIN, AUTH_HANDSHAKE_COUNT };

const char *auth_scheme_name(enum auth_scheme scheme);
const char *auth_encoding_name(enum auth_encoding encoding);
extern const struct input_type auth_scheme_type;
extern const struct input_type auth_encoding_type;
extern const struct input_type auth_handshake_type;

struct source_auth {
    enum auth_scheme scheme;
    /* of HMACs */
    const char *header; /* also of keys; NULL: elsewhere */
    enum auth_encoding encoding;
    const char *prefix;           /* before the signature, such as "sha256="; "": none */
    const char *over;             /* {body}, {t}, {method} and {url} are put in; NULL: the body */
    const char *timestamp_header; /* NULL: {t} is what follows "t=" in the signature's header */
    int64_t tolerance_seconds;    /* how far {t} may be from now */
    /* of keys */
    const char *query; /* name of a parameter, or NULL */
    const char *body;  /* JSON pointer, or NULL */
    enum auth_handshake handshake;
    const char *verify_token; /* of a handshake; NULL: none */
    const char *secret;       /* NULL: not given, or cannot be opened */
    const char *old_secret;   /* accepted as well until old_until; NULL: none */
    instant old_until;
};

/** Whether the source shares a secret with its sender. */
static inline bool source_auth_has_secret(const struct source_auth *auth)
{
    return auth->scheme != AUTH_BEARER;
}

/** Reads the stored form, which has no secrets; texts are copied. ERR_INVALID_VALUE,
 *  ERR_OUT_OF_MEMORY. */
enum err source_auth_parse(const char *json, struct arena *arena, struct source_auth *out) MUST_USE;

/** That of a source, with its secrets, which are borrowed from it. */
enum err source_auth_of(const struct source *source, struct arena *arena,
                        struct source_auth *out) MUST_USE;

/** Addresses that a sender may have signed: what stands in front of us may have changed them. */
#define PROOF_URLS_MAX 4

/** What a delivery has to show, as far as its source's scheme looks at it. */
struct source_proof {
    const char *signature; /* value of the header, or the key itself; NULL: it is not there */
    const char *timestamp;
    const char *id;      /* of standard webhooks */
    const char *version; /* of HubSpot's signatures */
    const char *method;
    const char *urls[PROOF_URLS_MAX];
    instant at; /* when it came */
};

/** Whether it proves that the sender knows either secret, in constant time as far as the secrets
 *  are concerned. False for bearer. */
bool source_auth_fits(const struct source_auth *auth, const struct source_proof *proof,
                      const void *body, size_t body_len);

/** LinkedIn's answer to a challenge: HMAC-SHA256 of it in hex. */
void source_auth_answer(const char *secret, const char *challenge, char out[65]);

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
