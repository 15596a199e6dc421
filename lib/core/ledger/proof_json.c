#include "core/ledger/proof_json.h"

#include "base/hex.h"

#include <string.h>

void proof_wrong(struct proof_object *object, const char *name)
{
    if (*object->wrong == NULL)
        *object->wrong = name;
}

struct proof_object proof_begin(const json_t *json, const char *name, const char **wrong)
{
    struct proof_object object = {.json = json, .wrong = wrong};

    if (!json_is_object(json))
        proof_wrong(&object, name);
    return object;
}

bool proof_end(struct proof_object *object)
{
    const char *name;
    json_t *value;

    if (*object->wrong == NULL && json_object_size(object->json) != object->taken)
        json_object_foreach((json_t *)object->json, name, value)
        {
            *object->wrong = name; /* any one of those that are not known */
        }
    return *object->wrong == NULL;
}

const json_t *proof_member(struct proof_object *object, const char *name)
{
    const json_t *value = json_object_get(object->json, name);

    if (value == NULL)
        proof_wrong(object, name);
    object->taken += value != NULL;
    return value;
}

int64_t proof_int(struct proof_object *object, const char *name, int64_t min, int64_t max)
{
    const json_t *value = proof_member(object, name);
    int64_t number = json_integer_value(value);

    if (json_is_integer(value) && number >= min && number <= max)
        return number;
    proof_wrong(object, name);
    return 0;
}

const char *proof_text(struct proof_object *object, const char *name, size_t *len)
{
    const json_t *value = proof_member(object, name);

    if (!json_is_string(value))
        proof_wrong(object, name);
    if (len != NULL)
        *len = json_string_length(value);
    return json_is_string(value) ? json_string_value(value) : "";
}

static bool read_uuid(const char *text, size_t len, struct uuid *out)
{
    char again[UUID_TEXT_LEN + 1];

    if (len != UUID_TEXT_LEN || !uuid_parse(text, out))
        return false;
    uuid_format(*out, again);
    return strcmp(again, text) == 0;
}

struct uuid proof_uuid(struct proof_object *object, const char *name)
{
    struct uuid id = {{0}};
    size_t len;
    const char *text = proof_text(object, name, &len);

    if (!read_uuid(text, len, &id) || uuid_is_nil(id))
        proof_wrong(object, name);
    return id;
}

struct uuid proof_uuid_or_null(struct proof_object *object, const char *name)
{
    if (!json_is_null(json_object_get(object->json, name)))
        return proof_uuid(object, name);
    object->taken++;
    return (struct uuid){{0}};
}

instant proof_instant(struct proof_object *object, const char *name)
{
    char again[INSTANT_TEXT_MAX];
    instant at = 0;
    const char *text = proof_text(object, name, NULL);

    if (!instant_parse(text, &at)) {
        proof_wrong(object, name);
        return 0;
    }
    instant_format(at, again);
    if (strcmp(again, text) != 0)
        proof_wrong(object, name);
    return at;
}

static bool read_hex(const json_t *value, uint8_t *out, size_t len)
{
    const char *text = json_string_value(value);

    return text != NULL && hex_decode_lower(text, json_string_length(value), out, len);
}

void proof_hex(struct proof_object *object, const char *name, uint8_t *out, size_t len)
{
    if (!read_hex(proof_member(object, name), out, len))
        proof_wrong(object, name);
}

void proof_path(struct proof_object *object, const char *name, struct merkle_path *out)
{
    const json_t *items = proof_member(object, name);

    out->count = json_array_size(items);
    if (!json_is_array(items) || out->count > MERKLE_PATH_MAX) {
        proof_wrong(object, name);
        out->count = 0;
    }
    for (size_t i = 0; i < out->count; i++)
        if (!read_hex(json_array_get(items, i), out->hashes[i], DIGEST_BYTES))
            proof_wrong(object, name);
}
