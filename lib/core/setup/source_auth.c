#include "core/setup/source_auth.h"

#include "base/base64.h"
#include "base/digest.h"
#include "base/hex.h"
#include "base/json_tree.h"
#include "base/written.h"

#include <jansson.h>
#include <string.h>

static const char *const scheme_names[AUTH_SCHEME_COUNT] = {
    [AUTH_BEARER] = "bearer",
    [AUTH_HMAC_SHA256] = "hmac_sha256",
    [AUTH_HMAC_SHA1] = "hmac_sha1",
    [AUTH_HUBSPOT] = "hubspot",
    [AUTH_STANDARD_WEBHOOKS] = "standard_webhooks",
    [AUTH_BASIC] = "basic",
    [AUTH_KEY] = "key",
};
static const char *const encoding_names[] = {[AUTH_HEX] = "hex", [AUTH_BASE64] = "base64"};
static const char *const handshake_names[AUTH_HANDSHAKE_COUNT] = {
    [AUTH_META] = "meta", [AUTH_LINKEDIN] = "linkedin"};

const struct input_type auth_scheme_type = {
    .kind = INPUT_ENUM, .values = scheme_names, .max = AUTH_SCHEME_COUNT - 1};
const struct input_type auth_encoding_type = {
    .kind = INPUT_ENUM, .values = encoding_names, .max = AUTH_BASE64};
const struct input_type auth_handshake_type = {.kind = INPUT_ENUM,
                                               .values = handshake_names,
                                               .min = AUTH_META,
                                               .max = AUTH_HANDSHAKE_COUNT - 1};

const char *auth_scheme_name(enum auth_scheme scheme)
{
    return scheme_names[scheme];
}

const char *auth_encoding_name(enum auth_encoding encoding)
{
    return encoding_names[encoding];
}

static int index_of(const char *const *names, int count, const json_t *word, int otherwise)
{
    const char *text = json_string_value(word);

    for (int i = 0; text != NULL && i < count; i++)
        if (names[i] != NULL && strcmp(names[i], text) == 0)
            return i;
    return otherwise;
}

static const char *copy_member(const json_t *json, const char *name, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text == NULL ? NULL : arena_strdup(arena, text);
}

static bool is_hmac(const struct source_auth *auth)
{
    return auth->scheme == AUTH_HMAC_SHA256 || auth->scheme == AUTH_HMAC_SHA1;
}

static enum err parse(const json_t *json, struct arena *arena, struct source_auth *out)
{
    int scheme = index_of(scheme_names, AUTH_SCHEME_COUNT, json_object_get(json, "scheme"), -1);
    const json_t *tolerance = json_object_get(json, "tolerance_seconds");

    *out = (struct source_auth){.scheme = AUTH_BEARER, .old_until = INSTANT_NONE};
    if (scheme < 0)
        return ERR_INVALID_VALUE;
    out->scheme = (enum auth_scheme)scheme;
    out->header = copy_member(json, "header", arena);
    out->prefix = copy_member(json, "prefix", arena);
    out->encoding = (enum auth_encoding)index_of(encoding_names, 2,
                                                 json_object_get(json, "encoding"), AUTH_HEX);
    out->over = copy_member(json, "over", arena);
    out->timestamp_header = copy_member(json, "timestamp_header", arena);
    out->tolerance_seconds =
        tolerance == NULL ? SOURCE_TOLERANCE_SECONDS : json_integer_value(tolerance);
    out->query = copy_member(json, "query", arena);
    out->body = copy_member(json, "body", arena);
    out->handshake =
        (enum auth_handshake)index_of(handshake_names, AUTH_HANDSHAKE_COUNT,
                                      json_object_get(json, "handshake"), AUTH_NO_HANDSHAKE);
    out->verify_token = copy_member(json, "verify_token", arena);
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    if (is_hmac(out) && out->prefix == NULL)
        out->prefix = "";
    return is_hmac(out) && out->header == NULL ? ERR_INVALID_VALUE : ERR_NONE;
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

