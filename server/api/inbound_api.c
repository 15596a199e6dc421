#include "api/inbound_api.h"

#include "http/headers.h"
#include "http/reply.h"
#include "http/request_refuse.h"

#include "base/base64.h"
#include "base/percent.h"
#include "base/public_id.h"
#include "core/intake/inbound.h"
#include "core/intake/mapping.h"
#include "core/setup/source_auth.h"

#include <string.h>
#include <strings.h>

/* Of the header Authorization, decoded. */
#define AUTHORIZATION_MAX_BYTES 1024

/* ---- the sender ---- */

/* Name and password of "Authorization: Basic", in the arena. False: it is none. */
static bool basic_words(struct request *r, char **name, char **password)
{
    char *text = arena_alloc(r->arena, AUTHORIZATION_MAX_BYTES);
    size_t len;

    if (text == NULL || r->authorization == NULL ||
        strncasecmp(r->authorization, "Basic ", 6) != 0 ||
        !base64_decode(r->authorization + 6, text, AUTHORIZATION_MAX_BYTES - 1, &len))
        return false;
    *name = text;
    *password = strchr(text, ':');
    if (*password == NULL)
        return false;
    *(*password)++ = '\0';
    return true;
}

/* A write key is a source's id, "_" and its secret: the libraries of Segment and RudderStack know
 * nothing else, and post to paths that name no source. */
static bool write_key(struct request *r, struct uuid *workspace, struct uuid *source, char **secret)
{
    char *name, *password;

    if (!basic_words(r, &name, &password) || strlen(name) <= PUBLIC_ID_LEN ||
        name[PUBLIC_ID_LEN] != '_' || !public_id_parse(name, PUBLIC_ID_LEN, workspace, source))
        return false;
    *secret = name + PUBLIC_ID_LEN + 1;
    return true;
}

static bool source_id(struct request *r, struct uuid *workspace, struct uuid *source)
{
    char *secret;

    if (strchr(r->route->pattern, '{') == NULL)
        return write_key(r, workspace, source, &secret);
    const char *text = request_param(r, "source_id");
    return text != NULL && public_id_parse(text, strlen(text), workspace, source);
}

bool inbound_workspace(struct request *r, struct uuid *workspace)
{
    struct uuid source;

    return source_id(r, workspace, &source);
}

/* A source that does not exist is refused like a wrong signature, so that nobody can find out which
 * sources there are. */
static enum auth_answer refuse(struct request *r, const char *detail)
{
    request_refuse(r, ERR_UNAUTHENTICATED, "%s", detail);
    return AUTH_REFUSED;
}

/* The source, if it shares a secret with its sender; NULL when there is no such source here. */
static const struct source *source_with_secret(struct request *r, const struct config *config,
                                               struct source_auth *auth)
{
    struct uuid workspace, id;
    const struct source *source = source_id(r, &workspace, &id) ? config_source(config, id) : NULL;

    if (source == NULL || !source->active || source_auth_of(source, r->arena, auth) != ERR_NONE ||
        !source_auth_has_secret(auth))
        return NULL;
    return source;
}

/* ---- what it shows ---- */

/* Addresses that the sender may mean: what stands in front of us changes scheme and host. */
static void find_urls(struct request *r, struct source_proof *proof)
{
    const char *hosts[] = {request_header(r, "X-Forwarded-Host"), request_header(r, "Host")};
    size_t count = 0;

    for (size_t i = 0; i < 2; i++) {
        if (hosts[i] == NULL)
            continue;
        proof->urls[count++] = arena_printf(r->arena, "https://%s%s", hosts[i], r->target);
        proof->urls[count++] = arena_printf(r->arena, "http://%s%s", hosts[i], r->target);
    }
}

/* A parameter of the raw target, decoded; NULL: it has none of this name. */
static const char *parameter(struct request *r, const char *name)
{
    const char *p = strchr(r->target, '?');
    size_t name_len = strlen(name);

    for (p = p == NULL ? "" : p + 1; *p != '\0'; p += *p == '&') {
        size_t len = strcspn(p, "&");
        if (len > name_len && p[name_len] == '=' && strncmp(p, name, name_len) == 0)
            return percent_decode(r->arena, p + name_len + 1, len - name_len - 1, true);
        p += len;
    }
    return NULL;
}

/* Whichever of name and password is there and is the secret: senders put it in either. */
static const char *basic_secret(struct request *r, const struct source_auth *auth)
{
    struct uuid workspace, source;
    char *name, *password, *secret;

    if (write_key(r, &workspace, &source, &secret))
        return secret;
    if (!basic_words(r, &name, &password))
        return NULL;
    struct source_proof proof = {.signature = name, .at = r->received_at};
    return password[0] == '\0' || source_auth_fits(auth, &proof, "", 0) ? name : password;
}

/* The key inside the body. Nobody has proved anything yet, so it is read within the same bounds as
 * anything else. */
