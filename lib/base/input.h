/*
 * Declared input: a spec says what a JSON object, or the query, path and headers of a request, may
 * contain, and one call checks it and fills a C struct. Bodies, queries, definition documents and
 * mappings are read this way. All faults are reported at once, each with its place.
 *
 *   struct touch_input { const char *kind; instant occurred_at; … };
 *
 *   static const struct input_field touch_fields[] = {
 *       {"kind", &touch_kind_type, AT(struct touch_input, kind), .required = true},
 *       {"occurred_at", &input_instant, AT(struct touch_input, occurred_at)},
 *   };
 *   static const struct input_spec touch_spec = INPUT_SPEC(touch_fields, struct touch_input);
 *
 * A type says what a value may be, with its limits, and is defined once for all fields that hold
 * the same: a name, a note, a term. All memory comes from the arena; what it could not provide is
 * left out without a fault, so the caller checks arena_failed() at the end.
 */
#ifndef BATON_BASE_INPUT_H
#define BATON_BASE_INPUT_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/uuid.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_FIELDS_MAX 64 /* of one spec */

/** For texts whose type has no max. */
#define INPUT_TEXT_MAX_CHARS 10000

/** After each kind: what the field is in the struct. */
enum input_kind {
    INPUT_TEXT,      /* const char *: min to max characters; line breaks and tabs allowed */
    INPUT_LINE,      /* const char *: as INPUT_TEXT without any control character */
    INPUT_EMAIL,     /* const char *: the normal form of an address (base/email.h) */
    INPUT_INT,       /* int64_t: min to max */
    INPUT_INT32,     /* int32_t: likewise */
    INPUT_BOOL,      /* bool */
    INPUT_ENUM,      /* int or an enum: index into values, min to max of them */
    INPUT_UUID,      /* struct uuid */
    INPUT_PUBLIC_ID, /* struct uuid: of a public id of input.workspace */
    INPUT_INSTANT,   /* instant: RFC 3339 with a zone */
    INPUT_DATE,      /* instant: RFC 3339, or a bare date at 00:00Z */
    INPUT_ANY,       /* const json_t *, borrowed; JSON only, as all below */
    INPUT_MAP,       /* const json_t *: an object with any members, min to max of them */
    INPUT_LIST,      /* const json_t *: an array with any items, min to max of them */
    INPUT_OBJECT,    /* the struct of `of`, in place */
    INPUT_ARRAY,     /* pointer to an array of what `item` is; its count at field.count */
};

struct input;
struct input_field;
struct input_spec;

/** A value and its place in the document. Lives on the reader's stack. */
struct input_node {
    const json_t *json;          /* NULL: absent, or outside JSON */
    const char *word;            /* a value that is not JSON, such as a parameter */
    const struct input_node *up; /* what contains it; NULL: name is the place as written */
    const char *name;            /* of a member; NULL: an item */
    size_t index;                /* of an item */
};

/** Puts a value whose kind, length and limits have been checked into the struct at base, for types
 *  with a special form. False when it has added a fault. */
typedef bool input_read(struct input *in, const struct input_node *at,
                        const struct input_field *field, void *base);

struct input_type {
    enum input_kind kind;
    int64_t min;                    /* of characters, value, items or members */
    int64_t max;                    /* likewise; with min 0, 0 is no limit */
    const char *const *values;      /* INPUT_ENUM: names; a NULL is not offered */
    const struct input_spec *of;    /* INPUT_OBJECT */
    const struct input_type *item;  /* INPUT_ARRAY */
    bool (*fits)(const char *text); /* texts: NULL when the limits say it all */
    const char *code;               /* of a text that does not fit, or of an unknown value */
    const char *wanted;             /* what is wanted, as a sentence */
    input_read *read;               /* NULL: put as described for the kind */
};

/** Where a field is in a request. */
enum input_place {
    INPUT_MEMBER, /* of the JSON object, or a parameter of the query */
    INPUT_WHOLE,  /* it is the JSON itself */
    INPUT_PATH,
    INPUT_HEADER,
};

