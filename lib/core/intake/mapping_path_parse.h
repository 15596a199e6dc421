/* Reading a mapping's places: JSON pointers, and conditions on what stands there. */
#ifndef BATON_CORE_MAPPING_PATH_PARSE_H
#define BATON_CORE_MAPPING_PATH_PARSE_H

#include "base/input.h"
#include "core/intake/mapping_field.h"

#define MAPPING_FIELD_WANTED                                                                       \
    "A JSON pointer such as \"/contact/email\" is wanted, {\"at\": pointer, …}, "                \
    "{\"first\": […]}, {\"join\": […]}, or a constant {\"value\": text}."

/** The pointer in text, which stands at a node; its tokens are in the arena. False: a fault. */
bool mapping_pointer_parse(struct input *in, const struct input_node *at, const char *text,
                           struct mapping_path *out);

/** Into a struct mapping_path. */
extern const struct input_type mapping_pointer_type;
/** An object of pointers, and what must be there: an array of struct mapping_condition, and its
 *  count. */
extern const struct input_type mapping_conditions_type;
/** A text of a mapping's own, such as a constant. */
extern const struct input_type mapping_word_type;

#endif
