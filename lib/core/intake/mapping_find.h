/* What a field of a mapping says of an item, as JSON or as a text. Pure. */
#ifndef BATON_CORE_MAPPING_FIND_H
#define BATON_CORE_MAPPING_FIND_H

#include "base/arena.h"
#include "core/intake/mapping_field.h"

#include <jansson.h>

/** Where a field looks. */
struct mapping_source {
    const char *const *nulls; /* texts that stand for nothing */
    size_t null_count;
    bool nulls_given; /* else the empty text does */
    struct arena *arena;
    const json_t *item;
};

/** What stands at the place. NULL: nothing. */
const json_t *mapping_path_find(const struct mapping_path *path, const json_t *json);

/** Whether all of them hold. */
bool mapping_conditions_hold(const struct mapping_condition *conditions, size_t count,
                             const json_t *item, struct arena *arena);

/** What was found for a field. */
struct mapping_value {
    const json_t *json;  /* of a place whose value is no text, and that nothing changes; or NULL */
    const char *text;    /* trimmed and changed; NULL: it is no text, or there is none */
    bool fixed;          /* a constant, or what a map says: the mapping's own words */
    bool unusable;       /* there is something, but no text can be made of it */
    const char *pointer; /* its place in the item; "" for a constant */
};

/** All is NULL where the field has no value: nothing is there, or what stands for nothing. A JSON
 *  null is json, unless it stands for nothing. */
struct mapping_value mapping_find(const struct mapping_source *source,
                                  const struct mapping_field *field);

#endif