static const char *body_key(struct request *r, const struct source_auth *auth)
{
    struct delivered delivered;
    const char *key = NULL;

    if (r->step != STEP_WORK || r->body == NULL ||
        delivered_read(r->content_type == NULL ? "" : r->content_type, r->body, r->body_len,
                       r->arena, &delivered) != ERR_NONE)
        return NULL;
    const json_t *json = delivered.document;
    for (const char *p = auth->body; json != NULL && *p == '/';) {
        size_t len = strcspn(++p, "/");
        const char *name = arena_copy(r->arena, p, len);
        json = name == NULL ? NULL : json_object_get(json, name);
        p += len;
    }
    if (json_is_string(json))
        key = arena_strdup(r->arena, json_string_value(json));
    json_decref(delivered.document);
    return key;
}

static const char *shown_key(struct request *r, const struct source_auth *auth)
{
    if (auth->query != NULL)
        return parameter(r, auth->query);
    if (auth->body != NULL)
        return body_key(r, auth);
    return auth->header == NULL ? NULL : request_header(r, auth->header);
}

static const char *either_header(struct request *r, const char *one, const char *other)
{
    const char *value = request_header(r, one);

    return value == NULL ? request_header(r, other) : value;
}

/* As the scheme looks at it; texts are of the request or in its arena. */
static struct source_proof proof_of(struct request *r, const struct source_auth *auth)
{
    struct source_proof proof = {.method = r->method, .at = r->received_at};

    switch (auth->scheme) {
    case AUTH_HUBSPOT:
        proof.signature = either_header(r, "X-HubSpot-Signature-v3", "X-HubSpot-Signature");
        proof.timestamp = request_header(r, "X-HubSpot-Request-Timestamp");
        proof.version = request_header(r, "X-HubSpot-Signature-v3") != NULL
                            ? "v3"
                            : request_header(r, "X-HubSpot-Signature-Version");
        find_urls(r, &proof);
        break;
    case AUTH_STANDARD_WEBHOOKS:
        proof.signature = either_header(r, "webhook-signature", "svix-signature");
        proof.timestamp = either_header(r, "webhook-timestamp", "svix-timestamp");
        proof.id = either_header(r, "webhook-id", "svix-id");
        break;
    case AUTH_BASIC:
        proof.signature = basic_secret(r, auth);
        break;
    case AUTH_KEY:
        proof.signature = shown_key(r, auth);
        break;
    default:
        proof.signature = request_header(r, auth->header);
        if (auth->timestamp_header != NULL)
            proof.timestamp = request_header(r, auth->timestamp_header);
        if (auth->over != NULL && strstr(auth->over, "{url}") != NULL)
            find_urls(r, &proof);
    }
    return proof;
}

/* Whether anything can be said of the sender before the body is there. */
static bool waits_for_body(const struct request *r, const struct source_auth *auth)
{
    bool alone = auth->scheme == AUTH_BASIC || (auth->scheme == AUTH_KEY && auth->body == NULL);

    return r->step != STEP_WORK && !alone;
}

enum auth_answer inbound_authenticate(struct request *r, const struct config *config)
{
    struct source_auth auth;
    const struct source *source = source_with_secret(r, config, &auth);
    bool asks = r->route->kind == ROUTE_DIRECT; /* a handshake, which shows nothing yet */

    if (source == NULL)
        return refuse(r, "Send \"Authorization: Bearer <key>\", or what the source's sender shows");
    if (auth.secret == NULL) {
        request_refuse(r, ERR_SEALED, "The source's secret cannot be opened: send it again later");
        return AUTH_REFUSED;
    }
    struct source_proof proof = proof_of(r, &auth);
    if (!asks && proof.signature == NULL && (auth.body == NULL || r->step == STEP_WORK))
        return refuse(r, "Send \"Authorization: Bearer <key>\", or what the source's sender shows");
    if (!asks && waits_for_body(r, &auth))
        return AUTH_BODY;
    if (!asks && !source_auth_fits(&auth, &proof, r->body == NULL ? "" : r->body, r->body_len))
        return refuse(r, auth.scheme == AUTH_BASIC || auth.scheme == AUTH_KEY
                             ? "This is not the source's key"
                             : "The signature does not match the body and the source's secret");
    r->caller = (struct caller){
        .workspace = config->workspace,
        .key = source->id,
        .team = source->team,
        .roles = ROLE_CAPTURE,
    };
    return AUTH_OK;
}

/* ---- handshakes ---- */

/* Only what cannot be markup is sent back. */
static bool is_echo(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len <= 200 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == len;
}

static enum err answer_meta(struct request *r, const struct source_auth *auth)
{
    const char *mode = parameter(r, "hub.mode");
    const char *token = parameter(r, "hub.verify_token");
    const char *challenge = parameter(r, "hub.challenge");

