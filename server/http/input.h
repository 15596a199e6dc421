/*
 * Declared input: a spec says what a JSON object or a query string may hold, and one call checks
 * it and fills a C struct. All faults are gathered, each with its JSON pointer or parameter.
 * Texts and JSON values are borrowed from the document that was read.
 *
 *   struct touch_input { const char *kind; instant occurred_at; enum input_presence has_note; … };
 *   static const struct input_field touch_fields[] = {
 *       {.name = "kind", .type = INPUT_TEXT, .required = true, .min = 1, .max = 64,
 *        .offset = offsetof(struct touch_input, kind)}, …};
 *   const struct input_spec touch_spec = INPUT_SPEC(touch_fields, struct touch_input);
 */
#ifndef BATON_SERVER_INPUT_H
#define BATON_SERVER_INPUT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_FIELDS_MAX 64 /* of one spec */

/** What a field is in the struct stands behind it. */
enum input_type {
    INPUT_TEXT,    /* const char *: min and max in characters; line breaks and tabs allowed */
    INPUT_LINE,    /* const char *: as INPUT_TEXT without any control character */
    INPUT_CODE,    /* const char *: a-z 0-9 _ - . : beginning with a letter or digit */
    INPUT_INT,     /* int64_t: min and max by value */
    INPUT_REAL,    /* double: min and max by value; JSON only */
    INPUT_BOOL,    /* bool */
    INPUT_ENUM,    /* int: index into values */
    INPUT_UUID,    /* struct uuid */
    INPUT_INSTANT, /* instant: RFC 3339 with a zone */
    INPUT_DATE,    /* instant: RFC 3339, or a bare date at 00:00Z */
    INPUT_ANY,     /* json_t *, borrowed; JSON only, as the types below */
    INPUT_MAP,     /* json_t *: an object with any members, min and max of them */
    INPUT_LIST,    /* json_t *: an array with any items, min and max of them */
    INPUT_OBJECT,  /* the struct of `of`, in place */
    INPUT_OBJECTS, /* pointer to an array of the struct of `of`, in the arena; count_offset */
    INPUT_TEXTS,   /* const char **: lines of 1 to item_max characters; count_offset */
    INPUT_UUIDS,   /* struct uuid *; count_offset */
};

enum input_presence { INPUT_ABSENT, INPUT_NULL, INPUT_GIVEN };

struct input_field {
    const char *name;
    enum input_type type;
    bool required;
    bool nullable;             /* null is taken; needs presence to be told from absent */
    size_t offset;             /* of the value in the struct */
    size_t presence;           /* of an enum input_presence; 0: not wanted (so never the first) */
    size_t count_offset;       /* of a size_t, for the types that are arrays */
    int64_t min;               /* characters, value or items */
    int64_t max;               /* likewise; 0 with min 0: unlimited, but texts then have a cap */
    int64_t item_max;          /* INPUT_TEXTS: characters; 0: INPUT_TEXT_MAX_CHARS */
    int64_t otherwise;         /* when absent: of int, enum and bool */
    const char *const *values; /* INPUT_ENUM: names, NULL ends */
    const struct input_spec *of;
};

/** Texts without a max of their own. */
#define INPUT_TEXT_MAX_CHARS 10000

struct input_spec {
    const struct input_field *fields;
    size_t count;
    size_t size; /* of the struct */
};

#define INPUT_SPEC(array, type)                                                                    \
    {                                                                                              \
        (array), sizeof(array) / sizeof *(array), sizeof(type)                                     \
    }

/**
 * Checks a JSON value against the spec and fills *out, which is zeroed first (absent moments are
 * INSTANT_NONE). pointer is where the value stands in the body ("" is the whole).
 * ERR_INVALID_BODY with at least one fault; ERR_OUT_OF_MEMORY.
 */
enum err input_object(const json_t *json, const struct input_spec *spec, const char *pointer,
                      struct arena *arena, struct faults *faults, void *out) MUST_USE;

/**
 * The same for a raw query string (NULL: none): names and values are decoded, "+" is a space,
 * unknown and repeated parameters are faults. ERR_INVALID_PARAMETER; ERR_OUT_OF_MEMORY.
 */
enum err input_query(const char *query, const struct input_spec *spec, struct arena *arena,
                     struct faults *faults, void *out) MUST_USE;

#endif
