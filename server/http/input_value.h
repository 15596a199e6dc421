/* Single values of declared input, from JSON or from a query string: check one, store it. */
#ifndef BATON_SERVER_INPUT_VALUE_H
#define BATON_SERVER_INPUT_VALUE_H

#include "http/input.h"

/** Where the value stands, for faults. */
struct input_place {
    struct arena *arena;
    struct faults *faults;
    const char *where; /* "body" or "query" */
    const char *name;  /* JSON pointer, or the parameter's name */
};

void input_fault(const struct input_place *place, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** "a text is wanted" … of a type that is written as text. */
const char *input_wanted(enum input_type type);

/** Any type that is written as a text (lines, codes, names of an enum, ids, moments): valid UTF-8,
 *  NUL-terminated. Stores it in *to, or adds a fault. */
void input_text_value(const struct input_place *place, const struct input_field *field,
                      const char *text, size_t len, void *to);

void input_int_value(const struct input_place *place, const struct input_field *field,
                     int64_t number, void *to);
void input_real_value(const struct input_place *place, const struct input_field *field,
                      double number, void *to);

/** Zeroes the struct and fills in what stands for absent fields. */
void input_set_defaults(const struct input_spec *spec, void *out);

void input_note_presence(const struct input_field *field, char *base, enum input_presence presence);

#endif
