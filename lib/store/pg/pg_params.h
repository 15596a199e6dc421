/*
 * Parameters of a statement in PostgreSQL's binary wire format, and arrays of them. All memory
 * is the arena's. The first failure (too many, memory, an array beyond its cap) sticks, and
 * pg_queue() refuses such parameters, so callers need not check.
 */
#ifndef BATON_STORE_PG_PARAMS_H
#define BATON_STORE_PG_PARAMS_H

#include "base/arena.h"
#include "base/instant.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** As many as STATEMENT_FEW rows of the widest table have; a pg_params is 16 bytes for each. */
#define PG_PARAMS_MAX 160

/** A group writes at most so much in one column. */
#define PG_ARRAY_MAX_BYTES ((size_t)64 << 20)

struct pg_params {
    struct arena *arena; /* borrowed */
    int count;
    bool failed;
    const char *values[PG_PARAMS_MAX]; /* NULL is null */
    int lengths[PG_PARAMS_MAX];
    int formats[PG_PARAMS_MAX]; /* 1 binary, 0 text */
};

/* Each adds the next parameter, $1 first. The C type decides the bytes, so the statement's
 * parameter must be of exactly this type ($3::int4, not int8). Texts and bytes are borrowed
 * until the parameters are queued. */

void pg_params_init(struct pg_params *params, struct arena *arena);
void pg_params_null(struct pg_params *params);
void pg_params_uuid(struct pg_params *params, struct uuid id);   /* nil is null */
void pg_params_text(struct pg_params *params, const char *text); /* NULL is null */
void pg_params_text_len(struct pg_params *params, const char *text, size_t len);
void pg_params_int8(struct pg_params *params, int64_t number);
void pg_params_int4(struct pg_params *params, int32_t number);
void pg_params_int2(struct pg_params *params, int16_t number);
void pg_params_bool(struct pg_params *params, bool value);
void pg_params_instant(struct pg_params *params, instant at); /* INSTANT_NONE is null */
void pg_params_bytea(struct pg_params *params, const void *bytes, size_t len); /* NULL is null */
/** JSON text for a parameter of type json or jsonb. */
void pg_params_json(struct pg_params *params, const char *json, size_t len); /* NULL is null */

/** Types of array items; the values are PostgreSQL's OIDs. */
enum pg_type {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_JSON = 114,
    PG_TIMESTAMPTZ = 1184,
    PG_UUID = 2950,
    PG_JSONB = 3802,
};

/** A one-dimensional array being built: one buffer that grows, no memory per item. */
struct pg_array {
    struct arena *arena; /* borrowed */
    enum pg_type type;
    uint32_t count;
    bool has_null;
    bool failed;
    uint8_t *bytes;
    size_t len;
    size_t size;
};

/** expected_count sizes the first buffer; more or fewer items are fine. */
void pg_array_begin(struct pg_array *array, struct arena *arena, enum pg_type type,
                    size_t expected_count);

/** The same for several arrays, one after another, in one piece of memory as long as that lasts:
 * room takes it, and each next one begins where the one before, which is done with, ends. */
void pg_array_room(struct pg_array *array, struct arena *arena, size_t bytes);
void pg_array_next(struct pg_array *array, enum pg_type type, size_t expected_count);

/* The function must fit the array's type; one that does not marks the array failed. */
void pg_array_null(struct pg_array *array);
void pg_array_uuid(struct pg_array *array, struct uuid id);   /* nil is null */
void pg_array_text(struct pg_array *array, const char *text); /* NULL is null */
void pg_array_text_len(struct pg_array *array, const char *text, size_t len);
void pg_array_int8(struct pg_array *array, int64_t number);
void pg_array_int4(struct pg_array *array, int32_t number);
void pg_array_int2(struct pg_array *array, int16_t number);
void pg_array_bool(struct pg_array *array, bool value);
void pg_array_instant(struct pg_array *array, instant at); /* INSTANT_NONE is null */
void pg_array_bytea(struct pg_array *array, const void *bytes, size_t len); /* NULL is null */
/** JSON text for PG_JSON and PG_JSONB. */
void pg_array_json(struct pg_array *array, const char *json, size_t len); /* NULL is null */

/** Adds the finished array as the next parameter; its buffer belongs to the arena. */
void pg_params_array(struct pg_params *params, struct pg_array *array);

/** Adds the first item of an array as a parameter of its own. */
void pg_params_item(struct pg_params *params, const struct pg_array *array);

/** Adds an array of ids. */
void pg_params_uuids(struct pg_params *params, const struct uuid *ids, size_t count);

/** PostgreSQL counts timestamptz from 2000-01-01: this much later than instant does. */
#define PG_EPOCH ((instant)946684800 * INSTANT_SECOND)

#endif
