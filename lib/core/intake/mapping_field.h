/* A field of a mapping: where one value comes from, and what is done to it. Compiled, immutable. */
#ifndef BATON_CORE_MAPPING_FIELD_H
#define BATON_CORE_MAPPING_FIELD_H

#include "base/time/time_zone.h"
#include "base/written.h"

#include <stdbool.h>
#include <stddef.h>

#define MAPPING_PAIRS_MAX         200
#define MAPPING_VALUE_MAX_BYTES   200 /* of a constant, and of either side of a pair */
#define MAPPING_POINTER_MAX_BYTES 1024
#define MAPPING_DEPTH_MAX         32
#define MAPPING_NULLS_MAX         50
#define MAPPING_PARTS_MAX         8 /* of first and join */
#define MAPPING_CONDITIONS_MAX    8
#define MAPPING_SEPARATOR_MAX     16

enum mapping_type {
    MAPPING_AS_IT_IS, /* in forms and CSV, what is written as a JSON number or boolean is one */
    MAPPING_TEXT,
    MAPPING_NUMBER,
    MAPPING_BOOLEAN,
    MAPPING_DATE, /* becomes RFC 3339 in UTC */
    MAPPING_TYPE_COUNT
};

struct mapping_pair {
    const char *from;
    const char *to;
};

/** A JSON pointer. */
struct mapping_path {
    const char *pointer; /* as written; NULL: none */
    const char *const *tokens;
    size_t depth;
};

/** What a value must be: the text at a place is one of these, without regard to case. */
struct mapping_condition {
    struct mapping_path path;
    const char *const *texts; /* "*": it is there, and not blank */
    size_t count;
};

enum mapping_case { MAPPING_CASE_KEPT, MAPPING_CASE_LOWER, MAPPING_CASE_UPPER };

/** What is wrong with a text that is too long. */
enum mapping_fault { MAPPING_FAULT_LEAVE, MAPPING_FAULT_CUT };

/**
 * Where a value comes from: a place in the item, a constant, the first of several fields that has a
 * value, or several joined; none of them: not mapped. What it says is then changed in the order of
 * the members below.
 */
struct mapping_field {
    struct mapping_path path;
    const char *constant;              /* or NULL */
    const struct mapping_field *parts; /* of first and join */
    size_t part_count;
    const char *with; /* between those that are joined; NULL: the first of them */
    /* of a place: the item of its array that fits, and what is taken of that */
    const struct mapping_condition *where;
    size_t where_count;
    struct mapping_path take;
    bool seeks; /* of all that stands at the place, the first text that is an email address */
    /* of a text */
    bool decode;       /* percent-encoded */
    const char *query; /* the parameter of that name, of an address; NULL: all of it */
    const char *split; /* NULL: not */
    int64_t part;      /* of what was split, from 0; from the end: -1 */
    enum mapping_case letters;
    int64_t cut;                      /* characters; 0: all */
    const struct mapping_pair *pairs; /* what is none of these is ignored; NULL: taken as it is */
    size_t pair_count;
    const char *const *nulls; /* texts that stand for nothing here, besides */
    size_t null_count;
    enum mapping_fault on_fault;
    /* how it is written */
    enum mapping_type type; /* of attributes */
    const char *format; /* of moments: base/time/moment_pattern.h; NULL: as RFC 3339 or Unix time */
    const struct time_zone *zone; /* of such a clock; NULL: UTC */
    struct number_style numbers;
};

static inline bool mapping_field_is_given(const struct mapping_field *field)
{
    return field->path.pointer != NULL || field->constant != NULL || field->part_count > 0;
}

#endif