struct input_field {
    const char *name;
    const struct input_type *type;
    size_t offset; /* of the value in the struct */
    size_t count; /* offset of a size_t, for INPUT_ARRAY and for the read functions that want one */
    enum input_place place;
    bool required;
    bool nullable;     /* the struct has a pointer to the value, NULL when it is absent */
    bool boxed;        /* the struct has a pointer to the value: NULL when it is absent */
    int64_t otherwise; /* the value when absent: of numbers, enums and bools */
};

#define AT(struct_type, member)    .offset = offsetof(struct_type, member)
#define COUNT(struct_type, member) .count = offsetof(struct_type, member)

struct input_spec {
    const struct input_field *fields;
    size_t count;
    size_t size; /* of the struct */
    /** Checks several fields together: called when the value is an object or a query, with faults
     *  or without. */
    bool (*check)(struct input *in, const struct input_node *at, void *out);
};

#define INPUT_SPEC(array, type, ...)                                                               \
    {                                                                                              \
        .fields = (array), .count = sizeof(array) / sizeof *(array), .size = sizeof(type),         \
        __VA_ARGS__                                                                                \
    }

/** One reading. */
struct input {
    struct arena *arena;
    struct faults *faults;
    const char *where;     /* "body", "query", "path" or "header": the place of the faults */
    struct uuid workspace; /* the workspace that public ids must name */
    bool copies;   /* texts are copied into the arena; else they are borrowed from the document */
    void *context; /* for the types' own read functions */
};

/* Types without limits. */
extern const struct input_type input_bool;
extern const struct input_type input_uuid;
extern const struct input_type input_instant;
extern const struct input_type input_date;
extern const struct input_type input_email;
extern const struct input_type input_public_id;
extern const struct input_type input_any;

/** Fills in the values of absent fields: zero, field.otherwise, INSTANT_NONE. */
void input_defaults(const struct input_spec *spec, void *out);

/** Reads an object into *out, whose defaults have been set. False when there are faults. Members
 *  are read in the order of the spec, so that one can depend on those before it. */
bool input_members(struct input *in, const struct input_node *at, const struct input_spec *spec,
                   void *out);

/** input_defaults(), then input_members(). */
bool input_object(struct input *in, const struct input_node *at, const struct input_spec *spec,
                  void *out);

/** Reads one value by a type, as if it were a single field: *to is as described for the kind. */
bool input_value(struct input *in, const struct input_node *at, const struct input_type *type,
                 void *to);

/** Reads a value that is text, not JSON: a parameter, a part of the path, a header. */
bool input_word(struct input *in, const struct input_field *field, const char *text, void *out);

/** Reads a raw query string (NULL: none) by the spec's members: names and values are decoded, "+"
 *  is a space; unknown and repeated parameters are faults. The caller sets the defaults. */
bool input_query(struct input *in, const char *query, const struct input_spec *spec, void *out);

/** Whether a text fits the type; if not, adds a fault at this place. */
bool input_fits(struct input *in, const struct input_node *at, const struct input_type *type,
                const char *text);

/* ---- for read functions ---- */

/** pointer is the place of the document itself: "" when it is the body. */
struct input_node input_root(const json_t *json, const char *pointer);
struct input_node input_member(const struct input_node *of, const char *name);
struct input_node input_item(const struct input_node *of, size_t index);

/** The JSON pointer of a place, in this arena. */
const char *input_pointer(const struct input_node *at, struct arena *arena);

/** Adds a fault; always false. */
bool input_fault(struct input *in, const struct input_node *at, const char *code,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The text of a node that is a string or a word, copied if the input copies; NULL: memory is
 *  short. */
const char *input_text(struct input *in, const struct input_node *at);

/** For specs of changes: requires an object with at least one member. */
bool input_changes(struct input *in, const struct input_node *at, void *out);

/** Puts an array and its count into the field. */
void input_put_array(const struct input_field *field, void *base, const void *items, size_t count);

#endif
