#include "api/sources_api.h"

#include "http/reply.h"

#include "api/preset_list.h"
#include "api/values.h"

#include "base/etag.h"
#include "base/json_tree.h"
#include "base/name.h"
#include "core/intake/inbound.h"
#include "core/intake/mapping.h"
#include "core/intake/preset.h"
#include "core/setup/shape_setup.h"
#include "core/setup/source_change.h"
#include "core/setup/source_rotate.h"

#include <string.h>

#define LIST_MAX_BYTES    (16u << 20)
#define MAPPING_MAX_BYTES (64u << 10)

enum err sources_list(struct request *r, struct read *read)
{
    struct json_out out;

    (void)read;
    json_out_init(&out, r->arena, LIST_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (size_t i = 0; i < r->config->source_count; i++)
        shape_source(r->config, &r->config->sources[i], &out);
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

/* ---- who sends ---- */

static bool is_header_name(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] ==
           '\0';
}

static const struct input_type header_name_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = 64,
    .fits = is_header_name,
    .code = "pattern",
    .wanted = "A header's name has letters, digits and -",
};
static const struct input_type prefix_type = {.kind = INPUT_LINE, .max = 32};
static const struct input_type over_type = {.kind = INPUT_LINE, .min = 1, .max = 200};
static const struct input_type tolerance_type = {.kind = INPUT_INT, .min = 1, .max = 86400};
static const struct input_type parameter_type = {.kind = INPUT_LINE, .min = 1, .max = 64};
static const struct input_type place_type = {.kind = INPUT_LINE, .min = 2, .max = 200};
static const struct input_type token_type = {.kind = INPUT_LINE, .min = 8, .max = 100};
static const struct input_type fetch_secret_type = {.kind = INPUT_LINE, .min = 8, .max = 1000};
static const struct input_type secret_type = {
    .kind = INPUT_LINE, .min = SOURCE_SECRET_MIN_BYTES, .max = SOURCE_SECRET_MAX_BYTES};

static const struct input_field auth_fields[] = {
    {"scheme", &auth_scheme_type, AT(struct source_auth, scheme), .required = true},
    {"header", &header_name_type, AT(struct source_auth, header)},
    {"encoding", &auth_encoding_type, AT(struct source_auth, encoding)},
    {"prefix", &prefix_type, AT(struct source_auth, prefix)},
    {"over", &over_type, AT(struct source_auth, over)},
    {"timestamp_header", &header_name_type, AT(struct source_auth, timestamp_header)},
    {"tolerance_seconds", &tolerance_type, AT(struct source_auth, tolerance_seconds),
     .otherwise = SOURCE_TOLERANCE_SECONDS},
    {"query", &parameter_type, AT(struct source_auth, query)},
    {"body", &place_type, AT(struct source_auth, body)},
    {"handshake", &auth_handshake_type, AT(struct source_auth, handshake)},
    {"verify_token", &token_type, AT(struct source_auth, verify_token)},
    {"secret", &secret_type, AT(struct source_auth, secret)},
};

/* Which members a scheme has besides its own name; "!" is needed. */
static const char *const auth_members[AUTH_SCHEME_COUNT][10] = {
    [AUTH_HMAC_SHA256] = {"!header", "encoding", "prefix", "over", "timestamp_header",
                          "tolerance_seconds", "handshake", "verify_token", "secret"},
    [AUTH_HMAC_SHA1] = {"!header", "encoding", "prefix", "over", "timestamp_header",
                        "tolerance_seconds", "secret"},
    [AUTH_HUBSPOT] = {"tolerance_seconds", "secret"},
    [AUTH_STANDARD_WEBHOOKS] = {"tolerance_seconds", "secret"},
    [AUTH_BASIC] = {"secret"},
    [AUTH_KEY] = {"header", "query", "body", "secret"},
};

static bool is_member_of(enum auth_scheme scheme, const char *name)
{
    for (size_t i = 0; i < 10 && auth_members[scheme][i] != NULL; i++) {
        const char *known = auth_members[scheme][i];
        if (strcmp(known + (known[0] == '!'), name) == 0)
            return true;
    }
    return strcmp(name, "scheme") == 0;
}

static bool check_members(struct input *in, const struct input_node *at, enum auth_scheme scheme)
{
    bool sound = true;
    const char *name;
    json_t *json;

    json_object_foreach((json_t *)at->json, name, json)
    {
        const struct input_node member = {.json = json, .up = at, .name = name};
        if (!is_member_of(scheme, name))
            sound = input_fault(in, &member, "unknown_member", "The scheme %s has no such member.",
                                auth_scheme_name(scheme));
    }
    for (size_t i = 0; i < 10 && auth_members[scheme][i] != NULL; i++) {
        const char *known = auth_members[scheme][i];
        const struct input_node member = input_member(at, known + (known[0] == '!'));
        if (known[0] == '!' && member.json == NULL)
            sound = input_fault(in, &member, "required", "It is needed with %s.",
                                auth_scheme_name(scheme));
    }
    return sound;
}

