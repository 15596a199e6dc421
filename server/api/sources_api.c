#include "api/sources_api.h"

#include "api/setup_input.h"

#include "base/etag.h"
#include "core/intake/mapping.h"
#include "core/setup/shape_setup.h"
#include "core/setup/source_change.h"

#include <string.h>

#define LIST_MAX_BYTES        (16u << 20)
#define MAPPING_MAX_BYTES     (64u << 10)
#define HEADER_NAME_MAX_CHARS 64
#define PREFIX_MAX_CHARS      32

enum err sources_list(struct request *r, struct reader *reader)
{
    struct json_out out;

    (void)reader;
    json_out_init(&out, LIST_MAX_BYTES);
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

static const char *const scheme_names[] = {"bearer", "hmac_sha256", NULL};
static const char *const encoding_names[] = {"hex", "base64", NULL};

#define SCHEME_AT_FAULT (-1)

struct auth_body {
    int scheme;
    const char *header;
    int encoding;
    enum input_presence encoding_given;
    const char *prefix;
    const char *secret;
};

static const struct input_field auth_fields[] = {
    {.name = "scheme",
     .type = INPUT_ENUM,
     .required = true,
     .values = scheme_names,
     .otherwise = SCHEME_AT_FAULT,
     .offset = offsetof(struct auth_body, scheme)},
    {.name = "header",
     .type = INPUT_LINE,
     .min = 1,
     .max = HEADER_NAME_MAX_CHARS,
     .offset = offsetof(struct auth_body, header)},
    {.name = "encoding",
     .type = INPUT_ENUM,
     .values = encoding_names,
     .presence = offsetof(struct auth_body, encoding_given),
     .offset = offsetof(struct auth_body, encoding)},
    {.name = "prefix",
     .type = INPUT_LINE,
     .max = PREFIX_MAX_CHARS,
     .offset = offsetof(struct auth_body, prefix)},
    {.name = "secret",
     .type = INPUT_LINE,
     .min = SOURCE_SECRET_MIN_BYTES,
     .max = SOURCE_SECRET_MAX_BYTES,
     .offset = offsetof(struct auth_body, secret)},
};

static const struct input_spec auth_spec = INPUT_SPEC(auth_fields, struct auth_body);

static bool is_header_name(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] ==
           '\0';
}

static void read_bearer(struct faults *faults, const struct auth_body *body)
{
    if (body->header != NULL || body->encoding_given == INPUT_GIVEN || body->prefix != NULL ||
        body->secret != NULL)
        faults_add(faults, "/auth", "unknown_member",
                   "With bearer the sender sends a key of the team, and nothing else is set");
}

static void read_auth(struct request *r, const struct auth_body *body, struct source_auth *out)
{
    struct faults *faults = request_faults(r);

    *out =
        (struct source_auth){.scheme = (enum auth_scheme)body->scheme, .old_until = INSTANT_NONE};
    if (faults == NULL || body->scheme == SCHEME_AT_FAULT)
        return;
    if (out->scheme == AUTH_BEARER) {
        read_bearer(faults, body);
        return;
    }
    if (body->header == NULL)
        faults_add(faults, "/auth/header", "required", "The header that holds the signature");
    else if (!is_header_name(body->header))
        faults_add(faults, "/auth/header", "pattern", "A header's name has letters, digits and -");
    out->header = body->header;
    out->encoding = (enum auth_encoding)body->encoding;
    out->prefix = body->prefix == NULL ? "" : body->prefix;
    out->secret = body->secret;
}

static const char *read_mapping(struct request *r, const json_t *mapping)
{
    struct faults *faults = request_faults(r);
    const struct mapping *compiled;
    const char *text = NULL;
    struct json_out out;

    if (mapping == NULL || faults == NULL)
        return NULL;
    if (mapping_compile(mapping, "/mapping", MAPPING_INBOUND, r->arena, faults, &compiled) !=
        ERR_NONE)
        return NULL;
    json_out_init(&out, MAPPING_MAX_BYTES);
    json_text_write(mapping, &out);
    if (json_out_failed(&out))
        faults_add(faults, "/mapping", "too_long", "A mapping has at most %u bytes",
                   MAPPING_MAX_BYTES);
    else
        text = arena_copy(r->arena, out.text, out.len);
    json_out_release(&out);
    return text;
}

struct source_body {
    const char *name;
    const char *team;
    struct auth_body auth;
    enum input_presence auth_given;
    json_t *mapping;
    enum input_presence active_given;
    bool active;
};

static const struct input_field create_fields[] = {
    {.name = "name",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct source_body, name)},
    {.name = "team",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct source_body, team)},
    {.name = "auth",
     .type = INPUT_OBJECT,
     .of = &auth_spec,
     .presence = offsetof(struct source_body, auth_given),
     .offset = offsetof(struct source_body, auth)},
    {.name = "mapping",
     .type = INPUT_MAP,
     .required = true,
     .offset = offsetof(struct source_body, mapping)},
};

static const struct input_spec create_spec = INPUT_SPEC(create_fields, struct source_body);

enum err sources_create(struct request *r, struct command *command)
{
    struct source_create_input *input = setup_new_input(r, sizeof *input);
    struct source_body body;

    if (input == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = request_gather(r, &create_spec, &body);
    if (err != ERR_NONE)
        return err;
    setup_check_name(r, body.name, "/name");
    input->name = body.name;
    input->team = body.team;
    if (body.auth_given == INPUT_GIVEN)
        read_auth(r, &body.auth, &input->auth);
    input->mapping = read_mapping(r, body.mapping);
    input->idempotency_key = r->idempotency_key;
    command->kind = COMMAND_SOURCE_CREATE;
    command->input = input;
    return request_settle(r);
}

static const struct input_field update_fields[] = {
    {.name = "team",
     .type = INPUT_LINE,
     .min = 1,
     .max = SETUP_NAME_MAX_CHARS,
     .offset = offsetof(struct source_body, team)},
    {.name = "auth",
     .type = INPUT_OBJECT,
     .of = &auth_spec,
     .presence = offsetof(struct source_body, auth_given),
     .offset = offsetof(struct source_body, auth)},
    {.name = "mapping", .type = INPUT_MAP, .offset = offsetof(struct source_body, mapping)},
    {.name = "active",
     .type = INPUT_BOOL,
     .presence = offsetof(struct source_body, active_given),
     .offset = offsetof(struct source_body, active)},
};

static const struct input_spec update_spec = INPUT_SPEC(update_fields, struct source_body);

enum err sources_update(struct request *r, struct command *command)
{
    struct source_update_input *input = setup_new_input(r, sizeof *input);
    struct source_auth *auth = setup_new_input(r, sizeof *auth);
    struct source_body body;

    if (input == NULL || auth == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = setup_param_id(r, "source_id", &input->source);
    if (err == ERR_NONE)
        err = setup_read_change(r, &update_spec, &body);
    if (err != ERR_NONE)
        return err;
    if (body.auth_given == INPUT_GIVEN)
        read_auth(r, &body.auth, auth);
    input->if_match = r->if_match;
    input->team = body.team;
    input->auth = body.auth_given == INPUT_GIVEN ? auth : NULL;
    input->mapping = read_mapping(r, body.mapping);
    input->active = setup_optional_bool(r, body.active_given, body.active);
    command->kind = COMMAND_SOURCE_UPDATE;
    command->input = input;
    return request_settle(r);
}
