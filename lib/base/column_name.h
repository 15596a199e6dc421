/* Names of columns as people write them in files and in mappings. */
#ifndef BATON_BASE_COLUMN_NAME_H
#define BATON_BASE_COLUMN_NAME_H

#include "base/arena.h"
#include "base/error.h"

/**
 * The form in which names are compared: lower case, in one normal form, without white space
 * (no-break spaces too) and invisible characters. ERR_INVALID_VALUE: it is no UTF-8;
 * ERR_OUT_OF_MEMORY.
 */
enum err column_name_fold(const char *name, struct arena *arena, const char **out) MUST_USE;

#endif