/* Which members belong to a scheme; nothing is said about an unknown one. */
static bool check_auth(struct input *in, const struct input_node *at, void *out)
{
    struct source_auth *auth = out;
    const char *scheme = json_string_value(json_object_get(at->json, "scheme"));
    size_t places = (auth->header != NULL) + (auth->query != NULL) + (auth->body != NULL);

    auth->old_until = INSTANT_NONE;
    if (scheme == NULL || strcmp(scheme, auth_scheme_name(auth->scheme)) != 0)
        return true;
    if (auth->scheme == AUTH_BEARER)
        return json_object_size(at->json) == 1 ||
               input_fault(in, at, "unknown_member",
                           "With bearer the sender sends a key of the team, and nothing else is "
                           "set");
    bool sound = check_members(in, at, auth->scheme);
    if (auth->scheme == AUTH_KEY && places != 1)
        sound = input_fault(in, at, "required", "One of header, query and body is wanted.");
    if (auth->prefix == NULL &&
        (auth->scheme == AUTH_HMAC_SHA256 || auth->scheme == AUTH_HMAC_SHA1))
        auth->prefix = "";
    return sound;
}

static const struct input_spec auth_spec =
    INPUT_SPEC(auth_fields, struct source_auth, .check = check_auth);
static const struct input_type auth_type = {.kind = INPUT_OBJECT, .of = &auth_spec};

/* ---- what is sent ---- */

static bool compile(struct input *in, const struct input_node *at, const struct mapping **out)
{
    struct mapping_reading reading = {MAPPING_INBOUND, input_pointer(at, in->arena),
                                      time_zone_find};

    return mapping_compile(at->json, &reading, in->arena, in->faults, out) == ERR_NONE;
}

/* The mapping is compiled to find its faults; its text is kept. */
static bool read_mapping(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    const struct mapping *compiled;

    return compile(in, at, &compiled) && value_keep_json(in, at, field, base, MAPPING_MAX_BYTES);
}

static const struct input_type mapping_type = {.kind = INPUT_MAP, .read = read_mapping};

/* ---- create, update ---- */

/* A preset fills in what is not given: what its sender shows, the mapping, the name. */
static bool read_preset(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base)
{
    enum err err = preset_source(json_string_value(at->json), in->arena, base);

    (void)field;
    return err != ERR_NOT_FOUND ||
           input_fault(in, at, "unknown_preset",
                       "There is no such preset: GET /v1/presets lists them.");
}

static const struct input_type preset_type = {
    .kind = INPUT_TEXT, .min = 1, .max = 64, .read = read_preset};

/* Without a preset all of it has to be said. */
static bool check_create(struct input *in, const struct input_node *at, void *out)
{
    struct source_create_input *input = out;
    const struct input_node name = input_member(at, "name");
    const struct input_node mapping = input_member(at, "mapping");
    const struct input_node secret = input_member(at, "secret");
    bool preset = json_object_get(at->json, "preset") != NULL;
    bool sound = true;

    if (!preset && name.json == NULL)
        sound = input_fault(in, &name, "required", "It is missing.");
    if (!preset && mapping.json == NULL)
        sound = input_fault(in, &mapping, "required", "It is missing; or name a preset.");
    if (input->secret != NULL && (!preset || !source_auth_has_secret(&input->auth)))
        sound = input_fault(in, &secret, "unknown_member",
                            "It is that of a preset whose sender shares one; otherwise give it in "
                            "auth.");
    if (input->secret != NULL)
        input->auth.secret = input->secret;
    return sound;
}

/* The preset first: what is given besides it counts. */
static const struct input_field create_fields[] = {
    {"Idempotency-Key", &header_type, AT(struct source_create_input, idempotency_key),
     .place = INPUT_HEADER},
    {"preset", &preset_type, .offset = 0},
    {"name", &new_name_type, AT(struct source_create_input, name)},
    {"team", &name_type, AT(struct source_create_input, team), .required = true},
    {"auth", &auth_type, AT(struct source_create_input, auth)},
    {"secret", &secret_type, AT(struct source_create_input, secret)},
    {"mapping", &mapping_type, AT(struct source_create_input, mapping)},
    {"erases", &input_bool, AT(struct source_create_input, erases)},
    {"fetch_secret", &fetch_secret_type, AT(struct source_create_input, fetch_secret)},
};
const struct input_spec source_create_spec =
    INPUT_SPEC(create_fields, struct source_create_input, .check = check_create);

/* Where senders reach us, as whoever asks does. */
enum err source_create_fill(struct request *r, void *filled)
{
    struct source_create_input *input = filled;
    const char *host = request_header(r, "X-Forwarded-Host");
    const char *scheme = request_header(r, "X-Forwarded-Proto");

