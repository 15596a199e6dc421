#include "base/etag.h"

#include "base/digest.h"

#include <string.h>

#define TAGGED_MAX_BYTES (1u << 20)

void etag_of_text(const char *json, size_t len, char out[ETAG_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hash[DIGEST_BYTES];
    char *p = out;

    digest_sha256(&(struct digest_part){json, len}, 1, hash);
    *p++ = '"';
    for (int i = 0; i < (ETAG_LEN - 2) / 2; i++) {
        *p++ = digits[hash[i] >> 4];
        *p++ = digits[hash[i] & 15];
    }
    *p++ = '"';
    *p = '\0';
}

bool etag_of_json(const json_t *json, char out[ETAG_LEN + 1])
{
    struct json_out text;

    json_out_init(&text, TAGGED_MAX_BYTES);
    json_text_write(json, &text);
    bool fine = !json_out_failed(&text);
    if (fine)
        etag_of_text(text.text, text.len, out);
    json_out_release(&text);
    return fine;
}

bool etag_matches(const char *if_match, const char *etag)
{
    if (if_match == NULL || strcmp(if_match, "*") == 0)
        return true;
    return strstr(if_match, etag) != NULL; /* its quotes make it whole */
}

static void write_object(const json_t *json, struct json_out *out)
{
    const char *key;
    json_t *value;

    json_out_begin_object(out);
    json_object_foreach((json_t *)json, key, value)
    {
        json_out_key(out, key);
        json_text_write(value, out);
    }
    json_out_end_object(out);
}

static void write_array(const json_t *json, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < json_array_size(json); i++)
        json_text_write(json_array_get(json, i), out);
    json_out_end_array(out);
}

void json_text_write(const json_t *json, struct json_out *out)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        write_object(json, out);
        break;
    case JSON_ARRAY:
        write_array(json, out);
        break;
    case JSON_STRING:
        json_out_text_len(out, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
        json_out_int(out, json_integer_value(json));
        break;
    case JSON_REAL:
        json_out_real(out, json_real_value(json));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        json_out_bool(out, json_is_true(json));
        break;
    case JSON_NULL:
        json_out_null(out);
        break;
    }
}