    if (err == ERR_NONE && source_auth_has_secret(out)) {
        out->secret = source->secret;
        out->old_secret = source->old_secret;
        out->old_until = source->old_until;
    }
    return err;
}

/* ---- proofs ---- */

#define BASE64_MAX    64 /* of a digest */
#define PARTS_MAX     16
#define SCHEME_PREFIX "whsec_"

/* What is signed, in pieces. */
struct message {
    struct digest_part parts[PARTS_MAX];
    size_t count;
};

static void add_part(struct message *message, const void *bytes, size_t len)
{
    if (message->count < PARTS_MAX)
        message->parts[message->count++] = (struct digest_part){bytes, len};
}

static void add_text(struct message *message, const char *text)
{
    add_part(message, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

/* What a proof is checked against. */
struct check {
    const struct source_auth *auth;
    const struct source_proof *proof;
    struct digest_part body;
    const char *t; /* NULL: there is none */
    size_t t_len;
};

static void fill_template(const struct check *check, const char *url, struct message *out)
{
    const char *p = check->auth->over == NULL ? "{body}" : check->auth->over;

    while (*p != '\0') {
        size_t plain = strcspn(p, "{");
        add_part(out, p, plain);
        p += plain;
        if (strncmp(p, "{body}", 6) == 0)
            add_part(out, check->body.bytes, check->body.len);
        else if (strncmp(p, "{t}", 3) == 0)
            add_part(out, check->t, check->t_len);
        else if (strncmp(p, "{method}", 8) == 0)
            add_text(out, check->proof->method);
        else if (strncmp(p, "{url}", 5) == 0)
            add_text(out, url);
        else if (*p != '\0')
            add_part(out, p, 1);
        p += *p == '{' ? strcspn(p, "}") + 1 : 0;
    }
}

/* In one of the texts that a digest has; letters of hex in either case. */
static bool is_digest(const uint8_t *digest, size_t len, enum auth_encoding encoding,
                      const char *given, size_t given_len)
{
    char wanted[BASE64_MAX + 4], text[BASE64_MAX + 4];
    size_t wanted_len = encoding == AUTH_HEX ? 2 * len : BASE64_LEN(len);

    if (given_len != wanted_len)
        return false;
    if (encoding == AUTH_HEX)
        hex_encode(digest, len, wanted);
    else
        base64_encode(digest, len, wanted);
    memcpy(text, given, given_len);
    for (size_t i = 0; encoding == AUTH_HEX && i < given_len; i++)
        text[i] = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] | 0x20) : text[i];
    return digest_equal((const uint8_t *)wanted, (const uint8_t *)text, wanted_len);
}

static bool signs(const struct check *check, const char *secret, const char *given, size_t len)
{
    uint8_t digest[DIGEST_BYTES];
    bool fits = false;

    for (size_t i = 0; i < PROOF_URLS_MAX; i++) {
        const char *url = check->proof->urls[i];
        struct message message = {.count = 0};
        if (i > 0 && url == NULL)
            continue;
        fill_template(check, url, &message);
        bool sha1 = check->auth->scheme == AUTH_HMAC_SHA1;
        if (sha1)
            digest_hmac_sha1((const uint8_t *)secret, strlen(secret), message.parts, message.count,
                             digest);
        else
            digest_hmac((const uint8_t *)secret, strlen(secret), message.parts, message.count,
                        digest);
        fits |= is_digest(digest, sha1 ? DIGEST_SHA1_BYTES : DIGEST_BYTES, check->auth->encoding,
                          given, len);
    }
    return fits;
}

/* Unix time in seconds or milliseconds, near enough to when it came. */
static bool is_fresh(const struct check *check)
{
    int64_t limit = check->auth->tolerance_seconds * INSTANT_SECOND;
    char text[24];
    instant at;

    if (check->t == NULL || check->t_len == 0 || check->t_len >= sizeof text)
        return false;
    memcpy(text, check->t, check->t_len);
    text[check->t_len] = '\0';
    if (!written_moment(text, &at))
        return false;
    return at >= check->proof->at - limit && at <= check->proof->at + limit;
}

