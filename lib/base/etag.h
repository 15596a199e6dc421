/* Entity tags (RFC 9110 section 8.8.3) of things that people edit: made of what they look like, so
 * that the same content has the same tag wherever it is shown. */
#ifndef BATON_BASE_ETAG_H
#define BATON_BASE_ETAG_H

#include "base/json_out.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define ETAG_LEN 34 /* quotes, 32 hex digits */

/** The tag of this JSON text, with its quotes and a NUL. */
void etag_of_text(const char *json, size_t len, char out[ETAG_LEN + 1]);

/** The tag of the text that json_text_write makes. False when memory is short. */
bool etag_of_json(const json_t *json, char out[ETAG_LEN + 1]);

/** Whether an If-Match value (NULL: none was sent; "*"; a list of tags) allows this tag. */
bool etag_matches(const char *if_match, const char *etag);

/** Writes a parsed value: compact, members in the order in which they came, numbers in the
 *  shortest form that reads back the same. */
void json_text_write(const json_t *json, struct json_out *out);

#endif
