/*
 * Reading a mapping's fields: where a value comes from and what is done to it. The reader's context
 * is a struct mapping_reading.
 */
#ifndef BATON_CORE_MAPPING_FIELD_PARSE_H
#define BATON_CORE_MAPPING_FIELD_PARSE_H

#include "base/input.h"
#include "core/intake/mapping_field.h"

/** Each into a struct mapping_field. Those with a name refuse words of the mapping's own that can
 *  never be what is wanted. */
extern const struct input_type mapping_field_type;
extern const struct input_type mapping_stage_type;
extern const struct input_type mapping_kind_type;
extern const struct input_type mapping_direction_type;
extern const struct input_type mapping_dimension_type;
extern const struct input_type mapping_outcome_type;
/** A number, with the way it is written. */
extern const struct input_type mapping_number_type;

/** Texts that stand for nothing: an array of const char *, and its count. */
extern const struct input_type mapping_nulls_type;
/** An array of struct mapping_attribute, sorted by name, and its count: attributes, or facts. */
extern const struct input_type mapping_attributes_type;

/** The id of something in another system. */
struct mapping_external {
    struct mapping_field field; /* first: it is read as one */
    const char *source;         /* NULL: the name of the webhook's source */
};

bool mapping_external_read(struct input *in, const struct input_node *at,
                           struct mapping_external *out);

#endif
