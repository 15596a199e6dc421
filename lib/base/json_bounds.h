/* How large a JSON text's tree would be, looked at before it is parsed. Pure. */
#ifndef BATON_BASE_JSON_BOUNDS_H
#define BATON_BASE_JSON_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>

/** Of the tree that a body becomes: one byte of text can take eighty bytes of tree. */
#define JSON_VALUES_MAX 20000
#define JSON_DEPTH_MAX  64

/** Whether the tree stays within both. An estimate that does not check the grammar. */
bool json_bounds_fit(const char *text, size_t len);

#endif