/* In a header such as "t=1700000000,v1=5257a8…,v1=…": {t}, and each that begins with the prefix. A
 * header with nothing else is one signature. */
static bool header_fits(struct check *check, const char *secret)
{
    const char *prefix = check->auth->prefix == NULL ? "" : check->auth->prefix;
    const char *header = check->proof->signature;
    size_t prefix_len = strlen(prefix);
    bool fits = false;

    for (const char *p = header; *p != '\0';) {
        size_t len = strcspn(p, ", ");
        if (len >= prefix_len && strncmp(p, prefix, prefix_len) == 0)
            fits |= signs(check, secret, p + prefix_len, len - prefix_len);
        p += len + (p[len] != '\0');
    }
    return fits;
}

static void find_time(struct check *check)
{
    const char *header = check->proof->signature;

    if (check->auth->timestamp_header != NULL) {
        check->t = check->proof->timestamp;
        check->t_len = check->t == NULL ? 0 : strlen(check->t);
        return;
    }
    for (const char *p = header; *p != '\0';) {
        size_t len = strcspn(p, ", ");
        if (len > 2 && strncmp(p, "t=", 2) == 0) {
            check->t = p + 2;
            check->t_len = len - 2;
        }
        p += len + (p[len] != '\0');
    }
}

static bool hmac_fits(struct check *check, const char *secret)
{
    find_time(check);
    bool dated = check->auth->over != NULL && strstr(check->auth->over, "{t}") != NULL;
    return header_fits(check, secret) && (!dated || is_fresh(check));
}

/* HubSpot's third version is an HMAC of method, address, body and time; the first two are plain
 * digests that begin with the secret. */
static bool hubspot_fits(struct check *check, const char *secret)
{
    const char *version = check->proof->version;
    struct source_auth third = {.scheme = AUTH_HMAC_SHA256,
                                .prefix = "",
                                .encoding = AUTH_BASE64,
                                .over = "{method}{url}{body}{t}",
                                .timestamp_header = "",
                                .tolerance_seconds = check->auth->tolerance_seconds};
    uint8_t digest[DIGEST_BYTES];
    bool fits = false;

    if (version == NULL || strcmp(version, "v3") == 0) {
        struct check as = {.auth = &third, .proof = check->proof, .body = check->body};
        return hmac_fits(&as, secret);
    }
    bool whole = strcmp(version, "v2") == 0;
    for (size_t i = 0; i < PROOF_URLS_MAX; i++) {
        struct message message = {.count = 0};
        if (i > 0 && (check->proof->urls[i] == NULL || !whole))
            continue;
        add_text(&message, secret);
        add_text(&message, whole ? check->proof->method : NULL);
        add_text(&message, whole ? check->proof->urls[i] : NULL);
        add_part(&message, check->body.bytes, check->body.len);
        digest_sha256(message.parts, message.count, digest);
        fits |= is_digest(digest, DIGEST_BYTES, AUTH_HEX, check->proof->signature,
                          strlen(check->proof->signature));
    }
    return fits;
}

/* standardwebhooks.com 1.0.0: the key is what base64 after "whsec_" says, and the header has
 * several signatures, each after "v1,". */
