/* Shared by the files of declared input: single values, and whole objects. */
#ifndef BATON_BASE_INPUT_INSIDE_H
#define BATON_BASE_INPUT_INSIDE_H

#include "base/input.h"
#include "base/instant.h"

/** A value that has been checked, before it is put into the struct. */
union input_held {
    const char *text;
    int64_t number;
    int32_t small;
    bool truth;
    int choice;
    struct uuid id;
    instant at;
    const json_t *json;
};

/** How many bytes a value of the type takes in a struct. */
size_t input_size(const struct input_type *type);

/** Checks a text and converts it as its kind requires; texts are borrowed. */
bool input_convert_text(struct input *in, const struct input_node *at,
                        const struct input_type *type, const char *text, size_t len,
                        union input_held *held);

bool input_convert_int(struct input *in, const struct input_node *at, const struct input_type *type,
                       int64_t number, union input_held *held);

/** Puts a value into the field, boxed or not. */
void input_put(struct input *in, const struct input_field *field, void *base, const void *value);

#endif
