#include "base/etag.h"

#include "base/digest.h"
#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TAGGED_MAX_BYTES (1u << 20)

void etag_of_text(const char *json, size_t len, char out[ETAG_LEN + 1])
{
    uint8_t hash[DIGEST_BYTES];

    digest_sha256(&(struct digest_part){json, len}, 1, hash);
    out[0] = '"';
    hex_write(hash, (ETAG_LEN - 2) / 2, out + 1);
    out[ETAG_LEN - 1] = '"';
    out[ETAG_LEN] = '\0';
}

void etag_of_revision(int64_t revision, char out[ETAG_LEN + 1])
{
    snprintf(out, ETAG_LEN + 1, "\"%" PRId64 "\"", revision);
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

struct tag {
    const char *text; /* between the quotes */
    size_t len;
    bool weak;
};

static struct tag tag_at(const char *text)
{
    bool weak = strncmp(text, "W/", 2) == 0;

    text += weak ? 2 : 0;
    return (struct tag){text + 1, strcspn(text + 1, "\""), weak};
}

static bool is_tag(const char *text)
{
    text += strncmp(text, "W/", 2) == 0 ? 2 : 0;
    if (*text != '"')
        return false;
    for (text++; *text != '"'; text++)
        if ((unsigned char)*text <= 0x20 || *text == 0x7f)
            return false;
    return true;
}

/* The next tag of a list; false at the end, or when there is no tag. */
static bool next_tag(const char **at, struct tag *out)
{
    *at += strspn(*at, ", \t");
    if (!is_tag(*at))
        return false;
    *out = tag_at(*at);
    *at = out->text + out->len + 1;
    size_t space = strspn(*at, " \t");
    return (*at)[space] == ',' || (*at)[space] == '\0';
}

bool etag_list_is_fine(const char *list)
{
    struct tag tag;
    size_t count = 0;

    if (strcmp(list, "*") == 0)
        return true;
    while (next_tag(&list, &tag))
        count++;
    return count > 0 && *list == '\0';
}

static bool same(const struct tag *a, size_t len, const struct tag *b)
{
    return a->len == len && memcmp(a->text, b->text, len) == 0;
}

static size_t content_len(const struct tag *tag)
{
    const char *dot = memchr(tag->text, '.', tag->len);

    return dot == NULL ? tag->len : (size_t)(dot - tag->text);
}

bool etag_matches(const char *if_match, const char *etag)
{
    const struct tag wanted = tag_at(etag);
    struct tag tag;

    if (if_match == NULL || strcmp(if_match, "*") == 0)
        return true;
    while (next_tag(&if_match, &tag)) {
        tag.len = content_len(&tag);
        if (!tag.weak && same(&tag, content_len(&wanted), &wanted))
            return true;
    }
    return false;
}

bool etag_is_known(const char *if_none_match, const char *etag)
{
    const struct tag wanted = tag_at(etag);
    struct tag tag;

    if (if_none_match == NULL)
        return false;
    if (strcmp(if_none_match, "*") == 0)
        return true;
    while (next_tag(&if_none_match, &tag))
        if (same(&tag, wanted.len, &wanted))
            return true;
    return false;
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