static bool standard_fits(struct check *check, const char *secret)
{
    uint8_t key[SOURCE_SECRET_MAX_BYTES], digest[DIGEST_BYTES];
    struct message message = {.count = 0};
    size_t key_len = 0;
    bool fits = false;

    if (check->proof->id == NULL || check->proof->timestamp == NULL)
        return false;
    if (strncmp(secret, SCHEME_PREFIX, sizeof SCHEME_PREFIX - 1) != 0 ||
        !base64_decode(secret + sizeof SCHEME_PREFIX - 1, key, sizeof key, &key_len)) {
        key_len = strlen(secret) < sizeof key ? strlen(secret) : sizeof key;
        memcpy(key, secret, key_len);
    }
    add_text(&message, check->proof->id);
    add_text(&message, ".");
    add_text(&message, check->proof->timestamp);
    add_text(&message, ".");
    add_part(&message, check->body.bytes, check->body.len);
    digest_hmac(key, key_len, message.parts, message.count, digest);
    for (const char *p = check->proof->signature; *p != '\0';) {
        size_t len = strcspn(p, " ");
        if (len > 3 && strncmp(p, "v1,", 3) == 0)
            fits |= is_digest(digest, DIGEST_BYTES, AUTH_BASE64, p + 3, len - 3);
        p += len + (p[len] != '\0');
    }
    check->t = check->proof->timestamp;
    check->t_len = strlen(check->t);
    return fits && is_fresh(check);
}

/* Digests are compared, so that the time says nothing of how much is right. */
static bool key_fits(const struct check *check, const char *secret)
{
    struct digest_part given = {check->proof->signature, strlen(check->proof->signature)};
    struct digest_part wanted = {secret, strlen(secret)};
    uint8_t a[DIGEST_BYTES], b[DIGEST_BYTES];

    digest_sha256(&given, 1, a);
    digest_sha256(&wanted, 1, b);
    return digest_equal(a, b, DIGEST_BYTES);
}

static bool is_made_with(const struct source_auth *auth, const char *secret,
                         const struct source_proof *proof, struct digest_part body)
{
    struct check check = {.auth = auth, .proof = proof, .body = body};

    switch (auth->scheme) {
    case AUTH_HMAC_SHA256:
    case AUTH_HMAC_SHA1:
        return hmac_fits(&check, secret);
    case AUTH_HUBSPOT:
        return hubspot_fits(&check, secret);
    case AUTH_STANDARD_WEBHOOKS:
        return standard_fits(&check, secret);
    case AUTH_BASIC:
    case AUTH_KEY:
        return key_fits(&check, secret);
    default:
        return false;
    }
}

bool source_auth_fits(const struct source_auth *auth, const struct source_proof *proof,
                      const void *body, size_t body_len)
{
    const struct digest_part part = {body, body_len};

    if (auth->secret == NULL || proof->signature == NULL)
        return false;
    /* both are always tried, so that the time does not say which one fits */
    bool two = auth->old_secret != NULL && proof->at < auth->old_until;
    bool by_old = two && is_made_with(auth, auth->old_secret, proof, part);
    bool by_new = is_made_with(auth, auth->secret, proof, part);
    return by_new | by_old;
}

void source_auth_answer(const char *secret, const char *challenge, char out[65])
{
    struct digest_part part = {challenge, strlen(challenge)};
    uint8_t digest[DIGEST_BYTES];

    digest_hmac((const uint8_t *)secret, strlen(secret), &part, 1, digest);
    hex_encode(digest, DIGEST_BYTES, out);
}

static void write_given(struct json_out *out, const char *name, const char *text)
{
    if (text != NULL)
        json_out_member_text(out, name, text);
}

void source_auth_write(const struct source_auth *auth, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "scheme", auth_scheme_name(auth->scheme));
    write_given(out, "header", auth->header);
    if (is_hmac(auth)) {
        json_out_member_text(out, "encoding", auth_encoding_name(auth->encoding));
        json_out_member_text(out, "prefix", auth->prefix);
    }
    write_given(out, "over", auth->over);
    write_given(out, "timestamp_header", auth->timestamp_header);
    if (auth->tolerance_seconds != 0 && auth->tolerance_seconds != SOURCE_TOLERANCE_SECONDS)
        json_out_member_int(out, "tolerance_seconds", auth->tolerance_seconds);
    write_given(out, "query", auth->query);
    write_given(out, "body", auth->body);
    write_given(out, "handshake", handshake_names[auth->handshake]);
    write_given(out, "verify_token", auth->verify_token);
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
