#include "core/source_auth.h"

#include <jansson.h>
#include <string.h>

const char *auth_scheme_name(enum auth_scheme scheme)
{
    return scheme == AUTH_BEARER ? "bearer" : "hmac_sha256";
}

const char *auth_encoding_name(enum auth_encoding encoding)
{
    return encoding == AUTH_HEX ? "hex" : "base64";
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

    *out = (struct source_auth){.scheme = AUTH_BEARER};
    if (scheme == NULL)
        return ERR_INVALID_VALUE;
    if (strcmp(scheme, auth_scheme_name(AUTH_BEARER)) == 0)
        return ERR_NONE;
    out->scheme = AUTH_HMAC_SHA256;
    out->header = copy_member(json, "header", arena);
    out->prefix = copy_member(json, "prefix", arena);
    out->secret = copy_member(json, "secret", arena);
    if (encoding != NULL && strcmp(encoding, auth_encoding_name(AUTH_BASE64)) == 0)
        out->encoding = AUTH_BASE64;
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    return out->header == NULL || out->prefix == NULL ? ERR_INVALID_VALUE : ERR_NONE;
}

enum err source_auth_parse(const char *json, struct arena *arena, struct source_auth *out)
{
    json_error_t error;
    json_t *parsed = json_loads(json, JSON_REJECT_DUPLICATES, &error);

    if (parsed == NULL)
        return json_error_code(&error) == json_error_out_of_memory ? ERR_OUT_OF_MEMORY
                                                                   : ERR_INVALID_VALUE;
    enum err err = parse(parsed, arena, out);
    json_decref(parsed);
    return err;
}

void source_auth_write(const struct source_auth *auth, bool with_secret, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "scheme", auth_scheme_name(auth->scheme));
    if (auth->scheme == AUTH_HMAC_SHA256) {
        json_out_member_text(out, "header", auth->header);
        json_out_member_text(out, "encoding", auth_encoding_name(auth->encoding));
        json_out_member_text(out, "prefix", auth->prefix);
        if (with_secret)
            json_out_member_text(out, "secret", auth->secret);
    }
    json_out_end_object(out);
}
