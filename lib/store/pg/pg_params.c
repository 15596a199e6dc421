#include "store/pg/pg_params.h"

#include <limits.h>
#include <string.h>

/* Array header: dimensions, has-null flag, item type, item count, lower bound. */
#define ARRAY_HEADER_BYTES 20
/* A guess for items of no fixed size; the buffer doubles when it is too small. */
#define ITEM_GUESS_BYTES 32
#define NULL_ITEM        UINT32_MAX
#define JSONB_VERSION    1

static void put_int2(uint8_t *at, uint16_t number)
{
    at[0] = (uint8_t)(number >> 8);
    at[1] = (uint8_t)number;
}

static void put_int4(uint8_t *at, uint32_t number)
{
    number = __builtin_bswap32(number);
    memcpy(at, &number, 4);
}

static void put_int8(uint8_t *at, uint64_t number)
{
    number = __builtin_bswap64(number);
    memcpy(at, &number, 8);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire is big-endian, we are not");

void pg_params_init(struct pg_params *params, struct arena *arena)
{
    params->arena = arena;
    params->count = 0;
    params->failed = false;
}

static void add(struct pg_params *params, const void *bytes, size_t len, int format)
{
    if (params->count == PG_PARAMS_MAX || len > INT_MAX) {
        params->failed = true;
        return;
    }
    params->values[params->count] = bytes;
    params->lengths[params->count] = (int)len;
    params->formats[params->count] = format;
    params->count++;
}

/* Room for a value of fixed size, already added as a parameter; NULL on failure. */
static uint8_t *add_fixed(struct pg_params *params, size_t len)
{
    uint8_t *at = arena_take(params->arena, len);

    if (at == NULL)
        params->failed = true;
    else
        add(params, at, len, 1);
    return at;
}

void pg_params_null(struct pg_params *params)
{
    add(params, NULL, 0, 1);
}

void pg_params_uuid(struct pg_params *params, struct uuid id)
{
    if (uuid_is_nil(id)) {
        pg_params_null(params);
        return;
    }
    uint8_t *at = add_fixed(params, sizeof id.b);
    if (at != NULL)
        memcpy(at, id.b, sizeof id.b);
}

void pg_params_text(struct pg_params *params, const char *text)
{
    pg_params_text_len(params, text, text == NULL ? 0 : strlen(text));
}

void pg_params_text_len(struct pg_params *params, const char *text, size_t len)
{
    add(params, text, len, 1);
}

void pg_params_int8(struct pg_params *params, int64_t number)
{
    uint8_t *at = add_fixed(params, 8);

    if (at != NULL)
        put_int8(at, (uint64_t)number);
}

void pg_params_int4(struct pg_params *params, int32_t number)
{
    uint8_t *at = add_fixed(params, 4);

    if (at != NULL)
        put_int4(at, (uint32_t)number);
}

void pg_params_int2(struct pg_params *params, int16_t number)
{
    uint8_t *at = add_fixed(params, 2);

    if (at != NULL)
        put_int2(at, (uint16_t)number);
}

void pg_params_bool(struct pg_params *params, bool value)
{
    uint8_t *at = add_fixed(params, 1);

    if (at != NULL)
        *at = value;
}

void pg_params_instant(struct pg_params *params, instant at)
{
    if (at == INSTANT_NONE)
        pg_params_null(params);
    else
        pg_params_int8(params, at - PG_EPOCH);
}

void pg_params_bytea(struct pg_params *params, const void *bytes, size_t len)
{
    add(params, bytes, len, 1);
}

/* Text format: it is the same for json and jsonb. libpq reads it up to the NUL. */
void pg_params_json(struct pg_params *params, const char *json, size_t len)
{
    const char *copy = json == NULL ? NULL : arena_copy(params->arena, json, len);

    if (json != NULL && copy == NULL)
        params->failed = true;
    else
        add(params, copy, len, 0);
}

static size_t item_size(enum pg_type type)
{
    switch (type) {
    case PG_BOOL:
        return 1;
    case PG_INT2:
        return 2;
    case PG_INT4:
        return 4;
    case PG_INT8:
    case PG_TIMESTAMPTZ:
        return 8;
    case PG_UUID:
        return 16;
    default:
        return ITEM_GUESS_BYTES;
    }
}

static bool grow(struct pg_array *array, size_t at_least)
{
    size_t size = array->size * 2 > at_least ? array->size * 2 : at_least;

    if (array->failed || at_least > PG_ARRAY_MAX_BYTES)
        return false;
    uint8_t *bytes = arena_take(array->arena, size);
    if (bytes == NULL)
        return false;
    if (array->len > 0)
        memcpy(bytes, array->bytes, array->len);
    array->bytes = bytes;
    array->size = size;
    return true;
}

/* Room for the item's length word and its bytes, with the length written; NULL on failure. */
static uint8_t *item(struct pg_array *array, uint32_t length_word, size_t len)
{
    if (len > PG_ARRAY_MAX_BYTES ||
        (array->size - array->len < 4 + len && !grow(array, array->len + 4 + len))) {
        array->failed = true;
        return NULL;
    }
    uint8_t *at = array->bytes + array->len;
    put_int4(at, length_word);
    array->len += 4 + len;
    array->count++;
    return at + 4;
}

static uint8_t *item_of(struct pg_array *array, enum pg_type type, size_t len)
{
    if (array->type != type) {
        array->failed = true;
        return NULL;
    }
    return item(array, (uint32_t)len, len);
}

void pg_array_begin(struct pg_array *array, struct arena *arena, enum pg_type type,
                    size_t expected_count)
{
    *array = (struct pg_array){.arena = arena, .type = type};
    if (expected_count > PG_ARRAY_MAX_BYTES / 64 ||
        !grow(array, ARRAY_HEADER_BYTES + expected_count * (4 + item_size(type))))
        array->failed = true;
    else
        array->len = ARRAY_HEADER_BYTES;
}

void pg_array_room(struct pg_array *array, struct arena *arena, size_t bytes)
{
    *array = (struct pg_array){.arena = arena, .bytes = arena_take(arena, bytes)};
    array->size = array->bytes == NULL ? 0 : bytes;
}

void pg_array_next(struct pg_array *array, enum pg_type type, size_t expected_count)
{
    size_t left = array->size - array->len;

    if (left < ARRAY_HEADER_BYTES ||
        (left - ARRAY_HEADER_BYTES) / (4 + item_size(type)) < expected_count)
        pg_array_begin(array, array->arena, type, expected_count);
    else
        *array = (struct pg_array){.arena = array->arena,
                                   .type = type,
                                   .bytes = array->bytes + array->len,
                                   .size = left,
                                   .len = ARRAY_HEADER_BYTES};
}

void pg_array_null(struct pg_array *array)
{
    array->has_null = true;
    (void)item(array, NULL_ITEM, 0);
}

void pg_array_uuid(struct pg_array *array, struct uuid id)
{
    if (uuid_is_nil(id)) {
        pg_array_null(array);
        return;
    }
    uint8_t *at = item_of(array, PG_UUID, sizeof id.b);
    if (at != NULL)
        memcpy(at, id.b, sizeof id.b);
}

void pg_array_text(struct pg_array *array, const char *text)
{
    pg_array_text_len(array, text, text == NULL ? 0 : strlen(text));
}

static void add_bytes(struct pg_array *array, enum pg_type type, const void *bytes, size_t len)
{
    if (bytes == NULL) {
        pg_array_null(array);
        return;
    }
    uint8_t *at = item_of(array, type, len);
    if (at != NULL && len > 0)
        memcpy(at, bytes, len);
}

void pg_array_text_len(struct pg_array *array, const char *text, size_t len)
{
    add_bytes(array, PG_TEXT, text, len);
}

void pg_array_bytea(struct pg_array *array, const void *bytes, size_t len)
{
    add_bytes(array, PG_BYTEA, bytes, len);
}

void pg_array_json(struct pg_array *array, const char *json, size_t len)
{
    if (json == NULL || array->type != PG_JSONB) {
        add_bytes(array, PG_JSON, json, len);
        return;
    }
    uint8_t *at = item_of(array, PG_JSONB, len + 1);
    if (at == NULL)
        return;
    *at = JSONB_VERSION;
    memcpy(at + 1, json, len);
}

void pg_array_int8(struct pg_array *array, int64_t number)
{
    uint8_t *at = item_of(array, PG_INT8, 8);

    if (at != NULL)
        put_int8(at, (uint64_t)number);
}

void pg_array_int4(struct pg_array *array, int32_t number)
{
    uint8_t *at = item_of(array, PG_INT4, 4);

    if (at != NULL)
        put_int4(at, (uint32_t)number);
}

void pg_array_int2(struct pg_array *array, int16_t number)
{
    uint8_t *at = item_of(array, PG_INT2, 2);

    if (at != NULL)
        put_int2(at, (uint16_t)number);
}

void pg_array_bool(struct pg_array *array, bool value)
{
    uint8_t *at = item_of(array, PG_BOOL, 1);

    if (at != NULL)
        *at = value;
}

void pg_array_instant(struct pg_array *array, instant at)
{
    if (at == INSTANT_NONE) {
        pg_array_null(array);
        return;
    }
    uint8_t *bytes = item_of(array, PG_TIMESTAMPTZ, 8);
    if (bytes != NULL)
        put_int8(bytes, (uint64_t)(at - PG_EPOCH));
}

void pg_params_array(struct pg_params *params, struct pg_array *array)
{
    if (array->failed) {
        params->failed = true;
        return;
    }
    put_int4(array->bytes, 1);
    put_int4(array->bytes + 4, array->has_null);
    put_int4(array->bytes + 8, (uint32_t)array->type);
    put_int4(array->bytes + 12, array->count);
    put_int4(array->bytes + 16, 1);
    add(params, array->bytes, array->len, 1);
}

void pg_params_item(struct pg_params *params, const struct pg_array *array)
{
    size_t len = array->len - ARRAY_HEADER_BYTES - 4;

    if (array->failed)
        params->failed = true;
    else
        add(params, array->has_null ? NULL : array->bytes + ARRAY_HEADER_BYTES + 4, len, 1);
}

void pg_params_uuids(struct pg_params *params, const struct uuid *ids, size_t count)
{
    struct pg_array array;

    pg_array_begin(&array, params->arena, PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        pg_array_uuid(&array, ids[i]);
    pg_params_array(params, &array);
}
