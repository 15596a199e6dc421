/* Words by which programs refer to things: names of workspaces, teams and sources, and codes. */
#ifndef BATON_BASE_NAME_H
#define BATON_BASE_NAME_H

#include "base/input.h"

#define NAME_MAX_CHARS 63
#define CODE_MAX_CHARS 64

/** 1 to NAME_MAX_CHARS of a-z, 0-9, "-" and "_", beginning with a letter or digit. */
bool name_valid(const char *name);

/** Of a-z, 0-9, "_", "-", "." and ":", beginning with a letter or digit: of any length. */
bool code_valid(const char *code);

/** For something new. */
extern const struct input_type new_name_type;
/** For something that should exist: a text that was never allowed as a name simply does not. */
extern const struct input_type name_type;
extern const struct input_type code_type;

#endif
