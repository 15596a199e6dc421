/* Reading what a mapping fetches: an address with values of the item in it, and headers. */
#ifndef BATON_CORE_MAPPING_FETCH_PARSE_H
#define BATON_CORE_MAPPING_FETCH_PARSE_H

#include "base/input.h"

/** Into a struct mapping_fetch. */
extern const struct input_type mapping_fetch_type;

#endif
