/* Why jansson refused a text, in words that say how to correct it: its own messages name its flags.
 * Pure. */
#ifndef BATON_BASE_JSON_FAULT_H
#define BATON_BASE_JSON_FAULT_H

#include <jansson.h>

#define JSON_FAULT_MAX_BYTES 256

/** Such as "a member stands twice in one object, near '"a"'"; also for a file that cannot be
 *  opened. */
void json_fault_words(const json_error_t *error, char out[JSON_FAULT_MAX_BYTES]);

#endif