    if (host == NULL)
        host = request_header(r, "Host");
    if (scheme == NULL || strcmp(scheme, "http") != 0)
        scheme =
            host != NULL && (strncmp(host, "127.", 4) == 0 || strncmp(host, "localhost", 9) == 0)
                ? "http"
                : "https";
    input->base = host == NULL ? NULL : arena_printf(r->arena, "%s://%s", scheme, host);
    return ERR_NONE;
}

/* ---- presets ---- */

static const char *preset_name(size_t place)
{
    return presets_embedded[place].name;
}

enum err presets_list(struct request *r)
{
    static const char *const members[] = {"title", "about", "auth", "mapping", "steps", NULL};
    static const struct preset_list list = {preset_name, preset_document, members};

    return preset_list_answer(r, &list);
}

static const struct input_field update_fields[] = {
    {"source_id", &input_public_id, AT(struct source_update_input, source), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct source_update_input, if_match), .place = INPUT_HEADER},
    {"team", &name_type, AT(struct source_update_input, team)},
    {"auth", &auth_type, AT(struct source_update_input, auth), .boxed = true},
    {"mapping", &mapping_type, AT(struct source_update_input, mapping)},
    {"active", &input_bool, AT(struct source_update_input, active), .boxed = true},
    {"erases", &input_bool, AT(struct source_update_input, erases), .boxed = true},
    {"fetch_secret", &fetch_secret_type, AT(struct source_update_input, fetch_secret)},
};
const struct input_spec source_update_spec =
    INPUT_SPEC(update_fields, struct source_update_input, .check = input_changes);

/* ---- its secrets ---- */

static const struct input_type overlap_type = {
    .kind = INPUT_INT, .min = 0, .max = OVERLAP_SECONDS_MAX};

static const struct input_field rotate_fields[] = {
    {"source_id", &input_public_id, AT(struct source_rotate_input, source), .place = INPUT_PATH},
    {"Idempotency-Key", &header_type, AT(struct source_rotate_input, idempotency_key),
     .place = INPUT_HEADER},
    {"secret", &secret_type, AT(struct source_rotate_input, secret)},
    {"overlap_seconds", &overlap_type, AT(struct source_rotate_input, overlap_seconds),
     .otherwise = OVERLAP_SECONDS_DEFAULT},
};
const struct input_spec source_rotate_spec = INPUT_SPEC(rotate_fields, struct source_rotate_input);

static const struct input_field retire_fields[] = {
    {"source_id", &input_public_id, AT(struct source_retire_input, source), .place = INPUT_PATH},
};
const struct input_spec source_retire_spec = INPUT_SPEC(retire_fields, struct source_retire_input);

/* ---- trying ---- */

static const struct input_type body_type = {.kind = INPUT_TEXT, .max = 65536};
static const struct input_type content_type_type = {.kind = INPUT_LINE, .max = 200};

/* A body is a text as it is sent, or JSON. */
static bool read_body(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    const char *text = NULL;

    if (!json_is_string(at->json))
        return value_keep_json(in, at, field, base, MAPPING_MAX_BYTES);
    bool sound = input_value(in, at, &body_type, &text);
    memcpy((char *)base + field->offset, &text, sizeof text);
    return sound;
}

/* One that is tried is not kept, so its text is not either. */
static bool read_tried_mapping(struct input *in, const struct input_node *at,
                               const struct input_field *field, void *base)
{
    (void)field;
    return compile(in, at, &((struct source_try_input *)base)->mapping);
}

static const struct input_type tried_mapping_type = {.kind = INPUT_MAP, .read = read_tried_mapping};
static const struct input_type any_body_type = {.kind = INPUT_ANY, .read = read_body};

static const struct input_field try_fields[] = {
    {"source_id", &input_public_id, AT(struct source_try_input, source), .place = INPUT_PATH},
    {"delivery", &input_uuid, AT(struct source_try_input, delivery)},
    {"body", &any_body_type, AT(struct source_try_input, body)},
    {"content_type", &content_type_type, AT(struct source_try_input, content_type)},
    {"mapping", &tried_mapping_type, .offset = 0},
};

static bool check_try(struct input *in, const struct input_node *at, void *out)
{
    struct source_try_input *input = out;
    bool delivery = json_object_get(at->json, "delivery") != NULL;
    bool body = json_object_get(at->json, "body") != NULL;

    if (input->content_type == NULL)
        input->content_type = "";
    if (input->body == NULL)
        input->body = "";
    return delivery != body ||
           input_fault(in, at, "required", "Either \"delivery\" or \"body\" is wanted.");
}

const struct input_spec source_try_spec =
    INPUT_SPEC(try_fields, struct source_try_input, .check = check_try);