    if (mode == NULL || strcmp(mode, "subscribe") != 0 || challenge == NULL || !is_echo(challenge))
        return request_refuse(r, ERR_INVALID_PARAMETER, "hub.mode and hub.challenge are wanted");
    if (token == NULL || auth->verify_token == NULL || strcmp(token, auth->verify_token) != 0)
        return request_refuse(r, ERR_FORBIDDEN, "hub.verify_token is not the source's");
    struct text_out text;
    text_out_init(&text, r->arena, 256);
    text_out_put(&text, challenge);
    reply_text(r, 200, "text/plain; charset=utf-8", &text);
    return ERR_NONE;
}

static enum err answer_linkedin(struct request *r, const struct source_auth *auth)
{
    const char *code = parameter(r, "challengeCode");
    char response[65];
    struct json_out out;

    if (code == NULL || !is_echo(code))
        return request_refuse(r, ERR_INVALID_PARAMETER, "challengeCode is wanted");
    source_auth_answer(auth->secret, code, response);
    json_out_init(&out, r->arena, 1024);
    json_out_begin_object(&out);
    json_out_member_text(&out, "challengeCode", code);
    json_out_member_text(&out, "challengeResponse", response);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

enum err inbound_handshake(struct request *r)
{
    struct source_auth auth;
    const struct source *source = source_with_secret(r, r->config, &auth);

    if (source == NULL || auth.handshake == AUTH_NO_HANDSHAKE)
        return request_refuse(r, ERR_UNPROCESSABLE, "This source's sender asks nothing of us");
    return auth.handshake == AUTH_META ? answer_meta(r, &auth) : answer_linkedin(r, &auth);
}

/* ---- the body ---- */

/* Read here and not by the lane, which others wait for. The document belongs to the request, which
 * frees it with its body. */
static enum err read_document(struct request *r, struct inbound_input *input)
{
    struct delivered *delivered = ARENA_NEW(r->arena, struct delivered);

    if (delivered == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err =
        delivered_read(input->content_type, input->body, input->body_len, r->arena, delivered);
    r->json = delivered->document;
    input->delivered = delivered;
    return err;
}

static void keep(struct request *r, const char **text)
{
    if (*text != NULL)
        *text = arena_strdup(r->arena, *text);
}

/* What the sender has shown, for the lane, which looks at it again with the secrets that count
 * then. Nothing of a caller with a key. */
static struct source_proof kept_proof(struct request *r, struct uuid source)
{
    struct source_auth auth;
    const struct source *found = source_with_secret(r, r->config, &auth);

    if (found == NULL || !uuid_equal(r->caller.key, source))
        return (struct source_proof){.at = r->received_at};
    struct source_proof proof = proof_of(r, &auth);
    keep(r, &proof.signature);
    keep(r, &proof.timestamp);
    keep(r, &proof.id);
    keep(r, &proof.version);
    return proof;
}

static const struct input_field inbound_fields[] = {
    {"source_id", &input_public_id, AT(struct inbound_input, source), .place = INPUT_PATH},
};
static const struct input_field handshake_fields[] = {
    {"source_id", &input_public_id, AT(struct inbound_input, source), .place = INPUT_PATH},
};
const struct input_spec inbound_handshake_spec = INPUT_SPEC(handshake_fields, struct inbound_input);

/* The write key names the source. */
const struct input_spec inbound_sdk_spec = {.size = sizeof(struct inbound_input)};

const struct input_spec inbound_spec = INPUT_SPEC(inbound_fields, struct inbound_input);

enum err inbound_receive_fill(struct request *r, void *input)
{
    struct inbound_input *inbound = input;

    struct uuid workspace;

    if (uuid_is_nil(inbound->source) && !source_id(r, &workspace, &inbound->source))
        return request_refuse(r, ERR_UNPROCESSABLE,
                              "A key of the team does not say which source this is for: send the "
                              "source's write key, or post to its own path");
    inbound->body = r->body == NULL ? "" : r->body;
    inbound->body_len = r->body_len;
    inbound->content_type = arena_printf(r->arena, "%.*s", DELIVERY_CONTENT_TYPE_MAX_BYTES,
                                         r->content_type == NULL ? "" : r->content_type);
    inbound->headers = headers_shown(r);
    enum err err = read_document(r, inbound);
    inbound->proof = kept_proof(r, inbound->source);
    return err;
}

static const struct input_type item_type = {
    .kind = INPUT_INT, .min = 0, .max = MAPPING_ITEMS_MAX - 1};
static const struct input_type items_type = {
    .kind = INPUT_ARRAY, .min = 1, .max = MAPPING_ITEMS_MAX, .item = &item_type};

static const struct input_field replay_fields[] = {
    {"delivery_id", &input_uuid, AT(struct delivery_replay_input, delivery), .place = INPUT_PATH},
    {"items", &items_type, AT(struct delivery_replay_input, items),
     COUNT(struct delivery_replay_input, item_count)},
};
const struct input_spec delivery_replay_spec =
    INPUT_SPEC(replay_fields, struct delivery_replay_input);
