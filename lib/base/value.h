/* A value of an attribute or a fact: a scalar, or a list of scalars. */
#ifndef BATON_BASE_VALUE_H
#define BATON_BASE_VALUE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json_out.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum value_type {
    VALUE_NULL, /* known to be empty: clears the previous value */
    VALUE_BOOL,
    VALUE_INT,
    VALUE_REAL,
    VALUE_TEXT, /* UTF-8 without NUL; dates are text in RFC 3339 form */
    VALUE_LIST, /* of scalars, none of them null */
};

struct value {
    enum value_type type;
    uint32_t len; /* bytes of text, or items of list */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text; /* NUL-terminated as well */
        const struct value *items;
    };
};

#define VALUE_TEXT_MAX_BYTES 1024
#define VALUE_LIST_MAX       64

/** Reads a JSON value; texts are copied into the arena.
 *  ERR_INVALID_VALUE: object, nested list, too long. ERR_OUT_OF_MEMORY. */
enum err value_from_json(const json_t *json, struct arena *arena, struct value *out) MUST_USE;

void value_write(const struct value *value, struct json_out *out);

/** Equality as tests use it: 3 equals 3.0, texts byte by byte, lists item by item. */
bool value_equal(const struct value *a, const struct value *b);

bool value_is_number(const struct value *value);

/** Total order of scalars: booleans, then numbers by exact value, then texts by length and
 *  bytes. Integers and reals are compared without rounding. */
int value_order(const struct value *a, const struct value *b);

#endif
